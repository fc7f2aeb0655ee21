"""Half widths of the ranges of headlines of estimated economies, as the hold-out gave them when the world was built.

Apart from the hold-out, so that an appraisal reads them without the estimator.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from samarkand.world.embedded import read_frame

RANGES = "estimation_ranges.parquet"
COVERED = 0.8  # part of the held-out economies that a range holds


class Width(NamedTuple):
    """Half width of a range: ``max(relative x |value|, absolute)``."""

    relative: float
    absolute: float


@cache
def read_ranges() -> dict[str, Width]:
    """Half width of the range of each headline indicator of an estimated economy.

    As the hold-out gave it when the world was built; empty where it was not run.
    """
    try:
        table = read_frame(RANGES)
    except FileNotFoundError:
        return {}
    return {
        str(row["indicator"]): Width(float(row["relative"]), float(row["absolute"]))
        for row in table.to_dict("records")
    }
