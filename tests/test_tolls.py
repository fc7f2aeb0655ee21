"""Tolls of canals in the cost of ways: by hand on the toy network, and where they stand on the embedded one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from samarkand import solving
from samarkand.baseline import solve_baseline
from samarkand.core.progress import quiet
from samarkand.session import Session
from samarkand.solving import Setting
from samarkand.world.freight.assignment import calc_tonnes, calc_volumes
from samarkand.world.freight.disruption import disrupt_freight
from samarkand.world.freight.energy import energy_tonnes
from samarkand.world.freight.model import prepare_freight, skims_of
from samarkand.world.freight.path_finder import PathFinder
from samarkand.world.freight.skims import values_of_time
from samarkand.world.freight.transit_use import TransitSearch
from samarkand.world.network.disruptions import find_closures
from samarkand.world.network.tolls import tolls_of_links
from samarkand.world.network.transit_tariffs import transit_tariffs
from samarkand.world.parameters import load_parameters
from toy import ECONOMIES, make_network

SUEZ = 6.49 * 17.0  # US$ a tonne, tonnes a load
PARAMETERS = load_parameters()
FREE = PARAMETERS.replace({"canal_tolls": 0.0})


def test_a_voyage_pays_the_toll_of_the_canal_that_it_passes_and_no_other_does() -> None:
    """China to Germany leads through Suez with the toll as without; China to Kazakhstan by no canal."""
    network = make_network()
    free, pays = (skims_of(prepare_freight(network, each, ECONOMIES)) for each in (FREE, PARAMETERS))
    shanghai = {"vot_class": "low", "origin_city": "CHN Shanghai"}

    def more(name: str, mode: str, destination: str) -> float:
        ends = {"mode": mode, "destination_city": destination}
        one, other = (float(each[name].sel(shanghai | ends)) for each in (free, pays))
        return other - one

    assert more("usd", "sea", "DEU Hamburg") == pytest.approx(SUEZ, rel=1e-12)
    assert more("hours", "sea", "DEU Hamburg") == 0.0
    for name in ("usd", "hours"):
        assert more(name, "rail", "DEU Hamburg") == more(name, "rail", "KAZ Almaty") == 0.0


def test_half_the_tolls_are_half_of_the_toll() -> None:
    network = make_network()
    half = PARAMETERS.replace({"canal_tolls": 0.5})
    skims = [
        skims_of(prepare_freight(network, each, ECONOMIES)).sel(vot_class="low", mode="sea")
        for each in (FREE, half, PARAMETERS)
    ]
    usd, hours = ([one[name].to_numpy() for one in skims] for name in ("usd", "hours"))
    same = (hours[0] == hours[1]) & (hours[0] == hours[2])  # the others turn aside
    with np.errstate(invalid="ignore"):
        once, twice = (np.where(same, one - usd[0], np.nan) for one in usd[1:])
    assert np.nanmax(once) == pytest.approx(SUEZ / 2, rel=1e-12)
    assert np.allclose(2 * once, twice, rtol=1e-9, equal_nan=True)


def test_a_way_step_by_step_holds_the_toll() -> None:
    network = make_network()
    value = values_of_time(PARAMETERS)[0]
    found = [
        PathFinder(network, each, value).find("CHN Shanghai", "DEU Hamburg", "sea")
        for each in (FREE, PARAMETERS)
    ]
    voyages = [
        next(step for step in one.steps if step.mode == "sea" and step.kind == "move")
        for one in found
        if one is not None
    ]
    assert voyages[0].km == voyages[1].km
    assert voyages[0].usd == pytest.approx(voyages[0].km * PARAMETERS["sea_rate"], rel=1e-12)
    assert voyages[1].usd - voyages[0].usd == pytest.approx(SUEZ, rel=1e-12)


def test_a_closed_canal_takes_no_toll() -> None:
    """The voyage round the Cape costs what it did, and no less than through the canal with its toll."""
    network = make_network()
    closures = find_closures(("suez",), network)
    models = [prepare_freight(network, each, ECONOMIES) for each in (FREE, PARAMETERS)]
    closed = [skims_of(disrupt_freight(model, closures).closed)["usd"] for model in models]
    assert (closed[0].to_numpy() == closed[1].to_numpy()).all()
    sea = {"vot_class": "low", "mode": "sea"}
    assert (closed[1].sel(sea) >= skims_of(models[1])["usd"].sel(sea)).all()


def test_the_toll_is_taken_where_ships_sail_and_nowhere_without_a_canal() -> None:
    """In a network of the user's the link of the locks may be out of use beside a new one; or there is no canal."""
    network = make_network()
    links, nodes = network.sea_links, network.sea_nodes
    (row,) = np.flatnonzero(links["passage"] == "suez")
    twice = pd.concat([links, links.iloc[[row]]], ignore_index=True)
    twice.loc[row, "status"] = "planned"
    assert tolls_of_links(links, nodes)[row] == pytest.approx(SUEZ, rel=1e-12)
    assert np.flatnonzero(tolls_of_links(twice, nodes)).tolist() == [len(links)]
    assert not tolls_of_links(links.assign(passage=""), nodes).any()
    assert tolls_of_links(links.iloc[:0], nodes).shape == (0,)


@pytest.mark.slow
def test_each_canal_takes_its_toll_once_between_its_ports(world) -> None:
    """On the locks and not on the way to them: what sails to Colon, Balboa or the Gulf of Suez passes free."""
    network = world.network
    tolls = tolls_of_links(network.sea_links, network.sea_nodes)
    rows = np.flatnonzero(tolls)
    links = network.sea_links.iloc[rows]
    canals = {row.id: row for row in transit_tariffs() if row.kind == "canal"}
    assert sorted(links["passage"].astype(str)) == sorted(canals)
    for row, passage in zip(rows, links["passage"].astype(str), strict=True):
        assert tolls[row] == canals[passage].rate * canals[passage].load
        ends = network.sea_nodes.iloc[network.sea_links.iloc[row][["u", "v"]].to_numpy(np.int64)]
        assert (np.abs(ends["lat"] - canals[passage].lat) < 0.6).all()
        assert (np.abs(ends["lon"] - canals[passage].lon) < 0.6).all()


@pytest.mark.slow
def test_tonnes_of_a_load_are_those_that_the_model_lays_there(world) -> None:
    """rate * load: the mean toll a tonne and a load of the same goods. Loads are given in three digits."""
    setting = Setting(world, world.assumptions, "fixed_nominal")
    baseline = solve_baseline(setting, (), Session().kept, quiet)
    energy, flow = solving.energy_of(setting), world.accounts.trade_flow
    canals = [row for row in transit_tariffs() if row.kind == "canal"]
    share = solving.mode_shares(baseline.state.model, baseline.state.against_open)
    ways = TransitSearch(
        world.network, setting.assumptions.parameters, list(world.labels), energy, canals
    ).use(share)
    goods = flow.where(~energy.known(flow), 0.0)
    tonnes, loads = (
        (ways.per_tonne * calc(goods, setting.commodities)).sum(("vot_class", "origin", "destination"))
        for calc in (calc_tonnes, calc_volumes)
    )
    of_energy = (ways.by_flow * energy_tonnes(energy, flow, flow)).sum(axis=1)
    in_tanks = setting.assumptions.freight["liquid_bulk.tonnes_per_teu"]
    mean = (tonnes.to_numpy() + of_energy) / (loads.to_numpy() + of_energy / in_tanks)
    assert mean == pytest.approx([row.load for row in canals], rel=0.02)
