"""Greenhouse gases in the value of an item: with and without them, beside sums by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from samarkand.engines.project_values import calc_present_value
from samarkand.priorities.environment.paths import PATHS, TITLES
from samarkand.programme.model.models import Project
from samarkand.world.economies.facts import Facts
from samarkand.world.parameters import Parameters
from samarkand.worth.carbon import carbon_of
from samarkand.worth.electricity import electricity_streams
from samarkand.worth.item_worth import ItemWorth
from samarkand.worth.life import life_of
from samarkand.worth.rows import rows_of

RATE = 0.09
FLAT = {"grid_decarbonisation": 0.0, "ramp_up_years": 0.0, "carbon_price_world_bank_low": 50.0}


def worth_of(item: Project, facts: Facts, parameters: Parameters) -> ItemWorth:
    streams, gaps = electricity_streams(item, facts, parameters, parameters, parameters)
    life = life_of(item, parameters)
    carbon = carbon_of(item, life, facts, parameters)
    return ItemWorth(item, life, tuple(streams), {}, {}, {}, tuple(gaps), parameters, None, carbon)


@pytest.fixture
def facts(facts: Facts) -> Facts:
    """With a total of power, so that the mix of fuels is known."""
    total = {"economy": "AAA", "variable": "electricity_total", "value": 15.0}
    more = pd.DataFrame([{**facts.table.iloc[0].to_dict(), **total}])
    return Facts(pd.concat([facts.table, more], ignore_index=True), 2022)


@pytest.fixture
def wind(make: Callable[..., Project]) -> Project:
    return make("power_plant", fuel="wind", generation=1000.0)


def test_gases_by_hand(wind: Project, facts: Facts, parameters: Parameters) -> None:
    """1,000 GWh displace 500 of oil (half of 1 TWh) and 500 of gas; 50 US$ a tonne in each of 25 years of service.

    Building it: 11 g of a whole life for each of 25,000 GWh, over four years.
    """
    given = parameters.replace(FLAT)
    one = worth_of(wind, facts, given)
    tonnes = 500 * given["combustion_oil"] + 500 * given["combustion_gas"]
    flow = one.carbon.flows["world_bank_low"]["central"]
    assert flow[:4] == pytest.approx(-1e-6 * 50 * given["life_cycle_wind"] * 25_000 / 4)
    assert one.carbon.building_is_known
    assert flow[4:] == pytest.approx(1e-6 * 50 * tonnes)
    assert len(flow) == 4 + 25


def test_with_carbon_is_without_it_and_the_gases_once(
    wind: Project, facts: Facts, parameters: Parameters
) -> None:
    one = worth_of(wind, facts, parameters)
    without = one.values(RATE)
    for name in PATHS:
        gases = calc_present_value(one.carbon.flows[name]["central"], RATE)
        assert gases > 0
        with_ = one.values(RATE, carbon=name)
        assert with_.net.central == pytest.approx(without.net.central + gases, rel=1e-12)
        assert with_.net.low < with_.net.central < with_.net.high
        assert with_.benefit_cost_ratio > without.benefit_cost_ratio
        assert one.rate_of_return(carbon=name).value > one.rate_of_return().value
    low, high = (one.values(RATE, carbon=f"world_bank_{end}").net.central for end in ("low", "high"))
    assert low < high
    np.testing.assert_array_equal(one.flows(), one.flows(carbon=""))
    priced = worth_of(wind, facts, parameters.replace({"carbon_price_eib": 500.0}))
    assert priced.values(RATE) == without  # no price of gases is in what is without them


def test_a_coal_plant_emits_and_a_railway_says_where_its_gases_are(
    make: Callable[..., Project], facts: Facts, parameters: Parameters
) -> None:
    """15 TWh of coal power displace 0.5, 2 and 5 TWh and emit more; a line is laid on the network elsewhere."""
    coal = worth_of(make("power_plant", fuel="coal", generation=15_000.0), facts, parameters)
    assert coal.carbon.flows["eib"]["central"][-1] < 0
    assert coal.values(RATE, carbon="eib").net.central < coal.values(RATE).net.central
    line = worth_of(make("rail"), facts, parameters)
    assert not line.carbon.flows
    assert "samarkand carbon" in line.carbon.reason
    assert (
        carbon_of(make("rail", opening=None), None, facts, parameters).reason
        == "no date of opening is published"
    )


def test_the_ledger_has_the_gases_apart(wind: Project, facts: Facts, parameters: Parameters) -> None:
    """Rows by path are the flows with the gases less those without; a railway has none."""
    one = worth_of(wind, facts, parameters)
    rows = rows_of(one)
    gases = rows[rows["margin"] == "emissions"]
    for path, title in TITLES.items():
        mine = gases[gases["case"] == title].set_index("year")["central"]
        flows = pd.Series(one.flows(carbon=path) - one.flows(), list(one.life.years))
        np.testing.assert_allclose(mine.reindex(flows.index, fill_value=0.0), flows, rtol=1e-9, atol=1e-9)
    assert set(gases["economy"]) == {""}
