"""Crossings of a network that is imported: every link between two economies is one, with its row or the defaults."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from samarkand.core.conventions import Ints
from samarkand.core.faults import did_you_mean
from samarkand.world.importers.frame import Import
from samarkand.world.importers.network_reading import Tables
from samarkand.world.network.borders import border_parameters, border_regime

UNITS = {"hours": "hours", "usd": "US$/TEU"}
COLUMNS = (
    "id", "mode", "economy_a", "economy_b", "lat", "lon", "link", "status", "regime", "hours_parameter",
    "usd_parameter", "name", "reason",
)  # fmt: skip


def make_crossings(
    task: Import,
    path: Path | None,
    read: Tables,
    ends: dict[str, tuple[Ints, Ints]],
    own: Collection[str],
) -> dict[str, pd.DataFrame]:
    """The crossings of each land mode that is given, in the order of its links; faults for rows that fit no link.

    path: of crossings.csv, None where it is not there. ends: numbers of the nodes of each link, of the modes that could
    be read; own: modes whose files are there.
    """
    rows = read.get("crossings")
    given: dict[tuple[str, int], pd.Series] = {}
    if rows is not None and path is not None:
        for mode in ("road", "rail"):
            mine = rows[rows["mode"] == mode]
            if mode in ends:
                given |= {(mode, at): row for at, row in _on_links(task, path, read, mode, mine, *ends[mode])}
            elif len(mine) and mode not in own:
                task.fault(
                    f"{path}, line {mine.index[0]}",
                    f"the {mode} links are those of the base world, crossings and all",
                    f"Add {mode}_nodes.csv and {mode}_links.csv, or remove the rows of this mode.",
                )
        _check_figures(task, path, list(given.values()))
    return {mode: _of_mode(read, mode, *ends[mode], given) for mode in ends}


def _on_links(
    task: Import, path: Path, read: Tables, mode: str, rows: pd.DataFrame, u: Ints, v: Ints
) -> list[tuple[int, pd.Series]]:
    """The rows of a mode with the number of the link that each is about."""
    nodes = read[f"{mode}_nodes"]
    number = {name: at for at, name in enumerate(nodes["id"])}
    links = {(min(pair), max(pair)): at for at, pair in enumerate(zip(u.tolist(), v.tolist(), strict=True))}
    economy = nodes["economy"].to_numpy()
    found: dict[int, pd.Series] = {}
    for line, row in rows.iterrows():
        place = f"{path}, line {line}"
        unknown = [row[side] for side in ("from", "to") if row[side] not in number]
        for name in unknown:
            mend = did_you_mean(str(name), number)
            task.fault(place, f"{name!r} is not an id of {mode}_nodes.csv", mend, "unknown ids")
        if unknown:
            continue
        one, other = sorted((number[row["from"]], number[row["to"]]))
        link = links.get((one, other))
        if link is None:
            task.fault(
                place, f"no link of {mode}_links.csv joins {row['from']!r} and {row['to']!r}",
                "Name the two ends of the link that crosses the border.", "crossings without a link",
            )  # fmt: skip
        elif economy[one] == economy[other]:
            task.fault(
                place, f"both ends of its link lie in {economy[one]}",
                "Name a link between two economies, or correct the economy of a node.", "crossings within an economy",
            )  # fmt: skip
        elif link in found:
            task.fault(
                place,
                f"its link has a row already (line {found[link].name})",
                "Keep one.",
                "repeated crossings",
            )
        else:
            found[link] = row
    return list(found.items())


def _check_figures(task: Import, path: Path, rows: list[pd.Series]) -> None:
    """Parameters that are declared, in the unit of the figure, and no figure given twice."""
    parameters = task.base.assumptions.parameters
    unit_of = {name: parameters.evidence(name).unit for name in parameters}
    for figure, column in (("hours", "hours"), ("usd", "usd_per_teu")):
        fitting = [name for name, unit in unit_of.items() if unit == UNITS[figure]]
        for row in rows:
            name, place = str(row[f"{figure}_parameter"]), f"{path}, line {row.name}"
            if name and name not in fitting:
                task.fault(
                    place, f"{figure}_parameter {name!r} is not a declared parameter in {UNITS[figure]}",
                    did_you_mean(name, fitting), "unknown parameters",
                )  # fmt: skip
            if name and not np.isnan(row[column]):
                reason = f"gives both {column} and {figure}_parameter"
                task.fault(place, reason, "Keep one of the two.", "figures given twice")


def _of_mode(
    read: Tables, mode: str, u: Ints, v: Ints, given: dict[tuple[str, int], pd.Series]
) -> pd.DataFrame:
    nodes = read[f"{mode}_nodes"]
    economy = nodes["economy"].to_numpy()
    lat, lon = (nodes[name].to_numpy(float) for name in ("latitude", "longitude"))
    taken = {str(row["id"]) for row in given.values()}
    numbers: dict[str, int] = {}
    known = (u >= 0) & (v >= 0)
    found, own = [], []
    for link in np.flatnonzero(known & (economy[u] != economy[v])).tolist():
        row = given.get((mode, link))
        a, b = sorted((str(economy[u[link]]), str(economy[v[link]])))
        hours, usd = border_parameters(a, b, mode)
        place = [round(float(values[u[link]] + values[v[link]]) / 2, 3) for values in (lat, lon)]
        if row is None:
            name = _new_name(f"{a}_{b}_{mode}".lower(), numbers, taken)
            found.append((name, mode, a, b, *place, link, "open", border_regime(a, b), hours, usd, "", ""))
            own.append((np.nan, np.nan))
            continue
        place = [
            middle if np.isnan(row[column]) else float(row[column])
            for middle, column in zip(place, ("latitude", "longitude"), strict=True)
        ]
        found.append(
            (
                row["id"] or _new_name(f"{a}_{b}_{mode}".lower(), numbers, taken),
                mode, a, b, *place, link, row["status"], border_regime(a, b), row["hours_parameter"] or hours,
                row["usd_parameter"] or usd, row["name"], row["note"],
            )
        )  # fmt: skip
        own.append((row["hours"], row["usd_per_teu"]))
    table = pd.DataFrame(found, columns=list(COLUMNS)).astype({"link": np.int64, "lat": float, "lon": float})
    figures = pd.DataFrame(own, columns=["hours", "usd"], dtype=float)
    return table.assign(**{name: figures[name] for name in ("hours", "usd") if figures[name].notna().any()})


def _new_name(base: str, numbers: dict[str, int], taken: set[str]) -> str:
    """The next name of a crossing between two economies that no row has."""
    while True:
        numbers[base] = numbers.get(base, 0) + 1
        name = f"{base}_{numbers[base]}"
        if name not in taken:
            return name
