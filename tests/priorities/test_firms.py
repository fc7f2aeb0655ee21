"""Firms by size on the toy world: by hand from the solution's flows, margins that add up, and gaps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import samarkand as sk
from samarkand.engines.equilibrium.measures import calc_consumer_price_hat
from samarkand.priorities.social.command import people as people_command
from samarkand.priorities.social.firms import MARGINS, NO_FIRMS, OF_FIRMS, calc_margins
from samarkand.priorities.social.firms_page import NO_FIRMS as NOT_ASSESSED
from samarkand.priorities.social.page import page
from samarkand.reports.readiness import readiness_of
from samarkand.session import Session
from samarkand.world.economies.facts import COLUMNS, Facts
from toy import ECONOMIES, SECTORS, make_toy_world, toy_programme

SIZES = ("small", "medium", "large")
KGZ = {"direct_exports": (0.03, 0.08, 0.2), "exporting_firms": (0.05, 0.15, 0.9999999)}
KAZ = {"direct_exports": (0.01, 0.04, 0.1), "exporting_firms": (0.02, 0.1, 0.3)}


def world_with(**surveys):
    rows = [
        (code, f"{name}_{size}", value, "", 2021, "made up", "observed")
        for code, survey in surveys.items()
        for name, values in survey.items()
        for size, value in zip(SIZES, values, strict=True)
    ]
    table = Facts(pd.DataFrame(rows, columns=list(COLUMNS)).astype({"year": "Int16"}), 2025)
    return replace(make_toy_world(), fact_table=table)


def appraise(world, years=(2035,), **terms):
    return sk.appraise(toy_programme(), world, session=Session(), years=years, **terms)


@pytest.fixture(scope="module")
def appraisal():
    return appraise(world_with(KGZ=KGZ, KAZ=KAZ))


def by_hand(appraisal, code):
    """Exports, sales at home (agriculture apart), wage and prices, with over without, of the last state."""
    state = appraisal.timeline.last
    row, asked = ECONOMIES.index(code), [one != "agriculture" for one in SECTORS]
    found = []
    for solution in (state.without, state.before_financing):
        sold = solution.trade_flow[:, row][:, asked].sum(axis=1)
        price = calc_consumer_price_hat(solution)[row]
        found.append((sold.sum() - sold[row], sold[row], solution.wage_hat[row], price))
    return [new / old for old, new in zip(*found, strict=True)]


def test_shares_and_sales_by_hand(appraisal):
    exports, at_home, wage, price = by_hand(appraisal, "KGZ")
    assert exports != pytest.approx(1.0, abs=1e-9)
    exporters = exports / wage
    for k, size in enumerate(SIZES):
        at = {"economy": "KGZ", "case": size}
        x, firms = KGZ["direct_exports"][k], KGZ["exporting_firms"][k]
        sales = x * exports + (1 - x) * at_home
        share = [float(appraisal.array("direct_export_share", part).sel(at)) for part in ("without", "with")]
        assert share == pytest.approx([x, x * exports / sales], rel=1e-12)
        taking_part = [float(appraisal.array("exporting_firms", one).sel(at)) for one in ("without", "with")]
        assert taking_part == pytest.approx([firms, min(firms * exporters, 1.0)], rel=1e-12)
        assert float(appraisal.array("firm_sales").sel(at)) == pytest.approx(sales / price - 1, abs=1e-14)


def test_margins_add_up_to_the_change_of_sales(appraisal):
    sales, margins = appraisal.array("firm_sales"), appraisal.array("firm_sales_by_margin")
    for code in ("KGZ", "KAZ"):
        for size in SIZES:
            parts = [float(margins.sel(economy=code, case=f"{size}: {margin}")) for margin in MARGINS]
            assert sum(parts) == pytest.approx(float(sales.sel(economy=code, case=size)), abs=1e-15)


def test_who_exports_more_gains_more_where_exports_grow_more_than_sales_at_home(appraisal):
    for code in ("KGZ", "KAZ"):
        exports, at_home, *_ = by_hand(appraisal, code)
        sales = appraisal.array("firm_sales").sel(economy=code, case=list(SIZES)).to_numpy()
        assert (np.sign(np.diff(sales)) == np.sign(exports - at_home)).all()


@settings(deadline=None)
@given(st.floats(0.5, 2.0), st.floats(0.8, 1.25), st.floats(1.05, 5.0))
def test_margins_of_melitz_and_chaney(exports, wage, exponent):
    """A firm's own exports have the elasticity of trade over t; the rest is firms that begin."""
    exporters, before = calc_margins(np.array(exports), np.array(wage), exponent)
    assert exporters * wage == pytest.approx(exports)
    assert np.log(before / wage) == pytest.approx(np.log(exporters) / exponent, abs=1e-12)
    _, all_before = calc_margins(np.array(exports), np.array(wage), 1.0)
    assert all_before == pytest.approx(exports)  # no fixed cost matters: nobody begins


def test_the_exponent_moves_margins_and_no_sum(appraisal):
    other = appraise(world_with(KGZ=KGZ, KAZ=KAZ), assumptions={"firm_size_exponent": 1.5})
    at = {"economy": "KGZ", "case": "small: begin or cease to export"}
    assert float(other.array("firm_sales_by_margin").sel(at)) != float(
        appraisal.array("firm_sales_by_margin").sel(at)
    )
    np.testing.assert_array_equal(other.array("firm_sales"), appraisal.array("firm_sales"))
    row = appraisal.to_dataframe()
    row = row[
        (row["indicator"] == "firm_sales_by_margin") & (row["economy"] == "KGZ") & (row["case"] == at["case"])
    ].iloc[0]
    assert row["low"] < row["high"]
    assert row["basis"] == "published"


def test_no_shock_is_no_change():
    nothing = appraise(world_with(KGZ=KGZ), without=[item.id for item in toy_programme().items])
    for name in OF_FIRMS:
        np.testing.assert_allclose(nothing.array(name).sel(economy="KGZ"), 0.0, atol=1e-13)


def test_without_a_survey_the_file_is_named(appraisal):
    bare = appraise(make_toy_world())
    frame = bare.to_dataframe()
    for name in OF_FIRMS:
        assert set(frame.loc[frame["indicator"] == name, "reason"]) == {NO_FIRMS}
    assert NO_FIRMS == "needs file: exports by size of firm: samarkand world import enterprise-surveys"
    assert NOT_ASSESSED in page(bare).lead
    assert NOT_ASSESSED in people_command(bare, "KGZ").lead
    assert NOT_ASSESSED in people_command(appraisal, "POL").lead
    assert readiness_of(appraisal.world, "KGZ")["firm_sales"] == "estimated"
    assert readiness_of(appraisal.world, "POL")["firm_sales"] == NO_FIRMS


def test_the_page_and_the_command(appraisal):
    (table,) = [one for one in page(appraisal).tables if one.title.startswith("Sales by size of firm")]
    rows = {row[0]: row[1:] for row in table.rows}
    name = appraisal.world.names.get("KGZ", "KGZ")
    assert rows[name][0] == "3.0 / 8.0 / 20.0"
    sales = 100 * float(appraisal.array("firm_sales").sel(economy="KGZ", case="small"))
    assert rows[name][1] == f"{sales:+.4f}"
    firms = people_command(appraisal, "KGZ").tables[1]
    assert firms.rows[0][:2] == ("small (5 to 19 employees)", "5.000 %")
    assert firms.rows[0][5] == f"{sales:+.4f} %"
