"""How near people are, and what each item reaches: by hand, and on the default programme."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import samarkand as sk
from samarkand.priorities.infrastructure.access import calc_market_potential, calc_mean_over_people
from samarkand.priorities.infrastructure.reach import calc_cost_change, reach_of
from samarkand.world.freight.city_hours import calc_nearest_hours, hours_between
from samarkand.world.freight.model import QUICKEST, skims_of

INF = np.inf


def test_access_by_hand():
    """Three cities: A and B an hour apart, C three hours from A, four from B; D cut off. B has a port, C is large."""
    hours = np.array([[INF, 1, 3, INF], [1, INF, 4, INF], [3, 4, INF, INF], [INF, INF, INF, INF]])
    large = np.array([False, False, True, False])
    np.testing.assert_allclose(
        calc_nearest_hours(hours, np.broadcast_to(large, (4, 4))), [3, 4, np.nan, np.nan]
    )
    port = np.array([False, True, False, False])
    np.testing.assert_allclose(
        calc_nearest_hours(hours, np.broadcast_to(port, (4, 4)), own=port), [1, 0, 4, np.nan]
    )
    people = np.array([10.0, 20.0, 60.0, 5.0])
    np.testing.assert_allclose(calc_market_potential(hours, people), [20 + 20, 10 + 15, 10 / 3 + 5, 0])
    # A and B are one economy, C and D another; D has no figure and does not count.
    zone, weight = np.array([0, 0, 1, 1], np.int32), people
    np.testing.assert_allclose(
        calc_mean_over_people(np.array([3.0, 4.0, 7.0, np.nan]), zone, weight, 3), [110 / 30, 7.0, np.nan]
    )


@given(arrays(float, (4, 4), elements=st.floats(0.5, 100)), st.floats(0.1, 1.0))
def test_shorter_hours_never_lower_market_potential(hours, factor):
    people = np.array([1.0, 2.0, 3.0, 4.0])
    assert (
        calc_market_potential(hours * factor, people) >= calc_market_potential(hours, people) * (1 - 1e-12)
    ).all()


def test_reach_by_hand():
    """Between A and B the cost is 100, and 110 without the first item; A to C 50.004 for 50, too little to count. The
    second makes only C to B cheaper."""
    with_all = np.array([[1.0, 100, 50], [100, 1, 80], [50, 80, 1]])
    first, second = with_all.copy(), with_all.copy()
    first[0, 1] = first[1, 0] = 110
    first[0, 2] = 50.004
    second[2, 1] = 100
    left_out, items = np.stack([first, second]), ("one", "two", "three")
    trade = np.array([[9.0, 3, 1], [3, 9, 2], [1, 2, 9]])
    reach = reach_of(items, ("A", "B", "C"), ("one", "two"), left_out, with_all, trade)
    np.testing.assert_array_equal(reach.pairs, [1, 1, np.nan])
    np.testing.assert_array_equal(reach.partners.sel(project="one"), [1, 1, 0])
    np.testing.assert_array_equal(reach.partners.sel(project="two"), [0, 1, 1])
    assert reach.partners.sel(project="three").isnull().all()
    # C trades 1 + 1 with A and 2 + 2 with B; only C to B, of weight 2 of 6, falls by a fifth.
    assert float(reach.saving.sel(project="two", economy="C")) == pytest.approx(-0.2 * 2 / 6)
    assert calc_cost_change(left_out, with_all)[:, 0, 0].max() == 0


def test_hours_between_cities_are_those_of_the_skims(appraisal):
    """Beside the whole skims without and with changes, as they are made for all cities, modes and classes."""
    inputs = appraisal.states[-1]
    states = [
        skims_of(inputs.freight_model, changes)["hours"].isel(vot_class=QUICKEST)
        for changes in ((), inputs.change.network)
    ]
    expected = np.minimum(*(state.min("mode").to_numpy() for state in states))
    np.fill_diagonal(expected, INF)
    found = hours_between(inputs.freight_model, inputs.routes, (0, 1, 2))
    np.testing.assert_array_equal(found, expected)
    assert (found < hours_between(inputs.freight_model, None, (0, 1, 2))).any()


def test_nobody_is_farther_because_of_the_programme(appraisal):
    for name in ("city_access_hours", "port_access_hours"):
        assert float(appraisal[name].max()) <= 0, name
        assert float(appraisal[name].min()) < 0, name
    potential = appraisal["market_potential"]
    assert float(potential.min()) >= 0
    assert float(potential.max()) > 0


def test_an_item_reaches_what_it_takes_costs_off(appraisal):
    pairs, partners, saving = (appraisal[f"project_{name}"] for name in ("pairs", "reach", "cost_saving"))
    linked = {change.item for change in appraisal.states[-1].change.network}
    known = pairs.dropna("project")
    assert set(known["project"].to_numpy()) == linked
    np.testing.assert_allclose(partners.sum("economy").sel(project=known["project"]) / 2, known)
    assert float(saving.max()) <= 1e-12
    nowhere = (partners == 0) & (saving.notnull())
    assert float(saving.where(nowhere).min()) > -1e-4  # where no partner is reached, no mean falls as much
    assert float(pairs.max()) > 0


def test_reach_of_an_item_is_the_change_of_leaving_it_out(appraisal, world):
    """The same from outside: an appraisal without the item has the costs that its reach was measured against."""
    pairs = appraisal["project_pairs"].dropna("project")
    item = str(pairs["project"].to_numpy()[np.argmax(pairs.to_numpy())])
    without = sk.appraise("eurasian-corridors", world, without=(item,))
    cost = [one.array("pair_generalised_cost", "with") for one in (appraisal, without)]
    change = (cost[0] / cost[1] - 1.0).where(cost[0]["economy"] != cost[0]["partner"], 0.0).fillna(0.0)
    falls = (change <= -1e-4).to_numpy()
    assert int((falls | falls.T).sum()) / 2 == int(pairs.sel(project=item))
