"""How far tranches are below market terms: grant elements under two rules, and what borrowing costs all in."""

from __future__ import annotations

from collections.abc import Iterable

from samarkand.engines.loans.values import calc_effective_rate, calc_grant_element
from samarkand.priorities.finance.tranches import CENTS, Owed, Tranche
from samarkand.world.parameters import Parameters
from samarkand.world.world import World

# World Bank income levels, and the word that the rule of the Development Assistance Committee has for them.
CLASSES = {
    "Low income": "low_income",
    "Lower middle income": "lower_middle",
    "Upper middle income": "upper_middle",
}


def calc_grant_share(tranche: Owed, discount_rate: float) -> float:
    """`1 - l / A (1 - e)`: of an amount A the part l is lent with the grant element e, and the rest given; a fraction.

    1 for a grant; not a number where terms or the amount are not known, and for what is neither lent nor given.
    """
    if tranche.line.instrument == "grant":
        return 1.0
    if not tranche.line.is_debt or tranche.missing or not tranche.amount:
        return float("nan")
    if tranche.schedule is None:
        return 1.0  # all of it is given
    lent = tranche.schedule.drawn / CENTS / tranche.amount
    return 1.0 - lent * (1.0 - calc_grant_element(tranche.schedule.terms, discount_rate))


def dac_class(world: World, tranche: Tranche) -> str:
    """The class of its hosts under the rule of the Development Assistance Committee; empty where they differ, or where
    one is no recipient or not known."""
    found = {_class_of(world, economy) for economy in tranche.hosts or tranche.item.economies}
    return found.pop() if len(found) == 1 else ""


def _class_of(world: World, economy: str) -> str:
    if world.fact(economy, "ldc").value:
        return "low_income"
    return CLASSES.get(world.fact(economy, "income_level").text, "")


def calc_dac_grant_share(tranche: Tranche, world: World, parameters: Parameters) -> float:
    """As `calc_grant_share`, at the rate for the income group of the host; not a number where there is none."""
    group = dac_class(world, tranche)
    return calc_grant_share(tranche, parameters[f"dac_discount_rate_{group}"]) if group else float("nan")


def calc_all_in_cost(tranches: Iterable[Tranche]) -> float:
    """The rate a year at which all drawdowns are worth what is paid for them, fees and premiums among it; a fraction.

    In US dollars of each day. Grants and equity are in no drawdown: this is the cost of what is lent.
    """
    return calc_effective_rate([flow for one in tranches for flow in one.dollars()])
