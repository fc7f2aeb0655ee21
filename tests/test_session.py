"""What is kept between questions: any order of asking, any threads and worlds give the answers of a fresh start.

All on the toy world, which is solved in a fifth of a second, but for one test on the embedded one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import samarkand as sk
from samarkand.appraisal import find_setting
from samarkand.core.faults import Faults
from samarkand.core.memory import nbytes
from samarkand.engines.equilibrium.measures import calc_real_income_hat
from samarkand.engines.once import Once
from samarkand.engines.threads import Beside, run_all
from samarkand.planning.stress import rank_closures, stress_test
from samarkand.session import Session
from samarkand.world.freight.model import prepare_freight
from soaking import ALL
from toy import ECONOMIES, make_toy_world, toy_programme
from toy import PROGRAMME as TOML

WORLD = make_toy_world()
PROGRAMME = toy_programme(WORLD)
COMPARED = (
    "real_income",
    "real_income_value",
    "trade_flow",
    "shipment_time",
    "programme_cost",
    "project_reach",
)
MANY_WORLDS = 30 if ALL else 10  # twice as many as there is room for
ASKED, ASKED_EMBEDDED = (60, 12) if ALL else (20, 4)  # of four threads
SHARING = ("trade", "infrastructure")  # what they say of a network is shared by states
QUESTIONS = {
    "one year": {"years": (2029,)},
    "with reach": {"years": (2029,), "reach": True},
    "years together": {"years": (2027, 2029, 2035)},
    "another ramp-up": {"years": (2029,), "assumptions": {"ramp_up_years": 1}},
}

ORDERS = list(permutations(QUESTIONS))


def answer(session: Session, question: dict, world=WORLD, programme=PROGRAMME) -> dict[str, np.ndarray]:
    asked = dict(question)
    appraisal = sk.appraise(programme, world, session=session, **asked)
    return {name: appraisal.by_year(name).to_numpy() for name in COMPARED}


def assert_same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    for name, values in one.items():
        # The same computation from the same inputs; only sums over threads may differ in their last digits.
        np.testing.assert_allclose(values, other[name], rtol=1e-10, atol=1e-12, err_msg=name)


# -- orders of asking


@pytest.fixture(scope="module")
def fresh() -> dict[str, dict[str, np.ndarray]]:
    """Each question asked alone, of a session of its own."""
    return {name: answer(Session(), question) for name, question in QUESTIONS.items()}


@pytest.mark.soak
@pytest.mark.parametrize("order", ORDERS if ALL else ORDERS[::5], ids=" / ".join)
def test_any_order_of_asking_gives_the_answers_of_a_fresh_start(order, fresh):
    session = Session()
    for name in (*order, order[0]):
        assert_same(answer(session, QUESTIONS[name]), fresh[name])


def test_reach_after_no_reach_and_no_reach_after_reach(fresh):
    session = Session()
    for name, is_there in (("one year", False), ("with reach", True), ("one year", False)):
        reach = answer(session, QUESTIONS[name])["project_reach"]
        assert np.isfinite(reach).any() == is_there
        assert_same({"project_reach": reach}, fresh[name])


def test_the_same_shocks_are_solved_once():
    session = Session()
    first = sk.appraise(PROGRAMME, WORLD, session=session, years=(2027, 2035))
    again = sk.appraise(PROGRAMME, WORLD, session=session, years=(2030, 2035))
    known = {state.change.shocks: state.with_ for state in first.states}
    shared = [state for state in again.states if state.change.shocks in known]
    assert shared
    assert all(state.with_ is known[state.change.shocks] for state in shared)


def with_festival(folder: Path, opening: int, economies: Sequence[str] = ("KAZ", "CHN")) -> Path:
    """The programme with one more item, which moves neither freight nor trade."""
    file = folder / "festival.toml"
    festival = f"""
