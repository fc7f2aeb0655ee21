"""Checks of a programme beyond single values: names that refer, days in order, ends on the network.

Every check adds faults and goes on; none raises. `Gazetteer` is what the checks ask of the world's network.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path as FilePath
from typing import Any, Protocol, TypeVar

from samarkand.core.conventions import BASE_YEAR
from samarkand.core.evidence import Evidence
from samarkand.core.faults import FaultList, did_you_mean
from samarkand.core.geodesy import calc_great_circle_distance
from samarkand.programme.channels.gauge_at_ends import gauge_clash
from samarkand.programme.channels.over_water import over_water
from samarkand.programme.files.financing_checks import findings
from samarkand.programme.files.formats import read_file
from samarkand.programme.files.progress_checks import findings as progress_findings
from samarkand.programme.files.reading import Reader
from samarkand.programme.files.toml_positions import Path, Places
from samarkand.programme.model.kinds import ENTRIES, attributes, kinds
from samarkand.programme.model.models import (
    Crossing,
    Financing,
    Measure,
    Party,
    Point,
    Programme,
    Project,
    Section,
    When,
)

Thing = TypeVar("Thing")

# Keys of what an upgrade found, in words.
BEFORE = {
    "design_speed": "speed", "operating_speed": "speed", "running_time": "running time",
    "line_capacity": "capacity", "electrified": "electric traction",
}  # fmt: skip
# Figures that act at the crossings of an item.
SAVED_AT_CROSSINGS = ("hours_after", "fee_after", "saving_per_consignment")
SHARE_TOLERANCE = 1e-6  # shares are written with a few decimals
LENGTH_TOLERANCE = (
    0.97  # coordinates of towns, not of stations: a line may seem a little shorter than the air line
)


class Gazetteer(Protocol):
    """Properties of a network that the checks need."""

    def nearest(
        self, latitude: float, longitude: float, mode: str, number: int = 3
    ) -> Sequence[tuple[str, float]]:
        """The nearest nodes of a mode with their distance in km, nearest first."""
        ...

    def has_crossing(self, economies: tuple[str, ...], mode: str) -> bool:
        """Whether a link of the mode crosses the border between the two economies."""
        ...

    def names_meant(self, name: str, economies: tuple[str, ...], mode: str) -> tuple[str, ...]:
        """Names, each once, of the links of the mode across the border that a name means."""
        ...

    def crossing_names(self, economies: tuple[str, ...], mode: str) -> tuple[str, ...]:
        """Names of the links of the mode across the border."""
        ...

    def station_near(
        self, latitude: float, longitude: float, has_line: bool
    ) -> tuple[float, float, float] | None:
        """Latitude, longitude and km of a city's station, or of a place without rails; None where there is none."""
        ...


@dataclass(frozen=True)
class Surroundings:
    """Properties of the world that a file is checked against; None where they are not known and not checked."""

    economies: Collection[str] | None = None
    gazetteer: Gazetteer | None = None
    snap_distance: float = 45.0


def check_file(path: FilePath, around: Surroundings) -> tuple[Programme | None, FaultList]:
    """Read and check one file: the programme, or None where anything is wrong, and all faults."""
    faults = FaultList()
    tables, places = read_file(path, faults)
    if not tables:
        return None, faults
    return check_tables(tables, places, around, faults)


def check_tables(
    tables: dict[str, Any], places: Places, around: Surroundings, faults: FaultList
) -> tuple[Programme | None, FaultList]:
    """As `check_file`, from the tables of the file and the place of each key."""
    reader = Reader(places, faults, around.economies)
    check = _Check(reader, around)
    for key in tables:
        if key not in ("programme", "party", "project", "measure"):
            place = reader.place("", (key,))
            mend = did_you_mean(key, ("programme", "party", "project", "measure"))
            faults.add(place or key, f"unknown key {key}", mend)
    head = _head(tables, reader)
    check.as_of = head.get("as_of")
    parties = check.parties(_list(tables, "party", reader))
    values = {
        level: [check.item(table, level, number) for number, table in enumerate(_list(tables, level, reader))]
        for level in ("project", "measure")
    }
    if "project" not in tables and "measure" not in tables:
        faults.add(
            "the file", "has neither a project nor a measure", "Add a [[project]] or a [[measure]] table."
        )
    check.identifiers()
    check.alternatives(values)
    if faults:
        return None, faults
    programme = Programme.of(
        head,
        parties=tuple(parties),
        projects=tuple(Project.of(item) for item in values["project"]),
        measures=tuple(Measure.of(item) for item in values["measure"]),
    )
    return programme, faults


