"""The whole way on a small world of its own (`toy`): what it computes is checked by hand, its parts in any order."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import samarkand as sk
from samarkand.analysis.capacity import capacity_table, capacity_warnings
from samarkand.analysis.corridors import corridor_profile
from samarkand.analysis.flows import freight
from samarkand.core.geodesy import calc_great_circle_distance
from samarkand.planning.stress import stress_test
from samarkand.priorities import all_indicators
from samarkand.programme import Programme
from samarkand.result import Appraisal
from samarkand.world.freight.capacity import places_of
from samarkand.world.world import World
from toy import BOTH, ECONOMIES, FERRY, GOODS, PROGRAMME, make_toy_world, toy_programme

YEAR = 2035  # all items are open for three years, the whole of the ramp-up
ROUNDING = 1e-12  # relative: the same sums in another order, over some hundred numbers
SOLVED = 1e-9  # relative: two solutions of one equilibrium, each certified to 1e-10 or better


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cold cache on disk for this file alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def world() -> World:
    return make_toy_world()


@pytest.fixture(scope="module")
def programme(world: World) -> Programme:
    return toy_programme(world)


@pytest.fixture(scope="module")
def appraisal(programme: Programme, world: World) -> Appraisal:
    return sk.appraise(programme, world, years=(2027, 2030, YEAR), reach=True)


def alone(programme: Programme, *items: str) -> tuple[str, ...]:
    """All other items of the programme, to be left out."""
    return tuple(name for name in programme.ids if name not in items)


# -- the world itself


def test_accounts_balance(world: World) -> None:
    """By construction; what is left is the rounding of sums of some 200 numbers of up to 1e7 US$ m."""
    assert world.accounts.balances()["relative"].abs().max() < 1e-12


def test_no_link_is_shorter_than_the_great_circle(world: World) -> None:
    for mode in ("road", "rail"):
        tables = world.network.land(mode)
        lat, lon = tables.nodes["lat"].to_numpy(), tables.nodes["lon"].to_numpy()
        for u, v, km in tables.links[["u", "v", "km"]].itertuples(index=False):
            assert km >= calc_great_circle_distance(lat[u], lon[u], lat[v], lon[v])


def test_two_worlds_differ_in_what_was_asked_for_alone() -> None:
    """Another draw of the accounts leaves the network as it is; longer roads leave the accounts."""
    one, other, longer = make_toy_world(), make_toy_world(accounts=1), make_toy_world(network=5)
    assert not np.allclose(one.accounts.trade_flow, other.accounts.trade_flow)
    assert one.network.road.links.equals(other.network.road.links)
    assert np.array_equal(one.accounts.trade_flow, longer.accounts.trade_flow)
    assert (longer.network.road.links["km"] / one.network.road.links["km"]).to_numpy() == pytest.approx(1.05)
    assert one.network.rail.links.equals(longer.network.rail.links)


# -- the whole way


def test_results_are_labelled_with_the_economies_of_the_world(appraisal: Appraisal) -> None:
    income = appraisal["real_income"]
    assert income.dims == ("economy",)
    assert tuple(income["economy"].values) == ECONOMIES
    assert bool(np.isfinite(income).all())
    names = set(appraisal.results["economy"].dropna().astype(str)) - {""}
    assert names == set(ECONOMIES)


def test_every_channel_has_an_effect(appraisal: Appraisal) -> None:
    """All items but the power plant act, and the reasons of what has no figure are those that were meant."""
    change = appraisal.schedule.changes[YEAR]
    assert set(change.effective) == set(appraisal.programme.ids) - {"power-plant"}
    gaps = {(gap.item, gap.what) for gap in change.not_assessed}
    assert gaps == {
        ("power-plant", "effect"),
        ("power-plant", "cost"),  # nothing to set it against
        ("recognition", "business"),  # no coefficient for services
        ("road-gate", "cost"),  # three quarters are a grant of a fund that is no economy
    }
    assert {one.action for one in change.network} == {"new", "upgrade", "crossing", "port", "ferry"}
    assert len(change.tariffs) == len(change.trade_costs) == 1


@pytest.mark.parametrize("indicator", [row.name for rows in all_indicators().values() for row in rows])
def test_every_figure_can_be_explained(appraisal: Appraisal, indicator: str) -> None:
    assert appraisal.explain(indicator, "KAZ").inputs


def test_nothing_of_the_embedded_world_is_read(tmp_path: Path) -> None:
    """Appraisal, explanation, corridor, flows and stress in a process in which embedded tables cannot be opened.

    The coastline alone is read: no new line leads over water, in whatever world.
    """
    script = f"""
import importlib.resources, sys
real = importlib.resources.files
def files(name):
    assert name != "samarkand.world.embedded", "an embedded table is read"
    return real(name)