[[measure]]
id = "festival"
title = "Festival"
kind = "cultural_exchange"
economies = {list(economies)}
status = "agreed"
opening = {opening}
"""
    file.write_text(TOML.read_text(encoding="utf-8") + festival, encoding="utf-8")
    return file


def test_what_states_of_one_network_share_is_what_a_fresh_start_says(tmp_path):
    """Items by name and economies that take part are those of the programme, whichever was asked about before."""
    file = with_festival(tmp_path, 2028, [code for code in ECONOMIES if code != "ROW"])
    questions = [(PROGRAMME, ()), (file, ()), (file, ("festival",)), (PROGRAMME, ())]
    session = Session()
    for programme, without in questions:
        terms = {"years": (2027, 2029, 2035), "reach": True, "without": without, "priorities": SHARING}
        together = sk.appraise(programme, WORLD, session=session, **terms)
        alone = sk.appraise(programme, WORLD, session=Session(), **terms)
        pd.testing.assert_frame_equal(together.to_dataframe(), alone.to_dataframe(), rtol=1e-10, atol=1e-12)


def test_an_opening_without_effect_is_a_state_of_its_own(tmp_path):
    """Priorities may read which items are open, so that states are distinguished by them too."""
    file = with_festival(tmp_path, 2045)
    session = Session()
    schedule = session.schedule(session.ask(file, WORLD, years=range(2040, 2050)))
    before, after = schedule.changes[2044], schedule.changes[2045]
    assert before.shocks == after.shocks
    assert set(after.open) - set(before.open) == {"festival"}
    assert schedule.in_force[2044] != schedule.in_force[2045]


# -- ramp-up and payment


def test_what_is_charged_in_a_year_of_ramp_up_is_the_whole_charge_of_the_state_in_force():
    """Effects come in step by step; money is owed from the opening on (`priorities.time_rule`)."""
    years = range(2025, 2040)
    appraisal = sk.appraise(PROGRAMME, WORLD, session=Session(), years=years)
    for year in years:
        state = appraisal.states[appraisal.schedule.in_force[year]]
        charged = appraisal.array("programme_cost", year=year).to_series().to_dict()
        owed = state.change.annual_cost
        assert {code: pytest.approx(owed.get(code, 0.0), rel=1e-9, abs=1e-9) for code in ECONOMIES} == charged
    ramping = [year for year in years if len(appraisal.schedule.weights[year]) > 1]
    assert any(appraisal.states[appraisal.schedule.in_force[year]].change.annual_cost for year in ramping)


def test_construction_demand_is_a_variant_of_its_own():
    """What is charged buys what the economy consumes; construction, and nothing else, where that is asked for."""
    session = Session()
    plain = sk.appraise(PROGRAMME, WORLD, session=session)
    shock = plain.states[-1].with_.shock
    assert shock.lump_sum_tax.sum() > 0
    assert shock.public_basket is None  # of the engine: the consumption basket
    appraisal = sk.appraise(PROGRAMME, WORLD, session=session, construction_demand=True)
    before, after = (one.array("real_income_unpaid") for one in (plain, appraisal))
    np.testing.assert_array_equal(before, after)
    paid, built = (one.array("real_income") for one in (plain, appraisal))
    assert float(abs(paid - built).max()) > 1e-7  # demand for construction moves prices
    assert "What is charged buys construction." in appraisal.terms_line
    shock, sectors = appraisal.states[-1].with_.shock, list(WORLD.accounts.sectors)
    assert shock.lump_sum_tax.sum() > 0
    np.testing.assert_array_equal(
        shock.public_basket, np.eye(len(sectors))[[sectors.index("construction")] * 7]
    )


def test_stress_takes_the_ramp_up_of_an_appraisal():
    """In a year of ramp-up the world with the programme is the mean of its states, closed and open."""
    session, year = Session(), 2027
    appraisal = sk.appraise(PROGRAMME, WORLD, session=session, years=(year,))
    weights = appraisal.schedule.weights[year]
    assert len(weights) > 1
    case = stress_test(PROGRAMME, ["suez"], world=WORLD, year=year, session=session).cases[0]
    closed = sk.appraise(PROGRAMME, WORLD, session=session, years=(year,), closures=("suez",))

    def with_programme(one) -> np.ndarray:
        in_force = one.states[one.schedule.in_force[year]]
        mean = sum(w * calc_real_income_hat(one.states[k].before_financing) for k, w in weights.items())
        return mean + calc_real_income_hat(in_force.with_) - calc_real_income_hat(in_force.before_financing)

    expected = with_programme(closed) / with_programme(appraisal) - 1.0
    np.testing.assert_allclose(case.results["real_income"].sel(scenario="with"), expected, atol=1e-14)
    whole = stress_test(PROGRAMME, ["suez"], world=WORLD, year=2060, session=session).cases[0]
    gap = np.abs(case.results["real_income"] - whole.results["real_income"]).sel(scenario="with")
    assert float(gap.max()) > 1e-9, "the programme would have its whole effect in the year of opening"


def test_questions_that_close_other_places_have_one_setting():
    session = Session()

    def setting(**terms):
        return find_setting(session.ask(PROGRAMME, WORLD, **terms), session)

    every = (
        {"deficit_rule": "proportional"},
        {"construction_demand": True},
        {"limits": True},
        {"transit_payments": True},
    )
    found = [setting(**terms) for terms in ({}, *every)]
    assert len({id(one) for one in found}) == len(found)
    for terms, one in zip(({}, *every), found, strict=True):
        assert setting(closures=("suez",), years=(2035,), **terms) is one


def test_the_ranking_of_closures_asks_the_question_with_all_its_terms():
    """The costliest first, each as a stress test of it alone under the same terms has it."""
    session, terms = Session(), {"deficit_rule": "proportional", "without": PROGRAMME.ids[:1]}
    ranked = rank_closures(PROGRAMME, 3, world=WORLD, session=session, **terms).summary()
    lost = ranked["real_income_without"].to_numpy()
    assert len(lost) == 3
    assert (np.diff(lost) >= 0).all()
    first = stress_test(PROGRAMME, [ranked["case"][0]], world=WORLD, session=session, **terms).summary()
    for name in ("real_income_without", "real_income_with"):
        assert ranked[name][0] == pytest.approx(first[name][0], rel=1e-12)


def test_an_appraisal_with_closures_compares_the_closed_world_with_itself():
    """What the programme does where a border is closed: real income against the same world closed."""
    session = Session()
    closed = sk.appraise(PROGRAMME, WORLD, session=session, years=(2060,), closures=("border:CHN-KAZ",))
    state = closed.states[-1]
    expected = calc_real_income_hat(state.with_) / calc_real_income_hat(state.without) - 1.0
    np.testing.assert_allclose(closed["real_income"], expected, atol=1e-12)
    empty = sk.appraise(
        PROGRAMME, WORLD, session=session, years=(2060,), closures=("border:CHN-KAZ",), without=PROGRAMME.ids
    )
    assert float(np.abs(empty["real_income"]).max()) < 1e-9  # no programme, no effect, however much is closed
    assert float(np.abs(empty["shipment_time"].fillna(0)).max()) < 1e-12


# -- worlds


def test_worlds_that_differ_in_anything_have_other_hashes():
    """Accounts, network, tariffs, facts, assumptions: a world is its content, its name is not."""
    others = [
        make_toy_world(accounts=1), make_toy_world(network=1), make_toy_world(tariffs=False),
        replace(WORLD, accounts=make_toy_world(accounts=2).accounts),
        replace(WORLD, assumptions=WORLD.assumptions.replace({"rail_speed": 41.0})),
        replace(WORLD, facts=WORLD.facts.assign(name="X")),
    ]  # fmt: skip
    hashes = [one.hash for one in (WORLD, *others)]
    assert len(set(hashes)) == len(hashes)
    assert replace(WORLD, name="another").hash == WORLD.hash == make_toy_world().hash


def test_a_scenario_is_answered_in_its_own_world():
    session, other = Session(), replace(WORLD, accounts=make_toy_world(accounts=1).accounts)
    first = sk.appraise(PROGRAMME, WORLD, session=session)
    second = sk.appraise(PROGRAMME, other, session=session)
    assert first.scenario.hash != second.scenario.hash
    assert_not_same = np.abs(first["real_income"] - second["real_income"]).max()
    assert float(assert_not_same) > 1e-7
    for one in (first, second):
        again = sk.appraise(one.scenario, session=session)
        np.testing.assert_array_equal(again["real_income"], one["real_income"])
    with pytest.raises(Faults, match="not known in this session"):
        sk.appraise(first.scenario, session=Session())


def test_a_term_that_there_is_not_is_a_fault_and_so_is_one_beside_a_scenario():
    """Neither is passed over in silence: the answer would be that of another question."""
    with pytest.raises(Faults, match=r"term assume: is no term of a question\. Did you mean assumptions\?"):
        sk.appraise(PROGRAMME, WORLD, session=Session(), assume={"rail_speed": 50})
    session = Session()
    scenario = sk.appraise(PROGRAMME, WORLD, session=session).scenario
    with pytest.raises(
        Faults, match=r"term years: is given beside a scenario, which has its own\. .* scenario\.but"
    ):
        sk.appraise(scenario, session=session, years=(2040,))
    other = scenario.but(years=(2040,))
    assert sk.appraise(other, session=session).years == (2040,)


@pytest.mark.soak
def test_memory_stays_within_the_limit_over_many_worlds():
    """Worlds, networks, states and results are kept as long as there is room; the last used are."""
    one_world = Session()
    sk.appraise(PROGRAMME, WORLD, session=one_world)
    limit = 5 * one_world.bytes
    session, sizes = Session(limit), []
    for number in range(MANY_WORLDS):
        sk.appraise(PROGRAMME, make_toy_world(accounts=number), session=session)
        sizes.append(session.bytes)
    assert max(sizes) <= limit
    assert session.world(make_toy_world(accounts=MANY_WORLDS - 1).hash) is not None
    assert session.world(make_toy_world(accounts=0).hash) is None
    session.clear()
    assert session.bytes == 0


def test_bytes_count_what_is_shared_once():
    array = np.zeros(1000)
    assert nbytes([array, array[:10], {"a": array}]) == array.nbytes
    assert nbytes([array, np.ones(10)]) == array.nbytes + 80


# -- threads


def random_questions(seed: int, number: int, worlds: list) -> list[tuple]:
    draw = np.random.default_rng(seed)
    asked = []
    for _ in range(number):
        without = tuple(draw.choice(PROGRAMME.ids, size=draw.integers(0, 3), replace=False))
        terms = {"years": tuple(draw.integers(2025, 2040, size=2).tolist()), "without": without}
        if draw.random() < 0.2:
            terms["closures"] = ("suez",)
        if draw.random() < 0.2:
            terms["reach"] = True
        asked.append((worlds[draw.integers(len(worlds))], terms))
    return asked


def ask_all(session: Session, questions: list[tuple], programme, threads: int) -> list[dict]:
    names = ("real_income", "shipment_time", "programme_cost", "project_reach")

    def one(question: tuple) -> dict[str, np.ndarray]:
        world, terms = question
        appraisal = sk.appraise(programme, world, session=session, **terms)
        return {name: appraisal.by_year(name).to_numpy() for name in names}

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, questions))


@pytest.mark.soak
def test_four_threads_answer_as_one_does():
    worlds = [make_toy_world(), make_toy_world(accounts=1, network=5)]
    questions = random_questions(7, ASKED, worlds)
    limit = 40_000_000
    session = Session(limit)
    found = ask_all(session, questions, PROGRAMME, threads=4)
    alone = ask_all(Session(), questions, PROGRAMME, threads=1)
    for one, other in zip(found, alone, strict=True):
        for name, values in one.items():
            np.testing.assert_array_equal(values, other[name], err_msg=name)
    assert session.bytes <= limit


@pytest.mark.slow
@pytest.mark.soak
def test_four_threads_answer_as_one_does_in_the_embedded_world():
    programme = sk.load_programme("eurasian-corridors")
    ids = programme.ids
    questions = [
        (sk.load_world(), {"years": (year,), "without": (ids[number],)})
        for number, year in zip(range(0, 48, 4), [2027, 2035, 2040] * 4, strict=True)
    ][:ASKED_EMBEDDED]
    limit = 3_000_000_000
    session = Session(limit)
    found = ask_all(session, questions, programme, threads=4)
    alone = ask_all(Session(limit), questions, programme, threads=1)
    for one, other in zip(found, alone, strict=True):
        for name, values in one.items():
            np.testing.assert_array_equal(values, other[name], err_msg=name)
    assert session.bytes <= limit


def test_the_same_question_has_the_same_answer_and_another_name_its_own():
    """What a programme is called is in no hash: an answer is given again to the same objects alone."""
    session = Session()
    first = sk.appraise(PROGRAMME, WORLD, session=session)
    assert sk.appraise(PROGRAMME, WORLD, session=session) is first
    assert sk.appraise(PROGRAMME, WORLD, session=session, reach=True) is not first
    assert sk.appraise(PROGRAMME, WORLD, session=session, without=PROGRAMME.items[0].id) is not first
    called = PROGRAMME.model_copy(update={"title": "Another name"})
    other = sk.appraise(called, WORLD, session=session)
    assert other is not first
    assert other.programme_card() != first.programme_card()


def test_two_threads_may_ask_for_the_same_changes_while_the_network_is_cold():
    """While one thread still searches for the legs from the ends of a change, another one waits for them."""
    changes = Session().schedule(Session().ask(PROGRAMME, WORLD, years=(2060,))).changes[2060].network
    world = make_toy_world(network=int(time.time()) % 1000 + 1)  # nothing of it is on the disk
    model = prepare_freight(world.network, world.assumptions.parameters, world.labels)
    searching = threading.Event()

    def slow(**_fractions: int) -> None:
        searching.set()
        time.sleep(0.05)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(model.update_routes, changes, slow)
        assert searching.wait(300)  # a first run compiles the search before it begins
        second = pool.submit(model.update_routes, changes)
        one, other = first.result(), second.result()
    assert one.rows.size
    np.testing.assert_array_equal(one.rows, other.rows)
    np.testing.assert_array_equal(one.usd, other.usd)


def test_nothing_is_made_twice_and_a_failure_is_tried_again():
    once, made = Once(), []
    started = threading.Barrier(8)

    def make() -> int:
        made.append(1)
        if len(made) == 1:
            raise ValueError("the first time")
        return 7

    def ask() -> object:
        started.wait()
        try:
            return once.get("key", make)
        except ValueError as error:
            return str(error)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _number: ask(), range(8)))
    assert sorted(map(str, answers)) == ["7"] * 7 + ["the first time"]
    assert len(made) == 2
    with pytest.raises(RuntimeError, match="while it is made"):
        once.get("other", lambda: once.get("other", int))


def test_work_nests_deeper_than_there_are_threads():
    def deep(levels: int) -> int:
        return 1 if levels == 0 else sum(run_all(lambda _part: deep(levels - 1), range(3)))

    assert deep(6) == 3**6
    with pytest.raises(ZeroDivisionError):
        run_all(lambda number: 1 // number, (1, 0, 2))
    task = Beside(lambda: 5)
    assert [task.result() for _ in range(3)] == [5, 5, 5]
