"""Legs to ports that a programme builds, behind those to the network's ports: over land, and at sea to every port.

The legs come from the road and the sea graph at the new port, searched for once (`EndLegs`). To closure a new port is a
port whose legs all got cheaper; the network's own ports keep theirs to the last digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.engines.routing import Legs, cheaper_legs
from samarkand.world.freight.end_legs import LegTable
from samarkand.world.freight.leg_choice import settle_handicap
from samarkand.world.freight.path_base import PathBase
from samarkand.world.freight.sea_searches import sea_searches
from samarkand.world.freight.skims import (
    Attachment,
    attach_to_road,
    attach_to_sea,
    beside_ports,
)
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.new_ports import new_ports
from samarkand.world.network.tables import Network
from samarkand.world.parameters import Parameters

Screen = NDArray[np.float32]
Number = TypeVar("Number", np.float32, np.float64)

ToNewPorts = tuple[Legs, Legs, Legs]  # over land: `_over_land`


@dataclass(frozen=True, eq=False)
class NewPorts:
    """Where new ports meet the road, the sea, the cities beside them [city, port], and a railway (-1: none does).

    handicap: of rail to them (`leg_choice`), [search at sea, port, city]; None until it is settled (`settled`).
    """

    road: Attachment
    sea: Attachment
    beside: Legs
    terminal: Ints
    handicap: Floats | None = None

    @classmethod
    def of(cls, changes: Sequence[LinkChange], network: Network, parameters: Parameters) -> NewPorts | None:
        """The ports that changes build, in the order of `new_ports`; None where they build none."""
        table = new_ports(changes, network)
        if not len(table):
            return None
        return cls(
            attach_to_road(table, network, parameters),
            attach_to_sea(table, network, parameters),
            beside_ports(table, network, parameters),
            table["terminal"].to_numpy(np.int64),
        )

    def settled(
        self,
        base: PathBase,
        values: Sequence[float],
        tables: dict[str, LegTable],
        extras: tuple[tuple[float, float], tuple[float, float]],
        constants: Sequence[Floats],
    ) -> NewPorts:
        """With the handicap of rail, settled by legs without links that programmes change.

        base, tables: of the open network, and extras: hours and usd of a port by road and by rail; constants: of rail
        by search at sea (`rail_constant`), [city, port].
        """
        found = []
        for search, constant in zip(sea_searches(), constants, strict=True):
            c, value = search.land, values[search.land]
            by_road, by_rail = _over_land(self, base, c, value, tables, *extras)[1:]
            found.append(settle_handicap(constant.T, by_road.cost(value), by_rail.cost(value)))
        return replace(self, handicap=np.stack(found))

    def __len__(self) -> int:
        """How many they are."""
        return len(self.terminal)


@dataclass(frozen=True, eq=False)
class PortLegs:
    """Legs of one search at sea to the network's ports and, behind them, to `added` new ones.

    hours, usd: over land, port included [port, city]; handicap: of rail there [port, city]; sea_hours, sea_usd: [port,
    port]; over_sea: screen [city, port] of costs over land and sea without changes. Of new ports alone: from_ends:
    hours, usd and cost from the known ends of the road [end, port]; by_road: screen [city, port] of the road alone.
    """

    added: int
    hours: Floats
    usd: Floats
    handicap: Floats
    sea_hours: Floats
    sea_usd: Floats
    over_sea: Screen
    from_ends: tuple[Floats, Floats, Floats]
    by_road: Screen


def network_port_legs(base: PathBase, s: int) -> PortLegs:
    """The legs to the network's own ports."""
    nothing = np.empty((0, 0))
    return PortLegs(
        0, base.port_hours[s], base.port_usd[s], base.handicap[s], base.sea_hours[s], base.sea_usd[s], base.over_sea[s],
        (nothing, nothing, nothing), np.empty((0, 0), np.float32),
    )  # fmt: skip


