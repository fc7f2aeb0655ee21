"""Files of import duties as rows of importer, exporter, product, year, kind of duty, rate and imports.

WITS: the CSV of an advanced query "Tariff and Trade Analysis". TRAINS: the bulk files of UNCTAD by WITS, AVEMFN of
rates for all, and AVEPref of preferences with the table of their beneficiaries beside. WTO: the CSV of stats.wto.org
for an indicator of duties by product of the Harmonised System. Rates are ad valorem per cent, unless --rates says
fraction.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from samarkand.core.faults import FaultList
from samarkand.world.accounts.tariffs import sector_of_product
from samarkand.world.importers.choosing import find_tables
from samarkand.world.importers.fact_rows import read_json
from samarkand.world.importers.frame import Import, in_parts
from samarkand.world.importers.numerals import lost_digits, read_codes
from samarkand.world.importers.tables import read_header, read_lines
from samarkand.world.importers.workbooks import is_workbook, read_sheet

WITS_MARK, TRAINS_MARK = "DutyType", "Reporter_ISO_N"
WTO_MARK, WTO_OWN = "Reporting Economy ISO3A Code", "Reporting Economy Code"
_WITS = ("Reporter", "Product", "Partner", "Tariff Year", "DutyType", "Simple Average")
_WITS_MORE = ("Imports Value in 1000 USD", "Weighted Average")
_WTO = ("Product/Sector Code", "Year", "Value")
_WTO_MORE = (
    WTO_MARK, WTO_OWN, "Partner Economy ISO3A Code", "Partner Economy Code", "Unit", "Indicator Code", "Indicator",
)  # fmt: skip
# Keys of a row of the WTO's API, and the columns of its tables that they are.
_WTO_JSON = {
    "ReportingEconomyCode": WTO_OWN, "PartnerEconomyCode": "Partner Economy Code",
    "ProductOrSectorCode": "Product/Sector Code", "IndicatorCode": "Indicator Code", "Unit": "Unit", "Year": "Year",
    "Value": "Value",
}  # fmt: skip
_WTO_JSON_NEEDED = ("ReportingEconomyCode", "ProductOrSectorCode", "Year", "Value")
_TRAINS = (TRAINS_MARK, "Year", "ProductCode", "SimpleAverage")
_BENEFICIARIES = ("RegionCode", "Partner")
# What an exporter pays: the rate it is really charged, else its preference, else the rate for all.
DUTY_TYPES = {"AHS": 0, "PRF": 1, "MFN": 2}
ANY = "*"  # an exporter's code for "all of them"


def read_products(task: Import) -> Iterator[pd.DataFrame]:
    """Rows of all files in one form: ISO3 codes, product, year, duty type, rate (a fraction), imports, line."""
    paths = find_tables(task, _fits)
    groups = _beneficiaries(task, paths)
    for path in in_parts(tuple(path for path in paths if path not in groups.files), task):
        start = read_lines(path, task.faults, 1)
        if start is None:
            continue
        header = read_header(path, task.faults) or []
        if start and start[0].lstrip()[:1] in ("{", "["):
            yield from _read_wto_json(path, task)
        elif WTO_MARK in header or WTO_OWN in header:
            yield from _read_wto(path, task)
        elif TRAINS_MARK in header:
            yield from _read_trains(path, task, header, groups)
        else:
            yield from _read_wits(path, task)


def _fits(lines: list[str]) -> bool:
    return any(
        mark in "".join(lines[:1]) for mark in (WITS_MARK, WTO_OWN, WTO_MARK, TRAINS_MARK, _BENEFICIARIES[0])
    )


def _read_wits(path: Path, task: Import) -> Iterator[pd.DataFrame]:
    for chunk in task.rows(path, needed=_WITS, optional=_WITS_MORE):
        used = chunk[chunk["DutyType"].str.strip().isin(DUTY_TYPES)]
        task.skip("rows of other duty types (bound rates)", len(chunk) - len(used))
        rate = task.numbers(path, used["Simple Average"], share=True)
        if "Weighted Average" in used:
            rate = rate.fillna(
                task.numbers(
                    path, used.loc[used["Simple Average"].str.strip() == "", "Weighted Average"], share=True
                )
            )
        value = (
            task.numbers(path, used["Imports Value in 1000 USD"])
            if "Imports Value in 1000 USD" in used
            else pd.Series(np.nan, index=used.index)
        )
        exporters = task.economies(path, used["Partner"], value=value)
        everybody = used["Partner"].str.strip().isin(("000", "0", "WLD", "World"))
        anybody = pd.Series([(ANY,)] * len(used), used.index)
        yield _tidy(
            path, task, used["Reporter"], exporters.where(~everybody, other=anybody),
            used["Product"], used["Tariff Year"], used["DutyType"].str.strip(), _fraction(task, rate), value,
        )  # fmt: skip


def _read_wto(path: Path, task: Import) -> Iterator[pd.DataFrame]:
    for chunk in task.rows(path, needed=_WTO, optional=_WTO_MORE):
        yield from _wto_rows(path, task, chunk)


def _read_wto_json(path: Path, task: Import) -> Iterator[pd.DataFrame]:
    """An answer of the WTO's API (timeseries/v1/data): rows of `Dataset`, whose economies have the WTO's own codes."""
    content = read_json(path, task)
    if content is None:
        return
    listed = content.get("Dataset") if isinstance(content, dict) else None
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    missing = [name for name in _WTO_JSON_NEEDED if not all(name in row for row in rows)]
    if not isinstance(listed, list) or len(rows) < len(listed) or not rows or missing:
        reason = "is not an answer of the WTO's API" + (
            f": rows without {', '.join(missing)}" if missing else ""
        )
        task.fault(str(path), reason, f"It needs Dataset with rows of {', '.join(_WTO_JSON_NEEDED)}.")
        return
    cells = [
        {name: "" if row.get(key) is None else str(row[key]) for key, name in _WTO_JSON.items()}
        for row in rows
    ]
    frame = task.chosen(path, pd.DataFrame(cells, index=range(1, len(cells) + 1), dtype=str))
    frame["Partner Economy Code"] = frame["Partner Economy Code"].replace({"000": ""})
    yield from _wto_rows(path, task, frame)


def _wto_rows(path: Path, task: Import, chunk: pd.DataFrame) -> Iterator[pd.DataFrame]:
    if "Unit" in chunk:
        units = chunk.loc[
            ~chunk["Unit"].str.strip().str.lower().isin(("%", "percent", "per cent", "")), "Unit"
        ]
        for line, unit in units.items():
            task.fault(
                f"{path}, line {line}",
                f"the unit is {unit!r}, not per cent",
                "Fetch an indicator of ad valorem duties.",
                "rows in another unit",
            )
        if len(units):
            return
    rate = task.numbers(path, chunk["Value"], share=True)
    exporters = task.economies(path, _wto_code(chunk, "Partner Economy").replace("", "WLD"))
    one = exporters.map(len) > 0
    exporters = exporters.where(one, other=pd.Series([(ANY,)] * len(chunk), chunk.index))
    duty = pd.Series(np.where(one, "PRF", "MFN"), chunk.index)
    importers = _wto_code(chunk, "Reporting Economy")
    yield _tidy(
        path, task, importers, exporters, chunk["Product/Sector Code"], chunk["Year"], duty,
        _fraction(task, rate), pd.Series(np.nan, chunk.index), _edition(chunk, "Indicator Code"),
    )  # fmt: skip


def _wto_code(chunk: pd.DataFrame, whose: str) -> pd.Series:
    """The ISO3 code of an economy, or the WTO's own where there is none: C398 and U918 are 398 and 918."""
    iso3, own = f"{whose} ISO3A Code", f"{whose} Code"
    empty = pd.Series("", chunk.index)
    codes = chunk[iso3].str.strip() if iso3 in chunk else empty
    spare = chunk[own].str.strip().str.replace(r"^[A-Z](?=\d{3}$)", "", regex=True) if own in chunk else empty
    return codes.where(codes != "", spare).rename(iso3 if iso3 in chunk else own)


