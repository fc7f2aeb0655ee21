"""Solving the equilibrium: from accounts and a shock to a certified solution."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from samarkand.engines.equilibrium.certificate import Certificate, certify
from samarkand.engines.equilibrium.model import (
    DEFICIT_RULES,
    Accounts,
    Array,
    DeficitRule,
    EquilibriumError,
    Shock,
    calc_balance,
    calc_expenditure,
    calc_labour_income,
    calc_price_hat,
    calc_trade_share,
    calc_unit_cost_hat,
)

MOST_SWEEPS = 3000
# (step, memory of the acceleration, most sweeps), tried in turn until one converges
STAGES = (*(("newton", 8, 60) for _ in range(5)), ("plain", 8, 700), ("plain", 0, MOST_SWEEPS))


@dataclass(frozen=True, eq=False)
class Solution:
    """A certified counterfactual. Ratios are to `accounts`, its baseline; money is in units of the numeraire,
    which is world value added: its nominal sum equals the baseline's.

    - `wage_hat[n]`: price of the primary factor; `unit_cost_hat[n, j]`, `price_hat[n, j]`;
    - `expenditure[n, j]`: all spending on `j`, tariffs included; `output[n, j]`: gross output before tariffs;
    - `value_added[n]`, `wedge_revenue[n]` (tariff revenue and rents), `deficit[n]` (by the deficit rule),
      `transfer[n]`; final spending is their sum; `tax[n]` of it is public, the rest private;
    - `balance_factor`: the world factor of the rule `proportional` (1 for the others);
    - `certificate`.
    """

    accounts: Accounts
    shock: Shock
    deficit_rule: DeficitRule
    wage_hat: Array
    unit_cost_hat: Array
    price_hat: Array
    expenditure: Array
    output: Array
    value_added: Array
    wedge_revenue: Array
    deficit: Array
    transfer: Array
    tax: Array
    balance_factor: float
    certificate: Certificate
    _log_state: Array = field(repr=False)

    @property
    def income(self) -> Array:
        """Value added, tariff revenue and rents `[n]`, money."""
        return self.value_added + self.wedge_revenue

    @property
    def private_spending(self) -> Array:
        """Income plus deficit and transfer minus taxes `[n]`, money."""
        return self.income + self.deficit + self.transfer - self.tax

    @cached_property
    def trade_share(self) -> Array:
        """`[n, i, j]` shares of spending, tariffs included (`calc_trade_share`)."""
        return calc_trade_share(
            self.accounts.trade_share,
            self.shock.trade_cost_hat(self.accounts),
            self.unit_cost_hat,
            self.price_hat,
            self.accounts.trade_elasticity,
        )

    @cached_property
    def wedge(self) -> Array | None:
        """(1 + tariff_rate)(1 + rent_rate) `[n, i, j]` in the counterfactual, None if one throughout."""
        return self.shock.new_wedge(self.accounts)

    @cached_property
    def trade_flow(self) -> Array:
        """`[n, i, j]` purchases of `n` from `i` before tariffs, money (destination first)."""
        spent = self.trade_share * self.expenditure[:, None, :]
        return spent if self.wedge is None else spent / self.wedge

    def to_accounts(self) -> Accounts:
        """The counterfactual as the baseline of a further one.

        Only for a solution without taxes (the accounts have no public sector). Transfers become deficits.
        """
        if self.tax.any():
            raise EquilibriumError("a solution with taxes cannot become a baseline: accounts have no taxes")
        shock, base = self.shock, self.accounts
        rent = shock.new_rent_rate(base)
        # The certificate's tolerance is what is left over; the deficit absorbs it so that the new baseline closes.
        deficit = self.deficit + self.transfer
        return Accounts(
            trade_share=self.trade_share,
            consumption_share=base.consumption_share,
            value_added_share=base.value_added_share,
            input_share=base.input_share,
            tariff_rate=base.tariff_rate if shock.tariff_rate is None else shock.tariff_rate,
            trade_elasticity=base.trade_elasticity,
            value_added=self.value_added,
            deficit=deficit - deficit.mean(),
            rent_rate=rent,
            expenditure=self.expenditure,
            economies=base.economies,
            sectors=base.sectors,
        )


@dataclass(frozen=True, eq=False)
class _Prepared:
    """What the kernels need of accounts, laid out for them; made once per accounts."""

    share: Array  # [j, n, i], rows padded
    input_share: Array  # [n, k, j], rows padded
    start: Array  # the baseline as a state
    active: np.ndarray[Any, np.dtype[np.bool_]]
    newton: tuple[Any, ...]  # the domestic blocks, see `kernels.precondition`
    level: NDArray[np.float32]
    ones: Array
    zeros: Array
    no_productivity: Array
    no_public: Array


class _Workspace(threading.local):
    """One thread's buffers for the trade-cost kernels: fresh memory of this size costs as much as filling it."""

    def __init__(self) -> None:
        self.buffers: dict[str, Array] = {}

    def buffer(self, name: str, like: Array) -> Array:
        known = self.buffers.get(name)
        if known is None or known.shape != like.shape:
            known = self.buffers[name] = np.empty_like(like)
        return known


