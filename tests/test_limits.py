"""Prices of full facilities: by hand, against a primal solver, and what holds for any network."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

from samarkand.engines.limits import (
    PROMISED,
    Choice,
    Limited,
    LimitsError,
    Ways,
    calc_residual,
    find_series,
    limit_flows,
)
from soaking import cases

Floats = NDArray[np.float64]
CERTIFIED = 1e-6  # what the certificate promises
SOLVED = 1e-9  # what differs by rounding alone
EXAMPLES = len(cases(60))


def plain(demand: list[float], nest_of_way: list[int], cost: list[float], use: list[list[float]], scale=0.5):
    """Users with one nest each."""
    users = np.arange(len(demand))
    choice = Choice(np.array(demand), users, np.ones(len(demand)), scale, scale)
    return choice, Ways(np.array(nest_of_way), np.array(cost), csr_array(np.array(use, float)))


def test_a_full_gate_by_hand() -> None:
    """100 users, ways at 10 by the gate and at 12 past it, scale 1/2: 73.1 would take it and 50 can.

    Half take each way where both cost the same: the price is 2, and the logsum 12 - 2 ln 2.
    """
    choice, ways = plain([100.0], [0, 0], [10.0, 12.0], [[1.0], [0.0]])
    open_ = limit_flows(choice, ways, np.array([np.inf]))
    assert open_.flow[0] == pytest.approx(100 / (1 + np.exp(-1.0)))
    found = limit_flows(choice, ways, np.array([50.0]))
    assert found.price[0] == pytest.approx(2.0)
    assert found.flow[0] == pytest.approx(50.0)
    assert found.logsum[0] == pytest.approx(12.0 - 2.0 * np.log(2.0))
    assert found.total_cost(choice.demand) == pytest.approx(100 * (12.0 - 2.0 * np.log(2.0)) - 2.0 * 50.0)
    assert found.residual <= CERTIFIED


def test_a_gate_with_room_has_no_price() -> None:
    choice, ways = plain([100.0], [0, 0], [10.0, 12.0], [[1.0], [0.0]])
    found = limit_flows(choice, ways, np.array([80.0]))
    assert found.price[0] == 0.0
    assert found.flow[0] == pytest.approx(100 / (1 + np.exp(-1.0)))


def test_what_a_user_needs_of_a_gate_weighs() -> None:
    """Heavy goods take two of capacity each: 2 x 25 users fill 50, at odds of 1 to 3, so 2 p = 2 + 2 ln 3."""
    choice, ways = plain([100.0], [0, 0], [10.0, 12.0], [[2.0], [0.0]])
    found = limit_flows(choice, ways, np.array([50.0]))
    assert found.price[0] == pytest.approx(1.0 + np.log(3.0))


def test_facilities_in_series_share_a_price_and_are_named_together() -> None:
    choice, ways = plain([100.0], [0, 0], [10.0, 12.0], [[1.0, 1.0, 1.0, 0.0], [0.0, 0.0, 0.5, 1.0]])
    found = limit_flows(choice, ways, np.array([60.0, 50.0, 200.0, 200.0]))
    assert found.series == ((0, 1),)
    assert found.price == pytest.approx([0.0, 2.0, 0.0, 0.0])
    assert find_series(ways.use, np.array([60.0, np.inf, 1.0, 1.0])) == ((0,), (2,), (3,))


def test_half_as_much_of_each_is_in_series_too() -> None:
    """A gate for tonnes and one for half of them: 50 and 20; the second is tighter, at twice the price."""
    choice, ways = plain([100.0], [0, 0], [10.0, 12.0], [[1.0, 0.5], [0.0, 0.0]])
    found = limit_flows(choice, ways, np.array([50.0, 20.0]))
    assert found.series == ((0, 1),)
    assert found.flow == pytest.approx([40.0, 20.0])
    assert 0.5 * found.price[1] == pytest.approx(2.0 + 2.0 * np.log(1.5))  # odds of 40 to 60


def test_demand_without_another_way_is_refused() -> None:
    choice, ways = plain([100.0, 10.0], [0, 1, 1], [10.0, 1.0, 2.0], [[1.0], [1.0], [0.0]])
    with pytest.raises(LimitsError, match="no other way") as refused:
        limit_flows(choice, ways, np.array([50.0]))
    assert refused.value.facilities == (0,)


def test_ways_are_found_as_gates_grow_dear() -> None:
    """A way at 13 is found once the gate costs more than 1; the answer is that of knowing it from the start."""
    choice, ways = plain([100.0], [0, 0], [10.0, 30.0], [[1.0], [0.0]])
    further = Ways(np.array([0]), np.array([13.0]), csr_array(np.array([[0.0]])))
    asked: list[float] = []

    def find_more(price: Floats) -> Ways | None:
        asked.append(float(price[0]))
        return further if len(asked) == 1 and price[0] > 1.0 else None

    found = limit_flows(choice, ways, np.array([50.0]), find_more)
    known = limit_flows(choice, ways.with_more(further), np.array([50.0]))
    assert found.ways.cost.size == 3
    assert asked[0] == pytest.approx(20.0)  # both ways at 30
    assert found.price == pytest.approx(known.price)
    assert found.share == pytest.approx(known.share)


def test_two_levels_by_hand() -> None:
    """Modes at 1/2, ways of a mode at 2: a full way moves users to the other way of its mode before other modes."""
    choice = Choice(np.array([100.0]), np.array([0, 0]), np.array([1.0, 0.7]), 0.5, 2.0)
    ways = Ways(np.array([0, 0, 1]), np.array([10.0, 11.0, 12.0]), csr_array(np.array([[1.0], [0.0], [0.0]])))
    found = limit_flows(choice, ways, np.array([20.0]))
    p = found.price[0]
    rail = 10.0 + p - 0.5 * np.log(1 + np.exp(-2.0 * (1.0 - p)))
    share = 1.0 / (1.0 + 0.7 * np.exp(-0.5 * (12.0 - rail)))
    assert 100 * share / (1 + np.exp(-2.0 * (1.0 - p))) == pytest.approx(20.0)


@st.composite
def problems(draw: st.DrawFn):
    """Users of one to three nests with one to three ways each; the last way of each user uses no facility."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    users, facilities = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    nests = random.integers(1, 4, users)
    user = np.repeat(np.arange(users), nests)
    counts = random.integers(1, 4, user.size)
    nest = np.repeat(np.arange(user.size), counts)
    use = random.choice([0.0, 0.0, 0.5, 1.0, 2.0], (nest.size, facilities))
    use[np.searchsorted(user[nest], np.arange(users), side="right") - 1] = 0.0
    scale = float(random.uniform(0.1, 2.0))
    choice = Choice(
        random.uniform(0.0, 100.0, users), user, random.uniform(0.1, 2.0, user.size), scale,
        scale * float(random.uniform(1.0, 5.0)),
    )  # fmt: skip
    ways = Ways(nest, random.uniform(0.0, 20.0, nest.size), csr_array(use))
    free = limit_flows(choice, ways, np.full(facilities, np.inf))
    capacity = np.maximum(free.flow * random.uniform(0.05, 1.5, facilities), 1e-3)
    return choice, ways, capacity, free


