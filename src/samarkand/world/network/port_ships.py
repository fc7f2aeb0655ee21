"""Which ports take tankers: those at which they call (`port_ships.csv`).

    takes tankers = calls of tankers a year >= tanker_calls_least, or the calls are not known

A port of the network stands for the harbours around it. Where no port of an economy is left all are: its oil and gas
are observed to land somewhere.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from samarkand.core.declarations import read_table
from samarkand.core.evidence import Cited
from samarkand.world.network.tables import Network
from samarkand.world.parameters import Parameters


class PortShipsRow(Cited):
    """A row of `port_ships.csv`: calls a year at a port by kind of ship, None where they are not known."""

    port: str
    title: str
    container: int | None = Field(default=None, ge=0)
    dry_bulk: int | None = Field(default=None, ge=0)
    general_cargo: int | None = Field(default=None, ge=0)
    roro: int | None = Field(default=None, ge=0)
    tanker: int | None = Field(default=None, ge=0)


@cache
def port_ships() -> tuple[PortShipsRow, ...]:
    """The declared rows. Raises ValueError with file, line and reason for a broken one, or one that is repeated."""
    return read_table("samarkand.world.network", "port_ships.csv", PortShipsRow)


def takes_tankers(network: Network, parameters: Parameters) -> NDArray[np.bool_]:
    """The ports of a network at which oil and gas are loaded and landed, [port]; ports are told by their id.

    A network of the user's has ports of its own: of those that the table lacks nothing is known.
    """
    calls = {row.port: row.tanker for row in port_ships()}
    known = [calls.get(port) for port in network.ports["id"].astype(str)]
    least = parameters["tanker_calls_least"]
    found = np.array([tankers is None or tankers >= least for tankers in known], np.bool_)
    economy = network.ports["economy"].to_numpy(str)
    return found | ~np.isin(economy, economy[found])
