"""States of a programme: what priorities read. A part is worked out when it is first asked for, once, and kept.

    state.costs             hours and generalised costs between economies, without the programme and with it
    state.with_             the equilibrium as the programme is paid for; `.before_financing`: before anybody pays
    state.assignment        freight on the links of the network
    state.results["trade"]  what another priority says of the same state, where `priority.csv` declares that it is read

A `Counterfactual` is what the shocks of a state make of a baseline. Years, questions and payments share it; a `State`
is a counterfactual in a year of a question, paid for as in that year.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

import xarray as xr

from samarkand.baseline import Baseline, leave_out
from samarkand.carriage import transit_carriage
from samarkand.core.progress import Progress, quiet
from samarkand.engines.equilibrium import Certificate, Solution
from samarkand.engines.once import derived
from samarkand.engines.threads import Beside
from samarkand.limited_states import NearState, limit_near, limit_state
from samarkand.programme.applying import Change, Payment
from samarkand.programme.model.models import Programme
from samarkand.solving import CarriageOf, energy_of, solve_equilibrium, trade_costs
from samarkand.world.assumptions import Assumptions
from samarkand.world.freight.assignment import FreightWork
from samarkand.world.freight.energy import EnergyTrade
from samarkand.world.freight.model import FreightModel, RouteUpdate
from samarkand.world.freight.place_prices import PlacePrices
from samarkand.world.freight.state import FreightState, TradeCosts
from samarkand.world.freight.state_store import freight_state
from samarkand.world.freight.trade_costs import iceberg_cost_hat
from samarkand.world.world import World

Part = TypeVar("Part")


@dataclass(frozen=True, eq=False)
class Counterfactual:
    """What shocks make of a baseline: network, trade costs, equilibria.

    Parameters
    ----------
    baseline
        The world without the programme, solved.
    change
        The programme's changes; its shocks alone are read.
    reach
        Whether what each item does given all the others is asked for (`left_out`).
    given
        Parts that are known already, by name.
    near
        A solved state of similar changes: with limits, the places that are full there or without the programme are
        those that have a price here, and no other is told (`limit_near`).
    """

    baseline: Baseline
    change: Change
    reach: bool = False
    given: Mapping[str, Any] = field(default_factory=dict)
    near: Counterfactual | None = None

    def _part(self, name: str, make: Callable[[], Part]) -> Part:
        return self.given[name] if name in self.given else derived(self, name, make)

    def solve(self, progress: Progress = quiet) -> Counterfactual:
        """Itself, with what nearly every question needs worked out: the network and the equilibrium."""
        left_out = partial(self._part, "left_out", partial(self._leave_out, progress))
        if self.reach and self.baseline.gates is None:
            left_out()
        if self._nearby is None:
            self._part("freight", partial(self._freight, progress))
        if self.reach and self.baseline.gates is not None:  # prices without an item begin from those with all
            left_out()
        progress(f"{self.change.year}: equilibrium")
        _ = self.before_financing
        return self

    def _freight(self, progress: Progress = quiet) -> FreightState:
        step = partial(progress, f"{self.change.year}: freight network")
        step()
        if self._nearby is not None:
            return self._nearby.state
        state = freight_state(self.baseline.freight, self.change.network, step)
        if self.baseline.gates is None:
            return state
        step = partial(progress, f"{self.change.year}: prices of full facilities")
        return limit_state(self.baseline, state, self.change, step)

    @property
    def _nearby(self) -> NearState | None:
        """Prices near those of `near`; None where there are none, and all is worked out."""

        def make() -> NearState | None:
            if self.near is None or self.baseline.gates is None or "freight" in self.given:
                return None
            return limit_near(self.baseline, self.change, self.near.freight)

        return derived(self, "nearby", make)

    @property
    def routes(self) -> RouteUpdate:
        """Routes that differ from those of the open network without a programme, before any price."""
        return (self.freight if self._nearby is None else self._nearby.unlimited).against_open

    @property
    def left_out(self) -> Beside[xr.DataArray] | None:
        """Generalised cost with each item of the network left out, worked out beside the rest and waited for where it
        is read, dims (project, vot_class, origin, destination); None where nobody asked for it. With limits each has
        prices of its own, found near those with all items, and items that bring capacity alone are among them."""
        return self._part("left_out", partial(self._leave_out, quiet)) if self.reach else None

    def _leave_out(self, progress: Progress) -> Beside[xr.DataArray] | None:
        if self.baseline.gates is None:
            return leave_out(self.baseline.freight, self.change, progress)
        of_places = self.change.effects.get("capacity", ())
        items = list(dict.fromkeys(one.item for one in (*self.change.network, *of_places)))
        step = partial(progress, f"{self.change.year}: prices with each item left out")

        def work_out() -> xr.DataArray:
            found = []
            for number, item in enumerate(items, 1):
                one = replace(self.leaving_out(item), near=self)
                costs = (one._nearby or one.freight).costs  # ways and hours are not asked for
                found.append(costs["generalised_cost"].sel(state="with", variant="logsum", drop=True))
                step(done=number, total=len(items))
            return xr.concat(found, dim="project").assign_coords(project=items)

        return Beside(work_out) if items else None

    @property
    def freight(self) -> FreightState:
        """The network without the programme, and what the programme makes of it."""
        return self._part("freight", self._freight)

    @property
    def place_prices(self) -> tuple[PlacePrices, PlacePrices] | None:
        """Places with a capacity and their prices, without the programme and with it; None where no limits are asked
        for."""
        return self._part("place_prices", self._place_prices)

    def _place_prices(self) -> tuple[PlacePrices, PlacePrices] | None:
        baseline, with_ = self.baseline, self.freight.limits
        gates, network = baseline.gates, baseline.setting.world.network
        if gates is None or with_ is None:
            return None
        without = derived(baseline, "place prices", lambda: PlacePrices.of(gates.limits, network))
        return without, PlacePrices.of(with_, network)

    @property
    def trade_costs(self) -> TradeCosts:
        """Changes of iceberg costs against the accounts."""

        def make() -> TradeCosts:
            if self._sold is not None:
                return self._sold[0]
            return trade_costs(self.baseline.setting, self.freight, self.change, self.baseline.energy)

        return self._part("trade_costs", make)

    @property
    def _sold(self) -> tuple[TradeCosts, Solution] | None:
        """Trade costs and the equilibrium before anybody pays, where they were found with prices."""
        return self.freight.sold if self._nearby is None else self._nearby.sold

    @property
    def costs(self) -> xr.Dataset:
        """Hours and generalised costs between economies, dims (state, variant, vot_class, origin, destination)."""
        return self._part("costs", lambda: self.freight.costs_against(self.baseline.state))

    @property
    def iceberg_cost_hat(self) -> xr.DataArray:
        """Change of iceberg costs that the programme means by freight alone, dims (origin, destination, sector)."""

        def compare() -> xr.DataArray:
            if self.costs is self.freight.costs:  # the network is open: the accounts are the world without
                return self.trade_costs.freight
            setting = self.baseline.setting
            return iceberg_cost_hat(self.costs, setting.commodities, part=setting.surface_part)

        return self._part("iceberg_cost_hat", compare)

    @property
    def before_financing(self) -> Solution:
        """The equilibrium before anybody pays."""
        return self.paid(())

    def paid(self, payment: Payment) -> Solution:
        """The equilibrium with the programme paid for: solved once for each payment."""
        baseline = self.baseline

        def make() -> Solution:
            hat = self.trade_costs.hat
            sold = self._sold
            if sold is not None and sold[0].hat is hat and not payment:
                return sold[1]
            pays = baseline.setting.transit_payments
            carriage = self._part("carriage", self._carriage) if pays else None
            return solve_equilibrium(baseline.setting, self.change, hat, payment, carriage)

        return derived(self, ("paid", payment), make)

    def _carriage(self) -> CarriageOf:
        baseline, gates = self.baseline, self.baseline.gates
        of_accounts = None if gates is None else gates.of_accounts
        return transit_carriage(baseline.setting, baseline.freight, self.freight, of_accounts)

    def certificate(self, payment: Payment) -> Certificate:
        """How well the equilibrium with a payment is solved."""
        known = self._part("certificates", dict[Payment, Certificate])
        return known[payment] if payment in known else self.paid(payment).certificate

    def leaving_out(self, item: str) -> Counterfactual:
        """What the other items do, without this one."""
        effects = {
            name: tuple(one for one in changes if one.item != item)
            for name, changes in self.change.effects.items()
        }
        return Counterfactual(self.baseline, replace(self.change, effects=effects))

    def tonnes_on_links(self) -> FreightWork:
        """Freight on links before anybody pays, in tonnes alone, which takes less time than `assignment`."""
        make = partial(self.baseline.lay, self.freight, self.before_financing, whole=False)
        return derived(self, "tonnes on links", make)

    def assignment(self, payment: Payment) -> FreightWork:
        """Freight on the links of the network: the trade of `paid(payment)`."""
        return derived(
            self,
            ("assignment", payment),
            lambda: self.baseline.lay(self.freight, self.paid(payment)),
        )

    def transit(self, payment: Payment) -> xr.DataArray:
        """What of others passes each place with a tariff of transit, dims (tariff): of the trade of `paid(payment)`."""
        return derived(
            self, ("transit", payment), lambda: self.baseline.transit_in(self.freight, self.paid(payment))
        )


@dataclass(frozen=True, eq=False)
class State:
    """What a priority may read of one state, in a year in which it is in force.

    Parameters
    ----------
    solved
        What the state's shocks make of the baseline.
    world, programme, assumptions
        Those of the question.
    change
        Which items are open in the year, and what they change.
    payment
        Who pays what in the year; empty before anybody pays.
    results
        Results of the priorities that this one declares to read, by name of the priority and of the indicator.
    """

    solved: Counterfactual
    world: World
    programme: Programme
    assumptions: Assumptions
    change: Change
    payment: Payment
    results: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def year(self) -> int:
        """A year in which the state is in force."""
        return self.change.year

    @property
    def unpaid(self) -> State:
        """The same state before anybody pays."""
        return replace(self, payment=())

    @property
    def without(self) -> Solution:
        """The equilibrium without the programme."""
        return self.solved.baseline.solution

    @property
    def before_financing(self) -> Solution:
        """The equilibrium with the programme, before anybody pays."""
        return self.solved.before_financing

    @property
    def certificates(self) -> dict[str, Certificate]:
        """How well the equilibria are solved: `without`, `with` and `before_payment`."""
        solved = self.solved
        return {
            "without": solved.baseline.certificate,
            "with": solved.certificate(self.payment),
            "before_payment": solved.certificate(()),
        }

    @property
    def with_(self) -> Solution:
        """The equilibrium with the programme, paid for as in the year."""
        return self.solved.paid(self.payment)

    @property
    def freight(self) -> FreightState:
        """The network without the programme, and what the programme makes of it."""
        return self.solved.freight

    @property
    def freight_model(self) -> FreightModel:
        """The network of the state without the programme."""
        return self.freight.model

    @property
    def routes(self) -> RouteUpdate:
        """Routes of `freight_model` with the programme."""
        return self.freight.routes

    @property
    def costs(self) -> xr.Dataset:
        """Hours and generalised costs between economies, dims (state, variant, vot_class, origin, destination)."""
        return self.solved.costs

    @property
    def trade_costs(self) -> TradeCosts:
        """Changes of iceberg costs against the accounts."""
        return self.solved.trade_costs

    @property
    def iceberg_cost_hat(self) -> xr.DataArray:
        """Change of iceberg costs that the programme means by freight alone, dims (origin, destination, sector)."""
        return self.solved.iceberg_cost_hat

    @property
    def ad_valorem_cost(self) -> xr.DataArray:
        """Freight cost over value without the programme, dims (origin, destination, sector), fractions."""
        return self.solved.baseline.ad_valorem_cost

    @property
    def surface_trade(self) -> xr.DataArray:
        """Trade of the baseline by road, rail and sea, US$ m, dims (origin, destination, vot_class)."""
        return self.solved.baseline.setting.surface_trade

    @property
    def surface_part(self) -> xr.DataArray:
        """What goes by road, rail and sea between two economies over the mean of the world, dims (origin, destination,
        sector)."""
        return self.solved.baseline.setting.surface_part

    @property
    def energy(self) -> EnergyTrade:
        """Oil and gas known in volumes, on the open network without the programme."""
        return energy_of(self.solved.baseline.setting)

    @property
    def left_out(self) -> Beside[xr.DataArray] | None:
        """Generalised cost with each item left out, in the last state where it is asked for (`Counterfactual`)."""
        return self.solved.left_out

    @property
    def assignment(self) -> FreightWork:
        """Freight on the links of the network with the programme; `assignment_without`: without it."""
        return self.solved.assignment(self.payment)

    @property
    def assignment_without(self) -> FreightWork:
        """Freight on the links of the network without the programme."""
        return self.solved.baseline.assignment

    @property
    def transit(self) -> tuple[xr.DataArray, xr.DataArray]:
        """What of others passes places with a tariff of transit, dims (tariff), without the programme and with it."""
        return self.solved.baseline.transit, self.solved.transit(self.payment)
