"""Means of freight costs, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from samarkand.priorities.infrastructure.means import (
    calc_class_mean,
    calc_market_access,
    calc_market_access_change,
    calc_pair_trade_cost_change,
    calc_partner_mean,
    calc_trade_cost_change,
)

ALL = np.ones((3, 3), dtype=bool)


def test_classes_weigh_by_trade_and_alike_where_there_is_none():
    """A pair that trades 1 and 3 TEU of two classes at 10 and 30: 25; one that trades nothing at 10 and 30: 20."""
    trade = np.array([[[1.0, 0.0]], [[3.0, 0.0]]])  # [class, origin, destination]
    values = np.array([[[10.0, 10.0]], [[30.0, 30.0]]])
    np.testing.assert_allclose(calc_class_mean(values, trade), [[25.0, 20.0]])
    values[1, 0, 1] = np.nan
    np.testing.assert_array_equal(calc_class_mean(values, trade), [[25.0, np.nan]])


def test_partners_weigh_both_ways_and_own_trade_does_not_count():
    """A sends 1 to B at 10 and gets 3 from it at 20; B and C trade 1 each way at 40. A: (10 + 60) / 4."""
    trade = np.array([[100.0, 1, 0], [3, 100, 1], [0, 1, 100]])
    cost = np.array([[1.0, 10, 99], [20, 1, 40], [99, 40, 1]])
    np.testing.assert_allclose(calc_partner_mean(cost, trade, ALL), [70 / 4, (70 + 80) / 6, 40.0])
    alone = ALL.copy()
    alone[2] = alone[:, 2] = False
    np.testing.assert_allclose(calc_partner_mean(cost, trade, alone), [70 / 4, 70 / 4, np.nan])


def test_trade_costs_by_hand():
    """A sells B 3 of goods, which get 10 % cheaper, and 1 of services; B sells A 4 of services."""
    flow, hat = np.zeros((2, 2, 2)), np.ones((2, 2, 2))
    flow[0, 1], flow[1, 0], flow[0, 0], hat[0, 1, 0] = (3.0, 1.0), (0.0, 4.0), (50.0, 50.0), 0.9
    pairs = calc_pair_trade_cost_change(hat, flow)
    np.testing.assert_allclose(pairs, [[0.0, -0.3 / 4], [0.0, np.nan]], atol=1e-15)
    np.testing.assert_allclose(calc_trade_cost_change(hat, flow), [-0.3 / 8, -0.3 / 8])


@given(arrays(np.float64, (3, 3, 2), elements=st.floats(0, 1e9)))
def test_where_nothing_gets_cheaper_the_change_is_exactly_nothing(flow):
    change = calc_trade_cost_change(np.ones_like(flow), flow)
    assert set(change[~np.isnan(change)]) <= {0.0}


def test_market_access_by_hand():
    """Two markets of 8 at cost 1 and 2, elasticity 2: 8 + 2. What nothing connects adds nothing."""
    cost = np.array([[[1.0], [2.0]], [[2.0], [1.0]]])
    spending, theta = np.array([[8.0], [8.0]]), np.array([2.0])
    np.testing.assert_allclose(calc_market_access(cost, spending, theta), [10.0, 10.0])
    cost[0, 1], cost[1] = np.nan, np.nan
    assert calc_market_access(cost, spending, theta)[0] == pytest.approx(8.0)
    assert np.isnan(calc_market_access(cost, spending, theta)[1])


@given(arrays(np.float64, (3, 3, 2), elements=st.floats(0.5, 2)))
def test_a_change_of_market_access_is_the_difference_of_two(hat):
    cost, spending = np.linspace(1.0, 3.0, 18).reshape(3, 3, 2), np.arange(1.0, 7.0).reshape(3, 2)
    cost[0, 2], hat[1, 1] = np.nan, 1.0
    theta = np.array([2.0, 5.0])
    before, after = (calc_market_access(one, spending, theta) for one in (cost, cost * hat))
    change = calc_market_access_change(cost, hat, spending, theta)
    np.testing.assert_allclose(before + change, after, rtol=1e-12)
    assert set(calc_market_access_change(cost, np.ones_like(hat), spending, theta)) == {0.0}
