"""Fuel that a plant displaces: beside hand sums."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from samarkand.programme.model.models import Project
from samarkand.world.economies.facts import Facts
from samarkand.world.parameters import Parameters
from samarkand.worth.electricity import displaced_fuel, electricity_streams

Make = Callable[..., Project]
COSTS = {
    "electricity_cost_oil": 100.0, "electricity_cost_gas": 75.0, "electricity_cost_coal": 46.0,
    "displaceable_share": 0.5,
}  # fmt: skip


def amounts(item: Project, facts: Facts, given: Parameters) -> dict[str, dict[str, float]]:
    found, _ = electricity_streams(item, facts, given, given, given)
    return {one.margin: {who[0]: amount.central for who, amount in one.amounts.items()} for one in found}


def test_the_dearest_fuel_is_displaced_first(facts: Facts) -> None:
    """Half of 1 TWh of oil, half of 4 of gas, then coal: 4 TWh displace 0.5, 2 and 1.5."""
    found = displaced_fuel("AAA", 4000.0, facts, COSTS)
    assert found.value == pytest.approx(0.5 * 100 + 2 * 75 + 1.5 * 46)
    assert found.left == 0
    cheap_oil = displaced_fuel("AAA", 4000.0, facts, {**COSTS, "electricity_cost_oil": 10.0})
    assert cheap_oil.value == pytest.approx(2 * 75 + 2 * 46)


def test_what_displaces_nothing_has_no_value(facts: Facts) -> None:
    """Of 10 TWh 0.5, 2 and 5 displace fuel, and 2.5 nothing."""
    found = displaced_fuel("AAA", 10_000.0, facts, COSTS)
    assert found.value == pytest.approx(0.5 * 100 + 2 * 75 + 5 * 46)
    assert found.left == pytest.approx(2500)
    assert displaced_fuel("BBB", 100.0, facts, COSTS) == (0.0, 100.0)


def test_a_plant_at_home_pays_for_its_own_fuel(make: Make, facts: Facts, parameters: Parameters) -> None:
    hydro, nuclear = (
        amounts(make("power_plant", fuel=fuel, generation=400.0), facts, parameters)["electricity_cost"][
            "AAA"
        ]
        for fuel in ("hydro", "nuclear")
    )
    assert hydro == pytest.approx(0.4 * parameters["electricity_cost_oil"])
    assert hydro - nuclear == pytest.approx(0.4 * parameters["electricity_cost_nuclear"])
    operated = make("power_plant", fuel="nuclear", generation=400.0, operating_cost=20.0)  # its fuel is in it
    assert amounts(operated, facts, parameters)["electricity_cost"]["AAA"] == pytest.approx(hydro)


def test_output_follows_from_capacity_where_none_is_published(
    make: Make, facts: Facts, parameters: Parameters
) -> None:
    found = amounts(make("power_plant", fuel="hydro", capacity=100.0), facts, parameters)
    known = make("power_plant", fuel="hydro", generation=8.76 * 100 * parameters["capacity_factor_hydro"])
    assert found["electricity_cost"]["AAA"] == pytest.approx(
        amounts(known, facts, parameters)["electricity_cost"]["AAA"]
    )


def test_what_is_sold_abroad_is_worth_its_price_and_the_sale_moves_nothing(
    make: Make, facts: Facts, parameters: Parameters
) -> None:
    """400 GWh, three quarters of them sold at US$ 50: 15 m, which the seller is paid."""
    item = make(
        "power_plant",
        fuel="hydro",
        generation=400.0,
        export_share=0.75,
        export_price=50.0,
        exported_to=("BBB", "CCC"),
    )
    found = amounts(item, facts, parameters)
    assert found["electricity_cost"] == pytest.approx({"AAA": 10.0, "BBB": 7.5, "CCC": 7.5})
    assert found["electricity_sales"] == pytest.approx({"AAA": 15.0, "BBB": -7.5, "CCC": -7.5})


def test_what_is_missing_is_named(make: Make, facts: Facts, parameters: Parameters) -> None:
    def said(**values: object) -> list[str]:
        item = make("power_plant", **values)
        return [gap.reason for gap in electricity_streams(item, facts, parameters, parameters, parameters)[1]]

    assert said(fuel="hydro") == ["not assessed: needs generation of the item"]
    assert said(fuel="mixed", capacity=5.0) == ["not assessed: needs generation of the item (fuel mixed)"]
    assert said(fuel="wind", generation=5.0, export_share=1.0) == [
        "exports not assessed: needs export_price, exported_to of the item"
    ]
    assert "displace no fuel of AAA" in said(fuel="wind", generation=10_000.0)[0]
    assert electricity_streams(make("rail"), facts, parameters, parameters, parameters) == ([], [])


def test_a_line_is_worth_what_it_displaces_less_what_it_costs_to_supply(
    make: Make, facts: Facts, parameters: Parameters
) -> None:
    """400 GWh at US$ 15 from BBB, a tenth lost, displace oil in AAA: 0.36 x 100 - 6 m; a price of US$ 50 moves 20 m."""
    item = make(
        "transmission_line", economies=("AAA", "BBB"), exported_from=("BBB",), exported_to=("AAA",),
        energy_carried=400.0, supply_cost=15.0, loss_share=0.1, export_price=50.0,
    )  # fmt: skip
    found = amounts(item, facts, parameters)
    assert found["electricity_cost"] == pytest.approx({"AAA": 0.36 * 100, "BBB": -6.0})
    assert found["electricity_sales"] == pytest.approx({"AAA": -20.0, "BBB": 20.0})
    unpriced = make(
        "transmission_line",
        exported_from=("BBB",),
        exported_to=("AAA",),
        energy_carried=400.0,
        supply_cost=15.0,
    )
    assert amounts(unpriced, facts, parameters) == pytest.approx(
        {"electricity_cost": pytest.approx({"AAA": 40.0, "BBB": -6.0})}
    )


def test_a_line_says_what_it_lacks(make: Make, facts: Facts, parameters: Parameters) -> None:
    item = make("transmission_line", energy_carried=400.0, exported_to=("AAA",))
    _, gaps = electricity_streams(item, facts, parameters, parameters, parameters)
    assert [gap.reason for gap in gaps] == ["not assessed: needs supply_cost, exported_from of the item"]
