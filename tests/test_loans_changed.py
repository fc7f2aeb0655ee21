"""Loans that are suspended or restructured while they run, and bisection with its certificate."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from samarkand.engines.bisection import find_least_change
from samarkand.engines.loans.restructuring import restructure, suspend
from samarkand.engines.loans.schedule import make_schedule
from samarkand.engines.loans.terms import LoanTerms
from samarkand.engines.loans.values import calc_service_value

START = date(2026, 1, 1)
LOAN = make_schedule(LoanTerms(0.06, 5, 1, 1), [(START, 40_000)])  # 400.00; 100.00 a year from 2028 on


def test_a_suspended_loan_by_hand():
    """Nothing in 2029: 300.00 owed bears 18.00, which is added; then 106.00 a year, a year later than before."""
    found = suspend(LOAN, 2029, 2029)
    rows = [(one.day.year, one.interest, one.added, one.principal, one.owed) for one in found.payments]
    assert rows == [
        (2027, 2_400, 0, 0, 40_000),
        (2028, 2_400, 0, 10_000, 30_000),
        (2029, 1_800, 1_800, 0, 31_800),
        (2030, 1_908, 0, 10_600, 21_200),
        (2031, 1_272, 0, 10_600, 10_600),
        (2032, 636, 0, 10_600, 0),
    ]
    assert found.repaid == found.drawn + 1_800


def test_a_suspension_costs_the_lender_nothing_at_the_rate_of_the_loan():
    # A cent of rounding a payment.
    assert calc_service_value(suspend(LOAN, 2028, 2030), 0.06) == pytest.approx(40_000, abs=8)


def test_a_suspension_in_the_grace_moves_the_first_repayment():
    found = suspend(make_schedule(LoanTerms(0.06, 5, 2, 1), [(START, 30_000)]), 2027, 2027)
    assert [one.principal > 0 for one in found.payments] == [False, False, False, True, True, True]
    assert found.repaid == 31_800


def test_a_restructured_loan_by_hand():
    """300.00 owed at the end of 2028; a third is forgiven, 200.00 at 1 % over two years from there."""
    found = restructure(LOAN, 2028, LoanTerms(0.01, 2, 0, 1), 1 / 3)
    last = [(one.day.year, one.interest, one.principal, one.owed, one.forgiven) for one in found.payments[1:]]
    assert last == [
        (2028, 2_400, 10_000, 20_000, 10_000),
        (2029, 200, 10_000, 10_000, 0),
        (2030, 100, 10_000, 0, 0),
    ]
    assert found.repaid + 10_000 == found.drawn


@pytest.mark.parametrize(
    "change",
    [
        lambda: suspend(LOAN, 2040, 2041),
        lambda: suspend(make_schedule(LOAN.terms, [(START, 5), (date(2027, 1, 1), 5)]), 2027, 2027),
        lambda: restructure(LOAN, 2026, LOAN.terms),
        lambda: restructure(LOAN, 2031, LOAN.terms),
        lambda: restructure(LOAN, 2028, LOAN.terms, 1.0),
        lambda: restructure(make_schedule(LOAN.terms, [(START, 5), (date(2028, 1, 1), 5)]), 2027, LOAN.terms),
    ],
)
def test_changes_that_no_loan_can_have_are_refused(change):
    with pytest.raises(ValueError):
        change()


def test_what_follows_is_without_the_fees_of_the_beginning():
    dear = replace(LOAN.terms, upfront_fee=0.02, insurance_premium=0.03)
    loan = make_schedule(dear, [(START, 40_000)])
    assert sum(one.fees for one in suspend(loan, 2029, 2029).payments) == 0
    assert suspend(loan, 2029, 2029).at_signing == 2_000


@pytest.mark.parametrize(("start", "end", "least"), [(0.0, 1.0, 0.337), (1.0, 0.0, 0.336)])
def test_the_least_change_lies_one_step_behind_what_fails(start, end, least):
    limit = 0.3365
    found = find_least_change(lambda x: (x >= limit) == (end > start), start, end, 0.001)
    assert found.met_at == pytest.approx(least)
    assert abs(found.met_at - found.not_met_at) == pytest.approx(0.001)
    assert dict(found.tried)[found.met_at]
    assert not dict(found.tried)[found.not_met_at]
    assert len(found.tried) <= 17 + 7  # points in order, then halves of a sixteenth of a thousand steps


def test_nothing_need_change_and_nothing_helps():
    kept = find_least_change(lambda x: True, 0.0, 1.0, 0.1)
    assert (kept.met_at, kept.not_met_at, len(kept.tried)) == (0.0, None, 1)
    lost = find_least_change(lambda x: False, 0.0, 1.0, 0.1)
    assert (lost.met_at, lost.not_met_at) == (None, 1.0)
    with pytest.raises(ValueError, match="above zero"):
        find_least_change(lambda x: True, 0.0, 1.0, 0.0)


def test_a_condition_that_is_met_on_an_island_is_found_by_the_points_in_order():
    found = find_least_change(lambda x: 3 <= x <= 5 or x >= 9, 0.0, 10.0, 1.0)
    assert (found.met_at, found.not_met_at) == (3.0, 2.0)
