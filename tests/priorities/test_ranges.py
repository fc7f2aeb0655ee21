"""One quantity has one range: indicators that are the same in two units have the same bounds in every year."""

from dataclasses import replace
from importlib.resources import as_file, files
from itertools import combinations

import numpy as np
import pyarrow.parquet as pq
import pytest
import xarray as xr

import samarkand as sk
from made_results import make_results
from samarkand.core.conventions import REST_OF_WORLD
from samarkand.priorities import HoldOutRanges, Levels, each_indicator, find_indicator
from samarkand.world.accounts.estimation.holdout import HEADLINES
from samarkand.world.accounts.estimation.ranges import COVERED, Width, read_ranges
from samarkand.world.projection import GrowthRow, Projection
from toy import ECONOMIES, make_toy_world, toy_programme

INDICATORS = [row for _, row in each_indicator()]
PAIRS = [(row.name, row.range_of) for row in INDICATORS if row.range_of]
YEARS = (2026, 2030, 2035)


@pytest.fixture(scope="module")
def grown(world):
    """The default programme in years of partial and of full effect, in economies that grow at different rates."""
    growth = {"KGZ": 0.05, "UZB": 0.06, "MNG": 0.02, "KAZ": 0.04}
    rows = tuple(
        GrowthRow(economy=code, year=year, gdp_growth_rate=rate, source="test", flag="assumed")
        for code, rate in growth.items()
        for year in range(2023, YEARS[-1] + 1)
    )
    return sk.appraise("eurasian-corridors", world, years=YEARS, projection=Projection("test", rows))


def changes(appraisal, indicator):
    """Rows of the change of an indicator by economy and year."""
    rows = appraisal.to_dataframe(indicator)
    return rows[rows["scenario"] == "change"].set_index(["economy", "year"])


def test_the_indicator_whose_range_is_taken_is_alike_in_all_but_the_unit():
    assert PAIRS
    for name, other in PAIRS:
        one, two = find_indicator(name)[1], find_indicator(other)[1]
        assert (one.dims, one.change, one.better) == (two.dims, two.change, two.better)
        assert one.unit != two.unit
        assert not two.range_of


@pytest.mark.parametrize(("name", "other"), PAIRS)
def test_bounds_are_the_same_in_both_units_for_every_estimated_economy_and_year(grown, world, name, other):
    """Value and bounds of one are those of the other times the same income, so their ratios agree.

    Tolerance: the two are rounded apart in doubles, and an equivalent variation of 1e-9 of income, a difference of
    two numbers near one, has seven digits left.
    """
    money, share = changes(grown, name), changes(grown, other)
    estimated = [*world.accounts.estimated, REST_OF_WORLD]
    assert len(estimated) > 50
    for economy in estimated:
        for year in YEARS:
            one, two = money.loc[(economy, year)], share.loc[(economy, year)]
            income = (one["high"] - one["low"]) / (two["high"] - two["low"])
            assert income > 0
            for column in ("value", "low", "high"):
                assert one[column] == pytest.approx(two[column] * income, rel=1e-7, abs=1e-12 * income)
            assert one["low"] <= one["value"] <= one["high"]


@pytest.mark.parametrize("closures", [(), ("suez",)])
def test_bounds_agree_where_a_part_of_the_network_is_closed(closures):
    """On the toy world, as if its accounts were estimated; tolerance as above."""
    world = make_toy_world()
    asked = sk.appraise(toy_programme(world), world, years=(2027, 2035), closures=closures)
    results = replace(asked.arrays, ranges=HoldOutRanges(read_ranges(), frozenset(ECONOMIES)))
    for name, other in PAIRS:
        (one,), (two,) = results.blocks([name]), results.blocks([other])
        assert np.abs(two.values).min() > 1e-9
        income = one.values / two.values
        np.testing.assert_allclose(one.low, two.low * income, rtol=1e-6)
        np.testing.assert_allclose(one.high, two.high * income, rtol=1e-6)


