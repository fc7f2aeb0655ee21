"""Items of a programme switched near its state: read from labels it is what an update of the routes finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limit_cases import solve_two_full
from samarkand import limited_states
from samarkand.engines.equilibrium.measures import calc_real_income_hat
from samarkand.engines.threads import run_all
from samarkand.limited_states import NearState, closed_near, limit_near
from samarkand.limiting import JOINT, facilities_in
from samarkand.programme import Change
from samarkand.state import Counterfactual
from samarkand.world.freight.gate_labels import GateLabels
from samarkand.world.freight.gated_costs import GatedCosts
from samarkand.world.freight.priced_places import Goods
from samarkand.world.freight.subsets import costs_of_subsets
from samarkand.world.freight.switched_costs import SwitchedCosts
from samarkand.world.freight.switched_gates import ItemsOfProgramme, SwitchedGates
from samarkand.worth.gains import only

SOLVED = 1e-9  # what differs by rounding alone


@pytest.fixture(scope="module")
def whole() -> Counterfactual:
    """All of the toy programme, with two full places, of which an item raises one."""
    return solve_two_full()


@pytest.fixture(scope="module")
def switched(whole: Counterfactual) -> SwitchedGates:
    """Its items, in blocks of few pairs of cities."""
    found = closed_near(whole.baseline, whole.freight)
    assert found is not None
    items = ItemsOfProgramme.of(whole.change.network)
    assert items.portfolios is not None
    labels = GateLabels.of(found[1], items.portfolios, with_open=True)
    limits = whole.freight.limits
    assert labels is not None
    assert labels.open_ is not None
    assert limits is not None
    assert limits.goods is not None
    facilities = [facilities_in(whole.baseline.setting)[f] for f in found[0]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("samarkand.world.freight.switched_gates.AT_ONCE", labels.rows.size // 5)
        model = found[1].models[0]
        costs = SwitchedCosts(model.baseline, labels.open_, items.whole)
        return SwitchedGates(model, labels, items, costs, facilities, limits.goods)


def some_items(whole: Counterfactual, chosen: Sequence[bool]) -> Change:
    items = whole.change.effective
    return only(whole.change, [item for item, there in zip(items, chosen, strict=False) if there])


def solve(whole: Counterfactual, change: Change) -> NearState:
    found = limit_near(whole.baseline, change, whole.freight)
    assert found is not None
    return found


CHOICE = st.lists(st.booleans(), min_size=20, max_size=20)
PRICE = st.sampled_from([0.0, 5.0, 300.0, 2000.0])


@given(CHOICE, PRICE, PRICE)
@settings(max_examples=25, deadline=None)
def test_what_goods_do_at_prices_is_that_of_updated_routes(
    whole: Counterfactual, switched: SwitchedGates, chosen: list[bool], one: float, other: float
) -> None:
    """Costs, what passes and slopes, of any items, where each choice of places is full."""
    change, labels = some_items(whole, chosen), switched.labels
    key = switched.items.key_of(change.network)
    assert key is not None
    found = closed_near(whole.baseline, whole.freight)
    assert found is not None
    facilities = [facilities_in(whole.baseline.setting, change)[f] for f in found[0]]
    routes, ways = labels.closed.ways(change.network)
    ours = switched.of(key, change.network, facilities)
    theirs = GatedCosts(switched.model, routes, change.network, facilities, labels.closed.gates, ways=ways)
    limits = whole.freight.limits
    assert limits is not None
    assert limits.goods is not None
    assert ours.passing(limits.goods) == pytest.approx(theirs.passing(limits.goods), rel=SOLVED)
    price = np.array([one, other])
    mine, their = (gates.costs_at(limits.goods, price, with_slopes=True) for gates in (ours, theirs))
    assert mine.dearer == pytest.approx(their.dearer, rel=SOLVED, abs=SOLVED)
    assert mine.slopes == pytest.approx(their.slopes, rel=SOLVED, abs=SOLVED * np.abs(their.slopes).max())
    others = np.zeros(price.size)
    left = [
        gates.left_over(at, limits.goods, others, price)[0] for gates, at in ((ours, mine), (theirs, their))
    ]
    assert left[0] == pytest.approx(left[1], rel=SOLVED)
    unpriced = costs_of_subsets(switched.model, [change.network]).of(0)
    assert ours.costs() == pytest.approx(unpriced, rel=SOLVED, nan_ok=True)


@pytest.mark.parametrize("before", [(False, False), (True, False), (True, True)])
def test_a_search_for_prices_goes_on_from_places_that_were_full(
    whole: Counterfactual, switched: SwitchedGates, before: tuple[bool, bool]
) -> None:
    """Where Newton's steps do not settle, it finds what updated routes find, and users that chose once still do."""
    change, limits = some_items(whole, [True, False] * 10), whole.freight.limits
    key, found = switched.items.key_of(change.network), closed_near(whole.baseline, whole.freight)
    assert limits is not None
    assert limits.goods is not None
    assert key is not None
    assert found is not None
    facilities = [facilities_in(whole.baseline.setting, change)[f] for f in found[0]]
    routes, ways = switched.labels.closed.ways(change.network)
    ours = switched.of(key, change.network, facilities)
    theirs = GatedCosts(switched.model, routes, change.network, facilities, found[1].gates, ways=ways)
    for part in (1.0, 0.01):  # of the trade: of so little no place is full
        for one in (ours, theirs):
            one.chosen = np.array(before)
        goods = Goods(*(part * getattr(limits.goods, name) for name in ("volume", "tonnes", "teu")))
        prices = [one.search_start(goods, np.zeros(2), {}) for one in (ours, theirs)]
        assert prices[0].any() == (part == 1.0)
        assert prices[0] == pytest.approx(prices[1], rel=SOLVED, abs=SOLVED)
        assert np.array_equal(ours.chosen, theirs.chosen)


