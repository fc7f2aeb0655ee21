"""The sample of the Python package gegravity 0.3: 30 economies, 2006, a Canada-Japan agreement.

gegravity computes its counterfactual at the baseline's shares of world output and expenditure: prices move, nominal
incomes do not. Asked the same of this engine, the two agree. In full equilibrium, with endowments given, the figures
differ in the second digit.

Cost coefficients are those of the package's own example (PPML on this sample): published facts.
"""

import numpy as np
import pandas as pd
import pytest

from oracle_cases import SHARED, at_fixed_nominal_incomes, figures, run_gegravity, square
from samarkand.engines.equilibrium import Shock, armington_accounts, solve
from samarkand.engines.equilibrium.measures import calc_real_wage_hat

FILE = SHARED / "gegravity_sample" / "gegravity_sample_data_set.csv"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"no oracle file {FILE}")
COEFFICIENTS = {
    "lndist": -0.3898623,
    "contiguity": 0.891577,
    "common_language": 0.0326249,
    "pta": 0.4711383,
    "international": -3.412584,
}
CONSTANT = 16.32434
SIGMA = 5.0
PRINTED = {
    "CAN": 0.418,
    "JPN": 0.054,
    "USA": -0.007,
}  # per cent, GDP in the package's words: output / price index


@pytest.fixture(scope="module")
def sample():
    frame = pd.read_csv(FILE).sort_values(["exporter", "importer"])
    names = tuple(sorted(frame["exporter"].unique()))
    size = len(names)
    assert size == 30
    access = np.exp(sum(value * frame[name] for name, value in COEFFICIENTS.items()))
    access = access.to_numpy().reshape(size, size)
    output = frame.groupby("exporter")["Y"].first().to_numpy(float)
    spending = frame.groupby("importer")["E"].first().to_numpy(float)
    output, spending = output / output.sum(), spending / spending.sum()
    # Structural gravity: flows with these margins in proportion to access times one factor a row and a column.
    row = np.ones(size)
    for _ in range(5000):
        column = 1.0 / (access.T @ (row * output))
        last, row = row, 1.0 / (access @ (column * spending))
        if np.abs(row / last - 1.0).max() < 1e-15:
            break
    flow = (row * output)[:, None] * access * (column * spending)[None]
    hat = np.ones((size, size))
    a, b = names.index("CAN"), names.index("JPN")
    hat[a, b] = hat[b, a] = np.exp(-COEFFICIENTS["pta"] / (SIGMA - 1.0))
    return names, armington_accounts(flow.T, SIGMA - 1.0, names), hat


def test_printed_figures(sample):
    names, accounts, hat = sample
    found = at_fixed_nominal_incomes(accounts, hat)
    for economy, percent in PRINTED.items():
        assert round(float(found[names.index(economy)]), 3) == percent


def test_six_printed_digits(sample):
    names, accounts, hat = sample
    found = at_fixed_nominal_incomes(accounts, hat)[names.index("CAN")]
    assert round(float(found), 6) == figures("canada_japan")["CAN", "GDP change"]


def test_the_flows_between_four_are_sums_of_those_between_thirty(sample):
    names, accounts, _ = sample
    few, flow = square("canada_japan", "flow")
    member = np.array(
        [[name == one or (one == "others" and name not in few) for name in names] for one in few]
    )
    thirty = accounts.trade_share[:, :, 0].T * accounts.baseline_spending
    # Per ten thousand of world output, copied to four decimals.
    np.testing.assert_allclose(flow, 1e4 * (member @ thirty @ member.T), atol=5.1e-5)


def test_full_equilibrium_differs_in_the_second_digit(sample):
    names, accounts, hat = sample
    full = 100.0 * (
        calc_real_wage_hat(solve(accounts, Shock(iceberg_hat=hat), deficit_rule="proportional")) - 1.0
    )
    for economy, percent in PRINTED.items():
        found = float(full[names.index(economy)])
        assert np.sign(found) == np.sign(percent)
        assert found == pytest.approx(percent, abs=0.011)


def test_beside_the_package_itself(sample, tmp_path):
    names, accounts, hat = sample
    data = pd.read_csv(FILE).assign(constant=1)
    theirs = run_gegravity(data, {**COEFFICIENTS, "constant": CONSTANT}, "DEU", names, tmp_path)
    # Its solver stops at 1e-8 of its own equations; in per cent that is 1e-6.
    np.testing.assert_allclose(at_fixed_nominal_incomes(accounts, hat), theirs, atol=2e-6)
