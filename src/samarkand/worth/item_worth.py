"""One item over its life: benefits and costs by year, present values, rates of return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.core.gaps import Gap
from samarkand.engines.project_values import (
    Rate,
    calc_benefit_cost_ratio,
    calc_payback,
    calc_present_value,
    calc_rate_of_return,
    calc_switching_value,
)
from samarkand.programme.model.models import Item
from samarkand.world.parameters import Parameters
from samarkand.world.projection import Projection
from samarkand.worth.carbon import Carbon
from samarkand.worth.life import Life, life_of
from samarkand.worth.outturn import overrun_of
from samarkand.worth.streams import ENDS, Amount, Stream

NO_CARBON = Carbon(reason="not asked for")
RATES = ("discount_rate_low", "discount_rate", "discount_rate_high")


class Values(NamedTuple):
    """Of one item at one rate: present values in US$ m at the start of construction, and what follows from them."""

    rate: float
    net: Amount
    benefit_cost_ratio: float
    payback: float


@dataclass(frozen=True, eq=False)
class ItemWorth:
    """An item over its life.

    Parameters
    ----------
    item, life
        Years and costs; no life where no opening is published.
    streams
        What it is worth in a year of full service, each margin once.
    alone
        US$ m a year by economy when it alone is built, as the equilibrium says; none where it acts on no trade cost.
    users
        US$ m a year by economy that buys: what lower costs of trade save on its purchases, rule of half, next to all
        that is open. Another view of what the equilibrium gives, never added to it.
    bearers
        Share of the capital cost by economy that bears it; what is missing to one nobody is known to bear.
    gaps
        What is not assessed, and why.
    parameters, projection
        What growth and rates are read from.
    carbon
        What its greenhouse gases are worth by year, at published paths of prices; in no value that does not ask for it.
    tonnes
        Tonnes a year of the trade of the accounts that take it in the equilibrium.
    """

    item: Item
    life: Life | None
    streams: tuple[Stream, ...]
    alone: Mapping[str, float]
    users: Mapping[str, float]
    bearers: Mapping[str, float]
    gaps: tuple[Gap, ...]
    parameters: Parameters
    projection: Projection | None
    carbon: Carbon = NO_CARBON
    tonnes: float = 0.0

    @property
    def is_assessed(self) -> bool:
        """Whether there is a life, a cost of building or of places, and a benefit to set against it."""
        return self.life is not None and self._costs_something and bool(self.streams)

    @property
    def _costs_something(self) -> bool:
        built = self.life is not None and self.life.capex > 0
        return built or any(stream.is_cost for stream in self.streams)

    @property
    def reason(self) -> str:
        """Why there is no figure of the whole; empty where there is one."""
        if self.item.opening is None:
            return "no date of opening is published"
        if not self.streams:
            found = [one.reason for one in self.gaps if one.what != "cost"]
            return "; ".join(dict.fromkeys(found)) or "no modelled effect"
        return "" if self._costs_something else "no capex is published"

    def benefits(self, end: str = "central", growing: bool = True, margin: str | None = None) -> Floats:
        """US$ m by year of the life, of the world, without the residual value and without costs."""
        return self._sum(end, growing, margin, are_costs=False)

    def _sum(self, end: str, growing: bool, margin: str | None, are_costs: bool) -> Floats:
        """Streams of a margin, or of all, that are costs or that are none."""
        assert self.life is not None  # where there is none there is nothing to add up
        total = np.zeros(len(self.life.years))
        for stream in self.streams:
            if margin in (None, stream.margin) and stream.is_cost == are_costs:
                total += sum(
                    getattr(amount, end) * self.course(stream, economy, growing)
                    for (economy, _), amount in stream.amounts.items()
                )
        return total

    def at_outturn(self) -> ItemWorth:
        """The item at the cost that projects of its class had in the end; itself without a class or in service."""
        overrun = overrun_of(self.item, self.parameters)
        return replace(self, life=life_of(self.item, self.parameters, overrun)) if overrun else self

    def course(self, stream: Stream, economy: str, growing: bool = True) -> Floats:
        """By year, what a stream is over its amount in a year of full service."""
        assert self.life is not None
        course = self.life.course_of(stream, economy, self.parameters, self.projection, growing)
        return course if stream.course == "at_once" else self.parameters["demand_factor"] * course

    def costs(self, end: str = "central", growing: bool = True) -> Floats:
        """Capital cost, upkeep and what places cost by year, above zero, US$ m; at the ends that give this end of
        worth."""
        assert self.life is not None
        return self.life.costs(end) - self._sum(end, growing, None, are_costs=True)

    def flows(self, end: str = "central", growing: bool = True, carbon: str = "") -> Floats:
        """Benefits and residual value less costs by year, US$ m; with greenhouse gases at a path of prices by name."""
        assert self.life is not None
        found = self.benefits(end, growing) + self.life.residual() - self.costs(end, growing)
        return found + self.carbon.flows[carbon][end] if carbon else found

    def values(self, rate: float, growing: bool = True, carbon: str = "") -> Values:
        """Present values at a rate; the range is that of the direct margins and of the item's own figures."""
        assert self.life is not None
        ends = Amount(*(calc_present_value(self.flows(end, growing, carbon), rate) for end in ENDS))
        gained = self.benefits(growing=growing) + self.life.residual()
        gained = gained + self.carbon.flows[carbon]["central"] if carbon else gained
        ratio = calc_benefit_cost_ratio(gained, self.costs(growing=growing), rate)
        return Values(rate, ends, ratio, calc_payback(self.flows(growing=growing, carbon=carbon)))

    def rate_of_return(self, end: str = "central", growing: bool = True, carbon: str = "") -> Rate:
        """The economic internal rate of return."""
        return calc_rate_of_return(self.flows(end, growing, carbon))

    def flows_by_margin(self) -> dict[str, Floats]:
        """US$ m by year of every margin, costs below zero: they add up to `flows()`."""
        assert self.life is not None
        return {
            "capex": -self.life.spending(),
            "upkeep": -self.life.upkeep_by_year(),
            "residual": self.life.residual(),
            **{
                name: self.benefits(margin=name) + self._sum("central", True, name, are_costs=True)
                for name in dict.fromkeys(one.margin for one in self.streams)
            },
        }

    def parts(self, rate: float) -> dict[str, float]:
        """Present value of every margin at a rate, US$ m."""
        return {name: calc_present_value(flow, rate) for name, flow in self.flows_by_margin().items()}

    def switching_values(self, rate: float) -> dict[str, float]:
        """By margin, the relative change at which the net present value is zero."""
        all_flows = self.flows()
        parts = self.flows_by_margin().items()
        found = {
            name: calc_switching_value(part, all_flows, rate) for name, part in parts if name != "residual"
        }
        return {name: value for name, value in found.items() if np.isfinite(value)}

    def gains(self) -> dict[str, float]:
        """US$ m by economy in a year of full service, before anybody pays for the item."""
        found: dict[str, float] = {}
        for stream in self.streams:
            for (economy, _), amount in stream.amounts.items():
                found[economy] = found.get(economy, 0.0) + amount.central
        return found
