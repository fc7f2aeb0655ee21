"""Infrastructure and connectivity: hours, generalised cost, trade cost and market access."""

from __future__ import annotations

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.core.gaps import Gap
from samarkand.core.labels import labelled
from samarkand.engines.once import derived
from samarkand.priorities.base import Levels
from samarkand.priorities.infrastructure.access import access_of
from samarkand.priorities.infrastructure.foreign_tonnes import foreign_tonnes
from samarkand.priorities.infrastructure.means import (
    calc_class_mean,
    calc_market_access,
    calc_market_access_change,
    calc_pair_trade_cost_change,
    calc_partner_mean,
    calc_trade_cost_change,
)
from samarkand.priorities.infrastructure.reach import no_reach, reach_of
from samarkand.priorities.infrastructure.transit import transit_of
from samarkand.state import State
from samarkand.world.freight.trade_costs import VARIANTS

ONLY_LAST = (
    "worked out where reach is asked for (--reach), for items on the freight network, in the last state"
)
UNREACHED = "no city of the economy, or none that is connected, is on the freight network"
WITHOUT, WITH = 0, 1  # the states of freight costs
LOGSUM = VARIANTS.index("logsum")


def assess_state(state: State) -> dict[str, Levels | Gap]:
    """All indicators of the priority, as labelled arrays over economies, or economies and partners.

    Neither what is paid nor which items are open moves them, but by what the network is: states of one network share
    them.
    """
    return dict(derived(state.solved, ("infrastructure", state.programme.ids), lambda: _of_network(state)))


def _of_network(state: State) -> dict[str, Levels | Gap]:
    economies, accounts = state.world.labels, state.world.accounts
    costs = state.costs
    labelled_alike = (costs, state.iceberg_cost_hat, state.surface_trade, accounts.trade_flow)
    xr.align(*labelled_alike, join="exact", copy=False)  # one order throughout
    by_class = state.surface_trade.transpose("vot_class", "origin", "destination").to_numpy()
    trade = by_class.sum(axis=0)
    hat, flow = (
        one.transpose("origin", "destination", "sector").to_numpy()
        for one in (state.iceberg_cost_hat, accounts.trade_flow)
    )

    def class_mean(values: xr.DataArray) -> Floats:
        order = ("vot_class", "origin", "destination")
        return calc_class_mean(values.transpose(..., *order).to_numpy(), by_class)

    # [state, variant, origin, destination]
    pair = {name: class_mean(costs[name]) for name in ("hours", "generalised_cost")}
    mean = {
        name: calc_partner_mean(values, trade, ~np.isnan(values[WITHOUT])) for name, values in pair.items()
    }

    def two_states(values: Floats, **labels: tuple[str, ...]) -> Levels:
        without, with_ = (labelled(values[one], **labels) for one in (WITHOUT, WITH))
        return Levels(without=without, with_=with_, reason=UNREACHED)

    def means(variable: str, variant: str) -> Levels:
        return two_states(mean[variable][:, VARIANTS.index(variant)], economy=economies)

    def pairs(variable: str) -> Levels:
        return two_states(pair[variable][:, LOGSUM], economy=economies, partner=economies)

    access = market_access(state)
    people = access_of(state)

    def of_access(name: str) -> Levels:
        return Levels(getattr(people[0], name), getattr(people[1], name), reason=UNREACHED)

    reach = no_reach(state.programme.ids, state.world.labels)
    if state.left_out is not None:
        left_out = state.left_out.result()
        items, with_all = left_out["project"].to_numpy().tolist(), pair["generalised_cost"][WITH, LOGSUM]
        reach = reach_of(state.programme.ids, economies, items, class_mean(left_out), with_all, trade)
    tonnes = foreign_tonnes(state)
    return {
        "shipment_time": means("hours", "logsum"),
        "shipment_time_fixed_mode": means("hours", "fixed_mode"),
        "shipment_time_free_choice": means("hours", "free_choice"),
        "generalised_cost": means("generalised_cost", "logsum"),
        "generalised_cost_fixed_mode": means("generalised_cost", "fixed_mode"),
        "generalised_cost_free_choice": means("generalised_cost", "free_choice"),
        "trade_cost": Levels(change=labelled(calc_trade_cost_change(hat, flow), economy=economies)),
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
            change=labelled(calc_pair_trade_cost_change(hat, flow), economy=economies, partner=economies),
            reason="the pair does not trade goods",
        ),
        "transit_income": transit_of(state),
        "import_tonnes": tonnes[0],
        "export_tonnes": tonnes[1],
    }


def market_access(state: State) -> tuple[xr.DataArray, xr.DataArray]:
    """Market access of each economy without and with the programme, relative to the largest without.

    `calc_market_access` over goods, with spending on goods of the baseline; a pure number, dims (economy).
    """
    accounts = state.world.accounts
    goods = np.flatnonzero([accounts.is_goods(code) for code in accounts.sectors])
    theta = state.assumptions.elasticities.values().sel(sector=list(accounts.sectors)).to_numpy()[goods]
    cost, hat = (
        np.take(values.transpose("origin", "destination", "sector").to_numpy(), goods, axis=2)
        for values in (state.ad_valorem_cost + 1.0, state.iceberg_cost_hat)
    )

    def of_baseline() -> tuple[Floats, Floats]:
        """Spending on goods, and market access without the programme: the same for all its states."""
        flow = accounts.trade_flow.transpose("origin", "destination", "sector").to_numpy()
        spending = flow.sum(axis=0)[:, goods]
        return spending, calc_market_access(cost, spending, theta)

    spending, without = derived(state.without, "market access", of_baseline)
    with_ = without + calc_market_access_change(cost, hat, spending, theta)
    largest = np.fmax.reduce(without)
    before, after = (labelled(one / largest, economy=state.world.labels) for one in (without, with_))
    return before, after
