"""A user's table of cable systems: one row a landing, in order along the trunk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samarkand.world.cables import Landing, System, SystemRow

if TYPE_CHECKING:
    import pandas as pd

NEEDED = ("system", "landing", "economy", "latitude", "longitude")
OPTIONAL = ("title", "kind", "capacity", "year", "passes", "branch", "source")


def systems_of_table(table: pd.DataFrame) -> tuple[System, ...]:
    """The systems of a checked table (columns `NEEDED` and `OPTIONAL`; capacity and year missing where unknown)."""
    systems = []
    for name, rows in table.groupby("system", sort=False):
        first = rows.iloc[0]
        row = SystemRow.model_validate(
            {
                "system": str(name), "title": str(first["title"] or name), "kind": str(first["kind"] or "submarine"),
                "capacity": _whole(rows["capacity"]), "year": _whole(rows["year"]), "source": str(first["source"]),
                "flag": "derived",
            }
        )  # fmt: skip
        landings = tuple(
            Landing(
                system=str(name), landing=str(one["landing"]), economy=str(one["economy"]),
                latitude=float(one["latitude"]), longitude=float(one["longitude"]),
                passes=tuple(str(one["passes"]).split()), branch=tuple(str(one["branch"]).split()),
            )
            for _, one in rows.iterrows()
        )  # fmt: skip
        systems.append(System(row, landings))
    return tuple(systems)


def _whole(values: pd.Series) -> int | None:
    known = values.dropna()
    return round(float(known.iloc[0])) if len(known) else None
