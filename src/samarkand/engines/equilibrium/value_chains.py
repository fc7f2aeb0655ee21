"""Value added in trade: whose value added an economy's exports and final purchases contain.

Pure functions on arrays. Axes: `s` the economy that earns value added, `i` the one that sells, `n` the one that buys
or produces, `j` a sector, `k` the sector of an input. Money in any one unit, shares are fractions.

    content = calc_value_added_content(trade_share, wedge, value_added_share, input_share)      [s, n, j]
    exports = calc_exports(trade_flow)                                                          [n, j]
    calc_domestic_value_added(content, exports)                                                 [n, j]
    calc_backward_participation(content, exports), calc_forward_participation(content, exports)   [n]
    calc_value_added_absorbed(content, final_flow)                                              [s, n]

`calc_value_chains` gives the totals by economy at once. The model spreads an economy's purchases of an input over
sellers in the proportions of all its purchases of that sector; `calc_value_added_content_of_table` takes a table as it
was observed instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samarkand.engines.equilibrium.accounts import EquilibriumAccounts
from samarkand.engines.equilibrium.equations import Array
from samarkand.engines.equilibrium.errors import EquilibriumError
from samarkand.engines.equilibrium.measures import calc_baseline_trade_flow, calc_exports
from samarkand.engines.equilibrium.solution import Solution
from samarkand.engines.equilibrium.value_added_series import (
    ENDLESS,
    add_own,
    largest,
    multiply,
    own,
    pass_on,
    series,
    stacked,
    within_economy,
)

MOST_CORRECTIONS = 50


def calc_input_coefficient(trade_share: Array, wedge: Array | None, input_share: Array) -> Array:
    """A[i,k,n,j] = trade_share[n,i,k] / wedge[n,i,k] * input_share[n,k,j]; shape [N, J, N, J].

    Money of input `k` of `i` in one unit of money of output `j` of `n`, before tariffs: as a matrix of
    (i, k) by (n, j) the coefficients of a multi-regional input-output table.
    """
    before = calc_before_tariffs(trade_share, wedge)
    coefficient: Array = np.einsum("nik,nkj->iknj", before, input_share)
    return coefficient


def calc_value_added_content(
    trade_share: Array,
    wedge: Array | None,
    value_added_share: Array,
    input_share: Array,
    start: Array | None = None,
    tolerance: float = 1e-14,
) -> Array:
    """content[s, n, j]: value added of economy `s` in one unit of gross output of sector `j` of `n`; share.

    content = v (1 - A)^-1 with v[s, (n,j)] = value_added_share[n,j] if s = n and A as in
    `calc_input_coefficient`, without forming A; sums to one over `s` where there are no tariffs or rents, which are
    part of costs but nobody's value added.

    With A = D + B, D an economy's purchases from itself and B those from abroad, it is the series
    c <- (v + c B)(1 - D)^-1: one round for every border that inputs cross, not for every stage of production. What a
    content lacks is found exactly, the series that it starts is added in single precision, and so again until nothing
    that counts is lacking: iterative refinement, Higham (2002), Accuracy and Stability of Numerical Algorithms, ch. 12.

    - `trade_share[n, i, j]`, `wedge[n, i, j]` (None: one throughout), `value_added_share[n, j]`,
      `input_share[n, k, j]`: as in `EquilibriumAccounts`;
    - `start[s, n, j]`: a content near the one sought; the result is the same without it, in more rounds;
    - `tolerance`: largest change of a share that one more round would make; the error is of that size.

    Raises `EquilibriumError` if inputs use up all output somewhere. Koopman, Wang, Wei (2014), American Economic
    Review 104(2).
    """
    before = calc_before_tariffs(trade_share, wedge)
    content = content_by_sector(before, value_added_share, input_share, start, tolerance)
    N = len(trade_share)
    result: Array = np.ascontiguousarray(content[:, :N, :N].transpose(1, 2, 0))
    return result


def calc_before_tariffs(trade_share: Array, wedge: Array | None) -> Array:
    """before[n, i, j] = trade_share / wedge: shares of spending that reach the seller; `wedge` None: one."""
    return trade_share if wedge is None else trade_share / wedge


def content_by_sector(
    before: Array, value_added_share: Array, input_share: Array, start: Array | None, tolerance: float
) -> Array:
    """`calc_value_added_content` as matrices by sector `[j, s, n]`, filled up (`value_added_series`)."""
    N = len(value_added_share)
    from_abroad = stacked(before).transpose(0, 2, 1)  # [k, i, n]
    own_share = own(from_abroad, N).T  # [n, k]
    add_own(from_abroad, -own_share)
    within, passed_on = within_economy(own_share, input_share)
    direct = np.einsum("nk,nkj->nj", value_added_share, within)
    content, lacking = np.zeros(from_abroad.shape), np.zeros(from_abroad.shape)
    rough = from_abroad.astype(np.float32), passed_on.astype(np.float32)
    if start is not None:
        content[:, :N, :N] = start.transpose(2, 0, 1)
        lacking = pass_on(multiply(content, from_abroad, shared=True), passed_on, shared=True)
    for _ in range(MOST_CORRECTIONS):
        add_own(lacking, direct)
        lacking -= content
        size = largest(lacking)
        if size <= tolerance:
            break
        if not size < 1e3:
            raise EquilibriumError(ENDLESS)
        content += size * series((lacking / size).astype(np.float32), *rough, tolerance / size)
        lacking = pass_on(multiply(content, from_abroad, shared=True), passed_on, shared=True)
    if not size <= tolerance or float(content.sum(axis=1).min()) < -1e-9:
        raise EquilibriumError(ENDLESS)
    return content


def calc_value_added_content_of_table(intermediate: Array, value_added: Array) -> Array:
    """content[s, n, j] of a table as observed: v (1 - A)^-1 with A = intermediate / output.

    - `intermediate[i, k, n, j]`: sales of sector `k` of `i` to industry `j` of `n`, before tariffs, money;
    - `value_added[n, j]`: money; output is their sum over inputs, so that content sums to one over `s`.

    Zero where nothing is produced. One dense solution of N J equations.
    """
    N, J = value_added.shape
    output = (intermediate.sum(axis=(0, 1)) + value_added).ravel()
    over = np.where(output > 0, output, 1.0)
    coefficient = intermediate.reshape(N * J, N * J) / over
    earned = (value_added.ravel() / over)[None] * np.repeat(np.eye(N), J, axis=1)
    content = np.linalg.solve((np.eye(N * J) - coefficient).T, earned.T).T.reshape(N, N, J)
    return np.asarray(content, dtype=np.float64)


def calc_value_added_in_exports(content: Array, exports: Array) -> Array:
    """by_source[s, n] = sum_j content[s,n,j] * exports[n,j]; money: value added of `s` in the exports of `n`."""
    by_source: Array = np.einsum("snj,nj->sn", content, exports)
    return by_source


def calc_domestic_value_added(content: Array, exports: Array) -> Array:
    """domestic[n, j] = content[n,n,j] * exports[n,j]; money: the exporter's own value added in its exports.

    What other economies use and send back is counted too, as in the published indicator (OECD, Trade in Value
    Added: domestic value added content of gross exports).
    """
    domestic: Array = np.einsum("nnj->nj", content) * exports
    return domestic


def calc_backward_participation(content: Array, exports: Array) -> Array:
    """backward[n] = sum over s != n of value added of `s` in the exports of `n`, over those exports; share.

    nan where nothing is exported. Hummels, Ishii, Yi (2001), Journal of International Economics 54(1): vertical
    specialisation.
    """
    by_source = calc_value_added_in_exports(content, exports)
    return calc_participation(by_source.sum(axis=0) - np.diagonal(by_source), exports.sum(axis=1))


def calc_forward_participation(content: Array, exports: Array) -> Array:
    """forward[s] = sum over n != s of value added of `s` in the exports of `n`, over the exports of `s`; share.

    nan where nothing is exported. Koopman, Wang, Wei (2014).
    """
    by_source = calc_value_added_in_exports(content, exports)
    return calc_participation(by_source.sum(axis=1) - np.diagonal(by_source), exports.sum(axis=1))


def calc_participation(value_added: Array, exports: Array) -> Array:
    """value_added[n] / exports[n]; share, nan where nothing is exported."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share: Array = np.where(exports > 0, value_added / exports, np.nan)
    return share


