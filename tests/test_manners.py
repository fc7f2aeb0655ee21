"""How the library meets somebody at a prompt: short words about large objects, one where several may be."""

from __future__ import annotations

from html import unescape
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import samarkand as sk
from samarkand.core.faults import Faults
from toy import make_toy_world, toy_programme

WORLD, YEAR = make_toy_world(), 2035
SCREEN = 80 * 24


@pytest.fixture(scope="module")
def appraisal() -> sk.Appraisal:
    return sk.appraise(toy_programme(WORLD), WORLD, years=YEAR)


def test_what_is_large_is_shown_on_less_than_a_screen(appraisal: sk.Appraisal) -> None:
    lineage = appraisal.explain("real_income", "KGZ")
    for shown in (WORLD, appraisal.programme, appraisal, lineage):
        assert len(repr(shown)) < SCREEN / 2
        assert str(shown) == repr(shown)
        assert len(shown._repr_html_()) < SCREEN
    size = f"economies {len(WORLD.economies)}, sectors {len(WORLD.accounts.sectors)}"
    assert repr(WORLD).startswith(f"<World {WORLD.name}: {size}, cities")
    assert "<script>" not in appraisal.programme.model_copy(update={"id": "<script>"})._repr_html_()


def test_an_answer_is_one_screen_at_a_prompt_and_in_a_notebook() -> None:
    programme = toy_programme(WORLD)
    for answer in (
        sk.economy("KGZ", programme, WORLD, years=YEAR), sk.item("railway", programme, WORLD, years=YEAR),
        sk.compare({"a": {}, "b": {"without": "railway"}}, programme, WORLD, years=YEAR),
    ):  # fmt: skip
        assert repr(answer).startswith(answer.page.title)
        assert len(repr(answer).splitlines()) <= 80  # a screen, turned upright
        assert max(map(len, repr(answer).splitlines())) <= 100
        assert unescape(answer._repr_html_()) == f"<pre>{answer}</pre>"
        assert set(answer.tables) == {table.title for table in answer.page.tables}


@pytest.mark.parametrize(
    "ask",
    [
        lambda programme: sk.economy("Atlantis", programme, WORLD),
        lambda programme: sk.item("railwy", programme, WORLD),
        lambda programme: sk.compare({"a": {}, "b": {"without": "railwy"}}, programme, WORLD),
        lambda programme: sk.compare({"a": {}, "b": {"scale": {"capx": 2}}}, programme, WORLD),
    ],
)
def test_arguments_are_checked_before_anything_is_solved(ask, monkeypatch) -> None:
    def solve(*_: object, **__: object) -> None:
        raise AssertionError("something is solved")

    monkeypatch.setattr("samarkand.appraisal.find_baseline", solve)
    monkeypatch.setattr("samarkand.worth.worth.find_baseline", solve)
    with pytest.raises(Faults):
        ask(toy_programme(WORLD))


def test_one_year_and_one_item_need_no_list(appraisal: sk.Appraisal) -> None:
    programme = toy_programme(WORLD)
    several = sk.appraise(programme, WORLD, years=[np.int64(YEAR)])
    np.testing.assert_array_equal(several["real_income"], appraisal["real_income"])
    item = programme.ids[0]
    alone, listed = (sk.appraise(programme, WORLD, years=YEAR, without=one) for one in (item, [item]))
    assert alone.scenario == listed.scenario
    assert alone.scenario.without == (item,)


def test_what_is_no_year_is_said_before_anything_runs() -> None:
    with pytest.raises(Faults) as raised:
        sk.appraise(toy_programme(WORLD), WORLD, years=["2035", 2.5, True, YEAR], without="nothing")
    said = [str(fault) for fault in raised.value.faults]
    assert [line.split(":")[1].strip() for line in said[:3]] == ["'2035'", "2.5", "True"]
    assert len(said) == 4  # and the item that is not there
    with pytest.raises(Faults, match="is no year"):
        sk.appraise(toy_programme(WORLD), WORLD, years="2035")
    with pytest.raises(Faults, match=r"construction_demand: 'yes': is neither yes nor no"):
        sk.appraise(toy_programme(WORLD), WORLD, construction_demand="yes")


