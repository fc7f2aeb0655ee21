"""Models of one state: trade costs from the network, the equilibrium, freight laid on links; and the world without.

    setting    a world under assumptions, as the engines take it
    baseline   the network as the question leaves it (open or with closures) without the programme, solved

What a programme makes of a baseline is a `state.Counterfactual`, which asks the functions here for its parts.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Protocol, TypeVar

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.core.progress import Progress
from samarkand.core.scenario import DeficitRule
from samarkand.engines.equilibrium import EquilibriumAccounts, Shock, Solution, accounts_from_flows, solve
from samarkand.engines.threads import Beside
from samarkand.programme import Change
from samarkand.programme.applying import Payment
from samarkand.programme.channels.recognition import trade_cost_hat
from samarkand.programme.channels.tariffs import changed_tariffs
from samarkand.world.accounts.tariffs import inputs_with_tariffs
from samarkand.world.assumptions import Assumptions
from samarkand.world.freight.assignment import (
    FreightWork,
    calc_freight_work,
    calc_tonnes,
    calc_unit_loads,
    mode_shares,
)
from samarkand.world.freight.commodities import freight_table
from samarkand.world.freight.disruption import DisruptedFreight, calc_cut_off_hat, disrupt_freight
from samarkand.world.freight.mode_choice import classes_of_time
from samarkand.world.freight.model import FreightModel, prepare_freight
from samarkand.world.freight.state import Freight, FreightState, TradeCosts, freight_state
from samarkand.world.freight.subsets import costs_of_subsets
from samarkand.world.freight.trade_costs import ad_valorem_cost, iceberg_cost_hat, surface_trade
from samarkand.world.network.disruptions import Closures, find_closures
from samarkand.world.world import World

Value = TypeVar("Value")
PUBLIC_WORKS = "construction"  # what taxes for capex buy
ORDER = ("destination", "origin", "sector")  # of the engine's arrays


class Keep(Protocol):
    """A keeper of values by key, as `Session.kept`: each is made once."""

    def __call__(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of `key`, made now if it is not kept."""
        ...


@dataclass(frozen=True, eq=False)
class Setting:
    """A world under assumptions, as the engines take it."""

    world: World
    assumptions: Assumptions
    deficit_rule: DeficitRule

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

    def solve(self, iceberg_hat: xr.DataArray | None, **shock: Any) -> Solution:
        """The equilibrium under iceberg costs, dims (origin, destination, sector), and other shocks."""
        if iceberg_hat is not None:
            shock["iceberg_hat"] = iceberg_hat.transpose(*ORDER).to_numpy()
        return solve(self.accounts, Shock(**shock), deficit_rule=self.deficit_rule)


@dataclass(frozen=True, eq=False)
class Baseline:
    """The world without the programme: its freight network, and its equilibrium."""

    setting: Setting
    freight: Freight
    state: FreightState
    costs: TradeCosts
    solution: Solution

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
    as_it_is = Beside(partial(setting.solve, None))
    closures = find_closures(closed, setting.world.network)
    freight = _freight(setting, closures, kept, progress)
    state = freight_state(freight, ())
    costs = trade_costs(setting, state)
    solution = as_it_is.result() if isinstance(freight, FreightModel) else setting.solve(costs.hat)
    return Baseline(setting, freight, state, costs, solution)


def _freight(setting: Setting, closures: Closures, kept: Keep, progress: Progress) -> Freight:
    """The freight network without the programme: kept in this process, on the disk, or prepared now."""
    world, step = setting.world, partial(progress, "freight network")
    model = prepare_freight(
        world.network, setting.assumptions.parameters, world.labels, setting.surface_trade, step, kept
    )
    if not closures.names:
        return model
    step = partial(progress, f"closing {' + '.join(closures.names)}")
    return kept(("disrupted", model.key, closures.names), lambda: disrupt_freight(model, closures, step))


def trade_costs(setting: Setting, state: FreightState, change: Change | None = None) -> TradeCosts:
    """Iceberg costs of a state of the network, and of what a programme changes in trade costs beyond freight."""
    freight = hat = iceberg_cost_hat(state.costs, setting.commodities)
    if state.lost is not None:
        theta = setting.assumptions.elasticities.values().sel(sector=setting.commodities["sector"])
        hat = calc_cut_off_hat(freight, state.lost, setting.commodities["network_share"], theta)
    if change is None or not change.trade_costs:
        return TradeCosts(freight, freight, hat)
    served = trade_cost_hat(change.trade_costs, freight)
    return TradeCosts(freight, served, served if hat is freight else trade_cost_hat(change.trade_costs, hat))


def solve_equilibrium(
    setting: Setting, change: Change, iceberg_hat: xr.DataArray, payment: Payment = ()
) -> Solution:
    """The equilibrium that trade costs and tariffs lead to, with what is paid; before anybody pays if nothing is.

    It starts from the baseline whatever was solved before. From the solution before anybody pays it would take one
    sweep less of twenty, and be another number within the tolerance, depending on the order of the questions.
    """
    return setting.solve(iceberg_hat, **_tariffs(setting, change), **_taxes(setting, payment))


def lay_freight(baseline: Baseline, state: FreightState, solution: Solution) -> FreightWork:
    """The trade of a solution on the network of a state."""
    setting = baseline.setting
    parameters, labels = setting.assumptions.parameters, list(setting.world.labels)
    flow = xr.DataArray(
        solution.trade_flow,
        {"destination": labels, "origin": labels, "sector": list(setting.world.accounts.sectors)},
        ORDER,
    )
    tonnes = calc_tonnes(flow, setting.commodities, parameters)
    boxes = calc_unit_loads(flow, setting.commodities, parameters)
    open_model = baseline.freight if isinstance(baseline.freight, FreightModel) else baseline.freight.open
    share = mode_shares(open_model, state.against_open)
    return calc_freight_work(state.model.network, parameters, tonnes, share, state.changes, boxes)


def _tariffs(setting: Setting, change: Change) -> dict[str, Floats]:
    """The new tariff rates that the programme's measures mean; empty where they change none."""
    rate = setting.world.tariff_rate
    if rate is None or not change.tariffs:
        return {}
    return {"tariff_rate": changed_tariffs(rate, change.tariffs).to_numpy()}


def _taxes(setting: Setting, payment: Payment) -> dict[str, Floats]:
    """What is paid, in the equilibrium: a lump-sum tax in US$ m, spent on construction; empty where nobody pays."""
    paid = dict(payment)
    cost = np.array([paid.get(code, 0.0) for code in setting.world.labels])
    if not cost.any():
        return {}
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
