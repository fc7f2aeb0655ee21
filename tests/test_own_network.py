"""Networks that lack a part, or have figures of their own: what the rest of the model makes of them, by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

import samarkand as sk
from samarkand.analysis.corridors import corridor_profile
from samarkand.analysis.flows import freight
from samarkand.planning.stress import stress_test
from samarkand.programme import Programme
from samarkand.session import Session
from samarkand.world.freight.model import prepare_freight
from samarkand.world.network.disruptions import every_closure
from samarkand.world.network.tables import LandTables, Network
from samarkand.world.world import World
from toy import FERRY, make_toy_world, toy_programme

WORLD = make_toy_world()
YEAR = 2035


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


def without_rail(network: Network) -> Network:
    rail = network.rail
    return replace(
        network,
        rail=LandTables(rail.nodes[:0], rail.links[:0], rail.crossings[:0]),
        terminals=network.terminals[:0],
        ports=network.ports.assign(terminal=-1),
    )


def without_sea(network: Network) -> Network:
    return replace(
        network, sea_nodes=network.sea_nodes[:0], sea_links=network.sea_links[:0], ports=network.ports[:0]
    )


def within(network: Network, *economies: str) -> Network:
    return replace(network, cities=network.cities[network.cities["iso3"].isin(economies)])


LESS = {
    "no railways": without_rail(WORLD.network),
    "no sea": without_sea(WORLD.network),
    "no ports": replace(WORLD.network, ports=WORLD.network.ports[:0]),
    "roads alone": without_sea(without_rail(WORLD.network)),
    "no chokepoints": replace(WORLD.network, sea_links=WORLD.network.sea_links.assign(passage="")),
    "three economies": within(WORLD.network, "KAZ", "KGZ", "AZE"),
    "one city": within(WORLD.network, "AZE"),
    "no crossings by rail": replace(
        WORLD.network, rail=replace(WORLD.network.rail, crossings=WORLD.network.rail.crossings[:0])
    ),
}


def in_world(name: str) -> tuple[Programme, World]:
    """The toy world with less of a network, and a programme of its own."""
    world = replace(WORLD, network=LESS[name])
    return toy_programme(WORLD).model_copy(update={"title": name}), world


@pytest.mark.parametrize("name", LESS)
def test_a_network_may_lack_a_part(name: str) -> None:
    """Everything is asked that can be asked; what the network has no place for is said to have no figure."""
    programme, world = in_world(name)
    found = sk.appraise(programme, world, reach=True)
    assert bool(np.isfinite(found["real_income"]).all())
    assert len(found.results)
    assert freight(programme, world=world).places()["kind"].notna().all()
    if "Almaty" in set(world.network.cities["name"]):
        for mode in ("road", "rail", "sea"):
            way = corridor_profile(programme, "Almaty", "Bishkek", mode=mode, world=world).without
            parts = {
                "road": world.network.road.nodes,
                "rail": world.network.terminals,
                "sea": world.network.ports,
            }
            assert (way is None) == (not len(parts[mode]))
        case = stress_test(programme, ["border:KAZ-KGZ"], world=world).cases[0]
        assert float(case.results["real_income"].min()) < 0


@pytest.mark.parametrize(
    ("name", "item", "reason"),
    [
        ("no railways", "railway", "the network has no railways"),
        ("no railways", "faster-line", "the network has no railways"),
        ("no ports", "sea-port", "the network has no port there"),
        ("no crossings by rail", "khorgos-hours", "the network has no such crossing nearby"),
    ],
)
def test_what_has_no_place_has_no_figure(name: str, item: str, reason: str) -> None:
    change = sk.appraise(*in_world(name)).schedule.changes[YEAR]
    assert item not in change.effective
    assert any(gap.item == item and gap.reason.endswith(reason) for gap in change.not_assessed)


def hours_and_usd(network: Network, origin: str, destination: str, mode: str) -> tuple[float, float]:
    world = replace(WORLD, network=network)
    way = corridor_profile(
        toy_programme(WORLD), origin, destination, mode=mode, world=world, year=2024
    ).without
    assert way is not None
    return way.hours, way.usd


def test_links_and_crossings_may_have_figures_of_their_own() -> None:
    """Almaty to Bishkek by road, 240 km: at 80 km/h and 0.5 US$/TEU-km, with 7 hours and 90 US$ at the border."""
    road, p = WORLD.network.road, WORLD.assumptions.parameters
    at = road.crossings["id"] == "almaty_bishkek_road"
    link = int(road.crossings.loc[at, "link"].iloc[0])
    mine = road.links.index == link
    links = road.links.assign(speed=np.where(mine, 80.0, np.nan), rate=np.where(mine, 0.5, np.nan))
    crossings = road.crossings.assign(hours=np.where(at, 7.0, np.nan), usd=np.where(at, 90.0, np.nan))
    own = replace(WORLD.network, road=replace(road, links=links, crossings=crossings))
    assert hours_and_usd(own, "Almaty", "Bishkek", "road") == pytest.approx((240 / 80 + 7, 240 * 0.5 + 90))
    # Elsewhere the parameters hold: one of the two economies has single carriageways.
    rate = (p["road_rate_single"] + p["road_rate_dual"]) / 2
    assert hours_and_usd(WORLD.network, "Almaty", "Bishkek", "road") == pytest.approx(
        (240 / p["road_speed"] + p["border_hours_union_road"], 240 * rate + p["border_usd_union"])
    )
    others = ("Urumqi", "Hamburg", "road")
    assert hours_and_usd(own, *others) == hours_and_usd(WORLD.network, *others)


def test_a_saving_is_bounded_by_the_hours_of_the_crossing_itself() -> None:
    """Of 8 hours 3 are saved; of the crossing's own 2 hours no more than 3/8 of them."""
    road = WORLD.network.road
    own = np.where(road.crossings["id"] == "aktau_baku_road", 2.0, np.nan)
    network = replace(WORLD.network, road=replace(road, crossings=road.crossings.assign(hours=own)))
    programme = toy_programme(WORLD).model_copy(update={"title": "own hours"})
    change = sk.appraise(programme, replace(WORLD, network=network)).schedule.changes[YEAR]
    assert [one.hours_saved for one in change.network if one.item == "caspian-hours"] == [0.75]


def test_ferries_are_closed_by_whatever_name_they_have() -> None:
    line = FERRY.model_copy(update={"id": "caspian-line"})
    links = WORLD.network.road.links
    renamed = links.assign(repair=links["repair"].replace({FERRY.id: line.id}))
    network = replace(WORLD.network, ferries=(line,), road=replace(WORLD.network.road, links=renamed))
    assert "ferry:caspian-line" in every_closure(network)
    assert [name for name in every_closure(WORLD.network) if "ferry" in name] == [f"ferry:{FERRY.id}"]


def test_networks_that_differ_in_names_alone_have_models_of_their_own() -> None:
    """The second must not answer with the crossings of the first."""
    road = WORLD.network.road
    named = replace(road, crossings=road.crossings.assign(id="gate_" + road.crossings["id"]))
    other = replace(WORLD.network, road=named)
    p, session = WORLD.assumptions.parameters, Session()
    first, second, again = (
        prepare_freight(network, p, WORLD.labels, kept=session.kept)
        for network in (WORLD.network, other, WORLD.network)
    )
    assert first is again
    assert (first.network, second.network) == (WORLD.network, other)