importlib.resources.files = files
def hook(event, args):
    name = str(args[0]) if event == "open" else ""
    assert "embedded" not in name or name.endswith((".py", ".pyc", "map.json")), name
sys.addaudithook(hook)
sys.path.insert(0, {str(Path(__file__).parent)!r})
import samarkand as sk
from samarkand.analysis.corridors import corridor_profile
from samarkand.analysis.flows import freight
from samarkand.planning.stress import stress_test
from toy import make_toy_world, toy_programme
world = make_toy_world()
programme = toy_programme(world)
found = sk.appraise(programme, world, reach=True)
assert len(found.results) and found.explain("real_income", "KAZ").inputs
assert corridor_profile(programme, "Urumqi", "Hamburg", world=world).with_
assert freight(programme, world=world).work()["tonnes"].sum() > 0
assert len(stress_test(programme, ["suez"], world=world).cases) == 1
print("done")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "done", done.stderr[-2000:]


# -- by hand


def test_hours_between_almaty_and_baku(appraisal: Appraisal, world: World) -> None:
    """By road alone: 2,600 km to Aktau and 450 km by ferry, with the wait for it and the border on the way.

    2600 / 45 + 450 / 20 + (6 + 12) + 9.9 = 108.18 hours, at the speeds and waits that are declared. At home Kazakhstan
    takes 105 - 18 hours to export (Doing Business 2019, less the port), Azerbaijan 14 to import, less than a port.
    """
    p = world.assumptions.parameters
    hours = 2600 / p["road_speed"] + 450 / p["ferry_speed"]
    hours += p["ferry_wait"] + FERRY.wait_hours + p["border_hours_carec_road"]
    without = appraisal.array("pair_time", "without")
    found = float(without.sel(economy="KAZ", partner="AZE"))
    assert found == pytest.approx(hours + 105 - p["port_hours_road"], rel=ROUNDING)
    assert hours == pytest.approx(108.18, abs=0.005)  # as written above


def test_the_rail_way_from_urumqi_to_hamburg(programme: Programme, world: World) -> None:
    """670 + 20 + 340 + 2500 + 2300 + 800 km; two terminals; the borders of China, the Russian Federation and Poland."""
    p = world.assumptions.parameters
    way = corridor_profile(programme, "Urumqi", "Hamburg", world=world).without
    assert way is not None
    km = sum(length for _, _, length in BOTH if length in (670, 20, 340, 2500, 2300, 800))
    assert way.km == pytest.approx(km) == pytest.approx(6630)
    borders = p["border_hours_carec_rail"] + p["border_hours_union_rail"] + p["border_hours_default_rail"]
    assert way.hours == pytest.approx(km / p["rail_speed"] + 2 * p["terminal_hours"] + borders)
    fees = p["border_usd_carec_rail"] + p["border_usd_union"] + p["border_usd_default_rail"]
    assert way.usd == pytest.approx(km * p["rail_rate_standard"] + 2 * p["terminal_fee"] + fees)


@pytest.mark.parametrize(
    ("item", "hours"),
    [
        ("caspian-hours", 3.0),  # 8 - 5, less than 3/8 of the declared 9.9
        ("ferry-port", 0.75),  # 4/48 of (6 + 12) / 2 hours: half of the wait for the ferry is that of Aktau
    ],
)
def test_hours_saved_at_a_border_are_those_of_the_pair(
    programme: Programme, world: World, item: str, hours: float
) -> None:
    """Almaty and Baku are joined by one road, over one border and one ferry."""
    found = sk.appraise(programme, world, without=alone(programme, item))
    without, with_ = (
        float(found.array("pair_time", state).sel(economy="KAZ", partner="AZE"))
        for state in ("without", "with")
    )
    assert without - with_ == pytest.approx(hours, rel=1e-9)  # a difference of numbers 100 times as large


def test_a_gate_acts_at_the_crossing_that_it_names(programme: Programme, world: World) -> None:
    """Two roads lead from Kashgar to Kyrgyzstan; the one by Osh keeps its hours."""
    change = sk.appraise(programme, world, without=alone(programme, "road-gate")).schedule.changes[YEAR]
    assert [(one.action, one.target, one.hours_saved) for one in change.network] == [
        ("crossing", "kashgar_naryn_road", 2.0)
    ]


def test_the_new_railway_by_hand(programme: Programme, world: World) -> None:
    """300 + 300 km, a border and a change of gauge at Naryn, from Kashgar to Bishkek."""
    p = world.assumptions.parameters
    found = corridor_profile(
        programme, "Kashgar", "Bishkek", world=world, without=alone(programme, "railway")
    )
    assert found.with_ is not None
    assert found.with_.km == pytest.approx(600)
    hours = 600 / p["rail_speed"] + 3 * p["terminal_hours"] + p["border_hours_carec_rail"]
    assert found.with_.hours == pytest.approx(hours)
    assert found.without is not None
    # Before, trains go round by Urumqi, Khorgos and Almaty.
    assert found.without.km == pytest.approx(1500 + 670 + 20 + 340 + 240)


