"""Fares of ferries: the table by hand, on the links of the network, and a way leg by leg beside a published price."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from samarkand.world.freight.path_finder import PathFinder
from samarkand.world.freight.skims import values_of_time
from samarkand.world.network.disruptions import close, find_closures
from samarkand.world.network.ferries import FerryLine, embedded_ferries, ferry_fares
from samarkand.world.network.tables import crossing_costs, land_costs, load_network
from samarkand.world.parameters import load_parameters

PARAMETERS = load_parameters()
NETWORK = load_network()
EURO = 1.035  # US$, January 2025
BOXES, LOADS = 33.0, (1500 - 33.0 * 10) / 24  # thousand in 2022: TEU of 10 t, and loads of 24 t in wagons


def in_wagons(box: float, loaded: float, empty: float) -> float:
    """Mean fare of a load: boxes, and wagons of 14 m that take 65 t and go back empty, at US$ a metre."""
    return (BOXES * box + LOADS * 14 * (loaded + empty) * 24 / 65) / (BOXES + LOADS)


BY_HAND = {
    "ferry_alat_aktau_rail": in_wagons(600, 48, 39),
    "ferry_alat_turkmenbashi_rail": in_wagons(500, 43, 34),
    "ferry_alat_aktau_road": (73 + 54.5) / 2 * 16.5 / 2,
    "ferry_alat_turkmenbashi_road": 1072 / 2,
    "ferry_poti_burgas_road": (1820 + 970) / 2 / 2 * EURO,
}


def test_fares_follow_from_the_tariffs_that_they_name():
    fares = {fare.id: fare.evidence.value for fare in ferry_fares()}
    assert fares == pytest.approx(BY_HAND, abs=0.51)  # whole dollars
    assert set(fares) <= {line.id for line in embedded_ferries()}


def test_a_line_without_a_figure_has_no_fare():
    """Tables on file hold not a number for it, older ones no column."""
    place = {"id": "x", "mode": "road", "from_lat": 1.0, "from_lon": 2.0}
    assert FerryLine.model_validate(place).usd_per_teu is None
    assert FerryLine.model_validate({**place, "usd_per_teu": float("nan")}).usd_per_teu is None
    assert FerryLine.model_validate({**place, "usd_per_teu": 7.0}).usd_per_teu == 7.0


@pytest.mark.parametrize("mode", ["road", "rail"])
def test_ferries_cost_their_fare_and_others_the_rate_of_their_km(mode):
    tables, costs = NETWORK.land(mode), land_costs(NETWORK, mode, PARAMETERS)
    fees = np.zeros(len(tables.links))
    np.add.at(fees, tables.crossings["link"].to_numpy(), crossing_costs(tables.crossings, PARAMETERS)[1])
    fares, seen = {fare.id: fare.usd_per_teu for fare in ferry_fares()}, set()
    for line in embedded_ferries():
        for row in np.flatnonzero((tables.links["repair"] == line.id).to_numpy() & (line.mode == mode)):
            at = costs.row == row
            km = float(tables.links["km"].iloc[row])
            expected = fares.get(line.id, km * PARAMETERS["ferry_rate"]) + fees[row]
            assert costs.usd[at] == pytest.approx(expected), line.id
            seen.add(line.id)
    assert {name for name in fares if name.endswith(mode)} <= seen


def test_a_rate_of_the_link_itself_comes_first():
    links = NETWORK.rail.links
    mine = links.assign(rate=np.where(links["repair"] == "ferry_alat_turkmenbashi_rail", 2.0, np.nan))
    network = replace(NETWORK, rail=replace(NETWORK.rail, links=mine))
    row = int(np.flatnonzero(links["repair"] == "ferry_alat_turkmenbashi_rail")[0])
    before, after = (land_costs(one, "rail", PARAMETERS) for one in (NETWORK, network))
    change = after.usd[after.row == row] - before.usd[before.row == row]
    assert change == pytest.approx(2.0 * links["km"].iloc[row] - 439)


def test_tashkent_to_istanbul_leg_by_leg_beside_a_published_price():
    """By Turkmenbashi, Alat and Akhalkalaki. InterRail asked 2,305 US$ for a container of 20 feet from Sergeli to
    Derince in April 2020, with dues of ports (https://www.interrail.ru/ru/News/TarifDetail?postId=442). Here by hand

        (663 + 1149 + 413 + 238 + 1703 km) * 0.47 + 439 + 4 * 215 (borders) + 2 * 25 (terminals) + 14 (access) = 3,321

    1.4 times that: at the published fare of the ferry and fees of borders it leaves some 0.23 US$ a km of railway.
    Days: 13.7. Published are 16 to 17 from Lianyungang and Xi'an to Istanbul and Mersin by Aktau (UIC, 30 April 2019),
    4,000 km more, and 38 to 53 from China to Europe in 2022.
    """
    shut = ["border:IRN-TKM", "border:KAZ-UZB", "border:AFG-UZB", "border:KAZ-TKM", "border:KGZ-UZB"]
    network = close(NETWORK, find_closures(shut, NETWORK))
    way = PathFinder(network, PARAMETERS, values_of_time(PARAMETERS)[0]).find(
        "UZB Tashkent", "TUR Istanbul", "rail"
    )
    assert way is not None
    legs = [(step.name, round(step.km)) for step in way.steps if step.mode == "rail" and step.km > 0]
    assert legs == [
        ("UZB", 663), ("TKM", 1149), ("TKM - AZE", 306), ("AZE", 413), ("GEO", 238), ("TUR", 1703)
    ]  # fmt: skip
    by_hand = (663 + 1149 + 413 + 238 + 1703) * 0.47 + 439 + 4 * 215 + 2 * 25 + 14
    assert way.usd == pytest.approx(by_hand, rel=2e-3)
    assert 1.0 < way.usd / 2305 < 1.5
    days = sum(step.moving_hours + step.waiting_hours for step in way.steps) / 24
    assert days == pytest.approx(
        (4166 / 40 + 306 / 20 + 4 * 40.6 + 30 + 2 * 8) / 24, rel=2e-3
    )  # 30: for the ferry
