"""A question that varies the programme: factors, hours at a border, duties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import samarkand as sk
from samarkand.cli.options import read_assumptions, read_numbers, read_patches
from samarkand.core.faults import FaultList, Faults
from samarkand.core.scenario import Scenario
from samarkand.programme.files.checks import programme_of
from samarkand.programme.files.tables import to_tables
from samarkand.programme.files.varying import Variation, varied_words, vary_programme
from samarkand.programme.library import surroundings
from samarkand.session import Session
from toy import make_toy_world, toy_programme

WORLD, YEAR = make_toy_world(), 2035
PROGRAMME = toy_programme(WORLD)
GATE = "Kashgar - Naryn"


def vary(**variation):
    return vary_programme(
        PROGRAMME, Variation(**variation), surroundings(WORLD), WORLD.network.geography,
        WORLD.assumptions.parameters, WORLD.economies, WORLD.tariffs.importers,
    )  # fmt: skip


@settings(deadline=None)  # a slow machine is no fault
@given(st.floats(0, 10))
def test_a_factor_scales_every_published_figure_and_nothing_else(factor: float):
    varied = vary(scale={"capex": factor})
    before = {(owner, name): figure.value for owner, name, figure in PROGRAMME.all_figures()}
    after = {(owner, name): figure.value for owner, name, figure in varied.all_figures()}
    assert before.keys() == after.keys()
    for key, value in before.items():
        expected = value * factor if key[1] == "capex" and value is not None else value
        assert after[key] == pytest.approx(expected, rel=1e-12), key


def test_a_factor_of_one_item_says_what_it_was():
    varied = vary(scale={"railway.capex": 1.5})
    was, is_ = (next(one for one in p.items if one.id == "railway").capex for p in (PROGRAMME, varied))
    assert was is not None
    assert is_ is not None
    assert is_.value == 1.5 * was.value
    assert is_.flag == "assumed"
    assert f"1.5 times {was.value:g}" in is_.source
    others = [one.id for one in varied.items if one.id != "railway"]
    assert [one for one in varied.items if one.id in others] == [
        one for one in PROGRAMME.items if one.id in others
    ]


def test_what_finances_a_dearer_item_grows_with_it_so_that_everybody_bears_the_same_share():
    """US$ 300 m and 100 m of the railway's published cost: 45 % dearer, each pays 45 % more (by hand)."""
    tables = to_tables(PROGRAMME)
    row = next(one for one in tables["project"] if one["id"] == "railway")
    for line, amount in zip(row["financing"], (300.0, 100.0), strict=True):
        del line["share"]
        line["amount"] = {"value": amount, "unit": "US$ m", "source": "made up", "flag": "assumed"}
    programme = programme_of(tables, surroundings(WORLD))
    plain, dearer = (
        sk.appraise(programme, WORLD, years=YEAR, scale=scale, session=Session()).timeline.last.change.charges
        for scale in ({}, {"railway.capex": 1.45})
    )
    of_railway = [one for one in plain if one.item == "railway"]
    assert {one.economy for one in of_railway} == {"CHN", "KGZ"}
    for was, is_ in zip(plain, dearer, strict=True):
        factor = 1.45 if was.item == "railway" else 1.0
        assert (is_.item, is_.economy, is_.party) == (was.item, was.economy, was.party)
        assert is_.annual == pytest.approx(factor * was.annual, rel=1e-12)


def test_hours_at_a_border_are_those_of_a_measure_written_by_hand():
    asked = sk.appraise(PROGRAMME, WORLD, years=YEAR, border={GATE: -1.5}, session=Session())
    (measure,) = [item for item in asked.programme.measures if item.id not in PROGRAMME.ids]
    assert (measure.kind, measure.title) == ("border_facilitation", f"{GATE}, 1.5 hours less")
    by_hand = PROGRAMME.model_copy(update={"measures": (*PROGRAMME.measures, measure)})
    written = sk.appraise(by_hand, WORLD, years=YEAR, session=Session())
    np.testing.assert_array_equal(asked["real_income"], written["real_income"])
    plain = sk.appraise(PROGRAMME, WORLD, years=YEAR, session=Session())
    assert float(asked["shipment_time"].sel(economy="KGZ")) < float(plain["shipment_time"].sel(economy="KGZ"))


