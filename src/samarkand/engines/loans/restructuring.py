"""Loans whose terms change while they run: service suspended for some years, or what is owed put on new terms."""

from __future__ import annotations

from dataclasses import replace

from samarkand.engines.loans.day_count import add_months, calc_year_fraction
from samarkand.engines.loans.schedule import LoanSchedule, Payment, exact, make_schedule, to_cents
from samarkand.engines.loans.terms import LoanTerms


def suspend(loan: LoanSchedule, first: int, last: int) -> LoanSchedule:
    """Nothing is paid in the years from `first` to `last`: interest is added to the loan, and all later payments come
    as much later.

    Raises
    ------
    ValueError
        Where no payment is due in these years, or something is still drawn in them or after.
    """
    due = [k for k, one in enumerate(loan.payments) if first <= one.day.year <= last]
    if not due:
        raise ValueError(f"no payment is due from {first} to {last}")
    if loan.draws[-1][0].year >= first:
        raise ValueError("it is still drawn in these years or after them")
    begin, terms = due[0], loan.terms
    months = 12 // terms.payments_a_year
    day = loan.payments[begin - 1].day if begin else loan.start
    owed = loan.payments[begin - 1].owed if begin else loan.drawn
    waiting: list[Payment] = []
    for _ in due:
        end = add_months(day, months)
        interest = to_cents(
            exact(terms.rate_in(day.year)) * owed * calc_year_fraction(day, end, terms.day_count)
        )
        owed += interest
        waiting.append(Payment(end, 0, interest, interest, 0, 0, owed))
        day = end
    left = terms.periods - begin
    free = max(terms.first_repayment - 1 - begin, 0)
    return _go_on(loan, begin, tuple(waiting), replace(terms, maturity=left / terms.payments_a_year,
                  grace=free / terms.payments_a_year), 0)  # fmt: skip


def restructure(loan: LoanSchedule, year: int, terms: LoanTerms, haircut: float = 0.0) -> LoanSchedule:
    """What is owed at the end of a year, less a part that is forgiven, put on new terms from its last payment on.

    Raises
    ------
    ValueError
        Where nothing is owed then, it is still drawn after it, or the haircut is no share.
    """
    if not 0 <= haircut < 1:
        raise ValueError("the haircut is a share from 0 to below 1")
    kept = sum(1 for one in loan.payments if one.day.year <= year)
    if kept == 0 or loan.payments[kept - 1].owed == 0:
        raise ValueError(f"nothing is owed at the end of {year}, or nothing was due before")
    if loan.draws[-1][0] >= loan.payments[kept - 1].day:
        raise ValueError("it is still drawn after it")
    forgiven = to_cents(exact(haircut) * loan.payments[kept - 1].owed)
    return _go_on(loan, kept, (), terms, forgiven)


def _go_on(
    loan: LoanSchedule, kept: int, waiting: tuple[Payment, ...], terms: LoanTerms, forgiven: int
) -> LoanSchedule:
    """The loan up to a payment, what waits, and what is owed then on the terms that follow."""
    before = [*loan.payments[:kept], *waiting]
    last = before[-1]
    if forgiven:
        before[-1] = last = replace(last, forgiven=forgiven, owed=last.owed - forgiven)
    plain = replace(terms, upfront_fee=0.0, insurance_premium=0.0, commitment_fee=0.0, capitalised=False)
    new = make_schedule(plain, [(last.day, last.owed)])
    after = [replace(new.payments[0], drawn=0), *new.payments[1:]]
    return LoanSchedule(loan.terms, loan.draws, loan.at_signing, (*before, *after))
