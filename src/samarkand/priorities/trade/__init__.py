"""Trade and economic integration: who gains, who loses, who pays, and what trade does.

Everything compares two exact solutions of the trade equilibrium; nothing is fitted or linearised except
`first_order_welfare`, which says so.
"""

from __future__ import annotations

from collections.abc import Callable

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
)
from samarkand.priorities.base import Inputs, Levels, NotAssessed

NO_TARIFFS = "not assessable: no baseline tariff"


def assess(inputs: Inputs) -> dict[str, Levels | NotAssessed]:
    """All indicators of the priority, as labelled arrays over the economies of the accounts."""
    economies = list(inputs.world.labels)

    def by_economy(values: np.ndarray) -> xr.DataArray:
        return xr.DataArray(values, {"economy": economies}, ("economy",))

    flows = (trade_flow(inputs.without, inputs), trade_flow(inputs.with_, inputs))

    def levels(calc: Callable[[xr.DataArray], xr.DataArray]) -> Levels:
        return Levels(without=calc(flows[0]), with_=calc(flows[1]))

    taking_part = {code for item in inputs.programme.items for code in item.economies}
    parties = [code for code in economies if code in taking_part]
    return {
        "real_income": Levels(change=by_economy(calc_real_income_hat(inputs.with_) - 1.0)),
        "real_income_value": Levels(change=by_economy(calc_equivalent_variation(inputs.with_))),
        "real_income_unpaid": Levels(change=by_economy(calc_real_income_hat(inputs.unpaid) - 1.0)),
        "real_income_unpaid_value": Levels(change=by_economy(calc_equivalent_variation(inputs.unpaid))),
        "programme_cost": Levels(change=by_economy(inputs.with_.tax)),
        "first_order_welfare": Levels(change=by_economy(calc_first_order_welfare(inputs.with_).total)),
        "real_wage": Levels(change=by_economy(calc_real_wage_hat(inputs.with_) - 1.0)),
        "consumer_price": Levels(change=by_economy(calc_consumer_price_hat(inputs.with_) - 1.0)),
        "exports": levels(calc_exports),
        "imports": levels(calc_imports),
        "trade_with_parties": levels(lambda flow: calc_trade_with_parties(flow, parties)),
        "trade_flow": levels(calc_partner_flow),
        "sector_output": levels(calc_sector_output),
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


def trade_flow(solution: Solution, inputs: Inputs) -> xr.DataArray:
    """Trade flows of a solution by origin, destination and sector, US$ m before tariffs."""
    economies, sectors = list(inputs.world.labels), list(inputs.world.accounts.sectors)
    return xr.DataArray(
        solution.trade_flow,
        {"destination": economies, "origin": economies, "sector": sectors},
        ("destination", "origin", "sector"),
    )


def _abroad(flow: xr.DataArray) -> xr.DataArray:
    return flow.where(flow["origin"] != flow["destination"], 0.0)


def calc_exports(flow: xr.DataArray) -> xr.DataArray:
    """exports[i] = sum over n != i and j of flow[i, n, j]; unit of `flow`, dims (economy)."""
    return _abroad(flow).sum(["destination", "sector"]).rename(origin="economy")


def calc_imports(flow: xr.DataArray) -> xr.DataArray:
    """imports[n] = sum over i != n and j of flow[i, n, j]; unit of `flow`, dims (economy)."""
    return _abroad(flow).sum(["origin", "sector"]).rename(destination="economy")


def calc_trade_with_parties(flow: xr.DataArray, parties: list[str]) -> xr.DataArray:
    """Exports of each party to the other parties; unit of `flow`, dims (economy), the parties only."""
    return calc_exports(flow.sel(origin=parties, destination=parties))


def calc_partner_flow(flow: xr.DataArray) -> xr.DataArray:
    """Exports by partner, sum over sectors; unit of `flow`, dims (economy, partner), own sales included."""
    return flow.sum("sector").rename(origin="economy", destination="partner")


def calc_sector_output(flow: xr.DataArray) -> xr.DataArray:
    """Gross output by sector, sales to everybody; unit of `flow`, dims (economy, sector)."""
    return flow.sum("destination").rename(origin="economy")
