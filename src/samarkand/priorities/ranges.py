"""Ranges of results: what they rest on, and one rule that combines them.

The hold-out of estimated accounts gives each headline indicator of an estimated economy

    low, high = value -+ max(relative x |value|, absolute x conversion)

One quantity has one range, whatever its unit: an indicator that declares `range_of` has the widths of the indicator
named there, and `conversion` is its units in one unit of that (US$ m of income in a fraction of it); else one. Half
widths are those that held four fifths of the economies that were deleted and estimated in turn (docs/accounts.md).
Economies whose accounts are observed have none: their errors are not known.

Where a priority gives a range of its own too, both are combined (`combine`); `calc_shares` says how much of the width
each explains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from statistics import NormalDist

import numpy as np
import xarray as xr

from samarkand.core.conventions import REST_OF_WORLD, Floats
from samarkand.priorities.base import Indicator, Range
from samarkand.world.accounts.estimation.ranges import COVERED, Width, read_ranges
from samarkand.world.world import World

HOLD_OUT = "hold_out"
SAMPLE = "sample"
TOGETHER = " + "  # between the bases of a combined range
BASES = {
    HOLD_OUT: "observed economies deleted and estimated in turn",
    "reference_class": "how like projects of the past came out",
    "ensemble": "the whole way with parameters drawn from their ranges",
    "published": "the range that the source itself gives",
    SAMPLE: "how few cases were counted",
}


def combine(values: xr.DataArray, ranges: Sequence[Range]) -> Range | None:
    """One range of errors of several bases, taken to be independent; None where there is none.

    `low = x - sqrt(sum over k of (x - low_k)^2)`, `high` likewise. Half widths are first brought to the smallest
    coverage among them, as those of a normal distribution are: `h z(c) / z(c_k)`, `z(c)` the quantile at `(1 + c) / 2`.
    A coverage that nobody knows stays unknown, and its widths as they are. Where one range has no figure the others
    stand alone.
    """
    if len(ranges) < 2:
        return ranges[0] if ranges else None
    centre, sides = values.to_numpy(), []
    for side, sign in (("low", -1.0), ("high", 1.0)):
        squares = _squares(values, ranges, side)
        held = np.logical_or.reduce([~np.isnan(square) for square in squares])
        half = np.sqrt(np.sum([np.where(np.isnan(square), 0.0, square) for square in squares], axis=0))
        sides.append(values.copy(deep=False, data=np.where(held, centre + sign * half, np.nan)))
    basis = TOGETHER.join(dict.fromkeys(one.basis for one in ranges))
    low, high = sides
    unknown = any(isnan(one.coverage) for one in ranges)
    return Range(low, high, basis, float("nan") if unknown else _smallest_coverage(ranges))


def calc_shares(values: xr.DataArray, ranges: Sequence[Range]) -> xr.DataArray:
    """Share of the squared half widths that each basis explains, low and high side together.

    `share_k = (l_k^2 + h_k^2) / sum over j of (l_j^2 + h_j^2)`, with the half widths of `combine`, at one coverage.
    Ranges of one basis are added.

    Parameters
    ----------
    values
        The central figures.
    ranges
        Their ranges, each with its basis.

    Returns
    -------
    xr.DataArray
        Fractions, dims (basis, those of `values`), that add up to one over the bases. A basis without a figure explains
        none of it; missing where no basis has one, or all are of no width.
    """
    by_basis: dict[str, Floats] = {}
    held = np.zeros(values.shape, dtype=bool)
    sides = [_squares(values, ranges, side) for side in ("low", "high")]
    for one, low, high in zip(ranges, *sides, strict=True):
        held |= ~np.isnan(low) | ~np.isnan(high)
        both = np.where(np.isnan(low), 0.0, low) + np.where(np.isnan(high), 0.0, high)
        by_basis[one.basis] = by_basis[one.basis] + both if one.basis in by_basis else both
    bases = list(by_basis)
    squares = np.stack(list(by_basis.values())) if bases else np.empty((0, *values.shape))
    total = squares.sum(axis=0)
    shares = np.divide(squares, total, out=np.full(squares.shape, np.nan), where=(total > 0.0) & held)
    coords = {"basis": bases, **{dim: values[dim] for dim in values.dims if dim in values.coords}}
    return xr.DataArray(shares, coords, ("basis", *values.dims))


def _smallest_coverage(ranges: Sequence[Range]) -> float:
    return min((one.coverage for one in ranges if not isnan(one.coverage)), default=float("nan"))


def _squares(values: xr.DataArray, ranges: Sequence[Range], side: str) -> list[Floats]:
    """Squared half widths of a side, in the shape of the values, at the smallest coverage among the ranges."""
    coverage, centre = _smallest_coverage(ranges), values.to_numpy()
    return [
        (_scale(one, coverage) * (numbers_along(getattr(one, side), values) - centre)) ** 2 for one in ranges
    ]


def numbers_along(array: xr.DataArray, values: xr.DataArray) -> Floats:
    """The numbers of an array in the order of the dims of `values`. Raises `ValueError` where labels differ."""
    ordered = array if array.dims == values.dims else array.transpose(*values.dims)
    for dim in values.dims:
        if not ordered.get_index(dim).equals(values.get_index(dim)):
            raise ValueError(f"labels of {dim} are not those of the values")
    numbers: Floats = ordered.to_numpy()
    return numbers


def _scale(one: Range, coverage: float) -> float:
    if isnan(one.coverage) or one.coverage == coverage:
        return 1.0
    here, there = (NormalDist().inv_cdf((1.0 + share) / 2.0) for share in (coverage, one.coverage))
    return here / there


@dataclass(frozen=True)
class HoldOutRanges:
    """Half widths by indicator, and the economies they are of."""

    widths: Mapping[str, Width] = field(default_factory=dict)
    economies: frozenset[str] = frozenset()

    @classmethod
    def of(cls, world: World) -> HoldOutRanges:
        """Those of a world: of the economies whose accounts in it are estimated."""
        estimated = world.accounts.estimated
        return cls(read_ranges(), frozenset({*estimated, REST_OF_WORLD})) if estimated else cls()

    def of_change(
        self, declared: Indicator, values: xr.DataArray, conversion: xr.DataArray | float = 1.0
    ) -> Range | None:
        """Range of an indicator's change, missing for other economies; None for an indicator without one."""
        width = self.widths.get(declared.range_of or declared.name)
        if width is None or "economy" not in values.dims:
            return None
        inside = np.isin(values["economy"].to_numpy().astype(str), list(self.economies))
        mask = np.where(inside, 1.0, np.nan).reshape([-1 if dim == "economy" else 1 for dim in values.dims])
        centre = values.to_numpy()
        units = conversion if isinstance(conversion, float) else numbers_along(conversion, values)
        half = np.maximum(width.relative * np.abs(centre), width.absolute * units) * mask
        low, high = (values.copy(deep=False, data=end) for end in (centre - half, centre + half))
        return Range(low, high, HOLD_OUT, COVERED)
