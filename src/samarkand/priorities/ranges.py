"""Ranges of headline indicators of estimated economies, from the errors of the hold-out.

    low, high = value -+ max(relative x |value|, absolute x conversion)

One quantity has one range, whatever its unit: an indicator that declares `range_of` has the widths of the indicator
named there, and `conversion` is its units in one unit of that (US$ m of income in a fraction of it); else one. Half
widths are those that held four fifths of the economies that were deleted and estimated in turn
(docs/accounts.md). Economies whose accounts are observed have none: their errors are not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from samarkand.core.conventions import REST_OF_WORLD
from samarkand.priorities.base import Indicator
from samarkand.world.accounts.estimation.ranges import Width, read_ranges
from samarkand.world.world import World


@dataclass(frozen=True)
class Ranges:
    """Half widths by indicator, and the economies they are of."""

    widths: Mapping[str, Width] = field(default_factory=dict)
    economies: frozenset[str] = frozenset()

    @classmethod
    def of(cls, world: World) -> Ranges:
        """Those of a world: of the economies whose accounts in it are estimated."""
        estimated = world.accounts.estimated
        return cls(read_ranges(), frozenset({*estimated, REST_OF_WORLD})) if estimated else cls()

    def bounds(
        self, declared: Indicator, scenario: str, values: xr.DataArray, conversion: xr.DataArray | float = 1.0
    ) -> tuple[xr.DataArray | None, xr.DataArray | None]:
        """Lower and upper bounds in the shape of the values; missing for other economies, None where there are none."""
        width = self.widths.get(declared.range_of or declared.name)
        if width is None or scenario != "change" or "economy" not in values.dims:
            return None, None
        inside = np.isin(values["economy"].to_numpy().astype(str), list(self.economies))
        size = (width.relative * abs(values)).clip(min=width.absolute * conversion)
        mask = xr.DataArray(np.where(inside, 1.0, np.nan), {"economy": values["economy"]}, ("economy",))
        half = (size * mask).transpose(*values.dims)
        return values - half, values + half
