"""Ways by a contraction hierarchy are those of the plain search, to the last digit and in every tie."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samarkand.engines import assignment
from samarkand.engines.assignment import Paths, find_costs, find_paths
from samarkand.engines.contraction import Hierarchy, find_joints
from samarkand.engines.routing import Graph, build_graph
from samarkand.session import Session
from toy import make_toy_world, toy_programme


def _drawn(size: int, links: int, seed: int, lengths: str) -> Graph:
    """A graph drawn at random. lengths: all different, whole numbers that tie often, or some of them nothing."""
    random = np.random.default_rng(seed)
    u, v = np.array(nx.gnm_random_graph(size, links, seed=seed).edges).T
    if lengths == "apart":
        hours = random.uniform(0.5, 5.0, u.size)
    else:
        hours = random.integers(0 if lengths == "none" else 1, 4, u.size) / 10.0
    return build_graph(size, u, v, hours, np.zeros(u.size))


def _ways(paths: Paths, graph: Graph) -> np.ndarray:
    """The node before each on the ways to targets, -1 elsewhere: neighbours that were only looked at do not count."""
    before = paths.before(graph)
    kept = np.full(before.shape, -1)
    for s, source in enumerate(paths.sources):
        for node in paths.targets:
            while node != source and before[s, node] >= 0:
                kept[s, node] = before[s, node]
                node = before[s, node]
    return kept


@given(st.integers(0, 10_000), st.integers(2, 60), st.sampled_from(["apart", "tied", "none"]))
@settings(max_examples=40, deadline=None)
def test_the_ways_are_those_of_the_plain_search(seed: int, size: int, lengths: str) -> None:
    graph = _drawn(size, min(2 * size, size * (size - 1) // 2), seed, lengths)
    random = np.random.default_rng(seed)
    sources, targets = (random.integers(0, size, count) for count in (11, 7))
    plain = find_paths(graph, 1.0, sources, targets)  # fewer than MANY_SOURCES
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assignment, "MANY_SOURCES", 1)
        found = find_paths(graph, 1.0, sources, targets)
        costs = find_costs(graph, 1.0, sources, targets)
    np.testing.assert_array_equal(found.cost, plain.cost)
    np.testing.assert_allclose(costs, plain.cost, rtol=1e-12)
    ways = [_ways(paths, graph) for paths in (found, plain)]
    np.testing.assert_array_equal(*ways)
    for (s, t), cost in np.ndenumerate(plain.cost):
        if np.isfinite(cost) and sources[s] != targets[t]:
            assert ways[0][s, targets[t]] >= 0


def test_streets_of_no_length_ask_the_plain_search_and_equal_ones_do_not() -> None:
    grid = nx.convert_node_labels_to_integers(nx.grid_2d_graph(6, 6))
    u, v = np.array(grid.edges).T
    every = np.arange(36)
    cost, place = np.empty((36, 36)), np.empty((36, 36), np.int32)
    for hours, searched in ((np.zeros(u.size), 36), (np.ones(u.size), 0)):
        hierarchy = Hierarchy.of(build_graph(36, u, v, hours, np.zeros(u.size)), 1.0)
        assert hierarchy.find_trees(every, every, cost, place)[-1] == searched


def test_of_two_ways_that_are_as_long_the_one_by_the_lowest_number_is_taken() -> None:
    for middle in ((1, 2), (2, 1)):
        graph = build_graph(4, [0, 0, *middle], [*middle, 3, 3], np.ones(4), np.zeros(4))
        with pytest.MonkeyPatch.context() as patch:
            for least in (1, 10**9):
                patch.setattr(assignment, "MANY_SOURCES", least)
                assert find_paths(graph, 1.0, [0], [3]).before(graph)[0, 3] == 1


def test_elimination_keeps_distances_between_the_nodes_that_are_left() -> None:
    graph = _drawn(40, 70, 3, "apart")
    hierarchy, joints = Hierarchy.of(graph, 1.0), find_joints(graph)
    assert sorted(joints.rank.tolist()) == list(range(40))
    order, last = np.argsort(joints.rank), 30
    upper = nx.Graph()
    upper.add_nodes_from(range(last, 40))
    for low in range(last, 40):
        for at in range(joints.ptr[low], joints.ptr[low + 1]):
            upper.add_edge(low, int(joints.head[at]), weight=hierarchy.up_cost[at])
    whole = find_paths(graph, 1.0, order[last:], order[last:]).cost
    for a in range(10):
        lengths = nx.single_source_dijkstra_path_length(upper, last + a)
        for b in range(10):
            assert lengths.get(last + b, np.inf) == pytest.approx(whole[a, b])


def test_freight_is_the_same_by_either_search(monkeypatch: pytest.MonkeyPatch) -> None:
    from samarkand.analysis.flows import freight

    laid = []
    for least in (1, 10**9):
        monkeypatch.setattr(assignment, "MANY_SOURCES", least)
        laid.append(freight(toy_programme(), world=make_toy_world(), year=2035, session=Session()))
    for one, other in zip(*[(of.without, of.with_) for of in laid], strict=True):
        # The same ways; their flows are added up in another order.
        pd.testing.assert_frame_equal(one.links, other.links, rtol=1e-12, atol=0)
        pd.testing.assert_frame_equal(one.ports, other.ports, rtol=1e-12, atol=0)
