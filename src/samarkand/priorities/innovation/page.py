"""The page of the report: what economies could make next, and who stays connected."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from samarkand.priorities.faces import NO_FIGURE, Answer, Page, Picture, Table, shown
from samarkand.priorities.innovation.assessment import found_of
from samarkand.priorities.innovation.cables_page import cable_map, cables_tables, said_of_table
from samarkand.priorities.innovation.complexity import Found, Stability, stability_of
from samarkand.priorities.innovation.digital_page import documents, readiness
from samarkand.priorities.innovation.knowledge import OF_PEOPLE
from samarkand.priorities.innovation.overlaps import effects_apart
from samarkand.priorities.innovation.space_page import product_space
from samarkand.world.accounts.tariffs import sector_of_product

MOST_ROWS = 20
NOT_APPLIED = (
    "What joint laboratories do to joint works is estimated on a panel of your own alone "
    "(samarkand.analysis.estimate_collaboration). Spillovers of research through trade are a range of the literature "
    "that begins at nothing: they stand in the tables of results alone (trade_spillovers), where spending on research "
    "is imported, and in no money."
)
WHAT_IT_IS_WORTH = (
    "Completion is the item's own where one is published, else one declared for its kind of study. What it adds to "
    "pay, less what the places cost, stands in the ledger under skills, where duration, pay, who pays and where "
    "graduates work are published."
)
NO_GAIN = "Nearer buyers are no income: what they are worth is in the real income of trade already, and is not added."


def page(answer: Answer) -> Page:
    """Complexity and opportunities of all economies, who is left out, and how stable the ranking is."""
    found = found_of(answer.timeline.last)
    if isinstance(found, str):
        lead: tuple[str, ...] = (f"Complexity and opportunities: {found}.",)
        tables: tuple[Table, ...] = ()
        pictures: tuple[Picture, ...] = (cable_map(answer),)
    else:
        lead = (said_of_sample(answer, found), NO_GAIN)
        tables = (by_economy(answer), left_out(answer, found), stability(answer))
        pictures = (product_space(answer, found), cable_map(answer))
    return Page(
        "Innovation: what economies could make next, and who stays connected",
        lead=(*lead, *said_of_table(answer), NOT_APPLIED),
        pictures=pictures,
        tables=(
            *tables,
            *cables_tables(answer),
            documents(answer),
            readiness(answer),
            people(answer),
            effects_apart(answer),
        ),
    )


def said_of_sample(answer: Answer, found: Found) -> str:
    """Whose trade in what is compared, and how well determined the index is."""
    assert answer.world.products is not None
    return (
        f"Exports of {answer.world.products.year} as imported: {len(found.economies)} economies and "
        f"{len(found.products)} products of the {answer.world.products.system}, {found.sample.dropped} products left "
        "out. The index goes with the number of products with an advantage at a correlation of "
        f"{found.measures.sign_agreement:.2f}; its eigenvalue is {found.measures.gap:.2g} above the next."
    )


def by_economy(answer: Answer) -> Table:
    """Economies by complexity, with what the programme does for their opportunities."""
    names = ("economic_complexity", "complexity_outlook", "product_diversity", "opportunity_access")
    table = pd.DataFrame({name: answer.array(name, "without").to_series() for name in names})
    table["change"] = answer.array("opportunity_access").to_series()
    table["nearer"] = answer.array("opportunities_nearer").to_series()
    table = table.dropna(subset=["economic_complexity"]).sort_values("economic_complexity", ascending=False)
    rows = tuple(
        (
            answer.world.name_of(str(code)), f"{index:+.2f}", f"{outlook:+.2f}", f"{products:.0f}",
            shown(reach), _percent(change), shown(nearer),
        )
        for code, (index, outlook, products, reach, change, nearer) in zip(
            table.index, table.to_numpy(float).tolist(), strict=True
        )
    )  # fmt: skip
    heads = (
        "economy", "complexity", "outlook", "products", "demand within reach, US$ m", "change", "opportunities nearer",
    )  # fmt: skip
    note = f"{len(rows)} economies; the first {MOST_ROWS} are shown." if len(rows) > MOST_ROWS else ""
    return Table("Complexity, and demand within reach of opportunities", heads, rows[:MOST_ROWS], note)


def left_out(answer: Answer, found: Found) -> Table:
    """Who exports and is not in the sample, and why."""
    rows = tuple(
        (answer.world.name_of(code), reason) for code, reason in sorted(found.sample.left_out.items())
    )
    note = "" if rows else "All that export are in the sample."
    return Table("Not in the sample", ("economy", "why"), rows, note, numbers=2)


def stability(answer: Answer) -> Table:
    """How far the ranking moves where a filter is lifted."""
    state = answer.timeline.last
    rows = tuple(
        (name, one, "", "") if isinstance(one, str) else (name, *_stable(answer, one))
        for name, one in stability_of(state.world, state.assumptions).items()
    )
    heads = ("filter", "rank correlation", "most places moved", "economies in both")
    return Table("The ranking without one of its filters", heads, rows)


def _stable(answer: Answer, one: Stability) -> tuple[str, str, str]:
    name = answer.world.name_of(one.economy)
    return f"{one.correlation:.4f}", f"{one.places} ({name})" if one.places else "0", str(one.economies)


def people(answer: Answer) -> Table:
    """Items of training and joint research with their people in the last year, as published."""
    columns = [answer.array(name) for name in OF_PEOPLE]
    kinds = {row.kind for row in OF_PEOPLE.values()}
    rows = tuple(
        (item.title, *(shown(_of_item(one, item.id)) for one in columns))
        for item in answer.timeline.items
        if item.kind in kinds
    )
    heads = (
        "item", "places a year", "completed", "US$ a place", "US$ a graduate", "researchers", "US$ each",
    )  # fmt: skip
    note = WHAT_IT_IS_WORTH if rows else "The programme has none."
    return Table("Training and joint research as people", heads, rows, note)


def _of_item(values: xr.DataArray, item: str) -> float:
    return float(values.sel(project=item)) if "project" in values.dims else float("nan")


def opportunities_of(answer: Answer, found: Found, economy: str, partner: str = "") -> Table:
    """Products that an economy lacks and that are near and rewarding, the most rewarding first.

    With a partner: whether it makes them and buys much of them, and by how much the programme changes the cost of
    freight to it.
    """
    row = found.economies.index(economy)
    order = np.argsort(-found.measures.gain[row], kind="stable")
    chosen = [k for k in order if found.opportunities[row, k]]
    change = answer.array("product_access")
    known = economy in change["economy"].to_numpy()
    nearer = change.sel(economy=economy).to_series() if known else pd.Series(dtype=float)
    heads = ["product", "sector", "complexity", "density", "gain", "buyers nearer by"]
    if partner:
        heads += ["partner makes it", "partner buys, US$ m", "freight to partner"]
    rows = []
    for k in chosen[:MOST_ROWS]:
        code = found.products[k]
        sector = sector_of_product(code) or NO_FIGURE
        cells = [
            code, sector, f"{found.measures.pci[k]:+.2f}", f"{found.measures.density[row, k]:.3f}",
            f"{found.measures.gain[row, k]:+.3f}", _percent(float(nearer.get(code, np.nan))),
        ]  # fmt: skip
        rows.append((*cells, *_with_partner(answer, found, economy, partner, k, sector)))
    note = f"{len(chosen)} opportunities; the first {MOST_ROWS} are shown." if len(chosen) > MOST_ROWS else ""
    whose = answer.world.name_of(economy)
    with_whom = f", and {answer.world.name_of(partner)}" if partner else ""
    return Table(f"Opportunities of {whose}{with_whom}", tuple(heads), tuple(rows), note, numbers=2)


def _with_partner(
    answer: Answer, found: Found, economy: str, partner: str, column: int, sector: str
) -> tuple[str, ...]:
    if not partner:
        return ()
    products, hat = answer.world.products, answer.timeline.last.iceberg_cost_hat
    assert products is not None
    code, place = found.products[column], found.economies.index(partner)
    bought = products.matrix("imports", len(code)).loc[partner, code]
    freight = NO_FIGURE
    if economy in hat["origin"] and partner in hat["destination"] and sector in hat["sector"]:
        freight = _percent(float(hat.sel(origin=economy, destination=partner, sector=sector)) - 1.0)
    return (
        "yes" if found.measures.presence[place, column] else "no",
        f"{bought:,.1f}",
        freight,
    )


def _percent(value: float) -> str:
    return shown(value, "+.2f", 100.0, "%")
