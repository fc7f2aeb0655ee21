"""Schedules of loans, in whole cents: what is drawn, paid and owed on each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

from samarkand.engines.loans.day_count import add_months, calc_year_fraction
from samarkand.engines.loans.terms import LoanTerms

DIGITS = 40  # of discount factors in an annuity: far beyond any cent


@dataclass(frozen=True)
class Payment:
    """The end of a period, in cents. `owed`: what is owed after it; `added`: interest that is added to the loan;
    `forgiven`: what need not be repaid any more.
    """

    day: date
    drawn: int
    interest: int
    added: int
    principal: int
    fees: int
    owed: int
    forgiven: int = 0

    @property
    def service(self) -> int:
        """Interest that is paid, principal and fees."""
        return self.interest - self.added + self.principal + self.fees


@dataclass(frozen=True)
class LoanSchedule:
    """A loan over its life, in cents.

    `draws`: days and amounts. `at_signing`: fees of the first day. `payments`: ends of periods.
    """

    terms: LoanTerms
    draws: tuple[tuple[date, int], ...]
    at_signing: int
    payments: tuple[Payment, ...]

    @property
    def start(self) -> date:
        """Day of the first drawdown."""
        return self.draws[0][0]

    @property
    def drawn(self) -> int:
        """All that is drawn."""
        return sum(amount for _, amount in self.draws)

    @property
    def repaid(self) -> int:
        """All that is repaid: what was drawn, and interest that was added to it."""
        return sum(one.principal for one in self.payments)

    def lender_flows(self) -> list[tuple[date, int]]:
        """What the lender gets by day: drawdowns below zero, service above."""
        flows = [(day, -amount) for day, amount in self.draws]
        return [*flows, (self.start, self.at_signing), *((one.day, one.service) for one in self.payments)]


def make_schedule(terms: LoanTerms, draws: Sequence[tuple[date, int]]) -> LoanSchedule:
    """A loan from its terms and what is drawn.

    Interest of a period is the sum of balance x rate x fraction of the year over its days, rounded to the cent, half a
    cent up. Equal repayments are what is owed over the number of those left, so that they add up to the last cent;
    equal payments are worked out anew when the rate changes or more is drawn. The last payment clears the loan.

    Parameters
    ----------
    terms
        What the contract says.
    draws
        Days and amounts in whole cents, above zero, in order of time.

    Raises
    ------
    ValueError
        Where nothing is drawn, or something after the last repayment or out of order.
    KeyError
        For a year without a base rate.
    """
    if not draws or any(amount <= 0 for _, amount in draws):
        raise ValueError("a loan has drawdowns, each above zero")
    days = [day for day, _ in draws]
    start, last_draw = days[0], days[-1]
    months = 12 // terms.payments_a_year
    ends = [start, *(add_months(start, k * months) for k in range(1, terms.periods + 1))]
    if days != sorted(days) or last_draw >= ends[-1]:
        raise ValueError("drawdowns are in order of time and end before the last repayment")
    total = sum(amount for _, amount in draws)
    at_signing = to_cents(total * (exact(terms.upfront_fee) + exact(terms.insurance_premium)))
    payments: list[Payment] = []
    owed, undrawn, level, known = 0, total, 0, None
    for number, (begin, end) in enumerate(pairwise(ends), 1):
        mine = [(day, amount) for day, amount in draws if begin <= day < end]
        rate = exact(terms.rate_in(begin.year))
        whole = calc_year_fraction(begin, end, terms.day_count)
        shares = [(amount, calc_year_fraction(day, end, terms.day_count)) for day, amount in mine]
        accrued = owed * whole + sum(amount * share for amount, share in shares)
        idle = undrawn * whole - sum(amount * share for amount, share in shares)
        interest, fee = to_cents(rate * accrued), to_cents(exact(terms.commitment_fee) * idle)
        drawn = sum(amount for amount, _ in shares)
        owed, undrawn = owed + drawn, undrawn - drawn
        added = interest if terms.capitalised and end <= last_draw else 0
        principal = 0
        if number == terms.periods:
            principal = owed
        elif number >= terms.first_repayment and terms.profile == "equal_principal":
            principal = to_cents(Fraction(owed, terms.periods - number + 1))
        elif number >= terms.first_repayment:
            if known != (rate, undrawn):
                level, known = _level(owed, rate, terms, ends[number - 1 :]), (rate, undrawn)
            principal = min(max(level - interest, 0), owed)
        owed += added - principal
        payments.append(Payment(end, drawn, interest, added, principal, fee, owed))
    return LoanSchedule(terms, tuple(draws), at_signing, tuple(payments))


def _level(owed: int, rate: Fraction, terms: LoanTerms, ends: Sequence[date]) -> int:
    """The equal payment: what is owed over the sum of discount factors `1 / ((1 + r f1) ... (1 + r fk))`."""
    with localcontext() as context:
        context.prec = DIGITS
        factor, total = Decimal(1), Decimal(0)
        for begin, end in pairwise(ends):
            growth = 1 + rate * calc_year_fraction(begin, end, terms.day_count)
            factor /= Decimal(growth.numerator) / Decimal(growth.denominator)
            total += factor
        return to_cents(Fraction(Decimal(owed) / total))


def exact(rate: float) -> Fraction:
    """A rate as it is written: 0.042 is 42 thousandths."""
    return Fraction(repr(float(rate)))


def to_cents(amount: Fraction | int) -> int:
    """To the whole cent, half a cent away from zero."""
    exact = Fraction(amount)
    size = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return size if exact >= 0 else -size
