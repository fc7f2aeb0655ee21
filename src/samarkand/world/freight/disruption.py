"""The freight network with something closed: routes recomputed, costs that rise, and pairs that are cut off.

Falling costs are closed over the ends of new links; whatever rises is searched again, here. A pair of cities that
nothing connects any more has no cost: it keeps the routes it had and is counted in `lost`, which callers must report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import ModuleType

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.conventions import Floats, Ints
from samarkand.core.progress import Progress, quiet
from samarkand.engines.compiled import load_compiled
from samarkand.world.freight.closed_base import close_base
from samarkand.world.freight.model import LAND, FreightModel, RouteUpdate
from samarkand.world.freight.path_update import SharedWork
from samarkand.world.freight.skims import component
from samarkand.world.network.disruptions import Closures, close, keeps_closed
from samarkand.world.network.link_changes import LinkChange

Bools = NDArray[np.bool_]

LEAST_LEFT = 1e-9


def kernels() -> ModuleType:
    """The compiled passes over all pairs, loaded when something is first closed."""
    return load_compiled("samarkand.engines.closing_kernels")


@dataclass(frozen=True, eq=False)
class DisruptedCosts:
    """Costs between economies against the open network, and what is cut off.

    routes: what changes of a programme make of the closed network. against_open: all pairs of cities whose routes
    differ from those of the open network, infinite where nothing connects them any more. costs: as
    `FreightModel.costs`, its state `without` the open network without a programme. lost: share of the pairs of cities
    (by population) of each pair of economies that nothing connects any more, dims (origin, destination), of those that
    were connected. cut_off: labels of such pairs of cities, the most populous first.
    """

    routes: RouteUpdate
    against_open: RouteUpdate
    costs: xr.Dataset
    lost: xr.DataArray
    cut_off: tuple[tuple[str, str], ...]


def disrupt_freight(model: FreightModel, closures: Closures, progress: Progress = quiet) -> DisruptedFreight:
    """A closed state of a model's network, for any number of programmes."""
    if not closures:  # lines alone
        return DisruptedFreight(model, model, closures)
    network, parameters, open_base = close(model.network, closures), model.parameters, model.path_update.base
    touched = {*closures.links, *(("sea",) if closures.ports else ())}
    parts = model.parts | {name: component(name, network, parameters) for name in touched}
    base, pairs = close_base(open_base, model.baseline.pairs, network, parameters, parts, touched, progress)
    baseline = replace(model.baseline, pairs=pairs)
    closed = FreightModel(f"{model.key} closed", network, parameters, parts, baseline, base, model)
    return DisruptedFreight(model, closed, closures)


