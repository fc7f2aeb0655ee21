"""Commands about the freight network: the profile of a corridor, what closures cost, what travels where."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from samarkand.cli.options import Asking, SubjectProgramme, asks_question

OutOption = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write the tables here as CSV.")]


@asks_question()
def corridor(
    asking: Asking,
    origin: Annotated[
        str, typer.Argument(metavar="ORIGIN", help="A city, such as Chongqing or 'CHN Chongqing'.")
    ],
    destination: Annotated[str, typer.Argument(metavar="DESTINATION", help="Another city.")],
    mode: Annotated[str, typer.Option("--mode", help="road, rail or sea.")] = "rail",
    vot_class: Annotated[
        str, typer.Option("--value-of-time", metavar="CLASS", help="low, medium, high or very_high.")
    ] = "medium",
) -> None:
    """Follow the way of freight between two cities.

    Hours and US$ by segment, border, terminal and port.
    """
    from samarkand.analysis.corridors import corridor_profile
    from samarkand.reports.corridor import print_profile

    asking.check()
    print_profile(
        corridor_profile(
            origin=origin, destination=destination, mode=mode, vot_class=vot_class, **asking.one_year
        )
    )


@asks_question()
def stress(
    asking: Asking,
    cases: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="What is closed, one case each: suez, border:KAZ-CHN, crossing:ID, port:ID, ferry:ID, link:MODE:ROW, "
            "pipeline:ID; names joined by + are closed together.",
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
    flood: Annotated[
        list[str] | None,
        typer.Option(
            "--flood", metavar="YEARS=GEOTIFF",
            help="Depths of the event of a return period; repeat it: expected annual loss from links under water.",
            show_default=False,
        ),
    ] = None,
    closure_days: Annotated[
        float | None,
        typer.Option("--closure-days", metavar="DAYS", help="Days that a closure lasts; else money is that of a year."),
    ] = None,
    transit: Annotated[
        bool,
        typer.Option(
            "--transit", help="Also what economies earn with goods of others; lays freight, which takes longer."
        ),
    ] = False,
    protection: Annotated[
        float, typer.Option("--protection", metavar="YEARS", help="With --flood: years up to which defences hold.")
    ] = 0.0,
    rank: Annotated[
        int,
        typer.Option(
            "--rank", metavar="N", min=0, help="Close the N busiest places one by one and rank them."
        ),
    ] = 0,
    out: OutOption = None,
) -> None:  # fmt: skip
    """Close links and tell what each economy loses.

    Chokepoints, borders, ports or flooded links, without and with the programme.
    """
    from samarkand.planning.stress import every_case, rank_closures, stress_test
    from samarkand.reports.progress import progress_bar
    from samarkand.reports.stress import print_stress, write_stress

    asking.check(*_checks(out))
    if flood:
        _expected_losses(asking, flood, closure_days or 0.0, protection)
        return
    wanted = every_case(cases or (), from_file, hazard, asking.world)
    with progress_bar() as step:
        if rank and not wanted:
            tested = rank_closures(
                most=rank, transit=transit, days=closure_days, progress=step, **asking.one_year
            )
        else:
            tested = stress_test(
                cases=wanted, transit=transit, days=closure_days, progress=step, **asking.one_year
            )
    print_stress(tested)
    for path in write_stress(tested, out) if out is not None else ():
        typer.echo(f"wrote {path}")


@asks_question()
def freight(
    asking: Asking,
    subject: SubjectProgramme = None,
    out: OutOption = None,
) -> None:
    """Lay trade on the freight network.

    Tonne-kilometres by mode, and what passes borders, chokepoints and ports.
    """
    from samarkand.analysis.flows import freight as lay
    from samarkand.reports.freight import print_freight, write_freight
    from samarkand.reports.progress import progress_bar

    asking.check(*_checks(out))
    with progress_bar() as step:
        laid = lay(progress=step, **asking.one_year)
    print_freight(laid)
    for path in write_freight(laid, out) if out is not None else ():
        typer.echo(f"wrote {path}")


def _expected_losses(asking: Asking, flood: list[str], days: float, protection: float) -> None:
    """Print what floods of several return periods take in a year."""
    from samarkand.core.faults import Fault, Faults
    from samarkand.planning.flood_losses import expected_flood_losses
    from samarkand.priorities.environment.maps_asked import maps_by_period
    from samarkand.reports.progress import progress_bar
    from samarkand.reports.stress import print_flood_losses

    maps = maps_by_period(flood, False, protection, days, option="--flood")
    if not days > 0:
        remedy = "Add --closure-days, as --closure-days 14."
        raise Faults([Fault("--flood", "says nothing without the days of a closure", remedy)])
    with progress_bar() as step:
        losses = expected_flood_losses(
            maps=maps, days=days, protection=protection, progress=step, **asking.one_year
        )
    print_flood_losses(losses, asking.world)


def _checks(out: Path | None) -> list[Callable[[], Any]]:
    """Check a folder for tables before anything runs."""
    from samarkand.reports.files import check_out

    return [] if out is None else [partial(check_out, out)]
