"""The life of an item: years of construction and service, what is spent in them, and the course of its benefits.

    cost       C q / n in each of the n years of construction; upkeep in every year of service
    benefit    B r(t - opening) G(t): r is the ramp-up of the schedule, G the growth of the economy
               B n(t) / max n G(t) of training: n cohorts take part
    residual   C q (1 - n / N) in the last year: n years of service are appraised, the item lasts N

All at constant prices as published: without a deflator between price years, and without an uplift of costs. `q` makes
economic prices of published ones, which hold taxes and duties.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.core.evidence import Evidence
from samarkand.engines.project_values import calc_growth
from samarkand.engines.schedules import calc_ramp_up
from samarkand.programme.channels.charging import building_years
from samarkand.programme.events import years_of_construction
from samarkand.programme.model.models import Item
from samarkand.world.projection import Projection
from samarkand.worth.streams import Stream
from samarkand.worth.training import years_of_training

OTHER = "asset_life_other"  # what builds no asset of a kind of its own


@dataclass(frozen=True, eq=False)
class Life:
    """Years of an item and what it costs in them.

    Parameters
    ----------
    start, opening, service
        First year of construction, year of opening, years of service that are appraised.
    start_is_published
        Else construction takes the years of the parameters.
    capex, upkeep
        US$ m in all, and a year of service, at economic prices.
    built
        US$ m of capital that is there in the end: as estimated, whatever it cost.
    upkeep_is_published
        Else it is the share of capital cost of the parameters.
    residual_share
        What is left of the capital after the years appraised.
    capex_ends, upkeep_ends
        The published range of the two, over their values: least and most, one where none is published.
    """

    start: int
    opening: int
    service: int
    start_is_published: bool
    capex: float
    built: float
    upkeep: float
    upkeep_is_published: bool
    residual_share: float
    capex_ends: tuple[float, float] = (1.0, 1.0)
    upkeep_ends: tuple[float, float] = (1.0, 1.0)

    @property
    def years(self) -> range:
        """All years, from the first of construction to the last of service."""
        return range(self.start, self.opening + self.service)

    def spending(self) -> Floats:
        """Capital cost by year, above zero: in equal parts over the years of construction."""
        building = max(self.opening - self.start, 1)
        flow = np.zeros(len(self.years))
        flow[:building] = self.capex / building
        return flow

    def upkeep_by_year(self) -> Floats:
        """Upkeep by year, above zero, in every year of service."""
        return np.where(self._since_opening() >= 0, self.upkeep, 0.0)

    def costs(self, end: str = "central") -> Floats:
        """Capital cost and upkeep by year, above zero; where worth is low they are at the high ends of their ranges."""
        place = {"low": 1, "high": 0}.get(end)
        if place is None:
            return self.spending() + self.upkeep_by_year()
        return self.capex_ends[place] * self.spending() + self.upkeep_ends[place] * self.upkeep_by_year()

    def residual(self) -> Floats:
        """What is left of the capital, in the last year."""
        flow = np.zeros(len(self.years))
        flow[-1] = self.built * self.residual_share
        return flow

    def course_of(
        self,
        stream: Stream,
        economy: str,
        parameters: Mapping[str, float],
        projection: Projection | None = None,
        growing: bool = True,
    ) -> Floats:
        """The amount of each year over that of a year of full service."""
        open_for = self._since_opening()
        if stream.course == "at_once":
            return np.where(open_for >= 0, 1.0, 0.0)
        if stream.cohorts is not None:
            share = stream.cohorts.shares(open_for)
        else:
            share = calc_ramp_up(open_for, parameters["ramp_up_years"])
        if stream.course == "declines":
            fall = 1.0 - parameters["displaced_cost_decline"]
            return np.where(open_for >= 0, share * np.power(fall, np.maximum(open_for, 0)), 0.0)
        if stream.course == "stays" or not growing:
            return share
        return share * self._growth(stream, economy, parameters, projection)

    def _growth(
        self, stream: Stream, economy: str, parameters: Mapping[str, float], projection: Projection | None
    ) -> Floats:
        """Size of the economy over that of the base year: as projected to the end of the projection, and no further; or
        by growth of the parameters, which fades."""
        years = np.array(self.years)
        if projection is not None and economy in projection.growth:
            last = max(projection.growth[economy])
            sizes = np.array([projection.size(economy, min(int(year), last)) for year in years])
            return sizes / projection.size(economy, min(stream.base_year, last))
        full = max(self.opening - stream.base_year, 0) + parameters["growth_years"]
        return calc_growth(
            np.maximum(years - stream.base_year, 0),
            parameters["benefit_growth"], full, parameters["growth_fade_years"],
        )  # fmt: skip

    def _since_opening(self) -> Floats:
        return np.array(self.years, np.float64) - self.opening


def life_of(item: Item, parameters: Mapping[str, float], overrun: float = 0.0) -> Life | None:
    """The life of an item; None where its opening is not published. `overrun`: over its cost, a fraction of it."""
    if item.opening is None:
        return None
    opening = item.opening.year + round(parameters["delay_years"])
    life = item.kind_row.asset_life or OTHER
    kind = life.removeprefix("asset_life_")
    capex = item.capex.value if item.capex is not None and item.capex.value is not None else 0.0
    estimated = capex * parameters["cost_conversion_factor"]
    capex = estimated * parameters["cost_factor"] * (1.0 + overrun)
    own = item.figure("operating_cost")
    upkeep = estimated * parameters[f"upkeep_share_{kind}"]  # what is built is the same whatever it costs
    if own is not None and own.value is not None:
        upkeep = own.value * parameters["cost_conversion_factor"]
    service = years_of_training(item, parameters) or round(parameters[life])
    building = building_years(item, parameters)
    started = bool(years_of_construction(item))
    return Life(
        start=building.start
        if capex or started
        else opening,  # nothing is built where nothing is spent on it
        opening=opening,
        service=service,
        start_is_published=started,
        capex=capex,
        built=estimated,
        upkeep=upkeep,
        upkeep_is_published=own is not None,
        residual_share=max(0.0, 1.0 - service / parameters[f"useful_life_{kind}"]),
        capex_ends=_over_value(item.capex),
        upkeep_ends=_over_value(own if own is not None else item.capex),
    )


def _over_value(figure: Evidence | None) -> tuple[float, float]:
    """The published range of a figure over its value."""
    if figure is None or not figure.value:
        return 1.0, 1.0
    low, value, high = figure.ends
    return low / value, high / value
