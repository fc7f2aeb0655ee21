"""Gantt charts: an item from the start of its works to its opening, and its milestones kept and slipped."""

from __future__ import annotations

from samarkand.priorities.faces import NO_FIGURE, Answer, Gantt, GanttRow, Table
from samarkand.priorities.governance.milestones import STANDINGS, Milestone, milestones_of
from samarkand.priorities.governance.moments import as_of, moment
from samarkand.programme.model.models import Item, Programme, When

MOST_ROWS = 30
OF_STANDING = {
    "kept": "kept", "late": "late", "overdue": "expected", "slipping": "expected", "scheduled": "due",
    "not_met": "expected", "no_plan": "due",
}  # fmt: skip
HEADS = ("milestone", "plan", "met or expected", "slippage, years", "standing")
NOTE = (
    "Plan: by planned_opening and planned. An overdue milestone has slipped to the day of the file at least."
)


def gantt_of(answer: Answer, item: Item) -> Gantt:
    """One item: its works and its milestones."""
    today = as_of(item, answer.programme)
    found = milestones_of(item, today)
    works = _works(item, "From start to opening")
    rows = [*([works] if works is not None else []), *(_row(one) for one in found)]
    return Gantt(
        "Milestones and opening",
        tuple(row for row in rows if row.planned or row.now),
        None if today is None else moment(today),
        Table("", HEADS, tuple(_cells(one) for one in found), NOTE if found else "No milestone is given.", 3),
    )


def gantt_of_all(answer: Answer) -> Gantt:
    """The items with a start and an opening, the first to open first; in words their milestones."""
    rows = [row for item in answer.timeline.items if (row := _works(item, item.title)) is not None]
    found = [
        (item.id, *_cells(one))
        for item in answer.timeline.items
        for one in milestones_of(item, as_of(item, answer.programme))
    ]
    rows.sort(key=lambda row: (row.now or row.planned or (0.0, 0.0))[::-1])
    left = len(rows) - MOST_ROWS
    note = f"{left} further items with both days are not drawn. " if left > 0 else ""
    return Gantt(
        "From the start of works to the opening",
        tuple(rows[:MOST_ROWS]),
        _today(answer.programme),
        Table(
            "", ("item", *HEADS), tuple(found[:MOST_ROWS]), note + (NOTE if found else "No milestone is given."), 4
        ),
    )  # fmt: skip


def _today(programme: Programme) -> float | None:
    return None if programme.as_of is None else moment(programme.as_of)


def _works(item: Item, label: str) -> GanttRow | None:
    """From the start of the works to the opening, by the plan and as published now."""
    start, opening, planned = item.construction_start, item.opening, item.get("planned_opening")
    if start is None or (opening is None and planned is None):
        return None
    by_plan = (moment(start), moment(planned)) if isinstance(planned, When) else None
    now = (moment(start), moment(opening)) if opening is not None else None
    late = isinstance(planned, When) and opening is not None and planned.is_before(opening)
    is_open = item.status == "in_service"
    standing = ("late" if late else "kept") if is_open else ("expected" if late else "due")
    days = " - ".join(str(one) for one in (start, opening or planned))
    words = f"{item.title}: {days}" + (f", by the plan {planned}" if isinstance(planned, When) else "")
    return GanttRow(label, by_plan, now, standing, words)


def _row(one: Milestone) -> GanttRow:
    planned, now = (None if when is None else (moment(when),) * 2 for when in (one.planned, one.now))
    plan, met, _, standing = _cells(one)[1:]
    return GanttRow(
        one.title, planned, now, OF_STANDING[one.standing], f"{one.title}: plan {plan}, {met}, {standing}"
    )


def _cells(one: Milestone) -> tuple[str, ...]:
    return (
        one.title,
        str(one.planned or NO_FIGURE),
        str(one.now or NO_FIGURE),
        NO_FIGURE if one.slippage is None else f"{one.slippage:+.1f}",
        STANDINGS[one.standing],
    )
