"""Value chains of a state near another one, without its content: exact, with a bound of the error.

An economy's own value added in its exports is c e, with the content c of its value added (c (1 - A) = v) and its
exports e; x of (1 - A) x = e is the output that they take. With c0 and x0 of a reference, coefficients A0, and the
change A - A0 of the state

    c e = c0 e + c0 (A - A0) x0 + c0 (A - A0) (1 - A)^-1 r,    r = e - (1 - A) x0:

an identity, whatever x0. It is the adjoint correction of a functional: c0 weighs what x0 leaves unsolved (Pierce and
Giles 2000, SIAM Review 42(2), 247-264; Becker and Rannacher 2001, Acta Numerica 10, 1-102). The last term is a product
of two small things. It is summed by borders crossed as in `value_added_series`, in single precision, for each economy
until a bound of all that is left is below the tolerance; so that of the thousands of numbers of a content only those
are computed of which the totals by economy are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from samarkand.engines.compiled import load_compiled
from samarkand.engines.equilibrium.equations import Array
from samarkand.engines.equilibrium.value_added_series import (
    Floats,
    Same,
    add_own,
    multiply,
    own,
    padded,
    pass_on,
    stacked,
    within_economy,
)
from samarkand.engines.equilibrium.value_chains import (
    ValueChains,
    calc_before_tariffs,
    calc_participation,
    calc_value_chains,
    content_by_sector,
)

TOLERANCE = 1e-13  # of shares of c0
START = 1e-6  # of exports: what x0 may leave unsolved; it multiplies the change of the state
MOST_ROUNDS = 20  # then the state is not near, and its content takes no longer
MOST_CORRECTIONS = 50  # of one vector, in double precision
FAR = 0.5  # largest part of what is left that the change of the coefficients may add to the bound
LATER = 1e-6  # of a unit of value added: what the bound may be too large by
SINGLE = 8 * float(np.finfo(np.float32).eps)  # part of a sum in single precision that rounding may be
MOST_AGAIN = 0.3  # of economies in double precision; content takes no longer
THINNED = 0.9  # rows whose sums are over are taken out once they are a tenth


class Rough(NamedTuple):
    """In single precision: what a `Reference` has under these names."""

    needed: Floats
    from_abroad: Floats
    inputs: Floats
    lacking: Floats


class Solved(NamedTuple):
    """The parts of a `Reference` that take time."""

    content: Array
    inputs: Array
    lacking: Array


@dataclass(frozen=True, eq=False)
class Reference:
    """Parts of accounts kept for states near them; matrices by sector, filled up (`value_added_series`).

    - `before[n, i, k]`, `value_added_share`, `input_share`, `exports[n, j]`: the accounts;
    - `content[k, n, i]`: c0, to rounding; `inputs[k, n, m]`: inputs `k` that economy `m` uses for x0 of `n`;
      `lacking[k, n, i]`: e0 - (1 - A0) x0;
    - `from_abroad[k, m, i]`, `passed_on[k, j, m]`: A0 as in `value_added_series`;
    - `burden[k, m]`, `most_content[m, i]`, `most_content_abroad[m, i]`, `multiple[m]`: of the bound, see `_reach`.
    """

    before: Array
    value_added_share: Array
    input_share: Array
    exports: Array
    content: Array
    inputs: Array
    lacking: Array
    from_abroad: Array
    passed_on: Array
    burden: Array
    most_content: Array
    most_content_abroad: Array
    multiple: Array

    @cached_property
    def needed(self) -> Array:
        """`passed_on` as [j, k, m]: inputs of an output."""
        return np.ascontiguousarray(self.passed_on.transpose(1, 0, 2))

    @cached_property
    def rough(self) -> Rough:
        exact = self.needed, self.from_abroad, self.inputs, self.lacking
        return Rough(*(values.astype(np.float32) for values in exact))

    @cached_property
    def of_all(self) -> tuple[Array, Array]:
        """`inputs` and `lacking` of all economies `[k, 1, m]`."""
        return self.inputs.sum(axis=1, keepdims=True), self.lacking.sum(axis=1, keepdims=True)

    @property
    def solved(self) -> Solved:
        """The parts that take time, to be kept and given to `calc_reference` again."""
        return Solved(self.content, self.inputs, self.lacking)

    @property
    def content_share(self) -> Array:
        """`calc_value_added_content` of the reference `[s, n, j]`; a view."""
        N = len(self.exports)
        share: Array = self.content[:, :N, :N].transpose(1, 2, 0)
        return share

    @cached_property
    def chains(self) -> ValueChains:
        """`calc_value_chains` of the reference."""
        return calc_value_chains(self.content_share, self.exports)


def calc_reference(
    trade_share: Array,
    wedge: Array | None,
    value_added_share: Array,
    input_share: Array,
    exports: Array,
    solved: Solved | None = None,
) -> Reference:
    """The `Reference` of accounts, arguments as in `calc_value_added_content`; `exports[n, j]`, money.

    `solved`: `Reference.solved` of the same arguments, where they were kept; anything else makes wrong results. Raises
    `EquilibriumError` as `calc_value_added_content`.
    """
    N = len(exports)
    before = calc_before_tariffs(trade_share, wedge)
    from_abroad = stacked(before)
    own_share = own(from_abroad, N).T
    add_own(from_abroad, -own_share)
    within, passed_on = within_economy(own_share, input_share)
    if solved is None:
        content = content_by_sector(before, value_added_share, input_share, None, TOLERANCE)
        solved = Solved(content, *_solve_output(exports, from_abroad, passed_on))
    content = solved.content
    direct = np.einsum("nk,nkj->nj", value_added_share, within)
    burden, multiple = _weights(passed_on[:, :, :N].transpose(2, 0, 1), direct)
    if input_share.min() < 0:  # no bound holds then
        multiple[:] = np.inf
    abroad = content.copy()
    add_own(abroad, -direct)
    return Reference(
        before, value_added_share, input_share, exports, content, solved.inputs, solved.lacking, from_abroad,
        passed_on, burden, content.max(axis=0), np.maximum(abroad.max(axis=0), 0.0), multiple,
    )  # fmt: skip


def _weights(produced: Array, direct: Array) -> tuple[Array, Array]:
    """`burden[k, m]`, `multiple[m]` of `produced[m, k, j]`, inputs over all stages at home, and value added there."""
    N, J = direct.shape
    burden, multiple = np.zeros((J, padded(N))), np.zeros(padded(N))
    total = produced.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        burden[:, :N] = np.where(produced != 0, produced / direct[:, None], 0.0).max(axis=2).T
        multiple[:N] = np.where(total != 0, total / direct, 0.0).max(axis=1)
    return burden, multiple


def _solve_output(exports: Array, from_abroad: Array, passed_on: Array) -> tuple[Array, Array]:
    """`inputs` and `lacking` of x0: rounds in single precision to `START`, what they leave in double precision."""
    needed = np.ascontiguousarray(passed_on.transpose(1, 0, 2))
    own_exports = np.zeros_like(from_abroad)
    add_own(own_exports, exports)
    rough = needed.astype(np.float32), from_abroad.astype(np.float32)
    term = own_exports.astype(np.float32)
    sold, least = term.copy(), START * own_exports.sum(axis=(0, 2))  # (1 - D) x0: what is sold to others
    for _ in range(MOST_ROUNDS):
        term = multiply(pass_on(term, rough[0], shared=True), rough[1], shared=True)
        if (term.sum(axis=(0, 2)) <= least).all():
            break
        sold += term
    exact = sold.astype(np.float64)
    inputs = pass_on(exact, needed, shared=True)
    lacking = multiply(inputs, from_abroad, shared=True) - exact + own_exports
    return inputs, lacking


def calc_value_chains_nearby(
    reference: Reference,
    trade_share: Array,
    wedge: Array | None,
    exports: Array,
    tolerance: float = 1e-12,
) -> ValueChains | None:
    """`calc_value_chains` of a state with the technology of the reference, other trade; None if it is not near.

    - `trade_share[n, i, j]`, `wedge[n, i, j]` (None: one throughout): as in `EquilibriumAccounts`;
    - `exports[n, j]`: money;
    - `tolerance`: bound of the error of each total, part of the economy's exports; rounding comes on top.

    What is left of the sums is bounded by what it would be if nothing cancelled, with sums over sectors (`_reach`).
    """
    N = len(exports)
    change = stacked(calc_before_tariffs(trade_share, wedge) - reference.before)
    if not change.any() and np.array_equal(exports, reference.exports):
        return reference.chains
    reach = _reach(reference, np.abs(change).max(axis=0).T)
    if reach is None:
        return None
    carried = multiply(reference.content, change.transpose(0, 2, 1))  # c0 (A - A0) by input: [k, s, m]
    total = exports.sum(axis=1)
    allowed = np.full(padded(N), np.inf)
    allowed[:N][total > 0] = tolerance * total[total > 0]
    most = multiply(_compiled().weigh(carried, reference.burden)[None], reach[None])[0]
    own_more = _own_response(reference, change, exports, carried, most, allowed)
    used = _used_by_all(reference, change, exports, most, allowed)
    content = _content_of_all(reference, carried.sum(axis=1, keepdims=True), change, reach, tolerance)
    if own_more is None or used is None or content is None:
        return None

    domestic = np.einsum("jn,nj->n", own(reference.content, N), exports)
    domestic += _compiled().overlap(carried, reference.inputs)[0][:N] + own_more[:N]
    domestic[total <= 0] = 0.0
    sold = np.zeros((exports.shape[1], padded(N), 1))
    sold[:, :N, 0] = exports.T
    by_source = reference.content @ sold + carried @ used.transpose(0, 2, 1)
    foreign = np.einsum("jn,nj->n", content[:, :N], exports) - domestic
    return ValueChains(
        exports=total,
        domestic_value_added=domestic,
        foreign_value_added=foreign,
        backward_participation=calc_participation(foreign, total),
        forward_participation=calc_participation(by_source.sum(axis=(0, 2))[:N] - domestic, total),
    )


def _compiled() -> Any:
    return load_compiled("samarkand.engines.equilibrium.kernels.value_chains")


def _reach(reference: Reference, change: Array) -> Array | None:
    """reach[m, i] of the bound of what a further border adds; None if the state is far.

        |c0 (A - A0) ((1 - A)^-1 - (1 - D0)^-1) r| <= sum over m, i of burden[m] reach[m, i] |r|[i]

    With burden[m] = sum over k of |c0 (A - A0)|[k, m] `burden[k, m]`, |r| summed over sectors and `change[i, m]` the
    largest |A - A0| over inputs, before the input's share. Coefficients are zero or more and so are their series, and
    inputs never weigh more than `burden` times the value added of the industry that takes them. With C the content of
    the reference, the largest of sectors, C' the same without what crosses no border, L = `multiple` C a bound of the
    inputs contained, and (1 - A)^-1 = (1 - A0)^-1 (1 + (A - A0) (1 - A)^-1)

        reach = C' + C ((1 - change L)^-1 - 1).
    """
    content = reference.most_content
    if not np.isfinite(reference.multiple).all():
        return None
    added = multiply(change[None], (reference.multiple[:, None] * content)[None])[0]
    part = float(added.sum(axis=0).max())
    if not part < FAR:
        return None
    reach, term = reference.most_content_abroad, content
    while True:  # LAPACK's threads would wait for each other longer than they solve
        term = multiply(term[None], added[None])[0]
        reach = reach + term
        # No entry of the n-th power is above part^n: of all later terms none is above
        later: Array = term.sum(axis=1, keepdims=True) * part / (1.0 - part)
        if later.max() <= LATER:
            return np.asarray(reach + later, dtype=np.float64)


def _own_response(
    reference: Reference, change: Array, exports: Array, carried: Array, most: Array, allowed: Array
) -> Array | None:
    """c0 (A - A0) (1 - A)^-1 r by economy, each for its own exports; None if the state is not near.

    In single precision, which has digits enough for what is small; where it has not, again in double precision.
    """
    exact, rough, rough_change = reference, reference.rough, change.astype(np.float32)
    more = exports - reference.exports
    lacking = multiply(rough.inputs, rough_change) + rough.lacking
    add_own(lacking, more)
    # From abroad as in the state; on the diagonal what own purchases changed by.
    nearby = rough.from_abroad + rough_change
    found = _summed(lacking, carried, rough.needed, (nearby,), most, allowed)
    if found is None:
        return None
    total, size = found
    again = np.flatnonzero(SINGLE * size > allowed)
    if len(again) > MOST_AGAIN * len(exports):
        return None
    if len(again):
        inputs, weight = (np.take(values, again, axis=1) for values in (exact.inputs, carried))
        left = multiply(inputs, change) + exact.lacking[:, again]
        left[:, np.arange(len(again)), again] += more[again].T
        found = _summed(left, weight, exact.needed, (exact.from_abroad, change), most[again], allowed[again])
        if found is None:
            return None
        total[again] = found[0]
    return total


def _summed(
    lacking: Same, carried: Array, needed: Same, nearby: tuple[Same, ...], most: Array, allowed: Array
) -> tuple[Array, Array] | None:
    """The sum of carried[k, a, m] (response to lacking[k, a, i]) by row until the bound is what is allowed; its size.

    `nearby`: who sells inputs, the sum of it; `most[a, i]`: weights of the bound.
    """
    total, size = np.zeros(len(allowed)), np.zeros(len(allowed))
    rows, every = np.arange(len(allowed)), np.ones((lacking.shape[0], lacking.shape[2]))
    for _ in range(MOST_ROUNDS):
        used = pass_on(lacking, needed)
        added, sizes = _compiled().overlap(carried, used)
        total[rows] += added
        size[rows] += sizes
        left = (most[rows] * _compiled().weigh(lacking, every)).sum(axis=1)
        going = ~(left <= allowed[rows])
        if not going.any():
            return total, size
        if going.mean() < THINNED:
            rows = rows[going]
            used = np.compress(going, used, axis=1)  # type: ignore[assignment]
            carried = np.compress(going, carried, axis=1)
        lacking = multiply(used, nearby[0])
        for part in nearby[1:]:
            np.add(lacking, multiply(used, part), out=lacking)
    return None


def _used_by_all(
    reference: Reference, change: Array, exports: Array, most: Array, allowed: Array
) -> Array | None:
    """Inputs `[k, 1, m]` that the exports of all economies use, good enough for what any economy adds to them."""
    total, lacking = reference.of_all
    lacking = lacking + multiply(total, change)
    lacking[:, 0, : len(exports)] += (exports - reference.exports).T
    for _ in range(MOST_ROUNDS):
        used = pass_on(lacking, reference.needed)
        total = total + used
        if (most @ np.abs(lacking[:, 0]).sum(axis=0) <= allowed).all():
            return total
        lacking = multiply(used, reference.from_abroad) + multiply(used, change)
    return None


def _content_of_all(
    reference: Reference, carried: Array, change: Array, reach: Array, tolerance: float
) -> Array | None:
    """Value added of all economies in a unit of output `[j, n]`: one, but for tariffs and rents."""
    total: Array = reference.content.sum(axis=1)
    from_abroad, change = (values.transpose(0, 2, 1) for values in (reference.from_abroad, change))
    for _ in range(MOST_CORRECTIONS):
        contained = pass_on(carried, reference.passed_on)
        total += contained[:, 0]
        left = _compiled().weigh(carried, reference.burden) @ reach
        if left.max() <= tolerance:
            return total
        carried = multiply(contained, from_abroad) + multiply(contained, change)
    return None
