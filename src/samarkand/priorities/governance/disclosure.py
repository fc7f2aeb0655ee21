"""Disclosure of a project: which elements of the standard are published, by whom, and when that was read.

Counted as the standard counts: 40 elements, each disclosed or not (`disclosure_elements.csv`), and the fields of each
line of finance. Nothing is weighed, and there is no index. Each stands in one of five ways:

    published      read at an address, on a day
    sourced        a source is named, and nobody read it again
    stated         the programme says it, where its file has no place for a source
    not_published  nothing is known, or only assumed
    no_key         a programme file has no place for it: a package of OC4IDS has

A term of finance that is not known and whose contract forbids to disclose it is secret.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any, Literal, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import Words, read_table
from samarkand.core.evidence import Evidence
from samarkand.core.gaps import Gap
from samarkand.core.labels import labelled
from samarkand.priorities.base import Levels, Outcomes
from samarkand.programme.model.models import Financing, Item, Programme, Project, When

Standing = Literal["published", "sourced", "stated", "secret", "not_published", "no_key"]
STANDINGS: tuple[Standing, ...] = ("published", "sourced", "stated", "not_published", "no_key")
OF_FINANCE: tuple[Standing, ...] = ("published", "sourced", "stated", "secret", "not_published")
NO_PROJECT = "a measure is no project of the standard"
NO_FINANCE = "no line of finance is given"


class Element(BaseModel):
    """A row of `disclosure_elements.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    stage: Literal["identification", "preparation", "completion", "procurement", "implementation"]
    title: str
    standard: Words
    keys: Words = ()


class FinanceField(BaseModel):
    """A row of `disclosure_finance.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    keys: Words
    debt: bool = False


class Disclosed(NamedTuple):
    """How something stands, by whom it is published, and when that was read."""

    standing: Standing
    source: str = ""
    read_on: date | None = None


NOTHING = Disclosed("not_published")


def elements() -> tuple[Element, ...]:
    """The 40 elements in the order of their stages."""
    return read_table(__package__, "disclosure_elements.csv", Element)


def finance_fields() -> tuple[FinanceField, ...]:
    """Fields of a line of finance that the standard has and a programme may hold."""
    return read_table(__package__, "disclosure_finance.csv", FinanceField)


def disclosure_of(item: Item, programme: Programme) -> Outcomes:
    """Number of elements, and of fields of finance, by how they stand."""
    if not isinstance(item, Project):
        gap = Gap(item.id, "disclosure", NO_PROJECT)
        return {"disclosure_elements": gap, "disclosure_finance": gap}
    found = Counter(element_of(item, one, programme).standing for one in elements())
    lines = [one for line in item.financing for _, one in terms_of(line)]
    terms = Counter(one.standing for one in lines)
    return {
        "disclosure_elements": _counts(found, STANDINGS),
        "disclosure_finance": _counts(terms, OF_FINANCE) if lines else Gap(item.id, "finance", NO_FINANCE),
    }


def element_of(item: Item, element: Element, programme: Programme) -> Disclosed:
    """How an element of an item stands: the best of its keys."""
    if not element.keys:
        return Disclosed("no_key")
    return _best([one for key in element.keys for one in _of_key(item, key, programme)])


def terms_of(line: Financing) -> Iterator[tuple[FinanceField, Disclosed]]:
    """How the fields of a line of finance stand; secret where none is known and the contract is confidential."""
    for row in finance_fields():
        if line.is_debt or not row.debt:
            one = _best([_of_value(line.get(key)) for key in row.keys])
            is_secret = one == NOTHING and line.is_true("confidential")
            yield row, Disclosed("secret") if is_secret else one


def _of_key(item: Item, key: str, programme: Programme) -> list[Disclosed]:
    """How a key of an item stands: what it says, and what lies within it."""
    if key == "owner":
        codes = {*item.parties, *(line.party for line in item.financing)}
        owners = (one for one in programme.parties if one.id in codes and one.role == "government")
        return [_of_value(owner.name) for owner in owners]
    if key in ("estimate", "outturn"):
        is_outturn = item.get("estimate_stage") == "outturn"
        return [_of_value(item.capex)] if is_outturn == (key == "outturn") else []
    if key == "financing":
        return [_of_value(line.party) for line in item.financing]
    if key == "esia":  # whether the assessment is published, not whether there is one
        return [Disclosed("stated")] if item.get("esia") == "disclosed" else []
    if key == "lengths":
        return [_of_value(section.length) for section in item.section]
    value = item.get(key)  # the source of a point is that of the city's coordinates: it publishes no project
    return [_of_value(one) for one in (value if isinstance(value, tuple) else (value,))]


def _of_value(value: Any) -> Disclosed:
    if isinstance(value, Evidence | When):
        if value.flag == "assumed" or (isinstance(value, Evidence) and value.value is None):
            return NOTHING
        if value.address and value.read_on:
            return Disclosed("published", value.source, value.read_on)
        return Disclosed("sourced", value.source) if value.source else Disclosed("stated")
    return NOTHING if value in (None, "", ()) else Disclosed("stated")


def _best(found: list[Disclosed]) -> Disclosed:
    """The best standing; of several the one read last."""
    order = {name: place for place, name in enumerate(STANDINGS)}
    return min(
        found, key=lambda one: (order[one.standing], -(one.read_on or date.min).toordinal()), default=NOTHING
    )


def _counts(found: Counter[Standing], standings: tuple[Standing, ...]) -> Levels:
    return Levels(change=labelled(np.array([float(found[one]) for one in standings]), case=list(standings)))
