"""What an item earns in a year of full service: from the freight laid on its links and its own tariffs.

    freight      tonne-kilometres of the assignment on links that the item builds or betters x freight_tariff
    passengers   passengers x passenger_fare_after; forecasts of railways at what they turned out to be elsewhere
    revenue      as published, in the place of both

Freight is that of trade between economies alone: a line that carries goods at home earns more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from samarkand.programme.model.models import Item
from samarkand.world.freight.assignment import FreightWork

PUBLISHED, FREIGHT, PASSENGERS = "published revenue", "international freight", "passengers"
DOLLARS = 1e6  # in a million


@dataclass(frozen=True)
class Revenue:
    """US$ m in a year of full service by part, or what must be known for any."""

    parts: Mapping[str, float]
    missing: str = ""

    @property
    def total(self) -> float:
        """All parts."""
        return sum(self.parts.values())

    @property
    def words(self) -> str:
        """What it is made of, for readers."""
        if tuple(self.parts) == (PUBLISHED,):
            return "Revenue as published."
        return f"Revenue of {' and '.join(self.parts)} alone."


def revenue_of(item: Item, work: Callable[[], FreightWork], parameters: Mapping[str, float]) -> Revenue:
    """What is known of the revenue of an item; `work` lays freight on the network, and is asked only for a tariff."""
    published = item.figure("revenue")
    if published is not None:
        return Revenue({PUBLISHED: published.value or 0.0})
    parts: dict[str, float] = {}
    tariff, fare, trips = (
        item.figure(name) for name in ("freight_tariff", "passenger_fare_after", "passengers")
    )
    if tariff is not None:
        parts[FREIGHT] = calc_tonne_km(work(), item.id) * (tariff.value or 0.0) / DOLLARS
    if fare is not None and trips is not None:
        use = parameters["rail_forecast_use"] if item.kind == "rail" and item.status != "in_service" else 1.0
        parts[PASSENGERS] = (trips.value or 0.0) * use * (fare.value or 0.0) / DOLLARS
    if parts:
        return Revenue(parts)
    if item.kind in ("rail", "road"):
        return Revenue({}, "revenue, or freight_tariff, or passengers with passenger_fare_after")
    return Revenue({}, "revenue")


def calc_tonne_km(work: FreightWork, item: str) -> float:
    """`sum over links of tonnes x km` of those that an item builds or betters; tonne-kilometres a year."""
    links = work.links
    mine = links[[item in str(names).split(" + ") for names in links["item"]]]
    return float((mine["tonnes"] * mine["km"]).sum())
