"""What each tenth of the people lives on, buys and pays, among the facts: from a file of the user's own.

    tenths_work       of the income of a tenth, the share that is earned in each group of sectors
    tenths_spending   of the spending of a tenth, the share that buys each group of sectors
    tenths_taxes      of the taxes that pay for a programme, the share that each tenth bears

Held as text, a row a group: `agriculture food: 0.6 0.5 ...; business public: 0.1 ...`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.world.economies.facts import Facts

TENTHS_NEED = "shares by tenth"
OF = ("work", "spending", "taxes")
TENTHS_OF = "tenths_"
ALL = "all"  # the one group of taxes
Groups = Mapping[tuple[str, ...], Floats]


@dataclass(frozen=True)
class TenthShares:
    """Shares by group of sectors, `[tenth]` from the poorest; None where the file does not say."""

    work: Groups | None
    spending: Groups | None
    taxes: Floats | None


def write_groups(groups: Groups) -> str:
    """Shares by group as the text of a fact."""
    return "; ".join(
        f"{' '.join(sectors)}: {' '.join(f'{share:.9g}' for share in shares)}"
        for sectors, shares in groups.items()
    )


def read_groups(text: str) -> Groups:
    """The text of a fact as shares by group."""
    found = {}
    for row in text.split("; "):
        sectors, _, shares = row.partition(": ")
        found[tuple(sectors.split())] = np.array(shares.split(), dtype=float)
    return found


def tenths_of(facts: Facts, economy: str) -> TenthShares | None:
    """What is known of the tenths of an economy; None where nothing is."""
    texts = [facts.get(economy, f"{TENTHS_OF}{of}").text for of in OF]
    if not any(texts):
        return None
    work, spending, taxes = (read_groups(text) if text else None for text in texts)
    return TenthShares(work, spending, None if taxes is None else next(iter(taxes.values())))


def has_tenths(facts: Facts, economy: str | None = None) -> bool:
    """Whether anything is known of the tenths of an economy, or of any."""
    rows = facts.table["variable"].isin([f"{TENTHS_OF}{of}" for of in OF])
    if economy is not None:
        rows &= facts.table["economy"] == economy
    return bool((rows & facts.table["text"].ne("")).any())
