"""What brings researchers of two economies together, from a user's own panel of joint work.

Joint publications, patents or projects have no direction: a pair has one row a year. The model is that of
`analysis.panels`: both economies have effects by year (how much research they do), the pair has one where measures
change, and each measure its own. In a logarithm, as of distance or hours, a coefficient is an elasticity.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from samarkand.analysis.panels import Gravity, Names, estimate_gravity


def estimate_collaboration(
    panel: pd.DataFrame,
    measures: Sequence[str],
    *,
    works: str = "works",
    economy: str = "economy",
    partner: str = "partner",
    year: str = "year",
    pair_effects: bool = True,
) -> Gravity:
    """Effects of measures on joint works of two economies, with errors clustered by pairs.

    Parameters
    ----------
    panel
        One row a pair of economies (ISO3, the same one first in every year) and year, every year, zeros included.
    measures
        Columns: 1 where a joint laboratory, an agreement, a common language is there; or a size, as the logarithm of
        hours between them.
    works, economy, partner, year
        Names of its columns.
    pair_effects
        False where a measure never changes within a pair (distance, a language), for which they leave nothing.

    Raises
    ------
    Faults
        With everything that is wrong with the panel.
    ImportError
        Without the extra `estimate`.
    """
    names = Names(works, economy, partner, year)
    return estimate_gravity(panel, measures, names, pair_effects=pair_effects, one_row=True)
