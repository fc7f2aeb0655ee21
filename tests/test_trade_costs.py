"""From skims to trade costs: hand calculation, properties, labels, on a small world of eleven cities."""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samarkand.core.declarations import read_table
from samarkand.core.geodesy import calc_great_circle_matrix
from samarkand.world.freight.commodities import SHARES, freight_table, load_freight
from samarkand.world.freight.mode_choice import (
    MODES,
    TERMS,
    VALUED_AS,
    VOT_CLASSES,
    ModeChoice,
    cargo_classes,
    classes_of_time,
    mode_shares,
    revalue,
    sea_offered,
    surface_trade,
    with_trade_within_cities,
)
from samarkand.world.freight.mode_constants import declared_choice, declared_constants
from samarkand.world.freight.trade_cost_range import iceberg_cost_hat_range
from samarkand.world.freight.trade_costs import (
    VARIANTS,
    calc_iceberg_cost_hat,
    counterfactual_costs,
    economies_without_city,
    economy_costs,
    economy_weights,
    iceberg_cost_hat,
    prepare_baseline,
)
from samarkand.world.parameters import ParameterRow, Parameters

VOT = np.array([12.5, 22.9, 33.3, 43.75])
# Real places; populations in millions.
CITIES = pd.DataFrame(
    [
        ("Shanghai", "CHN", 31.2, 121.5, 22.3),
        ("Chongqing", "CHN", 29.6, 106.6, 15.9),
        ("Urumqi", "CHN", 43.8, 87.6, 6.0),
        ("Almaty", "KAZ", 43.2, 76.9, 2.0),
        ("Warsaw", "POL", 52.2, 21.0, 1.8),
        ("Hamburg", "DEU", 53.6, 10.0, 1.8),
        ("Munich", "DEU", 48.1, 11.6, 1.3),
        ("Paris", "FRA", 48.9, 2.3, 2.1),
        ("Lisbon", "PRT", 38.7, -9.1, 2.9),
        ("Tashkent", "UZB", 41.3, 69.3, 2.6),
        ("Lima", "PER", -12.0, -77.0, 7.7),
    ],
    columns=["city", "iso3", "lat", "lon", "population"],
).set_index("city")
ECONOMIES = ["CHN", "KAZ", "POL", "DEU", "FRA", "PRT", "PER", "BRA", "ROW"]


DECLARED = [
    read_table("samarkand.world.parameters", f"{name}.csv", ParameterRow)
    for name in ("mode_choice", "network")
]
# With more time and money at ports than any trade needs at home: the sums by hand are of routes alone.
PARAMETERS = Parameters((*DECLARED[0], *DECLARED[1])).replace({"port_hours_road": 1e4, "port_fee": 1e5})


def make_skims(
    factor: dict[tuple[str, int, int], float] | None = None, cities: pd.DataFrame = CITIES
) -> xr.Dataset:
    """Skims from great-circle distance: plausible rates and speeds, Lima by sea alone."""
    distance = calc_great_circle_matrix(cities["lat"].to_numpy(), cities["lon"].to_numpy())
    usd = np.stack([0.8 * distance, 200 + 0.45 * distance, 800 + 0.05 * 1.7 * distance])
    hours = np.stack([distance / 40, 60 + distance / 30, 240 + 1.7 * distance / 25])
    lima = cities.index.get_loc("Lima")
    for mode in (0, 1):
        for array in (usd, hours):
            array[mode, lima, :] = array[mode, :, lima] = np.inf
    for (mode_name, i, j), f in (factor or {}).items():
        usd[MODES.index(mode_name), i, j] *= f
        hours[MODES.index(mode_name), i, j] *= f
    usd, hours = (np.broadcast_to(a, (4, *a.shape)).copy() for a in (usd, hours))
    cost = usd + VOT[:, None, None, None] * hours
    dims = ("vot_class", "mode", "origin_city", "destination_city")
    return xr.Dataset(
        {"hours": (dims, hours), "usd": (dims, usd), "generalised_cost": (dims, cost)},
        coords={
            "vot_class": [1, 2, 3, 4],
            "value_of_time": ("vot_class", VOT),
            "mode": list(MODES),
            "origin_city": cities.index.to_numpy(),
            "destination_city": cities.index.to_numpy(),
        },
    )


