"""Structure of trade: value chains, comparative advantage, suppliers of state, where people work.

`Structure` holds them for one solution, labelled; the equations are pure functions of arrays of the accounts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.engines.equilibrium import Solution
from samarkand.engines.equilibrium.measures import calc_exports
from samarkand.engines.equilibrium.value_chains import (
    ValueChains,
    calc_value_added_content,
    calc_value_chains,
)
from samarkand.engines.equilibrium.value_chains_nearby import Reference, calc_value_chains_nearby
from samarkand.engines.once import derived
from samarkand.priorities.trade.chains_store import stored_reference


@dataclass(frozen=True, eq=False)
class Structure:
    """Of one solution: value added in exports; `advantage` and `employment` by sector; `suppliers` by partner.

    `reference`: the solution that its value chains were computed near, its own where there was none.
    """

    reference: Reference
    chains: ValueChains
    advantage: Floats
    suppliers: Floats
    employment: Floats

    @property
    def largest_supplier(self) -> Floats:
        """The largest share that a single other economy has in an economy's inputs `[n]`."""
        return calc_largest_supplier_share(self.suppliers)

    @property
    def concentration(self) -> Floats:
        """Herfindahl index of the suppliers abroad `[n]`."""
        return calc_supplier_concentration(self.suppliers)


NEAR_TOLERANCE = 1e-12  # of an economy's exports: bound of the error of what a solution near another one has


def structure_of(solution: Solution, near: Structure | None = None) -> Structure:
    """The structure of a solution, computed once for each; `near` is one that is much the same."""
    return derived(solution, "structure", lambda: _compute(solution, near))


def _compute(solution: Solution, near: Structure | None) -> Structure:
    accounts, exports = solution.accounts, calc_exports(solution.trade_flow)
    reference = stored_reference(solution, exports) if near is None else near.reference
    return Structure(
        reference=reference,
        chains=reference.chains if near is None else _chains(solution, exports, reference),
        advantage=calc_comparative_advantage(exports),
        suppliers=calc_supplier_share(
            solution.trade_share, solution.wedge, accounts.input_share, solution.output
        ),
        employment=calc_employment_share(accounts.value_added_share, solution.output),
    )


def _chains(solution: Solution, exports: Floats, reference: Reference) -> ValueChains:
    """Near the reference, or from all of the content where the solution is far from it."""
    accounts = solution.accounts
    shares = solution.trade_share, solution.wedge
    technology = accounts.value_added_share, accounts.input_share
    chains = None
    if all(
        one is other or np.array_equal(one, other)
        for one, other in zip(technology, (reference.value_added_share, reference.input_share), strict=True)
    ):
        chains = calc_value_chains_nearby(reference, *shares, exports, NEAR_TOLERANCE)
    if chains is None:
        content = calc_value_added_content(*shares, *technology, reference.content_share)
        chains = calc_value_chains(content, exports)
    return chains


def calc_comparative_advantage(exports: Floats) -> Floats:
    """(exports[n,j] / exports[n]) / (exports[world,j] / exports[world]); ratio `[n, j]`.

    `exports[n, j]` in any unit of money. Above one, the sector weighs more in the economy's exports than in the
    world's. nan where an economy or the world exports nothing. Balassa (1965), The Manchester School 33(2).
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        own = exports / exports.sum(axis=1, keepdims=True)
        world = exports.sum(axis=0) / exports.sum()
        ratio = own / world
    return np.where(np.isfinite(ratio), ratio, np.nan)


def calc_supplier_share(
    trade_share: Floats, wedge: Floats | None, input_share: Floats, output: Floats
) -> Floats:
    """share[n, i] of economy `i` in all inputs of the industries of `n`, its own included; fractions, sum to one.

    sum_k trade_share[n,i,k] / wedge[n,i,k] z[n,k] over the same summed over i, with inputs z[n,k] = sum_j
    input_share[n,k,j] output[n,j]. Inputs are spread over sellers as all purchases of the sector are, the model's
    own assumption. nan where nothing is used.
    """
    used = np.einsum("nkj,nj->nk", input_share, output)
    before = trade_share if wedge is None else trade_share / wedge
    bought = np.einsum("nik,nk->ni", before, used)
    total = bought.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        share: Floats = np.where(total > 0, bought / total, np.nan)
    return share


def calc_largest_supplier_share(share: Floats) -> Floats:
    """max over i != n of share[n, i]; fraction `[n]`."""
    abroad = share.copy()
    np.fill_diagonal(abroad, -np.inf)
    largest: Floats = abroad.max(axis=1)
    return np.where(np.isfinite(largest), largest, np.nan)


def calc_supplier_concentration(share: Floats) -> Floats:
    """sum over i != n of (share[n, i] / sum over i != n of share[n, i])^2; from 1 / (N - 1) to 1, `[n]`.

    The index of Herfindahl and Hirschman over suppliers abroad. nan where no input comes from abroad.
    """
    abroad = share.copy()
    np.fill_diagonal(abroad, 0.0)
    total = abroad.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = np.where(total > 0, abroad / total, np.nan)
    concentration: Floats = (parts**2).sum(axis=1)
    return concentration


def calc_employment_share(value_added_share: Floats, output: Floats) -> Floats:
    """v[n,j] output[n,j] / sum_j v[n,j] output[n,j]; fractions `[n, j]`, sum to one.

    With one wage an economy, a sector's share of value added is its share of the primary factor employed.
    """
    earned = value_added_share * output
    share: Floats = earned / earned.sum(axis=1, keepdims=True)
    return share


def calc_employment_shift(before: Floats, after: Floats) -> Floats:
    """1/2 sum_j |after[n,j] - before[n,j]|; fraction of those employed that is in another sector, `[n]`.

    Gross: what one sector gains another loses, employment is full in both.
    """
    shift: Floats = 0.5 * np.abs(after - before).sum(axis=1)
    return shift
