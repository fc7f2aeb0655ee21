"""From what a user asks to a `Question`: a scenario with its world and programme at hand, checked whole."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, TypeVar

import numpy as np
import xarray as xr

from samarkand.core.conventions import BASE_YEAR
from samarkand.core.faults import FaultList, did_you_mean
from samarkand.core.scenario import DeficitRule, Scenario
from samarkand.engines.equilibrium import DEFICIT_RULES, EquilibriumAccounts, Solution, accounts_from_flows
from samarkand.priorities import Assessed, Inputs
from samarkand.programme import Change, Programme, Schedule, load_programme, plan_schedule
from samarkand.programme.applying import Placed
from samarkand.programme.channels.tariffs import changed_tariffs
from samarkand.programme.schedule import shocks_of
from samarkand.world.accounts.tariffs import inputs_with_tariffs
from samarkand.world.assumptions import Assumptions
from samarkand.world.freight.commodities import freight_table
from samarkand.world.freight.model import FreightModel, prepare_freight
from samarkand.world.freight.trade_costs import (
    ad_valorem_cost,
    classes_of_time,
    iceberg_cost_hat,
    surface_trade,
)
from samarkand.world.projection import Projection, load_projection
from samarkand.world.world import World, load_world

Result = TypeVar("Result")
LAST_YEAR = 2100
PUBLIC_WORKS = "construction"  # what taxes for capex buy

# Worlds, programmes and projections that were asked about in this process, by content hash, so that a scenario made
# from them (left-out items, other years) can be asked alone.
_known_worlds: dict[str, World] = {}
_known_programmes: dict[str, Programme] = {}
_known_projections: dict[str, Projection] = {}


class Baseline(NamedTuple):
    """The world without the programme, solved: its freight network and its equilibrium."""

    world: World
    freight: FreightModel
    solution: Solution


# Solutions and what the priorities say of them, kept in this process, the last used last: asking again, or about other
# years or with an item less, solves only what is new. Worlds are told apart as objects, all else by content.
_solved: dict[Hashable, Inputs] = {}
_assessed: dict[Hashable, Assessed] = {}
_baselines: dict[Hashable, Baseline] = {}
_keeping = Lock()  # states are solved and assessed side by side
_placed: dict[Hashable, dict[str, Placed]] = {}  # where items of programmes stand on the network
# Parameters of how states make up years alone: no state depends on them.
TIME_RULE = frozenset({"ramp_up_years"})
MOST_BASELINES = 2  # a sweep of assumptions makes many
KEPT_BYTES = 1.5e9  # sixteen states of 199 economies; an appraisal of many years holds as many
ARRAYS_OF_A_STATE = 12  # by economy, economy and sector: flows, shares and costs of its solutions


@dataclass(frozen=True)
class Question:
    """A scenario with its programme, its world, and its assumptions in force."""

    scenario: Scenario
    programme: Programme
    world: World
    assumptions: Assumptions
    projection: Projection | None = None
    reach: bool = False

    @cached_property
    def schedule(self) -> Schedule:
        """The distinct states of the programme that the years asked about need."""
        asked = self.scenario
        return plan_schedule(
            self.programme, self.world, asked.years, asked.without, self.assumptions.parameters,
            _placed.setdefault((self.programme.content_hash, self.assumptions.hash), {}),
        )  # fmt: skip

    @cached_property
    def commodity_table(self) -> xr.Dataset:
        """Value density, carriage and value of time by sector of the accounts."""
        return freight_table(self.assumptions.freight).sel(sector=list(self.world.accounts.sectors))

    @cached_property
    def equilibrium_accounts(self) -> EquilibriumAccounts:
        """The world's accounts as the equilibrium engine takes them, with its tariffs where it has any."""
        accounts = self.world.accounts
        elasticity = self.assumptions.elasticities.values().sel(sector=list(accounts.sectors))
        inputs, value_added = inputs_with_tariffs(accounts, self.world.tariff_rate)
        return accounts_from_flows(
            accounts.trade_flow.transpose("origin", "destination", "sector").to_numpy(),
            inputs.transpose("destination", "sector", "use_sector").to_numpy(),
            value_added.transpose("economy", "sector").to_numpy(),
            elasticity.to_numpy(),
            tariff_rate=self.baseline_tariffs,
            economies=accounts.economies,
            sectors=accounts.sectors,
        )

    @cached_property
    def surface_trade(self) -> xr.DataArray:
        """Physical trade of the baseline between economies by value-of-time class."""
        classes = classes_of_time(self.assumptions.parameters)
        return surface_trade(self.world.accounts.trade_flow, self.commodity_table, classes)

    def prepare_freight(self, progress: Callable[..., None]) -> FreightModel:
        """The freight network without the programme: from this process, the disk, or computed now."""
        return prepare_freight(
            self.world.network, self.assumptions.parameters, self.world.labels, self.surface_trade, progress
        )

    @property
    def baseline_tariffs(self) -> np.ndarray | None:
        """Tariff rates by destination, origin and sector as the engine takes them; None where none were imported."""
        rate = self.world.tariff_rate
        return None if rate is None else rate.transpose("destination", "origin", "sector").to_numpy()

    def duties(self, change: Change) -> dict[str, Any]:
        """The new tariff rates that the programme's measures mean; empty where they change none."""
        rate = self.world.tariff_rate
        if rate is None or not change.tariffs:
            return {}
        return {"tariff_rate": changed_tariffs(rate, change.tariffs).to_numpy()}

    def leave_out(
        self, freight: FreightModel, change: Change, progress: Callable[..., None], beside: Executor
    ) -> Future[xr.DataArray] | None:
        """Generalised cost with each item of the network left out, worked out beside the rest.

        None but for the last state, where `reach` is asked for.
        """
        items = list(dict.fromkeys(one.item for one in change.network))
        if not self.reach or not items or not self._is_last(change):
            return None
        sets = [[one for one in change.network if one.item != item] for item in items]
        step = partial(progress, f"{change.year}: each item left out")

        def work_out() -> xr.DataArray:
            costs = freight.economy_costs(sets, step, within=change.network)
            return costs.rename(set="project").assign_coords(project=items)

        return beside.submit(work_out)

    def baseline(self, solve_it: Callable[[], Baseline]) -> Baseline:
        """The world without the programme, solved now or before in this process."""
        same = self._states_of.but(programme="").hash
        return self._kept(_baselines, (id(self.world), same), solve_it, MOST_BASELINES)

    def solved(self, change: Change, solve_it: Callable[[], Inputs]) -> Inputs:
        """A state solved now, or as it was solved before in this process: the same shocks are solved once."""
        found = self._kept(_solved, (*self._key(change), shocks_of(change)), solve_it)
        return replace(found, change=change, year=change.year, assumptions=self.assumptions)

    def assessed(self, change: Change, assess_it: Callable[[], Assessed]) -> Assessed:
        """What the priorities say of a state, now or before in this process; they may read which items are open."""
        key = (*self._key(change), shocks_of(change), change.open, self.is_fully_ramped(change))
        return self._kept(_assessed, key, assess_it)

    def is_fully_ramped(self, change: Change) -> bool:
        """Whether every year asked about that counts a state has it in force and whole, at the size of the accounts."""
        number = next(k for k, state in enumerate(self.schedule.states) if state is change)
        counting = {year: weights for year, weights in self.schedule.weights.items() if number in weights}
        whole = all(
            self.schedule.in_force[year] == number and len(weights) == 1 for year, weights in counting.items()
        )
        return whole and self.projection is None

    def _key(self, change: Change) -> tuple[Hashable, ...]:
        # Years, items left out and the projection do not change a state, but for what is computed in the last alone.
        return (
            id(self.world),
            self._states_of.hash,
            self.reach and self._is_last(change),
        )

    @property
    def _states_of(self) -> Scenario:
        """The question without what only says how states make up years, or which of them are asked about."""
        replaced = tuple(pair for pair in self.scenario.assumptions if pair[0] not in TIME_RULE)
        return self.scenario.but(years=(), without=(), projection="", assumptions=replaced)

    def _is_last(self, change: Change) -> bool:
        return shocks_of(change) == shocks_of(self.schedule.states[-1])

    def _kept(
        self, kept: dict[Hashable, Result], key: Hashable, make: Callable[[], Result], most: float = np.inf
    ) -> Result:
        with _keeping:
            found = kept.pop(key, None)
        found = make() if found is None else found
        size = ARRAYS_OF_A_STATE * 8 * len(self.world.labels) ** 2 * len(self.world.accounts.sectors)
        with _keeping:
            kept[key] = found
            while len(kept) > max(min(KEPT_BYTES / size, most), 1):
                kept.pop(next(iter(kept)))
        return found

    def iceberg_cost_hat(self, costs: xr.Dataset) -> xr.DataArray:
        """Change of iceberg costs by origin, destination and sector, in the order of the accounts.

        The freight model is made for the world's labels, the table of freight for its sectors.
        """
        return iceberg_cost_hat(costs, self.commodity_table)

    def ad_valorem_cost(self, costs: xr.Dataset) -> xr.DataArray:
        """Freight cost over value in the baseline."""
        return ad_valorem_cost(costs, self.commodity_table)

    def taxes(self, change: Change) -> dict[str, Any]:
        """What the equilibrium charges for capex: a lump-sum tax in US$ m, spent on construction.

        Empty where nobody pays, so that an unpaid programme is not solved twice.
        """
        cost = np.array([change.annual_cost.get(code, 0.0) for code in self.world.labels])
        if not cost.any():
            return {}
        sectors = list(self.world.accounts.sectors)
        basket = np.zeros((len(cost), len(sectors)))
        basket[:, sectors.index(PUBLIC_WORKS)] = 1.0
        return {"lump_sum_tax": cost, "public_basket": basket}