_workspace = _Workspace()
_prepared: WeakKeyDictionary[Accounts, _Prepared] = WeakKeyDictionary()
_purged: WeakKeyDictionary[Accounts, Accounts] = WeakKeyDictionary()


def load_kernels() -> ModuleType:
    """The compiled kernels, with a place for their cache that can be written to.

    numba caches beside the module or, where that is read-only, in the user's cache folder; where neither can be
    written (a read-only home), a folder of this user in the temporary directory. `NUMBA_CACHE_DIR` overrides.
    """
    import numba

    if not numba.config.CACHE_DIR:
        beside = Path(__file__).parent
        home = Path(os.path.expanduser("~"))
        if not (os.access(beside, os.W_OK) or os.access(home, os.W_OK)):
            user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
            numba.config.CACHE_DIR = str(Path(tempfile.gettempdir()) / f"samarkand-numba-{user}")
    return import_module("samarkand.engines.equilibrium.kernels")


def prepare(accounts: Accounts) -> _Prepared:
    """Lay the accounts out for the kernels (kept as long as the accounts live)."""
    known = _prepared.get(accounts)
    if known is not None:
        return known
    N, J = accounts.economy_count, accounts.sector_count
    spent = accounts.baseline_expenditure
    active = spent > 0
    start = np.zeros(N + 2 * N * J)
    start[N + N * J :] = np.log(np.where(active, spent, 1.0)).ravel()
    prepared = _Prepared(
        share=pad(accounts.trade_share.transpose(2, 0, 1), 8),
        input_share=pad(accounts.input_share, 8),
        start=start,
        active=active,
        newton=_calc_newton_blocks(
            accounts,
            accounts.trade_share,
            accounts.trade_share if accounts.wedge is None else accounts.trade_share / accounts.wedge,
            spent,
            accounts.value_added,
        ),
        level=np.where(active, spent, 1.0).astype(np.float32),
        ones=np.ones(N),
        zeros=np.zeros(N),
        no_productivity=np.zeros((N, J)),
        no_public=accounts.consumption_share,
    )
    _prepared[accounts] = prepared
    return prepared


