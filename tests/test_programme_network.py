"""The default programme on the embedded network: absent from the baseline, placed where it belongs, charged."""

from __future__ import annotations

from collections import Counter
from importlib.resources import as_file, files
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from samarkand.core.faults import Faults
from samarkand.programme import apply, check_programme, load_programme
from samarkand.programme.channels.network_effects import QuickerCrossing, QuickerPort, Saving
from samarkand.programme.channels.network_placing import place
from samarkand.programme.channels.tariffs import NO_BASELINE_TARIFF
from samarkand.programme.model.models import Crossing, Point
from samarkand.world.accounts.tables import load_accounts
from samarkand.world.network.tables import load_network
from samarkand.world.parameters import load_parameters


@pytest.fixture(scope="module")
def programme():
    return load_programme("eurasian-corridors")


@pytest.fixture(scope="module")
def small_world():
    """What `apply` asks of a world: labels of the accounts, parameters, and what was imported."""
    return SimpleNamespace(
        labels=load_accounts().economies,
        network=load_network(),
        assumptions=SimpleNamespace(parameters=load_parameters()),
        tariffs=None,
    )


@pytest.fixture(scope="module")
def distances():
    """Shortest ways in km over the embedded links of a mode that are open, from the files themselves."""

    def read(name: str) -> pd.DataFrame:
        with as_file(files("samarkand.world.embedded") / name) as path:
            return pd.read_parquet(path)

    crossings = read("osm_crossings.parquet")
    graphs = {}
    for mode in ("rail", "road"):
        links = read(f"osm_{mode}_links.parquet")
        closed = crossings[(crossings["mode"] == mode) & (crossings["status"] == "closed")]["link"]
        links = links.drop(index=links.index[closed.to_numpy()])
        size = len(load_network().geography.nodes[mode].latitude)
        graphs[mode] = csr_array((links["km"] / 10, (links["u"], links["v"])), shape=(size, size))

    def way(mode: str, points) -> float:
        nodes = load_network().geography.nodes[mode]
        ids = [int(np.argmin(nodes.distance(p.latitude, p.longitude))) for p in points]
        found = dijkstra(graphs[mode], directed=False, indices=ids)
        return float(sum(found[i, ids[i + 1]] for i in range(len(ids) - 1)))

    return way


# -- honesty of the baseline

AWAY_KM = 20.0  # twice the grid of the network's nodes: farther from every line than any error of coordinates


def distance_off(mode: str, points) -> float:
    """Distance in km from the network, drawn as straight links, of the farthest of the points and midpoints."""
    nodes = load_network().geography.nodes[mode]
    with as_file(files("samarkand.world.embedded") / f"osm_{mode}_links.parquet") as path:
        links = pd.read_parquet(path)
    half = [((a.latitude + b.latitude) / 2, (a.longitude + b.longitude) / 2) for a, b in pairwise(points)]
    farthest = 0.0
    for latitude, longitude in [*((p.latitude, p.longitude) for p in points), *half]:
        scale = 111.2 * np.array([np.cos(np.radians(latitude)), 1.0])
        u, v = (
            np.column_stack([nodes.longitude[links[end]] - longitude, nodes.latitude[links[end]] - latitude])
            * scale
            for end in ("u", "v")
        )
        along = v - u
        squared = np.maximum((along**2).sum(axis=1), 1e-9)
        share = np.clip(-(u * along).sum(axis=1) / squared, 0.0, 1.0)
        farthest = max(farthest, float(np.linalg.norm(u + share[:, None] * along, axis=1).min()))
    return farthest


def runs_freight(one) -> bool:
    return "passenger" not in one.words("traffic")


def test_each_new_link_is_absent_from_the_baseline(programme, distances) -> None:
    """Either the way in the baseline over its points is a third longer at least, or the line leads where no line is."""
    lines = [one for one in programme.projects if any(s.effect == "new" for s in one.section)]
    assert len(lines) >= 14
    for one in filter(runs_freight, lines):
        mode = one.kind_row.mode
        points = [point for section in one.section for point in section.points]
        length = sum(section.length.value for section in one.section)
        assert distances(mode, points) > 1.33 * length or distance_off(mode, points) > AWAY_KM, one.id


