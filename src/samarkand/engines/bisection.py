"""The least change that meets a condition, with a certificate that anyone can check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

SCANNED = 16  # points at which a condition is tried before the two sides are brought together


@dataclass(frozen=True)
class Certificate:
    """What was found between `start` and `end`, and how.

    Parameters
    ----------
    met_at
        The least change at which the condition is met; None where it is met nowhere that was tried.
    not_met_at
        The nearest point before it at which it is not: within `tolerance`. None where nothing need change.
    tried
        Every point and whether the condition is met there, in the order in which they were tried.
    """

    start: float
    end: float
    tolerance: float
    met_at: float | None
    not_met_at: float | None
    tried: tuple[tuple[float, bool], ...]


def find_least_change(
    is_met: Callable[[float], bool], start: float, end: float, tolerance: float, scanned: int = SCANNED
) -> Certificate:
    """Bisection from `start` to `end`: first over some points in order, then between the last that fails and the first
    that does not.

    The change is the least one where the condition, once met, stays met; the points in order show where it does not.

    Parameters
    ----------
    is_met
        The condition, at a value between `start` and `end`.
    start, end
        No change, and the furthest one; either may be the larger.
    tolerance
        How near the two sides come; above zero. With whole steps 1, if `start` and `end` are whole.

    Raises
    ------
    ValueError
        For a tolerance of zero or less.
    """
    if not tolerance > 0:
        raise ValueError("the tolerance is above zero")
    tried: list[tuple[float, bool]] = []

    def meets(value: float) -> bool:
        tried.append((value, bool(is_met(value))))
        return tried[-1][1]

    if meets(start):
        return Certificate(start, end, tolerance, start, None, tuple(tried))
    steps = round(abs(end - start) / tolerance)
    marks = sorted({round(steps * k / scanned) for k in range(1, scanned + 1)} - {0})
    sign = 1.0 if end >= start else -1.0

    def at(step: int) -> float:
        return end if step == steps else start + sign * tolerance * step

    fails, met = 0, None
    for mark in marks:
        if meets(at(mark)):
            met = mark
            break
        fails = mark
    if met is None:
        return Certificate(start, end, tolerance, None, at(fails), tuple(tried))
    while met - fails > 1:
        middle = (met + fails) // 2
        if meets(at(middle)):
            met = middle
        else:
            fails = middle
    return Certificate(start, end, tolerance, at(met), at(fails), tuple(tried))
