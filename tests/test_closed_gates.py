"""Ways from networks with gates closed are those of searches with prices, and states from them the full solutions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limit_cases import KHORGOS, SAMARA, solve_two_full
from samarkand.appraisal import find_baseline
from samarkand.engines.equilibrium.measures import calc_real_income_hat
from samarkand.limiting import JOINT
from samarkand.session import Session
from samarkand.state import Counterfactual
from samarkand.world.freight.capacity import find_place
from samarkand.world.freight.closed_gates import MOST_CLOSED, ClosedGates
from samarkand.world.freight.gate_ways import Gate, GateSearch
from samarkand.world.freight.mode_choice import MODES
from samarkand.world.freight.model import FreightModel
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.new_ports import open_ports
from samarkand.worth.gains import only
from soaking import ALL
from toy import make_toy_world, toy_programme

SOLVED = 1e-9  # what differs by rounding alone
PLACES = (KHORGOS, SAMARA, "port:GEPTI")


class Toy(NamedTuple):
    model: FreightModel
    gates: tuple[Gate, ...]
    changes: tuple[LinkChange, ...]
    closed: ClosedGates


@pytest.fixture(scope="module")
def toy() -> Toy:
    """The toy network with all that its programme changes, and three gates: two railways and a port."""
    session = Session()
    asked = session.ask(toy_programme(), make_toy_world(), years=(2035,))
    model = find_baseline(asked, session).freight
    assert isinstance(model, FreightModel)
    places = [find_place(name, model.network, model.parameters) for name in PLACES]
    gates = tuple(Gate(place.links, place.ports) for place in places)
    changes = session.schedule(asked).states[-1].network
    return Toy(model, gates, changes, ClosedGates(model, gates))


def compare(toy: Toy, changes: Sequence[LinkChange], prices: Sequence[float]) -> None:
    """Cost with prices of every way, by both; a way is compared by its cost, as two may cost the same.

    By sea goods may go by one railway to the port and, landed, back by it: a search pays its gates twice, and may find
    a way that is dearer at the price of one passage.
    """
    pairs, price = toy.model.baseline.pairs, np.array(prices)
    ends = pairs.origin.astype(np.int64), pairs.destination.astype(np.int64)
    network = open_ports(toy.model.network, changes)
    search = GateSearch(network, toy.model.parameters, changes, toy.gates, ends, own_ways=pairs.own_ways)
    _, ways = toy.closed.ways(changes)
    assert ways.rows.size
    nothing = np.zeros(price.size)
    parts = [  # mode, value of time, ways by both, and those of a search without prices
        (mode, value, ours[mode], theirs[mode], free[mode])
        for c, value in enumerate(search.values)
        for ours, theirs, free in [[
            one.find(c, at, by_land=True, by_sea=False)
            for one, at in ((ways, price), (search, price), (search, nothing))
        ]]
        for mode in MODES
        if mode != "sea"
    ]  # fmt: skip
    voyages = zip(ways.at_sea(price), search.at_sea(price), search.at_sea(nothing), strict=True)
    values = pairs.search_values[MODES.index("sea")]
    parts += [("sea", values[s], *found) for s, found in enumerate(voyages)]
    for mode, value, ours, theirs, free in parts:
        with_prices = []
        for way in (ours, theirs.of(ways.rows)):
            paid = sum(price[f] * (way.gates >> f & 1) for f in range(price.size))
            with_prices.append(way.usd + value * way.hours + paid)
        once = mode != "sea" or not price[:2].any()
        assert (with_prices[0] <= with_prices[1] * (1 + SOLVED)).all(), mode
        assert not once or with_prices[0] == pytest.approx(with_prices[1], rel=SOLVED), mode
        elsewhere = np.setdiff1d(np.arange(len(pairs)), ways.rows)
        zone = toy.model.baseline.zones[0]
        abroad = elsewhere[zone[pairs.origin[elsewhere]] != zone[pairs.destination[elsewhere]]]
        assert not free.gates[abroad].any(), "pairs that are left out pass no gate"


@given(st.lists(st.floats(0.0, 2000.0), min_size=3, max_size=3), st.sampled_from([None, *range(12)]))
@settings(max_examples=15, deadline=None)
def test_ways_at_any_prices_are_those_of_a_search(
    toy: Toy, prices: list[float], left_out: int | None
) -> None:
    """With the programme and with one of its changes left out."""
    changes = tuple(one for k, one in enumerate(toy.changes) if k != left_out)
    compare(toy, changes, prices)


def test_ways_without_a_programme(toy: Toy) -> None:
    compare(toy, (), (50.0, 0.0, 400.0))
    compare(toy, (), (0.0, 0.0, 400.0))


def test_a_better_line_along_a_closed_link_leads_nowhere_else(toy: Toy) -> None:
    """On the open network it betters the closed link; on the closed one that link alone is missing."""
    upgrade = next(one for one in toy.changes if one.action == "upgrade")
    model = toy.model
    arcs = model.find_arcs(upgrade)
    table = model.network.land(upgrade.mode).links
    first = {arcs[0].tail, arcs[0].head}
    row = next(k for k, ends in enumerate(zip(table["u"], table["v"], strict=True)) if set(ends) == first)
    closed = ClosedGates(model, [Gate({upgrade.mode: frozenset((row,))})]).models[1]
    assert closed.find_arcs(upgrade) == [arc for arc in arcs if {arc.tail, arc.head} != first]


def test_gates_are_few(toy: Toy) -> None:
    with pytest.raises(ValueError, match="too many networks"):
        ClosedGates(toy.model, toy.gates[:1] * (MOST_CLOSED + 1))


@pytest.fixture
def solved() -> Counterfactual:
    return solve_two_full()


def test_items_left_out_and_alone_are_those_of_the_full_solution(solved: Counterfactual) -> None:
    """Both certified to 1e-6 of capacities; prices then differ by what that means for them, real income by far less."""
    assert np.all(solved.freight.limits.price > 0)
    items = [item for item in solved.change.effective if item != "duties"]
    for some in [*([one] for one in items), *([o for o in items if o != one] for one in items)]:
        near = Counterfactual(solved.baseline, only(solved.change, some), near=solved)
        full = replace(near, near=None)
        prices = [one.freight.limits.prices for one in (near, full)]
        assert near.freight.limits.joint_residual <= JOINT
        for name, price in prices[0].items():
            assert price == pytest.approx(prices[1][name], rel=100 * JOINT)
        income = [calc_real_income_hat(one.before_financing) for one in (near, full)]
        assert income[0] == pytest.approx(income[1], rel=JOINT / 10)


def test_without_a_state_nearby_ways_are_searched(solved: Counterfactual) -> None:
    """The headline's states are full solutions: they say what of all places."""
    assert set(solved.freight.limits.prices) == {"khorgos", "samara"}
    assert solved.near is None


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.skipif(not ALL, reason="50 full solutions of the embedded world: by `make soak`")
def test_random_subsets_of_the_embedded_programme_are_those_of_the_full_solution() -> None:
    """Within 1e-4 of what the subset does to real income at most, in each of 50."""
    session = Session()
    asked = session.ask("eurasian-corridors", years=(2035,), limits=True)
    change = session.schedule(asked).states[-1]
    whole = Counterfactual(find_baseline(asked, session), change).solve()
    draw = np.random.default_rng(0)
    for _ in range(50):
        some = {item for item in change.effective if draw.random() < 0.5}
        near = Counterfactual(whole.baseline, only(change, some), near=whole)
        ours, theirs = (
            calc_real_income_hat(one.before_financing) for one in (near, replace(near, near=None))
        )
        assert np.abs(ours - theirs).max() <= 1e-4 * np.abs(theirs - 1.0).max()


def test_what_networks_share_changes_none_of_them(toy: Toy) -> None:
    """Routes of each network by itself, to the last digit, and with each half of the changes."""
    for changes in (toy.changes, toy.changes[::2], toy.changes[1::2]):
        routes, ways = toy.closed.ways(changes)
        for k, model in enumerate(toy.closed.models):
            alone = model.update_routes(changes)
            usd, hours = model.baseline.pairs.usd.copy(), model.baseline.pairs.hours.copy()
            usd[alone.rows], hours[alone.rows] = alone.usd, alone.hours
            np.testing.assert_array_equal(ways.usd[:, k], usd[ways.rows])
            np.testing.assert_array_equal(ways.hours[:, k], hours[ways.rows])
        np.testing.assert_array_equal(routes.rows, toy.closed.models[0].update_routes(changes).rows)