def programme_of(tables: dict[str, Any], around: Surroundings) -> Programme:
    """The programme of tables that no file has, checked as one. Raises `Faults` with all that is wrong."""
    programme, faults = check_tables(tables, {}, around, FaultList())
    faults.raise_if_any()
    assert programme is not None  # else there are faults
    return programme


def _head(tables: dict[str, Any], reader: Reader) -> dict[str, Any]:
    if "programme" not in tables:
        reader.faults.add("the file", "has no [programme] table", "Begin with [programme], id and title.")
        return {}
    return reader.read("programme", tables["programme"], "programme", ("programme",))


def _list(tables: dict[str, Any], level: str, reader: Reader) -> list[Any]:
    found = tables.get(level, [])
    if not isinstance(found, list):
        reader.faults.add(reader.place(level, (level,)), "is not a list of tables", f"Write [[{level}]].")
        return []
    return found


class _Check:
    def __init__(self, reader: Reader, around: Surroundings) -> None:
        self.reader = reader
        self.faults = reader.faults
        self.around = around
        self.party_ids: list[str] = []
        self.seen: list[tuple[str, str, Path]] = []
        self.as_of: When | None = None

    def parties(self, tables: list[Any]) -> list[Party]:
        found: list[Party] = []
        for number, table in enumerate(tables):
            path: Path = ("party", number)
            where = _name(table, "party", number)
            values = self.reader.read("party", table, where, path)
            if "id" in values:
                self.seen.append(("party", values["id"], path))
                self.party_ids.append(values["id"])
            if {"id", "name"} <= values.keys():
                found.append(Party.of(values))
        return found

    def identifiers(self) -> None:
        """No short name is given twice among the parties, or among projects and measures."""
        first: dict[tuple[bool, str], Path] = {}
        for level, name, path in self.seen:
            key = (level == "party", name)
            if key in first:
                before = self.reader.place("", first[key], "id") or "above"
                self.faults.add(
                    self.reader.place(f"{level} {name}", path, "id"),
                    f"the id {name} is already used ({before})",
                    "Give each its own.",
                )
            else:
                first[key] = path

    def alternatives(self, by_level: Mapping[str, Sequence[dict[str, Any]]]) -> None:
        """Each alternative names an item of the programme that is none itself."""
        listed = [
            (level, number, values)
            for level, items in by_level.items()
            for number, values in enumerate(items)
            if "id" in values
        ]
        instead = {values["id"]: values.get("alternative_to") for _, _, values in listed}
        for level, number, values in listed:
            name, of = values["id"], values.get("alternative_to")
            if of is None or (of in instead and of != name and not instead[of]):
                continue
            place = self.reader.place(f"{level} {name}", (level, number), "alternative_to")
            if of == name:
                self.faults.add(
                    place, "is an alternative to itself", "Name the item in whose place it could be built."
                )
            elif of in instead:
                self.faults.add(
                    place, f"{of} is an alternative itself", f"Name {instead[of]}, which it stands for."
                )
            else:
                others = [one for one, other in instead.items() if not other]
                self.faults.add(place, f"{of} is not an item of the programme", did_you_mean(str(of), others))

    def item(self, table: Any, level: str, number: int) -> dict[str, Any]:
        """The values of one project or measure by key, checked; whatever is wrong is a fault and left out."""
        path: Path = (level, number)
        where = _name(table, level, number)
        kind = table.get("kind") if isinstance(table, dict) else None
        kind = kind if isinstance(kind, str) and kind in kinds() else None
        values = self.reader.item(table, where, path, kind)
        if "id" in values:
            self.seen.append((level, values["id"], path))
        if kind is not None and kinds()[kind].item != level:
            self.faults.add(
                self.reader.place(where, path, "kind"),
                f"{kind} is the kind of a {kinds()[kind].item}",
                f"Write it under [[{kinds()[kind].item}]].",
            )
        self._days(values, where, path)
        self._pairs(table, where, path)
        self._people(values, where, path)
        self._sections(values, where, path, kind)
        self._place(values, where, path, kind)
        self._route(values, where, path)
        self._crossings(values, where, path)
        self._happened(values, where, path)
        return values

    def _numbered(self, things: Sequence[Thing], path: Path) -> list[tuple[int, Thing]]:
        """Tables of a list that could be read, each with its place in the file: others of the list may be faulty."""
        return list(zip(self.reader.kept.get(path, range(len(things))), things, strict=True))

    def _days(self, values: dict[str, Any], where: str, path: Path) -> None:
        start, opening = values.get("construction_start"), values.get("opening")
        if start and opening and opening.is_before(start):
            self.faults.add(
                self.reader.place(where, path, "opening"),
                f"opens {opening}, before construction starts ({start})",
                "Exchange or correct the two days.",
            )
        if opening and opening.year <= BASE_YEAR:
            self.faults.add(
                self.reader.place(where, path, "opening"),
                f"was in service by the end of {BASE_YEAR} and so is part of the baseline",
                "Leave it out, or enter only its later expansion.",
            )

    def _happened(self, values: dict[str, Any], where: str, path: Path) -> None:
        """Milestones, payments, change orders and disputes, and the parties that they name."""
        numbers = {
            level: [number for number, _ in self._numbered(values.get(level, ()), (*path, level))]
            for level in ENTRIES.values()
        }

        def place(level: str, number: int) -> tuple[str, Path]:
            there = numbers[level][number]
            return f"{where}, {level.replace('_', ' ')} {there + 1}", (*path, level, there)

        for level in numbers:
            for number, row in enumerate(values.get(level, ())):
                self._known_parties(level, dict(row.attributes), *place(level, number))
        for level, number, key, wrong, remedy in progress_findings(values, self.as_of):
            here, at = place(level, number)
            self.faults.add(self.reader.place(here, at, key), wrong, remedy)

    def _pairs(self, values: Any, where: str, path: Path) -> None:
        """A figure after needs the figure before: the model takes the change, not the level."""
        for name in values if isinstance(values, dict) else ():
            if name.endswith("_after") and f"{name[:-6]}_before" not in values:
                before = f"{name[:-6]}_before"
                self.faults.add(
                    self.reader.place(where, path, name),
                    f"{name} stands without {before}",
                    f"Add {before}; where it is not known, leave both out.",
                )

    def _people(self, values: dict[str, Any], where: str, path: Path) -> None:
        self._known_parties("item", values, where, path)
        lines: tuple[Financing, ...] = values.get("financing", ())
        economies = values.get("economies", ())
        total = 0.0
        for number, line in self._numbered(lines, (*path, "financing")):
            here = f"{where}, financing {number + 1}"
            at = (*path, "financing", number)
            self._known_parties("financing", {"party": line.party, **dict(line.attributes)}, here, at)
            for key, wrong, remedy in findings(line):
                self.faults.add(self.reader.place(here, at, key), wrong, remedy)
            total += line.share_of(values.get("capex")) or 0.0
            owes = line.is_debt
            if owes and not line.serviced_by and len(economies) > 1:
                self.faults.add(
                    self.reader.place(here, at),
                    f"does not say which of {', '.join(economies)} services the {line.instrument}",
                    "Add serviced_by = { " + " = ..., ".join(economies) + " = ... }.",
                )
            if line.serviced_by and not owes:
                self.faults.add(
                    self.reader.place(here, at, "serviced_by"),
                    f"{line.named} is not serviced",
                    "Remove serviced_by, or make it a loan or bond.",
                )
        if total > 1 + SHARE_TOLERANCE:
            self.faults.add(
                self.reader.place(where, (*path, "financing", 0)),
                f"the financing adds up to {total:.1%} of capex",
                "The shares may add up to 100 % at most.",
            )

    def _known_parties(self, level: str, values: dict[str, Any], where: str, path: Path) -> None:
        """Whatever names a party names one of the file."""
        for key, row in attributes(level).items():
            found = values.get(key) if row.type in ("party", "parties") else None
            for name in (found,) if isinstance(found, str) else found or ():
                if name not in self.party_ids:
                    self.faults.add(
                        self.reader.place(where, path, key),
                        f"unknown party {name!r}",
                        did_you_mean(name, self.party_ids)
                        if self.party_ids
                        else "Add a [[party]] table for it.",
                    )

    # -- geography

    def _sections(self, values: dict[str, Any], where: str, path: Path, kind: str | None) -> None:
        sections: tuple[Section, ...] = values.get("section", ())
        declared_breaks = values.get("break_of_gauge", ())
        names: dict[str, list[tuple[int, Section]]] = {}
        for number, section in self._numbered(sections, (*path, "section")):
            self._length(section, f"{where}, section {number + 1}", (*path, "section", number))
            self._upgrade(section, f"{where}, section {number + 1}", (*path, "section", number))
            at = (*path, "section", number)
            wrong = over_water(section)
            if wrong is not None:
                here = self.reader.place(f"{where}, section {number + 1}", at, "points")
                self.faults.add(here, *wrong)
            for end in section.ends:
                names.setdefault(end.name, []).append((number, section))
        for name, meeting in names.items():
            gauges = {
                round(gauge.value)
                for _, section in meeting
                if (gauge := section.figure("gauge")) is not None and gauge.value is not None
            }
            if len(gauges) > 1 and name not in declared_breaks:
                listed = " and ".join(f"{gauge} mm" for gauge in sorted(gauges))
                self.faults.add(
                    self.reader.place(where, (*path, "section", meeting[-1][0]), "gauge"),
                    f"the gauges {listed} clash at {name}",
                    f'Correct one of them, or declare the change of trains: break_of_gauge = ["{name}"].',
                )
        for name in declared_breaks:
            if name not in names:
                self.faults.add(
                    self.reader.place(where, path, "break_of_gauge"),
                    f"no section ends at {name!r}",
                    did_you_mean(name, names),
                )
        open_ends = values.get("open_ends", ())
        for name in open_ends:
            if name not in names:
                self.faults.add(
                    self.reader.place(where, path, "open_ends"),
                    f"no section ends at {name!r}",
                    did_you_mean(name, names),
                )
        if kind is not None:
            joined = {name: meeting for name, meeting in names.items() if name not in open_ends}
            self._on_network(joined, where, path, kinds()[kind].mode, values)

    def _length(self, section: Section, where: str, path: Path) -> None:
        if section.length.value is not None:
            self._not_shorter(section.length.value, section.points, where, path)

    def _not_shorter(self, length: float, points: Sequence[Point], where: str, path: Path) -> None:
        """No line is shorter than the way by air between its points."""
        air_line = sum(
            calc_great_circle_distance(a.latitude, a.longitude, b.latitude, b.longitude)
            for a, b in pairwise(points)
        )
        if length < LENGTH_TOLERANCE * air_line:
            self.faults.add(
                self.reader.place(where, path, "length"),
                f"{length:g} km is shorter than the {air_line:.0f} km by air between its points",
                "Correct the length or the points.",
            )

    def _upgrade(self, section: Section, where: str, path: Path) -> None:
        """Figures of the state before belong to upgrades; tracks and capacity do not fall."""
        for name in dict(section.attributes):
            if name.endswith("_before") and section.effect == "new":
                what = BEFORE.get(name.removesuffix("_before"), name.removesuffix("_before"))
                self.faults.add(
                    self.reader.place(where, path, name),
                    f"a new section has no {what} before",
                    'Remove it, or write effect = "upgrade".',
                )
        for name in ("tracks", "line_capacity"):
            before, after = section.figure(f"{name}_before"), section.figure(name)
            if before and after and (after.value or 0) < (before.value or 0):
                self.faults.add(
                    self.reader.place(where, path, name),
                    f"falls from {before.value:g} to {after.value:g} {after.unit}",
                    "Correct one of them, or exchange the two.",
                )

    def _on_network(
        self,
        names: dict[str, list[tuple[int, Section]]],
        where: str,
        path: Path,
        mode: str,
        values: dict[str, Any],
    ) -> None:
        """An end lies near the network, unless another section of the item goes on from it."""
        for name, meeting in names.items():
            if len(meeting) > 1:
                continue
            number, section = meeting[0]
            end = next(end for end in section.ends if end.name == name)
            here = f"{where}, section {number + 1}"
            others = [point for point in section.points if point.name != name]
            city = (
                "A new railway may also lead to a city." if mode == "rail" and section.effect == "new" else ""
            )
            if city and self._waits_for_rails(end):
                continue
            self._near(end, mode, here, (*path, "section", number), "points", others, city)
            wrong = gauge_clash(section, end, self.around.gazetteer, values) if mode == "rail" else None
            if wrong is not None:
                self.faults.add(self.reader.place(here, (*path, "section", number), "gauge"), *wrong)

    def _waits_for_rails(self, point: Point) -> bool:
        """Whether a city without rails is there and no line near: a new one may lead to it."""
        around, place = self.around.gazetteer, (point.latitude, point.longitude)
        if around is None or around.station_near(*place, has_line=False) is None:
            return False
        nearest = around.nearest(*place, "rail")
        return not nearest or nearest[0][1] > self.around.snap_distance

    def _route(self, values: dict[str, Any], where: str, path: Path) -> None:
        length, route = values.get("length"), values.get("route")
        if isinstance(length, Evidence) and length.value is not None and route:
            self._not_shorter(length.value, route, where, path)

    def _place(self, values: dict[str, Any], where: str, path: Path, kind: str | None) -> None:
        at_port = kind is not None and kinds()[kind].effect == "port" and values.get("works") != "new"
        if isinstance(values.get("place"), Point) and at_port:
            new = 'A port that the network does not have yet: write works = "new".'
            self._near(values["place"], "sea", where, path, "place", else_=new)

    def _near(
        self, point: Point, mode: str, where: str, path: Path, key: str,
        others: Sequence[Point] = (), else_: str = "",
    ) -> None:  # fmt: skip
        """A point lies near the network; `others` are those that it goes on to, `else_` a further remedy."""
        gazetteer = self.around.gazetteer
        if gazetteer is None:
            return
        nearest = list(gazetteer.nearest(point.latitude, point.longitude, mode))
        if nearest and nearest[0][1] <= self.around.snap_distance:
            return
        place, network = (
            self.reader.place(where, path, key),
            {"sea": "any port"}.get(mode, f"the {mode} network"),
        )
        listed = ", ".join(f"{name} ({distance:.0f} km)" for name, distance in nearest)
        remedies = [f"Nearest are {listed}." if listed else f"The network has no {mode} nodes.", else_]
        turned = self._turned(point, mode)
        if turned is not None:
            exchanged = point.model_copy(update={"latitude": point.longitude, "longitude": point.latitude})
            if others and all(_apart(exchanged, one) < _apart(point, one) for one in others):
                self.faults.add(
                    place,
                    f"latitude and longitude of {point.name} are exchanged: turned, it lies {turned}",
                    f"Write latitude = {point.longitude:g}, longitude = {point.latitude:g}.",
                )
                return
            remedies.append(f"Are latitude and longitude exchanged? Turned, it lies {turned}.")
        self.faults.add(
            place,
            f"{point.name} lies off {network}: nothing within {self.around.snap_distance:g} km",
            " ".join(filter(None, remedies)),
        )

    def _turned(self, point: Point, mode: str) -> str | None:
        """What is near a point with latitude and longitude exchanged, in words; None for nothing."""
        if self.around.gazetteer is None or abs(point.longitude) > 90.0:
            return None
        nearest = self.around.gazetteer.nearest(point.longitude, point.latitude, mode)
        if not nearest or nearest[0][1] > self.around.snap_distance:
            return None
        return f"{nearest[0][1]:.0f} km from {nearest[0][0]}"

    def _crossings(self, values: dict[str, Any], where: str, path: Path) -> None:
        if self.around.gazetteer is None:
            return
        for number, crossing in self._numbered(values.get("crossing", ()), (*path, "crossing")):
            if not self.around.gazetteer.has_crossing(crossing.economies, crossing.mode):
                other = "rail" if crossing.mode == "road" else "road"
                apart = not self.around.gazetteer.has_crossing(crossing.economies, other)
                self.faults.add(
                    self.reader.place(f"{where}, crossing {number + 1}", (*path, "crossing", number)),
                    f"no {crossing.mode} link crosses between {' and '.join(crossing.economies)}"
                    + (": the two economies do not touch on the network" if apart else ""),
                    "Check the economies and the mode.",
                )
            elif (
                crossing.name
                and crossing.latitude is None
                and any(key in values for key in SAVED_AT_CROSSINGS)
            ):
                self._named(crossing, where, (*path, "crossing", number), number)

    def _named(self, crossing: Crossing, where: str, path: Path, number: int) -> None:
        """A crossing without coordinates is found by its name: else the figures would have no place to act."""
        gazetteer = self.around.gazetteer
        assert gazetteer is not None
        meant = gazetteer.names_meant(crossing.name, crossing.economies, crossing.mode)
        if len(meant) == 1:
            return
        place = self.reader.place(f"{where}, crossing {number + 1}", path, "name")
        if meant:
            self.faults.add(
                place,
                f"{crossing.name} means {len(meant)} crossings of the network: {', '.join(meant)}",
                "Write the whole name of the one that is meant, or give its latitude and longitude.",
            )
            return
        known = gazetteer.crossing_names(crossing.economies, crossing.mode)
        border = f"the {crossing.mode} border between {' and '.join(crossing.economies)}"
        self.faults.add(
            place,
            f"{crossing.name} is no crossing that {border} has on the network",
            (f"{did_you_mean(crossing.name, known)} Or give" if known else "Give")
            + " its latitude and longitude; without a name all crossings of the border are meant.",
        )


def _name(table: Any, level: str, number: int) -> str:
    name = table.get("id") if isinstance(table, dict) else None
    return f"{level} {name}" if isinstance(name, str) and name else f"{level} number {number + 1}"


def _apart(one: Point, other: Point) -> float:
    return calc_great_circle_distance(one.latitude, one.longitude, other.latitude, other.longitude)
