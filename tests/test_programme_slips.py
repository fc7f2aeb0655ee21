"""Slips that people make when they write a programme: each is named in plain words, with the corrected line."""

from importlib.resources import files
from pathlib import Path

import pytest

from samarkand.core.faults import FaultList
from samarkand.programme import check_programme, load_programme
from samarkand.programme.files.toml_reading import parse_toml
from samarkand.programme.files.toml_slips import find_slip
from samarkand.programme.files.usual_words import remedy_for, remedy_for_economy, usual_words
from samarkand.programme.model.kinds import attributes
from toy import PROGRAMME, make_toy_world

GOOD = '[programme]\nid = "mine"\ntitle = "Mine"\n'
TOY = PROGRAMME.read_text(encoding="utf-8")
CASES = Path(__file__).resolve().parents[2] / "shared" / "cases" / "files"


def slip(line, before=GOOD):
    """The fault of a file that ends in a line: (place, reason, remedy)."""
    faults = FaultList()
    parse_toml((before + line).encode("utf-8"), "mine.toml", faults)
    (found,) = faults
    return found.place, found.reason, found.mend


@pytest.mark.parametrize(
    ("line", "reason", "remedy"),
    [
        ("name = \u201cAktau\u201d", "has curly quotes (\u201c)", 'Write: name = "Aktau"'),
        ("name = \u2018Aktau\u2019", "has curly quotes (\u2018)", "Write: name = 'Aktau'"),
        ("name = \u00abAktau\u00bb", "has curly quotes (\u00ab)", 'Write: name = "Aktau"'),
        ("latitude = 43,25", "has a decimal comma in 43,25", "Write: latitude = 43.25"),
        ("latitude = -0,5 # south", "has a decimal comma in -0,5", "Write: latitude = -0.5 # south"),
        (
            "capex = 8,000", "has a comma in the number 8,000",
            "Write 8000, or 8.000 if the comma is a decimal one: numbers have a decimal point alone.",
        ),
        ("capex = 1,234,567.5", "has a comma in the number 1,234,567.5", "Write 1234567.5: numbers have a decimal"),
        ("opening = 2028-5-1", "has the day 2028-5-1 without its zeros", "Write: opening = 2028-05-01"),
        ("opening = 31.12.2028", "has the day 31.12.2028", "Write: opening = 2028-12-31"),
        ("opening = 12/31/2028", "has the day 12/31/2028", "Write: opening = 2028-12-31"),
        ("opening = 5.6.2028", "has the day 5.6.2028", "Write year, month, day: 2028-06-05 or 2028-05-06."),
        ("title = Railway to Osh", "has a text without quotation marks", 'Write: title = "Railway to Osh"'),
        ("status = proposed # so far", "has a text without quotation marks", 'Write: status = "proposed" # so far'),
    ],
)  # fmt: skip
def test_a_slip_is_named_with_the_corrected_line(line, reason, remedy):
    place, said, mend = slip(line + '\nflag = "assumed"\n')
    assert place.startswith("mine.toml, line 4")
    assert said == reason
    assert mend.startswith(remedy)


def test_a_table_over_several_lines_is_put_on_one():
    text = 'capex = {\n  value = 4000,  # as published\n  unit = "US$ m",\n}\nstatus = "proposed"\n'
    _, reason, remedy = slip(text)
    assert reason == "has a table in braces over several lines"
    assert remedy.endswith('Write: capex = { value = 4000, unit = "US$ m" }')


def test_what_is_right_is_no_slip():
    """Commas in lists, words and days in texts, comments; and what TOML refuses for another reason."""
    lines = [
        'name = "Aktau, \u201cthe port\u201d"', "points = [43,25]", 'note = "43,25 on 1.5.2028"', "a = 1 # 43,25",
        "yes = true", "x = inf", "opening = 2028-05-01", "[project.section]",
    ]  # fmt: skip
    for line in lines:
        assert find_slip(line, 1) is None, line
    _, reason, _ = slip("a = 1\na = 2\n")
    assert reason.startswith("is not valid TOML: cannot overwrite")


