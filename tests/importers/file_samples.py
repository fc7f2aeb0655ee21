"""Small files in the true formats of the publishers, with figures made up for the tests."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from samarkand.world.accounts.sectors import load_sectors
from samarkand.world.importers.network_writing import write_network_tables
from toy import make_network

WITS_COLUMNS = (
    "Selected Nomen", "Native Nomen", "Reporter", "Reporter Name", "Product", "Product Name", "Partner",
    "Partner Name",
    "Tariff Year", "Trade Year", "Trade Source", "DutyType", "Simple Average", "Weighted Average",
    "Standard Deviation",
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


# -- input-output tables


def small_accounts(accounts, labels: tuple[str, ...]) -> dict[str, np.ndarray]:
    """The accounts added up to a few economies and the rest of the world, as plain arrays."""
    place = [labels.index(code) if code in labels else labels.index("ROW") for code in accounts.economies]
    summing = np.zeros((len(labels), len(place)))
    summing[place, range(len(place))] = 1.0
    flow = accounts.intermediate.transpose("origin", "sector", "destination", "use_sector").to_numpy()
    final = accounts.final_demand.transpose("origin", "sector", "destination").to_numpy()
    return {
        "intermediate": np.einsum("ai,isnk,bn->asbk", summing, flow, summing, optimize=True),
        "final": np.einsum("ai,isn,bn->asb", summing, final, summing, optimize=True),
    }


def icio(
    path: Path,
    accounts,
    labels=("CHN", "DEU", "FRA", "KAZ", "ROW"),
    *,
    factor: float = 1.0,
    edit=None,
    split=False,
) -> Path:
    """A table as the OECD's CSV has it; industries share their sector's flows evenly, end users are two columns."""
    small = small_accounts(accounts, labels)
    sectors = load_sectors()
    industries = [(s, industry) for s, sector in enumerate(sectors) for industry in sector.industries]
    count = {s: len(sector.industries) for s, sector in enumerate(sectors)}
    rows = [(i, s, f"{code}_{industry}") for i, code in enumerate(labels) for s, industry in industries]
    lines = []
    finals = [f"{code}_{use}" for code in labels for use in ("HFCE", "INVNT")]
    header = ["V1", *(name for _, _, name in rows), *finals, "OUT"]
    for i, s, name in rows:
        uses = [small["intermediate"][i, s, n, k] / count[s] / count[k] for n, k, _ in rows]
        ends = [part * small["final"][i, s, n] / count[s] for n in range(len(labels)) for part in (1.1, -0.1)]
        values = [factor * value for value in (*uses, *ends)]
        lines.append([name, *values, sum(values)])
    total = [sum(line[k] for line in lines) for k in range(1, len(header))]
    lines += [["TLS", *[0.0] * len(total)], ["VA", *[0.0] * len(total)], ["OUT", *total]]
    if split:  # the extended tables: China in two
        lines = [[str(line[0]).replace("CHN_", "CN1_"), *line[1:]] for line in lines]
        header = [
            name if name.endswith(("HFCE", "INVNT")) else name.replace("CHN_", "CN1_") for name in header
        ]
    if edit is not None:
        edit(header, lines)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(lines)
    return path


WIOD_CODES = [
    "A01", "A02", "A03", "B", "C10-C12", "C13-C15", "C16", "C17", "C18", "C19", "C20", "C21", "C22", "C23", "C24",
    "C25", "C26", "C27", "C28", "C29", "C30", "C31_C32", "C33", "D35", "E36", "E37-E39", "F", "G45", "G46",
    "G47", "H49",
    "H50", "H51", "H52", "H53", "I", "J58", "J59_J60", "J61", "J62_J63", "K64", "K65", "K66", "L68",
    "M69_M70", "M71", "M72",
    "M73", "M74_M75", "N", "O84", "P85", "Q", "R_S", "T", "U",
]  # fmt: skip


def wiod(
    path: Path, labels=("CHN", "DEU", "FRA", "ROW"), *, year: int = 2014, level: float = 1000.0, edit=None
) -> Path:
    """A wide table as the Stata file of the 2016 release has it, the same flow in every cell."""
    header = ["IndustryCode", "IndustryDescription", "Country", "RNr", "Year"]
    header += [f"{code}{number}" for code in labels for number in range(1, 62)] + ["TOT"]
    lines = []
    for code in labels:
        for number, industry in enumerate(WIOD_CODES, 1):
            values = [level * (1 if k % 61 < 56 else 20) for k in range(61 * len(labels))]
            lines.append([industry, "an industry, named", code, number, year, *values, sum(values)])
    lines.append(["II_fob", "Total intermediate consumption", "TOT", 65, year, *[0] * (61 * len(labels) + 1)])
    if edit is not None:
        edit(header, lines)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(lines)
    return path


EORA_INDUSTRIES = [
    "Agriculture", "Fishing", "Mining and Quarrying", "Food & Beverages", "Textiles and Wearing Apparel",
    "Wood and Paper",
    "Petroleum, Chemical and Non-Metallic Mineral Products", "Metal Products", "Electrical and Machinery",
    "Transport Equipment", "Other Manufacturing", "Recycling", "Electricity, Gas and Water", "Construction",
    "Maintenance and Repair", "Wholesale Trade", "Retail Trade", "Hotels and Restraurants", "Transport",
    "Post and Telecommunications", "Finacial Intermediation and Business Activities", "Public Administration",
    "Education, Health and Other Services", "Private Households", "Others", "Re-export & Re-import",
]  # fmt: skip


def eora(
    path: Path,
    *,
    year: int = 2015,
    level: float = 1e6,
    leave_out: str = "",
    cell: str = "",
    labels_in: Path | None = None,
    industry: str = "",
) -> Path:
    """The zip of a year: tables apart by tabs without labels, and the labels; three economies, a former state, ROW.

    cell: another text in the first cell; labels_in: a zip of their own for the labels; industry: another name for
    the recycling of Kazakhstan.
    """
    economies = [
        ("China", "CHN"),
        ("Kazakhstan", "KAZ"),
        ("Germany", "DEU"),
        ("France", "FRA"),
        ("Former USSR", "USR"),
    ]
    rows = [(name, code, "Industries", one) for name, code in economies for one in EORA_INDUSTRIES]
    if industry:
        rows = [(*row[:3], industry) if (row[1], row[3]) == ("KAZ", "Recycling") else row for row in rows]
    rows.append(("Statistical Discrepancies", "ROW", "Industries", "TOTAL"))
    finals = ["Household final consumption P.3h", "Changes in inventories P.52"]
    ends = [
        (name, code, "Final Demand", one)
        for name, code in [*economies, ("Statistical Discrepancies", "ROW")]
        for one in finals
    ]
    count = len(rows)

    def text(table) -> str:
        return "\n".join("\t".join(map(str, row)) for row in table) + "\n"

    flows: list[list[object]] = [[level] * count] * count
    if cell:
        flows = [[cell, *[level] * (count - 1)], *flows[1:]]
    parts = {
        f"Eora26_{year}_bp_T.txt": flows,
        f"Eora26_{year}_bp_FD.txt": [[level * 20, -level] * (len(ends) // 2)] * count,
        f"Eora26_{year}_bp_VA.txt": [[level * 10] * count] * 2,
        f"Eora26_{year}_bp_Q.txt": [[1.0] * count] * 2,
        f"Eora26_{year}_bp_QY.txt": [[1.0] * len(ends)] * 2,
        "labels_T.txt": rows,
        "labels_FD.txt": ends,
        "labels_VA.txt": [
            ("Primary Inputs", "Compensation of employees"),
            ("Primary Inputs", "Taxes on production"),
        ],
        "labels_Q.txt": [("Energy Usage (TJ)", "Natural Gas"), ("Energy Usage (TJ)", "Coal")],
    }
    for where, own in ((path, True), (labels_in, False)):
        if where is None:
            continue
        with zipfile.ZipFile(where, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, table in parts.items():
                if name != leave_out and (labels_in is None or name.startswith("labels") != own):
                    archive.writestr(name, text(table))
    return path


def baci(path: Path, rows, *, columns: str = "t,i,j,k,v,q") -> Path:
    """A year's file as CEPII gives it: numbers padded with blanks, thousands of US$."""
    text = "\n".join(
        ",".join(str(cell).rjust(10) if k else str(cell) for k, cell in enumerate(row)) for row in rows
    )
    path.write_text(f"{columns}\n{text}\n", encoding="utf-8")
    return path