def pad(values: Array, width: int) -> Array:
    """A contiguous copy with zeros after each row, up to a multiple of `width` (whole vector registers)."""
    length = values.shape[-1]
    padded = np.zeros((*values.shape[:-1], -(-length // width) * width))
    padded[..., :length] = values
    return padded


def _calc_newton_blocks(
    accounts: Accounts, share: Array, before: Array, spent: Array, labour: Array
) -> tuple[Any, ...]:
    """(block, own, response, wage_cost, labour_demand, pivot, labour) of `kernels.precondition`.

    At the given trade shares `share` and `before` (over wedges) [n, i, j], spending [n, j] and labour income [n].
    """
    theta = accounts.trade_elasticity
    # Own shares of zero would lose the equations that they divide; a preconditioner may be a little wrong.
    own = np.maximum(np.einsum("nnj->nj", share), 1e-3)
    sold = before * spent[:, None, :]
    response = theta * ((sold * share).sum(axis=0) - sold.sum(axis=0)) / own
    block = np.linalg.inv(np.eye(accounts.sector_count) - accounts.input_share * own[:, None, :])
    labour_demand = np.einsum("nkj,nk->nj", block, own * accounts.value_added_share)
    wage_cost = labour_demand / own
    earned = accounts.consumption_share * labour[:, None]
    pivot = labour - (labour_demand * (response * wage_cost + earned)).sum(axis=1)
    # Without foreign trade an economy's wage level is nobody's business, and the pivot is zero.
    pivot = np.maximum(pivot, 1e-4 * labour)
    single = [
        np.ascontiguousarray(a, dtype=np.float32)
        for a in (pad(block, 16), own, response, wage_cost, labour_demand, pivot)
    ]
    return (*single, labour)


def _relinearise(
    accounts: Accounts, state: Array, active: Any, kernel: Array, before: Array, level: Any, labour: Array
) -> tuple[Array, Any, tuple[Any, ...]]:
    """(state, level, Newton blocks) at a state on the way; the state has its expenditure kept in bounds."""
    N, J = accounts.economy_count, accounts.sector_count
    log_cost = state[N : N + N * J].reshape(N, J)
    spent = np.where(active, np.exp(state[N + N * J :].reshape(N, J)), 0.0)
    power = np.exp(-accounts.trade_elasticity * log_cost)
    share = kernel[:, :, :N].transpose(1, 2, 0) * power[None]
    total = share.sum(axis=1, keepdims=True)
    total = np.where(total > 0, total, 1.0)
    net = before[:, :, :N].transpose(1, 2, 0) * power[None] / total
    earned = np.exp(state[:N]) * labour
    blocks = _calc_newton_blocks(accounts, share / total, net, spent, earned)
    if not all(np.isfinite(part).all() for part in blocks):
        blocks = prepare(accounts).newton
    return state, np.where(active, spent, level).astype(np.float32), blocks


def purge_deficits(accounts: Accounts) -> Accounts:
    """The equilibrium of the same accounts with all deficits zero, as a baseline (kept with the accounts)."""
    known = _purged.get(accounts)
    if known is None:
        zero = np.zeros(accounts.economy_count)
        known = solve(accounts, Shock(deficit=zero), tolerance=1e-13).to_accounts()
        _purged[accounts] = known
    return known


def build_kernels(
    kernels: ModuleType, accounts: Accounts, prepared: _Prepared, shock: Shock
) -> tuple[Array, Array, bool]:
    """(kernel, kernel before tariffs and rents, whether the two differ); layout [j, n, i]."""
    old, new = accounts.wedge, shock.new_wedge(accounts)
    hats = [
        part
        for part in (shock.iceberg_hat, shock.non_tariff_hat if shock.non_tariff_burns else None)
        if part is not None
    ]
    if old is not new:
        hats += [part for part in (new, None if old is None else 1.0 / old) if part is not None]
    kernel = prepared.share
    if hats:
        kernel = _workspace.buffer("kernel", prepared.share)
        if all(hat.ndim == 2 for hat in hats):
            hat = hats[0]
            for other in hats[1:]:
                hat = hat * other
            kernels.build_kernel_by_pair(prepared.share, hat, accounts.trade_elasticity, kernel)
        else:
            hat = hats[0] if hats[0].ndim == 3 else hats[0][:, :, None]
            for other in hats[1:]:
                hat = hat * (other if other.ndim == 3 else other[:, :, None])
            kernels.build_kernel_by_sector(
                prepared.share, np.ascontiguousarray(hat), accounts.trade_elasticity, kernel
            )
    if new is None:
        return kernel, kernel, False
    before = _workspace.buffer("before", prepared.share)
    kernels.divide_by_wedge(kernel, np.ascontiguousarray(new), before)
    return kernel, before, True


def solve(
    accounts: Accounts,
    shock: Shock | None = None,
    *,
    deficit_rule: DeficitRule = "fixed_nominal",
    tolerance: float = 1e-8,
    most_sweeps: int = MOST_SWEEPS,
    start: Solution | None = None,
    wage_guess: Array | None = None,
) -> Solution:
    """The counterfactual equilibrium of `accounts` under `shock`, certified.

    `deficit_rule`: see `model.calc_balance`; `purged` first solves for the baseline without deficits, and the
    solution's `accounts` are that baseline. `tolerance` bounds the relative residual of every market (1e-12 can
    be asked for). `start` is a solution near by to start from; `wage_guess[n]` other starting wages: uniqueness is
    proven in special cases only, so try several where it matters.

    Raises `EquilibriumError` naming the economy and the market if the shock does not fit the accounts or the
    solution does not satisfy every equation.
    """
    shock = Shock() if shock is None else shock
    if deficit_rule not in DEFICIT_RULES:
        raise EquilibriumError(
            f"deficit_rule must be one of {', '.join(DEFICIT_RULES)}, not {deficit_rule!r}"
        )
    shock.check(accounts)
    if deficit_rule == "purged":
        if shock.deficit is not None:
            raise EquilibriumError("shock: deficits cannot be set under the rule 'purged'")
        accounts = purge_deficits(accounts)
    kernels = load_kernels()
    prepared = prepare(accounts)
    N, J = accounts.economy_count, accounts.sector_count
    kernel, before, has_wedge = build_kernels(kernels, accounts, prepared, shock)

    labour = accounts.value_added if shock.labour_hat is None else accounts.value_added * shock.labour_hat
    transfer = prepared.zeros if shock.transfer is None else shock.transfer
    deficit = accounts.deficit if shock.deficit is None else shock.deficit
    proportional = deficit_rule == "proportional"
    multiple = 1.0 + deficit / accounts.baseline_income if proportional else prepared.ones
    exogenous = transfer if proportional else transfer + deficit
    log_productivity = prepared.no_productivity
    if shock.productivity_hat is not None:
        log_productivity = np.log(shock.productivity_hat)
        if log_productivity.ndim == 1:
            log_productivity = np.repeat(log_productivity[:, None], J, axis=1)
    tax_rate = prepared.zeros if shock.tax_rate is None else shock.tax_rate
    lump_sum = prepared.zeros if shock.lump_sum_tax is None else shock.lump_sum_tax
    basket = prepared.no_public if shock.public_basket is None else shock.public_basket

    state = prepared.start.copy() if start is None else start._log_state.copy()
    active, level = prepared.active, prepared.level
    if wage_guess is not None:
        state[:N] = np.log(wage_guess)
    if (
        shock.public_basket is not None
        and (new := (basket > 0) & ~active & (tax_rate + lump_sum > 0)[:, None]).any()
    ):
        # A market that opens with public purchases alone: start it from them.
        active = active | new
        public = tax_rate * labour + lump_sum
        first = np.where(new, basket * public[:, None], level)
        level = first.astype(np.float32)
        state[N + N * J :] = np.where(new, np.log(first), state[N + N * J :].reshape(N, J)).ravel()
    total, kept, sales = np.empty((J, N)), np.empty((J, N)), np.empty((J, kernel.shape[2]))
    initial = state.copy()
    sweeps = 0
    worst = np.inf
    # The baseline's Newton blocks mislead where a shock changes the world beyond recognition: then they are made
    # again at the state reached, and where that does not help either, the plain iteration starts from the beginning;
    # at last without acceleration, which loses its footing where trade all but ends and wage levels come loose.
    newton = prepared.newton
    for stage, (kind, memory, most) in enumerate(STAGES):
        plain = kind == "plain"
        if plain:
            state[:] = initial
        limit = min(most_sweeps - sweeps, most)
        taken, worst = kernels.iterate(
            state, kernel, before, has_wedge, accounts.trade_elasticity, accounts.value_added_share,
            prepared.input_share, accounts.consumption_share, basket, log_productivity, labour, exogenous,
            proportional, multiple, tax_rate, lump_sum, active, float(accounts.value_added.sum()),
            plain, level, *newton, memory, 0.5 * tolerance, limit, total, kept, sales,
        )  # fmt: skip
        sweeps += taken
        if worst <= 0.5 * tolerance or sweeps >= most_sweeps:
            break
        if not plain and STAGES[stage + 1][0] == "newton":
            if not worst < 10.0:
                state[:] = initial
            state, level, newton = _relinearise(accounts, state, active, kernel, before, level, labour)
    if not np.isfinite(worst):
        _diagnose(accounts, active, total)

    log_wage = state[:N]
    log_cost = state[N : N + N * J].reshape(N, J)
    expenditure = np.where(active, np.exp(state[N + N * J :].reshape(N, J)), 0.0)
    share_total, kept_share, output = kernels.certify_trade(
        kernel, before, log_cost, total, expenditure, accounts.trade_elasticity
    )
    bought = total.T > 0
    price_hat = np.where(bought, total.T, 1.0) ** (-1.0 / accounts.trade_elasticity)
    wage_hat = np.exp(log_wage)
    value_added = wage_hat * labour
    revenue = (
        (expenditure * np.where(bought, 1.0 - kept_share, 0.0)).sum(axis=1) if has_wedge else np.zeros(N)
    )
    income = value_added + revenue
    balance, factor = calc_balance(income, deficit, deficit_rule, accounts.baseline_income)
    tax = tax_rate * value_added + lump_sum
    private = income + balance + transfer - tax
    if (private <= 0).any():
        n = int(private.argmin())
        raise EquilibriumError(
            f"{accounts.economy_name(n)}: deficits, transfers and taxes leave private spending of {private[n]:g}"
        )
    demand = calc_expenditure(output, private, tax, accounts, shock.public_basket)
    implied = (
        accounts.value_added_share * log_wage[:, None]
        + np.matmul(np.log(price_hat)[:, None, :], accounts.input_share)[:, 0, :]
        - log_productivity
    )
    certificate = certify(
        accounts,
        expenditure=expenditure,
        demand=demand,
        labour_paid=calc_labour_income(output, accounts),
        labour_income=value_added,
        log_unit_cost=log_cost,
        log_unit_cost_implied=implied,
        imports=(expenditure * kept_share).sum(axis=1),
        exports=output.sum(axis=1),
        balance=balance + transfer,
        income=income,
        share_total=share_total,
        tolerance=tolerance,
        sweeps=sweeps,
    )
    return Solution(
        accounts=accounts,
        shock=shock,
        deficit_rule=deficit_rule,
        wage_hat=wage_hat,
        unit_cost_hat=np.exp(log_cost),
        price_hat=price_hat,
        expenditure=expenditure,
        output=output,
        value_added=value_added,
        wedge_revenue=revenue,
        deficit=balance,
        transfer=transfer,
        tax=tax,
        balance_factor=factor,
        certificate=certificate,
        _log_state=state,
    )


def _diagnose(accounts: Accounts, active: Any, total: Array) -> None:
    """Say which market broke down when the iteration left the numbers."""
    cut_off = active & ~(total.T > 0)
    if cut_off.any():
        n, j = (int(a) for a in np.argwhere(cut_off)[0])
        raise EquilibriumError(
            f"{accounts.economy_name(n)} can no longer buy {accounts.sector_name(j)}: every seller is cut off"
        )
    broken = ~np.isfinite(total.T)
    if broken.any():
        n, j = (int(a) for a in np.argwhere(broken)[0])
        raise EquilibriumError(
            f"the price of {accounts.sector_name(j)} in {accounts.economy_name(n)} leaves the range of numbers: "
            "a cost ratio is too far from one for its trade elasticity"
        )
    raise EquilibriumError("the iteration left the range of numbers")


def solve_many(
    accounts: Accounts,
    shocks: Iterable[Shock],
    *,
    deficit_rule: DeficitRule = "fixed_nominal",
    tolerance: float = 1e-8,
    workers: int = 1,
) -> list[Solution]:
    """The solutions of many shocks to the same accounts, in their order.

    Each is solved from the baseline, on one thread, independently of the others, so that the results do not
    depend on `workers`: the number of threads that solve side by side (the compiled sweep releases the
    interpreter lock, so threads do what processes would, without copying the accounts). The first solution that
    fails raises, with the number of its shock.
    """
    listed: Sequence[Shock] = list(shocks)
    base = purge_deficits(accounts) if deficit_rule == "purged" else accounts
    prepare(base)

    def one(number: int) -> Solution:
        try:
            return solve(accounts, listed[number], deficit_rule=deficit_rule, tolerance=tolerance)
        except EquilibriumError as error:
            raise EquilibriumError(f"shock {number}: {error}") from error

    if workers <= 1:
        return [one(number) for number in range(len(listed))]
    load_kernels()
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, range(len(listed))))


def verify(solution: Solution) -> float:
    """The largest relative residual of all equations, recomputed from the definitions in plain numpy.

    Uses the `calc_*` functions of `model` on the reported wages, unit costs and expenditures and on the raw shock:
    nothing of the compiled kernels enters.
    """
    accounts, shock = solution.accounts, solution.shock
    kappa = shock.trade_cost_hat(accounts)
    theta = accounts.trade_elasticity
    price = calc_price_hat(accounts.trade_share, kappa, solution.unit_cost_hat, theta)
    share = calc_trade_share(accounts.trade_share, kappa, solution.unit_cost_hat, price, theta)
    productivity = 1.0 if shock.productivity_hat is None else shock.productivity_hat
    cost = calc_unit_cost_hat(solution.wage_hat, price, accounts, productivity)
    wedge = shock.new_wedge(accounts)
    before = share if wedge is None else share / wedge
    output = np.einsum("nij,nj->ij", before, solution.expenditure)
    revenue = np.einsum("nij,nj->n", share - before, solution.expenditure)
    labour = accounts.value_added if shock.labour_hat is None else accounts.value_added * shock.labour_hat
    income = solution.wage_hat * labour + revenue
    deficit = accounts.deficit if shock.deficit is None else shock.deficit
    balance, _ = calc_balance(income, deficit, solution.deficit_rule, accounts.baseline_income)
    public = np.zeros_like(income)
    if shock.tax_rate is not None:
        public = public + shock.tax_rate * solution.wage_hat * labour
    if shock.lump_sum_tax is not None:
        public = public + shock.lump_sum_tax
    private = income + balance - public + (0.0 if shock.transfer is None else shock.transfer)
    demand = calc_expenditure(output, private, public, accounts, shock.public_basket)
    spent = solution.expenditure
    gaps = [
        np.abs(demand - spent) / np.where(spent > 0, spent, income[:, None]),
        np.abs(calc_labour_income(output, accounts) / (solution.wage_hat * labour) - 1.0),
        np.abs(cost / solution.unit_cost_hat - 1.0),
        np.abs(price / solution.price_hat - 1.0),
        np.abs(np.where(share.sum(axis=1) > 0, share.sum(axis=1) - 1.0, 0.0)),
    ]
    return max(float(gap.max()) for gap in gaps)