def test_states_are_those_of_updated_routes(whole: Counterfactual, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each item left out, each alone, none and random ones: equilibrium, prices and the state that follows."""
    draw, items = np.random.default_rng(5), whole.change.effective
    size = len(items)
    choices = [
        *(np.eye(size) == 0),
        *(np.eye(size) == 1),
        np.zeros(size, np.bool_),
        *(draw.random((4, size)) < 0.5),
    ]
    changes = [some_items(whole, chosen.tolist()) for chosen in choices]
    read = [solve(whole, change) for change in changes]
    monkeypatch.setattr(limited_states, "_choice_of_items", lambda *_: None)
    for ours, change in zip(read, changes, strict=True):
        theirs = solve(whole, change)
        assert max(ours.residual, theirs.residual) <= JOINT
        assert ours.price == pytest.approx(theirs.price, rel=SOLVED)
        incomes = [calc_real_income_hat(one.sold[1]) for one in (ours, theirs)]
        assert incomes[0] == pytest.approx(incomes[1], rel=SOLVED)
        states = ours.state, theirs.state
        for name in ("generalised_cost", "hours", "mode_share"):
            mine, their = (one.costs[name].to_numpy() for one in states)
            assert mine == pytest.approx(their, rel=SOLVED, abs=SOLVED, nan_ok=True)
        flows = [one.limits.flow for one in states if one.limits is not None]
        assert flows[0] == pytest.approx(flows[1], rel=SOLVED)


def test_answers_do_not_depend_on_what_was_asked_before(whole: Counterfactual) -> None:
    """In two orders and by several threads at once, each with labels of its own: the same to the last digit."""
    changes = [whole.leaving_out(item).change for item in whole.change.effective]
    changes += [only(whole.change, [item]) for item in whole.change.effective]

    def anew() -> Counterfactual:
        return replace(whole, given={"freight": replace(whole.freight)})

    forwards, backwards, together = anew(), anew(), anew()
    one = [solve(forwards, change) for change in changes]
    other = [solve(backwards, change) for change in changes[::-1]][::-1]
    for found in (other, run_all(lambda change: solve(together, change), changes)):
        for mine, theirs in zip(one, found, strict=True):
            np.testing.assert_array_equal(mine.price, theirs.price)
            np.testing.assert_array_equal(mine.sold[1].trade_flow, theirs.sold[1].trade_flow)


def test_changes_that_are_no_items_are_answered_by_updates(whole: Counterfactual) -> None:
    """A part of an item, an item in another order, and one that the state nearby does not have."""
    changes = whole.change.network
    items = ItemsOfProgramme.of(changes)
    several = next(item for item in items.bit if sum(one.item == item for one in changes) > 1)
    mine = [one for one in changes if one.item == several]
    parts = mine[1:], mine[::-1], [replace(one, item="another") for one in mine], [*mine, mine[0]]
    for part in parts:
        assert items.key_of(part) is None
    assert items.key_of(mine) == 1 << items.bit[several]
    assert items.key_of(changes) == (1 << len(items.bit)) - 1
    assert items.key_of(()) == 0
    change = replace(whole.change, effects={**whole.change.effects, "network": tuple(mine[1:])})
    assert solve(whole, change).residual <= JOINT
