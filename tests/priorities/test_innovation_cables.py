"""Cables on the toy world, by hand: who is connected, who loses it by which cut, and what an item changes.

    black_sea   Poti - Hamburg         1,000 Gbit/s
    caucasus    Baku - Poti              400
    east        Shanghai - Hamburg     2,000, by Suez
    steppe      Almaty - Shanghai      not published
    item        Aktau ~ Baku             300, opening in 2030

The hub is Germany. Without the item Kazakhstan hangs on the steppe and on all that China hangs on, Azerbaijan on the
Caucasus and the Black Sea; with it each has the way of the other.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import samarkand as sk
from samarkand.core.faults import Faults
from samarkand.priorities.innovation.command import cables, innovation
from samarkand.priorities.innovation.connection import (
    connect,
    connection_of,
    connection_without,
    divided_economies,
    network_of,
    systems_of,
)
from samarkand.priorities.innovation.page import page
from samarkand.programme import load_programme
from samarkand.session import Session
from samarkand.world.cables import Cables, Covered, Landing, System, SystemRow, load_cables
from samarkand.world.network.chokepoints import chokepoints
from toy import PROGRAMME, make_toy_world

ITEM = """
[[project]]
id = "caspian-cable"
title = "Cable over the Caspian Sea"
kind = "fibre_cable"
economies = ["KAZ", "AZE"]
status = "agreed"
opening = { date = 2030 }
bandwidth = { value = 300, unit = "Gbit/s", source = "made up", flag = "assumed" }
route = [
    { name = "Aktau", latitude = 43.65, longitude = 51.16 },
    { name = "Baku", latitude = 40.40, longitude = 49.87 },
]

