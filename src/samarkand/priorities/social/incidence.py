"""Who gains: the change of real income of each tenth of the people, where shares by tenth are known.

    nominal   y_d = Y^ w_d / sum_k s_k w_k          w_d = sum_g work[d, g] V^[g]
    taxes     t_d = taxes[d] T / (s_d Y0)           in proportion to income where they are not given
    prices    P_d = exp(sum_g spending[d, g] ln P^[g])     those of the accounts where they are not given
    real      x_d = (y_d - t_d) / P_d - 1

`V^`: value added of a group of sectors, `Y^`: spending before taxes, `P^`: prices, with over without; `s_d`: share of
income. Who works in a sector earns what it earns: nobody moves. Where all move freely wages change alike, and
differences by wages vanish: those by prices and taxes stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.engines.equilibrium import Solution
from samarkand.priorities.social.distribution import BOUNDS, Distribution
from samarkand.priorities.timeline import Timeline
from samarkand.state import State
from samarkand.world.economies.tenths import Groups, TenthShares, tenths_of

CHANNELS = {
    "together": "together", "by wages": "by_wages", "by prices": "by_prices", "by taxes": "by_taxes",
    "together, where labour moves freely": "labour_moves",
}  # fmt: skip


@dataclass(frozen=True)
class Incidence:
    """Changes of real income by tenth, fractions `[tenth]`: together, and what each channel adds to the mean.

    `labour_moves`: together where wages change alike.
    """

    shares: Floats
    together: Floats
    labour_moves: Floats
    by_wages: Floats
    by_prices: Floats
    by_taxes: Floats

    @property
    def deviation(self) -> Floats:
        """Of each tenth from the mean over all income."""
        found: Floats = self.together - (self.shares * self.together).sum()
        return found


def calc_shares_of_tenths(one: Distribution) -> Floats:
    """What each tenth has of all income, by its Lorenz curve."""
    return np.diff(np.r_[0.0, one.curve.share(BOUNDS[1:-1]), 1.0])


def incidence_by_year(timeline: Timeline, economy: str, one: Distribution) -> list[Incidence] | None:
    """Of the state in force at the end of each year asked about; None where nothing is known of the tenths."""
    shares = calc_shares_of_tenths(one)
    found = [incidence_of(timeline.states[year], economy, shares) for year in timeline.years]
    known = [of_year for of_year in found if of_year is not None]
    return known or None


def incidence_of(state: State, economy: str, shares: Floats) -> Incidence | None:
    """In a state, as paid for; None where nothing is known of the tenths of the economy."""
    found = tenths_of(state.world.fact_table, economy)
    if found is None or economy not in state.world.labels:
        return None
    return calc_incidence(state.without, state.with_, state.world.labels.index(economy),
                          state.world.accounts.sectors, found, shares)  # fmt: skip


def calc_incidence(
    without: Solution, with_: Solution, n: int, sectors: tuple[str, ...], tenths: TenthShares, shares: Floats
) -> Incidence:
    """See the module; `n`: number of the economy, `shares`: of income by tenth, sum one."""

    def groups(of: Groups, values: Floats, weight: Floats) -> Floats:
        """sum over groups of share x mean of the values, by weight, over the sectors of the group: `[tenth]`."""
        total = np.zeros(len(shares))
        for names, part in of.items():
            rows = [sectors.index(name) for name in names]
            inside = weight[rows].sum()
            mean = values[rows].mean() if inside <= 0 else (weight[rows] * values[rows]).sum() / inside
            total += part * mean
        return total

    def spent(solution: Solution) -> float:
        return float((solution.private_spending + solution.tax)[n])

    # Where labour stays, value added grows as gross output: its share in a sector's cost does not change.
    added = without.accounts.value_added_share[n] * without.output[n]
    grown = np.divide(
        with_.output[n], without.output[n], out=np.ones(len(sectors)), where=without.output[n] > 0
    )
    dearer = np.log(with_.price_hat[n] / without.price_hat[n])
    bought = without.accounts.consumption_share[n]
    alike = np.ones(len(shares))
    earned = alike if tenths.work is None else groups(tenths.work, grown, added)
    nominal = spent(with_) / spent(without)
    stays, moves = nominal * earned / (shares * earned).sum(), nominal * alike
    paid = float((with_.tax - without.tax)[n]) / spent(without)
    even = paid * alike
    taxes = even if tenths.taxes is None else paid * tenths.taxes / shares
    overall = np.exp((bought * dearer).sum())
    prices = alike * overall if tenths.spending is None else np.exp(groups(tenths.spending, dearer, bought))
    mean = (nominal - paid) / overall - 1.0
    return Incidence(
        shares,
        (stays - taxes) / prices - 1.0,
        (moves - taxes) / prices - 1.0,
        (stays - even) / overall - 1.0 - mean,
        (moves - even) / prices - 1.0 - mean,
        (moves - taxes) / overall - 1.0 - mean,
    )
