"""Tables that people bring to the engine: labelled ones are aligned, wrong ones are refused with the remedy."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from equilibrium_cases import random_flows, random_iceberg
from samarkand.engines.equilibrium import (
    EquilibriumAccounts,
    EquilibriumError,
    Shock,
    accounts_from_flows,
    armington_accounts,
    balance_accounts,
    solve,
    solver,
)
from samarkand.engines.equilibrium.measures import calc_real_income_hat

NAMES, SECTORS = ("AAA", "BBB", "CCC", "DDD"), ("ore", "cars", "tours")
FLOW, USE, EARNED = random_flows(3, 4, 3)
THETA = np.array([4.0, 5.0, 6.0])
ICEBERG = random_iceberg(3, 4)


def labelled(order=(0, 1, 2, 3), sectors=(0, 1, 2)):
    """The tables with labels, economies and sectors in some order, dimensions in another than the engine's."""
    names, goods = [NAMES[n] for n in order], [SECTORS[j] for j in sectors]
    flow = FLOW[np.ix_(order, order, sectors)]
    use, earned = USE[np.ix_(order, sectors, sectors)], EARNED[np.ix_(order, sectors)]
    return (
        xr.DataArray(
            flow.transpose(2, 1, 0), {"sector": goods, "destination": names, "origin": names},
            ("sector", "destination", "origin"),
        ),
        xr.DataArray(
            use.transpose(0, 2, 1), {"destination": names, "use_sector": goods, "sector": goods},
            ("destination", "use_sector", "sector"),
        ),
        xr.DataArray(earned.T, {"sector": goods, "economy": names}, ("sector", "economy")),
        xr.DataArray(THETA[list(sectors)], {"sector": goods}, ("sector",)),
    )  # fmt: skip


def plain_accounts(**other):
    return accounts_from_flows(
        FLOW.transpose(1, 0, 2), USE, EARNED, THETA, economies=NAMES, sectors=SECTORS, **other
    )


# -- labels


def test_labelled_tables_in_any_order_are_the_plain_ones():
    flow, use, _, theta = labelled((2, 0, 3, 1), (1, 2, 0))
    accounts = accounts_from_flows(flow, use, labelled()[2], theta, economies=NAMES, sectors=SECTORS)
    same = plain_accounts()
    for name in ("trade_share", "input_share", "value_added_share", "value_added", "expenditure"):
        # The same sums in another order of addition.
        np.testing.assert_allclose(getattr(accounts, name), getattr(same, name), rtol=1e-13, atol=1e-15)
    assert (accounts.economies, accounts.sectors) == (NAMES, SECTORS)
    by_labels = accounts_from_flows(flow, use, labelled()[2], theta)
    assert by_labels.economies == tuple(flow["origin"].to_numpy())


def test_a_labelled_shock_is_aligned_with_the_accounts():
    """A cost that falls from BBB to AAA alone: given with origin first, in another order of economies."""
    accounts = plain_accounts()
    hat = np.ones((4, 4))
    hat[0, 1] = 0.8
    turned = ["DDD", "BBB", "AAA", "CCC"]
    shock = xr.DataArray(
        hat.T, {"origin": list(NAMES), "destination": list(NAMES)}, ("origin", "destination")
    )
    same = solve(accounts, Shock(iceberg_hat=hat))
    found = solve(accounts, Shock(iceberg_hat=shock.sel(origin=turned, destination=turned)))
    np.testing.assert_array_equal(found.wage_hat, same.wage_hat)
    tax = xr.DataArray([0.1, 0.0, 0.0, 0.0], {"economy": turned}, ("economy",))
    taxed = solve(accounts, Shock(tax_rate=tax))
    assert taxed.tax[3] > 0
    assert taxed.tax[:3].max() == 0


