"""Distribution and poverty on the toy world: by hand, by year, with ranges; and what is said where there is no survey.

Surveys are made up but for shares of tenths, which are those of Viet Nam in 2002 (fixtures/pip_2011.csv).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import samarkand as sk
from samarkand.engines.lorenz import calc_lognormal_sigma, calc_poverty, fit_lorenz
from samarkand.priorities.ranges import HoldOutRanges
from samarkand.priorities.social.command import people as people_command
from samarkand.priorities.social.distribution import calc_incomes_of_tenths, calc_poor, pass_through
from samarkand.priorities.social.page import page
from samarkand.priorities.social.poverty import NO_SURVEY, poverty_by_year
from samarkand.priorities.social.poverty_page import NO_SURVEY as NOT_ASSESSED
from samarkand.reports.readiness import readiness_of
from samarkand.session import Session
from samarkand.world.accounts.estimation.ranges import Width
from samarkand.world.assumptions import load_assumptions
from samarkand.world.economies.facts import COLUMNS, Facts
from samarkand.world.economies.surveys import TENTHS, shares_of, year_of_line
from toy import make_toy_world, toy_programme

TABLE = pd.read_csv(Path(__file__).parent.parent / "fixtures" / "pip_2011.csv", comment="#")
SHARES = TABLE.set_index("economy").loc["VNM", [f"d{k}" for k in range(1, 11)]].to_numpy(float) / 100
KGZ = {"survey_mean_2021": 6.0, "population": 7e6, **dict(zip(TENTHS, SHARES / SHARES.sum(), strict=True))}
KAZ = {"survey_mean_2017": 9.0, "gini": 30.0, "population": 20e6}
INDICATORS = ("poverty_headcount", "poverty_gap", "poverty_severity", "people_in_poverty")
YEARS = (2026, 2028, 2035)


def world_with(**surveys: dict[str, float]):
    measures = {"KGZ": "consumption HBS", "KAZ": "income HBS"}

    def text(code, name):
        return measures.get(code, "") if name.startswith("survey_mean") else ""

    rows = [
        (code, name, value, text(code, name), 2021, "made up", "observed")
        for code, survey in surveys.items()
        for name, value in survey.items()
    ]
    table = Facts(pd.DataFrame(rows, columns=list(COLUMNS)).astype({"year": "Int16"}), 2025)
    return replace(make_toy_world(), fact_table=table)


def appraise(world, years=YEARS, **terms):
    return sk.appraise(toy_programme(), world, session=Session(), years=years, **terms)


@pytest.fixture(scope="module")
def appraisal():
    return appraise(world_with(KGZ=KGZ, KAZ=KAZ))


def test_headcount_by_hand_without_and_with(appraisal):
    """KGZ: 6 PPP$ a day of 2021, consumption, so that 0.7 of real income passes through; 7 million people."""
    curve = fit_lorenz(np.arange(1, 10) / 10, np.cumsum(SHARES / SHARES.sum())[:-1])
    for year in YEARS:
        x = float(appraisal.array("real_income", year=year).sel(economy="KGZ"))
        assert x != 0
        lines = np.array([3.0, 4.2, 8.3])
        for part, mean in (("without", 6.0), ("with", 6.0 * (1 + 0.7 * x))):
            expected = calc_poverty(curve, lines / mean)
            for name, values in (
                ("poverty_headcount", expected.headcount),
                ("poverty_gap", expected.gap),
                ("poverty_severity", expected.severity),
                ("people_in_poverty", 7e6 * expected.headcount),
            ):
                found = appraisal.array(name, part, year=year).sel(economy="KGZ")
                cases = [f"{line:.2f} PPP$ of 2021" for line in lines]
                np.testing.assert_allclose(found.sel(case=cases), values, rtol=1e-9)  # the same sums


def test_the_lognormal_stands_in_where_the_gini_index_alone_is_known(appraisal):
    """KAZ: 9 PPP$ a day of 2017, income, so that all of real income passes through. Closed form of the evidence."""
    x = float(appraisal.array("real_income").sel(economy="KAZ"))
    sigma = calc_lognormal_sigma(0.30)
    for line in (2.15, 3.65, 6.85):
        d = np.log(line / (9.0 * (1 + x))) / sigma + sigma / 2
        found = appraisal.array("poverty_headcount", "with").sel(
            economy="KAZ", case=f"{line:.2f} PPP$ of 2017"
        )
        assert float(found) == pytest.approx(norm.cdf(d), abs=2e-9)
    frame = appraisal.to_dataframe()
    of_kaz = frame[(frame["indicator"] == "poverty_headcount") & (frame["economy"] == "KAZ")]
    assert set(of_kaz["grade"]) == {"assumed"}
    assert float(appraisal.array("gini_index", "with").sel(economy="KAZ")) == pytest.approx(30.0)


def test_lines_are_those_of_the_survey_s_own_price_comparison(appraisal):
    found = appraisal.array("poverty_headcount")
    assert {str(case)[-4:] for case in found["case"].to_numpy()} == {"2021", "2017"}
    assert np.isnan(found.sel(economy="KGZ", case="2.15 PPP$ of 2017"))
    frame = appraisal.to_dataframe()
    rows = frame[(frame["indicator"] == "poverty_headcount") & (frame["scenario"] == "change")]
    reasons = rows.groupby("economy")["reason"].agg(lambda words: sorted(set(words) - {""}))
    assert reasons["KGZ"] == ["the survey mean is of another price comparison than the line"]
    assert reasons["DEU"] == [NO_SURVEY]


def test_incomes_of_tenths_make_the_mean_and_move_alike(appraisal):
    for part in ("without", "with"):
        tenths = appraisal.array("income_of_tenths", part).sel(economy="KGZ")
        fifth = appraisal.array("income_of_poorest_fifth", part).sel(economy="KGZ")
        assert float(fifth) == pytest.approx(float(tenths[:2].mean()))
    assert float(appraisal.array("income_of_tenths", "without").sel(economy="KGZ").mean()) == pytest.approx(
        6.0
    )
    x = float(appraisal.array("real_income").sel(economy="KGZ"))
    np.testing.assert_allclose(appraisal.array("income_of_tenths").sel(economy="KGZ"), 0.7 * x, rtol=1e-9)


def test_no_shock_is_no_change():
    """Real income without a shock is a hat of one up to rounding, and so is what follows from it."""
    nothing = appraise(world_with(KGZ=KGZ), without=[item.id for item in toy_programme().items])
    for name in (*INDICATORS, "income_of_poorest_fifth", "income_of_tenths", "gini_index"):
        without, with_ = (nothing.array(name, part).sel(economy="KGZ") for part in ("without", "with"))
        np.testing.assert_allclose(with_, without, rtol=1e-13, err_msg=name)


def test_ranges_hold_pass_through_and_the_accounts():
    """By hand for 2035: half widths of both bases, combined as independent."""
    world = world_with(KGZ=KGZ)
    appraisal = appraise(world, (2035,))
    x = float(appraisal.array("real_income").sel(economy="KGZ"))
    base = appraisal.array("income_of_poorest_fifth", "without").sel(economy="KGZ").item()

    def row(of):
        frame = of.to_dataframe()
        return frame[
            (frame["indicator"] == "income_of_poorest_fifth")
            & (frame["economy"] == "KGZ")
            & (frame["scenario"] == "change")
        ].iloc[0]

    alone = row(appraisal)
    assert alone["basis"] == "published"
    assert sorted((alone["low"], alone["high"])) == pytest.approx(sorted((0.55 * x, 1.0 * x)))
    assert base > 0
    ranges = HoldOutRanges({"real_income": Width(0.5, 1e-5)}, frozenset({"KGZ"}))
    timeline = replace(appraisal.timeline, results=replace(appraisal.timeline.results, ranges=ranges))
    both = poverty_by_year(timeline)["income_of_poorest_fifth"].ranges["change"]
    half = max(0.5 * abs(x), 1e-5)
    up = np.hypot(max(0.3 * x, -0.15 * x), 0.7 * half)
    down = np.hypot(max(-0.3 * x, 0.15 * x), 0.7 * half)
    assert both.basis == "published + hold_out"
    assert float(both.high.sel(economy="KGZ").item()) == pytest.approx(0.7 * x + up)
    assert float(both.low.sel(economy="KGZ").item()) == pytest.approx(0.7 * x - down)


def test_an_economy_with_a_survey_and_estimated_accounts_has_one_range():
    """The whole way: both bases at once, as for most economies of the embedded world."""
    world = world_with(KGZ=KGZ)
    world = replace(world, accounts=replace(world.accounts, estimated=("KGZ",)))
    frame = appraise(world, (2035,)).to_dataframe(["people_in_poverty"])
    rows = frame[(frame["economy"] == "KGZ") & (frame["scenario"] == "change") & frame["value"].notna()]
    assert set(rows["basis"]) == {"published + hold_out"}
    assert (rows["low"] < rows["value"]).all()


def test_declared_parameters_move_results():
    world = world_with(KGZ=KGZ, KAZ=KAZ)
    plain = appraise(world, (2035,))
    for name, value, economy in (
        ("poverty_line_2021_low", 3.5, "KGZ"),
        ("poverty_line_2021_middle", 5.0, "KGZ"),
        ("poverty_line_2021_high", 9.0, "KGZ"),
        ("poverty_line_2017_low", 3.5, "KAZ"),
        ("poverty_line_2017_middle", 5.0, "KAZ"),
        ("poverty_line_2017_high", 9.0, "KAZ"),
        ("pass_through_consumption", 0.9, "KGZ"),
        ("pass_through_income", 0.9, "KAZ"),
    ):
        other = appraise(world, (2035,), assumptions={name: value})
        before, after = (one.array("people_in_poverty").sel(economy=economy).sum() for one in (plain, other))
        assert float(before) != float(after), name
    of_2011 = {**KGZ, "survey_mean_2011": 5.0}
    del of_2011["survey_mean_2021"]
    old = world_with(KGZ=of_2011)
    plain = appraise(old, (2035,))
    for standard in ("low", "middle", "high"):
        other = appraise(old, (2035,), assumptions={f"poverty_line_2011_{standard}": 7.0})
        before, after = (one.array("people_in_poverty", "without").sum() for one in (plain, other))
        assert float(before) != float(after)


def test_without_a_survey_the_file_is_named():
    appraisal = appraise(make_toy_world(), (2035,))
    frame = appraisal.to_dataframe()
    for name in (*INDICATORS, "income_of_poorest_fifth", "income_of_tenths"):
        rows = frame[frame["indicator"] == name]
        assert set(rows["reason"]) == {NO_SURVEY}
        assert rows["value"].isna().all()
    assert NO_SURVEY == "needs file: survey means: samarkand world import pip"


def test_readiness_is_by_economy():
    world = world_with(KGZ=KGZ)
    assert readiness_of(world, "KGZ")["people_in_poverty"] == "estimated"
    assert readiness_of(world, "KAZ")["people_in_poverty"] == NO_SURVEY


def test_shares_are_of_one_survey_and_fifths_take_the_end_tenths():
    """Fifths of 5, 10, 15, 25, 45 % and end tenths of 2 and 30: cumulative 2, 5, 15, 30, 55, 70."""
    fifths = {f"income_share_quintile_{k}": v for k, v in enumerate((0.05, 0.1, 0.15, 0.25, 0.45), 1)}
    ends = {"income_share_lowest_decile": 0.02, "income_share_highest_decile": 0.30}
    people, shares = shares_of(world_with(KGZ={**fifths, **ends}).fact_table, "KGZ")
    np.testing.assert_allclose(people, [0.1, 0.2, 0.4, 0.6, 0.8, 0.9])
    np.testing.assert_allclose(shares, [0.02, 0.05, 0.15, 0.30, 0.55, 0.70])
    people, shares = shares_of(world_with(KGZ=fifths).fact_table, "KGZ")
    np.testing.assert_allclose(people, [0.2, 0.4, 0.6, 0.8])
    np.testing.assert_allclose(shares, [0.05, 0.15, 0.30, 0.55])
    assert shares_of(world_with(KGZ=ends).fact_table, "KGZ") is None
    table = world_with(KGZ={**fifths, **ends}).fact_table.table.copy()
    table.loc[table["variable"] == "income_share_quintile_3", "year"] = 2015
    assert shares_of(Facts(table, 2025), "KGZ") is None


def test_a_published_line_tells_its_year():
    assert [year_of_line(line) for line in (1.9, 3.0, 3.65, 8.3, 5.0)] == [2011, 2021, 2017, 2021, None]


def test_an_unknown_measure_is_taken_as_consumption():
    parameters = load_assumptions().parameters
    np.testing.assert_array_equal(pass_through(parameters, ""), [0.55, 0.7, 1.0])
    np.testing.assert_array_equal(pass_through(parameters, "income"), [0.67, 1.0, 1.0])
    np.testing.assert_array_equal(
        pass_through(parameters.replace({"pass_through_income": 0.8}), "income"), 0.8
    )


def test_means_that_are_not_known_have_no_poor():
    curve = fit_lorenz(np.arange(1, 10) / 10, np.cumsum(SHARES / SHARES.sum())[:-1])
    found = calc_poor(curve, np.array([6.0, np.nan]), (3.0,))
    assert np.isfinite(found.headcount[0, 0])
    assert np.isnan([found.headcount[1, 0], found.gap[1, 0], found.severity[1, 0]]).all()
    assert calc_incomes_of_tenths(curve, 6.0).sum() == pytest.approx(60.0)


def test_the_page_shows_lines_economies_and_what_is_not_known():
    old = {**KGZ, "survey_mean_2011": 5.0}
    del old["survey_mean_2021"]
    appraisal = appraise(world_with(KGZ=old, KAZ=KAZ), (2035,))
    shown = page(appraisal)
    lines, economies = shown.tables[-2:]
    assert any("move alike" in sentence for sentence in shown.lead)
    by_line = {row[0]: row for row in lines.rows}
    assert by_line["1.90 PPP$ of 2011"][-1] == "-7.6"
    assert by_line["3.20 PPP$ of 2011"][-1] == "-32.0"
    people = float(appraisal.array("people_in_poverty", "without").sel(case="3.20 PPP$ of 2011").sum())
    assert by_line["3.20 PPP$ of 2011"][1:3] == ("1", f"{people / 1e6:,.3f}")
    assert "Nothing is tuned" in lines.note
    assert {row[3] for row in economies.rows} == {"beta Lorenz curve", "lognormal by the Gini index"}
    of_one = people_command(appraisal, "KGZ")
    assert [table.title for table in of_one.tables][1:] == [
        "Poverty; survey of consumption 2021, beta Lorenz curve",
        "Income a head and day by tenth, PPP$ of 2011",
    ]
    first = float(appraisal.array("income_of_tenths", "without").sel(economy="KGZ", case="tenth 1"))
    assert of_one.tables[2].rows[0][1] == f"{first:.2f}"


def test_the_page_names_the_file_where_there_is_no_survey():
    appraisal = appraise(make_toy_world(), (2035,))
    assert NOT_ASSESSED in page(appraisal).lead
    assert NOT_ASSESSED in people_command(appraisal, "KGZ").lead
    assert len(people_command(appraisal, "KGZ").tables) == 1
