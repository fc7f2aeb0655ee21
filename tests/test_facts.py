"""Figures by economy: known ones as published, years and staleness, and missing ones with their reason."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from data.accounts.facts import parse_number, read_figure

from samarkand.core.units import units
from samarkand.world.economies.facts import COLUMNS, Facts, fact_variables, load_facts

# Published figures, looked at in the profiles and tables themselves: economy, variable, value, year.
PUBLISHED = [
    ("KAZ", "public_debt_share", 0.209, 2023),
    ("KAZ", "external_debt", 25.765e9, 2023),
    ("KAZ", "reserves", 45.808e9, 2024),
    ("KAZ", "current_account", -3.702e9, 2024),
    ("KAZ", "grid_intensity", 821.391, 2023),
    ("KAZ", "electricity_coal", 75.91, 2023),
    ("KAZ", "co2_emissions", 269.83, 2023),
    ("KAZ", "gini", 29.2, 2021),
    ("KAZ", "labour_force", 10.285e6, 2024),
    ("KAZ", "education_expenditure_share", 0.048, 2023),
    ("KAZ", "electricity_capacity", 27.624e6, 2023),
    ("PAK", "public_debt_share", 0.676, 2016),
    ("PAK", "grid_intensity", 440.608, 2023),
    ("UZB", "remittances_share", 0.144, 2024),
    ("AFG", "political_stability", -2.20521, 2024),
    ("AFG", "political_stability_error", 0.256481, 2024),
]


@pytest.mark.parametrize(("economy", "variable", "value", "year"), PUBLISHED)
def test_figures_are_the_published_ones(economy: str, variable: str, value: float, year: int) -> None:
    fact = load_facts().get(economy, variable)
    assert fact.value == pytest.approx(value, rel=1e-5)  # six significant digits are kept
    assert fact.year == year
    assert fact.source == fact_variables()[variable].source


def test_missing_is_missing_with_a_reason_and_never_zero() -> None:
    fact = load_facts().get("LAO", "co2_gas")
    assert (fact.value, fact.known) == (None, False)
    assert "LAO" in fact.reason
    assert fact.shown.startswith("n/a (")
    array = load_facts().array("co2_gas", ["KAZ", "LAO"])
    assert math.isnan(float(array.sel(economy="LAO")))
    assert array.attrs["unit"] == "Mt CO2"
    with pytest.raises(KeyError):
        load_facts().get("KAZ", "no_such_variable")


def test_stale_figures_say_so() -> None:
    facts = load_facts()
    debt = facts.get("PAK", "public_debt_share")
    assert debt.stale
    assert debt.shown == "67.60 % (2016, stale)"
    assert not facts.get("KAZ", "public_debt_share").stale
    assert debt in facts.stale("PAK")
    assert bool(facts.array("public_debt_share", ["PAK"])["stale"].item())
    limit = fact_variables()["public_debt_share"].stale_after
    assert not facts.is_stale("public_debt_share", facts.as_of - limit)
    assert facts.is_stale("public_debt_share", facts.as_of - limit - 1)
    assert not facts.is_stale("lldc", None)


def test_memberships_leave_out_observers() -> None:
    facts = load_facts()
    assert facts.is_member("KAZ", "EAEU")
    assert facts.is_member("KAZ", "WTO")
    assert facts.is_member("UZB", "EAEU") is False
    assert "NAM (observer)" in facts.get("KAZ", "memberships").text
    assert facts.is_member("KAZ", "NAM") is False
    assert facts.is_member("PSE", "WTO") is None


def test_the_table_is_whole(world) -> None:
    facts = load_facts()
    assert not facts.table.duplicated(["economy", "variable"]).any()
    embedded = {name for name, row in fact_variables().items() if not row.where.startswith("import ")}
    assert set(facts.table["variable"]) == embedded
    assert {variable.unit for variable in fact_variables().values()} <= set(units())
    shares = facts.table[facts.table["variable"].str.contains("_share$") & facts.table["value"].notna()]
    assert shares["value"].between(0, 5).all()
    assert world.fact("KAZ", "population").value == pytest.approx(20.4327e6)
    inside = [code for code in world.inside_rest_of_world if facts.get(code, "population").known]
    assert len(inside) > 0.95 * len(world.inside_rest_of_world)  # those without accounts have figures too


def test_imported_figures_take_the_place_of_embedded_ones() -> None:
    own = pd.DataFrame(
        [["PAK", "public_debt_share", 0.7, "", 2024, "a test", "observed"]], columns=list(COLUMNS)
    )
    own["year"] = own["year"].astype("Int16")
    joined = load_facts().replaced_by(Facts.of(own))
    fact = joined.get("PAK", "public_debt_share")
    assert (fact.value, fact.year, fact.source, fact.stale) == (0.7, 2024, "a test", False)
    assert joined.get("KAZ", "public_debt_share") == load_facts().get("KAZ", "public_debt_share")
    with pytest.raises(ValueError, match="not declared"):
        Facts.of(own.assign(variable="other"))


@pytest.mark.parametrize(
    ("text", "value", "year"),
    [
        ("106.201 billion kWh (2023 est.)", 106.201e9, 2023),
        ("-$3.702 billion (2024 est.)", -3.702e9, 2024),
        ("20.9% of GDP (2023 est.)", 0.209, 2023),
        ("11.9% (of GDP) (2023 est.)", 0.119, 2023),
        ("29.2 (2021 est.)", 29.2, 2021),
        ("265,200 (2024 est.)", 265_200, 2024),
    ],
)
def test_numbers_in_the_factbook(text: str, value: float, year: int) -> None:
    figure = parse_number(text)
    assert figure is not None
    assert (figure.value, figure.year) == (pytest.approx(value), year)


def test_text_that_is_no_number_gives_none() -> None:
    assert parse_number("NA") is None
    assert parse_number("less than 1% (est.)") is None
    node = {"A": {"B": {"B 2022": {"text": "1% (2022)"}, "B 2024": {"text": "3% (2024)"}, "note": "x"}}}
    assert read_figure(node, "A > B").value == pytest.approx(0.03)
    assert read_figure(node, "A > C") is None
