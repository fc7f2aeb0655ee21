"""Capacities that are made up for the toy world, how they take the place of the table's, and its states with them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from samarkand.appraisal import find_baseline, find_state
from samarkand.core.progress import quiet
from samarkand.programme.channels import capacity as channel
from samarkand.session import Session
from samarkand.state import Counterfactual, State
from samarkand.world.freight import capacity
from samarkand.world.freight.capacity import CapacityRow, calc_flow, find_place
from toy import make_toy_world, toy_programme

WORLD, YEAR = make_toy_world(), 2035
KHORGOS, SAMARA = "crossing:khorgos_altynkol_rail", "crossing:almaty_samara_rail"


def row(name: str, place: str, limit: float, **more: object) -> CapacityRow:
    """A place with a capacity, m t a year."""
    given = {"id": name, "place": place, "title": name, "unit": "m t a year", "year": 2020, "flag": "assumed"}
    return CapacityRow.model_validate({**given, "source": "made up", "capacity": limit, **more})


ROWS = (
    row("khorgos", KHORGOS, 60),
    row("samara", SAMARA, 30, raised_by="faster-line", raised_to=45, raised_source="made up"),
    row("suez", "suez", 3000, price="rent"),
)


def declare_with(patch: pytest.MonkeyPatch, rows: Sequence[CapacityRow]) -> None:
    """Take these for the table of capacities."""
    for module in (capacity, channel):
        patch.setattr(module, "capacities", lambda: tuple(rows))


def last_state(session: Session, **terms: object) -> State:
    """The last state of the toy programme."""
    asked = session.ask(toy_programme(WORLD), WORLD, years=(YEAR,), **terms)
    schedule, baseline = session.schedule(asked), find_baseline(asked, session)
    return find_state(asked, schedule, baseline, session, quiet, len(schedule.states) - 1)


def solve_two_full() -> Counterfactual:
    """All of the toy programme, with two full railways, of which an item raises one."""
    with pytest.MonkeyPatch.context() as patch:
        declare_with(patch, ROWS[:2])
        solved = last_state(Session(), limits=True).solved
        _ = solved.freight
    return solved


def tonnes_laid(state: State, place: str, with_: bool) -> float:
    """Tonnes laid on the links of the network anew, in millions."""
    work = state.unpaid.assignment if with_ else state.assignment_without
    parameters = state.assumptions.parameters
    return calc_flow(work, find_place(place, WORLD.network, parameters), "m t a year", parameters)
