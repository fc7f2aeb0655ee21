"""The hold-out: measures by hand, what the embedded one says, and the ranges that results carry."""

from importlib.resources import as_file, files

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import xarray as xr

from samarkand.priorities import HoldOutRanges, find_indicator
from samarkand.world.accounts.estimation import holdout
from samarkand.world.accounts.estimation.evidence import ObservedTable
from samarkand.world.accounts.estimation.ranges import Width, read_ranges


def _embedded(name):
    with as_file(files("samarkand.world.embedded") / name) as path:
        return pq.read_table(path).to_pandas()


def test_overlap_by_hand():
    """Shares 0.5, 0.5 and 0.8, 0.2: half and a fifth are right."""
    assert holdout.overlap(np.array([2.0, 2.0]), np.array([8.0, 2.0])) == pytest.approx(0.7)
    assert holdout.overlap(np.array([2.0, 1.0]), np.array([4.0, 2.0])) == pytest.approx(1.0)


def test_the_observed_trade_of_an_economy_is_picked():
    flows = np.arange(9.0).reshape(3, 1, 3, 1)
    table = ObservedTable(("A", "B", "C"), ("s",), flows, np.full((3, 1), 50.0))
    exports, imports = holdout.intermediate_trade(table, "B")
    np.testing.assert_array_equal(exports[:, 0], [3.0, 5.0])
    np.testing.assert_array_equal(imports[:, 0], [1.0, 7.0])
    left = table.without("B")
    assert left.economies == ("A", "C")
    np.testing.assert_array_equal(left.intermediate[:, 0, :, 0], [[0.0, 2.0], [6.0, 8.0]])


def test_ranges_by_hand():
    """Large: errors over estimates 0.1, 0.2, 0.3, 0.4, 1, so 0.4 at four fifths; small: errors 1 to 5 e-3, so 4e-3."""
    large = pd.DataFrame({"estimated": 1.0, "observed": [1.1, 0.8, 1.3, 0.6, 2.0]})
    small = pd.DataFrame({"estimated": 1e-3, "observed": [2e-3, 3e-3, 4e-3, 5e-3, 6e-3]})
    table = pd.concat([large, small]).assign(indicator="real_income", unit="fraction")
    found = holdout.calc_ranges(table).iloc[0]
    assert found["relative"] == pytest.approx(0.4)
    assert found["absolute"] == pytest.approx(4e-3)
    assert (found["inside"], found["economies"]) == (8, 10)


def test_a_range_of_money_is_relative_over_all():
    table = pd.DataFrame(
        {
            "indicator": "real_income_value",
            "unit": "US$ m",
            "estimated": [100.0, 1.0],
            "observed": [90.0, 3.0],
        }
    )
    found = holdout.calc_ranges(table).iloc[0]
    assert (found["relative"], found["absolute"]) == (2.0, 0.0)


def test_what_is_not_estimated_from_accounts_has_no_range():
    table = pd.DataFrame(
        {"indicator": "programme_cost", "unit": "US$ m a year", "observed": [5.0], "estimated": [5.0]}
    )
    assert holdout.calc_ranges(table).empty


def test_bounds_are_of_changes_of_estimated_economies_alone():
    ranges = HoldOutRanges({"real_income": Width(0.5, 1.5)}, frozenset({"UZB", "ROW"}))
    values = xr.DataArray(
        [[-2.0, 4.0], [-4.0, 4.0]], {"year": [2030, 2035], "economy": ["UZB", "KAZ"]}, ("year", "economy")
    )
    _, declared = find_indicator("real_income")
    found = ranges.of_change(declared, values)
    np.testing.assert_array_equal(found.low, [[-3.5, np.nan], [-6.0, np.nan]])
    np.testing.assert_array_equal(found.high, [[-0.5, np.nan], [-2.0, np.nan]])
    assert (found.basis, found.coverage) == ("hold_out", 0.8)
    assert HoldOutRanges().of_change(declared, values) is None


def test_at_least_ten_economies_were_held_out_and_plain_gravity_is_beaten():
    scores = _embedded(holdout.SCORES)
    assert set(scores["economy"]) == set(holdout.HELD_OUT)
    assert scores["economy"].nunique() >= 10
    means = scores.groupby("method").mean(numeric_only=True)
    ours, plain = means.loc["estimate"], means.loc["plain gravity"]
    for better_high in ("right_partners", "correlation_pair", "correlation_sector"):
        assert ours[better_high] > plain[better_high]
    for better_low in ("log_error_pair", "log_error_sector"):
        assert ours[better_low] < plain[better_low]
    assert ours["right_partners"] > 0.7


def test_headlines_of_estimated_economies_carry_their_range(appraisal, world):
    width = read_ranges()["real_income"]
    rows = appraisal.to_dataframe("real_income").set_index("economy")
    rows = rows[rows["scenario"] == "change"]
    assert rows.loc[list(world.accounts.estimated), ["low", "high"]].notna().all(axis=None)
    one = rows.loc["UZB"]
    half = max(width.relative * abs(one["value"]), width.absolute)
    assert one["high"] - one["low"] >= 2 * half * (1 - 1e-9), "costs in the end come to it"
    paying = {label for row in appraisal.timeline.results.delivery.overruns.values() for label in row}
    observed = sorted(set(world.labels) - paying - set(world.accounts.estimated) - {"ROW"})
    assert observed
    assert rows.loc[observed, "low"].isna().all(), "accounts observed, and nothing uncertain paid"


@pytest.mark.slow
def test_the_hold_out_runs_again_from_what_is_installed(world):
    """One economy, flows alone: the figures that are embedded come out again."""
    from samarkand.world.accounts.estimation.evidence import load_evidence
    from samarkand.world.accounts.sectors import load_sectors

    table = holdout.observed_table(world.accounts)
    groups = [row.group for row in load_sectors()]
    code, method, made = next(holdout.run(table, load_evidence(), groups, ["HUN"]))
    scores = _embedded(holdout.SCORES).set_index(["economy", "method"])
    for name, value in holdout.score(table, made, code).items():
        assert value == pytest.approx(scores.loc[(code, method), name], rel=1e-3), name
