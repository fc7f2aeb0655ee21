"""What a whole trade costs at home: the table of Doing Business, charged once at each end and never on the way."""

from __future__ import annotations

import numpy as np
import pytest

from samarkand.world.freight.border_compliance import border_compliance, compliance_costs
from samarkand.world.freight.model import prepare_freight
from samarkand.world.parameters import load_parameters
from toy import make_toy_world

COLUMNS = ("export_hours", "import_hours", "export_usd", "import_usd")


@pytest.fixture(scope="module")
def parameters():
    return load_parameters()


def test_kenya_and_zambia_by_hand(parameters) -> None:
    """Doing Business 2019: Kenya exports 16 h, US$ 143, imports 180 h, 833; Zambia 120 h, 370 and 120 h, 380.

    Without the 18 h and US$ 200 of a port of the network at each end: Kenya to Zambia 0 + 102 h, 0 + 180 US$; back
    102 + 162 h, 170 + 633 US$.
    """
    hours, usd = compliance_costs(("KEN", "ZMB"), parameters)
    assert hours.tolist() == [[0.0, 102.0], [102.0 + 162.0, 0.0]]
    assert usd.tolist() == [[0.0, 180.0], [170.0 + 633.0, 0.0]]


def test_nothing_inside_an_economy_or_a_customs_area(parameters) -> None:
    hours, usd = compliance_costs(("KAZ", "RUS", "DEU", "POL", "CHN"), parameters)
    for inside in ([0, 1], [2, 3], [4]):
        assert not hours[np.ix_(inside, inside)].any()
        assert not usd[np.ix_(inside, inside)].any()
    assert hours[0, 4] > 0


def test_an_economy_without_figures_has_the_median(parameters) -> None:
    figures = {name: np.median([getattr(row, name) for row in border_compliance()]) for name in COLUMNS}
    hours, _ = compliance_costs(("CUB", "KEN"), parameters)
    assert hours[0, 1] == figures["export_hours"] - 18 + 180 - 18


def test_port_figures_of_the_network_are_taken_out(parameters) -> None:
    more = parameters.replace({"port_hours_road": 30.0, "port_fee": 300.0})
    hours, usd = compliance_costs(("ZMB", "KEN"), more)
    assert (hours[0, 1], usd[0, 1]) == (120 - 30 + 180 - 30, 370 - 300 + 833 - 300)


def test_irregular_data_are_flagged() -> None:
    """The World Bank's statement of December 2020 on Doing Business 2018 and 2020 names four economies."""
    assert {row.economy for row in border_compliance() if row.irregular == "yes"} == {
        "ARE",
        "AZE",
        "CHN",
        "SAU",
    }


def test_all_routes_and_modes_bear_the_same(parameters) -> None:
    """The toy world: shares of modes do not depend on it, costs of economies rise by it to the last digit."""
    world = make_toy_world()
    model = prepare_freight(world.network, parameters, world.labels)
    costs = model.costs([])
    hours, cost = model.baseline.at_home
    means = model.baseline.means
    np.testing.assert_array_equal(costs["hours"].sel(state="without", variant="logsum"), means[2] + hours)
    np.testing.assert_array_equal(
        costs["generalised_cost"].sel(state="without", variant="logsum"), means[0] + cost
    )
    np.testing.assert_array_equal(costs["mode_share"].sel(state="without"), np.moveaxis(means[4:7], 0, -1))
