"""Arrays with their labels: coordinates are made once for all arrays that share them.

An appraisal labels thousands of small arrays by the same economies and sectors; making the index of a coordinate costs
more than most of the sums that are labelled with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

MOST_KEPT = 64  # sets of labels: a world has a handful


def labelled(values: NDArray[Any], **labels: Sequence[str]) -> xr.DataArray:
    """`values` with one dimension for each of `labels`, in their order.

    Raises `ValueError` where a dimension has another length than its labels.
    """
    template = _template(tuple((dim, tuple(names)) for dim, names in labels.items()))
    return template.copy(deep=False, data=values)


@lru_cache(MOST_KEPT)
def _template(labels: tuple[tuple[str, tuple[str, ...]], ...]) -> xr.DataArray:
    shape = tuple(len(names) for _, names in labels)
    return xr.DataArray(
        np.broadcast_to(0.0, shape), {dim: list(names) for dim, names in labels}, [dim for dim, _ in labels]
    )
