"""Pictures of pages: well-formed, escaped, all dots and lines of what they show; files written whole."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from samarkand.priorities.faces import LineMap, NetworkFigure, Node, Page, Way
from samarkand.reports.maps import COLOURS, NO_FIGURE
from samarkand.reports.pictures import draw_picture, write_pictures

SVG = "{http://www.w3.org/2000/svg}"
NASTY = 'Côte & <b>"Ivoire"</b>'


def dots():
    return NetworkFigure(
        NASTY,
        (
            Node(NASTY, 0.0, 0.0, 1.0, 1.0, ringed=True), Node("low", 1.0, 1.0, 0.0, -5.0),
            Node("none", 0.5, 0.5, 0.25),
        ),
        ((0, 1), (1, 2)),
    )  # fmt: skip


def test_dots_are_where_and_as_they_are_told():
    root = ET.fromstring(str(draw_picture(dots())))
    circles = {one.find(f"{SVG}title").text: one for one in root.iter(f"{SVG}circle")}
    assert set(circles) == {NASTY, "low", "none"}
    assert circles[NASTY].get("fill") == COLOURS[-1]
    assert circles["low"].get("fill") == COLOURS[0]  # beyond the deepest shade is the deepest
    assert circles["none"].get("fill") == NO_FIGURE
    assert (
        float(circles[NASTY].get("cx")) < float(circles["none"].get("cx")) < float(circles["low"].get("cx"))
    )
    assert float(circles[NASTY].get("cy")) > float(circles["low"].get("cy"))  # up is more
    assert float(circles[NASTY].get("r")) > float(circles["none"].get("r")) > float(circles["low"].get("r"))
    assert circles[NASTY].get("stroke-width") > circles["low"].get("stroke-width")
    (ties,) = root.iter(f"{SVG}path")
    assert ties.get("d").count("M") == 2


def test_lines_stand_on_the_map_with_their_numbers():
    ways = (
        Way(1, NASTY, ((100.0, 10.0), (60.0, 20.0))), Way(2, "mine", ((51.2, 43.7), (49.9, 40.4)), own=True),
        Way(3, "one place", ((0.0, 0.0),)),
    )  # fmt: skip
    root = ET.fromstring(str(draw_picture(LineMap("Cables", ways, {"KAZ": "Kazakhstan"}))))
    words = {one.text for one in root.iter(f"{SVG}title")}
    assert {NASTY, "mine"} <= words
    assert "one place" not in words
    assert "Made with Natural Earth" in root.find(f"{SVG}desc").text
    assert {"1", "2"} <= {one.text for one in root.iter(f"{SVG}text")}


def test_pictures_are_written_and_what_is_empty_is_not(tmp_path):
    page = Page("x", pictures=(dots(), LineMap("No cables", (), {}), NetworkFigure("No dots", (), ())))
    (path,) = write_pictures(page, tmp_path / "new")
    assert path.name == "côte-b-ivoire-b.svg"
    ET.fromstring(path.read_text(encoding="utf-8"))
    assert [one.name for one in (tmp_path / "new").iterdir()] == [path.name]
