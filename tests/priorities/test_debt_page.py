"""The debt page of the toy programme: Kyrgyzstan services its railway loan of US$ 2,000 m."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from openpyxl import load_workbook

import samarkand as sk
from debt_files import macro_rows, write, write_terms
from samarkand.core.faults import Faults
from samarkand.priorities.faces import Page, Table
from samarkand.priorities.finance.debt_calls import calls_of, exposures
from samarkand.priorities.finance.debt_command import debt
from samarkand.priorities.finance.debt_effect import effect_on, held
from samarkand.priorities.finance.debt_framework import framework
from samarkand.priorities.finance.debt_hosts_page import hosts_page
from samarkand.priorities.finance.debt_outcome import outcome_of
from samarkand.priorities.finance.debt_reading import read_macro
from samarkand.priorities.finance.debt_template import write_template
from samarkand.reports.pages import pages_of
from samarkand.session import Session
from toy import PROGRAMME, make_toy_world

LOAN = {
    "railway.construction_start": 2024, "railway.financing.1.maturity": 20,
    "railway.financing.1.interest_rate": 0.02, "railway.financing.1.grace": 5,
    "railway.financing.1.perimeter": "public_external",
}  # fmt: skip
WORLD, SESSION = make_toy_world(), Session()


def ask(**more: object) -> sk.Appraisal:
    return sk.appraise(PROGRAMME, WORLD, session=SESSION, years=(2027, 2035), patches={**LOAN, **more})


@pytest.fixture(scope="module")
def found() -> sk.Appraisal:
    return ask()


def table(page: Page, title: str) -> Table:
    return next(one for one in page.tables if one.title.startswith(title))


def test_without_a_file_the_programmes_own_debt_and_all_thresholds_are_shown(found: sk.Appraisal) -> None:
    page = debt(found, "Kyrgyzstan")
    said = " ".join(page.lead)
    assert "Published rating: moderate (2025-06-04)" in said
    assert "Not assessable: needs gdp, exports, revenue" in said
    assert table(page, "Thresholds").rows[0][1:] == ("30", "40", "55")
    rows = {(row[0], row[1]): row[2:] for row in table(page, "The programme's own debt").rows}
    # By hand in test_finance.py: 500 a year for four years at 2 %, half-yearly; 1/30 of 2,000 twice a year from 2030.
    assert rows["2028", "public, external"][:2] == ("2,000.0", "40.0")
    assert rows["2030", "public, external"][:2] == ("1,866.7", "172.7")


def test_the_report_has_the_debt_of_all_hosts(found: sk.Appraisal) -> None:
    page = hosts_page(found)
    assert page is not None
    hosts = {row[0]: row[1:] for row in table(page, "Hosts").rows}
    own = debt(found, "KGZ")
    name = own.title.removeprefix("Debt of ")
    assert hosts[name][:2] == ("yes", "moderate (2025-06-04)")
    # What the page of the economy has, year by year: the highest of it.
    rows = [row for row in table(own, "The programme's own debt").rows if row[1] == "public, external"]
    highest = [max(float(row[k].replace(",", "")) for row in rows) for k in (3, 2, 4)]
    mine = next(
        row for row in table(page, "The programme's own debt").rows if row[:2] == (name, "public, external")
    )
    assert [float(mine[k].replace(",", "")) for k in (2, 4, 5)] == highest
    assert mine[3] == max(rows, key=lambda row: float(row[3].replace(",", "")))[0]
    assert table(page, "Thresholds").rows[0][1:] == ("30", "40", "55")
    assert dict(pages_of(found))["debt"] == page


def test_hosts_without_known_terms_are_named_and_have_no_figure() -> None:
    bare = sk.appraise(PROGRAMME, WORLD, session=SESSION, years=(2027,))
    page = hosts_page(bare)
    assert page is not None
    assert not page.charts
    assert {row[3] for row in table(page, "Hosts").rows} == {"n/a"}
    assert "needs" in " ".join(row[1] for row in table(page, "Loans without a schedule").rows)


def test_market_access_and_unknown_terms_are_said(found: sk.Appraisal) -> None:
    page = debt(found, "kaz")
    assert "no risk signal is given" in page.lead[0]
    bare = sk.appraise(PROGRAMME, WORLD, session=SESSION, years=(2027,))
    assert "needs" in " ".join(debt(bare, "KGZ").lead)
    with pytest.raises(Faults, match="Atlantis: is no economy"):
        debt(found, "Atlantis")


def test_a_file_gives_the_signal_with_and_without_the_programme(found: sk.Appraisal, tmp_path: Path) -> None:
    macro, terms = write(tmp_path / "m.csv", macro_rows()), write_terms(tmp_path / "t.csv", capacity="medium")
    page = debt(found, "KGZ", macro=macro, terms=terms, workbook=tmp_path / "w.xlsx")
    said = " ".join(page.lead)
    assert "Mechanical risk signal, without judgement: low for external debt, moderate overall" in said
    assert "without the programme low and low" in said
    assert len(page.charts) == 5
    assert load_workbook(tmp_path / "w.xlsx").sheetnames[:3] == ["Signal", "Ratios", "Paths"]
    economy = read_macro(macro, terms)["KGZ"]
    effect = effect_on(found, economy)
    years = list(economy.projection)
    assert effect.value[years.index(2030)] == pytest.approx(
        float(found.by_year("programme_debt_value").sel(year=2030, economy="KGZ").sum()), rel=1e-12
    )
    wage, price = (
        float(found.array(name, year=2035).sel(economy="KGZ")) for name in ("real_wage", "consumer_price")
    )
    assert effect.gdp[years.index(2040)] == pytest.approx((1 + wage) * (1 + price), rel=1e-12)
    assert effect.gdp[0] == 1.0  # 2025: before the first year that was asked about
    assert np.prod(effect.growth) == pytest.approx(1 + wage, rel=1e-12)


def test_what_is_not_assessed_changes_nothing_and_years_hold_until_the_next() -> None:
    unknown = SimpleNamespace(by_year=lambda name: xr.DataArray([np.nan], {"year": [2035]}, ("year",)))
    assert held(unknown, "tariff_revenue", "KGZ", (2030, 2035)).tolist() == [0.0, 0.0]
    values = xr.DataArray([[0.1], [0.3]], {"year": [2030, 2035], "economy": ["KGZ"]}, ("year", "economy"))
    known = SimpleNamespace(by_year=lambda name: values)
    assert held(known, "exports", "KGZ", (2029, 2030, 2034, 2035, 2040)).tolist() == [0.0, 0.1, 0.1, 0.3, 0.3]
    assert held(known, "exports", "TJK", (2040,)).tolist() == [0.0]


def test_no_programme_no_change_of_debt(tmp_path: Path) -> None:
    items = [item.id for item in ask().timeline.items]
    none = sk.appraise(PROGRAMME, WORLD, session=SESSION, years=(2035,), without=tuple(items))
    macro, terms = write(tmp_path / "m.csv", macro_rows()), write_terms(tmp_path / "t.csv", capacity="medium")
    economy, rules = read_macro(macro, terms)["KGZ"], framework()
    without, with_ = outcome_of(economy, rules), outcome_of(economy, rules, effect_on(none, economy))
    for name, values in without.ratios.items():
        # The equilibrium without shocks is solved to 1e-12 of every wage.
        assert with_.ratios[name] == pytest.approx(values, rel=1e-10, nan_ok=True)


def test_what_borrowers_owe_financiers_are_owed(found: sk.Appraisal) -> None:
    owed, owing = found.by_year("exposure"), found.by_year("programme_debt")
    balance = owed.sum("party") - owing.sum("case")
    assert np.abs(balance.to_numpy()).max() == pytest.approx(0.0, abs=1e-9)  # US$ m, sums of a few thousand


def test_debt_that_is_not_public_is_a_fiscal_risk(tmp_path: Path) -> None:
    private = ask(**{"railway.financing.1.perimeter": "private_non_guaranteed"})
    years = (2026, 2027, 2030)
    owed = exposures(private, "KGZ", years)
    assert owed["partnerships"] == pytest.approx([1500, 2000, 2000 * 14 / 15], abs=1e-6)
    (bare,) = calls_of(owed, None, framework())
    assert (bare.expected, bare.needs) == (None, ("partnerships_call",))
    assert bare.stressed == pytest.approx(0.35 * 2000)
    terms = write_terms(tmp_path / "t.csv", partnerships_call="0.01")
    economy = read_macro(write(tmp_path / "m.csv", macro_rows()), terms)["KGZ"]
    (known,) = calls_of(owed, economy, framework())
    assert known.expected == pytest.approx([15, 20, 2000 * 14 / 1500], abs=1e-6)
    page = debt(private, "KGZ")
    assert table(page, "Fiscal risk").rows[0][1:] == ("2,000", "needs partnerships_call", "700.0")
    assert effect_on(private, economy).value.max() == 0.0  # it is in no ratio
    state = ask(**{"railway.financing.1.perimeter": "state_owned"})
    assert exposures(state, "KGZ", years)["state_owned"] == pytest.approx(
        [1500, 2000, 2000 * 14 / 15], abs=1e-6
    )
    backed = ask(
        **{"railway.financing.1.perimeter": "state_owned", "railway.financing.1.guarantor": "geo-gov"}
    )
    assert exposures(backed, "GEO", years)["guarantees"] == pytest.approx(
        [1500, 2000, 2000 * 14 / 15], abs=1e-6
    )
    assert not any(values.any() for values in exposures(backed, "KGZ", years).values())


def test_a_workbook_needs_its_paths(found: sk.Appraisal, tmp_path: Path) -> None:
    with pytest.raises(
        Faults, match="--workbook: has no stress tests to write: needs --macro FILE or --template FILE"
    ):
        debt(found, "KGZ", workbook=tmp_path / "w.xlsx")
    with pytest.raises(Faults, match="--terms: stands without --macro or --template"):
        debt(found, "KGZ", terms=tmp_path / "t.csv")
    macro = write(tmp_path / "m.csv", macro_rows("TJK"))
    with pytest.raises(Faults, match="has no rows of KGZ"):
        debt(found, "KGZ", macro=macro)


def test_a_template_stands_for_paths_and_terms(found: sk.Appraisal, tmp_path: Path) -> None:
    terms = write_terms(tmp_path / "t.csv", capacity="medium")
    economy = read_macro(write(tmp_path / "m.csv", macro_rows()), terms)["KGZ"]
    path = tmp_path / "template.xlsx"
    path.write_bytes(write_template(economy))
    said = " ".join(debt(found, "KGZ", template=path).lead)
    assert "Mechanical risk signal, without judgement: low for external debt" in said
    strong = write_terms(tmp_path / "s.csv", capacity="strong")
    assert "Debt-carrying capacity: strong" in " ".join(debt(found, "KGZ", template=path, terms=strong).lead)
    with pytest.raises(Faults, match="is that of KGZ, not of TJK"):
        debt(found, "TJK", template=path)


def test_published_debt_stands_beside_the_programmes(found: sk.Appraisal, tmp_path: Path) -> None:
    path = tmp_path / "ids.csv"
    path.write_text(
        "Country Code,Series Code,2027,2028,2029\nKGZ,DT.DOD.DPPG.CD,4e9,,\nKGZ,DT.TDS.DPPG.CD,3e8,3.1e8,9e9\n",
        encoding="utf-8",
    )
    page = debt(found, "KGZ", ids=path)
    rows = {row[0]: row[1:] for row in table(page, "Public external debt as published").rows}
    assert rows["2027"][:3] == ("data", "4,000.0", "300.0")
    assert rows["2028"] == ("contracted", "n/a", "310.0", "n/a", "40.0")  # 2 % of 2,000 before principal
    macro, terms = write(tmp_path / "m.csv", macro_rows()), write_terms(tmp_path / "t.csv", capacity="medium")
    said = " ".join(debt(found, "KGZ", macro=macro, terms=terms, ids=path).lead)
    assert "The path's service of 2029 is below what is contracted already" in said


def test_a_market_economy_gets_a_fan_and_financing_needs(found: sk.Appraisal, tmp_path: Path) -> None:
    rows = macro_rows("KAZ")
    for k, row in enumerate(rows):
        row["public_debt"] = repr(0.3 * float(row["gdp"]))
        row["interest_public"] = repr(0.012 * float(row["gdp"]) * (1 + 0.1 * (k % 3)))
    terms = write_terms(tmp_path / "t.csv", "KAZ")
    page = debt(found, "KAZ", macro=write(tmp_path / "m.csv", rows), terms=terms)
    fan = page.charts[-1]
    assert "thousand paths" in fan.title
    lines = np.array(list(fan.series.values()))
    assert np.all(np.diff(lines, axis=0) > 0)
    assert lines[2] == pytest.approx(0.3, abs=0.03)  # the middle follows the path of the file
    assert table(page, "Gross financing needs").rows[0][1] == "8.0"  # 6 % service, 2 % primary deficit
    assert not any("Mechanical" in line for line in page.lead)


def test_an_alternative_scenario_stands_beside_the_tests_and_changes_no_signal(
    found: sk.Appraisal, tmp_path: Path
) -> None:
    macro, terms = write(tmp_path / "m.csv", macro_rows()), write_terms(tmp_path / "t.csv", capacity="medium")
    names = ("economy", "year", "status", "exports")
    other = [{name: row[name] for name in names} for row in macro_rows()]
    for row in other:
        ahead = row["status"] == "projection" and int(row["year"]) > 2025
        row["exports"] = repr(0.5 * float(row["exports"])) if ahead else ""
    path = write(tmp_path / "a.csv", other)
    page, plain = (debt(found, "KGZ", macro=macro, terms=terms, alternative=a) for a in (path, None))
    rows = {row[0]: row for row in table(page, "Stress tests").rows}
    assert rows["A2"][1] == "alternative scenario"
    assert [row for row in table(page, "Stress tests").rows if row[0] != "A2"] == list(
        table(plain, "Stress tests").rows
    )
    assert page.lead == plain.lead
    # Half the exports: twice the ratio to them, the same ratio to output; the highest of ten years of one path.
    base = table(plain, "Stress tests").rows[0]
    assert rows["A2"][2] == base[2]
    assert float(rows["A2"][3].rstrip("*")) == pytest.approx(
        2 * float(base[3]), abs=0.11
    )  # two rounded figures
    with pytest.raises(Faults, match="column pv_external: is no path of an alternative scenario"):
        debt(found, "KGZ", macro=macro, terms=terms, alternative=macro)
    late = write(tmp_path / "l.csv", [{name: row[name] for name in names} for row in macro_rows(first=2027)])
    with pytest.raises(Faults, match="begins its projection in 2027, the paths in 2025"):
        debt(found, "KGZ", macro=macro, terms=terms, alternative=late)
    with pytest.raises(Faults, match="--alternative: stands without --macro"):
        debt(found, "KGZ", alternative=path)
