"""By which ways at sea goods of a class go: one search for each kind of ship and value of time.

Dear goods pay for haste: from China to New York they land at Los Angeles and go on by train, where bulk takes the
Panama Canal. A laden Capesize ship is too deep for the locks of Panama: ore of Brazil goes to China round the Cape of
Good Hope. The first search at sea is that of the lowest value of time, open to all ships. Classes of goods with rows
in `ships.csv` have one of their own, on which the chokepoints of these rows are closed; and so have those in `HASTE`,
at a higher value. They take the way of the first search where an economy at either end has ores for smaller ships,
and where their own way is none by sea (`sea_choice`): nobody is cut off. Classes with rows in `leg_constants.csv` have
one of their own too, by whose constant rail to ports is chosen.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.world.freight.leg_constants import leg_constants
from samarkand.world.freight.mode_choice import MODES, SECTOR_OF_CLASS, VALUED_AS, VOT_CLASSES
from samarkand.world.freight.ships import ShipRow, ship_rows
from samarkand.world.parameters import Parameters

Bools = NDArray[np.bool_]
# Search classes of goods whose value of time is nearer to theirs than to the lowest, as declared. The highest go with
# those below: each search takes time.
HASTE = {"middle": 1, "high": 2, "highest": 2}
SEA = MODES.index("sea")


class SeaSearch(NamedTuple):
    """A search for ways at sea. land: number of the search class whose value of time and legs on land it has; barred:
    passages of the sea graph that its ships do not sail; smaller: economies whose goods take the first search;
    on_legs: log odds of road over rail on its legs to ports, beside those of all goods (`leg_constants`)."""

    land: int
    barred: frozenset[str] = frozenset()
    smaller: frozenset[str] = frozenset()
    on_legs: float = 0.0

    @property
    def words(self) -> str:
        """What it is, the same in every process: sets have their own order in each."""
        return f"{self.land} {sorted(self.barred)} {sorted(self.smaller)} {self.on_legs}"

    @property
    def may_turn(self) -> bool:
        """Whether its goods take the way of the first search where that is better: those in haste, in any ship."""
        return self.land > 0 and not self.barred


@cache
def sea_searches() -> tuple[SeaSearch, ...]:
    """The searches, that of all ships first."""
    return (SeaSearch(0), *dict.fromkeys(_of_classes().values()))


@cache
def sea_search_of() -> Ints:
    """Number of the search at sea of each class of goods, [class]."""
    searches, own = sea_searches(), _of_classes()
    found: Ints = np.array([searches.index(own[c]) if c in own else 0 for c in VOT_CLASSES], np.int64)
    found.flags.writeable = False
    return found


def _of_classes() -> dict[str, SeaSearch]:
    """The search of classes of goods that have one of their own."""
    rows_of: dict[str, list[ShipRow]] = {}
    for row in ship_rows():
        if row.vot_class not in VOT_CLASSES:
            raise ValueError(f"ships.csv: {row.vot_class} is no class of goods: {', '.join(VOT_CLASSES)}")
        rows_of.setdefault(row.vot_class, []).append(row)
    for label in (*HASTE, *leg_constants()):
        rows_of.setdefault(label, [])
    return {
        label: SeaSearch(
            HASTE.get(label, 0),
            frozenset(row.passage for row in rows),
            frozenset(code for row in rows for code in row.except_of.split()),
            leg_constants().get(label, 0.0),
        )
        for label, rows in rows_of.items()
    }


def routes_of_land(c: int) -> list[int]:
    """Numbers of the searches at sea whose legs by road and by rail are those of a search class."""
    return [s for s, search in enumerate(sea_searches()) if search.land == c]


def values_of_routes(values_of_time: Floats) -> Floats:
    """Value of time of each route, [mode, search]: by land of the search class, at sea of the search there.

    There are as many as the more of the two; there is no route on the others.
    """
    values_of_time = np.asarray(values_of_time, float)
    more = max(len(sea_searches()) - len(values_of_time), 0)
    found = np.tile(np.pad(values_of_time, (0, more), "edge"), (len(MODES), 1))
    for s, search in enumerate(sea_searches()):
        found[SEA, s] = values_of_time[min(search.land, len(values_of_time) - 1)]
    return found


def in_smaller_ships(cities: pd.DataFrame, search: SeaSearch) -> Bools:
    """Pairs of cities of which one lies in an economy whose goods of the search go in smaller ships, [city, city]."""
    there = cities["iso3"].isin(search.smaller).to_numpy()
    found: Bools = there[:, None] | there
    return found


def searches_taken(own_ways: Bools) -> NDArray[np.int8]:
    """Number of the search at sea whose way goods take, [pair, class of goods]; own_ways: [pair, search] (`Pairs`)."""
    of = sea_search_of()
    return np.where(own_ways[:, of], of, 0).astype(np.int8)


def fill_first_ways(hours: Floats, usd: Floats, own_ways: Bools) -> None:
    """Where goods of a search take the way of the first one, write that in its place: [pair, mode, search]."""
    for s in range(1, own_ways.shape[1]):
        others = np.flatnonzero(~own_ways[:, s])
        for array in (hours, usd):
            array[others, SEA, s] = array[others, SEA, 0]


def is_own(hours: Floats, usd: Floats) -> Bools:
    """Whether a route at sea is another one than that of the first search, [pair, search]; of [pair, mode, search]."""
    differs: Bools = (hours[:, SEA] != hours[:, SEA, :1]) | (usd[:, SEA] != usd[:, SEA, :1])
    return differs


def cheaper_ways(hours: Floats, usd: Floats, parameters: Parameters) -> Bools:
    """Where the way of a search costs its goods no more than that of the first, [pair, search].

    Ships that are barred from somewhere have no choice, nor have goods by the trainload. hours, usd: [pair, mode,
    search].
    """
    found = np.ones((len(hours), len(sea_searches())), np.bool_)
    for label, s in zip(VOT_CLASSES, sea_search_of().tolist(), strict=True):
        if s and sea_searches()[s].may_turn:
            value = parameters[f"value_of_time_{VALUED_AS.get(label, label)}"]
            mine, first = (usd[:, SEA, k] + value * hours[:, SEA, k] for k in (s, 0))
            found[:, s] &= mine <= first
    return found


def turns_aside(own_ways: Bools) -> Bools:
    """Where goods take the way of their search, and that of the first once it is closed or has a price: goods in haste.

    own_ways: [pair, search]. Ships that are barred from somewhere look for another way of their own.
    """
    found = own_ways.copy()
    for s, search in enumerate(sea_searches()):
        found[:, s] &= search.may_turn
    return found


def ways_left(own_ways: Bools, before: tuple[Floats, Floats], after: tuple[Floats, Floats]) -> Bools:
    """Where goods still take the way of their search once something is closed, [pair, search].

    before, after: hours and US$ of the open network and of the closed one, [pair, mode, search]. Goods in haste whose
    way is lost take that of the first search: their next best goes over land, with a short crossing at its end.
    """
    found, turns = own_ways.copy(), turns_aside(own_ways)
    for s in range(1, found.shape[1]):
        for old, new in zip(before, after, strict=True):
            found[:, s] &= ~turns[:, s] | (old[:, SEA, s] == new[:, SEA, s])
    return found


def _chooses_like(label: str) -> str:
    return "bulk" if label in SECTOR_OF_CLASS and not sea_search_of()[VOT_CLASSES.index(label)] else label


# The class, itself or one before it, that chooses as each does. Those that choose for themselves come first.
LIKE = np.array([VOT_CLASSES.index(_chooses_like(label)) for label in VOT_CLASSES])
# From here on classes have cities of origin.
PLACED_FROM = min(VOT_CLASSES.index(label) for label in SECTOR_OF_CLASS)
