"""Models of one state: trade costs from the network, the equilibrium, freight laid on links.

    setting    a world under assumptions, as the engines take it
    costs      what a state of the network, a closure and a programme make of trade costs
    solution   the equilibrium that they lead to, with what is paid

The world without a programme is a `baseline.Baseline`; what a programme makes of it is a `state.Counterfactual`, which
asks the functions here for its parts."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats, Ints
from samarkand.core.scenario import DeficitRule
from samarkand.engines.equilibrium import (
    Carriage,
    EquilibriumAccounts,
    Shock,
    Solution,
    accounts_from_flows,
    solve,
    solve_with_carriage,
)
from samarkand.engines.once import derived
from samarkand.programme import Change, Programme
from samarkand.programme.applying import Payment
from samarkand.programme.channels.capacity import SWITCH
from samarkand.programme.channels.facilitation import beside_measured, facilitated_hat
from samarkand.programme.channels.recognition import trade_cost_hat
from samarkand.programme.channels.tariffs import changed_tariffs
from samarkand.world.accounts.tariffs import inputs_with_tariffs
from samarkand.world.assumptions import Assumptions
from samarkand.world.freight.air_trade import surface_part
from samarkand.world.freight.assignment import (
    FreightWork,
    calc_freight_work,
    calc_tonnes,
    calc_unit_loads,
    mode_shares,
)
from samarkand.world.freight.cargo import energy_tables
from samarkand.world.freight.commodities import freight_table
from samarkand.world.freight.disruption import calc_cut_off_hat
from samarkand.world.freight.energy import READS, EnergyTrade, energy_tonnes
from samarkand.world.freight.energy_costs import ClosedEnergy
from samarkand.world.freight.energy_loads import energy_loads
from samarkand.world.freight.energy_store import stored_energy
from samarkand.world.freight.limited_freight import turn_aside
from samarkand.world.freight.mode_choice import classes_of_time
from samarkand.world.freight.model import FreightModel
from samarkand.world.freight.state import Freight, FreightState, TradeCosts
from samarkand.world.freight.trade_costs import Carriage as Cargo
from samarkand.world.freight.trade_costs import carriage, iceberg_cost_hat, iceberg_hats, surface_trade
from samarkand.world.freight.transit import calc_passing, laid_apart
from samarkand.world.freight.transit_ways import passing_of, ways_past_tariffs
from samarkand.world.world import World

Value = TypeVar("Value")
CarriageOf: TypeAlias = Callable[[Solution], Carriage]
PUBLIC_WORKS = "construction"  # what taxes for capex buy where construction demand is asked for
ORDER = ("destination", "origin", "sector")  # of the engine's arrays


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
    def surface_part(self) -> xr.DataArray:
        """What goes by road, rail and sea between two economies over the mean of the world (`air_trade`), dims (origin,
        destination, sector)."""
        world = self.world
        return surface_part(
            world.accounts.trade_flow, self.commodities, world.network.cities, self.assumptions.parameters
        )

    @cached_property
    def surface_trade(self) -> xr.DataArray:
        """Trade of the baseline by road, rail and sea between economies by value-of-time class."""
        classes = classes_of_time(self.assumptions.parameters)
        flow = self.world.accounts.trade_flow * self.surface_part
        return surface_trade(flow, self.commodities, classes)

    def solve(
        self,
        iceberg_hat: xr.DataArray | None,
        carriage: CarriageOf | None = None,
        start: Solution | None = None,
        with_flows: bool = False,
        **shock: Any,
    ) -> Solution:
        """The equilibrium under iceberg costs, dims (origin, destination, sector), payments and other shocks. `start`,
        `with_flows`: as the engine's `solve`, without carriage."""
        if iceberg_hat is not None:
            shock["iceberg_hat"] = iceberg_hat.transpose(*ORDER).to_numpy()
        if carriage is None:
            return solve(
                self.accounts,
                Shock(**shock),
                deficit_rule=self.deficit_rule,
                start=start,
                with_flows=with_flows,
            )
        return solve_with_carriage(self.accounts, Shock(**shock), carriage, deficit_rule=self.deficit_rule)

    def labelled(self, flow: Floats) -> xr.DataArray:
        """Flows of the engine with their labels."""
        labels = list(self.world.labels)
        sectors = list(self.world.accounts.sectors)
        return xr.DataArray(flow, {"destination": labels, "origin": labels, "sector": sectors}, ORDER)


