"""A network of the user's: what is read is what was written, and every fault is told with its file and row."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import file_samples as samples
import numpy as np
import pandas as pd
import pytest
from network_faults import WORST, Rows, add, exchange, put, rewrite
from typer.testing import CliRunner

import samarkand as sk
from samarkand.cli import app
from samarkand.core.faults import Fault, Faults
from samarkand.world.checking import check_world
from samarkand.world.comparing import compare
from samarkand.world.importers import import_world
from samarkand.world.importers.network_layout import columns, ids_of
from samarkand.world.importers.network_writing import network_tables, write_network_tables
from samarkand.world.network.store import _check_ends
from samarkand.world.network.tables import LAND, Network, land_costs, load_network, sea_costs
from samarkand.world.parameters import load_parameters
from samarkand.world.store import list_worlds, open_world
from toy import PROGRAMME, make_network, make_toy_world

PARAMETERS = load_parameters()


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """The toy network as a folder of tables."""
    return samples.network(tmp_path / "tables")


def told(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(Faults) as raised:
        import_world("network", [folder], name="mine")
    assert not list_worlds()
    return raised.value.faults


# -- what is read is what was written


def assert_same_network(one: Network, other: Network) -> None:
    """Equal tables, row by row, and equal costs to the last digit."""
    for mode in LAND:
        left, right = one.land(mode), other.land(mode)
        for name in ("nodes", "links", "crossings"):
            first, second = getattr(left, name), getattr(right, name)
            for column in first:
                assert (first[column].astype(str) == second[column].astype(str)).all(), (mode, name, column)
        for costs in zip(
            vars(land_costs(one, mode, PARAMETERS)).values(),
            vars(land_costs(other, mode, PARAMETERS)).values(),
            strict=True,
        ):
            assert np.array_equal(*costs)
    for costs in zip(
        vars(sea_costs(one, PARAMETERS)).values(), vars(sea_costs(other, PARAMETERS)).values(), strict=True
    ):
        assert np.array_equal(*costs)
    assert one.cities.index.tolist() == other.cities.index.tolist()
    for name, numbers in (("cities", ("lat", "lon", "population")), ("ports", ("lat", "lon", "terminal"))):
        for column in numbers:
            assert (getattr(one, name)[column] == getattr(other, name)[column]).all()
    assert one.terminals[["node", "lat", "lon"]].equals(other.terminals[["node", "lat", "lon"]])
    assert one.ferries == other.ferries
    assert one.names_hash == other.names_hash


def test_the_embedded_network_comes_back_as_it_was(tmp_path: Path) -> None:
    write_network_tables(load_network(), tmp_path / "tables")
    mine = import_world("network", [tmp_path / "tables"], name="mine")
    assert_same_network(load_network(), mine.network)
    assert mine.network.single_roads == load_network().single_roads
    assert compare(sk.load_world(), mine).network.empty
    assert [check.ok for check in check_world(mine)] == [check.ok for check in check_world(sk.load_world())]


def test_the_toy_network_comes_back_with_equal_results(tables: Path, tmp_path: Path, monkeypatch) -> None:
    """Its crossings name the two economies in the order of the alphabet; hours and fees are the same both ways."""
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path / "cache"))
    world = make_toy_world()
    network = replace(world.network, **{mode: _sorted(world.network, mode) for mode in LAND})
    mine = import_world("network", [tables], name="mine").network
    assert_same_network(network, mine)
    again = samples_of(mine, tmp_path / "again")
    assert_same_network(mine, import_world("network", [again], name="again").network)
    programme = sk.load_programme(PROGRAMME, world)
    before, after = (
        sk.appraise(programme.model_copy(update={"title": name}), replace(world, network=each))
        for name, each in (("toy", world.network), ("mine", mine))
    )
    for name in ("real_income", "pair_time", "market_access", "programme_cost"):
        np.testing.assert_array_equal(before[name].to_numpy(), after[name].to_numpy())


def _sorted(network: Network, mode: str):
    tables = network.land(mode)
    ends = np.sort(tables.crossings[["economy_a", "economy_b"]].to_numpy(str), axis=1)
    crossings = tables.crossings.assign(economy_a=ends[:, 0], economy_b=ends[:, 1])
    crossings["regime"] = [
        name.removeprefix("border_hours_").partition("_")[0] for name in crossings["hours_parameter"]
    ]
    for name in ("lat", "lon"):
        crossings[name] = tables.crossings[name]
    return replace(tables, crossings=crossings)


def samples_of(network: Network, folder: Path) -> Path:
    write_network_tables(network, folder)
    return folder


def test_figures_of_ones_own_come_back(tables: Path, tmp_path: Path) -> None:
    """A road of 240 km at 80 km/h and 0.5 US$/TEU-km, its border with 7 hours and 90 US$: 10 hours and 210 US$."""
    at = [row["id"] for row in _rows(tables, "crossings")].index("almaty_bishkek_road")
    put("crossings", at, hours="7", usd_per_teu="90", hours_parameter="", usd_parameter="")(tables)
    link = next(number for number, row in enumerate(_rows(tables, "road_links")) if row["km"] == "240.0")
    put("road_links", link, speed_km_per_hour="80", usd_per_teu_km="0.5")(tables)
    mine = import_world("network", [tables], name="mine").network
    costs = land_costs(mine, "road", PARAMETERS)
    assert (costs.moving_hours[link], costs.waiting_hours[link], costs.usd[link]) == (3.0, 7.0, 210.0)
    again = import_world("network", [samples_of(mine, tmp_path / "again")], name="again").network
    assert_same_network(mine, again)


def _rows(folder: Path, file: str) -> Rows:
    with (folder / f"{file}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_names_are_made_where_none_are_given(tables: Path) -> None:
    """Crossings by their economies, mode and a number; a bare row says only what is closed."""
    for name in ("id", "name", "hours_parameter", "usd_parameter", "latitude", "longitude", "note"):
        rewrite(tables, "crossings", lambda rows, name=name: [{**row, name: ""} for row in rows])
    at = next(n for n, row in enumerate(_rows(tables, "crossings")) if row["mode"] == "rail")
    put("crossings", at, status="closed")(tables)
    rail = import_world("network", [tables], name="mine").network.rail.crossings
    assert rail["id"].tolist()[:2] == ["chn_kaz_rail_1", "kaz_rus_rail_1"]
    assert rail["status"].tolist().count("closed") == 1
    (tables / "crossings.csv").unlink()
    bare = import_world("network", [tables], name="bare").network.rail.crossings
    assert (bare["status"] == "open").all()
    assert bare["hours_parameter"].tolist() == make_network().rail.crossings["hours_parameter"].tolist()


# -- parts that are left out


def test_what_is_left_out_is_that_of_the_base(tables: Path) -> None:
    """Roads alone: all else stays embedded, with its sources and licence in the manifest."""
    for path in tables.iterdir():
        if path.stem not in ("road_nodes", "road_links"):
            path.unlink()
    rewrite(tables, "road_links", lambda rows: [{**row, "ferry": ""} for row in rows])
    mine = import_world("network", [tables], name="mine")
    network, embedded = mine.network, load_network()
    assert len(network.road.nodes) == len(make_network().road.nodes)
    assert network.rail.links["km"].tolist() == embedded.rail.links["km"].tolist()
    assert network.ports["terminal"].tolist() == embedded.ports["terminal"].tolist()
    assert [line.id for line in network.ferries] == [
        line.id for line in embedded.ferries if line.mode == "rail"
    ]
    layer = mine.manifest["layers"][-1]
    assert layer["measures"]["given"] == ["roads"]
    assert "of the base world are: railways and terminals, sea, ports, cities" in layer["notes"]
    files = mine.manifest["files"]
    assert [row["package"] for row in files["own_network_road_nodes.parquet"]["sources"]] == [
        "road_nodes.csv", "road_links.csv",
    ]  # fmt: skip
    assert files["own_network_rail_nodes.parquet"]["licence"] == "ODbL-1.0"
    assert files["own_network_sea_links.parquet"]["sources"][0]["package"] == "searoute"
    assert not [name for name in files if name.startswith(("osm_", "sea_", "cities"))]


def test_ports_of_the_base_are_served_by_the_terminals_that_are_given(tables: Path) -> None:
    """Shanghai and Hamburg have a terminal of the toy's within 15 km of the embedded port, as by hand on the map."""
    for name in ("ports", "sea_nodes", "sea_links", "cities"):
        (tables / f"{name}.csv").unlink()
    network = import_world("network", [tables], name="mine").network
    has_line = network.rail.linked[network.terminals["node"]]
    served = network.ports[[at >= 0 and has_line[at] for at in network.ports["terminal"]]]
    names = network.terminals["id"].to_numpy()[served["terminal"]]
    assert "DEHAM" in set(served["id"])
    assert names[served["id"].tolist().index("DEHAM")] == "terminal_9"
    assert len(served) < len(make_network().terminals)


