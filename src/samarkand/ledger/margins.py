"""Margins and flows of the ledger: two declared tables."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

from samarkand.core.declarations import Words, read_table
from samarkand.programme.model.kinds import kinds

Owner = Literal["equilibrium", "direct"]


class Flow(BaseModel):
    """A row of `flows.csv`: a flow, and the larger one that it is part of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    flow: str
    within: str = ""
    title: str
    description: str


class Margin(BaseModel):
    """A row of `margins.csv`.

    Every margin is money in a year, so that all can be added up, but for those that stand `apart`: their cases exclude
    each other. `kinds`: the only ones whose items may have it; empty where all may. `instead_of`: margins that an item
    has no more where it has this one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    margin: str
    title: str
    owners: tuple[Owner, ...]
    flows: Words
    kinds: Words = ()
    transfer: bool
    instead_of: Words = ()
    total: Literal["with", "apart"] = "with"
    unit: Literal["US$ m a year"]
    sign: Literal["cost", "either"]
    description: str
    source: str

    @field_validator("owners", mode="before")
    @classmethod
    def _split(cls, cell: object) -> object:
        return tuple(cell.split()) if isinstance(cell, str) else cell


@cache
def flows() -> dict[str, Flow]:
    """The declared flows by name. Raises `ValueError` where one lies within a flow that is not declared above it."""
    found: dict[str, Flow] = {}
    for row in read_table(__package__, "flows.csv", Flow):
        if row.within and row.within not in found:
            raise ValueError(
                f"flows.csv: {row.flow} lies within {row.within}, which is not declared above it"
            )
        found[row.flow] = row
    return found


@cache
def margins() -> dict[str, Margin]:
    """The declared margins by name. Raises `ValueError` where one names a flow, kind or margin that is not declared."""
    found = {row.margin: row for row in read_table(__package__, "margins.csv", Margin)}
    for row in found.values():
        for column, words, known in (
            ("flows", row.flows, flows().keys()),
            ("kinds", row.kinds, kinds().keys()),
            ("instead_of", row.instead_of, found.keys() - {row.margin}),
        ):
            unknown = set(words) - known
            if unknown:
                raise ValueError(
                    f"margins.csv: {row.margin} has unknown words in {column}: {sorted(unknown)}"
                )
    return found


def standing_apart() -> tuple[str, ...]:
    """Margins whose rows are part of no sum over margins."""
    return tuple(row.margin for row in margins().values() if row.total == "apart")


def replaced_pairs() -> tuple[tuple[str, str], ...]:
    """Pairs of a margin and one that it replaces."""
    return tuple((row.margin, replaced) for row in margins().values() for replaced in row.instead_of)


def is_within(flow: str, larger: str) -> bool:
    """Whether a flow is another one or a part of it; an unknown flow is within itself alone."""
    while flow != larger:
        row = flows().get(flow)
        if row is None or not row.within:
            return False
        flow = row.within
    return True


def narrower(one: str, other: str) -> str | None:
    """The flow that two flows share: the one of them that is within the other; None where they share nothing."""
    if is_within(one, other):
        return one
    return other if is_within(other, one) else None
