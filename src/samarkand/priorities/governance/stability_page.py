"""Political stability of the economies of items, with its error and year."""

from __future__ import annotations

from collections.abc import Sequence

from samarkand.priorities.faces import NO_FIGURE, Answer, Table
from samarkand.priorities.governance.stability import stability_of
from samarkand.priorities.reference_fit import COVERAGE
from samarkand.programme.model.models import Item


def stability_table(answer: Answer, items: Sequence[Item]) -> Table:
    """The economies of some items, the least stable first; those of which nothing is published last."""
    facts = answer.world.fact_table
    codes = sorted({code for item in items for code in item.economies})
    found = {code: stability_of(facts, code) for code in codes}
    known = sorted((one.value, code) for code, one in found.items() if one is not None)
    rows = []
    for _, code in known:
        if (one := found[code]) is not None:
            between = f"{one.low:.2f} to {one.high:.2f}" if one.low == one.low else NO_FIGURE
            rows.append((code, f"{one.value:.2f}", between, str(one.year or NO_FIGURE)))
    rows += [(code, NO_FIGURE, NO_FIGURE, NO_FIGURE) for code in codes if found[code] is None]
    sources = sorted({one.source for one in found.values() if one is not None})
    note = (
        f"Source: {', '.join(sources)}. About -2.5 (least) to 2.5 (most stable), with the range of its standard error. "
        "It enters no money."
        if sources
        else "The world has no figures of it: samarkand world import wgi."
    )
    return Table(
        "Political stability of the economies",
        ("economy", "estimate", f"{100 * COVERAGE:.0f} % range by its error", "year"),
        tuple(rows),
        note=note,
    )
