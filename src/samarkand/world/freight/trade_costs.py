"""From city skims to trade costs by pair of economies and sector.

The baseline cost of a pair of cities is its share-weighted generalised cost over modes, its change the change
of the logsum; economies weigh their cities by population, as origins of coal, ores and grain by where these are mined
and grown (`origins`). The ad valorem change follows from value per TEU.
Nothing here keeps state: the same skims, cities and parameters give the same answer, so that ranges are lists
of calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from samarkand.core.conventions import REST_OF_WORLD, Floats, Ints
from samarkand.engines.compiled import load_compiled
from samarkand.engines.threads import run_all
from samarkand.world.freight.border_compliance import compliance_costs
from samarkand.world.freight.mode_choice import (
    MODES,
    VOT_CLASSES,
    ModeChoice,
    cargo_classes,
    check_labels,
    classes_of_time,
    distance_within_cities,
    sea_offered,
    surface_trade,
)
from samarkand.world.freight.origin_weights import origin_weights
from samarkand.world.freight.pair_constants import PairConstants
from samarkand.world.freight.sea_searches import (
    LIKE,
    SEA,
    fill_first_ways,
    sea_search_of,
    sea_searches,
    values_of_routes,
)
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.parameters import Parameters

__all__ = [
    "VARIANTS",
    "FreightBaseline",
    "ModeChoice",
    "Pairs",
    "ad_valorem_cost",
    "calc_iceberg_cost_hat",
    "classes_of_time",
    "counterfactual_costs",
    "economies_without_city",
    "economy_costs",
    "economy_weights",
    "iceberg_cost_hat",
    "pairs_of_skims",
    "prepare_baseline",
    "prepare_pairs",
    "surface_trade",
]


# What the compiled kernels add up by pair of economies, in their order: levels, and differences with changes.
LEVELS = ("cost", "cost_cheapest", "hours", "hours_cheapest", "share_road", "share_rail", "share_sea", "mass")
DIFFERENCES = (
    "cost_logsum", "cost_fixed", "cost_cheapest", "hours_logsum", "hours_fixed", "hours_cheapest",
    "share_road", "share_rail", "share_sea",
)  # fmt: skip
FEW_PAIRS = 2000  # below it a second thread costs more than it saves

VARIANTS = ("logsum", "fixed_mode", "free_choice")


def economy_weights(cities: pd.DataFrame, economies: Sequence[str]) -> xr.DataArray:
    """Population weights of cities in economies, dims (economy, city), each row adding up to one or all zero.

    A city of an economy that is not listed belongs to ROW when ROW is listed, else to none.
    """
    codes = cities["iso3"].where(cities["iso3"].isin(list(economies)), REST_OF_WORLD).to_numpy()
    member = np.array([[code == economy for code in codes] for economy in economies], dtype=np.float64)
    weight = member * cities["population"].to_numpy(float)
    total = weight.sum(axis=1, keepdims=True)
    return xr.DataArray(
        np.divide(weight, total, out=np.zeros_like(weight), where=total > 0),
        dims=("economy", "city"),
        coords={"economy": list(economies), "city": cities.index.to_numpy()},
        name="weight",
    )


def economies_without_city(cities: pd.DataFrame, economies: Sequence[str]) -> tuple[str, ...]:
    """The listed economies none of whose cities is in the network: their trade costs are held unchanged."""
    weights = economy_weights(cities, economies)
    return tuple(weights["economy"].to_numpy()[(weights == 0).all("city").to_numpy()].tolist())


@dataclass(frozen=True, eq=False)
class Pairs:
    """Routes between cities: hours and usd per TEU [pair, mode, search], infinite where there is none.

    A search is a search class, at sea one of `sea_searches`. `origin`, `destination`: numbers of the cities of
    each pair, a city to itself included (by the declared rule, the same in all states). `search_values`: value of time
    of the searches [mode, search], US$/TEU-h. `by_sea`: [pair], where goods are offered the sea (`sea_choice`).
    `own_ways`: [pair, search at sea], where goods of a search take its way; where not, that of the first stands in its
    place too. `mirrored`: a pair stands for both directions and origin <= destination.
    """

    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    hours: Floats
    usd: Floats
    search_values: Floats
    by_sea: NDArray[np.bool_]
    own_ways: NDArray[np.bool_]
    mirrored: bool

    def __len__(self) -> int:
        return int(self.origin.size)

    def values_of(self, rows: Ints) -> Floats:
        """Value of time at which the routes of pairs were searched for, [row, mode, search], US$/TEU-h."""
        found = np.tile(self.search_values, (rows.size, 1, 1))
        count = self.own_ways.shape[1]
        first = self.search_values[SEA, 0]
        found[:, SEA, :count] = np.where(self.own_ways[rows], found[:, SEA, :count], first)
        return found


@dataclass(frozen=True, eq=False)
class ChosenRoutes:
    """The routes goods take in some state, where they changed: at: row of each pair, -1 for none; generalised cost and
    hours (row, class of goods, mode)."""

    at: NDArray[np.int32]
    cost: Floats
    hours: Floats


@dataclass(frozen=True, eq=False)
class FreightBaseline:
    """The state without changes, prepared once for any number of counterfactuals (`prepare_pairs`).

    term: A_m g_m^-scale by (pair, class of goods, mode), zero where a mode is not offered; pick: the route taken.
    levels: weighted sums by pair of economies, see `LEVELS`.
    """

    pairs: Pairs
    cities: pd.DataFrame
    economies: tuple[str, ...]
    choice: ModeChoice
    parameters: Parameters
    term: Floats
    pick: NDArray[np.int8]
    levels: Floats

    @cached_property
    def zones(self) -> tuple[NDArray[np.int32], Floats]:
        """Number of the economy of each city (-1 for none) and the city's weight in it."""
        weights = economy_weights(self.cities, self.economies).to_numpy()
        zone = np.where(weights.any(axis=0), weights.argmax(axis=0), -1)
        return zone.astype(np.int32), np.ascontiguousarray(weights.sum(axis=0))

    @cached_property
    def sellers(self) -> Floats:
        """Weight of cities in their economy as origins [class of goods, city]; as destinations see `zones`."""
        zone, weight = self.zones
        return origin_weights(self.cities, zone, weight)

    def weights_of(self, rows: Ints) -> tuple[Floats, Floats]:
        """Weights of pairs, from origin to destination and back, [pair, class of goods]."""
        (_, buyers), sellers = self.zones, self.sellers
        one, other = self.pairs.origin[rows], self.pairs.destination[rows]
        return sellers[:, one].T * buyers[other, None], sellers[:, other].T * buyers[one, None]

    @cached_property
    def values(self) -> Floats:
        """Value of time by class of goods, US$/TEU-h."""
        values: Floats = classes_of_time(self.parameters).to_numpy()
        return values

    @cached_property
    def sea_search(self) -> Ints:
        """Number of the search at sea of each class of goods (`ships`)."""
        return sea_search_of()

    @cached_property
    def pair_constants(self) -> PairConstants:
        """Mode constants by what decides them."""
        pairs = self.pairs
        rail, sea = (
            np.isfinite(pairs.usd[:, m, :count] + pairs.hours[:, m, :count]).any(axis=1)
            for m, count in ((MODES.index("rail"), None), (SEA, 1))
        )
        others, ends = rail | (sea & pairs.by_sea), (pairs.origin, pairs.destination)
        return PairConstants.of(self.choice, self.cities, ends, others, self.parameters)

    @cached_property
    def constants(self) -> Floats:
        """Mode constants (pair, class, mode), minus infinity where goods do not take a mode (`find_barred`)."""
        return self.pair_constants.whole()

    @cached_property
    def segment(self) -> NDArray[np.int32]:
        """Row of each pair among the constants: its own."""
        return np.arange(len(self.pairs), dtype=np.int32)

    @cached_property
    def without_city(self) -> tuple[str, ...]:
        """Economies none of whose cities is in the network."""
        return economies_without_city(self.cities, self.economies)

    @cached_property
    def unreachable(self) -> int:
        """Pairs of cities that no mode serves, counted in both directions."""
        none = ~(self.term > 0).any(axis=(1, 2))
        both = 1 + (self.pairs.mirrored & (self.pairs.origin != self.pairs.destination)[none])
        return int(both.sum())

    def chosen_routes(self, rows: Ints, usd: Floats, hours: Floats) -> ChosenRoutes:
        """Routes of goods where routes change, as `differences` counts it: the bound of states with fewer routes."""
        shape = (rows.size, self.values.size, len(MODES))
        at = np.full(len(self.pairs), -1, np.int32)
        at[rows] = np.arange(rows.size)
        taken = ChosenRoutes(at, np.empty(shape), np.empty(shape))
        pairs = self.pairs
        load_kernels().take_routes(
            rows, usd, hours, pairs.usd, pairs.hours, self.pick, pairs.search_values, self.values, self.sea_search,
            taken.cost, taken.hours,
        )  # fmt: skip
        return taken

    def differences(
        self,
        rows: Ints,
        usd: Floats,
        hours: Floats,
        which: int = len(DIFFERENCES),
        least: ChosenRoutes | None = None,
    ) -> Floats:
        """Weighted sums of what changes between economies, the first `which` of `DIFFERENCES`.

        rows: changed pairs; usd, hours: their new routes (row, mode, search class). least: of a state that has all
        routes of this one and more, as the same network open, or a programme with one more item; no cost falls below
        it. The search classes find the best routes of a few values of time: of more routes they may find one that is
        worse for goods between. Raises ValueError for pairs that are cut off.
        """
        bounds = () if least is None else (least.at, least.cost, least.hours)
        zone, weight = self.zones
        count, classes = len(self.economies), self.values.size
        pairs = self.pairs
        if not rows.size:  # what kernels read of all pairs is not put together for none
            return np.zeros((which, classes, count, count))

        def of(part: slice) -> tuple[int, Floats]:
            total = np.zeros((which, classes, count, count))
            cut_off = load_kernels().compare(
                rows[part], usd[part], hours[part], pairs.usd, pairs.hours, self.term, self.pick,
                pairs.search_values, self.values, self.sea_search, *self.pair_constants, self.choice.scale,
                pairs.origin, pairs.destination, zone, weight, self.sellers, LIKE, pairs.mirrored, total, *bounds,
            )  # fmt: skip
            return cut_off, total

        if rows.size < FEW_PAIRS:
            parts = [(slice(0, rows.size), *of(slice(0, rows.size)))]
        else:  # two halves on two threads: the sum does not depend on which is done first
            halves = (slice(0, rows.size // 2), slice(rows.size // 2, rows.size))
            parts = [(part, *done) for part, done in zip(halves, run_all(of, halves), strict=True)]
        for part, cut_off, _ in parts:
            if cut_off >= 0:
                self._refuse_cut_off(rows, usd, hours, int(rows[part][cut_off]))
        total: Floats = parts[0][2]
        for _, _, other in parts[1:]:
            total += other
        return total

    def _refuse_cut_off(self, rows: Ints, usd: Floats, hours: Floats, first: int) -> None:
        served = np.isfinite(usd + hours).any(axis=(1, 2))
        lost = rows[~served & (self.term[rows] > 0).any(axis=(1, 2))]
        lost = lost if lost.size else np.array([first])
        names = [
            f"{self.cities.index[self.pairs.origin[r]]}-{self.cities.index[self.pairs.destination[r]]}"
            for r in lost[:5]
        ]
        raise ValueError(f"{lost.size} pairs of cities are cut off by the changes, as {', '.join(names)}")

    def mean(self, sums: Floats) -> Floats:
        """Weighted sums (..., class, origin, destination) as means over pairs reachable without changes."""
        mass = self.levels[-1]
        mean: Floats = np.full(np.broadcast_shapes(sums.shape, mass.shape), np.nan)
        np.divide(sums, mass, out=mean, where=mass > 0)
        return mean

    def plain_shares(self) -> Floats:
        """Mean shares of modes (class, origin, destination, mode) if the constants of the choice were zero.

        Not a number where nothing leads. Not used by any result: what calibration changes is seen beside it.
        """
        levels = np.zeros_like(self.levels)
        open_to = np.isfinite(self.constants)
        term = np.divide(self.term, np.exp(self.constants), out=np.zeros_like(self.term), where=open_to)
        load_kernels().add_levels(
            self.pairs.usd, self.pairs.hours, term, self.pick, self.values,
            self.pairs.origin, self.pairs.destination, *self.zones, self.sellers, self.pairs.mirrored, levels,
        )  # fmt: skip
        share = self.mean(levels[LEVELS.index("share_road") : LEVELS.index("share_sea") + 1])
        return np.moveaxis(share, 0, -1)

    @cached_property
    def means(self) -> Floats:
        """Means of all `LEVELS` of the state without changes."""
        return self.mean(self.levels)

    @cached_property
    def costs_before(self) -> Floats:
        """Generalised cost without changes, trade at home included [class, origin, destination]."""
        return self.mean(self.levels[0]) + self.at_home[1]

    @cached_property
    def at_home(self) -> tuple[Floats, Floats]:
        """`costs_at_home` without changes."""
        return self._at_home(())

    def costs_with(self, difference: Floats) -> Floats:
        """`costs_before` with weighted sums of what changes (the first of `differences`), that is used up."""
        found, changed = self.costs_before.copy(), difference != 0.0
        np.divide(difference, self.levels[-1], out=difference, where=changed)
        return np.add(found, difference, out=found)

    def costs_at_home(self, changes: Sequence[LinkChange]) -> tuple[Floats, Floats]:
        """Hours [origin, destination] and generalised cost (class, origin, destination) of a trade at home."""
        own = [change for change in changes if change.action == "clearance"]
        return self._at_home(own) if own else self.at_home

    def _at_home(self, changes: Sequence[LinkChange]) -> tuple[Floats, Floats]:
        hours, usd = compliance_costs(self.economies, self.parameters, changes)
        return hours, usd + self.values[:, None, None] * hours

    def dataset(self, differences: Floats, changes: Sequence[LinkChange] = ()) -> xr.Dataset:
        """Costs, hours and shares without and with changes, as `counterfactual_costs` describes.

        differences: of routes, used up; changes: for what they save at home.
        """
        level, mass = self.means, self.levels[-1]
        home, left = self.at_home, self.costs_at_home(changes)
        # Where no pair is reachable the level is not a number, whatever is added to it.
        change = np.divide(differences, mass, out=differences, where=mass > 0)
        classes, count = change.shape[1:3]
        costs, hours = (np.empty((2, len(VARIANTS), classes, count, count)) for _ in range(2))
        share = np.empty((2, classes, count, count, len(MODES)))
        if left is not home:
            for part, before, after in ((change[:3], home[1], left[1]), (change[3:6], home[0], left[0])):
                part -= before - after
        # The second state adds the mean change: exactly nothing where nothing changed.
        for v, q in enumerate((0, 0, 1)):  # the cheapest mode has a level of its own
            np.add(level[q], home[1], out=costs[0, v])
            np.add(level[2 + q], home[0], out=hours[0, v])
            np.add(costs[0, v], change[v], out=costs[1, v])
            np.add(hours[0, v], change[3 + v], out=hours[1, v])
        for m in range(len(MODES)):
            share[0, ..., m] = level[4 + m]
            np.add(level[4 + m], change[6 + m], out=share[1, ..., m])
        dims = ("state", "variant", "vot_class", "origin", "destination")
        result = xr.Dataset(
            {
                "generalised_cost": (dims, costs, {"unit": "US$/TEU"}),
                "hours": (dims, hours, {"unit": "h"}),
                "mode_share": (("state", "vot_class", "origin", "destination", "mode"), share),
            },
            coords={
                "state": ["without", "with"],
                "variant": list(VARIANTS),
                "vot_class": list(VOT_CLASSES),
                "origin": list(self.economies),
                "destination": list(self.economies),
                "mode": list(MODES),
            },
        )
        result["value_of_time"] = classes_of_time(self.parameters)
        result.attrs["economies_without_city"] = self.without_city
        result.attrs["city_pairs_unreachable"] = self.unreachable
        return result


def load_kernels() -> ModuleType:
    """The compiled kernels of choice, loaded when the first costs are computed."""
    return load_compiled("samarkand.engines.choice_kernels")


def pairs_of_skims(
    skims: xr.Dataset,
    cities: pd.DataFrame,
    parameters: Parameters,
    mirrored: bool,
    own_ways: NDArray[np.bool_] | None = None,
) -> Pairs:
    """The routes that skims hold, pair by pair, with trade within cities by the declared rule.

    The sea is offered as `sea_offered` says, and goods take at sea the ways of searches as `own_ways` says, or the
    skims' `sea_search`; without it all take the first. mirrored: the skims are the same both ways and only the upper
    triangle is read. Errors as `check_labels`.
    """
    check_labels(skims, cities)
    skims = skims.sel(mode=list(MODES))
    size = len(cities)
    origin, destination = np.triu_indices(size) if mirrored else np.indices((size, size)).reshape(2, -1)
    arrays = {}
    km = distance_within_cities(cities, parameters)
    within = {
        "hours": km / parameters["intrazonal_speed"],
        "usd": km * parameters["intrazonal_rate"],
    }
    own = np.flatnonzero(origin == destination)
    for name, rule in within.items():
        values = skims[name].transpose("origin_city", "destination_city", "mode", "vot_class").to_numpy()
        array = np.full((origin.size, len(MODES), max(skims.sizes["vot_class"], len(sea_searches()))), np.inf)
        for m in range(len(MODES)):
            for c in range(skims.sizes["vot_class"]):
                array[:, m, c] = values[:, :, m, c][origin, destination]
        array[own] = np.inf
        array[own, MODES.index("road")] = rule[:, None]
        arrays[name] = array
    closed = ~(np.isfinite(arrays["hours"]) & np.isfinite(arrays["usd"]))
    for array in arrays.values():
        array[closed] = np.inf
    if own_ways is None:
        own_ways = np.zeros((origin.size, len(sea_searches())), np.bool_)
        if "sea_search" in skims:
            taken = skims["sea_search"].transpose("origin_city", "destination_city", "goods").to_numpy()
            taken = taken[origin, destination]
            own_ways = (taken[..., None] == np.arange(own_ways.shape[1])).any(axis=1)
        own_ways[:, 0] = True
    fill_first_ways(arrays["hours"], arrays["usd"], own_ways)
    values = skims["value_of_time"].to_numpy().astype(float)
    return Pairs(
        origin.astype(np.int32),
        destination.astype(np.int32),
        arrays["hours"],
        arrays["usd"],
        values_of_routes(values),
        sea_offered(skims)[origin, destination],
        own_ways,
        mirrored,
    )


def prepare_pairs(
    pairs: Pairs,
    cities: pd.DataFrame,
    choice: ModeChoice,
    parameters: Parameters,
    economies: Sequence[str],
) -> FreightBaseline:
    """Everything of the state without changes that counterfactuals need."""
    kernels = load_kernels()
    classes = len(VOT_CLASSES)
    baseline = FreightBaseline(
        pairs=pairs,
        cities=cities,
        economies=tuple(economies),
        choice=choice,
        parameters=parameters,
        term=np.empty((len(pairs), classes, len(MODES))),
        pick=np.empty((len(pairs), classes, len(MODES)), np.int8),
        levels=np.zeros((len(LEVELS), classes, len(economies), len(economies))),
    )
    if (pairs.usd + pairs.hours).min() <= 0:
        raise ValueError("a generalised cost is zero, negative or not a number")
    zone, weight = baseline.zones

    def fill(part: slice) -> None:
        kernels.prepare(
            pairs.usd[part], pairs.hours[part], baseline.segment[part], baseline.values, baseline.sea_search,
            baseline.constants, choice.scale, pairs.by_sea[part], baseline.term[part], baseline.pick[part],
        )  # fmt: skip

    half = len(pairs) // 2
    run_all(fill, (slice(0, half), slice(half, len(pairs))))
    kernels.add_levels(
        pairs.usd, pairs.hours, baseline.term, baseline.pick, baseline.values, pairs.origin, pairs.destination,
        zone, weight, baseline.sellers, pairs.mirrored, baseline.levels,
    )  # fmt: skip
    return baseline


def prepare_baseline(
    skims: xr.Dataset,
    cities: pd.DataFrame,
    choice: ModeChoice,
    parameters: Parameters,
    economies: Sequence[str],
) -> FreightBaseline:
    """The baseline of any skims, each direction on its own. Errors as `check_labels`."""
    return prepare_pairs(
        pairs_of_skims(skims, cities, parameters, mirrored=False), cities, choice, parameters, economies
    )


def economy_costs(
    without: xr.Dataset,
    with_changes: xr.Dataset,
    cities: pd.DataFrame,
    choice: ModeChoice,
    parameters: Parameters,
    economies: Sequence[str],
) -> xr.Dataset:
    """`counterfactual_costs` of one counterfactual, baseline and all."""
    return counterfactual_costs(
        prepare_baseline(without, cities, choice, parameters, economies), with_changes
    )


def counterfactual_costs(baseline: FreightBaseline, with_changes: xr.Dataset) -> xr.Dataset:
    """Cost and time between economies, without and with changes of the network, in three variants.

    logsum: without = sum_m s_m g_m with calibrated shares s; with = without * C' / C, where C is the
    composite cost of the logsum; hours are weighted by the shares of each state.
    fixed_mode: shares stay those of the state without (a mode that closes leaves its share to the others).
    free_choice: every shipment takes the mode of least generalised cost, of all three, without constants.
    Economies average their cities by population, as origins of coal, ores and grain by `origins`, own-economy pairs
    included, over the pairs reachable in the state without; cells of a city to itself follow the declared rule and do
    not change. What a trade costs at home (`border_compliance`) is added to the means of economies: it is the same by
    all routes and modes.
    Where a mode's cost rises for no class of the skims, goods keep their former route if the new one is
    dearer for them; where it falls for none, if the new one seems cheaper. By sea goods take the route of their own
    search (`ships`) or the first; the sea stays offered where it was.
    with_changes: skims as given to `prepare_baseline`, with the changes, which may be dearer. Returns variables
    generalised_cost (US$/TEU), hours, with dims (state, variant, vot_class, origin, destination), and mode_share
    (state, vot_class, origin, destination, mode); not a number where an economy has no city or no reachable pair.
    Raises ValueError for labels that differ between the two states and for pairs of cities that the changes
    cut off.
    """
    before = baseline.pairs
    after = pairs_of_skims(
        with_changes, baseline.cities, baseline.parameters, before.mirrored, before.own_ways
    )
    if not np.array_equal(before.search_values, after.search_values):
        raise ValueError("the value-of-time classes of the two states differ")
    moved = (before.usd != after.usd) | (before.hours != after.hours)
    rows = np.flatnonzero(moved.any(axis=(1, 2)))
    return baseline.dataset(baseline.differences(rows, after.usd[rows], after.hours[rows]))


def calc_iceberg_cost_hat(
    cost_without: xr.DataArray,
    cost_with: xr.DataArray,
    value_per_teu: xr.DataArray,
    network_share: xr.DataArray,
) -> xr.DataArray:
    """Change of the iceberg cost by one cargo: tau_hat = 1 + share * ((1 + t1) / (1 + t0) - 1), t = cost / value.

    cost_without, cost_with: US$/TEU; value_per_teu: US$; network_share: fraction of a sector's value that is this
    cargo. Not a number counts as no change. A sector's is the sum over its cargoes of what each changes.
    Source: method rules; the ratio takes the whole baseline cost share, not only its change.
    """
    hat: xr.DataArray = xr.apply_ufunc(_iceberg_hat, cost_without, cost_with, value_per_teu, network_share)
    return hat


def _iceberg_hat(cost_without: Floats, cost_with: Floats, value: ArrayLike, share: ArrayLike) -> Floats:
    value, share = np.asarray(value), np.asarray(share)
    ratio = (value + cost_with) / (value + cost_without)
    hat = 1 + share * (ratio - 1)
    return np.where(np.isnan(hat), 1.0, hat)


def iceberg_cost_hat(
    costs: xr.Dataset,
    freight: xr.Dataset,
    variant: str = "logsum",
    cargoes_of: Sequence[Sequence[Carriage]] | None = None,
    part: xr.DataArray | None = None,
) -> xr.DataArray:
    """Counterfactual over baseline iceberg cost, dims (origin, destination, sector), pure numbers.

        tau_hat = 1 + part sum over the sector's cargoes k of share_k ((1 + t1_k) / (1 + t0_k) - 1),  t_k = cost / value

    costs: as `counterfactual_costs`; freight: as `freight_table`; variant: one of VARIANTS; cargoes_of: their
    `carriage`, where it is at hand; part: what goes by road, rail and sea over the mean of the world
    (`air_trade.surface_part`), dims (origin, destination, sector), all alike where it is not given. Exactly one where
    nothing changes, for services, and for economies without a city.
    """
    if variant not in VARIANTS:
        raise ValueError(f"variant {variant!r} is not one of {', '.join(VARIANTS)}")
    without, with_ = (_by_class(costs, state, variant) for state in ("without", "with"))
    cargoes_of = carriage(costs, freight) if cargoes_of is None else cargoes_of
    dims = ("destination", "origin", "sector")  # the order of the engine, which takes it as it is
    coords = {
        "destination": costs.variables["destination"], "origin": costs.variables["origin"],
        "sector": freight.variables["sector"],
    }  # fmt: skip
    hat = iceberg_hats(without, with_, cargoes_of, None if part is None else _ordered(part, coords, dims))
    found = xr.DataArray(hat, coords, dims, "iceberg_cost_hat", {"unit": "1", "variant": variant})
    return found.transpose("origin", "destination", "sector")


def iceberg_hats(
    without: Floats, with_: Floats, cargoes_of: Sequence[Sequence[Carriage]], part: Floats | None = None
) -> Floats:
    """`iceberg_cost_hat` [destination, origin, sector] of costs by class, origin and destination, in plain arrays.

    cargoes_of: of each sector; part: in the order of the answer.
    """
    first = np.cumsum([0, *map(len, cargoes_of)], dtype=np.int64)
    cargoes = [cargo for of_sector in cargoes_of for cargo in of_sector]
    hat = np.empty((with_.shape[2], with_.shape[1], len(cargoes_of)))
    load_compiled("samarkand.engines.trade_kernels").write_iceberg_hats(
        without, with_, first, np.array([one.number for one in cargoes], np.int64),
        np.array([one.value for one in cargoes], float), np.array([one.share for one in cargoes], float),
        np.ones(hat.shape) if part is None else part, hat,
    )  # fmt: skip
    return hat


def _ordered(part: xr.DataArray, coords: Mapping[str, xr.Variable], dims: Sequence[str]) -> Floats:
    """The part of each pair and sector, in the order of an array to be filled."""
    at = {dim: coords[dim].to_numpy() for dim in dims}
    same = all(np.array_equal(part[dim].to_numpy(), at[dim]) for dim in dims)
    found: Floats = (part if same else part.sel(at)).transpose(*dims).to_numpy()
    return found


def ad_valorem_cost(costs: xr.Dataset, freight: xr.Dataset, variant: str = "logsum") -> xr.DataArray:
    """Baseline transport cost over value, t0, dims (origin, destination, sector), fractions.

    The mean of a sector's cargoes on the network by their shares in value; not a number for services.
    """
    without, share = _by_class(costs, "without", variant), _by_sector(costs, freight)
    for s, cargoes in enumerate(carriage(costs, freight)):
        total = sum(one.share for one in cargoes)
        parts = [without[one.number] / one.value * (one.share / total) for one in cargoes]
        share.data[s] = sum(parts[1:], parts[0]) if parts else np.nan
    return share.transpose("origin", "destination", "sector").rename("ad_valorem_cost")


def _by_class(costs: xr.Dataset, state: str, variant: str) -> Floats:
    """Generalised cost by class of goods, origin and destination."""
    # Variables without labels: a selection or an order by label takes as long as what is done with it.
    cost, order = (
        costs.variables["generalised_cost"],
        ("state", "variant", "vot_class", "origin", "destination"),
    )
    cost = cost if cost.dims == order else cost.transpose(*order)
    at = (
        costs.variables[name].to_numpy().tolist().index(one)
        for name, one in (("state", state), ("variant", variant))
    )
    values: Floats = cost.to_numpy()[tuple(at)]
    return values


def _by_sector(costs: xr.Dataset, freight: xr.Dataset) -> xr.DataArray:
    """Room for what sectors have between economies."""
    coords = {"sector": freight["sector"], "origin": costs["origin"], "destination": costs["destination"]}
    return xr.DataArray(np.empty([one.size for one in coords.values()]), coords, tuple(coords))


class Carriage(NamedTuple):
    """A cargo of a sector: number of its class of goods, US$ per TEU, share of the sector's value."""

    number: int
    value: float
    share: float


def carriage(costs: xr.Dataset, freight: xr.Dataset) -> list[list[Carriage]]:
    """The cargoes that each sector has on the network; none of services."""
    place = {name: k for k, name in enumerate(costs["vot_class"].to_numpy().tolist())}
    names = ("cargo_value_per_teu", "cargo_share")
    arrays = [cargo_classes(freight), *(freight[name].transpose("sector", "cargo") for name in names)]
    rows = zip(*(array.to_numpy().tolist() for array in arrays), strict=True)
    return [
        [Carriage(place[c], v, s) for c, v, s in zip(*of_sector, strict=True) if s > 0] for of_sector in rows
    ]
