"""Corridor profiles: the steps of a way add up to the skims' totals, with and without changes of the network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from samarkand.analysis.corridors import corridor_profile
from samarkand.world.accounts.tables import load_accounts
from samarkand.world.freight.model import prepare_freight, skims_of
from samarkand.world.freight.path_finder import PathFinder
from samarkand.world.freight.skims import MODES, SEARCH_CLASSES, values_of_time
from samarkand.world.network.itinerary import Itinerary, Step, merged, reverse
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.tables import load_network
from samarkand.world.parameters import load_parameters
from toy import make_network

# Sums of a few hundred doubles in another order; ties between ways of one cost.
ROUNDING = 1e-6
PAIRS = [("CHN Chongqing", "DEU Hamburg"), ("KAZ Almaty", "RUS Moscow"), ("PAK Lahore", "CHN Ürümqi")]
UPGRADE = LinkChange(
    "faster", "upgrade", "rail", points=((45.25, 82.48), (46.95, 79.68), (47.22, 73.35)), hours_ratio=0.5
)
PORT = LinkChange("quicker", "port", "sea", target="CNSHA", hours_saved=6.0, usd_saved=20.0)


@pytest.mark.parametrize("changes", [(), (UPGRADE, PORT)], ids=["without", "with"])
@pytest.mark.parametrize("name", ["low", "high"])
def test_steps_add_up_to_the_skims(changes, name):
    network, parameters = load_network(), load_parameters()
    skims = skims_of(prepare_freight(network, parameters, load_accounts().economies), changes)
    ways = PathFinder(network, parameters, values_of_time(parameters)[SEARCH_CLASSES.index(name)], changes)
    for origin, destination in PAIRS:
        for mode in (
            MODES if name == "low" else ("road", "rail")
        ):  # by sea all take the way of the lowest value
            cell = skims["generalised_cost"].sel(
                vot_class=name, mode=mode, origin_city=origin, destination_city=destination
            )
            way = ways.find(origin, destination, mode)
            assert (way is None) == (not np.isfinite(float(cell)))
            if way is not None:
                assert way.generalised_cost == pytest.approx(float(cell), abs=ROUNDING)


def test_chongqing_to_hamburg_by_rail_names_its_borders_and_terminals():
    network, parameters = load_network(), load_parameters()
    way = PathFinder(network, parameters, values_of_time(parameters)[2]).find(
        "CHN Chongqing", "DEU Hamburg", "rail"
    )
    assert isinstance(way, Itinerary)
    kinds = [step.kind for step in way.steps]
    assert kinds.count("terminal") == 2
    assert way.steps[kinds.index("border")].name == "CHN - KAZ"  # the only way west that is open to trains
    assert 12 * 24 <= way.hours <= 14 * 24  # the published range of China-Europe trains
    rested = sum(step.waiting_hours for step in way.steps if step.kind == "border")
    assert rested == pytest.approx(way.hours - sum(s.moving_hours for s in way.steps) - 16.0)


def test_the_way_to_a_port_is_named_by_the_economy_that_the_port_lies_in():
    """The Georgian port stands 0.1 degrees off the road: 14 km within Georgia, though the city is in Azerbaijan."""
    network, parameters = make_network(), load_parameters()
    ports = network.ports.assign(terminal=-1)  # to the ship by road
    ports.loc[ports["id"] == "GEPTI", "lat"] += 0.1
    way = PathFinder(replace(network, ports=ports), parameters, 10.0).find("AZE Baku", "DEU Hamburg", "sea")
    assert way is not None
    assert [step.name for step in way.steps if step.kind == "access"] == ["GEO"]


def test_an_item_is_named_where_it_is_used():
    network, parameters = load_network(), load_parameters()
    ways = PathFinder(network, parameters, values_of_time(parameters)[2], (UPGRADE,))
    way = ways.find("CHN Ürümqi", "KAZ Astana", "rail")
    assert way is not None
    assert any("faster" in step.items for step in way.steps)


def test_unknown_city_and_unconnected_mode():
    network, parameters = load_network(), load_parameters()
    ways = PathFinder(network, parameters, 10.0)
    with pytest.raises(KeyError):
        ways.find("CHN Atlantis", "DEU Hamburg", "rail")
    assert ways.find("AUS Sydney", "DEU Hamburg", "rail") is None


def test_stretches_of_one_economy_are_one_step_and_reverse_is_its_own_inverse():
    steps = [
        Step("move", "rail", "KAZ", 10.0, 1.0, 0.0, 5.0, ("a",)),
        Step("move", "rail", "KAZ", 20.0, 2.0, 0.0, 6.0, ("b",)),
        Step("border", "rail", "KAZ - RUS", 0.0, 0.0, 3.0, 7.0),
        Step("border", "rail", "KAZ - RUS", 0.0, 0.0, 3.0, 7.0),  # two crossings stay two
    ]
    assert merged(steps)[0] == Step("move", "rail", "KAZ", 30.0, 3.0, 0.0, 11.0, ("a", "b"))
    assert len(merged(steps)) == 3
    assert reverse(steps)[0].name == "RUS - KAZ"
    assert reverse(reverse(steps)) == steps


def test_a_railway_that_a_programme_builds_names_the_economies_borders_and_gauge_on_it():
    """China-Kyrgyzstan-Uzbekistan: two CAREC borders of 40.6 h and US$215, a change of trains of 8 h and US$25.

    From Kashgar: from Shanghai a load goes on through Kazakhstan, whose railways cost less than the standard.
    """
    parameters = load_parameters()
    profile = corridor_profile(
        "eurasian-corridors", "CHN Kashgar", "UZB Samarkand", vot_class="low", year=2035
    )
    for way in (profile.with_, replace(profile.with_, steps=tuple(reverse(profile.with_.steps)))):
        rests = [step for step in way.steps if "cku-railway" in step.items and step.waiting_hours]
        names = [(step.kind, step.name) for step in rests]
        order = ["CHN - KGZ", "KGZ", "KGZ - UZB"]
        assert [name for _, name in names] in (order, ["UZB - KGZ", "KGZ", "KGZ - CHN"])
        assert [kind for kind, _ in names] == ["border", "gauge", "border"]
        border = (parameters["border_hours_carec_rail"], parameters["border_usd_carec_rail"])
        train = (parameters["terminal_hours"], parameters["terminal_fee"])
        for step, (hours, usd) in zip(rests, (border, train, border), strict=True):
            assert (step.waiting_hours, step.usd) == pytest.approx((hours, usd))
        assert "KGZ" in [step.name for step in way.steps if step.kind == "move"]