# -- indicators


def wdi_bulk(path: Path, rows, years=(2022, 2023), names=None) -> Path:
    """The bulk CSV: all quoted, an empty column at the end. rows: name, code, series, figures of the years."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerow(["Country Name", "Country Code", "Indicator Name", "Indicator Code", *years, ""])
        for name, code, series, *values in rows:
            writer.writerow(
                [name, code, (names or {}).get(series, "an indicator, named"), series, *values, ""]
            )
    return path


def databank(path: Path, rows, years=(2022, 2023), *, counterpart: str = "") -> Path:
    """The CSV of DataBank: years as "2022 [YR2022]", ".." for missing, words below the table."""
    extra = ["Counterpart-Area Name", "Counterpart-Area Code"] if counterpart else []
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        head = ["Country Name", "Country Code", *extra, "Series Name", "Series Code"]
        writer.writerow([*head, *(f"{year} [YR{year}]" for year in years)])
        for name, code, series, *values in rows:
            area = ["World", counterpart] if counterpart else []
            writer.writerow([name, code, *area, "a series", series, *values])
        stream.write(
            "\r\n\r\n\r\nData from database: World Development Indicators\r\nLast Updated: 10/07/2026\r\n"
        )
    return path


def world_bank_json(path: Path, rows, names=None) -> Path:
    """An answer of the World Bank's API. rows: series, ISO3, year, figure."""
    listed = [
        {
            "indicator": {"id": series, "value": (names or {}).get(series, "a name")},
            "country": {"id": iso3[:2], "value": iso3},
            "countryiso3code": iso3, "date": str(year), "value": value, "unit": "", "obs_status": "", "decimal": 0,
        }
        for series, iso3, year, value in rows
    ]  # fmt: skip
    path.write_text(
        json.dumps([{"page": 1, "pages": 1, "per_page": 1000, "total": len(listed)}, listed]),
        encoding="utf-8",
    )
    return path


