"""How the command line tells what is wrong with what a user gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from samarkand.core.faults import Fault

FAULTY = 2  # exit status


def fail(faults: Iterable[Fault], nothing: str = "run") -> NoReturn:
    """Print faults, each with place, reason and remedy, and leave with status 2. `nothing` was run, or kept."""
    listed = list(faults)
    typer.secho(
        f"{len(listed)} fault{'s' if len(listed) != 1 else ''}; nothing was {nothing}.", fg="red", err=True
    )
    for number, fault in enumerate(listed, 1):
        typer.secho(f"\n{number}. {fault.place}", bold=True, err=True)
        typer.echo(f"   {fault.reason}", err=True)
        typer.echo(f"   {fault.mend}", err=True)
    raise SystemExit(FAULTY)
