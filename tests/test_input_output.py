"""Output that spending makes produced: equal to pymrio on its own test world, to the inverse, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samarkand.engines.input_output import calc_output, multiply_by_shares


def test_footprints_of_pymrio_s_own_test_world():
    """Its test world of six regions and eight sectors: `S L Y` of its stressors, which stand for persons here."""
    pymrio = pytest.importorskip("pymrio", reason="the extra mrio is not installed")
    world = pymrio.load_test()
    world.calc_all()
    coefficient = world.A.to_numpy(float)
    persons = world.emissions.S.to_numpy(float)
    spending = world.Y.to_numpy(float)
    ours = persons @ calc_output(lambda x: coefficient @ x, spending)
    theirs = world.emissions.S.to_numpy() @ world.L.to_numpy() @ world.Y.to_numpy()
    np.testing.assert_allclose(ours, theirs, rtol=1e-11)  # theirs inverts, ours adds rounds up to 1e-14
    # And the footprints that pymrio itself reports, all categories of final demand of a region together.
    regions = list(world.get_regions())
    by_region = ours.reshape(len(persons), len(regions), -1).sum(axis=2)
    reported = world.emissions.D_cba.T.groupby(level=0, sort=False).sum().T[regions].to_numpy(float)
    np.testing.assert_allclose(by_region, reported, rtol=1e-9)


def test_two_sectors_by_hand():
    """A = [[0, 1/2], [1/4, 0]]: x1 = f1 + x2 / 2, x2 = f2 + x1 / 4; for f = (7, 0): x = (8, 2)."""
    coefficient = np.array([[0.0, 0.5], [0.25, 0.0]])
    found = calc_output(lambda x: coefficient @ x, np.array([[7.0], [0.0]]))
    np.testing.assert_allclose(found[:, 0], [8.0, 2.0])


@settings(deadline=None)
@given(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_shares_are_the_table_that_they_stand_for(economies, sectors, seed):
    draw = np.random.default_rng(seed)
    trade = draw.uniform(0, 1, (economies, economies, sectors))
    trade /= trade.sum(axis=1, keepdims=True)
    inputs = draw.uniform(0, 0.8 / sectors, (economies, sectors, sectors))
    table = np.einsum("nik,nkj->iknj", trade, inputs).reshape(economies * sectors, -1)
    spending = draw.uniform(0, 1, (economies, sectors, 2))
    found = calc_output(multiply_by_shares(trade, inputs), spending)
    expected = np.linalg.solve(np.eye(economies * sectors) - table, spending.reshape(-1, 2))
    np.testing.assert_allclose(found.reshape(-1, 2), expected, rtol=1e-10)


def test_rounds_without_an_end_are_refused():
    with pytest.raises(ValueError, match="do not end"):
        calc_output(lambda x: 1.0 * x, np.ones((2, 1)))