[[project]]
id = "no-route"
title = "Cable whose route nobody knows"
kind = "fibre_cable"
economies = ["KAZ"]
status = "proposed"
"""


def system(name, capacity, *landings):
    row = SystemRow(
        system=name, title=name, kind="submarine", capacity=capacity, source="made up", flag="assumed"
    )
    places = tuple(
        Landing(system=name, landing=place, economy=code, latitude=0, longitude=0, passes=tuple(passed))
        for place, code, *passed in landings
    )
    return System(row, places)


TABLE = Cables(
    (
        system("black_sea", 1000, ("Poti", "GEO"), ("Hamburg", "DEU")),
        system("caucasus", 400, ("Baku", "AZE"), ("Poti", "GEO")),
        system("east", 2000, ("Shanghai", "CHN"), ("Hamburg", "DEU", "suez")),
        system("steppe", None, ("Almaty", "KAZ"), ("Shanghai", "CHN")),
    ),
    hubs=("DEU",),
    coverage=tuple(Covered(economy=code) for code in ("AZE", "CHN", "GEO", "KAZ", "KGZ")),
)


def make_world(table=TABLE):
    return replace(make_toy_world(), cables=table)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    path = tmp_path_factory.mktemp("cables") / "toy.toml"
    path.write_text(PROGRAMME.read_text(encoding="utf-8") + ITEM, encoding="utf-8")
    world = make_world()
    return sk.appraise(load_programme(path, world), world, session=Session(), years=(2027, 2035))


def lost(found, case, part, year=None):
    """By the results, which have no rows of Georgia: it is inside the rest of the world."""
    values = found.array("connection_lost", part, year).sel(case=case).to_series()
    return set(values.index[values == 1])


@pytest.mark.parametrize(
    ("case", "without", "with_"),
    [
        ("cable:black_sea", {"GEO", "AZE"}, set()),
        ("cable:caucasus", {"AZE"}, set()),
        ("cable:east", {"CHN", "KAZ"}, set()),
        ("cable:steppe", {"KAZ"}, set()),
        ("cable:caspian-cable", set(), set()),
        ("suez", {"CHN", "KAZ"}, set()),
        ("landing:GEO Poti", {"GEO", "AZE"}, {"GEO"}),
        ("landing:AZE Baku", {"AZE"}, {"AZE"}),  # the item lands there too
        ("landing:DEU Hamburg", {"AZE", "CHN", "GEO", "KAZ"}, {"AZE", "CHN", "GEO", "KAZ"}),
    ],
)
def test_each_cut_by_hand(toy, case, without, with_):
    pair = connection_without(toy.timeline.last), connection_of(toy.timeline.last)
    column = pair[0].cases.index(case)
    found = [
        {code for code, gone in zip(one.economies, one.cut_off[:, column], strict=True) if gone}
        for one in pair
    ]
    assert found == [without, with_]
    if case == "cable:caspian-cable":
        return  # results have cuts of the table alone
    assert lost(toy, case, "without") == without - {"GEO"}
    assert lost(toy, case, "with") == with_ - {"GEO"}
    assert float(toy.array("economies_cut_off", "with").sel(case=case)) == len(with_)
    assert float(toy["economies_cut_off"].sel(case=case)) == len(with_) - len(without)
    assert lost(toy, case, "with", 2027) == without - {"GEO"}  # before it opens


def test_a_strait_within_an_economy_divides_its_landings():
    """Egypt: Red Sea | Mediterranean. Whoever hangs on the one side loses the hub on the other; Egypt reaches it still.

    Yemen - Red Sea 500; through Egypt 800 on to France; a second one Mediterranean - France 300. Egypt has 1,100 to
    France; Yemen 500, over Egypt's own way. With Suez cut Yemen has nothing, Egypt what leaves the Mediterranean.
    """
    systems = (
        system("gulf", 500, ("Aden", "YEM"), ("Red Sea", "EGY")),
        system("through", 800, ("Red Sea", "EGY"), ("Mediterranean", "EGY", "suez"), ("Marseille", "FRA")),
        system("second", 300, ("Mediterranean", "EGY"), ("Marseille", "FRA")),
    )
    assert divided_economies(systems) == {"EGY": (("suez",), frozenset({"EGY Mediterranean"}))}
    network = network_of(Cables(systems, hubs=("FRA",)))
    found = connect(network, (), ("EGY", "YEM"))
    assert found.capacity.tolist() == [1100, 500]
    column = found.cases.index("suez")
    assert found.cut_off[:, column].tolist() == [False, True]
    assert found.left[:, column].tolist() == [1100, 0]


def test_capacity_by_hand(toy):
    """AZE: the Caucasus alone, for the steppe has no published capacity; KAZ with the item: 300 over Baku and Poti."""
    without, with_ = (toy.array("cable_capacity", part) for part in ("without", "with"))
    assert float(without.sel(economy="AZE")) == float(with_.sel(economy="AZE")) == 400
    assert float(without.sel(economy="CHN")) == 2000
    assert np.isnan(without.sel(economy="KAZ"))
    assert float(with_.sel(economy="KAZ")) == 300
    gone = toy.array("cable_capacity_lost", "with")
    assert float(gone.sel(economy="AZE", case="cable:caucasus")) == 400
    assert float(gone.sel(economy="KAZ", case="cable:black_sea")) == 300
    assert float(gone.sel(economy="CHN", case="cable:black_sea")) == 0
    assert float(toy.array("cables_landing", "with").sel(economy="AZE")) == 2


def test_single_points_are_the_cuts_that_take_the_connection(toy):
    """KAZ without: steppe, east, Suez, Almaty, Shanghai, Hamburg; with the item Hamburg alone, where both ways end."""
    points = toy.array("cable_single_points", "without"), toy.array("cable_single_points", "with")
    assert [float(one.sel(economy="KAZ")) for one in points] == [6, 1]
    rows = toy.to_dataframe(["cable_single_points"])
    assert (
        rows[rows["economy"] == "KGZ"]["reason"]
        .iloc[0]
        .startswith("no cable system that lands in it is known")
    )


def test_economies_whose_systems_nobody_looked_for_are_not_reported():
    """Of Poland the table has one system that passes by: nothing is said of it, unless the table is the user's."""
    passing = system("far", 100, ("Gdansk", "POL"), ("Shanghai", "CHN"))
    world = make_world(replace(TABLE, systems=(*TABLE.systems, passing)))
    found = sk.appraise(load_programme(PROGRAMME, world), world, session=Session())
    assert "POL" not in found["connection_lost"]["economy"].to_numpy()
    world = make_world(TABLE.with_systems([passing]))
    found = sk.appraise(load_programme(PROGRAMME, world), world, session=Session())
    assert lost(found, "cable:far", "without") == {"POL"}


def test_leaving_the_cable_out_is_the_programme_without_it(toy):
    world = toy.world
    found = sk.appraise(toy.programme, world, session=Session(), years=(2035,), without=("caspian-cable",))
    plain = sk.appraise(load_programme(PROGRAMME, world), world, session=Session(), years=(2035,))
    for name in ("connection_lost", "economies_cut_off", "cable_capacity", "cable_single_points"):
        for part in ("without", "with"):
            one, other = (each.array(name, part) for each in (found, plain))
            assert one.equals(other), name


