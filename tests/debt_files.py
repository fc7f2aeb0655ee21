"""Made-up files of macroeconomic paths and terms, for the tests of debt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

FIRST, LAST = 2025, 2045
SHARES = {
    "exports": 0.35, "imports": 0.45, "transfers": 0.08, "fdi": 0.03, "balance": -0.07, "revenue": 0.22,
    "grants": 0.02, "spending": 0.26, "pv_external": 0.24, "service_external": 0.025, "interest_external": 0.006,
    "pv_public": 0.40, "service_public": 0.06, "remittances": 0.09, "reserves": 0.18, "local_external": 0.01,
    "commercial": 0.01,
}  # fmt: skip
AHEAD = (
    "pv_external", "service_external", "interest_external", "pv_public", "service_public", "local_external",
    "commercial",
)  # fmt: skip
TERMS = {
    "abroad": "0.5", "rate": "0.03", "grace": "5", "maturity": "15", "home_rate": "0.09", "home_grace": "1",
    "home_maturity": "3",
}  # fmt: skip


def macro_rows(
    code: str = "KGZ", changes: Mapping[str, float] | None = None, first: int = FIRST, seed: int = 0
) -> list[dict[str, str]]:
    """Rows of an economy whose shares of output are the declared ones, a little varied in years of data."""
    shares = {**SHARES, **(changes or {})}
    random = np.random.default_rng(seed)
    rows, gdp = [], 8000.0
    for year in range(first - 11, LAST + 1):
        actual = year < first
        swing = random.standard_normal(len(shares) + 2) if actual else np.zeros(len(shares) + 2)
        growth = 0.045 + 0.02 * swing[0]
        gdp *= (1 + growth) * (1.02 + 0.01 * swing[1])
        row = {"economy": code, "year": str(year), "status": "actual" if actual else "projection"}
        row |= {
            "growth": repr(float(growth)),
            "gdp": repr(float(gdp)),
            "depreciation": "" if actual else "0.03",
        }
        row |= {"world_growth": "0.03", "cpia": "3.6" if actual else ""}
        for k, (name, share) in enumerate(shares.items()):
            known = not (actual and name in AHEAD)
            row[name] = repr(float(gdp * share * (1 + 0.05 * swing[k + 2]))) if known else ""
        rows.append(row)
    return rows


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    """Rows as CSV."""
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_terms(path: Path, code: str = "KGZ", **more: str) -> Path:
    """Terms as CSV, each with a source."""
    given = {**TERMS, **more}
    return write(
        path, [{"economy": code, "name": k, "value": v, "source": "made up"} for k, v in given.items()]
    )
