"""Models of one state: trade costs from the network, the equilibrium, freight laid on links; and the world without.

    setting    a world under assumptions, as the engines take it
    baseline   the network as the question leaves it (open or with closures) without the programme, solved

What a programme makes of a baseline is a `state.Counterfactual`, which asks the functions here for its parts.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.core.faults import Fault, Faults
from samarkand.core.progress import Progress, quiet
from samarkand.core.scenario import DeficitRule
from samarkand.engines.equilibrium import (
    Carriage,
    Certificate,
    EquilibriumAccounts,
    Shock,
    Solution,
    accounts_from_flows,
    solve,
    solve_with_carriage,
)
from samarkand.engines.equilibrium.measures import calc_baseline_trade_flow
from samarkand.engines.mixing import Mixing
from samarkand.engines.once import derived
from samarkand.engines.threads import Beside
from samarkand.programme import Change, Programme
from samarkand.programme.applying import Payment
from samarkand.programme.channels.capacity import SWITCH, facilities_of, raised
from samarkand.programme.channels.facilitation import beside_measured, facilitated_hat
from samarkand.programme.channels.recognition import trade_cost_hat
from samarkand.programme.channels.tariffs import changed_tariffs
from samarkand.world.accounts.tariffs import inputs_with_tariffs
from samarkand.world.assumptions import Assumptions
from samarkand.world.freight.assignment import (
    FreightWork,
    calc_freight_work,
    calc_tonnes,
    calc_unit_loads,
    energy_loads,
    mode_shares,
    tonnes_per_usd,
    unit_loads_per_usd,
    volumes_per_usd,
)
from samarkand.world.freight.capacity import Facility
from samarkand.world.freight.cargo import energy_tables
from samarkand.world.freight.closed_gates import MOST_CLOSED, ClosedGates
from samarkand.world.freight.commodities import freight_table
from samarkand.world.freight.disruption import DisruptedFreight, calc_cut_off_hat, disrupt_freight
from samarkand.world.freight.energy import EnergyClosure, EnergyTrade, energy_tonnes, energy_trade
from samarkand.world.freight.energy_costs import EnergyCosts, calc_energy_hat, energy_costs
from samarkand.world.freight.gate_ways import Gate, KeptLegs
from samarkand.world.freight.limits import (
    REMEDY,
    GatedFreight,
    Goods,
    Limits,
    find_gates,
    flows_at,
    turn_aside,
)
from samarkand.world.freight.mode_choice import VOT_CLASSES, classes_of_time
from samarkand.world.freight.model import FreightModel, prepare_freight
from samarkand.world.freight.state import Freight, FreightState, TradeCosts, freight_state
from samarkand.world.freight.subsets import costs_of_subsets
from samarkand.world.freight.trade_costs import ad_valorem_cost, iceberg_cost_hat, surface_trade
from samarkand.world.freight.transit import calc_passing, laid_apart
from samarkand.world.freight.transit_payments import TransitPayments, paying_tariffs
from samarkand.world.freight.transit_use import TransitUse, find_transit_use
from samarkand.world.network.disruptions import Closures, close, find_closures
from samarkand.world.world import World

Value = TypeVar("Value")
Outcome = TypeVar("Outcome")
CarriageOf: TypeAlias = Callable[[Solution], Carriage]
PUBLIC_WORKS = "construction"  # what taxes for capex buy where construction demand is asked for
ORDER = ("destination", "origin", "sector")  # of the engine's arrays
JOINT = 1e-6  # of capacities: what prices and the trade that they lead to may miss
FOLLOWED, CLOSING = (
    2,
    0.25,
)  # rounds in which prices simply follow trade; and later, if they close as much of a miss
WITHIN, MOST_TRIES = 0.01, 40  # of the volume that a closure leaves; solutions looked for


class Keep(Protocol):
    """A keeper of values by key, as `Session.kept`: each is made once."""

    def __call__(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of `key`, made now if it is not kept."""
        ...


