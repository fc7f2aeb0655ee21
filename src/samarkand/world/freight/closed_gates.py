"""Ways of goods when passing some gates costs more, from networks on which these gates are closed; nothing is searched.

    cost at prices p = min over T of cost[T] + sum of p over the gates on the best way with T closed

T: every choice of gates; with T closed the best way passes none of T, and every way is among them: one that passes the
gates S is no better than the best with all others closed. What items change is found on each of these networks as on
the open one (`FreightModel.update_routes`), which takes a hundredth of the time of a search (`gate_ways`). For the few
gates that are full: there are 2^k networks.

A gate of several places that one way may pass twice is paid once here, as goods are counted once; searches pay it twice
on the way and count it once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.core.progress import Progress, quiet
from samarkand.engines.compiled import load_compiled
from samarkand.engines.threads import run_all
from samarkand.world.freight.closed_base import close_base
from samarkand.world.freight.gate_ways import Gate, Way
from samarkand.world.freight.mode_choice import MODES
from samarkand.world.freight.model import FreightModel, RouteUpdate
from samarkand.world.freight.new_port_legs import ToNewPorts
from samarkand.world.freight.path_update import ByRoad, OverLand, SharedWork
from samarkand.world.freight.sea_searches import SEA, sea_searches, turns_aside
from samarkand.world.freight.skims import component
from samarkand.world.network.arcs import Arc
from samarkand.world.network.disruptions import Closures, close
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.tables import LAND

MOST_CLOSED = 4  # gates: 16 networks
SAME = 1e-9  # of a cost: sums in another order


class _GatesClosed(FreightModel):
    """The network with gates closed, for what a programme makes of the open one: a line that is bettered along closed
    links stays closed there, and leads no other way. Goods in haste turn aside when it is read (`ClosureWays`)."""

    closed_ends: Mapping[str, frozenset[tuple[int, int]]]

    def find_arcs(self, change: LinkChange) -> list[Arc]:
        """Those of the open network that are not closed."""
        if change.action not in ("new", "upgrade"):
            return super().find_arcs(change)
        arcs = self.open_model.find_arcs(change)
        if change.action == "new":
            return arcs
        shut = self.closed_ends.get(change.mode, frozenset())
        return [arc for arc in arcs if (arc.tail, arc.head) not in shut]


class _Routes(NamedTuple):
    """Routes of some pairs on all networks, [network, pair, mode, search class]."""

    usd: Floats
    hours: Floats


class ClosedGates:
    """A network with every choice of some gates closed; what any changes make of all of them (`ways`).

    Parameters
    ----------
    model
        The open network.
    gates
        Those that may be full, at most `MOST_CLOSED`; each is closed as a whole.
    """

    def __init__(self, model: FreightModel, gates: Sequence[Gate], progress: Progress = quiet) -> None:
        if len(gates) > MOST_CLOSED:
            raise ValueError(f"more than {MOST_CLOSED} gates make too many networks")
        self.gates = tuple(gates)
        self.models: list[FreightModel] = [model]
        lands: list[tuple[frozenset[int], ...]] = [(frozenset(), frozenset())]  # roads and railways
        for choice in range(1, 1 << len(gates)):
            progress(done=choice, total=(1 << len(gates)) - 1)
            shut = [gate for f, gate in enumerate(gates) if choice >> f & 1]
            self.models.append(_close(model, shut))
            lands.append(tuple(_links_of(shut).get(mode, frozenset()) for mode in LAND))
        # Of each network the first that has the same roads, and roads and railways: what changes make of them is found
        # once. Closed ports are closed at sea alone.
        self._same_roads = [[one[0] for one in lands].index(each[0]) for each in lands]
        self.same_land = [lands.index(each) for each in lands]
        pairs, zone = model.baseline.pairs, model.baseline.zones[0]
        a, b = zone[pairs.origin], zone[pairs.destination]
        self._between = (a >= 0) & (b >= 0) & (a != b)
        self._values = pairs.search_values
        differ = np.zeros(len(pairs), np.bool_)
        for closed in self.models[1:]:
            other = closed.baseline.pairs
            differ |= self._dearer(other.usd, other.hours, pairs.usd, pairs.hours).any(axis=(1, 2))
        self._rows: Ints = np.flatnonzero(differ & self._between)

    def _dearer(self, usd: Floats, hours: Floats, open_usd: Floats, open_hours: Floats) -> NDArray[np.bool_]:
        """Where a network's routes cost more than those of one with more open, [..., mode, search class]."""
        with np.errstate(invalid="ignore"):
            found: NDArray[np.bool_] = usd + self._values * hours > (1.0 + SAME) * (
                open_usd + self._values * open_hours
            )
        return found

    def ways(self, changes: Sequence[LinkChange]) -> tuple[RouteUpdate, ClosureWays]:
        """Routes of the open network with changes, and ways of all pairs of cities that pass a gate then."""
        count, handicap = len(self.models), SharedWork()
        roads: list[dict[int, ByRoad]] = [{} for _ in range(count)]
        land: list[dict[int, OverLand]] = [{} for _ in range(count)]
        to_new_ports: list[dict[int, ToNewPorts]] = [{} for _ in range(count)]

        def of_network(k: int) -> RouteUpdate:
            same = self.same_land[k]
            work = SharedWork(roads[self._same_roads[k]], land[same], handicap.handicap, to_new_ports[same])
            found = self.models[k].update_routes(changes, shared=work)
            handicap.handicap = work.handicap
            return found

        pairs = self.models[0].baseline.pairs
        # The first of each land begin, one after another: each fills in what others share.
        first = {k: of_network(k) for k in sorted(set(self.same_land))}
        others = [k for k in range(count) if k not in first]
        first |= dict(zip(others, run_all(of_network, others) if others else (), strict=True))
        updates = [first[k] for k in range(count)]
        touched = np.zeros(len(self._between), np.bool_)
        touched[self._rows] = True
        for update in updates:
            touched[update.rows] = True
        rows = np.flatnonzero(touched & self._between)
        places = run_all(self._place, updates)
        passes = run_all(lambda k: self._passing(k, rows, updates, places), range(1, len(updates)))
        mine = rows[np.any(passes, axis=0)]
        shape = mine.size, len(updates), *self.models[0].baseline.pairs.usd.shape[1:]
        usd, hours = np.empty(shape), np.empty(shape)

        def put(k: int) -> None:
            pairs, update = self.models[k].baseline.pairs, updates[k]
            load_compiled("samarkand.engines.gates_kernels").put_routes(
                mine, places[k], update.usd, update.hours, pairs.usd, pairs.hours, k, usd, hours
            )

        run_all(put, range(len(updates)))
        return updates[0], ClosureWays(
            mine, usd, hours, pairs.values_of(mine), len(self.gates), pairs.own_ways[mine]
        )

    def _place(self, update: RouteUpdate) -> NDArray[np.int32]:
        """Where pairs stand in an update, -1 where they are not in it."""
        place = np.full(len(self._between), -1, np.int32)
        place[update.rows] = np.arange(update.rows.size, dtype=np.int32)
        return place

    def _passing(
        self, k: int, rows: Ints, updates: Sequence[RouteUpdate], places: Sequence[NDArray[np.int32]]
    ) -> NDArray[np.bool_]:
        """Which of the rows have a route that costs more on network k than on the open one."""
        found = np.zeros(rows.size, np.bool_)
        sides: list[Floats | NDArray[np.int32]] = []
        for number in (k, 0):
            pairs, update = self.models[number].baseline.pairs, updates[number]
            sides += [places[number], update.usd, update.hours, pairs.usd, pairs.hours]
        kernels = load_compiled("samarkand.engines.gates_kernels")
        kernels.mark_dearer(rows, *sides, np.asarray(self._values), 1.0 + SAME, found)
        return found


