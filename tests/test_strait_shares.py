"""Shares of the world's trade that pass a strait, were all of it at sea: by hand."""

from __future__ import annotations

import numpy as np
import pytest

from samarkand.analysis.observed import calc_strait_shares


def test_what_flies_takes_the_voyages_of_what_sails() -> None:
    # Two economies, two classes, one strait. Of 100 from a to b 30 sail: 20 of a class that passes with all of it, 10
    # of one that passes with half: 25 of 30. Of 60 from b to a 30 sail and none passes. 100 * 25 / 30 of 160.
    goods = np.array([[0.0, 100.0], [60.0, 0.0]])
    at_sea = np.array([[[0.0, 20.0], [30.0, 0.0]], [[0.0, 10.0], [0.0, 0.0]]])
    passes = np.array([[[[0.0, 1.0], [0.0, 0.0]], [[0.0, 0.5], [1.0, 0.0]]]])
    assert calc_strait_shares(goods, at_sea, passes) == pytest.approx([100 * 25 / 30 / 160])


def test_a_pair_that_ships_nothing_passes_nothing() -> None:
    goods = np.array([[0.0, 100.0], [100.0, 0.0]])
    at_sea = np.array([[[0.0, 0.0], [1.0, 0.0]]])
    passes = np.ones((1, 1, 2, 2))
    assert calc_strait_shares(goods, at_sea, passes) == pytest.approx([0.5])
    assert calc_strait_shares(goods, np.where(goods > 0, 1.0, 0.0)[None], passes) == pytest.approx([1.0])
