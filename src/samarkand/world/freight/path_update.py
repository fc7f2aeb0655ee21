"""From new arcs and cheaper ports to the pairs of cities that get cheaper: closure, mode by mode.

    road arcs -> city - city, city - terminal, city - port
    rail arcs -> terminal - terminal -> city - terminal along rail -> city - city by rail, city - port by rail
    ports     -> city - port -> over the sea -> city - city by sea

Only what gets cheaper goes from one step to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.engines.compiled import load_compiled
from samarkand.engines.threads import run_all
from samarkand.world.freight.end_legs import EndLegs, LegTable
from samarkand.world.freight.new_port_legs import NewPorts, PortLegs, ToNewPorts, port_legs
from samarkand.world.freight.path_base import PathBase
from samarkand.world.freight.sea_searches import routes_of_land, sea_searches
from samarkand.world.network.arcs import Arc

Rows = tuple[Ints, NDArray[np.int32], Floats, Floats]  # compressed rows: starts, targets, hours, usd
Found = tuple[NDArray[np.int32], Floats, Floats]  # pairs, hours, usd
NOTHING_MORE = np.zeros((0, 0))


def kernels() -> ModuleType:
    """The compiled kernels of closure, loaded when the first links change."""
    return load_compiled("samarkand.engines.path_update_kernels")


@dataclass(frozen=True, eq=False)
class NumberedArcs:
    """Arcs of one mode as arrays: row of each end among the known ends (-1: a new node), and arcs between ends."""

    rows: Ints
    tail: Ints
    head: Ints
    hours: Floats
    usd: Floats


def number_ends(arcs: Sequence[Arc], legs: LegTable) -> NumberedArcs:
    """The arcs over numbered ends; the table holds the legs of them all (`EndLegs.find`)."""
    labels = list(dict.fromkeys(end for arc in arcs for end in (arc.tail, arc.head)))
    number = {end: i for i, end in enumerate(labels)}
    nodes = [end for end in labels if isinstance(end, int)]
    rows = np.full(len(labels), -1, np.int64)
    rows[[number[node] for node in nodes]] = legs.rows(nodes)
    return NumberedArcs(
        rows,
        np.array([number[arc.tail] for arc in arcs], np.int64),
        np.array([number[arc.head] for arc in arcs], np.int64),
        np.array([arc.hours for arc in arcs]),
        np.array([arc.usd for arc in arcs]),
    )


class ByRoad(NamedTuple):
    """What arcs of the road make of one search class.

    pairs: of cities; hours, usd: legs to near terminals, changed: which got cheaper; to_port, to_new: cities to ports,
    None where no road changes, and to new ones.
    """

    pairs: Found
    hours: Floats
    usd: Floats
    changed: NDArray[np.bool_]
    to_port: Rows | None
    to_new: Rows | None


class OverLand(NamedTuple):
    """What changes make of one search class over land, the pairs of cities by road apart (`ByRoad`).

    by_rail: pairs of cities; to_ports: hours, usd and which are lower [port, city], None where none are, by what goods
    have on legs (`SeaSearch.on_legs`).
    """

    by_rail: Found
    to_ports: dict[float, tuple[Floats, Floats, NDArray[np.bool_]] | None]


@dataclass
class SharedWork:
    """What the same changes make of networks that are partly the same; filled in where empty.

    roads: by search class, of the same roads; land, to_new_ports: by search class, of the same roads and railways;
    handicap: of rail to new ports (`NewPorts.settled`), of any.
    """

    roads: dict[int, ByRoad] = field(default_factory=dict)
    land: dict[int, OverLand] = field(default_factory=dict)
    handicap: Floats | None = None
    to_new_ports: dict[int, ToNewPorts] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class PathUpdate:
    """All that closure works on: the base, legs from ends by mode, and the dwell and fees of places."""

    base: PathBase
    values: tuple[float, ...]
    end_legs: dict[str, EndLegs]
    port_terminal: Ints
    terminal_extra: tuple[float, float]
    port_extra_road: tuple[float, float]
    port_extra_rail: tuple[float, float]

    def found(
        self,
        arcs: dict[str, NumberedArcs],
        legs: dict[str, LegTable],
        port_hours_saved: Floats,
        port_usd_saved: Floats,
        new: NewPorts | None = None,
        shared: SharedWork | None = None,
    ) -> list[tuple[Found, Found, dict[int, Found]]]:
        """Pairs of cities that may have got cheaper by road and rail, by search class, and by sea, by search there.

        `legs`: the tables over which `arcs` are numbered, by mode; with the legs of `new` ports, which come last in
        what is saved. shared: of networks that differ elsewhere.
        """
        work = SharedWork() if shared is None else shared
        return run_all(
            lambda c: self._class(c, arcs, legs, port_hours_saved, port_usd_saved, new, work),
            range(len(self.values)),
        )

    def _class(
        self,
        c: int,
        arcs: dict[str, NumberedArcs],
        tables: dict[str, LegTable],
        port_hours_saved: Floats,
        port_usd_saved: Floats,
        new: NewPorts | None,
        work: SharedWork,
    ) -> tuple[Found, Found, dict[int, Found]]:
        base, value = self.base, self.values[c]
        extras = self.port_extra_road, self.port_extra_rail
        legs = {
            s: port_legs(new, base, c, value, tables, *extras, s, work.to_new_ports)
            for s in routes_of_land(c) or [0]
        }
        if c not in work.roads:
            work.roads[c] = self._by_road(c, arcs.get("road"), tables["road"], next(iter(legs.values())))
        if c not in work.land:
            saved = port_hours_saved, port_usd_saved
            of_legs = {sea_searches()[s].on_legs: legs[s] for s in routes_of_land(c)}
            work.land[c] = self._over_land(
                c, arcs.get("rail"), tables["rail"], work.roads[c], of_legs, new, saved
            )
        by_sea, (by_rail, lower) = dict[int, Found](), work.land[c]
        cities = base.road_city.shape[1]
        for s in routes_of_land(c):
            to_ports, at_ports = lower[sea_searches()[s].on_legs], legs[s]
            if to_ports is not None:
                found = _empty_found(cities * cities)
                count = kernels().pairs_by_sea(
                    *to_ports,
                    at_ports.sea_hours,
                    at_ports.sea_usd,
                    at_ports.over_sea,
                    base.sea_city[s],
                    value,
                    *found,
                )
                by_sea[s] = _cut(found, count)
        return work.roads[c].pairs, by_rail, by_sea

    def _over_land(
        self,
        c: int,
        arcs: NumberedArcs | None,
        table: LegTable,
        by_road: ByRoad,
        of_legs: dict[float, PortLegs],
        new: NewPorts | None,
        saved: tuple[Floats, Floats],
    ) -> OverLand:
        """arcs, table: of the railway; of_legs: by what goods have on legs; saved: hours and US$ at ports."""
        base, value, run = self.base, self.values[c], kernels()
        cities, terminals = base.road_city.shape[1], base.rail_hours.shape[1]
        _, near_hours, near_usd, changed, _, _ = by_road
        by_rail, rail = _nothing(), _no_rows(terminals)
        if arcs is not None:
            legs = table.of_class(c)
            reach = self._reach(table, c, arcs, legs, terminals)
            rail = self._through(reach, arcs, legs, 0, base.rail[c], value, upper=False)

        along: Rows | None = None
        if rail[1].size or changed.any():
            along = _empty_rows(cities, terminals)
            run.along_rail(
                base.near_ptr, base.near, near_hours, near_usd, changed, base.rail_hours[c], base.rail_usd[c],
                *rail, base.along[c], value, *along,
            )  # fmt: skip
            found = _empty_found(cities * cities)
            count = run.pairs_by_rail(
                *along, base.back_ptr, base.back_city, base.back_near, near_hours, near_usd,
                base.rail_city[c], value, not changed.any(), *found,
            )  # fmt: skip
            by_rail = _cut(found, count)

        lower = {
            on_legs: self._to_ports(value, by_road, along, at_ports, new, saved)
            for on_legs, at_ports in of_legs.items()
        }
        return OverLand(by_rail, lower)

    def _to_ports(
        self,
        value: float,
        by_road: ByRoad,
        along: Rows | None,
        at_ports: PortLegs,
        new: NewPorts | None,
        saved: tuple[Floats, Floats],
    ) -> tuple[Floats, Floats, NDArray[np.bool_]] | None:
        """Legs to ports of one search at sea, as of `OverLand`. along: by road and rail to terminals where lower."""
        run, ports = kernels(), self.base.sea_hours.shape[1]
        cities, terminals = self.base.road_city.shape[1], self.base.rail_hours.shape[1]
        road_to_port, road_to_new = by_road.to_port, by_road.to_new
        extras = [
            (extra[0] - saved[0], extra[1] - saved[1])
            for extra in (self.port_extra_road, self.port_extra_rail)
        ]
        lowering: list[tuple[Any, ...]] = []  # what may lower legs to ports
        for by_road_rows, first in ((road_to_port, 0), (road_to_new, ports)):
            if by_road_rows is not None:
                served = np.arange(first, first + (at_ports.added if first else ports), dtype=np.int32)
                lowering.append((*by_road_rows, served, *extras[0], NOTHING_MORE, value))
        if along is not None:
            lowering += [
                (*along, column, *extras[1], at_ports.handicap, value)
                for column in self._columns(terminals, new)
            ]
        # Most changes lower no leg to a port: legs of all cities to all ports are copied where one does.
        if not (
            saved[0].any()
            or saved[1].any()
            or at_ports.added
            or any(run.is_lower(*one, at_ports.hours, at_ports.usd) for one in lowering)
        ):
            return None
        hours, usd = at_ports.hours - saved[0][:, None], at_ports.usd - saved[1][:, None]
        touched = np.zeros((ports + at_ports.added, cities), np.bool_)
        touched[(saved[0] > 0) | (saved[1] > 0)] = True
        touched[ports:] = True
        for one in lowering:
            run.lower_rows(*one, hours, usd, touched)
        return (hours, usd, touched) if touched.any() else None

    def _by_road(self, c: int, arcs: NumberedArcs | None, table: LegTable, at_ports: PortLegs) -> ByRoad:
        base, value = self.base, self.values[c]
        near_hours, near_usd = base.near_hours[c].copy(), base.near_usd[c].copy()
        changed = np.zeros(near_hours.size, np.bool_)
        if arcs is None:
            return ByRoad(_nothing(), near_hours, near_usd, changed, None, None)
        cities, terminals = base.road_city.shape[1], base.rail_hours.shape[1]
        legs = table.of_class(c)
        reach = self._reach(table, c, arcs, legs, cities)
        rows = self._through(reach, arcs, legs, 0, base.road_city[c], value, upper=True)
        kernels().near_through_ends(
            *reach, arcs.rows, legs[0], legs[1], cities, base.near_ptr, base.near, *self.terminal_extra,
            value, near_hours, near_usd, changed,
        )  # fmt: skip
        first = cities + terminals
        to_port = self._through(reach, arcs, legs, first, base.road_port[c], value, upper=False, apart=False)
        to_new: Rows | None = None
        if at_ports.added:
            by_road = at_ports.by_road
            to_new = self._through(
                reach, arcs, at_ports.from_ends, 0, by_road, value, upper=False, apart=False
            )
        return ByRoad(_pairs(rows, cities), near_hours, near_usd, changed, to_port, to_new)

    def _reach(
        self, table: LegTable, c: int, arcs: NumberedArcs, legs: tuple[Floats, Floats, Floats], places: int
    ) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Legs from places to ends over the closure among ends, where they get cheaper."""
        size = arcs.rows.size
        star = np.empty((size, size)), np.empty((size, size)), np.empty((size, size), np.bool_)
        kernels().among_ends(
            table.between[0, c], table.between[1, c], arcs.rows, arcs.tail, arcs.head, arcs.hours, arcs.usd,
            self.values[c], *star,
        )  # fmt: skip
        reach = np.empty((places, size)), np.empty((places, size)), np.zeros((places, size), np.bool_)
        kernels().reach(legs[0], legs[1], arcs.rows, *star, self.values[c], *reach)
        return reach

    def _through(
        self,
        reach: tuple[Floats, Floats, NDArray[np.bool_]],
        arcs: NumberedArcs,
        legs: tuple[Floats, Floats, Floats],
        first: int,
        screen: NDArray[np.float32],
        value: float,
        upper: bool,
        apart: bool = True,
    ) -> Rows:
        rows = _empty_rows(*screen.shape)
        kernels().through_ends(*reach, arcs.rows, *legs, first, screen, value, upper, apart, *rows)
        count = int(rows[0][-1])
        return rows[0], rows[1][:count], rows[2][:count], rows[3][:count]

    def _columns(self, terminals: int, new: NewPorts | None) -> list[NDArray[np.int32]]:
        """Ports served by each terminal: as many tables as the most ports that one terminal serves."""
        tables: list[NDArray[np.int32]] = []
        further = [] if new is None else new.terminal.tolist()
        for port, terminal in enumerate([*self.port_terminal.tolist(), *further]):
            if terminal < 0:
                continue
            table = next((t for t in tables if t[terminal] < 0), None)
            if table is None:
                table = np.full(terminals, -1, np.int32)
                tables.append(table)
            table[terminal] = port
        return tables


def _pairs(rows: Rows, places: int) -> Found:
    """Compressed rows of the upper triangle as pairs."""
    i = np.repeat(np.arange(places, dtype=np.int64), np.diff(rows[0]))
    number = i * places - i * (i - 1) // 2 + rows[1] - i
    return number.astype(np.int32), rows[2], rows[3]


# Memory that is never touched costs nothing: arrays as long as the most that can be found.


def _empty_rows(places: int, targets: int) -> Rows:
    most = places * targets
    return np.empty(places + 1, np.int64), np.empty(most, np.int32), np.empty(most), np.empty(most)


def _no_rows(places: int) -> Rows:
    return np.zeros(places + 1, np.int64), np.empty(0, np.int32), np.empty(0), np.empty(0)


def _empty_found(most: int) -> Found:
    return np.empty(most, np.int32), np.empty(most), np.empty(most)


def _nothing() -> Found:
    return _empty_found(0)


def _cut(found: Found, count: int) -> Found:
    return found[0][:count], found[1][:count], found[2][:count]
