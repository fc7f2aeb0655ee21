"""The product space: its tree by hand and beside all trees of a small one, its places by their properties."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from samarkand.engines.complexity import calc_proximity
from samarkand.engines.product_space import calc_places, calc_tree


def test_the_tree_by_hand():
    """Ties 0-1 0.9, 1-2 0.8, 0-2 0.7, 2-3 0.2: the weakest of the triangle goes, the only way to 3 stays."""
    proximity = np.eye(4)
    for one, other, tie in ((0, 1, 0.9), (1, 2, 0.8), (0, 2, 0.7), (2, 3, 0.2)):
        proximity[one, other] = proximity[other, one] = tie
    assert {tuple(pair) for pair in calc_tree(proximity).tolist()} == {(0, 1), (1, 2), (2, 3)}


@pytest.mark.parametrize("seed", range(5))
def test_no_other_tree_is_stronger(seed):
    """All 125 trees of five products, tried one by one."""
    proximity = np.random.default_rng(seed).uniform(0.05, 1, (5, 5))
    proximity = np.maximum(proximity, proximity.T)

    def is_tree(ties):
        reached = {0}
        for _ in range(4):
            reached |= {b for pair in ties for a, b in (pair, pair[::-1]) if a in reached}
        return len(reached) == 5

    pairs = list(combinations(range(5), 2))
    best = max(sum(proximity[pair] for pair in ties) for ties in combinations(pairs, 4) if is_tree(ties))
    assert sum(proximity[a, b] for a, b in calc_tree(proximity)) == pytest.approx(best)


def test_products_with_the_same_makers_have_a_tie_and_parts_that_are_apart_have_none():
    """A proximity of one is no missing tie; two parts have a tree each."""
    presence = np.array([[1, 1, 1, 0, 0], [1, 1, 0, 0, 0], [0, 0, 0, 1, 1], [0, 0, 0, 0, 1]], float)
    ties = {tuple(sorted(pair)) for pair in calc_tree(calc_proximity(presence)).tolist()}
    assert (0, 1) in ties
    assert (3, 4) in ties
    assert len(ties) == 3


def test_places_fill_the_square_and_do_not_depend_on_the_order():
    draw = np.random.default_rng(2)
    presence = (draw.uniform(0, 1, (30, 1)) * draw.uniform(0.3, 1.4, 40) > 0.3).astype(float)
    presence += (draw.uniform(0, 1, presence.shape) < 0.1) * (1 - presence)
    # Products with the same makers have the same place before ranks: which of them comes first says nothing.
    presence = np.unique(presence[:, presence.any(axis=0)], axis=1)
    proximity = calc_proximity(presence)
    places = calc_places(proximity)
    size = len(proximity)
    for axis in (0, 1):  # ranks
        assert np.sort(places[:, axis]) == pytest.approx(np.arange(size) / (size - 1))
    turned = calc_places(proximity[::-1, ::-1])[::-1]
    assert turned == pytest.approx(places)


def test_two_groups_of_products_lie_on_two_sides():
    proximity = np.full((10, 10), 0.05)
    proximity[:5, :5] = proximity[5:, 5:] = 0.8
    np.fill_diagonal(proximity, 1.0)
    first = calc_places(proximity)[:, 0]
    assert max(first[:5]) < min(first[5:]) or max(first[5:]) < min(first[:5])
