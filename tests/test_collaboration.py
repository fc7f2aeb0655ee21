"""Research collaboration on a user's panel: planted effects of a gravity without direction, and panels that fail."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from samarkand.analysis import estimate_collaboration
from samarkand.core.faults import Faults

pytest.importorskip("pyfixest", reason="the extra `estimate` is not installed")

CODES = ["CHN", "DEU", "FRA", "IND", "ITA", "KAZ", "KGZ", "POL", "RUS", "TUR", "UZB", "VNM"]
LABORATORY, DISTANCE = 0.4, -0.7


def simulated(seed, noise=0.0, years=6):
    """Joint works of each pair: both sizes by year, a laboratory that comes and goes, and the distance."""
    draw = np.random.default_rng(seed)
    size = draw.normal(3, 1, (len(CODES), years))
    rows = []
    for i, n in combinations(range(len(CODES)), 2):
        distance = draw.normal(8, 0.6)
        for t in range(years):
            laboratory = float(draw.uniform() < 0.4)
            works = np.exp(size[i, t] + size[n, t] + LABORATORY * laboratory + DISTANCE * distance)
            if noise:
                works *= draw.gamma(1 / noise**2, noise**2)
            rows.append((CODES[i], CODES[n], 2015 + t, works, laboratory, distance))
    columns = ["economy", "partner", "year", "works", "laboratory", "log_distance"]
    return pd.DataFrame(rows, columns=columns)


def test_an_exact_panel_gives_the_planted_effects():
    found = estimate_collaboration(simulated(1), ["laboratory"])
    assert found["laboratory"].coefficient == pytest.approx(LABORATORY, abs=1e-6)
    both = estimate_collaboration(simulated(1), ["laboratory", "log_distance"], pair_effects=False)
    assert both["log_distance"].coefficient == pytest.approx(DISTANCE, abs=1e-6)
    assert (both.rows, both.observations, both.clusters) == (66 * 6, 66 * 6, 66)  # each pair counts once


@pytest.mark.parametrize("seed", range(3))
def test_planted_effects_are_within_three_standard_errors(seed):
    """Noise of half the mean; of three draws a normal law puts none beyond three errors in 99 of 100 cases."""
    found = estimate_collaboration(simulated(seed, 0.5), ["laboratory"])["laboratory"]
    assert abs(found.coefficient - LABORATORY) < 3 * found.standard_error
    assert 0 < found.standard_error < 0.2


def test_which_economy_stands_first_does_not_matter():
    panel = simulated(2, 0.3)
    turned = panel.rename(columns={"economy": "partner", "partner": "economy"})
    one, other = (estimate_collaboration(each, ["laboratory"])["laboratory"] for each in (panel, turned))
    assert one.coefficient == pytest.approx(other.coefficient, abs=1e-9)
    assert one.standard_error == pytest.approx(other.standard_error, rel=1e-6)


def test_everything_that_is_wrong_with_a_panel_is_told_at_once():
    panel = simulated(1)
    back = panel.iloc[[0]].rename(columns={"economy": "partner", "partner": "economy"})
    bad = pd.concat([panel.iloc[1:], back, back], ignore_index=True)
    bad.loc[3, "economy"] = "XXX"
    with pytest.raises(Faults) as raised:
        estimate_collaboration(bad, ["laboratory"])
    told = str(raised.value)
    for words in ("both ways", "'XXX' is not the ISO3 code", "has already", "lacks years"):
        assert words in told, words


def test_a_measure_that_never_changes_is_told():
    with pytest.raises(Faults, match="no variation in log_distance"):
        estimate_collaboration(simulated(1), ["log_distance"])