def port_legs(
    new: NewPorts | None,
    base: PathBase,
    c: int,
    value: float,
    tables: dict[str, LegTable],
    extra_road: tuple[float, float],
    extra_rail: tuple[float, float],
    s: int,
    known: dict[int, ToNewPorts] | None = None,
) -> PortLegs:
    """Legs to all ports of the search at sea `s` and of its search class; extra_*: hours and usd of a port by the way
    on land.

    Over land the cheapest of: by road; beside the port; by road and rail with its handicap, where served. known: legs
    over land by search class, of the same roads and railways; filled in where they are missing.
    """
    own = network_port_legs(base, s)
    if new is None:
        return own
    if new.handicap is None:
        raise ValueError("the handicap of rail to new ports is not settled")
    road, sea = tables["road"], tables["sea"]
    quay, berth = road.rows(new.road.node.tolist()), sea.rows(new.sea.node.tolist())
    known = {} if known is None else known
    if c not in known:
        known[c] = _over_land(new, base, c, value, tables, extra_road, extra_rail)
    by_road, land, train = known[c]
    land = cheaper_legs(land, train.plus(0.0, new.handicap[s]), value)

    hours, usd, _ = sea.of_class(s)
    out = Legs(hours[berth], usd[berth]).plus(new.sea.hours[:, None], new.sea.usd[:, None])
    among = Legs(*(sea.between[k, s][np.ix_(berth, berth)] for k in (0, 1))).plus(
        new.sea.hours[:, None] + new.sea.hours, new.sea.usd[:, None] + new.sea.usd
    )
    for array in (among.hours, among.usd):
        np.fill_diagonal(array, np.inf)
    at_sea = [
        _fixed(np.block([[before, one.T], [one, other]]))
        for before, one, other in (
            (own.sea_hours, out.hours, among.hours),
            (own.sea_usd, out.usd, among.usd),
        )
    ]
    onward = out.cost(value)
    landing = own.usd + value * own.hours
    reached = [np.min(landing + one[:, None], axis=0, initial=np.inf) for one in onward]
    with np.errstate(over="ignore"):
        over_sea = np.column_stack([own.over_sea, *reached]).astype(np.float32)
        screen = by_road.cost(value).T.astype(np.float32)
    from_hours, from_usd = (
        road.between[k, c][:, quay] + getattr(new.road, name) for k, name in enumerate(("hours", "usd"))
    )
    return PortLegs(
        len(new),
        np.concatenate([own.hours, land.hours]),
        np.concatenate([own.usd, land.usd]),
        np.concatenate([own.handicap, new.handicap[s]]),
        at_sea[0],
        at_sea[1],
        _fixed(over_sea),
        (from_hours, from_usd, from_usd + value * from_hours),
        _fixed(screen),
    )


def _over_land(
    new: NewPorts,
    base: PathBase,
    c: int,
    value: float,
    tables: dict[str, LegTable],
    extra_road: tuple[float, float],
    extra_rail: tuple[float, float],
) -> ToNewPorts:
    """Legs to new ports [port, city]: the road alone; by road or beside them, port included; by rail, port included."""
    road, cities = tables["road"], base.near_ptr.size - 1
    quay, (hours, usd, _) = road.rows(new.road.node.tolist()), road.of_class(c)
    by_road = Legs(hours[quay, :cities], usd[quay, :cities]).plus(
        new.road.hours[:, None], new.road.usd[:, None]
    )
    land = cheaper_legs(by_road, new.beside.transposed, value).plus(*extra_road)
    by_train = [_along(base, c, value, terminal) for terminal in new.terminal.tolist()]
    train = Legs(np.array([leg.hours for leg in by_train]), np.array([leg.usd for leg in by_train]))
    return by_road, land, train.plus(*extra_rail)


def _along(base: PathBase, c: int, value: float, terminal: int) -> Legs:
    """By road and rail from cities to a terminal [city]; infinite where there is no way, and without a terminal."""
    cities = base.near_ptr.size - 1
    found = Legs(np.full(cities, np.inf), np.full(cities, np.inf))
    if terminal < 0 or not base.near.size:
        return found
    hours = base.near_hours[c] + base.rail_hours[c][base.near, terminal]
    usd = base.near_usd[c] + base.rail_usd[c][base.near, terminal]
    hours[base.near == terminal] = usd[base.near == terminal] = np.inf  # a railway trip leaves its terminal
    city = np.repeat(np.arange(cities), np.diff(base.near_ptr))
    order = np.lexsort((usd + value * hours, city))
    first = order[np.unique(city[order], return_index=True)[1]]
    found.hours[city[first]], found.usd[city[first]] = hours[first], usd[first]
    return found


def _fixed(array: NDArray[Number]) -> NDArray[Number]:
    """The array as it is laid out for compiled kernels, which tell those that can be written from others."""
    array = np.ascontiguousarray(array)
    array.flags.writeable = False
    return array
