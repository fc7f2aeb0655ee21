"""Subsets with prices of full places predicted and corrected are those of the full solution, and say how well."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from limit_cases import solve_two_full
from samarkand import limited_portfolio
from samarkand.appraisal import find_baseline
from samarkand.engines.equilibrium.measures import calc_real_income_hat
from samarkand.limited_portfolio import LimitedSubset, solve_limited_subsets
from samarkand.limited_states import closed_near
from samarkand.limiting import JOINT
from samarkand.programme import Change
from samarkand.session import Session
from samarkand.state import Counterfactual
from samarkand.world.freight.gate_labels import GateLabels
from samarkand.world.freight.subsets import Portfolios, costs_of_subsets
from samarkand.worth.gains import only
from soaking import ALL

ASKED = 1e-4  # of the largest change of real income


@pytest.fixture(scope="module")
def whole() -> Counterfactual:
    """All of the toy programme, with two full places, of which an item raises one."""
    return solve_two_full()


def draw_subsets(change: Change, count: int) -> list[Change]:
    """Nothing, all, and random halves of the items."""
    draw = np.random.default_rng(0)
    some = [[item for item in change.effective if draw.random() < 0.5] for _ in range(count - 2)]
    return [only(change, items) for items in ([], list(change.effective), *some)]


def solve(whole: Counterfactual, subsets: list[Change], **terms: float) -> list[LimitedSubset]:
    return solve_limited_subsets(whole.baseline, whole.freight, subsets, calc_real_income_hat, **terms)


def full_incomes(whole: Counterfactual, subsets: list[Change]) -> list[np.ndarray]:
    """Of one state after another: each takes hundreds of megabytes."""
    return [calc_real_income_hat(Counterfactual(whole.baseline, one).before_financing) for one in subsets]


def test_subsets_are_those_of_the_full_solution(whole: Counterfactual) -> None:
    """Within 1e-4 of what all items do, where a place is full and where an item has raised it; each is certified.

    Not of what the subset does: one of them changes no income by more than 2e-5, and what either solution leaves over
    of capacities is seen beside that. Nearer than 1e-7 as in `test_closed_gates`.
    """
    subsets = draw_subsets(whole.change, 10)
    found, incomes = solve(whole, subsets), full_incomes(whole, subsets)
    largest = np.abs(incomes[1] - 1.0).max()  # the second has all items
    for one, income in zip(found, incomes, strict=True):
        assert one.residual <= limited_portfolio.BOUND
        assert np.abs(one.measure - income).max() <= min(ASKED * largest, JOINT / 10)
    prices = np.array([one.price for one in found])
    assert np.ptp(prices, axis=0).min() > 1.0, "items move both prices"
    assert not all(one.in_full for one in found)


def test_a_tighter_bound_takes_more_prices_and_misses_less(whole: Counterfactual) -> None:
    subsets = draw_subsets(whole.change, 6)
    loose, tight = (solve(whole, subsets, bound=bound) for bound in (1e-2, 1e-6))
    assert max(one.residual for one in loose) <= 1e-2
    assert max(one.residual for one in tight) <= 1e-6
    assert sum(one.tried for one in loose) < sum(one.tried for one in tight)


def test_what_was_solved_before_moves_a_subset_by_no_more_than_its_certificate(whole: Counterfactual) -> None:
    """Forwards, backwards and one at a time, with costs and users of few in memory; so many that waves grow, and each
    answer stands where it was asked for."""
    subsets = draw_subsets(whole.change, 30)
    forwards, backwards = solve(whole, subsets), solve(whole, subsets[::-1])[::-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limited_portfolio, "SIDE_BY_SIDE", 1)
        patch.setattr(limited_portfolio, "WAVE", 1)
        patch.setattr(limited_portfolio, "AT_ONCE", 7)
        singly = solve(whole, subsets)
    largest = np.abs(forwards[1].measure - 1.0).max()  # the second has all items
    for one, *others in zip(forwards, backwards, singly, strict=True):
        for other in others:
            assert max(one.residual, other.residual) <= limited_portfolio.BOUND
            assert np.abs(one.measure - other.measure).max() <= 2 * min(ASKED * largest, JOINT / 10)


def test_a_search_tells_what_it_learned_and_changes_nothing_that_others_begin_from(
    whole: Counterfactual,
) -> None:
    """Subsets of a wave are searched for side by side: of two that are the same neither is to see the other's."""
    change, closed = whole.change, closed_near(whole.baseline, whole.freight)
    portfolios = Portfolios.of([change.network])
    assert closed is not None
    assert portfolios is not None
    labels = GateLabels.of(closed[1], portfolios)
    assert labels is not None
    trade = limited_portfolio._Trade(whole.baseline, closed[0], labels, whole.freight)
    costs = costs_of_subsets(trade.model, [change.network]).of(0)
    guess, gates = limited_portfolio._Guess(portfolios.masks), trade.gates_of(portfolios.masks)
    (one, tried, learned), (other, tried_again, _) = (
        guess.search(trade.subset(change, gates, 0, costs), 0, limited_portfolio.BOUND) for _ in range(2)
    )
    assert learned.slopes is not None
    assert tried == tried_again > 1
    assert one is not None
    assert other is not None
    assert np.array_equal(one.price, other.price)


