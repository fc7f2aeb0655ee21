"""Ports by the ships that call at them: oil and gas land where tankers do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from data.network.bulk_ports import BOXES, CALLS, bulk_harbours
from pydantic import ValidationError

from samarkand.core import declarations
from samarkand.world.freight.energy import SeaReach
from samarkand.world.network import port_ships
from samarkand.world.network.port_ships import PortShipsRow, takes_tankers
from samarkand.world.network.tables import Network, load_network
from samarkand.world.parameters import load_parameters
from toy import make_network

PARAMETERS = load_parameters()
SOURCE = {"source": "made up", "flag": "assumed"}


def with_calls(monkeypatch: pytest.MonkeyPatch, **tankers: int | None) -> None:
    """A table of calls of tankers by port."""
    rows = tuple(
        PortShipsRow(port=port, title=port, tanker=calls, **SOURCE) for port, calls in tankers.items()
    )
    monkeypatch.setattr(port_ships, "port_ships", lambda: rows)


def two_ports() -> Network:
    """The toy network with a second port of the owner of the first, beside the others."""
    network = make_network()
    ports = network.ports
    second = ports.iloc[[0]].assign(id="second", name="second", lat=ports["lat"].iloc[0] + 1.0)
    return replace(network, ports=ports._append(second, ignore_index=True))


def test_each_port_of_the_network_has_a_row_and_most_are_known() -> None:
    rows = port_ships.port_ships()
    assert [row.port for row in rows] == load_network().ports["id"].tolist()
    unknown = [row.title for row in rows if row.tanker is None]
    assert len(unknown) == 16
    assert {"Phnom Penh", "Sittwe"} < set(unknown)
    kinds = ("container", "dry_bulk", "general_cargo", "roro", "tanker")
    for row in rows:
        assert len({getattr(row, kind) is None for kind in kinds}) == 1


def test_every_harbour_where_bulk_carriers_and_boxes_call_has_a_port() -> None:
    found = bulk_harbours()
    assert (found["dry_bulk"] >= CALLS).all()
    assert "missing" not in set(found["port"])
    left_out = found[found["port"] == "none: no boxes"]
    assert (left_out["container"] < BOXES).all()
    # Loading ports for iron ore, coal and bauxite, as any list of them has them.
    assert {"Port Hedland", "Hay Point", "Richards Bay", "Saldanha Bay", "Weipa"} < set(left_out["name"])
    served = found.set_index("name")["port"]
    assert served[["Qinhuangdao", "Newcastle", "Tubarao", "Ust-Luga", "Vostochnyy", "Itaqui"]].tolist() == [
        "CNSHP", "AUNTL", "BRTUB", "RUULU", "RUVYP", "BRITQ",
    ]  # fmt: skip


def test_a_port_takes_tankers_that_call_at_it_and_an_economy_keeps_one(monkeypatch) -> None:
    network = two_ports()
    first, *others = network.ports["id"].tolist()[:-1]  # some of the others are of the same economy
    with_calls(monkeypatch, **{first: 11, "second": 12})
    assert takes_tankers(network, PARAMETERS).tolist() == [False, *(True for _ in others), True]
    with_calls(monkeypatch, **{first: 11, "second": None})  # unknown: any ship may call
    assert takes_tankers(network, PARAMETERS).tolist() == [False, *(True for _ in others), True]
    every = network.ports["id"].tolist()
    with_calls(monkeypatch, **dict.fromkeys(every, 0))  # the oil of an economy lands somewhere
    assert takes_tankers(network, PARAMETERS).all()
    rare = PARAMETERS.replace({"tanker_calls_least": 11})
    with_calls(monkeypatch, **{first: 11, "second": 12})
    assert takes_tankers(network, rare).all()
    none = replace(network, ports=network.ports.iloc[:0])
    assert takes_tankers(none, PARAMETERS).shape == (0,)


def test_the_pakistani_ports_of_oil_are_those_of_karachi() -> None:
    """Gwadar is nearer to the Gulf by 450 km, and no tanker calls there: nine ships of other kinds did in a year."""
    network = load_network()
    labels = ("KWT", "PAK", "LKA")
    often, ever = (
        SeaReach(network, PARAMETERS.replace({"tanker_calls_least": least}), labels) for least in (12, 0)
    )
    assert len(often.landing["PAK"]) == len(ever.landing["PAK"]) - 1
    gulf = often.landing["KWT"]
    dearer = often.cost(gulf) - ever.cost(gulf)
    km = dearer[1] / PARAMETERS["sea_rate"]
    assert 350 < km < 600
    assert dearer[0] == 0.0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"tanker": -1}, "greater than or equal to 0"),
        ({"tanker": "many"}, "valid integer"),
        ({"flag": "verified"}, "address"),
    ],
)
def test_a_broken_row_is_refused(change, reason) -> None:
    with pytest.raises(ValidationError, match=reason):
        PortShipsRow.model_validate({"port": "XXABC", "title": "Port", **SOURCE, **change})


def test_a_port_twice_is_refused_with_the_table(monkeypatch) -> None:
    lines = [(1, "port,title,tanker,source,flag"), *((k, "XXABC,Port,3,made up,assumed") for k in (2, 3))]
    monkeypatch.setattr(declarations, "_lines", lambda *_: lines)
    declarations._read_table.cache_clear()
    declarations._read_rows.cache_clear()
    port_ships.port_ships.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"port_ships.csv: port is repeated: \['XXABC'\]"):
            port_ships.port_ships()
    finally:
        monkeypatch.undo()
        for kept in (declarations._read_table, declarations._read_rows, port_ships.port_ships):
            kept.cache_clear()
    assert np.all([row.port for row in port_ships.port_ships()])
