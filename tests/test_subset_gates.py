"""Pairs of cities laid out once for all subsets leave what one subset asks of gates at prices as it is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from samarkand.limited_states import closed_near
from samarkand.limiting import facilities_in, goods_of
from samarkand.state import Counterfactual
from samarkand.world.freight import subset_gates
from samarkand.world.freight.gate_labels import GateLabels
from samarkand.world.freight.gated_costs import GatedCosts
from samarkand.world.freight.gates_at_prices import GatesAtPrices
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
    with pytest.MonkeyPatch.context() as patch:
        # Several blocks, of which some have rows that two sets share.
        patch.setattr(subset_gates, "AT_ONCE", 7)
        shared = SubsetGates(model, labels, portfolios.masks, before, goods)
    assert len(shared._blocks) > 2
    routes, ways = labels.ways(int(portfolios.masks[request.param]))
    mine = sets[request.param]
    alone = GatedCosts(model, routes, mine, after, closed.gates, ways=ways)
    one = shared.of(request.param, mine, after)
    for gated in (one, alone):
        gated.chosen[:] = True
    return Both(labels, one, alone, goods, gates.others[at], gates.limits.prices)


def test_variants_are_the_different_ways_of_each_pair(both: Both) -> None:
    keys = np.array([0, 1, 2, 3, (1 << 62) - 1])
    variants = both.labels.variants(keys)
    found = both.labels.ways_of(variants.row, variants.key)[1]
    size = both.labels.rows.size
    assert size < variants.row.size < size * keys.size, "some pairs differ, most do not"
    for n, key in enumerate(keys.tolist()):
        mine, expected = variants.of_set[n], both.labels.ways(key)[1]
        np.testing.assert_array_equal(variants.row[mine], np.arange(size))
        np.testing.assert_array_equal(found.rows[mine], expected.rows)
        np.testing.assert_array_equal(found.usd[mine], expected.usd)
        np.testing.assert_array_equal(found.hours[mine], expected.hours)
    # Each is there once, and for a set that has it.
    assert np.array_equal(np.unique(variants.of_set), np.arange(variants.row.size))


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


@pytest.mark.parametrize("full", [(True, True), (True, False), (False, True)])
def test_slopes_and_flows_of_other_goods_are_those_of_pairs_alone(
    both: Both, full: tuple[bool, bool]
) -> None:
    """Whichever places are full: where one is not, goods pass it on first ways."""
    mine = np.array(full)
    for by in (1.0, 0.8):
        goods = scaled(both.goods, by)
        for price in PRICES:
            prices = np.where(mine, price, 0.0)
            ours, theirs = (
                gated.at_own(goods, both.others, prices, mine) for gated in (both.shared, both.alone)
            )
            for one, other in zip(ours, theirs, strict=True):
                np.testing.assert_allclose(one, other, rtol=SOLVED, atol=SOLVED)


def test_where_steps_do_not_settle_all_pairs_are_searched(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = both.shared.start(both.goods, both.others, both.prices)
    monkeypatch.setattr(GatesAtPrices, "_climb", lambda *_: None)
    assert both.shared.start(both.goods, both.others, both.prices) == pytest.approx(
        both.alone.start(both.goods, both.others, both.prices), rel=SOLVED
    )
    again = both.shared.start(both.goods, both.others, both.prices)
    np.testing.assert_allclose(ours, again, rtol=1e-6)  # both stop at 1e-8 of a capacity or so


def test_where_no_pair_passes_a_gate_nothing_is_dearer(both: Both) -> None:
    """A place may be full of oil and gas alone."""
    labels, nothing = both.labels, np.empty(0, np.int64)
    none = GateLabels(labels.closed, nothing, np.zeros(1, np.int64), np.empty((0, 2)), nothing)
    gated = both.alone
    shared = SubsetGates(gated.model, none, np.array([0, 1]), gated.facilities, both.goods)
    one = shared.of(1, (), gated.facilities)
    at = one.costs_at(both.goods, np.ones(len(gated.facilities)))
    assert not at.dearer.any()
    assert not one.passing(both.goods).any()
