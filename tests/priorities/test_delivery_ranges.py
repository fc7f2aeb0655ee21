"""What items may cost in the end, in the ranges of headlines: by hand, and against the programme at that cost."""

import math

import numpy as np
import pytest
import xarray as xr

import samarkand as sk
from samarkand.priorities.delivery_ranges import DeliveryRanges, Overrun, calc_overrun
from samarkand.priorities.reference_fit import class_of
from samarkand.session import Session
from toy import PROGRAMME, make_toy_world, toy_programme

FULL = {"overrun_share_under_contract": 0.5}


@pytest.fixture(scope="module")
def session():
    return Session()


@pytest.fixture(scope="module")
def appraised(session):
    return sk.appraise(PROGRAMME, make_toy_world(), session=session, years=(2035,))


def railway(**changes):
    (found,) = (item for item in toy_programme().items if item.id == "railway")
    return found.model_copy(update=changes)


def test_one_item_has_the_range_of_its_class():
    """The sum of one is itself: quantiles of the log-normal, half of the overrun still to come."""
    found = calc_overrun([(railway(), 250.0)], FULL)
    of = class_of(railway(), "cost").distribution
    assert found == pytest.approx([0.5 * (one - 1) for one in (of.mean, of.quantile(0.1), of.quantile(0.9))])


def test_two_items_by_hand():
    """Weights a s of 50 and 100: mean and variance add up, quantiles of the log-normal that has them."""
    one, other = railway(), railway(id="other", status="proposed")
    of = class_of(one, "cost").distribution
    mean, variance = 150 * of.mean, (50 * of.deviation) ** 2 + (100 * of.deviation) ** 2
    d = math.sqrt(math.log(1 + variance / mean**2))
    high = math.exp(math.log(mean) - d**2 / 2 + d * 1.2815515655446004)
    found = calc_overrun([(one, 100.0), (other, 100.0)], FULL)
    assert found.high == pytest.approx((high - 150) / 200, rel=1e-9)
    assert found.mean == pytest.approx((150 * of.mean - 150) / 200, rel=1e-12)
    alone = calc_overrun([(one, 100.0)], FULL).high * 0.5 + calc_overrun([(other, 100.0)], FULL).high * 0.5
    assert found.high < alone, "independent items do not all go wrong together"


def test_items_without_a_spread_and_those_in_service_have_no_range():
    assert calc_overrun([(railway(status="in_service"), 100.0)], FULL) is None
    assert calc_overrun([(railway(kind="port"), 100.0)], FULL) is None
    assert calc_overrun([], FULL) is None


def test_a_range_is_held_and_ordered():
    ranges = DeliveryRanges({2030: {"KAZ": Overrun(0.2, 0.1, 0.4)}})
    by = {"year": [2030], "economy": ["KAZ", "CHN"]}
    values, paid = (xr.DataArray([[x, x]], by, ("year", "economy")) for x in (1.0, -0.5))
    found = ranges.of_change(values, paid)
    np.testing.assert_allclose(found.low, [[0.8, np.nan]])
    np.testing.assert_allclose(found.high, [[1.0, np.nan]])  # the estimate itself: 0.95 would not hold it
    assert ranges.of_change(values, None) is None


def headline(appraised, economy):
    rows = appraised.to_dataframe(["real_income"])
    return rows[rows["scenario"] == "change"].set_index("economy").loc[economy]


def test_the_range_is_what_the_programme_does_at_that_cost(appraised, session):
    """What all have to pay at the 90th percentile of Kazakhstan's payments, solved exactly: the end of its range."""
    row, overrun = headline(appraised, "KAZ"), appraised.timeline.results.delivery.overruns[2035]["KAZ"]
    assert (row["basis"], row["coverage"]) == ("reference_class", pytest.approx(0.8))
    assert row["low"] < row["value"] <= row["high"]
    patches = {
        f"{item.id}.capex": item.capex.value * (1 + overrun.high)
        for item in appraised.programme.items
        if item.capex is not None
    }
    dearer = sk.appraise(PROGRAMME, make_toy_world(), session=session, years=(2035,), patches=patches)
    exact = dearer.array("real_income").sel(economy="KAZ").item()
    # To first order: what others pay more acts on it too. A twentieth of the width.
    assert row["low"] == pytest.approx(exact, abs=0.05 * (row["value"] - row["low"]))


def test_who_pays_nothing_uncertain_has_no_range(appraised):
    rows = appraised.to_dataframe(["real_income"])
    rows = rows[rows["scenario"] == "change"].set_index("economy")
    paying = set(appraised.timeline.results.delivery.overruns[2035])
    assert paying
    assert set(rows.index[rows["low"].notna()]) == paying


def test_ranges_widen_with_the_share_still_to_come(appraised, session):
    more = sk.appraise(
        PROGRAMME, make_toy_world(), session=session, years=(2035,), assumptions={"overrun_share_under_contract": 0.75}
    )  # fmt: skip
    widths = [
        row["high"] - row["low"] for row in (headline(appraised, "KGZ"), headline(more, "KGZ"))
    ]  # under construction
    assert widths[1] > 1.2 * widths[0]
