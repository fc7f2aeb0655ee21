"""Which voyages pass which chokepoint, by hand and beside the closed network; what exposure must add up to."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from samarkand.core.disk_cache import cache_folder
from samarkand.engines.routing import calc_legs
from samarkand.priorities.trade.exposure import calc_chokepoint_exposure
from samarkand.world.freight.chokepoint_shares import crossed_between, find_passages, passages_of
from samarkand.world.freight.skims import attach_ports_at_sea, values_of_time
from samarkand.world.network.chokepoints import chokepoints
from samarkand.world.network.disruptions import close, find_closures
from samarkand.world.network.tables import LinkCosts, sea_costs

NAMES = [row.id for row in chokepoints()]


def test_exposure_by_hand():
    """Three economies, one class. A buys 60 from B and 40 from C; of B's goods 50 travel on the network, half by sea.

    All of B's voyages to A pass the chokepoint: 50 / 2 = 25 of 100. C's go by land. B buys 10 from A and nothing
    passes; C buys nothing.
    """
    goods = np.array([[7.0, 10.0, 0.0], [60.0, 0.0, 0.0], [40.0, 0.0, 3.0]])  # [origin, destination]
    carried = np.array([[[7.0, 10.0, 0.0], [50.0, 0.0, 0.0], [40.0, 0.0, 3.0]]])
    by_sea = np.array([[[np.nan, 1.0, 0.0], [0.5, np.nan, 0.0], [0.0, np.nan, np.nan]]])
    passes = np.zeros((1, 1, 3, 3))
    passes[0, 0, 1, 0] = 1.0
    imports, exports = calc_chokepoint_exposure(goods, carried, by_sea, passes)
    np.testing.assert_allclose(imports[:, 0], [0.25, 0.0, np.nan])
    np.testing.assert_allclose(exports[:, 0], [0.0, 25 / 60, 0.0])


def test_a_path_crosses_what_lies_on_it():
    """A row of nodes 0-1-2-3 with Suez on 1-2, and 2-4-3 with Malacca on 4-3, dearer than 2-3 directly."""
    links = pd.DataFrame({"passage": ["", "suez", "", "", "malacca"]})
    network = SimpleNamespace(sea_links=links, sea_nodes=range(5), chokepoints=chokepoints())
    u, v = np.array([0, 1, 2, 2, 4]), np.array([1, 2, 3, 4, 3])
    hours = np.array([1.0, 1.0, 1.0, 1.0, 5.0])
    costs = LinkCosts(u, v, hours, np.zeros(5), hours, np.arange(5))
    nodes = np.array([0, 1, 3, 4])
    crossed = crossed_between(network, costs, 1.0, nodes)
    suez = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [1, 1, 0, 0], [1, 1, 0, 0]], bool)
    np.testing.assert_array_equal(crossed[NAMES.index("suez")], suez)
    assert not crossed[NAMES.index("malacca")].any()  # 4-2-3 is shorter
    assert not np.delete(crossed, NAMES.index("suez"), axis=0).any()


@pytest.mark.parametrize("name", ["suez", "malacca", "hormuz", "bosporus", "panama"])
def test_closing_a_chokepoint_costs_those_who_pass_it_and_nobody_else(world, name):
    network, parameters = world.network, world.assumptions.parameters
    value = values_of_time(parameters)[0]
    nodes = attach_ports_at_sea(network, parameters).node
    open_costs = sea_costs(network, parameters)
    crossed = crossed_between(network, open_costs, value, nodes)[NAMES.index(name)]
    closed_costs = sea_costs(close(network, find_closures([name], network)), parameters)
    before, after = (
        calc_legs(costs.graph(len(network.sea_nodes)), value, nodes, nodes).cost(value)
        for costs in (open_costs, closed_costs)
    )
    dearer = after > before * (1 + 1e-9)  # rounding of sums of hundreds of links
    assert not (dearer & ~crossed).any()
    # Two ways of one cost are the exception: a port on each side of the one link, say.
    assert (crossed & ~dearer).sum() <= 0.01 * crossed.sum()
    assert crossed.any()
    np.testing.assert_array_equal(crossed, crossed.T)


def test_geography_decides_where_there_is_one_way_out(appraisal):
    passes = passages_of(appraisal.states[-1].freight_model)
    assert float(passes.min()) >= 0.0
    assert float(passes.max()) <= 1.0
    for chokepoint, origin, destination in (
        ("hormuz", "KWT", "CHN"), ("bosporus", "UKR", "ITA"), ("dardanelles", "UKR", "ITA"), ("hormuz", "QAT", "DEU"),
    ):  # fmt: skip
        pair = passes.sel(chokepoint=chokepoint, origin=origin, destination=destination)
        np.testing.assert_allclose(pair, 1.0)
    assert float(passes.sel(chokepoint="suez", origin="AUS", destination="JPN").max()) == 0.0


def test_what_was_kept_is_what_is_worked_out(appraisal):
    model = appraisal.states[-1].freight_model
    kept = passages_of(model)
    assert list(cache_folder().glob("passages-*"))
    vars(model)["_derived"].forget("chokepoint shares")
    np.testing.assert_array_equal(passages_of(model), kept)
    np.testing.assert_array_equal(find_passages(model), kept)


@pytest.mark.parametrize("indicator", ["chokepoint_imports", "chokepoint_exports"])
def test_exposure_is_a_share_and_at_most_what_goes_by_sea(appraisal, indicator):
    for scenario in ("without", "with"):
        exposure = appraisal.array(indicator, scenario)
        assert list(exposure["case"].to_numpy()) == NAMES
        assert float(exposure.min()) >= 0.0
        assert float(exposure.max()) <= 1.0
    # The world's imports through a chokepoint are its exports through it.
    inputs = appraisal.states[-1]
    flow = inputs.world.accounts.trade_flow.drop_vars("grade", errors="ignore")
    goods = [code for code in inputs.world.accounts.sectors if inputs.world.accounts.is_goods(code)]
    abroad = flow.sel(sector=goods).sum("sector").where(flow["origin"] != flow["destination"], 0.0)
    imports, exports = (appraisal.array(f"chokepoint_{way}", "without") for way in ("imports", "exports"))
    bought = (imports * abroad.sum("origin").rename(destination="economy")).sum("economy")
    sold = (exports * abroad.sum("destination").rename(origin="economy")).sum("economy")
    np.testing.assert_allclose(bought, sold, rtol=1e-9)
