"""Where things are on the freight network: nearest nodes, crossings of a border, ports and ferry landings.

For checks of what a programme proposes and for placing it; routing has its own arrays.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from samarkand.core.geodesy import calc_chord_distance, calc_squared_chord, unit_vectors
from samarkand.world.network.ferries import FerryLine

LAND_MODES = ("rail", "road")
SURROUNDINGS_KM = 30.0  # of a city: half of the least distance between two
PLACE_BREAKS = re.compile(r"\s+-\s+|\s+\N{EN DASH}\s+|[/,;()]|\band\b")


@dataclass(frozen=True, eq=False)
class Places:
    """Points with a name and an economy: latitude and longitude in degrees."""

    name: NDArray[np.str_]
    economy: NDArray[np.str_]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]

    @cached_property
    def _on_sphere(self) -> NDArray[np.float64]:
        return unit_vectors(self.latitude, self.longitude)

    def distance(self, latitude: float, longitude: float) -> NDArray[np.float64]:
        """Great-circle distance of each place in km."""
        return calc_chord_distance(np.sqrt(self._squared_chord(latitude, longitude)))

    def nearest(self, latitude: float, longitude: float, number: int = 1) -> list[tuple[int, float]]:
        """Numbers of the nearest places, at most so many of them, with km; nearest first."""
        squared = self._squared_chord(latitude, longitude)
        if not squared.size:
            return []
        near = np.argpartition(squared, range(min(number, squared.size)))[:number]
        return list(zip(near.tolist(), calc_chord_distance(np.sqrt(squared[near])).tolist(), strict=True))

    def _squared_chord(self, latitude: float, longitude: float) -> NDArray[np.float64]:
        return calc_squared_chord(self._on_sphere, unit_vectors(latitude, longitude))


@dataclass(frozen=True)
class CrossingPlace:
    """A border link of the network: its id and name, whether it is open, and the parameters of its hours and fees.

    `own_hours` and `own_usd` stand before the parameters; not a number where the crossing has none.
    """

    id: str
    mode: str
    economies: tuple[str, str]
    latitude: float
    longitude: float
    is_open: bool
    hours_parameter: str
    usd_parameter: str
    own_hours: float = float("nan")
    own_usd: float = float("nan")
    name: str = ""

    def hours(self, parameters: Mapping[str, float]) -> float:
        """Hours at the crossing."""
        return parameters[self.hours_parameter] if math.isnan(self.own_hours) else self.own_hours

    def usd(self, parameters: Mapping[str, float]) -> float:
        """Fees at the crossing, US$ per TEU."""
        return parameters[self.usd_parameter] if math.isnan(self.own_usd) else self.own_usd


def place_words(name: str) -> frozenset[str]:
    """The places that a name of a crossing consists of: `Dong Dang - Pingxiang` is `Pingxiang (Dong Dang)`."""
    return frozenset(word.strip().casefold() for word in PLACE_BREAKS.split(name) if word.strip())


def is_same_crossing(name: str, other: str) -> bool:
    """Whether all places of one name are among those of the other; a name without a place is no name."""
    one, two = place_words(name), place_words(other)
    return bool(one and two) and (one <= two or two <= one)


@dataclass(frozen=True, eq=False)
class Geography:
    """The places of a freight network; made by `Network.geography`.

    `nodes` are those that links lead to, by mode; `stations` the terminals, with the economy of their node, and
    `has_line` says which of them lines lead to. `port_ids` are the ids of the ports, in their order; `sea` the
    places of the graph of the sea. `ferries` holds
    both landings of each of `ferry_lines` under the line's id.
    """

    nodes: dict[str, Places]
    stations: Places
    has_line: NDArray[np.bool_]
    ports: Places
    sea: Places
    port_ids: tuple[str, ...]
    ferries: Places
    ferry_lines: tuple[FerryLine, ...]
    crossings: tuple[CrossingPlace, ...]

    def nearest(
        self, latitude: float, longitude: float, mode: str, number: int = 3
    ) -> Sequence[tuple[str, float]]:
        """The nearest nodes of a land mode, or ports and ferry landings at sea, with km; nearest first."""
        found: list[tuple[str, float]] = []
        for places in (self.ports, self.ferries) if mode == "sea" else (self.nodes[mode],):
            near = places.nearest(latitude, longitude, number)
            found += [(_label(places, index), km) for index, km in near]
        return sorted(found, key=lambda pair: pair[1])[:number]

    def has_mode(self, mode: str) -> bool:
        """Whether the network has a node of the land mode."""
        return self.nodes[mode].latitude.size > 0

    def has_crossing(self, economies: tuple[str, ...], mode: str) -> bool:
        """Whether a link of the mode crosses the border between the two economies, open or closed."""
        pair = set(economies)
        return any(row.mode == mode and set(row.economies) == pair for row in self.crossings)

    def crossings_between(self, economies: tuple[str, ...], mode: str) -> tuple[CrossingPlace, ...]:
        """The links of the mode across the border between the two economies, open or closed."""
        pair = set(economies)
        return tuple(row for row in self.crossings if row.mode == mode and set(row.economies) == pair)

    def crossings_named(self, name: str, economies: tuple[str, ...], mode: str) -> tuple[CrossingPlace, ...]:
        """The links across a border that a name means: by their ids, or by the places that their names consist of.

        All places of one of the two names are among those of the other: `Torugart` is `Naryn - Torugart`, and
        `Kashgar - Naryn` is not `Kashgar - Osh`.
        """
        own = name.strip().casefold()
        return tuple(
            row
            for row in self.crossings_between(economies, mode)
            if row.id.casefold() == own or is_same_crossing(name, row.name)
        )

    def names_meant(self, name: str, economies: tuple[str, ...], mode: str) -> tuple[str, ...]:
        """Names of `crossings_named`, or ids where they have none; links side by side at one gate share theirs."""
        return tuple(sorted({row.name or row.id for row in self.crossings_named(name, economies, mode)}))

    def crossing_names(self, economies: tuple[str, ...], mode: str) -> tuple[str, ...]:
        """Names of the links of a mode across a border, of those that have one."""
        named = (row.name for row in self.crossings_between(economies, mode) if row.name)
        return tuple(sorted(set(named)))

    def nearest_node(self, latitude: float, longitude: float, mode: str) -> tuple[str, float]:
        """Economy of the nearest node of a land mode, and the km to it."""
        nodes = self.nodes[mode]
        index, km = nodes.nearest(latitude, longitude)[0]
        return str(nodes.economy[index]), km

    def station_near(
        self, latitude: float, longitude: float, has_line: bool
    ) -> tuple[float, float, float] | None:
        """Latitude, longitude and km of the nearest station within a city's reach in the economy of a place.

        Of those that lines lead to, or of the places without rails that wait for one; None where there is none.
        """
        km = self.stations.distance(latitude, longitude)
        own = self.stations.economy == self.economy_at(latitude, longitude)
        km = np.where(own & (self.has_line == has_line), km, np.inf)
        at = int(km.argmin()) if km.size else 0
        if not km.size or km[at] > SURROUNDINGS_KM:
            return None
        return float(self.stations.latitude[at]), float(self.stations.longitude[at]), float(km[at])

    def economy_at(self, latitude: float, longitude: float) -> str:
        """Economy of the nearest road node: roads are nearly everywhere."""
        economy, _ = self.nearest_node(latitude, longitude, "road")
        return economy


def _label(places: Places, index: int) -> str:
    latitude, longitude = places.latitude[index], places.longitude[index]
    where = f"{abs(latitude):.2f} {'N' if latitude >= 0 else 'S'} {abs(longitude):.2f} {'E' if longitude >= 0 else 'W'}"
    name = f"{places.name[index]}, " if places.name[index] else ""
    economy = f" in {places.economy[index]}" if places.economy[index] else ""
    return f"{name}{where}{economy}"
