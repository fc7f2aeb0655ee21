"""Networks that are cut: by hand, and beside networkx."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samarkand.engines.cut_networks import UNLIMITED, calc_capacity, calc_reaches

# 0 - 1 carries 5, 1 - 2 carries 3, 0 - 3 carries 2, 3 - 2 carries 9; 4 is alone.
ENDS = np.array([[0, 1], [1, 2], [0, 3], [3, 2]])
CAPACITY = np.array([5, 3, 2, 9])
HUB = np.array([2])


def test_capacity_by_hand():
    """Over 1 go min(5, 3), over 3 min(2, 9)."""
    whole = np.ones(4, dtype=bool)
    assert calc_capacity(5, ENDS, CAPACITY, whole, 0, HUB)[0] == 3 + 2
    assert calc_capacity(5, ENDS, CAPACITY, np.array([True, False, True, True]), 0, HUB)[0] == 2
    assert calc_capacity(5, ENDS, CAPACITY, whole, 4, HUB)[0] == 0
    assert calc_capacity(5, ENDS, np.array([UNLIMITED, 3, UNLIMITED, 4]), whole, 0, HUB)[0] == 3 + 4
    assert calc_capacity(5, ENDS, CAPACITY, whole, 0, np.array([1, 3]))[0] == 5 + 2


def test_reach_by_hand():
    assert calc_reaches(5, ENDS, np.ones(4, bool), HUB).tolist() == [True, True, True, True, False]
    assert calc_reaches(5, ENDS, np.array([True, False, False, True]), HUB).tolist() == [
        False, False, True, True, False,
    ]  # fmt: skip


@given(st.integers(0, 200))
@settings(deadline=None)  # the peer takes its time when it is first asked
def test_flows_equal_networkx_and_what_is_not_used_may_be_cut(seed):
    networkx = pytest.importorskip("networkx", reason="the extra peers is not installed")
    draw = np.random.default_rng(seed)
    ends = np.array([(a, b) for a in range(7) for b in range(a) if draw.uniform() < 0.4], np.int64).reshape(
        -1, 2
    )
    capacity = draw.integers(0, 10, len(ends))
    is_open = draw.uniform(size=len(ends)) < 0.8
    hubs = np.array([5, 6])
    found, used = calc_capacity(7, ends, capacity, is_open, 0, hubs)
    graph = networkx.DiGraph()
    graph.add_nodes_from(range(8))
    for (a, b), limit in zip(ends[is_open].tolist(), capacity[is_open].tolist(), strict=True):
        graph.add_edge(a, b, capacity=limit)
        graph.add_edge(b, a, capacity=limit)
    graph.add_edge(5, 7)
    graph.add_edge(6, 7)
    assert found == networkx.maximum_flow_value(graph, 0, 7)
    assert calc_capacity(7, ends, capacity, is_open & used, 0, hubs)[0] == found
    reaches = calc_reaches(7, ends, is_open, hubs)
    assert reaches.tolist() == [networkx.has_path(graph, node, 7) for node in range(7)]
