"""Debt-carrying capacity of an economy, from ten years of five series or from signals that are known already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from samarkand.engines.debt.capacity import calc_composite_indicator, class_in_force, classify
from samarkand.priorities.finance.debt_framework import CLASSES, COMPONENTS, Framework


def composite_indicator(rules: Framework, means: Mapping[str, float]) -> float:
    """The composite indicator of means over ten years: the CPIA as a score, all else as fractions."""
    weights = [rules[f"weight_{name}"] for name in COMPONENTS]
    values = [means[name] for name in COMPONENTS]
    squared = rules["weight_reserves_squared"]
    return float(calc_composite_indicator(values, weights, means["reserves"], squared))


def means_of(rules: Framework, series: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Means of ten years, five of data and five of projection, the oldest first.

    Remittances count up to a cap, year by year. The CPIA has no projection: its last score stands for all years that
    it does not have.
    """
    years = int(rules["years_back"] + rules["years_ahead"])
    found = {}
    for name in COMPONENTS:
        values = list(series[name])
        if name == "cpia":
            values += values[-1:] * (years - len(values))
        if len(values) != years:
            raise ValueError(f"{name} has {len(values)} years, not {years}")
        if name == "remittances":
            values = [min(value, rules["remittances_cap"]) for value in values]
        found[name] = float(np.mean(values))
    return found


def signal_of(rules: Framework, indicator: float) -> str:
    """The class that one value of the composite indicator names."""
    return CLASSES[int(classify(indicator, rules["weak_below"], rules["strong_above"]))]


def capacity(signals: Sequence[str], start: str | None = None) -> str:
    """The class in force after signals, the oldest first: two in a row change it."""
    known = [CLASSES.index(word) for word in signals]
    return CLASSES[class_in_force(known, None if start is None else CLASSES.index(start))]
