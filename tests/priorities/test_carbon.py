"""Greenhouse gases of items: cases by hand, one displacement for money and gases, and each parameter moves one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import samarkand as sk
from samarkand.core.faults import Faults
from samarkand.core.gaps import Gap
from samarkand.ledger import Ledger
from samarkand.ledger.claims import Claim, check_claims, claims_of
from samarkand.ledger.displacement import displace, output_of
from samarkand.priorities.environment.command import carbon
from samarkand.priorities.environment.construction import calc_rail_construction, construction_of
from samarkand.priorities.environment.emission_rows import emission_rows
from samarkand.priorities.environment.gases import gases_of, outcomes_of
from samarkand.priorities.environment.operation import Operation, operation_of
from samarkand.priorities.environment.page import page
from samarkand.priorities.environment.paths import (
    calc_carbon_worth,
    calc_discounted,
    calc_switching_price,
    path_of,
    prices_of,
)
from samarkand.programme import load_programme
from samarkand.session import Session
from samarkand.world.economies.facts import load_facts
from samarkand.world.parameters import load_parameters, table_names
from samarkand.worth.electricity import displaced_fuel
from toy import make_toy_world, toy_programme

P, FACTS = load_parameters(), load_facts()
KAZ = '["KAZ"]'
HEAD = '[programme]\nid = "t"\ntitle = "T"\n\n[[party]]\nid = "p"\nname = "P"\n'


def figure(value: float, unit: str) -> str:
    return f'{{ value = {value}, unit = "{unit}", source = "made up", flag = "assumed" }}'


def item_of(folder: Path, kind: str, economies: str = '["PAK"]', section: str = "", **keys: str):
    lines = [f"{key} = {value}" for key, value in keys.items()]
    body = (
        f'\n[[project]]\nid = "x"\ntitle = "X"\nkind = "{kind}"\neconomies = {economies}\nstatus = "agreed"\n'
    )
    body += (
        "opening = { date = 2030 }\nconstruction_start = { date = 2028 }\n"
        + "\n".join(lines)
        + "\n"
        + section
    )
    path = folder / f"{kind}-{abs(hash((body,)))}.toml"
    path.write_text(HEAD + body, encoding="utf-8")
    return load_programme(path).items[0]


def section(kind: str = "rail", **keys: str) -> str:
    lines = "".join(f"  {key} = {value}\n" for key, value in ({"effect": '"new"'} | keys).items())
    gauge = f"  gauge = {figure(1520, 'mm')}\n" if kind == "rail" else ""
    return (
        f"  [[project.section]]\n{lines}{gauge}  length = {figure(100, 'km')}\n  points = [\n"
        '    { name = "Almaty", latitude = 43.25, longitude = 76.90 },\n'
        '    { name = "North", latitude = 43.46, longitude = 77.03 },\n  ]\n'
    )


def test_a_railway_by_length_tunnels_and_viaducts(tmp_path):
    """100 km, 10 % in tunnels at 27 times and 20 % on viaducts at 8.5 times what a kilometre at grade emits."""
    hand = 941 * (70 + 10 * 27 + 20 * 8.5)
    assert calc_rail_construction(941, 100, (0.1, 0.2), (27, 8.5)) == pytest.approx(hand, rel=1e-14)
    shares = {"tunnel_share": figure(0.1, "fraction"), "viaduct_share": figure(0.2, "fraction")}
    found = construction_of(item_of(tmp_path, "rail", KAZ, section=section(**shares)), P)
    assert found.central == pytest.approx(hand, rel=1e-12)
    assert found.low < found.central < found.high
    # Not told where it runs: at grade, in the range of everything that was reviewed.
    plain = construction_of(item_of(tmp_path, "rail", KAZ, section=section()), P)
    assert (plain.low, plain.central, plain.high) == pytest.approx((50, 94_100, 1_270_000))


def test_an_upgrade_counts_by_the_tracks_that_it_adds(tmp_path):
    second = section(effect='"upgrade"', tracks=figure(2, "tracks"), tracks_before=figure(1, "tracks"))
    assert construction_of(item_of(tmp_path, "rail", KAZ, section=second), P).central == pytest.approx(
        94_100 / 2
    )
    none = construction_of(item_of(tmp_path, "rail", KAZ, section=section(effect='"upgrade"')), P)
    assert isinstance(none, Gap)
    assert "adds no tracks" in none.reason


def test_a_road_by_its_class(tmp_path):
    def built(**keys: str):
        return construction_of(item_of(tmp_path, "road", KAZ, section=section("road", **keys)), P)

    assert built(road_class='"gravel"').central == 9_000
    assert built(lanes=figure(4, "lanes")).central == 323_400
    unknown = built()
    assert (unknown.low, unknown.central, unknown.high) == (9_000, 79_400, 323_400)


@pytest.mark.parametrize(("km2", "factor"), [(10, 0.0), (50, 90.0), (1000, 273.0)])
def test_a_reservoir_by_its_power_density(tmp_path, km2, factor):
    """400 MW on 10, 50 and 1,000 km2 are 40, 8 and 0.4 W/m2; 2,000 GWh a year."""
    plant = item_of(
        tmp_path, "power_plant", fuel='"hydro"', capacity=figure(400, "MW"),
        generation=figure(2000, "GWh a year"), reservoir_area=figure(km2, "km2"),
    )  # fmt: skip
    found = operation_of(plant, FACTS, P)
    assert found.own["reservoir"].central == pytest.approx(factor * 2000)


def test_what_a_plant_displaces_is_valued_and_emits_once(tmp_path):
    """Suki Kinari: the same gigawatt-hours by fuel make the money of the ledger and the gases; each by hand."""
    plant = next(
        one for one in load_programme("eurasian-corridors").items if one.id == "suki-kinari-hydropower"
    )
    energy = output_of(plant, P).brought
    assert energy == {"PAK": 3212.0}
    found = displace("PAK", 3212.0, FACTS, P)
    assert sum(found.by_fuel.values()) + found.left == pytest.approx(3212.0, rel=1e-14)
    money = sum(1e-3 * gwh * P[f"electricity_cost_{fuel}"] for fuel, gwh in found.by_fuel.items())
    assert displaced_fuel("PAK", 3212.0, FACTS, P).value == pytest.approx(money, rel=1e-14)
    gases = sum(gwh * P[f"combustion_{fuel}"] for fuel, gwh in found.by_fuel.items())
    operation = operation_of(plant, FACTS, P)
    assert isinstance(operation, Operation)
    assert -operation.baseline.central == pytest.approx(gases, rel=1e-14)
    assert operation.gross.central == pytest.approx(84 * 3212.0)


def test_a_coal_plant_adds_what_it_burns_less_what_it_displaces(tmp_path):
    coal = item_of(tmp_path, "power_plant", fuel='"coal"', generation=figure(1000, "GWh a year"))
    found = operation_of(coal, FACTS, P)
    assert found.gross.central == 760_000
    assert -760_000 <= found.baseline.central < 0


def test_a_grid_without_a_mix_takes_the_combined_margin_of_the_item(tmp_path):
    keys = {"fuel": '"solar"', "generation": figure(100, "GWh a year")}
    nowhere = '["SJM"]'  # no mix of fuels is known
    assert FACTS.get("SJM", "electricity_total").value is None
    found = operation_of(item_of(tmp_path, "power_plant", nowhere, **keys), FACTS, P)
    assert "combined_margin" in found.gaps[0].reason
    given = item_of(tmp_path, "power_plant", nowhere, combined_margin=figure(0.5, "t CO2e/MWh"), **keys)
    assert operation_of(given, FACTS, P).baseline.central == pytest.approx(-50_000)


def test_the_path_pays_back_and_is_worth_what_hands_find():
    """Two years of building 300 t, three of service: 10 t own, 110 t displaced that fall by half each year."""
    path = path_of(range(2028, 2033), 2030, (300.0, 10.0, -110.0), ramp=0.0, fall=0.5)
    assert path.building.tolist() == [150, 150, 0, 0, 0]
    assert path.gross.tolist() == [0, 0, 10, 10, 10]
    assert path.net.tolist() == [0, 0, -100, -45, -17.5]
    assert path.payback is None
    assert path_of(range(2028, 2033), 2030, (140.0, 10.0, -110.0), 0.0, 0.5).payback == 2031
    worth = -1e-6 * (150 * 100 * 1.1**2 + 150 * 100 * 1.1 - 100 * 200 - 45 * 200 / 1.1 - 17.5 * 200 / 1.1**2)
    prices = np.array([100.0, 100.0, 200.0, 200.0, 200.0])
    assert calc_carbon_worth(path, prices, 0.1) == pytest.approx(worth, rel=1e-14)


def test_at_the_switching_price_the_gases_pay_the_capital():
    path = path_of(range(2028, 2040), 2030, (300.0, 10.0, -110.0), ramp=1.0, fall=0.02)
    price = calc_switching_price(0.05, calc_discounted(path, 0.06))
    flat = np.full(len(path.years), price)
    assert calc_carbon_worth(path, flat, 0.06) == pytest.approx(0.05, rel=1e-12)
    assert np.isnan(calc_switching_price(0.05, 10.0))


def test_published_prices_by_year():
    """EIB 250 and 800 euros in 2030 and 2050, so 525 between them; the World Bank's range in dollars."""
    eib = prices_of(P, "eib", range(2030, 2051))
    assert eib[[0, 10, 20]] == pytest.approx(P["euro"] * np.array([250, 525, 800]))
    assert prices_of(P, "world_bank_low", range(2030, 2031))[0] == 50.0
    assert prices_of(P, "world_bank_high", range(2030, 2031))[0] == 100.0


