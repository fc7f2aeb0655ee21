"""Results by year: the time rule, the schedule of states, projections of economies, years on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

import samarkand as sk
from made_results import make_results
from samarkand.cli.options import read_years
from samarkand.core.faults import FaultList, Faults
from samarkand.priorities import Levels, each_indicator, priorities
from samarkand.priorities.innovation.knowledge import OF_PEOPLE
from samarkand.programme import plan_schedule
from samarkand.programme.schedule import calc_ramp_up_weights
from samarkand.reports.files import appraisal_json
from samarkand.world.projection import GrowthRow, Projection, load_projection

INDICATORS = [row for _, row in each_indicator()]


@pytest.fixture(scope="module")
def early(world):
    """The default programme from before its first opening to its full effect."""
    return sk.appraise("eurasian-corridors", world, years=(2023, 2027, 2050))


@pytest.fixture(scope="module")
def before(early, world):
    """The same in 2023 without what is open by then."""
    open_ = early.schedule.changes[2023].open
    assert open_
    return sk.appraise("eurasian-corridors", world, years=(2023,), without=open_)


# -- the schedule


@given(st.integers(2023, 2100), st.floats(0, 12))
def test_ramp_up_weights_add_up_to_one_and_look_back_only(year, ramp_up_years):
    weights = calc_ramp_up_weights(year, ramp_up_years)
    assert sum(weights.values()) == pytest.approx(1.0, abs=1e-12)
    assert min(weights.values()) > 0
    assert max(weights) == year


def test_a_straight_line_over_whole_years_is_their_mean():
    assert calc_ramp_up_weights(2030, 3) == pytest.approx({2027: 0.25, 2028: 0.25, 2029: 0.25, 2030: 0.25})
    assert calc_ramp_up_weights(2030, 0) == {2030: 1.0}


def test_a_state_is_solved_once_however_long_it_lasts(world):
    programme = sk.load_programme("eurasian-corridors")
    schedule = plan_schedule(programme, world, range(2025, 2051))
    openings = {item.opening.year for item in programme.items if item.opening}
    # Between two openings nothing changes: one state an opening year, and the one before them all.
    assert len(schedule.states) <= len(openings) + 1
    assert len({(state.shocks, state.open) for state in schedule.states}) == len(schedule.states)
    assert schedule.in_force[2050] == len(schedule.states) - 1
    assert schedule.weights[2050] == {len(schedule.states) - 1: pytest.approx(1.0)}
    for year in schedule.years:
        assert sum(schedule.weights[year].values()) == pytest.approx(1.0)
        assert max(schedule.weights[year]) <= schedule.in_force[year]


# -- the rule, on a case by hand


def _results(projection=None, in_force=None):
    """Two states of an invented indicator's levels: nothing, and a programme that lifts KAZ by 10 and costs 2."""
    real = next(row for row in INDICATORS if row.name == "exports")

    def levels(change):
        start = xr.DataArray([100.0, 50.0], {"economy": ["KAZ", "CHN"]}, ("economy",))
        return {real.name: Levels(without=start, with_=start + np.array(change))}

    nothing, open_ = levels([0, 0]), levels([10, 0])
    weights = {2025: {0: 0.75, 1: 0.25}, 2030: {1: 1.0}}
    return make_results(weights, [(nothing, nothing), (open_, levels([8, -1]))], projection)


def test_openings_come_in_step_by_step_and_charges_at_once():
    results = _results()
    # A quarter of 10 less the whole charge of 2; and all of 10 less 2. CHN bears 1 throughout.
    np.testing.assert_allclose(results.values("exports", "with"), [[100.5, 49.0], [108.0, 49.0]])
    np.testing.assert_allclose(results.values("exports"), [[0.005, -0.02], [0.08, -0.02]])


def test_levels_grow_with_the_economy_and_charges_do_not():
    rows = tuple(
        GrowthRow(economy="KAZ", year=year, gdp_growth_rate=1.0 if year == 2023 else 0.0, source="test")
        for year in range(2023, 2031)
    )
    results = _results(Projection("test", rows))  # KAZ twice as large from 2023 on
    np.testing.assert_allclose(results.values("exports", "without"), [[200.0, 50.0]] * 2)
    # 2030: twice (100 + 10), less the 2 that were charged; relative to 200.
    np.testing.assert_allclose(results.values("exports", "with")[1], [218.0, 49.0])
    np.testing.assert_allclose(results.values("exports")[1], [0.09, -0.02])


def test_a_value_that_is_missing_in_a_state_that_counts_is_missing():
    start = xr.DataArray([100.0], {"economy": ["KAZ"]}, ("economy",))
    known, silent = Levels(without=start, with_=start), Levels(without=start, with_=start * np.nan)
    weights = {2025: {0: 0.5, 1: 0.5}, 2030: {1: 1.0}}
    for states, missing in (((known, silent), [True, True]), ((silent, known), [True, False])):
        results = make_results(weights, [({"exports": s}, {"exports": s}) for s in states])
        np.testing.assert_array_equal(np.isnan(results.values("exports", "with"))[:, 0], missing)