@dataclass(frozen=True, eq=False)
class Setting:
    """A world under assumptions, as the engines take it.

    transit_payments: whether goods pay economies that they pass, inside the equilibrium (`transit_payments`).
    """

    world: World
    assumptions: Assumptions
    deficit_rule: DeficitRule
    construction_demand: bool = False  # whether what is charged buys construction
    transit_payments: bool = False
    lines: Programme | None = None  # of which lines have a capacity, where limits are asked for

    @property
    def has_limits(self) -> bool:
        """Whether published capacities bind."""
        return bool(self.assumptions.parameters[SWITCH])

    @cached_property
    def commodities(self) -> xr.Dataset:
        """Value density, carriage and value of time by sector of the accounts."""
        return freight_table(self.assumptions.freight).sel(sector=list(self.world.accounts.sectors))

    @cached_property
    def accounts(self) -> EquilibriumAccounts:
        """The world's accounts, with its tariffs where it has any."""
        accounts, rate = self.world.accounts, self.world.tariff_rate
        elasticity = self.assumptions.elasticities.values().sel(sector=list(accounts.sectors))
        inputs, value_added = inputs_with_tariffs(accounts, rate)
        return accounts_from_flows(
            accounts.trade_flow.transpose(*ORDER).to_numpy(),
            inputs.transpose("destination", "sector", "use_sector").to_numpy(),
            value_added.transpose("economy", "sector").to_numpy(),
            elasticity.to_numpy(),
            tariff_rate=None if rate is None else rate.transpose(*ORDER).to_numpy(),
            economies=accounts.economies,
            sectors=accounts.sectors,
        )

    @cached_property
    def surface_trade(self) -> xr.DataArray:
        """Physical trade of the baseline between economies by value-of-time class."""
        classes = classes_of_time(self.assumptions.parameters)
        return surface_trade(self.world.accounts.trade_flow, self.commodities, classes)

    def solve(
        self, iceberg_hat: xr.DataArray | None, carriage: CarriageOf | None = None, **shock: Any
    ) -> Solution:
        """The equilibrium under iceberg costs, dims (origin, destination, sector), payments and other shocks."""
        if iceberg_hat is not None:
            shock["iceberg_hat"] = iceberg_hat.transpose(*ORDER).to_numpy()
        if carriage is None:
            return solve(self.accounts, Shock(**shock), deficit_rule=self.deficit_rule)
        return solve_with_carriage(self.accounts, Shock(**shock), carriage, deficit_rule=self.deficit_rule)

    def labelled(self, flow: Floats) -> xr.DataArray:
        """Flows of the engine with their labels."""
        labels = list(self.world.labels)
        sectors = list(self.world.accounts.sectors)
        return xr.DataArray(flow, {"destination": labels, "origin": labels, "sector": sectors}, ORDER)


