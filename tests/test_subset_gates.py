"""Pairs of cities that no project changes, laid out once, leave what one subset asks of gates at prices as it is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from samarkand.limited_states import closed_near
from samarkand.limiting import facilities_in, goods_of
from samarkand.state import Counterfactual
from samarkand.world.freight.gate_labels import GateLabels
from samarkand.world.freight.gated_costs import GatedCosts
from samarkand.world.freight.model import FreightModel
from samarkand.world.freight.priced_places import Goods
from samarkand.world.freight.subset_gates import GatesOfSubset, SubsetGates
from samarkand.world.freight.subsets import Portfolios
from test_gated_costs import SOLVED, scaled, whole  # noqa: F401 - a fixture

PRICES = [(0.0, 0.0), (3.0, 0.0), (0.0, 12.0), (40.0, 7.0)]


class Both(NamedTuple):
    """Labels, and gates of a subset with pairs shared and with pairs of its own."""

    labels: GateLabels
    shared: GatesOfSubset
    alone: GatedCosts
    goods: Goods
    others: np.ndarray
    prices: dict[str, float]


@pytest.fixture(scope="module", params=[0, 1, 2], ids=["nothing", "a line", "a line and a crossing"])
def both(request: pytest.FixtureRequest, whole: Counterfactual) -> Both:  # noqa: F811
    found, gates, model = (
        closed_near(whole.baseline, whole.freight),
        whole.baseline.gates,
        whole.baseline.freight,
    )
    assert found is not None
    assert gates is not None
    assert isinstance(model, FreightModel)
    (at, closed), changes = found, whole.change.network
    line, road = (
        tuple(one for one in changes if one.item == name) for name in ("faster-line", "caspian-hours")
    )
    sets = [(), line, (*line, *road)]  # neither changes a way of all pairs
    portfolios = Portfolios.of(sets)
    assert portfolios is not None
    labels = GateLabels.of(closed, portfolios)
    assert labels is not None
    setting = whole.baseline.setting
    goods = goods_of(setting, setting.world.accounts.trade_flow)
    before, after = ([facilities_in(setting, change)[f] for f in at] for change in (None, whole.change))
    shared = SubsetGates(model, labels, before, gates.limits.price[at], goods)
    key = int(portfolios.masks[request.param])
    routes, ways = labels.ways(key)
    mine = sets[request.param]
    alone = GatedCosts(model, routes, mine, after, closed.gates, ways=ways)
    one = shared.of(key, mine, after)
    for gated in (one, alone):
        gated.chosen[:] = True
    return Both(labels, one, alone, goods, gates.others[at], gates.limits.prices)


def test_labels_are_those_of_pairs_that_projects_change(both: Both) -> None:
    fixed, changing = both.labels.split()
    assert 0 < fixed.rows.size < both.labels.rows.size
    assert np.array_equal(np.sort(np.r_[fixed.rows, changing.rows]), np.sort(both.labels.rows))
    for key in (0, 1, (1 << 62) - 1):
        every, some = both.labels.ways(key)[1], changing.ways(key)[1]
        assert np.array_equal(every.rows[np.isin(every.rows, fixed.rows)], fixed.rows)
        for part in (fixed, some):
            at = np.isin(every.rows, part.rows)
            assert np.array_equal(every.usd[at], part.usd)
            assert np.array_equal(every.hours[at], part.hours)


@pytest.mark.parametrize("price", PRICES)
def test_costs_and_flows_are_those_of_pairs_alone(both: Both, price: tuple[float, float]) -> None:
    prices, then = np.array(price), scaled(both.goods, 0.8)
    one, other = (gated.costs_at(both.goods, prices, True) for gated in (both.shared, both.alone))
    scale = other.dearer.max()
    np.testing.assert_allclose(one.dearer, other.dearer, rtol=SOLVED, atol=SOLVED * (1.0 + scale))
    np.testing.assert_allclose(one.slopes, other.slopes, rtol=SOLVED, atol=SOLVED)
    for goods in (both.goods, then):
        ours, theirs = (
            gated.left_over(at, goods, both.others, prices)
            for gated, at in ((both.shared, one), (both.alone, other))
        )
        np.testing.assert_allclose(ours[0], theirs[0], rtol=SOLVED, atol=SOLVED)
        assert ours[1] == pytest.approx(theirs[1], rel=SOLVED, abs=SOLVED)
        assert both.shared.passing(goods) == pytest.approx(both.alone.passing(goods), rel=SOLVED)


def test_at_prices_without_a_programme_slopes_are_exact(both: Both) -> None:
    """There the pairs that no project changes are worked out; elsewhere they follow their slopes."""
    prices = both.shared._shared.price
    ours, theirs = (gated.at_own(both.goods, both.others, prices) for gated in (both.shared, both.alone))
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=SOLVED, atol=SOLVED)


def test_goods_that_paid_leave_what_they_left(both: Both) -> None:
    """Steps to better prices stop where nothing is left over: other goods alone move it."""
    prices = np.array(PRICES[-1])
    at = both.shared.costs_at(both.goods, prices)
    over = both.shared.left_over(at, both.goods, both.others, prices)[0]
    np.testing.assert_allclose(both.shared.at_goods(at, over, both.goods)[0], over, rtol=SOLVED, atol=SOLVED)
    goods = Goods(both.goods.volume, both.goods.tonnes * 1.001, both.goods.teu * 1.001)
    over = both.shared.left_over(at, goods, both.others, prices)[0]
    ours, _ = both.shared.at_goods(at, over, goods)
    theirs, _ = both.alone.at_own(goods, both.others, prices)
    assert np.abs(theirs - over).max() > 0
    np.testing.assert_allclose(ours, theirs, rtol=0.02, atol=0.2 * np.abs(theirs - over).max())


def test_where_steps_do_not_settle_all_pairs_are_searched(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = both.shared.start(both.goods, both.others, both.prices)
    monkeypatch.setattr(GatedCosts, "_climb", lambda *_: None)
    assert both.shared.start(both.goods, both.others, both.prices) == pytest.approx(
        both.alone.start(both.goods, both.others, both.prices), rel=SOLVED
    )
    np.testing.assert_allclose(
        ours, both.shared.start(both.goods, both.others, both.prices), rtol=0.02, atol=0.1
    )
