"""Trade and economic integration: who gains, who loses, who pays, and what trade does.

Everything compares two exact solutions of the trade equilibrium; nothing is fitted or linearised except
`first_order_welfare`, which says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from weakref import WeakKeyDictionary

import numpy as np
import xarray as xr

from samarkand.engines.equilibrium import Solution
from samarkand.engines.equilibrium.measures import (
    calc_consumer_price_hat,
    calc_equivalent_variation,
    calc_first_order_welfare,
    calc_real_income_hat,
    calc_real_wage_hat,
    calc_tariff_revenue,
    calc_terms_of_trade_hat,
)
from samarkand.priorities.base import Inputs, Levels, NotAssessed
from samarkand.priorities.trade.exposure import chokepoint_exposure
from samarkand.priorities.trade.structure import Structure, calc_employment_shift, labelled, structure_of

NO_TARIFFS = "not assessable: no baseline tariff"


def assess(inputs: Inputs) -> dict[str, Levels | NotAssessed]:
    """All indicators of the priority, as labelled arrays over the economies of the accounts."""
    economies = list(inputs.world.labels)

    def by_economy(values: np.ndarray) -> xr.DataArray:
        return xr.DataArray(values, {"economy": economies}, ("economy",))

    taking_part = {code for item in inputs.programme.items for code in item.economies}
    parties = tuple(code for code in economies if code in taking_part)
    without, with_ = (totals_of(solution, inputs, parties) for solution in (inputs.without, inputs.with_))

    def levels(name: str) -> Levels:
        return Levels(without=without[name], with_=with_[name])

    before = structure_of(inputs.without)
    after = structure_of(inputs.with_, near=before)

    def by_structure(part: Callable[[Structure], np.ndarray], **other: Sequence[str]) -> Levels:
        return Levels(
            without=labelled(part(before), economies, **other),
            with_=labelled(part(after), economies, **other),
        )

    sectors = inputs.world.accounts.sectors
    through = chokepoint_exposure(inputs)
    return {
        "real_income": Levels(change=by_economy(calc_real_income_hat(inputs.with_) - 1.0)),
        "real_income_value": Levels(change=by_economy(calc_equivalent_variation(inputs.with_))),
        "real_income_unpaid": Levels(change=by_economy(calc_real_income_hat(inputs.unpaid) - 1.0)),
        "real_income_unpaid_value": Levels(change=by_economy(calc_equivalent_variation(inputs.unpaid))),
        "programme_cost": Levels(change=by_economy(inputs.with_.tax)),
        "first_order_welfare": Levels(change=by_economy(calc_first_order_welfare(inputs.with_).total)),
        "real_wage": Levels(change=by_economy(calc_real_wage_hat(inputs.with_) - 1.0)),
        "consumer_price": Levels(change=by_economy(calc_consumer_price_hat(inputs.with_) - 1.0)),
        "exports": levels("exports"),
        "imports": levels("imports"),
        "trade_with_parties": levels("trade_with_parties"),
        "trade_flow": levels("trade_flow"),
        "sector_output": levels("sector_output"),
        "terms_of_trade": Levels(change=by_economy(calc_terms_of_trade_hat(inputs.with_) - 1.0)),
        "domestic_value_added_in_exports": by_structure(lambda one: one.chains.domestic_value_added),
        "foreign_value_added_in_exports": by_structure(lambda one: one.chains.foreign_value_added),
        "backward_participation": by_structure(lambda one: one.chains.backward_participation),
        "forward_participation": by_structure(lambda one: one.chains.forward_participation),
        "comparative_advantage": by_structure(lambda one: one.advantage, sector=sectors),
        "supplier_share": by_structure(lambda one: one.suppliers, partner=economies),
        "largest_supplier_share": by_structure(lambda one: one.largest_supplier),
        "supplier_concentration": by_structure(lambda one: one.concentration),
        "chokepoint_imports": through[0],
        "chokepoint_exports": through[1],
        "employment_share": by_structure(lambda one: one.employment, sector=sectors),
        "employment_shift": Levels(
            change=by_economy(calc_employment_shift(before.employment, after.employment))
        ),
        "tariff_revenue": tariff_revenue(inputs),
    }


def tariff_revenue(inputs: Inputs) -> Levels | NotAssessed:
    """Customs revenue of the economies whose tariffs were imported; of the others it is not known."""
    tariffs = inputs.world.tariffs
    if tariffs is None:
        return NotAssessed(NO_TARIFFS)
    economies = list(inputs.world.labels)
    known = xr.DataArray(
        [code in tariffs.importers for code in economies], {"economy": economies}, ("economy",)
    )

    def revenue(solution: Solution) -> xr.DataArray:
        return xr.DataArray(calc_tariff_revenue(solution), known.coords, known.dims).where(known)

    return Levels(without=revenue(inputs.without), with_=revenue(inputs.with_), reason=NO_TARIFFS)


_known: WeakKeyDictionary[Solution, tuple[tuple[str, ...], dict[str, xr.DataArray]]] = WeakKeyDictionary()


def totals_of(solution: Solution, inputs: Inputs, parties: tuple[str, ...]) -> dict[str, xr.DataArray]:
    """Sums of the trade flows of a solution by indicator, computed once for each: many states share a baseline."""
    found = _known.get(solution)
    if found is None or found[0] != parties:
        flow = trade_flow(solution, inputs)
        between = calc_partner_flow(flow)
        found = (
            parties,
            {
                "exports": calc_exports(between),
                "imports": calc_imports(between),
                "trade_with_parties": calc_trade_with_parties(between, list(parties)),
                "trade_flow": between,
                "sector_output": calc_sector_output(flow),
            },
        )
        _known[solution] = found
    return found[1]


def trade_flow(solution: Solution, inputs: Inputs) -> xr.DataArray:
    """Trade flows of a solution by origin, destination and sector, US$ m before tariffs."""
    economies, sectors = list(inputs.world.labels), list(inputs.world.accounts.sectors)
    return xr.DataArray(
        solution.trade_flow,
        {"destination": economies, "origin": economies, "sector": sectors},
        ("destination", "origin", "sector"),
    )


def _abroad(flow: xr.DataArray) -> xr.DataArray:
    return flow.where(flow["economy"] != flow["partner"], 0.0)


def calc_exports(flow: xr.DataArray) -> xr.DataArray:
    """exports[i] = sum over n != i of flow[i, n], flows as `calc_partner_flow`; their unit, dims (economy)."""
    return _abroad(flow).sum("partner", skipna=False)


def calc_imports(flow: xr.DataArray) -> xr.DataArray:
    """imports[n] = sum over i != n of flow[i, n], flows as `calc_partner_flow`; their unit, dims (economy)."""
    return _abroad(flow).sum("economy", skipna=False).rename(partner="economy")


def calc_trade_with_parties(flow: xr.DataArray, parties: list[str]) -> xr.DataArray:
    """Exports of each party to the other parties; unit of `flow`, dims (economy), the parties only."""
    return calc_exports(flow.sel(economy=parties, partner=parties))


def calc_partner_flow(flow: xr.DataArray) -> xr.DataArray:
    """Exports by partner, sum over sectors; unit of `flow`, dims (economy, partner), own sales included."""
    return flow.sum("sector", skipna=False).rename(origin="economy", destination="partner")


def calc_sector_output(flow: xr.DataArray) -> xr.DataArray:
    """Gross output by sector, sales to everybody; unit of `flow`, dims (economy, sector)."""
    return flow.sum("destination", skipna=False).rename(origin="economy")
