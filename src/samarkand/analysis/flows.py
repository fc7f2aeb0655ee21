"""Freight between economies on the links of the network, without a programme and with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Unpack

import numpy as np
import pandas as pd

from samarkand.appraisal import find_baseline, find_state
from samarkand.core.progress import Progress, quiet
from samarkand.programme import Programme, Schedule
from samarkand.programme.schedule import SMALLEST_WEIGHT
from samarkand.question import DEFAULT_YEARS, Asked, Terms
from samarkand.session import Session, default_session
from samarkand.state import State
from samarkand.world.freight.assignment import FreightWork, mean_work
from samarkand.world.freight.priced_places import Limits
from samarkand.world.freight.skims import MODES
from samarkand.world.network.border_directions import crossing_directions
from samarkand.world.network.tables import LAND, Network
from samarkand.world.world import World


@dataclass(frozen=True)
class Freight:
    """Freight work in both states, and what passes borders, chokepoints and ports.

    Beside published capacities: `capacity.capacity_table`.
    """

    programme: Programme
    world: World
    year: int
    without: FreightWork
    with_: FreightWork
    open: tuple[str, ...] = ()  # items in service in the year
    limits: tuple[Limits, Limits] | None = None  # without and with, where they are asked for
    transit_payments: bool = False  # whether what goods pay on their way is in real income

    def crossings(self) -> pd.DataFrame:
        """Every open crossing with what passes it and its hours and fees by direction (`crossing_directions`)."""
        table = crossing_directions(self.world.network, self.world.assumptions.parameters)
        for name, state in (("without", self.without), ("with", self.with_)):
            links = state.links[state.links["row"] >= 0].set_index(["mode", "row"])["tonnes"]
            keys = pd.MultiIndex.from_frame(table[["mode", "link"]])
            table[f"tonnes_{name}"] = links.reindex(keys, fill_value=0.0).to_numpy()
        return table[table["status"] == "open"].drop(columns=["status", "link"]).reset_index(drop=True)

    def work(self) -> pd.DataFrame:
        """Tonnes and tonne-kilometres by mode, without and with the programme."""
        rows = [
            {
                "scenario": scenario, "mode": mode, "tonnes": float(state.tonnes.sel(mode=mode)),
                "tonne_km": float(state.work.sel(mode=mode).sum()),
            }
            for scenario, state in (("without", self.without), ("with", self.with_))
            for mode in MODES
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def places(self) -> pd.DataFrame:
        """Tonnes a year through borders (by mode), chokepoints and ports, without and with the programme."""
        states = [_places(state, self.world.network) for state in (self.without, self.with_)]
        both = pd.concat(states, axis=1, keys=["without", "with"]).fillna(0.0)
        return both.sort_values("without", ascending=False).rename_axis(["kind", "place"]).reset_index()


def freight(
    programme: Asked,
    *,
    world: World | None = None,
    year: int = DEFAULT_YEARS[0],
    session: Session | None = None,
    progress: Progress = quiet,
    **terms: Unpack[Terms],
) -> Freight:
    """Lay the trade of both solutions on the network of both states.

    Trade is that of the equilibrium without and with the programme (tonnes at the baseline's value densities), modes
    are those of the calibrated choice in each state. While openings ramp up, flows with the programme are the mean of
    those of its states that the time rule takes (`priorities.time_rule`). Raises `Faults` as `appraise`.
    """
    session = session or default_session()
    terms["years"] = (year,)
    asked = session.ask(programme, world, **terms)
    year, schedule = asked.scenario.years[-1], session.schedule(asked)
    baseline = find_baseline(asked, session, progress)
    numbers = sorted({*schedule.weights[year], schedule.in_force[year]})
    states = {k: find_state(asked, schedule, baseline, session, progress, k) for k in numbers}
    parts = _parts(schedule, year, states)
    done = count(1)

    def step() -> None:
        progress("laying freight on the network", done=next(done), total=len(parts) + 1)

    def lay(state: State) -> FreightWork:
        step()
        return state.assignment

    step()
    without = baseline.assignment
    with_ = mean_work([(weight, lay(state)) for weight, state in parts])
    gates, in_force = baseline.gates, states[schedule.in_force[year]].freight.limits
    limits = None if gates is None or in_force is None else (gates.limits, in_force)
    return Freight(
        asked.programme, asked.world, year, without, with_, schedule.changes[year].open, limits,
        asked.scenario.transit_payments,
    )  # fmt: skip


def _parts(schedule: Schedule, year: int, states: Mapping[int, State]) -> list[tuple[float, State]]:
    """States of a year: `sum over k of w[k] u[k] + p - u[s]`, u before anybody pays and p as it is paid for.

    States with the same shocks share their solutions, and are one part.
    """
    in_force = states[schedule.in_force[year]]
    parts = [(1.0, in_force), (-1.0, in_force.unpaid)]
    parts += [(weight, states[k].unpaid) for k, weight in schedule.weights[year].items()]
    of_solution: dict[int, tuple[float, State]] = {}
    for weight, state in parts:
        before, _ = of_solution.get(id(state.with_), (0.0, state))
        of_solution[id(state.with_)] = (before + weight, state)
    return [part for part in of_solution.values() if abs(part[0]) > SMALLEST_WEIGHT]


def busiest(state: FreightWork, network: Network, most: int) -> list[str]:
    """Names of closures (as `world.closures`) of the places that most tonnes pass, the busiest first.

    Borders count by all modes on land, chokepoints by the busiest of their links, ports by what goes in and out: a
    screen of what may be critical, not a measure of it.
    """
    tonnes = _tonnes(state, network)
    land = [
        rows.rename(lambda name: "border:" + name.replace(" - ", "-"))
        for kind, rows in tonnes.items()
        if "border" in kind
    ]
    passage = {row.passage: row.id for row in network.chokepoints}
    known = tonnes["port"].index.isin(
        network.ports["id"].astype(str)
    )  # what a programme builds is no closure
    ports = tonnes["port"][known].rename(lambda code: f"port:{code}")
    by_name = pd.concat([*land, tonnes["chokepoint"].rename(passage), ports])
    total = by_name.groupby(level=0).sum().sort_values(ascending=False)
    return [str(name) for name in total.index[:most]]


def _places(state: FreightWork, network: Network) -> pd.Series:
    tonnes = _tonnes(state, network)
    titles = {row.passage: row.title for row in network.chokepoints}
    names = network.ports["name"].astype(str)
    by_name = dict(zip(network.ports["id"].astype(str), names, strict=True))
    tonnes["chokepoint"] = tonnes["chokepoint"].rename(titles)
    tonnes["port"] = tonnes["port"].rename(lambda code: f"{by_name.get(code, 'new port')} ({code})")
    both: pd.Series = pd.concat(tonnes)
    return both


def _tonnes(state: FreightWork, network: Network) -> dict[str, pd.Series]:
    """Tonnes by kind of place: borders by the pair of economies, chokepoints by passage, ports by id."""
    links, known = state.links, {row.passage for row in network.chokepoints}
    parts: dict[str, pd.Series] = {}
    for mode in LAND:
        mine = links[links["mode"] == mode]
        abroad = mine[mine["economy_a"] != mine["economy_b"]]
        ends = np.sort(abroad[["economy_a", "economy_b"]].to_numpy(str), axis=1)
        names = pd.Series([f"{one} - {other}" for one, other in ends], index=abroad.index, dtype=object)
        parts[f"{mode} border"] = abroad["tonnes"].groupby(names).sum()
    at_sea = links[(links["mode"] == "sea") & (links["row"] >= 0)]
    passage = pd.Series(
        network.sea_links["passage"].astype(str).to_numpy()[at_sea["row"]], index=at_sea.index
    )
    named = at_sea["tonnes"][passage.isin(known)]
    parts["chokepoint"] = named.groupby(passage[passage.isin(known)]).max()  # what passes is counted once
    ports = state.ports["tonnes"]
    parts["port"] = ports[ports > 0]
    return parts
