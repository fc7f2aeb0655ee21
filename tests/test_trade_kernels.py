"""Compiled loops over trade against the same sums in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from samarkand.engines import trade_kernels

SOLVED = 1e-13  # what differs by rounding alone


def test_iceberg_costs_are_sums_over_cargoes() -> None:
    """tau = 1 + part * sum of share ((1 + c' / v) / (1 + c / v) - 1); one where a cost is not a number."""
    draw = np.random.default_rng(1)
    without = draw.uniform(100.0, 3000.0, (2, 4, 4))
    with_ = without * draw.uniform(0.5, 1.5, without.shape)
    with_[:, 0, 1] = without[:, 0, 1]
    without[0, 2, 3] = np.nan
    number, value, share = np.array([0, 1, 1]), np.array([2e4, 5e4, 9e3]), np.array([0.3, 0.5, 0.8])
    first = np.array([0, 2, 2, 3])  # the second sector has no cargo
    hat = np.empty((4, 4, 3))
    part = draw.uniform(0.0, 1.6, hat.shape)
    trade_kernels.write_iceberg_hats(without, with_, first, number, value, share, part, hat)
    expected = np.ones((4, 4, 3))
    for s in range(3):
        for k in range(first[s], first[s + 1]):
            ratio = (1 + with_[number[k]] / value[k]) / (1 + without[number[k]] / value[k])
            expected[:, :, s] += part[:, :, s] * np.nan_to_num(share[k] * (ratio - 1.0)).T
    np.testing.assert_allclose(hat, expected, rtol=SOLVED)
    assert (hat[1, 0] == 1.0).all()
    assert (hat[:, :, 1] == 1.0).all()


def test_goods_are_what_the_money_of_sectors_by_route_buys() -> None:
    draw = np.random.default_rng(2)
    flow, of_usd = draw.random((3, 3, 5)), draw.random((3, 5, 3, 2))
    by_route = draw.uniform(0.0, 1.6, (3, 3, 5)) * (draw.random((3, 3, 5)) < 0.6)
    flow[1, 2, 3], by_route[1, 2, 3] = np.nan, 1.0
    goods = np.empty((3, 3, 3, 2))
    trade_kernels.add_goods(flow, by_route, of_usd, goods)
    expected = np.einsum("dos,osqk->qodk", np.nan_to_num(flow * by_route), of_usd)
    np.testing.assert_allclose(goods, expected, rtol=SOLVED)
    assert goods.sum() == pytest.approx(expected.sum())
