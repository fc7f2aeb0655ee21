"""What many subsets ask of gates at prices is what one state asks, and is worked out from what is kept."""

from __future__ import annotations

import numpy as np
import pytest

from limit_cases import solve_two_full
from samarkand.engines.compiled import load_compiled
from samarkand.limited_states import closed_near
from samarkand.limiting import facilities_in, goods_of
from samarkand.state import Counterfactual
from samarkand.world.freight.gated_costs import GatedCosts
from samarkand.world.freight.limits import GatedFreight
from samarkand.world.freight.mode_choice import MODES
from samarkand.world.freight.model import FreightModel
from samarkand.world.freight.priced_places import Goods
from samarkand.world.freight.priced_users import Choosing, LaidUsers, Passing
from samarkand.world.freight.tonnes_by_route import Routes

SOLVED = 1e-9  # what differs by rounding alone


@pytest.fixture(scope="module")
def whole() -> Counterfactual:
    """All of the toy programme, with two full places."""
    return solve_two_full()


def gates_of(whole: Counterfactual, kind: type[GatedFreight]) -> GatedFreight:
    """Gates of the state, on its own network."""
    found = closed_near(whole.baseline, whole.freight)
    assert found is not None
    at, closed = found
    model = whole.baseline.freight
    assert isinstance(model, FreightModel)
    routes, ways = closed.ways(whole.change.network)
    facilities = facilities_in(whole.baseline.setting, whole.change)
    mine = [facilities[f] for f in at]
    return kind(model, routes, whole.change.network, mine, closed.gates, ways=ways)


def scaled(goods: Goods, by: float) -> Goods:
    """More boxes, and as many tonnes: what a TEU holds differs."""
    return Goods(goods.volume * by, goods.tonnes, goods.teu * by**2)


@pytest.mark.parametrize("price", [(0.0, 0.0), (3.0, 0.0), (0.0, 12.0), (40.0, 7.0)])
def test_costs_and_flows_are_those_of_a_state(whole: Counterfactual, price: tuple[float, float]) -> None:
    """At any prices, for the trade that they are asked for and for another, one after the other in any order."""
    flow = whole.baseline.setting.world.accounts.trade_flow
    goods = goods_of(whole.baseline.setting, flow)
    gates = whole.baseline.gates
    assert gates is not None
    others = gates.others[: len(price)]
    fast, slow = gates_of(whole, GatedCosts), gates_of(whole, GatedFreight)
    assert isinstance(fast, GatedCosts)
    for one in (fast, slow):
        one.chosen[:] = True
    prices = np.array(price)
    for mine, then in ((goods, scaled(goods, 1.1)), (scaled(goods, 1.1), scaled(goods, 0.7)), (goods, goods)):
        at, limits = fast.costs_at(mine, prices), slow.at_prices(mine, others, prices)
        assert limits.differences is not None
        np.testing.assert_allclose(at.dearer, limits.differences[0], rtol=SOLVED, atol=SOLVED)
        left_over, missed = fast.left_over(at, then, others, prices)
        settled = slow.settle(limits, then, others)
        np.testing.assert_allclose(left_over, settled.flow / fast.capacity - 1.0, rtol=SOLVED, atol=SOLVED)
        assert missed == pytest.approx(settled.joint_residual, rel=SOLVED, abs=SOLVED)
    assert at.through.any(), "goods pass the places"
    if any(price):
        assert at.dearer.max() > 0.0


def test_where_nothing_is_full_nothing_is_dearer(whole: Counterfactual) -> None:
    goods = goods_of(whole.baseline.setting, whole.baseline.setting.world.accounts.trade_flow)
    gated = gates_of(whole, GatedCosts)
    assert isinstance(gated, GatedCosts)
    nothing = np.zeros(len(gated.facilities))
    at = gated.costs_at(goods, nothing)
    assert not at.dearer.any()
    left_over, missed = gated.left_over(at, goods, nothing, nothing)
    np.testing.assert_allclose(left_over, gated.passing(goods) / gated.capacity - 1.0, rtol=SOLVED)
    assert missed == pytest.approx(max(left_over.max(), 0.0))


