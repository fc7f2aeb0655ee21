"""Public investment beside growth, as note 26 of the guidance note has it; paths are made up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from debt_files import macro_rows, write, write_terms
from samarkand.priorities.finance.debt_framework import framework
from samarkand.priorities.finance.debt_macro import Economy
from samarkand.priorities.finance.debt_reading import read_macro
from samarkand.priorities.finance.debt_realism import calc_contributions, realism_of

RULES = framework(2017)


def economy(path: Path, share: float = 0.05, capital_in: int | None = 2014, more: float = 0.0) -> Economy:
    """The made-up economy with investment as a share of output, more of it in the projection, and capital in a year."""
    rows = macro_rows()
    for row in rows:
        ahead = more if row["status"] == "projection" else 0.0
        row["public_investment"] = repr((share + ahead) * float(row["gdp"]))
        row["public_capital"] = row["gdp"] if int(row["year"]) == capital_in else ""
    return read_macro(write(path / "m.csv", rows), write_terms(path / "t.csv", capacity="medium"))["KGZ"]


def check(one: Economy) -> tuple[str, str, str]:
    return realism_of(one, RULES)[-1]


def test_contributions_by_hand() -> None:
    # Of 100, 5 are lost a year: 5 invested keep it, 10 add 5 %, and 0.15 of that is added to growth.
    assert calc_contributions(100.0, np.array([5.0, 10.0]), RULES) == pytest.approx([0.0, 0.15 * 0.05])
    assert calc_contributions(100.0, np.array([0.0]), RULES) == pytest.approx([-0.15 * 0.05])


def test_more_public_investment_leaves_less_of_the_same_growth_to_be_explained(tmp_path: Path) -> None:
    def rest(one: Economy) -> float:
        return float(check(one)[1].split(" %")[0])

    few, many = economy(tmp_path), economy(tmp_path, more=0.10)
    assert rest(many) < rest(few)
    # Growth ahead is 4.5 %: what capital adds and the rest are all of it, to the digit that is shown.
    for one in (few, many):
        added = float(check(one)[1].split("adds ")[1].split(" %")[0])
        assert rest(one) + added == pytest.approx(4.5, abs=0.11)  # two figures of one decimal


def test_a_rest_far_from_its_past_is_to_be_explained(tmp_path: Path) -> None:
    assert check(economy(tmp_path))[2] == ""
    assert check(economy(tmp_path, more=0.9))[2].startswith("more than a standard deviation")


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    assert check(economy(tmp_path, capital_in=None))[2] == (
        "not assessable: needs public_capital of a year from 2014 to 2018"
    )
    assert "not assessable" in check(economy(tmp_path, capital_in=2020))[2]
    bare = read_macro(
        write(tmp_path / "m.csv", macro_rows()), write_terms(tmp_path / "t.csv", capacity="medium")
    )
    assert check(bare["KGZ"])[2].startswith("not assessable: needs public_capital")