def test_the_command_cuts_several_together(toy):
    shown = cables(toy)
    (cuts, economies, items, _) = shown.tables
    by_case = {row[1]: row for row in cuts.rows}
    assert by_case["cable:caspian-cable"][0] == "Cable over the Caspian Sea"
    assert by_case["landing:GEO Poti"][0] == "landing in Poti, GEO"
    assert by_case["suez"][0] == "Suez Canal"
    assert {row[0]: row[1:] for row in economies.rows}["KAZ"] == ("1", "n/a", "6", "2", "300", "1")
    assert by_case["cable:caucasus"][2:] == ("AZE", "nobody", "400", "700")  # with: of AZE and of KAZ
    assert items.rows[0][:4] == (
        "Cable over the Caspian Sea", "KAZ Aktau - AZE Baku", "300", "yes",
    )  # fmt: skip
    assert items.rows[0][4] == "AZE, KAZ"
    assert any("Cable whose route nobody knows" in sentence for sentence in shown.lead)
    in_the_report = next(one for one in page(toy).tables if one.title.startswith("Each cable"))
    assert in_the_report.heads[:2] == ("cut", "lose connection, without")
    assert not any(":" in row[0] for row in in_the_report.rows)  # titles, not names of cuts
    (table,) = cables(toy, ["caucasus", "suez"]).tables
    fates = {row[0]: row[1:] for row in table.rows}
    assert fates["AZE"] == ("loses connection", "loses connection")
    assert fates["KAZ"] == ("loses connection", "loses connection")
    assert "GEO" not in fates
    with pytest.raises(Faults) as raised:
        cables(toy, ["caucusus", "panama"])
    assert len(raised.value.faults) == 2


def test_the_page_of_an_economy_and_of_the_item(toy):
    """KAZ: of its six single cuts the landing in Hamburg alone stays one with the item."""
    tables = {one.title: one for one in innovation(toy, "kaz").tables}
    cuts = {row[0]: row[1:] for row in tables["Single cuts that take the connection"].rows}
    assert len(cuts) == 6
    assert cuts["steppe"] == ("taken", "stays")
    assert cuts["Suez Canal"] == ("taken", "stays")
    assert cuts["landing in Hamburg, DEU"] == ("taken", "taken")
    figures = {row[0]: row[1:] for row in tables["Figures"].rows}
    assert figures["Single cuts that take the connection"] == ("6 cuts", "1 cuts", "-5 cuts")
    assert figures["Economic complexity index"] == ("n/a", "n/a", "n/a")
    (joined,) = innovation(toy, "caspian-cable").tables
    assert joined.rows[0][1] == "KAZ Aktau - AZE Baku"
    whole = innovation(toy)
    assert whole.tables[-1].heads[-1] == "why"


def test_the_map_has_all_systems_and_the_items(toy):
    (drawn,) = cables(toy).pictures
    assert [way.words for way in drawn.ways] == [
        "black_sea", "caucasus", "east", "steppe", "Cable over the Caspian Sea",
    ]  # fmt: skip
    assert [way.own for way in drawn.ways] == [False] * 4 + [True]
    assert not any(way.pale for way in drawn.ways)
    assert drawn.ways[-1].points == ((51.16, 43.65), (49.87, 40.40))
    assert "5 Cable over the Caspian Sea" in drawn.note
    assert [one.title for one in page(toy).pictures] == ["Cables that are known"]  # no trade by product


def test_landings_of_items_lie_in_their_nearest_economy(toy):
    found, gaps = systems_of(toy.programme.items, toy.world)
    assert [one.name for one in found[0].landings] == ["KAZ Aktau", "AZE Baku"]
    assert [gap.item for gap in gaps] == ["no-route"]


def test_the_embedded_table_is_whole_and_names_chokepoints_of_stress_tests():
    table = load_cables()
    known = {row.id for row in chokepoints()}
    for one in table.systems:
        assert one.row.capacity is None or one.row.capacity > 0
        assert {word for place in one.landings for word in (*place.passes, *place.branch)} <= known
        places = [place.name for place in one.landings]
        assert len(set(places)) == len(places) >= 2
    assert set(table.hubs) & {code for one in table.systems for code in one.economies}
    assert {case for case in network_of(table).cases if ":" not in case} == {
        "suez", "bab_el_mandeb", "malacca", "hormuz",
    }  # fmt: skip


def test_coordinates_of_the_embedded_table_lie_in_their_economy():
    """Within 600 km of a city of the network there, where it has one; Gulf of Aden to Sanaa is the farthest."""
    from samarkand.world.importers.cables import _km

    cities = sk.load_world().network.cities
    for one in load_cables().systems:
        for place in one.landings:
            mine = cities[cities["iso3"] == place.economy]
            if len(mine):
                assert _km(mine, place.latitude, place.longitude) < 600, place.name
