"""Checks of the terms of a source of finance: what no contract can say, and what a schedule needs to know."""

from __future__ import annotations

from collections.abc import Iterator

from samarkand.core.evidence import Evidence
from samarkand.core.faults import did_you_mean
from samarkand.programme.model.models import Financing, When
from samarkand.world.economies.currencies import US_DOLLAR, currencies

Finding = tuple[str, str, str]  # the key, what is wrong, the remedy


def findings(line: Financing) -> Iterator[Finding]:
    """All that is wrong with the terms of one source of finance; all of it, in any order of keys."""
    yield from _time(line)
    yield from _rate(line)
    currency = line.get("currency") or US_DOLLAR
    if currency not in currencies():
        yield (
            "currency",
            f"is {currency!r}, which is no currency of ISO 4217",
            did_you_mean(currency, currencies()),
        )
    guarantor = line.get("guarantor")
    if guarantor is not None and guarantor == line.get("borrower"):
        yield (
            "guarantor",
            f"is the borrower itself, {guarantor}",
            "Name who pays where the borrower does not.",
        )
    if line.get("grant_share") is not None and line.instrument != "blended":
        yield (
            "grant_share",
            f"is of a blended facility, and this is {line.named}",
            "Make it blended, or a grant.",
        )
    if line.get("lent_on_by") is not None and line.instrument != "on_lending":
        yield (
            "lent_on_by",
            f"is of on-lending, and this is {line.named}",
            "Make it on_lending, or leave it out.",
        )
    has_rate = line.figure("interest_rate") is not None or line.figure("margin") is not None
    if line.is_debt and has_rate and line.figure("maturity") is not None and line.get("perimeter") is None:
        words = "public_external, public_domestic, state_owned, private_non_guaranteed; undeclared where no record says"
        yield (
            "perimeter",
            f"is missing, and {line.named} with its terms counts somewhere",
            f"Add perimeter: {words}.",
        )


def _time(line: Financing) -> Iterator[Finding]:
    maturity, grace = line.figure("maturity"), line.figure("grace")
    if maturity is not None and grace is not None and _of(maturity) < _of(grace):
        yield (
            "grace",
            f"of {_of(grace):g} years is longer than the maturity of {_of(maturity):g}",
            "Both count from the first drawdown: correct one of them.",
        )
    if maturity is not None and line.is_debt and _of(maturity) <= 0:
        yield "maturity", "is no time at all", "Give the years to the last repayment."
    days: list[tuple[str, When | None]] = [
        (name, line.get(name)) for name in ("first_drawdown", "last_drawdown", "closing")
    ]
    for before, (first_name, first) in enumerate(days):
        for last_name, last in days[before + 1 :]:
            if first is not None and last is not None and last.is_before(first):
                yield first_name, f"{first} comes after {last_name} {last}", "Correct one of the two days."


def _rate(line: Financing) -> Iterator[Finding]:
    fixed, base, margin = line.figure("interest_rate"), line.get("base_rate"), line.figure("margin")
    if fixed is not None and (base is not None or margin is not None):
        yield "interest_rate", "is fixed, and there is a base rate or a margin too", "Leave one of them out."
    elif (base is None) != (margin is None):
        given = "a base rate without a margin" if margin is None else "a margin without a base rate"
        yield "margin", f"there is {given}", "Give both, or a fixed interest_rate."
    for name, rate in (("interest_rate", fixed), ("margin", margin)):
        if rate is not None and _of(rate) < 0 and not line.is_true("negative_rate"):
            yield name, f"is {_of(rate):.2%}, below zero", "Add negative_rate = true if it is meant."


def _of(figure: Evidence) -> float:
    assert figure.value is not None  # `Financing.figure` gives none without
    return figure.value
