"""Half widths of the ranges of headlines of estimated economies, as the hold-out gave them when the world was built.

Apart from the hold-out, so that an appraisal reads them without the estimator.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from typing import NamedTuple

import pyarrow.parquet as pq

RANGES = "estimation_ranges.parquet"


class Width(NamedTuple):
    """Half width of a range: ``max(relative x |value|, absolute)``."""

    relative: float
    absolute: float


@cache
def read_ranges() -> dict[str, Width]:
    """Half width of the range of each headline indicator of an estimated economy.

    As the hold-out gave it when the world was built; empty where it was not run.
    """
    file = files("samarkand.world.embedded") / RANGES
    if not file.is_file():
        return {}
    with as_file(file) as path:
        table = pq.read_table(path).to_pandas()
    return {
        str(row["indicator"]): Width(float(row["relative"]), float(row["absolute"]))
        for row in table.to_dict("records")
    }