def test_what_is_not_ramped_is_that_of_the_state_in_force():
    start = xr.DataArray([100.0], {"economy": ["KAZ"]}, ("economy",))
    for ramped, expected in ((True, 102.5), (False, 110.0)):
        two = [Levels(without=start, with_=start + add, ramped=ramped) for add in (0, 10)]
        results = make_results(
            {2025: {0: 0.75, 1: 0.25}}, [({"exports": one}, {"exports": one}) for one in two]
        )
        assert float(results.values("exports", "with")[0, 0]) == pytest.approx(expected)


# -- on the real world


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda row: row.name)
def test_years_before_the_first_opening_show_no_change(early, before, indicator):
    if indicator.granularity != "state" and set(early.by_year(indicator.name)["year"].to_numpy()) != set(
        early.years
    ):
        return  # it has years of its own, which begin with construction: what is owed or emitted by then is no change
    if indicator.granularity == "timeline":
        first, last = (early.by_year(indicator.name).sel(year=year, drop=True) for year in (2023, 2050))
        if first.equals(last):
            return  # what stands once for all years compares no worlds
    if indicator.granularity == "project":
        # No comparison of worlds: an item is the same before it opens and after, or what it gives in a year begins.
        first, last = (early.by_year(indicator.name).sel(year=year, drop=True) for year in (2023, 2050))
        if indicator.name in OF_PEOPLE:
            first = first.where(first != 0, last)
        xr.testing.assert_identical(first, last)
        return
    # A port opens in 2023: without what is open by then it is a year before the first opening.
    change = before.by_year(indicator.name).sel(year=2023).to_numpy()
    known = change[np.isfinite(change)]
    # Rounding of ratios near one, and of money up to 25e6 US$ m.
    assert np.abs(known).max(initial=0.0) < (1e-6 if indicator.unit.startswith("US$ m") else 1e-12)


def test_the_same_shocks_are_solved_once_in_a_process(early, world):
    again = sk.appraise("eurasian-corridors", world, years=(2027, 2050))
    known = {id(state.before_financing) for state in early.states}
    assert {id(state.before_financing) for state in again.states} <= known
    dearer = sk.appraise("eurasian-corridors", world, years=(2050,), assumptions={"real_interest_rate": 0.09})
    assert (
        dearer.states[-1].before_financing is not again.states[-1].before_financing
    )  # another assumption is another question
    at_once = sk.appraise("eurasian-corridors", world, years=(2050,), assumptions={"ramp_up_years": 0})
    assert (
        at_once.states[-1].before_financing is again.states[-1].before_financing
    )  # but no state depends on how years are made up
    assert at_once.states[-1].assumptions.parameters["ramp_up_years"] == 0


def test_a_year_alone_and_among_others_is_the_same(early, world):
    alone = sk.appraise("eurasian-corridors", world, years=(2027,))
    for name in ("real_income", "exports", "shipment_time", "trade_flow", "programme_cost"):
        np.testing.assert_allclose(alone.array(name), early.array(name, year=2027), rtol=1e-9, atol=1e-12)


def test_without_ramp_up_the_whole_effect_is_there_at_once(world):
    slow = sk.appraise("eurasian-corridors", world, years=(2030, 2050))
    fast = sk.appraise("eurasian-corridors", world, years=(2030,), assumptions={"ramp_up_years": 0})
    np.testing.assert_allclose(
        fast["real_income"], slow.array("real_income", year=2050), rtol=1e-9, atol=1e-13
    )
    gap = np.abs(slow.array("real_income_unpaid", year=2030) - slow.array("real_income_unpaid", year=2050))
    assert float(gap.max()) > 1e-6  # the last opening is in 2030: not ramped up yet


def test_what_adds_up_in_every_state_adds_up_in_a_year_of_ramp_up(early):
    exports, imports = (early.by_year(name, "with").sel(year=2027) for name in ("exports", "imports"))
    assert float(exports.sum()) == pytest.approx(float(imports.sum()), rel=1e-9)
    flow = early.by_year("trade_flow", "with").sel(year=2027)
    own = xr.DataArray(np.diag(flow), {"economy": flow["economy"]}, ("economy",))
    np.testing.assert_allclose(flow.sum("partner") - own, exports, rtol=1e-9)


def test_what_does_not_depend_on_payment_is_declared_right(early):
    state = early.states[-1]
    assert state.with_ is not state.before_financing
    for priority in priorities():
        if priority.assessed and not priority.depends_on_payment:
            module = import_module(f"samarkand.priorities.{priority.name}.assessment")
            if not hasattr(module, "assess_state"):
                continue  # it looks at no state
            before, after = module.assess_state(state.unpaid), module.assess_state(state)
            for name, levels in after.items():
                for part in ("without", "with_", "change"):
                    if getattr(levels, part, None) is not None:
                        xr.testing.assert_identical(getattr(levels, part), getattr(before[name], part))


