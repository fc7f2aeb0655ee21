"""Persons employed by sector among the facts: from a file, for value added does not say how many people earn it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.world.economies.facts import Facts, fact_variables

EMPLOYMENT_NEED = "employment by sector"
EMPLOYMENT = "employment_"


def employment_of(facts: Facts, economies: Sequence[str], sectors: Sequence[str]) -> Floats:
    """Persons `[economy, sector]`; not a number for all sectors of an economy of which one is not known."""
    found = np.full((len(economies), len(sectors)), np.nan)
    if not has_employment(facts):
        return found
    for n, economy in enumerate(economies):
        values = [facts.get(economy, f"{EMPLOYMENT}{sector}").value for sector in sectors]
        if None not in values:
            found[n] = values
    return found


def has_employment(facts: Facts, economy: str | None = None) -> bool:
    """Whether employment by sector is known, of an economy or of any."""
    rows = facts.table["variable"].isin([name for name in fact_variables() if name.startswith(EMPLOYMENT)])
    if economy is not None:
        rows &= facts.table["economy"] == economy
    return bool((rows & facts.table["value"].notna()).any())