SKIMS = make_skims()
CHOICE = declared_choice(PARAMETERS)
FREIGHT = freight_table(load_freight())


BASELINE = prepare_baseline(SKIMS, CITIES, CHOICE, PARAMETERS, ECONOMIES)


def hats(changed: xr.Dataset, variant: str) -> xr.DataArray:
    costs = counterfactual_costs(BASELINE, changed)
    return iceberg_cost_hat(costs, FREIGHT, variant)


def test_iceberg_cost_hat_by_hand() -> None:
    # A TEU worth 40,000 US$ costs 4,000 to move, then 3,000: t 0.10 and 0.075, ratio 1.075 / 1.1.
    # With 80 % of the sector on the network: 1 + 0.8 * (1.075/1.1 - 1) = 1 - 0.8 * 0.025/1.1.
    one = calc_iceberg_cost_hat(
        xr.DataArray([4000.0], dims="sector"),
        xr.DataArray([3000.0], dims="sector"),
        xr.DataArray([40_000.0], dims="sector"),
        xr.DataArray([0.8], dims="sector"),
    )
    assert float(one[0]) == pytest.approx(1 - 0.8 * 0.025 / 1.1, rel=1e-14)


def test_economy_costs_by_hand() -> None:
    # Germany (Hamburg 1.8 m people, Munich 1.3) to France (Paris): 18/31 of one pair and 13/31 of the other.
    costs = counterfactual_costs(BASELINE, SKIMS)
    # One route a mode in these skims, so that the class at 30 US$ an hour pays money plus 30 times its hours.
    high = SKIMS["usd"].sel(vot_class=1) + 30 * SKIMS["hours"].sel(vot_class=1)
    least = high.min("mode").sel(destination_city="Paris")
    expected = (1.8 * least.sel(origin_city="Hamburg") + 1.3 * least.sel(origin_city="Munich")) / 3.1
    got = costs["generalised_cost"].sel(
        state="without", variant="free_choice", vot_class="high", origin="DEU", destination="FRA"
    )
    assert float(got) == pytest.approx(float(expected), rel=1e-12)
    # Own pair of Germany: four cells, the two of a city to itself by the rule: half of 611.5 km is beyond the
    # cap of 150 km, times 1.3 is 195 km: 165.75 US$ and 195/45 h at 30 US$/h.
    shares = mode_shares(SKIMS, CITIES, CHOICE, PARAMETERS).sel(vot_class="high")
    pair = (shares * high).sum("mode")
    between = float(pair.sel(origin_city="Hamburg", destination_city="Munich"))
    back = float(pair.sel(origin_city="Munich", destination_city="Hamburg"))
    w1, w2 = 1.8 / 3.1, 1.3 / 3.1
    own = (w1 * w1 + w2 * w2) * (165.75 + 30 * 195 / 45) + w1 * w2 * (between + back)
    got = costs["generalised_cost"].sel(
        state="without", variant="logsum", vot_class="high", origin="DEU", destination="DEU"
    )
    assert float(got) == pytest.approx(own, rel=1e-12)


def test_great_circle_by_hand() -> None:
    # A quarter of the equator, and pole to pole, on a sphere of 6371.0088 km.
    d = calc_great_circle_matrix(np.array([0.0, 0.0, 90.0, -90.0]), np.array([0.0, 90.0, 0.0, 0.0]))
    assert d[0, 1] == pytest.approx(np.pi / 2 * 6371.0088, rel=1e-12)
    assert d[2, 3] == pytest.approx(np.pi * 6371.0088, rel=1e-12)
    assert (np.diag(d) == 0).all()


