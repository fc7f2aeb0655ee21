"""How much of a range each basis explains: by hand, as properties, of an appraisal, and on the governance page."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import samarkand as sk
from samarkand.core.faults import Faults
from samarkand.priorities.base import Range
from samarkand.priorities.governance.ranges_page import ranges_of
from samarkand.priorities.ranges import HoldOutRanges, calc_shares
from samarkand.session import Session
from samarkand.world.accounts.estimation.ranges import Width
from toy import PROGRAMME, make_toy_world


def by_economy(*values):
    return xr.DataArray(list(values), {"economy": ["AAA", "BBB"][: len(values)]}, ("economy",))


def around(values, half, basis, coverage=0.8):
    return Range(values - half, values + half, basis, coverage)


@pytest.fixture(scope="module")
def appraised():
    return sk.appraise(PROGRAMME, make_toy_world(), session=Session(), years=(2035,))


@pytest.fixture(scope="module")
def estimated(appraised):
    """The same, with the accounts of Kazakhstan said to be estimated: half widths of a tenth of the change."""
    ranges = HoldOutRanges({"real_income": Width(0.1, 0.0)}, frozenset({"KAZ"}))
    timeline = appraised.timeline
    return replace(appraised, timeline=replace(timeline, results=replace(timeline.results, ranges=ranges)))


def test_half_widths_of_three_and_four_explain_36_and_64_per_cent():
    """9 / 25 and 16 / 25."""
    values = by_economy(10.0, -10.0)
    found = calc_shares(values, [around(values, 3.0, "hold_out"), around(values, 4.0, "reference_class")])
    assert found.dims == ("basis", "economy")
    assert list(found["basis"].to_numpy()) == ["hold_out", "reference_class"]
    np.testing.assert_allclose(found, [[0.36, 0.36], [0.64, 0.64]])


def test_low_and_high_sides_count_together():
    """Squares of 3 below and 0 above against 4 below and 5 above: 9 of 50."""
    values = by_economy(0.0)
    one = Range(values - 3.0, values, "hold_out", 0.8)
    other = Range(values - 4.0, values + 5.0, "reference_class", 0.8)
    np.testing.assert_allclose(calc_shares(values, [one, other]), [[0.18], [0.82]])


def test_shares_are_taken_at_one_coverage():
    """A 95 % range of a standard normal (1.959964) and its 80 % range (1.281552, tables): the same error, half each."""
    values = by_economy(0.0)
    found = calc_shares(
        values, [around(values, 1.959964, "published", 0.95), around(values, 1.281552, "hold_out")]
    )
    np.testing.assert_allclose(found, [[0.5], [0.5]], atol=1e-6)  # six decimals of the tables


def test_what_has_no_figure_explains_nothing_and_nothing_is_explained_without_any():
    values = by_economy(1.0, 1.0)
    partly = around(values, by_economy(2.0, np.nan), "hold_out")
    nowhere = around(values, by_economy(np.nan, np.nan), "published")
    np.testing.assert_allclose(calc_shares(values, [partly, nowhere]), [[1.0, np.nan], [0.0, np.nan]])
    assert calc_shares(values, []).shape == (0, 2)
    assert np.isnan(calc_shares(values, [around(values, 0.0, "hold_out")])).all()  # of no width


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.floats(1e-3, 1e6), st.sampled_from(["a", "b", "c"])), min_size=1, max_size=5))
def test_shares_add_up_to_one_and_follow_the_widths(drawn):
    values = by_economy(1.0, -1.0)
    found = calc_shares(values, [around(values, half, basis) for half, basis in drawn])
    np.testing.assert_allclose(found.sum("basis"), 1.0, rtol=1e-12)
    assert len(found["basis"]) == len({basis for _, basis in drawn})
    by_basis = {}
    for half, basis in drawn:
        by_basis[basis] = by_basis.get(basis, 0.0) + half**2
    widest = max(by_basis, key=by_basis.get)
    # A half width is a difference of ends.
    assert float(found.sel(basis=widest)[0]) == pytest.approx(float(found.max()), rel=1e-9)


def test_an_appraisal_says_what_explains_its_ranges(estimated):
    """Of Kazakhstan both, by the ends of each alone; of Kyrgyzstan what items may cost alone; others have none."""
    shares = estimated.range_shares("real_income_value")
    arrays = estimated.arrays
    value = estimated.array("real_income_value").sel(economy="KAZ").item()
    (alone,) = replace(arrays, ranges=HoldOutRanges()).blocks(["real_income_value"], [2035], ["change"])
    below, above = (float(side.sel(economy="KAZ").item()) - value for side in (alone.low, alone.high))
    accounts, costs = 2 * (0.1 * value) ** 2, below**2 + above**2
    assert shares.sel(economy="KAZ", basis="hold_out").item() == pytest.approx(accounts / (accounts + costs))
    assert shares.sel(economy="KAZ", basis="reference_class").item() == pytest.approx(
        costs / (accounts + costs)
    )
    assert shares.sel(economy="KGZ").to_series().to_dict() == {"hold_out": 0.0, "reference_class": 1.0}
    assert np.isnan(shares.sel(economy="DEU")).all()


def test_one_quantity_has_the_same_shares_in_both_units(estimated):
    """The bounds in money are those in per cent times the income of the economy."""
    one, other = (estimated.range_shares(name, 2035) for name in ("real_income", "real_income_value"))
    np.testing.assert_allclose(one.sel(economy="KAZ"), other.sel(economy="KAZ"), rtol=1e-9)


def test_what_has_no_range_has_no_basis_and_what_is_unknown_is_refused(appraised):
    nothing = appraised.range_shares("item_net_emissions")
    assert nothing.sizes["basis"] == 0
    with pytest.raises(Faults, match="was not asked about"):
        appraised.range_shares("real_income", 2031)
    with pytest.raises(Faults):
        appraised.range_shares("real_incomes")


def test_the_page_shows_the_widest_first_in_words(estimated, appraised):
    table = ranges_of(estimated)
    assert [row[0] for row in table.rows] == ["KAZ", "CHN", "KGZ"]
    assert table.heads[4:] == (
        "explained by: observed economies deleted and estimated in turn",
        "explained by: how like projects of the past came out",
    )
    kazakhstan, china, _ = table.rows
    assert china[4:] == ("0 %", "100 %")
    assert sum(int(cell.split()[0]) for cell in kazakhstan[4:]) in (99, 100, 101)  # each is rounded
    assert "holds: 80 %" in table.note
    assert len(ranges_of(appraised).heads) == 5
    nothing = replace(appraised.timeline.results, delivery=type(appraised.timeline.results.delivery)())
    bare = replace(appraised, timeline=replace(appraised.timeline, results=nothing))
    assert (ranges_of(bare).rows, ranges_of(bare).note) == ((), "No economy has a range.")
