"""Every format that the library reads: a small good input of it, and how it is read.

All in a world of eight economies and the accounts' own sectors, on the toy network, so that an import takes parts of a
second. A format that has no input here fails a test.
"""

from __future__ import annotations

import csv
import gzip
import json
import shutil
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import xarray as xr

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "importers")]

import file_samples as samples  # noqa: E402

import debt_files  # noqa: E402
from oc4ids_cases import made_package  # noqa: E402
from samarkand.core.faults import FaultList  # noqa: E402
from samarkand.priorities.finance import debt_template  # noqa: E402
from samarkand.priorities.finance.debt_ids import read_ids  # noqa: E402
from samarkand.priorities.finance.debt_reading import read_macro  # noqa: E402
from samarkand.priorities.finance.loan_list import read_loans  # noqa: E402
from samarkand.programme import load_programme  # noqa: E402
from samarkand.programme.files.drafting import draft_toml  # noqa: E402
from samarkand.programme.files.geojson import Cities, draft_of  # noqa: E402
from samarkand.programme.files.iati.drafting import draft_of_activities  # noqa: E402
from samarkand.programme.files.iati.reading import read_activities  # noqa: E402
from samarkand.programme.files.lists.drafting import draft_of_rows  # noqa: E402
from samarkand.programme.files.lists.layouts import layouts  # noqa: E402
from samarkand.programme.files.lists.reading import read_rows_of  # noqa: E402
from samarkand.programme.files.oc4ids.importing import draft_of_package  # noqa: E402
from samarkand.programme.files.oc4ids.reading import parse, read_bytes  # noqa: E402
from samarkand.programme.files.oc4ids.validation import check_package  # noqa: E402
from samarkand.programme.files.workbook_writing import workbook_of  # noqa: E402
from samarkand.world import embedded  # noqa: E402
from samarkand.world.accounts.intermediate_use import DenseIntermediateUse  # noqa: E402
from samarkand.world.accounts.tables import Accounts, load_accounts  # noqa: E402
from samarkand.world.economies.facts import load_facts  # noqa: E402
from samarkand.world.economies.tables import load_economies  # noqa: E402
from samarkand.world.importers import import_world  # noqa: E402
from samarkand.world.importers.economy_accounts import write_template  # noqa: E402
from samarkand.world.network.disruptions import find_closures, read_closure_file  # noqa: E402
from samarkand.world.parameters import load_parameters  # noqa: E402
from samarkand.world.projection import load_projection  # noqa: E402
from samarkand.world.store import open_world, worlds_folder  # noqa: E402
from samarkand.world.world import EMBEDDED, World  # noqa: E402
from test_iati import ACTIVITY, HEAD  # noqa: E402
from toy import PROGRAMME, make_toy_world  # noqa: E402

ECONOMIES = ("AZE", "CHN", "DEU", "FRA", "KAZ", "KGZ", "POL", "ROW")
STORED = "stored"  # the name of a world whose own files are changed


@cache
def small_world() -> World:
    """The embedded accounts added up to a few economies, on the toy network."""
    whole = load_accounts()
    parts = samples.small_accounts(whole, ECONOMIES)
    codes, sectors = list(ECONOMIES), list(whole.sectors)
    sold = {"origin": codes, "sector": sectors, "destination": codes}
    by = {"economy": codes, "sector": sectors}
    output = parts["intermediate"].sum((2, 3)) + parts["final"].sum(2)
    accounts = Accounts(
        uses=DenseIntermediateUse(
            xr.DataArray(parts["intermediate"], {**sold, "use_sector": sectors}, (*sold, "use_sector"), "intermediate")
        ),
        final_demand=xr.DataArray(parts["final"], sold, tuple(sold), "final_demand"),
        gross_output=xr.DataArray(output, by, tuple(by), "gross_output"),
        value_added=xr.DataArray(output - parts["intermediate"].sum((0, 1)), by, tuple(by), "value_added"),
        members_of_row=tuple(code for code in whole.economies if code not in ECONOMIES) + whole.members_of_row,
    )  # fmt: skip
    published = json.loads((Path(embedded.__file__).parent / "manifest.json").read_text(encoding="utf-8"))
    return replace(
        make_toy_world(tariffs=False), name=EMBEDDED, manifest=published, accounts=accounts, facts=load_economies(),
        fact_table=load_facts(),
    )  # fmt: skip