def test_revaluing_takes_the_best_of_the_known_routes() -> None:
    # Two routes: 1,000 US$ and 100 h (found at the low value of time), 1,600 US$ and 60 h (at the high one).
    # They break even at 15 US$ an hour: 0.1, 2 and 10 take the first, 30 and 75 the second.
    dims = ("vot_class", "mode", "origin_city", "destination_city")
    two = {"usd": [1000.0, 1600.0], "hours": [100.0, 60.0], "generalised_cost": [1.0, 1.0]}
    skims = xr.Dataset(
        {name: (dims, np.array(values).reshape(2, 1, 1, 1)) for name, values in two.items()},
        coords={"vot_class": [1, 2], "mode": ["rail"], "origin_city": ["x"], "destination_city": ["y"]},
    )
    valued = revalue(skims, classes_of_time(PARAMETERS)).squeeze()
    assert valued["generalised_cost"].to_numpy().tolist() == pytest.approx(
        # At last those in tanks, coal, ores and grain, at 0.1.
        [1010.0, 1200.0, 2000.0, 3400.0, 6100.0, 1010.0, 1010.0, 1010.0, 1010.0]
    )
    assert valued["hours"].to_numpy().tolist() == [
        100.0,
        100.0,
        100.0,
        60.0,
        60.0,
        100.0,
        100.0,
        100.0,
        100.0,
    ]

    # By sea it is the route of the first class of the skims for every class of goods.
    by_sea = revalue(skims.assign_coords(mode=["sea"]), classes_of_time(PARAMETERS)).squeeze()
    assert (by_sea["usd"] == 1000.0).all()


def test_the_sea_is_offered_where_the_skims_say_so_in_the_kernels_too() -> None:
    pair = {"origin_city": "Almaty", "destination_city": "Urumqi"}
    assert (mode_shares(SKIMS, CITIES, CHOICE, PARAMETERS).sel(mode="sea").sel(pair) > 0).all()
    said = SKIMS.assign(sea_offered=xr.ones_like(SKIMS["usd"][0, 0], dtype=bool))
    said["sea_offered"].loc[pair] = False
    shares = mode_shares(said, CITIES, CHOICE, PARAMETERS)
    assert (shares.sel(mode="sea").sel(pair) == 0).all()
    assert not sea_offered(said)[tuple(CITIES.index.get_loc(city) for city in pair.values())]
    baseline = prepare_baseline(said, CITIES, CHOICE, PARAMETERS, ECONOMIES)
    share = baseline.term / baseline.term.sum(axis=-1, keepdims=True)
    expected = shares.to_numpy()[:, baseline.pairs.origin, baseline.pairs.destination].swapaxes(0, 1)
    np.testing.assert_allclose(share, expected, rtol=1e-9, atol=1e-15)


def test_where_costs_fall_in_no_search_class_nothing_seems_a_gain() -> None:
    # The route of every class closes; what is left costs as much at its own class, and is slower and cheaper: bulk
    # goods, at 0.1 US$ an hour, would have taken it before. So it is no gain; and goods at 75 US$ an hour lose.
    i, j = CITIES.index.get_loc("Chongqing"), CITIES.index.get_loc("Hamburg")
    changed = SKIMS.copy(deep=True)
    for name, by in (("usd", -100.0), ("hours", 100.0)):
        changed[name][:, MODES.index("rail"), i, j] += by
    value = SKIMS["value_of_time"].to_numpy()
    assert (value * 100.0 >= 100.0).all()
    costs = counterfactual_costs(BASELINE, changed)["generalised_cost"].sel(variant="logsum")
    step = costs.sel(state="with") - costs.sel(state="without")
    assert float(step.sel(vot_class="bulk", origin="CHN", destination="DEU")) == 0.0
    assert float(step.sel(vot_class="highest", origin="CHN", destination="DEU")) > 0.0


