"""Legs to ports by cargo: what goods by the trainload have there, by hand, and that the declared table moves ways."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp

import numpy as np
import pytest
from pydantic import ValidationError

from samarkand.world.freight import leg_choice, leg_constants, sea_searches
from samarkand.world.freight.assignment import LandChoice, NetworkState, Voyages, costs_by_road
from samarkand.world.freight.gate_ways import GateSearch
from samarkand.world.freight.leg_constants import LegRow
from samarkand.world.freight.mode_choice import VOT_CLASSES
from samarkand.world.freight.model import FreightModel, prepare_freight, skims_of
from samarkand.world.freight.sea_searches import SeaSearch, sea_search_of
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.tables import Network
from test_leg_choice import (  # noqa: F401  (choice: a fixture)
    CITY,
    HAMBURG,
    LOW,
    P,
    by_hand,
    check_subsets,
    choice,
    leg_apart,
    numbers,
    quicker_crossing,
    with_rail_cheaper_by,
)
from toy import ECONOMIES, make_network

OF_COAL = -1.0  # in these tests: round, and small enough for something to be left of the constant
ROW = {
    "vot_class": "coal",
    "road_over_rail": -1.8,
    "low": -4.0,
    "high": -0.4,
    "source": "A survey",
    "flag": "derived",
}


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, float]]:
    """The declared constants, to be changed; searches are made of them anew."""
    rows = {"coal": OF_COAL, "ores": OF_COAL}
    monkeypatch.setattr(sea_searches, "leg_constants", lambda: rows)

    def clear() -> None:
        sea_searches.sea_searches.cache_clear()
        sea_searches.sea_search_of.cache_clear()

    clear()
    yield rows
    monkeypatch.undo()
    clear()


def of_coal(network: Network) -> float:
    """The constant of coal on the leg from Baku to Poti, 712 km: the difference between road and rail is less by 1 and
    nearly gone there, so that the most of the shorter legs counts."""
    at_the_end, per_km = (
        leg_apart(network, 0.0),
        by_hand(LOW) / (1 - exp(-leg_apart(network, 0.0) / 2.0)) / 712,
    )
    ways = [n * per_km * (1 - exp(-(at_the_end + (712 - n) / 1000 + OF_COAL) / 2.0)) for n in range(713)]
    assert ways[-1] < max(ways)
    return max(ways)


def search_of(label: str) -> SeaSearch:
    return sea_searches.sea_searches()[sea_search_of()[VOT_CLASSES.index(label)]]


def cost(model: FreightModel, goods: str, changes: tuple[LinkChange, ...] = ()) -> float:
    """Generalised cost by sea from Baku to Hamburg of a class of goods."""
    skims = skims_of(model, changes).sel(mode="sea", origin_city=CITY, destination_city=HAMBURG)
    return float(skims["generalised_cost"].isel(vot_class=int(skims["sea_search"].sel(goods=goods))))


def how(network: Network, goods: str) -> int:
    """How goods reach Poti from Baku as tonnes are laid on links: 0 by road, 2 by rail."""
    state = NetworkState(network, P, ())
    ways = LandChoice.of(state, LOW, costs_by_road(state, LOW))
    ships = state.for_ships(search_of(goods))
    return int(Voyages.at(ships, LOW, ways.to_port, ways.by_rail).how[numbers(network)])


@pytest.mark.usefixtures("choice", "table")
def test_the_constant_of_coal_by_hand() -> None:
    network = make_network()
    found = leg_choice.rail_constant_of_ports(network, P, LOW, search_of("coal").on_legs)
    assert found[numbers(network)] == pytest.approx(of_coal(network), rel=1e-9)
    assert 0 < of_coal(network) < by_hand(LOW) - 10


@pytest.mark.usefixtures("choice", "table")
@pytest.mark.parametrize(("more", "by_rail"), [(-1.0, False), (1.0, True)])
def test_coal_takes_the_train_where_it_is_cheaper_by_its_own_constant(more: float, by_rail: bool) -> None:
    """One US$ on either side of it, where all other goods stay on the road: skims, tonnes and the search past gates."""
    wanted = of_coal(make_network()) + more
    network = with_rail_cheaper_by(wanted)
    assert how(network, "coal") == (2 if by_rail else 0)
    assert how(network, "grain") == 0
    model = prepare_freight(network, P, ECONOMIES)
    assert cost(model, "grain") - cost(model, "coal") == pytest.approx(wanted if by_rail else 0.0, rel=1e-9)
    pair = tuple(np.array([network.cities.index.get_loc(name)]) for name in (CITY, HAMBURG))
    way = GateSearch(network, P, (), (), pair).find(
        0, np.empty(0), by_land=False, by_sea=True, ships=search_of("coal")
    )["sea"]
    assert way.usd[0] + LOW * way.hours[0] == pytest.approx(cost(model, "coal"), rel=1e-12)


@pytest.mark.usefixtures("choice", "table")
def test_a_quicker_railway_draws_coal_before_other_goods() -> None:
    """Rail lacks one US$ for coal, and gets three cheaper: coal gains two by hand, grain nothing, whoever asks."""
    network = with_rail_cheaper_by(of_coal(make_network()) - 1.0)
    model, changes = prepare_freight(network, P, ECONOMIES), (quicker_crossing(network, "rail", 3.0),)
    assert cost(model, "coal", changes) == pytest.approx(cost(model, "coal") - 2.0, rel=1e-12)
    assert cost(model, "grain", changes) == cost(model, "grain")
    check_subsets(model, network, changes)


@pytest.mark.usefixtures("choice")
@pytest.mark.parametrize("goods", ["coal", "ores"])
def test_each_figure_of_the_table_moves_the_ways_of_its_goods_alone(
    goods: str, table: dict[str, float]
) -> None:
    network = with_rail_cheaper_by(of_coal(make_network()) - 1.0)
    before = {
        label: cost(prepare_freight(network, P, ECONOMIES), label) for label in ("coal", "ores", "grain")
    }
    table[goods] = OF_COAL - 0.5
    sea_searches.sea_searches.cache_clear()
    sea_searches.sea_search_of.cache_clear()
    after = {label: cost(prepare_freight(network, P, ECONOMIES), label) for label in before}
    moved = [label for label in before if after[label] != before[label]]
    assert moved == [goods]
    assert after[goods] == pytest.approx(before[goods] - of_coal(network) + 1.0, rel=1e-9)


def test_the_declared_rows_hold_their_sources_and_ranges() -> None:
    assert set(leg_constants.leg_constants()) == {"coal", "ores"}
    assert search_of("coal").on_legs == leg_constants.leg_constants()["coal"]
    assert search_of("bulk").on_legs == search_of("grain").on_legs == search_of("middle").on_legs == 0.0
    # By hand: 9.6 per cent of coal by road and 69.0 by rail, 38 and 45 of all goods.
    assert leg_constants.leg_constants()["coal"] == pytest.approx(
        np.log(9.6 / 69.0) - np.log(38 / 45), abs=0.01
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"vot_class": "slate"}, "slate is no class of goods: bulk, low"),
        (
            {"road_over_rail": 0.5, "high": 1.0},
            "coal: 0.5 is above zero; goods that take the train less readily",
        ),
        ({"low": -1.0}, "lies outside its range"),
        ({"source": ""}, "a figure needs its source"),
    ],
)
def test_a_wrong_row_is_a_fault_in_words(wrong: dict[str, object], said: str) -> None:
    row = ROW | wrong | ({"flag": "recalled"} if "source" in wrong else {})
    with pytest.raises(ValidationError, match=said):
        LegRow.model_validate(row)


def test_two_rows_of_a_class_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    row = LegRow.model_validate(ROW)
    monkeypatch.setattr(leg_constants, "read_rows", lambda *_names: (row, row))
    with pytest.raises(ValueError, match="a class of goods has one row"):
        leg_constants.leg_constants.__wrapped__()
