"""Freight between economies on the links of the network, without a programme and with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from samarkand.asking import ask
from samarkand.engines.equilibrium import Shock, solve
from samarkand.programme import Programme, apply
from samarkand.programme.recognition import trade_cost_hat
from samarkand.world.closures import chokepoints
from samarkand.world.freight_work import FreightWork, calc_freight_work, calc_tonnes, mode_shares
from samarkand.world.network import LAND, Network
from samarkand.world.world import World

Progress = Callable[..., None]


@dataclass(frozen=True)
class Freight:
    """Freight work in both states, and what passes borders, chokepoints and ports."""

    programme: Programme
    world: World
    year: int
    without: FreightWork
    with_: FreightWork

    def work(self) -> pd.DataFrame:
        """Tonnes and tonne-kilometres by mode, without and with the programme."""
        rows = []
        for scenario, state in (("without", self.without), ("with", self.with_)):
            for mode in state.work["mode"].to_numpy():
                rows.append(
                    {
                        "scenario": scenario, "mode": str(mode), "tonnes": float(state.tonnes.sel(mode=mode)),
                        "tonne_km": float(state.work.sel(mode=mode).sum()),
                    }
                )  # fmt: skip
        return pd.DataFrame(rows)

    def places(self) -> pd.DataFrame:
        """Tonnes a year through borders (by mode), chokepoints and ports, without and with the programme."""
        states = [_places(state, self.world.network) for state in (self.without, self.with_)]
        both = pd.concat(states, axis=1, keys=["without", "with"]).fillna(0.0)
        return both.sort_values("without", ascending=False).rename_axis(["kind", "place"]).reset_index()


def freight(
    programme: Programme | str | Path,
    *,
    world: World | None = None,
    year: int = 2035,
    without: tuple[str, ...] = (),
    progress: Progress = lambda *_words, **_fractions: None,
) -> Freight:
    """Lay the trade of both solutions on the network of both states.

    Trade is that of the equilibrium without and with the programme (tonnes at the baseline's value densities), modes
    are those of the calibrated choice in each state. Raises `Faults` as `appraise`.
    """
    asked = ask(programme, world, (year,), without, None, "fixed_nominal", publication=False)
    parameters, labels = asked.assumptions.parameters, list(asked.world.labels)
    change = apply(asked.programme, asked.world, year, without=without, parameters=parameters)
    model = asked.prepare_freight(progress)
    hat = trade_cost_hat(change.trade_costs, asked.iceberg_cost_hat(model.costs(change.network, progress)))
    accounts, rule = asked.equilibrium_accounts, asked.scenario.deficit_rule
    iceberg = hat.transpose("destination", "origin", "sector").to_numpy()
    found = []
    for number, (shock, changes) in enumerate(
        ((Shock(), ()), (Shock(iceberg_hat=iceberg, **asked.taxes(change)), change.network))
    ):
        progress("laying freight on the network", done=number, total=2)
        flow = xr.DataArray(
            solve(accounts, shock, deficit_rule=rule).trade_flow,
            {"destination": labels, "origin": labels, "sector": list(asked.world.accounts.sectors)},
            ("destination", "origin", "sector"),
        )
        tonnes = calc_tonnes(flow, asked.freight, parameters)
        share = mode_shares(model, changes)
        found.append(calc_freight_work(asked.world.network, parameters, tonnes, share, changes))
    return Freight(asked.programme, asked.world, year, found[0], found[1])


def _places(state: FreightWork, network: Network) -> pd.Series:
    links = state.links
    parts = {}
    for mode in LAND:
        mine = links[links["mode"] == mode]
        abroad = mine[mine["economy_a"] != mine["economy_b"]]
        ends = np.sort(abroad[["economy_a", "economy_b"]].to_numpy(str), axis=1)
        names = pd.Series([f"{one} - {other}" for one, other in ends], index=abroad.index, dtype=object)
        parts[f"{mode} border"] = abroad["tonnes"].groupby(names).sum()
    at_sea = links[(links["mode"] == "sea") & (links["row"] >= 0)]
    passage = network.sea_links["passage"].astype(str).to_numpy()[at_sea["row"]]
    titles = {row.passage: row.title for row in chokepoints()}
    named = at_sea["tonnes"].groupby(pd.Series(passage, index=at_sea.index).map(titles)).max()
    parts["chokepoint"] = named  # the busiest of its links: what passes is counted once
    by_name = dict(zip(network.ports["id"].astype(str), network.ports["name"].astype(str), strict=True))
    ports = state.ports[state.ports > 0]
    parts["port"] = ports.rename(index=lambda code: f"{by_name[code]} ({code})")
    return pd.concat(parts)
