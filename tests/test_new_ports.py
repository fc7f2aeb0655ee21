"""Ports that a programme builds: beside a recomputation of the network that has them, from all sides of closure."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import xarray as xr

from samarkand.analysis.flows import busiest
from samarkand.programme import apply, load_programme
from samarkand.world.freight import subsets
from samarkand.world.freight.assignment import calc_freight_work, calc_tonnes, mean_work, mode_shares
from samarkand.world.freight.commodities import freight_table, load_freight
from samarkand.world.freight.model import FreightModel, prepare_freight, skims_of
from samarkand.world.freight.path_finder import PathFinder
from samarkand.world.freight.sea_searches import SEA
from samarkand.world.freight.skims import baseline_skims
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.new_ports import open_ports
from samarkand.world.parameters import load_parameters
from toy import ECONOMIES, make_network, make_toy_world

# Bremen is beside Hamburg, Lianyungang beside Shanghai.
BREMEN = LinkChange(
    "bremen", "new_port", "sea", ((53.6, 8.6),), target="bremen", name="Bremen", economies=("DEU", "")
)
LIANYUNGANG = LinkChange(
    "lian", "new_port", "sea", ((31.2, 121.5),), target="lian", name="Lianyungang", economies=("CHN", ""),
    hours_saved=5.0, usd_saved=40.0,
)  # fmt: skip
DEAR = replace(LIANYUNGANG, item="dear", target="dear", hours_saved=-30.0, usd_saved=-100.0)
ROAD = LinkChange(
    "road", "new", "road", ((53.2, 50.15), (53.55, 10.0)), joins=(True, True), km=2900.0, hours=25.0
)
RAIL = LinkChange(
    "rail", "new", "rail", ((43.25, 76.9), (31.23, 121.47)), joins=(True, True), km=3900.0, hours=40.0
)
QUICKER = LinkChange("quay", "port", "sea", target="DEHAM", hours_saved=6.0, usd_saved=50.0)
EVERY = (BREMEN, LIANYUNGANG, ROAD, RAIL, QUICKER)


@pytest.fixture(scope="module")
def parameters():
    return load_parameters()


@pytest.fixture(scope="module")
def model(parameters) -> FreightModel:
    return prepare_freight(make_network(), parameters, ECONOMIES)


def recomputed(model: FreightModel, changes, parameters):
    """Generalised cost of the modes, searched on a network that has the new ports; ports and links as changes say."""
    found = prepare_freight(open_ports(model.network, changes), parameters, ECONOMIES)
    rest = [change for change in changes if change.action != "new_port"]
    own = [
        LinkChange(c.item, "port", "sea", target=c.target, hours_saved=c.hours_saved, usd_saved=c.usd_saved)
        for c in changes
        if c.action == "new_port"
    ]
    return skims_of(found, [*rest, *own])["generalised_cost"], found


def own_ways(model: FreightModel) -> xr.DataArray:
    """Where a route is that of its search, dims of skims; at sea it may be the first one, settled without new ports."""
    pairs, skims = model.baseline.pairs, skims_of(model)["generalised_cost"]
    found = np.ones(skims.shape, np.bool_)
    for s, own in enumerate(pairs.own_ways.T):
        found[s, SEA, pairs.origin, pairs.destination] = found[s, SEA, pairs.destination, pairs.origin] = own
    return skims.copy(data=found)


@pytest.mark.parametrize(
    "changes", [(BREMEN,), (LIANYUNGANG,), (BREMEN, LIANYUNGANG), (BREMEN, ROAD), (LIANYUNGANG, RAIL), EVERY]
)
def test_a_new_port_is_a_port_of_the_network(model, parameters, changes) -> None:
    """Costs by all modes are those of a recomputation in which the port is one of the table."""
    found = skims_of(model, changes)["generalised_cost"]
    wanted, settled = recomputed(model, changes, parameters)
    alike = own_ways(model) & own_ways(settled)
    assert alike[:, SEA].any(axis=(1, 2)).all()
    np.testing.assert_allclose(found.where(alike), wanted.where(alike), rtol=1e-12)
    before = skims_of(model)["generalised_cost"]
    assert (found.sel(mode="sea") < before.sel(mode="sea") * (1 - 1e-9)).any()


def test_the_recomputation_is_one_of_the_whole_network(model, parameters) -> None:
    """A network with the port, without any closure over it, has the costs that closure finds."""
    whole = baseline_skims(open_ports(model.network, [BREMEN]), parameters)
    found = skims_of(model, [BREMEN])
    np.testing.assert_allclose(
        *(one["generalised_cost"].where(own_ways(model)) for one in (found, whole)), rtol=1e-12
    )


def test_many_sets_with_new_ports_are_many_questions(model) -> None:
    """All subsets at once, by the labels of routes, beside one update of the routes after another."""
    sets = [chosen for size in range(len(EVERY) + 1) for chosen in combinations(EVERY, size)]
    model.place(EVERY)
    assert subsets.portfolio_costs(model, sets, lambda **_fractions: None) is not None
    at_once = subsets.costs_of_subsets(model, sets)
    alone = [subsets.costs_of_subsets(model, [chosen])[0] for chosen in sets]
    for number, chosen in enumerate(sets):
        np.testing.assert_allclose(at_once[number], alone[number], rtol=1e-12, err_msg=str(chosen))
    assert (alone[2] < alone[0] * (1 - 1e-6)).any(), "the port of Lianyungang moves no cost"


def test_a_port_costs_what_it_says(model) -> None:
    """Dearer than others by 30 hours and 100 US$ it is of less use than the same port at their cost."""
    same = replace(LIANYUNGANG, hours_saved=0.0, usd_saved=0.0)
    costs = [model.costs([one])["generalised_cost"] for one in (DEAR, same, LIANYUNGANG)]
    with_ = [one.isel(state=-1) for one in costs]
    assert (with_[0] >= with_[1]).all()
    assert (with_[1] >= with_[2]).all()
    assert (with_[0] > with_[2] * (1 + 1e-6)).any()


def test_tonnes_pass_a_new_port_and_no_port_that_is_not_open(model, parameters) -> None:
    """What the ways by sea land in the new port is what its row has; all goods that go by sea use two ports."""
    world = make_toy_world()
    tonnes = calc_tonnes(world.accounts.trade_flow, freight_table(load_freight()))
    states = [
        calc_freight_work(
            model.network,
            parameters,
            tonnes,
            mode_shares(model, model.update_routes(changes) if changes else None),
            changes,
        )
        for changes in ((), (LIANYUNGANG,))
    ]
    without, with_ = (state.ports["tonnes"] for state in states)
    assert "lian" not in without.index
    assert with_["lian"] > 0
    for state in states:
        assert state.ports["tonnes"].sum() == pytest.approx(2 * float(state.tonnes.sel(mode="sea")), rel=1e-9)
    both = mean_work([(0.25, states[0]), (0.75, states[1])])
    assert both.ports["tonnes"]["lian"] == pytest.approx(0.75 * with_["lian"])
    assert both.ports["tonnes"]["DEHAM"] == pytest.approx(0.25 * without["DEHAM"] + 0.75 * with_["DEHAM"])
    assert "port:lian" not in busiest(states[1], model.network, 100)


def test_a_corridor_names_the_new_port(model, parameters) -> None:
    """The way of goods by sea, step by step, costs what closure says."""
    cost = skims_of(model, [LIANYUNGANG])["generalised_cost"].isel(vot_class=0)
    value = float(cost["value_of_time"])
    ends = ("CHN Shanghai", "DEU Hamburg")
    way = PathFinder(model.network, parameters, value, [LIANYUNGANG]).find(*ends, "sea")
    assert way is not None
    assert [step.name for step in way.steps if step.kind == "port"] == ["Lianyungang", "Hamburg"]
    total = sum(step.usd + value * (step.moving_hours + step.waiting_hours) for step in way.steps)
    wanted = cost.sel(mode="sea", origin_city=ends[0], destination_city=ends[1])
    assert total == pytest.approx(float(wanted), rel=1e-12)


PORT = """
[programme]
id = "quays"
title = "New ports"
"""
ITEM = """
[[project]]
id = "{id}"
title = "Port {id}"
kind = "port"
economies = ["{economy}"]
status = "in_service"
opening = {{ date = 2024 }}
works = "new"
{rest}
"""


def test_what_a_new_port_lacks_is_named(tmp_path) -> None:
    """On the Caspian the ferry lines, far inland a way to the sea, far out a road."""
    rows = [
        ("bremen", "DEU", 'place = { name = "Bremen", latitude = 53.6, longitude = 8.6 }'),
        ("kuryk", "KAZ", 'place = { name = "Kuryk", latitude = 43.19, longitude = 51.65 }'),
        ("samara", "RUS", 'place = { name = "Samara", latitude = 53.2, longitude = 50.15 }'),
        ("off", "DEU", 'place = { name = "Tristan", latitude = -37.1, longitude = -12.3 }'),
    ]
    path = tmp_path / "quays.toml"
    path.write_text(PORT + "".join(ITEM.format(id=i, economy=e, rest=r) for i, e, r in rows))
    world = make_toy_world()
    change = apply(load_programme(path, world), world, 2030)
    assert [(c.item, c.action, c.name, c.economies[0]) for c in change.network] == [
        ("bremen", "new_port", "Bremen", "DEU")
    ]
    reasons = {gap.item: gap.reason for gap in change.not_assessed if gap.what == "effect"}
    assert set(reasons) == {"kuryk", "samara", "off"}
    assert "the ferry lines that call there" in reasons["kuryk"]
    assert "a way to the sea" in reasons["samara"]
    assert "lacks a road" in reasons["off"]


def test_hours_and_fees_of_a_new_port_are_its_own(tmp_path, parameters) -> None:
    own = """place = { name = "Bremen", latitude = 53.6, longitude = 8.6 }
dwell_before = { value = 0, unit = "hours", source = "made up", flag = "assumed" }
dwell_after = { value = 5, unit = "hours", source = "made up", flag = "assumed" }
port_fee_before = { value = 0, unit = "US$/TEU", source = "made up", flag = "assumed" }
port_fee_after = { value = 260, unit = "US$/TEU", source = "made up", flag = "assumed" }"""
    path = tmp_path / "quay.toml"
    path.write_text(PORT + ITEM.format(id="bremen", economy="DEU", rest=own))
    world = make_toy_world()
    (change,) = apply(load_programme(path, world), world, 2030).network
    dwell = min(parameters["port_hours_road"], parameters["port_hours_rail"])
    assert change.hours_saved == dwell - 5
    assert change.usd_saved == parameters["port_fee"] - 260
