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
    for words, names in (("Costs and lengths", ("capex", "length")), ("All figures", ())):
        counts = loaded.flags(*names)
        share = loaded.verified_share(*names)
        if share is not None:
            others = ", ".join(
                f"{counts[flag]} {flag}" for flag in counts if flag != "verified" and counts[flag]
            )
            line = f"{words}: {counts['verified']} of {sum(counts.values())} verified ({share:.0%})"
            typer.echo(f"{line}; {others}." if others else f"{line}.")
