"""Firms that export among the facts, by size: from a file, for trade alone does not say whose it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.world.economies.facts import Facts

FIRMS_NEED = "exports by size of firm"
SIZES = {"small": "5 to 19 employees", "medium": "20 to 99 employees", "large": "100 employees or more"}
EXPORTING, DIRECT = "exporting_firms", "direct_exports"


def firms_of(facts: Facts, economies: Sequence[str], variable: str) -> Floats:
    """`EXPORTING` or `DIRECT` as fractions of firms or of sales, `[economy, size]`; not a number where unknown."""
    values = [[facts.get(economy, f"{variable}_{size}").value for size in SIZES] for economy in economies]
    return np.array(values, dtype=float)


def has_firms(facts: Facts, economy: str | None = None) -> bool:
    """Whether exports by size of firm are known, of an economy or of any."""
    rows = facts.table["variable"].isin([f"{DIRECT}_{size}" for size in SIZES])
    if economy is not None:
        rows &= facts.table["economy"] == economy
    return bool((rows & facts.table["value"].notna()).any())