def test_a_state_with_fewer_routes_is_no_cheaper_than_one_with_more() -> None:
    # With everything a train is 300 US$ cheaper and 10 h slower, with one item left out 100 US$ cheaper: dearer at
    # every value of time of the searches, and cheaper for goods at 75 US$ an hour.
    i, j = CITIES.index.get_loc("Chongqing"), CITIES.index.get_loc("Hamburg")
    pairs, rail = BASELINE.pairs, MODES.index("rail")
    rows = np.flatnonzero((pairs.origin == i) & (pairs.destination == j))

    def routes(usd: float, hours: float) -> tuple[np.ndarray, np.ndarray]:
        found = pairs.usd[rows].copy(), pairs.hours[rows].copy()
        for array, by in zip(found, (usd, hours), strict=True):
            array[:, rail] += by
        return found

    more, fewer = routes(-900.0, 10.0), routes(-450.0, 0.0)
    assert (900.0 - 10.0 * pairs.search_values > 450.0).all()
    bare = [BASELINE.differences(rows, *state, which=1).sum(axis=(0, 2, 3)) for state in (more, fewer)]
    last = VOT_CLASSES.index("highest")
    assert bare[1][last] < bare[0][last]  # a gain of doing less, of what the searches do not see
    least = BASELINE.chosen_routes(rows, *more)
    bounded = BASELINE.differences(rows, *fewer, which=1, least=least).sum(axis=(0, 2, 3))
    assert bounded[last] == bare[0][last]
    np.testing.assert_array_equal(np.delete(bounded, last), np.delete(bare[1], last))
    np.testing.assert_array_equal(
        BASELINE.differences(rows, *more, which=1, least=least).sum(axis=(0, 2, 3)), bare[0]
    )


def test_a_faster_dearer_route_is_an_offer_and_no_duty() -> None:
    # Every class of the skims moves to a route that is 400 US$ dearer and 60 h faster, which is cheaper at
    # 12.5 US$ an hour and above (a gain of 350 at least). Bulk goods, at 0.1 US$ an hour, keep the old one.
    i, j = CITIES.index.get_loc("Chongqing"), CITIES.index.get_loc("Hamburg")
    changed = SKIMS.copy(deep=True)
    for array, step in (("usd", 400.0), ("hours", -60.0)):
        changed[array][:, MODES.index("rail"), i, j] += step
    changed["generalised_cost"] = changed["usd"] + xr.DataArray(VOT, dims="vot_class") * changed["hours"]
    hat = hats(changed, "logsum").sel(origin="CHN", destination="DEU")
    assert float(hat.sel(sector="coal")) == 1.0
    assert float(hat.sel(sector="machinery")) < 1.0


@pytest.mark.parametrize("variant", VARIANTS)
def test_no_change_is_exactly_one(variant: str) -> None:
    assert (hats(SKIMS.copy(deep=True), variant) == 1.0).all()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(MODES), st.integers(0, 9), st.integers(0, 9)),
        st.floats(0.2, 1.0),
        max_size=12,
    ),
    st.sampled_from(VARIANTS),
)
def test_cheaper_links_never_raise_a_trade_cost(
    factor: dict[tuple[str, int, int], float], variant: str
) -> None:
    hat = hats(make_skims(factor), variant)
    # Rounding of sums over a hundred pairs; the smallest change asked for is far above it.
    assert (hat <= 1 + 1e-12).all()
    assert (hat > 0).all()


def test_one_call_equals_two() -> None:
    changed = make_skims({("rail", 1, 5): 0.7})
    once = economy_costs(SKIMS, changed, CITIES, CHOICE, PARAMETERS, ECONOMIES)
    xr.testing.assert_identical(once, counterfactual_costs(BASELINE, changed))


