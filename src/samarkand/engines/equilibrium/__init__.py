"""The trade equilibrium: arrays in, arrays out.

`solve(accounts, shock)` finds the counterfactual of a shock in the multi-sector trade model of Caliendo and
Parro (2015) with input-output linkages and tariff revenue, exactly, and certifies it. Nothing compiled is loaded
before the first solution.
"""

from samarkand.engines.equilibrium.accounts import EquilibriumAccounts
from samarkand.engines.equilibrium.carriage import Carriage, payments_in, solve_with_carriage
from samarkand.engines.equilibrium.certificate import Certificate
from samarkand.engines.equilibrium.equations import DEFICIT_RULES, DeficitRule
from samarkand.engines.equilibrium.errors import EquilibriumError
from samarkand.engines.equilibrium.flows import (
    Balanced,
    accounts_from_flows,
    armington_accounts,
    balance_accounts,
)
from samarkand.engines.equilibrium.gradient import Gradient, calc_gradient, exposure
from samarkand.engines.equilibrium.many import Equilibria, find_equilibria, solve_many
from samarkand.engines.equilibrium.shock import Shock
from samarkand.engines.equilibrium.solution import Solution, verify
from samarkand.engines.equilibrium.solver import solve

__all__ = [
    "DEFICIT_RULES",
    "Balanced",
    "Carriage",
    "Certificate",
    "DeficitRule",
    "Equilibria",
    "EquilibriumAccounts",
    "EquilibriumError",
    "Gradient",
    "Shock",
    "Solution",
    "accounts_from_flows",
    "armington_accounts",
    "balance_accounts",
    "calc_gradient",
    "exposure",
    "find_equilibria",
    "payments_in",
    "solve",
    "solve_many",
    "solve_with_carriage",
    "verify",
]
