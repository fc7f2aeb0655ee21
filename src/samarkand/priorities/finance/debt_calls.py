"""Fiscal risk: debts of the programme that are not public debt, and what of them the government may have to pay.

    guarantees     debt that a party of the economy guarantees, and guarantees that it gives
    state_owned    debt of state-owned borrowers without a guarantee
    partnerships   debt of project companies without a guarantee

Expected calls are a share of what is owed in each year, stressed ones a share of the most that is owed. The share of
partnerships that a crisis calls is that of the framework (35 %); all others are given by the user with their source,
else calls are not assessable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samarkand.priorities.faces import Answer
from samarkand.priorities.finance.assessment import stack_of
from samarkand.priorities.finance.debt_framework import Framework
from samarkand.priorities.finance.debt_macro import Economy
from samarkand.priorities.finance.debt_service import in_years

Array = NDArray[np.float64]
KINDS = {"state_owned": "state_owned", "private_non_guaranteed": "partnerships"}
TITLES = {
    "guarantees": "guaranteed debt", "state_owned": "state-owned borrowers", "partnerships": "project companies",
}  # fmt: skip


@dataclass(frozen=True)
class Calls:
    """Of one kind: what is owed by year, US$ m, and what may be called; None with the term that is needed."""

    kind: str
    owed: Array
    expected: Array | None
    stressed: float | None
    needs: tuple[str, ...] = ()


def exposures(answer: Answer, code: str, years: Sequence[int]) -> dict[str, Array]:
    """What is owed in each year by kind, US$ m, where the government of an economy may have to pay."""
    found = {kind: np.zeros(len(years)) for kind in TITLES}
    parties = {party.id: party.economy for party in answer.programme.parties}
    for one in stack_of(answer.timeline):
        guarantor = parties.get(str(one.line.get("guarantor") or ""))
        share = one.hosts.get(code, 0.0)
        if not one.line.is_debt or one.schedule is None or one.perimeter not in KINDS:
            continue
        owed = in_years(one, one.by_year["owed"], years)
        if guarantor == code:
            found["guarantees"] += owed
        elif share and guarantor is None:
            found[KINDS[one.perimeter]] += share * owed
    return found


def calls_of(exposure: dict[str, Array], economy: Economy | None, rules: Framework) -> tuple[Calls, ...]:
    """Expected and stressed calls of what is owed, by kind with anything owed."""
    found = []
    for kind, owed in exposure.items():
        if not owed.any():
            continue
        often = None if economy is None else economy.term(f"{kind}_call")
        crisis = rules["call_partnerships"] if kind == "partnerships" else None
        if crisis is None and economy is not None:
            crisis = economy.term(f"{kind}_stress")
        needs = [f"{kind}_call"] if often is None else []
        needs += [f"{kind}_stress"] if crisis is None else []
        expected = None if often is None else often * owed
        stressed = None if crisis is None else crisis * float(owed.max())
        found.append(Calls(kind, owed, expected, stressed, tuple(needs)))
    return tuple(found)
