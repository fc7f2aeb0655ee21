"""The shape that every priority has: declared indicators, pure functions of what was solved, labelled results.

A priority is a folder beside this file; `registry` says what it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

import xarray as xr
from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from samarkand.core.declarations import Words
from samarkand.core.evidence import Grade
from samarkand.core.gaps import Gap
from samarkand.core.schema import DIMENSIONS

Granularity = Literal["state", "timeline", "project", "once"]
Part = Literal["without", "with_", "change"]


def _between_bars(cell: object) -> object:
    return tuple(word.strip() for word in cell.split("|")) if isinstance(cell, str) else cell


BarredWords = Annotated[
    tuple[str, ...], BeforeValidator(_between_bars)
]  # `low | moderate | high`, in their order


class Priority(BaseModel):
    """One of the seven, or a folder of one's own.

    `title` and `reason` (why it is not assessed) are of `priorities.csv`; a folder's own `priority.csv` has the rest.
    `depends_on_payment`: its results of a state read what is paid (`State.with_`); those of a priority that do not are
    the same before and after. `reads`: the priorities whose results it reads. `extra`: the extra of the package that it
    needs (`pip install 'samarkand[EXTRA]'`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    assessed: bool = False
    depends_on_payment: bool = True
    reads: Words = ()
    extra: str = ""
    reason: str = ""


class Indicator(BaseModel):
    """A row of an `indicators.csv`: what is reported, from what, by which method.

    Attributes
    ----------
    dims
        Of economy, partner, sector, project, party, case; `case` says what a case is (chokepoint, tranche, ...).
    granularity
        What the figures are worked out of, and by which function of the priority: each `state` of the programme, the
        whole `timeline` (levels may have years of their own), each `project`, or `once` (the last state; the same
        in every year).
    change
        How without and with are compared: `relative` (with / without - 1), `difference` (with - without) or `direct`
        (the method gives the change itself, there are no levels).
    type, categories
        `number`, or `category`: one of ordered words, from first to last; its value is the place in that order.
    grows_with
        `economy`: a size of the economy, which a projection makes grow; `ratio`: a share or a mean, in which that size
        cancels, so that what is paid weighs less in a larger economy; `nothing`: fixed by the programme or a contract.
    place
        Where it stands: on the `first` screen, in the `table` of every economy, `further` down in the report, or in
        the `annex` (Parquet alone). All but the annex stand in `appraisal.json`.
    inputs
        Names that `explain` follows.
    range_of
        The indicator that is the same quantity in another unit and whose range this one takes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    dims: Words = ()
    case: str = ""
    granularity: Granularity = "state"
    type: Literal["number", "category"] = "number"
    categories: BarredWords = ()
    unit: str
    grows_with: Literal["economy", "ratio", "nothing"]
    change: Literal["relative", "difference", "direct"]
    better: Literal["higher", "lower", "neither"]
    place: Literal["first", "table", "further", "annex"]
    grade: Grade
    inputs: Words
    needs: str = ""
    range_of: str = ""
    method: str
    description: str
    source: str

    @model_validator(mode="after")
    def _fits_together(self) -> Indicator:
        wrong = []
        if set(self.dims) - set(DIMENSIONS):
            wrong.append(f"dims {' '.join(self.dims)} are not all of {' '.join(DIMENSIONS)}")
        if ("case" in self.dims) != bool(self.case):
            wrong.append("`case` says what a case is, where dims name it and nowhere else")
        if (self.type == "category") != (len(set(self.categories)) > 1) or len(set(self.categories)) < len(
            self.categories
        ):
            wrong.append("categories are two or more different words of an indicator of type category")
        if (self.type == "category") != (self.unit == "category") or (
            self.type == "category" and self.change == "relative"
        ):
            wrong.append("a category has the unit category, and no relative change")
        if self.granularity != "state" and (self.grows_with != "nothing" or self.range_of):
            wrong.append(f"granularity {self.granularity} gives years as they are: it grows with nothing")
        if self.granularity == "project" and "project" not in self.dims:
            wrong.append("granularity project needs project among the dims")
        if wrong:
            raise ValueError(f"{self.name}: {'; '.join(wrong)}")
        return self

    @property
    def is_headline(self) -> bool:
        """Whether it stands in `appraisal.json` and in the report."""
        return self.place != "annex"


@dataclass(frozen=True)
class Range:
    """Lower and upper bounds of some values, in their shape.

    `coverage` is the share of cases that they hold, a fraction, not a number where nobody knows; `basis` what they
    rest on, one of `ranges.BASES`.
    """

    low: xr.DataArray
    high: xr.DataArray
    basis: str
    coverage: float = float("nan")


@dataclass(frozen=True)
class Levels:
    """An indicator's values without and with the programme, or (for `direct`) the change alone.

    Parameters
    ----------
    without, with_, change
        Labelled arrays over the declared dims, of numbers or of an indicator's categories; with granularity `timeline`
        or `project` also over `year`, for years of their own.
    ranges
        Bounds of any of these, by part.
    grade
        Grade by economy, where it is not the declared one.
    reason
        Why values are missing, where some are: one for all, or words over some of the dims.
    ramped
        It comes in step by step after openings; else a year has the value of the state in force.
    conversion
        How many units of this indicator are one unit of that which its `range_of` names, in every state; dims of the
        indicator.
    """

    without: xr.DataArray | None = None
    with_: xr.DataArray | None = None
    change: xr.DataArray | None = None
    reason: xr.DataArray | str = ""
    ramped: bool = True
    conversion: xr.DataArray | None = None
    ranges: Mapping[Part, Range] = field(default_factory=dict)
    grade: Mapping[str, str] | None = None


Outcomes: TypeAlias = Mapping[str, Levels | Gap]
