"""The sea is not offered where the ship ends in an economy that the land part crosses: on the toy network, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from samarkand.world.freight.model import prepare_freight, skims_of
from samarkand.world.network.tables import Network
from samarkand.world.parameters import load_parameters
from toy import ECONOMIES, make_network

P = load_parameters()


def offered(network: Network, one: str, other: str) -> bool:
    skims = skims_of(prepare_freight(network, P, ECONOMIES))
    there, back = (
        bool(skims["sea_offered"].sel(origin_city=a, destination_city=b))
        for a, b in ((one, other), (other, one))
    )
    assert there == back
    return there


def of_economy(network: Network, port: str, economy: str) -> Network:
    """The network with a port in another economy."""
    ports = network.ports.copy()
    ports.loc[ports["id"] == port, "economy"] = economy
    return replace(network, ports=ports)


def test_a_landlocked_economy_uses_the_port_of_its_neighbour():
    """Baku by Poti to Hamburg: Azerbaijan and Georgia are crossed, the ship ends in Germany."""
    assert offered(make_network(), "AZE Baku", "DEU Hamburg")


@pytest.mark.parametrize(("economy", "expected"), [("GEO", False), ("AZE", True), ("DEU", True)])
def test_no_ship_ends_where_the_way_by_land_came_through(economy, expected):
    """The port of Hamburg in Georgia, which the way to Poti crosses; in Azerbaijan, where the goods are at home."""
    assert offered(of_economy(make_network(), "DEHAM", economy), "AZE Baku", "DEU Hamburg") == expected


def test_coasts_of_one_economy_are_joined_by_sea():
    """Tianjin and Shanghai: the ship ends in China, where the goods are at home."""
    assert offered(make_network(), "CHN Tianjin", "CHN Shanghai")
