"""A programme file is checked whole: each fault has its own message, all come at once, nothing else is raised."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samarkand.core.faults import FaultList
from samarkand.programme.files.checks import Surroundings, check_file, check_tables
from samarkand.programme.files.toml_positions import find_lines, line_of
from samarkand.programme.files.toml_reading import parse_toml
from samarkand.programme.model.kinds import ENTRIES, Level, attributes, kinds

ECONOMIES = frozenset({"CHN", "KAZ", "KGZ", "UZB", "IRN"})


class FlatLand:
    """A network with one rail and one road node, at Almaty, one port at Aktau and one crossing."""

    def nearest(
        self, latitude: float, longitude: float, mode: str, number: int = 3
    ) -> list[tuple[str, float]]:
        node = ("Aktau", 43.6, 51.2) if mode == "sea" else ("Almaty", 43.25, 76.9)
        near = abs(latitude - node[1]) + abs(longitude - node[2]) < 0.1
        return [(node[0], 2.0 if near else 700.0)]

    def has_crossing(self, economies: tuple[str, ...], mode: str) -> bool:
        return set(economies) == {"CHN", "KAZ"}

    def crossing_names(self, economies: tuple[str, ...], mode: str) -> tuple[str, ...]:
        return ("Khorgos - Altynkol",)

    def names_meant(self, name: str, economies: tuple[str, ...], mode: str) -> tuple[str, ...]:
        return self.crossing_names(economies, mode) if "Khorgos" in name else ()

    def station_near(self, latitude: float, longitude: float, has_line: bool) -> None:
        return None


AROUND = Surroundings(ECONOMIES, FlatLand(), 30.0)

GOOD = """
[programme]
id = "test"
title = "Test"

[[party]]
id = "bank"
name = "A bank"
economy = "CHN"

[[project]]
id = "line"
title = "A line"
kind = "rail"
economies = ["KAZ"]
status = "construction"
construction_start = 2024-01-01
opening = 2027
capex = { value = 100, unit = "US$ m", source = "a paper" }

  [[project.section]]
  effect = "new"
  points = [
    { name = "Almaty", latitude = 43.25, longitude = 76.9 },
    { name = "Halfway", latitude = 44.0, longitude = 77.5 },
    { name = "Almaty East", latitude = 43.26, longitude = 76.92 },
  ]
  length = { value = 250, unit = "km", source = "a paper" }
  gauge = { value = 1520, unit = "mm", source = "a paper" }

  [[project.financing]]
  party = "bank"
  instrument = "loan"
  share = { value = 0.8, unit = "fraction", source = "a paper" }

[[measure]]
id = "posts"
title = "Quicker posts"
kind = "border_facilitation"
economies = ["KAZ", "CHN"]
status = "agreed"
hours_before = { value = 10, unit = "hours", source = "a paper" }
hours_after = { value = 4, unit = "hours", source = "a paper" }

  [[measure.crossing]]
  economies = ["KAZ", "CHN"]
