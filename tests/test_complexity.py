"""Economic complexity: by hand, by its algebra, and beside the package ecomplexity 0.5.3."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samarkand.engines.complexity import (
    calc_access,
    calc_complexity,
    calc_density,
    calc_nearness,
    calc_opportunities,
    calc_proximity,
    calc_rca,
    trim,
)
from samarkand.priorities.innovation.assessment import calc_matches, calc_nearer, calc_over

# Two economies of three make the first product, and so on: M has 5 economies (rows) and 6 products.
PRESENCE = np.array(
    [
        [1, 1, 1, 1, 0, 0],
        [1, 1, 1, 0, 0, 0],
        [1, 1, 0, 0, 1, 0],
        [1, 0, 0, 0, 1, 1],
        [0, 0, 0, 0, 1, 1],
    ],
    dtype=float,
)


def made_up(economies: int = 150, products: int = 1200, seed: int = 1) -> np.ndarray:
    """Exports drawn at random: able economies make more products and harder ones."""
    draw = np.random.default_rng(seed)
    able, hard = draw.uniform(0, 1, economies), draw.uniform(0, 1, products)
    made = draw.uniform(0, 1, (economies, products)) < 0.05 + 0.9 / (
        1 + np.exp(8 * (hard[None] - able[:, None]))
    )
    return np.where(made, draw.lognormal(0, 2, (economies, products)), 0.0)


def test_revealed_advantage_by_hand():
    # x[0, 0] / x[0, .] = 3/4, world: 4/8; (3/4) / (1/2) = 1.5
    assert calc_rca(np.array([[3.0, 1.0], [1.0, 3.0]])) == pytest.approx(np.array([[1.5, 0.5], [0.5, 1.5]]))


def test_proximity_and_density_by_hand():
    """Products 0 and 1: three economies make both, four and three make each: 3 / 4. Products 4 and 5: 2 / 3."""
    near = calc_proximity(PRESENCE)
    assert near[0, 1] == 3 / 4
    assert near[4, 5] == 2 / 3
    assert near[0, 0] == 1.0
    # Product 3 goes with 0 (1/4), 1 (1/3), 2 (1/2), itself (1), none of 4 and 5; economy 1 makes 0, 1 and 2.
    assert calc_density(PRESENCE)[1, 3] == pytest.approx(
        (1 / 4 + 1 / 3 + 1 / 2) / (1 / 4 + 1 / 3 + 1 / 2 + 1)
    )


@pytest.mark.parametrize("seed", range(4))
def test_nearness_is_the_product_with_proximity(seed):
    """Without the square matrix as with it, but for rounding of sums of sixty terms; products of one maker too."""
    draw = np.random.default_rng(seed)
    presence = (draw.uniform(0, 1, (15, 60)) < 0.3).astype(float)
    presence[:, 0] = presence[:, 59] = np.arange(15) == 3
    presence = presence[:, presence.any(axis=0)]
    weight = draw.normal(0, 1, (4, presence.shape[1]))
    expected = weight @ calc_proximity(presence)
    np.testing.assert_allclose(calc_nearness(weight, presence), expected, rtol=0, atol=1e-12)


def test_the_index_is_the_mean_of_its_products_and_grows_with_diversity():
    found = calc_complexity(made_up())
    mean = (found.presence * found.pci).sum(axis=1) / found.diversity
    # The scale of both makes this an identity; what is left is the rounding of an eigenvector of 150 elements.
    assert found.eci == pytest.approx(mean, abs=1e-10)
    assert np.corrcoef(found.eci, found.diversity)[0, 1] == pytest.approx(found.sign_agreement)
    assert found.eci.mean() == pytest.approx(0, abs=1e-12)
    assert found.eci.std() == pytest.approx(1)


@given(st.integers(0, 50), st.floats(0.01, 100))
def test_units_and_order_do_not_matter(seed, factor):
    exports = made_up(12, 40, seed)
    rows, columns = trim(exports)
    exports = exports[np.ix_(rows, columns)]
    found = calc_complexity(exports)
    if min(found.gap, found.sign_agreement) < 1e-3:
        return  # indices that are undetermined may turn
    other = calc_complexity(factor * exports[::-1, ::-1])
    # Advantages of exactly one may tip over with rounding where the unit changes: then the matrix is another.
    if (other.presence[::-1, ::-1] == found.presence).all():
        assert other.eci[::-1] == pytest.approx(found.eci, abs=1e-8)
        assert other.pci[::-1] == pytest.approx(found.pci, abs=1e-8)


def test_what_has_no_index_is_refused():
    with pytest.raises(ValueError, match="no exporters"):
        calc_complexity(np.array([[1.0, 0, 2], [1, 0, 1], [2, 0, 1]]))
    with pytest.raises(ValueError, match="negative"):
        calc_rca(np.array([[1.0, -1.0]]))
    with pytest.raises(ValueError, match="no second eigenvector"):
        calc_complexity(np.ones((4, 5)))
    with pytest.raises(ValueError, match="fewer than three"):
        calc_complexity(np.ones((2, 5)))


def test_two_worlds_that_trade_in_nothing_alike_show_no_gap():
    """Blocks apart: eigenvalue 1 three times over, so the second vector is arbitrary; the gap says so."""
    block = np.array([[2.0, 1, 1], [1, 2, 1], [1, 1, 2]])
    exports = np.kron(np.eye(3), block)
    assert calc_complexity(exports).gap == pytest.approx(0, abs=1e-12)
    assert calc_complexity(made_up()).gap > 1e-3


def test_rows_and_columns_without_advantage_go():
    exports = np.array([[5.0, 0, 1, 0], [1, 5, 0, 0], [0, 1, 5, 0], [0, 0, 0, 0]])
    rows, columns = trim(exports)
    assert rows.tolist() == [0, 1, 2]
    assert columns.tolist() == [0, 1, 2]


def test_opportunities_are_near_and_rewarding_products_that_are_absent():
    exports = made_up(20, 60)
    found = calc_complexity(exports[np.ix_(*trim(exports))])
    chosen = calc_opportunities(found, 0.5)
    assert not (chosen & (found.presence == 1)).any()
    absent = found.presence[0] == 0
    by_hand = [
        column
        for column in np.flatnonzero(absent)
        if found.density[0, column] >= np.median(found.density[0, absent])
        and found.gain[0, column] >= np.median(found.gain[0, absent])
        and found.gain[0, column] > 0
    ]
    assert np.flatnonzero(chosen[0]).tolist() == by_hand
    assert chosen.sum() < calc_opportunities(found, 0.25).sum()


def test_access_by_hand():
    """Two partners buy 100 and 50 at costs of 2 and 1: with elasticity 2 the first counts a quarter; home does not."""
    cost = np.array([[1.0, 2.0, 1.0], [2.0, 1.0, np.nan], [1.0, np.nan, 1.0]])
    imports = np.array([[10.0], [100.0], [50.0]])
    assert calc_access(imports, cost, 2.0)[:, 0] == pytest.approx([100 / 4 + 50, 10 / 4, 10])


def test_who_gains_nothing_by_new_products_has_no_opportunities():
    """Economy 0 makes all complex products of `PRESENCE`: what it lacks is nearest to the simple ones."""
    found = calc_complexity(PRESENCE * [2, 2, 2, 1, 2, 2])
    assert found.gain[0].max() == 0
    assert not calc_opportunities(found, 0.0)[0].any()
    assert calc_opportunities(found, 0.0)[1].any()


def test_access_and_what_comes_nearer_by_hand():
    """Five economies, six products, elasticity 1. All buy 60 of the first product, economy 4 alone 12 of each other.

    At a cost of 2 to all, four partners are worth 4 x 60 / 2 = 120. The programme brings the cost from 0 to 4 down to
    1.5: 3 x 30 + 40 = 130 of the first; of the others 12 / 1.5 = 8 instead of 12 / 2 = 6.
    """
    imports = np.zeros((5, 6))
    imports[:, 0] = 60.0
    imports[4, 1:] = 12.0
    before = np.full((5, 5), 2.0)
    after = before.copy()
    after[0, 4] = 1.5
    without, with_ = (calc_access(imports, cost, 1.0) for cost in (before, after))
    assert without[0].tolist() == [120, 6, 6, 6, 6, 6]
    assert without[4].tolist() == [120, 0, 0, 0, 0, 0]
    assert with_[0].tolist() == [130, 8, 8, 8, 8, 8]
    assert (with_[1:] == without[1:]).all()
    chosen = np.zeros((5, 6), dtype=bool)
    chosen[0, [0, 3]] = chosen[1, 0] = True
    assert calc_nearer(without, with_, chosen, 1e-4).tolist() == [2, 0, 0, 0, 0]
    assert calc_nearer(without, with_, chosen, 0.2).tolist() == [1, 0, 0, 0, 0]  # by a third, by a twelfth
    assert calc_nearer(without, without, chosen, 0.0).tolist() == [0, 0, 0, 0, 0]
    np.testing.assert_array_equal(calc_over(without, chosen), [126, 120, np.nan, np.nan, np.nan])


def test_matches_by_hand():
    wanted, offered = np.array([[1, 1, 0], [0, 0, 1]], bool), np.array([[0, 1, 1], [1, 1, 0]], bool)
    assert calc_matches(wanted, offered).tolist() == [[1, 2], [1, 0]]


def test_equal_to_ecomplexity():
    """The published package on 150 economies and 1,200 products: both work out eigenvectors to rounding.

    Its check of supermodularity, which has no part in the figures, is switched off. How much faster ours is:
    `python -m benchmarks complexity`.
    """
    peer = pytest.importorskip("ecomplexity", reason="the extra peers is not installed")
    import pandas as pd

    exports = made_up()
    rows, columns = trim(exports)
    exports = exports[np.ix_(rows, columns)]
    assert exports.shape == (150, 1200)
    economy, product = np.indices(exports.shape)
    table = pd.DataFrame({"t": 2022, "i": economy.ravel(), "k": product.ravel(), "v": exports.ravel()})
    columns = {"time": "t", "loc": "i", "prod": "k", "val": "v"}
    given_ = peer.ecomplexity(table, columns, check_logsupermodularity=False, verbose=False)
    found = calc_complexity(exports)
    given_ = given_.sort_values(["i", "k"])

    def of(name: str) -> np.ndarray:
        return given_[name].to_numpy(float).reshape(exports.shape)

    for name, values in (
        ("eci", found.eci[:, None]), ("pci", found.pci[None]), ("rca", found.rca),
        ("mcp", found.presence), ("density", found.density), ("coi", found.outlook[:, None]),
        ("cog", found.gain), ("diversity", found.diversity[:, None]), ("ubiquity", found.ubiquity[None]),
    ):  # fmt: skip
        np.testing.assert_allclose(np.broadcast_to(values, exports.shape), of(name), rtol=0, atol=1e-10)
