"""Flows beside published capacities: units by hand, every place on the network, warnings only above a capacity."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from rich.console import Console

from samarkand.analysis.capacity import capacity_table, capacity_warnings
from samarkand.analysis.flows import Freight
from samarkand.programme import load_programme
from samarkand.programme.channels.capacity import facilities_of
from samarkand.reports.freight import print_freight, write_freight
from samarkand.world.freight.assignment import FreightWork, calc_tonnes, calc_unit_loads
from samarkand.world.freight.capacity import (
    CapacityRow,
    Facility,
    Place,
    calc_flow,
    capacities,
    find_place,
    line_place,
)
from samarkand.world.freight.commodities import freight_table, load_freight
from samarkand.world.freight.priced_places import find_gates
from samarkand.world.freight.skims import MODES
from samarkand.world.network.tables import load_network
from samarkand.world.parameters import load_parameters
from toy import make_toy_world

PARAMETERS = load_parameters()
NETWORK = load_network()
LINKS = pd.DataFrame(
    {
        "mode": ["rail", "rail", "road", "rail"], "row": [7, 8, 7, -1], "item": ["", "faster", "", "built + faster"],
        "economy_a": "KAZ", "economy_b": "KAZ", "km": 1.0,
        "tonnes": [4e6, 6e6, 1e6, 3e6], "teu": [1e5, 2e5, 5e4, 4e4],
    }
)  # fmt: skip


def work(links: pd.DataFrame = LINKS, **ports: tuple[float, float]) -> FreightWork:
    ids = pd.Index(NETWORK.ports["id"].astype(str), name="id")
    table = pd.DataFrame(0.0, index=ids, columns=["tonnes", "teu"])
    for name, amounts in ports.items():
        table.loc[name] = amounts
    zeros = xr.DataArray(np.zeros(len(MODES)), {"mode": list(MODES)}, ("mode",))
    by_economy = zeros.expand_dims(economy=["KAZ"]).transpose("mode", "economy")
    return FreightWork(links, table, by_economy, zeros, 0.0)


def test_flows_by_hand() -> None:
    """Side by side 4 + 6 m t, one after the other the busier 6, on the built link 3; 10e6 / (2,500 x 365) trains."""
    both = frozenset({7, 8})
    assert calc_flow(work(), Place({"rail": both}), "m t a year", PARAMETERS) == pytest.approx(10)
    assert calc_flow(
        work(), Place({"rail": both}, in_series=True), "m t a year", PARAMETERS
    ) == pytest.approx(6)
    assert calc_flow(work(), Place({"rail": both}), "TEU a year", PARAMETERS) == pytest.approx(3e5)
    assert calc_flow(work(), Place(item="built", in_series=True), "m t a year", PARAMETERS) == pytest.approx(
        3
    )
    assert calc_flow(work(), Place(item="buil", in_series=True), "m t a year", PARAMETERS) == 0
    trains = calc_flow(
        work(), Place({"rail": both}), "trains a day", PARAMETERS.replace({"train_load": 2500})
    )
    assert trains == pytest.approx(10e6 / (2500 * 365))
    port = find_place("port:SGSIN", NETWORK, PARAMETERS)
    assert calc_flow(work(SGSIN=(5e6, 7e5)), port, "TEU a year", PARAMETERS) == pytest.approx(7e5)


def test_unit_loads_are_the_containerised_value_over_value_per_teu() -> None:
    freight = freight_table(load_freight())
    flow = xr.DataArray(
        np.full((2, 2, 2), 3.0),
        {"origin": ["A", "B"], "destination": ["A", "B"], "sector": ["electronics", "oil_gas"]},
        ("origin", "destination", "sector"),
    )
    boxes = calc_unit_loads(flow, freight)
    one = freight.sel(sector="electronics")
    by_hand = (
        3e6 * float(one["containerised_share"]) / float(one["cargo_value_per_teu"].sel(cargo="containers"))
    )
    assert float(boxes.sum()) == pytest.approx(2 * by_hand)  # oil is in no container, and nothing at home
    tonnes = calc_tonnes(flow.sel(sector=["electronics"]), freight)
    weight = float(load_freight()["electronics.tonnes_per_teu"])
    share = float(one["containerised_share"] / one["network_share"])
    assert float(boxes.sum()) * weight == pytest.approx(float(tonnes.sum()) * share)


def test_every_capacity_has_its_place_on_the_network_and_its_standing() -> None:
    rows = capacities()
    for row in rows:
        place = find_place(row.place, NETWORK, PARAMETERS)
        assert place.ports or any(place.links.values()), row.id
        assert row.capacity > 0
        if row.flag == "verified":
            assert row.address.startswith(("https://", "http://")), row.id
            assert row.read_on is not None
        assert row.flag != "derived" or row.note, row.id
    assert sum(row.flag == "verified" for row in rows) >= 12


def test_a_line_is_the_way_between_its_points() -> None:
    """Addis Ababa - Djibouti has about 731 km by rail; its links in the table of links add up to that."""
    place = line_place([(8.91, 38.62), (11.55, 43.09)], "rail", NETWORK, PARAMETERS)
    km = NETWORK.rail.links["km"].to_numpy()[sorted(place.links["rail"])].sum()
    assert km == pytest.approx(731, rel=0.05)
    assert place.in_series


def test_a_capacity_that_is_not_known_has_no_row() -> None:
    given = {"id": "a", "place": "suez", "title": "A", "unit": "m t a year", "year": 2020, "source": "a page"}
    with pytest.raises(ValueError, match="above zero"):
        CapacityRow.model_validate({**given, "capacity": 0, "flag": "recalled"})
    with pytest.raises(ValueError, match="verified"):
        CapacityRow.model_validate({**given, "capacity": 5, "flag": "verified"})


@pytest.fixture(scope="module")
def freight() -> Freight:
    """Singapore takes 22 and 88 m TEU of 44; the busiest link of Dostyk - Moiynty 20 m t: 20e6 / (train_load x 365)."""
    programme = load_programme("eurasian-corridors")
    (section,) = next(item for item in programme.items if item.id == "dostyk-moiynty").section
    points = [(point.latitude, point.longitude) for point in section.points]
    rows = sorted(line_place(points, "rail", NETWORK, PARAMETERS).links["rail"])
    links = LINKS.iloc[:1].assign(row=rows[0], tonnes=20e6)
    world = replace(make_toy_world(), network=NETWORK)
    states = [work(links, SGSIN=(1.0, teu)) for teu in (22e6, 88e6)]
    return Freight(programme, world, 2035, *states, ("dostyk-moiynty",))


def test_a_warning_stands_only_where_a_flow_is_above_its_capacity(freight: Freight) -> None:
    table = capacity_table(freight).set_index("place")
    singapore = table.loc["Port of Singapore"]
    assert singapore["used_without"] == pytest.approx(0.5)
    assert singapore["used_with"] == pytest.approx(2.0)
    assert singapore["grade"] == "estimated"
    assert singapore["flag"] == "verified"
    assert "88,000,000 with the programme (200% of 44,000,000)" in singapore["warning"]
    assert "without" not in singapore["warning"]
    assert not table.loc["Port of Klaipeda", "warning"]
    assert len(capacity_warnings(table.reset_index())) == (table["warning"] != "").sum() == 1


def test_a_second_track_raises_the_capacity_of_its_line(freight: Freight) -> None:
    """24 trains a day before and 120 after, published; 20 m t are 20e6 / (2,600 x 365) = 21.07 trains a day."""
    row = capacity_table(freight).set_index("item").loc["dostyk-moiynty"]
    assert (row["capacity_without"], row["capacity_with"]) == (24, 120)
    assert row["flow_with"] == pytest.approx(20e6 / (PARAMETERS["train_load"] * 365))
    assert row["used_without"] == pytest.approx(row["flow_without"] / 24)
    shut = Freight(freight.programme, freight.world, 2023, freight.without, freight.with_, ())
    assert "dostyk-moiynty" not in set(capacity_table(shut)["item"])


def test_command_and_files_have_the_capacities_and_the_warning(freight: Freight, tmp_path: Path) -> None:
    console = Console(width=100, record=True)
    print_freight(freight, console)
    text = " ".join(console.export_text().split())
    assert "warning: over capacity: Port of Singapore" in text
    assert "Costs do not react to capacity" in text
    assert "Panama Canal *" in text
    assert "Suez Canal *" not in text
    written = {path.name for path in write_freight(freight, tmp_path)}
    assert {"freight-capacity.csv", "freight-crossings.csv"} <= written
    table = pd.read_csv(tmp_path / "freight-capacity.csv").set_index("place")
    assert table.loc["Port of Singapore", "used_with"] == pytest.approx(2.0)
    assert str(table.loc["Port of Singapore", "address"]).startswith("https://")


def test_an_item_raises_a_declared_capacity(freight: Freight) -> None:
    """Dostyk: 20 m t a year, 35 with the second track."""
    row = capacity_table(freight).set_index("place").loc["Alashankou - Dostyk, all goods"]
    assert (row["capacity_without"], row["capacity_with"]) == (20, 35)
    shut = Freight(freight.programme, freight.world, 2023, freight.without, freight.with_, ())
    row = capacity_table(shut).set_index("place").loc["Alashankou - Dostyk, all goods"]
    assert row["capacity_with"] == 20


def test_a_capacity_near_to_an_observed_flow_is_marked(freight: Freight) -> None:
    """Less than 1.5 times: 20 and 13.4 m t at Dostyk are 1.49 times, 1,953 and 1,217 at Suez 1.60."""
    marked = capacity_table(freight).set_index("place")["close_to_observed"]
    assert marked["Alashankou - Dostyk, all goods"]
    assert marked["Panama Canal"]
    assert not marked["Suez Canal"]
    assert not marked["Port of Klaipeda"]  # nothing observed


def test_a_capacity_that_less_was_observed_than_binds_however_near(freight: Freight) -> None:
    """More has passed than three rows say: 9 of 7 trains, 92.7 of 83.5 m t, 600,000 of 400,000 TEU."""
    table = capacity_table(freight).set_index("place")
    wrong = {"Port of Constanta", "Port of Poti", "Erenhot - Zamyn-Uud"}
    assert set(table.index[table["contradicted"]]) == wrong
    in_force = {one.title for one in facilities_of(None, freight.world, PARAMETERS)}
    assert in_force == set(table.index[(table["item"] == "") & ~table["contradicted"]])
    assert {
        "Panama Canal",
        "Alashankou - Dostyk, containers",
        "Kazakhstan - China, both railways",
    } <= in_force


def test_what_passes_a_canal_passes_all_of_its_links() -> None:
    """Three links of 7, 5 and 6 m t: 5 go through, the rest is bound for ports at both ends. Of a line 7 count; of a
    canal with a link that nobody takes nothing does."""
    links = pd.DataFrame({"mode": "sea", "row": [0, 1, 2, 9], "tonnes": [7e6, 5e6, 6e6, 1.0], "item": ""})
    laid = replace(work(), links=links)
    rows = {"sea": frozenset((0, 1, 2))}
    canal, line = Place(rows, in_series=True, end_to_end=True), Place(rows, in_series=True)
    assert calc_flow(laid, canal, "m t a year", PARAMETERS) == pytest.approx(5)
    assert calc_flow(laid, line, "m t a year", PARAMETERS) == pytest.approx(7)
    facility = Facility("canal", "Canal", "m t a year", 1.0, "rent", canal)
    assert find_gates([facility], laid)[0].links == {"sea": frozenset((1,))}
    unused = replace(canal, links={"sea": frozenset((0, 1, 2, 3))})
    assert calc_flow(laid, unused, "m t a year", PARAMETERS) == 0


def test_canals_are_counted_by_what_passes_all_of_them() -> None:
    network = load_network()
    canals = {
        name for name in ("suez", "panama", "gibraltar") if find_place(name, network, PARAMETERS).end_to_end
    }
    assert canals == {"suez", "panama"}


def test_trucks_a_day_are_tonnes_over_their_load() -> None:
    """1 m t on road link 7: 1e6 / (truck_load x 365)."""
    place = Place({"road": frozenset({7})})
    given = PARAMETERS.replace({"truck_load": 10})
    assert calc_flow(work(), place, "trucks a day", given) == pytest.approx(1e6 / 3650)


def test_what_belongs_together_is_given_together() -> None:
    given = {
        "id": "a", "place": "suez", "title": "A", "unit": "m t a year", "year": 2020, "source": "a page",
        "capacity": 5, "flag": "recalled",
    }  # fmt: skip
    with pytest.raises(ValueError, match="by which item"):
        CapacityRow.model_validate({**given, "raised_to": 7})
    with pytest.raises(ValueError, match="its year and its source"):
        CapacityRow.model_validate({**given, "observed": 4})


def test_items_that_raise_a_capacity_are_of_the_default_programme() -> None:
    ids = set(load_programme("eurasian-corridors").ids)
    assert {row.raised_by for row in capacities()} - {""} <= ids
