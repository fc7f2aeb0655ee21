"""Finance beside taxonomies, coal that is avoided, and renewables against the grid.

    standing of a line    its project is eligible, not eligible, or not assessable under a taxonomy; US$ m by party
    share with a label    sum of the lines with a green label / sum of all lines of the project
    coal avoided          coal in what a plant or line displaces less what a coal plant burns itself, GWh a year
    renewable share       (R + r) / (E + r),   R and E today's renewable and whole generation, r that of new plants

New plants are added to the grid of the economy in which they stand, and nothing is closed for them: what they displace
would make the share larger. Taxonomies say nothing of amounts: a line is as eligible as its project.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import xarray as xr

from samarkand.core.gaps import Gap
from samarkand.ledger.displacement import displace, generation_of, output_of
from samarkand.priorities.base import Levels
from samarkand.priorities.environment.screening import Finding
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.models import Financing, Item
from samarkand.world.economies.facts import Facts

TAXONOMIES = {
    "Green Development Guidance": ("brigc_class", "green"),
    "EU taxonomy": ("eu_taxonomy_contribution", "contributes"),
}
STANDINGS = ("eligible", "not eligible", "not assessable")
RENEWABLE = ("hydro", "wind", "solar", "geothermal", "biomass")
GENERATED = ("electricity_hydro", "electricity_wind", "electricity_solar", "electricity_bio")
TWH = 1e-3  # of a GWh


def standing(findings: Iterable[Finding], taxonomy: str) -> str:
    """Whether a project is eligible under a taxonomy."""
    standard, word = TAXONOMIES[taxonomy]
    outcome = next(one.outcome for one in findings if one.standard == standard)
    return "not assessable" if not outcome else "eligible" if outcome == word else "not eligible"


def amount_of(line: Financing, item: Item) -> float | None:
    """US$ m of a line: as published, or its share of the capital cost; None where neither is known."""
    if line.amount is not None and line.amount.value is not None:
        return line.amount.value
    share, capex = line.share_of(item.capex), None if item.capex is None else item.capex.value
    return None if share is None or capex is None else share * capex


def outcomes_of_green_finance(
    timeline: Timeline, screened: Mapping[str, tuple[Finding, ...]]
) -> dict[str, Levels | Gap]:
    """Stacks beside taxonomies, coal avoided, and renewable shares."""
    items = [item for item in timeline.items if item.id in screened]
    return {
        "green_finance": _by_party(items, screened),
        "green_label_share": _labelled(items),
        "coal_avoided": _coal(timeline, items),
        "renewable_share": _renewables(timeline, items),
    }


def _by_party(items: list[Item], screened: Mapping[str, tuple[Finding, ...]]) -> Levels | Gap:
    amounts: dict[tuple[str, str], float] = {}
    for item in items:
        for line in item.financing:
            amount = amount_of(line, item)
            for taxonomy in TAXONOMIES if amount is not None else ():
                case = f"{taxonomy}: {standing(screened[item.id], taxonomy)}"
                amounts[line.party, case] = amounts.get((line.party, case), 0.0) + (amount or 0.0)
    if not amounts:
        return Gap("environment", "green_finance", "no line of finance of a project has an amount")
    parties = sorted({party for party, _ in amounts})  # whatever the order of the items
    cases = [f"{taxonomy}: {word}" for taxonomy in TAXONOMIES for word in STANDINGS]
    values = np.array([[amounts.get((party, case), 0.0) for case in cases] for party in parties])
    return Levels(change=xr.DataArray(values, {"party": parties, "case": cases}, ("party", "case")))


def label_share(item: Item) -> tuple[float, str]:
    """Share of the lines of a project that have a green label; or not a number, and what is missing."""
    lines = [(line, amount_of(line, item)) for line in item.financing]
    if not lines:
        return float("nan"), "no financing is published"
    if any(amount is None for _, amount in lines):
        return float("nan"), "needs amount or share of each line of finance"
    if any(line.get("green_label") is None for line, _ in lines):
        return float("nan"), "needs green_label of its lines of finance"
    whole = sum(amount or 0.0 for _, amount in lines)
    labelled = sum(amount or 0.0 for line, amount in lines if line.is_true("green_label"))
    return (labelled / whole, "") if whole else (float("nan"), "its lines of finance are of nothing")


def _labelled(items: list[Item]) -> Levels | Gap:
    found = {item.id: label_share(item) for item in items}
    if not found:
        return Gap("environment", "green_label_share", "the programme has no projects")
    at = {"project": list(found)}
    return Levels(
        change=xr.DataArray(np.array([share for share, _ in found.values()]), at, ("project",)),
        reason=xr.DataArray(np.array([why for _, why in found.values()], dtype=object), at, ("project",)),
    )


def coal_avoided(item: Item, facts: Facts, parameters: Mapping[str, float]) -> tuple[float, str]:
    """Coal power that a plant or line displaces less what it burns itself, GWh a year; or what is missing."""
    output = output_of(item, parameters)
    if output.missing:
        return float("nan"), output.missing
    missing = [code for code in output.brought if facts.get(code, "electricity_coal").value is None]
    if missing:
        return float("nan"), f"needs electricity_coal of {', '.join(missing)}"
    gained = sum(
        displace(code, energy, facts, parameters).by_fuel["coal"] for code, energy in output.brought.items()
    )
    burnt = sum(output.brought.values()) if "coal" in item.words("fuel") else 0.0
    return gained - burnt, ""


def _coal(timeline: Timeline, items: list[Item]) -> Levels | Gap:
    plants = [item for item in items if item.kind in ("power_plant", "transmission_line")]
    if not plants:
        return Gap("environment", "coal_avoided", "the programme has no power plants or lines")
    parameters, facts = timeline.assumptions.parameters, timeline.world.fact_table
    found = {item.id: coal_avoided(item, facts, parameters) for item in plants}
    at = {"project": list(found)}
    return Levels(
        change=xr.DataArray(np.array([value for value, _ in found.values()]), at, ("project",)),
        reason=xr.DataArray(np.array([why for _, why in found.values()], dtype=object), at, ("project",)),
    )


def _renewables(timeline: Timeline, items: list[Item]) -> Levels | Gap:
    """By economy and year; of economies in which a renewable plant of the programme stands."""
    parameters, facts = timeline.assumptions.parameters, timeline.world.fact_table
    plants = [item for item in items if item.kind == "power_plant" and item.words("fuel")[0] in RENEWABLE]
    hosts = [code for code in timeline.world.labels if any(code == item.economies[0] for item in plants)]
    if not hosts:
        reason = "no renewable plant of the programme stands in an economy with accounts of its own"
        return Gap("environment", "renewable_share", reason)
    before, after = (np.full((len(timeline.years), len(hosts)), np.nan) for _ in range(2))
    why = [""] * len(hosts)
    for column, code in enumerate(hosts):
        total, *parts = (facts.get(code, name).value for name in ("electricity_total", *GENERATED))
        if not total:
            why[column] = f"needs electricity_total of {code}"
            continue
        now = sum(part or 0.0 for part in parts)
        for row, year in enumerate(timeline.years):
            added = 0.0
            for item in plants:
                if item.economies[0] == code and item.is_open(year):
                    output, missing = generation_of(item, parameters)
                    why[column] = why[column] or missing
                    added += TWH * output
            before[row, column] = now / total
            after[row, column] = float("nan") if why[column] else (now + added) / (total + added)
    at = {"year": list(timeline.years), "economy": hosts}
    by_economy = xr.DataArray(np.array(why, dtype=object), {"economy": hosts}, ("economy",))
    return Levels(
        without=xr.DataArray(before, at, ("year", "economy")),
        with_=xr.DataArray(after, at, ("year", "economy")),
        reason=by_economy,
    )
