"""Hours of passengers: beside hand sums."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from samarkand.core.evidence import Evidence
from samarkand.programme.model.models import Project
from samarkand.world.economies.facts import Facts
from samarkand.world.parameters import Parameters
from samarkand.worth.life import life_of
from samarkand.worth.passengers import passenger_streams

Make = Callable[..., Project]
TRIPS = {"passengers": 1e6, "passenger_hours_before": 5.0, "passenger_hours_after": 3.0}


def streams(item: Project, facts: Facts, given: Parameters) -> dict[str, dict[tuple[str, str], float]]:
    found, _ = passenger_streams(item, facts, given, given, given)
    return {one.margin: {who: amount.central for who, amount in one.amounts.items()} for one in found}


def test_hours_by_hand(make: Make, facts: Facts, parameters: Parameters) -> None:
    """A million passengers of an open line save two hours each. Wage: 0.55 x 190 bn / (10 m x 1,900 h) = 5.5 US$/h.

    Half on business: (0.5 x 1.33 + 0.5 x 0.3) 5.5 = 4.4825 US$/h. 60 % travelled before: 0.6 + 0.4 / 2 = 0.8.
    """
    item = make("rail", status="in_service", business_share=0.5, diverted_share=0.6, **TRIPS)
    assert streams(item, facts, parameters)["passenger_hours"]["AAA", ""] == pytest.approx(2 * 0.8 * 4.4825)


def test_a_forecast_of_a_railway_is_cut_and_one_of_a_road_is_not(
    make: Make, facts: Facts, parameters: Parameters
) -> None:
    open_, planned = (
        streams(make("rail", status=status, **TRIPS), facts, parameters)["passenger_hours"]["AAA", ""]
        for status in ("in_service", "construction")
    )
    road = streams(make("road", status="construction", **TRIPS), facts, parameters)["passenger_hours"]
    assert planned == pytest.approx(parameters["rail_forecast_use"] * open_)
    assert road["AAA", ""] == pytest.approx(open_)


def test_two_economies_have_half_of_the_passengers_each_at_their_own_wage(
    make: Make, facts: Facts, parameters: Parameters
) -> None:
    one = streams(make("road", **TRIPS), facts, parameters)["passenger_hours"]["AAA", ""]
    both = streams(make("road", economies=("AAA", "BBB"), **TRIPS), facts, parameters)["passenger_hours"]
    assert both["AAA", ""] == pytest.approx(one / 2)
    assert both["BBB", ""] == pytest.approx(one / 20)


def test_a_fare_moves_nothing_but_the_split(make: Make, facts: Facts, parameters: Parameters) -> None:
    free = streams(make("road", **TRIPS), facts, parameters)
    paid = streams(
        make("road", passenger_fare_before=1.0, passenger_fare_after=4.0, **TRIPS), facts, parameters
    )
    assert paid["passenger_hours"] == free["passenger_hours"]
    assert paid["fare"] == {("AAA", "passengers"): -3.0, ("AAA", "operator"): 3.0}  # US$ m


def test_longer_hours_of_work_lower_the_value_of_an_hour(
    make: Make, facts: Facts, parameters: Parameters
) -> None:
    """Of the range of hours worked alone: the low value is that of the longest hours."""
    short, long = ({**parameters, "hours_worked": hours} for hours in (1700.0, 2300.0))
    (stream,), _ = passenger_streams(make("road", **TRIPS), facts, short, parameters, long)
    low, central, high = stream.amounts["AAA", ""]
    assert low == pytest.approx(central * 1900 / 2300)
    assert high == pytest.approx(central * 1900 / 1700)


def test_what_is_missing_is_named(make: Make, facts: Facts, parameters: Parameters) -> None:
    _, gaps = passenger_streams(make("rail", passengers=1e6), facts, parameters, parameters, parameters)
    assert [gap.reason for gap in gaps] == [
        "not assessed: needs passenger_hours_before, passenger_hours_after of the item"
    ]
    elsewhere = make("road", economies=("CCC",), **TRIPS)
    found, gaps = passenger_streams(elsewhere, facts, parameters, parameters, parameters)
    assert not found
    assert "not assessed in CCC: gdp_2022, labour_force, unemployment_rate" in gaps[0].reason
    freight = make("rail", traffic="freight", **TRIPS)
    assert passenger_streams(freight, facts, parameters, parameters, parameters) == ([], [])


@pytest.mark.parametrize(
    "name", ["wage_share", "hours_worked", "value_of_work_time", "value_of_other_time", "business_share",
             "diverted_share", "rail_forecast_use"],
)  # fmt: skip
def test_every_parameter_moves_it(make: Make, facts: Facts, parameters: Parameters, name: str) -> None:
    item = make("rail", **TRIPS)
    other = parameters.replace({name: 0.9 * parameters[name]})
    assert streams(item, facts, other) != streams(item, facts, parameters)


def test_published_ranges_of_the_item_enter_its_range(
    make: Callable[..., Project], facts: Facts, parameters: Parameters
) -> None:
    """One million passengers, 0.8 to 1.5, save five hours, four where the journey after takes longest: low is 0.8 x
    4 / 5 and high 1.5 x 1 of the ends that the parameters give; the central value stays."""
    ends = [
        dict(zip(parameters, one, strict=True))
        for one in zip(*(parameters.evidence(name).ends for name in parameters), strict=True)
    ]

    def figure(value: float, *ends: float) -> Evidence:
        low, high = ends or (None, None)
        return Evidence(value=value, low=low, high=high, unit="1", source="made up", flag="assumed")

    common = {"passenger_hours_before": figure(8)}
    plain = make("rail", passengers=figure(1e6), passenger_hours_after=figure(3), **common)
    ranged = make(
        "rail", passengers=figure(1e6, 0.8e6, 1.5e6), passenger_hours_after=figure(3, 3, 4), **common
    )
    ((one,), _), ((other,), _) = (passenger_streams(item, facts, *ends) for item in (plain, ranged))
    assert other.total.central == one.total.central
    assert other.total.low == pytest.approx(one.total.low * 0.8 * 4 / 5, rel=1e-12)
    assert other.total.high == pytest.approx(one.total.high * 1.5, rel=1e-12)


def test_a_published_range_of_the_cost_enters_too(
    make: Callable[..., Project], parameters: Parameters
) -> None:
    """1,000 m, up to 1,300 and no less than 900, at economic prices of 0.9 in four years; its upkeep with it."""
    dear = make(
        "rail", capex=Evidence(value=1000, low=900, high=1300, unit="US$ m", source="made up", flag="assumed")
    )
    life = life_of(dear, parameters)
    assert life is not None
    assert life.costs()[[0, 4]] == pytest.approx([225, 18])
    assert life.costs("low")[[0, 4]] == pytest.approx([225 * 1.3, 18 * 1.3])
    assert life.costs("high")[[0, 4]] == pytest.approx([225 * 0.9, 18 * 0.9])