WEO_HEAD = [
    "WEO Country Code", "ISO", "WEO Subject Code", "Country", "Subject Descriptor", "Subject Notes", "Units", "Scale",
    "Country/Series-specific Notes", "2022", "2023", "2030", "Estimates Start After",
]  # fmt: skip


def weo(path: Path, rows, *, encoding: str = "utf-16-le", bom: bool = True) -> Path:
    """The table by countries: tabs, UTF-16, numbers with commas, words at the end.

    rows: ISO, subject, scale, figures, last year that is no estimate.
    """
    lines = ["\t".join(WEO_HEAD)]
    for iso, subject, scale, *figures, last in rows:
        cells = [
            "111",
            iso,
            subject,
            "Türkiye",
            "a subject",
            "notes",
            "units",
            scale,
            "Source: office",
            *figures,
            last,
        ]
        lines.append("\t".join(cells))
    lines += ["", "International Monetary Fund, World Economic Outlook Database, October 2026"]
    text = "\r\n".join(lines) + "\r\n"
    mark = b"\xff\xfe" if bom and encoding == "utf-16-le" else b""
    path.write_bytes(mark + text.encode(encoding))
    return path


PIP_HEAD = (
    "region_name,region_code,country_name,country_code,reporting_year,reporting_level,survey_acronym,survey_coverage,"
    "survey_year,welfare_type,survey_comparability,comparable_spell,poverty_line,headcount,poverty_gap,poverty_severity,"
    "watts,mean,median,mld,gini,polarization,decile1,decile2,decile3,decile4,decile5,decile6,decile7,decile8,decile9,"
    "decile10,cpi,ppp,reporting_pop,reporting_gdp,reporting_pce,is_interpolated,distribution_type,estimation_type"
)


def pip_rows(rows) -> list[dict[str, object]]:
    """rows: ISO3, year, level, welfare, line, headcount, mean, gini."""
    found = []
    for iso3, year, level, welfare, line, headcount, mean, gini in rows:
        known = {
            "country_code": iso3, "reporting_year": year, "reporting_level": level, "survey_acronym": "HBS",
            "welfare_type": welfare, "poverty_line": line, "headcount": headcount, "mean": mean, "gini": gini,
            "decile1": 0.03, "decile10": 0.27, "is_interpolated": "FALSE",
        }  # fmt: skip
        found.append({name: known.get(name, "") for name in PIP_HEAD.split(",")})
    return found


