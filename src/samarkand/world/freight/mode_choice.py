"""The choice between road, rail and sea: skims by class of goods, market segments, calibrated constants.

City pairs choose between modes by a logit in log generalised cost, with constants by class of goods and market
segment that are calibrated to published splits. Without them most dear goods between China and Europe would go
by truck and train, against a few per cent observed: the constants stand for what skims do not hold (frequency,
reliability, capacity, subsidy) and are kept in every scenario.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.conventions import Floats
from samarkand.core.geodesy import calc_great_circle_matrix
from samarkand.engines.choice import calc_aggregate_shares, calc_shares, calc_utility, calibrate_constants
from samarkand.world.parameters import Parameters, load_parameters

MODES = ("road", "rail", "sea")
SEGMENTS = ("long_haul", "european_union", "continental", "north_american")
BY_VALUE = ("long_haul", "north_american")  # whose splits are of value, others' of tonne-kilometres
VOT_CLASSES = ("bulk", "low", "middle", "high", "highest")
CHOICE_ARRAYS = ("constants", "target", "calibrated", "uncalibrated", "cheapest")
# The parameters that constants are calibrated to (`_targets`).
TARGETS = (
    *(f"china_europe_{mode}_share_{way}bound" for mode in ("rail", "air") for way in ("west", "east")),
    "china_europe_road_share",
    *(f"rail_tilt_{label}" for label in VOT_CLASSES),
    *(f"eu_{mode}_share" for mode in MODES),
    *(f"continental_{mode}_turnover" for mode in MODES),
    *(f"north_america_{mode}_share" for mode in MODES),
)
# The members for which the modal split is published.
# fmt: off
EUROPEAN_UNION = frozenset((
    "AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV", "HUN",
    "IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "SWE",
))
# fmt: on
# Neighbours on the same haulage market take the constants of the Union, which are calibrated without them.
EUROPEAN_MARKET = EUROPEAN_UNION | {"CHE", "GBR", "ISL", "NOR"}
NORTH_AMERICA = frozenset(("CAN", "MEX", "USA"))


@dataclass(frozen=True)
class ModeChoice:
    """A calibrated choice of modes.

    scale: elasticity of odds to cost ratios. constants, target, calibrated, uncalibrated, cheapest: dims
    (segment, vot_class, mode); the last four are aggregate shares over the pairs of the segment that the
    target was published for: the target, what the calibrated constants give, what constants of zero give, and
    what follows when every shipment takes the mode of least generalised cost. They are not a number in segments that
    the network could not be calibrated on (`carried_over`).
    """

    scale: float
    constants: xr.DataArray
    target: xr.DataArray
    calibrated: xr.DataArray
    uncalibrated: xr.DataArray
    cheapest: xr.DataArray

    @property
    def carried_over(self) -> tuple[str, ...]:
        """Segments whose constants are those declared for networks without pairs of cities to calibrate them on."""
        unknown = np.isnan(self.target.transpose("segment", ...).to_numpy()).any(axis=(1, 2))
        return tuple(str(name) for name in self.target["segment"].to_numpy()[unknown])


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
    values = [parameters[f"value_of_time_{label}"] for label in VOT_CLASSES]
    return xr.DataArray(
        values, dims="vot_class", coords={"vot_class": list(VOT_CLASSES)}, name="value_of_time"
    )


def revalue(skims: xr.Dataset, value_of_time: xr.DataArray) -> xr.Dataset:
    """The skims at our own values of time, from the routes they hold.

    Land modes: g_k = min over the skims' routes c of usd_c + v_k * hours_c. Each class of the skims holds the
    best route for the value of time it was searched with; valuing all of them at the class's own and taking
    the best costs no routing, is exact where the values agree and otherwise an upper bound within the
    difference between neighbouring routes. Sea: the route of the first class of the skims, that of the lowest
    value of time, whatever the class of goods, at g_k = usd + v_k * hours; a search by sea in haste goes by land
    to the far end of the voyage, and is then no voyage. skims: dims (vot_class, mode, origin_city, destination_city);
    value_of_time: dims (vot_class), US$ per TEU and hour. Returns hours, usd, generalised_cost (US$/TEU) over
    its classes, infinite where unreachable.
    """
    order = ("vot_class", "mode", "origin_city", "destination_city")
    usd = skims["usd"].transpose(*order).to_numpy().astype(np.float64)
    hours = skims["hours"].transpose(*order).to_numpy().astype(np.float64)
    open_route = np.isfinite(usd) & np.isfinite(hours)
    usd, hours = np.where(open_route, usd, np.inf), np.where(open_route, hours, np.inf)
    by_sea = (skims["mode"].to_numpy() == "sea")[:, None, None]
    picked: dict[str, list[Floats]] = {"hours": [], "usd": [], "generalised_cost": []}
    for value in value_of_time.to_numpy():
        best = np.where(by_sea, 0, (usd + value * hours).argmin(axis=0))[None]
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


def city_segments(cities: pd.DataFrame, parameters: Parameters) -> xr.DataArray:
    """Market segment of each pair of cities, dims (origin_city, destination_city), index into SEGMENTS.

    Within Canada, Mexico and the United States at any distance the constants of their own; elsewhere long hauls take
    those of China-Europe trade, shorter ones those of the European Union when both ends lie in it or in Iceland,
    Norway, Switzerland, the United Kingdom, and of the continental segment in all other places.
    """
    distance = calc_great_circle_matrix(cities["lat"].to_numpy(float), cities["lon"].to_numpy(float))
    member = cities["iso3"].isin(EUROPEAN_MARKET).to_numpy()
    inside = member[:, None] & member[None, :]
    segment = np.where(inside, SEGMENTS.index("european_union"), SEGMENTS.index("continental"))
    segment = np.where(distance > parameters["long_haul_distance"], SEGMENTS.index("long_haul"), segment)
    american = cities["iso3"].isin(NORTH_AMERICA).to_numpy()
    segment = np.where(american[:, None] & american, SEGMENTS.index("north_american"), segment)
    return xr.DataArray(
        segment,
        dims=("origin_city", "destination_city"),
        coords={"origin_city": cities.index.to_numpy(), "destination_city": cities.index.to_numpy()},
        name="segment",
    )


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
    """Value on the network by class: X_nic = sum_j network_share_j * X_nij over the sectors of class c.

    trade_flow: dims (origin, destination, sector), US$ m. Returns dims (origin, destination, vot_class).
    Sectors that the freight table lacks raise ValueError.
    """
    missing = sorted(
        set(trade_flow["sector"].to_numpy().tolist()) - set(freight["sector"].to_numpy().tolist())
    )
    if missing:
        raise ValueError(f"no freight figures are declared for the sectors {', '.join(missing)}")
    table = freight.sel(sector=trade_flow["sector"])
    classes = sector_classes(table)
    on_network = trade_flow * table["network_share"]
    parts = [
        on_network.where(classes == label, 0.0).sum("sector", skipna=False)
        for label in vot_by_class["vot_class"].to_numpy()
    ]
    return xr.concat(parts, dim=vot_by_class["vot_class"].reset_coords(drop=True))


def sector_classes(freight: xr.Dataset) -> xr.DataArray:
    """Value-of-time class of each sector, dims (sector): the nearest in logarithms; services take the first.

    freight: as `freight_table`. Classes are told by their declared values, whatever replaces them: a class that is
    valued higher keeps its sectors and raises all of them. The class of a sector that is not on the network has no
    effect.
    """
    vot_by_class = classes_of_time(load_parameters())
    logs = np.abs(np.log(freight["value_of_time"].fillna(1.0)) - np.log(vot_by_class))
    nearest = logs.transpose("sector", "vot_class").to_numpy().argmin(axis=1)
    nearest = np.where(np.isnan(freight["value_of_time"].to_numpy()), 0, nearest)
    labels = vot_by_class["vot_class"].to_numpy()
    return xr.DataArray(
        labels[nearest], dims=("sector",), coords={"sector": freight["sector"].to_numpy()}, name="vot_class"
    )


def _pair_weights(
    cities: pd.DataFrame, distance: Floats, value: xr.DataArray | None, label: object
) -> Floats:
    """Weight by value of each pair of cities: trade of their economies shared out by population.

    Without trade values gravity stands in: the product of populations over distance; so too in a class
    in which nothing is traded, which needs constants all the same.
    """
    population = cities["population"].to_numpy(float)
    iso3 = cities["iso3"].to_numpy()
    if value is None or not float(value.sel(vot_class=label).sum()) > 0:
        with np.errstate(divide="ignore"):
            gravity = population[:, None] * population[None, :] / distance
        np.fill_diagonal(gravity, 0.0)
        weight: Floats = np.where(np.isfinite(gravity), gravity, 0.0)
        return weight
    total = cities.groupby("iso3")["population"].sum()
    share = population / total.loc[iso3].to_numpy(float)
    known = np.isin(iso3, value["origin"].to_numpy())
    flows = np.zeros(distance.shape)
    picked = value.sel(vot_class=label).sel(origin=iso3[known], destination=iso3[known])
    flows[np.ix_(known, known)] = picked.transpose("origin", "destination").to_numpy()
    weight = flows * share[:, None] * share[None, :]
    np.fill_diagonal(weight, 0.0)
    return weight


def _targets(
    segment: str, parameters: Parameters, west: Floats, east: Floats, surface_value: Floats
) -> Floats:
    """Target shares of road, rail and sea by class, (vot_class, 3).

    west, east: value on China-Europe surface modes by class in each direction, any unit, (vot_class,);
    surface_value: their sum.
    """
    classes = surface_value.size
    if segment in ("european_union", "north_american"):
        prefix = "eu" if segment == "european_union" else "north_america"
        published = np.array([parameters[f"{prefix}_{mode}_share"] for mode in MODES])
        return np.tile(published / published.sum(), (classes, 1))
    if segment == "continental":
        turnover = np.array([parameters[f"continental_{mode}_turnover"] for mode in MODES])
        return np.tile(turnover / turnover.sum(), (classes, 1))
    rail = 0.0
    for direction, value in (("westbound", west), ("eastbound", east)):
        air = parameters[f"china_europe_air_share_{direction}"]
        rail += float(value.sum()) * parameters[f"china_europe_rail_share_{direction}"] / (1 - air)
    rail /= float(west.sum() + east.sum())
    tilt = np.array([parameters[f"rail_tilt_{label}"] for label in VOT_CLASSES])
    by_class = rail * tilt * surface_value.sum() / (surface_value @ tilt)
    road = np.full(classes, parameters["china_europe_road_share"])
    return np.stack([road, by_class, 1 - road - by_class], axis=1)


def calibration_pairs(cities: pd.DataFrame, parameters: Parameters) -> dict[str, NDArray[np.bool_]]:
    """The pairs of cities, [city, city], for which splits are published, by segment."""
    distance = calc_great_circle_matrix(cities["lat"].to_numpy(float), cities["lon"].to_numpy(float))
    iso3 = cities["iso3"].to_numpy()
    china, union = iso3 == "CHN", cities["iso3"].isin(EUROPEAN_UNION).to_numpy()
    american = cities["iso3"].isin(NORTH_AMERICA).to_numpy()
    abroad = iso3[:, None] != iso3[None, :]
    west, east = _china_and_union(cities)
    short = distance <= parameters["long_haul_distance"]
    other_city = ~np.eye(len(cities), dtype=bool)
    return {
        "long_haul": west | east,
        "european_union": union[:, None] & union[None, :] & abroad & short,
        "continental": china[:, None] & china[None, :] & other_city & short,
        # The splits are those of the United States with its neighbours; what these two trade is small.
        "north_american": american[:, None] & american[None, :] & abroad,
    }


def _china_and_union(cities: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Pairs of cities from China to the European Union, and back."""
    china, union = (cities["iso3"] == "CHN").to_numpy(), cities["iso3"].isin(EUROPEAN_UNION).to_numpy()
    return china[:, None] & union[None, :], union[:, None] & china[None, :]


