"""One economy: what it gains and pays, by which items, with whom, and what is not known.

net           = before payment - charge + effect of paying
direct net    = direct margins - charge for the items that have these alone
item          left out: what the economy would lose in trade without it, all others in place
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from samarkand.core.gaps import NO_EFFECT
from samarkand.ledger.margins import margins
from samarkand.priorities.faces import NO_FIGURE, Page, Table
from samarkand.priorities.registry import priorities
from samarkand.reports.answers.lines import (
    UNIT,
    Line,
    cells_of,
    certainty,
    in_words,
    lines_of,
    priority_lines,
)
from samarkand.reports.answers.transit_lines import transit_of_economy
from samarkand.reports.figures import digits, figure, money, nearer, per_cent, plural
from samarkand.reports.summary import NOTHING_SHOWN, WHOLE, Summary, summarise
from samarkand.result import Appraisal
from samarkand.worth.net_worth import net_worth
from samarkand.worth.worth import Worth

MOST_ITEMS, MOST_MOVERS, MOST_MISSING, MOST_PASSED = 5, 3, 2, 2
FEWEST_ITEMS, USUAL_SUMS = 3, 5
TONNES = ("import_tonnes", "export_tonnes")
LEAST_TONNES, LEAST_PASSING = 0.001, 0.005  # million tonnes a year; a share of goods


def economy_page(appraisal: Appraisal, worth: Worth, code: str) -> Page:
    """One screen about an economy in the last year asked about."""
    summary, name = summarise(appraisal), appraisal.world.name_of(code)
    lines = [line for line in lines_of(appraisal, worth) if line.economy == code]
    sums = _sums(appraisal, summary, code)
    most = max(
        MOST_ITEMS - max(len(sums.rows) - USUAL_SUMS, 0), FEWEST_ITEMS
    )  # direct margins take their lines
    tables = (
        sums,
        *_items(appraisal, lines, most),
        *_transit(appraisal, code),
        *_movers(appraisal, code),
        _priorities(appraisal, code),
        *_missing(appraisal, code),
    )
    lead = (
        *_said(appraisal, summary, code, lines), *transit_of_economy(appraisal, code),
        *_transit_said(appraisal, code), certainty(appraisal, code),
    )  # fmt: skip
    return Page(f"{name} · {appraisal.programme.title} · {summary.year}", lead, tables=tables)


def said_of(appraisal: Appraisal, worth: Worth | None, code: str) -> Iterable[str]:
    """The answer, and why, in two or three sentences."""
    lines = [line for line in lines_of(appraisal, worth) if line.economy == code]
    return _said(appraisal, summarise(appraisal), code, lines)


def _said(appraisal: Appraisal, summary: Summary, code: str, lines: Sequence[Line]) -> Iterable[str]:
    name = appraisal.world.name_of(code)
    value, before, cost = (
        float(column.get(code, np.nan))
        for column in (summary.real_income_value, summary.unpaid_value, summary.cost)
    )
    cost = 0.0 if cost != cost else cost
    share = float(summary.real_income.get(code, np.nan))
    if value != value:
        yield f"{name} has no results of its own: {appraisal.reason_of('real_income')}."
        return
    if abs(value) <= NOTHING_SHOWN:
        yield f"{name} neither gains nor loses: nothing of the programme reaches it."
        return
    verb = "gains" if value > 0 else "loses"
    yield (
        f"{name} {verb} {money(abs(value))} of real income a year ({per_cent(share)}): "
        f"{money(before, sign=True)} before anybody pays"
        + (f", and it is charged {money(cost)}." if cost else "; it is charged nothing.")
    )
    titles = {item.id: item.title for item in appraisal.programme.items}
    best = [
        line for line in sorted(lines, key=lambda line: -line.trade) if line.trade > 0.05 * max(before, 0.0)
    ][:2]
    dear = max(lines, key=lambda line: line.charge, default=None)
    if best and before > NOTHING_SHOWN:
        parts = " and ".join(f"{titles[line.item]} ({money(line.trade, sign=True)})" for line in best)
        most = "Most" if sum(line.trade for line in best) > 0.5 * before else "The largest part"
        yield f"{most} of what it gains in trade comes from {parts}."
    if dear is not None and dear.charge > 0.2 * cost > 0:
        most = "Most" if dear.charge > 0.5 * cost else "The largest part"
        yield f"{most} of what it pays is for {titles[dear.item]}, {money(dear.charge)} a year."


def _sums(appraisal: Appraisal, summary: Summary, code: str) -> Table:
    """Sums that a reader can follow with a pencil."""
    value, before, cost = (
        float(column.get(code, 0.0))
        for column in (summary.real_income_value, summary.unpaid_value, summary.cost)
    )
    beside = net_worth(appraisal)
    rows = [
        ("Trade: before anybody pays", figure(before, UNIT, sign=True)),
        ("Charged for it", figure(-cost, UNIT, sign=True)),
    ]
    if abs(prices := value - before + cost) > NOTHING_SHOWN:  # next to nothing without construction demand
        rows.append(("What paying does to prices", figure(prices, UNIT, sign=True)))
    rows.append(("Real income", figure(value, UNIT, sign=True)))
    for margin, of_economy in beside.gains.items():
        amount = of_economy.get(code)
        if amount is not None and abs(amount.central) > NOTHING_SHOWN:
            row = margins()[margin]
            pays = ": what it pays" if row.transfer and amount.central < 0 else ""
            rows.append((f"{row.title}{pays}, direct", figure(amount.central, UNIT, sign=True)))
    if (also := beside.charged.get(code, 0.0)) > NOTHING_SHOWN:
        rows.append(("Charged for items that have direct margins alone", figure(-also, UNIT, sign=True)))
    if len(rows) > 4:
        rows.append(("Net", figure(value + beside.net_of(code), UNIT, sign=True)))
    return Table("What it adds up to", ("", "US$ m a year"), tuple(rows))


def _items(appraisal: Appraisal, lines: Sequence[Line], most: int) -> Iterable[Table]:
    if not lines:
        return
    titles = {item.id: item.title for item in appraisal.programme.items}

    rows = [cells_of(titles[line.item], [line]) for line in lines[:most]]
    if lines[most:]:
        rows.append(cells_of(plural(len(lines) - most, "other"), lines[most:]))
    note = "Trade: what it would lose without the item alone; items that need each other do not add up."
    heads = ("US$ m a year", "trade", "direct", "charged", "net")
    yield Table("Items by what they bring and take", heads, tuple(rows), note)


def _transit_by_case(appraisal: Appraisal, code: str) -> dict[str, tuple[float, float, float]]:
    """Earned from goods of others without, with and more, US$ m a year by kind of place; empty where none was laid."""
    arrays = [appraisal.array("transit_income", scenario) for scenario in ("without", "with", "change")]
    if any("economy" not in one.dims for one in arrays):
        return {}
    found = {}
    for case in map(str, arrays[0]["case"].to_numpy()):
        without, with_, change = (float(one.sel(economy=code, case=case)) for one in arrays)
        if any(value == value for value in (without, with_, change)):
            found[case] = without, with_, change
    return found


def _transit_said(appraisal: Appraisal, code: str) -> Iterable[str]:
    by_case = _transit_by_case(appraisal, code)
    if by_case:
        _, with_, change = np.nansum(list(by_case.values()), axis=0)
        more = "more" if change > 0 else "less"
        said = f"{money(abs(change))} {more} than" if abs(change) > NOTHING_SHOWN else "as much as"
        yield f"From goods of others that pass it earns {money(with_)} a year, {said} without the programme."


def _transit(appraisal: Appraisal, code: str) -> Iterable[Table]:
    """What the economy earns from goods of others, where freight was laid."""
    rows = [
        (
            case[:1].upper() + case[1:],
            *(figure(value, UNIT, sign=number == 2) for number, value in enumerate(values)),
        )
        for case, values in _transit_by_case(appraisal, code).items()
    ]
    if rows:
        note = (
            "US$ m a year at published tariffs, the cost of the service in it; no part of real income. What is "
            "modelled and what is published: docs/freight-observed.md."
        )
        yield Table("Earned from goods of others", ("", "without", "with", "change"), tuple(rows), note)


def _movers(appraisal: Appraisal, code: str) -> Iterable[Table]:
    """Partners and sectors that move most, in money."""
    rows = []
    for indicator, dim, words in (
        ("trade_flow", "partner", "Exports to"), ("sector_output", "sector", "Output of"),
    ):  # fmt: skip
        without, with_ = (
            appraisal.array(indicator, scenario).sel(economy=code) for scenario in ("without", "with")
        )
        moved: pd.Series = (with_ - without).to_series().drop(code, errors="ignore")
        base = without.to_series()
        names = (
            {one: appraisal.world.name_of(str(one)) for one in moved.index} if dim == "partner"
            else {one: str(one).replace("_", " ") for one in moved.index}
        )  # fmt: skip
        said = [
            f"{names[one]} {figure(float(moved[one]), UNIT, sign=True)} "
            f"({per_cent(float(moved[one] / base[one] if base[one] else np.nan))})"
            for one in moved.abs().sort_values(ascending=False).index[:MOST_MOVERS]
            if abs(moved[one]) > NOTHING_SHOWN
        ]
        if said:
            rows.append((words, "; ".join(said)))
    rows += [*_by_mode(appraisal, code), *_passed(appraisal, code)]
    if rows:
        title = "What moves most: US$ m a year after payment, goods in m t a year before it"
        yield Table(title, ("", ""), tuple(rows), numbers=2)


def _by_mode(appraisal: Appraisal, code: str) -> Iterable[tuple[str, str]]:
    """What its imports and exports weigh by mode without the programme and with it; the largest first."""
    imports, exports = TONNES
    if "economy" not in appraisal.array(imports, "with").dims:
        return  # infrastructure is not assessed
    without, with_ = (
        (appraisal.array(imports, scenario) + appraisal.array(exports, scenario))
        .sel(economy=code)
        .to_series()
        for scenario in ("without", "with")
    )
    said = []
    for mode in with_.sort_values(ascending=False).index:
        before, after = float(without[mode]), float(with_[mode])
        if max(before, after) >= LEAST_TONNES:
            amounts = dict.fromkeys((_tonnes(before), _tonnes(after)))  # once where they look the same
            more = f" ({per_cent(after / before - 1.0)})" if before > 0 else ""
            said.append(f"{mode} {' to '.join(amounts)}{more}")
    if said:
        yield "Goods by", "; ".join(said)


def _tonnes(value: float) -> str:
    return figure(value, "m t a year") if value >= LEAST_TONNES else nearer(f"{LEAST_TONNES:g}")


def _passed(appraisal: Appraisal, code: str) -> Iterable[tuple[str, str]]:
    """Straits and canals that most of its goods pass with the programme, in parts of their value."""
    imports, exports = (
        appraisal.array(f"chokepoint_{way}", "with").sel(economy=code).to_series()
        for way in ("imports", "exports")
    )
    titles = {row.id: row.title for row in appraisal.world.network.chokepoints}
    most = imports.combine(exports, max).sort_values(ascending=False)
    said = [
        f"{titles[str(one)]} {figure(imports[one], 'fraction')} and {figure(exports[one], 'fraction')} %"
        for one in most.index[:MOST_PASSED]
        if most[one] >= LEAST_PASSING
    ]
    if said:
        yield "They pass", f"{'; '.join(said)} of imports and of exports, by value"


def _priorities(appraisal: Appraisal, code: str) -> Table:
    lines = priority_lines()
    rows = []
    for priority in priorities():
        said = (
            [priority.reason] if not priority.assessed
            else [in_words(appraisal, name, "economy", code) for name in lines[priority.name].of_economy]
        )  # fmt: skip
        if priority.name == "governance":
            said = [_delivery(appraisal, code)]
        rows.append((priority.name.capitalize(), "; ".join(filter(None, said)) or NO_FIGURE))
    return Table("The seven priorities", ("", ""), tuple(rows), numbers=2)


def _delivery(appraisal: Appraisal, code: str) -> str:
    """Items that stand in the economy, and what is still to be expected of their cost."""
    mine = [item.id for item in appraisal.timeline.items if code in item.economies]
    if not mine:
        return "no item stands here"
    values = appraisal.array("cost_overrun_to_come")
    known = [
        float(values.sel(project=name))
        for name in mine
        if "project" in values.dims and name in values["project"].values
    ]
    known = [value for value in known if np.isfinite(value)]
    said = plural(len(mine), "item stands", "items stand") + " here"
    if not known:
        return said
    low, high = 100 * min(known), 100 * max(known)
    if high < 0.5:
        return f"{said}; no cost overrun is to be expected any more ({plural(len(known), 'item')})"
    spread = f"{digits(high)}" if high - low < 0.5 else f"{digits(low)} to {digits(high)}"
    return f"{said}; cost of {len(known)} still to overrun by {spread} %, mean of its class"


def _missing(appraisal: Appraisal, code: str) -> Iterable[Table]:
    """Items that stand in the economy and are not, or not wholly, assessed."""
    mine = {item.id: item.title for item in appraisal.timeline.items if code in item.economies}
    rows = []
    for gap in appraisal.not_assessed:
        name, what, reason = gap[:3]
        words = (
            reason.removeprefix(NO_EFFECT) if what in WHOLE else f"{what.replace('_', ' ')}: {reason}"
        )  # a part, as one crossing of nine
        if name in mine and (mine[name], words) not in rows:
            rows.append((mine[name], words))
    more = len(rows) - MOST_MISSING
    note = f"{more} more in the report." if more > 0 else ""
    if rows:
        yield Table("What is missing", ("", ""), tuple(rows[:MOST_MISSING]), note, numbers=2)
