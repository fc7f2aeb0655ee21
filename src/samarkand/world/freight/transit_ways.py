"""What passes places with tariffs of transit in the states of a network, by the ways past them for any trade.

Goods need not be laid on all links of the network for it. Ways on the open network are kept on the disk.
"""

from __future__ import annotations

import xarray as xr

from samarkand.core.code_version import code_version
from samarkand.core.disk_cache import load_entry, save_entry
from samarkand.core.hashing import content_hash
from samarkand.engines.once import derived
from samarkand.world.freight.assignment import calc_tonnes, mode_shares
from samarkand.world.freight.energy import EnergyTrade, energy_tonnes
from samarkand.world.freight.model import FreightModel
from samarkand.world.freight.state import Freight, FreightState
from samarkand.world.freight.transit_use import TransitUse, find_transit_use
from samarkand.world.network.new_ports import open_ports
from samarkand.world.network.transit_tariffs import transit_tariffs

MODES = ("rail", "sea")  # no tariff is one of roads
DECIDES = ("core", "engines", "world")  # folders of the code
MOST_KEPT = 3


def passing_of(
    flow: xr.DataArray, before: xr.DataArray, commodities: xr.Dataset, energy: EnergyTrade, use: TransitUse
) -> xr.DataArray:
    """Transit by tariff, as `transit.calc_passing`, of a trade on its ways: that of goods laid there, but for rounding.

    flow: US$ m a year, dims (destination, origin, sector), and `before`, of the accounts; commodities: as
    `freight_table`; energy: the oil and gas of the accounts that are known in volumes.
    """
    by_route = flow.where(~energy.known(before), 0.0)
    tonnes = calc_tonnes(by_route, commodities)
    return use.passing(tonnes, energy_tonnes(energy, flow, before))


def ways_past_tariffs(
    freight: Freight, state: FreightState, energy: EnergyTrade, accounts: str
) -> TransitUse:
    """Ways past all tariffs in a state of a network, open or with something closed, where no place has a price.

    accounts: content hash of those whose oil and gas is known in volumes.
    """
    if isinstance(freight, FreightModel):
        if not state.changes:
            return _open_ways(freight, energy, accounts)
        same_ports = open_ports(freight.network, state.changes) is freight.network
        by_flow = _open_ways(freight, energy, accounts).by_flow if same_ports else None
        return find_transit_use(
            freight.network, freight.parameters, mode_shares(freight, state.against_open, MODES),
            list(freight.economies), energy, transit_tariffs(), state.changes, by_flow=by_flow,
        )  # fmt: skip
    return find_transit_use(
        state.model.network, state.model.parameters, mode_shares(freight.open, state.against_open, MODES),
        list(state.model.economies), energy, transit_tariffs(), state.changes, tuple(freight.closures.pipelines),
    )  # fmt: skip


def _open_ways(model: FreightModel, energy: EnergyTrade, accounts: str) -> TransitUse:
    """The ways on the open network without a programme: found once, by this process or another."""

    def find() -> TransitUse:
        places = [(row.id, row.economy, row.kind, row.place) for row in transit_tariffs()]
        key = content_hash([model.key, model.network.hash, accounts, places, code_version(*DECIDES)])
        stored = load_entry("transit", key)
        if stored is not None:
            return TransitUse.of(transit_tariffs(), list(model.economies), **stored)
        found = find_transit_use(
            model.network, model.parameters, mode_shares(model, None, MODES), list(model.economies), energy,
            transit_tariffs(),
        )  # fmt: skip
        arrays = {"per_tonne": found.per_tonne.to_numpy(), "by_flow": found.by_flow, "known": found.known}
        save_entry("transit", key, arrays, MOST_KEPT)
        return found

    return derived(energy, ("ways past tariffs", model.key), find)