def calibrate_mode_choice(
    skims: xr.Dataset,
    cities: pd.DataFrame,
    parameters: Parameters,
    trade_value: xr.DataArray | None = None,
    declared: Floats | None = None,
) -> ModeChoice:
    """Calibrate mode constants by segment and class to the declared splits.

    long_haul: China with the European Union, both ways, weighted by value (`trade_value`, as from
    `surface_trade`; gravity without it), to the published rail shares of trade net of air; the classes
    share the total in the declared tilt. european_union: between its members, weighted by tonne-km, to the
    published split. continental: between the cities of China within the long-haul distance, weighted by
    tonne-km. north_american: between Canada, Mexico and the United States, weighted by value, to the published split
    of value; without cities or trade there it takes the declared constants, or those of the continental segment where
    none are declared. Sea is the reference, offered as `sea_offered` says. `declared`: constants (segment, vot_class,
    mode) of segments without a pair of cities, or in which no pair is offered one of the modes. Raises ValueError when
    another segment has no pairs and none are declared, and when one cannot meet its target.
    """
    # Splits are published for China, the Union and North America: no other pair takes part.
    party = cities["iso3"].isin({"CHN", *EUROPEAN_UNION, *NORTH_AMERICA}).to_numpy()
    check_labels(skims, cities)
    skims, cities = skims.isel(origin_city=party, destination_city=party), cities[party]
    if len(cities) < 2:
        return _carried_over(declared, parameters)
    offered = sea_offered(skims)
    skims = with_trade_within_cities(skims, cities, parameters).sel(mode=list(MODES))
    all_costs = skims["generalised_cost"].transpose("vot_class", "origin_city", "destination_city", "mode")
    cost = offer(all_costs.to_numpy(), offered)
    labels = skims["vot_class"].to_numpy()
    scale = parameters["mode_choice_scale"]
    distance = calc_great_circle_matrix(cities["lat"].to_numpy(float), cities["lon"].to_numpy(float))
    west, east = _china_and_union(cities)
    pairs = calibration_pairs(cities, parameters)
    values = [_pair_weights(cities, distance, trade_value, label) for label in labels]
    reachable: NDArray[np.bool_] = np.asarray(np.isfinite(cost).any(axis=-1))
    by_class = np.array([(value * reachable[c])[west | east].sum() for c, value in enumerate(values)])
    direction = [
        np.array([(value * reachable[c])[way].sum() for c, value in enumerate(values)])
        for way in (west, east)
    ]
    shape = (len(SEGMENTS), labels.size, len(MODES))
    arrays = {name: np.zeros(shape) for name in CHOICE_ARRAYS}
    for s, segment in enumerate(SEGMENTS):
        inside = pairs[segment]
        offers = np.isfinite(cost[:, inside & reachable.all(axis=0)]).any(axis=1)  # (class, mode)
        if segment == "north_american" and not any((value[inside] > 0).any() for value in values):
            # Accounts without two of the three: what is declared holds, as on a network without their cities.
            continental = arrays["constants"][[SEGMENTS.index("continental")] * len(SEGMENTS)]
            _carry_over(arrays, s, continental if declared is None else declared)
            continue
        if not offers.any() or (declared is not None and not offers.all()):
            _carry_over(arrays, s, declared)
            continue
        arrays["target"][s] = _targets(segment, parameters, direction[0], direction[1], by_class)
        for c in range(labels.size):
            weight = values[c][inside] * (1.0 if segment in BY_VALUE else distance[inside])
            costs = cost[c][inside]
            target = arrays["target"][s, c]
            constants = calibrate_constants(costs, weight, target, scale, reference=MODES.index("sea"))
            arrays["constants"][s, c] = constants
            zero = np.zeros(len(MODES))
            arrays["calibrated"][s, c] = calc_aggregate_shares(calc_utility(costs, constants, scale), weight)
            arrays["uncalibrated"][s, c] = calc_aggregate_shares(calc_utility(costs, zero, scale), weight)
            least = np.where(costs == costs.min(axis=-1, keepdims=True), 0.0, -np.inf)
            least = np.where(np.isfinite(costs), least, -np.inf)
            arrays["cheapest"][s, c] = calc_aggregate_shares(least, weight)
    return _choice(arrays, scale, labels.tolist())


