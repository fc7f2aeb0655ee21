"""`basic.py`, the whole way in plain numpy and scipy, beside the fast way: step by step, on the same tables."""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import numpy as np
import pytest

import samarkand as sk
from samarkand import basic
from samarkand.core.conventions import Floats
from samarkand.engines.equilibrium import solve
from samarkand.engines.equilibrium.measures import calc_real_income_hat
from samarkand.programme import Programme, load_programme
from samarkand.programme.channels.network_placing import CROSSING_REACH_KM
from samarkand.session import Session
from samarkand.state import State
from samarkand.world.freight.mode_choice import (
    NORTH_AMERICA,
    SECTOR_OF_CLASS,
    VALUE_OF_REFERENCE,
    VALUED_AS,
    VOT_CLASSES,
)
from samarkand.world.freight.model import skims_of
from samarkand.world.freight.sea_searches import sea_searches
from samarkand.world.freight.skims import FARTHEST_QUAY_KM, SEARCH_CLASSES
from samarkand.world.network.geography import SURROUNDINGS_KM
from samarkand.world.network.tables import FARTHEST_CONNECTOR_KM
from samarkand.world.world import World
from test_layers import imports
from toy import PROGRAMME, make_toy_world, toy_programme

YEAR = 2050  # all items are open
MOST_LINES = 300
# Relative. Costs of some ten thousand links added up in another order; measured 6e-14 at most on the embedded network.
COSTS = 1e-12
# Absolute, of changes of real income. The fast way is solved to residuals of 1e-12 here, the plain one to 1e-13; to its
# usual 1e-8 the fast way comes within 2e-9. Measured 3e-13 at most.
INCOME = 1e-11

# What basic.py may import of ours, and the modules whose code may run for it: those that hold and read tables. What a
# trade costs at home is a table less two parameters; `test_border_compliance.py` has its sums by hand.
IMPORTS = {
    "samarkand.programme.Programme",
    "samarkand.world.freight.border_compliance.compliance_costs",
    "samarkand.world.freight.cargo_modes.cargoes_near_by",
    "samarkand.world.freight.commodities.freight_table",
    "samarkand.world.freight.leg_constants.leg_constants",
    "samarkand.world.freight.mode_constants.declared_constants",
    "samarkand.world.freight.origins.origin_rows",
    "samarkand.world.freight.ships.ship_rows",
    "samarkand.world.network.tolls.tolls_of_links",
    "samarkand.world.parameters.load_parameters",
    "samarkand.world.world.World",
}
READERS = {
    "samarkand.basic",
    "samarkand.core.declarations",
    "samarkand.core.evidence",
    "samarkand.programme.model.models",
    "samarkand.world.accounts.elasticities",
    "samarkand.world.accounts.intermediate_use",
    "samarkand.world.accounts.tables",
    "samarkand.world.freight.border_compliance",
    "samarkand.world.freight.cargo_modes",
    "samarkand.world.freight.commodities",
    "samarkand.world.freight.mode_constants",
    "samarkand.world.freight.origins",
    "samarkand.world.freight.ships",
    "samarkand.world.network.chokepoints",
    "samarkand.world.network.geography",
    "samarkand.world.network.rail_rates",
    "samarkand.world.network.tables",
    "samarkand.world.network.tolls",
    "samarkand.world.network.transit_tariffs",
    "samarkand.world.parameters",
    "samarkand.world.world",
}


class Both(NamedTuple):
    """What both found: costs [state, class, origin, destination], hat [destination, origin, sector], change [n]."""

    fast: dict[str, Floats]
    plain: dict[str, Floats]


@pytest.fixture(scope="module")
def toy() -> World:
    return make_toy_world(tariffs=False)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the steps of basic.py returned last, by name."""
    kept: dict[str, Any] = {}

    def keep(name: str) -> None:
        step = getattr(basic, name)

        def wrapped(*arguments: Any) -> Any:
            kept[name] = step(*arguments)
            return kept[name]

        monkeypatch.setattr(basic, name, wrapped)

    for name in ("choose_modes", "iceberg_hat", "hours_saved"):
        keep(name)
    return kept


def fast_state(world: World, programme: Programme, items: Collection[str]) -> State:
    """The fast way's state in which the items alone are open."""
    without = [name for name in programme.ids if name not in items]
    state: State = sk.appraise(programme, world, years=(YEAR,), without=without, session=Session()).states[-1]
    return state