@dataclass(frozen=True, eq=False)
class Baseline:
    """The world without the programme: its freight network, and its equilibrium. A part is worked out when it is
    first asked for.

    Parameters
    ----------
    setting
        The world and the assumptions.
    closed
        Names of what is closed on the network.
    kept
        Keeps networks between questions.
    given
        Parts that are known already, by name.
    """

    setting: Setting
    closed: tuple[str, ...]
    kept: Keep
    given: Mapping[str, Any] = field(default_factory=dict)

    def _part(self, name: str, make: Callable[[], Value]) -> Value:
        return self.given[name] if name in self.given else derived(self, name, make)

    def solve(self, progress: Progress) -> Baseline:
        """Itself with all parts worked out: what does not ask for the network beside the network."""
        beside = Beside[object](self._energy_left if self.closed else lambda: self.solution)
        self._part("freight", partial(self._freight, progress))
        _ = self.costs, beside.result(), self.solution
        return self

    def _freight(self, progress: Progress = quiet) -> Freight:
        closures = find_closures(self.closed, self.setting.world.network)
        return _freight(self.setting, closures, self.kept, progress)

    @property
    def freight(self) -> Freight:
        """The freight network, open or with what is closed."""
        return self._part("freight", self._freight)

    @property
    def state(self) -> FreightState:
        """Its routes and costs without a programme, and the prices of its full facilities."""
        return self._limited()[1] if self.setting.has_limits else self._part("state", self._open_state)

    def _open_state(self) -> FreightState:
        return freight_state(self.freight, ())

    @property
    def gates(self) -> GatesOfBaseline | None:
        """Where goods pass facilities, and their prices; None where no limits are asked for."""
        return self._limited()[0] if self.setting.has_limits else None

    def _limited(self) -> tuple[GatesOfBaseline, FreightState]:
        if self.closed:
            closed = self._limited_closed()
            return closed.gates, closed.state
        return derived(self, "limited", lambda: limit_open(self.setting, self.freight, self.kept))

    def _limited_closed(self) -> LimitedClosure:
        def make() -> LimitedClosure:
            assert isinstance(self.freight, DisruptedFreight)  # as names are closed
            open_, _ = limit_open(self.setting, self.freight.open, self.kept)
            return _limit_closed(self.setting, self.freight, self._energy_left(), self._open_state(), open_)

        return derived(self, "limited closure", make)

    @property
    def costs(self) -> TradeCosts:
        """Changes of iceberg costs against the accounts: what is closed."""
        return self._part("costs", lambda: trade_costs(self.setting, self.state, energy=self.energy))

    @property
    def solution(self) -> Solution:
        """The equilibrium."""
        if not self.closed:
            return self._part("solution", lambda: self.setting.solve(None))
        if "costs" in self.given:  # as they are at the solution
            return self._part("solution", lambda: self.setting.solve(self.costs.hat, self._carriage()))
        return self._part("solution", lambda: self._closed_energy()[1])

    @property
    def certificate(self) -> Certificate:
        """How well the equilibrium is solved."""
        return self._part("certificate", lambda: self.solution.certificate)

    @property
    def energy(self) -> ClosedEnergy | None:
        """Oil and gas with something closed."""
        return self._part("energy", lambda: self._closed_energy()[0]) if self.closed else None

    def _carriage(self) -> CarriageOf | None:
        if not self.setting.transit_payments:
            return None
        return transit_carriage(self.setting, self.freight, self.state)

    def _closed_energy(self) -> tuple[ClosedEnergy, Solution]:
        def make() -> tuple[ClosedEnergy, Solution]:
            if self.setting.has_limits:
                limited = self._limited_closed()
                return limited.energy, limited.solution
            return _close_energy(self.setting, self._energy_left(), self.state, self._carriage())

        return derived(self, "closed energy", make)

    def _energy_left(self) -> EnergyClosure:
        """What closures leave of oil and gas in volumes: it asks for nothing of the freight network but its places."""

        def make() -> EnergyClosure:
            network = self.setting.world.network
            closures = find_closures(self.closed, network)
            return energy_of(self.setting).close(close(network, closures), closures.pipelines)

        return derived(self, "energy left", make)

    @cached_property
    def ad_valorem_cost(self) -> xr.DataArray:
        """Freight cost over value without the programme, dims (origin, destination, sector), fractions."""
        return ad_valorem_cost(self.state.costs_against(self.state), self.setting.commodities)

    @cached_property
    def assignment(self) -> FreightWork:
        """Freight of the baseline on the links of its network."""
        return lay_freight(self, self.state, self.solution)


def solve_baseline(setting: Setting, closed: Sequence[str], kept: Keep, progress: Progress) -> Baseline:
    """The world as it is, or with what is `closed`: freight network, and beside it the equilibrium."""
    return Baseline(setting, tuple(closed), kept).solve(progress)


def _freight(setting: Setting, closures: Closures, kept: Keep, progress: Progress) -> Freight:
    """The freight network without the programme: kept in this process, on the disk, or prepared now."""
    world, step = setting.world, partial(progress, "freight network")
    model = prepare_freight(world.network, setting.assumptions.parameters, world.labels, step, kept)
    if not closures.names:
        return model
    step = partial(progress, f"closing {' + '.join(closures.names)}")
    return kept(("disrupted", model.key, closures.names), lambda: disrupt_freight(model, closures, step))


@dataclass(frozen=True, eq=False)
class ClosedEnergy:
    """Oil and gas with something closed: volumes, and their iceberg costs.

    served, hat: dims (origin, destination, sector), of what still has a way and with what is cut off counted, not a
    number where nothing is known in volumes; routes: what the closed network without a programme says instead.
    """

    closure: EnergyClosure
    served: xr.DataArray
    hat: xr.DataArray
    routes: xr.DataArray

    def over(self, routes: xr.DataArray, of: xr.DataArray) -> xr.DataArray:
        """Costs of routes with these in the place of oil and gas, times what a programme makes of their routes."""
        return routes.where(of.isnull(), of * routes / self.routes)


def energy_of(setting: Setting) -> EnergyTrade:
    """Oil and gas on their way in a world, on its network open."""
    world, parameters = setting.world, setting.assumptions.parameters
    key = ("energy", parameters["sea_speed"], parameters["sea_rate"])

    def make() -> EnergyTrade:
        return energy_trade(energy_tables(), world.accounts.trade_flow, world.network, parameters)

    return derived(world, key, make)


