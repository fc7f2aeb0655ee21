"""Parameters with values by year: rule, evidence, replacement, hash and page, on tables of a package of the test."""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import samarkand as sk
from samarkand.core.faults import Faults
from samarkand.core.hashing import content_hash
from samarkand.world import parameters as declared
from samarkand.world.assumptions import Assumptions, load_assumptions
from samarkand.world.parameters import Parameters, load_parameters, read_parameters, table_names
from toy import make_toy_world, toy_programme

HEAD = "name,year,value,low,high,unit,between,before,after,source,address,read_on,flag,description\n"
PRICES = (
    HEAD
    + """\
price,2040,100,80,140,US$/TEU,linear,refuse,hold,a later report,,,recalled,price of a test
price,2025,40,30,,US$/TEU,linear,refuse,hold,a report,https://example.org,2026-11-24,verified,price of a test
price,2030,50,40,70,US$/TEU,linear,refuse,hold,own choice,,,assumed,price of a test
rate,2025,0.03,,,fraction,step,hold,refuse,a bank,,,recalled,rate of a test
rate,2030,0.04,,,fraction,step,hold,refuse,a bank,,,recalled,rate of a test
line,2025,2.15,,,US$ a year,exact,refuse,refuse,a bank,,,recalled,line of a test
line,2030,3,,,US$ a year,exact,refuse,refuse,a bank,,,recalled,line of a test
"""
)
TWO = HEAD + "price,2025,1,,,US$,step,hold,hold,s,,,recalled,d\n"
Make = Callable[..., Parameters]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """The declared tables with further ones beside them, as a package of its own."""
    made: list[str] = []

    def _make(**tables: str) -> Parameters:
        package = f"tables_{tmp_path.name}_{len(made)}"
        made.append(package)
        folder = tmp_path / package
        shutil.copytree(
            Path(declared.__file__).parent, folder, ignore=shutil.ignore_patterns("*.py*", "__pycache__")
        )
        (folder / "__init__.py").touch()
        for name, text in tables.items():
            (folder / f"{name}_of_a_test.csv").write_text(text, encoding="utf-8")
        importlib.invalidate_caches()
        return read_parameters(package)

    monkeypatch.syspath_prepend(str(tmp_path))
    yield _make
    for package in made:
        sys.modules.pop(package, None)


def with_(parameters: Parameters) -> Assumptions:
    return replace(load_assumptions(), parameters=parameters)


# -- tables are found


def test_the_declared_tables_are_found() -> None:
    """By hand: the first parameter of each table; those by sector are not among them."""
    firsts = {"vot_rate_low", "mode_choice_scale", "real_interest_rate", "non_tariff_price_effect"}
    assert firsts <= set(load_parameters())
    assert not any("." in name for name in load_parameters())


def test_parameters_of_one_value_have_the_hash_of_names_and_values_alone() -> None:
    """What was kept by hash before there were values by year is found still."""
    undated = Parameters(load_parameters().rows)
    assert undated.hash == content_hash({name: undated[name] for name in undated})
    assumptions = with_(undated)
    values = {name: assumptions.evidence(name).value for name in assumptions.names}
    assert assumptions.hash == content_hash(values)


def test_a_new_table_is_a_new_file(make: Make) -> None:
    head = "name,value,low,high,unit,year,source,address,read_on,flag,description\n"
    parameters = make(prices=PRICES, shares=head + "new_share,0.5,,,fraction,,own choice,,,assumed,a share\n")
    assert parameters["new_share"] == 0.5
    assert set(parameters.series_names) == {*load_parameters().series_names, "price", "rate", "line"}
    assert set(parameters) == {*load_parameters(), "new_share"}
    package = next(name for name in sys.modules if name.startswith("tables_"))
    assert table_names("prices_of_a_test.csv", package)[:2] == ("price.2025", "price.2030")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name,value\nx,1\n", "its columns are not name,value,low"),
        (TWO + "price,2025,2,,,US$,step,hold,hold,s,,,recalled,d\n",
         "price.2025 is repeated"),
        (TWO + "price,2026,2,,,US$,linear,hold,hold,s,,,recalled,d\n",
         "price.2026 and price.2025 differ in between"),
        (TWO + "price,2026,2,,,US$ m,step,hold,hold,s,,,recalled,d\n",
         "differ in unit"),
        (HEAD + "price,2025,1,,,US$,cubic,hold,hold,s,,,recalled,d\n", "line 2"),
        (HEAD + "rail_speed,2025,1,,,km/h,step,hold,hold,s,,,recalled,d\n", "rail_speed is in network.csv already"),
        (HEAD + "price,2025,1,,,parsec,step,hold,hold,s,,,recalled,d\n", "price has the unit 'parsec'"),
        (HEAD + "price,2025,1,2,,US$,step,hold,hold,s,,,recalled,d\n", "price: .*lies outside its range"),
        (HEAD + "price,2025,1,,,US$,step,hold,hold,s,,,verified,d\n", "price: .*address of what was read"),
        (HEAD + "coal.price,2025,1,,,US$,step,hold,hold,s,,,recalled,d\n", "coal.price has a point"),
    ],
)  # fmt: skip
def test_a_broken_table_is_refused_with_its_name(make: Make, text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"(?s){reason}") as error:
        make(prices=text)
    assert "/prices_of_a_test.csv" in str(error.value)