@dataclass(frozen=True, eq=False)
class DisruptedFreight:
    """An open model and the same network with closures; mode constants stay those of the open one."""

    open: FreightModel
    closed: FreightModel
    closures: Closures

    def standing(self, changes: Sequence[LinkChange]) -> tuple[LinkChange, ...]:
        """The changes of a programme that remain: new links across a closed border are closed with it."""
        return tuple(c for c in changes if not keeps_closed(c, self.closures, self.open.network))

    def costs(self, changes: Sequence[LinkChange] = (), progress: Progress = quiet) -> DisruptedCosts:
        """Costs with the closures and with what is left of a programme's changes: none below that of the open network
        with the same changes."""
        work, left_over = SharedWork(), self.standing(changes)
        least = self.open.chosen_routes(changes, work) if changes else None
        shared = self._shared(work) if left_over == tuple(changes) else None
        better = self.closed.update_routes(left_over, progress, shared)
        served, differs, offered = self._alone
        if better.rows.size:
            differs, offered = differs.copy(), offered.copy()
            differs[better.rows], offered[better.rows] = self._against_open(
                better.rows, better.usd, better.hours
            )
        gone = served & ~offered
        changed = np.flatnonzero(differs & served)
        usd, hours = (getattr(self.closed.baseline.pairs, name)[changed] for name in ("usd", "hours"))
        place = np.searchsorted(changed, better.rows)
        known = place < changed.size
        known[known] = changed[place[known]] == better.rows[known]
        usd[place[known]], hours[place[known]] = better.usd[known], better.hours[known]
        left = ~gone[changed]
        baseline = self.open.baseline
        differences = baseline.differences(changed[left], usd[left], hours[left], least=least)
        costs = baseline.dataset(differences, changes)
        return DisruptedCosts(
            better,
            RouteUpdate(changed, usd, hours),
            costs,
            self._lost(served, gone),
            self._names(gone),
        )

    def _shared(self, work: SharedWork) -> SharedWork:
        """What the open network found of the same changes, of roads and railways that are the same here."""
        road, rail = (self.closed.parts[mode] is self.open.parts[mode] for mode in LAND)
        roads, land, new = work.roads, work.land, work.to_new_ports
        return SharedWork(
            roads if road else {}, land if road and rail else {}, work.handicap, new if road and rail else {}
        )

    @cached_property
    def _alone(self) -> tuple[Bools, Bools, Bools]:
        """Pairs that the open network serves; and of the closed one without a programme what `_against_open` says."""
        before, closed = self.open.baseline.pairs, self.closed.baseline.pairs
        served = np.empty(len(before), np.bool_)
        kernels().find_served(before.usd, before.hours, served)
        return served, *self._against_open(np.arange(len(before)), closed.usd, closed.hours)

    def _against_open(self, rows: Ints, usd: Floats, hours: Floats) -> tuple[Bools, Bools]:
        """Pairs whose routes differ from those of the open network, and those that a mode serves which goods were
        offered there."""
        before, term = self.open.baseline.pairs, self.open.baseline.term
        differs, offered = (np.empty(rows.size, np.bool_) for _ in range(2))
        kernels().compare_routes(rows, usd, hours, before.usd, before.hours, term, differs, offered)
        return differs, offered

    def _lost(self, served: Bools, gone: Bools) -> xr.DataArray:
        pairs, economies = self.open.baseline.pairs, list(self.open.economies)
        zone, weight = self.open.baseline.zones
        count = len(economies)
        both = weight[pairs.origin] * weight[pairs.destination]
        one, other = (zone[ends].astype(np.int64) for ends in (pairs.origin, pairs.destination))
        known = (one >= 0) & (other >= 0)

        def add_up(chosen: Bools) -> Floats:
            at = np.flatnonzero(chosen & known)
            apart = at[pairs.origin[at] != pairs.destination[at]]
            cells = np.r_[one[at] * count + other[at], other[apart] * count + one[apart]]
            total = np.bincount(cells, both[np.r_[at, apart]], count * count)
            return total.reshape(count, count).astype(float)  # of no pair they are whole numbers

        mass, cut = add_up(served), add_up(gone)
        share = np.divide(cut, mass, out=np.zeros_like(cut), where=mass > 0)
        return xr.DataArray(share, {"origin": economies, "destination": economies}, ("origin", "destination"))

    def _names(self, gone: Bools) -> tuple[tuple[str, str], ...]:
        pairs, cities = self.open.baseline.pairs, self.open.network.cities
        people = cities["population"].to_numpy(float)
        rows = np.flatnonzero(gone)
        order = rows[
            np.argsort(-(people[pairs.origin[rows]] * people[pairs.destination[rows]]), kind="stable")
        ]
        labels = cities.index.astype(str)
        return tuple((str(labels[pairs.origin[row]]), str(labels[pairs.destination[row]])) for row in order)


def calc_cut_off_hat(
    hat: xr.DataArray, lost: xr.DataArray, network_share: xr.DataArray, elasticity: xr.DataArray
) -> xr.DataArray:
    """Iceberg costs where a share of the pairs of cities is cut off: hat * (1 - s * lost)^(-1 / theta).

    Goods of cities are varieties of one sector: with a share `lost` of them gone the power of trade costs that enters
    trade shares, hat^-theta, falls by the share s * lost of what travels on the network. hat: dims (origin,
    destination, sector); lost: (origin, destination); network_share s and elasticity theta: (sector). Where all is
    gone a billionth stays: the equilibrium takes finite costs.
    """
    left = np.maximum(1.0 - network_share * lost, LEAST_LEFT)
    return (hat * left ** (-1.0 / elasticity)).transpose(*hat.dims)