def test_ids_of_the_base_may_be_named(tables: Path) -> None:
    """Ports that are served by embedded terminals, by the names under which these are written."""
    for path in tables.iterdir():
        if path.stem != "ports":
            path.unlink()
    rewrite(tables, "ports", lambda rows: [{**row, "terminal": "terminal_7"} for row in rows])
    assert set(import_world("network", [tables], name="mine").network.ports["terminal"]) == {7}
    put("ports", 0, terminal="terminal_100000")(tables)
    with pytest.raises(Faults, match="'terminal_100000' is not an id of the terminals of the base"):
        import_world("network", [tables], name="other")


def test_a_header_alone_means_none(tables: Path) -> None:
    for name in ("rail_nodes", "rail_links", "terminals", "ports", "ferries", "sea_nodes", "sea_links"):
        path = tables / f"{name}.csv"
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    rewrite(tables, "road_links", lambda rows: [{**row, "ferry": ""} for row in rows])
    rewrite(tables, "crossings", lambda rows: [row for row in rows if row["mode"] == "road"])
    mine = import_world("network", [tables], name="mine")
    network = mine.network
    assert not sum(
        len(table) for table in (network.rail.nodes, network.terminals, network.ports, network.sea_links)
    )
    assert network.ferries == ()
    assert all(np.isfinite(check.value) for check in check_world(mine) if check.part == "network")


