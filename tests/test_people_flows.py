"""Effects on flows of people: panels simulated from known ones, separation, and panels that do not hold together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, norm

from samarkand.analysis.people_flows import estimate_people_flows
from samarkand.core.faults import Faults
from samarkand.engines import clustered_errors
from samarkand.engines.clustered_errors import calc_clustered_errors
from samarkand.engines.ppml import group_numbers
from soaking import cases

pytest.importorskip("pyfixest", reason="the extra `estimate` is not installed")

CODES = np.array(["CHN", "DEU", "FRA", "IND", "ITA", "KAZ", "KGZ", "POL", "RUS", "TUR", "UZB", "VNM"])
VISA, FLIGHT, LANGUAGE = -0.6, 0.3, 0.8


def simulated(seed, noise, economies=12, years=5):
    """Flows with effects of origins and destinations by year and of pairs; visas and flights come and go."""
    draw = np.random.default_rng(seed)
    shape = (economies, economies, years)
    visa = (draw.uniform(size=shape) < 0.5).astype(float)
    flight = (draw.uniform(size=shape) < 0.4).astype(float)
    group = draw.integers(0, 3, economies)
    language = np.broadcast_to((group[:, None] == group)[:, :, None], shape).astype(float)
    log_people = (
        5.0 + draw.normal(0, 1, (economies, 1, years)) + draw.normal(0, 1, (1, economies, years))
        + VISA * visa + FLIGHT * flight + LANGUAGE * language
    )  # fmt: skip
    people = np.exp(log_people)
    if noise:
        people = people * draw.gamma(1 / noise**2, noise**2, shape)
    origin, destination, year = (index.ravel() for index in np.indices(shape))
    panel = pd.DataFrame(
        {
            "origin": CODES[origin], "destination": CODES[destination], "year": 2015 + year,
            "people": people.ravel(), "visa": visa.ravel(), "flight": flight.ravel(), "language": language.ravel(),
        }
    )  # fmt: skip
    return panel[panel["origin"] != panel["destination"]].reset_index(drop=True)


def test_an_exact_panel_gives_the_exact_effects():
    found = estimate_people_flows(simulated(1, 0.0), ["visa", "flight"])
    assert found["visa"].coefficient == pytest.approx(VISA, abs=1e-6)
    assert found["flight"].effect == pytest.approx(np.expm1(FLIGHT), abs=1e-6)
    without_pairs = estimate_people_flows(
        simulated(1, 0.0), ["visa", "flight", "language"], pair_effects=False
    )
    assert without_pairs["language"].coefficient == pytest.approx(LANGUAGE, abs=1e-6)


def distances(panel):
    """From the planted effects, in standard errors."""
    found = estimate_people_flows(panel, ["visa", "flight"])
    planted = {"visa": VISA, "flight": FLIGHT}
    return [abs(found[name].coefficient - one) / found[name].standard_error for name, one in planted.items()]


@pytest.mark.parametrize("seed", range(4))
def test_planted_effects_are_within_two_standard_errors(seed):
    """Noise of half the mean."""
    assert max(distances(simulated(seed, 0.5))) < 2


@pytest.mark.soak
def test_two_standard_errors_hold_as_many_effects_as_they_should():
    """Variance 30 times the mean. 95.45 % of distances are within two errors of a normal law: a binomial count, whose
    band has a chance of one in a thousand to be left. Without the correction of the errors it was 89 %."""
    within = []
    for seed in cases(150):
        panel = simulated(seed, 0.0)
        draw = np.random.default_rng(10_000 + seed)
        panel["people"] = draw.gamma(panel["people"] / 30.0, 30.0)
        within += [one < 2 for one in distances(panel)]
    low, high = binom.interval(0.999, len(within), norm.cdf(2) - norm.cdf(-2))
    assert low <= sum(within) <= high


@pytest.mark.parametrize("by", ["pair", "origin", "destination"])
def test_errors_and_freedom_are_those_of_the_whole_matrix(by):
    """Five economies: all dummies in one dense matrix, by the formulas of Pustejovsky & Tipton (2018)."""
    panel = simulated(7, 0.5, economies=5, years=4)
    groups = [group_numbers(panel, "origin", "year"), group_numbers(panel, "destination", "year")]
    groups.append(group_numbers(panel, "origin", "destination"))
    cluster = groups[2] if by == "pair" else group_numbers(panel, by)
    people, fitted = panel["people"].to_numpy(), np.exp(np.random.default_rng(1).normal(5, 1, len(panel)))
    variables = [panel[name].to_numpy() for name in ("visa", "flight")]
    found = calc_clustered_errors(people, fitted, variables, groups, cluster)
    design = np.column_stack([*variables, *(one[:, None] == np.unique(one) for one in groups)])
    root = np.sqrt(fitted)
    weighted = design * root[:, None]
    inverse = np.linalg.pinv(weighted.T @ weighted, rcond=1e-12)
    left = np.eye(len(people)) - weighted @ inverse @ weighted.T
    adjusted = np.zeros((len(people), len(set(cluster)), 2))
    for g, code in enumerate(np.unique(cluster)):
        rows = np.flatnonzero(cluster == code)
        values, vectors = np.linalg.eigh(left[np.ix_(rows, rows)])
        kept = values > 1e-6
        inverse_root = vectors[:, kept] / np.sqrt(values[kept]) @ vectors[:, kept].T
        adjusted[rows, g] = inverse_root @ (weighted @ inverse)[rows, :2]
    for k in range(2):
        p = adjusted[:, :, k]
        assert found.standard_error[k] == pytest.approx(np.sqrt((((people - fitted) / root @ p) ** 2).sum()))
        between = p.T @ left @ p
        assert found.freedom[k] == pytest.approx(np.trace(between) ** 2 / (between**2).sum(), rel=1e-6)


def test_a_panel_too_large_for_the_correction_says_so(monkeypatch):
    monkeypatch.setattr(clustered_errors, "MOST_COLUMNS", 10)
    found = estimate_people_flows(simulated(1, 0.5), ["visa"])
    assert not found.corrected
    assert str(found).endswith(
        "somewhat too small, for the panel is too large to free them of the bias of its effects"
    )
    monkeypatch.undo()
    other = estimate_people_flows(simulated(1, 0.5), ["visa"])
    assert other.corrected
    assert other["visa"].standard_error > found["visa"].standard_error


def test_separation_is_reported():
    """Nobody ever travels from Kazakhstan to Poland: the effect of the pair predicts it perfectly."""
    panel = simulated(2, 0.3)
    nobody = (panel["origin"] == "KAZ") & (panel["destination"] == "POL")
    panel.loc[nobody, "people"] = 0.0
    found = estimate_people_flows(panel, ["visa"])
    assert found.separated == int(nobody.sum()) == 5
    assert found.observations == len(panel) - 5
    assert "5 separated" in str(found)


def test_the_effect_as_evidence_has_its_interval():
    found = estimate_people_flows(simulated(3, 0.3), ["visa"])["visa"]
    evidence = found.evidence("a panel")
    assert (evidence.low, evidence.value, evidence.high) == (found.low, found.effect, found.high)


def refused(panel, measures=("visa",), **options):
    with pytest.raises(Faults) as raised:
        estimate_people_flows(panel, list(measures), **options)
    return str(raised.value)


def test_bad_panels_are_refused_with_all_faults_at_once():
    panel = simulated(4, 0.3)
    wrong = pd.concat([panel, panel.iloc[[0]]], ignore_index=True)
    wrong = wrong[~((wrong["origin"] == "KGZ") & (wrong["destination"] == "VNM"))]
    wrong = wrong.drop(wrong[(wrong["origin"] == "DEU") & (wrong["year"] == 2017)].index[:1])
    wrong.loc[wrong["origin"] == "UZB", "origin"] = "UZX"
    wrong["flight"] = wrong["flight"].astype(object)
    wrong.iloc[3, wrong.columns.get_loc("flight")] = "often"
    wrong.iloc[4, wrong.columns.get_loc("people")] = -1.0
    said = refused(wrong, ("visa", "flight"))
    for words in (
        "that it has already, as CHN DEU 2015", "has 23 pairs of one way only", "lacks years of",
        "'UZX' is not the ISO3 code", "flight: is not a number in 1 rows", "people: is negative in 1 rows",
    ):  # fmt: skip
        assert words in said, said
    assert "is zero in all rows" in refused(panel.assign(people=0.0))
    assert "visas: is not in the panel" in refused(panel, ("visas",))
    assert "name no column" in refused(panel, ())


def test_what_the_effects_leave_nothing_of_is_refused():
    said = refused(simulated(5, 0.3), ("visa", "language"))
    assert "no variation in language" in said
    assert "leave pair effects out" in said