class ClosureWays:
    """Ways of the pairs of cities `rows`, which pass a gate, at any prices of gates.

    usd, hours: [pair, network, mode, search], networks by the bits of the gates that are closed; values: of an hour,
    [pair, mode, search]; own_ways: of the open network, [pair, search]. Goods in haste have ways of their search on all
    networks, and take the first network's alone (`GateSearch.at_sea`).
    """

    def __init__(
        self,
        rows: Ints,
        usd: Floats,
        hours: Floats,
        values: Floats,
        gates: int,
        own_ways: NDArray[np.bool_],
    ) -> None:
        self.rows = rows
        self.usd, self.hours, self.values, self.gates = usd, hours, np.asarray(values, np.float64), gates
        self.turns = turns_aside(own_ways)
        self.bits = np.empty(usd.shape, np.uint8)
        self._passes = np.zeros(usd.shape[2:], np.bool_)  # [mode, search class]
        self._kernels = load_compiled("samarkand.engines.gates_kernels")
        self._kernels.mark_gates(usd, hours, self.values, gates, 1.0 + SAME, self.bits, self._passes)

    def tolls(self, prices: Floats) -> Floats:
        """What a way pays, by the bits of the gates on it."""
        every = range(1 << self.gates)
        return np.array([sum(prices[f] for f in range(self.gates) if b >> f & 1) for b in every], np.float64)

    def of(
        self, rows: slice
    ) -> tuple[Floats, Floats, Floats, NDArray[np.bool_], NDArray[np.uint8], NDArray[np.bool_]]:
        """Of some pairs: US$ and hours [pair, network, mode, search], values of time, who turns aside [pair, search at
        sea], bits of the gates; whether any way passes a gate [mode, search]."""
        passed = self.bits[rows], self._passes
        return self.usd[rows], self.hours[rows], self.values[rows], self.turns[rows], *passed

    def at_sea(self, prices: Floats) -> list[Way]:
        """As `GateSearch.at_sea`, of these pairs."""
        return [self.find(s, prices, by_land=False, by_sea=True)["sea"] for s in range(len(sea_searches()))]

    def find(self, c: int, prices: Floats, by_land: bool, by_sea: bool) -> dict[str, Way]:
        """As `GateSearch.find`, of these pairs; c: by sea the number of the search there."""
        wanted = [m for m in range(len(MODES)) if (by_sea if m == SEA else by_land)]
        toll, size = self.tolls(prices), self.rows.size
        found: dict[str, Way] = {}
        for m in wanted:
            if not self._passes[m, c]:
                found[MODES[m]] = Way(self.hours[:, 0, m, c], self.usd[:, 0, m, c], np.zeros(size, np.int64))
                continue
            way = Way(np.empty(size), np.empty(size), np.empty(size, np.int64))
            self._kernels.cheapest_routes(
                self.usd,
                self.hours,
                self.bits,
                self.values,
                self.turns,
                toll,
                m,
                c,
                way.hours,
                way.usd,
                way.gates,
            )
            found[MODES[m]] = way
        return found


