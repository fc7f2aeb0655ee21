"""How near people are to cities and ports: hours by the quickest way, in both states, weighted by population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.conventions import Floats
from samarkand.core.labels import labelled
from samarkand.engines.once import derived
from samarkand.state import State
from samarkand.world.freight.city_hours import ANY, LAND, calc_nearest_hours, cities_with_port, hours_between
from samarkand.world.freight.model import FreightModel, RouteUpdate
from samarkand.world.network.link_changes import LinkChange

LARGE_CITY = 1e6  # inhabitants


@dataclass(frozen=True, eq=False)
class Access:
    """By economy: hours to the nearest large city abroad, hours to the nearest port by land, people in reach."""

    city_hours: xr.DataArray
    port_hours: xr.DataArray
    market_potential: xr.DataArray


class _Known:
    """Properties of a network that no change affects, computed once."""

    def __init__(self, model: FreightModel) -> None:
        self.people = model.network.cities["population"].to_numpy(float)
        self.large = self.people >= LARGE_CITY
        self.beside = cities_with_port(model)
        zone, _ = model.baseline.zones
        self.large_abroad = (zone[:, None] != zone[None, :])[:, self.large]


def access_of(state: State) -> tuple[Access, Access]:
    """Access without and with the programme; the first is computed once for a network."""
    model = state.freight_model
    without = derived(model, "access without", lambda: _access(model, None))
    changes = state.change.network
    return without, _access(model, state.routes, changes) if state.routes.rows.size else without


def _known_of(model: FreightModel) -> _Known:
    return derived(model, "access", lambda: _Known(model))


def _access(model: FreightModel, routes: RouteUpdate | None, changes: Sequence[LinkChange] = ()) -> Access:
    zone, weight = model.baseline.zones
    known = _known_of(model)
    any_way, by_land = (hours_between(model, routes, modes) for modes in (ANY, LAND))
    beside = cities_with_port(model, changes) if changes else known.beside
    to_ports = by_land[:, beside]

    def over_people(values: Floats) -> xr.DataArray:
        mean = calc_mean_over_people(values, zone, weight, len(model.economies))
        return labelled(mean, economy=model.economies)

    return Access(
        city_hours=over_people(calc_nearest_hours(any_way[:, known.large], known.large_abroad)),
        port_hours=over_people(
            calc_nearest_hours(to_ports, np.broadcast_to(True, to_ports.shape), own=beside)
        ),
        market_potential=over_people(calc_market_potential(any_way, known.people)),
    )


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