@given(problems())
@settings(max_examples=EXAMPLES, deadline=None)
def test_flows_keep_the_limits_and_prices_stand_where_they_bind(problem) -> None:
    choice, ways, capacity, free = problem
    found = limit_flows(choice, ways, capacity)
    assert found.residual <= CERTIFIED
    assert found.residual == calc_residual(found.price, found.flow, capacity, choice.scale)
    assert (found.flow <= capacity * (1 + CERTIFIED)).all()
    assert (found.price >= 0).all()
    by_user = np.bincount(choice.user[ways.nest], found.share, choice.demand.size)
    assert by_user == pytest.approx(1.0)
    # What users pay is what facilities receive, and these are full.
    demand = choice.demand[choice.user[ways.nest]]
    paid = float((demand * found.share) @ (ways.use @ found.price))
    assert paid == pytest.approx(
        float(found.price @ capacity), rel=1e-5, abs=1e-6 * float(choice.demand.sum())
    )
    # No price takes a user under what there was without limits.
    assert (found.logsum >= free.logsum - SOLVED).all()


@given(problems(), st.integers(0, 3), st.floats(1.0, 3.0))
@settings(max_examples=EXAMPLES, deadline=None)
def test_a_wider_gate_never_raises_the_total_cost(problem, gate: int, wider: float) -> None:
    choice, ways, capacity, _ = problem
    widened = capacity.copy()
    widened[gate % capacity.size] *= wider
    narrow, wide = (limit_flows(choice, ways, one) for one in (capacity, widened))
    slack = CERTIFIED * max(abs(narrow.total_cost(choice.demand)), 1.0)
    assert wide.total_cost(choice.demand) <= narrow.total_cost(choice.demand) + slack


@given(problems(), st.floats(1.0, 3.0))
@settings(max_examples=EXAMPLES, deadline=None)
def test_one_wider_gate_never_raises_what_users_bear(problem, wider: float) -> None:
    """With one gate the sum of logsums, prices included, falls as well: its price does."""
    choice, ways, capacity, _ = problem
    alone = np.r_[capacity[:1], np.full(capacity.size - 1, np.inf)]
    narrow, wide = (limit_flows(choice, ways, alone * factor) for factor in (1.0, wider))
    borne = [float(choice.demand @ one.logsum) for one in (narrow, wide)]
    assert borne[1] <= borne[0] + CERTIFIED * max(abs(borne[0]), 1.0)
    assert wide.price[0] <= narrow.price[0] * (1 + CERTIFIED) + CERTIFIED


