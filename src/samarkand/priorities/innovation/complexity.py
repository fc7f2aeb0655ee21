"""Complexity of the sample, worked out once for a world and its assumptions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from samarkand.engines.complexity import Complexity, calc_complexity, calc_opportunities
from samarkand.engines.once import derived
from samarkand.priorities.innovation.sample import FILTERS, Sample, sample_of
from samarkand.world.assumptions import Assumptions
from samarkand.world.world import World

LEAST_GAP = 1e-3  # between the second and third eigenvalue: below it a few consignments turn the ranking
LEAST_AGREEMENT = 0.1  # correlation with diversity: below it the sign of the index is arbitrary


@dataclass(frozen=True)
class Found:
    """Complexity of a sample, with the labels of its rows and columns.

    `opportunities`: dims as `measures.rca`. `doubt`: why the index should not be relied on; empty where it may be.
    """

    sample: Sample
    economies: tuple[str, ...]
    products: tuple[str, ...]
    measures: Complexity
    opportunities: NDArray[np.bool_]
    doubt: str


@dataclass(frozen=True)
class Stability:
    """The ranking beside that of the sample without one filter: rank correlation, most places moved and by whom."""

    correlation: float
    places: int
    economy: str
    economies: int


def complexity_of(world: World, assumptions: Assumptions, without: str = "") -> Found | str:
    """Complexity of the sample (without one of `FILTERS`), or why there is none."""
    key = ("complexity", assumptions.hash, without)
    return derived(world, key, lambda: _complexity(world, assumptions, without))


def _complexity(world: World, assumptions: Assumptions, without: str) -> Found | str:
    parameters = assumptions.parameters
    sample = sample_of(world, parameters, without)
    try:
        measures = calc_complexity(sample.exports.to_numpy(float))
    except ValueError as error:
        return f"the sample of {len(sample.exports)} economies has no index: {error}"
    doubts = []
    if measures.gap < LEAST_GAP:
        doubts.append(
            f"the second and third eigenvalue are {measures.gap:.2g} apart: the order is not determined"
        )
    if measures.sign_agreement < LEAST_AGREEMENT:
        doubts.append(
            f"the index goes with diversity at {measures.sign_agreement:.2f} alone: its sign is not determined"
        )
    return Found(
        sample,
        tuple(map(str, sample.exports.index)),
        tuple(map(str, sample.exports.columns)),
        measures,
        calc_opportunities(measures, parameters["opportunity_quantile"]),
        "; ".join(doubts),
    )


def stability_of(world: World, assumptions: Assumptions) -> dict[str, Stability | str]:
    """By filter, how far the ranking moves without it; a reason where one of the two has no index."""
    found = complexity_of(world, assumptions)
    if isinstance(found, str):
        return dict.fromkeys(FILTERS, found)
    results: dict[str, Stability | str] = {}
    for one in FILTERS:
        other = complexity_of(world, assumptions, one)
        results[one] = other if isinstance(other, str) else _compare(found, other)
    return results


def _compare(found: Found, other: Found) -> Stability:
    """Spearman's rank correlation over the economies of both: that of Pearson on their places."""
    both = [
        pd.Series(one.measures.eci, list(one.economies)).reindex(found.economies).dropna()
        for one in (found, other)
    ]
    places = [one.loc[both[1].index].rank(ascending=False) for one in both]
    moved = (places[1] - places[0]).abs()
    correlation = float(np.corrcoef(places[0], places[1])[0, 1])
    return Stability(correlation, int(moved.max()), str(moved.idxmax()), len(moved))