def test_a_file_of_comments_alone_has_no_programme(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("# my programme\n# to do: fill in\n", encoding="utf-8")
    (fault,) = check_programme(file)
    assert fault.reason == "has no [programme] table: all its lines are comments"
    if CASES.is_dir():
        assert [one.reason for one in check_programme(CASES / "comment_only.toml")] == [fault.reason]


@pytest.mark.parametrize(
    "text", ["# a\r\n#b", "# only\n\n   # this", "\ufeff# with a mark of its encoding\n"]
)
def test_comments_alone_however_they_are_written(tmp_path, text):
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    assert [one.reason for one in check_programme(file)] == [
        "has no [programme] table: all its lines are comments"
    ]


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases of shared/ are not here")
def test_the_utf_16_of_an_editor_is_read():
    assert not check_programme(CASES / "utf16.toml")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_text_as_editors_save_it_is_read(tmp_path, encoding):
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    file = tmp_path / "toy.toml"
    file.write_bytes(mark + TOY.encode(encoding))
    world = make_toy_world()
    assert load_programme(file, world) == load_programme(PROGRAMME, world)
    file.write_bytes(b"\xff\xfe" + TOY.encode("utf-16-le")[:-1])
    (fault,) = check_programme(file)
    assert fault.reason == "is cut off or damaged UTF-16"


def test_geojson_is_named():
    faults = FaultList()
    parse_toml(b'{"type": "FeatureCollection", "features": []}', "line.geojson", faults)
    (fault,) = faults
    assert fault.reason.startswith("is GeoJSON")
    assert "samarkand programme draft" in fault.mend


# -- places and words


def changed(tmp_path, before, after):
    assert TOY.count(before) >= 1, before
    file = tmp_path / "toy.toml"
    file.write_text(TOY.replace(before, after), encoding="utf-8")
    return [(one.reason, one.mend) for one in check_programme(file, make_toy_world())]


def changed_default(tmp_path, before, after):
    text = (files("samarkand.programme") / "programmes" / "eurasian-corridors.toml").read_text(
        encoding="utf-8"
    )
    assert before in text
    file = tmp_path / "moved.toml"
    file.write_text(text.replace(before, after), encoding="utf-8")
    return [(one.reason, one.mend) for one in check_programme(file)]


def test_a_port_off_the_network_is_told_how_a_new_one_is_written(tmp_path):
    found = changed(tmp_path, "latitude = 42.15, longitude = 41.67", "latitude = 10.0, longitude = 0.0")
    assert any('write works = "new"' in mend for _, mend in found)


def test_latitude_and_longitude_exchanged_are_named(tmp_path):
    """Kashgar is at 39.47 north, 75.99 east: turned, both are possible figures, and lie in the Arctic Sea."""
    found = changed(tmp_path, "latitude = 39.47, longitude = 75.99", "latitude = 75.99, longitude = 39.47")
    said = "latitude and longitude of Kashgar are exchanged: "
    assert {mend for reason, mend in found if reason.startswith(said)} == {
        "Write latitude = 39.47, longitude = 75.99."
    }
    where = "latitude = 37.2761, longitude = 49.5886"
    far = changed_default(tmp_path, where, "latitude = 32.0, longitude = 60.0")
    # Turned it would lie on the rails of Russia, farther from the other end than it is: asked, not said.
    ((reason, remedy),) = [one for one in far if "Rasht" in one[0]]
    assert reason == "Rasht lies off the rail network: nothing within 45 km"
    assert "Are latitude and longitude exchanged? Turned, it lies" in remedy
    beyond = changed(tmp_path, "latitude = 39.47, longitude = 75.99", "latitude = 139.47, longitude = 35.99")
    assert any("Are latitude and longitude exchanged?" in mend for _, mend in beyond)


def test_usual_words_lead_to_those_of_the_file(tmp_path):
    reason, remedy = changed(tmp_path, 'status = "construction"', 'status = "under construction"')[0]
    assert reason == "unknown status 'under construction'"
    assert remedy == 'Write "construction".'
    assert remedy_for("mode", "Railway", ("road", "rail")) == 'Write "rail".'
    assert remedy_for("status", "In service", ("proposed", "in_service")) == 'Write "in_service".'
    assert remedy_for("mode", "raol", ("road", "rail")) == "Did you mean rail or road?"


def test_an_economy_by_name_leads_to_its_code():
    assert remedy_for_economy("Kazakhstan", {"KAZ", "CHN"}) == 'Write "KAZ".'
    assert remedy_for_economy("kazakhstan", None) == 'Write "KAZ".'
    assert remedy_for_economy("KZA", {"KAZ", "CHN"}) == "Did you mean KAZ?"


def test_usual_words_mean_words_that_there_are():
    choices = {
        key: {word for level in ("item", "section", "financing", "crossing") if (row := attributes(level).get(key))
              for word in row.choices}
        for key, _ in usual_words()
    }  # fmt: skip
    for (key, word), means in usual_words().items():
        assert means in choices[key], (key, word)
        assert word not in choices[key], (key, word)
