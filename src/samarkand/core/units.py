"""Units: the declared table of units, and how a value in one is shown to a reader.

Rates and shares are fractions inside; per cent exists only on display.
"""

from __future__ import annotations

import math
from functools import cache

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_table


class Unit(BaseModel):
    """A row of `units.csv`: a unit, the factor and suffix it is displayed with, and its decimals."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: str
    display_factor: float
    display_suffix: str = ""
    decimals: int
    description: str


@cache
def units() -> dict[str, Unit]:
    """The declared units by name."""
    return {row.unit: row for row in read_table("samarkand.core", "units.csv", Unit)}


def format_value(value: float | None, unit: str, *, sign: bool = False) -> str:
    """A value as a reader sees it, for example `0.0123, "fraction"` as `1.23 %`.

    Raises `KeyError` for a unit that is not declared. A missing value is `n/a`, never zero.
    """
    row = units()[unit]
    if value is None or math.isnan(value):
        return "n/a"
    shown = value * row.display_factor
    decimals = row.decimals
    if 0 < abs(shown) < 10**-decimals:  # a small effect is not rounded to nothing
        decimals = 1 - math.floor(math.log10(abs(shown)))
    style = f",.{decimals}f" if decimals <= row.decimals + 4 else ".1e"
    return f"{format(shown, '+' * sign + style)} {row.display_suffix}".strip()
