"""Prints a corridor profile: the steps without the programme, and what changes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from samarkand.analysis.corridors import Profile
    from samarkand.world.network.itinerary import Itinerary


DIRECTIONS = (
    "Waiting and US$ at borders, the total and the change are the mean of both directions, which the search takes. "
    "Own: the hours and fees of the direction of travel, at borders where a source tells the two apart."
)


def print_profile(profile: Profile, console: Console | None = None) -> None:
    """Print a profile as one table a state, or one where the programme changes nothing on the way."""
    console = console or Console(width=min(Console().width, 100))
    title = f"{profile.origin} to {profile.destination} by {profile.mode}, value of time {profile.vot_class}"
    console.print(Text(title, style="bold"))
    if profile.closures:
        console.print("Closed: " + ", ".join(profile.closures))
    if profile.without is None and profile.with_ is None:
        console.print(f"No way by {profile.mode} connects the two cities.")
        return
    same = profile.without is not None and profile.without == profile.with_
    for heading, way in (
        ("without the programme", profile.without),
        (f"with it, {profile.year}", profile.with_),
    ):
        if same and heading.startswith("with it"):
            console.print("The programme changes nothing on this way.")
            _print_limits(profile, console)
            return
        console.print()
        if way is None:
            console.print(f"{heading}: no way by {profile.mode}")
        else:
            console.print(_table(heading, way))
    if any(way is not None and way.is_directed for way in (profile.without, profile.with_)):
        console.print(f"\n{DIRECTIONS}")
    on_the_way = {item for step in (profile.with_.steps if profile.with_ else ()) for item in step.items}
    partial = {item: share for item, share in profile.ramping_up.items() if item in on_the_way}
    if partial:
        shares = ", ".join(f"{item} {share:.0%}" for item, share in sorted(partial.items()))
        console.print(
            f"\nIn {profile.year} results count a part of what opened lately: {shares}. Here it is shown whole."
        )
    _print_limits(profile, console)
    if profile.without is not None and profile.with_ is not None:
        hours = profile.with_.hours - profile.without.hours
        usd = profile.with_.usd - profile.without.usd
        console.print(f"\nChange: {hours:+.1f} hours, {usd:+,.0f} US$ per TEU.")


def _print_limits(profile: Profile, console: Console) -> None:
    """Places with a capacity on the way, with what passes and the price; nothing without limits."""
    if profile.limits is None:
        return
    from samarkand.analysis.full_places import NOTHING_BINDS, passing_words

    for state, way in (("without", profile.without), ("with", profile.with_)):
        found = {
            row["place"]: row
            for step in (way.steps if way else ())
            for row in profile.passed(step).to_dict("records")
        }
        console.print(
            f"\nCapacities on the way {state} the programme: " + ("" if found else "none is known.")
        )
        for place, row in found.items():
            console.print(Text(f"  {place}: {passing_words(row, state)}"))
    console.print(
        f"{NOTHING_BINDS} The way is that of goods that do not turn aside; prices are in none of its sums."
    )


def _table(heading: str, way: Itinerary) -> Table:
    table = Table(title=heading, title_justify="left", box=None, pad_edge=False)
    own = ("own h", "own US$") if way.is_directed else ()
    for column in ("step", "where", "km", "moving h", "waiting h", "US$/TEU", *own, "items"):
        words = column in ("step", "where", "items")
        table.add_column(column, justify="left" if words else "right", no_wrap=column == "where")
    for step in way.steps:
        label = step.kind if step.kind != "move" else step.mode
        directed = step.directed_waiting is not None
        here = (step.own_waiting, step.own_usd) if directed else (0.0, 0.0)
        table.add_row(
            label, step.name, _number(step.km), _number(step.moving_hours), _number(step.waiting_hours),
            _number(step.usd), *(_number(value) for value in (here if own else ())), " ".join(step.items),
        )  # fmt: skip
    moving = sum(step.moving_hours for step in way.steps)
    total = (f"{way.km:,.0f}", f"{moving:,.1f}", f"{way.hours - moving:,.1f}", f"{way.usd:,.0f}")
    table.add_row("total", f"{way.hours / 24:.1f} days", *total, *("" for _ in own), "", style="bold")
    if own:
        resting, usd = way.directed_hours - moving, way.directed_usd
        table.add_row(
            "own way", f"{way.directed_hours / 24:.1f} days", "", "", "", "", f"{resting:,.1f}", f"{usd:,.0f}",
            "", style="bold",
        )  # fmt: skip
    return table


def _number(value: float) -> str:
    return "" if value == 0 else f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"
