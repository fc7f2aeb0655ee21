"""What drives debt: by hand, as a sum that closes, and against an earlier path; figures are made up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from debt_files import macro_rows, write, write_terms
from samarkand.engines.debt.drivers import EXTERNAL, PUBLIC, external_drivers, public_drivers
from samarkand.priorities.finance.debt_drivers import drivers, drivers_table
from samarkand.priorities.finance.debt_macro import Economy
from samarkand.priorities.finance.debt_reading import read_macro
from samarkand.priorities.finance.debt_template import read_template, write_template


def test_public_drivers_by_hand() -> None:
    """Debt 50 of 100, half of it foreign; output grows by 4 %, prices at home by 25 % with a dollar a quarter dearer,
    so that output in US$ is 104. Debt in the old currency is 25 + 25 x 1.25 = 56.25, 4 % of it 2.25, in US$ 1.8.
    N is 1.04 x 1.25 = 1.3."""
    found = public_drivers([50, 56], [25, 25], [100, 104], [0, 0.04], [0, 1.8], [0, -3.12], [0, 0.25])
    assert {name: values[0] for name, values in found.items()} == pytest.approx(
        {
            "primary deficit": 0.03,
            "real interest": (0.04 - 0.25 * 1.04) * 0.5 / 1.3,
            "growth": -0.04 * 0.5 / 1.3,
            "exchange rate": 0.5 * 0.25 * 1.04 * 0.5 / 1.3,
            "other": 56 / 104 - 0.5 - 0.03 - 0.5 * (0.04 - 0.26 - 0.04 + 0.13) / 1.3,
        },
        rel=1e-12,
    )
    assert tuple(found) == PUBLIC


def test_external_drivers_by_hand() -> None:
    """Debt 40 of 100; output grows by 5 % and by 12 % in US$: prices by 1/15. Interest of 2 on 40 is 5 %."""
    found = external_drivers([40, 45], [100, 112], [0, 0.05], [0, 2], [0, -5.6], [0, 3.36])
    assert {name: values[0] for name, values in found.items()} == pytest.approx(
        {
            "current account deficit": 0.05,
            "direct investment": -0.03,
            "interest": 0.05 * 0.4 / 1.12,
            "growth": -0.05 * 0.4 / 1.12,
            "prices and exchange rate": -0.07 * 0.4 / 1.12,
            "other": 45 / 112 - 0.4 - 0.02 + 0.07 * 0.4 / 1.12,
        },
        rel=1e-12,
    )
    assert tuple(found) == EXTERNAL


def test_what_interest_growth_prices_and_the_rate_explain_leaves_nothing() -> None:
    """Debt at home and abroad that only bears interest, and a budget in balance, over ten years of any paths."""
    random = np.random.default_rng(5)
    years = 10
    growth, e = random.uniform(-0.05, 0.08, years + 1), random.uniform(-0.1, 0.4, years + 1)
    gdp = 100 * np.cumprod(random.uniform(0.9, 1.15, years + 1))
    home, abroad, interest = [30.0], [45.0], [0.0]  # US$; home debt is worth less when the dollar is dearer
    for k in range(1, years + 1):
        at_home, outside = home[-1] / (1 + e[k]), abroad[-1]
        interest.append(0.09 * at_home + 0.03 * outside)
        home.append(1.09 * at_home)
        abroad.append(1.03 * outside)
    debt = np.add(home, abroad)
    found = public_drivers(debt, abroad, gdp, growth, interest, np.zeros(years + 1), e)
    assert found["other"] == pytest.approx(np.zeros(years), abs=1e-12)
    assert sum(found.values()) == pytest.approx(np.diff(debt / gdp), abs=1e-12)


def economy(path: Path, first: int = 2025, debt: float = 0.5) -> Economy:
    rows = macro_rows(first=first)
    for k, row in enumerate(rows):
        gdp = float(row["gdp"])
        row["depreciation"] = row["depreciation"] or "0.05"
        row |= {"public_debt": repr((debt + 0.01 * k) * gdp), "external_debt": repr(0.3 * gdp)}
        row |= {"interest_public": repr(0.02 * gdp), "interest_external": repr(0.006 * gdp)}
    return read_macro(write(path / "m.csv", rows), write_terms(path / "t.csv"))["KGZ"]


def test_the_table_has_both_debts_in_both_spans_and_its_sums_are_the_changes(tmp_path: Path) -> None:
    one = economy(tmp_path)
    found, missing = drivers_table(one)
    assert missing == ()
    assert found.heads == ("debt", "driver", "2020 to 2024", "2025 to 2029")
    assert [row[1] for row in found.rows] == [*PUBLIC, "change", *EXTERNAL, "change"]
    assert found.rows[5] == ("public", "change", "+5.0", "+5.0")  # a point a year
    for name, values in drivers(one, "public", 2020, 2024).items():
        cell = next(row[2] for row in found.rows if row[1] == name)
        assert float(cell) == pytest.approx(100 * values.sum(), abs=0.05)


def test_series_that_are_missing_are_named(tmp_path: Path) -> None:
    bare = read_macro(write(tmp_path / "m.csv", macro_rows()), write_terms(tmp_path / "t.csv"))["KGZ"]
    found, said = drivers_table(bare)
    assert found.rows == ()
    assert len(said) == 4  # both debts, in data and ahead
    assert said[0].startswith(
        "What drives all public debt is not assessable: 2020 to 2024 needs public_debt of 2019"
    )
    assert "depreciation of 2020 to 2024" in said[0]


def test_an_earlier_path_is_compared_in_the_years_that_it_projected(tmp_path: Path) -> None:
    now, earlier = economy(tmp_path, debt=0.6), economy(tmp_path, first=2022)
    found, _ = drivers_table(now, earlier)
    assert found.heads[-1] == "missed 2022 to 2024"
    missed = {row[1]: float(row[4]) for row in found.rows if row[0] == "public"}
    for name, values in drivers(now, "public", 2022, 2024).items():
        planned = drivers(earlier, "public", 2022, 2024)[name]
        assert missed[name] == pytest.approx(100 * (values.sum() - planned.sum()), abs=0.05)
    assert missed["change"] == 0.0  # both rise by a point a year
    same, said = drivers_table(now, economy(tmp_path))
    assert {row[4] for row in same.rows} == {"n/a"}
    assert "the earlier path has no projection of a year before 2025" in said[0]


def test_debt_stands_in_the_template_and_is_read_again(tmp_path: Path) -> None:
    one = economy(tmp_path)
    (tmp_path / "t.xlsx").write_bytes(write_template(one))
    again = read_template(tmp_path / "t.xlsx")
    for name in ("external_debt", "public_debt"):
        assert again.of(name, 2015, 2045) == pytest.approx(one.of(name, 2015, 2045), rel=1e-12)
    assert again.ahead("interest_external") == pytest.approx(one.ahead("interest_external"), rel=1e-12)
    assert again.of("depreciation", 2015, 2045) == pytest.approx(one.of("depreciation", 2015, 2045), rel=1e-9)