def test_each_upgraded_line_is_in_the_baseline_and_slower_there(programme, distances, small_world) -> None:
    """What is upgraded is there with about its published length (the network's lines are coarse: 15 %)."""
    change = apply(programme, small_world, 2035)
    slower = {link.item: link.hours_ratio for link in change.network if link.action == "upgrade"}
    upgraded = [one for one in programme.projects if any(s.effect == "upgrade" for s in one.section)]
    assert {"budapest-belgrade", "dostyk-moiynty", "ml1-karachi-rohri", "lao-cai-hanoi-haiphong"} == set(
        slower
    )
    silent = {gap.item for gap in change.not_assessed if "no speed before and after" in gap.reason}
    assert {one.id for one in upgraded} == set(slower) | silent
    for one in upgraded:
        assert slower.get(one.id, 0.5) < 1
        length = sum(section.length.value for section in one.section)
        points = [point for section in one.section for point in section.points]
        assert distances(one.kind_row.mode, points) == pytest.approx(length, rel=0.15), one.id


def test_what_the_network_cannot_carry_has_no_effect_and_says_so(programme, small_world) -> None:
    """Lines for passengers, lines that end off the network, a port on the Caspian: open or not, no link changes.

    Other new ports are open as ports, where the ships that call have no figure.
    """
    change = apply(programme, small_world, 2035)
    changed = {link.item for link in change.network}
    reasons = {gap.item: gap.reason for gap in change.not_assessed if gap.what == "effect"}
    for one in programme.projects:
        if not runs_freight(one):
            assert one.id not in changed
            assert reasons[one.id] == "no modelled effect: the line carries passengers only"
        if one.words("open_ends") and one.is_open(2035):
            assert one.id not in changed
            assert "no line of the network goes on from" in reasons[one.id]
        if one.is_new_port and one.is_open(2035):
            assert (one.id in changed) == (one.id != "kuryk-sarzha")
    assert "Kuryk lacks the ferry lines" in reasons["kuryk-sarzha"]
    ports = {link.item for link in change.network if link.action == "new_port"}
    assert ports == {"chancay-port", "lekki-port", "anaklia-port"}
    assert ports == {gap.item for gap in change.not_assessed if gap.what == "ships that call"}


def test_an_item_without_an_assessed_effect_is_not_charged_and_its_cost_is_named(
    programme, small_world
) -> None:
    change = apply(programme, small_world, 2035)
    gaps = {
        gap.item: gap.reason
        for gap in change.not_assessed
        if gap.what == "cost" and "set against" in gap.reason
    }
    for one in programme.items:
        known = one.capex is not None and one.capex.value
        assert (one.id in gaps) == bool(one.id in change.open and one.id not in change.effective and known)
    assert "US$ 7,360 m" in gaps["jakarta-bandung-hsr"]
    alone = apply(programme, small_world, 2035, without=[i for i in programme.ids if i not in gaps])
    assert alone.open
    assert alone.annual_cost == {}


def test_nothing_is_open_in_the_year_of_the_baseline(programme, small_world) -> None:
    change = apply(programme, small_world, 2022)
    assert (change.open, change.network, change.annual_cost, change.tariffs) == ((), (), {}, ())


# -- the check against the world


def test_the_default_programme_checks_clean() -> None:
    assert check_programme("eurasian-corridors") == []


def test_a_name_that_is_no_programme() -> None:
    with pytest.raises(Faults, match="Did you mean eurasian-corridors"):
        load_programme("eurasian-coridors")
    (fault,) = check_programme("eurasian-coridors")
    assert "neither a file nor the name" in fault.reason


def test_an_end_off_the_real_network_names_the_nearest_nodes(tmp_path, programme) -> None:
    text = (files("samarkand.programme") / "programmes" / "eurasian-corridors.toml").read_text()
    path = tmp_path / "moved.toml"
    path.write_text(
        text.replace("latitude = 37.2761, longitude = 49.5886", "latitude = 32.0, longitude = 60.0")
    )
    found = [str(fault) for fault in check_programme(path)]
    assert any(
        "Rasht lies off the rail network: nothing within 45 km. Nearest are" in fault for fault in found
    )
    with pytest.raises(Faults):
        load_programme(path)


