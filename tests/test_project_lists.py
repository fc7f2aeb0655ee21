"""Lists of projects into programmes: public layouts, a mapping of one's own, and cells in words."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from samarkand.cli import main
from samarkand.core.faults import FaultList
from samarkand.programme import load_programme
from samarkand.programme.files.drafting import draft_toml, listing
from samarkand.programme.files.geojson import Cities
from samarkand.programme.files.lists.drafting import draft_of_rows
from samarkand.programme.files.lists.layouts import Mapped, read_mapping
from samarkand.programme.files.lists.reading import read_rows_of
from samarkand.programme.files.plain_words import day_of, money_of
from samarkand.world.economies.naming import economy_named
from toy import make_network

CITIES = Cities(make_network().cities)
LISTS = Path(__file__).parent / "fixtures" / "lists"
OWN = (
    Mapped(column="No", key="record"), Mapped(column="Name", key="title"), Mapped(column="Type", key="kind"),
    Mapped(column="Where", key="economy"), Mapped(column="State", key="status"),
    Mapped(column="Cost", key="capex", form="US$ m"), Mapped(column="Lender", key="financier", form=";"),
    Mapped(column="How", key="instrument"), Mapped(column="Loan", key="amount"),
    Mapped(column="Rate", key="interest_rate", form="per cent"), Mapped(column="Years", key="maturity"),
    Mapped(column="Start", key="construction_start", form="dmy"), Mapped(column="End", key="opening", form="dmy"),
    Mapped(column="Lat", key="latitude"), Mapped(column="Lon", key="longitude"),
)  # fmt: skip
ROW = {
    "No": "7", "Name": "Port of Poti", "Type": "port", "Where": "Georgia", "State": "Under construction",
    "Cost": "350", "Lender": "A bank", "How": "Loan", "Loan": "US$ 0.2 bn", "Rate": "2.5", "Years": "15",
    "Start": "01/02/2024", "End": "2028", "Lat": "42.15", "Lon": "41.67",
}  # fmt: skip


def draft_of(
    tmp_path: Path, *rows: dict[str, str], mapping: Any = OWN, **options: Any
) -> tuple[Any, list[str]]:
    path = tmp_path / "list.csv"
    lines = [",".join(f'"{name}"' for name in rows[0])] if rows else ["No,Name"]
    lines += [",".join(f'"{cell}"' for cell in row.values()) for row in rows]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    faults = FaultList()
    found = read_rows_of(path, (), faults)
    return draft_of_rows(found, mapping, path.name, CITIES, faults, **options), [str(one) for one in faults]


def only(draft: Any) -> dict[str, Any]:
    (item,) = tomllib.loads(draft_toml("mine", "list.csv", draft))["project"]
    return item


@pytest.mark.parametrize(("name", "items", "left_out"), [("ports", 14, 0), ("loans", 10, 1)])
def test_a_public_list_becomes_a_programme_that_checks_by_one_command(
    name, items, left_out, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    command = ["programme", "import", str(LISTS / f"{name}.csv"), name, "--format", "list"]
    monkeypatch.setattr("sys.argv", ["samarkand", *command])
    with pytest.raises(SystemExit) as left:
        main()
    assert not left.value.code
    said = capsys.readouterr().out
    programme = load_programme(tmp_path / f"{name}.toml")  # raises for a fault
    assert len(programme.projects) == items
    assert said.count("left out:") == left_out
    for item in programme.projects:  # what is missing is listed by item
        assert f"  {item.id}: capex" in said or f"  {item.id}: opening, capex" in said
    assert all(item.get("project_identifier") for item in programme.projects)


def test_a_row_becomes_an_item_by_a_mapping_of_ones_own(tmp_path):
    item = only(draft_of(tmp_path, ROW)[0])
    assert (item["kind"], item["economies"], item["status"]) == ("port", ["GEO"], "construction")
    assert item["capex"] == {
        "value": 350, "unit": "US$ m", "source": "list.csv, record 7", "flag": "recalled"
    }  # fmt: skip
    assert item["construction_start"]["date"] == date(2024, 2, 1)
    assert item["opening"]["date"] == 2028
    assert (item["place"]["latitude"], item["place"]["longitude"]) == (42.15, 41.67)
    (line,) = item["financing"]
    assert (line["party"], line["instrument"]) == ("a-bank", "loan")
    assert [line[key]["value"] for key in ("amount", "interest_rate", "maturity")] == [200, 0.025, 15]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"Cost": "EUR 350 m"}, "capex: the list says 'EUR 350 m'"),
        ({"Cost": "about 350"}, "capex: the list says 'about 350'"),
        ({"State": "in limbo"}, "status: the list says 'in limbo'"),
        ({"Where": "Atlantis"}, "economies: the list says 'Atlantis'"),
        ({"Type": "spaceport X"}, "kind: the list says 'spaceport X'"),
        ({"How": "by magic"}, "financing by A bank: the list says 'by magic'"),
        ({"Where": "Georgia; Russia"}, "who services the loan of A bank is not said"),
        ({"Lender": "A bank; B bank"}, "US$ 200.0 m of 2 financiers together"),
        ({"Lat": "41.67", "Lon": "42.15N"}, "which are no degrees"),
        ({"Start": "2029", "End": "2027"}, "in the wrong order"),
        ({"End": "when it is ready"}, "opening: the list says 'when it is ready'"),
    ],
)
def test_what_is_not_known_stays_unknown_and_is_listed(cells, said, tmp_path):
    draft, faults = draft_of(tmp_path, {**ROW, "Name": "Works" if "Type" in cells else ROW["Name"], **cells})
    assert faults == []
    assert said in "\n".join(listing(draft))
    key = said.split(":")[0]
    assert key not in draft.items[0].known


def test_what_is_in_service_by_2022_is_no_item(tmp_path):
    draft, _ = draft_of(tmp_path, {**ROW, "End": "2019", "Start": "2015"}, {**ROW, "No": "8"})
    assert [item.known["project_identifier"] for item in draft.items] == ["8"]
    assert "7 (Port of Poti): in service since 2019" in draft.left_out[0]


def test_rows_are_chosen_by_their_cells(tmp_path):
    rows = [ROW, {**ROW, "No": "8", "Where": "Poland"}]
    draft, faults = draft_of(tmp_path, *rows, where={"Where": "Poland"})
    assert [item.known["project_identifier"] for item in draft.items] == ["8"]
    assert faults == []
    assert "is no column of the list" in draft_of(tmp_path, *rows, where={"Wher": "x"})[1][0]
    assert "no row that --where chooses" in draft_of(tmp_path, *rows, where={"Where": "x"})[1][0]


def test_a_list_of_no_known_layout_is_refused_whole(tmp_path):
    _, faults = draft_of(tmp_path, ROW, mapping=())
    assert "is of no layout that is known" in faults[0]
    _, faults = draft_of(tmp_path, {"No": "1"})
    assert len(faults) == len(OWN) - 1, "every column that is missing is named"
    assert "has no rows" in draft_of(tmp_path)[1][0] or "has no column" in draft_of(tmp_path)[1][0]


def test_a_mapping_has_all_its_faults_at_once(tmp_path):
    path = tmp_path / "mapping.csv"
    path.write_text("column,key,form\nCost,price,US$ m\nLender,financier,and\nName,title,\n")
    faults = FaultList()
    read_mapping(path, faults)
    assert [str(one).split(":")[0] for one in faults] == ["mapping.csv, line 2", "mapping.csv, line 3"]


def test_a_workbook_and_geojson_give_the_same_item(tmp_path):
    from openpyxl import Workbook

    wanted = only(draft_of(tmp_path, ROW)[0])
    book = Workbook()
    book.active.append(list(ROW))
    book.active.append(list(ROW.values()))
    book.save(tmp_path / "list.xlsx")
    apart = {key: cell for key, cell in ROW.items() if key not in ("Lat", "Lon")}
    point = {"type": "Point", "coordinates": [41.67, 42.15]}
    feature = {"type": "Feature", "properties": apart, "geometry": point}
    (tmp_path / "list.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    for name, mapping in (("list.xlsx", OWN), ("list.geojson", OWN[:-2])):
        faults = FaultList()
        rows = read_rows_of(tmp_path / name, tuple(row.column for row in mapping), faults)
        assert only(draft_of_rows(rows, mapping, "list.csv", CITIES, faults)) == wanted
        assert not faults


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("US$ 1.2 bn", 1.2e9, "USD"), ("USD 350 million", 350e6, "USD"), ("$1.5m", 1.5e6, "USD"),
        ("350 million US dollars", 350e6, "USD"), ("1,200,000", 1.2e6, ""), ("1.200.000,50 EUR", 1200000.5, "EUR"),
        ("1,2 bn USD", 1.2e9, "USD"), ("300 (USD million)", 300e6, "USD"), ("CNY 3 billion", 3e9, "CNY"),
    ],
)  # fmt: skip
def test_money_in_words(text, amount, currency):
    assert money_of(text)[:2] == (pytest.approx(amount), currency)


@pytest.mark.parametrize(
    "text", ["about US$ 3 bn", "US$ 1-2 bn", "-5", "n/a", "", "5 crore", "USD 5 EUR", "2 bn m"]
)
def test_what_is_no_single_sum_is_none(text):
    assert money_of(text) is None


def test_days_and_names():
    assert day_of("05/01/2027") is None, "day or month first is not said"
    assert (day_of("05/01/2027", True), day_of("05/01/2027", False)) == (date(2027, 1, 5), date(2027, 5, 1))
    assert (day_of("2027.0"), day_of("May 2027"), day_of("tbd")) == (2027, 2027, None)
    names = ("Lao PDR", "Cote d'Ivoire", "Viet Nam", "kaz", "Turkiye", "Kyrgyz Republic")
    assert [economy_named(one) for one in names] == ["LAO", "CIV", "VNM", "KAZ", "TUR", "KGZ"]
    assert economy_named("Atlantis") is None
