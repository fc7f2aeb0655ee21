"""Who gains by tenth: by hand on the toy world, flat where shares are, and what follows for the poor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import samarkand as sk
from samarkand.engines.equilibrium.measures import calc_consumer_price_hat
from samarkand.engines.lorenz import make_lognormal
from samarkand.priorities.social.command import people as people_command
from samarkand.priorities.social.distribution import (
    TENTHS,
    calc_gini_of_tenths,
    calc_incomes_of_tenths,
    calc_poor,
    calc_poor_by_tenths,
    distributions,
)  # fmt: skip
from samarkand.priorities.social.incidence import CHANNELS, calc_shares_of_tenths, incidence_of
from samarkand.priorities.social.page import page
from samarkand.priorities.social.poverty import NO_TENTHS
from samarkand.reports.readiness import readiness_of
from samarkand.session import Session
from samarkand.world.economies.facts import COLUMNS, Facts
from samarkand.world.economies.tenths import read_groups, write_groups
from toy import ECONOMIES, SECTORS, make_toy_world, toy_programme

KGZ = ECONOMIES.index("KGZ")
FALLING = np.linspace(0.9, 0.1, 10)  # of income by work in agriculture, from the poorest tenth
FOOD = np.linspace(0.7, 0.2, 10)  # of spending
TAXES = np.arange(1, 11) / 55.0
REST = ("metals", "machinery", "construction", "business")
SURVEY = {"survey_mean_2021": 6.0, "population": 7e6, "gini": 35.0}
LAMBDA = 0.7


def world_with(**texts):
    rows = [("KGZ", name, value, "", 2021, "made up", "observed") for name, value in SURVEY.items()]
    rows += [("KGZ", f"tenths_{of}", np.nan, text, 2021, "made up", "observed") for of, text in texts.items()]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"year": "Int16"})
    return replace(make_toy_world(), fact_table=Facts(table, 2025))


def texts(work=FALLING, spending=FOOD, taxes=TAXES):
    return {
        "work": write_groups({("agriculture",): work, REST: 1 - work}),
        "spending": write_groups({("agriculture",): spending, REST: 1 - spending}),
        "taxes": write_groups({("all",): taxes}),
    }


def appraise(world, **terms):
    return sk.appraise(toy_programme(), world, session=Session(), years=(2027, 2035), **terms)


@pytest.fixture(scope="module")
def appraisal():
    return appraise(world_with(**texts()))


def by_hand(state, shares):
    """Real income of each tenth from the arrays of both solutions, and of the mean."""
    old, new = state.without, state.with_
    farm = [sector == "agriculture" for sector in SECTORS]
    other = np.logical_not(farm)

    def mean(values, weights, inside):
        return (values * weights)[inside].sum() / weights[inside].sum()

    grown = new.output[KGZ] / old.output[KGZ]
    added = old.accounts.value_added_share[KGZ] * old.output[KGZ]
    work = FALLING * mean(grown, added, farm) + (1 - FALLING) * mean(grown, added, other)
    dearer = np.log(new.price_hat[KGZ] / old.price_hat[KGZ])
    bought = old.accounts.consumption_share[KGZ]
    prices = np.exp(FOOD * mean(dearer, bought, farm) + (1 - FOOD) * mean(dearer, bought, other))
    before = old.private_spending[KGZ] + old.tax[KGZ]
    nominal = (new.private_spending[KGZ] + new.tax[KGZ]) / before * work / (shares * work).sum()
    tax = (new.tax[KGZ] - old.tax[KGZ]) / before
    return (nominal - tax * TAXES / shares) / prices - 1, tax


def test_incidence_by_hand(appraisal):
    state = appraisal.timeline.last
    shares = calc_shares_of_tenths(distributions(appraisal.world)["KGZ"])
    expected, tax = by_hand(state, shares)
    assert tax > 0
    found = incidence_of(state, "KGZ", shares)
    np.testing.assert_allclose(found.together, expected, atol=1e-14)
    array = appraisal.array("growth_incidence").sel(economy="KGZ")
    cases = [f"{tenth}: together" for tenth in TENTHS]
    np.testing.assert_allclose(array.sel(case=cases), expected, atol=1e-14)
    assert np.ptp(expected) > 1e-6


def test_tenths_make_the_income_of_the_economy(appraisal):
    """Weighted by income the tenths change as real income does: exactly but for the index of prices, 1e-3 of it."""
    state = appraisal.timeline.last
    shares = calc_shares_of_tenths(distributions(appraisal.world)["KGZ"])
    found = incidence_of(state, "KGZ", shares)
    overall = (
        state.with_.private_spending / state.without.private_spending
        / (calc_consumer_price_hat(state.with_) / calc_consumer_price_hat(state.without))
    )[KGZ] - 1  # fmt: skip
    poor_prices = np.average(found.by_prices, weights=shares)
    assert (shares * found.together).sum() == pytest.approx(overall + poor_prices, rel=1e-2)
    parts = found.by_wages + found.by_prices + found.by_taxes
    np.testing.assert_allclose(found.together - overall, parts, atol=1e-5)  # products of small changes


def test_shares_of_the_accounts_leave_all_alike():
    """Work and spending of all tenths as in the accounts, taxes by income: nobody gains more."""
    bare = appraise(world_with())
    solution = bare.timeline.last.without
    shares = calc_shares_of_tenths(distributions(bare.world)["KGZ"])
    bought = solution.accounts.consumption_share[KGZ]
    even = {(sector,): np.full(10, bought[k]) for k, sector in enumerate(SECTORS)}
    flat = appraise(
        world_with(
            work=write_groups(even), spending=write_groups(even), taxes=write_groups({("all",): shares})
        )
    )
    x = float(flat.array("real_income").sel(economy="KGZ"))
    found = flat.array("growth_incidence").sel(economy="KGZ", case=[f"{one}: together" for one in TENTHS])
    np.testing.assert_allclose(found, float(found[0]), rtol=1e-6)  # shares are written with nine digits
    np.testing.assert_allclose(flat.array("income_of_tenths").sel(economy="KGZ"), LAMBDA * x, rtol=1e-6)
    for name in ("poverty_headcount", "poverty_gap", "poverty_severity"):
        np.testing.assert_allclose(
            flat.array(name, "with").sel(economy="KGZ"),
            bare.array(name, "with").sel(economy="KGZ"),
            atol=1e-6,
        )


def test_incomes_and_gini_follow(appraisal):
    """Each tenth: pass-through x (real income + deviation from the mean)."""
    shares = calc_shares_of_tenths(distributions(appraisal.world)["KGZ"])
    expected, _ = by_hand(appraisal.timeline.last, shares)
    x = float(appraisal.array("real_income").sel(economy="KGZ"))
    growth = LAMBDA * (x + expected - (shares * expected).sum())
    found = appraisal.array("income_of_tenths").sel(economy="KGZ")
    np.testing.assert_allclose(found, growth, atol=1e-12)
    change = float(appraisal.array("gini_index").sel(economy="KGZ"))
    incomes = np.stack([shares, shares * (1 + growth)])
    before, after = 100 * calc_gini_of_tenths(incomes)
    assert change == pytest.approx(after - before, abs=1e-9)
    assert change != 0
    frame = appraisal.to_dataframe(["income_of_tenths"])
    row = frame[(frame["economy"] == "KGZ") & (frame["scenario"] == "change")].iloc[0]
    assert row["low"] < row["value"] < row["high"]


@settings(deadline=None)
@given(st.floats(0.2, 0.6), st.floats(0.7, 1.4), st.floats(0.2, 3.0))
def test_the_same_factor_for_all_tenths_is_a_higher_mean(gini, factor, line):
    curve = make_lognormal(gini)
    together = calc_poor(curve, np.array([2.0 * factor]), (2.0 * line,))
    apart = calc_poor_by_tenths(curve, 2.0, np.full((1, 10), factor), (2.0 * line,))
    for name in ("headcount", "gap", "severity"):
        np.testing.assert_allclose(
            getattr(apart, name), getattr(together, name), atol=2e-5
        )  # the quadrature's own


def test_poverty_by_tenths_by_hand():
    """Equal incomes within tenths: a lognormal cut into steps has whole tenths under a line."""
    curve = make_lognormal(0.4)
    incomes = calc_incomes_of_tenths(curve, 1.0)
    factors = np.ones((1, 10))
    factors[0, :3] = 1e6  # the three poorest become rich
    rich = calc_poor_by_tenths(curve, 1.0, factors, (incomes[4],))
    plain = calc_poor(curve, np.array([1.0]), (incomes[4],))
    assert rich.headcount[0, 0] == pytest.approx(plain.headcount[0, 0] - 0.3, abs=1e-9)
    assert rich.gap[0, 0] < plain.gap[0, 0]


def test_no_shock_is_no_change():
    nothing = appraise(world_with(**texts()), without=[item.id for item in toy_programme().items])
    for name in ("growth_incidence", "income_of_tenths", "gini_index"):
        np.testing.assert_allclose(nothing.array(name).sel(economy="KGZ"), 0.0, atol=1e-10)
    np.testing.assert_allclose(nothing.array("poverty_headcount").sel(economy="KGZ"), 0.0, atol=1e-10)


def test_what_is_not_given_is_even():
    """Taxes alone: work and prices add nothing; and without a file nothing is known."""
    alone = appraise(world_with(taxes=texts()["taxes"]))
    found = alone.array("growth_incidence").sel(economy="KGZ")
    for channel in ("by wages", "by prices"):
        np.testing.assert_allclose(found.sel(case=[f"{one}: {channel}" for one in TENTHS]), 0.0, atol=1e-14)
    assert abs(found.sel(case="tenth 10: by taxes")) > 0
    bare = appraise(world_with())
    assert set(bare.to_dataframe(["growth_incidence"])["reason"]) == {NO_TENTHS}
    assert NO_TENTHS == "needs file: shares by tenth: samarkand world import tenths"
    assert readiness_of(alone.world, "KGZ")["growth_incidence"] == "estimated"
    assert readiness_of(alone.world, "KAZ")["growth_incidence"] == NO_TENTHS


def test_groups_are_read_as_written():
    groups = read_groups(write_groups({("agriculture", "metals"): FALLING, ("business",): FOOD}))
    assert list(groups) == [("agriculture", "metals"), ("business",)]
    np.testing.assert_allclose(groups["business",], FOOD, rtol=1e-8)  # nine digits are written


def test_the_page_and_the_command_show_who_gains(appraisal):
    (bars,) = [chart for chart in page(appraisal).charts if "tenth" in chart.title]
    found = appraisal.array("income_of_tenths").sel(economy="KGZ")
    np.testing.assert_allclose(bars.values, found)
    of_one = people_command(appraisal, "KGZ")
    assert of_one.charts == (bars,)
    (table,) = [one for one in of_one.tables if one.title.startswith("Who gains")]
    assert len(table.rows) == 10
    assert len(table.heads) == 1 + len(CHANNELS)
    assert not any("move alike" in sentence for sentence in page(appraisal).lead)
    bare = appraise(world_with())
    assert any("move alike" in sentence for sentence in page(bare).lead)
    assert people_command(bare, "KGZ").charts == ()
