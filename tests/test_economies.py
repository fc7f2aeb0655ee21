"""The table of economies: read from text without guessing, each figure with its own year."""

import pandas as pd
import pytest
from data.accounts import economies as build
from data.accounts import factbook
from data.accounts.factbook import Figure, Profile

from samarkand.world.economies.map_policy import area_policy
from samarkand.world.economies.tables import load_economies, load_economy_facts


@pytest.fixture(scope="module")
def economies():
    return load_economies()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$288.406 billion (2024 est.)", Figure(288.406e9, 2024)),
        ("-$3.702 billion (2024 est.)", Figure(-3.702e9, 2024)),
        ("$1.486 trillion (2024 est.)", Figure(1.486e12, 2024)),
        ("$624.3 million (2017 est.)", Figure(624.3e6, 2017)),
        ("NA", None),
        ("", None),
        ("about $3 billion", None),
    ],
)
def test_money_is_read_with_its_year(text, expected):
    found = factbook.parse_money(text)
    assert (found is None) == (expected is None)
    if expected:
        assert found.value == pytest.approx(expected.value, rel=1e-12)
        assert found.year == expected.year


def test_shares_and_counts_are_read_with_their_year():
    assert factbook.parse_per_cent("-27.5% (2023 est.)") == Figure(-0.275, 2023)
    assert factbook.parse_per_cent("NA (2007 est.)") is None
    assert factbook.parse_count("20,432,662 (2025 est.)") == Figure(20_432_662.0, 2025)
    assert factbook.parse_count("652,271 (July 2020 est.)") == Figure(652_271.0, 2020)
    assert factbook.parse_count("no permanent inhabitants") is None


def test_partner_lists_are_read_with_names_that_hold_commas():
    shares, year = factbook.parse_partners(
        "China 28%, Gambia, The 4%, S. Korea <1%, Cote d'Ivoire 3.5% (2023)"
    )
    assert shares == {"China": 0.28, "Gambia, The": 0.04, "S. Korea": 0.01, "Cote d'Ivoire": 0.035}
    assert year == 2023
    assert factbook.parse_partners("") == ({}, None)


def test_the_nearest_year_is_taken_the_earlier_of_two():
    assert factbook.nearest_year({2020: 1.0, 2023: 2.0, 2021: 3.0}, 2022) == Figure(3.0, 2021)
    assert factbook.nearest_year({}, 2022) is None


def _profile(**changes):
    facts = {
        "fips": "xx",
        "iso3": "XXX",
        "name": "X",
        "population": None,
        "gdp": Figure(100.0, 2024),
        "exports": {},
        "imports": {},
        "shares": {},
        "export_partners": {},
        "import_partners": {},
        "partner_year": {},
    }
    return Profile(**(facts | changes))


def test_gdp_is_carried_back_by_hand():
    """100 of 2024, growth 10 % and 0 %, prices 25 % and 0 %, rate from 8 to 10: 100 / 1.1 / 1.25 * 10 / 8."""
    dollars = {2023: 0.0, 2024: 0.0}
    full = _profile(
        growth={2023: 0.1, 2024: 0.0},
        inflation={2023: 0.25, 2024: 0.0},
        exchange_rate={2022: 8.0, 2024: 10.0},
    )
    value, method = build.estimate_gdp_2022(full, dollars)
    assert value == pytest.approx(100 / 1.1, rel=1e-12)
    assert "exchange rate" in method
    without_rate = _profile(growth={2023: 0.1, 2024: 0.0})
    assert build.estimate_gdp_2022(without_rate, {2023: 0.25, 2024: 0.0})[0] == pytest.approx(
        100 / 1.1 / 1.25
    )
    # A rate that makes GDP ten times the constant-dollar estimate is not the rate of that GDP.
    two_rates = _profile(
        growth={2023: 0.1, 2024: 0.0},
        inflation={2023: 0.0, 2024: 0.0},
        exchange_rate={2022: 1.0, 2024: 10.0},
    )
    value, method = build.estimate_gdp_2022(two_rates, dollars)
    assert value == pytest.approx(100 / 1.1)
    assert "US inflation" in method
    assert build.estimate_gdp_2022(_profile(gdp=None), dollars) == (None, "")
    assert build.estimate_gdp_2022(_profile(gdp=Figure(5.0, 2014)), dollars) == (None, "")


def test_every_column_is_declared_and_every_declared_column_is_there(economies):
    declared = {fact.name for fact in load_economy_facts()}
    columns = {"iso3", *economies.columns}
    assert declared <= columns
    years = {name for name in columns - declared if name.removesuffix("_year") in declared}
    assert columns == declared | years


def test_every_figure_has_a_year_and_no_year_stands_alone(economies):
    for name in [column for column in economies.columns if column.endswith("_year")]:
        figure = economies[name.removesuffix("_year")]
        if figure.dtype == object:
            # Four small places name their partners without shares: a year, but nothing to read.
            assert economies.loc[figure != "", name].notna().all(), name
        else:
            assert (figure.notna() == economies[name].notna()).all(), name


def test_codes_are_unique_and_figures_plausible(economies):
    assert economies.index.is_unique
    assert economies.index.is_monotonic_increasing
    assert economies.index.str.fullmatch("[A-Z]{3}").all()
    assert int(economies["in_table"].sum()) == 80
    assert len(economies) >= 180
    # World population 8.1 bn (UN, mid 2024) and GDP about 100 tn US$ of 2022 (World Bank), to a few per cent.
    assert economies["population"].sum() == pytest.approx(8.1e9, rel=0.03)
    assert economies["gdp_2022"].sum() == pytest.approx(100e12, rel=0.05)
    for name in ("population", "gdp", "gdp_2022", "exports", "imports"):
        assert (economies[name].dropna() >= 0).all()


def test_trade_is_of_2022_for_all_economies_of_the_table_but_myanmar(economies):
    table = economies[economies["in_table"]]
    for name in ("exports", "imports"):
        assert table[name].notna().all()
        assert set(table.index[table[f"{name}_year"] != 2022]) == {"MMR"}


def test_groups_of_known_economies(economies):
    assert economies.loc[["KAZ", "UZB", "LAO", "MNG"], "lldc"].all()
    assert economies.loc[["BGD", "LAO", "KHM", "MMR"], "ldc"].all()
    assert not economies.loc[["CHN", "DEU"], ["ldc", "lldc", "sids"]].to_numpy().any()
    assert economies.loc["DEU", "income_level"] == "High income"


def test_codes_of_maps_that_are_no_economy(economies):
    assert "XKX" in economies.index
    assert not economies.loc["XKX", "in_table"]
    without = {code for code, row in area_policy().items() if row.drawn in ("hatched", "plain", "no")} - {
        "ESH"
    }
    assert not without & set(economies.index)
    assert {"SOM", "CYP"} <= set(economies.index)


def test_missing_is_never_zero(economies):
    """North Korea publishes no trade: its figures are missing, not nothing."""
    assert pd.isna(economies.loc["PRK", "exports"])
    assert pd.isna(economies.loc["PRK", "exports_year"])
    assert (economies[["gdp", "exports", "imports"]] != 0).all().all()