# -- the value of a year


@pytest.mark.parametrize(
    ("name", "year", "value"),
    [
        ("price", 2025, 40), ("price", 2030, 50), ("price", 2040, 100),  # its own values
        ("price", 2027, 44),  # 40 + 2/5 of 10
        ("price", 2039, 95),  # 50 + 9/10 of 50
        ("price", 2060, 100),  # held
        ("rate", 2029, 0.03), ("rate", 2030, 0.04), ("rate", 2000, 0.03),
        ("line", 2030, 3),
        ("rail_speed", 2030, None),  # one value: the same in any year
    ],
)  # fmt: skip
def test_a_year_has_the_value_that_the_rule_gives(
    make: Make, name: str, year: int, value: float | None
) -> None:
    parameters = make(prices=PRICES)
    expected = parameters[name] if value is None else value
    assert parameters.at(name, year) == pytest.approx(expected, rel=1e-14)  # two products and a sum


@pytest.mark.parametrize(
    ("name", "year"), [("price", 2024), ("rate", 2031), ("line", 2027), ("line", 2024), ("line", 2031)]
)
def test_no_value_is_taken_where_the_rule_gives_none(make: Make, name: str, year: int) -> None:
    parameters = make(prices=PRICES)
    for ask in (parameters.at, parameters.evidence, lambda name, year: parameters.series(name).lineage(year)):
        with pytest.raises(Faults, match=f"parameter {name}: has no value for {year}"):
            ask(name, year)
    # One value for all years is a value for this one.
    everywhere = parameters.replace({name: 7})
    assert everywhere.at(name, year) == 7
    assert everywhere.evidence(name, year).flag == "assumed"


def test_a_dated_parameter_has_no_single_value(make: Make) -> None:
    parameters = make(prices=PRICES).replace({"price": 7})
    assert "price" not in parameters
    with pytest.raises(KeyError, match="has values by year"):
        parameters["price"]
    with pytest.raises(KeyError):
        parameters.at("prise", 2030)


# -- evidence and lineage


def test_each_year_has_evidence_of_its_own(make: Make) -> None:
    parameters = make(prices=PRICES)
    own = parameters.evidence("price", 2025)
    assert own == parameters.evidence("price.2025")
    assert (own.value, own.low, own.high, own.year, own.flag, own.address) == (
        40, 30, None, 2025, "verified", "https://example.org",
    )  # fmt: skip
    between = parameters.evidence("price", 2035)
    assert (between.value, between.low, between.high, between.year, between.flag) == (
        75,
        60,
        105,
        2035,
        "derived",
    )
    assert between.source == "own choice; a later report"
    assert "from 2030 to 2040" in between.note
    assert parameters.evidence("price", 2027).high is None  # one of the two has no high end
    held = parameters.evidence("rate", 2028)
    assert (held.value, held.year, held.note) == (
        0.03,
        2025,
        "the value of 2025, held in 2028: rate of a test",
    )


def test_lineage_ends_at_the_values_that_make_up_the_year(make: Make) -> None:
    parameters = make(prices=PRICES)
    line = parameters.series("price").lineage(2035)
    assert (line.name, line.value) == ("price.2035", 75)
    assert [(one.name, one.value, one.evidence.source) for one in line.leaves()] == [
        ("price.2030", 50, "own choice"), ("price.2040", 100, "a later report"),
    ]  # fmt: skip
    assert [one.name for one in parameters.series("rate").lineage(2029).leaves()] == ["rate.2025"]
    assert [one.name for one in parameters.lineage("rate", "rail_speed")] == [
        "rate.2025",
        "rate.2030",
        "rail_speed",
    ]


# -- replaced by a scenario