class _Groups:
    """Economies by group of beneficiaries of preferences, and the files that say so."""

    def __init__(self) -> None:
        self.members: dict[str, set[str]] = {}
        self.files: set[Path] = set()


def _beneficiaries(task: Import, paths: list[Path]) -> _Groups:
    """The table of beneficiaries among the files: RegionCode and Partner, as CSV or workbook."""
    groups = _Groups()
    for path in paths:
        if is_workbook(path):
            groups.files.add(path)
            sheet = read_sheet(path, task.faults, _BENEFICIARIES)
            tables = iter([] if sheet is None else [sheet])
        elif set(_BENEFICIARIES) <= set(read_header(path, FaultList()) or ()):
            groups.files.add(path)
            tables = task.rows(path, needed=_BENEFICIARIES)
        else:
            continue
        for table in tables:
            found = task.economies(path, table["Partner"])
            for group, codes in zip(table["RegionCode"].str.strip(), found, strict=True):
                groups.members.setdefault(group, set()).update(codes)
    return groups


def _read_trains(path: Path, task: Import, header: list[str], groups: _Groups) -> Iterator[pd.DataFrame]:
    """Bulk files of TRAINS. Of an economy in several groups the lowest preference counts, as it may choose."""
    preferences = "Partner" in header
    if preferences and not groups.members:
        mend = "Name the table of beneficiaries of WITS (TRAINSPreferenceBenficiaries) too, as CSV or .xlsx."
        task.fault(str(path), "has preferences of groups, and nothing says who is in them", mend)
        return
    needed = (*_TRAINS, "Partner") if preferences else _TRAINS
    for chunk in task.rows(path, needed=needed, optional=("NomenCode",)):
        rate = task.numbers(path, chunk["SimpleAverage"], share=True)
        exporters = pd.Series([(ANY,)] * len(chunk), chunk.index)
        if preferences:
            code = chunk["Partner"].str.strip()
            task.strangers(
                path, "group of beneficiaries", code, code.isin(groups.members), near=groups.members
            )
            exporters = code.map(lambda group: tuple(sorted(groups.members.get(group, ()))))
        found = _tidy(
            path, task, chunk[TRAINS_MARK], exporters, chunk["ProductCode"], chunk["Year"],
            pd.Series("PRF" if preferences else "MFN", chunk.index), _fraction(task, rate),
            pd.Series(np.nan, chunk.index), _edition(chunk, "NomenCode"), preferences,
        )  # fmt: skip
        if preferences:
            found["exporter"] = found["exporter"].str.split(" ")
            found = found.explode("exporter", ignore_index=True).sort_values("rate", kind="stable")
            found = found.drop_duplicates(["importer", "exporter", "code", "year"])
        yield found


