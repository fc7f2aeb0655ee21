"""Tonnes of foreign trade by mode, as the choice of modes shares them out; nothing is laid on links.

    T[m, o, d] = sum over classes of goods c of t[c, o, d] s[c, o, d, m]

t: tonnes of the trade of a solution (`tonnes_per_usd`), s: shares of modes between two economies. Oil and gas whose
volumes are known go by tanker or by line instead (`world.freight.energy`), in proportion to their trade.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats, Ints
from samarkand.core.labels import labelled
from samarkand.engines.equilibrium import Solution
from samarkand.engines.once import derived
from samarkand.priorities.base import Levels
from samarkand.solving import ORDER, part_by_route
from samarkand.state import State
from samarkand.world.freight.assignment import tonnes_per_usd
from samarkand.world.freight.energy import energy_tonnes
from samarkand.world.freight.mode_choice import MODES

PIPELINE = "pipeline"
CASES = (*MODES, PIPELINE)
NO_CITY = "no route on the network joins the economy with another"


class ByEconomy(NamedTuple):
    """Tonnes a year that each economy imports and exports, each `[n, m]`."""

    imports: Floats
    exports: Floats


class InVolumes(NamedTuple):
    """Flows of oil and gas: number of exporter and importer, one where by line all the way, and tonnes a year."""

    exporter: Ints
    importer: Ints
    by_line: Floats
    tonnes: Floats


def foreign_tonnes(state: State) -> tuple[Levels, Levels]:
    """Tonnes of imports and of exports before anybody pays, m t a year, dims (economy, case): the case is the mode."""
    xr.align(state.costs, state.iceberg_cost_hat, join="exact", copy=False)  # the accounts' order too

    def tonnes(solution: Solution, case: str) -> ByEconomy:
        share = state.costs["mode_share"].sel(state=case, mode=list(MODES))
        shares = share.transpose("vot_class", "origin", "destination", "mode").to_numpy()
        return calc_tonnes_by_mode(*goods_moved(state, solution), shares)

    before = derived(state.without, "foreign tonnes", lambda: tonnes(state.without, "without"))
    after = tonnes(state.before_financing, "with")
    labels = {"economy": state.world.labels, "case": CASES}
    imports, exports = (
        Levels(labelled(one * 1e-6, **labels), labelled(other * 1e-6, **labels), reason=NO_CITY)
        for one, other in zip(before, after, strict=True)
    )
    return imports, exports


def goods_moved(state: State, solution: Solution) -> tuple[Floats, InVolumes]:
    """Trade of a solution in tonnes a year: what goes by its routes `[c, o, d]`, and oil and gas known in volumes."""
    baseline, energy, before = state.solved.baseline, state.energy, state.world.accounts.trade_flow
    setting = baseline.setting
    labels, sectors = list(setting.world.labels), setting.world.accounts.sectors
    names = {"destination": labels, "origin": labels, "sector": sectors}
    flow = labelled(solution.trade_flow, **{dim: names[dim] for dim in ORDER})
    weight = derived(baseline, "tonnes per usd", lambda: tonnes_per_usd(setting.commodities, labels))
    by_route = xr.dot(flow * part_by_route(setting) * 1e6, weight, dim="sector")
    exporter, importer, _ = energy.cells(before)
    by_line = np.asarray(energy.flows["place"] == "", np.float64)
    in_volumes = InVolumes(exporter, importer, by_line, energy_tonnes(energy, flow, before))
    return by_route.transpose("vot_class", "origin", "destination").to_numpy(), in_volumes


def calc_tonnes_by_mode(by_route: Floats, in_volumes: InVolumes, shares: Floats) -> ByEconomy:
    """Tonnes a year by economy and mode of `CASES`; trade within an economy is left out.

    imports[n, m] = sum over o != n and c of by_route[c, o, n] shares[c, o, n, m], and what it buys in volumes

    and exports alike over destinations.

    - `by_route[c, o, d]`: tonnes by class of goods;
    - `shares[c, o, d, m]`: shares of `MODES`; nan where nothing connects, which carries nothing.

    nan for an economy that nothing connects with another.
    """
    abroad = 1.0 - np.eye(by_route.shape[1])
    carried = np.zeros((len(CASES), *abroad.shape))
    carried[: len(MODES)] = np.einsum(
        "cod,codm->mod", by_route * abroad, np.nan_to_num(shares), optimize=True
    )
    for by_line, case in ((0.0, "sea"), (1.0, PIPELINE)):
        mine = np.flatnonzero(np.equal(in_volumes.by_line, by_line))
        at = in_volumes.exporter[mine], in_volumes.importer[mine]
        np.add.at(carried[CASES.index(case)], at, in_volumes.tonnes[mine] * abroad[at])
    connected = np.isfinite(shares).any(axis=(0, 3)) * abroad
    joined = connected.sum(axis=1) > 0.0
    imports, exports = (
        np.where(np.reshape(joined, (-1, 1)), carried.sum(axis=axis).T, np.nan) for axis in (1, 2)
    )
    return ByEconomy(imports, exports)
