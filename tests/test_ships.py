"""Ships too large for a canal: ores that go round it, beside the network on which it is closed, and on the world."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from samarkand.analysis.observed import open_baseline
from samarkand.limiting import facilities_in, goods_of
from samarkand.session import default_session
from samarkand.world.accounts.tables import load_accounts
from samarkand.world.freight.assignment import mode_shares
from samarkand.world.freight.capacity import find_place
from samarkand.world.freight.chokepoint_shares import find_passages
from samarkand.world.freight.closed_gates import ClosedGates
from samarkand.world.freight.disruption import disrupt_freight
from samarkand.world.freight.gate_ways import Gate
from samarkand.world.freight.gated_costs import GatedCosts
from samarkand.world.freight.limits import CLOSED, GatedFreight
from samarkand.world.freight.mode_choice import MODES, SECTOR_OF_CLASS, VOT_CLASSES, classes_of_time
from samarkand.world.freight.model import FreightModel, prepare_freight
from samarkand.world.freight.origins import origin_rows
from samarkand.world.freight.sea_searches import (
    LIKE,
    SEA,
    sea_search_of,
    sea_searches,
    searches_taken,
    turns_aside,
)
from samarkand.world.freight.ships import ship_rows
from samarkand.world.freight.skims import values_of_time
from samarkand.world.network.disruptions import find_closures
from samarkand.world.network.tables import load_network
from samarkand.world.parameters import load_parameters
from samarkand.world.world import load_world

ORES, COAL, GRAIN = (VOT_CLASSES.index(label) for label in ("ores", "coal", "grain"))


@pytest.fixture(scope="module")
def model() -> FreightModel:
    return prepare_freight(load_network(), load_parameters(), load_accounts().economies)


@pytest.fixture(scope="module")
def passes(model: FreightModel) -> dict[str, np.ndarray]:
    """Share of what two economies ship that passes, [class, origin, destination], by chokepoint."""
    ids = [row.id for row in model.network.chokepoints]
    return dict(zip(ids, find_passages(model), strict=True))


def test_the_table_names_the_economies_whose_ore_is_copper() -> None:
    (row,) = ship_rows()
    assert row.evidence.source
    copper = {
        economy
        for (economy, sector), rows in origin_rows().items()
        if sector == "ores" and any("copper" in one.unit for one in rows)
    }
    assert (row.vot_class, row.passage) == ("ores", "panama")
    assert set(row.except_of.split()) == copper


def test_classes_choose_alike_that_sail_alike() -> None:
    for k, label in enumerate(VOT_CLASSES):
        alike = label in SECTOR_OF_CLASS and sea_search_of()[k] == 0
        assert LIKE[k] == (0 if alike else k)
    own = np.flatnonzero(np.arange(LIKE.size) == LIKE)
    assert np.array_equal(own, np.arange(own.size)), "those that choose for themselves come first"


def test_their_ways_are_those_of_the_network_on_which_the_canal_is_closed(model: FreightModel) -> None:
    """Those of coal there, which goes to ports by the trainload too."""
    closed = disrupt_freight(model, find_closures(["panama"], model.network)).closed.baseline.pairs
    pairs, coal = model.baseline.pairs, int(sea_search_of()[COAL])
    own = pairs.own_ways[:, 1]
    alike = own & pairs.own_ways[:, coal]
    assert 0.5 < own.mean() < 1
    assert alike.mean() > 0.9 * own.mean()
    for name in ("usd", "hours"):
        ours, first, shut = (
            getattr(one, name)[:, SEA, s] for one, s in ((pairs, 1), (pairs, 0), (closed, coal))
        )
        np.testing.assert_allclose(ours[alike], shut[alike], rtol=1e-12)
        assert np.array_equal(ours[~own], first[~own])
        # Closing the canal changes nothing for ships that do not pass it.
        assert np.array_equal(getattr(closed, name)[own, SEA, 1], ours[own])
    value = pairs.search_values[SEA, 0]
    cost = pairs.usd[:, SEA] + value * pairs.hours[:, SEA]
    at = alike & np.isfinite(cost[:, 0])
    assert (cost[at, 1] >= cost[at, coal] * (1 - 1e-12)).all(), "no way gets cheaper by leaving out a canal"
    assert (cost[at, 1] > 1.02 * cost[at, coal]).any()


def test_ore_goes_round_the_canal_and_grain_through_it(model: FreightModel, passes) -> None:
    at = {code: k for k, code in enumerate(model.economies)}
    panama, cape = passes["panama"], passes["cape_of_good_hope"]
    one, other = at["BRA"], at["CHN"]
    assert panama[ORES, one, other] == 0
    assert cape[ORES, one, other] > 0.9
    assert panama[GRAIN, at["USA"], at["JPN"]] > 0.5
    assert panama[ORES, at["PER"], at["DEU"]] > 0.5, "copper of Peru goes in smaller ships"
    assert panama[ORES, at["CAN"], at["JPN"]] == 0


def test_who_passes_the_canal_with_ore_has_smaller_ships_or_no_other_way(model: FreightModel, passes) -> None:
    at = [code in sea_searches()[1].smaller for code in model.economies]
    neither = ~(np.array(at)[:, None] | np.array(at))
    assert (passes["panama"][ORES][neither] > 0).mean() < 0.02


def test_nobody_is_cut_off_from_the_sea(model: FreightModel) -> None:
    pairs, term = model.baseline.pairs, model.baseline.term
    assert (term[pairs.by_sea, ORES, SEA] > 0).all()
    assert ((term[:, :, SEA] > 0) == (term[:, :1, SEA] > 0)).all()


def test_shares_tell_whose_way_goods_take(model: FreightModel) -> None:
    pairs = model.baseline.pairs
    share = mode_shares(model)
    taken = share["sea_search"].to_numpy()
    assert np.array_equal(taken, taken.transpose(0, 2, 1))
    assert np.array_equal(taken[:, pairs.origin, pairs.destination].T, searches_taken(pairs.own_ways))
    assert set(np.unique(taken[ORES])) == {0, 1}
    assert set(np.unique(taken[COAL])) == {0, int(sea_search_of()[COAL])}
    assert not taken[[VOT_CLASSES.index(label) for label in ("bulk", "low", "grain")]].any()
    assert MODES[SEA] == "sea"


def test_goods_have_the_search_of_their_value_of_time() -> None:
    """By declared values, but for the highest, which share the search below: nearest in logarithms."""
    parameters = load_parameters()
    values = values_of_time(parameters)
    assert len(set(values)) == len(values)
    goods = classes_of_time(parameters).to_numpy()
    nearest = np.abs(np.log(np.array(values)) - np.log(goods)[:, None]).argmin(axis=1)
    land = np.array([sea_searches()[s].land for s in sea_search_of()])
    assert np.array_equal(land, np.minimum(nearest, 2))


def test_dear_goods_to_new_york_land_in_the_west_and_their_ways_keep_the_rules(model: FreightModel) -> None:
    pairs, cities = model.baseline.pairs, model.network.cities
    one, other = (cities.index.get_loc(name) for name in ("CHN Shanghai", "USA New York City"))
    (row,) = np.flatnonzero((pairs.origin == min(one, other)) & (pairs.destination == max(one, other)))
    sea = [int(s) for s in searches_taken(pairs.own_ways[[row]])[0]]
    bulk, middle = (VOT_CLASSES.index(label) for label in ("bulk", "middle"))
    hours, usd = pairs.hours[row, SEA], pairs.usd[row, SEA]
    assert sea[middle] > 0
    assert sea[bulk] == 0
    assert hours[sea[middle]] < hours[0] - 7 * 24
    assert usd[sea[middle]] > usd[0] + 1000
    # In haste the search goes by land to the Baltic: there they take the way of bulk.
    hamburg = {cities.index.get_loc("CHN Shanghai"), cities.index.get_loc("DEU Hamburg")}
    (row,) = np.flatnonzero((pairs.origin == min(hamburg)) & (pairs.destination == max(hamburg)))
    assert not searches_taken(pairs.own_ways[[row]])[0, middle]
    # Nobody pays more on an own way than on the first one.
    for label, value in zip(VOT_CLASSES, classes_of_time(model.parameters).to_numpy(), strict=True):
        s = int(sea_search_of()[VOT_CLASSES.index(label)])
        own = pairs.own_ways[:, s] & pairs.by_sea
        cost = pairs.usd[own][:, SEA] + value * pairs.hours[own][:, SEA]
        assert not sea_searches()[s].may_turn or (cost[:, s] <= cost[:, 0]).all()
        assert own.mean() > 0.2


@pytest.mark.slow
def test_dear_goods_turn_aside_alike_in_searches_and_on_networks_with_gates_closed() -> None:
    """Ways with Panama open and closed, and the price at which the trade of the accounts leaves it no more than it
    takes: a state near a known one has that of the full solution."""
    baseline = open_baseline(load_world(), default_session())
    model, setting = baseline.freight, baseline.setting
    assert isinstance(model, FreightModel)
    facilities = [one for one in facilities_in(setting) if one.id == "panama"]
    place = find_place("panama", model.network, model.parameters)
    gates = [Gate(place.links, place.ports)]
    routes, ways = ClosedGates(model, gates).ways(())
    searched = GatedFreight(model, routes, (), facilities, gates)
    known = GatedCosts(model, routes, (), facilities, gates, ways=ways)
    turns = turns_aside(model.baseline.pairs.own_ways[ways.rows])
    assert turns[ways.rows.size // 2 :].any()  # each half is one thread's work
    for price in (0.0, CLOSED):
        at = np.array([price])
        for ours, theirs in zip(ways.at_sea(at), searched.search.at_sea(at), strict=True):
            for one, other in zip(ours, theirs.of(ways.rows), strict=True):
                np.testing.assert_allclose(one, other, rtol=1e-9)
    goods, nothing = goods_of(setting, setting.world.accounts.trade_flow), np.zeros(1)
    wanted = searched.solve(goods, nothing).prices["panama"]
    assert wanted > 0
    assert known.start(goods, nothing, {}) == pytest.approx([wanted], rel=1e-6)


def test_a_prepared_network_has_one_name_in_all_processes() -> None:
    """Sets have another order in each process: a name made of it would never be found again."""
    code = (
        "from samarkand.world.freight.model import prepare_freight\n"
        "from samarkand.world.parameters import load_parameters\n"
        "from toy import ECONOMIES, make_network\n"
        "print(prepare_freight(make_network(), load_parameters(), ECONOMIES).key)\n"
    )
    names = {
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
        ).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip
    assert len(names) == 1