BAD = """
[programme]
id = "bad"
title = "All that can be wrong with a network"

[[project]]
id = "harbour"
title = "A port in the steppe"
kind = "port"
economies = ["KAZ"]
status = "proposed"
place = { name = "Astana", latitude = 51.17, longitude = 71.45 }
dwell_before = { value = -5, unit = "hours", source = "a paper" }
dwell_after = { value = 3, unit = "hours", source = "a paper" }

[[project]]
id = "gauge"
title = "A line of another gauge"
kind = "rail"
economies = ["KAZ"]
status = "proposed"

  [[project.section]]
  effect = "new"
  points = [
    { name = "Almaty", latitude = 43.25, longitude = 76.9 },
    { name = "Karaganda", latitude = 49.8, longitude = 73.1 },
  ]
  length = { value = 900, unit = "km", source = "a paper" }
  gauge = { value = 1435, unit = "mm", source = "a paper" }
  tracks = { value = 1, unit = "tracks", source = "a paper" }
  electrified = "yes, at 25 kV"

[[project]]
id = "bridge"
title = "A road over the Caspian"
kind = "road"
economies = ["KAZ", "AZE"]
status = "proposed"

  [[project.section]]
  effect = "new"
  points = [
    { name = "Aktau", latitude = 43.65, longitude = 51.2 },
    { name = "Baku", latitude = 40.4, longitude = 49.85 },
  ]
  length = { value = 400, unit = "km", source = "a paper" }

[[project]]
id = "tracks"
title = "Fewer tracks than before"
kind = "rail"
economies = ["KAZ"]
status = "proposed"

  [[project.section]]
  effect = "upgrade"
  points = [
    { name = "Dostyk", latitude = 45.25, longitude = 82.48 },
    { name = "Aktogay", latitude = 46.95, longitude = 79.68 },
  ]
  length = { value = 310, unit = "km", source = "a paper" }
  tracks = { value = 1, unit = "tracks", source = "a paper" }
  tracks_before = { value = 2, unit = "tracks", source = "a paper" }
  running_time = { value = -2, unit = "hours", source = "a paper" }

[[measure]]
id = "posts"
title = "Posts between economies that do not touch"
kind = "border_facilitation"
economies = ["KAZ", "DEU"]
status = "proposed"
hours_before = { value = -10, unit = "hours", source = "a paper" }
hours_after = { value = 4, unit = "hours", source = "a paper" }

  [[measure.crossing]]
  economies = ["KAZ", "DEU"]
"""


def test_all_that_can_be_wrong_with_a_network_is_told_at_once(tmp_path) -> None:
    """Unknown port, gauge clash, negative hours, a border that is none, a road over water; tracks, traction, time."""
    path = tmp_path / "bad.toml"
    path.write_text(BAD)
    found = [str(fault) for fault in check_programme(path)]
    expected = [
        "project harbour, place, line 12: Astana lies off any port: nothing within 45 km. Nearest are",
        "project harbour, dwell_before, line 13: is negative (-5)",
        "project gauge, section 1, gauge, line 30: the gauge 1435 mm clashes at Almaty with the 1520 mm",
        "project gauge, section 1, gauge, line 30: the gauge 1435 mm clashes at Karaganda with the 1520 mm",
        "project gauge, section 1, electrified, line 32: is text, not true or false. Write true or false.",
        "project bridge, section 1, points, line 43: leads over open water",
        "project tracks, section 1, tracks, line 63: falls from 2 to 1 tracks",
        "project tracks, section 1, running_time, line 65: is negative (-2)",
        "measure posts, crossing 1, line 76: no road link crosses between KAZ and DEU: the two economies do not touch",
        "measure posts, hours_before, line 73: is negative (-10)",
    ]
    for words in expected:
        assert sum(words in fault for fault in found) == 1, (words, found)
    assert len(found) == len(expected)
    with pytest.raises(Faults) as raised:
        load_programme(path)
    assert len(raised.value.faults) == len(expected)


# -- apply


