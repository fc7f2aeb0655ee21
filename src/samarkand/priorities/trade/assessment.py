"""Trade and economic integration: who gains, who loses, who pays, and what trade does.

Everything compares two exact solutions of the trade equilibrium; nothing is fitted or linearised except
`first_order_welfare`, which says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.core.gaps import Gap
from samarkand.core.labels import labelled
from samarkand.engines.equilibrium import Solution
from samarkand.engines.equilibrium.measures import (
    calc_consumer_price_hat,
    calc_equivalent_variation,
    calc_exports,
    calc_first_order_welfare,
    calc_imports,
    calc_real_income_hat,
    calc_real_wage_hat,
    calc_tariff_revenue,
    calc_terms_of_trade_hat,
)
from samarkand.engines.once import derived
from samarkand.priorities.base import Levels
from samarkand.priorities.trade.exposure import chokepoint_exposure
from samarkand.priorities.trade.structure import Structure, calc_employment_shift, structure_of
from samarkand.state import State

NO_TARIFFS = "not assessable: no baseline tariff"


def assess_state(state: State) -> dict[str, Levels | Gap]:
    """All indicators of the priority, as labelled arrays over the economies of the accounts.

    Which items are open moves them only by the equilibrium: states of one equilibrium share them.
    """
    taking_part = {code for item in state.programme.items for code in item.economies}
    parties = tuple(code for code in state.world.labels if code in taking_part)
    key = "trade", parties, state.payment
    return dict(derived(state.solved, key, lambda: _of_equilibrium(state, parties)))


def _of_equilibrium(state: State, parties: tuple[str, ...]) -> dict[str, Levels | Gap]:
    economies = state.world.labels

    def by_economy(values: Floats) -> xr.DataArray:
        return labelled(values, economy=economies)

    # Measures of a solution compare it with the accounts. On the open network these are the world without the
    # programme; with closures that world is another solution.
    is_open = state.freight.lost is None

    def relative(calc: Callable[[Solution], Floats], solution: Solution) -> Levels:
        hat = calc(solution)
        return Levels(change=by_economy((hat if is_open else hat / calc(state.without)) - 1.0))

    def difference(calc: Callable[[Solution], Floats], solution: Solution) -> Levels:
        value = calc(solution)
        return Levels(change=by_economy(value if is_open else value - calc(state.without)))

    without, with_ = (totals_of(solution, state, parties) for solution in (state.without, state.with_))

    def levels(name: str) -> Levels:
        return Levels(without=without[name], with_=with_[name])

    before = structure_of(state.without)
    after = structure_of(state.with_, near=before)

    def by_structure(part: Callable[[Structure], Floats], **other: Sequence[str]) -> Levels:
        return Levels(
            without=labelled(part(before), economy=economies, **other),
            with_=labelled(part(after), economy=economies, **other),
        )

    # What real income without the programme is worth at prices of the accounts, US$ m.
    income = state.without.accounts.baseline_spending
    if not is_open:
        income = income * calc_real_income_hat(state.without)
    sectors = state.world.accounts.sectors
    through = chokepoint_exposure(state)
    return {
        "real_income": relative(calc_real_income_hat, state.with_),
        "real_income_value": replace(
            difference(calc_equivalent_variation, state.with_), conversion=by_economy(income)
        ),
        "real_income_unpaid": relative(calc_real_income_hat, state.before_financing),
        "real_income_unpaid_value": replace(
            difference(calc_equivalent_variation, state.before_financing), conversion=by_economy(income)
        ),
        "programme_cost": Levels(change=by_economy(state.with_.tax)),
        "first_order_welfare": difference(lambda one: calc_first_order_welfare(one).total, state.with_),
        "real_wage": relative(calc_real_wage_hat, state.with_),
        "consumer_price": relative(calc_consumer_price_hat, state.with_),
        "exports": levels("exports"),
        "imports": levels("imports"),
        "trade_with_parties": levels("trade_with_parties"),
        "trade_flow": levels("trade_flow"),
        "sector_output": levels("sector_output"),
        "terms_of_trade": relative(calc_terms_of_trade_hat, state.with_),
        "domestic_value_added_in_exports": by_structure(lambda one: one.chains.domestic_value_added),
        "foreign_value_added_in_exports": by_structure(lambda one: one.chains.foreign_value_added),
        "backward_participation": by_structure(lambda one: one.chains.backward_participation),
        "forward_participation": by_structure(lambda one: one.chains.forward_participation),
        "comparative_advantage": by_structure(lambda one: one.advantage, sector=sectors),
        "supplier_share": by_structure(lambda one: one.suppliers, partner=economies),
        "largest_supplier_share": by_structure(lambda one: one.largest_supplier),
        "supplier_concentration": by_structure(lambda one: one.concentration),
        "chokepoint_imports": through[0],
        "chokepoint_exports": through[1],
        "employment_share": by_structure(lambda one: one.employment, sector=sectors),
        "employment_shift": Levels(
            change=by_economy(calc_employment_shift(before.employment, after.employment))
        ),
        "tariff_revenue": tariff_revenue(state),
    }


def tariff_revenue(state: State) -> Levels | Gap:
    """Customs revenue of the economies whose tariffs were imported; of the others it is not known."""
    tariffs = state.world.tariffs
    if tariffs is None:
        return Gap("trade", "tariff_revenue", NO_TARIFFS)
    economies = state.world.labels
    known = np.array([code in tariffs.importers for code in economies])

    def revenue(solution: Solution) -> xr.DataArray:
        return labelled(np.where(known, calc_tariff_revenue(solution), np.nan), economy=economies)

    return Levels(without=revenue(state.without), with_=revenue(state.with_), reason=NO_TARIFFS)


def totals_of(solution: Solution, state: State, parties: tuple[str, ...]) -> dict[str, xr.DataArray]:
    """Sums of the trade flows of a solution by indicator, computed once for each: many states share a baseline.

    Of flows x[n, i, j] of sector j from i to n: exports and imports sum over the other economies, those with parties
    over the other parties; trade_flow over sectors, own sales included; sector_output over all buyers. US$ m.
    """

    def add_up() -> dict[str, xr.DataArray]:
        economies, sectors = state.world.labels, state.world.accounts.sectors
        taking_part = [economies.index(code) for code in parties]
        flow = solution.trade_flow
        among = flow[np.ix_(taking_part, taking_part)]
        return {
            "exports": labelled(calc_exports(flow).sum(axis=1), economy=economies),
            "imports": labelled(calc_imports(flow).sum(axis=1), economy=economies),
            "trade_with_parties": labelled(calc_exports(among).sum(axis=1), economy=parties),
            "trade_flow": labelled(flow.sum(axis=2).T, economy=economies, partner=economies),
            "sector_output": labelled(flow.sum(axis=0), economy=economies, sector=sectors),
        }

    return derived(solution, ("totals", parties), add_up)
