"""Rows of a file whose code is not known: left out, counted and named with their share, or too many.

    share = value of the rows left out / value of all rows

One stranger does not refuse a file. Beyond a twentieth of the value, or half of the rows, what is read would not stand
for the file any more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from samarkand.core.faults import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

MOST_VALUE, MOST_ROWS = 0.05, 0.5
_NAMED = 5


@dataclass
class Strangers:
    """What one file has of codes of one sort that are not known."""

    near: frozenset[str]
    first: int | str = ""
    codes: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    value: float = 0.0
    all_value: float = 0.0

    def add(self, codes: pd.Series, known: pd.Series, value: pd.Series | None) -> None:
        """Count more rows: their codes, which of them are known, and what they are worth."""
        self.rows += len(codes)
        for code, count in codes[~known].value_counts().items():
            self.codes[str(code)] = self.codes.get(str(code), 0) + int(count)
        if self.codes and self.first == "":
            self.first = codes.index[~known][0]
        if value is not None:
            worth = value.abs().fillna(0.0)
            self.value += float(worth[~known].sum())
            self.all_value += float(worth.sum())

    @property
    def left_out(self) -> int:
        """Rows left out."""
        return sum(self.codes.values())

    @property
    def too_many(self) -> bool:
        """Whether they are worth more than can be left out."""
        return self.left_out > MOST_ROWS * self.rows or self.value > MOST_VALUE * self.all_value

    @property
    def share(self) -> str:
        """Their share in words."""
        if self.all_value > 0:
            return f"{100 * self.value / self.all_value:.2g} per cent of the value"
        return f"{100 * self.left_out / self.rows:.2g} per cent of the rows"

    def named(self) -> str:
        """The codes, those with most rows first."""
        ordered = sorted(self.codes, key=lambda code: (-self.codes[code], code))
        more = f" and {len(ordered) - _NAMED} more" if len(ordered) > _NAMED else ""
        return ", ".join(repr(code) for code in ordered[:_NAMED]) + more

    def mend(self) -> str:
        """The remedy where they are too many."""
        nearest = did_you_mean(next(iter(self.codes)), self.near) if self.near else ""
        limits = f"Up to {100 * MOST_VALUE:g} per cent of the value and half of the rows are left out."
        return f"{nearest} {limits}".strip()