def calc_value_added_absorbed(content: Array, final_flow: Array) -> Array:
    """absorbed[s, n] = sum_ij content[s,i,j] * final_flow[n,i,j]; money: value added of `s` in what `n` finally uses.

    `final_flow[n, i, j]`: final purchases of `n` from `i` before tariffs (`calc_final_flow`). Summed over `n` it is
    all value added of `s`; off the diagonal it is the value-added exports of Johnson and Noguera (2012), Journal of
    International Economics 86(2).
    """
    N = content.shape[0]
    absorbed: Array = content.reshape(N, -1) @ final_flow.reshape(final_flow.shape[0], -1).T
    return absorbed


def calc_final_flow(trade_share: Array, wedge: Array | None, final_spending: Array) -> Array:
    """final_flow[n,i,j] = trade_share[n,i,j] / wedge[n,i,j] * final_spending[n,j]; money before tariffs."""
    flow: Array = calc_before_tariffs(trade_share, wedge) * final_spending[:, None, :]
    return flow


@dataclass(frozen=True)
class ValueChains:
    """Value added in trade, by economy `[n]`.

    - `exports`: gross exports, money before tariffs;
    - `domestic_value_added`: the exporter's own value added in them, money;
    - `foreign_value_added`: other economies' value added in them, money;
    - `backward_participation`: foreign_value_added / exports (share);
    - `forward_participation`: own value added in other economies' exports / exports (share).
    """

    exports: Array
    domestic_value_added: Array
    foreign_value_added: Array
    backward_participation: Array
    forward_participation: Array