def test_every_item_of_the_default_programme_has_a_path_or_a_reason():
    for item in load_programme("eurasian-corridors").items:
        found = outcomes_of(gases_of(item, FACTS, P), P)
        gross, net = found["item_gross_emissions"], found["item_net_emissions"]
        if isinstance(net, Gap):
            assert len(net.reason) > 10
            assert isinstance(gross, Gap)
        else:
            assert net.change.dims == ("year",)
            assert net.change.sizes == gross.change.sizes
            assert item.opening.year in net.change["year"].to_numpy()
            low, high = net.ranges["change"].low, net.ranges["change"].high
            assert bool(((low <= net.change) & (net.change <= high)).all())


def test_the_appraisal_has_the_gases_of_items(tmp_path):
    appraisal = sk.appraise(toy_programme(), make_toy_world(), session=Session(), years=(2035,))
    built = appraisal.array("item_construction_emissions").to_series()
    assert built["railway"] == pytest.approx(600 * 941)
    frame = appraisal.to_dataframe(["item_net_emissions"])
    assert (frame.loc[frame["value"].isna(), "reason"] != "").all()
    shown = {row[0]: row for row in page(appraisal).tables[0].rows}
    assert shown["railway"][1] == "0.565"  # million tonnes
    of_plant = carbon(appraisal, "POWER-PLANT")
    assert [table.title for table in of_plant.tables][-1] == "Not assessed"
    with pytest.raises(Faults, match="railwy"):
        carbon(appraisal, "railwy")


