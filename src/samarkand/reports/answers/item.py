"""One item: what it costs and gives, to whom, what each priority says of it, and what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from samarkand.analysis.full_places import NOTHING_BINDS, full_places, passing_words, tonnes_of_item
from samarkand.priorities.faces import NO_FIGURE, Page, Table
from samarkand.priorities.registry import priorities
from samarkand.reports.answers.lines import UNIT, Line, cells_of, in_words, lines_of, priority_lines, sums_of
from samarkand.reports.answers.transit_lines import transit_of_item
from samarkand.reports.figures import MINUS, figure, money, per_cent
from samarkand.reports.summary import NOTHING_SHOWN
from samarkand.result import Appraisal
from samarkand.worth.item_worth import ItemWorth
from samarkand.worth.worth import Worth

MOST_ECONOMIES, MOST_MISSING = 8, 8


def item_answer(appraisal: Appraisal, worth: Worth, name: str, economy: str = "") -> Page:
    """One screen about an item in the last year asked about; `economy`: also what it is for this one, and why."""
    one = worth.items[name]
    lines = [line for line in lines_of(appraisal, worth) if line.item == name]
    return Page(
        f"{one.item.title} · {appraisal.programme.title} · {appraisal.years[-1]}",
        tuple(_said(appraisal, one, lines)),
        tables=(
            *_for_economy(appraisal, one, lines, economy), *_who(appraisal, lines), *_life(one),
            *_capacities(appraisal, name),
            _priorities(appraisal, name), *_missing(appraisal, one),
        ),
    )  # fmt: skip


def _said(appraisal: Appraisal, one: ItemWorth, lines: Sequence[Line]) -> Iterable[str]:
    item, year = one.item, appraisal.years[-1]
    cost = item.capex.value if item.capex is not None else None
    words = "no cost is published" if cost is None else f"costs {money(cost)}"
    where = ", ".join(appraisal.world.name_of(code) for code in item.economies)
    opening = f"open from {item.opening}" if item.opening else "no date of opening is published"
    yield f"{item.kind_row.label} in {where}; {item.status.replace('_', ' ')}; {words}; {opening}."
    if not item.is_open(year):
        yield f"Not in service by {year}: it changes nothing yet."
        return
    trade, direct, charged = sums_of(lines)
    if max(map(abs, (trade, direct))) <= NOTHING_SHOWN:
        yield f"It has no effect that is assessed: {one.reason or 'used by nobody'}."
        if charged > NOTHING_SHOWN:
            yield f"{money(charged)} a year are charged for it."
        return
    parts = [f"{money(trade, sign=True)} in trade"] if abs(trade) > NOTHING_SHOWN else []
    parts += [f"{money(direct, sign=True)} in direct margins"] if abs(direct) > NOTHING_SHOWN else []
    yield (
        f"In {year} it brings all economies {' and '.join(parts)}; {money(charged)} a year are charged for it: "
        f"{money(trade + direct - charged, sign=True)} a year."
    )
    if appraisal.asked.has_limits:
        yield from _tonnes_with_limits(appraisal, item.id)
    elif one.tonnes > 0:
        yield f"{figure(1e-6 * one.tonnes, 'm t a year')} m tonnes a year of the trade in the accounts take it."
    brings = [line for line in lines if line.trade + line.direct > NOTHING_SHOWN]
    brings.sort(key=lambda line: -(line.trade + line.direct))
    if brings:
        names = [
            f"{appraisal.world.name_of(line.economy)} ({money(line.trade + line.direct, sign=True)})"
            for line in brings[:3]
        ]
        yield f"It brings most to {', '.join(names)}."
    yield from transit_of_item(appraisal, item.id)
    lose = [line for line in lines if line.net < -NOTHING_SHOWN]
    if lose:
        worst = min(lose, key=lambda line: line.net)
        who = appraisal.world.name_of(worst.economy)
        yield f"{who} bears most: {money(worst.net, sign=True)} a year, {money(worst.charge)} of it charged."


def _tonnes_with_limits(appraisal: Appraisal, name: str) -> Iterable[str]:
    """What passes the item on the ways that full places leave; nothing where it changes no link."""
    both = tonnes_of_item(appraisal.timeline.last, name)
    if both is not None:
        without, with_ = (figure(1e-6 * one, "m t a year") for one in both)
        yield (
            f"With limits {with_} m tonnes a year of the trade between economies pass the busiest of its links, and "
            f"{without} without the programme."
        )


def _for_economy(appraisal: Appraisal, one: ItemWorth, lines: Sequence[Line], code: str) -> Iterable[Table]:
    """What the item is for one economy by channel; those of trade add up to what it would lose without it."""
    if not code:
        return
    mine = [line for line in lines if line.economy == code]
    trade, direct, charged = sums_of(mine)
    users = one.users.get(code, 0.0)
    rows = (
        [("Lower costs of what it buys", users), ("Terms of trade and transfers", trade - users)]
        if one.alone
        else []
    )
    rows += [("Direct margins", direct)] if direct else []
    rows += [("Charged for it", -charged), ("Net", trade + direct - charged)]
    share = one.bearers.get(code)
    note = "" if share is None else f"It bears {share:.0%} of the capital cost."
    yield Table(
        f"For {appraisal.world.name_of(code)}", ("", "US$ m a year"),
        tuple((words, figure(value, UNIT, sign=True)) for words, value in rows), note,
    )  # fmt: skip


def _who(appraisal: Appraisal, lines: Sequence[Line]) -> Iterable[Table]:
    if not lines:
        return
    rows = [cells_of(appraisal.world.name_of(line.economy), [line]) for line in lines[:MOST_ECONOMIES]]
    if rest := lines[MOST_ECONOMIES:]:
        rows.append(cells_of(f"{len(rest)} others", rest))
    rows.append(cells_of("All economies", lines))
    note = "US$ m a year. Trade: what each would lose if the item alone were left out."
    yield Table("Who gains and who pays", ("", "trade", "direct", "charged", "net"), tuple(rows), note)


def _life(one: ItemWorth) -> Iterable[Table]:
    if not one.is_assessed:
        return
    rate = one.parameters["discount_rate"]
    values, found = one.values(rate), one.rate_of_return()
    dearer = one.at_outturn()
    rows = [
        (f"Net present value at {rate:.0%}", f"{figure(values.net.central, UNIT, sign=True)} US$ m"),
        ("Economic rate of return", found.reason if found.value != found.value else per_cent(found.value)),
        ("Benefits over costs", _hundredths(values.benefit_cost_ratio)),
        ("Pays back", "never" if values.payback != values.payback else f"after {values.payback:.0f} years"),
    ]
    if dearer is not one:
        net = dearer.values(rate).net.central
        rows.append(
            ("Net present value, as dear as its class turned out", f"{figure(net, UNIT, sign=True)} US$ m")
        )
    yield Table("Over its life", ("", ""), tuple(rows), "samarkand worth ITEM shows ranges and years.")


def _capacities(appraisal: Appraisal, name: str) -> Iterable[Table]:
    """Places whose capacity the item raises, without the programme and with it; nothing without limits."""
    table = full_places(appraisal.timeline.last)
    if table is None:
        return
    mine = table[[name in str(items).split(" + ") for items in table["items"]]]
    rows = [
        (row["place"], passing_words(row, "without"), passing_words(row, "with"))
        for row in mine.to_dict("records")
    ]  # fmt: skip
    if not rows:
        rows = [("It raises no capacity that is known", "", "")]
    note = f"What passes of what it takes, and the price of passing. {NOTHING_BINDS}"
    yield Table("Capacity", ("", "without the programme", "with it"), tuple(rows), note, numbers=3)


def _hundredths(value: float) -> str:
    """A ratio with two places; what rounds to nothing has no sign."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", MINUS)


def _priorities(appraisal: Appraisal, name: str) -> Table:
    lines, rows = priority_lines(), []
    for priority in priorities():
        said = (
            [words for one in lines[priority.name].of_item if (words := in_words(appraisal, one, "project", name))]
            if priority.assessed else [priority.reason]
        )  # fmt: skip
        if said:
            rows.append((priority.name.capitalize(), "; ".join(said)))
    if not rows:
        rows = [("", NO_FIGURE)]
    return Table("What the priorities say of it", ("", ""), tuple(rows), numbers=2)


def _missing(appraisal: Appraisal, one: ItemWorth) -> Iterable[Table]:
    name = one.item.id
    gaps = [(gap.what, gap.reason) for gap in (*one.gaps, *appraisal.not_assessed) if gap.item == name]
    rows = [(what.replace("_", " "), reason) for what, reason in dict.fromkeys(gaps)]
    more = len(rows) - MOST_MISSING
    if rows:
        note = f"{more} more in the report." if more > 0 else ""
        yield Table("What is missing", ("", "because"), tuple(rows[:MOST_MISSING]), note, numbers=2)
