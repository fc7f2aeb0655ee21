"""Evidence: a figure with its range, unit, year, source and standing.

A figure is *verified* only with the address of what was read and the date it was read; else it is
*recalled* (from the literature, not looked up), *assumed* (our own choice) or *derived* (computed from
other figures, which the note names).
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

Flag = Literal["verified", "recalled", "assumed", "derived"]
Grade = Literal["observed", "estimated", "assumed"]


class Cited(BaseModel):
    """A row of a declared table that says where it is from; the rows of several tables are of this kind.

    Raises ValueError for a verified one without the address of what was read or the date.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    source: str
    address: str = ""
    read_on: date | None = None
    flag: Flag
    note: str = ""

    @model_validator(mode="after")
    def _is_cited(self) -> Self:
        self.cited(None, "1")
        return self

    def cited(self, value: float | None, unit: str, **further: Any) -> Evidence:
        """A figure of the row as evidence; `further`: its range and year."""
        return Evidence(
            value=value, unit=unit, source=self.source, address=self.address, read_on=self.read_on,
            flag=self.flag, note=self.note, **further,
        )  # fmt: skip


class Evidence(BaseModel):
    """One figure and what it rests on. `value` is None where the figure is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    value: float | None = None
    unit: str
    low: float | None = None
    high: float | None = None
    year: int | None = None
    price_year: int | None = None
    source: str = ""
    address: str = ""
    read_on: date | None = None
    flag: Flag = "recalled"
    note: str = ""

    @model_validator(mode="after")
    def _holds_together(self) -> Evidence:
        if self.flag == "verified" and not (self.address and self.read_on):
            raise ValueError(
                "a verified figure needs the address of what was read and the date it was read; "
                "without them its flag is recalled"
            )
        if self.flag in ("recalled", "verified") and self.value is not None and not self.source:
            raise ValueError("a figure needs its source")
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        if self.value is not None and low is not None and high is not None and not low <= self.value <= high:
            raise ValueError(f"the value {self.value} lies outside its range {low} to {high}")
        return self

    @property
    def ends(self) -> tuple[float, float, float]:
        """Low, value and high; the value where an end is not given. Raises `ValueError` where it is not known."""
        if self.value is None:
            raise ValueError("a figure that is not known has no range")
        low, high = (self.value if one is None else one for one in (self.low, self.high))
        return low, self.value, high

    @property
    def citation(self) -> str:
        """Source, address, date and flag in one line."""
        parts = [self.source or "no source"]
        if self.address:
            parts.append(self.address)
        if self.read_on:
            parts.append(f"read {self.read_on.isoformat()}")
        if self.note:
            parts.append(self.note)
        return f"{'; '.join(parts)} [{self.flag}]"
