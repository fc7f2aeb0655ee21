"""From what a user asks to a `Question`: a scenario with its world and programme at hand, checked whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from samarkand.core.faults import FaultList, did_you_mean
from samarkand.core.scenario import DeficitRule, Scenario
from samarkand.engines.equilibrium import DEFICIT_RULES, Accounts, accounts_from_flows
from samarkand.programme import Change, Programme, load_programme
from samarkand.world.assumptions import Assumptions
from samarkand.world.freight import FreightModel, prepare_freight
from samarkand.world.freight_sectors import freight_table
from samarkand.world.trade_costs import ad_valorem_cost, classes_of_time, iceberg_cost_hat, surface_trade
from samarkand.world.world import World, load_world

FIRST_YEAR, LAST_YEAR = 2022, 2100
PUBLIC_WORKS = "construction"  # what taxes for capex buy

# Worlds and programmes that were asked about in this process, by content hash, so that a scenario made from them
# (left-out items, other years) can be asked alone.
_known_worlds: dict[str, World] = {}
_known_programmes: dict[str, Programme] = {}


@dataclass(frozen=True)
class Question:
    """A scenario with its programme, its world, and its assumptions in force."""

    scenario: Scenario
    programme: Programme
    world: World
    assumptions: Assumptions

    @cached_property
    def freight(self) -> xr.Dataset:
        """Value density, carriage and value of time by sector of the accounts."""
        return freight_table(self.assumptions.freight).sel(sector=list(self.world.accounts.sectors))

    @cached_property
    def equilibrium_accounts(self) -> Accounts:
        """The world's accounts as the equilibrium engine takes them; no tariffs are embedded."""
        accounts = self.world.accounts
        inputs = accounts.intermediate.sum("origin").transpose("destination", "sector", "use_sector")
        elasticity = self.assumptions.elasticities.values().sel(sector=list(accounts.sectors))
        return accounts_from_flows(
            accounts.trade_flow.transpose("origin", "destination", "sector").to_numpy(),
            inputs.to_numpy(),
            accounts.value_added.transpose("economy", "sector").to_numpy(),
            elasticity.to_numpy(),
            economies=accounts.economies,
            sectors=accounts.sectors,
        )

    def prepare_freight(self, progress: Callable[..., None]) -> FreightModel:
        """The freight network without the programme: from this process, the disk, or computed now."""
        parameters = self.assumptions.parameters
        trade = surface_trade(self.world.accounts.trade_flow, self.freight, classes_of_time(parameters))
        return prepare_freight(self.world.network, parameters, self.world.labels, trade, progress)

    def iceberg_cost_hat(self, costs: xr.Dataset) -> xr.DataArray:
        """Change of iceberg costs by origin, destination and sector, in the order of the accounts."""
        hat = iceberg_cost_hat(costs, self.freight)
        labels, sectors = list(self.world.labels), list(self.world.accounts.sectors)
        return hat.sel(origin=labels, destination=labels, sector=sectors)

    def ad_valorem_cost(self, costs: xr.Dataset) -> xr.DataArray:
        """Freight cost over value in the baseline."""
        return ad_valorem_cost(costs, self.freight)

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
    publication: bool,
) -> Question:
    """The question whole, or `Faults` with everything that is wrong with it."""
    if isinstance(question, Scenario):
        programme, world = _find(question)
        scenario = question
        chosen = world.assumptions.replace(scenario.assumptions)
    else:
        world = world or load_world()
        programme = question if isinstance(question, Programme) else load_programme(question)
        chosen = world.assumptions.replace(assumptions or {})
        scenario = Scenario(
            world=world.hash,
            programme=programme.content_hash,
            years=years,
            assumptions=tuple((assumptions or {}).items()),
            without=without,
            deficit_rule=deficit_rule,
            labels=(world.name, programme.id),
        )
    _known_worlds[world.hash], _known_programmes[programme.content_hash] = world, programme
    _check(scenario, programme)
    asked = Question(scenario, programme, world, chosen)
    if publication:
        refuse_unverified(asked)
    return asked


def _find(scenario: Scenario) -> tuple[Programme, World]:
    faults = FaultList()
    if scenario.programme not in _known_programmes:
        faults.add(
            "scenario programme", "is not known in this process", "Appraise the programme itself first."
        )
    if scenario.world not in _known_worlds and scenario.world != load_world().hash:
        faults.add("scenario world", "is not known in this process", "Appraise in the world itself first.")
    faults.raise_if_any()
    return _known_programmes[scenario.programme], _known_worlds.get(scenario.world) or load_world()


def _check(scenario: Scenario, programme: Programme) -> None:
    faults = FaultList()
    for name in scenario.without:
        if name not in programme.ids:
            faults.add(
                f"--without {name}", "is not an item of the programme", did_you_mean(name, programme.ids)
            )
    if not scenario.years:
        faults.add("--year", "no year is asked about", "Give at least one year.")
    for year in scenario.years:
        if not FIRST_YEAR < year <= LAST_YEAR:
            faults.add(
                f"--year {year}", f"is outside {FIRST_YEAR + 1} to {LAST_YEAR}", "Give a year in that range."
            )
    if scenario.deficit_rule not in DEFICIT_RULES:
        faults.add(
            f"--deficit-rule {scenario.deficit_rule}",
            "is not a rule",
            did_you_mean(scenario.deficit_rule, DEFICIT_RULES),
        )
    if scenario.closures:
        faults.add(
            "closures", "an appraisal is of the open network", "Ask stress_test, or `samarkand stress`."
        )
    faults.raise_if_any()


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
