"""What the end of a visa requirement brings, journeys and moves for work, by study: their spread is what is known.

    change = 1 / (1 - cut) - 1       cut: part of journeys, or of moves, that a requirement prevents
    people = journeys before x change

Not money, and not of the equilibrium. An estimate of one's own (`analysis.estimate_people_flows`) takes the place of a
study's with `--assume visa_cut_NAME=...`. `published_flows` are findings on flights, languages, scholarships and
culture centres, for units (a seat, an institute) of which no item says how many it has: shown, and of no figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.core.declarations import read_rows
from samarkand.core.evidence import Cited
from samarkand.core.gaps import Gap
from samarkand.core.labels import labelled
from samarkand.priorities.base import Levels, Range
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.models import Item
from samarkand.world.parameters import Parameters

STUDIES = {
    "Neumayer 2010": "visa_cut_neumayer",
    "Czaika & Neumayer 2017": "visa_cut_czaika",
    "Cantillo 2023": "visa_cut_cantillo",
}
OF_MOVES = {
    "Bertoli & Fernandez-Huertas Moraga 2015": "visa_settling_cut_bertoli",
    "Czaika & de Haas 2017": "visa_settling_cut_czaika",
}
KIND, FREE = "visa_regime", "visa_free"
NO_REGIME = "the item is no visa regime"
NO_STUDY = "no published effect of a regime that is not free of visas"
INDICATORS = ("journeys_change", "moves_change", "journeys")
NO_TRIPS = "arrivals before are not given: trips_before of the item"


class PublishedFlow(Cited):
    """A row of `published_flows.csv`: what a study finds of a unit of a measure."""

    measure: str
    flow: str
    study: str
    unit: str
    low: float | None = None
    high: float | None = None
    finding: Literal["more", "fewer", "none"]
    year: int
    note: str = ""


def published_flows() -> tuple[PublishedFlow, ...]:
    """Findings of studies by measure and flow."""
    return read_rows("samarkand.priorities.social", "published_flows.csv", PublishedFlow)


def calc_journeys_change(cut: Floats) -> Floats:
    """`1 / (1 - cut) - 1`: journeys without a requirement over those with one, less one; fractions."""
    found: Floats = 1.0 / (1.0 - cut) - 1.0
    return found


def journeys_of(item: Item, timeline: Timeline) -> dict[str, Levels | Gap]:
    """Change of journeys and of moves by study, as shares, and of journeys in persons a year."""
    reason = NO_REGIME if item.kind != KIND else NO_STUDY if item.get("regime") != FREE else ""
    if reason:
        return {name: Gap(item.id, name, reason) for name in INDICATORS}
    parameters = timeline.assumptions.parameters
    low, value, high = calc_journeys_change(_cuts(parameters, STUDIES))
    before = item.figure("trips_before")
    return {
        "journeys_change": _levels(STUDIES, low, value, high),
        "moves_change": _levels(OF_MOVES, *calc_journeys_change(_cuts(parameters, OF_MOVES))),
        "journeys": Gap(item.id, "journeys", NO_TRIPS)
        if before is None or before.value is None
        else _levels(STUDIES, *(before.value * one for one in (low, value, high))),
    }


def _cuts(parameters: Parameters, studies: Mapping[str, str]) -> Floats:
    """Low, value and high of each study, `[side, study]`; a study without a range has its value at all three."""
    return np.array([parameters.evidence(name).ends for name in studies.values()]).T


def _levels(studies: Mapping[str, str], low: Floats, value: Floats, high: Floats) -> Levels:
    def by_study(values: Floats) -> xr.DataArray:
        return labelled(values, case=tuple(studies))

    return Levels(
        change=by_study(value), ranges={"change": Range(by_study(low), by_study(high), "published")}
    )
