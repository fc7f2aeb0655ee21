"""The world without a programme, its network open or with what a question closes: freight, trade costs, equilibrium.

What a programme makes of a baseline is a `state.Counterfactual`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import xarray as xr

from samarkand.carriage import transit_carriage
from samarkand.closing import close_energy
from samarkand.core.progress import Progress, quiet
from samarkand.engines.equilibrium import Certificate, Solution
from samarkand.engines.once import derived
from samarkand.engines.threads import Beside
from samarkand.limiting import GatesOfBaseline, LimitedClosure, limit_closed, limit_open
from samarkand.programme import Change
from samarkand.solving import CarriageOf, Keep, Setting, Value, calc_transit, energy_of, lay, trade_costs
from samarkand.world.freight.assignment import FreightWork
from samarkand.world.freight.disruption import DisruptedFreight, disrupt_freight
from samarkand.world.freight.energy import EnergyClosure
from samarkand.world.freight.energy_costs import ClosedEnergy
from samarkand.world.freight.left_out_store import costs_left_out
from samarkand.world.freight.model import FreightModel, prepare_freight
from samarkand.world.freight.state import Freight, FreightState, TradeCosts
from samarkand.world.freight.state_store import freight_state
from samarkand.world.freight.trade_costs import ad_valorem_cost
from samarkand.world.network.disruptions import Closures, close, find_closures


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

    def solve(self, progress: Progress, then: Callable[[Baseline], object] | None = None) -> Baseline:
        """Itself with all parts worked out: what does not ask for the network beside the network.

        then: told of it as soon as the network is there, to begin with what a programme makes of that.
        """
        beside = Beside[object](self._energy_left if self.closed else lambda: self.solution)
        self._part("freight", partial(self._freight, progress))
        if then is not None:
            then(self)
        _ = self.costs, beside.result(), self.solution
        return self

    def _freight(self, progress: Progress = quiet) -> Freight:
        closures = find_closures(self.closed, self.setting.world.network)
        return freight_of(self.setting, closures, self.kept, progress)

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
            return limit_closed(self.setting, self.freight, self._energy_left(), self._open_state(), open_)

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
        of_accounts = None if self.gates is None else self.gates.of_accounts
        return transit_carriage(self.setting, self.freight, self.state, of_accounts)

    def _closed_energy(self) -> tuple[ClosedEnergy, Solution]:
        def make() -> tuple[ClosedEnergy, Solution]:
            if self.setting.has_limits:
                limited = self._limited_closed()
                return limited.energy, limited.solution
            return close_energy(self.setting, self._energy_left(), self.state, self._carriage())

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
        return self.lay(self.state, self.solution)

    @cached_property
    def transit(self) -> xr.DataArray:
        """What of others passes each place with a tariff of transit, dims (tariff)."""
        return self.transit_in(self.state, self.solution)

    def transit_in(self, state: FreightState, solution: Solution) -> xr.DataArray:
        """The same of the trade of a solution on the network of a state (`solving.calc_transit`)."""
        return calc_transit(self.setting, self.freight, state, self.setting.labelled(solution.trade_flow))

    def lay(self, state: FreightState, solution: Solution, *, whole: bool = True) -> FreightWork:
        """The trade of a solution on the network of a state (`solving.lay`)."""
        return lay(self.setting, self.freight, state, self.setting.labelled(solution.trade_flow), whole=whole)


def solve_baseline(
    setting: Setting,
    closed: Sequence[str],
    kept: Keep,
    progress: Progress,
    then: Callable[[Baseline], object] | None = None,
) -> Baseline:
    """The world as it is, or with what is `closed`: freight network, and beside it the equilibrium.

    then: as of `Baseline.solve`.
    """
    return Baseline(setting, tuple(closed), kept).solve(progress, then)


def freight_of(setting: Setting, closures: Closures, kept: Keep, progress: Progress) -> Freight:
    """The freight network without the programme: kept in this process, on the disk, or prepared now."""
    world, step = setting.world, partial(progress, "freight network")
    model = prepare_freight(world.network, setting.assumptions.parameters, world.labels, step, kept)
    if not closures.names:
        return model
    step = partial(progress, f"closing {' + '.join(closures.names)}")
    return kept(("disrupted", model.key, closures.names), lambda: disrupt_freight(model, closures, step))


def leave_out(freight: Freight, change: Change, progress: Progress) -> Beside[xr.DataArray] | None:
    """Generalised cost with each item of the network left out, worked out beside the rest; None without such items.

    Dims (project, vot_class, origin, destination), US$/TEU.
    """
    items = list(dict.fromkeys(one.item for one in change.network))
    if not items:
        return None
    step = partial(progress, f"{change.year}: each item left out")

    def work_out() -> xr.DataArray:
        if isinstance(freight, FreightModel):
            costs = costs_left_out(freight, change.network, items, step)
        else:
            sets = [[one for one in change.network if one.item != item] for item in items]
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
