"""Effects on flows of people: panels simulated from known ones, separation, and panels that do not hold together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from samarkand.analysis.people_flows import estimate_people_flows
from samarkand.core.faults import Faults

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


@pytest.mark.parametrize("seed", range(4))
def test_planted_effects_are_within_two_standard_errors(seed):
    """Noise of half the mean. Of eight distances a normal law puts one in three beyond two errors: at most one of a
    seed's two may be."""
    found = estimate_people_flows(simulated(seed, 0.5), ["visa", "flight"])
    distance = [
        abs(found[name].coefficient - planted) / found[name].standard_error
        for name, planted in (("visa", VISA), ("flight", FLIGHT))
    ]
    assert max(distance) < 3
    assert min(distance) < 2
    assert found["visa"].low < found["visa"].effect < found["visa"].high


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