def test_labels_that_do_not_fit_are_named():
    flow, use, earned, theta = labelled()
    other = earned.assign_coords(economy=["AAA", "BBB", "CCC", "EEE"])
    with pytest.raises(
        EquilibriumError, match=r"value_added: its labels along economy .* lacks DDD and has EEE"
    ):
        accounts_from_flows(flow, use, other, theta)
    with pytest.raises(
        EquilibriumError, match="input_use has the dimensions economy, use_sector, sector; wanted are"
    ):
        accounts_from_flows(flow, use.rename(destination="economy"), earned, theta)
    with pytest.raises(EquilibriumError, match="value_added: AAA stands twice along economy"):
        accounts_from_flows(flow, use, earned.assign_coords(economy=["AAA", "AAA", "CCC", "DDD"]), theta)
    with pytest.raises(EquilibriumError, match="trade_elasticity has no labels along sector"):
        accounts_from_flows(flow, use, earned, theta.drop_vars("sector"))
    unnamed = accounts_from_flows(FLOW.transpose(1, 0, 2), USE, EARNED, THETA)
    with pytest.raises(EquilibriumError, match="labour_hat is labelled and the accounts have no names"):
        solve(unnamed, Shock(labour_hat=xr.DataArray(np.ones(4), {"economy": list(NAMES)}, ("economy",))))


def test_flows_with_exchanged_axes_are_noticed_where_the_table_shows_it():
    with pytest.raises(EquilibriumError, match=r"With its first two axes exchanged the table balances"):
        accounts_from_flows(FLOW, USE, EARNED, THETA)


def test_flows_shocks_and_solutions_have_one_order_of_axes():
    """The flows of a solution are a table of the engine's; costs and tariffs stand where its trade does."""
    solution = solve(plain_accounts(), Shock(iceberg_hat=ICEBERG), tolerance=1e-12)
    spent = solution.trade_flow.sum(axis=1)
    use = solution.accounts.input_share * solution.output[:, None, :]
    again = accounts_from_flows(
        solution.trade_flow, use, solution.accounts.value_added_share * solution.output, THETA
    )
    np.testing.assert_allclose(again.expenditure, spent, rtol=1e-14)
    share = solution.trade_flow / spent[:, None, :]
    np.testing.assert_allclose(again.trade_share, share, rtol=1e-13)


def test_flows_of_one_sector_may_be_labelled():
    flow = FLOW[:, :, 0]
    table = xr.DataArray(flow, {"origin": list(NAMES), "destination": list(NAMES)}, ("origin", "destination"))
    same = armington_accounts(flow.T, 4.0, NAMES)
    found = armington_accounts(table.sel(origin=list(NAMES[::-1])), 4.0, NAMES)
    np.testing.assert_array_equal(found.trade_share, same.trade_share)
    assert armington_accounts(table, 4.0).economies == NAMES
    np.testing.assert_allclose(same.trade_share[0, :, 0], flow[:, 0] / flow[:, 0].sum(), rtol=1e-15)


# -- refusals


def test_tables_without_own_sales_are_refused():
    """Trade alone: each imports all that it uses, and gains from cheaper trade would be many times too large."""
    flow = FLOW.copy()
    flow[np.arange(4), np.arange(4)] = 0.0
    with pytest.raises(EquilibriumError, match="AAA, BBB, CCC, DDD sell nothing to themselves in any sector"):
        accounts_from_flows(flow.transpose(1, 0, 2), 0.0 * USE, flow.sum(axis=1), THETA, economies=NAMES)
    one = FLOW.copy()
    one[2, 2] = 0.0
    accounts = accounts_from_flows(one.transpose(1, 0, 2), 0.0 * USE, one.sum(axis=1), THETA, economies=NAMES)
    assert accounts.without_own_sales == ("CCC",)  # odd, and named


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("trade_flow", "trade_flow of BBB, CCC, tours is -5: figures must be zero or more"),
        ("input_use", "input_use of BBB, tours, cars is -5"),
        ("value_added", "value_added of BBB, tours is -5"),
    ],
)
def test_a_negative_figure_is_named_with_the_remedy(table, said):
    tables = {
        "trade_flow": FLOW.transpose(1, 0, 2).copy(),
        "input_use": USE.copy(),
        "value_added": EARNED.copy(),
    }
    tables[table][{"trade_flow": (2, 1, 2), "input_use": (1, 2, 1), "value_added": (1, 2)}[table]] = -5.0
    with pytest.raises(EquilibriumError, match=said) as raised:
        accounts_from_flows(*tables.values(), THETA, economies=NAMES, sectors=SECTORS)
    assert "balance_accounts" in str(raised.value)
    assert raised.value.economy == "BBB"


