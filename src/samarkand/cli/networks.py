"""Commands about the freight network: the profile of a corridor."""

from __future__ import annotations

from typing import Annotated

import typer

from samarkand.cli.options import DEFAULT_PROGRAMME, DEFAULT_YEAR, WithoutOption, YearOption

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
    """Follow the way between two cities: hours and US$ by segment, border, terminal and port."""
    from samarkand.planning.corridors import corridor_profile
    from samarkand.reports.corridor import print_profile

    profile = corridor_profile(
        programme, origin, destination, mode=mode, vot_class=vot_class, year=year,
        without=tuple(without or ()), closures=tuple(close or ()),
    )  # fmt: skip
    print_profile(profile)
