"""From degrees to a plane: one projection for the world, one for a region, both true to area."""

from __future__ import annotations

import numpy as np

from samarkand.core.conventions import Floats

A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796


def calc_equal_earth(longitude: Floats, latitude: Floats, centre: float = 0.0) -> tuple[Floats, Floats]:
    """Equal Earth: `sin t = (sqrt 3 / 2) sin lat`,
    `x = 2 sqrt 3 lon cos t / (3 (9 A4 t^8 + 7 A3 t^6 + 3 A2 t^2 + A1))`, `y = A4 t^9 + A3 t^7 + A2 t^3 + A1 t`.

    Degrees in, radii of the earth out; `centre` is the meridian in the middle. Longitudes are not wrapped.
    Savric, Patterson and Jenny 2019.
    """
    t = np.arcsin(np.sqrt(3) / 2 * np.sin(np.radians(latitude)))
    slope = 9 * A4 * t**8 + 7 * A3 * t**6 + 3 * A2 * t**2 + A1
    x = 2 * np.sqrt(3) * np.radians(np.asarray(longitude) - centre) * np.cos(t) / (3 * slope)
    return x, A4 * t**9 + A3 * t**7 + A2 * t**3 + A1 * t


def calc_azimuthal(longitude: Floats, latitude: Floats, centre: tuple[float, float]) -> tuple[Floats, Floats]:
    """Lambert's azimuthal equal-area projection: `k = sqrt(2 / (1 + cos c))`, c the angle from the centre.

    Degrees in, radii of the earth out; `centre` is (longitude, latitude). The antipode is at distance 2. Snyder 1987.
    """
    lon, lat = np.radians(np.asarray(longitude) - centre[0]), np.radians(latitude)
    lat0 = np.radians(centre[1])
    cosine = np.sin(lat0) * np.sin(lat) + np.cos(lat0) * np.cos(lat) * np.cos(lon)
    k = np.sqrt(2 / np.maximum(1 + cosine, 1e-9))
    return k * np.cos(lat) * np.sin(lon), k * (
        np.cos(lat0) * np.sin(lat) - np.sin(lat0) * np.cos(lat) * np.cos(lon)
    )
