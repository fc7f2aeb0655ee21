"""Document measures: where several act on one crossing, what of them counts."""

from __future__ import annotations

from samarkand.priorities.faces import Answer, Table
from samarkand.world.network.link_changes import LinkChange


def documents(answer: Answer) -> Table:
    """Crossings at which document measures act, what each saves there, and what counts: the largest, once.

    It enters the cost of trade there, with all else that the crossing saves, and nowhere else.
    """
    state = answer.timeline.last
    at: dict[tuple[str, str], list[LinkChange]] = {}
    for change in state.change.network:
        if change.overlap:
            at.setdefault((change.target, change.overlap), []).append(change)
    titles = {item.id: item.title for item in state.programme.items}
    rows = tuple(
        (
            target, "; ".join(titles.get(one.item, one.item) for one in here),
            " ".join(f"{one.hours_saved:.1f}" for one in here), f"{max(one.hours_saved for one in here):.1f}",
            " ".join(f"{one.usd_saved:.0f}" for one in here), f"{max(one.usd_saved for one in here):.0f}",
        )
        for (target, _), here in at.items()
    )  # fmt: skip
    heads = ("crossing", "measures", "hours saved", "counted", "US$/TEU saved", "counted")
    note = "" if rows else "No document measure acts on a crossing."
    return Table("Electronic documents: counted once at each crossing", heads, rows, note, numbers=2)
