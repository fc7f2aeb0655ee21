"""Transit by the ways past places with tariffs is that of goods laid on all links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from samarkand.appraisal import find_baseline, find_state
from samarkand.core import disk_cache
from samarkand.core.progress import quiet
from samarkand.session import Session
from samarkand.solving import energy_of
from samarkand.state import State
from samarkand.world.freight import transit_ways
from samarkand.world.freight.transit_use import TransitSearch
from samarkand.world.freight.transit_ways import TransitWays, ways_key
from samarkand.world.network.transit_tariffs import transit_tariffs
from samarkand.world.parameters import Parameters, table_names
from toy import make_toy_world, toy_programme

ROUNDING = 1e-12


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache folder of its own."""
    path = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAMARKAND_CACHE_DIR", str(path))
        yield path


def last_state(**terms: Any) -> State:
    world, session = make_toy_world(), Session()
    asked = session.ask(toy_programme(world), world, years=(2035,), **terms)
    schedule, baseline = session.schedule(asked), find_baseline(asked, session)
    return find_state(asked, schedule, baseline, session, quiet, len(schedule.states) - 1)


@pytest.mark.parametrize("terms", [{}, {"closures": ("suez",)}], ids=str)
def test_transit_is_that_of_goods_laid_on_all_links(folder: Path, terms: dict[str, Any]) -> None:
    state = last_state(**terms).unpaid
    laid = [work.passing for work in (state.assignment_without, state.assignment)]
    for found, expected in zip(state.transit, laid, strict=True):
        assert expected is not None
        one, other = found.sel(tariff=expected["tariff"]).to_numpy(), expected.to_numpy()
        assert (np.isnan(one) == np.isnan(other)).all()  # the toy network lacks some places
        assert one == pytest.approx(other, rel=ROUNDING, nan_ok=True)
    assert float(laid[1].sel(tariff="kazakhstan_rail")) > 0


@pytest.mark.parametrize("terms", [{}, {"closures": ("suez", "pipeline:druzhba_south")}], ids=str)
def test_ways_are_read_again_and_made_anew_where_they_are_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terms: dict[str, Any]
) -> None:
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path))
    expected = last_state(**terms).transit
    entries = sorted(tmp_path.glob("transit-*" + disk_cache.ENDING))
    assert len(entries) == 2  # without the programme, and with it
    search, made = transit_ways.TransitSearch, []

    def count(*given: Any, **terms: Any) -> TransitSearch:
        made.append(given)
        return search(*given, **terms)

    monkeypatch.setattr(transit_ways, "TransitSearch", count)
    for found, one in zip(last_state(**terms).transit, expected, strict=True):
        np.testing.assert_array_equal(found, one)
    assert not made
    for entry in entries:
        entry.write_bytes(entry.read_bytes()[:-8])
    for found, one in zip(last_state(**terms).transit, expected, strict=True):
        np.testing.assert_array_equal(found, one)
    assert len(made) == 2


def test_another_network_closure_change_or_other_accounts_have_other_ways(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    solved = last_state().solved
    freight, state = solved.baseline.freight, solved.freight
    keys = [ways_key(freight, state, "accounts"), ways_key(freight, state, "other accounts")]
    keys.append(ways_key(freight, solved.baseline.state, "accounts"))
    changes = state.changes
    assert len(changes) > 1
    others = [changes[1:], (*changes[:-1], replace(changes[-1], hours_saved=changes[-1].hours_saved + 1e-9))]
    keys += [ways_key(freight, replace(state, changes=other), "accounts") for other in others]
    for closed in (("suez",), ("suez", "pipeline:druzhba_south"), ("pipeline:druzhba_south",)):
        shut = last_state(closures=closed).solved
        keys.append(ways_key(shut.baseline.freight, shut.freight, "accounts"))
    # parameters are in the key of a model: any that the search reads
    for name in (
        "road_speed",
        "vot_rate_high",
        "port_hours_rail",
        "sea_rate",
        "canal_tolls",
        "tanker_calls_least",
    ):
        value = make_toy_world().assumptions.parameters[name] * 1.01
        varied = last_state(assumptions={name: value}).solved
        keys.append(ways_key(varied.baseline.freight, replace(varied.freight, changes=changes), "accounts"))
    monkeypatch.setattr(transit_ways, "transit_tariffs", lambda: transit_tariffs()[1:])
    keys.append(ways_key(freight, state, "accounts"))
    monkeypatch.setattr(transit_ways, "transit_tariffs", transit_tariffs)
    monkeypatch.setattr(transit_ways, "code_version", lambda *parts: "of other code")
    keys.append(ways_key(freight, state, "accounts"))
    assert len(set(keys)) == len(keys)


def test_all_parameters_that_the_ways_read_are_in_the_key_of_the_network(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    solved = last_state().solved
    setting, read = solved.baseline.setting, set[str]()
    monkeypatch.setattr(Parameters, "hash", "the same")  # which reads all
    value_of = Parameters.__getitem__

    def reading(parameters: Parameters, name: str) -> float:
        value = value_of(parameters, name)  # some are asked for that are not declared of every economy
        read.add(name)
        return value

    monkeypatch.setattr(Parameters, "__getitem__", reading)
    TransitWays.of(solved.baseline.freight, solved.freight, energy_of(setting), transit_tariffs()).use()
    assert "sea_speed" in read
    tables = ("network.csv", "mode_choice.csv", "rail_revenue.csv")  # `model._key` holds these
    assert read <= {name for table in tables for name in table_names(table)}