def test_bounds_in_money_grow_with_the_economy(grown):
    """The income behind the bounds of Kyrgyzstan grows by 5 % a year, as the projection says."""
    money, share = changes(grown, "real_income_value"), changes(grown, "real_income")
    incomes = [
        (money.loc[("KGZ", year), "high"] - money.loc[("KGZ", year), "low"])
        / (share.loc[("KGZ", year), "high"] - share.loc[("KGZ", year), "low"])
        for year in YEARS
    ]
    assert incomes[1] / incomes[0] == pytest.approx(1.05**4, rel=1e-9)
    assert incomes[2] / incomes[1] == pytest.approx(1.05**5, rel=1e-9)


def test_indicators_that_are_one_quantity_in_two_units_say_so(grown):
    """Two indicators whose ratio is the same in all years, economy by economy, without growth: one quantity.

    Without growth the years differ in the mixture of states alone, which moves different quantities differently.
    """
    states = replace(grown.arrays, rule=replace(grown.arrays.rule, projection=None))
    arrays = {
        row.name: states.values(row.name).to_numpy()
        for row in INDICATORS
        if row.dims == ("economy",)
        and row.granularity == "state"
        and not row.needs
        and row.name != "trade_with_parties"
    }
    found = set()
    for one, two in combinations(sorted(arrays), 2):
        a, b = arrays[one], arrays[two]
        known = (np.isfinite(a) & np.isfinite(b)).all(axis=0)
        moved = known & (np.abs(a) > 1e-9).all(axis=0) & (np.abs(b) > 1e-9).all(axis=0)
        ratio = a[:, moved] / b[:, moved]
        if moved.sum() > 10 and np.allclose(ratio, ratio[:1], rtol=1e-5, atol=0):
            found.add(frozenset((one, two)))
    assert found == {frozenset(pair) for pair in PAIRS}


def test_bounds_in_two_units_by_hand():
    """Income 200; 1 % -+ max(0.5 x 1 %, 0.2 %) is 2 -+ 1; nothing -+ 0.2 % is 0 -+ 0.4, and twice that when it has
    doubled."""
    share = xr.DataArray([0.01, 0.0], {"economy": ["UZB", "KGZ"]}, ("economy",))
    income = xr.full_like(share, 200.0)
    outcomes = {
        "real_income": Levels(change=share),
        "real_income_value": Levels(change=income * share, conversion=income),
    }
    ranges = HoldOutRanges({"real_income": Width(0.5, 0.002)}, frozenset({"UZB", "KGZ"}))
    doubled = GrowthRow(economy="KGZ", year=2023, gdp_growth_rate=1.0, source="test")
    for projection, half in ((None, [1.0, 0.4]), (Projection("test", (doubled,)), [1.0, 0.8])):
        results = make_results({2023: {0: 1.0}}, [(outcomes, outcomes)], projection, ranges)
        (block,) = results.blocks(["real_income_value"])
        np.testing.assert_allclose(block.high - block.values, [half], rtol=1e-12)
        np.testing.assert_allclose(block.values - block.low, [half], rtol=1e-12)


def test_an_indicator_that_gives_no_conversion_is_refused():
    share = xr.DataArray([0.01], {"economy": ["UZB"]}, ("economy",))
    outcomes = {"real_income_value": Levels(change=share)}
    with pytest.raises(ValueError, match="gives no conversion"):
        list(make_results({2023: {0: 1.0}}, [(outcomes, outcomes)]).blocks(["real_income_value"]))


def test_bounds_of_a_fraction_hold_as_many_economies_in_money():
    """The estimate of an economy's size is an error of its own, which the bounds leave out; the hold-out shows that
    it is small: of the deleted economies they still hold a part `COVERED`, to the nearest whole economy."""
    with as_file(files("samarkand.world.embedded") / HEADLINES) as path:
        table = pq.read_table(path).to_pandas()
    table = table[table["method"] == "estimate"].set_index(["indicator", "economy"])
    for name, other in PAIRS:
        width = read_ranges()[other]
        share, money = table.loc[other, "estimated"], table.loc[name, "estimated"]
        half = np.maximum(width.relative * share.abs(), width.absolute) * money / share
        inside = ((money - table.loc[name, "observed"]).abs() <= half).sum()
        assert inside >= int(COVERED * len(money)), (name, inside)
