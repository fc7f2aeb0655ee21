"""The page of the report: greenhouse gases of the items, the most avoided first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from samarkand.core.gaps import Gap
from samarkand.priorities.environment.areas_page import areas_maps, areas_tables
from samarkand.priorities.environment.green_finance_page import green_finance_tables
from samarkand.priorities.environment.operation import acts_on_freight
from samarkand.priorities.environment.paths import TITLES
from samarkand.priorities.environment.power import break_even_rate, levelised_tariff, published_tariffs
from samarkand.priorities.environment.screening_map import map_of_projects
from samarkand.priorities.environment.screening_outcomes import screened
from samarkand.priorities.environment.screening_page import table_of_projects
from samarkand.priorities.environment.traffic import MODES, FreightGases, freight_gases
from samarkand.priorities.faces import Answer, Chart, Page, Table, shown
from samarkand.priorities.item_freight import USED_BY_NOBODY, acting_on_models

MOST_ROWS = 20
APART = (
    "Net is with an item less without it in operation; construction is apart, and so are the gases of the whole life "
    "of a plant. Their worth is the world's, at published paths of prices: no economy receives it."
)
LAID = "Freight was laid on the network with each item left out, all others in place, before anybody pays."
NOT_LAID = (
    "What items do to freight is not in it{but}: samarkand carbon lays it with each of them left out, in minutes, and "
    "keeps it for the next time."
)
MILLION = 1e-6


def page(answer: Answer) -> Page:
    """Gases of all items with a figure, by year and in money."""
    return Page(
        "Environment: greenhouse gases",
        lead=(APART, _says_of_freight(answer)),
        pictures=areas_maps(answer.timeline),
        charts=(*net_by_year(answer), *map_of_projects(screened(answer.timeline), answer.timeline.items)),
        tables=(
            *gases_by_item(answer),
            *freight_by_item(answer),
            worth_by_item(answer),
            *tariffs(answer),
            *emissions_by_economy(answer),
            *safeguards(answer),
            *areas_tables(answer.timeline),
            *green_finance_tables(answer),
        ),
    )


def safeguards(answer: Answer) -> tuple[Table, ...]:
    """What standards say of the projects."""
    found = screened(answer.timeline)
    return (table_of_projects(found),) if found else ()


def net_by_year(answer: Answer) -> tuple[Chart, ...]:
    """Net gases of all items in operation together."""
    net = answer.by_year("item_net_emissions")
    if "project" not in net.dims:
        return ()
    total = net.sum("project").sel(year=slice(answer.timeline.span.start, answer.timeline.span.stop - 1))
    years = tuple(map(int, total["year"].to_numpy()))
    return (
        Chart(
            "Net greenhouse gases in operation",
            "t CO2e a year",
            years,
            {"all items": total.to_numpy().tolist()},
        ),
    )


def gases_by_item(answer: Answer) -> tuple[Table, ...]:
    """Construction, net gases in the last year asked about and payback, of items with any of them."""
    building, net = answer.array("item_construction_emissions"), answer.array("item_net_emissions")
    names = [str(item.id) for item in answer.timeline.items]
    rows = []
    for name in names:
        values = [_of(one, name) for one in (building, net)]
        if all(value != value for value in values):
            continue
        payback = _of(answer.array("item_payback_year"), name)
        rows.append((name, *(shown(value, ",.3f", MILLION) for value in values), shown(payback, ".0f")))
    title = "Greenhouse gases of the items, million tonnes"
    heads = ("item", "building it", f"net a year, {answer.years[-1]}", "paid back in")
    without = len(names) - len(rows)
    return (
        Table(
            title, heads, tuple(rows), note=f"{without} items have neither: samarkand carbon ITEM says why."
        ),
    )


def _freight_of_items(answer: Answer) -> tuple[dict[str, FreightGases], tuple[str, ...]]:
    """Gases of freight by item, of those with which it was laid; and those of them that nobody uses."""
    found = {
        item.id: freight_gases(item, answer.timeline)
        for item in answer.timeline.items
        if acts_on_freight(item)
    }
    gases = {name: one for name, one in found.items() if isinstance(one, FreightGases)}
    unused = (name for name, one in found.items() if isinstance(one, Gap) and one.reason == USED_BY_NOBODY)
    return gases, tuple(unused)


def _says_of_freight(answer: Answer) -> str:
    """Whether freight was laid with all items, some or none."""
    gases, unused = _freight_of_items(answer)
    known = len(gases) + len(unused)
    in_force = set(acting_on_models(answer.timeline.last.solved.change))
    items = [item.id for item in answer.timeline.items if item.id in in_force]
    if known == len(items):
        return LAID
    return NOT_LAID.format(but=f", but for {known} of {len(items)}" if known else "")


def freight_by_item(answer: Answer) -> tuple[Table, ...]:
    """Freight with each item less without it, by mode, and its gases; nothing where it was not laid."""
    known, unused = _freight_of_items(answer)
    if not known and not unused:
        return ()
    work = tuple((name, *(f"{one.work[mode]:+,.3f}" for mode in MODES)) for name, one in known.items())
    gases = tuple(
        (name, *(f"{1e-3 * tonnes:+,.1f}" for tonnes in (*one.net, one.shifted, one.induced)))
        for name, one in known.items()
    )
    note = "In a year of full service; freight between economies. Building is apart."
    if unused:
        note += f" {USED_BY_NOBODY.capitalize()}: {', '.join(unused)}."
    return (
        Table("Freight with each item less without it, bn tonne-km", ("item", *MODES), work, note=note),
        Table(
            "Gases of this freight, thousand tonnes",
            ("item", "low", "net", "high", "shifted", "induced"),
            gases,
            note,
        ),
    )


def worth_by_item(answer: Answer) -> Table:
    """Worth to the world at each path, US$ m in the year of opening, the most first."""
    worth = answer.array("item_carbon_worth")
    heads = ("item", *TITLES.values())
    if "case" not in worth.dims:
        return Table(
            "Worth of gases to the world",
            ("item",),
            (),
            note="No item has gases of building and of operation.",
        )
    table = worth.isel(party=0).transpose("project", "case").dropna("project", how="all")
    order = np.argsort(-table.to_numpy()[:, 0], kind="stable")[:MOST_ROWS]
    rows = tuple(
        (str(table["project"].to_numpy()[at]), *(shown(float(value)) for value in table.to_numpy()[at]))
        for at in order
    )
    return Table("Worth of gases to the world, US$ m in the year of opening", heads, rows)


def _of(values: object, item: str) -> float:
    import xarray as xr

    assert isinstance(values, xr.DataArray)
    return float(values.sel(project=item)) if "project" in values.dims else float("nan")


def tariffs(answer: Answer) -> tuple[Table, ...]:
    """Levelised costs of the plants of the programme, and of plants with a published tariff beside it."""
    parameters = answer.timeline.assumptions.parameters
    cost = answer.array("item_levelised_cost")
    mine: tuple[tuple[str, ...], ...] = ()
    if "project" in cost.dims:
        known = cost.dropna("project").to_series()
        mine = tuple((str(name), shown(float(value), ",.1f")) for name, value in known.items())
    rows = []
    for row in published_tariffs():
        found = levelised_tariff(row, parameters)
        off = f"{100 * (found / row.tariff - 1):+.0f} %"
        rate = break_even_rate(row, parameters)
        rows.append(
            (
                row.title, shown(row.tariff, ",.1f"), shown(found, ",.1f"), off,
                "none" if rate is None else f"{rate:.1%}", row.flag,
            )
        )  # fmt: skip
    note = (
        "At the rate power_discount_rate, with upkeep and fuel; taxes, fees and help in a tariff are not in it. The "
        "rate met is that at which the tariff pays what is published of the cost: far from that of the others, the two "
        "are not of one thing."
    )
    heads = ("plant", "tariff", "levelised", "off by", "rate met", "figures")
    return (
        Table("Levelised cost of electricity, US$/MWh", ("plant of the programme", "cost"), mine),
        Table("Levelised cost beside published tariffs, US$/MWh", heads, tuple(rows), note=note),
    )


def emissions_by_economy(answer: Answer) -> tuple[Table, ...]:
    """Both accounts of carbon dioxide and their changes, of the economies that emit most."""
    names = ("production_emissions", "consumption_emissions")
    without = [answer.array(name, "without") for name in names]
    change = [answer.array(name) for name in names]
    if not bool(without[0].notnull().any()):
        return ()
    order = without[0].to_series().dropna().sort_values(ascending=False).index
    rows = tuple(
        (
            answer.world.name_of(str(code)),
            *_totals_and_changes(
                *([float(one.sel(economy=code)) for one in both] for both in (without, change))
            ),
        )
        for code in order[:MOST_ROWS]
    )
    sums = ([float(one.sum()) for one in both] for both in (without, change))
    rows += (("All economies", *_totals_and_changes(*sums)),)
    heads = ("economy", "produced, Mt", "change, kt", "consumed, Mt", "change, kt")
    note = (
        "Without the programme, and what extra production in equilibrium changes before anybody pays: apart from the "
        "gases of the items. National totals by fuel are published, sectors are estimated by what they pay for fuels."
    )
    return (Table("Carbon dioxide by production and by consumption", heads, rows, note=note),)


def _totals_and_changes(totals: Sequence[float], changes: Sequence[float]) -> tuple[str, ...]:
    """Mt and kt, each change beside its total; one that rounds to nothing has no sign of a fall."""
    pairs = zip(totals, changes, strict=True)
    return tuple(
        cell
        for total, change in pairs
        for cell in (shown(total, ",.1f"), shown(round(1e3 * change, 1) + 0.0, "+,.1f"))
    )
