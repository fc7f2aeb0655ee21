"""Effects of an open item on freight, in its own terms: lengths, hours, proportions; no network yet.

`effects_of` turns the figures of an item into effects, or says why there is none. Nothing is invented: a figure
that is not published leaves its effect out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from samarkand.core.evidence import Evidence
from samarkand.core.gaps import Gap
from samarkand.programme.model.kinds import overlaps
from samarkand.programme.model.models import Crossing, Item, Point, Section
from samarkand.world.network.rail_rates import mean_rail_rate

Mode = Literal["rail", "road"]


@dataclass(frozen=True)
class NewLine:
    """A chain of new sections: its points in order, km, hours on the move, and where trains are changed.

    `hours` is None where no speed is published: the network's own speed holds. `gauges`: of the sections that meet at
    each point, mm, as far as they are known. `rate`: US$/TEU-km, that of the network where None.
    """

    item: str
    mode: Mode
    points: tuple[Point, ...]
    km: float
    hours: float | None
    breaks_of_gauge: tuple[str, ...] = ()
    gauges: tuple[tuple[float, ...], ...] = ()
    rate: float | None = None


@dataclass(frozen=True)
class FasterLine:
    """An upgraded section: hours of the links on its way times `hours_ratio`, cost of their km times `usd_ratio`."""

    item: str
    mode: Mode
    points: tuple[Point, ...]
    hours_ratio: float
    usd_ratio: float = 1.0


@dataclass(frozen=True)
class Saving:
    """Hours or US$/TEU saved at a place: at most `amount`, and at most `share` of what the place costs."""

    amount: float
    share: float

    def of(self, baseline: float) -> float:
        """`min(amount, share x baseline)`."""
        return min(self.amount, self.share * baseline)


@dataclass(frozen=True)
class QuickerCrossing:
    """Hours and money saved per TEU at a border crossing. `overlap`: that of the item's kind (`overlaps.csv`)."""

    item: str
    crossing: Crossing
    hours: Saving | None
    usd: Saving | None
    overlap: str = ""


@dataclass(frozen=True)
class QuickerPort:
    """Hours and money saved per TEU in a port."""

    item: str
    place: Point
    hours: Saving | None
    usd: Saving | None


@dataclass(frozen=True)
class NewPort:
    """A port that the network does not have; hours and US$/TEU in it, those of other ports where None."""

    item: str
    place: Point
    hours: float | None
    usd: float | None


Effect = NewLine | FasterLine | QuickerCrossing | QuickerPort | NewPort


def effects_of(item: Item, parameters: Mapping[str, float]) -> tuple[list[Effect], list[Gap]]:
    """The effects of an item on the freight network, and what of it has none and why."""
    kind = item.kind_row
    if "passenger" in item.words("traffic"):
        return [], [Gap(item.id, "effect", "no modelled effect: the line carries passengers only")]
    if item.words("open_ends"):
        ends = " and ".join(item.words("open_ends"))
        reason = f"effect not assessed: no line of the network goes on from {ends}"
        return [], [Gap(item.id, "effect", reason)]
    if kind.effect == "link":
        return _line_effects(item, parameters)
    if kind.effect == "crossing":
        return _crossing_effects(item, parameters)
    return _port_effects(item) if kind.effect == "port" else ([], [])


# -- lines


def _line_effects(item: Item, parameters: Mapping[str, float]) -> tuple[list[Effect], list[Gap]]:
    effects: list[Effect] = []
    gaps: list[Gap] = []
    new = [section for section in item.section if section.effect == "new"]
    for chain in _chains(new):
        line = _new_line(item, chain, parameters)
        if line is None:
            gaps.append(Gap(item.id, "effect", "effect not assessed: no length is published"))
        else:
            effects.append(line)
    for section in item.section:
        if section.effect == "upgrade":
            ratio, usd_ratio = _hours_ratio(item, section, parameters), _usd_ratio(item, section, parameters)
            if ratio is None and usd_ratio is None:
                what = section.name or item.title
                reason = f"effect not assessed: no speed before and after is published for {what}"
                if recorded := _recorded(section):
                    reason += (
                        f"; {recorded} recorded, without a sourced coefficient that gives an effect by itself"
                    )
                gaps.append(Gap(item.id, "effect", reason))
            else:
                ratio, usd_ratio = (1.0 if one is None else one for one in (ratio, usd_ratio))
                effects.append(FasterLine(item.id, _mode(item), section.points, ratio, usd_ratio))
    return effects, gaps