def test_who_is_charged(appraisal: Appraisal, world: World) -> None:
    """Each item's annuity by who bears it: `C r / (1 - (1 + r)^-n)`; Georgia is inside the rest of the world."""
    p = world.assumptions.parameters

    def annuity(capex: float, life: str) -> float:
        rate = p["real_interest_rate"]
        return capex * rate / (1 - (1 + rate) ** -p[life])

    railway, faster = annuity(4000, "asset_life_rail"), annuity(900, "asset_life_rail")
    port, ferry = annuity(600, "asset_life_port"), annuity(50, "asset_life_port")
    gate = annuity(40, "asset_life_border_crossing")
    expected = {
        "CHN": railway / 2 + 0.49 * port,
        "KGZ": railway / 2 + gate / 4,  # the quarter of the gate that nobody else finances
        "KAZ": faster + ferry,
        "ROW": 0.51 * port,
    }
    cost = appraisal["programme_cost"]
    for economy in ECONOMIES:
        assert float(cost.sel(economy=economy)) == pytest.approx(expected.get(economy, 0.0), rel=ROUNDING)


def test_duties_fall_on_what_kazakhstan_buys_of_china(programme: Programme, world: World) -> None:
    """8 to 4 %: revenue of Kazakhstan falls by less than half of what it was on them, for more is bought of them."""
    found = sk.appraise(programme, world, without=alone(programme, "duties"))
    fall = -float(found["tariff_revenue"].sel(economy="KAZ"))
    flow = world.accounts.trade_flow.sel(origin="CHN", destination="KAZ").isel(sector=slice(0, GOODS))
    assert 0 < fall < 0.04 * float(flow.sum())
    sold = found["trade_flow"]  # relative changes
    assert float(sold.sel(economy="CHN", partner="KAZ")) > 0.01
    assert float(sold.sel(economy="DEU", partner="KAZ")) < 0  # others are driven out
    assert not found["pair_time"].any()


# -- totals of the world


def test_what_one_sells_another_buys(appraisal: Appraisal) -> None:
    """Exports and imports of all economies add up to the same, before and after."""
    for state in ("without", "with"):
        sold, bought = (float(appraisal.array(name, state).sum()) for name in ("exports", "imports"))
        assert sold == pytest.approx(bought, rel=SOLVED)
        by_partner = appraisal.array("trade_flow", state)
        abroad = by_partner.where(by_partner["economy"] != by_partner["partner"], 0.0)
        assert float(abroad.sum()) == pytest.approx(sold, rel=SOLVED)


def test_money_is_the_relative_change_of_income(programme: Programme) -> None:
    """US$ m of real income are the relative change times final spending of the baseline (without duties: at basic
    prices, as in the accounts), so that they add up over economies."""
    free = make_toy_world(tariffs=False)
    found = sk.appraise(programme, free)
    spending = (
        free.accounts.final_demand.sum(["origin", "sector"]).sel(destination=list(ECONOMIES)).to_numpy()
    )
    for name in ("real_income", "real_income_unpaid"):
        money = found[name].to_numpy() * spending
        assert found[f"{name}_value"].to_numpy() == pytest.approx(money, rel=1e-9)


def test_the_world_gains_before_it_pays(appraisal: Appraisal) -> None:
    """Cheaper freight is a gain to the whole; paying takes what is charged, spent on works that serve nobody yet.

    Within 3 %: prices move too, and with them duties. Four draws of the accounts lie from 1.0 to 1.4 % above.
    """
    unpaid, paid = (
        float(appraisal[name].sum()) for name in ("real_income_unpaid_value", "real_income_value")
    )
    assert unpaid > 0
    assert unpaid - paid == pytest.approx(float(appraisal["programme_cost"].sum()), rel=0.03)


# -- order, and what is left out


def figures(found: Appraisal, indicators: tuple[str, ...] = ()) -> dict[str, np.ndarray]:
    """All values without, with and as changes, by indicator and state, of those that are not by item."""
    rows = [row for rows in all_indicators().values() for row in rows if "project" not in row.dims]
    return {
        f"{row.name} {year}": found.array(row.name, "change", year).to_numpy()
        for row in rows
        for year in found.years
        if not indicators or row.name in indicators
    }


def assert_same(one: Appraisal, other: Appraisal) -> None:
    found, expected = figures(one), figures(other)
    assert found.keys() == expected.keys()
    for name in found:
        np.testing.assert_allclose(
            found[name], expected[name], rtol=SOLVED, atol=1e-9, equal_nan=True, err_msg=name
        )