def test_the_first_prices_are_those_of_a_search(whole: Counterfactual) -> None:
    """Newton's steps over users one after another, and over all ways at once (`GatedFreight.solve`)."""
    setting, gates = whole.baseline.setting, whole.baseline.gates
    assert gates is not None
    goods = goods_of(setting, setting.world.accounts.trade_flow)
    fast, slow = gates_of(whole, GatedCosts), gates_of(whole, GatedFreight)
    assert isinstance(fast, GatedCosts)
    others = gates.others[: len(fast.facilities)]
    found = slow.solve(goods, others, gates.limits.prices, whole=False)
    price = fast.start(goods, others, gates.limits.prices)
    assert found.price.max() > 1.0
    np.testing.assert_allclose(price, found.price, rtol=1e-6)  # both stop at 1e-8 of a capacity or so
    np.testing.assert_array_equal(fast.chosen, slow.chosen)
    np.testing.assert_allclose(fast.start(goods, others, {}), found.price, rtol=1e-6)


def test_slopes_are_those_of_flows(whole: Counterfactual) -> None:
    goods = goods_of(whole.baseline.setting, whole.baseline.setting.world.accounts.trade_flow)
    gated = gates_of(whole, GatedCosts)
    assert isinstance(gated, GatedCosts)
    users = gated.users_at(goods, np.ones(len(gated.facilities), np.bool_))
    amounts = gated.amounts_of(goods)
    price, step = np.array([5.0, 9.0]), 1e-4
    slopes = users.at(amounts, price, with_slopes=True).slopes
    assert (slopes.diagonal() < 0).all()
    for f in range(price.size):
        sides = []
        for sign in (1.0, -1.0):
            moved = price.copy()
            moved[f] += sign * step
            sides.append(gated._sum(users.at(amounts, moved).through, goods))
        np.testing.assert_allclose((sides[0] - sides[1]) / (2 * step), slopes[:, f], rtol=1e-5)


def test_a_first_way_that_passes_no_gate_is_one_for_all() -> None:
    """By road the ways round each of two gates cost the same but for rounding: the open road passes none of them."""
    usd = np.full((1, 4, len(MODES), 1), np.inf)  # networks by the gates that are closed
    usd[0, :, 0, 0] = 100.0, np.nextafter(100.0, 0.0), 100.0, 150.0
    usd[0, :, 1, 0] = 90.0, 90.0, 120.0, 120.0  # rail passes the second gate
    hours, values, turns = np.zeros_like(usd), np.ones((1, len(MODES), 1)), np.zeros((1, 1), np.bool_)
    bits, passes = np.zeros(usd.shape, np.uint8), np.zeros((len(MODES), 1), np.bool_)
    kernels = load_compiled("samarkand.engines.gates_kernels")
    kernels.mark_gates(usd, hours, values, 2, 1.0 + 1e-9, bits, passes)
    class_of, rows, first = (
        np.zeros((len(MODES), 1), np.int64),
        np.zeros(1, np.int64),
        np.empty((1, 1, 3), np.int64),
    )
    kernels.gates_of_goods(usd, hours, bits, values, turns, np.zeros(4), rows, class_of, first)
    assert first.ravel().tolist() == [0, 2, 0]
    taken = Routes(
        usd[:, 0].transpose(0, 2, 1), hours[:, 0].transpose(0, 2, 1), np.array([[[1.0, 1.0, 0.0]]])
    )
    passing = Passing(first, taken, np.array([[0], [1]]), np.ones((2, 1, 1)))
    choosing, amounts = Choosing(class_of, np.ones(1), 2.0, 3.0, 1e6), np.ones((2, 2))
    ways = usd, hours, values, turns, bits, passes
    laid = LaidUsers(passing, ways, choosing, np.arange(2), amounts, np.zeros(2, np.int64))
    # Half of what goes there and back, by rail alone.
    np.testing.assert_allclose(laid.pass_first(laid.rows, amounts), [[0.0, 1.0]])
