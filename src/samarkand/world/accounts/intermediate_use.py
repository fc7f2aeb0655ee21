"""Intermediate sales: what sectors sell to industries, whole or as the factors they are made of.

The whole table of a world of 199 economies and 24 sectors takes 182 MB; nearly every question needs only its sums by
buyer and by use, which come from the factors. It is expanded when it is first read itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats


class IntermediateUse(Protocol):
    """Intermediate sales, in the unit of the accounts that hold them."""

    @property
    def content(self) -> tuple[xr.DataArray | Floats, ...]:
        """The arrays that hold it."""
        ...

    @property
    def array(self) -> xr.DataArray:
        """The whole table, ``[origin, sector, destination, use_sector]``."""
        ...

    @property
    def bought(self) -> xr.DataArray:
        """Purchases by all industries of a destination, ``[origin, sector, destination]``."""
        ...

    @property
    def inputs(self) -> xr.DataArray:
        """Purchases of an industry from all origins, ``[sector, destination, use_sector]``."""
        ...


@dataclass(frozen=True, eq=False)
class DenseIntermediateUse:
    """Intermediate sales as one table."""

    array: xr.DataArray

    @property
    def content(self) -> tuple[xr.DataArray | Floats, ...]:
        """See `IntermediateUse`."""
        return (self.array,)

    @cached_property
    def bought(self) -> xr.DataArray:
        """See `IntermediateUse`."""
        return self.array.sum("use_sector", skipna=False)

    @cached_property
    def inputs(self) -> xr.DataArray:
        """See `IntermediateUse`."""
        return self.array.sum("origin", skipna=False)


@dataclass(frozen=True, eq=False)
class FactoredIntermediateUse:
    """Intermediate sales as the factors of a world of which some economies are observed and the rest is estimated.

        array[i, s, n, k] = flow[i, s, n] * use_share[n, s, k]      where i or n is estimated
        array[i, s, n, k] = observed[i, s, n, k]                    among observed economies, the first ones

    `flow`: all sales, [i, s, n]; `use_share`: how a destination uses what it buys, fractions, end users last.
    """

    observed: Floats
    flow: xr.DataArray
    use_share: Floats

    @property
    def content(self) -> tuple[xr.DataArray | Floats, ...]:
        """See `IntermediateUse`."""
        return self.observed, self.flow, self.use_share

    @cached_property
    def array(self) -> xr.DataArray:
        """See `IntermediateUse`; made anew from the factors when it is first read, and kept."""
        values, _final = expand_flows(self.observed, self.flow.to_numpy(), self.use_share)
        values.flags.writeable = False
        sectors = self.flow["sector"].to_numpy()
        coords = {**{dim: self.flow[dim].to_numpy() for dim in self.flow.dims}, "use_sector": sectors}
        return xr.DataArray(
            values, coords, (*self.flow.dims, "use_sector"), "intermediate", attrs=self.flow.attrs
        )

    @cached_property
    def bought(self) -> xr.DataArray:
        """See `IntermediateUse`."""
        flow, o = self.flow.to_numpy(), self.observed.shape[0]
        values = flow * self.use_share[:, :, :-1].sum(axis=2).T[None]
        values[:o, :, :o] = self.observed.sum(axis=3)
        return self.flow.copy(data=values).rename("intermediate")

    @cached_property
    def inputs(self) -> xr.DataArray:
        """See `IntermediateUse`."""
        flow, o = self.flow.to_numpy(), self.observed.shape[0]
        elsewhere = flow.sum(axis=0)
        elsewhere[:, :o] -= flow[:o, :, :o].sum(axis=0)
        values: Floats = elsewhere[:, :, None] * self.use_share[:, :, :-1].transpose(1, 0, 2)
        values[:, :o] += self.observed.sum(axis=0)
        sectors = self.flow["sector"].to_numpy()
        coords = {
            "sector": sectors,
            "destination": self.flow["destination"].to_numpy(),
            "use_sector": sectors,
        }
        return xr.DataArray(values, coords, tuple(coords), "intermediate", attrs=self.flow.attrs)

    @cached_property
    def final_demand(self) -> xr.DataArray:
        """Purchases of end users: the rest of all sales, ``[origin, sector, destination]``."""
        values = expand_final(self.observed.shape[0], self.flow.to_numpy(), self.use_share)
        values.flags.writeable = False
        return self.flow.copy(data=values).rename("final_demand")


def expand_flows(observed: Floats, flow: Floats, use_share: Floats) -> tuple[Floats, Floats]:
    """Intermediate sales and final demand of the whole system from its factors.

        intermediate[i, s, n, k] = flow[i, s, n] * use_share[n, s, k],   final[i, s, n] = the rest of flow

    where i or n is estimated; among observed economies (the first) ``observed[i, s, n, k]`` and ``flow``.
    ``use_share`` has end users last. Shapes (i, s, n, k) and (i, s, n).
    """
    size, sectors, _ = flow.shape
    o = observed.shape[0]
    to_industry = np.ascontiguousarray(use_share[:, :, :-1].transpose(1, 0, 2))
    intermediate = np.empty((size, sectors, size, sectors))
    np.multiply(flow[..., None], to_industry[None], out=intermediate)
    intermediate[:o, :, :o, :] = observed
    return intermediate, expand_final(o, flow, use_share)


def expand_final(observed: int, flow: Floats, use_share: Floats) -> Floats:
    """Final demand of `expand_flows`, where the first economies, so many, are observed."""
    final: Floats = flow * use_share[:, :, -1].T[None]
    final[:observed, :, :observed] = flow[:observed, :, :observed]
    return final
