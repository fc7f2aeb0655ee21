"""No parameter of freight that nothing reads: each that is declared moves a result of the toy world.

The toy world is made a little crooked for it: cities and ports lie off the road, one city lies off the railway. A
parameter may be without effect between two of its values; it must move something between the value and one of `VALUES`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from samarkand.programme.channels.network_effects import effects_of
from samarkand.world.freight.air_trade import surface_part
from samarkand.world.freight.capacity import Place, calc_flow
from samarkand.world.freight.commodities import freight_table, load_freight
from samarkand.world.freight.model import prepare_freight, skims_of
from samarkand.world.network.port_ships import takes_tankers
from samarkand.world.network.tables import Network, load_network
from samarkand.world.parameters import Parameters, load_parameters, table_names
from test_capacity import work
from test_class_rates import SAMARA, item
from toy import ECONOMIES, make_accounts, make_network

DECLARED = load_parameters()
FLOW = make_accounts().trade_flow
FREIGHT_TABLE = freight_table(load_freight()).sel(sector=FLOW["sector"])
FREIGHT = [*table_names("network.csv"), *table_names("mode_choice.csv")]
# Those of lines that items build: what items do moves with them.
OF_ITEMS = ("rail_speed_high_capacity", "road_speed_dual", "rail_rate_high_capacity")
# Need a raster (test_hazards.py), cities in North America (test_trade_costs.py).
ELSEWHERE = ("hazard_failure_share", *(f"north_america_{mode}_share" for mode in ("road", "rail", "sea")))
OF_BORDERS = tuple(name for name in FREIGHT if name.startswith(("border_hours_", "border_usd_")))


def crooked() -> Network:
    """The toy network with cities, ports and terminals 0.3 degrees north of their nodes, and no rails in Kashgar."""
    network = make_network()
    cities, ports, terminals = (
        table.assign(lat=table["lat"] + off)
        for table, off in ((network.cities, 0.3), (network.ports, 0.2), (network.terminals, 0.1))
    )
    return replace(network, cities=cities, ports=ports, terminals=terminals)


def with_haste(network: Network) -> Network:
    """The network whose shorter road from Kashgar to Bishkek is dear: from some US$ 40 an hour on goods take it."""
    links = network.road.links
    dear = links["u"].isin([4, 8]) & links["v"].isin([8, 10])
    road = replace(network.road, links=links.assign(rate=np.where(dear, 2.2, 1.0), speed=60.0))
    return replace(network, road=road)


def results(network: Network, parameters: Parameters) -> np.ndarray:
    """Routes, constants of mode choice, costs, hours and shares between economies, and what does not fly, one after
    another."""
    model = prepare_freight(network, parameters, ECONOMIES)
    routes, costs = skims_of(model), model.costs([])
    arrays = [routes["hours"], routes["usd"], routes["sea_offered"], np.array(model.choice.scale)]
    arrays += [costs[name] for name in ("generalised_cost", "hours", "mode_share")]
    arrays.append(surface_part(FLOW, FREIGHT_TABLE, network.cities, parameters))
    return np.concatenate([np.nan_to_num(np.asarray(array, float).ravel(), posinf=1e12) for array in arrays])


def values_of(name: str) -> list[float]:
    """Both ends of the declared range, and far beyond them where that is a value at all."""
    row = DECLARED.evidence(name)
    ends = [end for end in (row.high, row.low) if end is not None and end != row.value]
    assert row.value is not None
    return [*ends, 10 * row.value, 0.1 * row.value]


def with_border(network: Network, name: str) -> Network:
    """The network whose crossings of the parameter's mode take it for their hours or fees."""
    column = "hours_parameter" if "_hours_" in name else "usd_parameter"
    found = {}
    for mode in ("road", "rail"):
        tables = network.land(mode)
        if not name.endswith(("road", "rail")) or name.endswith(mode):
            found[mode] = replace(tables, crossings=tables.crossings.assign(**{column: name}))
    return replace(network, **found)


@pytest.mark.parametrize("name", [name for name in FREIGHT if name not in (*OF_ITEMS, *ELSEWHERE)])
def test_each_parameter_of_freight_moves_a_result(name) -> None:
    if name == "train_load":
        used = [calc_flow(work(), Place({"rail": frozenset({7, 8})}), "trains a day", p) for p in both(name)]
        assert used[0] != used[1]
        return
    if name == "tanker_calls_least":
        found = [takes_tankers(load_network(), parameters) for parameters in both(name)]
        assert (found[0] != found[1]).any()
        return
    network = with_border(crooked(), name) if name in OF_BORDERS else crooked()
    network = with_haste(network) if name.startswith("vot_rate_") else network
    declared = DECLARED.replace({"own_rail_rates": 1.0}) if name == "rail_load" else DECLARED  # of a variant
    before = results(network, declared)
    assert any(moved(before, results(network, declared.replace({name: value}))) for value in values_of(name))


def both(name: str) -> list[Parameters]:
    return [DECLARED, DECLARED.replace({name: values_of(name)[0]})]


def moved(before: np.ndarray, after: np.ndarray) -> bool:
    return before.shape != after.shape or not np.allclose(before, after, rtol=1e-9, atol=0.0)


@pytest.mark.parametrize("name", [*OF_ITEMS, "class_figures_share"])
def test_each_figure_of_a_class_moves_what_lines_do(tmp_path, name) -> None:
    """With the variant of class rates: a second track, and a road of four lanes."""
    on = DECLARED.replace({"class_figures_share": 1.0})
    value = 0.5 if name == "class_figures_share" else values_of(name)[0]
    lines = [
        item(tmp_path, "rail", "upgrade", SAMARA, tracks_before=1, tracks=2),
        item(tmp_path, "road", "upgrade", SAMARA, lanes=4),
    ]
    changed = on.replace({name: value})
    assert [effects_of(one, on) for one in lines] != [effects_of(one, changed) for one in lines]
