"""Commands about programme files."""

from __future__ import annotations

from typing import Annotated

import typer

from samarkand.cli.faults import fail


def check(
    programme: Annotated[str, typer.Argument(metavar="FILE", help="The programme file (TOML) to check.")],
) -> None:
    """Check a programme file and list every fault in it; exit status 2 if there is any."""
    from samarkand.programme import check_programme, load_programme

    faults = check_programme(programme)
    if faults:
        fail(faults)
    loaded = load_programme(programme)
    typer.echo(f"{programme}: no faults ({len(loaded.projects)} projects, {len(loaded.measures)} measures).")