@dataclass(frozen=True)
class Format:
    """A format: what makes a good input in a folder, what reads it, and what is inside (`text`, `json`, `book`, ...).

    `main`: of a folder, the files that are changed.
    """

    make: Callable[[Path], Path | list[Path]]
    read: Callable[[list[Path]], object]
    inside: str = "text"
    main: tuple[str, ...] = field(default=())


def importing(kind: str, **options: Any) -> Callable[[list[Path]], object]:
    def read(paths: list[Path]) -> object:
        return import_world(kind, paths, name="taken", overwrite=True, **options)

    return read


# -- good inputs


def zipped(make: Callable[[Path], Path], name: str, *others: str) -> Callable[[Path], Path]:
    """An archive of the file that `make` makes."""

    def archive(folder: Path) -> Path:
        plain = make(folder)
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as made:
            made.write(plain, plain.name)
            for other in others:
                made.writestr(other, "about this file\n")
        plain.unlink()
        return folder / name

    return archive


def gzipped(make: Callable[[Path], Path]) -> Callable[[Path], Path]:
    def pack(folder: Path) -> Path:
        plain = make(folder)
        packed = plain.with_name(plain.name + ".gz")
        packed.write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
        plain.unlink()
        return packed

    return pack


def _wits(folder: Path) -> Path:
    return samples.wits(folder / "wits.csv")


def _wto(folder: Path) -> Path:
    return samples.wto(folder / "wto.csv", [("KAZ", "", "870323", "5"), ("CHN", "KAZ", "100190", "12.5")])


def _wto_json(folder: Path) -> Path:
    rows = [{"ReportingEconomyCode": importer, "PartnerEconomyCode": "000", "ProductOrSectorCode": "870323",
             "IndicatorCode": "HS_A_0015", "Unit": "Percent", "Year": 2022, "Value": rate}
            for importer, rate in (("398", 5.5), ("156", 12))]  # fmt: skip
    (folder / "wto.json").write_text(json.dumps({"Dataset": rows}), encoding="utf-8")
    return folder / "wto.json"


def _trains(folder: Path) -> list[Path]:
    mfn = [
        ("398", 2022, "870323", "", "15"),
        ("398", 2022, "870899", "", "5"),
        ("156", 2022, "870323", "", "10"),
    ]
    own = [("398", 2022, "870323", "D10", "3")]
    groups = folder / "groups.csv"
    groups.write_text("RegionCode,Description,Partner\nD10,words,156\nD10,words,417\n", encoding="utf-8")
    return [
        samples.trains(folder / "AVEMFN.csv", mfn),
        samples.trains(folder / "AVEPref.csv", own, partner=True),
        groups,
    ]


def _beneficiaries_book(folder: Path) -> list[Path]:
    import openpyxl

    mfn, own, groups = _trains(folder)
    groups.unlink()
    book = openpyxl.Workbook()
    for row in (("RegionCode", "Description", "Partner"), ("D10", "words", 156), ("D10", "words", 417)):
        book.active.append(row)
    book.save(folder / "groups.xlsx")
    return [mfn, own, folder / "groups.xlsx"]


def _icio(folder: Path) -> Path:
    return samples.icio(folder / "2022.csv", small_world().accounts, ("CHN", "DEU", "FRA", "ROW"))


def _economy_accounts(folder: Path) -> Path:
    write_template(small_world(), "KAZ", folder / "kaz.xlsx")
    return folder / "kaz.xlsx"


def _baci(folder: Path) -> Path:
    rows = [(2022, 156, 398, "847130", "1e10", "1"), (2022, 276, 398, "870323", "5", "1"),
            (2022, 398, 156, "260300", "700", "NA")]  # fmt: skip
    return samples.baci(folder / "BACI_HS17_Y2022_V202401b.csv", rows)


def _wiod(folder: Path) -> Path:
    return samples.wiod(folder / "wiod.csv")


def _eora(folder: Path) -> Path:
    return samples.eora(folder / "Eora26_2015_bp.zip")


