"""Prices of full places in a state of a programme: searched for, or near a state that is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import xarray as xr

from samarkand.baseline import Baseline
from samarkand.carriage import paying_ways, transit_carriage
from samarkand.core.conventions import Floats, Ints
from samarkand.core.progress import Progress, quiet
from samarkand.engines.equilibrium import Solution
from samarkand.engines.mixing import Mixing
from samarkand.engines.once import derived
from samarkand.engines.threads import Beside
from samarkand.limiting import (
    JOINT,
    MOST_TRIES,
    agree,
    facilities_in,
    goods_of,
    goods_sold,
    inverse_for,
    not_agreed,
)
from samarkand.programme import Change
from samarkand.solving import Setting, solve_equilibrium, solve_from, trade_costs
from samarkand.world.freight.closed_gates import MOST_CLOSED, ClosedGates
from samarkand.world.freight.gate_labels import GateLabels
from samarkand.world.freight.gated_costs import GatedCosts
from samarkand.world.freight.gates_at_prices import GatesAtPrices
from samarkand.world.freight.limited_freight import mean_differences
from samarkand.world.freight.limits import GatedFreight
from samarkand.world.freight.model import FreightModel, RouteUpdate
from samarkand.world.freight.priced_places import Goods, Limits
from samarkand.world.freight.state import FreightState, TradeCosts
from samarkand.world.freight.subset_costs import SubsetCosts
from samarkand.world.freight.switched_costs import SwitchedCosts
from samarkand.world.freight.switched_gates import GatesOfChoice, ItemsOfProgramme, SwitchedGates

FIRST = 1e-6  # of capacities: what first prices may leave over at the trade of before


@dataclass(frozen=True, eq=False)
class NearState:
    """Prices near a state that is known, and the equilibrium that goes with them; what they make of freight is worked
    out when it is asked for (`state`): few questions need more than the equilibrium.

    `price`: of the places that may be full, US$ a tonne or TEU; `residual`: what capacities and complementarity are
    missed by, as `Limits.joint_residual`; `sold`: as `FreightState.sold`; `without_prices`: finds `unlimited`, and
    `finish` the whole state from it.
    """

    price: Floats
    residual: float
    sold: tuple[TradeCosts, Solution]
    finish: Callable[[FreightState], FreightState]
    costs: xr.Dataset  # generalised costs by logsum, as `FreightState.costs`
    without_prices: Callable[[], FreightState]

    @property
    def unlimited(self) -> FreightState:
        """The state without prices, worked out once."""
        return derived(self, "unlimited", self.without_prices)

    @property
    def state(self) -> FreightState:
        """The whole state, worked out once."""
        return derived(self, "state", lambda: self.finish(self.unlimited))


def limit_state(baseline: Baseline, state: FreightState, change: Change, progress: Progress) -> FreightState:
    """A state with prices at which its own trade, before anybody pays, leaves no facility too full.

    Prices make trade costs, these the equilibrium, and its trade other prices: G(p). Its fixed point by Anderson's
    mixing, until prices and the trade that they lead to miss capacities and complementarity by no more than `JOINT`,
    and no search finds a further way at these prices.
    """
    setting, gates = baseline.setting, baseline.gates
    assert gates is not None  # limits are asked for
    facilities = facilities_in(setting, change)
    open_model = baseline.freight if isinstance(baseline.freight, FreightModel) else baseline.freight.open
    network = state.model.network
    gated = GatedFreight(
        open_model, state.against_open, state.changes, facilities, gates.gates, gates.legs, network
    )
    every = np.arange(len(facilities))
    return _agree_with(baseline, state, change, gated, every, progress)


def limit_near(
    baseline: Baseline, change: Change, near: FreightState, progress: Progress = quiet
) -> NearState | None:
    """A state with prices of those places alone that are full without the programme or in a state nearby.

    As `limit_state`, but no way is searched: networks with every choice of these places closed are prepared once, and
    say what the programme's changes make of all ways (`ClosedGates`). Where they are items of the state nearby, as a
    whole, that is read from labels of its items (`SwitchedGates`), which are made once and kept with it; else routes
    are updated. All other places are taken to have room, as they have in both states; `limit_state` finds whether they
    do. None where something is closed, no place is full, or more than `MOST_CLOSED` are.
    """
    found = closed_near(baseline, near, progress)
    setting, gates, model = baseline.setting, baseline.gates, baseline.freight
    if found is None or gates is None or not isinstance(model, FreightModel):
        return None
    at, closed = found
    facilities = [facilities_in(setting, change)[f] for f in at]
    if not setting.transit_payments:
        choice = _choice_of_items(baseline, near, change, at, closed)
        if choice is not None:
            routes = partial(model.update_routes, change.network)
            return _agree_near(
                baseline, choice.costs, routes, change, choice, choice.whole, at, progress, near
            )

    def known_ways() -> tuple[RouteUpdate, GatedCosts]:
        routes, ways = closed.ways(change.network)
        return routes, GatedCosts(model, routes, change.network, facilities, closed.gates, ways=ways)

    found_routes, gated = known_ways()
    if setting.transit_payments:  # what is paid on the way depends on all ways and costs, in each round
        unlimited = _without_prices(model, change, found_routes)
        state = _agree_with(baseline, unlimited, change, gated, at, progress, near)
        assert state.limits is not None  # asked for
        assert state.sold is not None  # the trade that its prices agree with
        residual = state.limits.joint_residual
        return NearState(
            state.limits.price, residual, state.sold, lambda _: state, state.costs, lambda: unlimited
        )
    # Ways take hundreds of megabytes: they are not kept for a question that may never come.
    costs = partial(_mean_costs, model, change, found_routes)

    def anew() -> GatedCosts:
        return known_ways()[1]

    return _agree_near(baseline, costs, lambda: found_routes, change, gated, anew, at, progress, near)


def _without_prices(model: FreightModel, change: Change, routes: RouteUpdate) -> FreightState:
    """A state of the open network whose routes are known."""
    costs = model.costs_of(routes, change.network)
    return FreightState(model, change.network, routes, routes, costs)


def _choice_of_items(
    baseline: Baseline, near: FreightState, change: Change, at: Ints, closed: ClosedGates
) -> GatesOfChoice | None:
    """Gates with some items of a state nearby; None where changes are no such items or of a kind without labels."""
    items = ItemsOfProgramme.of(near.changes)
    key, facilities = items.key_of(change.network), facilities_in(baseline.setting, change)
    if not items.changes or key is None:
        return None

    def make() -> SwitchedGates | None:
        portfolios = items.portfolios
        labels = None if portfolios is None else GateLabels.of(closed, portfolios, with_open=True)
        if labels is None:
            return None
        assert labels.open_ is not None  # asked for
        model, goods = closed.models[0], _goods_near(baseline.setting, near)
        costs = SwitchedCosts(model.baseline, labels.open_, items.whole)
        return SwitchedGates(model, labels, items, costs, [facilities[f] for f in at], goods)

    switched = derived(near, ("switched gates", closed), make)
    return None if switched is None else switched.of(key, change.network, [facilities[f] for f in at])


def _goods_near(setting: Setting, near: FreightState) -> Goods:
    """What goes by routes in a state nearby, of the accounts where it is not known."""
    known = None if near.limits is None else near.limits.goods
    return known if known is not None else goods_of(setting, setting.world.accounts.trade_flow)


def closed_near(
    baseline: Baseline, near: FreightState, progress: Progress = quiet
) -> tuple[Ints, ClosedGates] | None:
    """Places that are full without the programme or in a state nearby, and networks with every choice of them closed.

    None as of `limit_near`.
    """
    gates, model = baseline.gates, baseline.freight
    if gates is None or near.limits is None or not isinstance(model, FreightModel):
        return None
    full = np.zeros(len(gates.gates), np.bool_)
    for limits in (gates.limits, near.limits):
        full |= limits.price > 0
        if limits.choosing is not None:
            full |= limits.choosing
    at = np.flatnonzero(full)
    if not 0 < at.size <= MOST_CLOSED:
        return None
    chosen = tuple(gates.gates[f] for f in at)
    key = ("closed gates", tuple(at.tolist()))
    return at, derived(
        baseline, key, lambda: ClosedGates(model, chosen, partial(progress, "full places closed"))
    )


def _agree_with(
    baseline: Baseline,
    state: FreightState,
    change: Change,
    gated: GatedFreight,
    at: Ints,
    progress: Progress,
    near: FreightState | None = None,
) -> FreightState:
    """A state with prices that agree with its trade, from those of a state nearby; else from the trade of the accounts
    and the prices without the programme. at: which of all places `gated` has."""
    setting, gates = baseline.setting, baseline.gates
    assert gates is not None  # limits are asked for
    ways = paying_ways(setting, baseline.freight, state) if setting.transit_payments else None

    def sell(limits: Limits) -> tuple[FreightState, Solution]:
        progress()
        limited = state.limited(replace(limits, rents=gated.rents(limits)), gates.of_accounts)
        costs = trade_costs(setting, limited, change, baseline.energy)
        if ways is None:
            solution = solve_from(setting, change, costs.hat, None)
        else:
            carriage = transit_carriage(setting, baseline.freight, limited, gates.of_accounts, ways)
            solution = solve_equilibrium(setting, change, costs.hat, carriage=carriage)
        return replace(limited, sold=(costs, solution)), solution

    start = gates.limits if near is None or near.limits is None else near.limits
    goods = start.goods if start.goods is not None else goods_of(setting, setting.world.accounts.trade_flow)
    limits, limited = agree(
        setting,
        gated,
        goods,
        gates.others[at],
        start,
        sell,
        others_of=lambda flow: gates.others_of(setting, flow)[at],
    )
    return replace(limited, limits=limits)


def _agree_near(
    baseline: Baseline,
    mean_costs: Callable[[], Floats],
    routes: Callable[[], RouteUpdate],
    change: Change,
    gated: GatesAtPrices,
    anew: Callable[[], GatedCosts],
    at: Ints,
    progress: Progress,
    near: FreightState,
) -> NearState:
    """As `_agree_with` where nobody pays on the way: until prices and trade agree, mean costs alone are worked out.

    mean_costs, routes: find generalised costs by logsum [class, origin, destination] and routes without prices. anew:
    makes `gated` once more, with ways that states are made of.
    """
    setting, gates, start, model = baseline.setting, baseline.gates, near.limits, gated.model
    unpriced = Beside(mean_costs)
    assert gates is not None  # limits are asked for
    assert start is not None  # `near` has them
    goods = _goods_near(setting, near)
    known_inverse = inverse_for(start, gated.facilities)
    mixing, others = Mixing(known_inverse), gates.others[at]
    # Newton's steps are exact enough: what prices are left with is certified by the trade that they lead to.
    price = gated.start(goods, others, start.prices, FIRST)
    if known_inverse is not None:  # trade answers as it does nearby
        price = Mixing(known_inverse).step(
            np.array([start.prices[one.id] for one in gated.facilities]), price
        )
    state = _with_costs(near, change, np.stack([model.baseline.costs_before, unpriced.result()]))
    residual = np.inf
    slopes: Floats | None = None  # those at the first prices serve those near them
    for _ in range(MOST_TRIES):
        progress()
        found, paying, chosen = gated.costs_at(goods, price, with_slopes=slopes is None), goods, gated.chosen
        slopes = found.slopes if slopes is None else slopes
        dearer = model.baseline.mean(found.dearer)
        priced = replace(state, costs=_costs_alone(state, gates.of_accounts, dearer), unlimited=state)
        costs = trade_costs(setting, priced, change, baseline.energy)
        solution = solve_from(setting, change, costs.hat, None)
        goods = goods_sold(setting, solution.trade_flow)
        others = gates.others_of(setting, solution.trade_flow)[at]
        over, residual = gated.left_over(found, goods, others, price)
        image = gated.image(found._replace(slopes=slopes), over)
        if image is None:
            slopes = None
            image = gated.start(goods, others, gated.named(price), FIRST)
        if np.array_equal(chosen, gated.chosen):
            if residual <= JOINT:
                break
        else:
            mixing = Mixing(known_inverse)
        price = mixing.step(price, image)
    else:
        raise not_agreed(residual)
    sold = costs, solution

    def without_prices() -> FreightState:
        return _without_prices(model, change, routes())

    def finish(unlimited: FreightState) -> FreightState:
        again = anew()
        again.chosen = chosen
        limits = again.at_prices(paying, others, price)
        limits = replace(limits, rents=again.rents(limits))
        limited = Beside(lambda: unlimited.limited(limits, gates.of_accounts))
        settled = again.settle(limits, goods, others)
        certified = again.solve(goods, others, limits.prices, whole=False)
        settled = replace(
            settled, residual=certified.residual, series=certified.series, choosing=certified.choosing,
            by_seller=again.paid_by_seller(settled, goods), goods=goods, inverse=mixing.inverse,
        )  # fmt: skip
        return replace(limited.result(), limits=settled, sold=sold)

    return NearState(price, residual, sold, finish, priced.costs, without_prices)


def _mean_costs(model: FreightModel, change: Change, routes: RouteUpdate) -> Floats:
    """Generalised costs by logsum with changes whose routes are known [class, origin, destination]."""
    baseline = model.baseline

    def of_routes(_number: int) -> Floats:
        found = baseline.differences(routes.rows, routes.usd, routes.hours, which=1)
        return baseline.costs_with(found[0])

    return SubsetCosts(baseline, [change.network], of_routes).of(0)


def _with_costs(near: FreightState, change: Change, costs: Floats) -> FreightState:
    """A state of which generalised costs by logsum alone are known, [state, class, origin, destination]."""
    like = near.costs["generalised_cost"].sel(variant=["logsum"])
    alone = xr.Dataset({"generalised_cost": (like.dims, costs[:, None])}, like.coords)
    return replace(near, changes=change.network, costs=alone, limits=None, unlimited=None, sold=None)


def _costs_alone(state: FreightState, without: Limits, dearer: Floats) -> xr.Dataset:
    """Generalised costs by logsum of a state with prices: dearer without the programme by what `without` adds, with it
    by some means [class, origin, destination]."""
    cost = state.costs["generalised_cost"]
    values = cost.to_numpy().copy()
    if without.differences is not None:
        values[0, 0] += mean_differences(without, state.model)[0]
    values[1, 0] += dearer
    return xr.Dataset({"generalised_cost": (cost.dims, values)}, cost.coords)
