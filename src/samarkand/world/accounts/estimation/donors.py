"""Observed economies that stand in for a missing one: nearest in income and in the sectors of GDP."""

from __future__ import annotations

import numpy as np
import pandas as pd

from samarkand.core.conventions import Floats

HOW_MANY = 8
GROUPS = ("agriculture", "industry", "services")


def features(facts: pd.DataFrame, raw_exports: pd.Series[float]) -> pd.DataFrame:
    """Traits by which economies are compared: income a head (log), sectors of GDP, raw materials exported over GDP.

    ``facts`` and ``raw_exports`` (US$ million) by economy; missing stays missing.
    """
    gdp = facts["gdp_2022"].astype(float)
    raw = raw_exports.reindex(facts.index).fillna(0.0) * 1e6
    columns: dict[str, pd.Series[float]] = {
        "income": (gdp / facts["population"].astype(float)).map(np.log),
        "size": gdp.map(np.log),
        "raw": (raw / gdp).clip(0, 1) ** 0.5,
    }
    columns |= {group: facts[f"{group}_share"].astype(float) for group in GROUPS}
    return pd.DataFrame(columns, index=facts.index)


def donor_weights(of: pd.DataFrame, among: pd.DataFrame) -> Floats:
    """Weights of the economies ``among`` for each economy ``of``, rows adding up to one.

    The `HOW_MANY` nearest, weighted by 1 / (d^2 + 0.1), with d the distance in features scaled by their spread
    among the donors; a feature that an economy lacks is left out for it. An economy is never its own donor.
    """
    spread = among.std().replace(0.0, 1.0).to_numpy()
    gap = (of.to_numpy()[:, None, :] - among.to_numpy()[None, :, :]) / spread
    distance = np.nanmean(gap**2, axis=2)
    same = of.index.to_numpy()[:, None] == among.index.to_numpy()[None, :]
    distance = np.where(same, np.inf, distance)
    cut = np.sort(distance, axis=1)[:, HOW_MANY - 1 : HOW_MANY]
    weights = np.where(distance <= cut, 1 / (distance + 0.1), 0.0)
    result: Floats = weights / weights.sum(axis=1, keepdims=True)
    return result
