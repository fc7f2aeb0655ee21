"""Freight of the model beside freight as it was observed: tonnes at gates, shares of straits and of modes.

The table says beforehand what is compared, where and in which year (`observed_freight.csv`); nothing of it is left out
because it does not fit. It is the world without a programme, on the open network.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from pydantic import model_validator

from samarkand.core.conventions import Floats
from samarkand.core.declarations import read_table
from samarkand.core.evidence import Cited, Evidence
from samarkand.core.faults import Faults
from samarkand.core.progress import Progress, quiet
from samarkand.engines.once import derived
from samarkand.priorities.trade.exposure import (
    calc_chokepoint_exposure,
    goods_by_class,
    goods_traded,
    sea_share,
)
from samarkand.session import Session, default_session
from samarkand.solving import Baseline, Setting, solve_baseline
from samarkand.world.freight.capacity import calc_flow, find_place
from samarkand.world.freight.chokepoint_shares import passages_of
from samarkand.world.freight.skims import MODES
from samarkand.world.world import World, load_world

Measure = Literal["tonnes", "value_share", "mode_share"]
UNITS: dict[str, str] = {"tonnes": "m t a year", "value_share": "fraction", "mode_share": "fraction"}


class ObservedRow(Cited):
    """A row of `observed_freight.csv`: one figure, and where the model has the like."""

    id: str
    group: str
    title: str
    measure: Measure
    place: str
    year: int
    observed: float | None = None
    low: float | None = None
    high: float | None = None
    use: Literal["calibrate", "meet"]

    @model_validator(mode="after")
    def _holds_together(self) -> ObservedRow:
        if self.observed is None and not self.note:
            raise ValueError("a figure that is not known needs a note that says so")
        _ = self.evidence
        return self

    @property
    def unit(self) -> str:
        """The unit of the figure."""
        return UNITS[self.measure]

    @property
    def what(self) -> str:
        """What is counted, in words."""
        if self.measure == "mode_share":
            return f"by {self.place.partition(':')[2]}, of value"
        return {"tonnes": "tonnes a year", "value_share": "of the world's trade in goods"}[self.measure]

    @property
    def evidence(self) -> Evidence:
        """The figure as evidence. Raises ValueError where it lies outside its range."""
        return self.cited(self.observed, self.unit, low=self.low, high=self.high, year=self.year)


def observed_freight() -> tuple[ObservedRow, ...]:
    """The declared figures, in the order of the table."""
    return read_table("samarkand.analysis", "observed_freight.csv", ObservedRow)


def beside_observed(
    world: World | None = None, *, session: Session | None = None, progress: Progress = quiet
) -> pd.DataFrame:
    """One row a figure, with what the model has of the same: factor = modelled / observed.

    Columns: id, group, title, what, year, unit, observed, modelled, factor, use, flag, source, address, note.
    modelled is missing where the world's network lacks the place; factor also where nothing is observed.
    """
    world, session = world or load_world(), session or default_session()
    baseline = solve_baseline(Setting(world, world.assumptions, "fixed_nominal"), (), session.kept, progress)
    progress("laying freight on the network")
    rows = []
    for row in observed_freight():
        modelled = _modelled(baseline, row)
        rows.append(
            {
                "id": row.id, "group": row.group, "title": row.title, "what": row.what, "year": row.year,
                "unit": row.unit, "observed": row.observed, "modelled": modelled,
                "factor": None if modelled is None or not row.observed else modelled / row.observed,
                "use": row.use, "flag": row.flag, "source": row.source, "address": row.address, "note": row.note,
            }
        )  # fmt: skip
    table = pd.DataFrame(rows)
    for name in ("observed", "modelled", "factor"):
        table[name] = pd.to_numeric(table[name])
    return table


def _modelled(baseline: Baseline, row: ObservedRow) -> float | None:
    if row.measure == "tonnes":
        return _tonnes(baseline, row.place)
    if row.measure == "value_share":
        return straits_by_value(baseline).get(row.place)
    return _mode_share(baseline, row.place)


def _tonnes(baseline: Baseline, place: str) -> float | None:
    """Million tonnes a year through a place, both ways; None where the network does not have it."""
    parameters = baseline.setting.assumptions.parameters
    try:
        found = find_place(place, baseline.setting.world.network, parameters)
    except Faults:
        return None
    return calc_flow(baseline.assignment, found, UNITS["tonnes"], parameters)


def straits_by_value(baseline: Baseline) -> dict[str, float]:
    """Shares of the world's trade in goods that pass each chokepoint, by value, fractions.

    Between economies that no open road or railway of the network joins across a border, as the published figures
    leave out neighbours. Shares overlap: a voyage may pass many.
    """
    return derived(baseline, "straits by value", lambda: _straits_by_value(baseline))


def _straits_by_value(baseline: Baseline) -> dict[str, float]:
    passes = passages_of(baseline.state.model)
    goods, carried = _goods(baseline)
    labels = baseline.setting.world.labels
    apart = np.ones_like(goods)
    for crossing in baseline.setting.world.network.geography.crossings:
        if crossing.is_open and set(crossing.economies) <= set(labels):
            one, other = (labels.index(code) for code in crossing.economies)
            apart[one, other] = apart[other, one] = 0.0
    by_sea = sea_share(baseline.state.costs, "without")
    imports, _ = calc_chokepoint_exposure(goods * apart, carried * apart, by_sea, passes.to_numpy())
    abroad = (goods * apart * (1.0 - np.eye(len(labels)))).sum(axis=0)
    share = np.nansum(imports * abroad[:, None], axis=0) / abroad.sum()
    names = passes["chokepoint"].to_numpy().tolist()
    return dict(zip(names, share.tolist(), strict=True))


def _mode_share(baseline: Baseline, place: str) -> float | None:
    """Share of a mode in the value of goods on the network between pairs of economies, both ways; `A-B[+A-C]:mode`."""
    pairs, _, mode = place.partition(":")
    by_mode = _value_by_mode(baseline)
    labels = baseline.setting.world.labels
    total: Floats = np.zeros(len(MODES))
    for pair in pairs.split("+"):
        one, other = pair.split("-")
        if one not in labels or other not in labels:
            return None
        i, j = labels.index(one), labels.index(other)
        total = total + by_mode[i, j] + by_mode[j, i]
    return float(total[MODES.index(mode)] / total.sum()) if total.sum() > 0 else None


def _value_by_mode(baseline: Baseline) -> Floats:
    """Value of goods on the network `[origin, destination, mode]`, money, without the programme."""

    def make() -> Floats:
        _, carried = _goods(baseline)
        share = baseline.state.costs["mode_share"].sel(state="without", mode=list(MODES))
        order = ("vot_class", "origin", "destination", "mode")
        found: Floats = np.einsum("cod,codm->odm", carried, np.nan_to_num(share.transpose(*order).to_numpy()))
        return found

    return derived(baseline, "value by mode", make)


def _goods(baseline: Baseline) -> tuple[Floats, Floats]:
    """Trade in goods `[o, d]` without the programme, and by class what the network carries of it; money."""
    setting = baseline.setting
    return goods_traded(baseline.solution, goods_by_class(setting.world, setting.assumptions))
