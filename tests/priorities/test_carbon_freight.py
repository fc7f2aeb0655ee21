"""Greenhouse gases of freight with an item less without it: by hand, and in the toy world."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import samarkand as sk
from samarkand.cli.of_priorities import _lays_items
from samarkand.core.gaps import Gap
from samarkand.engines.schedules import calc_ramp_up
from samarkand.priorities import item_freight
from samarkand.priorities.environment.item_page import page_of_item
from samarkand.priorities.environment.operation import acts_on_freight
from samarkand.priorities.environment.page import LAID, page
from samarkand.priorities.environment.paths import TITLES
from samarkand.priorities.environment.traffic import (
    AS_LAID,
    GRIDS,
    Factors,
    FreightGases,
    break_even,
    calc_freight_gases,
    freight_gases,
    net_by_grid,
    rail_by_grid,
    replaced,
    traction,
    zero_of,
)
from samarkand.priorities.item_freight import KEY, USED_BY_NOBODY, calc_item_work
from samarkand.session import Session
from samarkand.state import Counterfactual
from samarkand.world.economies.facts import load_facts
from samarkand.world.parameters import load_parameters
from toy import make_toy_world, toy_programme

P, FACTS = load_parameters(), load_facts()
FACTORS = Factors(FACTS, P)


def work(rows: list[tuple[str, str, str, float, float]], tonnes: float) -> SimpleNamespace:
    """Links as (mode, item, economy, km, tonnes)."""
    links = pd.DataFrame(rows, columns=["mode", "item", "economy_a", "km", "tonnes"])
    links["economy_b"] = links["economy_a"]
    return SimpleNamespace(links=links, tonnes=xr.DataArray([tonnes], {"mode": ["all"]}, ("mode",)))


def compare(item, before, after, factors):
    return calc_freight_gases(item, calc_item_work(before, after, item.id), factors)


def grams(mode: str, economy: str, own: float | None) -> tuple[float, float, float]:
    """g CO2e of a tonne-kilometre, as tonnes of a million of them."""
    one = pd.Series([1e6], pd.MultiIndex.from_tuples([(mode, economy, own is not None)], names=KEY))
    return FACTORS.gases(one, own)


def railway(electric: str | None = None, builds: str = "project") -> SimpleNamespace:
    section = SimpleNamespace(
        length=SimpleNamespace(value=100.0), get=lambda _: electric, is_true=lambda _: electric == "yes"
    )
    return SimpleNamespace(id="x", kind="rail", section=(section,), kind_row=SimpleNamespace(item=builds))


def test_a_million_tonne_km_from_the_road_to_electric_rails_by_hand():
    """1,000 t over 1,000 km each way: 137 t by road, 0.027 kWh x the grid of Kazakhstan by rail."""
    before = work([("road", "", "KAZ", 1000.0, 1000.0)], 1000.0)
    after = work([("rail", "x", "KAZ", 1000.0, 1000.0)], 1000.0)
    found = compare(railway("yes"), before, after, FACTORS)
    grid = FACTS.get("KAZ", "grid_intensity").value
    assert found.gross.central == pytest.approx(0.027 * grid, rel=1e-12)
    assert found.net.central == pytest.approx(0.027 * grid - 137.0, rel=1e-12)
    assert found.induced == 0.0
    assert found.shifted == pytest.approx(found.net.central)
    assert found.work == pytest.approx({"road": -1e-3, "rail": 1e-3, "sea": 0.0})
    assert compare(railway("no"), before, after, FACTORS).gross.central == pytest.approx(28.0)
    operation = found.operation()
    assert operation.gross.central + operation.baseline.central == pytest.approx(found.net.central)


def test_a_factor_is_at_one_end_wherever_it_stands():
    """More by road here and as much less there is nothing, whatever a lorry emits."""
    before = work([("road", "", "KAZ", 1000.0, 0.0), ("road", "", "UZB", 1000.0, 1000.0)], 1000.0)
    after = work([("road", "", "KAZ", 1000.0, 1000.0), ("road", "", "UZB", 1000.0, 0.0)], 1000.0)
    assert compare(railway(), before, after, FACTORS).net == pytest.approx((0.0, 0.0, 0.0), abs=1e-9)
    half = work([("road", "", "KAZ", 1000.0, 500.0), ("road", "", "UZB", 1000.0, 0.0)], 500.0)
    low, central, high = compare(railway(), before, half, FACTORS).net
    ends = P.evidence("freight_road").ends
    assert (low, central, high) == pytest.approx((-0.5 * ends[2], -0.5 * ends[1], -0.5 * ends[0]))


def test_freight_that_would_not_move_is_induced():
    """Twice the tonnes on the same road: half of the work with the item is induced, and nothing is shifted."""
    before = work([("road", "", "KAZ", 1000.0, 1000.0)], 1000.0)
    after = work([("road", "", "KAZ", 1000.0, 2000.0)], 2000.0)
    found = compare(railway(), before, after, FACTORS)
    assert found.induced == pytest.approx(137.0)
    assert found.shifted == pytest.approx(0.0, abs=1e-9)


def test_an_economy_without_electric_lines_has_diesel_trains():
    assert traction()["MNG"] == 0
    assert grams("rail", "MNG", None).central == pytest.approx(28.0)
    assert grams("rail", "MNG", 1.0).central == pytest.approx(
        0.027 * FACTS.get("MNG", "grid_intensity").value
    )
    unknown = grams("rail", "KAZ", None)
    assert unknown.low < unknown.central < unknown.high


def test_break_even_by_mode_replaced():
    """137 / 0.027 is beyond any grid; 28 / 0.027 is 1,037 g/kWh; 7 / 0.027 is 259 g/kWh. Signs turn just there."""
    found = {mode: break_even(factor, P) for mode, factor in replaced(P).items()}
    assert found["road"] is None
    assert found["diesel train"] == pytest.approx(28 / 0.027)
    assert found["sea"] == pytest.approx(7 / 0.027)
    by_grid = rail_by_grid(P)
    assert GRIDS[0] == 0.0
    assert GRIDS[-1] == 1200.0
    assert all(value < 0 for value in by_grid["road"])
    for mode in ("diesel train", "sea"):
        for grid, value in zip(GRIDS, by_grid[mode], strict=True):
            assert (value > 0) == (grid > found[mode])


@pytest.mark.parametrize(("mode", "even"), [("road", None), ("sea", 7 / 0.027)])
def test_net_of_a_railway_as_the_grid_runs(mode, even):
    """A million tonne-km from another mode to electric trains: 0.027 g - f tonnes; another grid is every grid."""
    before = work([(mode, "", "KAZ", 1000.0, 1000.0)], 1000.0)
    after = work([("rail", "x", "KAZ", 1000.0, 1000.0)], 1000.0)
    found = net_by_grid(railway("yes"), calc_item_work(before, after, "x"), FACTORS)
    by_hand = [0.027 * grid - P[f"freight_{mode}"] for grid in GRIDS]
    assert found[AS_LAID] == pytest.approx(by_hand)
    assert found[mode] == pytest.approx(by_hand)  # all that runs on its links came from this one mode
    assert found["diesel train"] == pytest.approx([0.027 * grid - 28.0 for grid in GRIDS])
    assert zero_of(found[AS_LAID]) == (None if even is None else pytest.approx(even))
    assert zero_of(found["diesel train"]) == pytest.approx(28.0 / 0.027)
    diesel = net_by_grid(railway("no"), calc_item_work(before, after, "x"), FACTORS)
    assert np.ptp(diesel[AS_LAID]) == 0.0  # no grid moves diesel trains
    assert zero_of(diesel[AS_LAID]) is None


@pytest.fixture(scope="module")
def answer():
    """The toy world with the grids of the embedded one."""
    world = replace(make_toy_world(), fact_table=FACTS)
    return sk.appraise(toy_programme(world), world, session=Session(), years=(2035,))


def test_the_railway_of_the_toy_world(answer):
    """Work by mode is that of the two assignments; gross is what its own links carry."""
    item = next(one for one in answer.timeline.items if one.id == "railway")
    state = answer.timeline.last
    found = freight_gases(item, answer.timeline, lay=True)
    assert not isinstance(found, Gap)
    after = state.solved.assignment(())
    mine = after.links[after.links["item"] == "railway"]
    assert found.own_work == pytest.approx(1e-9 * float((mine["tonnes"] * mine["km"]).sum()))
    assert found.gross.central > 0
    assert found.shifted + found.induced == pytest.approx(found.net.central)
    assert found.net.low <= found.net.central <= found.net.high
    # The same two assignments, asked for apart: the programme with all items and with the railway left out.
    other = sk.appraise(
        toy_programme(state.world), state.world, session=Session(), years=(2035,), without=("railway",)
    )
    without = other.timeline.last.solved.assignment(())
    for mode, change in found.work.items():
        by_hand = 1e-9 * float(after.work.sel(mode=mode).sum() - without.work.sel(mode=mode).sum())
        assert change == pytest.approx(by_hand, rel=1e-5)  # the solver holds trade to 1e-8 of itself


def test_a_measure_has_no_links_of_its_own(answer):
    """Faster papers at a border: the links there are those of others, so that all it changes is net."""
    before, after = (work([("road", item, "KAZ", 1000.0, 1000.0)], 1000.0) for item in ("", "x"))
    found = compare(railway(builds="measure"), before, after, FACTORS)
    assert found.gross == (0.0, 0.0, 0.0)
    assert found.own_work == 0.0
    assert compare(railway(), before, after, FACTORS).gross.central > 0
    measures = [
        item for item in answer.timeline.items if item.kind_row.item == "measure" and acts_on_freight(item)
    ]
    gases = [freight_gases(item, answer.timeline, lay=True) for item in measures]
    assert any(isinstance(one, FreightGases) and one.net.central != 0 for one in gases)
    assert all(isinstance(one, Gap) or one.gross.central == 0 for one in gases)


@pytest.fixture(scope="module")
def with_freight():
    world = replace(make_toy_world(), fact_table=FACTS)
    return sk.appraise(toy_programme(world), world, session=Session(), years=(2030, 2035), item_freight=True)


def test_all_items_have_their_freight_where_it_is_asked_for(with_freight, answer):
    """Each item that changes trade has a path, the railway that of its own page; plain questions say how to ask."""
    acting = [item for item in with_freight.timeline.items if acts_on_freight(item)]
    assert len(acting) > 5
    net, ramp = with_freight.array("item_net_emissions"), P["ramp_up_years"]
    for item in acting:
        found = freight_gases(item, with_freight.timeline)
        if isinstance(found, Gap):
            assert "in force" in found.reason or found.reason == USED_BY_NOBODY
            continue
        use = float(calc_ramp_up(2035 - item.opening.year, ramp))
        assert float(net.sel(project=item.id)) == pytest.approx(use * found.net.central, rel=1e-9)
    railway = next(item for item in acting if item.id == "railway")
    alone = freight_gases(railway, answer.timeline, lay=True)
    assert float(net.sel(project="railway")) == pytest.approx(alone.net.central, rel=1e-9)
    plain = sk.appraise(answer.programme, answer.world, session=Session(), years=(2035,))
    reasons = plain.to_dataframe(["item_net_emissions"])["reason"]
    assert reasons.str.contains("run samarkand carbon once").any()


def test_freight_of_items_is_kept_on_the_disk(with_freight, tmp_path, monkeypatch):
    """What one question laid the next ones read: the same figures to the last digit, with nothing laid."""
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path))
    asked = with_freight.programme, with_freight.world
    terms = {"years": with_freight.years, "stored": True}
    first = sk.appraise(*asked, session=Session(), item_freight=True, **terms)
    monkeypatch.setattr(Counterfactual, "tonnes_on_links", lambda _: pytest.fail("laid anew"))
    again = sk.appraise(*asked, session=Session(), **terms)
    names = ["item_gross_emissions", "item_net_emissions", "item_carbon_worth"]
    for name in names:
        np.testing.assert_array_equal(again.array(name), first.array(name))
        np.testing.assert_array_equal(again.array(name), with_freight.array(name))
    assert np.isfinite(again.array("item_net_emissions").sel(project="railway"))
    # Nothing is read by another question, where it is not asked for, or by other code.
    for changed in ({"assumptions": {"rail_speed": 31.0}}, {"stored": False}):
        assert not has_railway(sk.appraise(*asked, session=Session(), **terms | changed))
    monkeypatch.setattr(item_freight, "code_version", lambda *_: "another")
    assert not has_railway(sk.appraise(*asked, session=Session(), **terms))


@pytest.mark.parametrize(
    ("options", "lays"),
    [
        ({"item": "", "item_freight": None}, True),  # carbon: all items, unless it is said otherwise
        ({"item": "", "item_freight": False}, False),
        ({"item": "railway", "item_freight": None}, False),  # its page lays it alone
        ({"word": ""}, False),  # a command without the option
    ],
)
def test_which_commands_lay_all_items(options, lays):
    assert _lays_items(options) is lays


def has_railway(appraisal) -> bool:
    net = appraisal.array("item_net_emissions")
    return "project" in net.dims and bool(np.isfinite(net.sel(project="railway")))


def test_freight_of_items_is_in_the_ledger_apart_and_on_the_page(with_freight):
    plain = sk.appraise(
        with_freight.programme, with_freight.world, session=Session(), years=with_freight.years
    )
    rows = with_freight.ledger.select(item="railway", margin="emissions")
    assert set(rows.rows["case"]) == set(TITLES.values())
    assert not len(plain.ledger.select(item="railway", margin="emissions"))
    np.testing.assert_array_equal(with_freight.ledger.total("economy"), plain.ledger.total("economy"))
    work, gases = (
        one for one in page(with_freight).tables if "reight" in one.title and one.rows[0][1][0] in "+-"
    )
    assert "railway" in [row[0] for row in work.rows]
    assert [row[0] for row in gases.rows] == [row[0] for row in work.rows]
    assert len(gases.heads) <= 6  # the width of half a page of the report
    assert not any(one.title.startswith("Freight with each") for one in page(plain).tables)


def test_an_item_that_nobody_uses_has_the_reason_and_no_figure(with_freight):
    """Freight is the same to the last digit without the ferry port: on no figure does it stand as assessed."""
    state = with_freight.timeline.last.solved
    links, without = (one.tonnes_on_links().links for one in (state, state.leaving_out("ferry-port")))
    assert float((links["tonnes"] * links["km"]).sum()) == float((without["tonnes"] * without["km"]).sum())
    item = next(one for one in with_freight.timeline.items if one.id == "ferry-port")
    names = ["item_gross_emissions", "item_net_emissions", "item_carbon_worth"]
    for name in names:
        assert np.isnan(with_freight.array(name).sel(project=item.id)).all()
    frame = with_freight.to_dataframe(names)
    assert set(frame["reason"][frame["project"] == item.id]) == {USED_BY_NOBODY}
    assert not len(with_freight.ledger.select(item=item.id, margin="emissions"))
    reasons = of_title(page_of_item(with_freight, item), "Not assessed").rows
    assert USED_BY_NOBODY in [why for _, why in reasons]
    whole = page(with_freight)
    work = of_title(whole, "Freight with each item less without it, bn tonne-km")
    assert item.id not in [row[0] for row in work.rows]
    assert work.note.endswith(f"with all other items in place: {item.id}.")
    assert LAID in whole.lead  # laid, and used by nobody


def of_title(shown, title):
    return next(table for table in shown.tables if table.title == title)


def test_a_world_without_grids_says_so():
    plain = sk.appraise(toy_programme(), make_toy_world(), session=Session(), years=(2035,)).timeline
    found = freight_gases(next(one for one in plain.items if one.id == "railway"), plain, lay=True)
    assert isinstance(found, Gap)
    assert "no economy" in found.reason


def test_what_is_not_in_force_says_so(answer):
    item = next(one for one in answer.timeline.items if one.id == "power-plant")
    found = freight_gases(item, answer.timeline)
    assert isinstance(found, Gap)
    assert "2035" in found.reason


def test_the_page_of_a_railway_has_its_path_and_its_grid(answer):
    item = next(one for one in answer.timeline.items if one.id == "railway")
    shown = page_of_item(answer, item)
    titles = [table.title for table in shown.tables]
    assert "Freight with the item less without it" in titles
    assert any(title.startswith("An electric train") for title in titles)
    (grids,) = (table for table in shown.tables if table.title.startswith("Net gases of the railway"))
    assert [row[0] for row in grids.rows] == [AS_LAID, "road", "diesel train", "sea"]
    assert [row[-1] for row in grids.rows[1:]] == ["none", "1,037", "259"]
    (chart,) = shown.charts
    assert set(chart.series) == {"gross", "net", "building"}
    assert chart.years[-1] >= 2050


@pytest.mark.parametrize(
    "name", ["freight_road", "freight_sea", "freight_rail_diesel", "rail_electricity", "rail_electric_share"]
)
def test_each_parameter_of_freight_moves_its_gases(name):
    before = work([("road", "", "KAZ", 1000.0, 1000.0), ("sea", "", "at sea", 1000.0, 500.0)], 1500.0)
    after = work([("rail", "x", "KAZ", 1000.0, 1500.0)], 1500.0)
    changed = Factors(FACTS, P.replace({name: 0.4 * P[name]}))
    assert compare(railway(), before, after, FACTORS).net != compare(railway(), before, after, changed).net
