"""The result schema: one tidy table for every priority.

Columns `priority, indicator, economy, partner, sector, project, year, scenario, value, low, high, unit,
grade, reason`. `scenario` is `without`, `with` or `change`; a dimension that an indicator does not have is
empty; a missing value has its reason in `reason`, and is never zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

COLUMNS = (
    "priority", "indicator", "economy", "partner", "sector", "project", "year",
    "scenario", "value", "low", "high", "unit", "grade", "reason",
)  # fmt: skip
DIMENSIONS = ("economy", "partner", "sector", "project")
SCENARIOS = ("without", "with", "change")
GRADES = ("observed", "estimated", "assumed")


def records(
    values: xr.DataArray,
    *,
    priority: str,
    indicator: str,
    year: int,
    scenario: str,
    unit: str,
    grade: Mapping[str, str] | str,
    reason: str = "",
) -> pd.DataFrame:
    """A labelled array as rows towards the result schema; `gather` completes and checks them.

    `values` may have the dimensions economy, partner, sector, project. `grade` is one grade or one by
    economy. A value that is not a number needs a `reason`; the rows that have a value carry none.
    """
    unknown = set(map(str, values.dims)) - set(DIMENSIONS)
    if unknown:
        raise ValueError(f"{indicator}: dimensions {sorted(unknown)} are not in the result schema")
    frame = (
        values.rename("value").to_series().reset_index()
        if values.dims
        else pd.DataFrame({"value": [float(values)]})
    )
    missing = ~np.isfinite(frame["value"].to_numpy(float))
    if missing.any() and not reason:
        raise ValueError(f"{indicator}: {int(missing.sum())} values are missing and no reason is given")
    frame["reason"] = np.where(missing, reason, "")
    frame.loc[missing, "value"] = np.nan
    frame["grade"] = frame["economy"].map(grade) if isinstance(grade, Mapping) else grade
    frame["priority"], frame["indicator"], frame["year"] = priority, indicator, year
    frame["scenario"], frame["unit"] = scenario, unit
    frame["low"], frame["high"] = np.nan, np.nan
    return frame


def not_assessed(
    *,
    priority: str,
    indicator: str,
    year: int,
    reason: str,
    unit: str = "1",
    project: str = "",
    economy: str = "",
) -> pd.DataFrame:
    """One row without a figure, with the reason why there is none."""
    if not reason:
        raise ValueError("what is not assessed needs its reason")
    row: dict[str, Any] = {
        "priority": priority, "indicator": indicator, "year": year, "scenario": "change", "unit": unit,
        "reason": reason, "project": project, "economy": economy, "value": np.nan, "low": np.nan,
        "high": np.nan, "grade": "",
    }  # fmt: skip
    return conform(pd.DataFrame([row]))


def conform(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with exactly the columns of the schema, in order, checked."""
    extra = set(frame.columns) - set(COLUMNS)
    if extra:
        raise ValueError(f"columns {sorted(extra)} are not in the result schema")
    out = pd.DataFrame({column: frame.get(column, "") for column in COLUMNS})
    bad = set(out["scenario"].unique()) - set(SCENARIOS)
    if bad:
        raise ValueError(f"scenario {sorted(bad)} is not one of {SCENARIOS}")
    bad = set(out["grade"].dropna().unique()) - {*GRADES, ""}
    if bad:
        raise ValueError(f"grade {sorted(bad)} is not one of {GRADES}")
    silent = ~np.isfinite(out["value"].to_numpy(float)) & (out["reason"] == "")
    if silent.any():
        raise ValueError("a missing value has no reason")
    return out.astype({"year": "int64", "value": "float64", "low": "float64", "high": "float64"})


def gather(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Several frames as one in the schema: dimensions that a frame lacks are empty, everything is checked."""
    joined = pd.concat(list(frames), ignore_index=True)
    words = [column for column in joined.columns if column not in ("year", "value", "low", "high")]
    joined[words] = joined[words].fillna("")
    return conform(joined)
