"""Tables of money: what was paid, what it comes to in the end, what was changed and what is claimed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from samarkand.priorities.base import Levels
from samarkand.priorities.faces import NO_FIGURE, Answer, Table, shown
from samarkand.priorities.governance.progress import budget_at_risk
from samarkand.priorities.governance.spending import (
    NO_CHANGE,
    NO_CLAIM,
    NO_PAYMENT,
    agreed,
    changes_by,
    cost_at_pace,
    cost_given_progress,
    open_disputes,
    paid_by,
    total,
)
from samarkand.programme.model.models import Entry, Item

HEADS = ("item", "cost", "paid", "done", "given progress", "at the pace", "changes in cost", "claimed")


def money_of(answer: Answer, items: Sequence[Item]) -> tuple[Table, ...]:
    """Payments, changes and claims of the items that have any; and the same by party."""
    parameters = answer.timeline.assumptions.parameters
    rows = []
    for item in items:
        paid = total(item.entries("spending"), "amount", NO_PAYMENT)
        changes = total(agreed(item), "amount", NO_CHANGE)
        claims = total(open_disputes(item), "claimed", NO_CLAIM)
        if all(isinstance(one, str) for one in (paid, changes, claims)):
            continue
        done = item.figure("progress")
        rows.append(
            (
                item.id,
                _money(item.capex.value if item.capex is not None else None),
                _money(paid),
                NO_FIGURE if done is None or done.value is None else f"{done.value:.0%}",
                _money(cost_given_progress(item, parameters)),
                _money(cost_at_pace(item)),
                _money(changes, "+,.0f"),
                _money(claims),
            )
        )
    if not rows:
        return ()
    note = (
        "Cost: with agreed changes. Given progress: paid, and what is left as projects of the class came out. "
        "At the pace: paid over the share done. Claims that are open enter no other figure."
    )
    money = Table("Money: paid, to be expected in the end, changed, claimed, US$ m", HEADS, tuple(rows), note)
    return (money, by_party_of(answer, items))


def by_party_of(answer: Answer, items: Sequence[Item]) -> Table:
    """What parties paid, what agreed changes cost them, and what would be added if items came out as their class."""
    paid: dict[str, float] = {}
    changed: dict[str, float] = {}
    at_risk: dict[str, float] = {}
    for item in items:
        _add(paid, paid_by(item))
        _add(changed, changes_by(item))
        found = budget_at_risk(item, answer.timeline)
        if isinstance(found, Levels) and found.change is not None:
            _add(
                at_risk,
                {str(code): float(found.change.sel(party=code)) for code in found.change["party"].values},
            )
    names = {party.id: party.name for party in answer.programme.parties}
    codes = sorted({*paid, *changed, *at_risk}, key=lambda code: names.get(code, code))
    rows = tuple(
        (names.get(code, code), *(_money(one.get(code)) for one in (paid, changed, at_risk))) for code in codes
    )  # fmt: skip
    return Table(
        "By party, US$ m",
        ("party", "paid", "changes", "budget at risk"),
        rows,
        "By the share of the cost that a party finances. Amounts of finance stay as they are.",
    )


def changes_of(answer: Answer, item: Item) -> tuple[Table, ...]:
    """Change orders and disputes of an item, and what the agreed ones do to the income of those who pay."""
    tables = []
    orders, disputes = item.entries("change_order"), item.entries("dispute")
    if orders:
        rows = tuple(
            (
                str(number), _text(row, "title"), _text(row, "status"), _text(row, "date"),
                _figure(row, "amount", "+,.0f"), _figure(row, "days", "+,.0f"),
            )
            for number, row in enumerate(orders, 1)
        )  # fmt: skip
        leave_out = f"--set {item.id}.change_order.1.status=rejected"
        note = f"What the first does to worth: samarkand worth {item.id} {leave_out}."
        heads = ("", "change", "status", "day", "US$ m", "days")
        tables.append(Table("Change orders", heads, rows, note, 4))
    effects = income_effects(answer, item)
    if effects:
        lines = tuple(
            (answer.world.name_of(code), f"{paid:,.1f}", f"{100.0 * lost:+.4f} %")
            for code, (paid, lost) in effects.items()
        )
        note = "In the last year, to first order: changes over all that the economy pays, times its loss by payment."
        tables.append(
            Table("Agreed changes: who pays", ("economy", "US$ m a year", "real income"), lines, note)
        )
    if disputes:
        held = tuple(
            (
                _text(row, "title"), _text(row, "status"), _text(row, "form"), _text(row, "opened"),
                _figure(row, "claimed", ",.0f"), _figure(row, "awarded", "+,.0f"),
            )
            for row in disputes
        )  # fmt: skip
        heads = ("dispute", "status", "form", "since", "claimed, US$ m", "awarded, US$ m")
        tables.append(Table("Disputes", heads, held, numbers=4))
    return tuple(tables)


def income_effects(answer: Answer, item: Item) -> dict[str, tuple[float, float]]:
    """By economy, what it pays a year for agreed changes of an item, US$ m, and the change of its real income.

    `a_e = (x / C) a`, with x the changes, C the cost with them, a what the economy pays for the item. To first order
    `r_e = (a_e / A) (r - r_unpaid)`, with A all that it pays, r and r_unpaid its real income with and before payment.
    """
    changes = total(agreed(item), "amount", NO_CHANGE)
    if isinstance(changes, str) or item.capex is None or not item.capex.value:
        return {}
    timeline = answer.timeline
    mine: dict[str, float] = {}
    of_all: dict[str, float] = {}
    for charge in timeline.schedule.changes[timeline.years[-1]].charges:
        _add(of_all, {charge.economy: charge.annual})
        if charge.item == item.id:
            _add(mine, {charge.economy: charge.annual * changes / item.capex.value})
    paid, unpaid = answer.array("real_income"), answer.array("real_income_unpaid")
    return {
        code: (more, more / of_all[code] * float(paid.sel(economy=code) - unpaid.sel(economy=code)))
        for code, more in sorted(mine.items())
        if of_all[code]
    }


def _add(to: dict[str, float], more: Mapping[str, float]) -> None:
    for code, amount in more.items():
        to[code] = to.get(code, 0.0) + amount


def _money(value: float | str | None, form: str = ",.0f") -> str:
    return NO_FIGURE if value is None or isinstance(value, str) else shown(value, form)


def _text(row: Entry, key: str) -> str:
    found = row.get(key)
    return NO_FIGURE if found is None else str(found).replace("_", " ")


def _figure(row: Entry, key: str, form: str) -> str:
    found = row.figure(key)
    return NO_FIGURE if found is None else _money(found.value, form)
