"""A shock: everything that may differ between the baseline and the counterfactual.

Axes as in `equations`: `[n, i, j]` is buyer, seller, sector.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike

from samarkand.engines.equilibrium.accounts import ADDING_UP_TOLERANCE, BALANCE_TOLERANCE, EquilibriumAccounts
from samarkand.engines.equilibrium.equations import Array
from samarkand.engines.equilibrium.errors import EquilibriumError
from samarkand.engines.equilibrium.labelled import Labels, fits, is_labelled, plain

PAIR, PAIR_AND_SECTOR = ("destination", "origin"), ("destination", "origin", "sector")
DIMS = {
    "iceberg_hat": (PAIR_AND_SECTOR, PAIR), "tariff_rate": (PAIR_AND_SECTOR,),
    "non_tariff_hat": (PAIR_AND_SECTOR, PAIR), "productivity_hat": (("economy", "sector"), ("economy",)),
    "labour_hat": (("economy",),), "tax_rate": (("economy",),), "lump_sum_tax": (("economy",),),
    "public_basket": (("economy", "sector"),), "transfer": (("economy",),), "deficit": (("economy",),),
    "carriage_rate": (("economy", "sector"),),
}  # fmt: skip
HUNDREDFOLD = 1e-6  # within which a rate is a hundred times another


@dataclass(frozen=True, eq=False)
class Shock:
    """Changes of the baseline. Every field left None stays as in the baseline.

    - `iceberg_hat[n, i]` or `[n, i, j]`: real cost of moving goods from `i` to `n`, as a ratio.
    - `tariff_rate[n, i, j]`: the new rates.
    - `non_tariff_hat[n, i]` or `[n, i, j]`: ratio of the cost wedge of non-tariff barriers. If
      `non_tariff_burns` it uses up resources like an iceberg cost; otherwise it is a rent of the buying
      economy, and can fall only as far as the baseline's `rent_rate` allows.
    - `productivity_hat[n]` or `[n, j]`: total factor productivity; unit costs are divided by it.
    - `labour_hat[n]`: endowment of the primary factor.
    - `tax_rate[n]`: tax on value added (a fraction of it); `lump_sum_tax[n]`: money of the numeraire. Both
      leave private income and buy `public_basket[n, j]` (shares; None: the economy's own consumption basket)
      from domestic and foreign sellers like any final spending. So they absorb resources, and only the income
      that is left buys welfare: what the purchases are good for is the other shocks' business.
    - `transfer[n]`: received from other economies, money of the numeraire, sums to zero.
    - `deficit[n]`: new balances in place of the baseline's, money of the numeraire, sum to zero.
    - `carriage_rate[i, j]`: of what buyers pay for goods of `i`, what carriers keep over what is left to `i`. Prices to
      buyers stay as they are: that part of the cost of moving goods is money and uses up nothing. As long as no
      transfer hands it on, buyers keep it (`carriage`).

    Any of them may be labelled (`labelled`): pairs by destination, origin and sector, the others by economy and sector,
    in whatever order; they are aligned with the names of the accounts when they are solved.
    """

    iceberg_hat: Array | None = None
    tariff_rate: Array | None = None
    non_tariff_hat: Array | None = None
    non_tariff_burns: bool = True
    productivity_hat: Array | None = None
    labour_hat: Array | None = None
    tax_rate: Array | None = None
    lump_sum_tax: Array | None = None
    public_basket: Array | None = None
    transfer: Array | None = None
    deficit: Array | None = None
    carriage_rate: Array | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "non_tariff_burns" and value is not None and not is_labelled(value):
                array = np.ascontiguousarray(value, dtype=np.float64)
                object.__setattr__(self, field.name, array)

    @classmethod
    def from_partial_effect(cls, effect: ArrayLike, trade_elasticity: float) -> Shock:
        """The shock that multiplies trade `[n, i]` by exp(effect) at given incomes and price indices, for one sector.

        iceberg_hat = exp(-effect / trade_elasticity): a gravity coefficient (of an agreement, say) times the change of
        its variable goes in as it was estimated.
        """
        return cls(iceberg_hat=np.exp(-np.asarray(effect, dtype=np.float64) / trade_elasticity))

    def aligned(self, accounts: EquilibriumAccounts) -> Shock:
        """The shock with plain arrays in the order of the accounts. Raises `EquilibriumError` for other labels."""
        labelled = {
            field.name: value
            for field in fields(self)
            if field.name != "non_tariff_burns" and is_labelled(value := getattr(self, field.name))
        }
        if not labelled:
            return self
        if not accounts.economies:
            raise EquilibriumError(
                f"shock: {next(iter(labelled))} is labelled and the accounts have no names. Give them economies and "
                "sectors"
            )
        labels = Labels(accounts.economies, accounts.sectors)
        arrays = {
            name: plain(f"shock: {name}", value, fits(value, DIMS[name]), labels)
            for name, value in labelled.items()
        }
        return replace(self, **arrays)  # type: ignore[arg-type]

    def check(self, accounts: EquilibriumAccounts) -> None:
        """Raise `EquilibriumError` unless shapes, signs and adding-up fit `accounts`."""
        N, J = accounts.economy_count, accounts.sector_count
        pair = ((N, N), (N, N, J))
        shapes: dict[str, tuple[tuple[int, ...], ...]] = {
            "iceberg_hat": pair,
            "tariff_rate": ((N, N, J),),
            "non_tariff_hat": pair,
            "productivity_hat": ((N,), (N, J)),
            "labour_hat": ((N,),),
            "tax_rate": ((N,),),
            "lump_sum_tax": ((N,),),
            "public_basket": ((N, J),),
            "transfer": ((N,),),
            "deficit": ((N,),),
            "carriage_rate": ((N, J),),
        }
        world = float(accounts.value_added.sum())
        for name, allowed in shapes.items():
            value = getattr(self, name)
            if value is None:
                continue
            if value.shape not in allowed:
                expected = " or ".join(map(str, allowed))
                raise EquilibriumError(f"shock: {name} must have the shape {expected}, not {value.shape}")
            low, high = float(value.min()), float(value.max())
            if not np.isfinite(low + high):
                where = [int(a) for a in np.argwhere(~np.isfinite(value))[0]]
                raise EquilibriumError(f"shock: {name}{where} is not a finite number")
            if name.endswith("_hat") and low <= 0.0:
                where = [int(a) for a in np.unravel_index(value.argmin(), value.shape)]
                raise EquilibriumError(f"shock: {name}{where} = {low:g}; a ratio must be positive")
            if name == "tariff_rate":
                self._check_tariffs(accounts, value)
            if name == "tax_rate" and not (low >= 0.0 and high < 1.0):
                raise EquilibriumError("shock: tax_rate must be a fraction, at least 0 and below 1")
            if name == "carriage_rate" and low <= -1.0:
                raise EquilibriumError("shock: a carriage_rate must be above -1")
            if name in ("lump_sum_tax", "public_basket") and low < 0.0:
                raise EquilibriumError(f"shock: {name} must not be negative")
            if name in ("transfer", "deficit") and abs(float(value.sum())) > BALANCE_TOLERANCE * world:
                raise EquilibriumError(f"shock: {name} sums to {value.sum():g}, not to zero")
        if self.public_basket is not None:
            gap = np.abs(self.public_basket.sum(axis=1) - 1.0)
            if gap.max() > ADDING_UP_TOLERANCE:
                raise EquilibriumError(
                    f"shock: public_basket of {accounts.economy_name(int(gap.argmax()))} must add up to one"
                )
            lost = (self.public_basket > 0) & (accounts.trade_share.sum(axis=1) == 0)
            if lost.any():
                n, j = (int(a) for a in np.argwhere(lost)[0])
                raise EquilibriumError(
                    f"shock: {accounts.economy_name(n)} would buy {accounts.sector_name(j)} without trade shares"
                )
        if self.non_tariff_hat is not None and not self.non_tariff_burns:
            rent = self.new_rent_rate(accounts)
            if rent is not None and float(rent.min()) < -1e-12:
                n, i, j = (int(a) for a in np.unravel_index(rent.argmin(), rent.shape))
                raise EquilibriumError(
                    f"shock: the barrier of {accounts.economy_name(n)} against {accounts.economy_name(i)} in "
                    f"{accounts.sector_name(j)} burns no resources and would fall below the rents in the baseline; "
                    "give the baseline's rent_rate"
                )

    @staticmethod
    def _check_tariffs(accounts: EquilibriumAccounts, rate: Array) -> None:
        """Rates above -1, none on own sales, and not the baseline's table in per cent."""
        if float(rate.min()) <= -1.0:
            raise EquilibriumError("shock: a tariff_rate must be above -1")
        accounts.refuse_own_tariffs(rate, "shock: ")
        before = accounts.tariff_rate
        charged = None if before is None else before > 0
        if before is None or charged is None or not charged.any():
            return
        hundredfold = np.abs(rate[charged] / (100.0 * before[charged]) - 1.0) < HUNDREDFOLD
        if hundredfold.mean() > 0.5:
            raise EquilibriumError(
                f"shock: tariff_rate is a hundred times the baseline's in {hundredfold.mean():.0%} of its rates: it "
                "looks like per cent. Give fractions: 0.05 for 5 %"
            )

    def new_rent_rate(self, accounts: EquilibriumAccounts) -> Array | None:
        """`rent_rate[n, i, j]` in the counterfactual, a fraction, or None."""
        if self.non_tariff_hat is None or self.non_tariff_burns:
            return accounts.rent_rate
        hat = self.non_tariff_hat if self.non_tariff_hat.ndim == 3 else self.non_tariff_hat[:, :, None]
        if accounts.rent_rate is None:
            return np.broadcast_to(hat, accounts.trade_share.shape) - 1.0
        return (1.0 + accounts.rent_rate) * hat - 1.0

    def new_wedge(self, accounts: EquilibriumAccounts) -> Array | None:
        """(1 + tariff_rate)(1 + rent_rate)(1 + carriage_rate)[n, i, j] in the counterfactual; None: all one."""
        border = self._wedge_at_borders(accounts)
        if self.carriage_rate is None:
            return border
        wedge = np.ones_like(accounts.trade_share) if border is None else border.copy()
        wedge *= 1.0 + self.carriage_rate
        return wedge

    def _wedge_at_borders(self, accounts: EquilibriumAccounts) -> Array | None:
        moves_rents = self.non_tariff_hat is not None and not self.non_tariff_burns
        if self.tariff_rate is None and not moves_rents:
            return accounts.wedge
        tariff = accounts.tariff_rate if self.tariff_rate is None else self.tariff_rate
        rent = self.new_rent_rate(accounts)
        factors = [1.0 + rate for rate in (tariff, rent) if rate is not None]
        if not factors:
            return None
        wedge: Array = factors[0] if len(factors) == 1 else factors[0] * factors[1]
        return wedge if (wedge != 1.0).any() else None

    @property
    def burnt(self) -> tuple[Array, ...]:
        """Parts of trade costs that use up resources, `[n, i]`, `[n, i, j]` or `[1, i, j]`."""
        keep = None if self.carriage_rate is None else 1.0 / (1.0 + self.carriage_rate)[None]
        parts = (self.iceberg_hat, self.non_tariff_hat if self.non_tariff_burns else None, keep)
        return tuple(part for part in parts if part is not None)

    def trade_cost_hat(self, accounts: EquilibriumAccounts) -> Array:
        """kappa_hat[n, i, j] = iceberg_hat * non_tariff_hat * (1 + new tariff_rate) / (1 + tariff_rate)."""
        hat = np.ones_like(accounts.trade_share)
        for part in self.burnt:
            hat *= part if part.ndim == 3 else part[:, :, None]
        new, old = self.new_wedge(accounts), accounts.wedge
        if new is not None:
            hat *= new
        if old is not None:
            hat /= old
        return hat