def test_items_come_in_with_their_openings(programme, small_world) -> None:
    seen: set[str] = set()
    for year in range(2023, 2036):
        now = set(apply(programme, small_world, year).open)
        assert now >= seen
        assert now == {one.id for one in programme.items if one.opening and one.opening.year <= year}
        seen = now
    never = {one.id for one in programme.items if one.opening is None}
    assert seen == set(programme.ids) - never
    gaps = apply(programme, small_world, 2035).not_assessed
    assert {gap.item for gap in gaps if gap.reason.startswith("never in service")} == never


def test_each_open_item_has_an_effect_or_says_why_not(programme, small_world) -> None:
    change = apply(programme, small_world, 2035)
    silent = set(change.open) - set(change.effective)
    told = [
        gap
        for gap in change.not_assessed
        if gap.what == "effect" or gap.reason.startswith("effect not assessed")
    ]
    assert silent <= {gap.item for gap in told}
    assert "eaeu-iran-fta" in silent
    assert [gap.reason for gap in change.not_assessed if gap.item == "eaeu-iran-fta"] == [NO_BASELINE_TARIFF]
    assert change.tariffs == ()


def test_with_imported_tariffs_the_measure_comes_through(programme, small_world) -> None:
    own = ("ARM", "BLR", "KAZ", "IRN", "RUS")
    known = SimpleNamespace(importers=frozenset({"IRN"}))
    world = SimpleNamespace(**{**vars(small_world), "tariffs": known, "economies": own})
    change = apply(programme, world, 2035)
    tariff = next(tariff for tariff in change.tariffs if tariff.item == "eaeu-iran-fta")
    assert (tariff.importers, tariff.exporters) == (("IRN",), ("ARM", "BLR", "KAZ", "RUS"))
    assert (tariff.tariff_rate_before, tariff.tariff_rate_after, tariff.coverage_share) == (0.3, 0.045, 0.87)
    assert "eaeu-iran-fta" in change.effective
    gaps = {gap.what: gap.reason for gap in change.not_assessed if gap.item == "eaeu-iran-fta"}
    assert gaps == {"duties on KGZ": "not assessable: KGZ has no accounts of its own"}
    unknown = SimpleNamespace(**{**vars(world), "tariffs": SimpleNamespace(importers=frozenset({"KAZ"}))})
    change = apply(programme, unknown, 2035)
    assert not [tariff for tariff in change.tariffs if tariff.item == "eaeu-iran-fta"]
    reasons = [gap.reason for gap in change.not_assessed if gap.item == "eaeu-iran-fta"]
    assert f"{NO_BASELINE_TARIFF} of IRN" in reasons


@pytest.mark.parametrize("left_out", ["cku-railway", "mong-cai-smart-gate"])
def test_without_an_item_nothing_of_it_is_left(programme, small_world, left_out: str) -> None:
    whole = apply(programme, small_world, 2035)
    less = apply(programme, small_world, 2035, without=(left_out,))
    assert left_out not in less.open
    assert [link for link in whole.network if link.item != left_out] == list(less.network)
    assert not [gap for gap in less.not_assessed if gap.item == left_out]
    assert sum(less.annual_cost.values()) <= sum(whole.annual_cost.values())


def test_without_everything_there_is_no_change(programme, small_world) -> None:
    change = apply(programme, small_world, 2035, without=programme.ids)
    assert (change.network, change.annual_cost, change.not_assessed) == ((), {}, ())


def test_leaving_out_what_is_not_there(programme, small_world) -> None:
    with pytest.raises(Faults, match="Did you mean cku-railway"):
        apply(programme, small_world, 2035, without=("cku-railwai",))


def test_at_least_one_economy_pays(programme, small_world) -> None:
    cost = apply(programme, small_world, 2035).annual_cost
    assert cost["MYS"] > cost["CHN"] > 0
    assert all(value > 0 for value in cost.values())
    assert set(cost) <= set(small_world.labels)


