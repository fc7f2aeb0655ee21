"""Flows between cities on the legs of their ways: by road, between terminals, between ports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints


@dataclass(frozen=True, eq=False)
class Trips:
    """Flows between cities, one and other, and the last terminal or port of each."""

    one: Ints
    other: Ints
    last: Ints
    amount: Floats

    @classmethod
    def of(cls, flow: Floats, last: Ints) -> Trips:
        """Those that are some and lead by a last place [city, city]; where there is none it is negative."""
        one, other = np.nonzero(flow * (last >= 0))
        return cls(one, other, last[one, other], flow[one, other])

    def some(self, cities: NDArray[np.bool_] | None) -> Trips:
        """Those from or to some cities."""
        if cities is None:
            return self
        at = np.flatnonzero(cities[self.one] | cities[self.other])
        return Trips(self.one[at], self.other[at], self.last[at], self.amount[at])


@dataclass(frozen=True, eq=False)
class Legs:
    """Flows on the legs of each mode. Road legs lead from cities to cities, terminals and ports, in this order; rail
    legs from terminals to terminals, sea legs from ports to ports. on_road: None where nobody looks at them."""

    on_road: Floats | None
    on_rail: Floats
    at_sea: Floats

    @classmethod
    def none(cls, cities: int, terminals: int, ports: int, *, on_road: bool) -> Legs:
        """No flows yet."""
        road = np.zeros((cities, cities + terminals + ports)) if on_road else None
        return cls(road, np.zeros((terminals, terminals)), np.zeros((ports, ports)))

    def add_trains(self, trips: Trips, entry: Ints) -> None:
        """Trips by rail, from the terminal `entry` [city, terminal] to their last."""
        self._by_rail_to(trips.one, trips.last, trips.amount, entry)
        self._by_road(trips.other, len(entry) + trips.last, trips.amount)

    def add_voyages(
        self, trips: Trips, at_ports: Floats, first: Ints, how: Ints, entry: Ints, port_terminal: Ints
    ) -> None:
        """Trips by sea from a first port to their last, which cities reach as `how` says [city, port] (`Voyages`); what
        passes a port is added to `at_ports`."""
        amount = trips.amount
        _add(self.at_sea, first, trips.last, amount)
        ports_from = len(entry) + len(self.on_rail)
        for city, port in ((trips.one, first), (trips.other, trips.last)):
            np.add.at(at_ports, port, amount)
            reach = how[city, port]
            by_road, by_rail = np.flatnonzero(reach == 0), np.flatnonzero(reach == 2)
            self._by_road(city[by_road], ports_from + port[by_road], amount[by_road])
            self._by_rail_to(city[by_rail], port_terminal[port[by_rail]], amount[by_rail], entry)

    def _by_rail_to(self, city: Ints, end: Ints, amount: Floats, entry: Ints) -> None:
        """From cities by road to the terminal where rail begins, and by rail to the terminal `end`."""
        start = entry[city, end]
        self._by_road(city, len(entry) + start, amount)
        _add(self.on_rail, start, end, amount)

    def _by_road(self, city: Ints, end: Ints, amount: Floats) -> None:
        if self.on_road is not None:
            _add(self.on_road, city, end, amount)


def _add(total: Floats, row: Ints, column: Ints, amount: Floats) -> None:
    """Add amounts to cells of a matrix, in their order."""
    np.add.at(total.reshape(-1), row * total.shape[1] + column, amount)
