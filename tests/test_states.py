"""States and the timeline: parts are worked out when they are asked for, payment is a series by year."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
import xarray as xr

import samarkand as sk
from made_results import make_results
from samarkand.analysis.flows import freight
from samarkand.engines.equilibrium import solver
from samarkand.engines.threads import run_all
from samarkand.priorities import Levels, find_indicator
from samarkand.priorities.base import Range
from samarkand.programme.events import events_of, phase_of
from samarkand.programme.files.patching import patch_programme
from samarkand.programme.library import surroundings
from samarkand.session import Session
from samarkand.world.projection import GrowthRow, Projection
from toy import make_toy_world, toy_programme

WORLD = make_toy_world()
PROGRAMME = toy_programme(WORLD)
YEARS = (2040, 2041, 2042, 2050)
NAMES = ("programme_cost", "real_income_value", "real_income")  # fixed, a size, a share


class Instalments(Session):
    """What is paid differs from year to year: the charge times 1, 1.1, 1.2, ... from 2040 on."""

    def schedule(self, question):
        plan = super().schedule(question)
        changes = {
            year: replace(
                one,
                annual_cost={code: cost * instalment(year) for code, cost in one.annual_cost.items()},
            )
            for year, one in plan.changes.items()
        }
        return replace(plan, changes=changes)


def instalment(year):
    return 1.0 + 0.1 * (year - 2040)


# -- payment by year


def test_each_year_pays_its_own():
    plain = sk.appraise(PROGRAMME, WORLD, session=Session(), years=YEARS)
    found = sk.appraise(PROGRAMME, WORLD, session=Instalments(), years=YEARS)
    assert len(found.states) == len(plain.states) == 1  # one state, four payments
    charged, whole = (one.by_year("programme_cost").to_numpy() for one in (found, plain))
    factor = np.array([instalment(year) for year in YEARS])[:, None]
    # rtol: sums of the same shares, each rounded once.
    np.testing.assert_allclose(charged, factor * whole, rtol=1e-12)
    assert whole.sum() > 0
    np.testing.assert_array_equal(found.by_year("real_income")[0], plain.by_year("real_income")[0])
    np.testing.assert_array_equal(found.by_year("real_income_unpaid"), plain.by_year("real_income_unpaid"))
    poorer = found.by_year("real_income").sel(economy="KGZ").to_numpy()
    assert (np.diff(poorer) < 0).all()


def test_a_year_is_the_same_alone_among_others_and_in_any_order():
    """Each payment is solved from the baseline, so that what was solved before changes no bit."""
    alone = {
        year: sk.appraise(PROGRAMME, WORLD, session=Instalments(), years=(year,))["real_income"].to_numpy()
        for year in YEARS
    }
    for order in permutations(YEARS[:3]):
        session = Instalments()
        for year in order:
            found = sk.appraise(PROGRAMME, WORLD, session=session, years=(year,))["real_income"]
            np.testing.assert_array_equal(found, alone[year])
        together = sk.appraise(PROGRAMME, WORLD, session=session, years=YEARS).by_year("real_income")
        for year in YEARS:
            np.testing.assert_allclose(together.sel(year=year), alone[year], atol=1e-15)


def test_payments_are_solved_once_however_many_threads_ask(monkeypatch):
    solved = []
    find = solver.find
    monkeypatch.setattr(solver, "find", lambda *given: solved.append(1) or find(*given))
    session = Instalments()

    def ask(years):
        return sk.appraise(PROGRAMME, WORLD, session=session, years=years).by_year("real_income")

    found = run_all(ask, [YEARS, YEARS[:2], YEARS])
    np.testing.assert_array_equal(found[0], found[2])
    # The baseline, the state before anybody pays, and four payments.
    assert len(solved) == 6
    ask(YEARS)
    assert len(solved) == 6


def test_the_rule_with_payments_by_year_by_hand():
    """A state that lifts KAZ by 10 of 100, and pays 2 in one year, 5 in the next."""
    start = xr.DataArray([100.0, 50.0], {"economy": ["KAZ", "CHN"]}, ("economy",))

    def levels(change):
        return {"exports": Levels(without=start, with_=start + np.array([change, 0.0]))}

    two, five = (("KAZ", 2.0),), (("KAZ", 5.0),)
    results = make_results(
        {2030: {0: 1.0}, 2031: {0: 1.0}},
        [(levels(10.0), {two: levels(8.0), five: levels(5.0)})],
        payments={2030: two, 2031: five},
    )
    np.testing.assert_allclose(results.values("exports", "with"), [[108.0, 50.0], [105.0, 50.0]])


def test_a_range_of_a_state_moves_with_its_level():
    """Half widths 1 and 3 in two states, a quarter of one and three of the other: 1 x 0.25 + 3 x 0.75 = 2.5."""
    start = xr.DataArray([100.0], {"economy": ["KAZ"]}, ("economy",))

    def levels(half):
        one = Range(start + 10.0 - half, start + 10.0 + half, "published", 0.9)
        return {"exports": Levels(without=start, with_=start + 10.0, ranges={"with_": one})}

    results = make_results({2030: {0: 0.25, 1: 0.75}}, [(levels(1.0),) * 2, (levels(3.0),) * 2])
    (block,) = results.blocks(["exports"], scenarios=["with"])
    np.testing.assert_allclose([block.low, block.high], [[[107.5]], [[112.5]]])
    rows = block.to_arrow().to_pandas()
    assert (rows["basis"][0], rows["coverage"][0]) == ("published", 0.9)


# -- parts of a state


def test_a_part_is_worked_out_when_it_is_asked_for_and_kept():
    found = sk.appraise(PROGRAMME, WORLD, session=Session())
    state = found.states[-1]
    made = {key for key, _ in vars(state.solved)["_derived"]._futures.items()}
    assert ("assignment", state.payment) not in made  # no indicator reads it yet
    assert state.assignment is state.assignment
    assert state.assignment is not state.unpaid.assignment
    assert state.with_ is state.solved.paid(state.payment)
    assert state.unpaid.with_ is state.before_financing
    assert state.assignment_without is state.solved.baseline.assignment


def test_freight_of_a_year_is_laid_once_for_whoever_asks():
    session = Session()
    appraisal = sk.appraise(PROGRAMME, WORLD, session=session)
    laid = freight(PROGRAMME, world=WORLD, session=session)
    assert laid.without is appraisal.states[-1].assignment_without
    last = appraisal.timeline.last
    assert laid.with_.tonnes.equals(last.assignment.tonnes)


# -- the timeline


@pytest.fixture(scope="module")
def timeline():
    begun = patch_programme(
        PROGRAMME,
        {"railway.construction_start": 2025, "faster-line.construction_start": 2026},
        surroundings(WORLD),
    )
    return sk.appraise(begun, WORLD, session=Session(), years=(2027, 2035)).timeline


def test_events_before_openings(timeline):
    mine = [
        (one.year, one.what, one.party, one.financing) for one in timeline.events if one.item == "railway"
    ]
    drawn = [(year, "drawdown", "chn-bank", number) for year in (2025, 2026, 2027) for number in (1, 2)]
    assert mine == [(2025, "construction_start", "", 0), *drawn, (2028, "opening", "", 0)]
    assert timeline.span == range(2025, 2036)
    assert [one.year for one in timeline.events] == sorted(one.year for one in timeline.events)
    assert {one.item for one in events_of(timeline.programme, without=("railway",))} == (
        {one.item for one in timeline.events} - {"railway"}
    )


def test_phases_of_an_item(timeline):
    items = {item.id: item for item in timeline.items}
    phases = [timeline.phase(items["railway"], year) for year in (2024, 2025, 2027, 2028, 2050)]
    assert phases == ["before", "construction", "construction", "service", "service"]
    no_start = next(item for item in timeline.items if item.construction_start is None and item.opening)
    assert phase_of(no_start, no_start.opening.year - 1) == "unknown"
    assert phase_of(no_start, no_start.opening.year) == "service"


def test_each_year_has_its_state_and_its_payment(timeline):
    assert timeline.years == (2027, 2035)
    for year, state in timeline.states.items():
        assert state.year == year
        assert state.payment == timeline.payments[year] == timeline.schedule.changes[year].payment
    assert timeline.last is timeline.states[2035]


# -- growth is declared


def test_what_a_contract_fixes_does_not_grow_by_hand():
    """An economy twice as large; a sum in US$ m of 30 before anybody pays and 130 as it is paid for is 130 a year, in
    which the same sum as a size of the economy would be 2 x 30 + 100 = 160."""
    doubled = GrowthRow(economy="KAZ", year=2023, gdp_growth_rate=1.0, source="test")
    before, paid = (
        {name: Levels(change=xr.DataArray([value], {"economy": ["KAZ"]}, ("economy",))) for name in NAMES}
        for value in (30.0, 130.0)
    )
    results = make_results({2023: {0: 1.0}}, [(before, paid)], Projection("test", (doubled,)))
    found = {name: float(results.values(name)[0, 0]) for name in NAMES}
    assert found == {"programme_cost": 130.0, "real_income_value": 160.0, "real_income": 80.0}


def test_what_grows_with_an_economy_is_declared_and_not_read_from_its_unit():
    assert find_indicator("programme_cost")[1].grows_with == "nothing"
    assert find_indicator("real_income_value")[1].grows_with == "economy"
    assert find_indicator("real_income")[1].grows_with == "ratio"
