"""Grids of the user: what two economies can generate and what they need, hour by hour, from a folder of CSV files.

generators.csv     generator, node, capacity (MW), cost (US$/MWh), intensity (t CO2e/MWh)
demand.csv         hour, node, demand (MW)
availability.csv   hour, generator, share (fractions of the capacity); without it, or without a generator in it, all
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from samarkand.core.faults import FaultList, did_you_mean

COLUMNS = {
    "generators.csv": ("generator", "node", "capacity", "cost", "intensity"),
    "demand.csv": ("hour", "node", "demand"),
    "availability.csv": ("hour", "generator", "share"),
}
NUMBERS = {
    "capacity": 1e6,
    "cost": 1e5,
    "intensity": 5.0,
    "demand": 1e7,
    "share": 1.0,
    "hour": 1e6,
}  # the most
OPTIONAL = "availability.csv"
MOST_HOURS = 8784


@dataclass(frozen=True, eq=False)
class Grids:
    """Generators (columns as in the file), demand by hour and node in MW, shares available by hour and generator."""

    generators: pd.DataFrame
    demand: pd.DataFrame
    available: pd.DataFrame

    @property
    def nodes(self) -> tuple[str, ...]:
        """Nodes with demand."""
        return tuple(map(str, self.demand.columns))


def read_grids(folder: Path) -> Grids:
    """Read and check the files of a folder. Raises `Faults` with everything that is wrong with them."""
    faults = FaultList()
    tables = {name: _table(folder / name, columns, faults) for name, columns in COLUMNS.items()}
    faults.raise_if_any()
    generators, demand, available = tables.values()
    for name, table, key in (
        ("generators.csv", generators, ["generator"]),
        ("demand.csv", demand, ["hour", "node"]),
        (OPTIONAL, available, ["hour", "generator"]),
    ):
        if table.duplicated(key).any():
            row = table.index[table.duplicated(key)][0]
            faults.add(f"{name}, line {row + 2}", f"repeats {' and '.join(key)}", "Keep one row of each.")
    nodes, makers = set(demand["node"]), set(generators["generator"])
    for name, table, column, known in (
        ("generators.csv", generators, "node", nodes), (OPTIONAL, available, "generator", makers),
    ):  # fmt: skip
        for word in sorted(set(table[column]) - known):
            faults.add(f"{name}, {column} {word}", "is in no other file", did_you_mean(word, known))
    faults.raise_if_any()
    wide = demand.pivot_table(index="hour", columns="node", values="demand", aggfunc="sum")
    if wide.isna().to_numpy().any():
        hour = wide.index[wide.isna().any(axis=1)][0]
        faults.add(
            f"demand.csv, hour {hour:g}", "has no demand of every node", "Give each node in each hour."
        )
    if not 0 < len(wide) <= MOST_HOURS:
        faults.add(
            "demand.csv", f"has {len(wide)} hours", f"Give 1 to {MOST_HOURS}: a year or some weeks of it."
        )
    share = available.pivot_table(index="hour", columns="generator", values="share", aggfunc="sum")
    missing = share.reindex(wide.index).isna() if len(share.columns) else share
    if missing.to_numpy().any():
        faults.add(OPTIONAL, "lacks hours of a generator that it has", "Give it in every hour of demand.csv.")
    faults.raise_if_any()
    full = share.reindex(index=wide.index, columns=generators["generator"].to_numpy()).fillna(1.0)
    return Grids(generators, wide, full)


def _table(path: Path, columns: tuple[str, ...], faults: FaultList) -> pd.DataFrame:
    """A file with its columns as numbers and words; faults for what is not there."""
    empty = pd.DataFrame({name: pd.Series(dtype=float if name in NUMBERS else str) for name in columns})
    if not path.is_file():
        if path.name != OPTIONAL:
            faults.add(path.name, "is not in the folder", f"Give it with the columns {', '.join(columns)}.")
        return empty
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", comment="#")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError, OSError) as error:
        faults.add(path.name, f"cannot be read: {error}", "Give a CSV file in UTF-8 with commas.")
        return empty
    missing = [name for name in columns if name not in table.columns]
    if missing:
        faults.add(path.name, f"lacks the columns {', '.join(missing)}", f"Columns are {', '.join(columns)}.")
        return empty
    found = table[list(columns)].copy()
    for name in columns:
        found[name] = found[name].str.strip()
        if name not in NUMBERS:
            for row in found.index[found[name] == ""][:5]:
                faults.add(f"{path.name}, line {row + 2}, {name}", "is empty", "Give a name.")
            continue
        numbers = pd.to_numeric(found[name], errors="coerce").astype(float)
        wrong = ~((numbers >= 0) & (numbers <= NUMBERS[name]))
        for row in found.index[wrong][:5]:
            reason = f"is {found.loc[row, name] or 'empty'}"
            faults.add(
                f"{path.name}, line {row + 2}, {name}",
                reason,
                f"Give a number from 0 to {NUMBERS[name]:,.0f}.",
            )
        found[name] = numbers
    return found