@given(problems())
@settings(max_examples=EXAMPLES, deadline=None)
def test_no_capacity_is_no_limit(problem) -> None:
    choice, ways, capacity, free = problem
    wide = limit_flows(choice, ways, np.maximum(free.flow, 1e-3) * 1.001)
    for found in (wide, limit_flows(choice, ways, np.full(capacity.size, np.inf))):
        assert found.price == pytest.approx(0.0, abs=0)
        assert found.share == pytest.approx(free.share, abs=SOLVED)
        assert found.logsum == pytest.approx(free.logsum, rel=SOLVED)


def test_the_primal_says_the_same() -> None:
    """Least cost and entropy within the limits, by sequential quadratic programming on shares, to its own precision."""
    choice, ways = plain(
        [60.0, 40.0],
        [0, 0, 0, 1, 1],
        [10.0, 11.0, 14.0, 5.0, 9.0],
        [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [1.0, 1.0], [0.0, 0.0]],
    )
    capacity, demand = np.array([30.0, 25.0]), choice.demand[ways.nest]
    found = limit_flows(choice, ways, capacity)

    def cost(x: Floats) -> float:
        return float(demand @ (x * (ways.cost + np.log(x) / choice.scale))) / 1e3

    def slope(x: Floats) -> Floats:
        return demand * (ways.cost + (np.log(x) + 1.0) / choice.scale) / 1e3

    member = np.array([[1.0, 1, 1, 0, 0], [0, 0, 0, 1, 1]])
    use = ways.use.toarray()
    limits = (
        {"type": "eq", "fun": lambda x: member @ x - 1.0},
        {"type": "ineq", "fun": lambda x: capacity - use.T @ (demand * x)},
    )
    start = np.array([0.2, 0.2, 0.6, 0.1, 0.9])
    primal = minimize(
        cost,
        start,
        jac=slope,
        method="SLSQP",
        bounds=[(1e-9, 1)] * 5,
        constraints=limits,
        options={"ftol": 1e-13},
    )
    assert primal.success
    assert found.share == pytest.approx(primal.x, abs=1e-4)
    assert found.total_cost(choice.demand) == pytest.approx(1e3 * primal.fun, rel=1e-6)
    assert (found.price > 0).all()


def test_the_price_of_a_gate_is_what_the_next_unit_saves() -> None:
    """d cost / d capacity = - price (the envelope theorem), by central differences of 1e-4."""
    choice, ways = plain([60.0], [0, 0, 0], [10.0, 11.0, 14.0], [[1.0, 0.0], [0.5, 1.0], [0.0, 0.0]])
    capacity = np.array([20.0, 10.0])
    found = limit_flows(choice, ways, capacity)
    for gate in range(2):
        step = np.zeros(2)
        step[gate] = 1e-4
        costs = [
            limit_flows(choice, ways, capacity + sign * step).total_cost(choice.demand) for sign in (1, -1)
        ]
        assert (costs[0] - costs[1]) / 2e-4 == pytest.approx(-found.price[gate], rel=1e-4)


def test_many_users_with_common_gates() -> None:
    """2,000 users, 12 gates: certified, and cheaper the wider the gates."""
    random = np.random.default_rng(5)
    users, gates, each = 2000, 12, 6
    nest = np.repeat(np.arange(users), each)
    use = (random.random((nest.size, gates)) < 0.15).astype(float)
    use[::each] = 0.0
    choice = Choice(random.lognormal(0, 2, users), np.arange(users), np.ones(users), 0.01, 0.01)
    ways = Ways(nest, random.uniform(500, 2500, nest.size), csr_array(use))
    free = limit_flows(choice, ways, np.full(gates, np.inf))
    found: list[Limited] = [limit_flows(choice, ways, free.flow * part) for part in (0.2, 0.5, 0.8)]
    assert all(one.residual <= PROMISED for one in found)
    costs = [one.total_cost(choice.demand) for one in found]
    assert all(later <= earlier for earlier, later in pairwise(costs))


@pytest.mark.parametrize(("scale", "way_scale"), [(0.0, 1.0), (2.0, 1.0)])
def test_scales_are_in_order(scale: float, way_scale: float) -> None:
    with pytest.raises(ValueError, match="scale"):
        Choice(np.ones(1), np.zeros(1, np.int64), np.ones(1), scale, way_scale)