def _hours_ratio(item: Item, section: Section, parameters: Mapping[str, float]) -> float | None:
    """Hours after over hours before: by running times where both are published, else by speeds, else by class."""
    times = [section.figure(f"running_time{when}") for when in ("_before", "")]
    if all(time is not None and time.value for time in times):
        before, after = (time.value for time in times if time is not None and time.value)
        return after / before
    speeds = [_speed(section, parameters, when) for when in ("_before", "")]
    if speeds[0] is None or speeds[1] is None:
        speed = _class_speed(item, section, parameters)
        return None if speed is None else parameters[f"{_mode(item)}_speed"] / speed
    return speeds[0] / speeds[1]


def _usd_ratio(item: Item, section: Section, parameters: Mapping[str, float]) -> float | None:
    """Freight rate after over that before, where both are published, else by class; None without."""
    rates = [section.figure(f"rate{when}") for when in ("_before", "")]
    if all(rate is not None and rate.value for rate in rates):
        before, after = (rate.value for rate in rates if rate is not None and rate.value)
        return after / before
    return _class_rate_ratio(item, section, parameters)


# -- by class: off unless `class_figures_share` is above zero


def _rises_in_class(item: Item, section: Section, parameters: Mapping[str, float]) -> bool:
    """Whether a section is of the higher class after, and was not before.

    A railway: double track, electric traction, or freight at `rail_speed_high_capacity`. A road: four lanes or more;
    how many there were before no item says, and an upgrade counts as one from two.
    """

    def is_high(when: str) -> bool:
        tracks, speed = section.figure(f"tracks{when}"), _speed(section, parameters, when)
        return (
            section.is_true(f"electrified{when}")
            or (tracks is not None and (tracks.value or 0) >= 2)
            or (speed is not None and speed >= parameters["rail_speed_high_capacity"])
        )

    if _mode(item) == "road":
        lanes = section.figure("lanes")
        return lanes is not None and (lanes.value or 0) >= 4
    return is_high("") and (section.effect == "new" or not is_high("_before"))


def _class_speed(item: Item, section: Section, parameters: Mapping[str, float]) -> float | None:
    """Speed in km/h between that of the network and that of the class; None where no class counts."""
    share = parameters["class_figures_share"]
    if not share or not _rises_in_class(item, section, parameters):
        return None
    name = "rail_speed_high_capacity" if _mode(item) == "rail" else "road_speed_dual"
    own = parameters[f"{_mode(item)}_speed"]
    return own + share * (parameters[name] - own)


def _class_rate_ratio(item: Item, section: Section, parameters: Mapping[str, float]) -> float | None:
    """Rate of a railway over that of the network, `1 + share * (high / standard - 1)`; None where no class counts.

    A proportion, so that it means the same in an economy whose railways have a rate of their own.
    """
    share = parameters["class_figures_share"]
    if not share or _mode(item) != "rail" or not _rises_in_class(item, section, parameters):
        return None
    return 1 + share * (parameters["rail_rate_high_capacity"] / parameters["rail_rate_standard"] - 1)


def _recorded(section: Section) -> str:
    """Electric traction and further tracks of a section in words; empty where it brings neither.

    Published speeds or running times carry what they do to time. No public source that we know gives a speed or a
    freight rate for them in general, so that without those they have no effect.
    """
    found = []
    if section.is_true("electrified") and not section.is_true("electrified_before"):
        found.append("electrification")
    before, after = section.figure("tracks_before"), section.figure("tracks")
    if before and after and (before.value or 0) < (after.value or 0):
        found.append("a second track" if after.value == 2 else f"{after.value:g} tracks")
    return " and ".join(found) + (" is" if len(found) == 1 else " are") if found else ""


def _mode(item: Item) -> Mode:
    return "rail" if item.kind_row.mode == "rail" else "road"


def _chains(sections: list[Section]) -> list[list[Section]]:
    """Sections that go on from one another, by the names of their ends, in the order of the file."""
    chains: list[list[Section]] = []
    for section in sections:
        for chain in chains:
            if chain[-1].ends[1].name == section.ends[0].name:
                chain.append(section)
                break
        else:
            chains.append([section])
    return chains


