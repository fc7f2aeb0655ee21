"""From effects in their own terms to changes of links, crossings and ports of a network.

What the network has no place for is not assessed, and said so: a crossing that is closed in the baseline, a
port it does not have.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from samarkand.core.gaps import Gap
from samarkand.core.geodesy import calc_great_circle_distance
from samarkand.programme.channels.channel import Channel, Effects
from samarkand.programme.channels.network_effects import (
    Effect,
    FasterLine,
    NewLine,
    NewPort,
    QuickerCrossing,
    QuickerPort,
    Saving,
    effects_of,
)
from samarkand.programme.model.models import Item, Point
from samarkand.world.network.borders import border_parameters
from samarkand.world.network.gauges import clashes, gauge_of
from samarkand.world.network.geography import CrossingPlace, Geography
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.new_ports import FARTHEST_SEA_KM, is_on_the_caspian
from samarkand.world.network.tables import FARTHEST_CONNECTOR_KM
from samarkand.world.world import World

# Links between towns are long and a crossing lies half-way along one, so it may seem far from its gate.
CROSSING_REACH_KM = 160.0
SHIPS = (
    "not assessed: hours and rates of the ships that call and the waits saved at older ports are not published; ships "
    "sail between all ports alike, so that what counts is the way on land"
)
SHORTEST_KM = 0.1  # of a link: a search takes one without a length for none


def place(
    effects: Iterable[Effect], geography: Geography, parameters: Mapping[str, float]
) -> tuple[list[LinkChange], list[Gap]]:
    """Changes of the network for effects, and the effects that found no place with the reason."""
    changes: list[LinkChange] = []
    gaps: list[Gap] = []
    for effect in effects:
        if isinstance(effect, NewLine | FasterLine) and not geography.has_mode(effect.mode):
            reason = (
                f"effect not assessed: the network has no {'railways' if effect.mode == 'rail' else 'roads'}"
            )
            gaps.append(Gap(effect.item, "effect", reason))
        elif isinstance(effect, NewLine):
            ends = _ends(effect, geography, parameters)
            if isinstance(ends, Gap):
                gaps.append(ends)
            else:
                changes += _new_links(effect, ends, geography, parameters)
        elif isinstance(effect, FasterLine):
            points = tuple((point.latitude, point.longitude) for point in effect.points)
            changes.append(
                LinkChange(
                    effect.item,
                    "upgrade",
                    effect.mode,
                    points,
                    hours_ratio=effect.hours_ratio,
                    usd_ratio=effect.usd_ratio,
                )
            )
        elif isinstance(effect, QuickerCrossing):
            _crossing(effect, geography, parameters, changes, gaps)
        elif isinstance(effect, NewPort):
            change = _new_port(effect, geography, parameters)
            if isinstance(change, Gap):
                gaps.append(change)
            else:
                changes.append(change)
                gaps.append(Gap(effect.item, "ships that call", SHIPS))
        else:
            _port(effect, geography, parameters, changes, gaps)
    return changes, gaps


# -- lines


@dataclass(frozen=True)
class End:
    """Where an end of a new line meets the network: the place to look for its node, the economy, and km to it."""

    place: tuple[float, float]
    economy: str
    km: float
    has_line: bool = True


def _ends(line: NewLine, geography: Geography, parameters: Mapping[str, float]) -> tuple[End, End] | Gap:
    """The nearest node within `end_snap_distance`; else, of a railway, the place of a city without rails."""
    found: list[End] = []
    for point in (line.points[0], line.points[-1]):
        place = (point.latitude, point.longitude)
        economy, km = geography.nearest_node(*place, line.mode)
        if km <= parameters["end_snap_distance"]:
            found.append(End(place, economy, km))
            continue
        station = geography.station_near(*place, has_line=False) if line.mode == "rail" else None
        if station is None:
            reason = f"effect not assessed: neither a line nor a city of the network is at {point.name}"
            return Gap(line.item, "effect", reason)
        found.append(End(station[:2], geography.economy_at(*place), station[2], has_line=False))
    return found[0], found[1]


def _new_links(
    line: NewLine, ends: tuple[End, End], geography: Geography, parameters: Mapping[str, float]
) -> list[LinkChange]:
    """One link between each two points that follow each other, and those to stations that it passes (`_to_stations`).

    The published length and hours are shared out by the distance by air. The two ends of the line are joined to
    the network (`_ends`) and the way there added. What lies between is new; only a road meets the
    roads of the towns it passes. Where the economies of
    the two points differ the link carries the hours and fees of a border between them; where the gauge
    changes at one of them, those of a change of trains.
    """
    points, last = line.points, len(line.points) - 1
    air = [_distance(one, other) for one, other in pairwise(points)]
    places = [(point.latitude, point.longitude) for point in points]
    economies = [geography.economy_at(*place) for place in places]
    joined = [0.0] * len(points)
    for at, end in zip((0, last), ends, strict=True):
        places[at], economies[at], joined[at] = end.place, end.economy, end.km
    meets = [line.mode == "road" or at in (0, last) for at in range(last + 1)]
    links: list[LinkChange] = []
    for number in range(last):
        one, other = number, number + 1
        share = air[number] / sum(air)
        km = line.km * share
        longer = (km + joined[one] + joined[other]) / km
        extra_hours = extra_usd = gauge_hours = gauge_usd = 0.0
        gauge_economy = ""
        if economies[one] != economies[other]:
            names = border_parameters(economies[one], economies[other], line.mode)
            extra_hours, extra_usd = parameters[names[0]], parameters[names[1]]
        for point in (other,) if number else (one, other):
            if points[point].name in line.breaks_of_gauge:
                gauge_hours += parameters["terminal_hours"]
                gauge_usd += parameters["terminal_fee"]
                gauge_economy = economies[point]
        links.append(
            LinkChange(
                line.item,
                "new",
                line.mode,
                (places[one], places[other]),
                joins=(meets[one], meets[other]),
                km=km * longer,
                hours=None if line.hours is None else line.hours * share * longer,
                rate=line.rate,
                extra_hours=extra_hours + gauge_hours,
                extra_usd=extra_usd + gauge_usd,
                economies=(economies[one], economies[other]),
                gauge_hours=gauge_hours,
                gauge_usd=gauge_usd,
                gauge_economy=gauge_economy,
            )
        )
    if line.mode == "rail":
        for at, place in enumerate(places):
            joint = ends[bool(at)] if at in (0, last) else None
            links += _to_stations(line, at, place, economies[at], joint, geography, parameters)
    return links


def _to_stations(
    line: NewLine,
    at: int,
    place: tuple[float, float],
    economy: str,
    end: End | None,
    geography: Geography,
    parameters: Mapping[str, float],
) -> list[LinkChange]:
    """Links from a point of a railway to the station of the city that it names, the great circle long.

    To the station that lines lead to, unless the point is an end, which the network joins to it; and to a place without
    rails. Where no section at the point has the gauge of the lines there, trains are changed.
    """
    named = (line.points[at].latitude, line.points[at].longitude)
    found = []
    for has_line in (True, False):
        if end is not None and (has_line or not end.has_line):
            continue
        station = geography.station_near(*named, has_line=has_line)
        if station is None:
            continue
        own = geography.economy_at(*named)
        hours = usd = gauge_hours = gauge_usd = 0.0
        if own != economy:
            names = border_parameters(economy, own, "rail")
            hours, usd = parameters[names[0]], parameters[names[1]]
        there, here = gauge_of(own), line.gauges[at] if line.gauges else ()
        if has_line and there is not None and here and all(clashes(one, there) for one in here):
            gauge_hours, gauge_usd = parameters["terminal_hours"], parameters["terminal_fee"]
        found.append(
            LinkChange(
                line.item,
                "new",
                "rail",
                (place, station[:2]),
                joins=(end is not None, True),
                km=max(station[2], SHORTEST_KM),
                extra_hours=hours + gauge_hours,
                extra_usd=usd + gauge_usd,
                economies=(economy, own),
                gauge_hours=gauge_hours,
                gauge_usd=gauge_usd,
                gauge_economy=own if gauge_hours else "",
            )
        )
    return found


def _distance(one: Point, other: Point) -> float:
    return calc_great_circle_distance(one.latitude, one.longitude, other.latitude, other.longitude)


# -- crossings and ports


def _crossing(
    effect: QuickerCrossing,
    geography: Geography,
    parameters: Mapping[str, float],
    changes: list[LinkChange],
    gaps: list[Gap],
) -> None:
    crossing = effect.crossing
    pair = " - ".join(crossing.economies)
    name = f"{crossing.name} ({pair})" if crossing.name else pair
    found = geography.crossings_between(crossing.economies, crossing.mode)
    named = geography.crossings_named(crossing.name, crossing.economies, crossing.mode)
    if crossing.latitude is not None and crossing.longitude is not None:
        # Links lie far from their gates: one of that name counts before a nearer one of another.
        found = _nearest_crossing(named, crossing.latitude, crossing.longitude) or _nearest_crossing(
            found, crossing.latitude, crossing.longitude
        )
    elif crossing.name and found:
        found = named  # a crossing that is named is that one, never all others of the border too
        if not found:
            gaps.append(
                Gap(effect.item, name, "effect not assessed: the network knows no crossing of that name")
            )
            return
    if not found:
        gaps.append(Gap(effect.item, name, "effect not assessed: the network has no such crossing nearby"))
    elif not any(row.is_open for row in found):
        gaps.append(Gap(effect.item, name, "effect not assessed: the crossing is closed in the baseline"))
    for row in found:
        if not row.is_open or any(c.item == effect.item and c.target == row.id for c in changes):
            continue  # two gates of one item may be one crossing of the network
        hours = _of(effect.hours, row.hours(parameters))
        usd = _of(effect.usd, row.usd(parameters))
        if hours or usd:
            changes.append(
                LinkChange(
                    effect.item, "crossing", crossing.mode, target=row.id, hours_saved=hours, usd_saved=usd,
                    overlap=effect.overlap,
                )
            )  # fmt: skip
        else:
            reason = "no effect: the crossing costs nothing in the baseline"
            if (gap := Gap(effect.item, name, reason)) not in gaps:
                gaps.append(gap)


def _nearest_crossing(
    found: tuple[CrossingPlace, ...], latitude: float, longitude: float
) -> tuple[CrossingPlace, ...]:
    def away(row: CrossingPlace) -> float:
        return calc_great_circle_distance(row.latitude, row.longitude, latitude, longitude)

    near = sorted((row for row in found if away(row) <= CROSSING_REACH_KM), key=away)
    return tuple(near[:1])


def _port(
    effect: QuickerPort,
    geography: Geography,
    parameters: Mapping[str, float],
    changes: list[LinkChange],
    gaps: list[Gap],
) -> None:
    """The nearest sea port, and the ferry lines that land there, within the snap distance."""
    latitude, longitude = effect.place.latitude, effect.place.longitude
    reach = parameters["end_snap_distance"]
    before = len(changes)
    near = geography.ports.nearest(latitude, longitude)
    if near and near[0][1] <= reach:
        # The dwell of a port differs by the mode on land; the smaller bounds what is saved.
        dwell = min(parameters["port_hours_road"], parameters["port_hours_rail"])
        changes.append(
            LinkChange(
                effect.item,
                "port",
                "sea",
                target=geography.port_ids[near[0][0]],
                hours_saved=_of(effect.hours, dwell),
                usd_saved=_of(effect.usd, parameters["port_fee"]),
            )
        )
    landing = geography.ferries.distance(latitude, longitude) <= reach
    lines = set(geography.ferries.name[landing])
    for row in geography.ferry_lines:
        if row.id in lines:
            # Half of the declared wait of a line stands for each of its two ports.
            wait = (parameters["ferry_wait"] + row.wait_hours) / 2
            hours = _of(effect.hours, wait)
            if hours:
                mode: Literal["rail", "road"] = "rail" if row.mode == "rail" else "road"
                changes.append(LinkChange(effect.item, "ferry", mode, target=row.id, hours_saved=hours))
    if len(changes) == before:
        reason = "effect not assessed: the network has no port there"
        gaps.append(Gap(effect.item, effect.place.name, reason))


def _new_port(effect: NewPort, geography: Geography, parameters: Mapping[str, float]) -> LinkChange | Gap:
    """A port where a road and the sea are near; what it costs less than other ports is what it saves."""
    place = (effect.place.latitude, effect.place.longitude)
    economy, to_road = (
        geography.nearest_node(*place, "road") if geography.has_mode("road") else ("", math.inf)
    )
    to_sea = [km for _, km in geography.sea.nearest(*place)] or [math.inf]
    missing = ""
    if is_on_the_caspian(*place):
        missing = "the ferry lines that call there with their hours: on the Caspian Sea the network has ferries alone"
    elif to_road > FARTHEST_CONNECTOR_KM:
        missing = f"a road: none of the network is within {FARTHEST_CONNECTOR_KM:g} km"
    elif to_sea[0] > FARTHEST_SEA_KM:
        missing = f"a way to the sea: none of the network is within {FARTHEST_SEA_KM:g} km"
    if missing:
        return Gap(effect.item, "effect", f"effect not assessed: {effect.place.name} lacks {missing}")
    dwell = min(parameters["port_hours_road"], parameters["port_hours_rail"])
    return LinkChange(
        effect.item,
        "new_port",
        "sea",
        (place,),
        target=effect.item,
        name=effect.place.name,
        economies=(economy, ""),
        hours_saved=0.0 if effect.hours is None else dwell - effect.hours,
        usd_saved=0.0 if effect.usd is None else parameters["port_fee"] - effect.usd,
    )


def _of(saving: Saving | None, baseline: float) -> float:
    return 0.0 if saving is None else saving.of(baseline)


def _effects_of(item: Item, world: World, parameters: Mapping[str, float]) -> Effects:
    """In the item's own terms first, then in its place on the network."""
    effects, missing = effects_of(item, parameters)
    changes, unplaced = place(effects, world.network.geography, parameters)
    return Effects(tuple(changes), (*missing, *unplaced))


CHANNEL = Channel(_effects_of, on_network_alone=True)
