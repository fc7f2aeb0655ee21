"""Other terms for a tranche: what it would be with another rate, longer, partly given, in local currency, put off.

rate=0.01           interest a year; of a floating rate the margin
maturity=25         years to the last repayment
grace=7             years without repayment
grant=0.5           part of it given instead of lent
share=0.8           part of it that its financier still lends; others pay the rest in
currency=0.04       owed in a currency that loses this share of its worth in US dollars a year
suspend=2028-2030   nothing is paid in these years, interest is added, the rest comes later
restructure=2030    what is owed at the end of the year on the terms that follow it: haircut, and those above
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from samarkand.core.faults import FaultList, did_you_mean
from samarkand.engines.loans.restructuring import restructure, suspend
from samarkand.engines.loans.schedule import LoanSchedule, make_schedule
from samarkand.engines.loans.terms import LoanTerms
from samarkand.priorities.finance.tranches import Tranche

CHANGES = ("rate", "maturity", "grace", "grant", "share", "currency", "suspend", "restructure", "haircut")
EXAMPLE = "Write for instance 1:rate=0.01."
OF_TERMS = ("rate", "maturity", "grace")


@dataclass(frozen=True)
class WhatIf:
    """Changes of one tranche, by its number; every loan of the item where that is 0."""

    tranche: int
    changes: Mapping[str, str]

    @property
    def words(self) -> str:
        """For readers."""
        of = f"tranche {self.tranche}" if self.tranche else "every loan"
        return f"{of}: {', '.join(f'{key} {value}' for key, value in self.changes.items())}"


def read_what_ifs(written: Sequence[str]) -> tuple[WhatIf, ...]:
    """`1:rate=0.01,grace=7`, or without a number of every loan. Raises `Faults` with everything that is wrong."""
    faults, found = FaultList(), []
    for text in written:
        number, _, rest = text.partition(":") if ":" in text else ("0", ":", text)
        changes: dict[str, str] = {}
        for pair in rest.split(","):
            key, equals, value = (part.strip() for part in pair.partition("="))
            if not equals or not value:
                faults.add(f"--what-if {text}", f"{pair!r} is not of the form KEY=VALUE", EXAMPLE)
            elif key not in CHANGES:
                faults.add(f"--what-if {text}", f"unknown change {key!r}", did_you_mean(key, CHANGES))
            elif not _is_good(key, value):
                faults.add(
                    f"--what-if {text}",
                    f"{value!r} is no {key}",
                    _REMEDY.get(key, "Write a number, as 0.01."),
                )
            else:
                changes[key] = value
        if not number.strip().isdigit():
            faults.add(f"--what-if {text}", f"{number!r} is no number of a tranche", EXAMPLE)
            continue
        found.append(WhatIf(int(number), changes))
    faults.raise_if_any()
    return tuple(found)


_REMEDY = {"suspend": "Write years, as 2028-2030.", "restructure": "Write a year, as 2030."}


def _is_good(key: str, value: str) -> bool:
    if key == "suspend":
        first, dash, last = value.partition("-")
        return first.isdigit() and (not dash or (last.isdigit() and int(first) <= int(last)))
    if key == "restructure":
        return value.isdigit()
    try:
        number = float(value)
    except ValueError:
        return False
    low, high = {"rate": (-0.99, 1.0), "currency": (-0.5, 0.5)}.get(
        key, (0.0, 100.0 if key in OF_TERMS else 1.0)
    )
    return low <= number <= high


def applied(tranches: Sequence[Tranche], what_ifs: Sequence[WhatIf]) -> tuple[Tranche, ...]:
    """The tranches with all changes, in whatever order they are written; those of a tranche go before those of every
    loan. Raises `Faults` for tranches that are none, changes that are given twice, and terms that do not fit.
    """
    faults, found = FaultList(), list(tranches)
    known = [str(tranche.number) for tranche in tranches if tranche.schedule is not None]
    for one in what_ifs:
        if str(one.tranche) not in known and (one.tranche or not known):
            remedy = f"Tranches with a schedule: {', '.join(known) or 'none'}."
            faults.add(f"--what-if {one.words}", "names no tranche whose terms are known", remedy)
    for k, tranche in enumerate(found):
        if tranche.schedule is None:
            continue
        changes: dict[str, str] = {}
        for number in (0, tranche.number):
            mine = [one for one in what_ifs if one.tranche == number]
            given = [(key, value) for one in mine for key, value in one.changes.items()]
            for key in sorted({key for key, _ in given if [name for name, _ in given].count(key) > 1}):
                faults.add(f"--what-if {mine[-1].words}", f"{key} is given twice", "Keep one of them.")
            changes |= dict(given)
        try:
            found[k] = changed(tranche, changes) if changes else tranche
        except ValueError as error:
            words = WhatIf(tranche.number, changes).words
            faults.add(f"--what-if {words}", f"does not fit: {error}", "Correct a year or a term.")
    faults.raise_if_any()
    return tuple(found)


def changed(tranche: Tranche, changes: Mapping[str, str]) -> Tranche:
    """A tranche with some changes. Raises `ValueError` for terms that no loan can have."""
    loan = tranche.schedule
    if loan is None:
        return tranche
    lent = (1.0 - float(changes.get("grant", 0.0))) * float(changes.get("share", 1.0))
    amount = None if tranche.amount is None else tranche.amount * float(changes.get("share", 1.0))
    if lent == 0.0:
        return replace(tranche, amount=amount, schedule=None, rates={})
    terms = _terms(loan.terms, changes)
    if "restructure" not in changes and (lent != 1.0 or terms != loan.terms):
        loan = _again(loan, terms, lent)
    elif lent != 1.0:
        loan = _again(loan, loan.terms, lent)
    if "suspend" in changes:
        first, _, last = changes["suspend"].partition("-")
        loan = suspend(loan, int(first), int(last or first))
    if "restructure" in changes:
        loan = restructure(loan, int(changes["restructure"]), terms, float(changes.get("haircut", 0.0)))
    return replace(
        tranche, amount=amount, schedule=loan, rates=_rates(tranche, loan, changes.get("currency"))
    )


def _terms(terms: LoanTerms, changes: Mapping[str, str]) -> LoanTerms:
    new = replace(terms, **{key: float(changes[key]) for key in OF_TERMS if key in changes})  # type: ignore[arg-type]
    if not new.base:
        return new
    first, last = min(new.base), max(new.base)
    longer = range(first, last + 101)
    return replace(new, base={year: new.base.get(year, new.base[last]) for year in longer})


def _again(loan: LoanSchedule, terms: LoanTerms, lent: float) -> LoanSchedule:
    draws = [(day, round(cents * lent)) for day, cents in loan.draws]
    return make_schedule(terms, [(day, cents) for day, cents in draws if cents > 0])


def _rates(tranche: Tranche, loan: LoanSchedule, falls: str | None) -> dict[int, float]:
    """Worth of the currency by year: as declared, the last one held; or falling by a share a year from the first."""
    years = range(loan.start.year, loan.payments[-1].day.year + 1)
    if falls is not None:
        return {year: (1.0 - float(falls)) ** (year - years.start) for year in years}
    if not tranche.rates:
        return {}
    last = tranche.rates[max(tranche.rates)]
    return {year: tranche.rates.get(year, last) for year in years}
