"""A user's table of cables, as CSV and as GeoJSON: what is read, and everything that is wrong with one at once."""

from __future__ import annotations

import json

import pytest

from samarkand.core.faults import Faults
from samarkand.world.importers import import_world
from samarkand.world.store import list_worlds

import file_samples as samples  # isort: skip

write = samples.cables


def test_a_table_lies_over_the_embedded_one(tmp_path, world):
    found = import_world("cables", [write(tmp_path / "mine.csv")], name="cables")
    by_name = {one.row.system: one for one in found.cables.systems}
    own = by_name["own"]
    assert (own.row.title, own.row.capacity, own.row.year, own.row.kind) == (
        "My cable",
        1200,
        2027,
        "submarine",
    )
    assert [place.name for place in own.landings] == ["GEO Poti", "ROU Constanta"]
    assert by_name["gulf"].row.capacity is None
    assert by_name["gulf"].landings[1].branch == ("hormuz",)
    assert set(found.cables.own) == {"own", "gulf"}
    assert len(found.cables.systems) == len(world.cables.systems) + 2
    assert found.hash != world.hash
    assert found.manifest["files"]["cables.parquet"]["sources"][0]["package"] == "mine.csv"
    again = write(tmp_path / "more.csv", "own,,Poti,GEO,42.15,41.67,50,,,\nown,,Varna,BGR,43.2,27.9,50,,,\n")
    both = import_world("cables", [again], name="both", base="cables")
    by_name = {one.row.system: one for one in both.cables.systems}
    assert by_name["own"].row.capacity == 50
    assert "gulf" in by_name


def test_geojson_gives_the_same(tmp_path):
    rows = [line.replace('"1,200"', "1200").split(",") for line in samples.CABLES.splitlines()]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [float(row[5]), float(row[4])]},
            "properties": {
                "system": row[0], "title": row[1], "landing": row[2], "economy": row[3],
                "capacity": int(row[6]) if row[6] else None, "year": row[7], "branch": row[9],
            },
        }
        for row in rows
    ]  # fmt: skip
    path = tmp_path / "mine.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    one = import_world("cables", [path], name="geojson").cables
    other = import_world("cables", [write(tmp_path / "mine.csv")], name="csv").cables
    for name in ("own", "gulf"):
        a, b = (next(row for row in table.systems if row.row.system == name) for table in (one, other))
        assert a.landings == b.landings
        assert a.row.model_copy(update={"source": ""}) == b.row.model_copy(update={"source": ""})


def test_everything_that_is_wrong_is_told_at_once(tmp_path):
    text = """own,,Poti,GEO,41.67,42.15,100,,,
own,,Poti,GEO,42.15,41.67,200,,,
turned,,Karachi,PAK,67.0,24.8,,,,
turned,,Muscat,OMN,23.6,58.4,x,,,
alone,,Karachi,PAK,24.8,67.0,,,suez canal,
nowhere,,Atlantis,ATL,24.8,67.0,-5,,,
nowhere,,Pole,PAK,124.8,167.0,,,,
"""
    with pytest.raises(Faults) as raised:
        import_world("cables", [write(tmp_path / "broken.csv", text)], name="broken")
    told = str(raised.value)
    for words in (
        "own lands twice in Poti", "own has more than one capacity", "latitude and longitude are exchanged",
        "Write latitude 24.8, longitude 67", "not a number", "alone lands in one place alone",
        "'canal', which is no chokepoint", "below zero", "are on no globe",
    ):  # fmt: skip
        assert words in told, words
    assert list_worlds() == []


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "system,landing\nx,y\n", "has no column 'economy'"),
        ("b.csv", samples.CABLES_HEAD + "\n", "has a header and no rows"),
        ("c.geojson", "{", "is no GeoJSON"),
        ("d.geojson", '{"features": []}', "has no property"),
        (
            "e.geojson",
            '{"features": [{"geometry": {"type": "LineString", "coordinates": [[1, 2]]}, "properties": {}}]}',
            "is a LineString, not a Point",
        ),
    ],
)
def test_files_of_another_form_are_told(tmp_path, name, text, words):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Faults) as raised:
        import_world("cables", [path], name="broken")
    assert words in str(raised.value)