def test_arrays_say_what_they_are(appraisal: sk.Appraisal) -> None:
    one = appraisal["real_income"]
    assert (one.attrs["long_name"], one.attrs["units"], one.attrs["year"]) == (
        "Real income",
        "fraction",
        YEAR,
    )
    assert appraisal.array("exports", "with").attrs["units"] == "US$ m"
    assert appraisal.by_year("exports", "with").attrs["scenario"] == "with"


def test_a_world_is_loaded_by_its_name() -> None:
    assert sk.load_world("embedded") is sk.load_world()
    with pytest.raises(Faults, match="world nowhere"):
        sk.load_world("nowhere")


def test_the_library_knows_its_version() -> None:
    assert sk.__version__ == version("samarkand")


def test_charts_of_the_report_are_one_call(appraisal: sk.Appraisal) -> None:
    for chart in ("map", "region", "money", "per_cent"):
        drawn = appraisal.plot(chart)
        assert drawn.startswith("<svg")
        assert drawn._repr_svg_() == drawn
    with pytest.raises(Faults, match="Did you mean money"):
        appraisal.plot("mony")


def test_the_report_is_written_alone(appraisal: sk.Appraisal, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    written = appraisal.report(tmp_path / "new" / "report.html")
    assert "<html" in written.read_text(encoding="utf-8")
    assert [one.name for one in written.parent.iterdir()] == ["report.html"]
    (tmp_path / "file").write_text("")
    with pytest.raises(Faults, match="is a file"):
        appraisal.report(tmp_path / "file" / "report.html")
    with pytest.raises(Faults, match="its folder does not exist"):
        appraisal.report(tmp_path / "none" / "report.html")


def test_a_workbook_holds_what_the_results_hold(appraisal: sk.Appraisal, tmp_path: Path) -> None:
    path = appraisal.to_excel(tmp_path / "answer.xlsx")
    sheets = pd.read_excel(path, sheet_name=None)
    economies = sheets["economies"].set_index("code")
    expected = appraisal["real_income_value"].to_series()
    column = next(name for name in economies.columns if name.startswith("Real income in money, "))
    np.testing.assert_allclose(economies[column], expected.reindex(economies.index), rtol=1e-12)
    assert len(sheets["figures"]) == len(appraisal.figures())
    assert len(sheets["ledger"]) == len(appraisal.ledger.to_dataframe())
    assert set(sheets["not assessed"]["item"]) == {gap.item for gap in appraisal.not_assessed}
    question = dict(zip(sheets["question"]["term"], sheets["question"]["value"], strict=True))
    assert question["hash"] == appraisal.scenario.hash


def test_words_of_a_table_may_be_categories(appraisal: sk.Appraisal) -> None:
    plain, short = (appraisal.to_dataframe("trade_flow", categories=one) for one in (False, True))
    assert isinstance(short["economy"].dtype, pd.CategoricalDtype)
    assert short.memory_usage(deep=True).sum() < plain.memory_usage(deep=True).sum() / 2
    pd.testing.assert_frame_equal(plain, short.astype(plain.dtypes.to_dict()))


def test_text_that_begins_like_a_formula_stays_text_in_a_workbook(
    appraisal: sk.Appraisal, tmp_path: Path
) -> None:
    """It looks like a formula and is the source of a figure: neither worked out nor changed."""
    programme = appraisal.programme.model_copy(update={"title": "=1+1"})
    found = sk.appraise(programme, WORLD, years=YEAR)
    question = pd.read_excel(found.to_excel(tmp_path / "answer.xlsx"), sheet_name="question")
    assert dict(zip(question["term"], question["value"], strict=True))["programme"] == "=1+1"