def energy_of(setting: Setting) -> EnergyTrade:
    """Oil and gas on their way in a world, on its network open."""
    world, parameters = setting.world, setting.assumptions.parameters
    key = ("energy", *(parameters[name] for name in READS))

    def make() -> EnergyTrade:
        accounts = world.accounts
        return stored_energy(energy_tables(), accounts.hash, accounts.trade_flow, world.network, parameters)

    return derived(world, key, make)


def part_by_route(setting: Setting) -> xr.DataArray:
    """What goes by routes over what does in the mean of the world (`Setting.surface_part`), nothing of oil and gas
    known in volumes; dims (origin, destination, sector)."""

    def make() -> xr.DataArray:
        part = setting.surface_part
        return part.where(~energy_of(setting).known(part), 0.0)

    return derived(setting, "part by route", make)


def network_hat(setting: Setting, state: FreightState, routes: xr.DataArray) -> xr.DataArray:
    """Costs of routes with the pairs of cities that are cut off counted too."""
    if state.lost is None:
        return routes
    theta = setting.assumptions.elasticities.values().sel(sector=setting.commodities["sector"])
    return calc_cut_off_hat(
        routes, state.lost, setting.commodities["network_share"] * setting.surface_part, theta
    )


def trade_costs(
    setting: Setting, state: FreightState, change: Change | None = None, energy: ClosedEnergy | None = None
) -> TradeCosts:
    """Iceberg costs of a state of the network, and of what a programme changes in trade costs beyond freight.

    energy: what closures make of oil and gas, in place of their routes.
    """
    return costs_beyond_freight(setting, state, freight_hat(setting, state), change, energy)


def costs_beyond_freight(
    setting: Setting,
    state: FreightState,
    freight: xr.DataArray,
    change: Change | None = None,
    energy: ClosedEnergy | None = None,
) -> TradeCosts:
    """`trade_costs` from those of freight."""
    hat = network_hat(setting, state, freight)
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


def freight_hat(setting: Setting, state: FreightState) -> xr.DataArray:
    """Iceberg costs of freight by the routes of a state.

    Oil and gas known in volumes pay no price of a full facility: they go by lines and terminals of their own, and what
    they would pay nobody would get or wait for.
    """
    cargoes = _cargoes(setting, state)
    freight, unlimited = (
        iceberg_cost_hat(state.costs, setting.commodities, cargoes_of=cargoes, part=setting.surface_part),
        state.unlimited,
    )
    if unlimited is None:
        return freight
    own = _own_lines(setting, freight, cargoes)

    def make() -> Floats:
        goods = setting.commodities.isel(sector=own.sectors)
        part = derived(
            setting, "part by lines of their own", lambda: setting.surface_part.sel(sector=goods["sector"])
        )
        hat = iceberg_cost_hat(unlimited.costs, goods, cargoes_of=own.cargoes, part=part)
        found: Floats = hat.transpose(*ORDER).to_numpy()[own.among]
        return found

    hats = freight.transpose(*ORDER).to_numpy()
    hats[own.at] = derived(unlimited, ("by lines of their own", setting.assumptions.hash), make)
    return freight


def _cargoes(setting: Setting, state: FreightState) -> list[list[Cargo]]:
    return derived(setting, "carriage", lambda: carriage(state.costs, setting.commodities))


class _OwnLines(NamedTuple):
    """Oil and gas known in volumes, in the order of the engine: where it stands; its sectors with their cargoes, and
    where it stands among these alone."""

    at: tuple[Ints, ...]
    sectors: Ints
    cargoes: list[Sequence[Cargo]]
    among: tuple[Ints, ...]


def _own_lines(setting: Setting, like: xr.DataArray, cargoes: Sequence[Sequence[Cargo]]) -> _OwnLines:
    """Those of arrays with the labels of `like`."""

    def find() -> _OwnLines:
        known = energy_of(setting).known(setting.world.accounts.trade_flow)
        at = np.nonzero(known.sel({dim: like[dim] for dim in ORDER}).transpose(*ORDER).to_numpy())
        sectors, among = np.unique(at[2], return_inverse=True)
        return _OwnLines(at, sectors, [cargoes[s] for s in sectors.tolist()], (at[0], at[1], among))

    return derived(setting, "by lines of their own", find)


