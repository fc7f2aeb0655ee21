"""The trade equilibrium: arrays in, arrays out.

`solve(accounts, shock)` finds the counterfactual of a shock in the multi-sector trade model of Caliendo and
Parro (2015) with input-output linkages and tariff revenue, exactly, and certifies it. Nothing compiled is loaded
before the first solution.
"""

from samarkand.engines.equilibrium.certificate import Certificate
from samarkand.engines.equilibrium.gradient import Gradient, calc_gradient, exposure
from samarkand.engines.equilibrium.model import (
    DEFICIT_RULES,
    Accounts,
    DeficitRule,
    EquilibriumError,
    Shock,
    accounts_from_flows,
    armington_accounts,
)
from samarkand.engines.equilibrium.solver import Solution, solve, solve_many, verify

__all__ = [
    "DEFICIT_RULES",
    "Accounts",
    "Certificate",
    "DeficitRule",
    "EquilibriumError",
    "Gradient",
    "Shock",
    "Solution",
    "accounts_from_flows",
    "armington_accounts",
    "calc_gradient",
    "exposure",
    "solve",
    "solve_many",
    "verify",
]