def _edition(chunk: pd.DataFrame, column: str) -> pd.Series:
    """`COLUMN=VALUE` of each row: what may tell repeated rows apart."""
    return f"{column}=" + chunk[column].str.strip() if column in chunk else pd.Series("", chunk.index)


def _tidy(
    path: Path, task: Import, reporter: pd.Series, exporters: pd.Series, product: pd.Series, year: pd.Series,
    duty: pd.Series, rate: pd.Series, value: pd.Series, edition: pd.Series | str = "", group: bool = False,
) -> pd.DataFrame:  # fmt: skip
    code = read_codes(product)
    dotted = code.str.fullmatch(r"\d{4}(?:\.\d{2})+")  # as the nomenclature prints them
    code = code.where(~dotted, code.str.replace(".", "", regex=False))
    for line, cell in code[~code.str.fullmatch(r"\d*")].items():
        if lost := lost_digits(cell):
            mend = "Fetch the file again, and do not save it from a spreadsheet."
            task.fault(f"{path}, line {line}", f"product is {cell!r}, {lost}", mend, "spoilt codes")
    code = code.where(code.str.len() % 2 == 0, "0" + code)  # spreadsheets eat the leading zero
    goods = code.str.fullmatch(r"\d{2}|\d{4}|\d{6,10}")
    task.skip("rows of totals and other classifications", int((~goods).sum()))
    frame = pd.DataFrame(
        {
            # One text for all that a code stands for: a union's rows stay one row until they are few.
            "importer": _joined(task.economies(path, reporter, value=value)),
            "exporter": _joined(exporters),
            "code": code,  # tariff lines finer than six digits are averaged to it
            "product": code.str[:6],
            "year": task.years(path, year),
            "duty": duty,
            "rate": rate,
            "value": value,
            "line": product.index,
            "path": path,
            "edition": edition,
            "group": group,
        }
    )
    frame = frame[goods & frame["year"].notna() & (frame["importer"] != "") & (frame["exporter"] != "")]
    no_rate = frame["rate"].isna()
    task.skip("rows without an ad valorem rate", int(no_rate.sum()))
    frame = frame[~no_rate]
    sectors = {code: sector_of_product(code) for code in frame["product"].unique()}
    frame["sector"] = frame["product"].map(sectors)
    known = frame["sector"].notna()
    lines = frame["line"]
    task.strangers(
        path,
        "product",
        frame["code"].set_axis(lines),
        known.set_axis(lines),
        value=frame["value"].set_axis(lines),
    )
    return frame[known]


def _fraction(task: Import, rate: pd.Series) -> pd.Series:
    return rate if task.rates == "fraction" else rate / 100


def _joined(codes: pd.Series) -> pd.Series:
    text = {found: " ".join(found) for found in set(codes)}
    return pd.Series([text[found] for found in codes], codes.index, dtype=object)