def test_a_cheaper_rail_link_moves_its_pair_and_no_other() -> None:
    i, j = CITIES.index.get_loc("Chongqing"), CITIES.index.get_loc("Hamburg")
    changed = make_skims({("rail", i, j): 0.7})
    for variant in ("logsum", "fixed_mode"):
        hat = hats(changed, variant)
        assert (hat.sel(origin="CHN", destination="DEU").sel(sector=["machinery", "textiles"]) < 1).all()
        moved = (hat != 1).any("sector").to_pandas()
        assert moved.loc["CHN", "DEU"]
        assert moved.to_numpy().sum() == 1


def test_shares_add_up_and_unreachable_modes_take_none() -> None:
    shares = mode_shares(SKIMS, CITIES, CHOICE, PARAMETERS)
    np.testing.assert_allclose(shares.sum("mode"), 1.0, rtol=1e-12)
    assert (shares.sel(origin_city="Lima", destination_city="Shanghai", mode="sea") == 1).all()
    assert (shares.sel(origin_city="Lima", destination_city="Lima", mode="road") == 1).all()


def test_constants_by_hand() -> None:
    """Levels 2 and 1, 0.5 and 0.1 by value, -1 and -0.2 a thousand km; in North America 3 and 2, 0.4 and 0.3 more."""
    weights = np.array([[2, 1, 0], [0.5, 0.1, 0], [-1, -0.2, 0], [3, 2, 0], [0.4, 0.3, 0]])
    found = ModeChoice(2.44, weights).constants(np.array([0.0, 2500.0]), np.array([True, False]))
    assert found.shape == (2, 9, 3)
    x = np.log(75 / 10)  # the highest class, at 75 US$ per TEU and hour
    np.testing.assert_allclose(found[0, 4], [5 + 0.9 * x, 3 + 0.4 * x, 0], rtol=1e-12)
    for k in (
        5,
        6,
        7,
        8,
    ):  # goods in tanks are bulk of fewer modes; coal, ores and grain bulk of other origins
        np.testing.assert_array_equal(found[:, k], found[:, 0])
    np.testing.assert_allclose(found[1, 2], [2 - 2.5, 1 - 0.5, 0], rtol=1e-12)  # the middle one, at 10 US$


def test_each_constant_moves_the_shares_and_none_of_them_those_of_the_sea_alone() -> None:
    america = pd.DataFrame(
        {"iso3": ["USA", "MEX"], "lat": [29.8, 25.7], "lon": [-95.4, -100.3], "population": [12.0, 6.0]},
        index=pd.Index(["Houston", "Monterrey"], name="city"),
    )
    cities = pd.concat([CITIES, america])
    skims = make_skims(cities=cities)
    before = mode_shares(skims, cities, CHOICE, PARAMETERS)
    for term in range(len(TERMS)):
        for mode in (0, 1):
            weights = declared_constants()
            weights[term, mode] += 0.1
            after = mode_shares(skims, cities, ModeChoice(CHOICE.scale, weights), PARAMETERS)
            moved = np.abs(after - before).max(("vot_class", "mode"))
            there = moved.sel(origin_city=america.index, destination_city=america.index)
            assert there.max() > 1e-4, (TERMS[term], MODES[mode])
            assert (moved.sel(origin_city=CITIES.index, destination_city=CITIES.index).max() > 1e-4) == (
                term < 3
            )
            assert moved.sel(origin_city="Lima").max() == 0  # nothing but ships leads there


@given(st.floats(1.0, 15_000.0), st.floats(1.0, 50.0), st.booleans())
def test_no_distance_has_a_cliff(km: float, more: float, american: bool) -> None:
    """A step of some km moves odds by no more than the slope says, wherever it is taken: 3,500 km is as any other."""
    one, other = (CHOICE.constants(np.array([at]), np.array([american])) for at in (km, km + more))
    np.testing.assert_allclose(other - one, (CHOICE.weights[2] * more / 1000) + 0 * one, rtol=1e-6, atol=1e-9)
    assert np.abs(other - one).max() <= np.abs(CHOICE.weights[2]).max() * more / 1000 + 1e-9