def test_networks_and_other_files_stack(tables: Path, tmp_path: Path) -> None:
    """Tariffs over a network, and a network over tariffs: each keeps the other."""
    import_world("network", [tables], name="first")
    both = import_world("tariffs", [samples.wits(tmp_path / "wits.csv")], name="second", base="first")
    assert_same_network(both.network, open_world("first").network)
    assert both.tariffs is not None
    for name in ("road_nodes", "road_links", "crossings", "ferries", "rail_nodes", "rail_links", "terminals"):
        (tables / f"{name}.csv").unlink()
    third = import_world("network", [tables], name="third", base="second")
    assert third.tariffs is not None
    assert third.network.road.links["km"].tolist() == both.network.road.links["km"].tolist()
    sources = third.manifest["files"]["own_network_road_links.parquet"]["sources"]
    assert [row["package"] for row in sources] == [
        "road_nodes.csv",
        "road_links.csv",
        "crossings.csv",
        "ferries.csv",
    ]


def test_a_table_that_was_altered_later_is_noticed(tables: Path, store: Path) -> None:
    import_world("network", [tables], name="mine")
    path = next((store / "worlds" / "mine").rglob("own_network_ports.parquet"))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Faults, match=r"own_network_ports.parquet is damaged"):
        open_world("mine")


def test_the_difference_of_networks_is_shown(tables: Path) -> None:
    first = import_world("network", [tables], name="first")
    put("road_links", 3, km="1700")(tables)
    add("cities", id="new", name="Osh", economy="KGZ", latitude="40.53", longitude="72.8")(tables)
    second = import_world("network", [tables], name="second")
    found = compare(first, second)
    assert not found.same
    assert found.network.to_numpy().tolist() == [["road links", 17, 17, 1], ["cities", 10, 11, 1]]


def test_explanations_cite_the_files(tables: Path, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path / "cache"))
    mine = import_world("network", [tables], name="mine")
    world = replace(make_toy_world(), network=mine.network, manifest=mine.manifest)
    found = sk.appraise(sk.load_programme(PROGRAMME, world), world).explain("shipment_time", "KAZ")
    cited = [leaf.evidence.citation for leaf in found.leaves() if leaf.evidence]
    assert any("imported from the file road_links.csv" in line for line in cited)
    assert not any("OpenStreetMap" in line for line in cited)