def test_new_railway_keeps_its_length_and_pays_its_borders(programme, small_world) -> None:
    """CKU: 523 km and the way from Kashgar and Andijan to the nodes; China-Kyrgyzstan and Kyrgyzstan-Uzbekistan are
    CAREC borders (40.6 h, US$215 each) and Makmal a change of trains (8 h, US$25)."""
    parameters = load_parameters()
    links = [link for link in apply(programme, small_world, 2035).network if link.item == "cku-railway"]
    assert len(links) == 4
    geography = load_network().geography
    joined = sum(
        geography.nearest_node(*point, "rail")[1] for point in (links[0].points[0], links[-1].points[-1])
    )
    assert sum(link.km for link in links) == pytest.approx(523 + joined)
    assert [link.joins for link in links] == [(True, False), (False, False), (False, False), (False, True)]
    speed = 120 * parameters["operating_speed_share"]
    assert sum(link.hours for link in links) == pytest.approx((523 + joined) / speed, rel=1e-9)
    border, train = "border_hours_carec_rail", "terminal_hours"
    assert sum(link.extra_hours for link in links) == pytest.approx(
        2 * parameters[border] + parameters[train]
    )
    fees = 2 * parameters["border_usd_carec_rail"] + parameters["terminal_fee"]
    assert sum(link.extra_usd for link in links) == pytest.approx(fees)


def test_crossings_and_ferries_never_save_more_than_they_cost(programme, small_world) -> None:
    parameters = load_parameters()
    rows = {row.id: row for row in load_network().geography.crossings}
    saved = [link for link in apply(programme, small_world, 2035).network if link.action == "crossing"]
    assert Counter(link.item for link in saved).keys() >= {
        "kaz-border-posts", "mong-cai-smart-gate", "e-cmr-accessions", "tir-shenzhen-tashkent",
    }  # fmt: skip
    for link in saved:
        row = rows[link.target]
        assert row.is_open
        assert 0 <= link.hours_saved <= parameters[row.hours_parameter]
        assert 0 <= link.usd_saved <= parameters[row.usd_parameter]
        assert link.hours_saved + link.usd_saved > 0
    (gate,) = [link for link in saved if link.item == "mong-cai-smart-gate"]
    assert gate.target == "dongxing_mong_cai_road"
    # 9.9 h x (half of 31 of 36 hours) = 4.2625, less than 15.5
    assert gate.hours_saved == pytest.approx(parameters["border_hours_carec_road"] * 15.5 / 36)


def test_a_closed_crossing_is_not_assessed_and_said_so() -> None:
    gate = QuickerCrossing("test", Crossing(economies=("IND", "PAK"), mode="road"), Saving(5, 0.5), None)
    changes, gaps = place([gate], load_network().geography, load_parameters())
    assert not changes
    assert [gap.reason for gap in gaps] == ["effect not assessed: the crossing is closed in the baseline"]


def test_a_sea_port_and_a_place_without_one() -> None:
    parameters = load_parameters()
    klang = Point(name="Port Klang", latitude=3.0, longitude=101.39)
    changes, gaps = place(
        [QuickerPort("test", klang, Saving(4, 0.5), Saving(50, 0.5))], load_network().geography, parameters
    )
    assert not gaps
    (port,) = changes
    assert (port.action, port.target) == ("port", "MYPKG")
    assert (port.hours_saved, port.usd_saved) == (4, 50)
    inland = Point(name="Samarkand", latitude=39.65, longitude=66.97)
    changes, gaps = place(
        [QuickerPort("test", inland, Saving(4, 0.5), None)], load_network().geography, parameters
    )
    assert not changes
    assert [gap.reason for gap in gaps] == ["effect not assessed: the network has no port there"]


# -- the second programme


def test_the_second_programme_is_no_belt_and_road_and_goes_the_same_way(distances, small_world) -> None:
    assert check_programme("lobito-corridor") == []
    lobito = load_programme("lobito-corridor")
    assert 5 <= len(lobito.items) <= 10
    assert {one.corridor for one in lobito.items} == {"other"}
    assert not {"CHN"} & {party.economy for party in lobito.parties}
    assert lobito.verified_share("capex", "length") >= 0.6
    assert apply(lobito, small_world, 2022).open == ()
    change = apply(lobito, small_world, 2035)
    assert change.effective == ("zambia-lobito-railway",)
    assert sum(link.km for link in change.network) >= 830
    assert change.annual_cost == {}
    assert any("who bears 90.0% of capex is not published" in gap.reason for gap in change.not_assessed)
    points = [p for s in lobito.projects[1].section for p in s.points]
    assert distance_off("rail", points) > AWAY_KM
