"""What the items are to be expected to cost, beside their estimates; the classes behind it and how well they fit."""

from __future__ import annotations

from collections.abc import Sequence

from samarkand.priorities.base import Levels
from samarkand.priorities.faces import NO_FIGURE, Answer, Page, Table, shown
from samarkand.priorities.governance.contract_page import contract_of
from samarkand.priorities.governance.delivery_risk import NO_COST, demand_of, overrun_of
from samarkand.priorities.governance.gantt_page import gantt_of
from samarkand.priorities.governance.progress import (
    expected_opening,
    opening_at_pace,
    opening_if_resumed,
    slippage_of,
)
from samarkand.priorities.governance.progress_page import changes_of, money_of
from samarkand.priorities.governance.stability_page import stability_table
from samarkand.priorities.reference_fit import (
    COVERAGE,
    FAMILY,
    MEASURES,
    Fitted,
    class_of,
    fitted_classes,
)
from samarkand.programme.model.models import Item

MOST_ROWS = 30
HEADS = ("item", "status", "estimate", "overrun", "expected", f"{100 * COVERAGE:.0f} % of such items")


def said_of_costs(answer: Answer) -> str:
    """The estimates and what is to be expected of those that have a class, added up."""
    known = [(item, costs) for item in answer.timeline.items if (costs := _costs(answer, item))]
    estimate = sum(_estimate(item) for item, _ in known)
    expected = sum(costs[0] for _, costs in known)
    if not known:
        return (
            "No item has both a published cost and a reference class: nothing is said of what they may cost."
        )
    return (
        f"{len(known)} items with a published cost and a reference class are estimated at US$ {estimate:,.0f} m. "
        f"As projects of their classes came out, US$ {expected:,.0f} m are to be expected. The cost of the other items "
        "is taken as published."
    )


def costs_of(answer: Answer) -> Table:
    """Items by what they are to be expected to cost, the largest first."""
    known = [(item, costs) for item in answer.timeline.items if (costs := _costs(answer, item))]
    rows = sorted(known, key=lambda row: -row[1][0])
    left = len(answer.timeline.items) - len(rows)
    note = f"{left} items have no published cost or no reference class. " if left else ""
    if len(rows) > MOST_ROWS:
        note += f"The {MOST_ROWS} largest are shown. "
    return Table(
        "What the items are to be expected to cost, US$ m",
        HEADS,
        tuple(_row(answer, item) for item, _ in rows[:MOST_ROWS]),
        note=note + "Without a range: only the mean of the class is published, or the outturn is known.",
        numbers=2,
    )


def openings_of(items: Sequence[Item]) -> Table:
    """Openings by the plan, as published, and to be expected, of the items with a plan or with progress."""
    rows = []
    for item in items:
        slippage, by_class, resumed = slippage_of(item), expected_opening(item), opening_if_resumed(item)
        at_pace = opening_at_pace(item)
        if all(isinstance(one, str) for one in (slippage, by_class, resumed, at_pace)):
            continue
        planned = item.get("planned_opening")
        expected = f"not before {resumed:.1f}" if isinstance(resumed, float) else _year(by_class)
        moved = f"{slippage:+.1f}" if isinstance(slippage, float) else NO_FIGURE
        rows.append(
            (
                item.id,
                str(planned or NO_FIGURE),
                str(item.opening or NO_FIGURE),
                moved,
                expected,
                _year(at_pace),
            )
        )
    note = (
        "A year and its fraction. "
        if rows
        else "No item has an opening by the plan, or progress with its day. "
    )
    return Table(
        "Openings: by the plan, as published, to be expected",
        ("item", "plan", "published", "slippage, years", "to be expected by its class", "at the pace so far"),
        tuple(rows),
        note=f"{note}Keys: planned_opening, progress, progress_as_of (docs/programme.md).",
        numbers=3,
    )


def _year(found: float | str) -> str:
    return f"{found:.1f}" if isinstance(found, float) else NO_FIGURE


def fits_of() -> Table:
    """The classes: what is published of them, the fit, and by how much it misses."""
    rows = []
    for one in fitted_classes():
        if isinstance(one, Fitted):
            said = f"{FAMILY} {one.distribution.location:.3f}, {one.distribution.spread:.3f}"
            misses = ", ".join(f"{name} {100.0 * error:+.2f}" for name, error in one.errors.items())
            rows.append(
                (one.name, one.measure, said, misses, shown(one.published["mean"], "+.1f", 100.0, "%"))
            )
        else:
            rows.append((one.name, one.measure, "mean alone", NO_FIGURE, shown(one.mean, "+.1f", 100.0, "%")))
    return Table(
        "Reference classes: past projects of a kind over what was planned",
        ("class", "of", "fit: mean and sd of the logarithm", "misses what is published by, points", "mean"),
        tuple(rows),
        note="Outturn over estimate. Sources: priorities/delivery_classes.csv, worth/reference_classes.csv.",
        numbers=4,
    )


def item_page(answer: Answer, item: Item) -> Page:
    """One item: its cost, its class, and its users where they are forecast."""
    said = []
    for measure in MEASURES:
        found = class_of(item, measure)
        if found is not None:
            said.append(f"Its class of {measure} is {found.name}: {found.source}.")
    if item.status == "in_service":
        said.append("It is in service: what it cost is known, and no range is given.")
    elif not said:
        said.append(f"No reference class of the kind {item.kind_row.label.lower()} is declared.")
    demand = demand_of(item)
    if isinstance(demand, Levels) and demand.change is not None:
        said.append(
            f"Forecasts of users of such items came out at {100 * float(demand.change):+.0f} % on average."
        )
    rows = (_row(answer, item),) if _costs(answer, item) else ()
    gantt = gantt_of(answer, item)
    return Page(
        f"Delivery of {item.title}",
        lead=tuple(said),
        charts=(gantt,) if gantt.rows else (),
        tables=(
            Table("What it is to be expected to cost, US$ m", HEADS, rows, note="" if rows else f"{NO_COST}."),
            openings_of([item]),
            *money_of(answer, [item]),
            *changes_of(answer, item),
            contract_of(item),
            stability_table(answer, [item]),
        ),
    )  # fmt: skip


def _costs(answer: Answer, item: Item) -> list[float]:
    """Cost to be expected, with its ends where they are known; nothing where there is no figure."""
    found = overrun_of(item, answer.timeline.assumptions.parameters)
    if isinstance(found, str) or item.capex is None or item.capex.value is None:
        return []
    return [item.capex.value * (1.0 + one) for one in found]


def _estimate(item: Item) -> float:
    return (item.capex.value if item.capex is not None else None) or 0.0


def _row(answer: Answer, item: Item) -> tuple[str, ...]:
    mean, *ends = _costs(answer, item)
    estimate = _estimate(item)
    over = mean / estimate - 1.0 if estimate else float("nan")
    between = f"{ends[0]:,.0f} to {ends[1]:,.0f}" if ends else NO_FIGURE
    return (
        item.id, item.status.replace("_", " "), f"{estimate:,.0f}", shown(over, "+.0f", 100.0, "%"),
        f"{mean:,.0f}", between,
    )  # fmt: skip
