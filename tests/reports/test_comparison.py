"""Variants side by side: differences that add up, what differs in the question, saved results, files of variants."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import samarkand as sk
from samarkand.cli.answering import is_variants, names_of, read_sides
from samarkand.cli.options import Asking
from samarkand.core.conventions import REST_OF_WORLD
from samarkand.core.faults import FaultList, Faults
from samarkand.core.progress import quiet
from samarkand.reports.answers.comparison import MOST_ECONOMIES, Comparison, comparison_page
from samarkand.reports.answers.sides import is_saved, saved_side, side_of
from samarkand.reports.answers.variants import (
    AS_WRITTEN,
    check_sides,
    compare_sides,
    joined,
    read_variants,
    variants_in,
)
from samarkand.reports.files import write_appraisal
from samarkand.session import Session
from toy import make_toy_world, toy_programme

WORLD, YEAR = make_toy_world(), 2035
PROGRAMME = toy_programme(WORLD)


@pytest.fixture(scope="module")
def comparison():
    variants = {AS_WRITTEN: {}, "dearer": {"scale": {"capex": 1.45}}, "no railway": {"without": "railway"}}
    return sk.compare(variants, PROGRAMME, WORLD, years=YEAR)


def test_each_variant_is_the_answer_to_its_own_question(comparison):
    alone = sk.appraise(PROGRAMME, WORLD, years=YEAR, without="railway")["real_income_value"].to_series()
    np.testing.assert_allclose(comparison.by_economy["no railway"], alone, rtol=0, atol=1e-9)
    expected = alone - comparison.by_economy[AS_WRITTEN]
    np.testing.assert_allclose(
        comparison.differences["no railway"].reindex(alone.index), expected, rtol=0, atol=1e-9
    )


def test_a_dearer_programme_charges_as_much_more_as_it_costs_more(comparison):
    written, dearer = (side.summary.cost.sum() for side in comparison.sides[:2])
    assert dearer == pytest.approx(1.45 * written, rel=1e-12)  # every charge is a share of capital cost
    unpaid = [side.summary.unpaid_gain for side in comparison.sides[:2]]
    assert unpaid[0] == unpaid[1]


def test_the_page_says_what_differs_and_to_whom(comparison):
    page = comparison_page(comparison)
    tables = {table.title: table for table in page.tables}
    question = {row[0]: row[1:] for row in tables["What differs in the question"].rows}
    assert question["varied"] == ("\N{EN DASH}", "capex times 1.45", "\N{EN DASH}")
    assert question["left out"] == ("\N{EN DASH}", "\N{EN DASH}", "railway")
    programme = {row[0]: row[1:] for row in tables["What differs in the programme"].rows}
    title = next(item.title for item in PROGRAMME.items if item.id == "railway")
    assert programme[title] == ("yes", "yes", "no")
    whom = tables["What it does to whom"].rows
    assert whom[-1][0] == "All economies"
    assert len(whom) <= MOST_ECONOMIES + 2
    assert len(page.charts) == 2


def test_the_economies_and_the_others_add_up_to_all(comparison):
    whole = comparison.to_dataframe()
    paid = whole[whole["indicator"] == "Real income, paid for"]
    for side in comparison.sides:
        assert paid[side.name].sum() == pytest.approx(side.summary.world_gain, abs=1e-9)


def test_saved_results_are_compared_as_those_just_solved(tmp_path: Path):
    written = sk.appraise(PROGRAMME, WORLD, years=YEAR, scale={"capex": 1.45})
    write_appraisal(written, tmp_path / "saved")
    assert is_saved(str(tmp_path / "saved"))
    saved, solved = saved_side(tmp_path / "saved", "a"), side_of(written, "a")
    assert saved.terms == solved.terms
    assert saved.figures == solved.figures
    assert saved.items == solved.items
    assert saved.names[REST_OF_WORLD] == solved.names[REST_OF_WORLD]
    for name in ("real_income_value", "unpaid_value", "cost"):
        one, other = (getattr(side.summary, name) for side in (saved, solved))
        np.testing.assert_allclose(one.reindex(other.index), other, rtol=1e-12)
    page = comparison_page(sk.compare({"saved": tmp_path / "saved", "solved": written}))
    assert "No economy has more or less" in page.lead[0]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"indicators": []}', '{"indicators": [{"scenario": 1}], "years": []}']
)
def test_files_that_are_no_appraisal_are_a_fault(tmp_path: Path, content: str):
    (tmp_path / "appraisal.json").write_text(content, encoding="utf-8")
    with pytest.raises(Faults, match="not those of an appraisal"):
        saved_side(tmp_path, "x")


def test_a_file_of_variants_gives_questions(tmp_path: Path):
    file = tmp_path / "variants.toml"
    file.write_text(
        '[[variant]]\nname = "dearer"\nscale = { capex = 1.45 }\n'
        '[[variant]]\nname = "closed"\nclose = ["suez"]\ncharge = "spending"\nset = { "railway.opening" = 2040 }\n'
        '[[variant]]\nname = "built"\ncharge = "spending"\nconstruction_demand = true\n',
        encoding="utf-8",
    )
    dearer, closed, built = read_variants(file)
    assert dearer.terms == {"scale": {"capex": 1.45}}
    assert closed.terms == {"closures": ["suez"], "charge": "spending", "patches": {"railway.opening": 2040}}
    assert built.terms == {"charge": "spending", "construction_demand": True}


def test_all_that_is_wrong_with_a_file_of_variants_is_said_at_once(tmp_path: Path):
    file = tmp_path / "variants.toml"
    file.write_text(
        'title = 1\n[[variant]]\nscale = 2\nborders = {}\n[[variant]]\nname = "b"\nwithout = 3\nprogramme = []\n'
        'construction_demand = "yes"\n',
        encoding="utf-8",
    )
    with pytest.raises(Faults) as raised:
        read_variants(file)
    said = "\n".join(map(str, raised.value.faults))
    for part in (
        "title: is no part", "variant 1: has no name", "borders: is no key of a variant. Did you mean border",
        "scale: is 2", "variant 2, without: is 3", "programme: is []",
        "construction_demand: is 'yes'. Write true or false",
    ):  # fmt: skip
        assert part in said, part
    for content in ("", "[[variant", "[variant]\na = 1", "variant = [1]"):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(Faults):
            read_variants(file)


def test_nothing_is_solved_before_all_questions_are_checked():
    with pytest.raises(Faults) as raised:
        sk.compare({"a": {"without": "nothing"}, "b": {"scale": {"capx": 1}}}, PROGRAMME, WORLD, years=1900)
    said = "\n".join(map(str, raised.value.faults))
    assert all(part in said for part in ("nothing", "capx", "1900"))
    with pytest.raises(Faults, match="nothing to compare with"):
        sk.compare({"a": {}}, PROGRAMME, WORLD)


def test_what_is_wrong_with_a_variant_stands_at_its_key_or_at_the_argument(tmp_path: Path):
    file = tmp_path / "variants.toml"
    file.write_text(
        '[[variant]]\nname = "v"\nassume = { rail_sped = 5 }\nclose = ["nowhere"]\n'
        '[[variant]]\nname = "plain"\n',
        encoding="utf-8",
    )
    with pytest.raises(Faults) as raised:
        compare_sides(list(read_variants(file)), PROGRAMME, WORLD, Session(), quiet, {})
    assert [fault.place for fault in raised.value.faults] == [
        "variants.toml, variant v, assume rail_sped", "variants.toml, variant v, close nowhere",
    ]  # fmt: skip
    with pytest.raises(Faults) as raised:
        sk.compare(
            {"v": {"assumptions": {"rail_sped": 5}, "closures": "nowhere"}, "plain": {}}, PROGRAMME, WORLD
        )
    assert [fault.place for fault in raised.value.faults] == ["assumptions rail_sped", "closures nowhere"]


def test_what_a_variant_changes_is_added_to_what_all_share():
    shared = {"years": 2035, "without": ("railway",), "scale": {"capex": 1.5, "length": 2.0}}
    own = {"without": ["sea-port", "railway"], "scale": {"capex": 3.0}, "charge": "spending"}
    assert joined(shared, own) == {
        "years": 2035, "without": ("railway", "sea-port"), "scale": {"capex": 3.0, "length": 2.0}, "charge": "spending",
    }  # fmt: skip
    assert joined({"without": "railway"}, {}) == {"without": "railway"}


def test_saved_results_without_a_headline_are_refused(tmp_path: Path):
    written = sk.appraise(PROGRAMME, WORLD, years=YEAR)
    write_appraisal(written, tmp_path / "saved")
    content = json.loads((tmp_path / "saved" / "appraisal.json").read_text(encoding="utf-8"))
    rows = content["indicators"]
    content["indicators"] = [row for row in rows if row["indicator"] != "real_income_value"]
    (tmp_path / "saved" / "appraisal.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(Faults, match="not those of an appraisal"):
        saved_side(tmp_path / "saved", "x")


def test_words_in_lists_of_a_variant_are_words(tmp_path: Path):
    file = tmp_path / "variants.toml"
    file.write_text('[[variant]]\nname = "v"\nwithout = [1]\nclose = [{ a = 1 }]\n', encoding="utf-8")
    with pytest.raises(Faults) as raised:
        read_variants(file)
    assert [fault.place for fault in raised.value.faults] == [
        "variants.toml, variant 1, without", "variants.toml, variant 1, close",
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_of_variants_is_known_in_every_encoding(tmp_path: Path, encoding: str):
    file = tmp_path / "variants.toml"
    file.write_text('# mine\n[[ variant ]]\nname = "v"\n', encoding=encoding)
    assert is_variants(file)
    assert [one.name for one in read_variants(file)] == ["v"]
    file.write_text('[programme]\nid = "variant"\n', encoding=encoding)
    assert not is_variants(file)


def test_sides_with_one_name_are_called_by_their_paths():
    assert names_of(["one/out", "two/out", "mine.toml"]) == ["one/out", "two/out", "mine"]
    assert names_of(["a", "a"]) == ["a", "a"]  # one thing twice: a fault when they are compared


def test_options_beside_saved_results_alone_are_a_fault(tmp_path: Path):
    write_appraisal(sk.appraise(PROGRAMME, WORLD, years=YEAR), tmp_path / "saved")
    asking, faults = Asking("toy", WORLD, {"scale": {"capex": 2.0}}, FaultList()), FaultList()
    read_sides([str(tmp_path / "saved"), str(tmp_path / "saved")], asking, faults)
    assert [fault.reason for fault in faults] == ["change nothing of results that are saved"]
    (tmp_path / "empty").mkdir()
    read_sides([str(tmp_path / "empty")], asking, faults := FaultList())
    assert ["has no appraisal" in fault.reason for fault in faults] == [True]


def test_what_is_wrong_in_a_file_of_variants_and_beside_it_is_said_at_once(tmp_path):
    file = tmp_path / "bad.toml"
    file.write_text(
        '[[variant]]\nnme = "a"\nscale = 3\n'
        '[[variant]]\nname = "b"\nscale = { capx = 2 }\nwithout = ["nothing"]\n[[variant]]\nname = "b"\n'
    )
    faults = FaultList()
    sides = list(variants_in(file, faults))
    check_sides(sides, PROGRAMME, WORLD, Session(), {"years": 2035, "border": {"Kashgr": -1}}, faults)
    said = "\n".join(map(str, faults))
    for part in (
        "bad.toml, variant 1: has no name", "bad.toml, variant 1, nme: is no key", "bad.toml, variant 1, scale: is 3",
        "variant b: is named twice", "bad.toml, variant b, scale capx: capx is not a figure",
        "bad.toml, variant b, without nothing: is not an item", "\n--border Kashgr: the network has no open crossing",
    ):  # fmt: skip
        assert part in said, part
    assert said.count("Kashgr:") == 1  # what all share is said once


def test_with_one_side_alone_there_is_nothing_to_compare_with():
    with pytest.raises(Faults, match="nothing to compare with"):
        sk.compare({"a": {}}, PROGRAMME, WORLD)


def test_a_sign_that_turns_is_named_where_the_difference_is_written_out(comparison):
    """By hand: one turns by 5, one by 0.05, below the least that is shown; then none."""
    first, *_ = comparison.sides

    def side(name: str, values: list[float]):
        series = pd.Series(values, ["KAZ", "KGZ", "CHN"])
        return replace(first, name=name, summary=replace(first.summary, real_income_value=series))

    said = comparison_page(Comparison((side("a", [-2.0, -0.02, 1.0]), side("b", [3.0, 0.03, 1.0])))).lead
    turned = [one for one in said if "instead of" in one]
    assert [one.partition(" ")[2].partition(" ")[2] for one in turned] == [
        f"{WORLD.names['KAZ']} gains instead of losing."
    ]
    said = comparison_page(Comparison((side("a", [-2.0, -0.02, 1.0]), side("b", [-1.0, 0.03, 1.0])))).lead
    assert any("No sign turns" in one for one in said)
    assert any(one.endswith("1 economy has more, none less, by US$ 0.1 m a year at least.") for one in said)
    said = comparison_page(Comparison((side("a", [2.0, 1.0, 1.0]), side("b", [1.0, 1.0, 1.0])))).lead
    assert any(one.endswith("no economy has more, 1 less, by US$ 0.1 m a year at least.") for one in said)
    assert not any("instead of" in one for one in said)
