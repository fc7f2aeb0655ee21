"""Journeys that the end of a visa requirement brings, by published study: their spread is what is known.

    change = 1 / (1 - cut) - 1       cut: part of journeys that a requirement prevents
    people = journeys before x change

Not money, and not of the equilibrium. An estimate of one's own (`analysis.estimate_people_flows`) takes the place of a
study's with `--assume visa_cut_NAME=...`.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
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
KIND, FREE = "visa_regime", "visa_free"
NO_REGIME = "the item is no visa regime"
NO_STUDY = "no published effect of a regime that is not free of visas"
NO_TRIPS = "arrivals before are not given: trips_before of the item"


def calc_journeys_change(cut: Floats) -> Floats:
    """`1 / (1 - cut) - 1`: journeys without a requirement over those with one, less one; fractions."""
    found: Floats = 1.0 / (1.0 - cut) - 1.0
    return found


def journeys_of(item: Item, timeline: Timeline) -> dict[str, Levels | Gap]:
    """Change of journeys by study, as a share and in persons a year."""
    reason = NO_REGIME if item.kind != KIND else NO_STUDY if item.get("regime") != FREE else ""
    if reason:
        return {name: Gap(item.id, name, reason) for name in ("journeys_change", "journeys")}
    low, value, high = calc_journeys_change(_cuts(timeline.assumptions.parameters))
    before = item.figure("trips_before")
    return {
        "journeys_change": _levels(low, value, high),
        "journeys": Gap(item.id, "journeys", NO_TRIPS)
        if before is None or before.value is None
        else _levels(*(before.value * one for one in (low, value, high))),
    }


def _cuts(parameters: Parameters) -> Floats:
    """Low, value and high of each study, `[side, study]`; a study without a range has its value at all three."""
    rows = []
    for name in STUDIES.values():
        value, found = parameters[name], parameters.evidence(name)
        rows.append([value if one is None else one for one in (found.low, value, found.high)])
    return np.array(rows, dtype=float).T


def _levels(low: Floats, value: Floats, high: Floats) -> Levels:
    def by_study(values: Floats) -> xr.DataArray:
        return labelled(values, case=tuple(STUDIES))

    return Levels(
        change=by_study(value), ranges={"change": Range(by_study(low), by_study(high), "published")}
    )
