"""Queues at lines, berths and borders: beside published values and hand sums, and one owner of the hours of a place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from samarkand.core.evidence import Evidence
from samarkand.core.faults import Faults
from samarkand.engines.queues import calc_shared_wait, calc_single_wait
from samarkand.ledger import Claim, check_claims
from samarkand.ledger.claims import claims_of_kind, without_replaced_claims
from samarkand.programme.model.models import Point, Project, Section
from samarkand.world.parameters import Parameters
from samarkand.worth.queues import queue_streams, without_replaced
from samarkand.worth.streams import Amount, Stream

Make = Callable[..., Project]
FIGURES = {
    "arrivals": 4.2, "servers_before": 2.0, "servers_after": 3.0, "service_hours": 8.0, "arrival_load": 500.0,
}  # fmt: skip


def line(**figures: float) -> Section:
    ends = tuple(Point(name=name, latitude=40, longitude=70) for name in ("A", "B"))
    given = {
        name: Evidence(value=value, unit="1", source="made up", flag="assumed")
        for name, value in figures.items()
    }
    length = Evidence(value=200, unit="km", source="made up", flag="assumed")
    return Section.of({"effect": "upgrade", "points": ends, "length": length, **given})


@pytest.fixture
def at(parameters: Parameters) -> Callable[[Project], Any]:
    return lambda item: queue_streams(item, parameters, parameters, parameters)


def test_waits_over_service_as_published_of_several_servers() -> None:
    """At 70 % use: 2.33 for one server, 0.96, 0.55, 0.36, 0.19 for six and 0.07 for ten, as in tables of Erlang C."""
    for servers, expected in ((1, 2.33), (2, 0.96), (3, 0.55), (4, 0.36), (6, 0.19), (10, 0.07)):
        assert calc_shared_wait(1.0, 0.7 * servers, servers) == pytest.approx(expected, abs=0.005)


def test_one_server_is_the_same_by_both_formulas() -> None:
    """M/M/1: u / (1 - u) of a service; and half of it where services are alike (Pollaczek-Khinchine)."""
    for use in (0.0, 0.3, 0.9):
        assert calc_shared_wait(2.0, use, 1) == pytest.approx(calc_single_wait(2.0, use, 1.0), rel=1e-12)
        assert calc_single_wait(2.0, use, 0.5) == pytest.approx(0.5 * calc_single_wait(2.0, use, 1.0))
    assert calc_single_wait(2.0, 0.9, 0.0) == 0.0  # by the timetable


def test_no_queue_has_an_end_at_full_use() -> None:
    for wait in (partial(calc_single_wait, 1.0, 1.0, 0.5), partial(calc_shared_wait, 1.0, 2.0, 2)):
        with pytest.raises(ValueError, match="no queue has an end"):
            wait()


def test_a_line_by_hand(make: Make, at: Callable[[Project], Any], parameters: Parameters) -> None:
    """18 of 24 trains a day: 1 h between them, 0.75 / 0.25 / 2 = 1.5 h of wait; of 120: 0.2 x 0.15 / 0.85 / 2 h.

    18 x 365 trains of 2,600 t, 18 t in a TEU, at 2 US$ an hour.
    """
    section = line(line_traffic=18.0, line_capacity_before=24.0, line_capacity=120.0)
    ([stream], gaps) = at(make("rail", section=(section,)))
    saved = 1.5 - 0.2 * 0.15 / 0.85 / 2
    teu = 18 * 365 * parameters["train_load"] / parameters["freight_load"]
    assert stream.amounts["AAA", ""].central == pytest.approx(
        teu * saved * parameters["queue_value_of_time"] / 1e6
    )
    assert gaps == []
    assert at(make("rail", section=(line(line_capacity_before=24.0, line_capacity=120.0),))) == ([], [])


def test_berths_by_hand(make: Make, at: Callable[[Project], Any], parameters: Parameters) -> None:
    """4.2 ships of 8 h: 1.4 berths busy, 0.7 of two: 0.96 of 8 h; 0.467 of three: 0.132 of 8 h."""
    ([stream], _) = at(make("port", **FIGURES))
    saved = 8 * (0.7**2 / (1 - 0.7**2) - calc_shared_wait(1.0, 1.4, 3))
    assert pytest.approx(7.69, abs=0.01) == 8 * 0.7**2 / (1 - 0.7**2)  # of two servers: u^2 / (1 - u^2)
    value = parameters["queue_value_of_time"] / 1e6
    assert stream.amounts["AAA", ""].central == pytest.approx(4.2 * 365 * 500 * saved * value)
    less = {name: one for name, one in FIGURES.items() if name != "arrival_load"}
    (_, [gap]) = at(make("border_crossing", **less))
    assert gap.reason == "not assessed: needs arrival_load of the item"
    (_, [gap]) = at(make("port", **{**FIGURES, "servers_before": 1.0}))
    assert "no queue has an end" in gap.reason


@pytest.mark.parametrize("name", ["hours", "dwell"])
def test_published_hours_own_the_queue_of_a_place(
    make: Make, at: Callable[[Project], Any], name: str
) -> None:
    totals = {f"{name}_before": 48.0, f"{name}_after": 12.0}
    (streams, [gap]) = at(make("port", **FIGURES, **totals))
    assert streams == []
    assert gap.reason == f"not counted: {name} before and after holds the queue"


def test_published_speeds_own_the_queue_of_a_line(make: Make, at: Callable[[Project], Any]) -> None:
    given = {"line_traffic": 18.0, "line_capacity_before": 24.0, "line_capacity": 120.0}
    section = line(**given, operating_speed_before=33.0, operating_speed=60.0)
    (streams, [gap]) = at(make("rail", section=(section,)))
    assert streams == []
    assert "operating_speed before and after holds the queue" in gap.reason


def test_a_margin_that_counts_instead_takes_the_place() -> None:
    """By the pair that is declared: debt service in place of capital. A price of a gate declares it the same way."""
    old, new = (
        Stream(
            margin, "any", "direct", {("AAA", ""): Amount.sure(-1.0)}, "stays", 2030, "estimated", "made up"
        )
        for margin in ("capex", "debt_service")
    )
    assert without_replaced("it", [old]) == ([old], [])
    kept, [gap] = without_replaced("it", [old, new])
    assert kept == [new]
    assert gap == ("it", "capex", "not counted: debt service counts instead of it")
    claims = [Claim("it", "", margin, "any", "direct", "kind rail") for margin in ("capex", "debt_service")]
    with pytest.raises(Faults, match="which it replaces"):
        check_claims(claims, {"it": "rail"})
    for filled, left in (({("it", "debt_service")}, "debt_service"), (set(), "capex")):
        (claim,) = without_replaced_claims(claims, filled)
        assert claim.margin == left


def test_a_second_owner_of_a_queue_is_refused() -> None:
    (first,) = (
        claim._replace(item="it") for claim in claims_of_kind("port") if claim.margin == "queue_hours"
    )
    for other in (first._replace(by="the price of a gate"), first._replace(owner="equilibrium", by="limits")):
        with pytest.raises(Faults) as error:
            check_claims([first, other], {"it": "port"})
        assert any("queue_hours" in fault.place for fault in error.value.faults)


@pytest.mark.parametrize("name", ["queue_variability", "queue_value_of_time", "train_load"])
def test_its_parameters_move_it(make: Make, parameters: Parameters, name: str) -> None:
    item = make("rail", section=(line(line_traffic=18.0, line_capacity_before=24.0, line_capacity=120.0),))
    half = parameters.replace({name: 0.5 * parameters[name]})
    ([whole], _), ([less], _) = (queue_streams(item, one, one, one) for one in (parameters, half))
    assert less.total.central == pytest.approx(0.5 * whole.total.central)
