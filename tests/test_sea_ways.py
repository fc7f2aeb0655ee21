"""Where goods are offered the sea: the rule by hand, and on the network beside ways found step by step."""

from __future__ import annotations

import numpy as np
import pytest

from samarkand.world.accounts.tables import load_accounts
from samarkand.world.freight.mode_choice import VALUE_OF_REFERENCE
from samarkand.world.freight.model import prepare_freight, skims_of
from samarkand.world.freight.path_finder import PathFinder
from samarkand.world.freight.sea_choice import is_cheapest, is_sea_way
from samarkand.world.freight.skims import values_of_time
from samarkand.world.network.tables import load_network
from samarkand.world.parameters import load_parameters

# Coasts, inland cities of coastal economies, landlocked ones; and Sydney, where no land mode leads.
OFFERED = [
    ("CHN Chongqing", "DEU Hamburg"),
    ("CHN Shanghai", "DEU Hamburg"),
    ("RUS Moscow", "CHN Shanghai"),
    ("AUS Sydney", "DEU Hamburg"),
    ("ETH Addis Ababa", "CHN Shanghai"),
    ("UKR Odesa", "TUR Istanbul"),
]
CHEAPEST = [  # land is the longer part or half of it is not spared, and yet the way costs less than any by land alone
    ("KAZ Karagandy", "TUR Istanbul"),
    ("RUS Novosibirsk", "TUR Istanbul"),
]
NOT_OFFERED = [
    ("KAZ Almaty", "CHN Chongqing"),
    ("KAZ Almaty", "CHN Shanghai"),
    ("KAZ Almaty", "DEU Hamburg"),
    ("UZB Tashkent", "CHN Shanghai"),
    ("GBR London", "FRA Paris"),
    ("KAZ Kostanay", "RUS Vladivostok"),  # by lorry to a port of the Black Sea or the Baltic
]
PASSED = [  # the ship ends where the lorry or the train came through
    ("MEX Tijuana", "USA New York City"),
    ("MEX Mexicali", "USA Washington"),
    ("AUT Graz", "ITA Rome"),
]


def test_the_rule_by_hand():
    """Ways of 1,000 km; the land way costs 800 US$. Half at sea and half of the land haulage spared are enough."""
    parameters = load_parameters().replace({"sea_main_part": 0.5, "sea_land_part": 0.5})
    cases = [
        (500.0, 500.0, 400.0, 800.0, True),
        (499.0, 501.0, 100.0, 800.0, False),  # the land part is the longer one
        (900.0, 100.0, 401.0, 800.0, False),  # and here spares too little
        (100.0, 900.0, 700.0, np.inf, True),  # nothing but this leads there
        (np.inf, np.inf, np.inf, 800.0, False),
    ]
    *columns, expected = zip(*cases, strict=True)
    found = is_sea_way(*(np.array(column) for column in columns), parameters)
    assert found.tolist() == list(expected)
    lenient = parameters.replace({"sea_main_part": 0.4, "sea_land_part": 0.6})
    assert is_sea_way(*(np.array(column) for column in columns), lenient)[:3].all()


def test_the_cheapest_way_by_hand():
    """Karaganda to Istanbul, US$ a load with time at 10 US$ an hour: by rail over the Caspian 3,263 and 303 h,
    by rail to Novorossiysk and on by ship 2,169 and 161 h. Equal costs, and no way, are no cheaper way."""
    cost = np.array(
        [
            [2169 + 1610, 9000.0, 3263 + 3030],
            [900.0, 900.0, 950.0],
            [np.inf, np.inf, 1.0],
            [5.0, np.inf, np.inf],
        ]
    )
    assert is_cheapest(*cost.T).tolist() == [True, False, False, True]


@pytest.fixture(scope="module")
def model():
    return prepare_freight(load_network(), load_parameters(), load_accounts().economies)


def test_the_sea_is_offered_where_it_is_the_main_mode_and_spares_land_haulage_or_costs_least(model):
    """Kilometres and money of each step of the way, found by another search; the two agree on clear cases."""
    parameters = load_parameters()
    offered = skims_of(model)["sea_offered"]
    value = values_of_time(parameters)[0]
    ways = PathFinder(load_network(), parameters, value)
    economy_of = dict(zip(load_network().ports["name"], load_network().ports["economy"], strict=True))
    for pairs, expected, passed in (
        (OFFERED, True, False),
        (CHEAPEST, True, False),
        (NOT_OFFERED, False, False),
        (PASSED, True, True),
    ):
        for one, other in pairs:
            is_offered = bool(offered.sel(origin_city=one, destination_city=other))
            assert is_offered == (expected and not passed), (one, other)
            way = ways.find(one, other, "sea")
            assert way is not None
            at_sea = sum(step.km for step in way.steps if step.mode == "sea")
            paid = sum(step.usd for step in way.steps if step.mode != "sea" and step.kind != "port")
            land = [found for mode in ("road", "rail") if (found := ways.find(one, other, mode))]
            by_land = [found.usd for found in land]
            costs = [
                sum(
                    step.usd + VALUE_OF_REFERENCE * (step.moving_hours + step.waiting_hours)
                    for step in found.steps
                )
                for found in (way, *land)
            ]
            least = costs[0] < min(costs[1:], default=np.inf)
            main = at_sea >= parameters["sea_main_part"] * way.km
            spares = paid <= parameters["sea_land_part"] * min(by_land, default=np.inf)
            assert ((main and spares) or least or not by_land) == expected, (one, other)
            if pairs is CHEAPEST:
                assert least, (one, other)
                assert not (main and spares), (one, other)
            at = [number for number, step in enumerate(way.steps) if step.kind == "port"]
            port = [economy_of[way.steps[number].name] for number in at]
            crossed = [
                {step.name for step in land if step.kind == "move"} - {home[:3]}
                for land, home in ((way.steps[: at[0]], one), (way.steps[at[1] :], other))
            ]
            if expected:
                assert (port[1] in crossed[0] or port[0] in crossed[1]) == passed, (one, other)


def test_it_is_offered_both_ways_alike_and_nowhere_within_a_city(model):
    offered = skims_of(model)["sea_offered"].to_numpy()
    assert np.array_equal(offered, offered.T)
    assert not np.diag(offered).any()
    assert 0.5 < offered.mean() < 1.0
    # What is offered has a way, and only that is chosen.
    pairs, sea = model.baseline.pairs, 2
    assert np.isfinite(pairs.usd[pairs.by_sea][:, sea, 0]).all()
    assert ((model.baseline.term[:, :, sea] > 0).all(axis=1) == pairs.by_sea).all()