"""


def faults_of(text: str | bytes, tmp_path: Path) -> list[str]:
    path = tmp_path / "test.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    programme, faults = check_file(path, AROUND)
    assert (programme is None) == bool(faults)  # nothing of a file with a fault is used
    return [str(fault) for fault in faults]


def test_a_good_file_has_no_fault(tmp_path: Path) -> None:
    assert faults_of(GOOD, tmp_path) == []


# One change to the good file, and what the one fault must say: its place, reason and mend.
SINGLE = {
    "unknown key": ('title = "A line"', 'title = "A line"\ncolour = "red"', "line, colour, line 14: unknown key"),
    "misspelt key": ('title = "A line"', 'title = "A line"\nopenning = 2028', "Did you mean opening"),
    "key of another kind": ('title = "A line"', 'title = "A line"\ntariff_after = 1', "does not belong to the kind"),
    "negative cost": ("value = 100,", "value = -100,", "project line, capex, line 19: is negative (-100)"),
    "too large": ("value = 1520", "value = 15200", "15200 is above 1676"),
    "missing unit": ('value = 250, unit = "km"', "value = 250", 'has no unit. Add unit = "km"'),
    "wrong unit": ('value = 250, unit = "km"', 'value = 250, unit = "mi"', "has the unit 'mi'. Convert it to"),
    "bare number": ('{ value = 100, unit = "US$ m", source = "a paper" }', "100", "not a figure with unit and source"),
    "no source": ('unit = "km", source = "a paper"', 'unit = "km"', "a figure needs its source"),
    "verified without address": (
        'unit = "km", source', 'unit = "km", flag = "verified", source', "a verified figure needs the address"
    ),
    "outside its range": ("value = 100,", "value = 100, low = 120, high = 130,", "lies outside its range"),
    "not finite": ("value = 100,", "value = nan,", "not a number"),
    "unknown economy": ('economies = ["KAZ"]', 'economies = ["KAX"]', "unknown economy 'KAX'. Did you mean KAZ"),
    "unknown kind": ('kind = "rail"', 'kind = "railways"', "unknown kind 'railways'. Did you mean rail"),
    "kind in the wrong place": ("[[measure]]", "[[project]]", "border_facilitation is the kind of a measure"),
    "unknown status": ('status = "construction"', 'status = "construct"', "Did you mean construction"),
    "unknown party": ('party = "bank"', 'party = "bnak"', "unknown party 'bnak'. Did you mean bank"),
    "backward dates": ("opening = 2027", "opening = 2023-05-01", "opens 2023-05-01, before construction starts"),
    "in the baseline": ("opening = 2027", "opening = 2021", "part of the baseline"),
    "not a date": ("opening = 2027", 'opening = "soon"', "has no day or year"),
    "duplicate id": ('id = "posts"', 'id = "line"', "the id line is already used"),
    "no short name": ('id = "line"', 'id = "A Line"', "is no short name"),
    "end off the network": ("latitude = 43.26", "latitude = 43.96", "Almaty East lies off the rail network"),
    "shorter than by air": ("value = 250", "value = 50", "is shorter than the"),
    "half a point": (', latitude = 44.0, longitude = 77.5', "", "has no latitude"),
    "latitude": ("latitude = 44.0", "latitude = 94.0", "94 is above 90"),
    "after without before": ("hours_before", "fee_before", "hours_after stands without hours_before"),
    "no crossing there": ('  economies = ["KAZ", "CHN"]', '  economies = ["KAZ", "IRN"]', "no road link crosses"),
    "missing key": ('status = "agreed"\n', "", "has no status. Add status"),
    "text for number": ("latitude = 44.0", 'latitude = "44"', "is text, not a number"),
    "number for text": ('title = "A line"', "title = 3", "is a number, not text"),
    "both share and amount": (
        "share = {", 'amount = { value = 1, unit = "US$ m", source = "x" }\n  share = {', "both share and amount"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(SINGLE))
def test_each_fault_has_its_own_message(name: str, tmp_path: Path) -> None:
    old, new, expected = SINGLE[name]
    assert GOOD.count(old) >= 1
    found = faults_of(GOOD.replace(old, new, 1), tmp_path)
    assert any(expected in fault for fault in found), found


def test_messages_differ_from_each_other(tmp_path: Path) -> None:
    """No two of the cases give the same words: a reader can tell the faults apart."""
    said = [faults_of(GOOD.replace(old, new, 1), tmp_path) for old, new, _ in SINGLE.values()]
    first = [found[0] for found in said]
    assert len(set(first)) == len(first)


def test_financing_shares_over_the_whole(tmp_path: Path) -> None:
    line = GOOD[GOOD.index("  [[project.financing]]") : GOOD.index("[[measure]]")]
    found = faults_of(GOOD.replace(line, line + line), tmp_path)
    assert len(found) == 1
    assert "the financing adds up to 160.0% of capex" in found[0]


def test_who_services_a_loan_to_several_economies(tmp_path: Path) -> None:
    text = GOOD.replace('economies = ["KAZ"]', 'economies = ["KAZ", "UZB"]')
    (found,) = faults_of(text, tmp_path)
    assert "does not say which of KAZ, UZB services the loan" in found
    right = text.replace(
        'instrument = "loan"', 'instrument = "loan"\n  serviced_by = { KAZ = 0.4, UZB = 0.6 }'
    )
    assert faults_of(right, tmp_path) == []
    (found,) = faults_of(right.replace("UZB = 0.6", "UZB = 0.7"), tmp_path)
    assert "the shares add up to 1.1" in found


def test_gauge_clash(tmp_path: Path) -> None:
    second = """
  [[project.section]]
  effect = "new"
  points = [
    { name = "Almaty East", latitude = 43.26, longitude = 76.92 },
    { name = "Almaty", latitude = 43.25, longitude = 76.9 },
  ]
  length = { value = 10, unit = "km", source = "a paper" }
  gauge = { value = 1435, unit = "mm", source = "a paper" }

  [[project.financing]]"""
    text = GOOD.replace("\n  [[project.financing]]", second, 1)
    found = faults_of(text, tmp_path)
    assert len(found) == 2  # it clashes at both ends
    assert all("the gauges 1435 mm and 1520 mm clash at Almaty" in fault for fault in found)
    declared = text.replace('kind = "rail"', 'kind = "rail"\nbreak_of_gauge = ["Almaty", "Almaty East"]')
    assert faults_of(declared, tmp_path) == []


# Ten faults of ten kinds in one file, and a part of what each must say.
TEN = [
    ('title = "Test"', 'title = "Test"\ncolour = "red"', "unknown key colour"),
    ('economy = "CHN"', 'economy = "CNH"', "unknown economy 'CNH'"),
    ('kind = "rail"', 'kind = "raill"', "unknown kind 'raill'"),
    ('status = "construction"', 'status = "built"', "unknown status 'built'"),
    ("opening = 2027", "opening = 2023", "before construction starts"),
    ("value = 100,", "value = -1,", "is negative (-1)"),
    ('value = 250, unit = "km"', "value = 250", "has no unit"),
    ('party = "bank"', 'party = "bnk"', "unknown party 'bnk'"),
    ('id = "posts"', 'id = "line"', "the id line is already used"),
    ('  economies = ["KAZ", "CHN"]', '  economies = ["KAZ", "IRN"]', "no road link crosses"),
]


def test_a_file_with_ten_faults_reports_all_ten(tmp_path: Path) -> None:
    text = GOOD
    for old, new, _ in TEN:
        assert old in text
        text = text.replace(old, new, 1)
    found = faults_of(text, tmp_path)
    for _, _, expected in TEN:
        assert sum(expected in fault for fault in found) == 1, (expected, found)
    assert len(found) == 10
    assert all(re.search(r"line \d+", fault) for fault in found)


FILES = {
    "empty": (b"  \n ", "is empty"),
    "not utf-8": (GOOD.encode().replace(b"A line", b"A l\xefne"), "is not UTF-8: byte 0xef"),
    "utf-16 without its mark": (GOOD.encode("utf-16-le"), "binary file"),
    "binary": (b"\x00\x01\x02", "binary file"),
    "json": (b'{"programme": {}}', "is not a TOML file"),
    "prose": (b"A programme of corridors.", "is not a TOML file"),
    "syntax": (GOOD.replace("[[party]]", "[[party]").encode(), "is not valid TOML"),
    "twice": (GOOD.replace('name = "A bank"', 'name = "A"\nname = "B"').encode(), "is not valid TOML"),
    "deep": (b"a = " + b"[" * 5000 + b"]" * 5000, "cannot be read as TOML"),
    "other tables": (b"[tool]\nname = 1\n", "has no [programme] table"),
}


@pytest.mark.parametrize("name", list(FILES))
def test_what_is_no_programme_file_says_so(name: str, tmp_path: Path) -> None:
    content, expected = FILES[name]
    assert any(expected in fault for fault in faults_of(content, tmp_path))


def test_folder_and_missing_file(tmp_path: Path) -> None:
    for path, expected in ((tmp_path, "is a folder"), (tmp_path / "none.toml", "does not exist")):
        _, faults = check_file(path, AROUND)
        assert [expected in str(fault) for fault in faults] == [True]


@pytest.mark.parametrize("share", [0.2, 0.37, 0.5, 0.81, 0.99])
def test_a_truncated_file_is_never_read_as_a_programme(share: float, tmp_path: Path) -> None:
    """Cut at a line the file may still be TOML: then what is missing is named; else it says it breaks off."""
    cut = GOOD[: int(len(GOOD.rstrip()) * share)]
    found = faults_of(cut, tmp_path)
    assert found
    try:
        tomllib.loads(cut)
    except tomllib.TOMLDecodeError:
        assert len(found) == 1
        assert "breaks off" in found[0] or "not valid TOML" in found[0]


def test_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    assert faults_of(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode(), tmp_path) == []


def test_lines_are_those_of_the_file() -> None:
    lines = find_lines(GOOD)
    rows = GOOD.splitlines()
    assert rows[lines["project", 0, "capex"] - 1].startswith("capex")
    assert "length" in rows[lines["project", 0, "section", 0, "length"] - 1]
    assert "hours_after" in rows[lines["measure", 0, "hours_after"] - 1]
    assert (
        line_of(lines, ("project", 0, "section", 0, "points", 1, "latitude"))
        == lines["project", 0, "section", 0, "points"]
    )
    assert line_of(lines, ("nowhere",)) is None


def test_lines_are_not_deceived_by_texts_over_several_lines() -> None:
    text = 'a = """\n[table]\nb = 1\n"""\nc = [\n  "d = [",\n]\n"e.f" = 3\n[g.h]\ni.j = 1\n'
    lines = find_lines(text)
    assert lines["c",] == 5
    assert lines["e.f",] == 8
    assert lines["g", "h", "i", "j"] == 10
    assert ("table",) not in lines
    assert ("b",) not in lines


# -- properties: whatever the tables hold, there are faults or a programme, and never another error

SCALARS = st.one_of(
    st.none().map(lambda _: ""), st.booleans(), st.integers(-(10**6), 10**6), st.floats(), st.text(max_size=8),
    st.dates(), st.sampled_from(["rail", "CHN", "KAZ", "bank", "new", "upgrade", "loan", "US$ m", "km", "verified"]),
)  # fmt: skip
KEYS = sorted({key for level in ("programme", "party", "item", "section", "financing", "point", "crossing")
               for key in attributes(level)} | {"value", "unit", "low", "source", "date", "x"})  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=12,
)
TABLES = st.dictionaries(
    st.sampled_from(["programme", "party", "project", "measure", "other"]),
    st.one_of(VALUES, st.lists(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8), max_size=3)),
    max_size=5,
)


@given(TABLES)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_tables_give_faults_or_a_programme(tables: dict[str, Any]) -> None:
    programme, faults = check_tables(tables, {}, AROUND, FaultList())
    assert (programme is None) == bool(faults)


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_tables_or_faults(content: bytes) -> None:
    faults = FaultList()
    tables, _ = parse_toml(content, "file", faults)
    assert not tables or not faults


def test_crossing_whose_economies_are_no_list_is_one_fault() -> None:
    tables = tomllib.loads(GOOD)
    crossing = next(item for item in tables["measure"] if "crossing" in item)["crossing"][0]
    crossing["economies"] = False
    programme, faults = check_tables(tables, {}, AROUND, FaultList())
    assert programme is None
    assert sum("economies" in fault.place for fault in faults) == 1


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_one_value_exchanged_in_a_good_file(data: st.DataObject) -> None:
    tables = tomllib.loads(GOOD)
    node: Any = tables
    while True:
        key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        below = node[key]
        if not isinstance(below, dict | list) or not below or data.draw(st.booleans()):
            node[key] = data.draw(VALUES)
            break
        node = below
    programme, faults = check_tables(tables, {}, AROUND, FaultList())
    assert (programme is None) == bool(faults)


# -- the declared tables


def test_every_attribute_has_a_reader_a_known_kind_and_a_known_unit() -> None:
    from samarkand.core.units import units
    from samarkand.programme.files.reading import Reader

    rows = [row for level in get_args(Level) for row in attributes(level).values()]
    assert len(rows) > 50
    for row in rows:
        assert row.choices or row.type in ENTRIES or hasattr(Reader, f"_{row.type}"), row
        assert row.kinds == ("*",) or set(row.kinds) <= set(kinds()), row
        assert (row.type == "figure") == bool(row.unit), row
        assert not row.unit or row.unit in units(), row


def test_every_kind_names_an_asset_life_that_is_declared() -> None:
    from samarkand.world.parameters import load_parameters

    declared = set(load_parameters())
    for kind in kinds().values():
        assert (kind.asset_life in declared) if kind.item == "project" else not kind.asset_life


def test_fields_of_the_models_are_declared_attributes() -> None:
    from samarkand.programme.model import models

    for level, model in (("item", models.Item), ("financing", models.Financing), ("party", models.Party),
                         ("point", models.Point), ("crossing", models.Crossing)):  # fmt: skip
        fields = set(model.model_fields) - {"attributes"}
        assert fields <= set(attributes(level)), level


def test_a_new_kind_is_only_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A kind and an attribute added to the tables are read, held and checked without any new code."""
    from samarkand.programme.model import kinds as module

    table = module.read_table
    plant = module.ItemKind(kind="observatory", label="Plant", item="project", shock="productivity", effect="none",
                        asset_life="asset_life_port", description="A plant")  # fmt: skip
    power = module.Attribute(name="item.power", kinds=("observatory",), type="figure", unit="hours",
                             required="yes", minimum=0, description="Hours of operation")  # fmt: skip

    def with_rows(package: str, filename: str, model: Any) -> Any:
        extra = (plant,) if filename == "kinds.csv" else (power,)
        return (*table(package, filename, model), *extra)

    monkeypatch.setattr(module, "read_table", with_rows)
    module.kinds.cache_clear()
    module.attributes.cache_clear()
    try:
        text = (
            GOOD
            + """
[[project]]
id = "plant"
title = "A plant"
kind = "observatory"
economies = ["KAZ"]
status = "proposed"
"""
        )
        (found,) = faults_of(text, tmp_path)
        assert "has no power. Add power: hours of operation" in found
        path = tmp_path / "test.toml"
        path.write_text(text + 'power = { value = 8000, unit = "hours", source = "a paper" }\n')
        programme, faults = check_file(path, AROUND)
        assert not faults
        assert programme is not None
        figure = programme.projects[-1].figure("power")
        assert figure is not None
        assert figure.value == 8000
    finally:
        monkeypatch.undo()
        module.kinds.cache_clear()
        module.attributes.cache_clear()


def test_hash_is_of_the_content_not_of_the_layout(tmp_path: Path) -> None:
    def read(text: str) -> str:
        path = tmp_path / "test.toml"
        path.write_text(text)
        programme, faults = check_file(path, AROUND)
        assert programme is not None, list(faults)
        return programme.content_hash

    shuffled = GOOD.replace(
        'kind = "rail"\neconomies = ["KAZ"]', '# a comment\neconomies = ["KAZ"]\nkind = "rail"'
    )
    assert shuffled != GOOD
    assert read(shuffled) == read(GOOD)
    assert read(GOOD.replace("value = 100", "value = 101")) != read(GOOD)
