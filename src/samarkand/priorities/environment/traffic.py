"""Greenhouse gases of freight that an item shifts and brings about, and the grid at which a train emits as much.

    net       sum over modes m and economies n of f[m, n] (W'[m, n] - W[m, n])
    shifted   sum of f (W' T / T' - W)           T tonnes carried between economies, with a prime with the item
    induced   sum of f W' (1 - T / T')
    rail      f[rail, n] = s k g[n] + (1 - s) d

`W` tonne-kilometres without the item and with it, all others in place; `s` share of electric trains, `k` electricity of
a tonne-kilometre, `g` the grid, `d` diesel trains. Freight between economies alone: none within one. Low and high: the
least and the most with each factor at either end of its range, the same end wherever it stands. Break-even of an
electric train with mode `m`: `g* = f[m] / k`; none where the grid would have to emit more than any does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product

import numpy as np
import pandas as pd

from samarkand.core.declarations import read_table
from samarkand.core.evidence import Cited
from samarkand.core.gaps import Gap
from samarkand.engines.once import derived
from samarkand.priorities.environment.ends import Ends, ends_of
from samarkand.priorities.environment.operation import ON_THE_NETWORK, Operation
from samarkand.priorities.item_freight import USED_BY_NOBODY, ItemWork, acting_on_models, item_work
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.models import Item
from samarkand.world.economies.facts import Facts
from samarkand.world.parameters import Parameters

WHAT = "item_net_emissions"
MODES = ("road", "rail", "sea")
NO_GRID = "the emissions of a kilowatt-hour are known of no economy"
ELSEWHERE = "elsewhere"
GRAMS = 1e-6  # grams to tonnes
AS_LAID = "what it replaces as laid"
GRIDS = (0.0, 300.0, 600.0, 900.0, 1200.0)  # g CO2e/kWh
MOST_GRID = 1200.0  # coal alone, in old plants
FACTORS = ("freight_road", "freight_sea", "rail_electric_share", "freight_rail_diesel", "rail_electricity")


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


def freight_gases(item: Item, timeline: Timeline, lay: bool = False) -> FreightGases | Gap:
    """Of a year of full service, in the last state before anybody pays, or why there is no figure.

    `lay`: lay freight on the network with the item and without it where nobody did so before.
    """
    state = timeline.last
    if item.id not in acting_on_models(state.solved.change):
        return Gap(item.id, WHAT, f"it changes nothing that is in force by {state.year}")
    factors = Factors(timeline.world.fact_table, timeline.assumptions.parameters)
    if factors.mean_grid is None:
        return Gap(item.id, WHAT, NO_GRID)
    work = item_work(state.solved, item.id, timeline.kept_under, lay or timeline.item_freight)
    if work is None:
        return Gap(item.id, WHAT, ON_THE_NETWORK)
    if not work.is_used:
        return Gap(item.id, WHAT, USED_BY_NOBODY)
    return calc_freight_gases(item, work, factors)


def calc_freight_gases(item: Item, work: ItemWork, factors: Factors) -> FreightGases:
    """Gases of the freight of an item; links that a measure changes are those of others, and not its own."""
    before, after = work.table["before"], work.table["after"]
    both, share = after - before, electrified(item)
    net = factors.gases(both, share)
    is_own = after.index.get_level_values("own").to_numpy(bool) & (item.kind_row.item == "project")
    mine = after[is_own]
    without, with_ = work.tonnes
    induced = (1.0 - (without / with_ if with_ > 0 else 1.0)) * factors.gases(after, share).central
    by_mode = both.groupby(level="mode").sum()
    return FreightGases(
        gross=factors.gases(mine, share),
        net=net,
        shifted=net.central - induced,
        induced=induced,
        work={mode: 1e-9 * float(by_mode.get(mode, 0.0)) for mode in MODES},
        own_work=1e-9 * float(mine.sum()),
    )


@dataclass(frozen=True)
class Factors:
    """What a tonne-kilometre emits by mode and, on rails, by the grid of an economy and the traction.

    every_grid: g CO2/kWh of all grids, where it is asked what another one would mean.
    """

    facts: Facts
    parameters: Parameters
    every_grid: float | None = None

    def gases(self, work: pd.Series, own: float | None) -> Ends:
        """Tonnes of tonne-kilometres by (mode, economy, own); below zero where they are.

        `own`: share of electric trains on the item's own links, where it says so.
        """
        tonne_km = GRAMS * work.to_numpy(np.float64)
        mode, economy, mine = (work.index.get_level_values(name) for name in ("mode", "economy", "own"))
        road, sea = (float(tonne_km[mode == name].sum()) for name in ("road", "sea"))
        on_rail = mode == "rail"
        rail, codes = tonne_km[on_rail], economy[on_rail]
        share = np.array([traction().get(code, np.nan) for code in codes], np.float64)
        if own is not None:
            share[mine[on_rail].to_numpy(bool)] = own
        grid = np.array([self.grid(code) for code in codes], np.float64)
        open_ = np.isnan(share)  # takes the share that is declared for all

        def total(f_road: float, f_sea: float, f_share: float, f_diesel: float, k: float) -> float:
            electric = np.where(open_, f_share, share)
            trains = float(rail @ (electric * k * grid + (1.0 - electric) * f_diesel))
            return f_road * road + f_sea * sea + trains

        ends = [ends_of(self.parameters, name) for name in FACTORS]
        corners = [total(*one) for one in product(*((each.low, each.high) for each in ends))]
        return Ends(min(corners), total(*(each.central for each in ends)), max(corners))

    def grid(self, economy: str) -> float:
        """g CO2/kWh of an economy; the mean of all that are known, by generation, where it is not."""
        if self.every_grid is not None:
            return self.every_grid
        known = self.facts.get(economy, "grid_intensity").value
        found = self.mean_grid if known is None else known
        if found is None:
            raise ValueError(NO_GRID)
        return found

    @property
    def mean_grid(self) -> float | None:
        """g CO2/kWh over all generation that is known; None where none is."""
        return derived(self.facts, "mean grid", lambda: calc_mean_grid(self.facts))


def calc_mean_grid(facts: Facts) -> float | None:
    """`sum k E / sum E` over economies whose grid `k` and generation `E` are known, g CO2/kWh; None where none are."""
    table = facts.table
    parts = {
        name: table[table["variable"] == name].set_index("economy")["value"]
        for name in ("grid_intensity", "electricity_total")
    }
    both = pd.DataFrame(parts).dropna()
    grid, made = (both[name].to_numpy(np.float64) for name in parts)
    return float(grid @ made / made.sum()) if made.sum() > 0 else None


def electrified(item: Item) -> float | None:
    """Share of the length of an item's sections on which electric trains can run; None where one does not say so."""
    if item.kind != "rail" or not item.section or any(one.get("electrified") is None for one in item.section):
        return None
    km = [one.length.value or 0.0 for one in item.section]
    electric = [length for length, one in zip(km, item.section, strict=True) if one.is_true("electrified")]
    return sum(electric) / sum(km) if sum(km) > 0 else None


def net_by_grid(item: Item, work: ItemWork, factors: Factors) -> dict[str, tuple[float, ...]]:
    """Tonnes a year of a railway at each of `GRIDS`, the same in all economies; building it apart.

    As its freight was laid, and as if all that runs on its own links would go as far by one other mode; electric trains
    on its links in the latter.
    """
    table, share = work.table, electrified(item)
    both, own = table["after"] - table["before"], table.index.get_level_values("own").to_numpy(bool)
    found = {AS_LAID: tuple(replace(factors, every_grid=grid).gases(both, share).central for grid in GRIDS)}
    tonne_km = GRAMS * float(table["after"][own].sum())
    if tonne_km > 0:
        by_mode = rail_by_grid(factors.parameters)
        found |= {mode: tuple(tonne_km * one for one in values) for mode, values in by_mode.items()}
    return found


def zero_of(values: Sequence[float]) -> float | None:
    """The grid at which a straight line over `GRIDS` rises through zero; None where it does not within them."""
    first, last = values[0], values[-1]
    if not first <= 0 <= last or first == last:
        return None
    return GRIDS[-1] * first / (first - last)


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