def test_more_hours_take_longer():
    more, plain = (
        sk.appraise(PROGRAMME, WORLD, years=YEAR, border=border)["shipment_time"].sel(economy="KGZ")
        for border in ({GATE: 6}, {})
    )
    assert float(more) > float(plain)


def test_halved_duties_are_half_of_those_of_the_world():
    halved = vary(tariff={"Kazakhstan:CHN": 0.5})
    (measure,) = [item for item in halved.measures if item.id not in PROGRAMME.ids]
    assert (measure.words("importers"), measure.words("exporters")) == (("KAZ",), ("CHN",))
    same = sk.appraise(PROGRAMME, WORLD, years=YEAR, tariff={"KAZ:CHN": 1.0})
    plain = sk.appraise(PROGRAMME, WORLD, years=YEAR)
    np.testing.assert_allclose(same["real_income"], plain["real_income"], rtol=0, atol=1e-12)
    changed = sk.appraise(PROGRAMME, WORLD, years=YEAR, tariff={"KAZ:CHN": 0.5})
    assert float(abs(changed["real_income"] - plain["real_income"]).max()) > 1e-9


def test_a_variation_is_part_of_the_question():
    session = Session()
    plain, varied, again = (
        sk.appraise(PROGRAMME, WORLD, years=YEAR, scale=scale, session=session).scenario
        for scale in ({}, {"capex": 1.45}, {"capex": 1.45})
    )
    assert varied.hash == again.hash != plain.hash
    assert varied.variations == (("scale", "capex", 1.45),)
    assert plain.hash == Scenario(plain.world, plain.programme, plain.years).hash
    assert sk.appraise(varied, session=session).scenario == varied


def test_the_order_of_questions_changes_no_answer():
    border, scale = {"border": {GATE: -1.0}}, {"scale": {"capex": 2.0}}
    orders = ([border, scale, {}], [{}, scale, border], [scale, {}, border])
    found = []
    for order in orders:
        session = Session()
        answers = {
            str(terms): sk.appraise(PROGRAMME, WORLD, years=YEAR, session=session, **terms) for terms in order
        }
        found.append({name: one["real_income"].to_numpy() for name, one in answers.items()})
    for other in found[1:]:
        for name, values in found[0].items():
            np.testing.assert_allclose(other[name], values, rtol=0, atol=1e-11)


