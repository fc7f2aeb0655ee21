"""The ledger: every effect in money once, with its margin, its owner, its flow and its parties.

`margins.csv` and `flows.csv` declare the words. `claims_of` says what the items of a programme claim; `check_claims`
refuses what would count twice, before anything is computed. `Ledger` holds the rows and checks them when it is built.
"""

from samarkand.ledger.claims import CHARGED, Claim, check_claims, claims_of
from samarkand.ledger.entries import capex_rows, hazard_rows, skills_rows, trade_cost_rows
from samarkand.ledger.margins import Owner
from samarkand.ledger.on_the_way import scarcity_rows, transit_rows
from samarkand.ledger.table import Ledger

__all__ = [
    "CHARGED",
    "Claim",
    "Ledger",
    "Owner",
    "capex_rows",
    "check_claims",
    "claims_of",
    "hazard_rows",
    "scarcity_rows",
    "skills_rows",
    "trade_cost_rows",
    "transit_rows",
]
