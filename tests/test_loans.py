"""Loans: published grant elements, algebra of schedules, a schedule by hand, day counts of the ISDA's examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from samarkand.engines.loans.day_count import CONVENTIONS, add_months, calc_days, calc_year_fraction
from samarkand.engines.loans.schedule import LoanSchedule, make_schedule
from samarkand.engines.loans.terms import PERIODS, PROFILES, LoanTerms
from samarkand.engines.loans.values import (
    LARGE,
    calc_concentration,
    calc_cost_of_borrowing,
    calc_effective_rate,
    calc_grant_element,
    calc_present_value,
    calc_service_value,
)
from soaking import cases

START = date(2026, 1, 15)
MOST_CENTS = 10**13

# At 5 %, semi-annual, equal principal: as printed in IMF and World Bank guidance and in the literature on lending.
PUBLISHED = {
    "International Development Association": (0.0075, 38, 6, 53.2),
    "export-import bank, 5 years of grace": (0.02, 20, 5, 26.8),
    "export-import bank, 7 years of grace": (0.02, 20, 7, 28.6),
    "typical official loan of China": (0.042, 10, 0, 3.3),
    "typical loan of members of the DAC": (0.011, 28, 0, 35.9),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_grant_elements_are_those_published_to_the_printed_digit(name):
    rate, maturity, grace, printed = PUBLISHED[name]
    assert round(100 * calc_grant_element(LoanTerms(rate, maturity, grace), 0.05), 1) == printed


def terms(least_rate=0.0, most_rate=0.15):
    """Loans of whole periods, of every profile and number of payments."""

    @st.composite
    def draw_terms(draw):
        per_year = draw(st.sampled_from(PERIODS))
        periods = draw(st.integers(2, 40))
        grace = draw(st.integers(0, periods - 1))
        return LoanTerms(
            rate=draw(st.integers(round(least_rate * 1e4), round(most_rate * 1e4))) / 1e4,
            maturity=periods / per_year,
            grace=grace / per_year,
            payments_a_year=per_year,
            profile=draw(st.sampled_from(PROFILES)),
            day_count=draw(st.sampled_from(CONVENTIONS)),
            capitalised=draw(st.booleans()),
        )

    return draw_terms()


@st.composite
def loans(draw, **rates) -> LoanSchedule:
    found = draw(terms(**rates))
    last = add_months(START, round(12 * found.grace))
    days = sorted(draw(st.lists(st.dates(START, max(last, START)), min_size=0, max_size=4)))
    draws = [(day, draw(st.integers(1, MOST_CENTS))) for day in [START, *days]]
    return make_schedule(found, draws)


@given(loans())
@settings(max_examples=len(cases(300)), deadline=None)
def test_a_schedule_repays_what_was_drawn_and_what_was_added_to_the_cent(loan):
    added = sum(one.added for one in loan.payments)
    assert loan.repaid == loan.drawn + added
    assert loan.payments[-1].owed == 0
    assert all(one.owed >= 0 and one.principal >= 0 for one in loan.payments)
    owed = 0
    for one in loan.payments:  # each line follows from the one before
        owed += one.drawn + one.added - one.principal
        assert one.owed == owed


@given(loans())
@settings(max_examples=len(cases(200)), deadline=None)
def test_no_period_before_the_grace_is_over_repays_and_no_more_interest_is_added_than_accrues(loan):
    for number, one in enumerate(loan.payments, 1):
        assert (one.principal == 0) or number >= loan.terms.first_repayment
        assert 0 <= one.added <= one.interest


@given(terms(), st.integers(10**9, MOST_CENTS))
@settings(max_examples=len(cases(300)), deadline=None)
def test_present_value_at_its_own_rate_is_what_was_lent(found, cents):
    """30/360 with periods of whole months: each is 1/n of a year, and the rate compounds as it is paid."""
    found = replace(found, day_count="30/360")
    loan = make_schedule(found, [(START, cents)])
    own = (1 + found.rate / found.payments_a_year) ** found.payments_a_year - 1
    # Each payment is rounded to the cent: a half for each of its parts at most.
    assert calc_service_value(loan, own) == pytest.approx(cents, abs=len(loan.payments) + 1e-12 * cents)


@given(terms(most_rate=0.0493), st.integers(1, 20))
@settings(max_examples=len(cases(200)), deadline=None)
def test_longer_grace_never_lowers_the_grant_element_of_loans_below_five_per_cent(found, longer):
    per_year = found.payments_a_year
    assume((1 + found.rate / per_year) ** per_year - 1 < 0.05)
    assume(found.grace * per_year + longer < found.periods)
    more = replace(found, grace=found.grace + longer / per_year)
    # 1e-10: cents of a loan of ten thousand million.
    assert calc_grant_element(more, 0.05) >= calc_grant_element(found, 0.05) - 1e-10


@given(terms())
@settings(max_examples=len(cases(100)), deadline=None)
def test_the_grant_element_of_equal_repayments_is_the_formula_of_the_oecd(found):
    a = found.payments_a_year
    equal = replace(found, profile="equal_principal")
    grace, repayments = equal.first_repayment - 1, equal.periods - equal.first_repayment + 1
    d = 1.05 ** (1 / a) - 1
    v = 1 / (1 + d)
    by_formula = (1 - found.rate / a / d) * (1 - (v**grace - v**equal.periods) / (d * repayments))
    assert calc_grant_element(equal, 0.05) == pytest.approx(by_formula, abs=1e-10)


def test_a_loan_by_hand():
    """1,000.00 at 6 %, three years, one of grace, yearly, drawn 600 on the first day and 400 after half a year.

    Year 1: 600 x 6 % + 400 x 6 % x 180/360 = 36 + 12 = 48.00. Year 2: 60.00, half of 1,000 is repaid. Year 3: 30.00.
    """
    loan = make_schedule(
        LoanTerms(0.06, 3, 1, 1, upfront_fee=0.01, commitment_fee=0.005, insurance_premium=0.02),
        [(date(2026, 1, 1), 60_000), (date(2026, 7, 1), 40_000)],
    )
    assert loan.at_signing == 3_000
    assert [one.interest for one in loan.payments] == [4_800, 6_000, 3_000]
    assert [one.principal for one in loan.payments] == [0, 50_000, 50_000]
    assert [one.fees for one in loan.payments] == [100, 0, 0]  # 400 x 0.5 % x 180/360
    added = make_schedule(replace(loan.terms, capitalised=True, payments_a_year=2), loan.draws)
    # Only what is due by the last drawdown: half a year on 600, 18.00.
    assert [one.added for one in added.payments] == [1_800, 0, 0, 0, 0, 0]
    assert added.repaid == 101_800


def test_an_equal_payment_by_hand():
    """100.00 at 10 % in two years: 100 / (1/1.1 + 1/1.21) = 57.619...; 10.00 of it is interest, then 5.24."""
    loan = make_schedule(LoanTerms(0.10, 2, 0, 1, "annuity"), [(START, 10_000)])
    assert [(one.interest, one.principal) for one in loan.payments] == [(1_000, 4_762), (524, 5_238)]


def test_a_floating_rate_takes_the_base_of_the_year_in_which_a_period_begins():
    loan = make_schedule(
        LoanTerms(0.02, 2, 0, 1, "bullet", base={2026: 0.01, 2027: 0.03}), [(date(2026, 6, 1), 10_000)]
    )
    assert [one.interest for one in loan.payments] == [300, 500]
    with pytest.raises(KeyError):
        make_schedule(LoanTerms(0.02, 2, 0, 1, base={2026: 0.01}), [(date(2026, 6, 1), 10_000)])


# 2006 ISDA Definitions 4.16(f) and what calendars say; the first four are examples of the Association.
DAYS = [
    (date(2007, 1, 15), date(2007, 1, 30), "30/360", 15),
    (date(2007, 9, 30), date(2008, 3, 31), "30/360", 180),
    (date(2007, 9, 30), date(2007, 10, 31), "30/360", 30),
    (date(2007, 1, 31), date(2007, 2, 28), "30/360", 28),
    (date(2007, 1, 15), date(2007, 1, 31), "30/360", 16),
    (date(2024, 2, 1), date(2024, 3, 1), "act/360", 29),
    (date(2025, 2, 1), date(2025, 3, 1), "act/365", 28),
]


@pytest.mark.parametrize(("start", "end", "convention", "days"), DAYS)
def test_days_are_counted_as_the_convention_says(start, end, convention, days):
    assert calc_days(start, end, convention) == days
    year = 365 if convention == "act/365" else 360
    assert calc_year_fraction(start, end, convention) == Fraction(days, year)


def test_months_end_where_the_day_is_missing():
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 11, 30), 15) == date(2028, 2, 29)


def test_fees_raise_the_cost_and_lower_the_grant_element():
    plain, dear = LoanTerms(0.02, 20, 5), LoanTerms(0.02, 20, 5, insurance_premium=0.05)
    assert calc_grant_element(dear, 0.05) == pytest.approx(calc_grant_element(plain, 0.05) - 0.05, abs=1e-10)
    costs = [calc_cost_of_borrowing([make_schedule(one, [(START, LARGE)])]) for one in (plain, dear)]
    # Half-years compound, and lie a day or two off half of 365 days.
    assert costs[0] == pytest.approx(1.01**2 - 1, abs=2e-5)
    assert costs[1] > costs[0] + 0.004


def test_values_of_flows():
    year = [(date(2026, 1, 1), -100.0), (date(2027, 1, 1), 110.0)]
    assert calc_effective_rate(year) == pytest.approx(0.1, abs=1e-12)
    assert calc_present_value(year, 0.1, date(2026, 1, 1)) == pytest.approx(0, abs=1e-12)
    assert calc_effective_rate(year[:1]) != calc_effective_rate(year[:1])  # not a number
    with pytest.raises(ValueError, match="above -1"):
        calc_present_value(year, -1.0, date(2026, 1, 1))


def test_concentration_is_one_over_the_number_where_all_are_equal():
    assert calc_concentration([5, 5, 5, 5]) == pytest.approx(0.25)
    assert calc_concentration([0, 7]) == 1.0
    assert calc_concentration([0.5, 0.3, 0.2]) == pytest.approx(0.25 + 0.09 + 0.04)
    assert calc_concentration([]) != calc_concentration([])


@pytest.mark.parametrize(
    "change",
    [
        {"payments_a_year": 3}, {"profile": "balloon"}, {"day_count": "30E/360"}, {"grace": 21}, {"grace": -1},
        {"rate": -1.0}, {"maturity": 0.1},
    ],
)  # fmt: skip
def test_terms_that_no_loan_has_are_refused(change):
    with pytest.raises(ValueError):
        LoanTerms(**{"rate": 0.02, "maturity": 20, "grace": 5, **change})


@pytest.mark.parametrize(
    "draws", [[], [(START, 0)], [(START, 5), (date(2025, 1, 1), 5)], [(START, 5), (date(2046, 1, 15), 5)]]
)
def test_drawdowns_that_no_loan_has_are_refused(draws):
    with pytest.raises(ValueError):
        make_schedule(LoanTerms(0.02, 20, 5), draws)