def test_everything_wrong_is_said_at_once():
    with pytest.raises(Faults) as raised:
        sk.appraise(
            PROGRAMME, WORLD, years=YEAR,
            scale={
                "capx": 1.1, "railwy.capex": 2, "capex": -1, "railway.dwell_after": 2, "title": 3, "opex": "more",
                "railway.": 2, ".capex": 2,
            },
            border={
                "Kashgr": -1, GATE: -1000, "Urumqi": 0, "Osh": 1e9, "Kashgar - Osh": np.nan, "Kashgar": -1,
                "Altynkol": 0,
            },
            tariff={
                "KAZ": 1, "KAZ:Chna": -1, "KAZ:KAZ": 0.5, "KAZ:Atlantis": 0.5, ":": 2, "KAZ:": 2, "KAZ:CHN:DEU": 2,
                "KGZ:CHN": 1e9, "Georgia:CHN": 0.5,
            },
        )  # fmt: skip
    said = "\n".join(map(str, raised.value.faults))
    for part in (
        "scale opex: 'more': is no number", "--scale capx: capx is not a figure of items. Did you mean capex",
        "--scale railwy.capex: railwy is not an item of the programme. Did you mean railway",
        "--scale capex: -1 is no factor",
        "--scale railway.dwell_after: railway has no such figure", "--scale title: title is not a figure",
        "--border Kashgr: the network has no open crossing of that name", "of which 1000 cannot be saved",
        "--tariff KAZ: is not of the form IMPORTER:EXPORTER", "--tariff KAZ:Chna: -1 is no factor",
        "--tariff KAZ:KAZ: is one economy", "--tariff KAZ:Atlantis: Atlantis is no economy",
        "--scale railway.: is not of the form", "--scale .capex: is not of the form",
        "--border Osh: 1,000,000,000 hours more are beyond any queue. Give at most 2000",
        "--border Kashgar - Osh: nan is no number of hours", "--border Altynkol: 0 hours change nothing",
        "--border Kashgar: means 2 crossings by road: Kashgar - Naryn, Kashgar - Osh",
        "--tariff :: is not of the form", "--tariff KAZ:: is not of the form",
        "--tariff KAZ:CHN:DEU: is not of the form",
        "--tariff KGZ:CHN: 1,000,000,000 is no factor of duties. Give a number from 0 to 10",
        "--tariff Georgia:CHN: Georgia is inside the rest of the world",
    ):  # fmt: skip
        assert part in said, part


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (
            {"border": {GATE: -1, GATE.upper(): -1}},
            f"--border {GATE}: means the same as --border {GATE.upper()}",
        ),
        ({"tariff": {"KAZ:CHN": 0.5, "kaz:CN": 0.7}}, "--tariff kaz:CN: means the same as --tariff KAZ:CHN"),
        (
            {"scale": {"capex": 2, "railway.capex": 3}},
            "project railway, capex is scaled by --scale capex, too",
        ),
        ({"scale": {"railway.capex": 1e300}}, "--scale railway.capex: 4e+303 is above 1,000,000"),
        ({"scale": {"capex": 1e300}}, "--scale capex: project sea-port, capex: 6e+302 is above 1,000,000"),
        ({"patches": {"railway.capex": "lots"}}, "--set railway.capex: is text, not a number"),
        ({"without": "railway", "scale": {"railway.capex": 2}}, "--scale railway.capex: railway is left out"),
        (
            {"without": "railway", "patches": {"railway.opening": 2031}},
            "--set railway.opening: railway is left out",
        ),
        ({"without": ""}, "--without '': is not an item"),
    ],
)
def test_what_cannot_count_is_refused_in_the_words_of_who_asked(terms: dict[str, object], said: str):
    with pytest.raises(Faults) as raised:
        Session().ask(PROGRAMME, WORLD, years=YEAR, **terms)
    assert said in str(raised.value)


def test_duties_are_not_changed_in_a_world_that_has_none():
    with pytest.raises(Faults, match=r"--tariff KAZ:CHN: the world has no duties\. Import a table of them"):
        Session().ask(PROGRAMME, make_toy_world(tariffs=False), tariff={"KAZ:CHN": 0.5})


@pytest.mark.parametrize(
    ("triple", "words"),
    [
        (("border", "Torugart", -6.0), "Torugart -6 hours"),
        (("scale", "capex", 1.45), "capex times 1.45"),
        (("tariff", "KEN:CHN", 0.5), "duties KEN:CHN times 0.5"),
    ],
)
def test_variations_are_said_in_words(triple: tuple[str, str, float], words: str):
    assert varied_words(*triple) == words


def test_what_is_set_and_scaled_or_given_twice_is_a_fault():
    terms = {"patches": {"railway.capex": 100}, "scale": {"railway.capex": 2.0}, "years": YEAR}
    with pytest.raises(Faults, match=r"--scale railway\.capex: is set, too"):
        Session().ask(PROGRAMME, WORLD, **terms)
    faults = FaultList()
    read_patches(["a.b=1", " a.b =2"], faults)
    read_numbers("scale", ["capex=1.2", "capex=3"], "capex=1.45", faults)
    assert [fault.place for fault in faults] == ["--set a.b", "--scale capex"]
    with pytest.raises(Faults, match="--assume discount_rate: is given twice"):
        read_assumptions(["discount_rate=0.1", "discount_rate=0.2"])


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("canal_tolls=half", r"--assume canal_tolls=half: 'half' is not a number"),
        ("canal_tolls=0,5", r"--assume canal_tolls=0,5: '0,5' is not a number"),
        ("canal_tolls", r"--assume canal_tolls: is not of the form NAME=VALUE"),
        ("canal_tolls=", r"--assume canal_tolls=: is not of the form NAME=VALUE"),
    ],
)
def test_an_assumption_that_is_no_number_is_told_from_one_without_a_value(word: str, reason: str):
    with pytest.raises(Faults, match=reason):
        read_assumptions([word])