def test_labels_that_differ_raise() -> None:
    p = PARAMETERS
    with pytest.raises(ValueError, match="table of cities"):
        prepare_baseline(SKIMS, CITIES.iloc[::-1], CHOICE, p, ECONOMIES)
    with pytest.raises(ValueError, match="value-of-time classes"):
        counterfactual_costs(BASELINE, SKIMS.assign_coords(value_of_time=("vot_class", [1.0, 2.0, 3.0, 5.0])))
    with pytest.raises(ValueError, match="modes of the skims"):
        with_trade_within_cities(SKIMS.assign_coords(mode=["road", "rail", "air"]), CITIES, p)
    with pytest.raises(ValueError, match="variant"):
        hats(SKIMS, "cheapest")


def test_economies_without_a_city_and_the_rest_of_the_world() -> None:
    # Uzbekistan is not listed, so that Tashkent stands for ROW; Brazil is listed and has no city.
    weights = economy_weights(CITIES, ECONOMIES)
    assert float(weights.sel(economy="ROW", city="Tashkent")) == 1.0
    assert economies_without_city(CITIES, ECONOMIES) == ("BRA",)
    np.testing.assert_allclose(weights.drop_sel(economy="BRA").sum("city"), 1.0)
    i, j = CITIES.index.get_loc("Tashkent"), CITIES.index.get_loc("Urumqi")
    hat = hats(make_skims({("rail", i, j): 0.5}), "logsum")
    assert (hat.sel(origin="ROW", destination="CHN", sector="machinery") < 1).all()
    assert (hat.sel(origin="BRA") == 1).all()
    assert (hat.sel(destination="BRA") == 1).all()


def test_a_closed_mode_and_a_pair_that_is_cut_off() -> None:
    i, j = CITIES.index.get_loc("Chongqing"), CITIES.index.get_loc("Almaty")
    closed = make_skims({("rail", i, j): np.inf})
    for variant in VARIANTS:
        hat = hats(closed, variant).sel(origin="CHN", destination="KAZ", sector="machinery")
        assert np.isfinite(hat)
    assert float(hats(closed, "logsum").sel(origin="CHN", destination="KAZ", sector="machinery")) > 1
    lima, paris = CITIES.index.get_loc("Lima"), CITIES.index.get_loc("Paris")
    with pytest.raises(ValueError, match="cut off by the changes, as Lima-Paris"):
        hats(make_skims({("sea", lima, paris): np.inf}), "logsum")


def test_services_do_not_ride_in_containers() -> None:
    factor = {(mode, i, j): 0.5 for mode in MODES for i in range(10) for j in range(10)}
    hat = hats(make_skims(factor), "logsum")
    services = FREIGHT["sector"].to_numpy()[(FREIGHT["non_physical_share"] == 1).to_numpy()]
    assert set(services) == {
        "utilities",
        "construction",
        "trade_hospitality",
        "transport",
        "business",
        "public",
    }
    assert (hat.sel(sector=services) == 1).all()
    goods = [sector for sector in FREIGHT["sector"].to_numpy() if sector not in set(services)]
    assert (hat.sel(sector=goods, origin="CHN", destination="DEU") < 1).all()


def test_freight_table_is_complete_and_within_its_ranges() -> None:
    text = (files("samarkand.world.accounts") / "sectors.csv").read_text(encoding="utf-8")
    declared = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    assert set(FREIGHT["sector"].to_numpy()) == {row["code"] for row in declared}
    freight = load_freight()
    for row in declared:
        goods = row["kind"] == "goods"
        assert float(FREIGHT["non_physical_share"].sel(sector=row["code"])) == (0.0 if goods else 1.0)
        for attribute in ("value_per_tonne", "tonnes_per_teu", "time_value_rate") if goods else ():
            evidence = freight.evidence(f"{row['code']}.{attribute}")
            assert evidence.low is not None
            assert evidence.high is not None
            assert evidence.low < evidence.value < evidence.high
    np.testing.assert_allclose(sum(FREIGHT[share] for share in SHARES), 1.0, rtol=1e-12)
    # Derived densities, from the Commodity Flow Survey 2012 by hand: 0.90718474 t a short ton.
    assert freight["agriculture.value_per_tonne"] == pytest.approx(
        (130_140 + 197_793) / 698.059 / 0.90718474, abs=1
    )
    assert freight["food.value_per_tonne"] == pytest.approx(1_216_459 / 831.847 / 0.90718474, abs=1)
    with pytest.raises(ValueError, match="do not add up to one in coal"):
        freight_table(freight.replace({"coal.air_share": 0.5}))


