"""Oil and gas on their way in a world, kept in this user's cache folder by all that decides them.

Who exports what to whom by which way is a search of the sea from every terminal and a problem of transport for every
exporter: more than half a second, before anything of a programme is asked.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.code_version import code_version
from samarkand.core.disk_cache import Arrays, load_entry, save_entry
from samarkand.core.hashing import data_hash
from samarkand.world.freight.cargo import EnergyTables
from samarkand.world.freight.energy import (
    FLOW_COLUMNS,
    READS,
    EnergyTrade,
    SeaReach,
    energy_trade,
    table_of_flows,
)
from samarkand.world.network.tables import Network
from samarkand.world.parameters import Parameters

KIND = "energy"
DECIDES = ("core", "engines", "world")  # folders of the code
MOST_KEPT = 4  # of some 2 MB each at 199 economies
WORDS = tuple(name for name in FLOW_COLUMNS if name != "volume")  # the columns that hold words
BETWEEN = "+"  # lines of a flow, as in `energy_exports.csv`


def stored_energy(
    tables: EnergyTables, accounts: str, trade_flow: xr.DataArray, network: Network, parameters: Parameters
) -> EnergyTrade:
    """`energy_trade`, read from this user's cache folder where it was worked out before.

    accounts: content hash of those whose trade it is.
    """
    key = energy_key(tables, accounts, network, parameters)
    stored = load_entry(KIND, key)
    if stored is not None:
        labels = tuple(trade_flow["origin"].to_numpy().astype(str).tolist())
        return _read(stored, tables, SeaReach(network, parameters, labels))
    found = energy_trade(tables, trade_flow, network, parameters)
    save_entry(KIND, key, _written(found), MOST_KEPT)
    return found


def energy_key(tables: EnergyTables, accounts: str, network: Network, parameters: Parameters) -> str:
    """Content hash of what decides oil and gas on their way: tables, accounts, network, parameters and the code."""
    values = [parameters[name] for name in READS]
    return data_hash(tables, accounts, network.hash, values, code_version(*DECIDES))


def _written(energy: EnergyTrade) -> Arrays:
    flows, places = energy.flows, energy.places
    arrays: Arrays = {"volume": flows["volume"].to_numpy(), "cost": energy.cost}
    for name in WORDS:
        words = [BETWEEN.join(one) if name == "by" else str(one) for one in flows[name]]
        known, arrays[f"{name}_at"] = np.unique(np.array(words, str), return_inverse=True)
        arrays[name] = known
    arrays["places"] = np.array(list(places), str)
    arrays["sizes"] = np.array([nodes.size for nodes in places.values()], np.int64)
    arrays["nodes"] = np.concatenate([np.zeros(0, np.int64), *places.values()])
    return arrays


def _read(stored: Arrays, tables: EnergyTables, sea: SeaReach) -> EnergyTrade:
    columns = {"volume": stored["volume"].tolist()}
    for name in WORDS:
        words = stored[name].tolist()
        known = [tuple(one.split(BETWEEN)) if one else () for one in words] if name == "by" else words
        columns[name] = [known[at] for at in stored[f"{name}_at"].tolist()]
    flows = table_of_flows(list(zip(*(columns[name] for name in FLOW_COLUMNS), strict=True)))
    nodes: list[NDArray[np.int64]] = np.split(stored["nodes"], stored["sizes"].cumsum()[:-1])
    places = dict(zip(stored["places"].tolist(), nodes, strict=True))
    return EnergyTrade(tables, sea, places, flows, stored["cost"])