def ask(
    question: Scenario | Programme | str | Path,
    world: World | None,
    years: tuple[int, ...],
    without: tuple[str, ...],
    assumptions: Mapping[str, float] | None,
    deficit_rule: DeficitRule,
    projection: Projection | str | Path | None,
    publication: bool,
    reach: bool = False,
) -> Question:
    """The question whole, or `Faults` with everything that is wrong with it."""
    faults = FaultList()
    if isinstance(question, Scenario):
        programme, world = _find(question)
        chosen = world.assumptions.replace(question.assumptions)
        scenario, projected = question, _known_projections.get(question.projection)
    else:
        world = world or load_world()
        found = faults.attempt(partial(_load, question))
        replaced = faults.attempt(partial(world.assumptions.replace, assumptions or {}))
        _check(years, without, deficit_rule, (), found, faults)
        projected = faults.attempt(partial(_read_projection, projection, world, years))
        faults.raise_if_any()
        assert found is not None  # else there are faults
        assert replaced is not None
        programme, chosen = found, replaced
        scenario = Scenario(
            world=world.hash,
            programme=programme.content_hash,
            years=years,
            assumptions=tuple((assumptions or {}).items()),
            without=without,
            deficit_rule=deficit_rule,
            projection=projected.hash if projected else "",
            labels=(world.name, programme.id),
        )
    _check(scenario.years, scenario.without, scenario.deficit_rule, scenario.closures, programme, faults)
    faults.raise_if_any()
    _known_worlds[world.hash], _known_programmes[programme.content_hash] = world, programme
    if projected:
        _known_projections[projected.hash] = projected
    asked = Question(scenario, programme, world, chosen, projected, reach)
    if publication:
        refuse_unverified(asked)
    return asked


