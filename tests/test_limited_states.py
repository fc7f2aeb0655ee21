"""Limits on the way of the toy world: prices of both states, their own trade, and what items add to capacities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from rich.console import Console

from limit_cases import KHORGOS, SAMARA, declare_with, row
from limit_cases import ROWS as COMMON
from samarkand.analysis.capacity import capacity_table
from samarkand.analysis.flows import freight
from samarkand.appraisal import appraise, find_state
from samarkand.baseline import solve_baseline
from samarkand.core.faults import Faults
from samarkand.core.progress import quiet
from samarkand.limiting import JOINT
from samarkand.reports.freight import print_freight
from samarkand.session import Session
from samarkand.solving import Setting
from samarkand.state import State
from samarkand.world.freight.capacity import CapacityRow, calc_flow, find_place
from toy import make_toy_world, toy_programme

SOLVED = 1e-9  # what differs by rounding alone
YEAR = 2035  # all is open, and fully ramped up
SUEZ = "suez"


ROWS = (
    *COMMON,
    row("contradicted", "port:DEHAM", 1, observed=2, observed_year=2020, observed_source="made up"),
)


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch):
    """Other capacities than those of the table."""

    def put(rows: Sequence[CapacityRow]) -> None:
        declare_with(monkeypatch, rows)

    put(ROWS)
    return put


@pytest.fixture(scope="module")
def open_model() -> Session:
    """Keeps the prepared network: it knows of no capacity."""
    return Session()


def solve(open_model: Session, **terms: object) -> State:
    """The last state of the toy programme, before anything is assessed; solved anew but for the network."""
    session = Session()
    asked = session.ask(toy_programme(), make_toy_world(), years=(YEAR,), **terms)
    schedule = session.schedule(asked)
    setting = Setting(asked.world, asked.assumptions, "fixed_nominal", lines=asked.programme)
    baseline = solve_baseline(setting, asked.scenario.closures, open_model.kept, quiet)
    return find_state(asked, schedule, baseline, session, quiet, len(schedule.states) - 1)


def test_progress_is_told_of_limits_as_of_all_else(declare) -> None:
    """As the command shows it: a text and how far it is, no more. Every stage says its own."""
    said: list[str] = []

    def tell(text: str, done: int | None = None, total: int | None = None) -> None:
        said.append(text)

    asked = appraise(
        toy_programme(), make_toy_world(), session=Session(), years=(YEAR,), limits=True, progress=tell
    )
    assert any("prices of full facilities" in text for text in said)
    assert asked.terms_line == "Published capacities bind."


def flow(state: State, place: str, with_: bool) -> float:
    work = state.unpaid.assignment if with_ else state.assignment_without
    parameters, network = state.assumptions.parameters, state.world.network
    return calc_flow(work, find_place(place, network, parameters), "m t a year", parameters)


def flows(state: State) -> np.ndarray:
    """Trade of the equilibrium, as it is paid for."""
    return state.with_.trade_flow


def test_both_states_keep_to_capacities_with_their_own_trade(declare, open_model: Session) -> None:
    """On the links, the trade of the solution laid anew: 60 and 3,000 in both, 30 and with the item 45."""
    state = solve(open_model, limits=True)
    before, after = state.solved.baseline.gates.limits, state.freight.limits
    assert before.residual <= JOINT
    assert after.residual <= JOINT
    assert after.joint_residual <= JOINT
    for place, without, with_ in ((KHORGOS, 60, 60), (SAMARA, 30, 45), (SUEZ, 3000, 3000)):
        assert flow(state, place, False) == pytest.approx(without, rel=JOINT)
        assert flow(state, place, True) == pytest.approx(with_, rel=2 * JOINT)
    assert set(before.prices) == {"khorgos", "samara", "suez"}  # more was observed than the fourth takes
    assert all(price > 0 for price in (*before.prices.values(), *after.prices.values()))
    assert after.prices["samara"] < before.prices["samara"]


def test_no_capacity_is_no_limit(declare, open_model: Session) -> None:
    declare(())
    off, on = (solve(open_model, limits=limits) for limits in (False, True))
    assert flows(on) == pytest.approx(flows(off), rel=SOLVED)
    assert on.freight.limits is not None


def test_capacities_change_nothing_unless_limits_are_asked_for(declare, open_model: Session) -> None:
    """They are no part of the question then: the same hash, and the same figures to the last digit."""
    with_rows = solve(open_model)
    declare(())
    assert np.array_equal(flows(with_rows), flows(solve(open_model, limits=False)))
    session = Session()
    asked = [session.ask(toy_programme(), make_toy_world(), **terms) for terms in ({}, {"limits": False})]
    assert len({one.scenario.hash for one in asked}) == 1
    assert session.ask(toy_programme(), make_toy_world(), limits=True).scenario.hash != asked[0].scenario.hash


def test_capacity_is_worth_the_traffic_that_it_admits(declare, open_model: Session) -> None:
    """A railway that is as fast, but takes 30 m t and not 45: its price stays higher, and trade costs with it."""
    raised = solve(open_model, limits=True)
    declare([one if one.id != "samara" else row("samara", SAMARA, 30) for one in ROWS])
    same = solve(open_model, limits=True)
    assert flow(same, SAMARA, True) == pytest.approx(30, rel=2 * JOINT)
    assert raised.freight.limits.prices["samara"] < same.freight.limits.prices["samara"]
    weights = raised.world.accounts.trade_flow
    cost = [float((one.solved.trade_costs.hat * weights).sum()) for one in (raised, same)]
    assert cost[0] < cost[1]


def test_limits_are_on_or_off() -> None:
    with pytest.raises(Faults, match="Give 1 for limits"):
        Session().ask(toy_programme(), make_toy_world(), assumptions={"limits": 0.5})


def test_freight_shows_prices_and_what_is_paid(declare) -> None:
    """Of both states; the place whose capacity is contradicted has none, and its capacity stands as before."""
    found = freight(toy_programme(), world=make_toy_world(), session=Session(), year=YEAR, limits=True)
    table = capacity_table(found).set_index("place")
    assert table.loc["samara", "scarcity_with"] < table.loc["samara", "scarcity_without"]
    assert table.loc["samara", "paid_without"] == pytest.approx(30 * table.loc["samara", "scarcity_without"])
    assert table.loc["samara", "scarcity_unit"] == "US$/t"
    assert np.isnan(table.loc["contradicted", "scarcity_without"])
    assert table["contradicted"].to_dict() == {name: name == "contradicted" for name in table.index}
    console = Console(width=100, record=True)
    print_freight(found, console)
    text = " ".join(console.export_text().split())
    assert "suez rent EGY" in text
    assert "contradicted **" in text
    assert table.loc["suez", "paid_to"] == "EGY"
    assert table.loc["samara", "paid_to"] == ""
    assert "complementarity are missed by" in text
    assert "is in it with --transit-payments alone" in text
    assert "--transit-payments puts what is left" in text
    assert "over capacity: suez" not in text  # it is full, to the tolerance of its price
    assert "Costs do not react" not in text


def test_freight_proposes_no_option_that_is_given(declare) -> None:
    terms = {"limits": True, "transit_payments": True}
    found = freight(toy_programme(), world=make_toy_world(), session=Session(), year=YEAR, **terms)
    for width in (80, 120):
        console = Console(width=width, record=True)
        print_freight(found, console)
        lines = console.export_text().splitlines()
        assert "--transit-payments" not in " ".join(lines)
        assert "a rent is income of its operator's economy" in " ".join(" ".join(lines).split())
        assert max(map(len, lines)) <= width
        assert not [line for line in lines if line.strip() in ("*", "**")]  # a mark alone says nothing
        assert ("made up" in " ".join(lines)) is (width == 120)
        assert ("Sources: freight-capacity.csv" in " ".join(lines)) is (width == 80)


def test_a_port_takes_what_the_item_that_betters_it_declares(declare, open_model: Session) -> None:
    """Poti: 20 m TEU before and 22 m after, made up as `--set` writes them; both are full."""
    declare(())
    figure = {"unit": "TEU a year", "source": "made up", "flag": "assumed"}
    patches = {
        "sea-port.capacity_before": {"value": 20e6, **figure},
        "sea-port.capacity_after": {"value": 22e6, **figure},
    }
    state = solve(open_model, limits=True, patches=patches)
    before, after = state.solved.baseline.gates.limits, state.freight.limits
    assert list(before.prices) == ["sea-port.capacity"]
    assert before.flow == pytest.approx([20e6], rel=JOINT)
    assert after.flow == pytest.approx([22e6], rel=JOINT)
    assert 0 < after.price[0] < before.price[0]