def test_negative_final_demand_and_tables_that_do_not_balance_name_the_remedy():
    with pytest.raises(EquilibriumError, match=r"sales .* differ from costs .* let balance_accounts"):
        accounts_from_flows(FLOW.transpose(1, 0, 2), USE, EARNED + 1.0, THETA)
    use = USE.copy()
    short = FLOW[:, 1, 0].sum() - USE[1, 0].sum()
    use[1, 0] += (short + 0.1) * USE[1, 0] / USE[1, 0].sum()
    earned = FLOW.sum(axis=1) - use.sum(axis=1)
    if earned.min() >= 0:
        with pytest.raises(
            EquilibriumError, match=r"inputs exceed purchases by 0.1, so that final demand is negative"
        ):
            accounts_from_flows(FLOW.transpose(1, 0, 2), use, earned, THETA)


def test_an_economy_that_buys_nothing_for_final_use_is_named():
    """Its inputs are all that it buys: what it earns it would have to give away."""
    flow = np.array([[[4.0], [1.0]], [[1.0], [4.0]]])
    use = np.array([[[5.0 - 1e-15]], [[2.0]]])
    earned = flow.sum(axis=1) - use.sum(axis=1)
    with pytest.raises(EquilibriumError, match="AAA buys nothing for final use"):
        accounts_from_flows(
            flow, np.array([[[5.0]], [[2.0]]]), np.maximum(earned, 0.0), [4.0], economies=("AAA", "BBB")
        )


def test_tariffs_on_own_sales_and_in_per_cent_are_refused():
    rate = np.full((4, 4, 3), 0.08)
    with pytest.raises(
        EquilibriumError, match=r"tariff_rate of AAA on its own ore is 0.08: own sales bear no tariff"
    ):
        plain_accounts(tariff_rate=rate)
    rate[np.arange(4), np.arange(4)] = 0.0
    accounts = tariffed(rate)
    with pytest.raises(EquilibriumError, match=r"median of 8, which is 800%: it looks like per cent"):
        tariffed(100.0 * rate)
    with pytest.raises(EquilibriumError, match="a hundred times the baseline's in 100% of its rates"):
        solve(accounts, Shock(tariff_rate=100.0 * rate))
    own = rate.copy()
    own[1, 1, 2] = 0.01
    with pytest.raises(EquilibriumError, match=r"shock: tariff_rate of BBB on its own tours is 0.01"):
        solve(accounts, Shock(tariff_rate=own))


def tariffed(rate):
    """Accounts under tariffs: inputs at what their buyers pay."""
    return EquilibriumAccounts(
        trade_share=np.full((4, 4, 3), 0.25), consumption_share=np.full((4, 3), 1 / 3),
        value_added_share=np.ones((4, 3)), input_share=np.zeros((4, 3, 3)), tariff_rate=rate,
        trade_elasticity=THETA, value_added=np.ones(4), deficit=np.zeros(4), economies=NAMES, sectors=SECTORS,
    )  # fmt: skip


