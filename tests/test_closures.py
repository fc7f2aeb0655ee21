"""Closures by name: what they close, what they leave, and every bad name at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from samarkand.core.faults import Faults
from samarkand.planning import corridor_profile
from samarkand.world.freight.path_finder import PathFinder
from samarkand.world.network.chokepoints import chokepoints
from samarkand.world.network.disruptions import (
    close,
    every_closure,
    find_closures,
    read_closure_file,
)
from samarkand.world.network.tables import load_network
from samarkand.world.parameters import load_parameters

# Shanghai-Rotterdam by sea: 19,507 km by Suez, 24,955 km without it, on the raw graph of searoute (as measured when
# the sea graph was chosen); 3 % for the way to the graph and its simplification.
BY_SUEZ, WITHOUT_SUEZ = 19507, 24955


def sea_km(
    closed: tuple[str, ...],
    origin: str = "CHN Shanghai",
    destination: str = "NLD Rotterdam",
    tolls: float = 0.0,
) -> float:
    network, parameters = load_network(), load_parameters().replace({"canal_tolls": tolls})
    ways = PathFinder(close(network, find_closures(closed, network)), parameters, 1.0)
    way = ways.find(origin, destination, "sea")
    assert way is not None
    return sum(step.km for step in way.steps if step.mode == "sea")


def test_suez_closed_lengthens_the_way_to_europe():
    assert sea_km(()) == pytest.approx(BY_SUEZ, rel=0.03)
    assert sea_km(("suez",)) == pytest.approx(WITHOUT_SUEZ, rel=0.03)
    assert sea_km(("suez", "panama")) > sea_km(("suez",))


def test_suez_closed_ships_go_round_the_cape_and_not_by_panama_as_in_2024():
    """By Panama it is a little shorter; its toll turns the scale. With Suez open its toll turns nothing."""
    assert sea_km(("suez",), tolls=1.0) == sea_km(("suez", "panama"), tolls=1.0) == sea_km(("suez", "panama"))
    assert sea_km((), tolls=1.0) == sea_km(())


@pytest.mark.parametrize("row", chokepoints(), ids=lambda row: row.id)
def test_every_chokepoint_closes_links_of_the_sea(row):
    closures = find_closures([row.id], load_network())
    assert closures.links["sea"]
    assert not closures.ports


def test_a_closed_border_is_on_no_way():
    network = load_network()
    closed = close(network, find_closures(["border:CHN-KAZ:rail"], network))
    ways = PathFinder(closed, load_parameters(), 20.0)
    way = ways.find("CHN Chongqing", "DEU Hamburg", "rail")
    assert way is not None
    borders = [step.name for step in way.steps if step.kind == "border"]
    assert "CHN - KAZ" not in borders
    assert (
        way.hours
        > PathFinder(network, load_parameters(), 20.0).find("CHN Chongqing", "DEU Hamburg", "rail").hours
    )


def test_closing_changes_nothing_of_the_open_network_and_adds_up():
    network = load_network()
    one = close(network, find_closures(["port:CNSHA"], network))
    both = close(one, find_closures(["port:CNNGB"], network))
    assert "closed" not in network.ports
    assert int(one.ports["closed"].sum()) == 1
    assert int(both.ports["closed"].sum()) == 2
    assert np.array_equal(both.ports["id"], network.ports["id"])


def test_a_port_is_closed_by_its_name_unless_several_have_it():
    network = load_network()
    ports = network.ports
    name = str(ports.loc[ports["id"] == "CNSHA", "name"].iloc[0])
    assert (
        find_closures([f"port:{name.upper()}"], network).ports == find_closures(["port:CNSHA"], network).ports
    )
    twins = replace(network, ports=ports.assign(name=ports["name"].replace({ports["name"].iloc[0]: name})))
    with pytest.raises(Faults, match="the name of several ports") as caught:
        find_closures([f"port:{name}"], twins)
    assert {"port:CNSHA", f"port:{ports['id'].iloc[0]}"} <= set(
        caught.value.faults[0].mend[:-1].replace(",", "").split()
    )
    assert find_closures(["port:CNSHA"], twins).ports == find_closures(["port:CNSHA"], network).ports


def test_a_new_railway_across_a_closed_border_is_closed_too():
    ends = ("eurasian-corridors", "CHN Shanghai", "UZB Samarkand")
    open_way = corridor_profile(*ends, vot_class="low", year=2035)
    assert any("cku-railway" in step.items for step in open_way.with_.steps)
    closed = corridor_profile(*ends, vot_class="low", year=2035, closures=["border:CHN-KGZ"])
    assert not any("cku-railway" in step.items for step in closed.with_.steps)


def test_every_wrong_name_is_its_own_fault():
    names = ["suex", "border:KAZ-USA", "border:KAZ-CHN:air", "crossing:nowhere", "port:XXXXX", "ferry:charon",
             "link:road:999999999", "link:air:1", "link:road:x", "tunnel:1", "port:"]  # fmt: skip
    with pytest.raises(Faults) as caught:
        find_closures(names, load_network())
    places = {fault.place for fault in caught.value.faults}
    assert places == {f"closures {name}" for name in names}
    assert all(fault.mend for fault in caught.value.faults)


def test_a_file_of_closures(tmp_path):
    path = tmp_path / "closed.txt"
    path.write_text("# a blockade\nsuez\n\nport:CNSHA  # and a strike\n")
    assert read_closure_file(path) == ("suez", "port:CNSHA")
    path.write_text("# nothing\n")
    with pytest.raises(Faults, match="names nothing"):
        read_closure_file(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Faults, match="is not text"):
        read_closure_file(path)
    with pytest.raises(Faults, match="cannot be read"):
        read_closure_file(tmp_path)


def test_every_single_closure_can_be_found():
    network = load_network()
    names = every_closure(network)
    assert {"suez", "border:CHN-KAZ"} <= set(names)
    assert all(find_closures([name], network) for name in names)


def test_a_profile_tells_all_that_is_wrong_with_its_question():
    with pytest.raises(Faults) as caught:
        corridor_profile(
            "eurasian-corridors", "Atlantis", "Hamburg", mode="air", vot_class="none", closures=["x"]
        )
    assert len(caught.value.faults) == 4
    with pytest.raises(Faults, match="is one city"):
        corridor_profile("eurasian-corridors", "Hamburg", "DEU Hamburg")
