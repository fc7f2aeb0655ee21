"""Costs between economies with each of many sets of changes: routes once by the projects they use, then read.

Few sets are answered one after another, each by an update of the routes. For many, changes that always come together
are one project, and `engines.labels` keep for each pair of cities, mode and search class all routes that are cheapest
with some projects. A subset's route is the cheapest whose projects it has: the same answer, without an update for each.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.core.progress import Progress, quiet
from samarkand.engines.compiled import load_compiled
from samarkand.engines.threads import run_all
from samarkand.world.freight.end_legs import LegTable
from samarkand.world.freight.model import FreightModel
from samarkand.world.freight.new_port_legs import NewPorts, PortLegs, port_legs
from samarkand.world.freight.path_update import number_ends
from samarkand.world.freight.sea_searches import LIKE, PLACED_FROM, routes_of_land, sea_searches
from samarkand.world.freight.skims import SEARCH_CLASSES
from samarkand.world.freight.subset_costs import PairSums, SubsetCosts
from samarkand.world.network.arcs import WITHOUT_ARCS, Arc, port_savings
from samarkand.world.network.link_changes import LinkChange, merge_changes
from samarkand.world.network.new_ports import open_ports

Rows = tuple[
    Ints, NDArray[np.int32], Floats, Ints
]  # compressed rows of labels: starts, places, values, projects
MOST_PROJECTS = 62  # bits of a mask
MOST_AT_ONE_PLACE = (
    5  # projects that save at one crossing, ferry line or port: all their choices are laid out
)
CITIES_AT_ONCE = 16  # of one economy, to one thread
WORKERS = 2
AT_PORTS = ("port", "new_port")
MANY_SETS = 6  # from here routes by the projects they use are faster than one update after another


def costs_of_subsets(
    model: FreightModel,
    sets: Sequence[Sequence[LinkChange]],
    progress: Progress = quiet,
    within: Sequence[LinkChange] | None = None,
) -> SubsetCosts:
    """Generalised cost (logsum, US$/TEU) with each set of changes, by class of goods, origin and destination.

    within: changes that hold every set: no cost falls below that of all of them. Routes are searched at a few values
    of time only, so a search over fewer changes may happen on a slightly cheaper route for goods of a value between.
    """
    if within is not None:
        both = costs_of_subsets(model, [*sets, within], progress)
        return SubsetCosts(model.baseline, sets, both.of, both.of(len(sets)))
    model.place([change for one in sets for change in one], progress)
    if len(sets) >= MANY_SETS:
        all_at_once = portfolio_costs(model, sets, progress)
        if all_at_once is not None:
            return SubsetCosts(model.baseline, sets, all_at_once.costs)
    baseline = model.baseline
    found = []
    for number, changes in enumerate(sets):
        improved = model.update_routes(changes)
        change = baseline.differences(improved.rows, improved.usd, improved.hours, which=1)
        found.append(baseline.costs_with(change[0]))
        progress(done=number + 1, total=len(sets))
    return SubsetCosts(baseline, sets, lambda n: found[n].copy())


@dataclass(frozen=True)
class Portfolios:
    """Sets of changes as sets of projects: changes that are in the same sets, and each set as a mask of bits."""

    projects: tuple[tuple[LinkChange, ...], ...]
    masks: Ints

    @classmethod
    def of(cls, sets: Sequence[Sequence[LinkChange]]) -> Portfolios | None:
        """The projects of sets; None where there are more than a mask holds."""
        members: dict[tuple[LinkChange, int], list[int]] = defaultdict(list)
        for number, changes in enumerate(sets):
            seen: Counter[LinkChange] = Counter()
            for change in changes:  # the same change twice saves twice
                members[change, seen[change]].append(number)
                seen[change] += 1
        by_sets: dict[tuple[int, ...], list[LinkChange]] = defaultdict(list)
        for (change, _), numbers in members.items():
            by_sets[tuple(numbers)].append(change)
        if len(by_sets) > MOST_PROJECTS:
            return None
        masks = np.zeros(len(sets), np.int64)
        for bit, holders in enumerate(by_sets):
            masks[list(holders)] |= 1 << bit
        return cls(tuple(tuple(changes) for changes in by_sets.values()), masks)

    def choices(self, bits: Sequence[int]) -> list[tuple[int, list[LinkChange]]] | None:
        """All choices of some projects: mask and changes; None where they are too many to lay out."""
        if len(bits) > MOST_AT_ONE_PLACE:
            return None
        return [
            (sum(1 << bit for bit in chosen), [change for bit in chosen for change in self.projects[bit]])
            for size in range(1, len(bits) + 1)
            for chosen in combinations(bits, size)
        ]


def portfolio_costs(
    model: FreightModel, sets: Sequence[Sequence[LinkChange]], progress: Progress
) -> PairSums | None:
    """What each set of changes makes of the generalised cost (logsum, US$/TEU) between economies.

    Costs at home are those without changes. None where the sets are of a kind that is not answered so: too many
    projects, too many at one crossing, or more routes between two cities than are kept.
    """
    portfolios = Portfolios.of(sets)
    if portfolios is None:
        return None
    run = _run(model, portfolios)
    labels = None if run is None else run.labels_by_class({})
    if run is None or labels is None:
        return None
    return run.costs(*labels, portfolios.masks, progress)


def labels_of(
    model: FreightModel, portfolios: Portfolios, land: dict[int, LandLabels]
) -> tuple[tuple[Any, ...], Any] | None:
    """What `label_pairs.fill_row` takes by search class and by sea, on a network that may have gates closed; None where
    projects are of a kind that is not answered so.

    land: by search class, of networks with the same roads and railways; filled in where empty.
    """
    model.place([change for project in portfolios.projects for change in project])
    run = _run(model, portfolios)
    return None if run is None else run.labels_by_class(land)


def _run(model: FreightModel, portfolios: Portfolios) -> _Run | None:
    arcs = _arcs(model, portfolios)
    savings = _savings(model, portfolios)
    if arcs is None or savings is None:
        return None
    changes = [change for project in portfolios.projects for change in project]
    return _Run(model, *arcs, savings, model.new_ports(changes))


@dataclass(frozen=True, eq=False)
class Arcs:
    """Arcs of one mode among numbered ends, both directions, with the projects that each needs."""

    rows: Ints
    tail: Ints
    head: Ints
    hours: Floats
    usd: Floats
    projects: Ints


def _arcs(model: FreightModel, portfolios: Portfolios) -> tuple[dict[str, Arcs], dict[str, LegTable]] | None:
    """Arcs by mode, and the legs from their ends. Of projects that save at one place, each choice has an arc."""
    found: dict[str, list[tuple[Arc, int]]] = {"road": [], "rail": []}
    shared: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for bit, changes in enumerate(portfolios.projects):
        for change in changes:
            if change.action in ("crossing", "ferry"):
                place = shared[change.action, change.mode, change.target]
                if bit not in place:
                    place.append(bit)
            elif change.action not in WITHOUT_ARCS:
                found[change.mode] += [(arc, 1 << bit) for arc in model.arcs_of(change)]
    for (action, mode, target), bits in shared.items():
        choices = portfolios.choices(bits)
        if choices is None:
            return None
        for mask, saving in choices:
            here = [c for c in saving if (c.action, c.mode, c.target) == (action, mode, target)]
            for change in merge_changes(here):
                found[mode] += [(arc, mask) for arc in model.arcs_of(change)]
    numbered, legs = {}, model.leg_tables
    for mode, pairs in found.items():
        one = number_ends([arc for arc, _ in pairs], legs[mode])
        used = np.array([projects for _, projects in pairs], np.int64)
        numbered[mode] = Arcs(
            one.rows,
            np.r_[one.tail, one.head],
            np.r_[one.head, one.tail],
            np.r_[one.hours, one.hours],
            np.r_[one.usd, one.usd],
            np.r_[used, used],
        )
    return numbered, legs


def _savings(model: FreightModel, portfolios: Portfolios) -> tuple[Ints, Floats, Ints] | None:
    """Savings of choices of projects at each port: compressed rows of ports, hours and usd, projects."""
    at_port: dict[str, list[int]] = defaultdict(list)
    for bit, changes in enumerate(portfolios.projects):
        for change in changes:
            if change.action in AT_PORTS and bit not in at_port[change.target]:
                at_port[change.target].append(bit)
    network = open_ports(model.network, [change for project in portfolios.projects for change in project])
    ports, built = len(network.ports), len(model.network.ports)
    by_port: list[list[tuple[float, float, int]]] = [[] for _ in range(ports)]
    for target, bits in at_port.items():
        choices = portfolios.choices(bits)
        if choices is None:
            return None
        for mask, saving in choices:
            here = [change for change in saving if change.action in AT_PORTS and change.target == target]
            hours, usd = port_savings(here, network, model.parameters)
            place = (network.ports["id"] == target).to_numpy()
            place[:built] &= (hours[:built] > 0) | (usd[:built] > 0)  # a port that is built needs no saving
            for port in np.flatnonzero(place).tolist():
                by_port[port].append((float(hours[port]), float(usd[port]), mask))
    rows = [one for choices_here in by_port for one in choices_here]
    return (
        np.r_[0, np.cumsum([len(one) for one in by_port])].astype(np.int64),
        np.array([one[:2] for one in rows], dtype=np.float64).reshape(-1, 2),
        np.array([one[2] for one in rows], np.int64),
    )


class LandLabels(NamedTuple):
    """Labels of one search class that do not depend on the sea.

    over_land: what `label_pairs.fill_row` takes of the class; to_ports: of legs to ports, by what goods have on legs
    (`SeaSearch.on_legs`); full: whether a place had more than fit.
    """

    over_land: tuple[Any, ...]
    to_ports: dict[float, tuple[Any, ...]]
    full: bool


class _Run:
    """One answer: the model, and what the projects bring to it."""

    def __init__(
        self,
        model: FreightModel,
        arcs: dict[str, Arcs],
        tables: dict[str, LegTable],
        savings: tuple[Ints, Floats, Ints],
        new: NewPorts | None,
    ) -> None:
        self.model, self.arcs, self.savings, self.new = model, arcs, savings, new
        self.labels = load_compiled("samarkand.engines.labels")
        self.legs = load_compiled("samarkand.engines.label_legs")
        self.pairs = load_compiled("samarkand.engines.label_pairs")
        terminal = model.path_update.port_terminal
        if new is not None:
            terminal = np.r_[terminal, new.terminal]
        order = np.argsort(terminal, kind="stable")
        order = order[terminal[order] >= 0]
        terminals = model.path_update.base.rail_hours.shape[1]
        self.served = np.searchsorted(terminal[order], np.arange(terminals + 1)).astype(np.int64), order
        self.tables = tables

    def star(self, mode: str, c: int) -> tuple[Rows, bool]:
        """Labels among the ends of a mode, and whether one had more than fit."""
        arcs, closing = self.arcs[mode], self.model.path_update
        known, size = np.flatnonzero(arcs.rows >= 0), arcs.rows.size
        legs = []
        for between in self.tables[mode].between[:, c]:
            among = np.full((size, size), np.inf)
            among[np.ix_(known, known)] = between[np.ix_(arcs.rows[known], arcs.rows[known])]
            np.fill_diagonal(among, 0.0)
            legs.append(among)
        *star, full = self.legs.star_labels(
            *legs, arcs.tail, arcs.head, arcs.hours, arcs.usd, arcs.projects, closing.values[c]
        )
        return tuple(star), full

    def of_class(self, c: int, land: dict[int, LandLabels]) -> tuple[Any, dict[int, Any], bool]:
        """Arguments of `add_rows` for one search class, and whether a place had more labels than fit.

        Those by sea are by search there, of those that have the legs on land of this search class. land: as of
        `labels_of`.
        """
        closing, run = self.model.path_update, self.legs
        base, value = closing.base, closing.values[c]
        extra = closing.port_extra_road, closing.port_extra_rail
        at_sea, searches = routes_of_land(c), sea_searches()
        legs = {s: port_legs(self.new, base, c, value, self.tables, *extra, s) for s in at_sea or [0]}
        if c not in land:
            land[c] = self._over_land(c, legs)
        over_land, to_ports, full = land[c]
        known, voyages = base.sea_hours.shape[1], dict[int, Any]()
        for s in at_sea:
            ports, at_ports = legs[s], to_ports[searches[s].on_legs]
            # Without projects: infinite to ports that one builds.
            hours, usd, built = ports.hours, ports.usd, np.arange(known + ports.added) >= known
            if ports.added:
                hours, usd = (np.where(built[:, None], np.inf, leg) for leg in (hours, usd))
            *over_sea, full_sea = run.over_sea_labels(
                at_ports, ports.sea_hours, ports.sea_usd, ports.over_sea, value
            )
            by_port = _turned(tuple(over_sea), built.size)
            voyages[s] = (
                at_ports, tuple(over_sea), by_port, run.sea_margins(by_port, ports.over_sea),
                hours, usd, usd + value * hours, base.sea_city[s], value,
            )  # fmt: skip
            full = full or full_sea
        return over_land, voyages, full

    def _over_land(self, c: int, legs: dict[int, PortLegs]) -> LandLabels:
        """Labels of one search class that do not depend on the sea; legs: to ports, by search at sea."""
        closing, run = self.model.path_update, self.legs
        base, value = closing.base, closing.values[c]
        cities, terminals = base.road_city.shape[1], base.rail_hours.shape[1]
        road_legs, rail_legs = (self.tables[mode].of_class(c) for mode in ("road", "rail"))
        at_sea, searches = routes_of_land(c), sea_searches()
        # Ways by road to ports are kept where they are cheaper than those of any search: where rail is chosen least.
        ports = legs[max(at_sea, key=lambda s: searches[s].on_legs, default=0)]
        known = base.sea_hours.shape[1]
        if ports.added:
            first, second, third = map(np.hstack, zip(road_legs, ports.from_ends, strict=True))
            road_legs = first, second, third
        to_ports = (ports.hours, ports.usd) if at_sea else np.zeros((2, *ports.hours.shape))
        near = base.near_ptr, base.near, base.near_hours[c], base.near_usd[c]
        (road_star, full_road_star), (rail_star, full_rail_star) = self.star("road", c), self.star("rail", c)
        *rail, full_rail = run.rail_labels(rail_star, self.arcs["rail"].rows, *rail_legs, base.rail[c])
        at_ends, at_near, by_road, full_road = run.road_labels(
            road_star, self.arcs["road"].rows, *road_legs, cities, terminals, *near,
            closing.terminal_extra, *to_ports, closing.port_extra_road, value,
        )  # fmt: skip
        *along, full_along = run.along_labels(
            *near, at_near, base.rail_hours[c], base.rail_usd[c], tuple(rail), base.along[c], value
        )
        road = at_ends, self.arcs["road"].rows, *road_legs, base.road_city[c]
        labelled = np.zeros(terminals, np.bool_)
        labelled[base.near[np.diff(at_near[0]) > 0]] = True
        by_rail = (
            tuple(along), *near[2:], near[3] + value * near[2], at_near, labelled, base.rail_hours[c],
            base.rail_usd[c], base.rail_city[c],
        )  # fmt: skip
        full = full_road_star or full_rail_star or full_rail or full_road or full_along
        labels = dict[float, tuple[Any, ...]]()
        for s in at_sea:
            ports, on_legs = legs[s], searches[s].on_legs
            if on_legs not in labels:
                built = np.arange(known + ports.added) >= known
                *found, full_ports = run.port_labels(
                    by_road, tuple(along), *self.served, closing.port_extra_rail, ports.handicap, *self.savings,
                    ports.hours, ports.usd, built, value,
                )  # fmt: skip
                labels[on_legs], full = tuple(found), full or full_ports
        return LandLabels((value, road, by_rail), labels, full)

    def labels_by_class(self, land: dict[int, LandLabels]) -> tuple[tuple[Any, ...], Any] | None:
        """Those over land by search class, and by sea by search there; None where a place had more labels than fit."""
        labels = run_all(lambda c: self.of_class(c, land), range(len(SEARCH_CLASSES)))
        if any(full for _, _, full in labels):
            return None
        by_sea = {s: one for _, voyages, _ in labels for s, one in voyages.items()}
        return tuple(land for land, _, _ in labels), tuple(by_sea[s] for s in sorted(by_sea))

    def costs(self, by_class: tuple[Any, ...], sea: Any, sets: Ints, progress: Progress) -> PairSums | None:
        """What each set changes between economies; None where a place had more labels than fit."""
        baseline, base = self.model.baseline, self.model.path_update.base
        zone, weight = baseline.zones
        zones = len(baseline.economies)
        pairs = (
            baseline.pairs.usd, baseline.pairs.hours, baseline.term, baseline.pick, baseline.segment,
            baseline.pairs.search_values,
        )  # fmt: skip
        choice = baseline.values, baseline.sea_search, baseline.constants, baseline.choice.scale
        differ = (zone >= 0) & (baseline.sellers != weight).any(axis=0)
        placed = np.bincount(zone[differ], minlength=zones) > 0
        total = PairSums(baseline, placed, sets.size)
        blocks = [
            (a, members[first : first + CITIES_AT_ONCE])
            for a in range(zones)
            for members in [np.flatnonzero((zone == a) & (weight > 0))]
            for first in range(0, members.size, CITIES_AT_ONCE)
        ]
        lock, waiting, done, full = Lock(), iter(blocks), 0, False

        def share(_number: int) -> None:
            """Take one block after another, in a room of its own."""
            room, found = self._room(sets.size)
            while True:
                with lock:
                    block = next(waiting, None)
                if block is None:
                    return
                add(block, room, found)

        def add(block: tuple[int, Ints], room: tuple[Any, ...], found: Floats) -> None:
            nonlocal done, full
            a, members = block
            reached = np.zeros(zones, np.bool_)
            overflows = self.pairs.add_rows(
                members, by_class, sea, baseline.pairs.own_ways, base.near_ptr, base.near, base.back_ptr,
                base.back_city, base.back_near, pairs, choice, zone, weight, baseline.sellers, LIKE, placed, sets, room,
                found, reached,
            )  # fmt: skip
            with lock:  # the order of blocks moves the last digits alone
                for b in np.flatnonzero(reached).tolist():
                    total.add(a, b, found[b])
                done, full = done + 1, full or overflows
                progress(done=done, total=len(blocks))

        run_all(share, range(WORKERS))
        return None if full else total

    def _room(self, sets: int) -> tuple[tuple[Any, ...], Floats]:
        """Working arrays of one thread: buckets, hash tables, parts of sets and what they have; and sums of a block."""
        baseline, most = self.model.baseline, self.labels.MOST
        cities, classes = len(baseline.cities), baseline.values.size
        width = int((np.arange(classes) == LIKE).sum()) + 2 * (classes - PLACED_FROM)  # slots of `add_rows`
        slots = 1 << self.labels.KEPT_BITS
        bits, lists = int(2 * sets - 1).bit_length(), baseline.pairs.usd.shape[:0:-1]  # [route, mode]
        room = (
            np.zeros((*lists, cities), np.int32),
            np.empty((*lists, cities, most, 3)),
            np.empty((*lists, cities, most), np.int64),
            np.full(1 << bits, -1, np.int32),
            bits,
            np.empty(sets, np.int32),
            np.empty(sets, np.int64),
            np.empty((sets, width)),
            np.empty(slots // 2, np.int64),  # half full at most, so that a search in the tables ends
            np.empty((slots // 2, width)),
            np.empty(slots, np.int32),
        )
        return room, np.zeros((len(baseline.economies), sets, width))


def _turned(labels: Rows, places: int) -> Rows:
    """Compressed rows of cities at places as rows of places at cities."""
    ptr, at, real, mask = labels
    city = np.repeat(np.arange(ptr.size - 1, dtype=np.int32), np.diff(ptr))
    order = np.argsort(at, kind="stable")
    starts = np.searchsorted(at[order], np.arange(places + 1)).astype(np.int64)
    return starts, city[order], np.ascontiguousarray(real[order]), mask[order]
