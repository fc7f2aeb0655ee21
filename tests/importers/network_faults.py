"""What can be wrong with the tables of a network: each spoils the toy's, and says what an import has to tell of it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

Rows = list[dict[str, str]]


def rewrite(folder: Path, file: str, change: Callable[[Rows], Rows | None]) -> None:
    """Change the rows of a table; columns are those of the first row."""
    path = folder / f"{file}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows = change(rows) or rows
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def put(file: str, row: int, **cells: str) -> Callable[[Path], None]:
    """Writes cells into a row of a table, the first being 0 (line 2 of the file)."""

    def change(rows: Rows) -> None:
        rows[row].update(cells)

    return lambda folder: rewrite(folder, file, change)


def add(file: str, **cells: str) -> Callable[[Path], None]:
    """Adds a row, its other cells being those of the first."""
    return lambda folder: rewrite(folder, file, lambda rows: [*rows, {**rows[0], **cells}])


def text(file: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Changes the bytes of a file."""

    def act(folder: Path) -> None:
        path = folder / f"{file}.csv"
        path.write_bytes(change(path.read_bytes()))

    return act


def exchange(rows: Rows) -> Rows:
    return [{**row, "latitude": row["longitude"], "longitude": row["latitude"]} for row in rows]


# What is done to the tables; the file and line of the fault, its reason, and its remedy.
WORST: dict[str, tuple[Callable[[Path], None], str, str, str]] = {
    "unknown end": (
        put("road_links", 2, to="nowhere"),
        "road_links.csv, line 4",
        "to 'nowhere' is not an id of road_nodes.csv",
        "Known are",
    ),
    "mistyped end": (
        put("road_links", 2, to="road_22"),
        "road_links.csv, line 4",
        "'road_22'",
        "Did you mean road_2",
    ),
    "repeated id": (
        put("road_nodes", 1, id="road_0"),
        "road_nodes.csv, lines 2, 3",
        "the id 'road_0' stands there 2 times",
        "Give each its own",
    ),
    "empty id": (put("cities", 0, id=""), "cities.csv, line 2", "id is empty", "Fill it in"),
    "latitude out of range": (
        put("ports", 0, latitude="121.47", longitude="31.23"),
        "ports.csv, line 2",
        "latitude is 121.47 degrees north, above 90",
        "may be exchanged",
    ),
    "metres of a projection": (
        put("rail_nodes", 0, longitude="5512345.1"),
        "rail_nodes.csv, line 2",
        "above 180",
        "metres of a projection",
    ),
    "exchanged coordinates": (
        put("cities", 4, latitude="76.9", longitude="43.25"),
        "cities.csv, line 6",
        "is not in KAZ, but 43.25 north, 76.9 east is",
        "Exchange latitude and longitude",
    ),
    "zero km": (
        put("rail_links", 1, km="0"),
        "rail_links.csv, line 3",
        "km is 0 km, not above 0",
        "Correct the cell",
    ),
    "negative km": (
        put("rail_links", 1, km="-4000"),
        "rail_links.csv, line 3",
        "km is -4000 km, not above 0",
        "Correct the cell",
    ),
    "no km": (put("rail_links", 1, km=""), "rail_links.csv, line 3", "km is empty", "Fill it in"),
    "km in words": (
        put("rail_links", 1, km="4000 km"),
        "rail_links.csv, line 3",
        "km is '4000 km', not a number",
        "Correct the cell",
    ),
    "not a number": (
        put("rail_links", 1, km="nan"),
        "rail_links.csv, line 3",
        "km is 'nan', not a number",
        "Correct the cell",
    ),
    "decimal comma": (
        put("road_links", 0, km="1100,5"),
        "road_links.csv, line 2",
        "km is '1100,5', with a decimal comma",
        "Write 1100.5",
    ),
    "shorter than the great circle": (
        put("road_links", 1, km="3000"),
        "road_links.csv, line 3",
        "3000 km are less than the great circle between its ends",
        "Correct the length",
    ),
    "metres for km": (
        put("sea_links", 3, km="17000"),
        "sea_links.csv, line 5",
        "more than 20 times the great circle",
        "kilometres, not metres",
    ),
    "repeated link": (
        add("road_links"),
        "road_links.csv, lines 2, 19",
        "join the same two nodes 2 times",
        "Keep one",
    ),
    "link to itself": (
        put("road_links", 0, to="road_0"),
        "road_links.csv, line 2",
        "leads from a node to itself",
        "Remove it",
    ),
    "node without a link": (
        add("road_nodes", id="lost", latitude="30", longitude="110"),
        "road_nodes.csv, line 18",
        "no link leads to 'lost'",
        "Add one",
    ),
    "unknown economy": (
        put("road_nodes", 0, economy="XXA"),
        "road_nodes.csv, line 2",
        "economy 'XXA' is not an economy",
        "Give an ISO3 code",
    ),
    "no people": (
        put("cities", 0, population="0"),
        "cities.csv, line 2",
        "population is 0 persons, not above 0",
        "Correct the cell",
    ),
    "city far from any road": (
        put("cities", 0, latitude="20", longitude="90"),
        "cities.csv, line 2",
        "Shanghai lies 2",
        "write no in its column reached",
    ),
    "crossing on no link": (
        put("crossings", 0, **{"from": "road_0"}),
        "crossings.csv, line 2",
        "no link of road_links.csv joins 'road_0'",
        "two ends of the link",
    ),
    "crossing within an economy": (
        put("crossings", 0, **{"from": "road_0", "to": "road_1"}),
        "crossings.csv, line 2",
        "both ends of its link lie in CHN",
        "two economies",
    ),
    "crossing of unknown nodes": (
        put("crossings", 0, **{"from": "x"}),
        "crossings.csv, line 2",
        "'x' is not an id of road_nodes.csv",
        "Known are",
    ),
    "repeated crossing": (
        add("crossings"),
        "crossings.csv, line 17",
        "its link has a row already (line 2)",
        "Keep one",
    ),
    "neither open nor closed": (
        put("crossings", 0, status="sometimes"),
        "crossings.csv, line 2",
        "status is 'sometimes'",
        "Write open or closed",
    ),
    "unknown parameter": (
        put("crossings", 0, hours_parameter="border_hours_carec"),
        "crossings.csv, line 2",
        "hours_parameter 'border_hours_carec' is not a declared parameter in hours",
        "border_hours_carec_r",
    ),
    "parameter of another unit": (
        put("crossings", 0, hours_parameter="border_usd_union"),
        "crossings.csv, line 2",
        "is not a declared parameter in hours",
        "Did you mean",
    ),
    "hours given twice": (
        put("crossings", 0, hours="5"),
        "crossings.csv, line 2",
        "gives both hours and hours_parameter",
        "Keep one",
    ),
    "negative hours": (
        put("crossings", 0, hours="-5", hours_parameter=""),
        "crossings.csv, line 2",
        "hours is -5 hours, below 0",
        "Correct the cell",
    ),
    "no such ferry": (
        put("road_links", 0, ferry="boat"),
        "road_links.csv, line 2",
        "ferry 'boat' is not an id of ferries.csv",
        "ferry_toy",
    ),
    "ferry of no link": (
        add("ferries", id="idle"),
        "ferries.csv, line 3",
        "no link is this ferry",
        "Write idle in the column ferry",
    ),
    "ferry that lands elsewhere": (
        put("ferries", 0, to_latitude="45"),
        "ferries.csv, line 2",
        "from an end of its link (line 18)",
        "Correct the landing",
    ),
    "ferry of another mode": (
        put("ferries", 0, mode="rail"),
        "ferries.csv, line 2",
        "is a ferry by rail, but a link by road is it",
        "two lines",
    ),
    "a ferry in a note": (
        put("road_links", 0, note="ferry_toy"),
        "road_links.csv, line 2",
        "is the id of a ferry",
        "in the column ferry",
    ),
    "terminal of no node": (
        put("terminals", 0, node="rail_99"),
        "terminals.csv, line 2",
        "node 'rail_99' is not an id of rail_nodes.csv",
        "rail_",
    ),
    "two terminals at one node": (
        put("terminals", 0, node="rail_1"),
        "terminals.csv, lines 2, 3",
        "stand at one node, 'rail_1'",
        "Keep one",
    ),
    "port of no terminal": (
        put("ports", 0, terminal="quay"),
        "ports.csv, line 2",
        "terminal 'quay' is not an id of terminals.csv",
        "Known are",
    ),
    "semicolons": (
        text("cities", lambda b: b.replace(b",", b";")),
        "cities.csv, line 1",
        "columns apart by ';'",
        "commas between columns",
    ),
    "another encoding": (
        text("cities", lambda b: b.replace(b"Baku", b"Bak\xfd")),
        "cities.csv, line 8",
        "is not UTF-8",
        "Save it as CSV UTF-8",
    ),
    "a workbook": (text("cities", lambda _: b"PK\x03\x04" + b"\x00" * 40), "cities.csv", "", ""),
    "an empty file": (text("cities", lambda _: b""), "cities.csv", "is empty", ""),
    "a header alone": (
        text("cities", lambda b: b.splitlines()[0]),
        "cities.csv",
        "has a header and no rows",
        "leave the file out",
    ),
    "no such column": (
        text("cities", lambda b: b.replace(b"population", b"people")),
        "cities.csv, line 1",
        "has an unknown column 'people'",
        "",
    ),
    "a missing column": (
        text("cities", lambda b: b.replace(b"population", b"people")),
        "cities.csv, line 1",
        "has no column 'population'",
        "",
    ),
    "cut short": (text("road_links", lambda b: b[:-25]), "road_links.csv", "is cut short", "again"),
    "a file with another name": (
        lambda f: (f / "cities.csv").rename(f / "city.csv"),
        "city.csv",
        "is not a table of a network",
        "cities.csv",
    ),
    "half of a part": (
        lambda f: (f / "road_nodes.csv").unlink(),
        "road_nodes.csv",
        "is not there, but road_links.csv",
        "leave out road_links.csv too",
    ),
    "railways without terminals": (
        lambda f: (f / "terminals.csv").unlink(),
        "terminals.csv",
        "is not there, but rail_nodes.csv and rail_links.csv",
        "Add it",
    ),
    "ports without a sea": (
        text("sea_nodes", lambda b: b.splitlines()[0]),
        "ports.csv",
        "the network has no sea",
        "its header alone",
    ),
}
