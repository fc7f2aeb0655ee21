"""Closures by name: chokepoints at sea, borders, crossings, ports, ferries, single links.

    suez                    a chokepoint of chokepoints.csv
    border:KAZ-CHN          every road and railway between two economies; border:KAZ-CHN:rail the railways alone
    crossing:chn_kaz_rail_1 one crossing of the network
    port:CNSHA              a sea port, by its id or by its name (port:Shanghai)
    ferry:ferry_alat_aktau_road
    link:road:1234          one link, by its row in the table of the mode's links (road, rail or sea)
    pipeline:btc            an oil or gas line of pipelines.csv

A closed network is the same network with those links and ports marked; nothing is renumbered, so that results of
the two can be compared cell by cell.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from samarkand.core.faults import Fault, FaultList, Faults, did_you_mean
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.pipelines import energy_network
from samarkand.world.network.tables import LAND, Network, changed

KINDS = ("border", "crossing", "port", "ferry", "link", "pipeline")


@dataclass(frozen=True)
class Closures:
    """Closed places: rows of the tables of links by mode, rows of the table of ports, closed borders, lines by id."""

    names: tuple[str, ...]
    links: dict[str, frozenset[int]] = field(default_factory=dict)
    ports: frozenset[int] = frozenset()
    borders: frozenset[tuple[frozenset[str], str]] = frozenset()
    pipelines: frozenset[str] = frozenset()

    def closes_border(self, one: str, other: str, mode: str) -> bool:
        """Whether a new link of the mode between the two economies would cross a closed border."""
        return (frozenset((one, other)), mode) in self.borders

    def as_names(self, network: Network) -> tuple[str, ...]:
        """Names that close the same on the network: its own, or every link of what was found elsewhere."""
        try:
            if find_closures(self.names, network) == self:
                return self.names
        except Faults:
            pass  # a name of another kind, as that of a raster
        ids = network.ports["id"].astype(str)
        return (
            *(f"border:{'-'.join(sorted(pair))}:{mode}" for pair, mode in sorted(self.borders, key=str)),
            *(f"link:{mode}:{row}" for mode in sorted(self.links) for row in sorted(self.links[mode])),
            *(f"port:{ids[row]}" for row in sorted(self.ports)),
            *(f"pipeline:{name}" for name in sorted(self.pipelines)),
        )

    def __bool__(self) -> bool:
        """Whether a link or a port of the network is closed."""
        return bool(self.ports or any(self.links.values()))


def read_closure_file(path: Path) -> tuple[str, ...]:
    """Names of closures from a text file, one a line; `#` begins a comment. Raises `Faults` for an unreadable file."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        what = (
            "is not text" if isinstance(error, UnicodeDecodeError) else f"cannot be read ({error.strerror})"
        )
        raise Faults([Fault(str(path), what, "Give a text file with one closure a line.")]) from error
    names = [line.split("#", 1)[0].strip() for line in text.splitlines()]
    if not any(names):
        raise Faults([Fault(str(path), "names nothing to close", "Write one closure a line, such as suez.")])
    return tuple(name for name in names if name)


def find_closures(names: Iterable[str], network: Network, argument: str = "closures") -> Closures:
    """The places that names close on a network.

    Raises `Faults` with every name that closes nothing, and why; `argument` is what gave the names.
    """
    faults = FaultList()
    links: dict[str, set[int]] = {mode: set() for mode in (*LAND, "sea")}
    ports: set[int] = set()
    borders: set[tuple[frozenset[str], str]] = set()
    pipelines: set[str] = set()
    wanted = tuple(sorted(set(names)))
    for name in wanted:
        kind, _, rest = name.partition(":")
        place = f"{argument} {name}"
        if not rest:
            _chokepoint(name, network, links, place, faults)
        elif kind == "border":
            _border(rest, network, links, borders, place, faults)
        elif kind == "crossing":
            _crossing(rest, network, links, place, faults)
        elif kind == "ferry":
            _ferry(rest, network, links, place, faults)
        elif kind == "port":
            ports.update(_ports(rest, network, place, faults))
        elif kind == "pipeline":
            known_lines = energy_network().lines
            if rest not in known_lines:
                faults.add(place, "is not a line of pipelines.csv", did_you_mean(rest, known_lines))
            pipelines.add(rest)
        elif kind == "link":
            _link(rest, network, links, place, faults)
        else:
            faults.add(place, f"begins with {kind}, which cannot be closed", did_you_mean(kind, KINDS))
    faults.raise_if_any()
    return Closures(
        wanted,
        {mode: frozenset(rows) for mode, rows in links.items() if rows},
        frozenset(ports),
        frozenset(borders),
        frozenset(pipelines),
    )


def close(network: Network, closures: Closures) -> Network:
    """The network with those links and ports closed; every table keeps its rows."""
    tables: dict[str, object] = {}
    for mode in LAND:
        rows = closures.links.get(mode)
        if rows:
            land = network.land(mode)
            tables[mode] = replace(land, links=_marked(land.links, rows))
    if sea := closures.links.get("sea"):
        tables["sea_links"] = _marked(network.sea_links, sea)
    if closures.ports:
        tables["ports"] = _marked(network.ports, closures.ports)
    return changed(network, **tables)


