"""Freight that the network does not hold: what published tonnes of a railway save beyond those of the trade
accounts.

    benefit   R (d + (1 - d) / 2) k (r0 - r1) / w     US$ a year, rule of half: who ships anew gains half
    R         max(0, V u - max(V0, T))                tonnes that no other row holds

V published tonnes of a year of full service, u what comes of them on lines that are not open; V0 those that went the
line before, T the tonnes of the trade accounts, at home and abroad, that take the item in the equilibrium, where their
benefit is; d the share that went before by other means, k km on the item, r0 and r1 freight rates before and after
(US$/TEU-km), those of the network and as there without a range, w tonnes in a TEU. Of an item in several economies each
is taken to have an equal part. Hours of goods on lines, terminals and queues are not in it.

Of a port or dry port a tonne saves what its fees fall and its hours, at the value of an hour of goods that wait:

    benefit   R (d + (1 - d) / 2) (f0 - f1 + (h0 - h1) v) / w
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from statistics import fmean

from samarkand.core.gaps import Gap
from samarkand.programme.model.models import Item, Project
from samarkand.world.network.rail_rates import LOAD as LOAD_BY_RAIL
from samarkand.world.network.rail_rates import SHARE, STANDARD, mean_rail_rate, revenue_name
from samarkand.worth.streams import Amount, Stream

KIND = "rail"
PLACES = {"port": ("dwell", "port_fee"), "dry_port": ("hours", "fee")}  # hours and US$/TEU, before and after
SOURCE = "published tonnes less those of the network; Reed & Trubetskoy (2019): rates"
LOAD = "freight_load"  # the more a unit carries, the less a tonne saves: its range stands the other way round
RATES = (STANDARD, LOAD_BY_RAIL, SHARE, "road_rate_single", "road_rate_dual")


def freight_streams(
    item: Item,
    on_network: float,
    single_roads: Collection[str],
    low: Mapping[str, float],
    value: Mapping[str, float],
    high: Mapping[str, float],
) -> tuple[list[Stream], list[Gap]]:
    """What goods outside the network save on a railway or in a port, and what is missing; nothing for other kinds.

    `on_network`: tonnes a year that take the item in the equilibrium; `single_roads`: economies whose roads have the
    rate of single carriageways; `low`, `value`, `high`: the parameters at the ends of their ranges and as they are.
    """
    carried = item.figure("freight_tonnes")
    if not isinstance(item, Project) or item.words("traffic") == ("passenger",):
        return [], []
    if item.kind != KIND and (
        item.kind not in PLACES or (carried is None and not _saves_a_unit(item, value))
    ):
        return [], []
    if carried is None:
        return [], [
            Gap(
                item.id, "freight", "goods outside the network not assessed: needs freight_tonnes of the item"
            )
        ]
    mode = (item.words("freight_before") or ("road",))[0]
    names = (*RATES, *(name for name in map(revenue_name, item.economies) if name in value))
    rates = {name: value[name] for name in names}
    ends = [
        _saved(
            item, 1e6 * (carried.value or 0.0), mode, on_network, single_roads,
            {**one, **rates, LOAD: other[LOAD]},
        )
        for one, other in zip((low, value, high), (high, value, low), strict=True)
    ]  # fmt: skip
    if item.kind in PLACES and not _saves_a_unit(item, value):
        needs = ", ".join(f"{name}_before and {name}_after" for name in PLACES[item.kind])
        return [], [Gap(item.id, "freight", f"goods outside the network not assessed: needs {needs}")]
    if not ends[1]:
        reason = f"no goods outside the network: {_compared(item, 1e6 * (carried.value or 0.0), on_network, value)}"
        return [], [Gap(item.id, "freight", reason)]
    part = Amount(min(ends), ends[1], max(ends)).times(1e-6 / len(item.economies))
    base = carried.year or (item.opening.year if item.opening else 0)
    amounts = {(code, ""): part for code in item.economies}
    stream = Stream("trade_cost", "outside_accounts", "direct", amounts, "grows", base, "estimated", SOURCE)
    shown = _tonnes(item, 1e6 * (carried.value or 0.0), on_network, value)
    return [stream], [Gap(item.id, "freight", f"goods outside the network are what is left: {shown}")]


def rest_of_tonnes(item: Item, published: float, on_network: float, parameters: Mapping[str, float]) -> float:
    """Tonnes a year that no other row holds: `max(0, V u - max(V0, T))`; `published` and `on_network` in tonnes."""
    before = item.figure("freight_tonnes_before")
    use = 1.0 if item.status == "in_service" else parameters["freight_forecast_use"]
    held = max(on_network, 0.0 if before is None else 1e6 * (before.value or 0.0))
    return max(0.0, published * use - held)


def _saved(
    item: Project,
    published: float,
    mode: str,
    on_network: float,
    single_roads: Collection[str],
    parameters: Mapping[str, float],
) -> float:
    """US$ a year."""
    diverted, haul = parameters["freight_diverted_share"], item.figure("freight_haul")
    goods = rest_of_tonnes(item, published, on_network, parameters) * (diverted + (1 - diverted) / 2)
    if item.kind in PLACES:
        return goods * _saves_a_unit(item, parameters) / parameters["freight_load"]
    length = sum(section.length.value or 0.0 for section in item.section)
    km = parameters["freight_haul_share"] * length if haul is None else haul.value or 0.0
    before, after = (_rate(one, item.economies, single_roads, parameters) for one in (mode, KIND))
    return goods * km * (before - after) / parameters["freight_load"]


def _saves_a_unit(item: Item, parameters: Mapping[str, float]) -> float:
    """US$/TEU that a port or dry port saves: fees, and hours at the value of an hour of goods that wait."""
    saved = []
    for name in PLACES[item.kind]:
        before, after = item.figure(f"{name}_before"), item.figure(f"{name}_after")
        both = before is not None and after is not None
        saved.append((before.value or 0.0) - (after.value or 0.0) if both and before and after else 0.0)
    hours, fee = saved
    return fee + hours * parameters["queue_value_of_time"]


def _rate(
    mode: str, economies: Collection[str], single_roads: Collection[str], parameters: Mapping[str, float]
) -> float:
    """Freight rate by a means, US$/TEU-km: the mean over the economies."""
    if mode == "rail":
        return mean_rail_rate(economies, parameters)
    return fmean(
        parameters["road_rate_single" if code in single_roads else "road_rate_dual"] for code in economies
    )


def _compared(item: Item, published: float, on_network: float, parameters: Mapping[str, float]) -> str:
    if rest_of_tonnes(item, published, on_network, parameters):
        return "they went before at the same rate"
    return _tonnes(item, published, on_network, parameters)


def _tonnes(item: Item, published: float, on_network: float, parameters: Mapping[str, float]) -> str:
    use = 1.0 if item.status == "in_service" else parameters["freight_forecast_use"]
    carried = f"{on_network / 1e6:,.1f} m tonnes a year of the accounts take it"
    return f"{carried}, {use * published / 1e6:,.1f} are expected of what is published"
