"""What a reader sees of the worth of items: all of them in one table, and one of them whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from samarkand.core.conventions import BASE_YEAR, Floats
from samarkand.engines.project_values import calc_present_value
from samarkand.ledger.margins import margins
from samarkand.priorities.environment.paths import TITLES
from samarkand.priorities.faces import NO_FIGURE, Bars, Page, Table, shown
from samarkand.priorities.item_freight import USED_BY_NOBODY
from samarkand.worth.alternatives import more_than
from samarkand.worth.item_worth import RATES, ItemWorth, Values
from samarkand.worth.outturn import class_of, overrun_of
from samarkand.worth.reforms import Reformed
from samarkand.worth.sampling import DRAWS, delay_of, delayed, sample
from samarkand.worth.worth import Worth

MONEY = ",.0f"
MOST_ECONOMIES, MOST_YEARS = 8, 10
SHOWN = 0.5  # US$ m; below it an economy is among the others
TOO_GOOD = 0.25  # return a year
COSTS = ("capex", "operating_cost")
CHANNELS = {
    "network": "freight", "trade_costs": "standards", "tariffs": "duties", "clearance": "clearance",
    "facilitation": "facilitation without published hours",
}  # fmt: skip
UNUSED = 1e-3  # US$ m a year; an item on the network that is worth less is used by nobody

NOTE = (
    "US$ m at constant prices. Three gains of the world in a year of full service, before anybody pays: left out, what "
    "it would lose in trade without the item, all others in place; alone, what it gains in trade where nothing else is "
    "built; direct, hours of passengers and fuel of power plants. Then the net present value, the economic rate of "
    "return and benefits over costs, over construction and service. samarkand worth ITEM shows ranges and who gains."
)
FREIGHT = (
    "What freight is worth rests on modelled tonnes: samarkand world check --observed shows where they are not those "
    "observed."
)


def worth_page(worth: Worth) -> Page:
    """All items: what they cost, what they give, and what they are worth over their lives."""
    return Page(
        f"What the items of {worth.programme.title} are worth",
        lead=tuple(_said(worth)),
        charts=_from_benefits_to_net(worth.assessed, worth.asked.assumptions.parameters["discount_rate"]),
        tables=(_of_items(worth), *_with_carbon(worth), *_of_measures(worth), *_without_figure(worth)),
    )


def _said(worth: Worth) -> Iterable[str]:
    share = worth.assessed_share
    count, total = len(worth.assessed), len(worth.items)
    yield f"{count} of {total} items have a cost, a date of opening and a benefit to set against it."
    if share == share:
        yield (
            f"They are {share:.0%} of the published capital cost. All of their cost counts, whatever part of their "
            "purpose is assessed."
        )
    together = sum(worth.together.values())
    left_out = [_of_equilibrium(one) for one in worth.items.values()]
    alone = [sum(one.alone.values()) for one in worth.items.values()]
    if len(worth.items) == len(worth.programme.ids) - len(worth.asked.scenario.without):
        yield (
            f"Freight, duties and standards in {worth.year}: together US$ {together:,.0f} m a year; the items left out "
            f"one by one add up to {sum(left_out):,.0f}, and each alone to {sum(alone):,.0f}. Left out, items that "
            "need each other count twice, and items that replace each other too little; alone it is the other way "
            "round."
        )
    if len(worth.channels) > 1:
        parts = ", ".join(
            f"{CHANNELS.get(name, name)} {_a_year(value)}" for name, value in worth.channels.items()
        )
        rest = together - sum(worth.channels.values())
        yield (
            f"By channel, each alone with all items, US$ m a year: {parts}; the equilibrium's own interaction "
            f"{_a_year(rest)}. Direct margins add up as they are."
        )
    yield FREIGHT


def _from_benefits_to_net(items: Iterable[ItemWorth], rate: float) -> tuple[Bars, ...]:
    """Present values by margin, each item's at its own start of construction, and what is left of them."""
    parts: dict[str, float] = {}
    for one in items:
        for margin, value in one.parts(rate).items():
            if not margins()[margin].transfer:
                parts[margin] = parts.get(margin, 0.0) + value
    if not parts:
        return ()
    ranked = sorted(parts, key=lambda margin: -parts[margin])
    labels = (*(margins()[margin].title for margin in ranked), "Net")
    values = (*(parts[margin] for margin in ranked), sum(parts.values()))
    return (
        Bars(
            f"From benefits to what is left: present values at {rate:.0%}", "US$ m", "margin", labels, values
        ),
    )


