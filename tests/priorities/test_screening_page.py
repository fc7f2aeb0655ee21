"""Screening in the result, on its page and in its command, on the toy world."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import samarkand as sk
from samarkand import question
from samarkand.cli import app
from samarkand.core.faults import Faults
from samarkand.priorities import registry
from samarkand.priorities.environment.areas_page import sites_of
from samarkand.priorities.environment.command import screen
from samarkand.priorities.environment.lender_categories import IMPACTS
from samarkand.priorities.environment.maps_asked import maps_by_period
from samarkand.priorities.environment.page import safeguards
from samarkand.priorities.environment.places import Places, calc_length, cut_at_antimeridian, places_of
from samarkand.priorities.environment.screening import cases_of, rules, standards
from samarkand.priorities.environment.screening_fields import screen_item
from samarkand.priorities.environment.screening_map import map_of_projects, middle_of, standard_shown
from samarkand.priorities.environment.screening_outcomes import screened
from samarkand.priorities.environment.screening_page import SHORT
from samarkand.priorities.faces import LineMap
from samarkand.priorities.registry import find_indicator, recalled_rows
from samarkand.programme import load_programme
from samarkand.reports.html import render_report
from samarkand.reports.pages import draw_chart, pages_of
from samarkand.reports.pictures import draw_picture
from samarkand.session import Session
from toy import make_toy_world, toy_programme


@pytest.fixture(scope="module")
def answer():
    world = make_toy_world()
    return sk.appraise(toy_programme(world), world, session=Session(), years=(2027, 2035))


def cells(page, title):
    return next(one.rows for one in page.tables if one.title == title)


def test_rules_give_the_words_of_their_indicators():
    assert set(SHORT) == set(standards())
    for name in standards():
        _, declared = find_indicator(name)
        assert {rule.outcome for rule in rules() if rule.standard == name} == set(declared.categories)
        assert bool(declared.case) == (cases_of(name) != ("",))


def test_every_project_has_a_word_or_a_reason_under_every_standard(answer):
    frame = answer.to_dataframe()
    projects = [item.id for item in answer.programme.projects]
    for name in standards():
        mine = frame[(frame["indicator"] == name) & (frame["year"] == 2035)]
        assert sorted(set(mine["project"])) == sorted(projects)
        assert len(mine) == len(projects) * len(cases_of(name))
        assert ((mine["label"].fillna("") != "") | (mine["reason"].fillna("") != "")).all()
    silent = frame[(frame["indicator"] == "equator_category") & (frame["project"] == "railway")]
    assert set(silent["reason"]) == {"needs impacts"}


def test_the_page_of_a_project_says_what_decided_what_is_missing_and_what_would_change_it(answer):
    page = screen(answer, "Railway")
    decided = {row[0]: row for row in cells(page, "Decided")}
    assert decided["IFC standards, PS1"][1:3] == ("applies", "Performance Standard 1, paragraph 4")
    missing = dict(cells(page, "Not assessable"))
    assert missing["EU taxonomy"].startswith("needs fossil_fuels_only, electrified of each section")
    turns = {row[0]: row[2] for row in cells(page, "What would change it, alone")}
    applies = "annual_emissions above 25000: applies (Performance Standard 3, paragraph 8)"
    assert applies in turns["IFC standards, PS3"]
    assert all(row[1] != "nuclear power (4.26 to 4.28)" for row in cells(page, "Rules that are left out"))


def test_all_projects_and_those_of_an_economy(answer):
    whole, of_one = (cells(screen(answer, word), "Under each standard") for word in ("", "kgz"))
    assert [row[0] for row in whole] == [item.id for item in answer.programme.projects]
    assert {row[0] for row in of_one} == {
        one.id for one in answer.programme.projects if "KGZ" in one.economies
    }
    assert safeguards(answer)[0].rows == whole
    with pytest.raises(Faults, match="no item of the programme, and no economy"):
        screen(answer, "nowhere")
    measure = answer.programme.measures[0].id
    assert "builds nothing" in screen(answer, measure).lead[0]


def test_a_rule_is_the_end_of_a_lineage_with_its_source(answer):
    ends = {one.name: one.evidence for one in answer.explain("equator_category", "KAZ").leaves()}
    found = ends["equator-a: Principle 1, Category A"]
    assert (found.flag, found.address) == (
        "verified",
        "https://www.openriskmanual.org/wiki/Equator_Principle_1",
    )
    assert not any(name.startswith("brigc") for name in ends)


def test_a_rule_whose_text_is_not_at_hand_is_named_on_every_page(answer):
    for word in ("", "railway"):
        rows = cells(screen(answer, word), "Rules that are left out")
        (reason,) = (why for name, of, why in rows if name == "Equator Principles" and "alternatives" in of)
        assert reason.startswith("the text of the edition in force (July 2020) is not at hand")


def test_every_rule_was_read_and_publication_would_name_one_that_was_not(answer, monkeypatch):
    assert all((rule.flag, bool(rule.address)) == ("verified", True) for rule in rules())
    true = list(recalled_rows())
    table = "environment/screening_rules.csv"
    assert not any(name == table for name, _ in true)
    monkeypatch.setattr(question, "recalled_rows", lambda: [*true, (table, "ifc-8")])
    with pytest.raises(Faults) as found:
        sk.appraise(answer.programme, answer.world, session=Session(), publication=True)
    named = {fault.place for fault in found.value.faults}
    assert f"table {table}, row ifc-8" in named
    assert f"table {table}, row equator-a" not in named
    assert "parameter freight_road" in named  # factors that were not looked up


def test_a_recalled_row_of_a_priority_is_found(tmp_path, monkeypatch):
    """A package with one table that has the columns of a source, one row of two recalled."""
    folder = tmp_path / "priorities_of_a_test" / "made_up"
    folder.mkdir(parents=True)
    for package in (folder, folder.parent):
        (package / "__init__.py").touch()
    (folder / "rules.csv").write_text("id,source,flag\none,x,recalled\ntwo,x,verified\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry, "HERE", "priorities_of_a_test")
    monkeypatch.setattr(registry, "folders", lambda: ("made_up",))
    assert list(recalled_rows()) == [("made_up/rules.csv", "one")]


def test_maps_of_an_item_in_its_page(answer, tmp_path):
    shapely = pytest.importorskip("shapely", reason="shapely (the extra `geo`) is not installed")
    pytest.importorskip("pyogrio", reason="pyogrio (the extra `geo`) is not installed")
    pytest.importorskip("tifffile", reason="tifffile (the extra `hazard`) is not installed")
    from test_environment_hazards import write as write_depths
    from test_environment_layers import write as write_areas

    areas = write_areas(tmp_path / "areas.gpkg", [shapely.box(74, 40, 75.5, 43), shapely.box(60, 30, 90, 31)])
    write_areas(tmp_path / "areas.gpkg", [shapely.box(60, 50, 90, 51)], append=True)
    depths = write_depths(
        tmp_path / "100.tif", np.full((60, 60), 1.0, np.float32), west=72, north=44, step=0.1
    )
    page = screen(answer, "railway", areas, [f"100={depths}"], 20.0, 10.0)
    # From Kashgar (75.99 E) over Naryn (76.00) to Bishkek (74.60): west of 75.5 lies most of the way from Naryn on.
    assert "km of its line" in page.lead[2]
    assert cells(page, "Decided")[0][1:3] == ("red", "areas of ecological importance")
    assert page.pictures[0].ways[-1].own
    assert [one.words for one in page.pictures[0].areas] == ["a0"]
    assert 'fill="#3f958f"' in str(draw_picture(page.pictures[0]))
    floods = page.pictures[1]  # one metre of water wherever the map reaches: the whole line
    assert floods.title.endswith("in the event of 100 years")
    dry, wet = (
        sum(calc_length(np.array(way.points)) for way in floods.ways if way.own is own)
        for own in (False, True)
    )
    assert wet == pytest.approx(dry, rel=1e-9)
    damage = dict(next(one.rows for one in page.tables if one.title.startswith("Direct damage")))
    # All 4,000 US$ m at 1 m of water: 0.396 of it once in a hundred years, all of it tail.
    assert damage["expected annual damage"] == damage["rarer ones, as if none did more"] == "15.855"
    assert damage["closed, days a year (10 each time)"] == "0.100"


def test_all_projects_against_a_map_of_areas(answer, tmp_path):
    """The railway lies in an area and turns red, as its own page says; the report has a map and the table of it."""
    shapely = pytest.importorskip("shapely", reason="shapely (the extra `geo`) is not installed")
    pytest.importorskip("pyogrio", reason="pyogrio (the extra `geo`) is not installed")
    from test_environment_layers import write as write_areas

    around = (
        shapely.box(-170, -80, 170, -79),
        shapely.box(-170, 79, 170, 80),
    )  # reaches all projects, meets none
    areas = write_areas(tmp_path / "areas.gpkg", [shapely.box(74, 40, 75.5, 43), *around])
    page = screen(answer, "", areas)
    alone = screen(answer, "railway", areas)
    (row,) = (row for row in cells(page, "Projects in areas of areas.gpkg") if row[0] == "railway")
    assert f"{row[1]} km of its line, {row[2]} of" in alone.lead[2]
    assert row[3:] == ("a0", "yes")
    words = {row[0]: row[1] for row in cells(page, "Under each standard")}
    assert words["railway"] == "red"
    (picture,) = page.pictures
    assert sum(way.own for way in picture.ways) == sum(way.own for way in alone.pictures[0].ways)
    assert [one.words for one in picture.areas] == ["a0"]
    assert "projects with a place lie in areas" in page.lead[1]
    assert "1 " in picture.note  # numbers of the map are named below it
    plain = screen(answer)
    assert not plain.pictures
    assert {row[0]: row[1] for row in cells(plain, "Under each standard")}["railway"] != "red"

    whole = sk.appraise(answer.programme, answer.world, session=Session(), years=(2035,), protected=areas)
    assert whole.words("brigc_class").sel(project="railway") == "red"
    (section,) = (page for name, page in pages_of(whole) if name == "environment")
    assert section.pictures == page.pictures
    assert row in next(one.rows for one in section.tables if one.title.startswith("Projects in areas"))
    html = render_report(whole)
    assert "Projects and areas of areas.gpkg" in html
    assert 'fill="#3f958f"' in html


def test_a_place_without_a_line_stands_on_the_map():
    plant = next(item for item in load_programme("eurasian-corridors").items if item.id == "rogun-hydropower")
    (site,) = sites_of(plant.title, places_of(plant), 1)
    drawn = str(draw_picture(LineMap("Plant", (), {}, sites=(site,))))
    assert plant.title in drawn
    line = next(item for item in load_programme("eurasian-corridors").items if item.id == "casa-1000")
    assert not sites_of(line.title, places_of(line), 1)  # its line says where it is


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((["flood.tif"], False, 0.0, 0.0), "no return period with a map"),
        ((["0.2=a.tif"], False, 0.0, 0.0), "no return period with a map"),
        ((["10=a.tif", "10=b.tif"], False, 0.0, 0.0), "second map of 10 years"),
        ((["10=a.tif"], True, 0.0, 0.0), "--depth: is given without an item"),
        (([], False, 20.0, 3.0), "--protection 20: says nothing.*\n.*--closure-days 3"),
        ((["10=a.tif"], False, -1.0, 0.0), "from zero on"),
    ],
)
def test_options_that_cannot_be(given, said):
    with pytest.raises(Faults, match=said):
        maps_by_period(*given)
    assert maps_by_period(["100=b.tif"], False, 5.0, 1.0) == {100.0: Path("b.tif")}


def test_projects_stand_on_the_map_in_the_colour_of_their_word(answer):
    """A circle for each project with a place, at its middle; the table beside it counts them all."""
    assert map_of_projects(screened(answer.timeline), answer.timeline.items) == ()  # nothing is decided
    ids, words = [one.id for one in answer.programme.projects], ["A", "B", "C"]
    told = dict(zip(ids, words, strict=False))
    found = {
        item.id: screen_item(
            item, answer.world.fact_table, {"impacts": IMPACTS[told[item.id]]} if item.id in told else {}
        )
        for item in answer.programme.projects
    }
    assert standard_shown(found) == "equator_category"
    (shown,) = map_of_projects(found, answer.timeline.items)
    with_place = {one.title: one.id for one in answer.programme.projects if places_of(one)}
    for spot, (title, name) in zip(shown.spots, with_place.items(), strict=True):
        word = told.get(name, "not assessable")
        assert (spot.words, shown.groups[spot.group]) == (f"{title}: {word}", word)
    assert dict(shown.twin.rows) == {"C": "1", "B": "1", "A": "1", "not assessable": str(len(ids) - 3)}
    drawn = str(draw_chart(shown))
    assert all(f'fill="{colour}"' in drawn for colour in ("#0a5656", "#e6b072", "#7f2a0e", "#7d8791"))


def test_the_middle_of_a_line_over_the_antimeridian_is_on_it():
    line = np.array([[178.0, 0.0], [-178.0, 0.0]])
    parts = tuple(("line", part) for part in cut_at_antimeridian(line))
    longitude, latitude = middle_of(Places(parts, ()))
    assert abs(longitude) == pytest.approx(180.0, abs=0.05)  # points are 0.05 degrees apart
    assert latitude == pytest.approx(0.0, abs=1e-9)
    assert middle_of(Places((), (("site", 70.0, 40.0),))) == pytest.approx((70.0, 40.0))
    assert middle_of(Places((), ())) is None


@pytest.fixture
def refused(monkeypatch):
    """What a command refuses without solving anything: places and reasons."""

    def solve(*_, **__):
        raise AssertionError("it was solved")

    monkeypatch.setattr("samarkand.appraisal.appraise", solve)

    def run(*words) -> list[tuple[str, str]]:
        error = CliRunner().invoke(app, [*map(str, words)]).exception
        assert isinstance(error, Faults), error
        return [(fault.place, fault.reason) for fault in error.faults]

    return run


@pytest.mark.parametrize("verb", ["carbon", "delivery", "disclosure", "finance"])
def test_an_id_that_is_none_is_refused_before_anything_is_solved(refused, verb):
    assert refused(verb, "casa-1000x") == [("casa-1000x", "is no item of the programme")]


def test_freight_of_all_items_is_not_asked_of_one(refused):
    wrong = refused("carbon", "cku-railwayx", "--item-freight")
    assert [place for place, _ in wrong] == ["--item-freight", "cku-railwayx"]


def test_maps_and_subjects_of_screen_are_checked_before_anything_is_solved(refused, tmp_path):
    (reason,) = refused("screen", "nowhere")
    assert reason[1].startswith("is no item of the programme, and no economy")
    wrong = refused("screen", "nowhere", "--protection", "-1", "--depth", "flood.tif")
    assert [place for place, _ in wrong] == ["--depth flood.tif", "--protection -1", "nowhere"]
    assert refused("screen", "KGZ", "--depth", "10=x.tif") == [("--depth", "is given without an item")]
    both = refused("screen", "--depth", "10=x.tif", "--without", "nothing")
    assert [place for place, _ in both] == ["--without nothing", "--depth"]


def test_maps_that_are_not_there_are_named_together_before_anything_is_solved(refused, tmp_path):
    pytest.importorskip("pyogrio", reason="pyogrio (the extra `geo`) is not installed")
    pytest.importorskip("tifffile", reason="tifffile (the extra `hazard`) is not installed")
    areas, flood = tmp_path / "areas.gpkg", tmp_path / "flood.tif"
    found = refused("screen", "CKU-railway", "--protected", areas, "--depth", f"10={flood}")
    assert [place for place, _ in found] == [str(areas), str(flood)]
