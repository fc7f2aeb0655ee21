"""The sample of the Python package gegravity 0.3: 30 economies, 2006, a Canada-Japan agreement.

gegravity computes its counterfactual at the baseline's shares of world output and expenditure: prices move, nominal
incomes do not. Asked of this engine, that is the equilibrium in which each endowment changes so that its nominal
value stays; there the two agree. In full equilibrium, with endowments given, the figures differ in the second digit.

Cost coefficients are those of the package's own example (PPML on this sample): published facts.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from samarkand.engines.equilibrium import Shock, armington_accounts, solve
from samarkand.engines.equilibrium.measures import calc_real_wage_hat

FILE = (
    Path(__file__).resolve().parents[2]
    / "shared"
    / "oracles"
    / "gegravity_sample"
    / "gegravity_sample_data_set.csv"
)
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"no oracle file {FILE}")
COEFFICIENTS = {
    "lndist": -0.3898623,
    "contiguity": 0.891577,
    "common_language": 0.0326249,
    "pta": 0.4711383,
    "international": -3.412584,
}
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
    return names, armington_accounts(flow, SIGMA - 1.0, names), hat


def at_fixed_nominal_incomes(accounts, hat):
    labour = np.ones(accounts.economy_count)
    for _ in range(50):
        solution = solve(accounts, Shock(iceberg_hat=hat, labour_hat=labour), tolerance=1e-11)
        change = solution.value_added / accounts.value_added
        labour = labour / change
        if np.abs(change - 1.0).max() < 1e-10:
            return 100.0 * (calc_real_wage_hat(solution) - 1.0)
    raise AssertionError("nominal incomes did not solve_equilibria")


def test_printed_figures(sample):
    names, accounts, hat = sample
    found = at_fixed_nominal_incomes(accounts, hat)
    for economy, percent in PRINTED.items():
        assert round(float(found[names.index(economy)]), 3) == percent


def test_full_equilibrium_differs_in_the_second_digit(sample):
    names, accounts, hat = sample
    full = 100.0 * (
        calc_real_wage_hat(solve(accounts, Shock(iceberg_hat=hat), deficit_rule="proportional")) - 1.0
    )
    for economy, percent in PRINTED.items():
        found = float(full[names.index(economy)])
        assert np.sign(found) == np.sign(percent)
        assert found == pytest.approx(percent, abs=0.011)


PACKAGE = """
import sys
import gegravity as ge, pandas as pd
data = pd.read_csv(sys.argv[1])
data["constant"] = 1
names = ["lndist", "contiguity", "common_language", "pta", "international", "constant"]
values = [-0.3898623, 0.891577, 0.0326249, 0.4711383, -3.412584, 16.32434]
coefficients = pd.DataFrame({"var": names, "beta": values, "stderr": 0.1})
baseline = ge.BaselineData(
    data, imp_var_name="importer", exp_var_name="exporter", year_var_name="year", trade_var_name="trade",
    expend_var_name="E", output_var_name="Y")
costs = ge.CostCoeffs(estimates=coefficients, identifier_col="var", coeff_col="beta", stderr_col="stderr")
model = ge.OneSectorGE(
    baseline, year="2006", reference_importer="DEU", sigma=5, cost_variables=names, cost_coeff_values=costs,
    quiet=True)
model.build_baseline()
changed = model.baseline_data.copy()
pair = changed["importer"].isin(["CAN", "JPN"]) & changed["exporter"].isin(["CAN", "JPN"])
changed.loc[pair & (changed["importer"] != changed["exporter"]), "pta"] = 1
model.define_experiment(changed)
model.simulate()
model.country_results["GDP change (percent)"].to_csv(sys.stdout)
"""


def test_beside_the_package_itself(sample):
    """With gegravity installed here, or in the interpreter that GEGRAVITY_PYTHON names."""
    python = os.environ.get("GEGRAVITY_PYTHON") or (sys.executable if find_spec("gegravity") else None)
    if python is None:
        pytest.skip("gegravity is not installed, and GEGRAVITY_PYTHON names no interpreter that has it")
    names, accounts, hat = sample
    run = subprocess.run([python, "-c", PACKAGE, str(FILE)], capture_output=True, text=True, check=True)
    theirs = pd.read_csv(StringIO(run.stdout), index_col=0).iloc[:, 0].reindex(list(names)).to_numpy()
    # Its solver stops at 1e-8 of its own equations; in per cent that is 1e-6.
    np.testing.assert_allclose(at_fixed_nominal_incomes(accounts, hat), theirs, atol=2e-6)
