"""Work: gross job-years of construction and operation, and labour that moves between sectors.

    output    x = (I - A)^-1 f       f: capex, spent on the sector construction by economy of the builders; or a year's
                                     cost of operation, spent on the sector that runs such items
    job-years e x                    e: persons employed in a unit of gross output, from a file of employment

Gross, and so named: employment is full, whoever works there works nowhere else. Never part of real income. Value added
is no substitute for persons: where employment is not known there are no jobs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from samarkand.core.conventions import REST_OF_WORLD, Floats
from samarkand.core.declarations import read_table
from samarkand.core.gaps import Gap
from samarkand.core.labels import labelled
from samarkand.engines.input_output import calc_output, multiply_by_shares
from samarkand.engines.once import derived
from samarkand.priorities.base import Levels
from samarkand.priorities.timeline import Timeline
from samarkand.programme.events import years_of_construction
from samarkand.programme.model.models import Item, Programme
from samarkand.world.accounts.tables import Accounts
from samarkand.world.economies.employment import EMPLOYMENT_NEED, employment_of
from samarkand.world.importers import import_hint
from samarkand.world.parameters import Parameters
from samarkand.world.world import World

BUILDERS = "construction"  # the sector that capex is spent on
AS_ACCOUNTS = "as the accounts buy"
NO_EMPLOYMENT = f"needs file: {import_hint(EMPLOYMENT_NEED)}"
NO_CAPEX = "no capex is published"
NO_COST = "no cost of operation is given: operating_cost of the item"
OTHER_ASSETS = "asset_life_other"  # what builds no asset of a kind of its own is run as other assets are
OF_ITEMS = (
    "construction_job_years",
    "construction_jobs_at_home",
    "construction_jobs_abroad",
    "construction_spending_without_jobs",
)
OF_YEARS = ("construction_jobs", "construction_jobs_by_sector", "jobs_by_sector", "jobs_moved")


class Operator(BaseModel):
    """A row of `operators.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asset_life: str
    sector: str


def operators() -> dict[str, str]:
    """The sector that runs an item, by the asset that it is."""
    rows = read_table("samarkand.priorities.social", "operators.csv", Operator)
    return {row.asset_life: row.sector for row in rows}


@dataclass(frozen=True, eq=False)
class Work:
    """Persons in production.

    Parameters
    ----------
    jobs
        `[economy, sector]`: persons in a US$ m of output; not a number where employment is not known.
    value_added_share
        `[economy, sector]`, fractions of output.
    imports
        `[buyer, seller]`: where an economy buys what it buys abroad, fractions.
    """

    jobs: Floats
    value_added_share: Floats
    imports: Floats


@dataclass(frozen=True, eq=False)
class Supply:
    """What a unit of a sector makes produced.

    Parameters
    ----------
    output
        `[economy, sector, producer]`: output in a unit of the sector of the producer's economy.
    trade_share
        `[buyer, producer]`: where an economy buys the sector, fractions.
    """

    output: Floats
    trade_share: Floats


def work_of(world: World) -> Work | str:
    """Worked out once for a world; why not, where no employment is known."""
    return derived(world, "work", lambda: _work(world))


def _work(world: World) -> Work | str:
    accounts = world.accounts
    persons = employment_of(world.fact_table, world.labels, accounts.sectors)
    if np.isnan(persons).all():
        return NO_EMPLOYMENT
    output = accounts.gross_output.transpose("economy", "sector").to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        jobs = np.where(output > 0, persons / output, np.where(np.isnan(persons), np.nan, 0.0))
    added = accounts.value_added.transpose("economy", "sector").to_numpy()
    shares = np.divide(added, output, out=np.zeros_like(added), where=output > 0)
    return Work(jobs, shares, _imports(accounts))


def persons_and_supply(world: World, sector: str) -> tuple[Work, Supply] | str:
    """What jobs in a sector and its suppliers follow from; why not, where they cannot. Supply is the dear part."""
    work = work_of(world)
    if isinstance(work, str):
        return work
    supply = supply_of(world.accounts, sector)
    return supply if isinstance(supply, str) else (work, supply)


def supply_of(accounts: Accounts, sector: str) -> Supply | str:
    """Worked out once for a sector of the accounts; why not, where they do not have it."""
    if sector not in accounts.sectors:
        return f"the accounts have no sector {sector}"
    return derived(accounts, ("supply", sector), lambda: _supply(accounts, sector))


def _supply(accounts: Accounts, sector: str) -> Supply:
    trade_share = accounts.trade_share.transpose("destination", "origin", "sector").to_numpy()
    inputs = accounts.input_share.transpose("economy", "sector", "use_sector").to_numpy()
    n, s = inputs.shape[:2]
    spending = np.zeros((n, s, n))
    spending[np.arange(n), accounts.sectors.index(sector), np.arange(n)] = 1.0
    output = calc_output(multiply_by_shares(trade_share, inputs), spending)
    return Supply(output, trade_share[:, :, accounts.sectors.index(sector)])


def _imports(accounts: Accounts) -> Floats:
    """share[n, i] of seller `i` in what `n` buys abroad."""
    bought = accounts.trade_flow.transpose("destination", "origin", "sector").to_numpy().sum(axis=2)
    np.fill_diagonal(bought, 0.0)
    total = bought.sum(axis=1, keepdims=True)
    found: Floats = np.divide(bought, total, out=np.zeros_like(bought), where=total > 0)
    return found


# -- where the spending goes


def local_contents(parameters: Parameters) -> dict[str, float]:
    """Shares of the spending that stays with builders of the host, by their label, from the lowest on."""
    found = parameters.evidence("local_content")
    values = {value for value in (parameters["local_content"], found.low, found.high) if value is not None}
    return {f"{100 * value:g} % local": value for value in sorted(values)}


def builders_of(
    item: Item, programme: Programme, labels: tuple[str, ...], work: Work, local: float
) -> Floats:
    """Share of the item's capex by economy of the builders `[economy]`, sum one.

    Hosts have equal parts. What is not local is built by the other parties' economies in equal parts, where the
    programme names any, else by those that the host buys from abroad.
    """
    hosts = _places(item.economies, labels)
    named = {
        programme.party(one).economy for one in (*item.parties, *(line.party for line in item.financing))
    }
    foreign = tuple(sorted(code for code in named if code is not None and code not in item.economies))
    share = np.zeros(len(labels))
    np.add.at(share, hosts, local / len(hosts))
    if foreign:
        np.add.at(share, _places(foreign, labels), (1.0 - local) / len(foreign))
    else:
        share += (1.0 - local) * work.imports[hosts].mean(axis=0)
    return share


def as_accounts_buy(item: Item, labels: tuple[str, ...], supply: Supply) -> Floats:
    """Share of spending by economy of the producers `[economy]`, sum one, as the hosts buy the sector by the accounts.

    Hosts have equal parts.
    """
    share: Floats = supply.trade_share[_places(item.economies, labels)].mean(axis=0)
    return share


def _places(economies: tuple[str, ...], labels: tuple[str, ...]) -> list[int]:
    return [labels.index(code if code in labels else REST_OF_WORLD) for code in economies]


def calc_job_years(work: Work, supply: Supply, spending: Floats) -> Floats:
    """`e[n, s] x[n, s]` for US$ m spent by economy of the producers; job-years `[economy, sector]`."""
    found: Floats = work.jobs * (supply.output @ spending)
    return found


def calc_share_without_jobs(work: Work, supply: Supply, spending: Floats) -> float:
    """Part of the value added in the spending that is earned in economies whose employment is not known."""
    earned = (work.value_added_share * (supply.output @ spending)).sum(axis=1)
    unknown = np.isnan(work.jobs).any(axis=1)
    return float(earned[unknown].sum() / earned.sum())


# -- indicators


def work_of_item(item: Item, timeline: Timeline) -> dict[str, Levels | Gap]:
    """Job-years of the construction of an item, by case of local content, and jobs in its operation."""
    return {**_construction_of(item, timeline), "operation_jobs": _operation_of(item, timeline)}


def _construction_of(item: Item, timeline: Timeline) -> dict[str, Levels | Gap]:
    both, capex = persons_and_supply(timeline.world, BUILDERS), _capex(item)
    if isinstance(both, str) or capex is None:
        reason = both if isinstance(both, str) else NO_CAPEX
        return {name: Gap(item.id, name, reason) for name in OF_ITEMS}
    work, supply = both
    labels = timeline.world.labels
    contents = local_contents(timeline.assumptions.parameters)
    builders = {AS_ACCOUNTS: as_accounts_buy(item, labels, supply)} | {
        case: builders_of(item, timeline.programme, labels, work, local) for case, local in contents.items()
    }
    at_home = np.isin(np.arange(len(labels)), _places(item.economies, labels))
    by_economy = np.stack(
        [calc_job_years(work, supply, capex * one).sum(axis=1) for one in builders.values()], axis=1
    )
    known = ~np.isnan(by_economy[:, 0])
    names = {"case": tuple(builders)}

    def together(part: NDArray[np.bool_]) -> xr.DataArray:
        inside = part & known
        sums = by_economy[inside].sum(axis=0) if inside.any() else np.full(len(builders), np.nan)
        return labelled(sums, **names)

    without = np.array([calc_share_without_jobs(work, supply, one) for one in builders.values()])
    return {
        "construction_job_years": Levels(
            change=labelled(by_economy, economy=labels, **names), reason=NO_EMPLOYMENT
        ),
        "construction_jobs_at_home": Levels(change=together(at_home), reason=NO_EMPLOYMENT),
        "construction_jobs_abroad": Levels(change=together(~at_home), reason=NO_EMPLOYMENT),
        "construction_spending_without_jobs": Levels(change=labelled(without, **names)),
    }


def _operation_of(item: Item, timeline: Timeline) -> Levels | Gap:
    """Persons at work in a year of service: the cost of operation, spent on the sector that runs such items."""
    work, cost = work_of(timeline.world), item.figure("operating_cost")
    if isinstance(work, str) or cost is None or not cost.value:
        return Gap(item.id, "operation_jobs", work if isinstance(work, str) else NO_COST)
    sector = operators()[item.kind_row.asset_life or OTHER_ASSETS]
    supply = supply_of(timeline.world.accounts, sector)
    if isinstance(supply, str):
        return Gap(item.id, "operation_jobs", supply)
    labels = timeline.world.labels
    jobs = calc_job_years(work, supply, cost.value * as_accounts_buy(item, labels, supply)).sum(axis=1)
    return Levels(change=labelled(jobs, economy=labels), reason=NO_EMPLOYMENT)


def work_by_year(timeline: Timeline) -> dict[str, Levels | Gap]:
    """Jobs in construction by year, with job-years by sector; who works where with the programme."""
    both = persons_and_supply(timeline.world, BUILDERS)
    if isinstance(both, str):
        return {name: Gap("social", name, both) for name in OF_YEARS}
    return _construction(timeline, *both) | _movement(timeline)


def _construction(timeline: Timeline, work: Work, supply: Supply) -> dict[str, Levels | Gap]:
    """Job-years of all items as the accounts buy; by year spread evenly over the years of construction."""
    world = timeline.world
    labels, years = world.labels, list(timeline.span)
    total = np.zeros(work.jobs.shape)
    by_year = np.zeros((len(years), len(labels)))
    for item in timeline.items:
        capex = _capex(item)
        if capex is None:
            continue
        jobs = calc_job_years(work, supply, capex * as_accounts_buy(item, labels, supply))
        total += jobs
        built = years_of_construction(item)
        for year in built:
            if year in timeline.span:
                by_year[years.index(year)] += jobs.sum(axis=1) / len(built)
    by_year[:, np.isnan(work.jobs).any(axis=1)] = np.nan
    of_years = xr.DataArray(by_year, {"year": years, "economy": list(labels)}, ("year", "economy"))
    by_sector = labelled(total, economy=labels, sector=world.accounts.sectors)
    return {
        "construction_jobs": Levels(change=of_years, reason=NO_EMPLOYMENT),
        "construction_jobs_by_sector": Levels(change=by_sector, reason=NO_EMPLOYMENT),
    }


def calc_moved(persons: Floats, hat: Floats) -> Floats:
    """`E'[s] = E[s] h[s] sum E / sum (E h)`: persons by sector, employment full as before; `[..., sector]`.

    `h`: labour of the sector with the programme over that without.
    """
    grown = persons * hat
    found: Floats = grown * (persons.sum(axis=-1, keepdims=True) / grown.sum(axis=-1, keepdims=True))
    return found


def _movement(timeline: Timeline) -> dict[str, Levels | Gap]:
    world = timeline.world
    labels, sectors = world.labels, world.accounts.sectors
    persons = employment_of(world.fact_table, labels, sectors)
    shares = (
        timeline.values("employment_share", part).transpose("year", "economy", "sector").to_numpy()
        for part in ("without", "with")
    )
    without, with_ = shares
    hat = np.divide(with_, without, out=np.ones_like(with_), where=without > 0)
    after = calc_moved(persons, hat)
    coords = {"year": list(timeline.years), "economy": list(labels), "sector": list(sectors)}
    before, then = (
        xr.DataArray(values, coords, tuple(coords))
        for values in (np.broadcast_to(persons, after.shape), after)
    )
    moved = 0.5 * abs(then - before).sum("sector", skipna=False)
    return {
        "jobs_by_sector": Levels(before, then, reason=NO_EMPLOYMENT),
        "jobs_moved": Levels(change=moved, reason=NO_EMPLOYMENT),
    }


def _capex(item: Item) -> float | None:
    """Capex, US$ m; None where it is not published."""
    return None if item.capex is None or not item.capex.value else item.capex.value
