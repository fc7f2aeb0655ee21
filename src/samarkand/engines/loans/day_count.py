"""Days and fractions of years between two dates, by the convention of a contract."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from fractions import Fraction
from typing import Literal, get_args

DayCount = Literal["30/360", "act/360", "act/365"]
CONVENTIONS: tuple[DayCount, ...] = get_args(DayCount)


def calc_days(start: date, end: date, convention: DayCount) -> int:
    """Days from `start` to `end` as the convention counts them.

    `30/360`: 360 (y2 - y1) + 30 (m2 - m1) + (d2 - d1), where d1 = 31 counts as 30 and d2 = 31 as 30 if d1 is 30 or
    31 (bond basis, 2006 ISDA Definitions 4.16(f)). `act/360` and `act/365`: days of the calendar.

    Raises `ValueError` for an unknown convention and for an end before the start.
    """
    if convention not in CONVENTIONS:
        raise ValueError(f"{convention} is none of {', '.join(CONVENTIONS)}")
    if end < start:
        raise ValueError("the end lies before the start")
    if convention != "30/360":
        return (end - start).days
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first


def calc_year_fraction(start: date, end: date, convention: DayCount) -> Fraction:
    """`days / 360` or `days / 365`, exactly; days as `calc_days`."""
    return Fraction(calc_days(start, end, convention), 365 if convention == "act/365" else 360)


def add_months(start: date, months: int) -> date:
    """The same day some months later; the last day of a month that has no such day."""
    number = start.year * 12 + start.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