def test_the_order_of_items_does_not_matter(appraisal: Appraisal, world: World) -> None:
    programme = appraisal.programme
    backwards = programme.model_copy(
        update={"projects": programme.projects[::-1], "measures": programme.measures[::-1]}
    )
    assert backwards.ids != programme.ids
    assert_same(sk.appraise(backwards, world, years=appraisal.years), appraisal)


@pytest.mark.parametrize("item", ["railway", "sea-port", "khorgos-hours", "recognition", "duties"])
def test_leaving_out_an_item_is_the_programme_without_it(
    programme: Programme, world: World, item: str
) -> None:
    smaller = programme.model_copy(
        update={
            "projects": tuple(one for one in programme.projects if one.id != item),
            "measures": tuple(one for one in programme.measures if one.id != item),
        }
    )
    years = (2030, YEAR)
    assert_same(
        sk.appraise(programme, world, years=years, without=(item,)), sk.appraise(smaller, world, years=years)
    )


def test_without_all_items_nothing_changes(programme: Programme, world: World) -> None:
    nothing = figures(sk.appraise(programme, world, without=programme.ids))
    for name, values in nothing.items():
        assert np.abs(values[np.isfinite(values)]).max(initial=0.0) < 1e-6, name  # of money up to 1e7 US$ m


# -- flows, capacities, stress


def test_flows_lie_on_the_links_of_the_world(programme: Programme, world: World) -> None:
    found = freight(programme, world=world)
    carried = found.work().set_index(["scenario", "mode"])["tonnes"]
    assert (carried > 0).all()
    crossings = found.crossings().set_index("crossing")
    # What crosses between Kazakhstan and Azerbaijan goes by the one ferry there is.
    assert crossings.loc["aktau_baku_road", "tonnes_without"] > 0
    assert set(crossings.index) == {
        str(name) for mode in ("road", "rail") for name in world.network.land(mode).crossings["id"]
    }


def test_a_programme_file_is_read_for_the_world_that_is_given(world: World, appraisal: Appraisal) -> None:
    """Kashgar and Bishkek are on the toy network; the embedded one has other nodes."""
    assert_same(sk.appraise(PROGRAMME, world, years=appraisal.years), appraisal)
    assert corridor_profile(PROGRAMME, "Urumqi", "Hamburg", world=world).with_ is not None


def test_flows_stand_beside_the_capacities_of_the_network(programme: Programme, world: World) -> None:
    """More passes the toy's canal and ports than the real ones can take, and the warnings say so."""
    table = capacity_table(freight(programme, world=world))
    assert set(table["place"]) == {
        row.title for row, _ in places_of(world.network, world.assumptions.parameters)
    }
    assert any(sentence.startswith("Suez Canal") for sentence in capacity_warnings(table))


def test_capacities_of_other_networks_are_left_out(world: World) -> None:
    """Of the published capacities the toy network has the canal, two ports and Khorgos, and none of the lines."""
    places = {row.id for row, _ in places_of(world.network, world.assumptions.parameters)}
    assert places == {"suez", "gdansk", "poti", "altynkol_containers"}


@pytest.mark.parametrize(
    ("closure", "worst"), [("suez", "ROW"), ("border:CHN-KAZ", "KAZ"), ("ferry:ferry_toy", "KAZ")]
)
def test_what_is_closed_costs_those_who_use_it(
    programme: Programme, world: World, closure: str, worst: str
) -> None:
    case = stress_test(programme, [closure], world=world).cases[0]
    lost = case.results["real_income"].sel(scenario="without")
    assert float(lost.min()) < 0
    assert lost.to_series().idxmin() == worst
    cut = {frozenset(pair) for pair in case.cut_off["without"]}
    assert (frozenset(("KAZ Almaty", "AZE Baku")) in cut) == (closure == "ferry:ferry_toy")


def test_a_world_without_tariffs_cannot_tell_what_lower_duties_do(programme: Programme) -> None:
    found = sk.appraise(programme, make_toy_world(tariffs=False))
    assert ("duties", "effect") in {(gap.item, gap.what) for gap in found.not_assessed}
    assert "duties" not in found.schedule.changes[YEAR].effective


def test_the_programme_file_is_checked_against_the_network_of_the_world(world: World) -> None:
    """Where the only station of Kyrgyzstan lies elsewhere, a railway that ends at Bishkek meets no other."""
    rail = world.network.rail
    lat = np.where(rail.nodes["economy"] == "KGZ", 41.0, rail.nodes["lat"])
    far = replace(rail, nodes=rail.nodes.assign(lat=lat))
    faults = sk.programme.check_programme(PROGRAMME, replace(world, network=replace(world.network, rail=far)))
    assert ["Bishkek lies off the rail network" in fault.reason for fault in faults] == [True]
