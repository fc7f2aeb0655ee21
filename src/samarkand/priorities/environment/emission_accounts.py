"""Carbon dioxide by economy: where it is emitted, and for whose consumption, from one solution of the equilibrium.

    e'[n, j] x'[n, j] = sum over fuels f of E[n, j, f] (x' / x)[n, j] / p[n, f]        emitted by sector
    d'[n]             = sum over fuels f of D[n, f] (F' / F)[n, f] / p[n, f]          emitted by final users
    production[n]     = sum over j of e'[n, j] x'[n, j] + d'[n]
    consumption[n]    = sum over k of F'[n, k] sum over i of b'[n, i, k] m'[i, k] + d'[n],      m' = e' + A' m'

`x` output, `F` final spending, `p` the change of the price of a fuel, `b` what each seller receives of a unit spent.
National totals by fuel are published. Sectors are not: the gases of a fuel are spread over all who buy it by what they
pay, but for what the makers of coke and refined petroleum buy to turn into it. Both accounts add up to the world's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import REST_OF_WORLD, Floats
from samarkand.core.gaps import Gap
from samarkand.core.labels import labelled
from samarkand.engines.equilibrium import Solution
from samarkand.engines.input_output import calc_content
from samarkand.engines.once import derived
from samarkand.priorities.base import Levels
from samarkand.state import State
from samarkand.world.economies.facts import Facts
from samarkand.world.world import World

# The fuels whose gases are published, and the sector that sells each.
SELLERS = {"coal": "coal", "oil": "petroleum", "gas": "oil_gas"}
TRANSFORMERS = ("petroleum",)  # buys coal and oil to turn them into coke and fuels: what it sells is burnt
NAMES = ("production_emissions", "consumption_emissions", "emissions_imported")
NO_SECTORS = f"the accounts have no sectors that sell fuels: {', '.join(SELLERS.values())}"
NO_TOTAL = "no emissions by fuel are published for the economy"


@dataclass(frozen=True, eq=False)
class Burnt:
    """Mt CO2 in the year of the accounts.

    Parameters
    ----------
    by_sector
        `[economy, sector, fuel]`.
    by_users
        `[economy, fuel]`: final users.
    known
        `[economy]`: whether totals by fuel are published.
    """

    by_sector: Floats
    by_users: Floats
    known: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class EmissionAccounts:
    """Mt CO2 a year `[economy]`: emitted there, and emitted anywhere for its final spending."""

    production: Floats
    consumption: Floats


def national_totals(facts: Facts, labels: tuple[str, ...]) -> Floats:
    """`[economy, fuel]` Mt CO2 as published; the rest of the world has all economies without a label of their own."""
    found = np.full((len(labels), len(SELLERS)), np.nan)
    for column, fuel in enumerate(SELLERS):
        rows = facts.table[facts.table["variable"] == f"co2_{fuel}"].set_index("economy")["value"].dropna()
        total = facts.table[facts.table["variable"] == "co2_emissions"].set_index("economy")["value"].dropna()
        # Who burns none of a fuel is not listed for it: a published total says that the rest is zero.
        every = rows.reindex(total.index).fillna(0.0)
        for n, label in enumerate(labels):
            if label == REST_OF_WORLD:
                found[n, column] = float(every[~every.index.isin(labels)].sum())
            elif label in every.index:
                found[n, column] = float(every[label])
    return found


def burnt_of(world: World) -> Burnt | str:
    """Gases by sector and fuel, worked out once for a world; why not, where the accounts sell no fuels apart."""
    return derived(world, "burnt", lambda: _burnt(world))


def _burnt(world: World) -> Burnt | str:
    accounts = world.accounts
    if not set(SELLERS.values()) <= set(accounts.sectors):
        return NO_SECTORS
    at = [accounts.sectors.index(sector) for sector in SELLERS.values()]
    output = accounts.gross_output.transpose("economy", "sector").to_numpy()
    shares = accounts.input_share.transpose("economy", "sector", "use_sector").to_numpy()
    spending = accounts.trade_flow.transpose("destination", "origin", "sector").to_numpy().sum(axis=1)
    inputs = shares[:, at] * output[:, None, :]  # [n, fuel, user]
    final = np.maximum(spending[:, at] - inputs.sum(axis=2), 0.0)
    for name in TRANSFORMERS:
        bought = [number for number, sector in enumerate(SELLERS.values()) if sector != name]
        inputs[:, bought, accounts.sectors.index(name)] = 0.0
    totals = national_totals(world.fact_table, world.labels)
    known: NDArray[np.bool_] = np.isfinite(totals.sum(axis=1))
    return Burnt(*calc_burnt(totals, inputs, final), known)


def calc_burnt(totals: Floats, inputs: Floats, final: Floats) -> tuple[Floats, Floats]:
    """Gases of each fuel by what its buyers pay: `[n, sector, fuel]` and those of final users `[n, fuel]`.

    `totals[n, fuel]` Mt CO2, zero where not a number; `inputs[n, fuel, sector]` and `final[n, fuel]` in one money.
    Where nobody is known to buy a fuel that is burnt, final users burn it.
    """
    paid = inputs.sum(axis=2) + final
    published = np.nan_to_num(totals)
    rate = np.divide(published, paid, out=np.zeros_like(published), where=paid > 0)
    by_sector = (inputs * rate[:, :, None]).transpose(0, 2, 1)
    return by_sector, np.where(paid > 0, final * rate, published)


def accounts_of(solution: Solution, burnt: Burnt, sectors: tuple[str, ...]) -> EmissionAccounts:
    """Both accounts of a solution; of the baseline itself where its changes are one."""
    base = solution.accounts
    at = [sectors.index(sector) for sector in SELLERS.values()]
    sold = solution.trade_share if solution.wedge is None else solution.trade_share / solution.wedge
    output = np.einsum("nij,nj->ij", sold, solution.expenditure)
    before = base.baseline_output
    final, final_before = (
        spent - np.einsum("nkj,nj->nk", base.input_share, made)
        for spent, made in ((solution.expenditure, output), (base.baseline_expenditure, before))
    )
    dearer = solution.price_hat[:, at]
    grown = np.divide(output, before, out=np.ones_like(output), where=before > 0)
    emitted = (burnt.by_sector / dearer[:, None, :]).sum(axis=2) * grown
    more = np.divide(
        final[:, at], final_before[:, at], out=np.ones_like(dearer), where=final_before[:, at] > 0
    )
    own = (burnt.by_users * more / dearer).sum(axis=1)
    direct = np.divide(emitted, output, out=np.zeros_like(emitted), where=output > 0)
    content = calc_content(sold, base.input_share, direct)
    bought = np.einsum("nk,nik,ik->n", final, sold, content)
    return EmissionAccounts((direct * output).sum(axis=1) + own, bought + own)


def emissions_of_state(state: State) -> dict[str, Levels | Gap]:
    """Emissions by economy without the programme and with it, before anybody pays; what is imported in goods net."""
    world = state.world
    burnt = burnt_of(world)
    if isinstance(burnt, str):
        return {name: Gap("environment", name, burnt) for name in NAMES}
    sectors = tuple(world.accounts.sectors)
    without = derived(state.without, "emission accounts", lambda: accounts_of(state.without, burnt, sectors))
    with_ = accounts_of(state.before_financing, burnt, sectors)
    found: dict[str, Levels | Gap] = {}
    for name, parts in zip(NAMES, zip(_parts(without), _parts(with_), strict=True), strict=True):
        # What others make for an economy is known, whatever it burns itself: both accounts add up to one total.
        known = burnt.known | (name == "consumption_emissions")
        before, after = (labelled(np.where(known, one, np.nan), economy=world.labels) for one in parts)
        found[name] = Levels(before, after, reason=NO_TOTAL)
    return found


def _parts(accounts: EmissionAccounts) -> tuple[Floats, Floats, Floats]:
    return accounts.production, accounts.consumption, accounts.consumption - accounts.production