def _of_items(worth: Worth) -> Table:
    rate = worth.asked.assumptions.parameters["discount_rate"]
    ranked = sorted(worth.assessed, key=lambda one: -one.values(rate).net.central)
    rows = tuple(
        (
            one.item.title,
            shown(one.item.capex.value or 0.0, MONEY) if one.item.capex else NO_FIGURE,
            _a_year(_of_equilibrium(one)) if one.alone else "",
            _a_year(sum(one.alone.values())) if one.alone else "",
            _a_year(_of_direct(one)) if _has_direct(one) else "",
            shown(one.values(rate).net.central, MONEY),
            _rate(one),
            shown(one.values(rate).benefit_cost_ratio, ".2f"),
        )
        for one in ranked
    )
    heads = (
        "", "capex", "left out", "alone", "direct", f"value at {rate:.0%}", "return", "ratio",
    )  # fmt: skip
    return Table("Over their lives", heads, rows, NOTE)


def reforms_page(worth: Worth, found: Sequence[Reformed]) -> Page:
    """Reforms and items by what a dollar spent on them gives."""
    rate = worth.asked.assumptions.parameters["discount_rate"]
    of_reforms = {id(one.worth) for one in found}
    listed = [one.worth for one in found if one.worth.is_assessed] + list(worth.assessed)
    ranked = sorted(listed, key=lambda one: -one.values(rate).benefit_cost_ratio)
    rows = []
    for one in ranked:
        gained = calc_present_value(one.benefits() + _residual(one), rate)
        kind = "reform" if id(one) in of_reforms else one.item.kind_row.label.lower()
        amounts = (gained, calc_present_value(one.costs(), rate), one.values(rate).net.central)
        ratio = shown(one.values(rate).benefit_cost_ratio, ".2f")
        rows.append((one.item.title, kind, *(shown(amount, MONEY) for amount in amounts), ratio))
    heads = ("", "kind", "benefits", "costs", "net", "a dollar gives")
    lead = [
        f"{one.worth.item.title}: US$ {_a_year(_of_equilibrium(one.worth))} m a year in {worth.year}."
        for one in found
        if one.worth.streams
    ]
    if not found:
        lead.append("No open crossing lies between two economies of the programme.")
    lead += [
        f"{one.worth.item.title}: not assessed: {one.worth.reason}." for one in found if not one.worth.streams
    ]
    note = (
        f"US$ m at {rate:.0%}, each discounted to its own start. What reforms save and cost stands in reforms.csv, "
        "with ranges: --assume reform_border_share=0.25. Every open crossing between two economies of the programme "
        "takes part, whoever else trades there."
    )
    title = f"Reforms beside the items of {worth.programme.title}"
    return Page(
        title, lead=tuple(lead), tables=(Table("What a dollar spent gives", heads, tuple(rows), note, 2),)
    )


def _residual(one: ItemWorth) -> Floats:
    assert one.life is not None
    return one.life.residual()


def _with_carbon(worth: Worth) -> Iterable[Table]:
    """Values with greenhouse gases at every published path, of items whose gases are known."""
    rate = worth.asked.assumptions.parameters["discount_rate"]
    known = [one for one in worth.assessed if one.carbon.flows]
    rows = tuple(
        (
            one.item.title, shown(one.values(rate).net.central, MONEY),
            *(shown(one.values(rate, carbon=name).net.central, MONEY) for name in TITLES),
        )
        for one in sorted(known, key=lambda one: -one.values(rate).net.central)
    )  # fmt: skip
    if rows:
        yield Table(
            f"With greenhouse gases: values at {rate:.0%}", ("", "without", *TITLES.values()), rows,
            "US$ m. Gases avoided less those emitted in service, and in building where they are known, at published "
            "paths of prices, discounted like money. Items that act on the network: samarkand carbon ITEM.",
        )  # fmt: skip


def _of_measures(worth: Worth) -> Iterable[Table]:
    """Items that act and have no published cost or date of opening: what they give a year."""
    rows = tuple(
        (
            one.item.title,
            _a_year(_of_equilibrium(one)) if one.alone else "",
            _a_year(sum(one.alone.values())) if one.alone else "",
            _a_year(_of_direct(one)) if _has_direct(one) else "",
            one.reason,
        )
        for one in worth.items.values()
        if not one.is_assessed and one.streams
    )
    if rows:
        yield Table(
            "Without a value over a life", ("", "left out", "alone", "direct", "because"), rows,
            "US$ m in a year of full service.",
        )  # fmt: skip


