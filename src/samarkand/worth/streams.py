"""Streams of money of an item: what a margin is worth in a year of full service, to whom, and how it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from samarkand.core.evidence import Grade
from samarkand.ledger.margins import Owner
from samarkand.worth.cohorts import Cohorts


class Amount(NamedTuple):
    """US$ m in a year of full service, of what the economy gains; low and high are those of the parameters."""

    low: float
    central: float
    high: float

    @classmethod
    def sure(cls, value: float) -> Amount:
        """An amount that has no range."""
        return cls(value, value, value)

    def times(self, factor: float) -> Amount:
        """The amount times a factor; ends change places where it is negative."""
        low, central, high = (one * factor for one in self)
        return Amount(min(low, high), central, max(low, high))


ENDS = ("low", "central", "high")
Course = Literal["grows", "declines", "stays", "at_once"]


@dataclass(frozen=True)
class Stream:
    """A margin of an item.

    Parameters
    ----------
    margin, flow, owner
        Words of the ledger.
    amounts
        By economy and party; the party is empty where the economy as a whole has it.
    course
        Whether it grows with the economies, declines with the cost that is displaced, or stays; or is there in full
        from the opening on, whatever the demand.
    base_year
        The year at whose size the amounts are, where they grow.
    grade, source
        What it rests on.
    case
        A case of its own in the ledger; empty where the margin has one stream alone.
    cohorts
        Who takes part in which years, in place of the ramp-up; a year of full service is that of most of them.
    is_cost
        Whether it stands among the costs when benefits are set over costs.
    """

    margin: str
    flow: str
    owner: Owner
    amounts: Mapping[tuple[str, str], Amount]
    course: Course
    base_year: int
    grade: Grade
    source: str
    case: str = ""
    cohorts: Cohorts | None = None
    is_cost: bool = False

    @property
    def total(self) -> Amount:
        """Sum over economies and parties; the range as if all were at the same end."""
        low, central, high = (sum(one[end] for one in self.amounts.values()) for end in range(3))
        return Amount(low, central, high)
