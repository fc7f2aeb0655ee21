"""Freight costs between economies under any changes of links: prepared once, asked often.

    model = prepare_freight(network, parameters, economies)
    model.costs(changes)                    # everything about one set of changes
    costs_of_subsets(model, [one, other])   # generalised costs alone, for many sets (`subsets`)

A model holds the state without changes: routes by pair of cities, mode and search class, their choice shares, and
means by pair of economies. It is cached on disk by the content hash of all it was made from and read back as memory
maps. Answers are never cached.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from threading import Lock, local
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.conventions import Floats
from samarkand.core.disk_cache import load_entry, save_entry
from samarkand.core.hashing import fingerprint
from samarkand.core.progress import Progress, quiet
from samarkand.engines.once import derived
from samarkand.world.freight.end_legs import EndLegs, LegTable
from samarkand.world.freight.leg_choice import keep_handicap, rail_constant
from samarkand.world.freight.mode_choice import MODES, VOT_CLASSES, ModeChoice
from samarkand.world.freight.mode_constants import declared_choice, declared_constants
from samarkand.world.freight.new_port_legs import NewPorts
from samarkand.world.freight.origins import origin_rows
from samarkand.world.freight.path_base import PathBase, prepare_base
from samarkand.world.freight.path_update import PathUpdate, SharedWork, number_ends
from samarkand.world.freight.sea_searches import SEA, fill_first_ways, sea_searches, searches_taken
from samarkand.world.freight.ships import ship_rows
from samarkand.world.freight.skims import (
    SEARCH_CLASSES,
    Component,
    attach_by_road,
    attach_ports_at_sea,
    attach_to_road,
    attach_to_sea,
    baseline_legs,
    components,
    routes,
    terminals_with_lines,
    values_of_time,
)
from samarkand.world.freight.trade_costs import (
    ChosenRoutes,
    FreightBaseline,
    Pairs,
    load_kernels,
    prepare_pairs,
)
from samarkand.world.network.arcs import Arc, arcs_of, port_savings
from samarkand.world.network.link_changes import LinkChange, merge_changes
from samarkand.world.network.new_ports import new_ports, open_ports
from samarkand.world.network.tables import Network, land_costs
from samarkand.world.parameters import Parameters, table_names

FORMAT = "freight-13"  # part of the content hash: another meaning of the arrays is another name
LAND = ("road", "rail")
PAIR_ARRAYS = ("origin", "destination", "hours", "usd", "search_values", "by_sea", "own_ways")
STATE_ARRAYS = ("term", "pick", "levels")
MOST_KEPT = 3  # prepared networks on disk, of some 300 MB each at 1,000 cities
# The search class of the highest value of time: its routes are the quickest.
QUICKEST = len(SEARCH_CLASSES) - 1
MOST_PLACED = 5000  # changes whose arcs are remembered


@dataclass(frozen=True, eq=False)
class RouteUpdate:
    """Pairs of cities whose routes get cheaper, with all their routes (pair, mode, search class)."""

    rows: NDArray[np.int64]
    usd: Floats
    hours: Floats

    def quickest(self, modes: tuple[int, ...]) -> Floats:
        """Hours by the quickest of some modes, [row]; infinite where none serves."""
        return quickest_hours(self.hours, modes)


def quickest_hours(hours: Floats, modes: tuple[int, ...]) -> Floats:
    """Hours of routes (pair, mode, search class) by the quickest of some modes, [pair]."""
    least: Floats = np.minimum.reduce([hours[:, mode, QUICKEST] for mode in modes])
    return least


class FreightModel:
    """The freight network without changes, ready for changes; see the module. Made by `prepare_freight`."""

    def __init__(
        self,
        key: str,
        network: Network,
        parameters: Parameters,
        parts: dict[str, Component],
        baseline: FreightBaseline,
        base: PathBase,
        open_model: FreightModel | None = None,
    ) -> None:
        self.key = key
        self.open_model = open_model or self  # of the network without closures
        self.network = network
        self.parameters = parameters
        self.parts = parts
        self.baseline = baseline
        # Compiled kernels tell arrays that can be written from those that cannot: always the latter, as read from disk.
        state = [getattr(baseline.pairs, name) for name in PAIR_ARRAYS]
        state += [getattr(baseline, name) for name in STATE_ARRAYS]
        for array in (*base.arrays().values(), *state):
            array.flags.writeable = False
        values = values_of_time(parameters)
        dwell, fee = parameters["port_hours_road"], parameters["port_fee"]
        self.path_update = PathUpdate(
            base,
            values,
            {mode: self._end_legs(mode) for mode in (*LAND, "sea")},
            network.ports["terminal"].to_numpy(np.int64),
            (parameters["terminal_hours"], parameters["terminal_fee"]),
            (dwell, fee),
            (parameters["port_hours_rail"], fee),
        )
        keep_handicap(network, parameters, self._searches, base.handicap)
        self._scratch = local()
        self._placing = Lock()
        self._placed: dict[LinkChange, list[Arc]] = {}
        self._last: tuple[tuple[LinkChange, ...], RouteUpdate] | None = None

    def _end_legs(self, mode: str) -> EndLegs:
        """Legs from ends of changed links, with the connectors of the places that they lead to."""
        network, parameters = self.network, self.parameters
        if mode == "sea":
            at_sea = attach_ports_at_sea(network, parameters)
            return EndLegs(self.parts[mode], (at_sea.hours, at_sea.usd))
        if self._is_as_open(mode):
            return self.open_model.path_update.end_legs[mode]
        if mode == "rail":
            none = np.zeros(len(network.terminals))
            return EndLegs(self.parts[mode], (none, none))
        places = attach_by_road(network, parameters)
        hours, usd = (np.concatenate([getattr(one, name) for one in places]) for name in ("hours", "usd"))
        return EndLegs(self.parts[mode], (hours, usd))

    @property
    def _searches(self) -> list[tuple[float, float]]:
        """Value of time of each search at sea, and what its goods have on legs."""
        values = values_of_time(self.parameters)
        return [(values[search.land], search.on_legs) for search in sea_searches()]

    @property
    def economies(self) -> tuple[str, ...]:
        """Labels of origins and destinations."""
        return self.baseline.economies

    @property
    def choice(self) -> ModeChoice:
        """The choice of modes."""
        return self.baseline.choice

    def costs(self, changes: Sequence[LinkChange], progress: Progress = quiet) -> xr.Dataset:
        """Costs, hours and mode shares between economies without and with changes that lower costs.

        As `trade_costs.counterfactual_costs` describes; errors as `update_routes`.
        """
        return self.costs_of(self.update_routes(changes, progress), changes)

    def costs_of(self, routes: RouteUpdate, changes: Sequence[LinkChange]) -> xr.Dataset:
        """`costs` of changes whose routes are known already (`update_routes`)."""
        return self.baseline.dataset(
            self.baseline.differences(routes.rows, routes.usd, routes.hours), changes
        )

    def update_routes(
        self,
        changes: Sequence[LinkChange],
        progress: Progress = quiet,
        shared: SharedWork | None = None,
    ) -> RouteUpdate:
        """The pairs of cities that changes make cheaper, with their routes.

        shared: as `PathUpdate.found`, for networks that are partly the same. Raises ValueError for a change
        of a crossing, ferry or port that is not there.
        """
        changes = merge_changes(changes)
        placed = self.place(changes, progress)
        legs = self.leg_tables
        arcs = {}
        for mode in LAND:
            brought = [arc for change in changes if change.mode == mode for arc in placed[change]]
            if brought:
                arcs[mode] = number_ends(brought, legs[mode])
        pairs = self.baseline.pairs
        saved = port_savings(changes, open_ports(self.network, changes), self.parameters)
        found = self.path_update.found(arcs, legs, *saved, self.new_ports(changes, shared), shared)
        parts = [
            (m, c, part)
            for c, (by_car, by_train, by_ship) in enumerate(found)
            for m, c, part in (
                (0, c, by_car),
                (1, c, by_train),
                *((SEA, s, one) for s, one in by_ship.items()),
            )
        ]
        most = sum(part[0].size for _, _, part in parts)
        size = min(most, len(pairs))
        rows = np.empty(size, np.int64)
        usd = np.empty((size, *pairs.usd.shape[1:]))
        hours = np.empty_like(usd)
        count = 0
        slots = self._slots()
        gather = load_kernels().gather
        for m, c, (number, new_hours, new_usd) in parts:
            count = gather(
                slots, number, new_hours, new_usd, m, c, pairs.search_values[m, c], pairs.usd, pairs.hours,
                rows, usd, hours, count,
            )  # fmt: skip
        slots[rows[:count]] = -1
        update = RouteUpdate(rows[:count], usd[:count], hours[:count])
        fill_first_ways(update.hours, update.usd, pairs.own_ways[update.rows])
        return update

    def new_ports(self, changes: Sequence[LinkChange], shared: SharedWork | None = None) -> NewPorts | None:
        """The ports that changes build, the handicap of rail to them settled on the open network (`leg_choice`)."""
        new, model = NewPorts.of(changes, self.network, self.parameters), self.open_model
        if new is None:
            return None
        if shared is not None and shared.handicap is not None:
            return replace(new, handicap=shared.handicap)
        built = [change for change in changes if change.action == "new_port"]
        model.place(built)
        table, closing = new_ports(built, model.network), model.path_update
        constants = [rail_constant(table, model.network, self.parameters, *one) for one in self._searches]
        extras = closing.port_extra_road, closing.port_extra_rail
        new = new.settled(closing.base, closing.values, model.leg_tables, extras, constants)
        if shared is not None:
            shared.handicap = new.handicap
        return new

    def routes(
        self,
        changes: Sequence[LinkChange],
        progress: Progress = quiet,
        shared: SharedWork | None = None,
    ) -> RouteUpdate:
        """`update_routes`; those asked for last are not found again: closures ask for what the open network has."""
        asked, last = tuple(changes), self._last
        if last is None or last[0] != asked:
            self._last = last = (asked, self.update_routes(asked, progress, shared))
        return last[1]

    def chosen_routes(self, changes: Sequence[LinkChange], shared: SharedWork | None = None) -> ChosenRoutes:
        """Routes that goods take with changes, where they change routes: the bound of states with fewer routes.

        shared: filled in as in `update_routes`, where these routes are found now.
        """
        routes = self.routes(changes, shared=shared)
        return self.baseline.chosen_routes(routes.rows, routes.usd, routes.hours)

    def arcs_of(self, change: LinkChange, progress: Progress = quiet) -> list[Arc]:
        """The arcs that a change brings to its mode, legs from all their ends known."""
        return self.place([change], progress)[change]

    def find_arcs(self, change: LinkChange) -> list[Arc]:
        """The arcs of a change of a mode on land, worked out now."""
        costs = derived(
            self, ("land costs", change.mode), lambda: land_costs(self.network, change.mode, self.parameters)
        )
        return arcs_of(change, self.network, self.parameters, costs)

    @property
    def leg_tables(self) -> dict[str, LegTable]:
        """Legs from all ends that are known by now, by mode."""
        return {mode: legs.table for mode, legs in self.path_update.end_legs.items()}

    def place(self, changes: Sequence[LinkChange], progress: Progress = quiet) -> dict[LinkChange, list[Arc]]:
        """The arcs of many changes; those not asked about before are found in one search, with legs from all ends.

        A change counts as placed when its legs are there, and not before: one thread searches, others wait.
        """
        wanted = dict.fromkeys(changes)
        with self._placing:
            new = [change for change in wanted if change not in self._placed]
            found: dict[LinkChange, list[Arc]] = {change: [] for change in new}
            for mode in LAND:
                mine = [change for change in new if change.mode == mode]
                if not mine:
                    continue
                if self._is_as_open(mode):  # it finds legs from their ends too: both networks have the same
                    found |= self.open_model.place(mine, progress)
                    continue
                for change in mine:
                    found[change] = self.find_arcs(change)
                ends = {end for change in mine for arc in found[change] for end in (arc.tail, arc.head)}
                self.path_update.end_legs[mode].find(
                    sorted(end for end in ends if isinstance(end, int)), progress
                )
            if len(ports := new_ports(new, self.network)):
                for mode, attach in (("road", attach_to_road), ("sea", attach_to_sea)):
                    nodes = attach(ports, self.network, self.parameters).node
                    self.path_update.end_legs[mode].find(sorted(nodes.tolist()), progress)
            if len(self._placed) + len(new) > MOST_PLACED:
                self._placed = {change: self._placed[change] for change in wanted if change in self._placed}
            self._placed.update(found)
            return {change: self._placed[change] for change in wanted}

    def _is_as_open(self, mode: str) -> bool:
        """Whether something is closed, and nothing of this mode on land."""
        return self.open_model is not self and self.parts[mode] is self.open_model.parts[mode]

    def _slots(self) -> NDArray[np.int32]:
        """Where pairs stand among the changed ones: all -1 between calls; each thread has its own."""
        slots: NDArray[np.int32] | None = getattr(self._scratch, "slots", None)
        if slots is None:
            slots = self._scratch.slots = np.full(len(self.baseline.pairs), -1, np.int32)
        return slots


def make_anew(_key: Hashable, make: Callable[[], Any]) -> Any:
    """Nothing is kept in this process."""
    return make()


def prepare_freight(
    network: Network,
    parameters: Parameters,
    economies: Sequence[str],
    progress: Progress = quiet,
    kept: Callable[[Hashable, Callable[[], Any]], Any] = make_anew,
) -> FreightModel:
    """The model of a network under parameters: from this process, from the disk, or made now (and then kept there).

    economies: labels of origins and destinations; kept: what keeps models by their key in this process.
    """

    def name() -> tuple[dict[str, Component], str]:
        parts = components(network, parameters)
        return parts, _key(network, parameters, parts, economies)

    parts, key = kept(("freight parts", network.hash, parameters.hash, tuple(economies)), name)

    def make() -> FreightModel:
        return _load(key, network, parameters, parts, economies) or _make(
            key, network, parameters, parts, economies, progress
        )

    # One network may call the same crossings otherwise than another.
    model: FreightModel = kept(("freight", key, network.names_hash), make)
    return model


def _key(
    network: Network,
    parameters: Parameters,
    parts: dict[str, Component],
    economies: Sequence[str],
) -> str:
    names = [
        name
        for table in ("network.csv", "mode_choice.csv", "rail_revenue.csv")
        for name in table_names(table)
    ]
    cities, ports = network.cities, network.ports
    words = [FORMAT, *(part.key for part in parts.values()), *economies, *names]
    words += [*cities.index, *cities["iso3"], *network.rail.nodes["economy"].iloc[network.terminals["node"]]]
    places = [
        table[name].to_numpy(float) for table in (cities, ports, network.terminals) for name in ("lat", "lon")
    ]
    owners = [pd.factorize(network.land(mode).nodes["economy"].astype(str)) for mode in LAND]
    words += [str(row) for rows in origin_rows().values() for row in rows]
    words += [str(row) for row in ship_rows()]
    words += [search.words for search in sea_searches()]
    words += [*ports["economy"], *(name for _, names in owners for name in names)]
    return fingerprint(
        *(owner for owner, _ in owners),
        terminals_with_lines(network),
        np.frombuffer("\n".join(map(str, words)).encode(), np.uint8),
        np.array([parameters[name] for name in names]),
        cities["population"].to_numpy(float),
        ports["terminal"].to_numpy(float),
        attach_ports_at_sea(network, parameters).hours,
        *places,
        declared_constants(),
    )


def _make(
    key: str,
    network: Network,
    parameters: Parameters,
    parts: dict[str, Component],
    economies: Sequence[str],
    progress: Progress,
) -> FreightModel:
    legs = baseline_legs(parts, parameters, progress)
    base, pairs = prepare_base(network, parameters, legs)
    choice = declared_choice(parameters)
    baseline = prepare_pairs(pairs, network.cities, choice, parameters, economies)
    stored = {f"base_{name}": array for name, array in base.arrays().items()}
    stored |= {f"pairs_{name}": getattr(pairs, name) for name in PAIR_ARRAYS}
    stored |= {f"state_{name}": getattr(baseline, name) for name in STATE_ARRAYS}
    save_entry("freight", key, stored, MOST_KEPT)
    return FreightModel(key, network, parameters, parts, baseline, base)


def _load(
    key: str,
    network: Network,
    parameters: Parameters,
    parts: dict[str, Component],
    economies: Sequence[str],
) -> FreightModel | None:
    found = load_entry("freight", key, mapped=True)
    if found is None:
        return None

    def named(prefix: str) -> dict[str, Any]:
        return {name.removeprefix(prefix): array for name, array in found.items() if name.startswith(prefix)}

    pairs = Pairs(**named("pairs_"), mirrored=True)
    baseline = FreightBaseline(
        pairs=pairs, cities=network.cities, economies=tuple(economies), choice=declared_choice(parameters),
        parameters=parameters, **named("state_"),
    )  # fmt: skip
    return FreightModel(key, network, parameters, parts, baseline, PathBase(**named("base_")))


def skims_of(model: FreightModel, changes: Sequence[LinkChange] = ()) -> xr.Dataset:
    """The routes of a model, with changes, as skims between all cities, both ways; see `skims.assemble`.

    Where the sea is offered (`sea_ways`) stands with them as `sea_offered` [origin_city, destination_city], and whose
    way at sea goods take as `sea_search` [goods, origin_city, destination_city]: by sea, routes are by search there.
    Of these there may be more than search classes (`skims.routes`); by land nothing stands beside them.
    """
    pairs = model.baseline.pairs
    if changes:
        found = model.update_routes(changes)
        hours, usd = pairs.hours.copy(), pairs.usd.copy()
        hours[found.rows], usd[found.rows] = found.hours, found.usd
        pairs = replace(pairs, hours=hours, usd=usd)
    return _skims_of(pairs, model.network)


def _skims_of(pairs: Pairs, network: Network) -> xr.Dataset:
    size = len(network.cities)
    dims = ("vot_class", "mode", "origin_city", "destination_city")
    labels = network.cities.index.to_numpy()
    arrays = {}
    for name in ("hours", "usd"):
        values = getattr(pairs, name)
        array = np.empty((values.shape[2], values.shape[1], size, size))
        for c in range(values.shape[2]):
            for m in range(values.shape[1]):
                array[c, m][pairs.origin, pairs.destination] = values[:, m, c]
                array[c, m][pairs.destination, pairs.origin] = values[:, m, c]
        own = np.arange(size)
        array[:, :, own, own] = np.inf
        arrays[name] = array
    cost = arrays["usd"] + pairs.search_values.T[:, :, None, None] * arrays["hours"]
    offered = np.zeros((size, size), np.bool_)
    offered[pairs.origin, pairs.destination] = offered[pairs.destination, pairs.origin] = pairs.by_sea
    taken = np.zeros((len(VOT_CLASSES), size, size), np.int8)
    searches = searches_taken(pairs.own_ways).T
    taken[:, pairs.origin, pairs.destination] = taken[:, pairs.destination, pairs.origin] = searches
    return xr.Dataset(
        {
            **{name: (dims, array) for name, array in arrays.items()},
            "generalised_cost": (dims, cost),
            "sea_offered": (dims[2:], offered),
            "sea_search": (("goods", *dims[2:]), taken),
        },
        coords={
            "vot_class": routes(),
            "value_of_time": ("vot_class", pairs.search_values[0]),
            "goods": list(VOT_CLASSES),
            "mode": list(MODES),
            "origin_city": labels,
            "destination_city": labels,
        },
    )
