"""Which modes a cargo takes: the table, goods in tanks by road near and far, and a lorry as the last resort."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from samarkand.world.freight.assignment import _terms
from samarkand.world.freight.cargo_modes import (
    CARGO_SHARES,
    CARGOES,
    CARRIERS,
    CargoModeRow,
    cargo_modes,
    cargoes_near_by,
    find_impossible,
)
from samarkand.world.freight.commodities import SHARES, freight_table, load_freight
from samarkand.world.freight.mode_choice import (
    MODES,
    SECTOR_OF_CLASS,
    VOT_CLASSES,
    cargo_classes,
    find_barred,
    mode_shares,
)
from samarkand.world.freight.trade_costs import FreightBaseline, counterfactual_costs, prepare_baseline
from test_trade_costs import CHOICE, CITIES, ECONOMIES, PARAMETERS, make_skims

TANKS, BULK = VOT_CLASSES.index("liquid"), VOT_CLASSES.index("bulk")
ROAD, RAIL, SEA = range(3)
AT = {"origin": "CHN", "destination": "DEU"}


def test_each_cargo_has_a_row_a_mode_with_its_source() -> None:
    assert len(cargo_modes()) == len(CARGOES) * len(CARRIERS)
    assert cargoes_near_by("road") == ("liquid_bulk", "gas")
    assert cargoes_near_by("rail") == ()
    assert all(row.evidence.source for row in cargo_modes())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cargo": "letters"}, "cargoes are"),
        ({"mode": "rail", "admitted": "near"}, "carried over short ways alone by road only"),
        ({"mode": "sea", "admitted": "never"}, "nothing reads that"),
    ],
)
def test_a_row_that_nothing_could_read_is_refused(change: dict[str, str], words: str) -> None:
    given = {"cargo": "gas", "mode": "road", "admitted": "near", "source": "made up", "flag": "assumed"}
    CargoModeRow(**given)
    with pytest.raises(ValidationError, match=words):
        CargoModeRow(**{**given, **change})


def test_goods_in_tanks_are_liquid_and_grain_is_not() -> None:
    table = freight_table(load_freight())
    classes = cargo_classes(table)
    here = table["cargo_share"] > 0
    of_places = {"bulk", *SECTOR_OF_CLASS}
    for cargo, labels in (("liquid_bulk", {"liquid"}), ("gas", {"liquid"}), ("dry_bulk", of_places)):
        of_cargo = classes.sel(cargo=cargo).where(here.sel(cargo=cargo), drop=True).to_numpy()
        assert of_cargo.size
        assert set(of_cargo) == labels


def test_air_and_pipelines_need_a_cargo_that_they_carry() -> None:
    none = dict.fromkeys(SHARES, 0.0)
    assert find_impossible({**none, "dry_bulk_share": 0.9, "air_share": 0.1}) == ("air_share",)
    assert find_impossible({**none, "containerised_share": 0.9, "pipeline_share": 0.1}) == ("pipeline_share",)
    assert (
        find_impossible(
            {**none, "gas_share": 0.5, "break_bulk_share": 0.3, "air_share": 0.1, "pipeline_share": 0.1}
        )
        == ()
    )
    assert set(CARGO_SHARES) < set(SHARES)
    flying = {"coal.dry_bulk_share": 0.9, "coal.containerised_share": 0.0, "coal.air_share": 0.1}
    with pytest.raises(ValueError, match="of which they take no cargo in coal"):
        freight_table(load_freight().replace(flying))


def test_barred_is_the_road_to_goods_in_tanks_far_off_where_another_mode_is() -> None:
    most = PARAMETERS["tank_lorry_distance"]
    km = np.array([most, most + 1, most + 1])
    found = find_barred(km, np.array([True, True, False]), PARAMETERS)
    assert np.argwhere(found).tolist() == [[1, TANKS, ROAD]]


def test_shares_and_kernels_bar_the_same() -> None:
    """Far apart by rail or sea alone; near each other, and where neither leads, as other goods in bulk go."""
    skims = make_skims(
        {("rail", i, j): np.inf for i, j in far_pair()} | {("sea", i, j): np.inf for i, j in far_pair()}
    )
    shares = mode_shares(skims, CITIES, CHOICE, PARAMETERS)
    model = prepare_baseline(skims, CITIES, CHOICE, PARAMETERS, ECONOMIES)
    by_pair = shares.transpose("origin_city", "destination_city", "vot_class", "mode").to_numpy()
    whole = model.term.sum(axis=-1, keepdims=True)
    of_kernel = np.divide(model.term, whole, out=np.zeros_like(model.term), where=whole > 0)
    apart = model.pairs.origin != model.pairs.destination
    pairs = model.pairs.origin[apart], model.pairs.destination[apart]
    np.testing.assert_allclose(of_kernel[apart], np.nan_to_num(by_pair[pairs]), rtol=1e-12, atol=1e-300)
    i, j = (CITIES.index.get_loc(name) for name in ("Chongqing", "Hamburg"))
    assert by_pair[i, j, TANKS, ROAD] == 0.0 < by_pair[i, j, BULK, ROAD]
    assert by_pair[i, j, TANKS, RAIL] + by_pair[i, j, TANKS, SEA] == pytest.approx(1.0)
    odds = by_pair[i, j, :, RAIL] / by_pair[i, j, :, SEA]
    assert odds[TANKS] == pytest.approx(odds[BULK], rel=1e-12)
    near = tuple(CITIES.index.get_loc(name) for name in ("Hamburg", "Munich"))
    np.testing.assert_allclose(by_pair[near][TANKS], by_pair[near][BULK], rtol=1e-12)
    alone = far_pair()[0]
    assert by_pair[alone][TANKS, ROAD] == 1.0


def far_pair() -> list[tuple[int, int]]:
    one, other = (CITIES.index.get_loc(name) for name in ("Chongqing", "Lisbon"))
    return [(one, other), (other, one)]


def test_the_last_resort_costs_what_it_costs() -> None:
    """Rail and sea between China and Germany close: goods in tanks go by lorry, at its cost; others by the logsum."""
    open_skims = make_skims()
    model = prepare_baseline(open_skims, CITIES, CHOICE, PARAMETERS, ECONOMIES)
    china, germany = (np.flatnonzero((CITIES["iso3"] == code).to_numpy()) for code in ("CHN", "DEU"))
    both = [(i, j) for one, other in ((china, germany), (germany, china)) for i in one for j in other]
    closed = make_skims({(mode, i, j): np.inf for mode in ("rail", "sea") for i, j in both})
    costs = counterfactual_costs(model, closed)
    people = CITIES["population"].to_numpy(float)
    value = PARAMETERS["value_of_time_bulk"]
    road = open_skims.isel(vot_class=0).sel(mode="road")
    cost = (road["usd"] + value * road["hours"]).to_numpy()[np.ix_(china, germany)]
    weight = np.outer(people[china], people[germany])
    by_hand = (weight * cost).sum() / weight.sum() + _at_home(model)
    found = costs.sel(variant="logsum", vot_class="liquid", **AT)
    assert float(found["generalised_cost"].sel(state="with")) == pytest.approx(by_hand, rel=1e-9)
    share = costs["mode_share"].sel(vot_class="liquid", state="with", **AT)
    np.testing.assert_allclose(share.sel(mode=list(MODES)), [1.0, 0.0, 0.0], atol=1e-12)
    assert float(costs["mode_share"].sel(vot_class="liquid", state="without", mode="road", **AT)) == 0.0
    fewer = costs["generalised_cost"].sel(variant="logsum", vot_class="bulk", **AT)
    assert float(fewer.sel(state="with")) > float(fewer.sel(state="without"))


def _at_home(model: FreightBaseline) -> float:
    _, cost = model.at_home
    at = model.economies.index("CHN"), model.economies.index("DEU")
    return float(cost[(TANKS, *at)])


def test_a_state_of_its_own_has_the_last_resort_too() -> None:
    """Terms of a state in which only a barred mode is left: all goods in tanks take it."""
    model = prepare_baseline(make_skims(), CITIES, CHOICE, PARAMETERS, ECONOMIES)
    i, j = (CITIES.index.get_loc(name) for name in ("Chongqing", "Hamburg"))
    row = np.flatnonzero((model.pairs.origin == i) & (model.pairs.destination == j))
    usd, hours = model.pairs.usd[row].copy(), model.pairs.hours[row].copy()
    for array in (usd, hours):
        array[:, RAIL:] = np.inf
    term = _terms(model, row, usd, hours)
    assert (term[0, :, ROAD] > 0).all()
    assert (term[0, :, RAIL:] == 0).all()
