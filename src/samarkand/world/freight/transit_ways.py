"""What passes places with tariffs of transit in the states of a network, by the ways past them for any trade.

Goods need not be laid on all links of the network for it. Ways are kept on the disk, by all that decides them
(`ways_key`): of 16 tariffs and pairs of 199 economies one in 25 passes a place, and only these are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.code_version import code_version
from samarkand.core.conventions import Floats
from samarkand.core.disk_cache import Arrays, load_entry, save_entry
from samarkand.core.hashing import data_hash
from samarkand.engines.once import derived
from samarkand.world.freight.assignment import calc_tonnes, mode_shares
from samarkand.world.freight.energy import EnergyTrade, energy_tonnes
from samarkand.world.freight.limited_freight import turn_aside
from samarkand.world.freight.mode_choice import VOT_CLASSES
from samarkand.world.freight.model import FreightModel, RouteUpdate
from samarkand.world.freight.priced_places import Limits
from samarkand.world.freight.state import Freight, FreightState
from samarkand.world.freight.state_store import freight_state
from samarkand.world.freight.transit_use import TransitSearch, TransitUse
from samarkand.world.network.new_ports import open_ports
from samarkand.world.network.transit_tariffs import TransitTariff, transit_tariffs

MODES = ("rail", "sea")  # no tariff is one of roads
DECIDES = ("core", "engines", "world")  # folders of the code
MOST_KEPT = 12  # states, of some 4 MB each at 199 economies


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
    flow: xr.DataArray,
    part: xr.DataArray,
    before: xr.DataArray,
    commodities: xr.Dataset,
    energy: EnergyTrade,
    use: TransitUse,
) -> xr.DataArray:
    """Transit by tariff, as `transit.calc_passing`, of a trade on its ways: that of goods laid there, but for rounding.

    flow: US$ m a year, dims (destination, origin, sector), and `before`, of the accounts; part: what of it goes by
    routes, over the mean of the world, nothing of oil and gas known in volumes; commodities: as
    `freight_table`; energy: the oil and gas of the accounts that are known in volumes.
    """
    tonnes = calc_tonnes(flow * part, commodities)
    return use.passing(tonnes, energy_tonnes(energy, flow, before))


def ways_past_tariffs(
    freight: Freight, state: FreightState, energy: EnergyTrade, accounts: str
) -> TransitUse:
    """Ways past all tariffs in a state of a network, open or with something closed, where no place has a price.

    accounts: content hash of those whose oil and gas is known in volumes.
    """
    if isinstance(freight, FreightModel) and not state.changes:
        return _open_ways(freight, state, energy, accounts)
    return _kept_ways(freight, state, energy, accounts)


def _open_ways(model: FreightModel, state: FreightState, energy: EnergyTrade, accounts: str) -> TransitUse:
    """The ways without a programme, one for all states of the network."""
    return derived(
        energy, ("ways past tariffs", model.key), lambda: _kept_ways(model, state, energy, accounts)
    )


def _kept_ways(freight: Freight, state: FreightState, energy: EnergyTrade, accounts: str) -> TransitUse:
    """The ways in a state: found once, by this process or another."""
    key = ways_key(freight, state, accounts)
    stored = load_entry("transit", key)
    if stored is not None:
        return _read(stored, state, len(energy.flows))
    by_flow, as_open = None, isinstance(freight, FreightModel) and bool(state.changes)
    if as_open and open_ports(state.model.network, state.changes) is state.model.network:
        model = state.model
        by_flow = _open_ways(model, freight_state(model, ()), energy, accounts).by_flow
    found = TransitWays.of(freight, state, energy, transit_tariffs(), by_flow).use()
    save_entry("transit", key, _written(found), MOST_KEPT)
    return found


def ways_key(freight: Freight, state: FreightState, accounts: str) -> str:
    """Content hash of what decides the ways past all tariffs: the network open and closed, its parameters (in the keys
    of its models), lines that are shut, changes, the accounts, the tariffs' places, and the code."""
    open_model, shut = (freight, ()) if isinstance(freight, FreightModel) else (
        freight.open, (*freight.closures.names, *sorted(freight.closures.pipelines))
    )  # fmt: skip
    networks = [(model.key, model.network.hash) for model in (open_model, state.model)]
    places = [(row.id, row.economy, row.kind, row.place) for row in transit_tariffs()]
    decides = [networks, list(shut), list(state.changes), accounts, places, code_version(*DECIDES)]
    return data_hash(*decides)


def _written(use: TransitUse) -> Arrays:
    """Ways as an entry: what is not zero, and where."""
    arrays: Arrays = {"known": use.known}
    for name, values in (("per_tonne", use.per_tonne.to_numpy()), ("by_flow", use.by_flow)):
        at = np.flatnonzero(values)
        arrays |= {f"{name}_at": at.astype(np.int32), name: values.ravel()[at]}
    return arrays


def _read(stored: Arrays, state: FreightState, flows: int) -> TransitUse:
    """The ways of an entry."""
    tariffs, labels = transit_tariffs(), list(state.model.economies)

    def whole(name: str, *shape: int) -> NDArray[np.float64]:
        values = np.zeros((len(tariffs), *shape))
        values.ravel()[stored[f"{name}_at"]] = stored[name]
        return values

    per_tonne = whole("per_tonne", len(VOT_CLASSES), len(labels), len(labels))
    return TransitUse.of(tariffs, labels, per_tonne, whole("by_flow", flows), stored["known"])