def test_publication_names_the_factors_that_are_recalled():
    with pytest.raises(Faults) as raised:
        sk.appraise(toy_programme(), make_toy_world(), session=Session(), publication=True)
    text = str(raised.value)
    assert "rail_tunnel_factor" in text
    assert "carbon_price_eib.2020" in text
    assert "carbon_price_eib.2030" not in text
    assert "life_cycle_coal" not in text


def made_items(folder: Path) -> list:
    """Items of all kinds that have gases."""
    shares = {"tunnel_share": figure(0.1, "fraction"), "viaduct_share": figure(0.2, "fraction")}
    energy = {"generation": figure(1000, "GWh a year"), "capacity": figure(400, "MW")}
    plants = [
        item_of(folder, "power_plant", fuel=f'"{fuel}"', capex=figure(100, "US$ m"), **energy)
        for fuel in ("coal", "gas", "oil", "hydro", "wind", "solar", "nuclear", "geothermal", "biomass")
    ]
    plants += [
        item_of(folder, "power_plant", fuel='"hydro"', reservoir_area=figure(km2, "km2"), **energy)
        for km2 in (10, 30, 45, 80, 110, 1000)
    ]
    line = item_of(
        folder, "transmission_line", '["KGZ", "PAK"]', energy_carried=figure(4000, "GWh a year"),
        exported_from='["KGZ"]', exported_to='["PAK"]',
    )  # fmt: skip
    classes = ("expressway", "national", "provincial", "gravel")
    roads = [item_of(folder, "road", KAZ, section=section("road", road_class=f'"{one}"')) for one in classes]
    rails = [item_of(folder, "rail", KAZ, section=text) for text in (section(), section(**shares))]
    return [*plants, line, *roads, *rails]