def test_cargo_classes_are_the_nearest_in_logarithms() -> None:
    classes = cargo_classes(FREIGHT)
    # Machinery: 13,000 US$/t * 7 t = 91,000 US$/TEU at 0.9 % a day = 34.1 US$/h: nearest to 30.
    boxes = FREIGHT["cargo_value_of_time"].sel(cargo="containers")
    assert float(boxes.sel(sector="machinery")) == pytest.approx(91_000 * 0.009 / 24)
    assert classes.sel(sector="machinery", cargo="containers").item() == "high"
    # Coal: 200 * 24 * 0.0003 / 24 = 0.06 US$/h. Food in boxes: 2,473 * 15 * 0.006 / 24 = 9.3; as soya meal in a hold:
    # 0.279 * 1,612 * 24 * 0.0003 / 24 = 0.13.
    assert classes.sel(sector="coal", cargo="dry_bulk").item() == "coal"  # bulk with origins of its own
    assert classes.sel(sector="ores", cargo="containers").item() == "ores"
    assert classes.sel(sector="agriculture", cargo=["containers", "dry_bulk"]).to_numpy().tolist() == [
        "low",
        "grain",
    ]
    assert classes.sel(sector="food", cargo=["containers", "dry_bulk"]).to_numpy().tolist() == [
        "middle",
        "bulk",
    ]


def test_cargoes_of_a_sector_weigh_what_its_mean_says() -> None:
    """Tonnes of a dollar by cargo add up to those of the sector's mean; food by hand."""
    share, value = FREIGHT["cargo_share"], FREIGHT["cargo_value_per_tonne"]
    goods = FREIGHT["network_share"] > 0
    np.testing.assert_allclose(
        (share / value).sum("cargo")[goods], (FREIGHT["network_share"] / FREIGHT["value_per_tonne"])[goods]
    )
    food = value.sel(sector="food")
    assert float(food.sel(cargo="dry_bulk")) == pytest.approx(0.279 * 1612)
    assert float(food.sel(cargo="liquid_bulk")) == pytest.approx(0.775 * 1612)
    left = 0.97 / 1612 - 0.10 / (0.279 * 1612) - 0.07 / (0.775 * 1612)
    assert float(food.sel(cargo="containers")) == pytest.approx(0.80 / left)
    # One cargo alone has the mean, whatever it is worth beside others.
    alone = load_freight().replace(
        {"agriculture.containerised_share": 0, "agriculture.dry_bulk_share": 1, "agriculture.air_share": 0}
    )
    grain = freight_table(alone)["cargo_value_per_tonne"].sel(sector="agriculture", cargo="dry_bulk")
    assert float(grain) == pytest.approx(518)
    with pytest.raises(ValueError, match="weigh more than all together in minerals"):
        freight_table(load_freight().replace({"minerals.dry_bulk_relative_value": 0.05}))


VALUED = tuple(name for name in VOT_CLASSES if name not in VALUED_AS)


