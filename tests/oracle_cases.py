"""What the tests against published figures share: the figures, and gegravity's own experiment."""

import os
import subprocess
import sys
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from samarkand.engines.equilibrium import Shock, solve
from samarkand.engines.equilibrium.measures import calc_real_wage_hat

COMMITTED = Path(__file__).parent / "oracles"
# The whole files stand beside the checkout, not in it: their licences do not let them be passed on.
SHARED = Path(__file__).resolve().parents[2] / "shared" / "oracles"


def figures(case):
    """{(key, quantity): value} of one case of `tests/oracles/figures.csv`."""
    table = pd.read_csv(COMMITTED / "figures.csv", comment="#", keep_default_na=False)
    table = table[table["case"] == case]
    return dict(zip(zip(table["key"], table["quantity"], strict=True), table["value"], strict=True))


def square(case, column):
    """(names, values[exporter, importer]) of one table of flows in `tests/oracles`."""
    table = pd.read_csv(COMMITTED / f"{case}.csv", comment="#")
    names = tuple(table["exporter"].unique())
    assert tuple(table["importer"].unique()) == names
    return names, table[column].to_numpy(float).reshape(len(names), len(names))


def at_fixed_nominal_incomes(accounts, hat):
    """Real income in per cent, in gegravity's sense: prices move, nominal incomes do not.

    Asked of this engine, that is the equilibrium in which each endowment changes so that its nominal value stays.
    """
    labour = np.ones(accounts.economy_count)
    for _ in range(50):
        solution = solve(accounts, Shock(iceberg_hat=hat, labour_hat=labour), tolerance=1e-11)
        change = solution.value_added / accounts.value_added
        labour = labour / change
        if np.abs(change - 1.0).max() < 1e-10:
            return 100.0 * (calc_real_wage_hat(solution) - 1.0)
    raise AssertionError("nominal incomes did not settle")


PACKAGE = """
import sys
import gegravity as ge, pandas as pd
data = pd.read_csv(sys.argv[1])
coefficients = pd.read_csv(sys.argv[2])
names = list(coefficients["var"])
baseline = ge.BaselineData(
    data, imp_var_name="importer", exp_var_name="exporter", year_var_name="year", trade_var_name="trade",
    expend_var_name="E", output_var_name="Y")
costs = ge.CostCoeffs(estimates=coefficients, identifier_col="var", coeff_col="beta", stderr_col="stderr")
model = ge.OneSectorGE(
    baseline, year="2006", reference_importer=sys.argv[3], sigma=5, cost_variables=names, cost_coeff_values=costs,
    quiet=True)
model.build_baseline()
changed = model.baseline_data.copy()
pair = changed["importer"].isin(["CAN", "JPN"]) & changed["exporter"].isin(["CAN", "JPN"])
changed.loc[pair & (changed["importer"] != changed["exporter"]), "pta"] = 1
model.define_experiment(changed)
model.simulate()
model.country_results["GDP change (percent)"].to_csv(sys.stdout)
"""


def run_gegravity(data, coefficients, reference, names, folder):
    """GDP changes in per cent of a Canada-Japan agreement by the package itself, in the order of `names`.

    With gegravity installed here, or in the interpreter that GEGRAVITY_PYTHON names.
    """
    python = os.environ.get("GEGRAVITY_PYTHON") or (sys.executable if find_spec("gegravity") else None)
    if python is None:
        pytest.skip("gegravity is not installed, and GEGRAVITY_PYTHON names no interpreter that has it")
    data.to_csv(folder / "data.csv", index=False)
    table = pd.DataFrame({"var": list(coefficients), "beta": list(coefficients.values()), "stderr": 0.1})
    table.to_csv(folder / "coefficients.csv", index=False)
    command = [
        python,
        "-c",
        PACKAGE,
        str(folder / "data.csv"),
        str(folder / "coefficients.csv"),
        reference,
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return pd.read_csv(StringIO(run.stdout), index_col=0).iloc[:, 0].reindex(list(names)).to_numpy()
