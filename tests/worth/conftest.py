"""Items and facts made up for tests of worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from samarkand.core.evidence import Evidence
from samarkand.programme.model.models import Project, When
from samarkand.world.economies.facts import COLUMNS, Facts
from samarkand.world.parameters import Parameters, load_parameters

FACTS = {
    ("AAA", "gdp_2022"): 190e9, ("AAA", "labour_force"): 10e6, ("AAA", "unemployment_rate"): 0.0,
    ("AAA", "electricity_oil"): 1.0, ("AAA", "electricity_gas"): 4.0, ("AAA", "electricity_coal"): 10.0,
    ("AAA", "population"): 19e6,
    ("BBB", "gdp_2022"): 19e9, ("BBB", "labour_force"): 10e6, ("BBB", "unemployment_rate"): 0.0,
}  # fmt: skip


@pytest.fixture
def facts() -> Facts:
    """Two economies, the second a tenth as rich, the first with 15 TWh of thermal power."""
    rows = [(code, name, value, "", 2022, "made up", "assumed") for (code, name), value in FACTS.items()]
    return Facts(pd.DataFrame(rows, columns=list(COLUMNS)), 2022)


@pytest.fixture
def parameters() -> Parameters:
    """As declared."""
    return load_parameters()


@pytest.fixture
def make() -> Callable[..., Project]:
    """A project in service since 2030, built from 2026, with figures by keyword."""

    def make_one(kind: str, **values: Any) -> Project:
        given: dict[str, Any] = {
            "id": "it", "title": "It", "kind": kind, "economies": ("AAA",), "status": "proposed",
            "construction_start": When(year=2026), "opening": When(year=2030), "capex": 1000.0, **values,
        }  # fmt: skip
        units = {"capex": "US$ m"}
        figures = {
            name: Evidence(value=value, unit=units.get(name, "1"), source="made up", flag="assumed")
            if isinstance(value, float)
            else value
            for name, value in given.items()
        }
        return Project.of(figures)

    return make_one
