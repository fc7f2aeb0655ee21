"""Lines and points of a GIS as a draft: what is in it, and what is refused."""

from __future__ import annotations

import json
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from samarkand.cli import main
from samarkand.core.faults import FaultList
from samarkand.core.geodesy import calc_great_circle_distance
from samarkand.programme import check_programme
from samarkand.programme.files.geojson import Cities, draft_of
from samarkand.programme.model.kinds import attributes
from toy import make_network

CITIES = Cities(make_network().cities)
SHANGHAI, TIANJIN, URUMQI, ALMATY = (121.47, 31.23), (117.20, 39.13), (87.60, 43.80), (76.90, 43.25)
CASE = Path(__file__).resolve().parents[2] / "shared" / "cases" / "files" / "line.geojson"


def feature(shape: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": shape, "coordinates": coordinates},
    }


def draft(*features: object, cities: Cities = CITIES, **kinds: str) -> tuple[dict[str, Any], list[str]]:
    """The tables of the draft, and the faults in words."""
    faults = FaultList()
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    text = draft_of(content, "gis.geojson", "mine", cities, faults, **kinds)
    return tomllib.loads(text), [str(fault) for fault in faults]


def city(name: str, move: float = 0.0) -> tuple[float, float]:
    row = CITIES.table[CITIES.table["name"] == name].iloc[0]
    return float(row["lon"]) + move, float(row["lat"])


def test_a_line_becomes_a_section_through_the_cities_that_it_passes() -> None:
    ends = [city("Urumqi"), city("Almaty", 0.1), (80.0, 44.5), city("Bishkek")]
    tables, faults = draft(feature("LineString", ends, name="New line", kind="rail", status="proposed"))
    assert not faults
    (item,) = tables["project"]
    assert (item["id"], item["title"], item["kind"], item["status"]) == (
        "new-line",
        "New line",
        "rail",
        "proposed",
    )
    assert item["economies"] == ["CHN", "KGZ"]
    (section,) = item["section"]
    assert [point["name"] for point in section["points"]] == ["Urumqi", "Almaty", "Bishkek"]
    assert section["points"][0]["longitude"] == city("Urumqi")[0]
    assert section["points"][0]["latitude"] == city("Urumqi")[1]
    pairs = [(latitude, longitude) for longitude, latitude in ends]
    km = sum(calc_great_circle_distance(*a, *b) for a, b in pairwise(pairs))
    assert section["length"]["value"] == pytest.approx(km, abs=0.05)
    assert section["length"]["flag"] == "derived"


def test_all_faults_of_a_draft_are_its_blanks(tmp_path: Path) -> None:
    """Every kind that lies along a line or stands at a point, and parts of a line."""
    line = [city("Urumqi"), city("Almaty")]
    features = [
        feature("MultiLineString", [line, [city("Almaty"), city("Bishkek")]], kind="road"),
        feature("LineString", line, kind="fibre_cable", description='Two pairs, "dark"'),
        feature("Point", city("Shanghai"), kind="port", name="Größe"),
        feature("Point", city("Almaty"), kind="power_plant", name="Größe"),
    ]
    faults = FaultList()
    text = draft_of(
        json.dumps({"features": features}).encode(), "gis.geojson", "mine", CITIES, faults, line="rail"
    )
    assert not faults
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    found = check_programme(tmp_path / "mine.toml")
    assert found
    assert {fault.reason for fault in found} == {"is still blank"}
    items = tomllib.loads(text)["project"]
    assert [item["id"] for item in items] == ["urumqi-almaty-bishkek", "urumqi-almaty", "gr-e", "gr-e-2"]
    assert len(items[0]["section"]) == 2
    for item in items:
        declared = attributes("item", item["kind"])
        needed = {key for key, row in declared.items() if row.is_required(item["kind"])}
        assert needed <= set(item) <= set(declared)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (feature("LineString", [SHANGHAI[::-1], TIANJIN[::-1]]), "has latitude first: 31.23, 121.47 is on no globe"),
        (feature("LineString", [URUMQI[::-1], ALMATY[::-1]]),
         "has latitude and longitude exchanged: turned, its ends lie near Urumqi"),
        (feature("Point", ALMATY[::-1], kind="industrial_zone"),
         "Exchange the coordinates: GeoJSON has longitude first"),
        (feature("LineString", [(8_560_000, 5_350_000), (9_750_000, 5_440_000)]), "which are no degrees"),
        (feature("LineString", [(75.0, "x"), (76.0, 43.0)]), "has coordinates that are no pairs of numbers"),
        (feature("LineString", [(75.0, 43.0)]), "is a line of fewer than two points"),
        (feature("Polygon", [[URUMQI, ALMATY, URUMQI]]), "is Polygon, neither a line nor a point"),
        (feature("LineString", [URUMQI, ALMATY], kind="railway"),
         "kind is 'railway', no kind of a line. Did you mean rail"),
        (feature("Point", ALMATY), "is a point without a kind. Say --point KIND (port,"),
        ({"type": "Feature"}, "neither a line nor a point"),
        (7, "is no GeoJSON of features"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused(given: object, said: str) -> None:
    tables, faults = draft(given, line="rail")
    assert not tables
    assert any(said in fault for fault in faults), faults


def test_a_kind_that_is_none_of_its_shape_and_an_empty_file_are_refused() -> None:
    assert "--line port: is no kind of a line" in draft(line="port")[1][0]
    assert "holds no line and no point" in draft()[1][0]


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["samarkand", "programme", "draft", str(CASE), "mine", "--line", "rail"])
    with pytest.raises(SystemExit) as left:
        main()
    assert not left.value.code
    assert "fill in what is marked" in capsys.readouterr().out
    (item,) = tomllib.loads((tmp_path / "mine.toml").read_text(encoding="utf-8"))["project"]
    assert item["economies"] == ["KAZ", "CHN"]
    assert item["section"][0]["length"]["value"] == pytest.approx(226, abs=1)
