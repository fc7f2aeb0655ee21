"""Spending on research and development among the facts: from a file, for none is embedded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.world.economies.facts import Facts

RESEARCH_NEED = "research spending"
RESEARCH = "research_spending_share"


def research_of(facts: Facts, economies: Sequence[str]) -> Floats:
    """Spending on research, US$ a year by economy: its share of output times output; not a number where one is not
    known."""
    values = [[facts.get(code, name).value for code in economies] for name in (RESEARCH, "gdp")]
    share, output = np.array(values, dtype=float)
    found: Floats = share * output
    return found


def has_research(facts: Facts, economy: str | None = None) -> bool:
    """Whether spending on research is known, of an economy or of any."""
    rows = (facts.table["variable"] == RESEARCH) & facts.table["value"].notna()
    if economy is not None:
        rows &= facts.table["economy"] == economy
    return bool(rows.any())
