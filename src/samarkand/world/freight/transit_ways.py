"""What passes places with tariffs of transit in the states of a network, by the ways past them for any trade.

Goods need not be laid on all links of the network for it. Ways on the open network are kept on the disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import xarray as xr

from samarkand.core.code_version import code_version
from samarkand.core.conventions import Floats
from samarkand.core.disk_cache import load_entry, save_entry
from samarkand.core.hashing import content_hash
from samarkand.engines.once import derived
from samarkand.world.freight.assignment import calc_tonnes, mode_shares
from samarkand.world.freight.energy import EnergyTrade, energy_tonnes
from samarkand.world.freight.limited_freight import turn_aside
from samarkand.world.freight.model import FreightModel, RouteUpdate
from samarkand.world.freight.priced_places import Limits
from samarkand.world.freight.state import Freight, FreightState, freight_state
from samarkand.world.freight.transit_use import TransitSearch, TransitUse
from samarkand.world.network.new_ports import open_ports
from samarkand.world.network.transit_tariffs import TransitTariff, transit_tariffs

MODES = ("rail", "sea")  # no tariff is one of roads
DECIDES = ("core", "engines", "world")  # folders of the code
MOST_KEPT = 3


@dataclass(frozen=True, eq=False)
class TransitWays:
    """Ways past places with tariffs in one state of a network, at any prices of its full places.

    `model`: the open network; `update`: pairs of cities whose routes differ from its own.
    """

    search: TransitSearch
    model: FreightModel
    update: RouteUpdate

    @classmethod
    def of(
        cls,
        freight: Freight,
        state: FreightState,
        energy: EnergyTrade,
        tariffs: Sequence[TransitTariff],
        by_flow: Floats | None = None,
    ) -> TransitWays:
        """Those of a state of a network, open or with something closed; by_flow: as `TransitSearch`."""
        open_model, shut = (freight, ()) if isinstance(freight, FreightModel) else (
            freight.open, freight.closures.pipelines
        )  # fmt: skip
        closed = state.model
        search = TransitSearch(
            closed.network, closed.parameters, list(closed.economies), energy, tariffs, state.changes,
            tuple(shut), by_flow,
        )  # fmt: skip
        return cls(search, open_model, state.against_open)

    def use(self, limits: Limits | None = None) -> TransitUse:
        """What goods pass: on first ways, and on those to which prices of full places turn them aside."""
        if limits is None:
            return self.search.use(mode_shares(self.model, self.update, MODES))
        return self.search.use(*turn_aside(limits, self.model, self._share))

    @cached_property
    def _share(self) -> xr.DataArray:
        """Of modes, without prices."""
        return mode_shares(self.model, self.update)


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
    by_flow = None
    if isinstance(freight, FreightModel):
        open_ways = _open_ways(freight, energy, accounts)
        if not state.changes:
            return open_ways
        if open_ports(freight.network, state.changes) is freight.network:
            by_flow = open_ways.by_flow
    return TransitWays.of(freight, state, energy, transit_tariffs(), by_flow).use()


def _open_ways(model: FreightModel, energy: EnergyTrade, accounts: str) -> TransitUse:
    """The ways on the open network without a programme: found once, by this process or another."""

    def find() -> TransitUse:
        places = [(row.id, row.economy, row.kind, row.place) for row in transit_tariffs()]
        key = content_hash([model.key, model.network.hash, accounts, places, code_version(*DECIDES)])
        stored = load_entry("transit", key)
        if stored is not None:
            return TransitUse.of(transit_tariffs(), list(model.economies), **stored)
        found = TransitWays.of(model, freight_state(model, ()), energy, transit_tariffs()).use()
        arrays = {"per_tonne": found.per_tonne.to_numpy(), "by_flow": found.by_flow, "known": found.known}
        save_entry("transit", key, arrays, MOST_KEPT)
        return found

    return derived(energy, ("ways past tariffs", model.key), find)
