"""Lines and points of a GIS as the draft of a programme: places named, lengths measured, everything else left blank.

GeoJSON (RFC 7946) has longitude first, in degrees of WGS 84. A line becomes a project whose section leads through its
ends and the cities that it passes; a point becomes one that stands there. The file says nothing of costs, dates and
effects: what of it is needed is marked to be filled in.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count, pairwise
from typing import Any

import numpy as np
import pandas as pd

from samarkand.core.conventions import Floats
from samarkand.core.faults import FaultList, did_you_mean
from samarkand.core.geodesy import (
    calc_chord_distance,
    calc_great_circle_distance,
    calc_squared_chord,
    unit_vectors,
)
from samarkand.programme.files.template import blank
from samarkand.programme.files.toml_writing import keys_and_values
from samarkand.programme.model.kinds import attributes, kinds

LARGEST_FILE = 100_000_000  # bytes
PASSED_KM = 15.0  # within which a line passes a city
NEAR_KM, FAR_KM = 60.0, 300.0  # of a city: an end lies there; a place is somewhere else
MOST_POINTS = 40  # of a section: a line through more cities than that names every second, third, ... one
Pairs = list[tuple[float, float]]  # latitude, longitude
EXPORT = "Export it in degrees of WGS 84 (EPSG:4326), longitude first, as GeoJSON is."


@dataclass(frozen=True)
class Cities:
    """The cities of the network: a table with name, iso3, lat, lon."""

    table: pd.DataFrame

    def nearest(self, latitude: float, longitude: float) -> tuple[str, str, float]:
        """Name, economy and km of the nearest city."""
        squared = calc_squared_chord(self._on_sphere, unit_vectors(latitude, longitude))
        at = int(squared.argmin())
        km = float(calc_chord_distance(np.sqrt(squared[at])))
        return str(self.table["name"].iloc[at]), str(self.table["iso3"].iloc[at]), km

    @cached_property
    def _on_sphere(self) -> Floats:
        return unit_vectors(self.table["lat"].to_numpy(float), self.table["lon"].to_numpy(float))


def kinds_of(shape: str) -> tuple[str, ...]:
    """Kinds of projects that lie along a `line`, or that stand at a `point`."""
    key = {"line": ("section", "route"), "point": ("place",)}[shape]
    return tuple(name for name in kinds() if any(one in attributes("item", name) for one in key))


def draft_of(
    content: bytes,
    place: str,
    name: str,
    cities: Cities,
    faults: FaultList,
    *,
    line: str = "",
    point: str = "",
) -> str:
    """The draft as TOML; empty, with faults, where the file cannot be read so.

    line, point: the kinds of lines and points whose property `kind` names none.
    """
    for option, kind in (("line", line), ("point", point)):
        if kind and kind not in kinds_of(option):
            faults.add(
                f"--{option} {kind}", f"is no kind of a {option}", did_you_mean(kind, kinds_of(option))
            )
    features = features_of(content, place, faults)
    taken: set[str] = set()
    items: list[dict[str, Any]] = []
    for number, feature in enumerate(features, 1):
        where = f"{place}, feature {number}"
        shape, parts = geometry_of(feature.get("geometry"), where, faults)
        if not parts or not on_the_globe(parts, where, faults) or exchanged(parts, where, cities, faults):
            continue
        about = feature.get("properties")
        properties = about if isinstance(about, Mapping) else {}
        kind = _kind(shape, properties, {"line": line, "point": point}[shape], where, faults)
        if kind:
            items.append(_item(shape, parts, kind, properties, place, cities, taken))
    if not items and not faults:
        faults.add(
            place, "holds no line and no point", "Give features with the geometry LineString or Point."
        )
    return "" if faults else _toml(name, place, items)


def features_of(content: bytes, place: str, faults: FaultList) -> list[Mapping[str, Any]]:
    if len(content) > LARGEST_FILE:
        faults.add(
            place, f"has {len(content):,} bytes", f"At most {LARGEST_FILE:,} are read: simplify the lines."
        )
        return []
    try:
        whole = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        faults.add(place, "is not UTF-8", "Export it as GeoJSON, which is UTF-8.")
        return []
    except (ValueError, RecursionError) as error:
        faults.add(place, f"is not JSON, or cut short: {str(error)[:120]}", "Export it as GeoJSON.")
        return []
    if isinstance(whole, Mapping) and whole.get("type") == "Feature":
        whole = {"features": [whole]}
    listed = whole.get("features") if isinstance(whole, Mapping) else None
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
        faults.add(place, "is no GeoJSON of features", "Export it as a FeatureCollection.")
        return []
    return listed


def geometry_of(geometry: object, where: str, faults: FaultList) -> tuple[str, list[Pairs]]:
    """`line` or `point`, and its parts as latitude and longitude; no parts, with a fault, for what is neither."""
    found = geometry if isinstance(geometry, Mapping) else {}
    kind = str(found.get("type"))
    given: Any = found.get("coordinates")
    nested: Any = {"LineString": [given], "MultiLineString": given, "Point": [[given]]}.get(kind)
    if kind not in ("LineString", "MultiLineString", "Point"):
        faults.add(
            where,
            f"is {kind}, neither a line nor a point",
            "Give a LineString, a MultiLineString or a Point.",
        )
        return "point", []
    try:
        parts = [[(float(pair[1]), float(pair[0])) for pair in part] for part in nested]
        if not all(math.isfinite(number) for part in parts for pair in part for number in pair):
            raise ValueError
    except (TypeError, ValueError, IndexError, KeyError):
        faults.add(where, "has coordinates that are no pairs of numbers", EXPORT)
        return "point", []
    shape = "point" if kind == "Point" else "line"
    if not parts or any(len(part) < (2 if shape == "line" else 1) for part in parts):
        faults.add(where, "is a line of fewer than two points", "Draw it again, or leave it out.")
        return shape, []
    return shape, parts


def on_the_globe(parts: Sequence[Pairs], where: str, faults: FaultList) -> bool:
    for latitude, longitude in (pair for part in parts for pair in part):
        if abs(latitude) <= 90.0 and abs(longitude) <= 180.0:
            continue
        if abs(longitude) <= 90.0 and abs(latitude) <= 180.0:
            reason = f"has latitude first: {longitude:g}, {latitude:g} is on no globe"
            faults.add(where, reason, "Exchange the coordinates: GeoJSON has longitude first.")
        else:
            faults.add(where, f"has {longitude:g}, {latitude:g}, which are no degrees", EXPORT)
        return False
    return True


def exchanged(parts: Sequence[Pairs], where: str, cities: Cities, faults: FaultList) -> bool:
    """Whether all ends lie far from any city, and near cities once latitude and longitude change places."""
    ends = [pair for part in parts for pair in (part[0], part[-1])]
    if any(cities.nearest(latitude, longitude)[2] < FAR_KM for latitude, longitude in ends):
        return False
    if any(abs(longitude) > 90.0 for _, longitude in ends):
        return False
    turned = [cities.nearest(longitude, latitude) for latitude, longitude in ends]
    if any(km > NEAR_KM for *_, km in turned):
        return False
    near = ", ".join(dict.fromkeys(f"{name} ({km:.0f} km)" for name, _, km in turned))
    reason = f"has latitude and longitude exchanged: turned, its ends lie near {near}"
    faults.add(where, reason, "Exchange the coordinates: GeoJSON has longitude first.")
    return True


def _kind(shape: str, about: Mapping[str, Any], option: str, where: str, faults: FaultList) -> str:
    said = str(about.get("kind") or "")
    if said:
        if said in kinds_of(shape):
            return said
        faults.add(where, f"kind is {said!r}, no kind of a {shape}", did_you_mean(said, kinds_of(shape)))
    elif option:
        return option
    else:
        listed = ", ".join(kinds_of(shape))
        faults.add(
            where,
            f"is a {shape} without a kind",
            f"Say --{shape} KIND ({listed}), or give the property kind.",
        )
    return ""


def _item(
    shape: str,
    parts: Sequence[Pairs],
    kind: str,
    about: Mapping[str, Any],
    place: str,
    cities: Cities,
    taken: set[str],
) -> dict[str, Any]:
    """The keys of an item, in the order of their declaration; what the file does not say is blank."""
    declared = attributes("item", kind)
    named = [named_points(part, cities, shape) for part in parts]
    title = str(about.get("title") or about.get("name") or "").strip()
    title = title or " - ".join(dict.fromkeys(part[end]["name"] for part in named for end in (0, -1)))
    given: dict[str, Any] = {
        "id": short_name(title, kind, taken), "title": title, "kind": kind,
        "economies": list(dict.fromkeys(cities.nearest(*pair)[1] for part in parts for pair in (part[0], part[-1]))),
    }  # fmt: skip
    if (said := str(about.get("description") or "").strip()) and "description" in declared:
        given["description"] = said
    if (status := str(about.get("status") or "")) in declared["status"].choices:
        given["status"] = status
    if "section" in declared:
        given["section"] = [
            {
                "effect": blank(attributes("section", kind)["effect"], kind),
                "points": points,
                "length": length_of(part, place),
            }
            for part, points in zip(parts, named, strict=True)
        ]
    elif "route" in declared:
        given["route"] = [one for points in named for one in points]
        given["length"] = length_of([pair for part in parts for pair in part], place)
    else:
        given["place"] = named[0][0]
    return {key: given[key] if key in given else blank(row, kind) for key, row in declared.items()
            if key in given or row.is_required(kind)}  # fmt: skip


def short_name(title: str, kind: str, taken: set[str]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60].strip("-") or kind.replace("_", "-")
    numbered = (f"{plain}-{n}" for n in count(2))
    found = next(name for name in chain((plain,), numbered) if name not in taken)
    taken.add(found)
    return found


def length_of(part: Pairs, place: str) -> dict[str, Any]:
    km = sum(float(calc_great_circle_distance(*one, *other)) for one, other in pairwise(part))
    note = "measured along the line as it is drawn"
    return {
        "value": round(km, 1),
        "unit": "km",
        "source": f"the file {place}",
        "flag": "derived",
        "note": note,
    }


def named_points(part: Pairs, cities: Cities, shape: str) -> list[dict[str, Any]]:
    """The ends and the cities on the way, each under the name of its city, or where it is near none under its own."""
    ends = {0, len(part) - 1}
    passed: dict[str, tuple[float, int]] = {}
    for at, pair in enumerate(part):
        name, _, km = cities.nearest(*pair)
        if at in ends or km <= PASSED_KM:
            passed[name] = min(passed.get(name, (km, at)), (km, at))
    inner = sorted({at for _, at in passed.values()} - ends)
    step = -(-len(inner) // (MOST_POINTS - 2)) or 1
    found = []
    for at in sorted(ends | set(inner[::step])):
        latitude, longitude = part[at]
        name, _, km = cities.nearest(latitude, longitude)
        if km > NEAR_KM:
            name = f"{abs(latitude):.2f} {'NS'[latitude < 0]} {abs(longitude):.2f} {'EW'[longitude < 0]}"
        found.append({"name": name, "latitude": round(latitude, 5), "longitude": round(longitude, 5)})
    return found


def _toml(name: str, place: str, items: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        f"# Programme {name}: a draft from the lines and points of {place}.",
        "# Fill in what is marked <fill in>. What is not known stays out, it is never 0.",
        "# All keys of a kind: samarkand programme new NAME --kind KIND.",
        "",
        "[programme]",
        f'id = "{name}"',
        'title = "<fill in>"',
        *(line for item in items for line in _item_lines(item)),
        "",
    ]
    return "\n".join(lines)


def _item_lines(item: Mapping[str, Any]) -> Iterator[str]:
    level = kinds()[item["kind"]].item
    yield from ("", f"[[{level}]]", *keys_and_values(dict(item)))
    for section in item.get("section", ()):
        yield from ("", f"  [[{level}.section]]", *keys_and_values(section, "  "))
