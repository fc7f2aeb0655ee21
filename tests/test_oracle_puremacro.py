"""Beside puremacro 5.7, the same model by others: many sectors, inputs, duties, deficits fixed in money."""

import sys
from pathlib import Path

import numpy as np
import pytest

from samarkand.engines.equilibrium import solve
from samarkand.engines.equilibrium.measures import calc_real_income_hat, calc_real_wage_hat

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from benchmarks._worlds import for_puremacro, made_up_accounts, many_sector_question  # noqa: E402

# puremacro stops where no labour market is off by 1e-8 of its income.
TOLERANCE = 1e-8


@pytest.mark.parametrize("question", ["costs", "duties"])
def test_real_wages_equal_those_of_puremacro(question):
    peer = pytest.importorskip("puremacro.trade.caliendo_parro", reason="the extra peers is not installed")
    accounts = made_up_accounts(10, 5)
    shock, asked = many_sector_question(question, accounts)
    theirs = peer.CaliendoParroModel(**for_puremacro(accounts)).solve_counterfactual(**asked)
    assert theirs.converged
    ours = solve(accounts, shock, tolerance=1e-12)
    np.testing.assert_allclose(theirs.real_wage_hat, calc_real_wage_hat(ours), rtol=TOLERANCE)
    np.testing.assert_allclose(theirs.welfare_hat, calc_real_income_hat(ours), rtol=TOLERANCE)
    assert np.abs(calc_real_wage_hat(ours) - 1.0).max() > 0.003  # something happens