def _eora_folder(folder: Path) -> Path:
    packed = _eora(folder)
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder / "eora")
    packed.unlink()
    return folder / "eora"


WDI = [("Kazakhstan", "KAZ", "SP.POP.TOTL", "20034609", "20330104"),
       ("Kazakhstan", "KAZ", "NY.GDP.MKTP.CD", "225496000000", "262642000000"),
       ("Kazakhstan", "KAZ", "NY.GDP.MKTP.KD.ZG", "3.2", "-5.1")]  # fmt: skip


def _wdi(folder: Path) -> Path:
    return samples.wdi_bulk(folder / "wdi.csv", WDI)


def _wdi_json(folder: Path) -> Path:
    rows = [("SP.POP.TOTL", "KAZ", year, 20e6 + year) for year in (2021, 2022, 2023)]
    return samples.world_bank_json(folder / "wdi.json", rows)


def _ids(folder: Path) -> Path:
    rows = [("Pakistan", "PAK", "DT.DOD.DECT.CD", "126.9e9", "130.8e9")]
    return samples.databank(folder / "ids.csv", rows, counterpart="WLD")


def _ids_json(folder: Path, economy: str = "PAK", series: str = "DT.DOD.DECT.CD") -> Path:
    def row(year: int, value: float) -> dict[str, Any]:
        ids = {"Country": economy, "Series": series, "Counterpart-Area": "WLD", "Time": f"YR{year}"}
        return {
            "variable": [{"concept": key, "id": one, "value": one} for key, one in ids.items()],
            "value": value,
        }

    answer = {"page": 1, "pages": 1, "per_page": 50, "total": 2, "lastupdated": "2025-12-01",
              "source": {"id": "6", "name": "debt", "data": [row(2022, 126.9e9), row(2023, 130.8e9)]}}  # fmt: skip
    (folder / "ids.json").write_text(json.dumps(answer), encoding="utf-8")
    return folder / "ids.json"


def _wgi(folder: Path) -> Path:
    return samples.wgi(
        folder / "wgi.csv", [("AFG", 2023, "pv", "-2.4", "0.25"), ("KAZ", 2023, "pv", "0.1", "0.2")]
    )


def _wgi_wide(folder: Path) -> Path:
    return samples.databank(folder / "wgi.csv", [("Kazakhstan", "KAZ", "GOV_WGI_PV.EST", "-0.2", "0.1")])


def _pip(folder: Path) -> Path:
    rows = [("KAZ", 2021, "national", "consumption", 3.0, 0.012, 14.5, 0.292)]
    return samples.pip(folder / "pip.csv", rows, (0.03, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.12, 0.15, 0.25))


def _pip_json(folder: Path) -> Path:
    rows = samples.pip_rows([("KAZ", 2021, "national", "consumption", 3.0, 0.012, 14.5, 0.292)])
    (folder / "pip.json").write_text(json.dumps(rows), encoding="utf-8")
    return folder / "pip.json"


def _weo(folder: Path) -> Path:
    rows = [("KAZ", "LP", "Millions", "19.6", "19.9", "22", "2022"),
            ("KAZ", "NGDPD", "Billions", "1,225.5", "262", "1", "2023")]  # fmt: skip
    return samples.weo(folder / "weo.xls", rows)


PORTAL = [("KAZ", "NGDPD", "Billions", "2023", "262.6", "290.1", "300.2", "310"),
          ("KAZ", "LP", "Millions", "2024", "19.9", "20.1", "20.4", "20.6")]  # fmt: skip


def _weo_portal(folder: Path) -> Path:
    return samples.weo_portal(folder / "weo.csv", PORTAL)


def _weo_book(folder: Path) -> Path:
    return samples.weo_portal(folder / "weo.xlsx", PORTAL)


def _tenths(folder: Path) -> Path:
    rising = [round(number / 55, 4) for number in range(1, 11)]
    halves = {
        ("KGZ", "spending", "agriculture food"): [0.5] * 10,
        ("KGZ", "spending", "business"): [0.5] * 10,
    }
    return samples.tenths(folder / "tenths.csv", {("KGZ", "taxes", ""): rising, **halves})


SIZES = ("Small (5-19)", "Medium (20-99)", "Large (100+)")