def _marked(table: pd.DataFrame, rows: Iterable[int]) -> pd.DataFrame:
    closed = np.zeros(len(table), bool)
    if "closed" in table:
        closed |= table["closed"].to_numpy(bool)
    closed[sorted(rows)] = True
    return table.assign(closed=closed)


Rows = dict[str, set[int]]


def _chokepoint(name: str, network: Network, links: Rows, place: str, faults: FaultList) -> None:
    row = next((row for row in network.chokepoints if row.id == name), None)
    if row is None:
        known = [row.id for row in network.chokepoints]
        mend = did_you_mean(name, known) + f" Else write KIND:NAME with one of {', '.join(KINDS)}."
        faults.add(place, "is not a chokepoint", mend)
    else:
        links["sea"].update(np.flatnonzero((network.sea_links["passage"] == row.passage).to_numpy()).tolist())


def _ports(rest: str, network: Network, place: str, faults: FaultList) -> list[int]:
    """The row of the port that an id or, failing that, a name means; a name that several have is a fault."""
    ids, names = (network.ports[column].astype(str) for column in ("id", "name"))
    rows = np.flatnonzero((ids == rest).to_numpy())
    if not rows.size:
        rows = np.flatnonzero((names.str.casefold() == rest.casefold()).to_numpy())
    if not rows.size:
        faults.add(place, "is not a port of the network", did_you_mean(rest, [*ids, *names]))
    elif rows.size > 1:
        those = ", ".join(f"port:{ids.iloc[row]}" for row in rows)
        faults.add(place, "is the name of several ports", f"Write one of {those}.")
        return []
    return [int(row) for row in rows]


def _border(
    rest: str,
    network: Network,
    links: Rows,
    borders: set[tuple[frozenset[str], str]],
    place: str,
    faults: FaultList,
) -> None:
    pair, _, mode = rest.partition(":")
    one, _, other = pair.partition("-")
    modes = (mode,) if mode else LAND
    if mode and mode not in LAND:
        faults.add(place, f"{mode} is not a mode on land", did_you_mean(mode, LAND))
        return
    found = False
    for each in modes:
        crossings = network.land(each).crossings
        a, b = crossings["economy_a"].astype(str), crossings["economy_b"].astype(str)
        rows = crossings[((a == one) & (b == other)) | ((a == other) & (b == one))]
        links[each].update(rows["link"].astype(int).tolist())
        borders.add((frozenset((one, other)), each))
        found |= len(rows) > 0
    if not found:
        faults.add(
            place,
            "no link of the network crosses this border",
            "Write two ISO3 codes, such as border:KAZ-CHN.",
        )


def _crossing(rest: str, network: Network, links: Rows, place: str, faults: FaultList) -> None:
    known: list[str] = []
    for mode in LAND:
        crossings = network.land(mode).crossings
        ids = crossings["id"].astype(str)
        known += ids.tolist()
        links[mode].update(crossings.loc[ids == rest, "link"].astype(int).tolist())
    if rest not in known:
        faults.add(place, "is not a crossing of the network", did_you_mean(rest, known))


def _ferry(rest: str, network: Network, links: Rows, place: str, faults: FaultList) -> None:
    known: list[str] = []
    for mode in LAND:
        repairs = network.land(mode).links["repair"].astype(str)
        known += _ferries(network, repairs)
        links[mode].update(np.flatnonzero((repairs == rest).to_numpy()).tolist())
    if rest not in known:
        faults.add(place, "is not a ferry of the network", did_you_mean(rest, known))


def _ferries(network: Network, repairs: pd.Series[str]) -> list[str]:
    """The ferry lines among what links name in `repair`."""
    lines = {line.id for line in network.ferries}
    return [str(name) for name in repairs.unique() if name in lines]


def _link(rest: str, network: Network, links: Rows, place: str, faults: FaultList) -> None:
    mode, _, number = rest.partition(":")
    size = {**{land: len(network.land(land).links) for land in LAND}, "sea": len(network.sea_links)}
    if mode not in size:
        faults.add(place, f"{mode} is not a mode", did_you_mean(mode, size))
    elif not number.isdigit() or int(number) >= size[mode]:
        faults.add(place, "is not the row of a link", f"Give a whole number from 0 to {size[mode] - 1}.")
    else:
        links[mode].add(int(number))


def keeps_closed(change: LinkChange, closures: Closures, network: Network) -> bool:
    """Whether a new link of a programme would cross a border that is closed: it is closed with it."""
    if change.action != "new" or not closures.borders:
        return False
    one, other = (network.geography.economy_at(*point) for point in (change.points[0], change.points[-1]))
    return closures.closes_border(one, other, change.mode)


def every_closure(network: Network) -> tuple[str, ...]:
    """Names of all single closures that make sense by themselves: chokepoints, open borders, ferries, ports."""
    names = [row.id for row in network.chokepoints]
    for mode in LAND:
        crossings = network.land(mode).crossings
        is_open = crossings[(crossings["status"] == "open").to_numpy()]
        pairs = zip(is_open["economy_a"].astype(str), is_open["economy_b"].astype(str), strict=True)
        names += sorted({"border:" + "-".join(sorted(pair)) for pair in pairs})
        repairs = network.land(mode).links["repair"].astype(str)
        names += [f"ferry:{name}" for name in _ferries(network, repairs)]
    names += [f"port:{name}" for name in network.ports["id"].astype(str)]
    return tuple(dict.fromkeys(names))
