"""Measures that change how programmes are governed: what they cover, and why none of them has a number.

A measure changes a declared parameter of risk only where sourced evidence says by how much. None that we know says so
of these kinds: they are recorded, and enter no figure.
"""

from __future__ import annotations

from samarkand.priorities.faces import NO_FIGURE, Answer, Table
from samarkand.programme.model.models import Item

KINDS = (
    "open_tender", "disclosure_rule", "dispute_mechanism", "joint_committee", "debt_reporting", "escrow_transparency",
)  # fmt: skip
NONE = (
    "The programme has none of the measures of governance: open tender, disclosure rule, dispute mechanism, joint "
    "committee, debt reporting, escrow transparency."
)
NOTE = "Recorded without a number: no published evidence says how much such a measure changes cost or delay."


def institutions_of(answer: Answer) -> Table:
    """The measures of governance of the programme, by kind."""
    found = [item for kind in KINDS for item in answer.timeline.items if item.kind == kind]
    return Table(
        "Institutions: measures of governance",
        ("measure", "kind", "status", "in force", "covers", "effect"),
        tuple(_row(item) for item in found),
        NOTE if found else NONE,
        9,
    )


def _row(item: Item) -> tuple[str, ...]:
    covered = item.figure("coverage_share")
    share = NO_FIGURE if covered is None or covered.value is None else f"{covered.value:.0%}"
    return (
        item.title,
        item.kind_row.label.lower(),
        item.status.replace("_", " "),
        str(item.opening or NO_FIGURE),
        share,
        "recorded",
    )
