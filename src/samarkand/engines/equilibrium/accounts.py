"""The baseline of the trade model, and how a table of flows becomes one.

Axes as in `equations`: `[n, i, j]` is buyer, seller, sector; `k` the sector of an input.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from samarkand.engines.equilibrium.equations import (
    Array,
    calc_expenditure,
    calc_output,
    calc_wedge_revenue,
)
from samarkand.engines.equilibrium.errors import EquilibriumError

# Shares computed from rounded published tables add up to one only to the digits printed. Within this they are
# rescaled to add up exactly; beyond it the accounts are refused.
ADDING_UP_TOLERANCE = 1e-6
# A balanced table in millions, summed over thousands of cells, balances to rounding; this is ten digits.
BALANCE_TOLERANCE = 1e-9


def frozen_array(values: ArrayLike) -> Array:
    """A read-only copy as contiguous float64."""
    array = np.array(values, dtype=np.float64, order="C")
    array.flags.writeable = False
    return array


@dataclass(frozen=True, eq=False)
class EquilibriumAccounts:
    """The baseline: shares, levels and elasticities of `N` economies and `J` sectors.

    - `trade_share[n, i, j]`: share of `n`'s spending on `j` (tariffs included) that goes to seller `i`; sums
      to one over `i` wherever `n` spends; a row of zeros where it does not.
    - `consumption_share[n, j]`: share of final spending, sums to one over `j`.
    - `value_added_share[n, j]`, `input_share[n, k, j]`: shares of value added and of input `k` in the gross
      output of `j`; they add up to one (both zero where `n` does not produce `j`). An input share may be
      negative (by-products), as in published tables, as long as demand stays positive in every market.
    - `tariff_rate[n, i, j]`: ad valorem on the border price, revenue to `n`. None: no tariffs.
    - `trade_elasticity[j]`: minus the exponent of costs in trade shares (theta), positive.
    - `value_added[n]`: nominal, money. `deficit[n]`: final spending minus value added, tariff revenue and
      rents; money; sums to zero over the world.
    - `rent_rate[n, i, j]`: wedge of non-tariff barriers that burns no resources; its rents go to the
      buying economy. None: no such rents in the baseline.
    - `expenditure[n, j]`: spending on `j`, intermediate and final, tariffs included; money. None: computed
      from the rest.
    - `economies`, `sectors`: names for messages only.
    """

    trade_share: Array
    consumption_share: Array
    value_added_share: Array
    input_share: Array
    tariff_rate: Array | None
    trade_elasticity: Array
    value_added: Array
    deficit: Array
    rent_rate: Array | None = None
    expenditure: Array | None = None
    economies: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in ("economies", "sectors"):
                object.__setattr__(self, field.name, tuple(str(name) for name in value))
            elif value is not None:
                object.__setattr__(self, field.name, frozen_array(value))
        self._check()
        self._rescale()

    @property
    def economy_count(self) -> int:
        return int(self.trade_share.shape[0])

    @property
    def sector_count(self) -> int:
        return int(self.trade_share.shape[2])

    def economy_name(self, n: int) -> str:
        return self.economies[n] if self.economies else f"economy {n}"

    def sector_name(self, j: int) -> str:
        return self.sectors[j] if self.sectors else f"sector {j}"

    def _check(self) -> None:
        if self.trade_share.ndim != 3 or self.trade_share.shape[0] != self.trade_share.shape[1]:
            raise EquilibriumError(f"trade_share must be [N, N, J], not {self.trade_share.shape}")
        N, J = self.economy_count, self.sector_count
        shapes = {
            "consumption_share": (N, J),
            "value_added_share": (N, J),
            "input_share": (N, J, J),
            "tariff_rate": (N, N, J),
            "trade_elasticity": (J,),
            "value_added": (N,),
            "deficit": (N,),
            "rent_rate": (N, N, J),
            "expenditure": (N, J),
        }
        for name, shape in shapes.items():
            value = getattr(self, name)
            if value is None:
                continue
            if value.shape != shape:
                raise EquilibriumError(f"{name} must have the shape {shape}, not {value.shape}")
            if not np.isfinite(value).all():
                where = tuple(int(a) for a in np.argwhere(~np.isfinite(value))[0])
                raise EquilibriumError(f"{name}{list(where)} is not a finite number")
            lowest = -1.0 if name in ("tariff_rate", "rent_rate") else 0.0
            # Published tables have some negative inputs (by-products); a market's demand must still be positive.
            if name not in ("deficit", "input_share") and (
                value.min() < lowest or (lowest == -1.0 and value.min() <= lowest)
            ):
                where = tuple(int(a) for a in np.unravel_index(value.argmin(), value.shape))
                raise EquilibriumError(f"{name}{list(where)} = {value.min():g} is out of range")
        for names, size in ((self.economies, N), (self.sectors, J)):
            if names and len(names) != size:
                raise EquilibriumError(f"{len(names)} names for {size} economies or sectors")
        if (self.trade_elasticity <= 0).any():
            raise EquilibriumError("trade_elasticity must be positive")
        if (self.value_added <= 0).any():
            n = int(self.value_added.argmin())
            raise EquilibriumError(f"{self.economy_name(n)} has no value added")
        world = float(self.value_added.sum())
        if abs(float(self.deficit.sum())) > BALANCE_TOLERANCE * world:
            raise EquilibriumError(
                f"deficits sum to {self.deficit.sum():g}, not to zero: {self.deficit.sum() / world:.2g} of world "
                "value added"
            )
        self._check_adding_up()

    def _check_adding_up(self) -> None:
        def refuse(what: str, total: Array, expected: Array) -> None:
            gap = np.abs(total - expected)
            if gap.max(initial=0.0) > ADDING_UP_TOLERANCE:
                where = [int(a) for a in np.unravel_index(gap.argmax(), gap.shape)]
                place = self.economy_name(where[0])
                if len(where) > 1:
                    place += f", {self.sector_name(where[1])}"
                raise EquilibriumError(f"{what} of {place} add up to {total[tuple(where)]:.9g}, not to one")

        bought = self.trade_share.sum(axis=1)
        refuse("trade shares", bought, (bought > 0).astype(np.float64))
        costs = self.value_added_share + self.input_share.sum(axis=1)
        produced = self.trade_share.max(axis=0) > 0
        refuse("cost shares", costs, np.maximum(produced, costs > 0).astype(np.float64))
        refuse(
            "consumption shares",
            self.consumption_share.sum(axis=1),
            np.ones(self.economy_count),
        )
        wanted = self.consumption_share + np.where(produced[:, None, :], self.input_share, 0.0).max(axis=2)
        lost = (wanted > 0) & (bought == 0)
        if lost.any():
            n, j = (int(a) for a in np.argwhere(lost)[0])
            raise EquilibriumError(
                f"{self.economy_name(n)} needs {self.sector_name(j)} but buys it from nobody"
            )
        if self.expenditure is not None:
            lost = (self.expenditure > 0) & (bought == 0)
            if lost.any():
                n, j = (int(a) for a in np.argwhere(lost)[0])
                raise EquilibriumError(
                    f"{self.economy_name(n)} spends on {self.sector_name(j)} but has no trade shares there"
                )

    def _rescale(self) -> None:
        """Let shares add up to rounding, so that no shock is no change to the last digits."""

        def over(values: Array, total: Array) -> Array:
            return values / np.where(total > 0, total, 1.0)

        costs = self.value_added_share + self.input_share.sum(axis=1)
        rescaled = {
            "trade_share": over(self.trade_share, self.trade_share.sum(axis=1, keepdims=True)),
            "value_added_share": over(self.value_added_share, costs),
            "input_share": over(self.input_share, costs[:, None, :]),
            "consumption_share": over(
                self.consumption_share, self.consumption_share.sum(axis=1, keepdims=True)
            ),
        }
        for name, values in rescaled.items():
            values.flags.writeable = False
            object.__setattr__(self, name, values)

    @cached_property
    def wedge(self) -> Array | None:
        """(1 + tariff_rate)(1 + rent_rate)[n, i, j], or None where both are absent."""
        if self.tariff_rate is None and self.rent_rate is None:
            return None
        wedge = np.ones_like(self.trade_share)
        if self.tariff_rate is not None:
            wedge *= 1.0 + self.tariff_rate
        if self.rent_rate is not None:
            wedge *= 1.0 + self.rent_rate
        return wedge if (wedge != 1.0).any() else None

    @cached_property
    def baseline_expenditure(self) -> Array:
        """`expenditure[n, j]` as given, or the one that shares, value added and deficits imply (money)."""
        if self.expenditure is not None:
            return self.expenditure
        expenditure = _solve_expenditure(self)
        expenditure.flags.writeable = False
        return expenditure

    @cached_property
    def baseline_output(self) -> Array:
        """Gross output `[i, j]` at prices before tariffs, money."""
        return calc_output(self.trade_share, self.wedge, self.baseline_expenditure)

    @cached_property
    def baseline_wedge_revenue(self) -> Array:
        """Tariff revenue and rents `[n]`, money."""
        return calc_wedge_revenue(self.trade_share, self.wedge, self.baseline_expenditure)

    @cached_property
    def baseline_income(self) -> Array:
        """Value added, tariff revenue and rents `[n]`, money; final spending is this plus `deficit`."""
        return self.value_added + self.baseline_wedge_revenue

    @property
    def baseline_spending(self) -> Array:
        """Final spending `[n]`, money."""
        return self.baseline_income + self.deficit


def _solve_expenditure(accounts: EquilibriumAccounts) -> Array:
    """The X that solves goods markets at unchanged wages and prices, by iteration on the (linear) equations."""
    spent = accounts.value_added + accounts.deficit
    inputs, nothing = accounts.input_share, np.zeros(accounts.economy_count)
    before = accounts.trade_share if accounts.wedge is None else accounts.trade_share / accounts.wedge
    before_by_sector = np.ascontiguousarray(before.transpose(2, 1, 0))
    kept = before.sum(axis=1)
    expenditure = accounts.consumption_share * spent[:, None]
    # The spectral radius is the largest share of inputs in output, well below one in any real table.
    for _ in range(5000):
        output = np.matmul(before_by_sector, expenditure.T[:, :, None])[:, :, 0].T
        revenue = ((accounts.trade_share.sum(axis=1) - kept) * expenditure).sum(axis=1)
        new = calc_expenditure(output, spent + revenue, nothing, inputs, accounts.consumption_share)
        gap = float(np.abs(new - expenditure).max())
        expenditure = new
        if gap <= 1e-15 * float(expenditure.max()):
            return expenditure
    raise EquilibriumError("the accounts imply no finite spending: inputs use up all output somewhere")


def accounts_from_flows(
    trade_flow: ArrayLike,
    input_use: ArrayLike,
    value_added: ArrayLike,
    trade_elasticity: ArrayLike,
    *,
    tariff_rate: ArrayLike | None = None,
    economies: tuple[str, ...] = (),
    sectors: tuple[str, ...] = (),
) -> EquilibriumAccounts:
    """Accounts of a balanced table of flows.

    - `trade_flow[i, n, j]`: sales of sector `j` of economy `i` to `n`, intermediate and final, before tariffs
      (origin first, as such tables come);
    - `input_use[n, k, j]`: input `k`, whatever its origin, used by sector `j` of `n`, at purchasers' prices
      (tariffs included);
    - `value_added[n, j]`: value added and net taxes on production of sector `j` of `n`.

    All in one unit of money. The table must balance: sales = value added + inputs by economy and sector, and
    inputs no larger than purchases; otherwise `EquilibriumError` names the worst cell. Final spending is
    what purchases leave over inputs, and `deficit` the part of it that income does not cover, exactly.
    """
    flow = np.asarray(trade_flow, dtype=np.float64)
    use = np.asarray(input_use, dtype=np.float64)
    earned = np.asarray(value_added, dtype=np.float64)
    tariff = None if tariff_rate is None else np.asarray(tariff_rate, dtype=np.float64)

    def place(where: tuple[np.intp, ...]) -> str:
        n, j = int(where[0]), int(where[1])
        return f"{economies[n] if economies else f'economy {n}'}, {sectors[j] if sectors else f'sector {j}'}"

    for name, table in (("trade_flow", flow), ("input_use", use), ("value_added", earned)):
        if not np.isfinite(table).all() or table.min() < 0:
            where = np.unravel_index(np.nan_to_num(table, nan=-np.inf).argmin(), table.shape)
            raise EquilibriumError(f"{name}{[int(a) for a in where]} is negative or not a number")
    bought = np.ascontiguousarray(flow.transpose(1, 0, 2))
    if tariff is not None:
        bought = bought * (1.0 + tariff)
    sales = flow.sum(axis=1)
    costs = earned + use.sum(axis=1)
    gap = np.abs(sales - costs)
    scale = max(float(sales.max()), 1e-300)
    allowed = BALANCE_TOLERANCE * np.maximum(sales, 1e-6 * scale)
    if (gap > allowed).any():
        where = np.unravel_index((gap / allowed).argmax(), gap.shape)
        raise EquilibriumError(
            f"{place(where)}: sales {sales[where]:.12g} differ from costs {costs[where]:.12g}"
        )
    spent = bought.sum(axis=1)
    final = spent - use.sum(axis=2)
    if (final < -BALANCE_TOLERANCE * np.maximum(spent, 1e-6 * scale)).any():
        where = np.unravel_index(final.argmin(), final.shape)
        raise EquilibriumError(f"{place(where)}: inputs exceed purchases by {-final[where]:.12g}")
    final = np.maximum(final, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(spent[:, None, :] > 0, bought / spent[:, None, :], 0.0)
        va_share = np.where(costs > 0, earned / costs, 0.0)
        input_share = np.where(costs[:, None, :] > 0, use / costs[:, None, :], 0.0)
    total = final.sum(axis=1)
    income = earned.sum(axis=1)
    revenue = np.zeros_like(income)
    if tariff is not None:
        revenue = (bought * (tariff / (1.0 + tariff))).sum(axis=(1, 2))
    deficit = total - income - revenue
    # What is left of the world sum is rounding of the table; one economy in proportion to its spending.
    deficit = deficit - deficit.sum() * total / total.sum()
    return EquilibriumAccounts(
        trade_share=share,
        consumption_share=final / total[:, None],
        value_added_share=va_share,
        input_share=input_share,
        tariff_rate=tariff,
        trade_elasticity=np.asarray(trade_elasticity, dtype=np.float64),
        value_added=income,
        deficit=deficit,
        expenditure=spent,
        economies=economies,
        sectors=sectors,
    )


def armington_accounts(
    trade_flow: ArrayLike, trade_elasticity: float, economies: tuple[str, ...] = ()
) -> EquilibriumAccounts:
    """Accounts of one sector without inputs from `trade_flow[i, n]` (origin first, own sales included)."""
    flow = np.asarray(trade_flow, dtype=np.float64)
    if flow.ndim != 2 or flow.shape[0] != flow.shape[1]:
        raise EquilibriumError(f"trade_flow must be [N, N], not {flow.shape}")
    size = flow.shape[0]
    return accounts_from_flows(
        flow[:, :, None],
        np.zeros((size, 1, 1)),
        flow.sum(axis=1)[:, None],
        [trade_elasticity],
        economies=economies,
    )
