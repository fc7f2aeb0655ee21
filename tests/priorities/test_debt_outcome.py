"""Signals of economies from files of the user; what is wrong with a file, all at once; what is missing, by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from debt_files import macro_rows, write, write_terms
from samarkand.core.faults import Faults
from samarkand.priorities.finance.debt_framework import framework
from samarkand.priorities.finance.debt_inputs import Effect, applying, calls_of, sizes_of
from samarkand.priorities.finance.debt_macro import Economy
from samarkand.priorities.finance.debt_outcome import Outcome, outcome_of
from samarkand.priorities.finance.debt_reading import read_macro

RULES = framework()


def economy(
    tmp_path: Path, code: str = "KGZ", changes: dict[str, float] | None = None, **terms: str
) -> Economy:
    macro = write(tmp_path / "macro.csv", macro_rows(code, changes))
    return read_macro(macro, write_terms(tmp_path / "terms.csv", code, **terms))[code]


def outcome(
    tmp_path: Path, code: str = "KGZ", changes: dict[str, float] | None = None, **terms: str
) -> Outcome:
    return outcome_of(economy(tmp_path, code, changes, **terms), RULES)


def test_debt_far_below_its_thresholds_is_of_low_risk_and_its_class_comes_from_the_indicator(
    tmp_path: Path,
) -> None:
    found = outcome(tmp_path, changes={"pv_external": 0.05, "pv_public": 0.08, "service_external": 0.008})
    # 0.385 x 3.6 + 2.719 x 4.5 % + 2.022 x 9 % + 4.052 x 0.4 - 3.99 x 0.16 + 13.52 x 3 %, but for five years that vary
    assert found.capacity.indicator == pytest.approx(1.386 + 0.122 + 0.182 + 1.621 - 0.638 + 0.406, abs=0.05)
    assert (found.capacity.word, found.external, found.overall) == ("strong", "low", "low")
    assert found.needs == found.reasons == ()


def test_a_breach_without_a_shock_is_high_and_its_reason_is_said(tmp_path: Path) -> None:
    found = outcome(tmp_path, changes={"pv_external": 0.42, "pv_public": 0.60}, capacity="medium")
    assert (found.external, found.overall, found.room) == ("high", "high", "")
    assert "above 40 in 11 years" in found.reasons[0]
    assert found.capacity.word == "medium"  # one signal for strong changes nothing
    twice = outcome(
        tmp_path,
        changes={"pv_external": 0.42, "pv_public": 0.60},
        capacity="medium",
        capacity_before="strong",
    )
    assert twice.capacity.word == "strong"


def test_a_breach_under_stress_alone_is_moderate_and_has_its_space(tmp_path: Path) -> None:
    found = outcome(
        tmp_path,
        changes={"pv_external": 0.39, "pv_public": 0.45, "service_external": 0.01},
        capacity="medium",
    )
    assert (found.external, found.room) == ("moderate", "limited")
    assert any("under" in reason for reason in found.reasons)


def test_only_public_debt_above_its_benchmark_makes_the_overall_signal_high(tmp_path: Path) -> None:
    found = outcome(
        tmp_path,
        changes={"pv_external": 0.05, "pv_public": 0.60, "service_external": 0.008},
        capacity="medium",
    )
    assert (found.external, found.overall) == ("low", "high")


def test_an_economy_with_access_to_markets_gets_no_signal(tmp_path: Path) -> None:
    found = outcome(tmp_path, "KAZ", capacity="strong")
    assert (found.external, found.overall, found.thresholds) == ("", "", {})
    assert found.ratios


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    rows = macro_rows()
    for row in rows:
        row["pv_external"] = ""
        row["cpia"] = ""
        if row["year"] in ("2016", "2017"):
            row["fdi"] = ""
    found = outcome_of(read_macro(write(tmp_path / "m.csv", rows))["KGZ"], RULES)
    said = "; ".join(found.needs)
    assert "pv_external (present value" in said
    assert "of 2025 to 2045" in said
    assert "fdi (net inflow of direct investment) of 2016 to 2017" in said
    assert "rate (interest a year on it)" in said
    assert "cpia, the score of the World Bank, of 2020 to 2024" in said
    assert found.external == ""


def test_without_a_class_all_thresholds_stay_open(tmp_path: Path) -> None:
    rows = macro_rows()
    for row in rows:
        row["reserves"] = ""
    found = outcome_of(
        read_macro(write(tmp_path / "m.csv", rows), write_terms(tmp_path / "t.csv"))["KGZ"], RULES
    )
    assert found.needs == ("reserves and imports of 2020 to 2029",)
    assert found.ratios
    assert not found.external


def test_arrears_and_restructuring_are_debt_distress(tmp_path: Path) -> None:
    assert outcome(tmp_path, arrears="0.0099").distress == ()
    assert "in debt distress" in outcome(tmp_path, arrears="0.01").distress[0]
    assert "restructured" in outcome(tmp_path, restructuring="yes").distress[0]


def test_which_tests_apply_and_what_is_called(tmp_path: Path) -> None:
    one = economy(tmp_path)
    assert "C1" in applying(one, RULES)
    assert not {"C2", "C3", "C4"} & set(applying(one, RULES))
    assert calls_of(one, RULES) == {
        "other_government": 0,
        "state_owned": 0.02,
        "partnerships": 0,
        "financial": 0.05,
    }
    more = {
        "disaster": "yes", "commodity_share": "0.5", "commodity_gap": "0.2", "market_access": "yes",
        "commercial_rate": "0.07", "commercial_grace": "3", "commercial_maturity": "10", "partnerships": "0.04",
        "overvaluation": "0.35",
    }  # fmt: skip
    other = economy(tmp_path, **more)
    assert {"C2", "C3", "C4"} <= set(applying(other, RULES))
    assert calls_of(other, RULES)["partnerships"] == pytest.approx(0.35 * 0.04)
    assert calls_of(economy(tmp_path, partnerships="0.03"), RULES)["partnerships"] == 0  # not above 3 %
    assert sizes_of(other, RULES).depreciation == 0.35
    assert sizes_of(one, RULES).depreciation == 0.30
    assert outcome_of(other, RULES).pressure == 0  # a need of 8 % of output, no spread


def test_no_programme_changes_no_debt_and_one_adds_what_it_owes(tmp_path: Path) -> None:
    one = economy(tmp_path, capacity="medium")
    without = outcome_of(one, RULES)
    none = outcome_of(one, RULES, Effect.none(21))
    assert all(
        np.array_equal(without.ratios[name], none.ratios[name], equal_nan=True) for name in without.ratios
    )
    gdp = one.ahead("gdp")
    more = Effect.none(21)
    owed = Effect(
        more.gdp, more.growth, more.exports, more.revenue, 0.01 * gdp, 0.001 * gdp, 0.0002 * gdp, more.pv_home
    )  # fmt: skip
    with_ = outcome_of(one, RULES, owed)
    assert with_.ratios["pv_gdp"][0] - without.ratios["pv_gdp"][0] == pytest.approx(0.01, rel=1e-12)
    assert with_.ratios["pv_public_gdp"][0] - without.ratios["pv_public_gdp"][0] == pytest.approx(
        0.01, rel=1e-12
    )
    larger = Effect(1.02 * more.gdp, more.growth, more.exports, *[more.revenue] * 5)
    shrunk = outcome_of(one, RULES, larger).ratios["pv_gdp"][0] / without.ratios["pv_gdp"][0]
    assert shrunk == pytest.approx(1 / 1.02, rel=1e-12)


def test_all_that_is_wrong_with_a_file_is_said_at_once_with_place_and_remedy(tmp_path: Path) -> None:
    rows = macro_rows()
    rows[0]["gdp"] = "lots"
    rows[1]["growth"] = "4.5"  # per cent
    rows[2]["status"] = "forecast"
    rows[3]["year"] = "20x7"
    rows[4]["economy"] = "Kyrgyz"
    rows[5] = {**rows[6]}
    rows[-1]["pv_public"] = "1"
    rows[-2]["service_external"] = "1"
    rows[-3]["exports"] = "0"
    rows[-4]["status"] = "actual"
    for row in rows:
        row["gdpp"] = "1"
    terms = [
        ("abroad", "1.5", "made up"), ("grace", "6", "made up"), ("maturity", "6", "made up"),
        ("rat", "0.1", "made up"), ("capacity", "middling", "made up"), ("disaster", "maybe", "made up"),
        ("home_grace", "1.5", "made up"),
        ("rate", "0.03", ""), ("rate", "0.04", "made up"),
    ]  # fmt: skip
    given = [{"economy": "KGZ", "name": n, "value": v, "source": s} for n, v, s in terms]
    with pytest.raises(Faults) as error:
        read_macro(write(tmp_path / "m.csv", rows), write(tmp_path / "t.csv", given), ["KGZ", "TJK"])
    said = [str(fault) for fault in error.value.faults]
    for part in (
        "column gdpp: is no series. Did you mean gdp?", "line 2, gdp: 'lots' is not a number",
        "line 3, growth: 4.5 is not between -0.6 and 1.5 (a fraction: 0.05 is five per cent)",
        "line 4, status: 'forecast' is neither actual nor projection", "line 5, year: '20x7' is no year",
        "line 6, economy: 'Kyrgyz' is no ISO3 code", "line 8: KGZ 2020 stands in line 7 too",
        "KGZ 2045, pv_public: is below pv_external, which is part of it: 1 and",
            "KGZ 2044, service_external: is below interest_external", "KGZ 2043, exports: is zero",
        "KGZ 2042: is actual after the projection that starts in 2025", "KGZ: has no row of 2017 to 2019",
        "value: 1.5 is not between 0 and 1", "name: 'rat' is no term. Did you mean", "'middling' is no class",
        "'maybe' is neither yes nor no", "1.5 is no whole number of years", "source: rate has no source",
        "rate of KGZ is given twice", "KGZ maturity: 6 years is not above the grace of 6",
    ):  # fmt: skip
        assert any(part in one for one in said), part
    assert all(fault.mend for fault in error.value.faults)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no rows"), ("economy,year\nKGZ,2024\n", "has no column status"),
        ("economy,year,status,year\nKGZ,2024,actual,1\n", "names a column twice"),
        ("economy,year,status\nKGZ,2024\n", "has 2 cells, the header 3"),
        ("economy,year,status\nKGZ,2024,actual\n", "has no year of projection"),
    ],
)  # fmt: skip
def test_files_that_are_no_tables_are_faults(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "m.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Faults, match=said):
        read_macro(path)
    with pytest.raises(Faults, match="is not there"):
        read_macro(tmp_path / "nowhere.csv")
    path.write_bytes("economy,year,status\nKGZ,2024,actual\n".encode("utf-16"))
    with pytest.raises(Faults, match="is not UTF-8"):
        read_macro(path)
