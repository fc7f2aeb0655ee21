"""Vehicles and accidents, visas, early warning, energy saved and electricity not served: beside hand sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from samarkand.core.evidence import Evidence
from samarkand.core.gaps import Gap
from samarkand.programme.model.models import Point, Project, Section
from samarkand.world.economies.facts import Facts
from samarkand.world.parameters import Parameters
from samarkand.worth.early_warning import warning_streams
from samarkand.worth.electricity import electricity_streams
from samarkand.worth.streams import Stream
from samarkand.worth.vehicles import vehicle_streams
from samarkand.worth.visas import visa_streams

Make = Callable[..., Project]
Found = tuple[list[Stream], list[Gap]]


@pytest.fixture
def line(make: Make) -> Make:
    """A railway of 200 km in service, with a million passengers."""
    ends = tuple(Point(name=name, latitude=40, longitude=70) for name in ("A", "B"))
    length = Evidence(value=200, unit="km", source="made up", flag="assumed")
    section = (Section(effect="new", points=ends, length=length),)
    return partial(make, "rail", section=section, status="in_service", passengers=1e6)


def money(found: Found) -> dict[str, dict[tuple[str, str], float]]:
    streams, _ = found
    return {one.margin: {who: amount.central for who, amount in one.amounts.items()} for one in streams}


def reasons(found: Found) -> Sequence[str]:
    return [gap.reason for gap in found[1]]


def test_passengers_who_leave_cars_by_hand(line: Make, facts: Facts, parameters: Parameters) -> None:
    """Half of 0.8 m came from cars with two people each: 40 m vehicle-km at 0.12 US$ less 80 m passenger-km at 0.03.

    Twenty deaths a thousand million vehicle-km: 0.8 of a death, at 70 x 10,000 x (1 + 10 x 0.25) = 2.45 m US$,
    at 190 bn US$ for 19 m people.
    """
    ends = (parameters,) * 3
    saved = money(vehicle_streams(line(from_cars_share=0.5, diverted_share=0.8), facts, *ends))
    assert saved["vehicle_cost"]["AAA", ""] == pytest.approx(40 * 0.12 + 0.8 * 2.45 - 80 * 0.03)
    own = line(from_cars_share=0.5, diverted_share=0.8, operating_cost=5.0)  # holds the trains
    assert money(vehicle_streams(own, facts, *ends))["vehicle_cost"]["AAA", ""] == pytest.approx(
        40 * 0.12 + 1.96
    )
    short = line(from_cars_share=0.5, diverted_share=0.8, journey_length=100.0)
    half = money(vehicle_streams(short, facts, *ends))["vehicle_cost"]["AAA", ""]
    assert half == pytest.approx(saved["vehicle_cost"]["AAA", ""] / 2)
    assert reasons(vehicle_streams(line(), facts, *ends)) == [
        "not assessed: needs from_cars_share of the item"
    ]


def test_lives_that_a_road_saves_by_hand(make: Make, facts: Facts, parameters: Parameters) -> None:
    ends = (parameters,) * 3
    road = make("road", road_deaths_before=30.0, road_deaths_after=10.0)
    assert money(vehicle_streams(road, facts, *ends))["vehicle_cost"]["AAA", ""] == pytest.approx(20 * 2.45)
    assert reasons(vehicle_streams(make("road", road_deaths_before=30.0), facts, *ends)) == [
        "not assessed: needs road_deaths_after of the item"
    ]
    elsewhere = make("road", economies=("BBB",), road_deaths_before=30.0, road_deaths_after=10.0)
    found = vehicle_streams(elsewhere, facts, *ends)
    assert not found[0]
    assert reasons(found) == ["not assessed in BBB: population of the economy"]


def test_the_end_of_a_visa_by_hand(make: Make, facts: Facts, parameters: Parameters) -> None:
    """100,000 came before and 25,000 come anew: eight hours at 0.3 of 5.5 US$ each, these in half.

    Of 40 US$ of a fee those before keep 4 m, which the hosts lose; those who come anew gain half of it.
    """
    given = {
        "regime": "visa_free",
        "travellers_from": ("AAA",),
        "travellers_to": ("BBB",),
        "trips_before": 100e3,
    }
    ends = (parameters,) * 3
    hours = 0.1125 * 8 * 0.3 * 5.5
    free = visa_streams(make("visa_regime", **given), facts, *ends)
    assert money(free) == {"journeys": {("AAA", ""): pytest.approx(hours)}}
    assert reasons(free) == ["without the fee: needs visa_fee_before of the item"]
    paid = money(visa_streams(make("visa_regime", visa_fee_before=40.0, **given), facts, *ends))
    assert paid["journeys"]["AAA", ""] == pytest.approx(hours + 0.025 * 40 / 2)
    assert paid["tax"] == {
        ("AAA", "travellers"): pytest.approx(4.0),
        ("BBB", "government"): pytest.approx(-4.0),
    }
    none = make("visa_regime", **{name: one for name, one in given.items() if name != "trips_before"})
    assert reasons(visa_streams(none, facts, *ends)) == ["not assessed: needs trips_before of the item"]
    simpler = make("visa_regime", **{**given, "regime": "electronic_visa"})
    assert "the end of the visa" in reasons(visa_streams(simpler, facts, *ends))[0]


def test_losses_that_a_warning_averts_by_hand(make: Make, parameters: Parameters) -> None:
    ends = (parameters,) * 3
    item = make("early_warning", economies=("AAA", "BBB"), expected_loss=40.0, reached_share=0.5)
    assert money(warning_streams(item, *ends))["hazard_loss"] == {
        ("AAA", ""): pytest.approx(1.5), ("BBB", ""): pytest.approx(1.5),
    }  # fmt: skip
    assert reasons(warning_streams(make("early_warning"), *ends)) == [
        "not assessed: needs expected_loss of the item"
    ]


def test_energy_that_a_renewal_saves_by_hand(make: Make, facts: Facts, parameters: Parameters) -> None:
    """Electricity displaces the dearest fuel first, half of 1 TWh of oil; heat saves the gas that made it."""
    ends = (parameters,) * 3
    power = money(electricity_streams(make("retrofit", energy_saving=600.0), facts, *ends))
    assert power["electricity_cost"]["AAA", ""] == pytest.approx(0.5 * 100 + 0.1 * 75)
    heat = money(electricity_streams(make("retrofit", energy_saving=600.0, saved_as="heat"), facts, *ends))
    assert heat["electricity_cost"]["AAA", ""] == pytest.approx(0.6 * 75 * 0.55)
    assert reasons(electricity_streams(make("retrofit"), facts, *ends)) == [
        "not assessed: needs energy_saving of the item"
    ]


def test_a_unit_of_electricity_is_served_or_displaces_fuel(
    make: Make, facts: Facts, parameters: Parameters
) -> None:
    """A tenth of the hours are short: a tenth of 1,000 GWh at 700 US$/MWh, the rest displaces oil and then gas."""
    ends = (parameters,) * 3
    plant = make("power_plant", fuel="hydro", generation=1000.0, shortage_hours=876.0)
    found = money(electricity_streams(plant, facts, *ends))
    assert found["unserved_energy"]["AAA", ""] == pytest.approx(0.1 * 700)
    assert found["electricity_cost"]["AAA", ""] == pytest.approx(0.5 * 100 + 0.4 * 75)
    wire = make(
        "transmission_line", energy_carried=1000.0, supply_cost=20.0, exported_from=("BBB",), exported_to=("AAA",),
        shortage_hours=876.0,
    )  # fmt: skip
    found = money(electricity_streams(wire, facts, *ends))
    assert found["unserved_energy"]["AAA", ""] == pytest.approx(0.1 * 700)
    assert found["electricity_cost"]["BBB", ""] == pytest.approx(-20)


MOVES = {
    "rail": ("car_running_cost", "car_occupancy", "train_running_cost", "road_deaths", "value_of_life",
             "value_of_injury", "injuries_per_death"),
    "visa_regime": ("visa_journeys_growth", "visa_hours"),
    "early_warning": ("warning_cut",),
    "power_plant": ("value_of_lost_load",),
    "retrofit": ("heat_fuel_share",),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in MOVES.items() for name in names])
def test_every_parameter_moves_it(
    line: Make, make: Make, facts: Facts, parameters: Parameters, kind: str, name: str
) -> None:
    items = {
        "rail": line(from_cars_share=0.5),
        "visa_regime": make("visa_regime", regime="visa_free", travellers_from=("AAA",), travellers_to=("BBB",),
                            trips_before=1e5, visa_fee_before=40.0),
        "early_warning": make("early_warning", expected_loss=40.0),
        "power_plant": make("power_plant", fuel="hydro", generation=1000.0, shortage_hours=876.0),
        "retrofit": make("retrofit", energy_saving=600.0, saved_as="heat"),
    }  # fmt: skip

    def all_of(given: Parameters) -> list[dict[str, dict[tuple[str, str], float]]]:
        ends, item = (given,) * 3, items[kind]
        found = (vehicle_streams(item, facts, *ends), visa_streams(item, facts, *ends),
                 electricity_streams(item, facts, *ends), warning_streams(item, *ends))  # fmt: skip
        return [money(one) for one in found]

    assert all_of(parameters.replace({name: 0.9 * parameters[name]})) != all_of(parameters)