def calc_value_chains(content: Array, exports: Array) -> ValueChains:
    """Totals by economy from `content[s, n, j]` (share) and `exports[n, j]` (money); see `ValueChains`."""
    by_source = calc_value_added_in_exports(content, exports)
    domestic = np.diagonal(by_source).copy()
    return ValueChains(
        exports=exports.sum(axis=1),
        domestic_value_added=domestic,
        foreign_value_added=by_source.sum(axis=0) - domestic,
        backward_participation=calc_backward_participation(content, exports),
        forward_participation=calc_forward_participation(content, exports),
    )


def calc_baseline_value_chains(accounts: EquilibriumAccounts) -> ValueChains:
    """`calc_value_chains` of the baseline."""
    content = calc_value_added_content(
        accounts.trade_share, accounts.wedge, accounts.value_added_share, accounts.input_share
    )
    return calc_value_chains(content, calc_exports(calc_baseline_trade_flow(accounts)))


def calc_solution_value_chains(solution: Solution) -> ValueChains:
    """`calc_value_chains` of the counterfactual."""
    accounts = solution.accounts
    content = calc_value_added_content(
        solution.trade_share, solution.wedge, accounts.value_added_share, accounts.input_share
    )
    return calc_value_chains(content, calc_exports(solution.trade_flow))


def calc_solution_final_flow(solution: Solution) -> Array:
    """`calc_final_flow` of the counterfactual: private consumption and what taxes buy, `[n, i, j]`, money."""
    accounts, basket = solution.accounts, solution.shock.public_basket
    public = accounts.consumption_share if basket is None else basket
    final = accounts.consumption_share * solution.private_spending[:, None] + public * solution.tax[:, None]
    return calc_final_flow(solution.trade_share, solution.wedge, final)
