"""Rates by rail by economy: the table against what was published, the rule by hand, and the links that have them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from samarkand.core.evidence import Evidence
from samarkand.world.economies.tables import load_economies
from samarkand.world.freight.mode_choice import EUROPEAN_UNION
from samarkand.world.freight.transit_payments import transit_surplus
from samarkand.world.network.rail_rates import (
    REGULATED,
    REVENUE,
    mean_rail_rate,
    rail_rates,
    revenue_name,
    tonne_rates,
)
from samarkand.world.network.tables import Network, land_costs, load_network, rate_at
from samarkand.world.network.transit_tariffs import transit_tariffs
from samarkand.world.parameters import load_parameters, table_names
from toy import make_network

DECLARED = load_parameters().replace({"own_rail_rates": 1.0})  # the variant
NAMES = table_names("rail_revenue.csv")
TON_MILE = 0.90718474 * 1.609344  # tonne-kilometres of a short ton carried a mile
# What was published and units of the currency for a dollar, written down from the sources: income over work.
PUBLISHED = {
    "usa": (0.0416 / 0.89 / TON_MILE, 1.0),
    "can": (0.0407, 1.3013),
    "mex": (14_363 / 1.069 / (16_830 / 1.057), 20.04),
    "rus": (1_454.5 / (2_491.9 * 1.04) / 0.55, 62.71),  # 45 per cent more of the whole for wagons
    "chn": (0.1551, 6.729),
    "ind": (1_600 / 903, 80.4),
    "pak": (28_000 / (5_037 * 12 / 9), 283.0),
    "europe": (0.0455 / 1.15, 0.949307),
    "ukr": (3.9 / 12.9, 28.2),
    "ken": (4.48, 117.9),
    "eth": (60.1 / (2.1 * 752.7), 1.0),
    "dji": (60.1 / (2.1 * 752.7), 1.0),
    "jpn": (167.4 / (1.5 * 12), 131.4589),
}


@pytest.fixture(scope="module")
def network() -> Network:
    return load_network()


def rail_usd(network: Network, **replaced: float) -> np.ndarray:
    return land_costs(network, "rail", DECLARED.replace(replaced)).usd


def ends_of(network: Network) -> np.ndarray:
    """Economies of the ends [2, link] of the open links of the railways."""
    costs = land_costs(network, "rail", DECLARED)
    return network.rail.nodes["economy"].astype(str).to_numpy(str)[np.array([costs.u, costs.v])]


TARIFFS = {"kaz", "mng", "geo"}  # as in the table of tariffs of transit


# -- the table


def test_each_figure_is_what_was_published_in_dollars() -> None:
    """Within half of the last of its three digits."""
    assert {REVENUE + code for code in PUBLISHED} == set(NAMES) - {REVENUE + code for code in TARIFFS}
    for code, (figure, per_dollar) in PUBLISHED.items():
        assert DECLARED[REVENUE + code] == pytest.approx(figure / per_dollar, abs=6e-5), code


def test_each_figure_has_its_source_address_and_day() -> None:
    for name in NAMES:
        figure = DECLARED.evidence(name)
        assert isinstance(figure, Evidence)
        assert figure.unit == "US$/t-km"
        assert figure.flag in ("verified", "derived")
        assert figure.address
        assert figure.read_on


def test_names_are_those_of_economies() -> None:
    codes = set(load_economies().index)
    assert {name.removeprefix(REVENUE).upper() for name in NAMES} - {"EUROPE"} <= codes
    assert codes >= REGULATED
    assert len(REGULATED) == 31
    assert {"CYP", "MLT"} == EUROPEAN_UNION - REGULATED  # which have no railways


def test_what_two_tables_say_of_a_railway_is_the_same() -> None:
    """Of Russia they differ: boxes in transit in 2007 there, all goods here."""
    rate = {row.economy.lower(): row.rate for row in transit_tariffs() if row.kind == "railway"}
    assert rate.keys() == TARIFFS | {"rus"}
    assert {code: DECLARED[REVENUE + code] for code in TARIFFS} == {code: rate[code] for code in TARIFFS}
    assert rate["rus"] < DECLARED["rail_revenue_rus"]


def test_links_cost_the_tariff_of_transit_where_what_is_left_of_it_is_paid() -> None:
    """Else the payment would be more than what shippers were charged above the cost of the service."""
    railways = {row.id: row for row in transit_tariffs() if row.kind == "railway"}
    for name in transit_surplus().keys() & railways.keys():
        row = railways[name]
        assert tonne_rates([row.economy], DECLARED) == [row.rate]


# -- the rule


def test_the_rate_by_hand() -> None:
    """Kazakhstan: 0.0235 US$ a tonne and kilometre, 17.9 t a load, 0.42065; Uzbekistan: none is published, 0.47."""
    assert rail_rates(["KAZ", "UZB"], DECLARED) == pytest.approx([0.0235 * 17.9, 0.47])
    half = DECLARED.replace({"own_rail_rates": 0.5, "rail_load": 20.0})
    assert rail_rates(["KAZ", "UZB"], half) == pytest.approx([(0.47 + 0.0235 * 20) / 2, 0.47])
    assert mean_rail_rate(["KAZ", "UZB"], DECLARED) == pytest.approx((0.42065 + 0.47) / 2)
    assert mean_rail_rate([], DECLARED) == 0.47


def test_members_of_the_group_have_its_mean() -> None:
    assert revenue_name("POL") == revenue_name("CHE") == "rail_revenue_europe"
    assert rail_rates(["POL"], DECLARED) == pytest.approx([0.0417 * 17.9])


# -- the links


def test_links_have_the_rate_of_the_economy_in_which_they_lie(network: Network) -> None:
    """Without fees: links that cross no border; with them, what a link across one has more than at the standard."""
    costs, ends = land_costs(network, "rail", DECLARED), ends_of(network)
    km = network.rail.links["km"].to_numpy(float)[costs.row]
    plain = (ends[0] == ends[1]) & ~network.rail.links["repair"].isin(
        [line.id for line in network.ferries]
    ).to_numpy()[costs.row]
    for code, rate in (("RUS", 0.0163 * 17.9), ("USA", 0.032 * 17.9), ("DEU", 0.0417 * 17.9), ("UZB", 0.47)):
        there = plain & (ends[0] == code)
        assert there.sum() > 10, code
        assert costs.usd[there] == pytest.approx(km[there] * rate)
    across = (np.sort(ends, axis=0) == np.array([["KAZ"], ["RUS"]])).all(axis=0)
    assert across.any()
    more = costs.usd - rail_usd(network, own_rail_rates=0.0)
    assert more[across] == pytest.approx(km[across] * ((0.0235 + 0.0163) / 2 * 17.9 - 0.47))


@pytest.mark.parametrize("name", NAMES)
def test_each_figure_moves_the_links_of_its_economies_alone(network: Network, name: str) -> None:
    before, after = rail_usd(network), rail_usd(network, **{name: 2 * DECLARED[name]})
    mine = np.vectorize(lambda code: revenue_name(code) == name)(ends_of(network)).any(axis=0)
    assert mine.any()
    assert ((before != after) <= mine).all()
    assert (after[mine] >= before[mine]).all()
    assert (after[mine] > before[mine]).any()


def test_without_own_rates_all_railways_cost_the_standard(network: Network) -> None:
    """The world of before: to the last digit, whatever railways earn."""
    assert (
        rail_usd(network, own_rail_rates=0.0) == rail_usd(network, own_rail_rates=0.0, rail_revenue_rus=1.0)
    ).all()
    costs, ends = land_costs(network, "rail", DECLARED.replace({"own_rail_rates": 0.0})), ends_of(network)
    km = network.rail.links["km"].to_numpy(float)[costs.row]
    inside = (ends == "RUS").all(axis=0)
    assert costs.usd[inside] == pytest.approx(0.47 * km[inside])


def test_a_link_of_the_users_keeps_its_own_rate() -> None:
    network = make_network()
    links = network.rail.links.assign(rate=np.nan)
    links.loc[0, "rate"] = 0.1  # Shanghai - Tianjin, 1,100 km
    changed = replace(network, rail=replace(network.rail, links=links))
    assert rail_usd(changed)[0] == pytest.approx(110.0)
    assert rail_usd(changed)[1:] == pytest.approx(rail_usd(network)[1:])


def test_a_new_line_has_the_rate_of_the_economy_in_which_it_begins(network: Network) -> None:
    economies = network.rail.nodes["economy"].astype(str).to_numpy(str)
    for code, rate in (("RUS", 0.0163 * 17.9), ("UZB", 0.47)):
        node = int(np.flatnonzero(economies == code)[0])
        assert rate_at(network, "rail", node, DECLARED) == pytest.approx(rate)
