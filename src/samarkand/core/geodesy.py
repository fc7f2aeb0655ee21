"""Places on the sphere as unit vectors, and distances by the chord between them.

    distance = 2 R arcsin(chord / 2),    chord^2 = sum over axes of (u - v)^2

exact for near places and far ones; which of many is nearest needs no more than the square.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from samarkand.core.conventions import Floats

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


def unit_vectors(latitude: ArrayLike, longitude: ArrayLike) -> Floats:
    """Unit vectors of places, [axis, place]; degrees."""
    phi, lam = np.radians(latitude), np.radians(longitude)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def calc_squared_chord(places: Floats, place: Floats) -> Floats:
    """Square of the chord from each of some `places` [axis, place] to one [axis]; pure numbers."""
    x, y, z = places
    u, v, w = place
    squared: Floats = (x - u) ** 2 + (y - v) ** 2 + (z - w) ** 2
    return squared


def calc_chord_distance(chord: Floats) -> Floats:
    """Great-circle distance in km of a chord of the unit sphere."""
    distance: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.clip(chord / 2, 0, 1))
    return distance


def calc_chord(distance: ArrayLike) -> Floats:
    """Chord of the unit sphere of a great-circle distance in km; the inverse of `calc_chord_distance`."""
    chord: Floats = 2 * np.sin(np.asarray(distance, np.float64) / (2 * EARTH_RADIUS_KM))
    return chord


def calc_great_circle_distance(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """Distance over the sphere in km: `2 R asin sqrt(sin²(Δφ/2) + cos φ cos φ' sin²(Δλ/2))`.

    Degrees in; haversine formula with the mean radius of the earth, within 0.6 % of the ellipsoid.
    """
    phi, phi_other = math.radians(latitude), math.radians(other_latitude)
    half_dphi = (phi_other - phi) / 2
    half_dlambda = math.radians(other_longitude - longitude) / 2
    h = math.sin(half_dphi) ** 2 + math.cos(phi) * math.cos(phi_other) * math.sin(half_dlambda) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


def calc_great_circle_matrix(
    latitude: Floats, longitude: Floats, to_latitude: Floats | None = None, to_longitude: Floats | None = None
) -> Floats:
    """Great-circle distance d = 2 R asin sqrt(sin^2(dlat/2) + cos lat_i cos lat_j sin^2(dlon/2)).

    latitude, longitude: (n,) degrees; to_latitude, to_longitude: (m,), the same places where absent. Returns (n, m)
    km, zero where places are the same. Mean Earth radius (IUGG).
    """
    lat, lon = np.radians(latitude), np.radians(longitude)
    other_lat = lat if to_latitude is None else np.radians(to_latitude)
    other_lon = lon if to_longitude is None else np.radians(to_longitude)
    half_lat = np.sin((lat[:, None] - other_lat[None, :]) / 2) ** 2
    half_lon = np.sin((lon[:, None] - other_lon[None, :]) / 2) ** 2
    chord = half_lat + np.cos(lat)[:, None] * np.cos(other_lat)[None, :] * half_lon
    distance: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))
    return distance