def test_a_scenario_replaces_all_years_or_one(make: Make) -> None:
    assumptions = with_(make(prices=PRICES))
    whole = assumptions.replace({"price": 60}).parameters
    assert [whole.at("price", year) for year in (2025, 2033, 2040, 2060, 2000)] == [60] * 5
    one = assumptions.replace({"price.2030": 60}).parameters
    assert [one.at("price", year) for year in (2025, 2030, 2035, 2040)] == [40, 60, 80, 100]
    assert one.evidence("price", 2030).note == "declared 50: price of a test"
    assert one.evidence("price.2030").flag == "assumed"
    assert one.evidence("price.2040").flag == "recalled"
    # The year counts before the whole; a whole that is given later counts alone.
    both = assumptions.replace({"price": 60, "price.2030": 70})
    assert [both.parameters.at("price", year) for year in (2025, 2030, 2040, 2000)] == [60, 70, 60, 60]
    assert both.replace({"price": 10}).parameters.at("price", 2030) == 10
    assert both.replace({"price.2040": 10}).parameters.at("price", 2030) == 70


def test_wrong_names_are_all_faults_at_once(make: Make) -> None:
    assumptions = with_(make(prices=PRICES))
    with pytest.raises(Faults) as error:
        assumptions.replace(
            {"price.2031": 1, "prise": 1, "rail_sped.2030": 1, "rate.2030": -1, "rail_speed.2030": 1}
        )
    found = {fault.place: f"{fault.reason}. {fault.mend}" for fault in error.value.faults}
    assert len(found) == 5
    assert found["assumptions price.2031"].startswith("is no declared year of price. Did you mean price.2030")
    assert found["assumptions price.2031"].endswith("Or replace all years: price=VALUE.")
    assert "Did you mean price" in found["assumptions prise"]
    assert found["assumptions rate.2030"].startswith("is -1")
    assert "rail_speed" in found["assumptions rail_speed.2030"]
    with pytest.raises(Faults, match=r"assumptions price\.2031: is no declared year"):
        assumptions.parameters.replace({"price.2031": 1})


def test_whatever_can_change_an_answer_changes_the_hash(make: Make) -> None:
    base = with_(make(prices=PRICES))
    others = [
        with_(make(prices=PRICES.replace("linear", "step"))),
        with_(make(prices=PRICES.replace("hold,refuse", "hold,hold"))),
        with_(make(prices=PRICES.replace("line,2030,3,", "line,2030,4,"))),
        with_(make()),
        base.replace({"price": 40}),
        base.replace({"price.2030": 51}),
        base.replace({"rate": 0.03}),
        base.replace({"price": 40, "price.2040": 1}),
    ]
    for of in (lambda one: one.hash, lambda one: one.parameters.hash):
        assert len({of(one) for one in (base, *others)}) == len(others) + 1
    assert with_(make(prices=PRICES)).hash == base.hash
    assert with_(make(prices=PRICES.replace("a report", "another report"))).hash == base.hash
    assert with_(make()).hash == load_assumptions().hash


def test_a_question_takes_them_and_counts_them(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path / "cache"))
    world = make_toy_world()
    dated = replace(world, assumptions=with_(make(prices=PRICES)))
    assert dated.hash != world.hash
    programme = toy_programme(dated)
    before, after, plain = (
        sk.appraise(programme, at, years=(2035,), assumptions=new)
        for at, new in ((dated, {}), (dated, {"price.2030": 60}), (world, {}))
    )
    assert before.scenario.hash != after.scenario.hash
    assert after.assumptions.parameters.at("price", 2030) == 60
    counts = {
        name: getattr(before.evidence, name) - getattr(plain.evidence, name)
        for name in before.evidence._fields
    }
    assert counts == {"verified": 1, "recalled": 5, "derived": 0, "assumed": 1}
    assert after.evidence.assumed == before.evidence.assumed  # that of 2030 was assumed before
    with pytest.raises(Faults, match=r"assumptions price\.2031"):
        sk.appraise(programme, dated, years=(2035,), assumptions={"price.2031": 60})


# -- docs


def test_the_page_shows_values_by_year_with_their_sources(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(__file__).resolve().parents[1] / "docs" / "generate.py"
    spec = importlib.util.spec_from_file_location("docs_generate_dated", path)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    parameters = make(prices=PRICES)
    monkeypatch.setattr(module, "load_parameters", lambda: parameters)
    page = module.parameters_page()
    rule = "Price of a test. On the straight line between two years; before 2025 none, after 2040 the nearest value."
    assert f"### `price`\n\n{rule}\n" in page
    assert "| 2025 | 40 US$/TEU | 30 US$/TEU to n/a | verified | a report, https://example.org |" in page
    assert "A value holds until the next; before 2025 the nearest value, after 2030 none." in page
    assert page.count("of a test.") == 3