class PricedFreight:
    """`freight_hat` of states of a network with other costs, in plain arrays: what they have in common is worked out
    once.

    Costs are generalised costs by class of goods, origin and destination. near: any of these states; before, unlimited:
    without a programme, with prices of full facilities and without.
    """

    def __init__(self, setting: Setting, near: FreightState, before: Floats, unlimited: Floats) -> None:
        like = freight_hat(setting, near).transpose(*ORDER)
        part = setting.surface_part.sel({dim: like[dim] for dim in ORDER}).transpose(*ORDER).to_numpy()
        self._like, self._part, self._before, self._unlimited = like, part, before, unlimited
        self._cargoes = _cargoes(setting, near)
        self._own = _own_lines(setting, like, self._cargoes)
        self._own_part = part[:, :, self._own.sectors]

    def own_lines(self, costs: Floats) -> Floats:
        """What prices do not change, of costs without prices: that of oil and gas known in volumes."""
        hats = iceberg_hats(self._unlimited, costs, self._own.cargoes, self._own_part)
        found: Floats = hats[self._own.among]
        return found

    def hat(self, costs: Floats, own_lines: Floats) -> xr.DataArray:
        """Iceberg costs of freight at costs with prices."""
        hats = iceberg_hats(self._before, costs, self._cargoes, self._part)
        hats[self._own.at] = own_lines
        return self._like.copy(data=hats).transpose("origin", "destination", "sector")


def _facilitated(setting: Setting, change: Change, freight: xr.DataArray) -> xr.DataArray:
    """What facilitation without published hours adds to the costs of freight."""
    theta = setting.assumptions.elasticities.values().sel(sector=setting.commodities["sector"])
    found = facilitated_hat(change.facilitation, theta, freight)
    return beside_measured(found, freight, change.network, setting.world)


def solve_equilibrium(
    setting: Setting,
    change: Change,
    iceberg_hat: xr.DataArray,
    payment: Payment = (),
    carriage: CarriageOf | None = None,
) -> Solution:
    """The equilibrium that trade costs and tariffs lead to, with what is paid; before anybody pays if nothing is.

    It starts from the baseline whatever was solved before. From the solution before anybody pays it would take
    a few sweeps less of ten, and be another number within the tolerance, depending on the order of the questions.
    """
    return setting.solve(iceberg_hat, carriage, **_tariffs(setting, change), **_taxes(setting, payment))


def solve_from(
    setting: Setting, change: Change, iceberg_hat: xr.DataArray, start: Solution | None
) -> Solution:
    """`solve_equilibrium` before anybody pays, with its flows; from a solution of the same question at other prices
    where there is one."""
    return setting.solve(iceberg_hat, start=start, with_flows=True, **_tariffs(setting, change))


def _tariffs(setting: Setting, change: Change) -> dict[str, Any]:
    """The new tariff rates that the programme's measures mean; empty where they change none."""
    rate = setting.world.tariff_rate
    if rate is None or not change.tariffs:
        return {}
    return {"tariff_rate": changed_tariffs(rate, change.tariffs).to_numpy()}


def _taxes(setting: Setting, payment: Payment) -> dict[str, Any]:
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


def calc_transit(setting: Setting, freight: Freight, state: FreightState, flow: xr.DataArray) -> xr.DataArray:
    """What of others passes each place with a tariff, dims (tariff), of a trade in US$ m; dims as in `lay`.

    It is `lay(...).passing`, by the ways past these places alone where no prices of full facilities turn goods aside.
    """
    if state.limits is not None:
        passing = lay(setting, freight, state, flow).passing
        assert passing is not None  # of the whole
        return passing
    accounts, energy = setting.world.accounts, energy_of(setting)
    use = ways_past_tariffs(freight, state, energy, accounts.hash)
    part = part_by_route(setting)
    return passing_of(flow, part, accounts.trade_flow, setting.commodities, energy, use)


def lay(
    setting: Setting, freight: Freight, state: FreightState, flow: xr.DataArray, *, whole: bool = True
) -> FreightWork:
    """Trade in US$ m, dims (destination, origin, sector), on the network of a state: oil and gas known in volumes by
    tanker and line, the rest by its routes, and by others where limits turn it aside. `whole`: with the boxes among it
    and what of others passes places with a tariff of transit."""
    parameters = setting.assumptions.parameters
    energy, before = energy_of(setting), setting.world.accounts.trade_flow
    by_route = flow * part_by_route(setting)
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
