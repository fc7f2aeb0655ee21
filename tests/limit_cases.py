"""Capacities that are made up for the toy world, and how they take the place of the table's."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from samarkand.programme.channels import capacity as channel
from samarkand.world.freight import capacity
from samarkand.world.freight.capacity import CapacityRow

KHORGOS, SAMARA = "crossing:khorgos_altynkol_rail", "crossing:almaty_samara_rail"


def row(name: str, place: str, limit: float, **more: object) -> CapacityRow:
    """A place with a capacity, m t a year."""
    given = {"id": name, "place": place, "title": name, "unit": "m t a year", "year": 2020, "flag": "assumed"}
    return CapacityRow.model_validate({**given, "source": "made up", "capacity": limit, **more})


ROWS = (
    row("khorgos", KHORGOS, 60),
    row("samara", SAMARA, 30, raised_by="faster-line", raised_to=45, raised_source="made up"),
    row("suez", "suez", 3000, price="rent"),
)


def declare_with(patch: pytest.MonkeyPatch, rows: Sequence[CapacityRow]) -> None:
    """Take these for the table of capacities."""
    for module in (capacity, channel):
        patch.setattr(module, "capacities", lambda: tuple(rows))