def pip(path: Path, rows, tenths=()) -> Path:
    """A CSV answer of PIP. tenths: shares of all tenths, the same in every row."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, PIP_HEAD.split(","))
        writer.writeheader()
        for row in pip_rows(rows):
            writer.writerow({**row, **{f"decile{k}": share for k, share in enumerate(tenths, 1)}})
    return path


def ilostat(path: Path, rows, *, labels: bool = False) -> Path:
    """A table of the bulk download. rows: ISO3, source, sex, activity, year, thousands."""
    names = ("ref_area", "source", "indicator", "sex", "classif1")
    head = [name for one in names for name in ((one, f"{one}.label") if labels else (one,))]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(
            [*head, "time", "obs_value", "obs_status", "note_classif", "note_indicator", "note_source"]
        )
        for iso3, source, sex, activity, year, value in rows:
            codes = (iso3, source, "EMP_TEMP_SEX_ECO_NB", sex, activity)
            cells = [cell for code in codes for cell in ((code, f"a label of {code}") if labels else (code,))]
            writer.writerow([*cells, year, value, "", "", "", "R1:3513_S3:5_S4:29"])
    return path


def wgi(path: Path, rows) -> Path:
    """The WGI's own long table. rows: code, year, indicator, estimate, standard error."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(
            [
                "codeindyr",
                "code",
                "countryname",
                "year",
                "indicator",
                "estimate",
                "stddev",
                "nsource",
                "pctrank",
            ]
        )
        for code, year, indicator, estimate, error in rows:
            writer.writerow(
                [f"{code}{indicator}{year}", code, "name", year, indicator, estimate, error, 5, 50]
            )
    return path


def network(folder: Path) -> Path:
    """The tables of the toy network, as `samarkand world network` writes them."""
    write_network_tables(make_network(), folder)
    return folder


# -- cables

CABLES_HEAD = "system,title,landing,economy,latitude,longitude,capacity,year,passes,branch"
CABLES = """own,My cable,Poti,GEO,42.15,41.67,"1,200",2027,,
own,My cable,Constanta,ROU,44.17,28.65,"1,200",2027,,
gulf,,Karachi,PAK,24.8,67.0,,,,
gulf,,Kuwait,KWT,29.4,48.0,,,,hormuz
"""


def cables(path: Path, text: str = CABLES) -> Path:
    """A user's table of cables."""
    path.write_text(f"{CABLES_HEAD}\n{text}", encoding="utf-8")
    return path


WEO_PORTAL_HEAD = [
    "DATASET", "SERIES_CODE", "OBS_MEASURE", "COUNTRY", "INDICATOR", "FREQUENCY", "SCALE", "UNIT", "PUBLICATION_DATE",
    "UPDATE_DATE", "LATEST_ACTUAL_ANNUAL_DATA", "2023", "2024", "2025", "2026",
]  # fmt: skip


def weo_portal(
    path: Path, rows, *, dataset: str = "IMF.RES:WEO(9.0.0)", published: str = "10/14/2025"
) -> Path:
    """The CSV of the data portal, or the workbook where the name ends so.

    rows: economy, indicator, scale, last year of data, figures of 2023 to 2026.
    """
    lines: list[list[object]] = []
    for economy, indicator, scale, last, *figures in rows:
        code = f"{economy}.{indicator}.A"
        lines.append([dataset, code, "OBS_VALUE", economy, "an indicator, named", "Annual", scale, "a unit", published,
                      published, last, *figures])  # fmt: skip
    if path.suffix == ".xlsx":
        import openpyxl

        book = openpyxl.Workbook()
        about = book.active
        about.title = "Metadata"
        about.append(["World Economic Outlook"])
        sheet = book.create_sheet("Countries")
        sheet.append([*WEO_PORTAL_HEAD[:3], "COUNTRY.ID", "INDICATOR.ID", *WEO_PORTAL_HEAD[3:]])
        for (economy, indicator, *_), line in zip(rows, lines, strict=True):
            cells = [
                float(cell) if isinstance(cell, str) and cell.replace(".", "").isdigit() else cell
                for cell in line
            ]
            sheet.append([*cells[:3], economy, indicator, *cells[3:]])
        book.save(path)
        return path
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([WEO_PORTAL_HEAD, *lines])
    return path


