"""Assignment: a hand case, conservation, and the length of the way as an identity."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samarkand.engines.assignment import assign, find_paths, join_choice
from samarkand.engines.compiled import load_compiled
from samarkand.engines.routing import build_graph, calc_legs

#     0 --1h-- 1 --1h-- 2      a square with a diagonal that is too slow
#     |                 |
#     5h                1h
#     3 ------1h------- 4
U, V, HOURS = [0, 1, 0, 3, 2], [1, 2, 3, 4, 4], [1.0, 1.0, 5.0, 1.0, 1.0]


def _loads(graph, load):
    ends = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    return {(int(a), int(b)): x for a, b, x in zip(ends, graph.indices, load, strict=True) if x}


def test_hand_case():
    graph = build_graph(6, U, V, HOURS, np.zeros(5))
    flow = np.array([[10.0, 4.0, 7.0]])  # from 0 to 3, to 2, and to 5, which nothing reaches
    paths = find_paths(graph, 1.0, [0], [3, 2, 5])
    load = assign(graph, paths, flow)
    # 0-1-2-4-3 takes 4 hours, the straight link 5.
    assert _loads(graph, load) == {(0, 1): 14.0, (1, 2): 14.0, (2, 4): 10.0, (4, 3): 10.0}
    assert paths.cost.tolist() == [[4.0, 2.0, np.inf]]


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_work_is_flow_times_the_length_of_its_way(seed):
    random = np.random.default_rng(seed)
    wild = nx.gnm_random_graph(12, 20, seed=seed)
    u, v = (np.array(ends) for ends in zip(*wild.edges, strict=True))
    hours = random.uniform(0.5, 5.0, u.size)
    graph = build_graph(12, u, v, hours, np.zeros(u.size))
    flow = random.uniform(0.0, 3.0, (3, 12))
    legs = calc_legs(graph, 1.0, [0, 4, 7], np.arange(12))
    load = assign(graph, find_paths(graph, 1.0, [0, 4, 7], np.arange(12)), flow)
    reached = np.isfinite(legs.hours)
    # Sum over links of load times hours = sum over pairs of flow times hours of the path.
    assert (load * graph.hours).sum() == pytest.approx((flow * np.where(reached, legs.hours, 0)).sum())
    for a, b, h in zip(u, v, hours, strict=True):
        wild.edges[int(a), int(b)]["weight"] = float(h)
    for s, source in enumerate((0, 4, 7)):
        lengths = nx.single_source_dijkstra_path_length(wild, source)
        for t in range(12):
            assert legs.hours[s, t] == pytest.approx(lengths.get(t, np.inf))


def test_join_with_its_middle():
    first = np.array([[1.0, np.inf, 2.0], [np.inf, np.inf, np.inf]])
    second = np.array([[5.0, 1.0], [0.0, 0.0], [1.0, 9.0]])
    cost, middle = join_choice(first, second)
    assert cost.tolist() == [[3.0, 2.0], [np.inf, np.inf]]
    assert middle.tolist() == [[2, 0], [-1, -1]]


def test_bad_flows_are_refused():
    graph = build_graph(2, [0], [1], [1.0], [1.0])
    paths = find_paths(graph, 1.0, [0], [1])
    for flow, reason in (
        (np.ones((2, 2)), "shape"),
        (np.array([[-1.0]]), "negative"),
        (np.array([[np.nan]]), "finite"),
    ):
        with pytest.raises(ValueError, match=reason):
            assign(graph, paths, flow)


def test_shares_of_pairs_are_spread_both_ways() -> None:
    """Terms over their sum, there and back; nothing within a city nor where no mode leads."""
    draw = np.random.default_rng(3)
    origin, destination = (one.astype(np.int64) for one in np.triu_indices(5))
    term = draw.random((origin.size, 2, 3))
    term[4, 1] = 0.0
    modes = np.array([2, 0])
    share = np.zeros((2, 5, 5))
    load_compiled("samarkand.engines.assignment_kernels").spread_shares(
        term, origin, destination, 1, modes, share
    )
    expected = np.zeros_like(share)
    for p, (one, other) in enumerate(zip(origin, destination, strict=True)):
        if one != other and term[p, 1].sum() > 0:
            expected[:, one, other] = expected[:, other, one] = term[p, 1][modes] / term[p, 1].sum()
    np.testing.assert_allclose(share, expected, rtol=1e-14)
    assert share[:, origin[4], destination[4]].tolist() == [0.0, 0.0]
    assert 0.0 < share.sum() < 20.0