def _enterprises(folder: Path, name: str = "firms.csv") -> Path:
    rows = [
        ("Kazakhstan", 2019, size, "Average", 2.0 * number, number) for number, size in enumerate(SIZES, 1)
    ]
    return samples.enterprises(folder / name, rows)


def _enterprises_book(folder: Path) -> Path:
    return _enterprises(folder, "firms.xlsx")


def _enterprises_long(folder: Path) -> Path:
    rows = [("Kazakhstan", 2019, size, "tr5", 2.5 * number) for number, size in enumerate(SIZES, 1)]
    return samples.enterprises_long(folder / "long.csv", rows)


def _ilostat(folder: Path) -> Path:
    rows = [("KAZ", "BA:1", "SEX_T", f"ECO_ISIC4_{name}", 2022, "100") for name in "ABCDEFGHIJKLMNOPQRSTU"]
    total = ("KAZ", "BA:1", "SEX_T", "ECO_ISIC4_TOTAL", 2022, "2100")
    return samples.ilostat(folder / "ilo.csv", [*rows, total])


def _network(folder: Path) -> Path:
    return samples.network(folder / "tables")


def _cables(folder: Path) -> Path:
    return samples.cables(folder / "cables.csv")


def _cables_geojson(folder: Path) -> Path:
    def point(landing: str, economy: str, at: list[float]) -> dict[str, Any]:
        about = {"system": "own", "landing": landing, "economy": economy, "capacity": 1200}
        return {"type": "Feature", "properties": about, "geometry": {"type": "Point", "coordinates": at}}

    points = [point("Poti", "GEO", [41.67, 42.15]), point("Gdansk", "POL", [18.65, 54.35])]
    made = folder / "cables.geojson"
    made.write_text(json.dumps({"type": "FeatureCollection", "features": points}), encoding="utf-8")
    return made


def _toml(folder: Path) -> Path:
    return Path(shutil.copy(PROGRAMME, folder / "programme.toml"))


def _geojson(folder: Path) -> Path:
    lines = {"type": "LineString", "coordinates": [[87.6, 43.8], [80.0, 44.5], [76.9, 43.25]]}
    place = {"type": "Point", "coordinates": [121.47, 31.23]}
    features = [{"type": "Feature", "properties": {"name": "x", "kind": kind}, "geometry": shape}
                for kind, shape in (("rail", lines), ("port", place))]  # fmt: skip
    made = folder / "gis.geojson"
    made.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return made


def _draft(paths: list[Path]) -> object:
    faults = FaultList()
    draft_of(paths[0].read_bytes(), paths[0].name, "mine", Cities(small_world().network.cities), faults)
    faults.raise_if_any()
    return None


def _oc4ids(folder: Path) -> Path:
    made = folder / "package.json"
    made.write_text(json.dumps(made_package()))
    return made


def _read_package(paths: list[Path]) -> object:
    faults = FaultList()
    package = parse(read_bytes(paths[0], faults), paths[0].name, faults)
    if not faults:
        check_package(package, paths[0].name, faults)
    faults.raise_if_any()
    return draft_toml("mine", "it", draft_of_package(package, Cities(small_world().network.cities)))


def _iati(folder: Path) -> Path:
    made = folder / "activities.xml"
    made.write_text(f"{HEAD}{ACTIVITY * 2}</iati-activities>")
    return made


def _read_iati(paths: list[Path]) -> object:
    faults = FaultList()
    draft = draft_of_activities(read_activities(paths[0], faults))
    faults.raise_if_any()
    return draft_toml("mine", "it", draft)


