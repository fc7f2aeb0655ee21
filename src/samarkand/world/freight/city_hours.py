"""Hours between cities by the quickest of some modes, for the priorities that ask how near people are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from samarkand.core.conventions import Floats
from samarkand.engines.once import derived
from samarkand.world.freight.model import FreightModel, RouteUpdate, quickest_hours
from samarkand.world.freight.skims import cities_beside_ports
from samarkand.world.freight.state_store import ANY, LAND
from samarkand.world.freight.trade_costs import Pairs
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.new_ports import open_ports

__all__ = ["ANY", "LAND", "calc_nearest_hours", "cities_with_port", "hours_between"]


def cities_with_port(model: FreightModel, changes: Sequence[LinkChange] = ()) -> NDArray[np.bool_]:
    """Which cities have a sea port beside them, of the network or built by changes."""
    quays = np.isfinite(cities_beside_ports(open_ports(model.network, changes), model.parameters).hours)
    beside: NDArray[np.bool_] = np.asarray(quays.any(axis=1))
    return beside


def hours_between(model: FreightModel, routes: RouteUpdate | None, modes: tuple[int, ...]) -> Floats:
    """Hours by the quickest of some modes, [city, city]; infinite where none serves and from a city to itself.

    A way that got cheaper may be slower than the former one, which stays open: people take the quicker of the two.
    """
    pairs = model.baseline.pairs

    def without_programme() -> Floats:
        size = len(model.network.cities)
        without = np.full((size, size), np.inf)
        _enter(without, pairs, np.arange(len(pairs)), quickest_hours(pairs.hours, modes))
        return without

    hours = derived(model, ("hours", modes), without_programme).copy()
    if routes is not None:
        rows = routes.rows
        former = hours[pairs.origin[rows], pairs.destination[rows]]
        _enter(hours, pairs, rows, np.minimum(former, routes.quickest(modes)))
    return hours


def _enter(hours: Floats, pairs: Pairs, rows: NDArray[np.int64], quickest: Floats) -> None:
    """Put hours of some pairs where their cities meet, in both directions where pairs stand for both."""
    origin, destination = pairs.origin[rows], pairs.destination[rows]
    hours[origin, destination] = quickest
    if pairs.mirrored:
        hours[destination, origin] = quickest
    np.fill_diagonal(hours, np.inf)


def calc_nearest_hours(
    hours: Floats, wanted: NDArray[np.bool_], own: NDArray[np.bool_] | None = None
) -> Floats:
    """min over d with wanted[o, d] of hours[o, d]; hours `[o]`, not a number where none is reached.

    `own[o]`: the place itself is one of those sought, at no distance.
    """
    nearest = np.where(wanted, hours, np.inf).min(axis=1, initial=np.inf)
    if own is not None:
        nearest = np.where(own, 0.0, nearest)
    return np.where(np.isfinite(nearest), nearest, np.nan)