@pytest.mark.parametrize("raised", [*((name,) for name in VALUED), VALUED], ids="+".join)
def test_raising_values_of_time_lowers_no_sectors(raised: tuple[str, ...]) -> None:
    """To the high ends of their ranges: sectors of the classes raised rise, others stay; machinery from 30 to 60."""
    names = [f"value_of_time_{name}" for name in raised]
    higher = PARAMETERS.replace({name: PARAMETERS.evidence(name).high for name in names})
    classes = cargo_classes(FREIGHT)
    before, after = (
        classes_of_time(table).sel(vot_class=classes).to_numpy() for table in (PARAMETERS, higher)
    )
    assert (after >= before).all()
    own = classes.where(
        ~classes.isin(list(VALUED_AS)), "bulk"
    )  # goods in tanks have no value of time of their own
    assert ((after > before) == np.isin(own, raised)).all()
    machines = after[(FREIGHT["sector"] == "machinery").to_numpy(), 0]
    assert machines == (60.0 if "high" in raised else 30.0)


def test_surface_trade_adds_up() -> None:
    sectors = FREIGHT["sector"].to_numpy()
    flow = xr.DataArray(
        np.random.default_rng(1).uniform(0, 10, (2, 2, sectors.size)),
        dims=("origin", "destination", "sector"),
        coords={"origin": ["CHN", "DEU"], "destination": ["CHN", "DEU"], "sector": sectors},
    )
    value = surface_trade(flow, FREIGHT, classes_of_time(PARAMETERS))
    np.testing.assert_allclose(
        value.sum("vot_class"), (flow * FREIGHT["network_share"]).sum("sector"), rtol=1e-12
    )
    with pytest.raises(ValueError, match="no freight figures are declared for the sectors tea"):
        surface_trade(
            flow.isel(sector=[0]).assign_coords(sector=["tea"]), FREIGHT, classes_of_time(PARAMETERS)
        )


def test_ranges_of_density_and_carriage_enclose_the_central_change() -> None:
    i, j = CITIES.index.get_loc("Chongqing"), CITIES.index.get_loc("Hamburg")
    costs = counterfactual_costs(BASELINE, make_skims({("rail", i, j): 0.7}))
    hats = iceberg_cost_hat_range(costs, load_freight())
    xr.testing.assert_allclose(hats.sel(bound="central", drop=True), iceberg_cost_hat(costs, FREIGHT))
    assert (hats.sel(bound="large_effect") <= hats.sel(bound="central")).all()
    assert (hats.sel(bound="central") <= hats.sel(bound="small_effect")).all()
    pair = hats.sel(origin="CHN", destination="DEU", sector="agriculture")
    # By hand: agriculture is worth 300 to 996 US$ a tonne, 0.656 of that in bulk, 0.65 to 1 of it is on the network,
    # ten nineteenths in bulk; loads of boxes weigh 12 to 24 tonnes, of bulk 20 to 26.
    cost = costs["generalised_cost"].sel(variant="logsum", origin="CHN", destination="DEU")
    boxes = 0.45 / (0.95 - 0.50 / 0.656)

    def change(value: float, payload: tuple[float, float], share: float) -> float:
        total = 1.0
        for cargo, relative, load, part in (
            ("containers", boxes, payload[0], 9),
            ("dry_bulk", 0.656, payload[1], 10),
        ):
            label = cargo_classes(FREIGHT).sel(sector="agriculture", cargo=cargo).item()
            before, after = (float(cost.sel(state=state, vot_class=label)) for state in ("without", "with"))
            worth = value * relative * load
            total += share * part / 19 * ((1 + after / worth) / (1 + before / worth) - 1)
        return total

    large, small = change(300, (12, 20), 1.0), change(996, (24, 26), 0.65)
    assert pair.sel(bound="large_effect").item() == pytest.approx(large, rel=1e-12)
    assert pair.sel(bound="small_effect").item() == pytest.approx(small, rel=1e-12)


def test_time_of_the_fixed_variant_falls_with_faster_links() -> None:
    i, j = CITIES.index.get_loc("Chongqing"), CITIES.index.get_loc("Hamburg")
    costs = counterfactual_costs(BASELINE, make_skims({("rail", i, j): 0.7}))
    hours = costs["hours"].sel(variant="fixed_mode", origin="CHN", destination="DEU")
    assert (hours.sel(state="with") < hours.sel(state="without")).all()
