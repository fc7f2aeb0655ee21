"""The choice between road, rail and sea: skims by class of goods, constants by class and distance.

City pairs choose between modes by a logit in log generalised cost. Its constants stand for what skims do not hold
(frequency, reliability, habit) and are kept in every scenario. They are few, change smoothly with distance and with the
value of the goods, and are fitted to published splits (`mode_constants.csv`, `data/mode_constants.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.conventions import Floats
from samarkand.core.geodesy import calc_great_circle_matrix
from samarkand.engines.choice import calc_shares, calc_utility
from samarkand.world.freight.cargo_modes import cargoes_near_by
from samarkand.world.parameters import Parameters, load_parameters

MODES = ("road", "rail", "sea")
# Those from `liquid` on have the value of time of the first. Goods in tanks have fewer modes; goods in bulk of three
# sectors start where they are mined and grown (`origins`), and are like the first but for their ships (`ships`).
VOT_CLASSES = ("bulk", "low", "middle", "high", "highest", "liquid", "ores", "coal", "grain")
SECTOR_OF_CLASS = {"ores": "ores", "coal": "coal", "grain": "agriculture"}
VALUED_AS = {"liquid": "bulk", **dict.fromkeys(SECTOR_OF_CLASS, "bulk")}
ROAD, IN_TANKS = MODES.index("road"), VOT_CLASSES.index("liquid")
# What the constants of a pair of cities are made of (`ModeChoice.constants`).
TERMS = ("constant", "value_of_time", "distance", "north_america", "north_america_value_of_time")
VALUE_OF_REFERENCE = 10.0  # US$ per TEU and hour: the term by value is zero there
# The members for which the modal split is published.
# fmt: off
EUROPEAN_UNION = frozenset((
    "AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV", "HUN",
    "IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "SWE",
))
# fmt: on
NORTH_AMERICA = frozenset(("CAN", "MEX", "USA"))


@dataclass(frozen=True)
class ModeChoice:
    """A choice of modes. scale: elasticity of odds to cost ratios; weights: [term, mode], as `TERMS` and `MODES`."""

    scale: float
    weights: Floats

    def constants(self, km: Floats, american: NDArray[np.bool_]) -> Floats:
        """Constants of pairs of cities, [..., class of goods, mode], pure numbers; those of the sea are zero.

        A_m = w1_m + w2_m x + w3_m km / 1000 + american (w4_m + w5_m x),   x = log(value of time / 10 US$/TEU-h)
        km: great circle between the cities, [...]; american: whether both lie in Canada, Mexico or the United States,
        [...]. Values of time are the declared ones, whatever replaces them: a class keeps its constants.
        """
        return self.constants_at(values_of_classes(), km, american)

    def constants_at(self, x: Floats, km: Floats, american: NDArray[np.bool_]) -> Floats:
        """The same at some logarithms x of the value of time over that of reference, [..., x, mode]."""
        anywhere, by_distance, in_america = self.parts_at(x)
        found: Floats = anywhere + by_distance * (km / 1000.0)[..., None, None]
        found[american] += in_america
        return found

    def parts_at(self, x: Floats) -> tuple[Floats, Floats, Floats]:
        """What they are made of: anywhere [x, mode], by 1,000 km [mode], and within North America besides [x, mode]."""
        level, by_value, by_distance, there, there_by_value = self.weights
        return level + by_value * x[:, None], by_distance, there + there_by_value * x[:, None]


def values_of_classes() -> Floats:
    """Logarithms of the declared values of time over that of reference, [class of goods]."""
    found: Floats = np.log(classes_of_time(load_parameters()).to_numpy() / VALUE_OF_REFERENCE)
    return found


def check_labels(skims: xr.Dataset, cities: pd.DataFrame) -> None:
    """Raise ValueError unless skims and cities have the same cities in the same order, and the modes."""
    origins, destinations = skims["origin_city"].to_numpy(), skims["destination_city"].to_numpy()
    if not np.array_equal(origins, destinations):
        raise ValueError("origin and destination cities of the skims differ")
    if not np.array_equal(origins, cities.index.to_numpy()):
        raise ValueError("the cities of the skims are not those of the table of cities, in its order")
    if set(skims["mode"].to_numpy().tolist()) != set(MODES):
        raise ValueError(f"the modes of the skims are {skims['mode'].to_numpy().tolist()}, not {list(MODES)}")
    for column in ("iso3", "lat", "lon", "population"):
        if column not in cities:
            raise ValueError(f"the table of cities has no column {column}")
    if not (cities["population"] > 0).all():
        raise ValueError("a city has no population to be weighted by")


def classes_of_time(parameters: Parameters) -> xr.DataArray:
    """Value of time of the classes of goods, dims (vot_class), US$ per TEU and hour."""
    values = [parameters[f"value_of_time_{VALUED_AS.get(label, label)}"] for label in VOT_CLASSES]
    return xr.DataArray(
        values, dims="vot_class", coords={"vot_class": list(VOT_CLASSES)}, name="value_of_time"
    )


def revalue(skims: xr.Dataset, value_of_time: xr.DataArray) -> xr.Dataset:
    """The skims at our own values of time, from the routes they hold.

    Land modes: g_k = min over the skims' routes c of usd_c + v_k * hours_c. Each class of the skims holds the best
    route for the value of time it was searched with; valuing all of them at the class's own and taking the best costs
    no routing, is exact where the values agree and otherwise an upper bound within the difference between neighbouring
    routes. Sea: the route of the search that the skims' `sea_search` names for the class of goods (`ships`), of the
    first without it, at g_k = usd + v_k * hours; a search by sea in haste goes by land to the far end of the voyage,
    and is then no voyage. skims: dims (vot_class, mode, origin_city, destination_city); value_of_time: dims
    (vot_class), US$ per TEU and hour. Returns hours, usd, generalised_cost (US$/TEU) over its classes, infinite where
    unreachable.
    """
    order = ("vot_class", "mode", "origin_city", "destination_city")
    usd = skims["usd"].transpose(*order).to_numpy().astype(np.float64)
    hours = skims["hours"].transpose(*order).to_numpy().astype(np.float64)
    open_route = np.isfinite(usd) & np.isfinite(hours)
    usd, hours = np.where(open_route, usd, np.inf), np.where(open_route, hours, np.inf)
    by_sea = (skims["mode"].to_numpy() == "sea")[:, None, None]
    picked: dict[str, list[Floats]] = {"hours": [], "usd": [], "generalised_cost": []}
    at_sea = skims["sea_search"].transpose("goods", *order[2:]) if "sea_search" in skims else None
    for label, value in zip(value_of_time["vot_class"].to_numpy(), value_of_time.to_numpy(), strict=True):
        voyage = 0 if at_sea is None else at_sea.sel(goods=label).to_numpy().astype(np.int64)
        best = np.where(by_sea, voyage, (usd + value * hours).argmin(axis=0))[None]
        money, time = (np.take_along_axis(array, best, axis=0)[0] for array in (usd, hours))
        picked["usd"].append(money)
        picked["hours"].append(time)
        picked["generalised_cost"].append(money + value * time)
    coords = {name: skims[name].to_numpy() for name in order[1:]}
    return xr.Dataset(
        {name: (order, np.stack(arrays)) for name, arrays in picked.items()},
        coords={"vot_class": value_of_time["vot_class"].to_numpy(), **coords},
    )


def sea_offered(skims: xr.Dataset) -> NDArray[np.bool_]:
    """Whether goods are offered the sea, (origin, destination): as the skims' `sea_offered` says (`sea_ways`).

    Skims without it offer the sea wherever it leads.
    """
    by_sea = skims.sel(mode="sea").isel(vot_class=0)
    places = ("origin_city", "destination_city")
    leads = np.isfinite((by_sea["usd"] + by_sea["hours"]).transpose(*places).to_numpy())
    if "sea_offered" not in skims:
        return np.asarray(leads)
    return np.asarray(leads & skims["sea_offered"].transpose(*places).to_numpy())


def offer(cost: Floats, offered: NDArray[np.bool_]) -> Floats:
    """Costs with modes last as MODES, the sea infinite where it is not offered."""
    sea = np.array([mode == "sea" for mode in MODES])
    return np.where(sea & ~offered[..., None], np.inf, cost)


def find_barred(km: Floats, others: NDArray[np.bool_], parameters: Parameters) -> NDArray[np.bool_]:
    """Modes that classes of goods do not take between two cities, [..., class of goods, mode].

    Goods in tanks leave the road where km > tank_lorry_distance and another mode is offered. km: great circle, [...];
    others: whether rail or the sea is offered, [...]. Settled on the network without changes, as where the sea is
    offered.
    """
    found = np.zeros((*km.shape, len(VOT_CLASSES), len(MODES)), np.bool_)
    found[..., IN_TANKS, ROAD] = leave_the_road(km, others, parameters)
    return found


def leave_the_road(km: Floats, others: NDArray[np.bool_], parameters: Parameters) -> NDArray[np.bool_]:
    """Where goods in tanks do not take the road, [...], as `find_barred` says."""
    found: NDArray[np.bool_] = (km > parameters["tank_lorry_distance"]) & others
    return found


def within_north_america(cities: pd.DataFrame) -> NDArray[np.bool_]:
    """Pairs of cities in Canada, Mexico and the United States, [city, city]."""
    there = cities["iso3"].isin(NORTH_AMERICA).to_numpy()
    pairs: NDArray[np.bool_] = there[:, None] & there
    return pairs


def distance_between_cities(cities: pd.DataFrame) -> Floats:
    """Km by the great circle, [city, city]."""
    return calc_great_circle_matrix(cities["lat"].to_numpy(float), cities["lon"].to_numpy(float))


def distance_within_cities(cities: pd.DataFrame, parameters: Parameters) -> Floats:
    """Distance of trade within each city, km: circuity * min(ratio * great circle to the nearest other city, cap)."""
    distance = calc_great_circle_matrix(cities["lat"].to_numpy(float), cities["lon"].to_numpy(float))
    np.fill_diagonal(distance, np.inf)
    reach = np.minimum(
        parameters["intrazonal_distance_ratio"] * distance.min(axis=1), parameters["intrazonal_distance_cap"]
    )
    # Two cities at one point would make trade within each of them free.
    km: Floats = parameters["intrazonal_circuity"] * np.maximum(reach, 1.0)
    return km


def with_trade_within_cities(skims: xr.Dataset, cities: pd.DataFrame, parameters: Parameters) -> xr.Dataset:
    """Skims by our classes with the cells of a city to itself filled by the declared rule, by road.

    distance = circuity * min(ratio * great-circle distance to the nearest other city, cap); usd = rate *
    distance; hours = distance / speed; generalised_cost = usd + value_of_time * hours: the same in all
    states. Whatever the skims hold on the diagonal is replaced. Errors as `check_labels`.
    """
    check_labels(skims, cities)
    km = distance_within_cities(cities, parameters)
    usd, hours = parameters["intrazonal_rate"] * km, km / parameters["intrazonal_speed"]
    value = classes_of_time(parameters)
    filled = revalue(skims, value)
    own, road = np.arange(len(cities)), filled["mode"].to_numpy().tolist().index("road")
    by_road = {
        "usd": usd,
        "hours": hours,
        "generalised_cost": usd[None, :] + value.to_numpy()[:, None] * hours[None, :],
    }
    for name, values in by_road.items():
        array = filled[name].to_numpy()
        array[:, :, own, own] = np.inf
        array[:, road, own, own] = values
    return filled


def surface_trade(trade_flow: xr.DataArray, freight: xr.Dataset, vot_by_class: xr.DataArray) -> xr.DataArray:
    """Value on the network by class: X_nic = sum_j s_jc X_nij, s: share of a sector's cargoes of class c.

    trade_flow: dims (origin, destination, sector), US$ m. Returns dims (origin, destination, vot_class).
    Sectors that the freight table lacks raise ValueError.
    """
    missing = sorted(
        set(trade_flow["sector"].to_numpy().tolist()) - set(freight["sector"].to_numpy().tolist())
    )
    if missing:
        raise ValueError(f"no freight figures are declared for the sectors {', '.join(missing)}")
    table = freight.sel(sector=trade_flow["sector"])
    by_class = add_by_class(table, table["cargo_share"]).sel(vot_class=vot_by_class["vot_class"])
    found: xr.DataArray = xr.dot(trade_flow, by_class.reset_coords(drop=True), dim="sector")
    return found


def cargo_classes(freight: xr.Dataset) -> xr.DataArray:
    """Value-of-time class of each sector's cargoes, dims (sector, cargo): the nearest in logarithms.

    freight: as `freight_table`. Classes are told by their declared values, whatever replaces them: a class that is
    valued higher keeps its cargoes and raises all of them. A cargo that a sector lacks is in the first. Cargoes that go
    by road over short ways alone (`cargo_modes`) and have the value of time of bulk are `liquid`. What has the value of
    time of bulk of the sectors of `SECTOR_OF_CLASS` is in the class of its sector.
    """
    vot_by_class = classes_of_time(load_parameters()).to_numpy()
    values = freight["cargo_value_of_time"].transpose("sector", "cargo")
    nearest = np.abs(np.log(values.fillna(1.0).to_numpy())[..., None] - np.log(vot_by_class)).argmin(axis=-1)
    nearest = np.where(np.isnan(values.to_numpy()), 0, nearest)
    bulk = VOT_CLASSES.index("bulk")
    in_tanks = np.isin(values["cargo"].to_numpy(), cargoes_near_by("road"))
    nearest[in_tanks & (nearest == bulk)] = VOT_CLASSES.index("liquid")
    for label, sector in SECTOR_OF_CLASS.items():
        of_sector = (values["sector"] == sector).to_numpy()[:, None] & ~np.isnan(values.to_numpy())
        nearest[of_sector & (nearest == bulk)] = VOT_CLASSES.index(label)
    return values.copy(data=np.array(VOT_CLASSES)[nearest]).rename("vot_class")


def add_by_class(freight: xr.Dataset, amounts: xr.DataArray) -> xr.DataArray:
    """Amounts of cargoes, dims (sector, cargo), added up by value-of-time class: dims (sector, vot_class)."""
    known = amounts.transpose("sector", "cargo").fillna(0.0).to_numpy()
    inside = cargo_classes(freight).to_numpy()[..., None] == np.array(VOT_CLASSES)
    coords = {"sector": freight["sector"].to_numpy(), "vot_class": list(VOT_CLASSES)}
    return xr.DataArray((known[..., None] * inside).sum(axis=1), coords, ("sector", "vot_class"))


def mode_shares(
    skims: xr.Dataset, cities: pd.DataFrame, choice: ModeChoice, parameters: Parameters
) -> xr.DataArray:
    """Choice shares by pair of cities, dims (vot_class, origin_city, destination_city, mode), fractions."""
    filled = with_trade_within_cities(skims, cities, parameters).sel(mode=list(MODES))
    cost = filled["generalised_cost"].transpose("vot_class", "origin_city", "destination_city", "mode")
    constants = choice.constants(distance_between_cities(cities), within_north_america(cities))
    offers = offer(cost.to_numpy(), sea_offered(skims))
    others = np.asarray(np.isfinite(offers[..., 1:]).any(axis=(0, -1)))
    barred = find_barred(distance_between_cities(cities), others, parameters)
    offers[np.moveaxis(barred, 2, 0)] = np.inf
    utility = calc_utility(offers, np.moveaxis(constants, 2, 0), choice.scale)
    return cost.copy(data=calc_shares(utility)).rename("mode_share")