def _list(name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        return Path(shutil.copy(ROOT / "fixtures" / "lists" / f"{name}.csv", folder / f"{name}.csv"))

    return make


def _list_workbook(folder: Path) -> Path:
    book, made = openpyxl.Workbook(), folder / "list.xlsx"
    with (ROOT / "fixtures" / "lists" / "ports.csv").open(encoding="utf-8") as rows:
        for row in csv.reader(rows):
            book.active.append(row)
    book.save(made)
    return made


def _read_list(paths: list[Path]) -> object:
    faults = FaultList()
    needed = tuple(row.column for row in layouts()["aiddata"] if row.must)
    rows = read_rows_of(paths[0], needed, faults)
    faults.raise_if_any()
    draft = draft_of_rows(rows, (), paths[0].name, Cities(small_world().network.cities), faults)
    faults.raise_if_any()
    return draft_toml("mine", "it", draft)


def _workbook(folder: Path) -> Path:
    made = folder / "programme.xlsx"
    made.write_bytes(workbook_of(load_programme(PROGRAMME, small_world())))
    return made


def _projection(folder: Path) -> Path:
    about = "a ministry,https://x.example,2026-01-01,verified,estimated"
    lines = [f"KAZ,{year},0.0{year % 10},{about}" for year in range(2023, 2031)]
    made = folder / "growth.csv"
    made.write_text("\n".join(["economy,year,gdp_growth_rate,source,address,read_on,flag,grade", *lines, ""]))
    return made


def _closures(folder: Path) -> Path:
    made = folder / "closed.txt"
    made.write_text("suez\n# and\nborder:CHN-KAZ\nport:DEHAM\n")
    return made


LOANS = (
    ("id", "economy", "financier", "instrument", "amount", "currency", "interest_rate", "maturity", "grace",
     "first_drawdown", "perimeter"),
    ("1", "KGZ", "chn-exim", "loan", "200", "USD", "2 %", "20", "5", "2020-01-15", "public_external"),
    ("2", "TJK", "kfw", "concessional_loan", "50", "EUR", "0.0075", "38", "6", "2021", "state_owned"),
)  # fmt: skip


def _loans(folder: Path) -> Path:
    made = folder / "loans.csv"
    made.write_text("".join(",".join(row) + "\n" for row in LOANS), encoding="utf-8")
    return made


def _loans_book(folder: Path) -> Path:
    book, made = openpyxl.Workbook(), folder / "loans.xlsx"
    for row in LOANS:
        book.active.append(row)
    book.save(made)
    return made


def _macro(folder: Path) -> Path:
    return debt_files.write(folder / "macro.csv", debt_files.macro_rows())


def _debt_terms(folder: Path) -> list[Path]:
    return [debt_files.write_terms(folder / "terms.csv", capacity="medium"), _macro(folder)]


def _debt_template(folder: Path) -> Path:
    macro, made = _macro(folder), folder / "template.xlsx"
    made.write_bytes(debt_template.write_template(read_macro(macro, None)["KGZ"]))
    macro.unlink()
    return made


def _debt_ids(folder: Path) -> Path:
    rows = [("Kyrgyz Republic", "KGZ", "DT.DOD.DPPG.CD", "3.9e9", "4e9"),
            ("Kyrgyz Republic", "KGZ", "DT.TDS.DPPG.CD", "2.8e8", "3e8")]  # fmt: skip
    return samples.databank(folder / "debt.csv", rows, counterpart="WLD")


def _store(kind: str, make: Callable[[Path], Path]) -> Callable[[Path], Path]:
    """The folder of a world in the store, with its manifest and the files that an import wrote."""

    def stored(folder: Path) -> Path:
        import_world(kind, [make(folder)], name=STORED, overwrite=True)
        return worlds_folder() / STORED

    return stored


def _open(paths: list[Path]) -> object:
    world = open_world(STORED)
    return world.hash, world.tariff_rate, world.accounts.trade_flow


FORMATS: dict[str, Format] = {
    "programme": Format(_toml, lambda paths: load_programme(paths[0], small_world()), "toml"),
    "programme-workbook": Format(_workbook, lambda paths: load_programme(paths[0], small_world()), "book"),
    "programme-geojson": Format(_geojson, _draft, "json"),
    "programme-oc4ids": Format(_oc4ids, _read_package, "json"),
    "programme-iati": Format(_iati, _read_iati),
    "programme-list": Format(_list("loans"), _read_list),
    "programme-list-workbook": Format(_list_workbook, _read_list, "book"),
    "projection": Format(_projection, lambda paths: load_projection(paths[0], ECONOMIES, 2030)),
    "closures": Format(
        _closures, lambda paths: find_closures(read_closure_file(paths[0]), small_world().network), "text"
    ),
    "loans": Format(_loans, lambda paths: read_loans(paths[0], load_parameters())),
    "loans-workbook": Format(_loans_book, lambda paths: read_loans(paths[0], load_parameters()), "book"),
    "debt-macro": Format(_macro, lambda paths: read_macro(paths[0], None)),
    "debt-terms": Format(_debt_terms, lambda paths: read_macro(paths[1], paths[0])),
    "debt-ids": Format(_debt_ids, lambda paths: read_ids(paths[0], "KGZ")),
    "debt-ids-json": Format(
        lambda folder: _ids_json(folder, "KGZ", "DT.DOD.DPPG.CD"),
        lambda paths: read_ids(paths[0], "KGZ"),
        "json",
    ),
    "debt-template": Format(_debt_template, lambda paths: debt_template.read_template(paths[0]), "book"),
    "tariffs-wits": Format(_wits, importing("tariffs")),
    "tariffs-wits-zip": Format(zipped(_wits, "wits.zip"), importing("tariffs"), "zip"),
    "tariffs-wto": Format(_wto, importing("tariffs")),
    "tariffs-wto-json": Format(_wto_json, importing("tariffs"), "json"),
    "tariffs-trains": Format(_trains, importing("tariffs")),
    "tariffs-trains-beneficiaries": Format(_beneficiaries_book, importing("tariffs"), "book"),
    "icio": Format(_icio, importing("icio")),
    "icio-zip": Format(zipped(_icio, "icio.zip", "ReadMe.txt"), importing("icio"), "zip"),
    "economy-accounts": Format(_economy_accounts, importing("economy-accounts"), "book"),
    "baci": Format(_baci, importing("baci")),
    "baci-zip": Format(zipped(_baci, "BACI_HS17_V202401b.zip", "Readme.txt"), importing("baci"), "zip"),
    "wiod": Format(_wiod, importing("wiod", year=2014)),
    "eora26-zip": Format(_eora, importing("eora26"), "zip"),
    "eora26-folder": Format(_eora_folder, importing("eora26")),
    "wdi": Format(_wdi, importing("wdi")),
    "wdi-zip": Format(zipped(_wdi, "wdi.zip", "Metadata_Country.csv"), importing("wdi"), "zip"),
    "wdi-json": Format(_wdi_json, importing("wdi"), "json"),
    "ids": Format(_ids, importing("ids")),
    "ids-json": Format(_ids_json, importing("ids"), "json"),
    "wgi": Format(_wgi, importing("wgi")),
    "wgi-wide": Format(_wgi_wide, importing("wgi")),
    "pip": Format(_pip, importing("pip")),
    "pip-json": Format(_pip_json, importing("pip"), "json"),
    "weo": Format(_weo, importing("weo")),
    "weo-portal": Format(_weo_portal, importing("weo")),
    "weo-workbook": Format(_weo_book, importing("weo"), "book"),
    "ilostat": Format(_ilostat, importing("ilostat")),
    "ilostat-gz": Format(gzipped(_ilostat), importing("ilostat"), "gzip"),
    "tenths": Format(_tenths, importing("tenths")),
    "enterprise-surveys": Format(_enterprises, importing("enterprise-surveys")),
    "enterprise-surveys-book": Format(_enterprises_book, importing("enterprise-surveys"), "book"),
    "enterprise-surveys-long": Format(_enterprises_long, importing("enterprise-surveys")),
    "escap": Format(lambda folder: samples.escap(folder / "escap.csv"), importing("escap")),
    "trade-matrix": Format(
        lambda folder: samples.trade_matrix(folder / "matrix.csv"), importing("trade-matrix")
    ),
    "network": Format(_network, importing("network")),
    "cables": Format(_cables, importing("cables")),
    "cables-geojson": Format(_cables_geojson, importing("cables"), "json"),
    "world-facts": Format(_store("wdi", _wdi), _open, "world"),
    "world-tariffs": Format(_store("tariffs", _wits), _open, "world"),
    "world-accounts": Format(_store("wiod", _wiod), _open, "world"),
    "world-products": Format(_store("baci", _baci), _open, "world"),
    "world-network": Format(_store("network", _network), _open, "world"),
    "world-cables": Format(_store("cables", _cables), _open, "world"),
}
