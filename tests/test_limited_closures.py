"""Closures with limits on the toy world: prices at the gates that take the diverted goods."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from limit_cases import KHORGOS, ROWS, SAMARA, WORLD, YEAR, declare_with, last_state, row, tonnes_laid
from samarkand.core.faults import Faults
from samarkand.engines.equilibrium import verify
from samarkand.limiting import JOINT
from samarkand.planning.stress import Stress, stress_test
from samarkand.reports.stress import print_stress, write_stress
from samarkand.session import Session
from samarkand.world.freight.capacity import CapacityRow, find_place
from toy import toy_programme

SOLVED = 1e-9


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch):
    """Other capacities than those of the table."""

    def put(rows: Sequence[CapacityRow]) -> None:
        declare_with(monkeypatch, rows)

    put(ROWS)
    return put


@pytest.mark.parametrize(
    "closed", ["suez", "crossing:khorgos_altynkol_road", "crossing:khorgos_altynkol_rail"]
)
def test_capacities_hold_for_the_trade_that_the_closure_leaves(declare, closed: str) -> None:
    """No flow above a capacity, no price where there is room: of the tonnes laid, with and without the programme."""
    state = last_state(Session(), limits=True, closures=(closed,))
    gates = state.solved.baseline.gates
    assert gates is not None
    for limits, with_ in ((gates.limits, False), (state.freight.limits, True)):
        assert limits is not None
        assert max(limits.residual, limits.joint_residual) <= JOINT
        for one in limits.facilities:
            place = {"khorgos": KHORGOS, "samara": SAMARA, "suez": "suez"}[one.id]
            used = tonnes_laid(state, place, with_) / one.capacity
            assert used <= 1 + 2 * JOINT, one.id
            if limits.prices[one.id] > 0:
                assert used == pytest.approx(1.0, rel=2 * JOINT), one.id
        name = next(
            (
                one.id
                for one in limits.facilities
                if closed in (KHORGOS, "suez")
                and one.place == find_place(closed, WORLD.network, state.assumptions.parameters)
            ),
            "",
        )
        if name:  # nothing passes what is closed, and it costs nothing
            assert limits.prices[name] == 0.0
            assert tonnes_laid(state, closed, with_) == 0.0


def test_gates_that_take_the_goods_grow_dearer(declare) -> None:
    """The prices of the world open stay what costs are told against."""
    session = Session()
    calm, shut = (last_state(session, limits=True, closures=names) for names in ((), ("suez",)))
    before, gates = calm.solved.baseline.gates, shut.solved.baseline.gates
    assert before is not None
    assert gates is not None
    assert gates.of_accounts.prices == before.limits.prices
    for name in ("khorgos", "samara"):
        assert gates.limits.prices[name] > before.limits.prices[name] > 0


def test_world_balances_and_the_equations_hold(declare) -> None:
    state = last_state(Session(), limits=True, closures=("suez",))
    for solution in (state.without, state.before_financing, state.with_):
        assert verify(solution) <= 1e-7
        assert abs(solution.deficit.sum()) <= SOLVED * np.abs(solution.deficit).sum() + SOLVED
        assert abs(solution.transfer.sum()) <= SOLVED


def test_without_capacities_a_closure_is_that_without_limits(declare) -> None:
    declare(())
    off, on = (last_state(Session(), limits=limits, closures=("suez",)) for limits in (False, True))
    assert on.without.trade_flow == pytest.approx(off.without.trade_flow, rel=SOLVED)
    assert on.with_.trade_flow == pytest.approx(off.with_.trade_flow, rel=SOLVED)
    assert on.freight.cut_off == off.freight.cut_off


def test_the_order_of_questions_changes_nothing(declare) -> None:
    """Closed first, or after the world open: prices are those of one session or another."""
    first, second = Session(), Session()
    last_state(second, limits=True)
    one, other = (last_state(session, limits=True, closures=("suez",)) for session in (first, second))
    assert np.array_equal(one.without.trade_flow, other.without.trade_flow)
    assert np.array_equal(one.with_.trade_flow, other.with_.trade_flow)


@pytest.fixture
def stressed(declare) -> Stress:
    return stress_test(toy_programme(WORLD), ["suez"], world=WORLD, session=Session(), year=YEAR, limits=True)


def test_stress_shows_prices_open_and_closed(stressed: Stress, tmp_path: Path) -> None:
    table = stressed.limits().set_index(["scenario", "facility"])
    assert set(table.index.get_level_values(0)) == {"without", "with"}
    assert table.loc[("without", "samara"), "price_closed"] > table.loc[("without", "samara"), "price_open"]
    assert table.loc[("without", "suez"), "used_closed"] == 0.0
    assert table.loc[("with", "samara"), "capacity_closed"] == 45
    assert "stress-limits.csv" in {path.name for path in write_stress(stressed, tmp_path)}
    read = pd.read_csv(tmp_path / "stress-limits.csv")
    assert len(read) == 6
    text = io.StringIO()
    print_stress(stressed, Console(file=text, width=120))
    assert f"{table.loc[('without', 'samara'), 'price_closed']:,.2f}" in text.getvalue()
    assert "Where no capacity is known nothing binds" in " ".join(text.getvalue().split())


def test_stress_without_limits_has_none(declare) -> None:
    found = stress_test(toy_programme(WORLD), ["suez"], world=WORLD, session=Session(), year=YEAR)
    assert found.limits().empty


def test_goods_without_another_way_are_refused(declare) -> None:
    """All that leaves China by land and sea through a place for a tonne a year."""
    declare((row("all", "border:CHN-KAZ+border:CHN-KGZ+port:CNSHA+port:CNTSN", 1e-6),))
    with pytest.raises(Faults, match="no other way"):
        last_state(Session(), limits=True, closures=("suez",))
