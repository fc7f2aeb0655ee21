"""The JSON Schema says of single values what our own check says, on shipped, made-up and spoilt programmes."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from programme_strategies import programme_tables, programmes
from samarkand.core.faults import FaultList
from samarkand.programme.files.checks import Surroundings, check_tables
from samarkand.programme.files.schema import DIALECT, programme_schema
from samarkand.programme.files.tables import to_tables
from samarkand.programme.library import find_programme, shipped_programmes
from samarkand.programme.model.kinds import attributes, kinds
from samarkand.programme.model.models import Programme
from schema_walk import errors
from test_programme_reading import GOOD, SINGLE

SCHEMA = programme_schema()
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def as_json(value: Any) -> Any:
    """As JSON holds it: days are texts."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: as_json(one) for key, one in value.items()}
    return [as_json(one) for one in value] if isinstance(value, list | tuple) else value


def wrong(tables: dict[str, Any]) -> list[str]:
    return errors(SCHEMA, as_json(tables), SCHEMA)


@pytest.mark.parametrize("name", shipped_programmes())
def test_shipped_programmes_are_valid(name: str) -> None:
    assert wrong(tomllib.loads(find_programme(name).read_text(encoding="utf-8"))) == []


@given(programme_tables())
@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
def test_made_up_programmes_are_valid(tables: dict[str, Any]) -> None:
    assert wrong(tables) == []


@given(programmes())
@settings(max_examples=20, deadline=None, suppress_health_check=SLOW)
def test_tables_that_we_write_are_valid(programme: Programme) -> None:
    assert wrong(to_tables(programme)) == []


# What only a reader of the whole file can know: names that refer, days and lengths that fit, ends on the network.
BETWEEN_VALUES = {
    "unknown economy", "kind in the wrong place", "unknown party", "backward dates", "in the baseline", "duplicate id",
    "end off the network", "shorter than by air", "after without before", "no crossing there",
    "outside its range", "both share and amount", "not finite",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(SINGLE.keys() - BETWEEN_VALUES))
def test_spoilt_values_are_not_valid(name: str) -> None:
    old, new, _ = SINGLE[name]
    assert wrong(tomllib.loads(GOOD)) == []
    assert wrong(tomllib.loads(GOOD.replace(old, new, 1)))


def test_a_project_under_measures_is_not_valid() -> None:
    tables = tomllib.loads(GOOD)
    tables["measure"] += tables["project"]
    assert wrong(tables)


def test_whatever_the_check_refuses_for_one_value_the_schema_refuses() -> None:
    """A number one step beyond each declared bound, for every figure of every kind."""
    for kind in kinds():
        for key, row in attributes("item", kind).items():
            if row.type != "figure" or row.maximum is None:
                continue
            item: dict[str, Any] = {
                "id": "a",
                "title": "A",
                "kind": kind,
                "economies": ["KAZ"],
                "status": "agreed",
            }
            item[key] = {"value": row.maximum * 1.5 + 1, "unit": row.unit, "source": "x"}
            tables = {"programme": {"id": "p", "title": "P"}, kinds()[kind].item: [item]}
            path = f".{kinds()[kind].item}.0.{key}.value: high"
            assert path in wrong(tables), path
            _, faults = check_tables(tables, {}, Surroundings(), FaultList())
            assert any(key in fault.place and "is above" in fault.reason for fault in faults)


def test_every_declared_key_is_in_the_schema_with_its_words() -> None:
    assert SCHEMA["$schema"] == DIALECT
    for kind in kinds():
        properties = SCHEMA["$defs"][kind]["properties"]
        assert set(properties) == set(attributes("item", kind))
        for key, row in attributes("item", kind).items():
            assert properties[key]["description"] == f"{row.description}."