def by_sea_of(state: State) -> Floats:
    """Where the sea is offered, and goods take the ways of searches there, settled on the network without items."""
    skims = skims_of(state.freight.model)
    own = [(skims["sea_search"] == s).any("goods").to_numpy() for s in range(1, len(sea_searches()))]
    return np.stack([skims["sea_offered"].to_numpy(), *own])


def both_ways(world: World, programme: Programme, items: tuple[str, ...], steps: dict[str, Any]) -> Both:
    state = fast_state(world, programme, items)
    costs = state.freight.costs["generalised_cost"].sel(variant="logsum")
    usual = state.before_financing
    solved = solve(usual.accounts, usual.shock, tolerance=1e-12)
    change = basic.real_income_change(world, programme, items, by_sea_of(state))
    for one in state.change.network:
        assert steps["hours_saved"][one.mode, one.target] == pytest.approx(one.hours_saved, rel=COSTS)
    assert len(steps["hours_saved"]) == len({(one.mode, one.target) for one in state.change.network})
    fast = {
        "costs": costs.transpose("state", "vot_class", "origin", "destination").to_numpy(),
        "hat": state.trade_costs.hat.transpose("destination", "origin", "sector").to_numpy(),
        "change": calc_real_income_hat(solved) - 1.0,
    }
    return Both(fast, {"costs": steps["choose_modes"], "hat": steps["iceberg_hat"], "change": change})


def assert_equal(both: Both) -> None:
    fast, plain = both
    np.testing.assert_allclose(plain["costs"], fast["costs"], rtol=COSTS, equal_nan=True)
    np.testing.assert_allclose(plain["hat"], fast["hat"], rtol=COSTS)
    np.testing.assert_allclose(plain["change"], fast["change"], rtol=0, atol=INCOME)


# -- as the fast way


@pytest.mark.parametrize(
    "items",
    [
        ("khorgos-hours",),  # by rail, named
        ("road-gate",),  # by road, by name and place
        ("caspian-hours",),  # on a ferry, and to no more than the border costs there
        ("khorgos-hours", "road-gate", "caspian-hours"),
    ],
    ids="+".join,
)
def test_the_toy_world_comes_out_the_same(toy: World, items: tuple[str, ...], steps: dict[str, Any]) -> None:
    both = both_ways(toy, toy_programme(toy), items, steps)
    assert_equal(both)
    without, with_ = both.fast["costs"]
    assert np.nanmax(without - with_) > 0.1  # US$ per TEU: there is a change to agree on
    assert np.abs(both.fast["change"]).max() > 1e4 * INCOME


def test_an_hour_more_moves_both_by_the_same(toy: World, tmp_path: Path, steps: dict[str, Any]) -> None:
    """Hours after the measure are 6 in the one file, 5 in the other."""
    text = PROGRAMME.read_text(encoding="utf-8")
    before, after = "hours_after = { value = 6,", "hours_after = { value = 5,"
    assert text.count(before) == 1
    found = []
    for name, content in (("six", text), ("five", text.replace(before, after))):
        file = tmp_path / f"{name}.toml"
        file.write_text(content, encoding="utf-8")
        found.append(both_ways(toy, load_programme(file, toy), ("khorgos-hours",), steps))
    six, five = found
    moved = {way: getattr(five, way)["change"] - getattr(six, way)["change"] for way in Both._fields}
    assert np.abs(moved["fast"]).max() > 1e4 * INCOME
    np.testing.assert_allclose(moved["plain"], moved["fast"], rtol=0, atol=2 * INCOME)


def test_networks_with_figures_of_their_own(toy: World, steps: dict[str, Any]) -> None:
    """Speeds, rates, hours and fees that a network's own tables give, a closed crossing among them."""
    road = toy.network.road
    links = road.links.assign(speed=np.nan, rate=np.nan)
    links.loc[:3, ["speed", "rate"]] = 33.0, 0.9
    crossings = road.crossings.assign(hours=np.nan, usd=np.nan)
    crossings.loc[0, ["hours", "usd"]] = 30.0, 400.0
    closed = crossings["name"] == "Kashgar - Osh"
    assert closed.sum() == 1
    crossings.loc[closed, "status"] = "closed"
    world = replace(toy, network=replace(toy.network, road=replace(road, links=links, crossings=crossings)))
    assert_equal(both_ways(world, toy_programme(world), ("khorgos-hours", "road-gate"), steps))


