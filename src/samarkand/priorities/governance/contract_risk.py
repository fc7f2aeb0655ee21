"""How often contracts of an item's form led to a dispute, a renegotiation or a cancellation, where that is published.

    share = events / projects,    range: Wilson's score interval of a share that is counted

The sample is of other projects: its share is what would be expected of one that is like them, and enters no other
result. Of works that the client designs and pays no share was found that could be read at its source.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Literal, get_args

import numpy as np
from pydantic import model_validator

from samarkand.core.declarations import Words, read_rows
from samarkand.core.evidence import Cited
from samarkand.core.gaps import Gap
from samarkand.core.labels import labelled
from samarkand.priorities.base import Levels, Range
from samarkand.priorities.ranges import SAMPLE
from samarkand.priorities.reference_fit import COVERAGE
from samarkand.programme.model.models import Item

Event = Literal["dispute", "renegotiation", "cancellation"]
EVENTS: tuple[Event, ...] = get_args(Event)
NO_FORM = "the form of its contract is not given (contract_form)"
NOT_PUBLISHED = "not published for this form"


class ContractRisk(Cited):
    """A row of `contract_risk.csv`: a share that is published, or what was counted."""

    name: str
    forms: Words
    kinds: Words = ()
    event: Event
    events: int | None = None
    projects: int | None = None
    share: float | None = None
    unit: str
    period: str

    @model_validator(mode="after")
    def _is_a_share(self) -> ContractRisk:
        counted = self.events is not None and self.projects is not None
        if counted == (self.share is not None):
            raise ValueError(f"{self.name}: give either events and projects, or the share")
        if not 0.0 <= self.value <= 1.0:
            raise ValueError(f"{self.name}: a share lies between 0 and 1")
        return self

    @property
    def value(self) -> float:
        """The share of contracts with the event."""
        if self.events is not None and self.projects:
            return self.events / self.projects
        return math.nan if self.share is None else self.share

    @property
    def ends(self) -> tuple[float, float]:
        """Its range by how few were counted; not a number where the counts are not published."""
        if self.events is None or self.projects is None:
            return math.nan, math.nan
        from scipy.stats import binomtest  # takes long to import, and only this needs it

        found = binomtest(self.events, self.projects).proportion_ci(COVERAGE, method="wilson")
        return float(found.low), float(found.high)


@cache
def contract_risks() -> tuple[ContractRisk, ...]:
    """The declared shares."""
    return read_rows(__package__, "contract_risk.csv", ContractRisk)


def risk_of_contract(item: Item, event: Event) -> ContractRisk | str:
    """The row of an item's form and kind with the fewest forms, then the fewest kinds; or why there is none."""
    form = str(item.get("contract_form") or "")
    if not form:
        return NO_FORM
    found = [
        row
        for row in contract_risks()
        if row.event == event and form in row.forms and (not row.kinds or item.kind in row.kinds)
    ]
    if not found:
        return NOT_PUBLISHED
    return min(found, key=lambda row: (len(row.forms), len(row.kinds) or math.inf))


def contract_events_of(item: Item) -> Levels | Gap:
    """Share of contracts like that of an item by what happened to them, along `case`."""
    found = [risk_of_contract(item, event) for event in EVENTS]
    known = [row for row in found if isinstance(row, ContractRisk)]
    if not known:
        return Gap(item.id, "contract", str(found[0]))
    nothing = (math.nan, math.nan, math.nan)
    figures = [(row.value, *row.ends) if isinstance(row, ContractRisk) else nothing for row in found]
    values, low, high = (labelled(np.array(one), case=EVENTS) for one in zip(*figures, strict=True))
    reason = "" if len(known) == len(found) else NOT_PUBLISHED
    if bool(np.isnan(low).all()):
        return Levels(change=values, reason=reason)
    return Levels(change=values, reason=reason, ranges={"change": Range(low, high, SAMPLE, COVERAGE)})
