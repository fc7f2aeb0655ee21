"""From city skims to trade costs by pair of economies and sector.

The baseline cost of a pair of cities is its share-weighted generalised cost over modes, its change the change
of the logsum; economies weigh their cities by population. The ad valorem change follows from value per TEU.
Nothing here keeps state: the same skims, cities and parameters give the same answer, so that ranges are lists
of calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from samarkand.engines.choice import calc_logsum_of_shares, calc_shares, calc_utility
from samarkand.world.mode_choice import (
    MODES,
    ModeChoice,
    calibrate_mode_choice,
    city_segments,
    classes_of_time,
    constants_by_pair,
    keep_former_route,
    offer,
    sea_offered,
    sector_classes,
    surface_trade,
    with_trade_within_cities,
)
from samarkand.world.parameters import Parameters

__all__ = [
    "VARIANTS",
    "Baseline",
    "ModeChoice",
    "ad_valorem_cost",
    "calc_iceberg_cost_hat",
    "calibrate_mode_choice",
    "classes_of_time",
    "counterfactual_costs",
    "economies_without_city",
    "economy_costs",
    "economy_weights",
    "iceberg_cost_hat",
    "prepare_baseline",
    "surface_trade",
]

Floats = NDArray[np.float64]

VARIANTS = ("logsum", "fixed_mode", "free_choice")
ROW = "ROW"


def economy_weights(cities: pd.DataFrame, economies: Sequence[str]) -> xr.DataArray:
    """Population weights of cities in economies, dims (economy, city), each row adding up to one or all zero.

    A city of an economy that is not listed belongs to ROW when ROW is listed, else to none.
    """
    codes = cities["iso3"].where(cities["iso3"].isin(list(economies)), ROW).to_numpy()
    member = np.array([[code == economy for code in codes] for economy in economies], dtype=np.float64)
    weight = member * cities["population"].to_numpy(float)
    total = weight.sum(axis=1, keepdims=True)
    return xr.DataArray(
        np.divide(weight, total, out=np.zeros_like(weight), where=total > 0),
        dims=("economy", "city"),
        coords={"economy": list(economies), "city": cities.index.to_numpy()},
        name="weight",
    )


def economies_without_city(cities: pd.DataFrame, economies: Sequence[str]) -> tuple[str, ...]:
    """The listed economies none of whose cities is in the network: their trade costs are held unchanged."""
    weights = economy_weights(cities, economies)
    return tuple(weights["economy"].to_numpy()[(weights == 0).all("city").to_numpy()].tolist())


def _over_modes(share: Floats, quantity: Floats) -> Floats:
    """Share-weighted mean over modes; a mode without share does not count, whatever it costs."""
    mean: Floats = (share * np.where(share > 0, quantity, 0.0)).sum(axis=-1)
    return mean


def _shares_kept(before: Floats, after: Floats, is_open: NDArray[np.bool_]) -> Floats:
    """Baseline shares on the modes still open; those of the new choice where none of them is open."""
    open_share = np.where(is_open, before, 0.0)
    kept = open_share.sum(axis=-1, keepdims=True)
    scaled = np.where(kept > 0, open_share / np.where(kept > 0, kept, 1.0), after)
    untouched = np.all(is_open | (before == 0), axis=-1, keepdims=True)
    return np.where(untouched, before, scaled)


@dataclass(frozen=True)
class Baseline:
    """The state without changes, prepared once for any number of counterfactuals (`prepare_baseline`).

    skims: as given; valued: by our classes, cells of a city to itself filled; constants, shares: (vot_class,
    origin, destination, mode); logsum, cost: (vot_class, origin, destination), the logsum and the
    share-weighted generalised cost, US$/TEU; offered: where the sea is a choice; reachable: where
    any mode serves the pair.
    """

    skims: xr.Dataset
    valued: xr.Dataset
    cities: pd.DataFrame
    economies: tuple[str, ...]
    choice: ModeChoice
    parameters: Parameters
    constants: Floats
    shares: Floats
    logsum: Floats
    cost: Floats
    offered: NDArray[np.bool_]
    reachable: NDArray[np.bool_]


def _by_mode(skims: xr.Dataset, name: str) -> Floats:
    """A variable of the skims with modes last, (vot_class, origin, destination, mode), as a view."""
    array: Floats = skims[name].transpose("vot_class", "mode", "origin_city", "destination_city").to_numpy()
    return np.moveaxis(array, 1, -1)


def prepare_baseline(
    skims: xr.Dataset,
    cities: pd.DataFrame,
    choice: ModeChoice,
    parameters: Parameters,
    economies: Sequence[str],
) -> Baseline:
    """Everything of the state without changes that counterfactuals need. Errors as `check_labels`."""
    skims = skims.sel(mode=list(MODES))
    valued = with_trade_within_cities(skims, cities, parameters)
    labels = valued["vot_class"].to_numpy()
    segments = city_segments(cities, parameters)
    constants = constants_by_pair(choice, segments, labels)
    offered = sea_offered(valued, segments, parameters)
    cost = offer(_by_mode(valued, "generalised_cost"), offered)
    utility = calc_utility(cost, constants, choice.scale)
    shares = calc_shares(utility)
    return Baseline(
        skims=skims,
        valued=valued,
        cities=cities,
        economies=tuple(economies),
        choice=choice,
        parameters=parameters,
        constants=constants,
        shares=shares,
        logsum=calc_logsum_of_shares(utility, shares),
        cost=_over_modes(shares, cost),
        offered=offered,
        reachable=np.asarray(np.isfinite(cost).any(axis=-1)),
    )


def economy_costs(
    without: xr.Dataset,
    with_changes: xr.Dataset,
    cities: pd.DataFrame,
    choice: ModeChoice,
    parameters: Parameters,
    economies: Sequence[str],
) -> xr.Dataset:
    """`counterfactual_costs` of one counterfactual, baseline and all."""
    return counterfactual_costs(
        prepare_baseline(without, cities, choice, parameters, economies), with_changes
    )


def counterfactual_costs(baseline: Baseline, with_changes: xr.Dataset) -> xr.Dataset:
    """Cost and time between economies, without and with changes of the network, in three variants.

    logsum: without = sum_m s_m g_m with calibrated shares s; with = without * C' / C, where C is the
    composite cost of the logsum; hours are weighted by the shares of each state.
    fixed_mode: shares stay those of the state without (a mode that closes leaves its share to the others).
    free_choice: every shipment takes the mode of least generalised cost, of all three, without constants.
    Economies average their cities by population, own-economy pairs included, over the pairs reachable in the
    state without; cells of a city to itself follow the declared rule and do not change.
    with_changes: skims as given to `prepare_baseline`, with the changes. Returns variables generalised_cost
    (US$/TEU), hours, with dims (state, variant, vot_class, origin, destination), and mode_share (state,
    vot_class, origin, destination, mode); not a number where an economy has no city or no reachable pair.
    Raises ValueError for labels that differ between the two states and for pairs of cities that the changes
    cut off.
    """
    without, cities, choice = baseline.skims, baseline.cities, baseline.choice
    if not without["vot_class"].equals(with_changes["vot_class"]):
        raise ValueError("the value-of-time classes of the two states differ")
    with_changes = with_changes.sel(mode=list(MODES))
    valued = with_trade_within_cities(with_changes, cities, baseline.parameters)
    valued = keep_former_route(valued, baseline.valued, with_changes, without)
    every = [_by_mode(state, "generalised_cost") for state in (baseline.valued, valued)]
    cost = [offer(state, baseline.offered) for state in every]
    hours = [_by_mode(state, "hours") for state in (baseline.valued, valued)]
    reachable = baseline.reachable
    lost = reachable & ~np.isfinite(cost[1]).any(axis=-1)
    if lost.any():
        where = sorted({(i, j) for _, i, j in zip(*np.nonzero(lost), strict=True)})
        names = [f"{cities.index[i]}-{cities.index[j]}" for i, j in where[:5]]
        raise ValueError(f"{len(where)} pairs of cities are cut off by the changes, as {', '.join(names)}")
    utility = calc_utility(cost[1], baseline.constants, choice.scale)
    shares = [baseline.shares, calc_shares(utility)]
    # C' / C = exp(-(L' - L) / scale). A pair that no mode serves in the state without shows no change.
    gain = np.subtract(
        calc_logsum_of_shares(utility, shares[1]),
        baseline.logsum,
        out=np.zeros_like(baseline.logsum),
        where=reachable,
    )
    change = np.exp(-gain / choice.scale)
    fixed = _shares_kept(shares[0], shares[1], np.isfinite(cost[1]))
    cheapest = [c.argmin(axis=-1)[..., None] for c in every]

    def of_cheapest(state: int, quantity: list[Floats]) -> Floats:
        picked: Floats = np.take_along_axis(quantity[state], cheapest[state], axis=-1)[..., 0]
        return np.where(reachable, picked, 0.0)

    hours_before = _over_modes(shares[0], hours[0])
    before_and_after = {
        "generalised_cost": [
            (baseline.cost, baseline.cost * change),
            (baseline.cost, _over_modes(fixed, cost[1])),
            (of_cheapest(0, every), of_cheapest(1, every)),
        ],
        "hours": [
            (hours_before, _over_modes(shares[1], hours[1])),
            (hours_before, _over_modes(fixed, hours[1])),
            (of_cheapest(0, hours), of_cheapest(1, hours)),
        ],
    }
    to_economies = _averager(cities, baseline.economies, reachable)

    def both_states(before: Floats, after: Floats) -> Floats:
        """Means without and with; the second adds the mean change, exactly nothing where nothing changed."""
        first = to_economies(before)
        return np.stack([first, first + to_economies(after - before)])

    dims = ("state", "variant", "vot_class", "origin", "destination")
    result = xr.Dataset(
        {
            name: (dims, np.stack([both_states(*pair) for pair in variants], axis=1))
            for name, variants in before_and_after.items()
        },
        coords={
            "state": ["without", "with"],
            "variant": list(VARIANTS),
            "vot_class": valued["vot_class"].to_numpy(),
            "origin": list(baseline.economies),
            "destination": list(baseline.economies),
            "mode": list(MODES),
        },
    )
    by_mode = [both_states(shares[0][..., m], shares[1][..., m]) for m in range(len(MODES))]
    result["mode_share"] = (
        ("state", "vot_class", "origin", "destination", "mode"),
        np.stack(by_mode, axis=-1),
    )
    result["generalised_cost"].attrs["unit"] = "US$/TEU"
    result["hours"].attrs["unit"] = "h"
    result["value_of_time"] = classes_of_time(baseline.parameters)
    result.attrs["economies_without_city"] = economies_without_city(cities, baseline.economies)
    result.attrs["city_pairs_unreachable"] = int((~reachable.any(axis=0)).sum())
    return result


def _averager(
    cities: pd.DataFrame, economies: Sequence[str], reachable: NDArray[np.bool_]
) -> Callable[[Floats], Floats]:
    """Function that averages (vot_class, origin, destination) by city to economies over reachable pairs."""
    weights = economy_weights(cities, economies).to_numpy()
    member = np.flatnonzero(weights.any(axis=0))
    code = weights[:, member].argmax(axis=0)
    order = member[np.argsort(code, kind="stable")]
    present, starts = np.unique(np.sort(code), return_index=True)
    weight = weights.sum(axis=0)[order]
    pair_weight = weight[:, None] * weight[None, :]
    cells = np.ix_(order, order)

    def add_up(by_city: Floats) -> Floats:
        picked = by_city[:, cells[0], cells[1]] * pair_weight
        rows = np.add.reduceat(picked, starts, axis=1)
        by_economy: Floats = np.add.reduceat(rows, starts, axis=2)
        full = np.zeros((by_city.shape[0], len(economies), len(economies)))
        full[:, present[:, None], present[None, :]] = by_economy
        return full

    mass = add_up(reachable.astype(np.float64))

    def average(by_city: Floats) -> Floats:
        total = add_up(np.where(reachable, by_city, 0.0))
        return np.where(mass > 0, total / np.where(mass > 0, mass, 1.0), np.nan)

    return average


def calc_iceberg_cost_hat(
    cost_without: xr.DataArray,
    cost_with: xr.DataArray,
    value_per_teu: xr.DataArray,
    network_share: xr.DataArray,
) -> xr.DataArray:
    """Change of the iceberg cost: tau_hat = 1 + network_share * ((1 + t1) / (1 + t0) - 1), t = cost / value.

    cost_without, cost_with: US$/TEU, dims with sector; value_per_teu: US$, dims (sector); network_share:
    fraction of the sector's value on the network. Not a number counts as no change.
    Source: method rules; the ratio takes the whole baseline cost share, not only its change.
    """
    ratio = (1 + cost_with / value_per_teu) / (1 + cost_without / value_per_teu)
    return (1 + network_share * (ratio - 1)).fillna(1.0)


def iceberg_cost_hat(costs: xr.Dataset, freight: xr.Dataset, variant: str = "logsum") -> xr.DataArray:
    """Counterfactual over baseline iceberg cost, dims (origin, destination, sector), pure numbers.

    costs: as `counterfactual_costs`; freight: as `freight_table`; variant: one of VARIANTS. Exactly one where
    nothing changes, for services, and for economies without a city.
    """
    if variant not in VARIANTS:
        raise ValueError(f"variant {variant!r} is not one of {', '.join(VARIANTS)}")
    classes = sector_classes(freight, costs["value_of_time"])
    by_sector = (
        costs["generalised_cost"].sel(variant=variant, vot_class=classes).drop_vars(["variant", "vot_class"])
    )
    hat = calc_iceberg_cost_hat(
        by_sector.sel(state="without", drop=True),
        by_sector.sel(state="with", drop=True),
        freight["value_per_teu"],
        freight["network_share"],
    )
    hat.attrs = {"unit": "1", "variant": variant}
    return hat.transpose("origin", "destination", "sector").rename("iceberg_cost_hat")


def ad_valorem_cost(costs: xr.Dataset, freight: xr.Dataset, variant: str = "logsum") -> xr.DataArray:
    """Baseline transport cost over value, t0, dims (origin, destination, sector), fractions."""
    classes = sector_classes(freight, costs["value_of_time"])
    baseline = costs["generalised_cost"].sel(state="without", variant=variant, vot_class=classes)
    share = baseline.drop_vars(["state", "variant", "vot_class"]) / freight["value_per_teu"]
    return share.transpose("origin", "destination", "sector").rename("ad_valorem_cost")