RAIL_GATE = """
[programme]
id = "gate"
title = "A gate by rail"

[[measure]]
id = "khorgos"
title = "Shorter hours at Khorgos"
kind = "border_facilitation"
economies = ["CHN", "KAZ"]
status = "agreed"
opening = { date = 2026 }
hours_before = { value = 10, unit = "hours", source = "made up", flag = "assumed" }
hours_after = { value = 6, unit = "hours", source = "made up", flag = "assumed" }

  [[measure.crossing]]
  economies = ["CHN", "KAZ"]
  mode = "rail"
  latitude = 44.2
  longitude = 80.4
"""


@pytest.mark.slow
def test_the_embedded_world_comes_out_the_same(world: World, tmp_path: Path, steps: dict[str, Any]) -> None:
    """By rail: roads, the large part of the network, are searched once, as no hour on them changes."""
    file = tmp_path / "gate.toml"
    file.write_text(RAIL_GATE, encoding="utf-8")
    both = both_ways(world, load_programme(file, world), ("khorgos",), steps)
    assert_equal(both)
    assert np.abs(both.fast["change"]).max() > 1e4 * INCOME


# -- what is refused


@pytest.mark.parametrize("item", ["railway", "faster-line", "sea-port", "recognition", "duties"])
def test_other_items_are_refused(toy: World, item: str) -> None:
    with pytest.raises(ValueError, match=f"{item} changes no hours at borders"):
        basic.hours_saved(toy, toy_programme(toy), (item,))


def test_names_that_are_no_items_are_refused(toy: World) -> None:
    with pytest.raises(KeyError, match="khorgos-hour"):
        basic.hours_saved(toy, toy_programme(toy), ("khorgos-hour",))


def test_worlds_with_tariffs_are_refused() -> None:
    world = make_toy_world()
    with pytest.raises(ValueError, match="tariffs"):
        basic.real_income_hat(world, np.ones((len(world.labels), len(world.labels), 5)))


# -- what it writes out again, as no table holds it


def test_figures_that_stand_twice_are_the_same() -> None:
    assert (set(basic.AMERICA), basic.REFERENCE) == (NORTH_AMERICA, VALUE_OF_REFERENCE)
    assert tuple(VALUED_AS.get(name, name) for name in VOT_CLASSES) == basic.GOODS
    assert (VOT_CLASSES[basic.TANKS], basic.SEARCHES) == ("liquid", SEARCH_CLASSES)
    assert {VOT_CLASSES[k]: sector for sector, k in basic.PLACED.items()} == SECTOR_OF_CLASS
    far = (CROSSING_REACH_KM, FARTHEST_CONNECTOR_KM, FARTHEST_QUAY_KM, SURROUNDINGS_KM)
    assert far == (basic.FARTHEST_GATE, basic.FARTHEST_CONNECTOR, basic.FARTHEST_QUAY, basic.SURROUNDINGS)


# -- how it is written


def source() -> Path:
    return Path(basic.__file__)


def test_it_is_short() -> None:
    assert len(source().read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_it_imports_readers_of_tables_alone() -> None:
    found = list(imports(source(), "samarkand.basic"))
    assert {name for name in found if name.startswith("samarkand")} == IMPORTS
    others = {name.split(".")[0] for name in found} - {"samarkand"}
    assert others == {"numpy", "scipy", "typing"}


def test_no_code_of_ours_runs_for_it_but_readers() -> None:
    """Nothing of the fast way is reached through methods of the world and the programme either."""
    world = make_toy_world(tariffs=False)
    programme = toy_programme(world)
    by_sea = by_sea_of(fast_state(world, programme, ("khorgos-hours",)))
    entered: set[str] = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        name = str(frame.f_globals.get("__name__"))
        if event == "call" and name.startswith("samarkand"):
            entered.add(name)

    sys.setprofile(note)
    try:
        change = basic.real_income_change(world, programme, ("khorgos-hours",), by_sea)
    finally:
        sys.setprofile(None)
    assert np.abs(change).max() > 0
    assert "samarkand.basic" in entered
    assert entered <= READERS, entered - READERS