def _carry_over(arrays: dict[str, Floats], segment: int, declared: Floats | None) -> None:
    """Take declared constants in a segment in which the network has nothing to calibrate them on."""
    if declared is None:
        raise ValueError(
            f"mode choice cannot be calibrated: no pair of cities in segment {SEGMENTS[segment]}"
        )
    for array in arrays.values():
        array[segment] = np.nan
    arrays["constants"][segment] = declared[segment]


def _carried_over(declared: Floats | None, parameters: Parameters) -> ModeChoice:
    """The choice of a network that has no two cities to calibrate it on."""
    shape = (len(SEGMENTS), len(VOT_CLASSES), len(MODES))
    arrays = {name: np.empty(shape) for name in CHOICE_ARRAYS}
    for segment in range(len(SEGMENTS)):
        _carry_over(arrays, segment, declared)
    return _choice(arrays, parameters["mode_choice_scale"], list(VOT_CLASSES))


def _choice(arrays: dict[str, Floats], scale: float, classes: list[str]) -> ModeChoice:
    coords = {"segment": list(SEGMENTS), "vot_class": classes, "mode": list(MODES)}
    labelled = {
        name: xr.DataArray(array, dims=("segment", "vot_class", "mode"), coords=coords, name=name)
        for name, array in arrays.items()
    }
    return ModeChoice(scale=scale, **labelled)


def mode_constants(choice: ModeChoice) -> Floats:
    """Mode constants as an array (segment, vot_class, mode)."""
    constants = choice.constants.sel(segment=list(SEGMENTS), vot_class=list(VOT_CLASSES), mode=list(MODES))
    array: Floats = np.ascontiguousarray(constants.transpose("segment", "vot_class", "mode").to_numpy())
    return array


def mode_shares(
    skims: xr.Dataset, cities: pd.DataFrame, choice: ModeChoice, parameters: Parameters
) -> xr.DataArray:
    """Choice shares by pair of cities, dims (vot_class, origin_city, destination_city, mode), fractions."""
    filled = with_trade_within_cities(skims, cities, parameters).sel(mode=list(MODES))
    cost = filled["generalised_cost"].transpose("vot_class", "origin_city", "destination_city", "mode")
    segments = city_segments(cities, parameters)
    constants = np.moveaxis(mode_constants(choice)[segments.to_numpy()], 2, 0)
    offers = offer(cost.to_numpy(), sea_offered(skims))
    return cost.copy(data=calc_shares(calc_utility(offers, constants, choice.scale))).rename("mode_share")
