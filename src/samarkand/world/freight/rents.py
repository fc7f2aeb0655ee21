"""What goods pay at full places whose price is a rent, by who sells them and by sector.

    paid[f, i, s] = price[f] sum over n, c of part[f, c, i, n] (amount[i, n, c] + amount[n, i, c])
                    volume[i, n, s, c] / (volume[i, n, c] + volume[n, i, c])

for place f, seller i, buyer n, sector s and class of goods c; amount: tonnes or TEU in unit loads, as the place counts
them; volume: TEU that all goods would fill. All goods of a class between two economies pay alike for a TEU, as in the
cost of their ways. That is money, whole; of it the price has put V / (V + C) into the melt, with V what goods are worth
as they leave and C the cost of their way (docs/limits.md): the accounts value goods as they leave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from samarkand.core.conventions import Floats


@dataclass(frozen=True, eq=False)
class Rent:
    """A full place whose price is a rent. price: US$ for a unit that passes; measure: what that is, `tonnes` or `teu`;
    part: of the goods between two economies that pass, [class, origin, destination], the same both ways."""

    facility: str
    title: str
    price: float
    measure: str
    part: Floats


def calc_rents(rents: Sequence[Rent], usd: Floats, volume: Floats, amounts: Mapping[str, Floats]) -> Floats:
    """US$ a year [place, origin, sector].

    usd: that goes by routes, [origin, destination, sector]; volume, amounts: of a dollar, by measure, [origin, sector,
    class].
    """
    found = np.zeros((len(rents), usd.shape[0], usd.shape[2]))
    if not rents:
        return found
    of_pair = np.einsum("ins,isc->inc", usd, volume, optimize=True)
    for f, rent in enumerate(rents):
        for_teu = rent.price * per_teu(np.einsum("ins,isc->inc", usd, amounts[rent.measure]), of_pair)
        paid = rent.part.transpose(1, 2, 0) * for_teu  # for a TEU, [origin, destination, class]
        found[f] = np.einsum("ins,isc,inc->is", usd, volume, paid, optimize=True)
    return found


def per_teu(amount: Floats, volume: Floats) -> Floats:
    """Units in a TEU of what goes between two economies, both ways together, [origin, destination, class]."""
    both, filled = (one + one.transpose(1, 0, 2) for one in (amount, volume))
    found: Floats = np.divide(both, filled, out=np.zeros_like(both), where=filled > 0)
    return found
