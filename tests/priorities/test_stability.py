"""Political stability with its error: by hand, missing where nothing is published, and on the page."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import samarkand as sk
from samarkand.core.gaps import Gap
from samarkand.priorities.governance.stability import (
    NO_ESTIMATE,
    NO_FIGURE_OF_IT,
    NOT_OF_THE_PROGRAMME,
    stability_levels,
    stability_of,
)
from samarkand.priorities.governance.stability_page import stability_table
from samarkand.session import Session
from samarkand.world.economies.facts import COLUMNS, Facts, load_facts
from toy import PROGRAMME, make_toy_world, toy_programme

ROWS = [
    ("KAZ", "political_stability", -0.28, "", 2024, "World Bank WGI", "estimated"),
    ("KAZ", "political_stability_error", 0.20, "", 2024, "World Bank WGI", "estimated"),
    ("CHN", "political_stability", -0.15, "", 2023, "World Bank WGI", "estimated"),
]
HALF = 1.2815515655446004 * 0.20  # the 90th percentile of the normal distribution, from tables


@pytest.fixture(scope="module")
def facts():
    return Facts(pd.DataFrame(ROWS, columns=list(COLUMNS)), 2024)


def test_the_range_is_that_of_the_standard_error(facts):
    found = stability_of(facts, "KAZ")
    assert found[:4] == pytest.approx((-0.28, -0.28 - HALF, -0.28 + HALF, 2024))
    without_error = stability_of(facts, "CHN")
    assert without_error.value == -0.15
    assert np.isnan([without_error.low, without_error.high]).all()
    assert stability_of(facts, "DEU") is None


def test_a_level_without_the_programme_and_no_other(facts):
    found = stability_levels(facts, ("KAZ", "DEU"))
    np.testing.assert_allclose(found.without, [-0.28, np.nan])
    assert np.isnan(found.with_).all()
    assert list(found.reason.to_numpy()) == [NOT_OF_THE_PROGRAMME, NO_FIGURE_OF_IT]
    assert stability_levels(Facts(pd.DataFrame(columns=list(COLUMNS)), 2024), ("KAZ",)) == Gap(
        "governance", "political_stability", NO_ESTIMATE
    )


def test_an_appraisal_has_it_with_its_range_and_its_source(facts):
    world = replace(make_toy_world(), fact_table=facts)
    appraised = sk.appraise(PROGRAMME, world, session=Session(), years=(2035,))
    rows = appraised.to_dataframe("political_stability")
    row = rows[rows["scenario"] == "without"].set_index("economy").loc["KAZ"]
    assert (row["value"], row["low"]) == pytest.approx((-0.28, -0.28 - HALF))
    assert (row["basis"], row["coverage"]) == ("published", pytest.approx(0.8))
    assert rows[rows["scenario"] == "change"]["value"].isna().all()
    names = {one.name for one in appraised.explain("political_stability", "KAZ").leaves()}
    assert any("tability" in name for name in names), names


def test_the_page_has_the_least_stable_first_and_says_what_is_missing(facts):
    items = toy_programme().items
    table = stability_table(SimpleNamespace(world=SimpleNamespace(fact_table=facts)), items)
    assert table.rows[0] == ("KAZ", "-0.28", "-0.54 to -0.02", "2024")
    assert table.rows[1] == ("CHN", "-0.15", "n/a", "2023")
    assert all(row[1:] == ("n/a", "n/a", "n/a") for row in table.rows[2:])
    assert "enters no money" in table.note


def test_the_embedded_figures_cover_the_economies_of_the_default_programme():
    codes = {code for item in sk.load_programme("eurasian-corridors").items for code in item.economies}
    missing = {code for code in codes if stability_of(load_facts(), code) is None}
    assert not missing
