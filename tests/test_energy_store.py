"""Oil and gas on their way are read from the disk as they were worked out, and never those of something else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from samarkand.core import disk_cache
from samarkand.solving import Setting, energy_of
from samarkand.world.freight import energy_store
from samarkand.world.freight.cargo import energy_tables
from samarkand.world.freight.energy import READS, EnergyTrade, energy_trade
from samarkand.world.freight.energy_store import energy_key, stored_energy
from samarkand.world.network.tables import changed
from samarkand.world.parameters import Parameters
from samarkand.world.world import load_world

WORLD = load_world()
GIVEN = energy_tables(), WORLD.accounts, WORLD.network, WORLD.assumptions.parameters

KEYED = GIVEN[0], WORLD.accounts.hash, *GIVEN[2:]


def stored() -> EnergyTrade:
    tables, accounts, network, parameters = GIVEN
    return stored_energy(tables, accounts.hash, accounts.trade_flow, network, parameters)


def assert_same(one: EnergyTrade, other: EnergyTrade) -> None:
    """To the last digit, with types and order."""
    pd.testing.assert_frame_equal(one.flows, other.flows, check_exact=True)
    assert [type(by) for by in one.flows["by"]] == [type(by) for by in other.flows["by"]]
    np.testing.assert_array_equal(one.cost, other.cost)
    assert list(one.places) == list(other.places)
    for nodes, others in zip(one.places.values(), other.places.values(), strict=True):
        assert nodes.dtype == others.dtype
        np.testing.assert_array_equal(nodes, others)
    assert one.sea.labels == other.sea.labels


def test_energy_is_read_as_it_was_worked_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path))
    tables, accounts, network, parameters = GIVEN
    expected = energy_trade(tables, accounts.trade_flow, network, parameters)
    assert len(expected.flows)
    assert_same(stored(), expected)
    (entry,) = tmp_path.glob("energy-*" + disk_cache.ENDING)
    with monkeypatch.context() as patch:
        patch.delattr(energy_store, "energy_trade")
        assert_same(stored(), expected)
    entry.write_bytes(entry.read_bytes()[:-8])  # damaged: worked out anew
    assert_same(stored(), expected)


def test_other_tables_accounts_networks_parameters_and_code_have_entries_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables, accounts, network, parameters = KEYED
    row = tables.exports[0]
    more = (row.model_copy(update={"volume": row.volume * 1.01}), *tables.exports[1:])
    ports = network.ports.assign(lat=network.ports["lat"] + 0.01)
    other_accounts = replace(WORLD.accounts, final_demand=WORLD.accounts.final_demand * 1.01).hash
    keys = [
        energy_key(*KEYED),
        energy_key(replace(tables, exports=more), accounts, network, parameters),
        energy_key(replace(tables, lng_importers=frozenset({"JPN"})), accounts, network, parameters),
        energy_key(tables, other_accounts, network, parameters),
        energy_key(tables, accounts, changed(network, ports=ports), parameters),
    ]
    for name in READS:
        other = parameters.replace({name: parameters[name] * 1.01})
        keys.append(energy_key(tables, accounts, network, other))
    monkeypatch.setattr(energy_store, "code_version", lambda *parts: "of other code")
    keys.append(energy_key(*KEYED))
    assert len(set(keys)) == len(keys)


def test_the_key_holds_every_parameter_that_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    tables, accounts, network, parameters = GIVEN
    read, value_of = set[str](), Parameters.__getitem__
    untouched = replace(network)  # nothing is worked out from it yet

    def reading(parameters: Parameters, name: str) -> float:
        read.add(name)
        return value_of(parameters, name)

    monkeypatch.setattr(Parameters, "__getitem__", reading)
    energy_trade(tables, accounts.trade_flow, untouched, parameters)
    assert "tanker_calls_least" in read
    assert read <= set(READS)


def test_ports_that_take_tankers_are_those_of_the_assumptions() -> None:
    """One world is asked about under several assumptions: what is kept with it is never that of another one."""

    def landing(least: float) -> dict[str, list[int]]:
        assumed = WORLD.assumptions.replace({"tanker_calls_least": least})
        found = energy_of(Setting(WORLD, assumed, "fixed_nominal"))
        assert_same(
            found, energy_trade(GIVEN[0], WORLD.accounts.trade_flow, WORLD.network, assumed.parameters)
        )
        return {code: nodes.tolist() for code, nodes in found.sea.landing.items()}

    assert landing(0.0) != landing(1e3)