def _close_energy(
    setting: Setting, closure: EnergyClosure, state: FreightState, carriage: CarriageOf | None
) -> tuple[ClosedEnergy, Solution]:
    """Oil and gas with closures against the open network, and the equilibrium in which no exporter sells more of them
    abroad than is left."""
    routes = iceberg_cost_hat(state.costs, setting.commodities)
    costs = energy_costs(closure, routes, setting.commodities["value_per_teu"])
    theta = setting.assumptions.elasticities.values().sel(sector=setting.commodities["sector"])
    whole = _network_hat(setting, state, routes)

    def with_left(left: xr.DataArray) -> ClosedEnergy:
        return ClosedEnergy(closure, costs.longer, calc_energy_hat(costs.longer, left, theta), routes)

    dims = costs.longer.dims
    cells = np.nonzero(costs.longer.notnull().to_numpy())  # the others are not worked out again each time
    longer, of_routes, of_whole = (one.transpose(*dims).to_numpy() for one in (costs.longer, routes, whole))
    theta_of = theta.to_numpy()[cells[dims.index("sector")]]

    def solve_with(left: xr.DataArray) -> Solution:
        hat = of_whole.copy()
        of_energy = calc_energy_hat(longer[cells], left.transpose(*dims).to_numpy()[cells], theta_of)
        hat[cells] = of_energy * of_whole[cells] / of_routes[cells]
        return setting.solve(xr.DataArray(hat, costs.longer.coords, dims), carriage)

    left, solution = _within_limits(setting, costs, solve_with)
    return with_left(left), solution