def _new_line(item: Item, chain: list[Section], parameters: Mapping[str, float]) -> NewLine | None:
    km = 0.0
    hours: float | None = 0.0
    points: list[Point] = []
    gauges: list[tuple[float, ...]] = []
    rates: list[tuple[float, float | None]] = []
    for section in chain:
        length = section.length.value
        if length is None:
            return None
        km += length
        time, speed = section.figure("running_time"), _speed(section, parameters, "")
        speed = _class_speed(item, section, parameters) if speed is None else speed
        rates.append((length, _rate(item, section, parameters)))
        taken = time.value if time is not None else None if speed is None else length / speed
        hours = None if taken is None or hours is None else hours + taken
        found = section.figure("gauge")
        gauge = () if found is None or found.value is None else (found.value,)
        if points:
            gauges[-1] += gauge
        gauges += [gauge] * (len(section.points) - bool(points))
        points += section.points[1:] if points else section.points
    breaks = tuple(point.name for point in points if point.name in item.words("break_of_gauge"))
    rate = _mean_rate(rates, item, parameters)
    return NewLine(item.id, _mode(item), tuple(points), km, hours, breaks, tuple(gauges), rate)


def _mean_rate(
    rates: list[tuple[float, float | None]], item: Item, parameters: Mapping[str, float]
) -> float | None:
    """Rate of a chain of sections (km, rate) by km; None where it is the network's own.

    Sections of a railway without one take that of the item's economies; of a road all must have one.
    """
    missing = [rate is None for _, rate in rates]
    if all(missing) or (_mode(item) == "road" and any(missing)):
        return None
    own = mean_rail_rate(item.economies, parameters)
    return sum(km * (own if rate is None else rate) for km, rate in rates) / sum(km for km, _ in rates)


def _rate(item: Item, section: Section, parameters: Mapping[str, float]) -> float | None:
    """Rate of a new section, US$/TEU-km: as published, else by class on that of the item's economies; None without."""
    published = section.figure("rate")
    if published is not None:
        return published.value
    ratio = _class_rate_ratio(item, section, parameters)
    return None if ratio is None else ratio * mean_rail_rate(item.economies, parameters)


def _speed(section: Section, parameters: Mapping[str, float], when: str) -> float | None:
    """Operating speed in km/h: as published, else the design speed times `operating_speed_share`."""
    operating = section.figure(f"operating_speed{when}")
    if operating is not None:
        return operating.value
    design = section.figure(f"design_speed{when}")
    if design is None or design.value is None:
        return None
    return design.value * parameters["operating_speed_share"]


# -- places


def _crossing_effects(item: Item, parameters: Mapping[str, float]) -> tuple[list[Effect], list[Gap]]:
    adopted = item.figure("adoption_share")
    share = 1.0 if adopted is None or adopted.value is None else adopted.value
    hours = saving_of(item.figure("hours_before"), item.figure("hours_after"), share)
    usd = saving_of(item.figure("fee_before"), item.figure("fee_after"), share)
    note = item.figure("saving_per_consignment")
    if usd is None and note is not None and note.value is not None:
        usd = Saving(share * note.value / parameters["teu_per_consignment"], 1.0)
    if hours is None and usd is None:
        if item.words("importers") and item.words("exporters"):
            return [], []  # the channel of facilitation has a coefficient for these
        return [], [Gap(item.id, "effect", "effect not assessed: no hours or fees saved are published")]
    if not item.crossings:
        return [], [Gap(item.id, "effect", "effect not assessed: no border crossing is named")]
    overlap = overlaps().get(item.kind, "")
    return [QuickerCrossing(item.id, crossing, hours, usd, overlap) for crossing in item.crossings], []


def _port_effects(item: Item) -> tuple[list[Effect], list[Gap]]:
    place = item.get("place")
    if item.is_new_port and isinstance(place, Point):
        figures = (item.figure(name) for name in ("dwell_after", "port_fee_after"))
        after = [None if figure is None else figure.value for figure in figures]
        return [NewPort(item.id, place, *after)], []
    hours = saving_of(item.figure("dwell_before"), item.figure("dwell_after"), 1.0)
    usd = saving_of(item.figure("port_fee_before"), item.figure("port_fee_after"), 1.0)
    if not isinstance(place, Point) or (hours is None and usd is None):
        return [], [Gap(item.id, "effect", "effect not assessed: no dwell or fees saved are published")]
    return [QuickerPort(item.id, place, hours, usd)], []


def saving_of(before: Evidence | None, after: Evidence | None, share: float) -> Saving | None:
    """Mean saving per TEU over those who take part and those who do not."""
    if before is None or after is None or before.value is None or after.value is None:
        return None
    saved = before.value - after.value
    return Saving(share * saved, share * saved / before.value if before.value else 0.0)
