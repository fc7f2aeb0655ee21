"""Finance beside taxonomies, coal avoided and renewables, as tables."""

from __future__ import annotations

import numpy as np
import xarray as xr

from samarkand.priorities.environment.green_finance import STANDINGS, TAXONOMIES
from samarkand.priorities.faces import Answer, Table, shown

MOST_PARTIES = 15
AS_ITS_PROJECT = (
    "A line is as eligible as its project; the share goes from none to all of what is not assessable."
)


def green_finance_tables(answer: Answer) -> tuple[Table, ...]:
    """Tables of what is known of the three."""
    found = (*_by_party(answer), *_coal(answer), *_renewables(answer))
    return tuple(one for one in found if one.rows)


def _by_party(answer: Answer) -> tuple[Table, ...]:
    """A table for each taxonomy: the parties that finance most, and all together."""
    values = answer.array("green_finance")
    if "party" not in values.dims:
        return ()
    names = {party.id: party.name for party in answer.programme.parties}
    found = []
    for taxonomy in TAXONOMIES:
        mine = values.sel(case=[f"{taxonomy}: {word}" for word in STANDINGS]).transpose("party", "case")
        amounts = mine.to_numpy()
        order = np.argsort(-amounts.sum(axis=1), kind="stable")
        parties = mine["party"].to_numpy()
        rows = [("all parties", *_amounts(amounts.sum(axis=0)))]
        rows += [
            (names.get(str(parties[at]), str(parties[at])), *_amounts(amounts[at]))
            for at in order[:MOST_PARTIES]
        ]
        heads = ("party", *STANDINGS, "eligible share")
        found.append(Table(f"Finance under the {taxonomy}, US$ m", heads, tuple(rows), AS_ITS_PROJECT))
    return tuple(found)


def _amounts(of_standing: np.ndarray) -> tuple[str, ...]:
    whole, (eligible, _, unknown) = float(of_standing.sum()), map(float, of_standing)
    ends = [one / whole if whole else float("nan") for one in (eligible, eligible + unknown)]
    words = dict.fromkeys(shown(one, ".0f", 100.0, "%") for one in ends)
    return (*(shown(float(one)) for one in of_standing), " to ".join(words))


def _coal(answer: Answer) -> tuple[Table, ...]:
    values = answer.array("coal_avoided")
    if "project" not in values.dims:
        return ()
    rows = tuple((str(name), shown(value)) for name, value in values.to_series().items() if value == value)
    note = "What the fuels of an economy's own mix are displaced by, the dearest first; coal is the cheapest."
    return (Table("Coal power avoided, GWh a year", ("item", "GWh a year"), rows, note),)


def _renewables(answer: Answer) -> tuple[Table, ...]:
    before, after = (answer.array("renewable_share", scenario) for scenario in ("without", "with"))
    if "economy" not in before.dims:
        return ()
    both: xr.DataArray = before.dropna("economy")
    rows = tuple(
        (
            answer.world.name_of(str(code)),
            *(shown(float(one.sel(economy=code)), ".1f", 100.0, "%") for one in (before, after)),
        )
        for code in both["economy"].to_numpy()
    )
    note = "Renewable plants of the programme in service, added to the generation of today; nothing is closed for them."
    return (Table("Renewable share of electricity", ("economy", "today", f"{answer.years[-1]}"), rows, note),)