def trains(path: Path, rows, *, partner: bool = False) -> Path:
    """A bulk file of TRAINS: AVEMFN, or AVEPref with the group of beneficiaries.

    rows: reporter, year, product, group (of AVEPref), simple average.
    """
    head = ["NomenCode", "Reporter_ISO_N", "Year", "ProductCode", *(["Partner"] if partner else []), "Sum_Of_Rates",
            "Min_Rate", "Max_Rate", "SimpleAverage", "TotalNoOfLines",
            *(["Nbr_Pref_Lines", "Nbr_MFN_Lines", "Nbr_NA_Lines"] if partner
              else ["Nbr_NA_Lines", "Nbr_Free_Lines", "Nbr_AVE_Lines"]), "EstCode"]  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(head)
        for reporter, year, product, group, rate in rows:
            start = ["H5", reporter, year, product, *([group] if partner else [])]
            writer.writerow([*start, rate, rate, rate, rate, 1, 0, 0, 0, "N"])
    return path


ENTERPRISES_HEAD = [
    "Economy", "Year", "Subgroup", "Top Subgroup Level", "Subgroup Level", "Average/SE/N",
    "Days to clear direct exports through customs", "Percent of firms exporting directly (at least 10% of sales)",
    "Proportion of total sales that are exported directly (%)",
]  # fmt: skip


def enterprises(path: Path, rows) -> Path:
    """A custom query of the Enterprise Surveys, a workbook where the name ends so.

    rows: economy, year, group, average or error or count, firms that export, exports in sales.
    """
    lines = [
        [name, year, "Size", group, group, what, "n.a.", *more] for name, year, group, what, *more in rows
    ]
    if path.suffix == ".xlsx":
        import openpyxl

        book = openpyxl.Workbook()
        book.active.title = "Corruption"
        book.active.append([*ENTERPRISES_HEAD[:6], "Bribery incidence"])
        sheet = book.create_sheet("Trade")
        sheet.append(ENTERPRISES_HEAD)
        sheet.append(["Notes: standard errors and numbers of firms are shown beneath."])
        for line in lines:
            sheet.append(line)
        book.save(path)
        return path
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([ENTERPRISES_HEAD, *lines])
    return path


def enterprises_long(path: Path, rows) -> Path:
    """The long table. rows: economy, year, group, indicator, value."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["economy", "year", "cut", "subcut", "indicator", "value", "se", "N"])
        for name, year, group, indicator, value in rows:
            writer.writerow([name, year, "Size", group, indicator, value, 1.2, 300])
    return path


# -- the survey of trade facilitation

ESCAP_ROWS = (
    "KAZ,2021,paperless,0.7", "KAZ,2023,paperless,0.8", "KAZ,2023,tfi,0.75", "UZB,2023,tfi,0.55",
    "UZB,2023,women,0.2",
)  # fmt: skip


def escap(path: Path, rows: Iterable[str] = ESCAP_ROWS) -> Path:
    """A table of the survey: one row an economy, year and group of measures, fractions."""
    path.write_text(
        "\n".join(["Country_ISO,Year,Index_Description,Index_Value", *rows, ""]), encoding="utf-8"
    )
    return path


def tenths(path: Path, shares) -> Path:
    """Shares by tenth of the user's own. shares: ten by economy, subject and sectors."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["economy", "of", "sectors", "tenth", "share"])
        for (economy, of, sectors), values in shares.items():
            for number, value in enumerate(values, 1):
                writer.writerow([economy, of, sectors, number, value])
    return path


# -- the Trade Matrix of UN Comtrade

MATRIX_COLUMNS = (
    "typeCode", "freqCode", "refYear", "reporterCode", "flowCode", "partnerCode", "classificationCode", "cmdCode",
    "primaryValue", "isReported",
)  # fmt: skip
MATRIX_ROWS = (
    (156, "X", 398, "781", "6e12", "true"), (156, "X", 398, "78", "6e12", "true"), (156, "X", 0, "781", "6e12", "true"),
    (398, "M", 156, "781", "7e9", "true"), (398, "X", 156, "682", "2e9", "false"),
    (398, "X", 156, "001", "1e9", "true"), (276, "X", 398, "781", "3e12", "true"),
    (276, "X", 899, "001", "1e9", "true"),
)  # fmt: skip


def trade_matrix(
    path: Path, rows: Iterable[Sequence[object]] = MATRIX_ROWS, *, system: str = "SS", year: object = 2022
) -> Path:
    """Rows of reporter, flow, partner, code, US$ and whether it is reported, as UN Comtrade gives them."""
    lines = [
        f"C,A,{year},{reporter},{flow},{partner},{system},{code},{value},{reported}"
        for reporter, flow, partner, code, value, reported in rows
    ]
    path.write_text("\n".join([",".join(MATRIX_COLUMNS), *lines, ""]), encoding="utf-8")
    return path
