"""Cable systems of the user's own, as CSV or GeoJSON: one row (or one point) a landing, in order along the trunk.

Columns, or properties of each point: `system, landing, economy`, and `latitude, longitude` (in GeoJSON its geometry);
where known `title, kind, capacity` (Gbit/s), `year, passes, branch, source`. `passes` and `branch` are chokepoints that
the trunk since the landing before, and the branch to this landing, pass. A system of a name that is there replaces it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from samarkand.core.faults import did_you_mean
from samarkand.world.cables import SystemRow
from samarkand.world.cables.tables import NEEDED, OPTIONAL
from samarkand.world.importers.frame import Import, Parts, in_parts
from samarkand.world.importers.tables import check_file, read_chunks
from samarkand.world.network.chokepoints import chokepoints
from samarkand.world.network.nearest import nearest_nodes

GEOJSON = (".geojson", ".json")
KINDS = get_args(SystemRow.model_fields["kind"].annotation)
# Farther than this from every city of its economy, a landing is held against its coordinates the other way about.
FAR_KM = 500.0


def read(task: Import) -> Parts | None:
    """The table of the files' systems."""
    tables = [one for path in in_parts(task.paths, task) if (one := _read(task, path)) is not None]
    if not tables:
        return None
    table = pd.concat(tables, ignore_index=True)
    _check_systems(task, table)
    if task.faults:
        return None
    place = f"{len(table['system'].unique())} systems, {len(table)} landings"
    task.notes.append(place)
    year = task.base.accounts.year if task.year is None else task.year
    return Parts(year=year, cables=table[[*NEEDED, *OPTIONAL]], measures={"systems": place})


def _read(task: Import, path: Path) -> pd.DataFrame | None:
    if path.suffix.lower() in GEOJSON:
        cells = _geojson(task, path)
    else:
        chunks = list(read_chunks(path, task.faults, task.progress, needed=NEEDED, optional=OPTIONAL))
        cells = pd.concat(chunks) if chunks else None
    if cells is None or cells.empty:
        return None
    cells = cells.reindex(columns=[*NEEDED, *OPTIONAL], fill_value="").apply(
        lambda column: column.str.strip()
    )
    numbers = {
        name: task.numbers(path, cells[name], sign=name in ("latitude", "longitude"))
        for name in ("latitude", "longitude", "capacity", "year")
    }
    table: pd.DataFrame = cells.assign(**numbers, place=[f"{path}, line {line}" for line in cells.index])
    table["economy"] = [codes[0] if codes else "" for codes in task.economies(path, cells["economy"])]
    table["source"] = [one or f"the file {path.name}" for one in table["source"]]
    for name, kind in zip(table["place"], table["kind"], strict=True):
        if kind and kind not in KINDS:
            task.fault(name, f"kind is {kind!r}", did_you_mean(kind, KINDS))
    _check_straits(task, table)
    _check_places(task, table)
    return table


def _geojson(task: Import, path: Path) -> pd.DataFrame | None:
    """Points with properties as rows of words."""
    if not check_file(path, task.faults):
        return None
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        rows: list[dict[str, Any]] = []
        for one in features:
            geometry = one.get("geometry") or {}
            if geometry.get("type") != "Point":
                task.fault(
                    f"{path}, feature {len(rows) + 1}", f"is a {geometry.get('type')}, not a Point",
                    "Give each landing as a Point, in its order along the trunk.", "features that are no points",
                )  # fmt: skip
            longitude, latitude = (geometry.get("coordinates") or ["", ""])[:2]
            rows.append({**one["properties"], "longitude": longitude, "latitude": latitude})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        task.fault(
            str(path), "is no GeoJSON of features with properties", "Export it as a FeatureCollection."
        )
        return None
    table = pd.DataFrame(rows, index=range(1, len(rows) + 1)).astype(object)
    missing = [name for name in NEEDED if name not in table]
    if missing or table.empty:
        task.fault(
            str(path), f"has no property {', '.join(missing) or 'system'}", f"It needs {', '.join(NEEDED)}."
        )
        return None
    words: pd.DataFrame = table.apply(lambda column: column.map(_word))
    return words


def _word(cell: object) -> str:
    return "" if cell is None or cell != cell else str(cell)


def _check_straits(task: Import, table: pd.DataFrame) -> None:
    known = [row.id for row in chokepoints()]
    for name in ("passes", "branch"):
        for place, words in zip(table["place"], table[name], strict=True):
            for word in words.split():
                if word not in known:
                    task.fault(
                        place, f"{name} has {word!r}, which is no chokepoint", did_you_mean(word, known)
                    )


def _check_places(task: Import, table: pd.DataFrame) -> None:
    """Latitudes and longitudes within their bounds, and not exchanged."""
    cities = task.base.network.cities
    for place, code, latitude, longitude in zip(
        table["place"], table["economy"], table["latitude"], table["longitude"], strict=True
    ):
        if np.isnan(latitude) or np.isnan(longitude):
            continue
        mine = cities[cities["iso3"] == code]
        turned = abs(longitude) <= 90 and len(mine) and _km(mine, longitude, latitude) < FAR_KM
        if not (abs(latitude) <= 90 and abs(longitude) <= 180):
            said = "Are latitude and longitude exchanged?" if turned else "Correct them."
            task.fault(place, f"latitude {latitude:g} and longitude {longitude:g} are on no globe", said)
        elif turned and _km(mine, latitude, longitude) > FAR_KM:
            task.fault(
                place, f"latitude and longitude are exchanged: turned, it lies near a city of {code}",
                f"Write latitude {longitude:g}, longitude {latitude:g}.",
            )  # fmt: skip


def _km(cities: pd.DataFrame, latitude: float, longitude: float) -> float:
    """To the nearest of some cities."""
    return float(nearest_nodes(cities, np.array([latitude]), np.array([longitude]))[1][0])


def _check_systems(task: Import, table: pd.DataFrame) -> None:
    """Each system lands in two places or more, each once, and has one capacity."""
    for name, rows in table.groupby("system", sort=False):
        place = str(rows["place"].iloc[0])
        twice = rows[rows.duplicated(["landing", "economy"], keep=False)]
        if len(twice):
            again = twice["landing"].iloc[0]
            task.fault(str(twice["place"].iloc[1]), f"{name} lands twice in {again}", "Keep one row each.")
        elif len(rows) < 2:
            task.fault(place, f"{name} lands in one place alone", "Give all its landings, in their order.")
        for column in ("capacity", "year"):
            if len(set(rows[column].dropna())) > 1:
                task.fault(place, f"{name} has more than one {column}", "Give one for the system.")
