"""One-sector Armington: EU enlargement with ge_gravity's published results, 44 economies, 2000."""

import numpy as np
import pandas as pd
import pytest

from oracle_cases import SHARED
from samarkand.engines.equilibrium import Shock, armington_accounts, solve
from samarkand.engines.equilibrium.measures import calc_real_income_hat, calc_real_wage_hat

FILE = SHARED / "ge_gravity" / "TradeData0014_Results.csv"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"no oracle file {FILE}")
THETA = 4.0
# The file is in single precision: 2^-24 = 6e-8 relative.
TOLERANCE = 1e-6


@pytest.fixture(scope="module")
def table():
    frame = pd.read_csv(FILE)
    frame = frame[frame["year"] == 2000].sort_values(["exporter", "importer"])
    names = tuple(frame["exporter"].unique())
    size = len(names)
    assert size == 44

    def square(column):
        return frame[column].to_numpy(float).reshape(size, size)

    flow = square("trade")
    shock = Shock.from_partial_effect(square("eu_effect").T, THETA)
    return names, armington_accounts(flow.T, THETA, names), shock, square


def test_additive_deficits(table):
    names, accounts, shock, square = table
    solution = solve(accounts, shock, deficit_rule="fixed_nominal")
    welfare = calc_real_income_hat(solution)
    np.testing.assert_allclose(welfare, square("w_eu")[:, 0], rtol=TOLERANCE)
    np.testing.assert_allclose(solution.trade_flow[:, :, 0].T, square("X_eu"), rtol=TOLERANCE)
    assert welfare[names.index("POL")] == pytest.approx(1.006804, abs=5e-7)


def test_multiplicative_deficits(table):
    names, accounts, shock, square = table
    solution = solve(accounts, shock, deficit_rule="proportional")
    # ge_gravity lets spending be delta[n] times income and leaves the world sum unbalanced (its flows do not add up
    # to world output); here one world factor, 1.5e-6 from one, balances it. The same equilibrium: without the
    # factor the flows are theirs. Their welfare is the real wage.
    assert solution.balance_factor == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_allclose(calc_real_wage_hat(solution), square("w_mult")[:, 0], rtol=TOLERANCE)
    flow = solution.trade_flow[:, :, 0].T / solution.balance_factor
    np.testing.assert_allclose(flow, square("X_mult"), rtol=TOLERANCE)
    assert calc_real_wage_hat(solution)[names.index("POL")] == pytest.approx(1.006836, abs=5e-7)