def test_what_stays_above_the_bound_is_solved_in_full(
    whole: Counterfactual, monkeypatch: pytest.MonkeyPatch
) -> None:
    subsets = draw_subsets(whole.change, 5)[1:]  # without items the first prices are right
    monkeypatch.setattr(limited_portfolio, "MOST_TRIED", 1)
    found = solve(whole, subsets, bound=1e-12)
    assert all(one.in_full for one in found)
    near = [Counterfactual(whole.baseline, one, near=whole) for one in subsets]
    for one, state in zip(found, near, strict=True):
        assert np.array_equal(one.price, state.freight.limits.price)
        assert np.array_equal(one.measure, calc_real_income_hat(state.before_financing))


def test_subsets_need_limits(whole: Counterfactual) -> None:
    unlimited = replace(whole.freight, limits=None)
    with pytest.raises(ValueError, match="few full places"):
        solve_limited_subsets(whole.baseline, unlimited, [whole.change], calc_real_income_hat)


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.skipif(not ALL, reason="50 full solutions of the embedded world: by `make soak`")
def test_random_subsets_of_the_embedded_programme_at_once_are_those_of_the_full_solution() -> None:
    session = Session()
    asked = session.ask("eurasian-corridors", years=(2035,), limits=True)
    change = session.schedule(asked).states[-1]
    whole = Counterfactual(find_baseline(asked, session), change).solve()
    subsets = draw_subsets(change, 52)[2:]
    for one, income in zip(solve(whole, subsets), full_incomes(whole, subsets), strict=True):
        assert np.abs(one.measure - income).max() <= ASKED * np.abs(income - 1.0).max()


def test_payments_of_transit_are_refused(whole: Counterfactual) -> None:
    """Subsets are solved without carriage: with payments their answers would be of another world."""
    setting = replace(whole.baseline.setting, transit_payments=True)
    with pytest.raises(ValueError, match="payments of transit"):
        solve_limited_subsets(
            replace(whole.baseline, setting=setting), whole.freight, [whole.change], calc_real_income_hat
        )


def test_prices_begin_from_the_subset_that_is_most_alike() -> None:
    """Two large projects that do not add up, and four small ones: what is left to add is what the small ones do."""
    masks = np.arange(64)
    has = masks[:, None] >> np.arange(6) & 1
    large, larger, small = has[:, 0], has[:, 1], has[:, 2:]
    price = np.c_[
        100.0 + 50.0 * large + 80.0 * larger - 40.0 * large * larger + small.sum(axis=1), np.full(64, 7.0)
    ]
    guess, nothing = limited_portfolio._Guess(masks), np.zeros(2)
    assert guess.start(0) is None
    known, others = np.flatnonzero(masks % 5), np.flatnonzero(masks % 5 == 0)
    for n in known.tolist():
        guess.learn(n, limited_portfolio._Learned(price[n], nothing, None))
    np.testing.assert_allclose([guess.start(n) for n in known.tolist()], price[known], rtol=1e-12)
    found = np.array([guess.start(n) for n in others.tolist()])
    assert np.abs(found - price[others]).max() < 2.0, "of 40 that the large ones do not add up by"
