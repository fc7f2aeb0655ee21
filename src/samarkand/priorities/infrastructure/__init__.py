"""Infrastructure and connectivity: hours, generalised cost, trade cost and market access."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
import xarray as xr

from samarkand.engines.equilibrium import Solution
from samarkand.priorities.base import Inputs, Levels, NotAssessed
from samarkand.priorities.infrastructure.access import access_of
from samarkand.priorities.infrastructure.reach import no_reach, reach_of
from samarkand.world.sectors import load_sectors

ONLY_LAST = (
    "worked out where reach is asked for (--reach), for items on the freight network, in the last state"
)
UNREACHED = "no city of the economy, or none that is connected, is on the freight network"


# Market access without the programme, by the solution of the world as it is.
_market_access: WeakKeyDictionary[Solution, xr.DataArray] = WeakKeyDictionary()


def assess(inputs: Inputs) -> dict[str, Levels | NotAssessed]:
    """All indicators of the priority, as labelled arrays over economies, or economies and partners."""
    costs = inputs.costs
    # Physical trade of the baseline, by value-of-time class, weighs partners: the same weights in both states, so
    # that a change is a change of cost and not of composition.
    by_class = inputs.surface_trade
    trade = by_class.sum("vot_class")
    hat = inputs.iceberg_cost_hat
    goods = inputs.world.accounts.trade_flow
    # All variants at once: what an operation on labelled arrays costs is mostly its labels.
    pair = {name: calc_class_mean(costs[name], by_class) for name in ("hours", "generalised_cost")}
    mean = {name: calc_partner_mean(values, trade) for name, values in pair.items()}

    def means(variable: str, variant: str) -> Levels:
        return _two_states(mean[variable].sel(variant=variant, drop=True))

    def pairs(variable: str) -> Levels:
        both = pair[variable].sel(variant="logsum", drop=True)
        return _two_states(both.rename(origin="economy", destination="partner"))

    access = calc_market_access(inputs)
    people = access_of(inputs)

    def of_access(name: str) -> Levels:
        return Levels(getattr(people[0], name), getattr(people[1], name), reason=UNREACHED)

    reach = no_reach(inputs.programme.ids, inputs.world.labels)
    left_out = inputs.left_out.result()
    if left_out is not None:
        with_all = pair["generalised_cost"].sel(variant="logsum", state="with", drop=True)
        reach = reach_of(inputs.programme.ids, calc_class_mean(left_out, by_class), with_all, trade)
    return {
        "shipment_time": means("hours", "logsum"),
        "shipment_time_fixed_mode": means("hours", "fixed_mode"),
        "shipment_time_free_choice": means("hours", "free_choice"),
        "generalised_cost": means("generalised_cost", "logsum"),
        "generalised_cost_fixed_mode": means("generalised_cost", "fixed_mode"),
        "generalised_cost_free_choice": means("generalised_cost", "free_choice"),
        "trade_cost": Levels(change=calc_trade_cost_change(hat, goods)),
        "market_access": Levels(without=access[0], with_=access[1], reason=UNREACHED),
        "pair_time": pairs("hours"),
        "pair_generalised_cost": pairs("generalised_cost"),
        "city_access_hours": of_access("city_hours"),
        "port_access_hours": of_access("port_hours"),
        "market_potential": of_access("market_potential"),
        "project_pairs": Levels(change=reach.pairs, reason=ONLY_LAST, ramped=False),
        "project_reach": Levels(change=reach.partners, reason=ONLY_LAST, ramped=False),
        "project_cost_saving": Levels(
            change=reach.saving, reason=f"{ONLY_LAST}; or {UNREACHED}", ramped=False
        ),
        "pair_trade_cost": Levels(
            change=calc_pair_trade_cost_change(hat, goods).rename(origin="economy", destination="partner"),
            reason="the pair does not trade goods",
        ),
    }


def _two_states(values: xr.DataArray) -> Levels:
    return Levels(
        without=values.sel(state="without", drop=True),
        with_=values.sel(state="with", drop=True),
        reason=UNREACHED,
    )


def calc_class_mean(values: xr.DataArray, weight: xr.DataArray) -> xr.DataArray:
    """sum_c w[o,d,c] v[.., c, o, d] / sum_c w[o,d,c]; the plain mean over classes where a pair trades nothing.

    `weight` is physical trade of the baseline by value-of-time class. Unit of `values`, dims without vot_class.
    """
    total = weight.sum("vot_class")
    share = (weight / total.where(total > 0)).fillna(1.0 / weight.sizes["vot_class"])
    return (values * share).sum("vot_class", skipna=False)


def calc_partner_mean(pair: xr.DataArray, trade: xr.DataArray) -> xr.DataArray:
    """Mean over partners, both directions, weighted by trade with them; unit of `pair`, dims (.., economy).

    mean[e] = sum_{p != e} (x[e,p] t[e,p] + x[p,e] t[p,e]) / sum_{p != e} (t[e,p] + t[p,e]), over the pairs
    that are connected in the state without.
    """
    known = pair.sel(state="without", drop=True).notnull() & (trade["origin"] != trade["destination"])
    weight = trade.where(known, 0.0)
    product = pair.where(known, 0.0) * weight
    total = _both_ways(weight)
    return _both_ways(product) / total.where(total > 0)


def _both_ways(values: xr.DataArray) -> xr.DataArray:
    out = values.sum("destination", skipna=False).rename(origin="economy")
    back = values.sum("origin", skipna=False).rename(destination="economy")
    return out + back


def calc_pair_trade_cost_change(hat: xr.DataArray, flow: xr.DataArray) -> xr.DataArray:
    """sum_j flow[o,d,j] hat[o,d,j] / sum_j flow[o,d,j] - 1; fraction, dims (origin, destination)."""
    total = flow.sum("sector", skipna=False)
    return ((flow * hat).sum("sector", skipna=False) / total.where(total > 0)) - 1.0


def calc_trade_cost_change(hat: xr.DataArray, flow: xr.DataArray) -> xr.DataArray:
    """Trade-weighted mean of hat - 1 over partners, sectors and both directions; fraction, dims (economy)."""
    abroad = flow.where(flow["origin"] != flow["destination"], 0.0).drop_vars("grade", errors="ignore")
    total = _both_ways(abroad.sum("sector", skipna=False))
    return _both_ways((abroad * (hat - 1.0)).sum("sector", skipna=False)) / total


def calc_market_access(inputs: Inputs) -> tuple[xr.DataArray, xr.DataArray]:
    """Market access of each economy without and with the programme, relative to the largest without.

    MA[o] = sum_{d,j} E[d,j] (1 + t[o,d,j])^-theta[j], over goods, with E spending on goods of the baseline and
    t the freight cost over value; the counterfactual multiplies 1 + t by iceberg_cost_hat. A pure number,
    dims (economy). Donaldson and Hornbeck (2016), with freight in place of all trade costs.
    """
    goods = [row.code for row in load_sectors() if row.kind == "goods"]
    spending = inputs.world.accounts.trade_flow.sel(sector=goods).sum("origin", skipna=False)
    theta = inputs.assumptions.elasticities.values().sel(sector=goods)
    cost = 1.0 + inputs.ad_valorem_cost.sel(sector=goods)
    reached = cost.notnull().any(["destination", "sector"])

    def access(ratio: xr.DataArray) -> xr.DataArray:
        return (spending * ratio.fillna(np.inf) ** -theta).sum(["destination", "sector"]).where(reached)

    if inputs.without not in _market_access:
        _market_access[inputs.without] = access(cost)
    without = _market_access[inputs.without]
    with_ = access(cost * inputs.iceberg_cost_hat.sel(sector=goods))
    largest = float(without.max())
    return (without / largest).rename(origin="economy"), (with_ / largest).rename(origin="economy")