def _without_figure(worth: Worth) -> Iterable[Table]:
    rows = tuple(
        (one.item.title, one.reason)
        for one in worth.items.values()
        if not one.is_assessed and not one.streams
    )
    if rows:
        yield Table("Without a figure", ("", "because"), rows, numbers=2)


def item_page(worth: Worth, name: str) -> Page:
    """One item: its years and costs, its values, who gains and who pays, and its life year by year."""
    one = worth.items[name]
    if not one.is_assessed:
        return Page(one.item.title, lead=(f"Not assessed: {one.reason}.",))
    return Page(
        one.item.title,
        lead=(*_said_of_item(one), *_of_gaps(one), *([FREIGHT] if one.alone else [])),
        charts=_from_benefits_to_net((one,), one.parameters["discount_rate"]),
        tables=(
            _values(one),
            *_beside_alternatives(worth, one),
            *_as_its_class(one),
            _margins(one, worth),
            *_who(one, worth),
            _years(one),
        ),
    )


def _said_of_item(one: ItemWorth) -> Iterable[str]:
    life = one.life
    assert life is not None
    started = "" if life.start_is_published else " (no start is published: assumed)"
    built = (
        f"Built from {life.start}{started}, open in {life.opening}"
        if life.capex
        else f"Open in {life.opening}"
    )
    yield f"{built}, appraised over {life.service} years of service."
    factor = one.parameters["cost_conversion_factor"]
    upkeep = "as published" if life.upkeep_is_published else "a share of capital cost, assumed"
    if life.capex:
        yield (
            f"Capital cost US$ {life.capex / factor:,.0f} m, {life.capex:,.0f} at economic prices; upkeep "
            f"{life.upkeep:,.1f} m a year ({upkeep}); {life.residual_share:.0%} of the capital is left at the end."
        )
    else:
        yield "No capital cost is published; what its places cost is in the account."
    published = one.item.figure("published_return")
    if published is not None:
        note = f" ({published.note})" if published.note else ""
        yield (
            f"Published economic rate of return: {_percent(published.value or 0.0)}, {published.source}{note}; ours is "
            f"{_rate(one)}. Nothing is fitted to it."
        )
    yield from _doubts(one)
    if one.alone and abs(_of_equilibrium(one)) < UNUSED:
        yield f"{USED_BY_NOBODY.capitalize()}."


def _doubts(one: ItemWorth) -> Iterable[str]:
    """What to look at before the figures are believed."""
    if one.rate_of_return().value > TOO_GOOD:
        yield f"A return above {TOO_GOOD:.0%} is rare: check what it rests on."
    assumed = [name for name, figure in one.item.figures() if figure.flag == "assumed" and name not in COSTS]
    if assumed:
        yield f"Figures of the item that are assumed: {', '.join(assumed)}."


def _of_gaps(one: ItemWorth) -> Iterable[str]:
    for gap in one.gaps:
        of = margins()[gap.what].title if gap.what in margins() else gap.what.capitalize()
        if gap.what != "cost":  # who bears what is in a table of its own
            yield f"{of}: {gap.reason}."


def _values(one: ItemWorth) -> Table:
    rows = []
    for growing, said in ((True, "with growth"), (False, "without growth")):
        for name in RATES:
            values = one.values(one.parameters[name], growing)
            rows.append(
                (
                    f"at {values.rate:.0%}, {said}", _range(values), shown(values.benefit_cost_ratio, ".2f"),
                    _payback(values),
                )
            )  # fmt: skip
    for name, title in TITLES.items() if one.carbon.flows else ():
        values = one.values(one.parameters["discount_rate"], carbon=name)
        rows.append(
            (
                f"at {values.rate:.0%}, gases at {title}", _range(values), shown(values.benefit_cost_ratio, ".2f"),
                _payback(values),
            )
        )  # fmt: skip
    dearer, overrun = one.at_outturn(), overrun_of(one.item, one.parameters)
    if dearer is not one:
        values = dearer.values(one.parameters["discount_rate"])
        rows.append(
            (
                f"at {values.rate:.0%}, {overrun:.0%} dearer", _range(values), shown(values.benefit_cost_ratio, ".2f"),
                _payback(values),
            )
        )  # fmt: skip
    found = one.rate_of_return()
    low, high = (one.rate_of_return(end).value for end in ("low", "high"))
    said = f"Rate of return {_percent(found.value)}"
    if found.value != found.value:
        said = f"No rate of return: {found.reason}"
    elif round(low, 6) != round(high, 6):
        said = f"{said} ({_percent(low)} to {_percent(high)})"
    without = _percent(one.rate_of_return(growing=False).value)
    said += _return_with_carbon(one)
    dear = ""
    if dearer is not one and (row := class_of(one.item)) is not None:
        dear = (
            f" Dearer by what is still to be expected of {row.name}, which cost {row.value:.0%} more than estimated in "
            f"the mean: rate of return {_percent(dearer.rate_of_return().value)}."
        )
    return Table(
        "Values of the world", ("", "net present value, US$ m", "benefit / cost", "pays back after"), tuple(rows),
        f"{said}; without growth {without}. The range is that of the direct benefits' parameters and of the item's own "
        "figures; freight has none."
        f"{dear}",
    )  # fmt: skip


