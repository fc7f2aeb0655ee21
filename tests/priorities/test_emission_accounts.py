"""Carbon dioxide by production and by consumption: small ones by hand, the inverse in full, the embedded world."""

from __future__ import annotations

import numpy as np
import pytest

from equilibrium_cases import random_accounts, random_iceberg
from samarkand.engines.equilibrium import Shock, solve
from samarkand.engines.input_output import calc_content
from samarkand.priorities.environment.emission_accounts import Burnt, accounts_of, calc_burnt, national_totals
from samarkand.priorities.environment.page import emissions_by_economy
from samarkand.world.economies.facts import load_facts

SECTORS = ("coal", "petroleum", "oil_gas", "goods")


def made_burnt(accounts, seed: int) -> Burnt:
    random = np.random.default_rng(seed)
    n, j = accounts.baseline_output.shape
    return Burnt(random.uniform(1, 5, (n, j, 3)), random.uniform(1, 5, (n, 3)), np.ones(n, bool))


def case(seed: int, tariffs: bool = True):
    accounts = random_accounts(seed, 5, len(SECTORS), tariffs=tariffs)
    solution = solve(accounts, Shock(iceberg_hat=random_iceberg(seed, 5, len(SECTORS))))
    return solution, made_burnt(accounts, seed)


@pytest.mark.parametrize("seed", range(4))
def test_both_accounts_add_up_to_the_same(seed):
    """An identity of the inverse of Leontief; 1e-9, as the series stops at 1e-14 of its largest entry."""
    found = accounts_of(*case(seed), SECTORS)
    assert found.consumption.sum() == pytest.approx(found.production.sum(), rel=1e-9)
    assert not np.allclose(found.consumption, found.production, rtol=1e-3)


def test_where_nothing_changes_production_is_what_is_published():
    solution, burnt = case(7)
    unchanged = solve(solution.accounts, Shock())
    found = accounts_of(unchanged, burnt, SECTORS)
    published = burnt.by_sector.sum(axis=(1, 2)) + burnt.by_users.sum(axis=1)
    # The solver holds prices to its tolerance of 1e-12.
    assert found.production == pytest.approx(published, rel=1e-10)


def test_content_is_the_inverse_in_full():
    """`m = (I - A')^-1 e` with `A` written out, cell by cell."""
    solution, _ = case(3)
    base = solution.accounts
    sold = solution.trade_share / solution.wedge
    n, j = base.baseline_output.shape
    a = np.zeros((n, j, n, j))
    for buyer in range(n):
        for made in range(j):
            for bought in range(j):
                a[:, bought, buyer, made] = sold[buyer, :, bought] * base.input_share[buyer, bought, made]
    direct = np.random.default_rng(0).uniform(0.1, 1.0, (n, j))
    hand = np.linalg.solve(np.eye(n * j) - a.reshape(n * j, n * j).T, direct.ravel()).reshape(n, j)
    np.testing.assert_allclose(calc_content(sold, base.input_share, direct), hand, rtol=1e-12)


def test_a_fuel_is_spread_by_what_its_buyers_pay():
    """10 Mt of a fuel that sectors buy for 30 and 50 and households for 20; what nobody buys households burn."""
    by_sector, by_users = calc_burnt(
        np.array([[10.0, 4.0]]), np.array([[[30.0, 50.0], [0.0, 0.0]]]), np.array([[20.0, 0.0]])
    )
    assert by_sector[0, :, 0].tolist() == [3.0, 5.0]
    assert by_users[0].tolist() == [2.0, 4.0]
    assert by_sector[0, :, 1].tolist() == [0.0, 0.0]


def test_the_rest_of_the_world_has_all_others():
    labels = ("CHN", "KAZ", "ROW")
    found = national_totals(load_facts(), labels)
    table = load_facts().table
    published = {
        fuel: table.loc[table["variable"] == f"co2_{fuel}", "value"].sum() for fuel in ("coal", "oil", "gas")
    }
    assert found.sum(axis=0) == pytest.approx(list(published.values()), rel=1e-12)
    assert found[1] == pytest.approx(
        [175.848, 50.387, 43.596], abs=1e-3
    )  # CIA World Factbook, Kazakhstan 2023


def test_the_embedded_world_adds_up(appraisal):
    """All economies together emit what is published, 37.07 Gt; with and without the programme both accounts agree."""
    for part in ("without", "with"):
        produced, consumed = (
            float(appraisal.array(f"{kind}_emissions", part).sum()) for kind in ("production", "consumption")
        )
        assert consumed == pytest.approx(produced, rel=1e-9)
    table = load_facts().table
    rows = table["variable"].isin([f"co2_{fuel}" for fuel in ("coal", "oil", "gas")])
    published = float(table.loc[rows, "value"].sum())
    without = appraisal.array("production_emissions", "without")
    assert float(without.sum()) == pytest.approx(published, rel=1e-9)
    assert published == pytest.approx(37_070, rel=1e-3)


def test_each_change_stands_beside_its_total(appraisal):
    (table,) = emissions_by_economy(appraisal)
    assert table.heads == ("economy", "produced, Mt", "change, kt", "consumed, Mt", "change, kt")
    name, produced, change, consumed, other = table.rows[-1]
    assert name == "All economies"
    assert produced == consumed == "37,070.7"
    assert change == other
    assert not {cell for row in table.rows for cell in row} & {"-0.0", "nan"}
