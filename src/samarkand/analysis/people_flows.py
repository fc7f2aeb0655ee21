"""What visas, flights, languages, scholarships or culture do to journeys, from a user's own panel of people.

The model is that of `analysis.panels`, with people as what is counted. What a measure does to flows is
`exp(beta) - 1` for a unit of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from samarkand.analysis.panels import Clusters, Gravity, Names, estimate_gravity


def estimate_people_flows(
    panel: pd.DataFrame,
    measures: Sequence[str],
    *,
    people: str = "people",
    origin: str = "origin",
    destination: str = "destination",
    year: str = "year",
    pair_effects: bool = True,
    cluster: Clusters = "pair",
) -> Gravity:
    """Effects of measures on people who travel, study or work abroad, from a panel of flows.

    Parameters
    ----------
    panel
        One row an origin, destination (ISO3) and year, both ways of a pair, every year of it, zeros included.
    measures
        Columns: 1 where a visa is needed, a direct flight flies, a language is shared; or a size (places, events).
    people, origin, destination, year
        Names of its columns.
    pair_effects
        False where a measure never changes within a pair (a language), for which effects of pairs leave nothing.
    cluster
        Groups within which errors may be alike.

    Raises
    ------
    Faults
        With everything that is wrong with the panel.
    ImportError
        Without the extra `estimate`.
    """
    names = Names(people, origin, destination, year)
    return estimate_gravity(panel, measures, names, pair_effects=pair_effects, cluster=cluster)
