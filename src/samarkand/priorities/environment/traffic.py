"""Greenhouse gases of freight that an item shifts and brings about, and the grid at which a train emits as much.

    net       sum over modes m and economies n of f[m, n] (W'[m, n] - W[m, n])
    shifted   sum of f (W' T / T' - W)           T tonnes carried between economies, with a prime with the item
    induced   sum of f W' (1 - T / T')
    rail      f[rail, n] = s k g[n] + (1 - s) d

`W` tonne-kilometres without the item and with it, all others in place; `s` share of electric trains, `k` electricity of
a tonne-kilometre, `g` the grid, `d` diesel trains. Freight between economies alone: none within one. Break-even of an
electric train with mode `m`: `g* = f[m] / k`; none where the grid would have to emit more than any does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd

from samarkand.core.declarations import read_table
from samarkand.core.evidence import Cited
from samarkand.core.gaps import Gap
from samarkand.priorities.environment.ends import NOTHING, Ends, ends_of
from samarkand.priorities.environment.operation import Operation
from samarkand.programme.model.models import Item
from samarkand.state import State
from samarkand.world.economies.facts import Facts
from samarkand.world.freight.assignment import FreightWork
from samarkand.world.parameters import Parameters

WHAT = "item_net_emissions"
MODES = ("road", "rail", "sea")
NO_GRID = "the emissions of a kilowatt-hour are known of no economy"
ELSEWHERE = "elsewhere"
GRAMS = 1e-6  # grams to tonnes
GRIDS = (0.0, 300.0, 600.0, 900.0, 1200.0)  # g CO2e/kWh
MOST_GRID = 1200.0  # coal alone, in old plants


class Traction(Cited):
    """A row of `traction.csv`."""

    economy: str
    electric_share: float


@cache
def traction() -> dict[str, float]:
    """Share of electric trains by economy, where one is known."""
    rows = read_table("samarkand.priorities.environment", "traction.csv", Traction)
    return {row.economy: row.electric_share for row in rows}


@dataclass(frozen=True)
class FreightGases:
    """Tonnes a year with an item in full service.

    Parameters
    ----------
    gross
        Of freight on its own links.
    net
        Of all freight, with the item less without it.
    shifted, induced
        What of `net` is freight that moves otherwise, and what is freight that would not move.
    work
        bn tonne-kilometres a year with less without, by mode.
    own_work
        bn tonne-kilometres a year on its own links.
    """

    gross: Ends
    net: Ends
    shifted: float
    induced: float
    work: Mapping[str, float]
    own_work: float

    def operation(self) -> Operation:
        """As a year of service: what is not its own is displaced elsewhere, and does not fall with the grid."""
        low, central, high = (net - own for net, own in zip(self.net, self.gross, strict=True))
        displaced = Ends(min(low, central), central, max(high, central))
        return Operation({"freight on its links": self.gross}, {ELSEWHERE: displaced}, falls=False)


def freight_gases(item: Item, state: State) -> FreightGases | Gap:
    """Lay freight on the network with the item and without it, before anybody pays; minutes in a large world."""
    solved = state.solved
    if all(one.item != item.id for changes in solved.change.effects.values() for one in changes):
        return Gap(item.id, WHAT, f"it changes nothing that is in force by {state.year}")
    factors = Factors(state.world.fact_table, state.assumptions.parameters)
    if factors.mean_grid is None:
        return Gap(item.id, WHAT, NO_GRID)
    before, after = solved.assignment_leaving_out(item.id), solved.assignment(())
    return compare(item, before, after, factors, builds=item.kind_row.item == "project")


def compare(
    item: Item, before: FreightWork, after: FreightWork, factors: Factors, builds: bool = True
) -> FreightGases:
    """Gases of two assignments, one with the item; `builds`: links that it changes are its own, not those of others."""
    work = [_work(one.links, item) for one in (before, after)]
    both = work[1].sub(work[0], fill_value=0.0)
    ends = factors.ends(item)
    net = _sum(ends, both)
    mine = after.links[(after.links["item"] == item.id) & builds]
    tonnes = [float(one.tonnes.sum()) for one in (before, after)]
    scale = tonnes[0] / tonnes[1] if tonnes[1] > 0 else 1.0
    induced = (1.0 - scale) * _sum(ends, work[1]).central
    by_mode = both.groupby(level="mode").sum()
    return FreightGases(
        gross=_sum(ends, _work(mine, item)),
        net=net,
        shifted=net.central - induced,
        induced=induced,
        work={mode: 1e-9 * float(by_mode.get(mode, 0.0)) for mode in MODES},
        own_work=1e-9 * float((mine["tonnes"] * mine["km"]).sum()),
    )


@dataclass(frozen=True)
class Factors:
    """Grams of a tonne-kilometre by mode, economy and, on rails, by the traction of an item."""

    facts: Facts
    parameters: Parameters

    def ends(self, item: Item) -> Mapping[tuple[str, str, bool], Ends]:
        """Factors by (mode, economy, on the item's own links), worked out when asked for."""
        return _Ends(self, electrified(item))

    def of(self, mode: str, economy: str, own: float | None) -> Ends:
        """g CO2e a tonne-kilometre; `own`: share of electric trains on the item's links, where it says so."""
        if mode != "rail":
            return ends_of(self.parameters, f"freight_{mode}")
        share = traction().get(economy) if own is None else own
        shares = (
            ends_of(self.parameters, "rail_electric_share") if share is None else Ends(share, share, share)
        )
        grid, diesel = self.grid(economy), ends_of(self.parameters, "freight_rail_diesel")
        electric = ends_of(self.parameters, "rail_electricity").times(grid)
        central = shares.central * electric.central + (1.0 - shares.central) * diesel.central
        corners = [s * e + (1.0 - s) * d for s in shares for e in electric for d in diesel]
        return Ends(min(corners), central, max(corners))

    def grid(self, economy: str) -> float:
        """g CO2/kWh of an economy; the mean of all that are known, by generation, where it is not."""
        known = self.facts.get(economy, "grid_intensity").value
        found = self.mean_grid if known is None else known
        if found is None:
            raise ValueError(NO_GRID)
        return found

    @cached_property
    def mean_grid(self) -> float | None:
        """g CO2/kWh over all generation that is known; None where none is."""
        table = self.facts.table
        parts = {
            name: table[table["variable"] == name].set_index("economy")["value"]
            for name in ("grid_intensity", "electricity_total")
        }
        both = pd.DataFrame(parts).dropna()
        grid, made = (both[name].to_numpy(np.float64) for name in parts)
        return float(grid @ made / made.sum()) if made.sum() > 0 else None


class _Ends(dict[tuple[str, str, bool], Ends]):
    """Factors by key, kept."""

    def __init__(self, factors: Factors, own: float | None) -> None:
        super().__init__()
        self.factors, self.own = factors, own

    def __missing__(self, key: tuple[str, str, bool]) -> Ends:
        mode, economy, mine = key
        self[key] = self.factors.of(mode, economy, self.own if mine else None)
        return self[key]


def electrified(item: Item) -> float | None:
    """Share of the length of an item's sections on which electric trains can run; None where one does not say so."""
    if item.kind != "rail" or not item.section or any(one.get("electrified") is None for one in item.section):
        return None
    km = [one.length.value or 0.0 for one in item.section]
    electric = [length for length, one in zip(km, item.section, strict=True) if one.is_true("electrified")]
    return sum(electric) / sum(km) if sum(km) > 0 else None


def _work(links: pd.DataFrame, item: Item) -> pd.Series:
    """Tonne-kilometres by mode, economy and whether on the item's links; a link across a border half on each side."""
    half = links["tonnes"] * links["km"] / 2
    sides = [
        pd.DataFrame(
            {
                "mode": links["mode"],
                "economy": links[side],
                "own": links["item"] == item.id,
                "work": half,
            }
        )
        for side in ("economy_a", "economy_b")
    ]
    found: pd.Series = pd.concat(sides).groupby(["mode", "economy", "own"])["work"].sum()
    return found


def _sum(ends: Mapping[tuple[str, str, bool], Ends], work: pd.Series) -> Ends:
    """Tonnes: each factor at whichever of its ends is less, and more, for the sign of the work."""
    total = NOTHING
    for (mode, economy, own), tonne_km in zip(work.index, work.to_numpy(), strict=True):
        total = total.plus(ends[mode, economy, own].times(GRAMS * float(tonne_km)))
    return total


def rail_by_grid(parameters: Parameters) -> dict[str, tuple[float, ...]]:
    """Grams a tonne-kilometre by electric train less those of the mode replaced, at each of `GRIDS`."""
    k = parameters["rail_electricity"]
    return {mode: tuple(k * grid - factor for grid in GRIDS) for mode, factor in replaced(parameters).items()}


def replaced(parameters: Parameters) -> dict[str, float]:
    """Grams a tonne-kilometre of what an electric train may replace."""
    return {
        "road": parameters["freight_road"],
        "diesel train": parameters["freight_rail_diesel"],
        "sea": parameters["freight_sea"],
    }


def break_even(factor: float, parameters: Parameters) -> float | None:
    """`g* = f / k`: g CO2e/kWh at which an electric train emits as much; None beyond any grid (`MOST_GRID`)."""
    grid = factor / parameters["rail_electricity"]
    return grid if grid <= MOST_GRID else None