def _beside_alternatives(worth: Worth, one: ItemWorth) -> Iterable[Table]:
    """What could be built in its place, and what the item gives over each of these."""
    others = worth.alternatives.get(one.item.id, ())
    rate = one.parameters["discount_rate"]
    rows = []
    for each in (one, *others) if others else ():
        if each.life is None or not each.is_assessed:
            rows.append((each.item.title, *[NO_FIGURE] * 5, f"not assessed: {each.reason}"))
            continue
        values, more = each.values(rate), None if each is one else more_than(one, each, rate)
        over = (
            ("", "")
            if more is None
            else (shown(more.net, MONEY), more.rate.reason or _percent(more.rate.value))
        )
        own = shown(each.life.capex, MONEY), shown(values.net.central, MONEY), _rate(each)
        rows.append((each.item.title, *own, shown(values.benefit_cost_ratio, ".2f"), *over))
    if rows:
        heads = (
            "",
            "capital cost",
            f"value at {rate:.0%}",
            "return",
            "ratio",
            "more",
            "return on what it costs more",
        )
        yield Table(
            "Beside what could be built in its place", heads, tuple(rows),
            "US$ m at economic prices, each in the programme without the other; its value is at its own start. More: "
            "what the item gives over the other, discounted to the start of the earlier of the two.",
        )  # fmt: skip


def _as_its_class(one: ItemWorth) -> Iterable[Table]:
    """The value as cost and passengers of projects of its class turned out, and where it opens as late as these."""
    rate = one.parameters["discount_rate"]
    found, years = sample(one, rate), delay_of(one)
    rows = []
    if found is not None:
        words = " and ".join({"cost": "cost", "demand": "passengers"}[name] for name in found.drawn)
        ends = (shown(value, MONEY) for value in (found.low, found.median, found.high))
        rows.append((f"{words} drawn", *ends, shown(found.above_zero, ",.0f", 100.0, "%")))
    if years:
        value = delayed(one, years).values(rate).net.central
        rows.append((f"opened {years} years later", "", shown(value, MONEY), "", ""))
    if rows:
        yield Table(
            f"As projects of its class turned out: values at {rate:.0%}",
            ("", "1 in 10 below", "median", "1 in 10 above", "above zero"), tuple(rows),
            f"US$ m. {DRAWS:,} draws of what projects of the class cost and carried over what was estimated, as far as "
            "that is still to come; the delay is the mean of the class, which has no published spread.",
        )  # fmt: skip


def _return_with_carbon(one: ItemWorth) -> str:
    """The rate of return with greenhouse gases from the lowest to the highest path, or why there is none."""
    if not one.carbon.flows:
        return f"; with greenhouse gases not assessed: {one.carbon.reason}"
    rates = [one.rate_of_return(carbon=name).value for name in TITLES]
    if any(rate != rate for rate in rates):
        return ""
    without = "" if one.carbon.building_is_known else ", those of building it not known"
    return f"; with greenhouse gases {_percent(min(rates))} to {_percent(max(rates))} by the path of prices{without}"