def test_inputs_use_up_all_output_is_said_only_where_it_is_true():
    """A tenth of a per cent of value added is little and enough; none at all has no finite spending."""

    def accounts(share):
        return EquilibriumAccounts(
            trade_share=np.eye(2)[:, :, None], consumption_share=np.ones((2, 1)),
            value_added_share=np.array([[share], [1.0]]), input_share=np.array([[[1.0 - share]], [[0.0]]]),
            tariff_rate=None, trade_elasticity=[4.0], value_added=[1.0, 1.0], deficit=[0.0, 0.0],
            economies=("AAA", "BBB"), sectors=("ore",),
        )  # fmt: skip

    # X = C + (1 - s) X, so that X = C / s.
    np.testing.assert_allclose(accounts(1e-3).baseline_expenditure[0], [1e3], rtol=1e-9)
    with pytest.raises(
        EquilibriumError, match=r"inputs use up all output. They are 1.000000 of the output of AAA, ore"
    ):
        _ = accounts(0.0).baseline_expenditure


def test_a_budget_at_the_edge_is_iterated_on(monkeypatch):
    """The certificate refuses the first state that is found: the search goes on to a tenth of the tolerance."""
    goals, find, certified = [], solver.find, solver._certified

    def watched(problem, state, goal, *others):
        goals.append(goal)
        return find(problem, state, goal, *others)

    def strict(*given):
        if len(goals) == 1:
            raise EquilibriumError("budget of AAA: at the edge")
        return certified(*given)

    monkeypatch.setattr(solver, "find", watched)
    monkeypatch.setattr(solver, "_certified", strict)
    solution = solve(plain_accounts(), Shock(iceberg_hat=ICEBERG))
    assert goals[1] == pytest.approx(0.1 * goals[0])
    assert np.isfinite(calc_real_income_hat(solution)).all()


# -- balancing


def test_of_a_table_that_balances_nothing_changes():
    found = balance_accounts(FLOW.transpose(1, 0, 2), USE, EARNED)
    np.testing.assert_allclose(found.value_added, EARNED, rtol=1e-12)
    np.testing.assert_array_equal(found.trade_flow, FLOW.transpose(1, 0, 2))
    assert max(found.changed.values()) < 1e-12
    assert found.notes == ()


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.floats(0.0, 0.5))
def test_a_table_that_nearly_balances_is_made_to(seed, noise):
    """With noise and negative figures: the result is accepted, and what changed is said."""
    random = np.random.default_rng(seed)
    flow, use, earned = random_flows(seed, 4, 3)
    use = use * np.exp(random.normal(0, noise, use.shape))
    use[0, 0, 1] = -use[0, 0, 1]
    earned = earned * np.exp(random.normal(0, noise, earned.shape))
    found = balance_accounts(flow.transpose(1, 0, 2), use, earned, economies=NAMES, sectors=SECTORS)
    accounts = accounts_from_flows(found.trade_flow, found.input_use, found.value_added, THETA)
    assert (accounts.value_added > 0).all()
    assert found.changed["trade_flow"] == 0.0
    assert found.changed["input_use"] > 0.0
    assert any(note.startswith("input_use of ") for note in found.notes)
    kept = np.maximum(use, 0.0)
    assert (found.input_use <= kept * (1 + 1e-12)).all()


def test_balancing_by_hand():
    """Sales 10 and 10. The first uses 12 of the 10 that it buys: 10, which leaves nothing to earn; with value added of
    2 its costs are 12, and inputs fall to 10 x 10 / 12."""
    flow = np.diag([10.0, 10.0])[:, :, None]
    found = balance_accounts(flow, [[[12.0]], [[4.0]]], [[2.0], [5.0]], economies=("AAA", "BBB"))
    np.testing.assert_allclose(found.input_use[:, 0, 0], [10.0 * 10.0 / 12.0, 4.0])
    np.testing.assert_allclose(found.value_added[:, 0], [10.0 - 100.0 / 12.0, 6.0])
    assert found.notes[0] == "input_use of AAA, sector 0, sector 0: 12 became 8.33333"