def results(items: list, parameters) -> list[float]:
    """Every figure of the items."""
    found = []
    for item in items:
        for outcome in outcomes_of(gases_of(item, FACTS, parameters), parameters).values():
            if not isinstance(outcome, Gap):
                found += np.ravel(outcome.change.to_numpy()).tolist()
    return found


@pytest.fixture(scope="module")
def declared(tmp_path_factory):
    items = made_items(tmp_path_factory.mktemp("items"))
    return items, results(items, P)


ELSEWHERE = ("freight_", "rail_electric", "power_discount_rate")  # test_carbon_freight.py, test_power.py
PATHS_OF_PRICES = [name for name in P.series_names if name.startswith("carbon_price_")]
USED = [one for one in (*table_names("environment.csv"), *PATHS_OF_PRICES) if not one.startswith(ELSEWHERE)]


@pytest.mark.parametrize("name", USED)
def test_each_parameter_moves_a_figure(declared, name):
    items, before = declared
    if name in P.series_names:
        values = [1.5 * P.at(name, 2035)]
    else:
        values = [1.5 * P[name], 0.5 * P[name]]
    assert any(results(items, P.replace({name: value})) != before for value in values)


def test_rows_of_the_ledger_are_the_worth_of_the_gases_and_in_no_sum():
    """Suki Kinari: rows of all years discounted to the opening are `item_carbon_worth`, path by path."""
    programme = load_programme("eurasian-corridors")
    plant = next(one for one in programme.items if one.id == "suki-kinari-hydropower")
    rows = emission_rows([gases_of(plant, FACTS, P)], P, range(2000, 2100))
    assert set(rows["party"]) == {"the world"}
    assert set(rows["economy"]) == {""}
    assert ((rows["low"] <= rows["central"]) & (rows["central"] <= rows["high"])).all()
    worth = outcomes_of(gases_of(plant, FACTS, P), P)["item_carbon_worth"].change.isel(party=0)
    since = rows["year"] - plant.opening.year
    discounted = (rows["central"] / (1 + P["carbon_discount_rate"]) ** since).groupby(rows["case"]).sum()
    for case, amount in discounted.items():
        assert amount == pytest.approx(float(worth.sel(case=case)), rel=1e-12)
    claims = claims_of(programme)
    ledger = Ledger.build([rows], claims, {item.id: item.kind for item in programme.items})
    assert ledger.select(case="EIB").total().item() == pytest.approx(
        rows[rows["case"] == "EIB"]["central"].sum()
    )
    with pytest.raises(Faults, match="exclude each other: EIB, EBRD"):
        ledger.total()


def test_a_second_owner_of_a_tonne_or_a_kilowatt_hour_is_refused():
    """The plant's kind claims both margins; who claims them again is refused with both names."""
    programme = load_programme("eurasian-corridors")
    claims = claims_of(programme)
    kind_of = {item.id: item.kind for item in programme.items}
    plant = "suki-kinari-hydropower"
    mine = {claim.margin for claim in claims if claim.item == plant}
    assert {"emissions", "electricity_cost"} <= mine
    check_claims(claims, kind_of)
    again = [
        Claim(plant, "PAK", margin, "any", "direct", "a carbon market")
        for margin in ("emissions", "electricity_cost")
    ]
    with pytest.raises(Faults) as raised:
        check_claims((*claims, *again), kind_of)
    reasons = [fault.reason for fault in raised.value.faults]
    assert reasons == ["is claimed twice: by kind power_plant and by a carbon market"] * 2
    owner = Claim(plant, "PAK", "emissions", "any", "equilibrium", "a price in the equilibrium")
    with pytest.raises(Faults, match="emissions"):
        check_claims((*claims, owner), kind_of)