def test_a_programme_is_appraised_on_an_imported_network(tables: Path, tmp_path: Path, monkeypatch) -> None:
    """With the accounts of 199 economies; Almaty to Baku takes the 108.18 hours of the toy, and 87 at its two ends.

    Kazakhstan's exports take 105 hours at home and Azerbaijan's imports 14 (Doing Business 2019); of each the 18 at a
    port are taken out, which leaves nothing of the imports.
    """
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path / "cache"))
    mine = import_world("network", [tables], name="mine")
    found = sk.appraise(sk.load_programme(PROGRAMME, mine), mine)
    assert bool(np.isfinite(found["real_income"]).all())
    hours = found.array("pair_time", "without").sel(economy="KAZ", partner="AZE")
    assert float(hours) == pytest.approx(108.18 + 105 - 18, abs=0.005)
    assert "railway" in found.schedule.changes[2035].effective
    off = found.array("pair_time", "without").sel(economy="USA", partner="KAZ")
    assert np.isnan(float(off))  # no city of the USA is on it


@pytest.mark.parametrize("wrong", [float("nan"), -1.0, 1e6, 0.5])
def test_a_stored_link_that_ends_at_no_node_is_refused(wrong: float) -> None:
    nodes = pd.DataFrame({"id": range(3)})
    _check_ends("rail_links", nodes, pd.DataFrame({"u": [0, 1], "v": [1, 2]}))
    with pytest.raises(ValueError, match="a link ends at no node"):
        _check_ends("rail_links", nodes, pd.DataFrame({"u": [0, 1], "v": [1, wrong]}))


# -- the worst inputs


@pytest.mark.parametrize("name", WORST)
def test_what_is_wrong_is_told_with_its_place(tables: Path, name: str) -> None:
    spoil, place, reason, mend = WORST[name]
    spoil(tables)
    found = told(tables)
    assert any(
        fault.place.endswith(place) and reason in fault.reason and mend in fault.mend for fault in found
    ), "\n".join(map(str, found))


def test_all_faults_come_at_once(tables: Path) -> None:
    """Of five files, none of which hides the others; of many alike three are listed and the rest counted."""
    put("road_links", 2, to="nowhere")(tables)
    put("crossings", 0, status="sometimes")(tables)
    put("ports", 1, economy="XXA")(tables)
    put("ferries", 0, wait_hours="long")(tables)
    rewrite(tables, "cities", lambda rows: [{**row, "population": "many"} for row in rows])
    found = told(tables)
    places = {fault.place.partition(",")[0].rpartition("/")[2] for fault in found}
    assert places == {"road_links.csv", "crossings.csv", "ports.csv", "ferries.csv", "cities.csv"}
    assert [fault.reason for fault in found if "more places" in fault.reason] == [
        "words for numbers in 7 more places"
    ]


def test_a_whole_table_with_exchanged_columns_is_told(tables: Path) -> None:
    """Those places are found that lie nowhere on the earth, and those that lie far from their economy."""
    for name in ("road_nodes", "rail_nodes", "cities", "ports"):
        rewrite(tables, name, exchange)
    reasons = [fault.reason for fault in told(tables)]
    assert any("above 90" in reason for reason in reasons)
    assert any(
        "is not in AZE, but 49.87 north" not in reason and "is not in AZE, but" in reason
        for reason in reasons
    )


def test_ends_that_nearly_meet_lack_a_link(tables: Path) -> None:
    """Almaty drawn twice, half a kilometre apart, with the roads to the west at the second."""
    rows = {row["id"]: row for row in _rows(tables, "road_nodes")}
    almaty = next(name for name, row in rows.items() if row["latitude"] == "43.25")
    # Only Samara lies beyond; what else begins at Almaty stays with the first.
    add("road_nodes", id="twin", economy="KAZ", latitude="43.2545", longitude="76.9")(tables)

    def cut(links: Rows) -> Rows:
        return [
            {
                **row,
                **{side: "twin" for side in ("from", "to") if row[side] == almaty and row["km"] == "2500.0"},
            }
            for row in links
            if row["km"] not in ("2600.0",)
        ]

    rewrite(tables, "road_links", cut)
    reasons = [fault.reason for fault in told(tables)]
    assert [f"{almaty!r} and 'twin' are 0.50 km apart" in reason for reason in reasons].count(True) == 1


