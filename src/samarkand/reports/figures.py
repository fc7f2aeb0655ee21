"""Figures as a reader sees them: two or three significant digits, the unit once, a sign where it is a change.

The whole precision is in the Parquet tables; here `-1,030.1` is `-1,030` and a per cent of `0.000612` is `0.0006`.
What is too small to write out is said in words: `under 0.1`, and where signs count `under +0.1` or `above -0.1`.
"""

from __future__ import annotations

import math

from samarkand.core.units import units

NOTHING = "\N{EN DASH}"  # where a figure would say nothing: no charge, no sum of unknowns
MINUS = "\N{MINUS SIGN}"
# What is smaller than a millionth of the smallest figure shown is the arithmetic's own noise and shown as nothing.
NOISE = 1e-6
# A smaller figure is not written out but said to be nearer to nothing than this, in the unit as displayed.
SMALLEST = {"%": 0.0001, "% of value": 0.0001, "US$ m": 0.1, "US$ m a year": 0.1}


def display_unit(unit: str) -> str:
    """The unit as the head of a column names it; empty for a pure number."""
    return units()[unit].display_suffix


def figure(value: float | None, unit: str, *, sign: bool = False) -> str:
    """A value in its displayed unit, without the unit. A missing value is `n/a`, never zero."""
    if value is None or math.isnan(value):
        return "n/a"
    row = units()[unit]
    shown = value * row.display_factor
    mark = MINUS if shown < 0 else "+" if sign else ""
    size = abs(shown)
    smallest = SMALLEST.get(row.display_suffix, 0.0)
    if size <= NOISE * smallest:
        return "0"
    if size < smallest:
        return nearer(f"{mark}{smallest:g}")
    if row.display_suffix == "%" and size < 10 * smallest:
        return f"{mark}{size:.4f}"
    return mark + digits(size)


def nearer(bound: str) -> str:
    """A figure between nothing and a bound that is written with its sign."""
    return f"above {bound}" if bound.startswith(MINUS) else f"under {bound}"


def digits(size: float) -> str:
    """A size with three significant digits from 100 on, else two; zeros that say nothing are left out."""
    if size == 0:
        return "0"
    if size < 1e-6:
        return f"{size:.1e}"
    significant = 3 if size >= 100 else 2
    exponent = math.floor(math.log10(float(f"{size:.{significant - 1}e}")))
    rounded = round(size, significant - 1 - exponent)
    return f"{rounded:,.{max(significant - 1 - exponent, 0)}f}"


def money(millions: float, *, sign: bool = False) -> str:
    """Millions of US dollars in words, for sentences: `US$ 1.03 bn`, `US$ 27 m`."""
    mark = MINUS if millions < 0 else "+" if sign else ""
    size = abs(millions)
    if size <= NOISE * 0.1:
        return "US$ 0"
    if size >= 999_500:
        return f"{mark}US$ {digits3(size / 1e6)} tn"
    if size >= 999.5:
        return f"{mark}US$ {digits3(size / 1e3)} bn"
    if size < 0.1:
        return nearer(f"{mark}US$ 0.1 m")
    return f"{mark}US$ {digits(size)} m"


def digits3(size: float) -> str:
    """Three significant digits, for billions and trillions."""
    exponent = math.floor(math.log10(size))
    return f"{round(size, 2 - exponent):,.{max(2 - exponent, 0)}f}"


def per_cent(fraction: float, *, sign: bool = True) -> str:
    """A fraction as per cent with its unit, for sentences."""
    return f"{figure(fraction, 'fraction', sign=sign)} %"


def plural(number: int, one: str, many: str = "") -> str:
    """`1 economy`, `2 economies`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
