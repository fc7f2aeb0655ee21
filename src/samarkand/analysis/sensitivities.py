"""What moves the freight of a place: its figure with one input after another halved and doubled.

    F(a / 2), F(a), F(2 a)      F: tonnes through a gate, or the share of a strait; a: one input, all others as declared

The input that binds is the one of which half or twice brings the figure nearest to the observed one, in logarithms. It
says where to look, and is no calibration: nothing is set by it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from samarkand.analysis.observed import ObservedRow, calc_modelled, observed_freight
from samarkand.baseline import Baseline, solve_baseline
from samarkand.core.conventions import Floats
from samarkand.core.hashing import fingerprint
from samarkand.core.progress import Progress, quiet
from samarkand.session import Session, default_session
from samarkand.solving import Setting
from samarkand.world.freight.capacity import find_place
from samarkand.world.freight.mode_choice import MODES, ModeChoice
from samarkand.world.freight.model import FreightModel
from samarkand.world.freight.trade_costs import prepare_pairs
from samarkand.world.network.nearest import distances
from samarkand.world.network.tables import Network
from samarkand.world.network.transit_tariffs import transit_tariffs
from samarkand.world.parameters import Parameters
from samarkand.world.world import World, load_world

FACTORS = (0.5, 2.0)
NEAR = 1.5  # a figure within this factor of the observed one is met
COUNTED = ("tonnes", "value_share")

Kind = Literal["parameters", "freight", "odds", "origins", "toll"]


@dataclass(frozen=True)
class Input:
    """An input that is varied: `names` of parameters that are multiplied, or what `kind` says."""

    id: str
    words: str
    kind: Kind
    names: tuple[str, ...] = ()


# fmt: off
INPUTS = (
    Input("value_per_tonne", "value of a tonne by sector, where the exporter has none of its own", "freight"),
    Input("origins", "weight of the cities nearer to the place than those of their economy are on average", "origins"),
    Input("odds_of_rail", "odds of rail in the choice of modes", "odds"),
    Input("rail_rate", "rate by rail", "parameters", ("rail_rate_standard", "rail_load")),
    Input("sea_rate", "rate at sea", "parameters", ("sea_rate",)),
    Input("toll", "tolls of canals", "toll"),
)
# fmt: on


def missed_places(table: pd.DataFrame) -> list[ObservedRow]:
    """Gates and straits whose figure is outside a factor of `NEAR` of the observed one; table: `beside_observed`."""
    factor = table.set_index("id")["factor"]
    return [
        row
        for row in observed_freight()
        if row.measure in COUNTED
        and row.observed
        and math.isfinite(factor[row.id])
        and not 1 / NEAR <= factor[row.id] <= NEAR
    ]


def calc_sensitivities(
    rows: Sequence[ObservedRow],
    world: World | None = None,
    *,
    session: Session | None = None,
    progress: Progress = quiet,
) -> pd.DataFrame:
    """One row a place and input: the figure with half of the input, as it is, and with twice of it.

    Columns: id, input, halved, as_is, doubled, in the units of the place. Inputs that a place does not have (a toll)
    have no row. A network is prepared anew for each rate: some minutes in all.
    """
    world, session = world or load_world(), session or default_session()
    baseline = solve_baseline(Setting(world, world.assumptions, "fixed_nominal"), (), session.kept, progress)
    as_is = {row.id: calc_modelled(baseline, row) for row in rows}
    found: dict[tuple[str, str], list[float]] = {}
    for one in INPUTS:
        for factor in FACTORS:
            progress(f"{one.words} times {factor:g}")
            for row, modelled in _figures(baseline, one, factor, rows, session):
                found.setdefault((row.id, one.id), []).append(modelled)
    lines = [(row.id, one.id) for row in rows for one in INPUTS if (row.id, one.id) in found]
    return pd.DataFrame(
        [
            {"id": place, "input": name, "halved": half, "as_is": as_is[place], "doubled": twice}
            for place, name in lines
            for half, twice in [found[place, name]]
        ]
    )


def find_binding(table: pd.DataFrame, observed: float) -> tuple[str, float, float]:
    """The input whose half or double brings a place nearest to what was observed, by which factor, and the figure.

    table: rows of one place of `calc_sensitivities`.
    """
    tried = [
        (abs(math.log(value / observed)), str(row["input"]), factor, value)
        for row in table.to_dict("records")
        for factor, value in zip(FACTORS, (float(row["halved"]), float(row["doubled"])), strict=True)
        if value > 0
    ]
    _, name, factor, value = min(tried)
    return name, factor, value


def _figures(
    baseline: Baseline, one: Input, factor: float, rows: Sequence[ObservedRow], session: Session
) -> Iterator[tuple[ObservedRow, float]]:
    """The figure of each place that has the input, with the input times a factor."""
    if one.kind in ("origins", "toll"):
        vary = vary_origins if one.kind == "origins" else vary_toll
        for row in rows:
            varied = vary(baseline, row, factor, session)
            if varied is not None:
                yield row, _known(varied, row)
        return
    varied = (
        vary_odds(baseline, factor)
        if one.kind == "odds"
        else _vary_assumptions(baseline, one, factor, session)
    )
    for row in rows:
        yield row, _known(varied, row)


def _known(baseline: Baseline, row: ObservedRow) -> float:
    found = calc_modelled(baseline, row)
    assert found is not None  # it was known before
    return found


def _vary_assumptions(baseline: Baseline, one: Input, factor: float, session: Session) -> Baseline:
    """Parameters times a factor; of freight the value of a tonne of every sector."""
    setting = baseline.setting
    names = one.names or tuple(
        name for name in setting.assumptions.freight if name.endswith(".value_per_tonne")
    )
    tables = setting.assumptions.parameters, setting.assumptions.freight
    given = {name: factor * table[name] for table in tables for name in names if name in table}
    varied = replace(setting, assumptions=setting.assumptions.replace(given))
    return solve_baseline(varied, (), session.kept, quiet)


def vary_odds(baseline: Baseline, factor: float) -> Baseline:
    """The odds of rail against the other modes times a factor, for all goods and distances."""
    model = _open_model(baseline)
    weights = model.choice.weights.copy()
    weights[0, MODES.index("rail")] += math.log(factor)
    return _with_model(baseline, model, model.network, replace(model.choice, weights=weights))


def vary_origins(baseline: Baseline, row: ObservedRow, factor: float, _: Session) -> Baseline:
    """Cities that are nearer to a place than the cities of their economy are on average weigh more by a factor."""
    model = _open_model(baseline)
    network = model.network
    km = distances(network.cities, _nodes_of(row.place, network, model.parameters)).min(axis=1)
    cities = _weigh(network.cities, km, factor)
    return _with_model(baseline, model, replace(network, cities=cities), model.choice)


def _weigh(cities: pd.DataFrame, km: Floats, factor: float) -> pd.DataFrame:
    """Cities of which those nearer than the mean of their economy, by population, count for more by a factor."""
    people = cities["population"].astype(float)
    weighed = (people * km).groupby(cities["iso3"]).sum() / people.groupby(cities["iso3"]).sum()
    nearer = km < weighed.reindex(cities["iso3"]).to_numpy()
    return cities.assign(population=np.where(nearer, factor, 1.0) * people)


def _nodes_of(name: str, network: Network, parameters: Parameters) -> pd.DataFrame:
    """Places (lat, lon) of the ends of the links of a place."""
    found = []
    for mode, rows in find_place(name, network, parameters).links.items():
        nodes, links = (
            (network.sea_nodes, network.sea_links)
            if mode == "sea"
            else (network.land(mode).nodes, network.land(mode).links)
        )
        ends = links.loc[sorted(rows), ["u", "v"]].to_numpy(np.int64).ravel()
        found.append(nodes.iloc[np.unique(ends)][["lat", "lon"]])
    return pd.concat(found, ignore_index=True)


def vary_toll(baseline: Baseline, row: ObservedRow, factor: float, session: Session) -> Baseline | None:
    """Tolls of all canals times a factor; None where no tariff is published for the place."""
    if row.place not in {one.place for one in transit_tariffs() if one.kind == "canal"}:
        return None
    setting = baseline.setting
    tolls = factor * setting.assumptions.parameters["canal_tolls"]
    assumptions = setting.assumptions.replace({"canal_tolls": tolls})
    return solve_baseline(replace(setting, assumptions=assumptions), (), session.kept, quiet)


def _open_model(baseline: Baseline) -> FreightModel:
    assert isinstance(baseline.freight, FreightModel)  # nothing is closed
    return baseline.freight


def _with_model(baseline: Baseline, model: FreightModel, network: Network, choice: ModeChoice) -> Baseline:
    """The baseline with the same routes, other weights of cities or another choice of modes."""
    varied = copy(model)
    vars(varied).pop("_derived", None)
    varied.network = network
    varied.baseline = prepare_pairs(
        model.baseline.pairs, network.cities, choice, model.parameters, model.economies
    )
    varied.key = fingerprint(
        np.frombuffer(model.key.encode(), np.uint8),
        network.cities["population"].to_numpy(float),
        choice.weights,
    )  # what is kept on disk by it is of another model
    return Baseline(baseline.setting, (), baseline.kept, given={"freight": varied})
