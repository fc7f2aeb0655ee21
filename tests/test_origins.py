"""Where coal, ores and grain start: weights, costs and tonnes by hand, and what the table holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from samarkand.core.geodesy import calc_great_circle_matrix
from samarkand.world.freight import model as freight_model
from samarkand.world.freight import origin_weights as weights
from samarkand.world.freight.assignment import city_flows, shares_of_cities
from samarkand.world.freight.chokepoint_shares import _between_economies
from samarkand.world.freight.mode_choice import (
    MODES,
    SECTOR_OF_CLASS,
    VOT_CLASSES,
    mode_shares,
    with_trade_within_cities,
)
from samarkand.world.freight.model import prepare_freight
from samarkand.world.freight.origins import OriginRow, origin_rows
from samarkand.world.freight.trade_costs import counterfactual_costs, prepare_baseline
from samarkand.world.network.tables import load_network
from test_trade_costs import CHOICE, CITIES, ECONOMIES, PARAMETERS, SKIMS
from toy import make_toy_world

GIVEN = {
    "economy": "CHN", "sector": "coal", "place": "a mine", "lat": 43.0, "lon": 88.0, "amount": 30.0, "unit": "Mt",
    "year": 2022, "source": "made up", "flag": "assumed",
}  # fmt: skip
# Two near Urumqi, one near Shanghai, none near Chongqing: 30 + 15 and 15 of 60 million tonnes.
MINES = tuple(
    OriginRow(**(GIVEN | {"lat": lat, "lon": lon, "amount": amount}))
    for lat, lon, amount in ((43.0, 88.0, 30.0), (42.0, 90.0, 15.0), (32.0, 120.0, 15.0))
)


@pytest.fixture
def mines(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (weights, freight_model):
        monkeypatch.setattr(module, "origin_rows", lambda: {("CHN", "coal"): MINES})


@pytest.mark.usefixtures("mines")
def test_weights_by_hand() -> None:
    baseline = prepare_baseline(SKIMS, CITIES, CHOICE, PARAMETERS, ECONOMIES)
    zone, people = baseline.zones
    found = baseline.sellers[VOT_CLASSES.index("coal")]
    own = [CITIES.index.get_loc(city) for city in ("Urumqi", "Shanghai", "Chongqing")]
    np.testing.assert_allclose(found[own], [0.75, 0.25, 0.0], rtol=1e-15)
    others = zone != ECONOMIES.index("CHN")
    np.testing.assert_array_equal(found[others], people[others])
    for k, label in enumerate(VOT_CLASSES):
        if label != "coal":
            np.testing.assert_array_equal(baseline.sellers[k], people)


@pytest.mark.usefixtures("mines")
def test_an_economy_counted_with_others_keeps_its_part() -> None:
    """China in the rest of the world: three quarters of its part at Urumqi."""
    economies = [code for code in ECONOMIES if code != "CHN"]
    baseline = prepare_baseline(SKIMS, CITIES, CHOICE, PARAMETERS, economies)
    people, found = baseline.zones[1], baseline.sellers[VOT_CLASSES.index("coal")]
    china = (CITIES["iso3"] == "CHN").to_numpy()
    assert found[CITIES.index.get_loc("Urumqi")] == pytest.approx(0.75 * people[china].sum(), rel=1e-14)
    assert found.sum() == pytest.approx(people.sum(), rel=1e-14)


@pytest.mark.usefixtures("mines")
def test_costs_of_what_is_sold_by_hand_and_of_what_is_bought_by_population() -> None:
    """Coal of China for Germany: 3/4 from Urumqi, 1/4 from Shanghai, each to Hamburg and Munich by population."""
    without = counterfactual_costs(prepare_baseline(SKIMS, CITIES, CHOICE, PARAMETERS, ECONOMIES), SKIMS)
    priced = with_trade_within_cities(SKIMS, CITIES, PARAMETERS)["generalised_cost"].sel(mode=list(MODES))
    shares = mode_shares(SKIMS, CITIES, CHOICE, PARAMETERS)
    mean = (shares * priced.where(shares > 0, 0.0)).sum("mode").sel(vot_class="bulk")
    baseline = prepare_baseline(SKIMS, CITIES, CHOICE, PARAMETERS, ECONOMIES)
    home = xr.DataArray(baseline.at_home[1], without["generalised_cost"].isel(state=0, variant=0).coords)
    routes = without["generalised_cost"].sel(state="without", variant="logsum") - home
    people = CITIES["population"]
    germany = people[CITIES["iso3"] == "DEU"] / people[CITIES["iso3"] == "DEU"].sum()
    china = people[CITIES["iso3"] == "CHN"] / people[CITIES["iso3"] == "CHN"].sum()
    coal = pd.Series({"Urumqi": 0.75, "Shanghai": 0.25})

    def by_hand(sellers: pd.Series, buyers: pd.Series) -> float:
        pairs = ((a, b) for a in sellers.items() for b in buyers.items())
        return float(sum(x * y * mean.sel(origin_city=i, destination_city=j) for (i, x), (j, y) in pairs))

    def found(label: str, origin: str, destination: str) -> float:
        return float(routes.sel(vot_class=label, origin=origin, destination=destination))

    assert found("coal", "CHN", "DEU") == pytest.approx(by_hand(coal, germany), rel=1e-9)
    assert found("coal", "DEU", "CHN") == pytest.approx(by_hand(germany, china), rel=1e-9)
    assert found("bulk", "CHN", "DEU") == pytest.approx(by_hand(china, germany), rel=1e-9)
    assert found("coal", "CHN", "CHN") == pytest.approx(by_hand(coal, china), rel=1e-9)
    assert found("coal", "CHN", "DEU") != pytest.approx(found("bulk", "CHN", "DEU"), rel=1e-3)


@pytest.mark.usefixtures("mines")
def test_what_a_route_saves_counts_by_the_same_weights() -> None:
    """Urumqi to Warsaw 100 h faster by all modes: coal of China gains three quarters of the pair's fall, that for China
    its part by population."""
    faster = SKIMS.copy(deep=True)
    for one, other in (("Urumqi", "Warsaw"), ("Warsaw", "Urumqi")):
        faster["usd"].loc[{"origin_city": one, "destination_city": other}] *= 0.5
    baseline = prepare_baseline(SKIMS, CITIES, CHOICE, PARAMETERS, ECONOMIES)
    costs = counterfactual_costs(baseline, faster)["generalised_cost"].sel(variant="logsum")
    fall = (costs.sel(state="without") - costs.sel(state="with")).sel(vot_class="coal")
    people = CITIES["population"][CITIES["iso3"] == "CHN"]
    there, back = (float(fall.sel(origin=a, destination=b)) for a, b in (("CHN", "POL"), ("POL", "CHN")))
    assert there > 0
    assert there / back == pytest.approx(0.75 / (people["Urumqi"] / people.sum()), rel=1e-9)


@pytest.mark.usefixtures("mines")
def test_tonnes_start_where_costs_say() -> None:
    """1,000 tonnes of coal of China for Germany on the toy network: 750 from Urumqi, 250 from Shanghai, as in costs."""
    world = make_toy_world()
    cities, labels = world.network.cities, list(world.labels)
    _, buyers, sellers = shares_of_cities(world.network, labels)
    baseline = prepare_freight(world.network, world.assumptions.parameters, labels).baseline
    np.testing.assert_allclose(baseline.sellers, sellers, rtol=1e-14)
    np.testing.assert_allclose(baseline.zones[1], buyers, rtol=1e-14)
    tonnes = xr.DataArray(
        np.zeros((1, len(labels), len(labels))),
        {"vot_class": ["coal"], "origin": labels, "destination": labels},
        ("vot_class", "origin", "destination"),
    )
    tonnes.loc["coal", "CHN", "DEU"] = 1000.0
    coords = {
        "vot_class": ["coal"],
        "origin_city": cities.index,
        "destination_city": cities.index,
        "mode": list(MODES),
    }
    share = xr.DataArray(np.zeros([len(one) for one in coords.values()]), coords, tuple(coords))
    share.loc[{"mode": "road"}] = 1.0
    flows, stranded = city_flows(world.network, tonnes, share)
    assert stranded == 0
    sold = pd.Series(flows["coal"]["road"].sum(axis=1), index=cities.index)
    assert sold[sold > 0].to_dict() == pytest.approx({"CHN Urumqi": 750.0, "CHN Shanghai": 250.0})


def test_there_and_back_are_not_mixed() -> None:
    one, other = np.array([0, 1]), np.array([1, 1])
    found = _between_economies([np.array([2.0, 5.0]), np.array([3.0, 7.0])], one, other, 2)
    np.testing.assert_array_equal(found, [[0.0, 2.0], [3.0, 12.0]])


@given(st.lists(st.floats(0.01, 1e3), min_size=1, max_size=6), st.floats(0.1, 10.0))
def test_the_unit_of_amounts_does_not_matter(amounts: list[float], unit: float) -> None:
    """Weights of any amounts add up to one, and to the same in another unit."""
    cities = CITIES.reset_index()
    zone = pd.Index(ECONOMIES).get_indexer(cities["iso3"]).astype(np.int32)
    people = np.where(zone >= 0, 1.0, 0.0)
    people[zone >= 0] /= np.bincount(zone[zone >= 0], minlength=len(ECONOMIES))[zone[zone >= 0]]

    def laid(factor: float) -> np.ndarray:
        rows = tuple(
            OriginRow(**(GIVEN | {"lat": 25.0 + 3 * n, "lon": 85.0 + 6 * n, "amount": factor * amount}))
            for n, amount in enumerate(amounts)
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(weights, "origin_rows", lambda: {("CHN", "coal"): rows})
            return weights.origin_weights(cities, zone, people)

    found = laid(1.0)
    np.testing.assert_allclose(found, laid(unit), rtol=1e-12)
    china = zone == ECONOMIES.index("CHN")
    np.testing.assert_allclose(found[:, china].sum(axis=1), 1.0, rtol=1e-12)


# -- the table


def test_the_table_holds_together() -> None:
    rows = [row for rows in origin_rows().values() for row in rows]
    assert {row.sector for row in rows} == set(SECTOR_OF_CLASS.values())
    assert len({(row.economy, row.sector, row.place) for row in rows}) == len(rows)
    assert all(row.evidence.source for row in rows)


def test_places_lie_in_their_economies() -> None:
    """None is farther from a city of its economy than the Pilbara from Perth: a wrong sign or digit is found."""
    cities = load_network().cities
    lat, lon = cities["lat"].to_numpy(float), cities["lon"].to_numpy(float)
    for (economy, _), rows in origin_rows().items():
        own = (cities["iso3"] == economy).to_numpy()
        assert own.any(), economy
        for row in rows:
            km = calc_great_circle_matrix(np.r_[row.lat, lat[own]], np.r_[row.lon, lon[own]])[0, 1:]
            assert km.min() < 1600, (economy, row.place, km.min())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount": 0.0}, "a place without has no row"),
        ({"lat": 91.0}, "no place is at 91.0"),
        ({"sector": "timber"}, "coal"),
        ({"flag": "verified"}, "address"),
    ],
)
def test_a_row_that_cannot_be_is_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        OriginRow(**(GIVEN | change))
