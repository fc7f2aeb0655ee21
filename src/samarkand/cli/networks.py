"""Commands about the freight network: the profile of a corridor, and what closures cost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from samarkand.cli.options import (
    DEFAULT_PROGRAMME,
    DEFAULT_YEAR,
    ProgrammeArgument,
    WithoutOption,
    YearOption,
)

CloseOption = Annotated[
    list[str] | None,
    typer.Option(
        "--close",
        metavar="NAME",
        help="Close a chokepoint (suez), border (border:KAZ-CHN), crossing, port, ferry or link; may be repeated.",
    ),
]


def corridor(
    origin: Annotated[
        str, typer.Argument(metavar="ORIGIN", help="A city, such as Chongqing or 'CHN Chongqing'.")
    ],
    destination: Annotated[str, typer.Argument(metavar="DESTINATION", help="Another city.")],
    mode: Annotated[str, typer.Option("--mode", help="road, rail or sea.")] = "rail",
    vot_class: Annotated[
        str, typer.Option("--value-of-time", metavar="CLASS", help="low, medium, high or very_high.")
    ] = "medium",
    programme: Annotated[
        str, typer.Option("--programme", help="A programme file or name.")
    ] = DEFAULT_PROGRAMME,
    without: WithoutOption = None,
    year: YearOption = DEFAULT_YEAR,
    close: CloseOption = None,
) -> None:
    """Follow the way of freight between two cities.

    Hours and US$ by segment, border, terminal and port.
    """
    from samarkand.analysis.corridors import corridor_profile
    from samarkand.reports.corridor import print_profile

    profile = corridor_profile(
        programme, origin, destination, mode=mode, vot_class=vot_class, year=year,
        without=tuple(without or ()), closures=tuple(close or ()),
    )  # fmt: skip
    print_profile(profile)


def stress(
    closures: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="What is closed, one case each: suez, border:KAZ-CHN, crossing:ID, port:ID, ferry:ID, link:MODE:ROW; "
            "names joined by + are closed together.",
        ),
    ] = None,
    from_file: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Close all that a text file names, one a line."),
    ] = None,
    hazard: Annotated[
        Path | None,
        typer.Option(
            "--hazard", metavar="GEOTIFF", help="Close the links under water in a map of depths in metres."
        ),
    ] = None,
    rank: Annotated[
        int,
        typer.Option(
            "--rank", metavar="N", min=0, help="Close the N busiest places one by one and rank them."
        ),
    ] = 0,
    programme: Annotated[
        str, typer.Option("--programme", help="A programme file or name.")
    ] = DEFAULT_PROGRAMME,
    without: WithoutOption = None,
    year: YearOption = DEFAULT_YEAR,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write the tables here as CSV.")
    ] = None,
) -> None:
    """Close links and tell what each economy loses.

    Chokepoints, borders, ports or flooded links, without and with the programme.
    """
    from samarkand.planning.stress import every_case, rank_closures, stress_test
    from samarkand.reports.files import check_out
    from samarkand.reports.progress import progress_bar
    from samarkand.reports.stress import print_stress, write_stress

    if out is not None:
        check_out(out)
    cases = every_case(closures or (), from_file, hazard)
    left_out = tuple(without or ())
    with progress_bar() as step:
        if rank and not cases:
            tested = rank_closures(programme, rank, year=year, without=left_out, progress=step)
        else:
            tested = stress_test(programme, cases, year=year, without=left_out, progress=step)
    print_stress(tested)
    for path in write_stress(tested, out) if out is not None else ():
        typer.echo(f"wrote {path}")


def freight(
    programme: ProgrammeArgument = DEFAULT_PROGRAMME,
    without: WithoutOption = None,
    year: YearOption = DEFAULT_YEAR,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write the tables here as CSV.")
    ] = None,
) -> None:
    """Lay trade on the freight network.

    Tonne-kilometres by mode, and what passes borders, chokepoints and ports.
    """
    from samarkand.analysis.flows import freight as lay
    from samarkand.reports.files import check_out
    from samarkand.reports.freight import print_freight, write_freight
    from samarkand.reports.progress import progress_bar

    if out is not None:
        check_out(out)
    with progress_bar() as step:
        laid = lay(programme, year=year, without=tuple(without or ()), progress=step)
    print_freight(laid)
    for path in write_freight(laid, out) if out is not None else ():
        typer.echo(f"wrote {path}")