def _links_of(gates: Sequence[Gate]) -> dict[str, frozenset[int]]:
    """Links of gates by mode."""
    links: dict[str, set[int]] = {}
    for gate in gates:
        for mode, mine in gate.links.items():
            links.setdefault(mode, set()).update(mine)
    return {mode: frozenset(rows) for mode, rows in links.items()}


def _close(model: FreightModel, gates: Sequence[Gate]) -> _GatesClosed:
    ports = frozenset().union(*(gate.ports for gate in gates))
    closures = Closures((), _links_of(gates), ports)
    network, parameters = close(model.network, closures), model.parameters
    touched = {*closures.links, *(("sea",) if ports else ())}
    parts = model.parts | {name: component(name, network, parameters) for name in touched}
    base, pairs = close_base(
        model.path_update.base,
        model.baseline.pairs,
        network,
        parameters,
        parts,
        touched,
        quiet,
        turning=False,
    )
    baseline = replace(model.baseline, pairs=pairs)
    found = _GatesClosed(f"{model.key} closed", network, parameters, parts, baseline, base, model)
    ends = {}
    for mode, rows in closures.links.items():
        if mode != "sea":
            table = model.network.land(mode).links.iloc[sorted(rows)]
            u, v = table["u"].tolist(), table["v"].tolist()
            ends[mode] = frozenset(zip([*u, *v], [*v, *u], strict=True))
    found.closed_ends = ends
    return found