def _load(programme: Programme | str | Path) -> Programme:
    return programme if isinstance(programme, Programme) else load_programme(programme)


def _find(scenario: Scenario) -> tuple[Programme, World]:
    faults = FaultList()
    if scenario.programme not in _known_programmes:
        faults.add(
            "scenario programme", "is not known in this process", "Appraise the programme itself first."
        )
    if scenario.world not in _known_worlds and scenario.world != load_world().hash:
        faults.add("scenario world", "is not known in this process", "Appraise in the world itself first.")
    if scenario.projection and scenario.projection not in _known_projections:
        faults.add(
            "scenario projection",
            "is not known in this process",
            "Appraise with the projection itself first.",
        )
    faults.raise_if_any()
    return _known_programmes[scenario.programme], _known_worlds.get(scenario.world) or load_world()


def _read_projection(
    projection: Projection | str | Path | None, world: World, years: tuple[int, ...]
) -> Projection | None:
    if projection is None or isinstance(projection, Projection):
        return projection
    asked = [year for year in years if BASE_YEAR < year <= LAST_YEAR]
    return load_projection(projection, world.labels, max(asked, default=BASE_YEAR + 1))


def _check(
    years: Sequence[int],
    without: Sequence[str],
    deficit_rule: str,
    closures: Sequence[str],
    programme: Programme | None,
    faults: FaultList,
) -> None:
    """Everything that is wrong with a question beside its files; `programme` None: it could not be read."""
    for name in without:
        if programme is not None and name not in programme.ids:
            faults.add(
                f"--without {name}", "is not an item of the programme", did_you_mean(name, programme.ids)
            )
    if not years:
        faults.add("--year", "no year is asked about", "Give at least one year.")
    for year in years:
        if not BASE_YEAR < year <= LAST_YEAR:
            faults.add(
                f"--year {year}", f"is outside {BASE_YEAR + 1} to {LAST_YEAR}", "Give a year in that range."
            )
    if deficit_rule not in DEFICIT_RULES:
        faults.add(
            f"--deficit-rule {deficit_rule}", "is not a rule", did_you_mean(deficit_rule, DEFICIT_RULES)
        )
    if closures:
        faults.add(
            "closures", "an appraisal is of the open network", "Ask stress_test, or `samarkand stress`."
        )


def refuse_unverified(asked: Question) -> None:
    """Raise `Faults` that name every figure in use that is recalled; assumptions of ours are not figures."""
    faults = FaultList()
    mend = "Give the address of what was read and the date, or appraise without --publication."
    for item in asked.programme.items:
        if item.id in asked.scenario.without:
            continue
        for name, figure in item.figures():
            if figure.value is not None and figure.flag == "recalled":
                faults.add(f"programme {item.id}, {name}", "is recalled, not verified", mend)
    for name in asked.assumptions.names:
        if asked.assumptions.evidence(name).flag == "recalled":
            faults.add(f"parameter {name}", "is recalled, not verified", mend)
    faults.raise_if_any()