def test_parts_that_nothing_joins_are_told_and_allowed(tables: Path) -> None:
    """The railway Baku - Poti meets no other, as on an island."""
    notes = import_world("network", [tables], name="mine").manifest["layers"][-1]["notes"]
    assert any(
        note.startswith("the rail network falls into 2 parts that no link joins: 12 nodes, 2 ")
        for note in notes
    )


def test_a_city_may_be_known_to_be_unreached(tables: Path) -> None:
    put("cities", 0, latitude="20", longitude="90", reached="no")(tables)
    assert len(import_world("network", [tables], name="mine").network.cities) == 10


def test_nodes_that_stand_at_one_place_are_told(tables: Path) -> None:
    rewrite(tables, "road_nodes", lambda rows: [{**row, "latitude": "0", "longitude": "0"} for row in rows])
    assert any("16 nodes stand at one place (0 north, 0 east)" in fault.reason for fault in told(tables))


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda f: f / "gone", "is not one folder"),
        (lambda f: f / "cities.csv", "is not one folder"),
        (lambda f: _empty(f.parent / "empty"), "holds no table of a network"),
        (lambda f: _only(f, "crossings"), "holds crossings.csv alone"),
    ],
)
def test_a_folder_that_is_none(tables: Path, made: Callable[[Path], Path], reason: str) -> None:
    found = told(made(tables))
    assert len(found) == 1
    assert reason in found[0].reason


def _empty(folder: Path) -> Path:
    folder.mkdir()
    (folder / "readme.txt").write_text("nothing", encoding="utf-8")
    return folder


def _only(folder: Path, name: str) -> Path:
    for path in folder.iterdir():
        if path.stem != name:
            path.unlink()
    return folder


def test_rows_of_a_mode_that_is_not_given_are_told(tables: Path) -> None:
    for name in ("road_nodes", "road_links"):
        (tables / f"{name}.csv").unlink()
    reasons = {fault.reason for fault in told(tables)}
    assert reasons == {
        "the road links are those of the base world, crossings and all",
        "the road links are those of the base world, ferries and all",
    }


# -- the layout, and the commands


def test_every_column_is_written_and_declared() -> None:
    for network in (load_network(), make_network()):
        written = network_tables(network)
        assert list(written) == list(columns())
        for file, rows in columns().items():
            assert list(written[file]) == [row.column for row in rows]
    assert ids_of(make_network())["terminals"][:2] == ["terminal_0", "terminal_1"]


def test_tables_are_written_whole_or_not_at_all(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Faults, match="is not an empty folder"):
        write_network_tables(make_network(), tmp_path / "there")

    def fail(_network: Network) -> None:
        raise RuntimeError("stopped")

    monkeypatch.setattr("samarkand.world.importers.network_writing.network_tables", fail)
    with pytest.raises(RuntimeError, match="stopped"):
        write_network_tables(make_network(), tmp_path / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there"]


def test_the_commands_write_and_import_tables(tables: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    done = runner.invoke(app, ["world", "import", "network", str(tables), "--name", "mine"])
    assert done.exit_code == 0
    assert "the rail network falls into 2 parts" in done.output.replace("\n", " ")
    done = runner.invoke(app, ["world", "network", "--out", str(tmp_path / "again"), "--world", "mine"])
    assert done.exit_code == 0
    assert "11 tables are in" in done.output
    assert (tmp_path / "again" / "ports.csv").read_bytes() == (tables / "ports.csv").read_bytes()
    put("ports", 0, economy="XXA")(tables)
    done = runner.invoke(app, ["world", "import", "network", str(tables), "--name", "other"])
    assert done.exit_code == 2
    assert "1 fault; nothing was kept." in done.output
    diff = runner.invoke(app, ["world", "diff", "embedded", "mine", "--tables"])
    assert "Freight network" in diff.output
    assert runner.invoke(app, ["world", "check", "--world", "mine"]).output
