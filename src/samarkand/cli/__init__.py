"""The command line: a thin face that reads options, calls the library and prints.

Nothing heavy is imported before a command needs it, so that `samarkand --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from samarkand.cli.answering import compare, economy, item
from samarkand.cli.appraising import appraise, explain
from samarkand.cli.faults import fail
from samarkand.cli.lending import loans
from samarkand.cli.networks import corridor, freight, stress
from samarkand.cli.of_priorities import commands_of_priorities
from samarkand.cli.programmes import check
from samarkand.cli.programmes import group as programme_group
from samarkand.cli.valuing import worth
from samarkand.cli.worlds import app as worlds
from samarkand.cli.worlds import readiness

app = typer.Typer(
    name="samarkand",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"samarkand {version('samarkand')}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Say the version and leave."),
    ] = False,
) -> None:
    """Appraise programmes of cross-border projects and measures, economy by economy."""


for command in (
    appraise,
    check,
    explain,
    readiness,
    corridor,
    freight,
    stress,
    worth,
    economy,
    item,
    compare,
    loans,
):
    app.command()(command)
for of_priority in commands_of_priorities():
    app.command()(of_priority)
app.add_typer(programme_group)
app.add_typer(worlds, name="world")


def main() -> None:
    """Run the command line; faults of the user's input are printed whole, with exit status 2.

    So is what the system refuses to write, the terminal or a pipe to a file on a full disk too.
    """
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except Exception as error:
        from samarkand.core.faults import Faults
        from samarkand.core.write_faults import OF_WRITING, fault_of

        if isinstance(error, Faults):
            fail(error.faults)
        if isinstance(error, OSError) and error.errno in OF_WRITING:
            _leave_output()
            what = error.filename or "the output"
            fail([fault_of(error, str(what))], "written" if error.filename else "printed to its end")
        raise


def _leave_output() -> None:
    """Lead what could not be printed away: else the interpreter tries once more at its end."""
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
