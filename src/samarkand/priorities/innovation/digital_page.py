"""Digital trade: what counts of document measures that act on one crossing, and who is ready for paperless trade."""

from __future__ import annotations

import pandas as pd

from samarkand.core.gaps import Gap
from samarkand.priorities.faces import Answer, Table, shown
from samarkand.priorities.innovation.digital import GROUPS, readiness_of
from samarkand.world.network.link_changes import LinkChange

MOST_NAMED = 3


def documents(answer: Answer, item: str = "") -> Table:
    """Crossings at which document measures (or one of them) act, what each saves there, and what counts: the largest.

    It enters the cost of trade there, with all else that the crossing saves, and nowhere else.
    """
    state = answer.timeline.last
    at: dict[tuple[str, str], list[LinkChange]] = {}
    for change in state.change.network:
        if change.overlap:
            at.setdefault((change.target, change.overlap), []).append(change)
    titles = {item.id: item.title for item in state.programme.items}
    alike: dict[tuple[str, ...], list[str]] = {}  # crossings at which the same counts stand in one row
    for (target, _), here in at.items():
        if item and item not in {one.item for one in here}:
            continue
        cells = (
            "; ".join(titles.get(one.item, one.item) for one in here),
            " ".join(f"{one.hours_saved:.1f}" for one in here), f"{max(one.hours_saved for one in here):.1f}",
            " ".join(f"{one.usd_saved:.0f}" for one in here), f"{max(one.usd_saved for one in here):.0f}",
        )  # fmt: skip
        alike.setdefault(cells, []).append(target)
    rows = tuple((_named(targets), *cells) for cells, targets in alike.items())
    heads = ("crossings", "measures", "hours saved", "counted", "US$/TEU saved", "counted")
    note = "" if rows else "No document measure acts on a crossing."
    return Table("Electronic documents: counted once at each crossing", heads, rows, note, numbers=2)


def _named(targets: list[str]) -> str:
    """Crossings by name, the first few of many."""
    shown = ", ".join(targets[:MOST_NAMED])
    return shown if len(targets) <= MOST_NAMED else f"{shown} and {len(targets) - MOST_NAMED} more"


def readiness(answer: Answer, only: tuple[str, ...] = ()) -> Table:
    """Economies of the programme (or some) by what they have implemented, the readiest first; or the file needed."""
    state, title = answer.timeline.last, "Readiness for digital trade"
    found = readiness_of(state)
    if isinstance(found, Gap):
        return Table(title, ("economy",), (), f"{found.reason}.")
    assert found.without is not None
    named = set(only) or {code for item in state.programme.items for code in item.economies}
    values = found.without.transpose("economy", "case")
    table = pd.DataFrame(values.to_numpy(), values["economy"].to_numpy(), list(GROUPS))
    table = table[table.index.isin(named)].dropna(how="all").sort_values("all measures", ascending=False)
    rows = tuple(
        (answer.world.name_of(str(code)), *(shown(one, ".0f", 100.0, "%") for one in cells))
        for code, cells in zip(table.index, table.to_numpy(float).tolist(), strict=True)
    )
    note = "Of what full implementation would be, by the newest survey of each. No cost of trade follows from it."
    return Table(
        title,
        ("economy", *GROUPS),
        rows,
        note if rows else "The survey has no figure here.",
    )