def _margins(one: ItemWorth, worth: Worth) -> Table:
    rate = one.parameters["discount_rate"]
    switching = one.switching_values(rate)
    rows = [
        (
            margins()[stream.margin].title + (f", {stream.case}" if stream.case else ""),
            *(_a_year(value) for value in stream.total), _change(switching.get(stream.margin)),
        )
        for stream in one.streams
        if not margins()[stream.margin].transfer
    ]  # fmt: skip
    assert one.life is not None
    rows += (
        []
        if not one.life.capex
        else [
            (
                margins()["capex"].title,
                "",
                shown(-one.life.capex, MONEY),
                "",
                _change(switching.get("capex")),
            ),
            (margins()["upkeep"].title, "", _a_year(-one.life.upkeep), "", _change(switching.get("upkeep"))),
        ]
    )
    return Table(
        f"In a year of full service, US$ m (capital cost in all), and the change that brings the value at {rate:.0%} "
        "to zero",
        ("", "low", "central", "high", "change"), tuple(rows),
        f"Freight as in {worth.year} at the size of {BASE_YEAR}.",
    )  # fmt: skip


def _who(one: ItemWorth, worth: Worth) -> Iterable[Table]:
    names = worth.asked.world.names
    gains = sorted(one.gains().items(), key=lambda pair: -pair[1])
    direct = {code: 0.0 for code, _ in gains}
    for stream in one.streams:
        if stream.owner == "direct":
            for (code, _), amount in stream.amounts.items():
                direct[code] += amount.central
    large = [code for code, value in gains if abs(value) >= SHOWN]
    if len(large) > 2 * MOST_ECONOMIES:
        large = large[:MOST_ECONOMIES] + large[-MOST_ECONOMIES:]
    parts = {}
    for code, gained in gains:
        saved = one.users.get(code, 0.0)
        parts[code] = np.array([saved, gained - direct[code] - saved, direct[code], gained])
    world = sum(parts.values(), np.zeros(4))
    lines = [(names.get(code, code), parts[code]) for code in large]
    lines += [("All others", world - sum((parts[code] for code in large), np.zeros(4))), ("World", world)]
    rows = tuple((name, *(_a_year(float(value)) for value in line)) for name, line in lines)
    yield Table(
        "Who gains and who loses a year", ("", "users", "terms of trade", "direct", "all"), rows,
        "US$ m in a year of full service, before anybody pays. Users: what lower costs of trade save on purchases, by "
        "the rule of half. Terms of trade and transfers: what prices and duties move between economies, up to the gain "
        "of the equilibrium. Direct: passengers, electricity, and what is paid for them.",
    )  # fmt: skip
    unknown = 1.0 - sum(one.bearers.values())
    shares = [(names.get(code, code), f"{share:.0%}") for code, share in one.bearers.items()]
    if unknown > SHOWN / 100:
        shares.append(("Not published", f"{unknown:.0%}"))
    yield Table("Who bears the capital cost", ("", "share"), tuple(shares))


def _years(one: ItemWorth) -> Table:
    life = one.life
    assert life is not None
    years = list(life.years)
    places = np.unique(np.linspace(0, len(years) - 1, min(MOST_YEARS, len(years))).round().astype(int))
    benefits, costs, flows = one.benefits(), one.costs(), one.flows()
    rows = tuple(
        (str(years[k]), *(shown(float(part[k]), MONEY) for part in (costs, benefits, flows))) for k in places
    )
    return Table(
        "Its life, some of its years, US$ m", ("", "cost", "benefit", "net"), rows,
        "The net of the last year holds what is left of the capital. --out writes every year.",
    )  # fmt: skip


def _of_equilibrium(one: ItemWorth) -> float:
    return sum(stream.total.central for stream in one.streams if stream.owner == "equilibrium")


def _of_direct(one: ItemWorth) -> float:
    return sum(stream.total.central for stream in one.streams if stream.owner == "direct")


def _has_direct(one: ItemWorth) -> bool:
    return any(stream.owner == "direct" for stream in one.streams)


def _a_year(value: float) -> str:
    return shown(value, ",.1f" if abs(value) < 100 else MONEY).replace("-0.0", "0.0")


def _range(values: Values) -> str:
    low, central, high = values.net
    is_range = round(low) != round(high)
    return shown(central, MONEY) + (f" ({shown(low, MONEY)} to {shown(high, MONEY)})" if is_range else "")


def _rate(one: ItemWorth) -> str:
    return _percent(one.rate_of_return().value)


def _percent(value: float) -> str:
    return shown(value, ".1f", 100.0, "%")


def _change(value: float | None) -> str:
    return NO_FIGURE if value is None else shown(value, "+,.0f", 100.0, "%")


def _payback(values: Values) -> str:
    return "never" if values.payback != values.payback else f"{values.payback:.0f} years"
