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
MOST_ROUNDS = (
    50_000  # of the search for the spending that shares imply: enough where inputs are 0.999 of output
)
ROUNDING = 1e-12  # a change of spending, relative to the largest, that no longer falls: rounding of its sums


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
        self._check_tariffs()
        self._check_own_sales()
        world = float(self.value_added.sum())
        if abs(float(self.deficit.sum())) > BALANCE_TOLERANCE * world:
            raise EquilibriumError(
                f"deficits sum to {self.deficit.sum():g}, not to zero: {self.deficit.sum() / world:.2g} of world "
                "value added"
            )
        self._check_adding_up()

    def _check_tariffs(self) -> None:
        """Own sales bear no tariff; rates whose median is above 100 % are per cent, not fractions."""
        if self.tariff_rate is None:
            return
        self.refuse_own_tariffs(self.tariff_rate)
        charged = self.tariff_rate[self.tariff_rate > 0]
        if charged.size and float(np.median(charged)) > 1.0:
            raise EquilibriumError(
                f"tariff_rate has a median of {np.median(charged):g}, which is {np.median(charged):.0%}: it looks like "
                "per cent. Give fractions: 0.05 for 5 %"
            )

    def refuse_own_tariffs(self, rate: Array, where: str = "") -> None:
        """Raise `EquilibriumError` for a tariff on own sales; `where` begins the message."""
        own = np.einsum("nnj->nj", rate)
        if own.any():
            n, j = (int(a) for a in np.argwhere(own != 0)[0])
            raise EquilibriumError(
                f"{where}tariff_rate of {self.economy_name(n)} on its own {self.sector_name(j)} is {own[n, j]:g}: own "
                "sales bear no tariff. Set it to zero; a tax on sales at home is no tariff",
                economy=self.economy_name(n),
                sector=self.sector_name(j),
            )

    @property
    def without_own_sales(self) -> tuple[str, ...]:
        """Economies that sell nothing at home in any sector: rare, and mostly a gap in a table."""
        own = np.einsum("nnj->nj", self.trade_share).max(axis=1)
        return tuple(self.economy_name(int(n)) for n in np.flatnonzero(own == 0))

    def _check_own_sales(self) -> None:
        """Tables of trade between economies leave own sales out: then most economies have none."""
        without = self.without_own_sales
        if 2 * len(without) > self.economy_count > 1:
            more = f" and {len(without) - 5} more" if len(without) > 5 else ""
            raise EquilibriumError(
                f"{', '.join(without[:5])}{more} sell nothing to themselves in any sector. Tables of trade between "
                "economies leave own sales out; without them no import could be replaced at home, and gains come out "
                "many times too large. Put output less exports on the diagonal of the flows",
                economy=without[0],
            )

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
        silent = self.consumption_share.sum(axis=1) == 0
        if silent.any():
            name = self.economy_name(int(silent.argmax()))
            raise EquilibriumError(
                f"{name} buys nothing for final use: its inputs are all that it buys. Leave it out, or give what it "
                "consumes",
                economy=name,
            )
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
    # The spectral radius is below the largest share of inputs in output, well below one in any real table.
    last = np.inf
    for _ in range(MOST_ROUNDS):
        output = np.matmul(before_by_sector, expenditure.T[:, :, None])[:, :, 0].T
        revenue = ((accounts.trade_share.sum(axis=1) - kept) * expenditure).sum(axis=1)
        new = calc_expenditure(output, spent + revenue, nothing, inputs, accounts.consumption_share)
        gap = float(np.abs(new - expenditure).max())
        expenditure = new
        size = float(expenditure.max())
        if gap <= 1e-15 * size or (gap >= last and gap <= ROUNDING * size):
            return expenditure
        if not np.isfinite(size) or size > 1e12 * float(spent.sum()):
            break  # it grows without bound
        last = gap
    used = np.where(accounts.trade_share.max(axis=0) > 0, 1.0 - accounts.value_added_share, 0.0)
    n, j = (int(a) for a in np.unravel_index(used.argmax(), used.shape))
    place = f"{accounts.economy_name(n)}, {accounts.sector_name(j)}"
    if not np.isfinite(size) or gap >= last:
        raise EquilibriumError(
            "the accounts imply no finite spending: inputs use up all output. They are "
            f"{used[n, j]:.6f} of the output of {place}",
            economy=accounts.economy_name(n),
            sector=accounts.sector_name(j),
        )
    raise EquilibriumError(
        f"the spending that the accounts imply was not found in {MOST_ROUNDS:,} rounds (it still changes by "
        f"{gap / size:.1g}): inputs are {used[n, j]:.6f} of the output of {place}. Give `expenditure`",
        economy=accounts.economy_name(n),
        sector=accounts.sector_name(j),
    )
