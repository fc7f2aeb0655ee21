"""Small files in the true formats of the publishers, with figures made up for the tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

WITS_COLUMNS = (
    "Selected Nomen", "Native Nomen", "Reporter", "Reporter Name", "Product", "Product Name", "Partner", "Partner Name",
    "Tariff Year", "Trade Year", "Trade Source", "DutyType", "Simple Average", "Weighted Average", "Standard Deviation",
    "Minimum Rate", "Maximum Rate", "Nbr of Total Lines", "Nbr of Domestic Peaks", "Nbr of International Peaks",
    "Imports Value in 1000 USD",
)  # fmt: skip

# One product of each of several sectors: importer, partner, product, duty type, rate in per cent, imports in 1000 US$.
WITS_ROWS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("398", "156", "100190", "AHS", "5", "1000"),  # Kazakhstan from China: wheat and another farm good
    ("398", "156", "120190", "AHS", "8", "3000"),
    ("398", "156", "851712", "MFN", "4", "2000"),
    ("398", "156", "851712", "PRF", "1", "2000"),  # a preference counts before the rate for all
    ("398", "643", "851712", "AHS", "0", "500"),
    ("398", "000", "870323", "MFN", "15", "9000"),  # for everybody
    ("398", "000", "870323", "BND", "25", "9000"),  # a bound rate is not charged
    ("156", "398", "260300", "AHS", "2", "700"),
    ("156", "000", "610910", "MFN", "12.5", "100"),
    ("918", "156", "610910", "AHS", "12", "800"),  # the European Union from China
    ("918", "276", "610910", "AHS", "12", "1"),
)


def wits(
    path: Path,
    rows: Iterable[Sequence[str]] = WITS_ROWS,
    *,
    year: str = "2022",
    columns: Sequence[str] = WITS_COLUMNS,
    encoding: str = "cp1252",
) -> Path:
    """A file as the advanced query of WITS gives it: Windows-1252, names with accents, rates in per cent."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for importer, partner, product, duty, rate, value in rows:
        known = dict(
            zip(
                WITS_COLUMNS,
                ["H5", "H5", importer, "Türkiye" if importer == "792" else importer, product, "Crème", partner, partner,
                 year, year, "CMT", duty, rate, rate, "0", rate, rate, "1", "0", "0", value],
                strict=True,
            )
        )  # fmt: skip
        writer.writerow([known.get(name, "") for name in columns])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


WTO_COLUMNS = (
    "Indicator Category", "Indicator Code", "Indicator", "Reporting Economy Code", "Reporting Economy ISO3A Code",
    "Reporting Economy", "Partner Economy Code", "Partner Economy ISO3A Code", "Partner Economy",
    "Product/Sector Classification Code", "Product/Sector Classification", "Product/Sector Code", "Product/Sector",
    "Period Code", "Period", "Frequency Code", "Frequency", "Unit Code", "Unit", "Year", "Value Flag Code",
    "Value Flag", "Text Value", "Value",
)  # fmt: skip


def wto(
    path: Path, rows: Iterable[tuple[str, str, str, str]], *, unit: str = "Percent", year: str = "2022"
) -> Path:
    """A file of stats.wto.org: reporter, partner (empty: all), HS product, rate in per cent."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerow(WTO_COLUMNS)
        for reporter, partner, product, rate in rows:
            known = {
                "Indicator Code": "HS_A_0015", "Reporting Economy ISO3A Code": reporter,
                "Partner Economy ISO3A Code": partner, "Product/Sector Code": product, "Unit": unit, "Year": year,
                "Value": rate,
            }  # fmt: skip
            writer.writerow([known.get(name, "") for name in WTO_COLUMNS])
    return path