def _within_limits(
    setting: Setting, costs: EnergyCosts, solve_with: Callable[[xr.DataArray], Solution]
) -> tuple[xr.DataArray, Solution]:
    """Shares left that hold each exporter to the volume that remains, and their solution.

    volume of i, s abroad = sum over n of X[n, i, s] / unit_cost_hat[i, s], over importers n whose volumes are known,
    against that of the accounts; what remains of it is the share, by value, that remains of the volumes. Trade over
    land that is in no table of volumes is held by its routes alone. An exporter whose income falls sells cheaper and
    would sell more; its shares left fall further, by one factor a sector, until the volume is that which remains. By
    the secant of the logarithms, each exporter and sector on its own. Raises ValueError where no factor is found.
    """
    solution = solve_with(costs.left)
    if not costs.has_limits:
        return costs.left, solution
    flow = setting.world.accounts.trade_flow.transpose(*costs.left.dims)
    known = np.isfinite(costs.left.to_numpy()) & ~np.eye(flow.sizes["origin"], dtype=bool)[..., None]
    remains = np.where(known, flow.to_numpy(), 0.0).sum(axis=1) * costs.remaining.to_numpy()
    limited = (costs.remaining.to_numpy() < 1.0 - WITHIN) & (remains > 0)
    last: tuple[Floats, Floats] | None = None
    factor, slope = np.zeros(remains.shape), np.ones(remains.shape)  # logarithms
    for _ in range(MOST_TRIES):
        sold = np.where(known, solution.trade_flow.transpose(1, 0, 2), 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            gap = np.where(limited, np.log(sold.sum(axis=1) / solution.unit_cost_hat / remains), 0.0)
        over = np.where((factor < 0) | (gap > 0), gap, 0.0)
        if np.abs(over).max() <= WITHIN:
            return costs.left * np.exp(factor)[:, None, :], solution
        if last is not None:
            with np.errstate(divide="ignore", invalid="ignore"):
                found = (gap - last[1]) / (factor - last[0])
            slope = np.where(np.isfinite(found), np.clip(found, 0.2, 2.0), slope)
        last = (factor, gap)
        factor = np.minimum(factor - over / slope, 0.0)
        solution = solve_with(costs.left * np.exp(factor)[:, None, :])
    worst = np.unravel_index(np.abs(over).argmax(), over.shape)
    exporter, sector = (
        str(costs.remaining[dim].to_numpy()[k]) for dim, k in zip(("origin", "sector"), worst, strict=True)
    )
    raise ValueError(
        f"{exporter} sells {np.expm1(over[worst]):+.1%} beside what the closure leaves of its exports of {sector} "
        f"after {MOST_TRIES} tries"
    )


def _network_hat(setting: Setting, state: FreightState, routes: xr.DataArray) -> xr.DataArray:
    """Costs of routes with the pairs of cities that are cut off counted too."""
    if state.lost is None:
        return routes
    theta = setting.assumptions.elasticities.values().sel(sector=setting.commodities["sector"])
    return calc_cut_off_hat(routes, state.lost, setting.commodities["network_share"], theta)


def trade_costs(
    setting: Setting, state: FreightState, change: Change | None = None, energy: ClosedEnergy | None = None
) -> TradeCosts:
    """Iceberg costs of a state of the network, and of what a programme changes in trade costs beyond freight.

    energy: what closures make of oil and gas, in place of their routes.
    """
    freight = iceberg_cost_hat(state.costs, setting.commodities)
    hat = _network_hat(setting, state, freight)
    if energy is not None:
        freight, hat = energy.over(freight, energy.served), energy.over(hat, energy.hat)
    if change is None or not (change.trade_costs or change.facilitation):
        return TradeCosts(freight, freight, hat)
    served, whole = (
        one * _facilitated(setting, change, freight) if change.facilitation else one for one in (freight, hat)
    )
    served = trade_cost_hat(change.trade_costs, served)
    return TradeCosts(
        freight, served, served if hat is freight else trade_cost_hat(change.trade_costs, whole)
    )


def _facilitated(setting: Setting, change: Change, freight: xr.DataArray) -> xr.DataArray:
    """What facilitation without published hours adds to the costs of freight."""
    theta = setting.assumptions.elasticities.values().sel(sector=setting.commodities["sector"])
    found = facilitated_hat(change.facilitation, theta, freight)
    return beside_measured(found, freight, change.network, setting.world)


def transit_carriage(setting: Setting, freight: Freight, state: FreightState) -> CarriageOf:
    """What goods pay economies that they pass in a state of the network, against the open one without a programme, by
    the trade of a solution."""
    open_model = freight if isinstance(freight, FreightModel) else freight.open
    key = ("transit ways", open_model.key)
    world = setting.world

    def open_ways() -> TransitUse:
        return _transit_ways(setting, open_model, freight_state(open_model, ()))

    payments = TransitPayments(
        setting.commodities, world.accounts.trade_flow, world.inside_rest_of_world, energy_of(setting),
        derived(world, key, open_ways),
    )  # fmt: skip
    as_it_is = state.model is open_model and not state.changes
    ways = payments.open_ways if as_it_is else _transit_ways(setting, freight, state)

    def carriage(solution: Solution) -> Carriage:
        before = calc_baseline_trade_flow(solution.accounts)
        return payments.carriage(ways, setting.labelled(solution.trade_flow), setting.labelled(before))

    return carriage


def _transit_ways(setting: Setting, freight: Freight, state: FreightState) -> TransitUse:
    open_model, shut = (freight, ()) if isinstance(freight, FreightModel) else (
        freight.open, freight.closures.pipelines
    )  # fmt: skip
    share = mode_shares(open_model, state.against_open)
    parameters = setting.assumptions.parameters
    return find_transit_use(
        state.model.network, parameters, share, list(setting.world.labels), energy_of(setting), paying_tariffs(),
        state.changes, tuple(shut),
    )  # fmt: skip


def solve_equilibrium(
    setting: Setting,
    change: Change,
    iceberg_hat: xr.DataArray,
    payment: Payment = (),
    carriage: CarriageOf | None = None,
) -> Solution:
    """The equilibrium that trade costs and tariffs lead to, with what is paid; before anybody pays if nothing is.

    It starts from the baseline whatever was solved before. From the solution before anybody pays it would take one
    sweep less of twenty, and be another number within the tolerance, depending on the order of the questions.
    """
    return setting.solve(iceberg_hat, carriage, **_tariffs(setting, change), **_taxes(setting, payment))


def lay_freight(
    baseline: Baseline, state: FreightState, solution: Solution, *, whole: bool = True
) -> FreightWork:
    """The trade of a solution on the network of a state: oil and gas known in volumes by tanker and line, the rest by
    its routes, and by others where limits turn it aside. `whole`: with the boxes among it and what of others passes
    places with a tariff of transit."""
    return _lay(
        baseline.setting, baseline.freight, state, baseline.setting.labelled(solution.trade_flow), whole=whole
    )


def _lay(
    setting: Setting, freight: Freight, state: FreightState, flow: xr.DataArray, *, whole: bool = True
) -> FreightWork:
    parameters = setting.assumptions.parameters
    energy, before = energy_of(setting), setting.world.accounts.trade_flow
    by_route = flow.where(~energy.known(before), 0.0)
    tonnes = calc_tonnes(by_route, setting.commodities)
    boxes = calc_unit_loads(by_route, setting.commodities) if whole else None
    open_model = freight if isinstance(freight, FreightModel) else freight.open
    share = mode_shares(open_model, state.against_open)
    share, aside = (share, ()) if state.limits is None else turn_aside(state.limits, open_model, share)
    network, own_of = state.model.network, laid_apart() if whole else ()
    by_flow = energy_tonnes(energy, flow, before)
    at_sea = energy_loads(energy, by_flow, network, parameters, own_of)
    work = calc_freight_work(network, parameters, tonnes, share, state.changes, boxes, at_sea, own_of, aside)
    if not whole:
        return work
    shut = set() if isinstance(freight, FreightModel) else set(freight.closures.pipelines)
    by_line = by_flow * np.array([not shut & set(by) for by in energy.flows["by"]], float)
    passing = calc_passing(work, energy.flows, by_line, network, parameters)
    return replace(work, own={}, passing=passing)


@dataclass(frozen=True, eq=False)
class GatesOfBaseline:
    """Where goods pass the facilities of the state without a programme, and its prices.

    `gates`: of each facility; `others`: what passes it that neither pays nor turns aside, tonnes or TEU a year; `legs`:
    what states have in common.
    `open_`: prices of the network with nothing closed, where this one has closures: the accounts hold those.
    """

    gates: tuple[Gate, ...]
    others: Floats
    limits: Limits
    legs: KeptLegs
    open_: Limits | None = None

    @property
    def of_accounts(self) -> Limits:
        """Prices in the world of the accounts, against which costs are told."""
        return self.limits if self.open_ is None else self.open_


def _goods(setting: Setting, flow: xr.DataArray) -> Goods:
    """What goes by routes: all goods but oil and gas known in volumes."""
    of_usd, by_route = derived(setting, "goods in a dollar", lambda: _goods_in_a_dollar(setting))
    value = np.nan_to_num(flow.transpose("origin", "destination", "sector").to_numpy()) * by_route
    return Goods(*np.moveaxis(np.matmul(value, of_usd).reshape(*value.shape[:2], 3, -1), 2, 0))


def _goods_in_a_dollar(setting: Setting) -> tuple[Floats, Floats]:
    """Amounts of `Goods` in US$ m of what an exporter sells, [exporter, sector, amount and class], and whether a sector
    goes by routes between two economies, [origin, destination, sector]."""
    world, labels = setting.world, list(setting.world.labels)
    flow = world.accounts.trade_flow
    table = setting.commodities.sel(sector=flow["sector"])
    amounts = volumes_per_usd(table), tonnes_per_usd(table, labels), unit_loads_per_usd(table)
    size = len(labels), flow.sizes["sector"], len(VOT_CLASSES)
    of_usd = np.empty((*size[:2], 3, size[2]))
    for k, amount in enumerate(amounts):
        ordered = amount.sel(vot_class=list(VOT_CLASSES)).transpose(..., "sector", "vot_class")
        of_usd[:, :, k] = ordered.to_numpy()
    by_route = ~energy_of(setting).known(flow).transpose("origin", "destination", "sector").to_numpy()
    by_route &= ~np.eye(len(labels), dtype=bool)[..., None]
    return 1e6 * of_usd.reshape(*size[:2], -1), by_route.astype(float)


def _limit_baseline(
    setting: Setting, model: FreightModel, state: FreightState
) -> tuple[GatesOfBaseline, FreightState]:
    """Prices without a programme: the trade is that of the accounts, which they have shaped already."""
    flow = setting.world.accounts.trade_flow
    facilities = _facilities(setting)
    work = _lay(setting, model, state, flow)
    gates = find_gates(facilities, work)
    legs = KeptLegs()
    gated = GatedFreight(model, state.against_open, (), facilities, gates, legs)
    goods = _goods(setting, flow)
    all_of_it = flows_at(facilities, work, setting.assumptions.parameters)
    others = np.maximum(all_of_it - gated.passing(goods), 0.0)
    limits = gated.solve(goods, others)
    return GatesOfBaseline(gates, others, limits, legs), state.limited(limits, limits)


def limit_open(setting: Setting, freight: Freight, kept: Keep) -> tuple[GatesOfBaseline, FreightState]:
    """Prices of a network with nothing closed, without a programme; every closure is told against them."""
    assert isinstance(freight, FreightModel)  # nothing is closed
    facilities = _facilities(setting)
    places = tuple((one.id, one.title, one.capacity, one.unit, one.price) for one in facilities)
    key = ("limited", freight.key, setting.world.hash, setting.assumptions.hash, places)
    return kept(key, lambda: _limit_baseline(setting, freight, freight_state(freight, ())))


@dataclass(frozen=True, eq=False)
class LimitedClosure:
    """A network with something closed and prices of full facilities, and the equilibrium that goes with them."""

    gates: GatesOfBaseline
    state: FreightState
    energy: ClosedEnergy
    solution: Solution


def _limit_closed(
    setting: Setting,
    freight: DisruptedFreight,
    left: EnergyClosure,
    state: FreightState,
    open_: GatesOfBaseline,
) -> LimitedClosure:
    """Prices with something closed: those of the trade that closure and prices leave together, as `limit_state`.

    What passes facilities and does not pay is that of the closure without prices. Oil and gas keep to what their lines
    and terminals take for every price.
    """
    energy, solution = _close_energy(setting, left, state, None)
    facilities = _facilities(setting)
    flow = setting.labelled(solution.trade_flow)
    work = _lay(setting, freight, state, flow)
    gates, goods = find_gates(facilities, work), _goods(setting, flow)
    network = state.model.network
    legs = KeptLegs()
    gated = GatedFreight(freight.open, state.against_open, (), facilities, gates, legs, network)
    parameters = setting.assumptions.parameters
    others = np.maximum(flows_at(facilities, work, parameters) - gated.passing(goods), 0.0)

    def sell(limits: Limits) -> tuple[tuple[FreightState, ClosedEnergy, Solution], Solution]:
        limited = state.limited(limits, open_.limits)
        energy, solution = _close_energy(setting, left, limited, None)
        return (limited, energy, solution), solution

    closed = f"with {' + '.join(freight.closures.names)} closed, "
    limits, (limited, energy, solution) = _agree(
        setting, gated, goods, others, open_.limits.prices, sell, told=closed
    )
    return LimitedClosure(
        GatesOfBaseline(gates, others, limits, legs, open_.limits),
        replace(limited, limits=limits),
        energy,
        solution,
    )


def limit_state(baseline: Baseline, state: FreightState, change: Change, progress: Progress) -> FreightState:
    """A state with prices at which its own trade, before anybody pays, leaves no facility too full.

    Prices make trade costs, these the equilibrium, and its trade other prices: G(p). Its fixed point by Anderson's
    mixing, until prices and the trade that they lead to miss capacities and complementarity by no more than `JOINT`,
    and no search finds a further way at these prices.
    """
    setting, gates = baseline.setting, baseline.gates
    assert gates is not None  # limits are asked for
    facilities = _facilities(setting, change)
    open_model = baseline.freight if isinstance(baseline.freight, FreightModel) else baseline.freight.open
    network = state.model.network
    gated = GatedFreight(
        open_model, state.against_open, state.changes, facilities, gates.gates, gates.legs, network
    )
    return _agree_with(baseline, state, change, gated, gates.others, progress)


def _facilities(setting: Setting, change: Change | None = None) -> tuple[Facility, ...]:
    """Places with a capacity, as a change leaves them; without one, none is raised."""

    def find() -> tuple[Facility, ...]:
        return facilities_of(setting.lines, setting.world, setting.assumptions.parameters)

    found = derived(setting, "facilities", find)
    return found if change is None else raised(found, change.effects.get("capacity", ()))


def limit_near(
    baseline: Baseline, change: Change, near: FreightState, progress: Progress = quiet
) -> FreightState | None:
    """A state with prices of those places alone that are full without the programme or in a state nearby.

    As `limit_state`, but no way is searched: networks with every choice of these places closed are prepared once, and
    say what the programme's changes make of all ways (`ClosedGates`). All other places are taken to have room, as they
    have in both states; `limit_state` finds whether they do. None where something is closed, no place is full, or more
    than `MOST_CLOSED` are.
    """
    setting, gates, model = baseline.setting, baseline.gates, baseline.freight
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
    closed = derived(
        baseline, key, lambda: ClosedGates(model, chosen, partial(progress, "full places closed"))
    )
    routes, ways = closed.ways(change.network)
    state = FreightState(model, change.network, routes, routes, model.costs_of(routes, change.network))
    facilities = _facilities(setting, change)
    gated = GatedFreight(model, routes, change.network, [facilities[f] for f in at], chosen, ways=ways)
    return _agree_with(baseline, state, change, gated, gates.others[at], progress, follow=True)


def _agree_with(
    baseline: Baseline,
    state: FreightState,
    change: Change,
    gated: GatedFreight,
    others: Floats,
    progress: Progress,
    follow: bool = False,
) -> FreightState:
    """A state with prices that agree with its trade, from the trade of the accounts and the prices without the
    programme."""
    setting, gates = baseline.setting, baseline.gates
    assert gates is not None  # limits are asked for

    def sell(limits: Limits) -> tuple[FreightState, Solution]:
        progress()
        limited = state.limited(limits, gates.of_accounts)
        costs = trade_costs(setting, limited, change, baseline.energy)
        return limited, solve_equilibrium(setting, change, costs.hat)

    goods = _goods(setting, setting.world.accounts.trade_flow)
    limits, limited = _agree(setting, gated, goods, others, gates.limits.prices, sell, follow)
    return replace(limited, limits=limits)


def _agree(
    setting: Setting,
    gated: GatedFreight,
    goods: Goods,
    others: Floats,
    start: Mapping[str, float],
    sell: Callable[[Limits], tuple[Outcome, Solution]],
    follow: bool = False,
    told: str = "",
) -> tuple[Limits, Outcome]:
    """Prices and trade that agree, certified to `JOINT`, and what `sell` made of them.

    goods, start: of what is sold and prices near the answer. sell: what prices make of a state, and its equilibrium.
    follow: prices follow trade as long as that closes what is missed; else, and later, by Anderson's mixing. told:
    where the fault begins if they do not agree.
    """
    residual, last, mixing = np.inf, np.inf, Mixing()
    limits = found = gated.solve(goods, others, start)
    for tried in range(MOST_TRIES):
        outcome, solution = sell(limits)
        goods = _goods(setting, setting.labelled(solution.trade_flow))
        settled = gated.settle(limits, goods, others)
        residual, known = settled.joint_residual, len(gated.found)
        found = gated.solve(goods, others, limits.prices, further=residual <= JOINT)
        if residual <= JOINT and len(gated.found) == known:
            series, choosing = found.series, found.choosing
            return replace(settled, residual=found.residual, series=series, choosing=choosing), outcome
        if follow and (tried < FOLLOWED or residual < CLOSING * last):
            limits, last = found, residual
            continue
        if len(gated.found) != known:
            mixing = Mixing()
        limits = gated.at_prices(goods, others, mixing.step(limits.price, found.price))
    reason = f"{told}trade and prices still differ by {residual:.1e} after {MOST_TRIES} rounds"
    raise Faults([Fault("--limits", reason, REMEDY)])


def _tariffs(setting: Setting, change: Change) -> dict[str, Floats]:
    """The new tariff rates that the programme's measures mean; empty where they change none."""
    rate = setting.world.tariff_rate
    if rate is None or not change.tariffs:
        return {}
    return {"tariff_rate": changed_tariffs(rate, change.tariffs).to_numpy()}


def _taxes(setting: Setting, payment: Payment) -> dict[str, Floats]:
    """What is paid, in the equilibrium: a lump-sum tax in US$ m; empty where nobody pays.

    It buys what the economy consumes, so that resources are absorbed and demand keeps its composition: most of a
    charge is for what was built in other years. With construction demand it buys construction.
    """
    paid = dict(payment)
    cost = np.array([paid.get(code, 0.0) for code in setting.world.labels])
    if not cost.any():
        return {}
    if not setting.construction_demand:
        return {"lump_sum_tax": cost}
    sectors = list(setting.world.accounts.sectors)
    basket = np.zeros((len(cost), len(sectors)))
    basket[:, sectors.index(PUBLIC_WORKS)] = 1.0
    return {"lump_sum_tax": cost, "public_basket": basket}


def leave_out(baseline: Baseline, change: Change, progress: Progress) -> Beside[xr.DataArray] | None:
    """Generalised cost with each item of the network left out, worked out beside the rest; None without such items.

    Dims (project, vot_class, origin, destination), US$/TEU.
    """
    items = list(dict.fromkeys(one.item for one in change.network))
    if not items:
        return None
    sets = [[one for one in change.network if one.item != item] for item in items]
    step = partial(progress, f"{change.year}: each item left out")
    freight = baseline.freight

    def work_out() -> xr.DataArray:
        if isinstance(freight, FreightModel):
            costs = costs_of_subsets(freight, sets, step, within=change.network)
        else:
            costs = _one_by_one(freight, sets, step)
        labelled: xr.DataArray = costs.rename(set="project").assign_coords(project=items)
        return labelled

    return Beside(work_out)


def _one_by_one(freight: DisruptedFreight, sets: list[Any], step: Progress) -> xr.DataArray:
    found = []
    for number, changes in enumerate(sets, 1):
        costs = freight.costs(changes).costs["generalised_cost"]
        found.append(costs.sel(state="with", variant="logsum", drop=True))
        step(done=number, total=len(sets))
    return xr.concat(found, dim="set")