def test_the_table_of_several_years_has_each_of_them_and_parts_can_be_asked_for(early):
    part = early.to_dataframe("real_income")
    assert sorted(part["year"].unique()) == list(early.years)
    whole = early.to_dataframe()
    same = whole[whole["indicator"] == "real_income"].reset_index(drop=True)
    pd.testing.assert_frame_equal(part, same)
    assert set(early.to_dataframe(["exports", "imports"], year=2027)["year"]) == {2027}
    with pytest.raises(Faults, match="was not asked about"):
        early.array("real_income", year=2040)


def test_the_json_of_several_years_has_the_course_of_the_headlines(early):
    content = json.loads(appraisal_json(early))
    assert content["years"] == [2023, 2027, 2050]
    schedule = content["by_year"]["real_income"]
    assert schedule["unit"] == "fraction"
    np.testing.assert_allclose(schedule["change"]["KAZ"], early.by_year("real_income").sel(economy="KAZ"))
    assert {row["year"] for row in content["indicators"]} == {2050}
    assert "2022 size" in content["scenario"]["projection"]["levels"]


# -- projections

HEADER = "economy,year,gdp_growth_rate,source,flag\n"


def _growth(economies, last, rate=0.05):
    rows = [f"{code},{year},{rate},a test,assumed" for code in economies for year in range(2023, last + 1)]
    return HEADER + "\n".join(rows) + "\n"


def test_levels_grow_as_projected_and_say_so(world, tmp_path):
    path = tmp_path / "growth.csv"
    path.write_text(_growth(["KAZ"], 2025))
    grown = sk.appraise("eurasian-corridors", world, years=(2025,), projection=path)
    flat = sk.appraise("eurasian-corridors", world, years=(2025,))
    for name, factor in (("exports", 1.05**3), ("shipment_time", 1.0)):
        ratio = grown.array(name, "without") / flat.array(name, "without")
        assert float(ratio.sel(economy="KAZ")) == pytest.approx(factor)
        assert float(ratio.sel(economy="CHN")) == pytest.approx(1.0)
    assert grown.scenario.hash != flat.scenario.hash
    rest = len(world.labels) - 1
    assert f"1 economies grow as in growth.csv; the other {rest} are at 2022 size" in grown.size_line
    again = sk.appraise(grown.scenario)
    np.testing.assert_allclose(again["exports"], grown["exports"])


def test_a_quote_that_is_not_closed_is_a_fault(tmp_path, world):
    path = tmp_path / "growth.csv"
    path.write_text(HEADER + 'KAZ,2023,0.05,"a test,assumed\n' + "KAZ,2024,0.05,a test,assumed\n" * 9_000)
    with pytest.raises(Faults, match=r"cannot be read \(field larger than field limit"):
        load_projection(path, world.labels, 2025)


def test_every_fault_of_a_projection_is_told(tmp_path, world):
    path = tmp_path / "growth.csv"
    path.write_text(
        HEADER + "KAZ,2023,0.05,a test,assumed\nKAX,2023,0.05,a test,assumed\nKAZ,2023,0.05,a test,assumed\n"
        "KAZ,twelve,5,,sure\nCHN,2022,4.5,a test,assumed\n"
    )
    with pytest.raises(Faults) as raised:
        load_projection(path, world.labels, 2025)
    told = str(raised.value)
    for words in (
        "line 3: KAX is not an economy of the accounts. Did you mean", "line 4: KAZ 2023 is there twice",
        "line 5: year 'twelve' is not a year", "has no source", "flag 'sure' is not known",
        "line 6: 2022 is not after 2022", "growth of 4.5 is out of range",
    ):  # fmt: skip
        assert words in told
    path.write_text(_growth(["KAZ"], 2024) + "CHN,2024,0.04,a test,assumed\n")
    with pytest.raises(Faults, match="CHN: has no growth for 2023, 2025"):
        load_projection(path, world.labels, 2025)
    for text, words in (("", "has no column economy"), (HEADER, "has no rows")):
        path.write_text(text)
        with pytest.raises(Faults, match=words):
            load_projection(path, world.labels, 2025)
    with pytest.raises(Faults, match="is not there"):
        load_projection(tmp_path / "none.csv", world.labels, 2025)


# -- the command line


def test_years_are_read_as_words():
    faults = FaultList()
    assert read_years(["2025:2027", "2030", "2026"], faults) == (2025, 2026, 2027, 2030)
    assert read_years([], faults) == (2035,)
    assert not faults
    assert read_years(["soon", "2030:2025", "2025:", "2031"], faults) == (2031,)
    assert [fault.place for fault in faults] == ["--year soon", "--year 2030:2025", "--year 2025:"]
    assert "Write 2025:2030." in [fault.mend for fault in faults]


def test_all_that_is_wrong_with_a_command_is_told_at_once(tmp_path):
    (tmp_path / "file").write_text("")
    words = ["appraise", "nowhere.toml", "--out", str(tmp_path / "file"), "--year", "soon", "--year", "2150",
             "--assume", "rail_speed", "--projection", "none.csv"]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "samarkand.cli", *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("6 faults; nothing was run.")
    for place in (
        "--out",
        "--year soon",
        "--year 2150",
        "--assume rail_speed",
        "nowhere.toml",
        "--projection none.csv",
    ):
        assert place in done.stderr
