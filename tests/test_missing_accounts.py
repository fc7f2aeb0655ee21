"""The estimator of missing accounts, piece by piece on cases worked by hand."""

import numpy as np
import pandas as pd
import pytest

from samarkand.core.conventions import REST_OF_WORLD
from samarkand.core.geodesy import EARTH_RADIUS_KM
from samarkand.world.accounts.estimation.balance import balance_flows, fit_margins
from samarkand.world.accounts.estimation.donors import HOW_MANY, donor_weights, features
from samarkand.world.accounts.estimation.evidence import (
    Evidence,
    calc_covariates,
    calc_distance,
    load_evidence,
    sector_of_commodity,
)
from samarkand.world.accounts.estimation.facts import choose_members, make_units
from samarkand.world.accounts.estimation.prior import apply_ranks, rank_weights
from samarkand.world.accounts.sectors import load_sectors


def test_distance_is_the_harmonic_mean_over_cities():
    """A quarter of the equator to one city, half of it to the other: 1 / (0.5 / d + 0.5 / 2d) = 4 d / 3."""
    places = pd.DataFrame(
        {"economy": ["A", "B", "B"], "lat": 0.0, "lon": [0.0, 90.0, 180.0], "population": [1.0, 5.0, 5.0]}
    )
    quarter = EARTH_RADIUS_KM * np.pi / 2
    assert calc_distance(places, [{"A"}, {"B"}])[0, 1] == pytest.approx(quarter * 4 / 3, rel=1e-9)


def test_covariates_are_symmetric_and_know_neighbours():
    known = load_evidence()
    log_km, border, language = calc_covariates(known, ["KAZ", "CHN", "UZB", "USA", "GBR"], [])
    for values in (log_km, border, language):
        np.testing.assert_allclose(values, values.T, rtol=1e-12)
    assert border[0, 1] == border[0, 2] == 1
    assert border[0, 3] == 0
    assert language[3, 4] == 1
    assert log_km[0, 2] < log_km[0, 3]


def test_an_economy_without_a_city_is_refused():
    with pytest.raises(ValueError, match="no city is known of XXX"):
        calc_covariates(load_evidence(), ["KAZ", "XXX"], [])


def test_margins_are_met():
    found = fit_margins(np.ones((2, 2)), np.array([3.0, 1.0]), np.array([2.0, 2.0]))
    np.testing.assert_allclose(found, [[1.5, 1.5], [0.5, 0.5]], rtol=1e-12)


def test_a_pair_is_met_exactly_at_full_trust_and_halfway_in_logs_between():
    """Two sellers of 4, two buyers of 4, prior of ones; the first is said to sell 3 to the first.

    At full trust that leaves 3, 1 / 1, 3. With no trust flows are 2 each. The odds ratio of the flows is the pair's
    factor d, and d = (3 / (x / d)) ** trust with x the fitted flow.
    """
    pairs = np.full((2, 2), np.nan)
    pairs[0, 0] = 3.0
    supply, purchases = np.full((2, 1), 4.0), np.full(2, 4.0)
    prior = np.ones((2, 1, 2))
    full = balance_flows(prior, supply, purchases, pairs=pairs).flows[:, 0]
    np.testing.assert_allclose(full, [[3.0, 1.0], [1.0, 3.0]], rtol=1e-8)
    half = balance_flows(prior, supply, purchases, pairs=pairs, trust=0.5).flows[:, 0]
    odds = half[0, 0] * half[1, 1] / (half[0, 1] * half[1, 0])
    assert odds == pytest.approx((3.0 / (half[0, 0] / odds)) ** 0.5, rel=1e-8)
    assert 2.0 < half[0, 0] < 3.0
    none = balance_flows(prior, supply, purchases, pairs=pairs, trust=0.0).flows[:, 0]
    np.testing.assert_allclose(none, 2.0, rtol=1e-9)


def test_a_start_changes_the_rounds_and_not_the_flows():
    pick = np.random.default_rng(5)
    prior, flows = pick.uniform(0.5, 2, (3, 2, 3)), pick.uniform(0.5, 2, (3, 2, 3))
    supply, purchases = flows.sum(axis=2), flows.sum(axis=(0, 1))
    cold = balance_flows(prior, supply, purchases)
    warm = balance_flows(prior, supply, purchases, start=cold)
    assert warm.rounds < cold.rounds
    np.testing.assert_allclose(warm.flows, cold.flows, rtol=1e-8)


def test_weights_of_ranks_are_found_again():
    """Trade made of donors' trade and of 0.4, 0.2 of the first two commodities gives these weights back."""
    pick = np.random.default_rng(7)
    donors = pick.dirichlet(np.ones(6), 30)
    listed = [pick.permutation(6)[:2].tolist() for _ in range(30)]
    told = np.array([0.4, 0.2, 0.0, 0.0, 0.0])
    made = apply_ranks(donors, listed, told)
    np.testing.assert_allclose(made.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_allclose(rank_weights(made, donors, listed), told, atol=1e-9)


def test_every_commodity_has_a_sector_of_the_accounts():
    assert set(sector_of_commodity().values()) <= {row.code for row in load_sectors()}


@pytest.fixture(scope="module")
def known() -> Evidence:
    return load_evidence()


def test_donors_are_near_and_never_oneself(known):
    observed = [str(code) for code in known.facts.index[known.facts["in_table"]]]
    described = features(known.facts.loc[[*observed, "UZB"]], pd.Series(dtype=float))
    weights = donor_weights(described, described.loc[observed])
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-12)
    assert np.diag(weights[:-1]).max() == 0
    assert ((weights > 0).sum(axis=1) == HOW_MANY).all()
    donors = {observed[k] for k in np.flatnonzero(weights[-1])}
    assert not donors & {"USA", "CHE", "LUX"}


def test_units_close_the_world_and_take_re_exports_off_both_sides(known):
    observed = [str(code) for code in known.facts.index[known.facts["in_table"]]]
    units = make_units(known, observed, partner_shares=True)
    assert units.exports.sum() == pytest.approx(units.imports.sum(), rel=1e-12)
    assert units.codes[: len(observed)] == observed
    assert units.codes[-1] == REST_OF_WORLD
    assert set(choose_members(known.facts, observed)) == set(units.codes[len(observed) : -1])
    k = units.codes.index("DJI")
    published = known.facts.loc["DJI", ["exports", "imports"]].astype(float) / 1e6
    after = units.exports[k] / units.scale - units.imports[k] * units.scale
    assert after == pytest.approx(published["exports"] - published["imports"], rel=1e-9)
    # Only pairs with an estimated economy have a target: lists of observed economies are not used.
    assert np.isnan(units.pairs[: len(observed), : len(observed)]).all()


def test_two_partners_lists_meet_in_the_geometric_mean(known):
    observed = [str(code) for code in known.facts.index[known.facts["in_table"]]]
    units = make_units(known, observed, partner_shares=True)
    seller, buyer = units.codes.index("GEO"), units.codes.index("ARM")
    share = dict(item.split(":") for item in known.facts.loc["GEO", "export_partners"].split())
    bought = dict(item.split(":") for item in known.facts.loc["ARM", "import_partners"].split())
    sold = float(share["ARM"]) * units.exports[seller]
    expected = sold
    if "GEO" in bought:
        expected = np.sqrt(sold * float(bought["GEO"]) * units.imports[buyer])
    assert units.pairs[seller, buyer] == pytest.approx(expected, rel=1e-9)
