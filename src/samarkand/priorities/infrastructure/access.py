"""How near people are to cities and ports: hours by the quickest way, in both states, weighted by population."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from samarkand.priorities.base import Inputs
from samarkand.world.freight import FreightModel, Improved
from samarkand.world.mode_choice import MODES
from samarkand.world.skims import cities_beside_ports

Floats = NDArray[np.float64]
LARGE_CITY = 1e6  # inhabitants
QUICKEST = -1  # the search class of the highest value of time: its routes are the quickest
LAND = (MODES.index("road"), MODES.index("rail"))
ANY = tuple(range(len(MODES)))


@dataclass(frozen=True, eq=False)
class Access:
    """By economy: hours to the nearest large city abroad, hours to the nearest port by land, people in reach."""

    city_hours: xr.DataArray
    port_hours: xr.DataArray
    market_potential: xr.DataArray


_without: WeakKeyDictionary[FreightModel, Access] = WeakKeyDictionary()
_quickest_known: WeakKeyDictionary[FreightModel, dict[tuple[int, ...], Floats]] = WeakKeyDictionary()


def access_of(inputs: Inputs) -> tuple[Access, Access]:
    """Access without and with the programme; the first is computed once for a network."""
    model = inputs.freight
    if model not in _without:
        _without[model] = _access(model, None)
    return _without[model], _access(model, inputs.routes) if inputs.routes.rows.size else _without[model]


def _access(model: FreightModel, routes: Improved | None) -> Access:
    zone, weight = model.baseline.zones
    people = model.network.cities["population"].to_numpy(float)
    quays = np.isfinite(cities_beside_ports(model.network, model.parameters).hours)
    beside: NDArray[np.bool_] = np.asarray(quays.any(axis=1))
    any_way, by_land = (hours_between(model, routes, modes) for modes in (ANY, LAND))
    abroad = zone[:, None] != zone[None, :]
    economies = list(model.economies)

    def over_people(values: Floats) -> xr.DataArray:
        mean = calc_mean_over_people(values, zone, weight, len(economies))
        return xr.DataArray(mean, {"economy": economies}, ("economy",))

    return Access(
        city_hours=over_people(calc_nearest_hours(any_way, abroad & (people >= LARGE_CITY)[None, :])),
        port_hours=over_people(
            calc_nearest_hours(by_land, np.broadcast_to(beside, by_land.shape), own=beside)
        ),
        market_potential=over_people(calc_market_potential(any_way, people)),
    )


def _quickest(model: FreightModel, modes: tuple[int, ...]) -> Floats:
    """Hours of each pair without changes by the quickest of some modes; found once for a network."""
    known = _quickest_known.setdefault(model, {})
    if modes not in known:
        known[modes] = model.baseline.pairs.hours[:, modes, QUICKEST].min(axis=1)
    return known[modes]


def hours_between(model: FreightModel, routes: Improved | None, modes: tuple[int, ...]) -> Floats:
    """Hours by the quickest of some modes, [city, city]; infinite where none serves and from a city to itself.

    A way that got cheaper may be slower than the former one, which stays open: people take the quicker of the two.
    """
    pairs = model.baseline.pairs
    quickest = _quickest(model, modes).copy()
    if routes is not None:
        changed = routes.hours[:, modes, QUICKEST].min(axis=1)
        quickest[routes.rows] = np.minimum(quickest[routes.rows], changed)
    size = len(model.network.cities)
    hours = np.full((size, size), np.inf)
    hours[pairs.origin, pairs.destination] = quickest
    if pairs.mirrored:
        hours[pairs.destination, pairs.origin] = quickest
    np.fill_diagonal(hours, np.inf)
    return hours


def calc_nearest_hours(
    hours: Floats, wanted: NDArray[np.bool_], own: NDArray[np.bool_] | None = None
) -> Floats:
    """min over d with wanted[o, d] of hours[o, d]; hours `[o]`, not a number where none is reached.

    `own[o]`: the place itself is one of those sought, at no distance.
    """
    nearest = np.where(wanted, hours, np.inf).min(axis=1)
    if own is not None:
        nearest = np.where(own, 0.0, nearest)
    return np.where(np.isfinite(nearest), nearest, np.nan)


def calc_market_potential(hours: Floats, people: Floats) -> Floats:
    """sum over d != o of people[d] / hours[o, d]; persons an hour `[o]`. Harris (1954), Annals of the AAG 44(4)."""
    with np.errstate(divide="ignore"):
        potential: Floats = (people[None, :] / hours).sum(axis=1)
    return potential


def calc_mean_over_people(values: Floats, zone: NDArray[np.int32], weight: Floats, economies: int) -> Floats:
    """sum over cities of the economy of weight x value over that of the weight, by economy, in the unit of `values`.

    Over the cities that have a value; `zone` -1 is no economy. Not a number where no city has one.
    """
    known = np.isfinite(values) & (zone >= 0)
    total = np.bincount(zone[known], weight[known], economies)
    product = np.bincount(zone[known], weight[known] * values[known], economies)
    mean: Floats = np.divide(product, total, out=np.full(economies, np.nan), where=total > 0)
    return mean
