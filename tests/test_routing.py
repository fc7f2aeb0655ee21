"""Legs and their closure: a hand case, scipy on the whole graph as the oracle, and properties on random graphs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from samarkand.engines import path_update_kernels as closure_kernels
from samarkand.engines import routing_fast
from samarkand.engines.legs import find_legs
from samarkand.engines.routing import (
    Legs,
    build_graph,
    calc_costs,
    calc_legs,
    cheaper_legs,
    find_path,
    join_legs,
)
from samarkand.world.freight.skims import component, values_of_time
from samarkand.world.network.tables import land_costs, load_network
from samarkand.world.parameters import load_parameters


def test_attributes_follow_the_path_of_least_generalised_cost() -> None:
    """Square 0-1-3 (3 h, US$10) and 0-2-3 (12 h, US$4) by hand.

    At US$1 an hour: 13 against 16, so by 1; at US$0.5: 11.5 against 10, so by 2. Node 4 is not reached.
    """
    graph = build_graph(5, [0, 1, 0, 2], [1, 3, 2, 3], [1.0, 2.0, 5.0, 7.0], [4.0, 6.0, 1.0, 3.0])
    quick = calc_legs(graph, 1.0, [0], [0, 3, 4])
    np.testing.assert_allclose(quick.hours, [[0, 3, np.inf]])
    np.testing.assert_allclose(quick.usd, [[0, 10, np.inf]])
    cheap = calc_legs(graph, 0.5, [0], [3])
    assert (cheap.hours[0, 0], cheap.usd[0, 0]) == (12, 4)
    assert find_path(graph, 1.0, 0, 3) == [0, 1, 3]
    assert find_path(graph, 0.5, 0, 3) == [0, 2, 3]
    assert find_path(graph, 1.0, 0, 4) == []


@pytest.mark.parametrize(
    ("size", "links", "sources"), [(40, 30, 40), (300, 900, 300), (700, 1500, 600), (3, 0, 2)]
)
@pytest.mark.parametrize("seed", [1, 2])
def test_legs_searched_side_by_side_are_those_of_scipy(size, links, sources, seed) -> None:
    """Few sources and many, in one part and in two; places that nothing joins."""
    random = np.random.default_rng(seed)
    ends = np.unique(np.sort(random.integers(0, size, (links, 2)), axis=1), axis=0)
    u, v = ends[ends[:, 0] < ends[:, 1]].T
    graph = build_graph(size, u, v, random.uniform(0.5, 50, u.size), random.uniform(1, 500, u.size))
    start, end, done = random.permutation(size)[:sources], random.permutation(size)[: size // 2 + 1], []
    legs, peer = find_legs(graph, 2.5, start, end, done.append), calc_legs(graph, 2.5, start, end)
    np.testing.assert_allclose(legs.hours, peer.hours, rtol=1e-12)
    np.testing.assert_allclose(legs.usd, peer.usd, rtol=1e-12)
    assert done[-1] == sources


def test_legs_of_the_embedded_railways_are_those_of_scipy() -> None:
    """Where ways of equal cost are many: every twentieth terminal, by each value of time."""
    parameters = load_parameters()
    part = component("rail", load_network(), parameters)
    for value in values_of_time(parameters):
        legs = find_legs(part.graph, value, part.sources, part.targets)
        peer = calc_legs(part.graph, value, part.sources[::20], part.targets)
        np.testing.assert_allclose(legs.hours[::20], peer.hours, rtol=1e-12)
        np.testing.assert_allclose(legs.usd[::20], peer.usd, rtol=1e-12)


@pytest.mark.parametrize(
    ("u", "v", "hours", "usd"),
    [([0], [1], [-1.0], [0.0]), ([0], [1], [np.nan], [0.0]), ([0], [2], [1.0], [0.0]),
     ([0, 1], [1, 0], [1.0, 2.0], [0.0, 0.0])],
)  # fmt: skip
def test_links_that_make_no_graph_are_refused(u, v, hours, usd) -> None:
    with pytest.raises(ValueError, match=r"negative|outside|same pair"):
        build_graph(2, u, v, hours, usd)


def test_a_chain_of_legs_takes_the_cheapest_middle() -> None:
    first = Legs(np.array([[1.0, 5.0]]), np.array([[10.0, 1.0]]))
    second = Legs(np.array([[2.0], [1.0]]), np.array([[3.0], [2.0]]))
    joined = join_legs(first, second, 1.0)  # 1+10+2+3 = 16 against 5+1+1+2 = 9
    assert (joined.hours[0, 0], joined.usd[0, 0]) == (6.0, 3.0)
    dear = join_legs(first, second, 10.0)  # 13+30 = 43 against 3+60 = 63
    assert (dear.hours[0, 0], dear.usd[0, 0]) == (3.0, 13.0)
    better = cheaper_legs(joined, dear, 10.0)
    assert (better.hours[0, 0], better.usd[0, 0]) == (3.0, 13.0)


@st.composite
def cases(draw):
    """A random connected-or-not graph, a value of time, and new or cheaper arcs on it."""
    size = draw(st.integers(4, 14))
    pairs = [(a, b) for a in range(size) for b in range(a)]
    seed = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    links = [
        pairs[i] for i in np.flatnonzero(seed.random(len(pairs)) < draw(st.sampled_from([0.15, 0.3, 0.6])))
    ]
    new = [
        pairs[i]
        for i in seed.choice(len(pairs), size=min(len(pairs), draw(st.integers(1, 5))), replace=False)
    ]
    return size, links, new, seed, draw(st.sampled_from([0.1, 1.0, 25.0]))


@settings(deadline=None, max_examples=150)
@given(cases())
def test_closure_is_what_scipy_finds_on_the_changed_graph(case) -> None:
    size, links, new, seed, vot = case
    hours, usd = seed.uniform(0.5, 50, len(links)), seed.uniform(1, 500, len(links))
    new_hours, new_usd = seed.uniform(0.1, 40, len(new)), seed.uniform(0.1, 400, len(new))
    u, v = ([a for a, _ in links], [b for _, b in links]) if links else ([], [])
    graph = build_graph(size, u, v, hours, usd)
    everywhere = np.arange(size)
    legs = calc_legs(graph, vot, everywhere, everywhere)
    ends = sorted({end for pair in new for end in pair})
    tail, head = (np.array([ends.index(pair[k]) for pair in new]) for k in (0, 1))
    from_ends = Legs(legs.hours[ends], legs.usd[ends])
    rows = np.arange(len(ends))
    star = *np.empty((2, len(ends), len(ends))), np.empty((len(ends), len(ends)), bool)
    between = [np.ascontiguousarray(array[np.ix_(ends, ends)]) for array in (legs.hours, legs.usd)]
    closure_kernels.among_ends(*between, rows, tail, head, new_hours, new_usd, vot, *star)
    reach = np.empty((size, len(ends))), np.empty((size, len(ends))), np.zeros((size, len(ends)), bool)
    closure_kernels.reach(from_ends.hours, from_ends.usd, rows, *star, vot, *reach)
    found = np.empty(size + 1, np.int64), np.empty(size**2, np.int32), np.empty(size**2), np.empty(size**2)
    before = legs.cost(vot)
    closure_kernels.through_ends(
        *reach, rows, from_ends.hours, from_ends.usd, from_ends.cost(vot), 0, before.astype(np.float32), vot,
        False, True, *found,
    )  # fmt: skip
    closed = before.copy()
    for i in everywhere:
        part = slice(found[0][i], found[0][i + 1])
        through = found[3][part] + vot * found[2][part]
        closed[i, found[1][part]] = np.minimum(closed[i, found[1][part]], through)

    matrix = np.full((size, size), np.inf)
    old = zip(links, hours, usd, strict=True)
    for (a, b), h, m in [*old, *zip(new, new_hours, new_usd, strict=True)]:
        matrix[a, b] = matrix[b, a] = min(matrix[a, b], m + vot * h)
    row, column = np.nonzero(np.isfinite(matrix))
    again = dijkstra(csr_array((matrix[row, column], (row, column)), shape=(size, size)))
    # Sums of at most 14 positive terms in double precision, taken in another order.
    np.testing.assert_allclose(closed, again, rtol=1e-12)


def test_the_optional_engine_is_scipy_within_its_rounding() -> None:
    """A random graph and the railways: weights are whole thousandths of a US$, half of one off a link at most."""
    pytest.importorskip("pyroutingkit", reason="the extra `routing` is not installed")
    network, parameters = load_network(), load_parameters()
    nodes = network.rail.nodes
    graph = land_costs(network, "rail", parameters).graph(len(nodes))
    draw = np.random.default_rng(4)
    sources, targets = draw.choice(graph.size, 20), draw.choice(graph.size, 300)
    hierarchy = routing_fast.Hierarchy(graph, nodes["lat"], nodes["lon"])
    for value in (0.0, 12.5):
        exact = calc_costs(graph, value, sources, targets)
        fast = hierarchy.calc_costs(value, sources, targets)
        assert np.array_equal(np.isfinite(exact), np.isfinite(fast))
        reached = np.isfinite(exact)
        assert reached.sum() > 2000
        # No way here has more than 2,000 links: 2,000 * 0.0005 US$.
        np.testing.assert_allclose(fast[reached], exact[reached], atol=1.0, rtol=0)
