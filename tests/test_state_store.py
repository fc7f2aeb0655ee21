"""What changes make of an open network is read from the disk as it was found, and never that of something else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from samarkand.appraisal import find_baseline, find_state
from samarkand.core import disk_cache
from samarkand.core.progress import quiet
from samarkand.session import Session
from samarkand.state import Counterfactual
from samarkand.world.freight import left_out_store, state_store
from samarkand.world.freight.city_hours import ANY, LAND, hours_between
from samarkand.world.freight.left_out_store import left_out_key
from samarkand.world.freight.model import FreightModel, prepare_freight
from samarkand.world.freight.state_store import LaterRoutes, freight_state, update_key
from toy import make_toy_world, toy_programme

STORES = state_store, left_out_store


@pytest.fixture(autouse=True)
def _small_networks_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path))
    for store in STORES:
        monkeypatch.setattr(store, "FEWEST", 0)


def last_state() -> Counterfactual:
    """The last state of the toy programme, in a session of its own."""
    world, session = make_toy_world(), Session()
    asked = session.ask(toy_programme(world), world, years=(2035,), reach=True)
    schedule, baseline = session.schedule(asked), find_baseline(asked, session)
    solved = find_state(asked, schedule, baseline, session, quiet, len(schedule.states) - 1).solved
    assert solved.left_out is not None
    solved.left_out.result()  # worked out beside the rest: an entry of its own may come later
    return solved


def arrays_of(state: Counterfactual) -> dict[str, Any]:
    """All that the two stores keep of a state, and what is found where it is read."""
    freight, left_out = state.freight, state.left_out
    assert left_out is not None
    model, routes = freight.model, freight.routes
    found = {"rows": routes.rows, "left out": left_out.result().to_numpy()}
    found |= {f"hours by {modes}": hours_between(model, routes, modes) for modes in (ANY, LAND, (2,))}
    found |= {str(name): freight.costs[name].to_numpy() for name in freight.costs}
    return found | {"usd": routes.usd, "hours of routes": routes.hours}


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    for name, array in one.items():
        np.testing.assert_array_equal(array, other[name], err_msg=name)


def test_states_are_read_as_they_were_found_and_found_anew_where_they_are_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state_store, "load_entry", lambda *asked: None)
    monkeypatch.setattr(left_out_store, "load_entry", lambda *asked: None)
    expected = arrays_of(last_state())
    assert len(expected["rows"]) > 0
    assert (expected["usd"] > 0).any()
    monkeypatch.setattr(state_store, "load_entry", disk_cache.load_entry)
    monkeypatch.setattr(left_out_store, "load_entry", disk_cache.load_entry)
    entries = [
        *tmp_path.glob("states-*" + disk_cache.ENDING),
        *tmp_path.glob("left-out-*" + disk_cache.ENDING),
    ]
    assert {entry.name.rpartition("-")[0] for entry in entries} == {"states", "left-out"}
    with monkeypatch.context() as patch:
        patch.delattr(left_out_store, "costs_of_subsets")
        state = last_state()
        assert isinstance(state.freight.routes, LaterRoutes)
        assert_same(arrays_of(state), expected)
    for entry in entries:
        whole = entry.read_bytes()
        for damaged in (whole[:-8], whole[:-1] + bytes([whole[-1] ^ 1]), b""):
            entry.write_bytes(damaged)
            again = last_state()
            assert_same(arrays_of(again), expected)


def test_costs_of_a_state_that_is_known_search_no_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    last_state()
    asked: list[Any] = []
    find: Callable[..., Any] = FreightModel.update_routes

    def count(model: FreightModel, changes: Any, *given: Any, **terms: Any) -> Any:
        asked.append(tuple(changes))
        return find(model, changes, *given, **terms)

    monkeypatch.setattr(FreightModel, "update_routes", count)
    state = last_state()
    assert not [changes for changes in asked if changes]
    assert state.freight.routes.usd.shape[0] == state.freight.routes.rows.size
    assert state.freight.routes.hours.shape == state.freight.routes.usd.shape
    assert [changes for changes in asked if changes] == [state.freight.changes]  # once, where they were read


def test_pairs_that_stand_otherwise_when_routes_are_found_later_keep_their_routes() -> None:
    state = last_state().freight
    routes = state.routes
    turned = state_store.RouteUpdate(routes.rows[::-1], routes.usd[::-1], routes.hours[::-1])
    later = LaterRoutes(routes.rows, {}, lambda: turned)
    np.testing.assert_array_equal(later.usd, routes.usd)
    np.testing.assert_array_equal(later.hours, routes.hours)
    np.testing.assert_array_equal(later.quickest(LAND), routes.quickest(LAND))


def test_other_networks_parameters_changes_items_and_code_have_entries_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    solved = last_state()
    model, changes = solved.freight.model, list(solved.freight.changes)
    items = list(dict.fromkeys(one.item for one in changes))
    assert len(changes) > 1
    world = make_toy_world()
    cities = world.network.cities.assign(population=world.network.cities["population"] * 1.01)
    others = [prepare_freight(replace(world.network, cities=cities), model.parameters, model.economies)]
    for name in ("terminal_hours", "mode_choice_scale", "ramp_up_years"):
        parameters = model.parameters.replace({name: model.parameters[name] * 1.01})
        others.append(prepare_freight(world.network, parameters, model.economies))
    longer = [replace(changes[0], hours_saved=changes[0].hours_saved + 1.0), *changes[1:]]
    keys = [update_key(model, list(one)) for one in (changes, changes[1:], changes[::-1], longer)]
    keys += [update_key(other, changes) for other in others]
    left = [left_out_key(model, list(one), items) for one in (changes, changes[1:], longer)]
    left += [
        left_out_key(model, changes, items[::-1]),
        *(left_out_key(one, changes, items) for one in others),
    ]
    for store in STORES:
        monkeypatch.setattr(store, "code_version", lambda *parts: "of other code")
    keys.append(update_key(model, changes))
    left.append(left_out_key(model, changes, items))
    assert len({*keys, *left}) == len(keys) + len(left)
    assert update_key(model, tuple(changes)) == keys[-1]


def test_few_pairs_leave_nothing_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for store in STORES:
        monkeypatch.setattr(store, "FEWEST", 10**9)
    last_state()
    assert not [*tmp_path.glob("states-*"), *tmp_path.glob("left-out-*")]


def test_without_changes_nothing_is_kept(tmp_path: Path) -> None:
    model = last_state().freight.model
    before = sorted(tmp_path.iterdir())
    state = freight_state(model, ())
    assert not state.routes.rows.size
    np.testing.assert_array_equal(
        *(state.costs["generalised_cost"].sel(state=s) for s in ("without", "with"))
    )
    assert sorted(tmp_path.iterdir()) == before


PROCESS = """
import hashlib, sys
sys.path[:0] = sys.argv[1:]
import test_state_store as tests
for store in tests.STORES:
    store.FEWEST = 0
found = tests.arrays_of(tests.last_state())
print(hashlib.sha256(b"".join(found[name].tobytes() for name in sorted(found))).hexdigest())
"""


def test_two_processes_at_once_find_the_same_as_one_that_reads_it() -> None:
    command = [sys.executable, "-c", PROCESS, str(Path(__file__).parent)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    found = [one.communicate()[0] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    after = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    assert len({*found, after}) == 1
    assert len(after.strip()) == 64
