"""Other terms of the toy railway's loan in the debt ratios of Kyrgyzstan: US$ 2,000 m at 2 %, 20 years, 5 of grace."""

from __future__ import annotations

from pathlib import Path

import pytest

import samarkand as sk
from debt_files import macro_rows, write, write_terms
from samarkand.core.faults import Faults
from samarkand.priorities.faces import Page, Table
from samarkand.priorities.finance.debt_command import debt
from samarkand.priorities.finance.debt_effect import effect_on
from samarkand.priorities.finance.debt_framework import RATIOS, framework
from samarkand.priorities.finance.debt_other_terms import Loans
from samarkand.priorities.finance.debt_outcome import outcome_of
from samarkand.priorities.finance.debt_reading import read_macro
from samarkand.priorities.finance.least_change import LEVERS
from samarkand.priorities.finance.what_if import read_what_ifs
from samarkand.session import Session
from toy import PROGRAMME, make_toy_world

LOAN = {
    "railway.construction_start": 2024, "railway.financing.1.maturity": 20,
    "railway.financing.1.interest_rate": 0.02, "railway.financing.1.grace": 5,
    "railway.financing.1.perimeter": "public_external",
}  # fmt: skip
WORLD, SESSION = make_toy_world(), Session()


def ask(**more: object) -> sk.Appraisal:
    return sk.appraise(PROGRAMME, WORLD, session=SESSION, years=(2035,), patches={**LOAN, **more})


@pytest.fixture(scope="module")
def found() -> sk.Appraisal:
    return ask()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("files")
    macro = write(folder / "m.csv", macro_rows(changes={"service_external": 0.030}))
    return {"macro": macro, "terms": write_terms(folder / "t.csv", capacity="medium")}


def table(page: Page, title: str) -> Table:
    return next(one for one in page.tables if one.title.startswith(title))


def test_other_terms_give_what_an_appraisal_on_them_gives(
    found: sk.Appraisal, files: dict[str, Path]
) -> None:
    """Terms that are set in the programme and the same ones as a what-if: one debt."""
    economy, rules = read_macro(files["macro"], files["terms"])["KGZ"], framework()
    loans = Loans(found, economy, rules)
    for key, text, patch in (
        ("rate", "1:rate=0.01", {"railway.financing.1.interest_rate": 0.01}),
        ("maturity", "1:maturity=30", {"railway.financing.1.maturity": 30}),
        ("grace", "1:grace=8", {"railway.financing.1.grace": 8}),
    ):
        effect = loans.effect_with({"railway": loans.changed("railway", read_what_ifs([text]))})
        asked = effect_on(ask(**patch), economy)
        for name in ("value", "service", "interest", "pv_home", "gdp", "exports"):
            assert getattr(effect, name) == pytest.approx(getattr(asked, name), rel=1e-9, abs=1e-9), (
                key,
                name,
            )


def test_the_table_has_the_signal_of_each_case_and_a_grant_is_no_debt(
    found: sk.Appraisal, files: dict[str, Path]
) -> None:
    page = debt(found, "KGZ", **files, what_if=["railway:1:grant=1", "railway:rate=0.05"])
    rows = table(page, "What if").rows
    assert [row[0] for row in rows] == [
        "as published", "railway, tranche 1: grant 1", "railway, every loan: rate 0.05", "all of them",
    ]  # fmt: skip
    economy, rules = read_macro(files["macro"], files["terms"])["KGZ"], framework()
    effect = effect_on(found, economy)
    same = outcome_of(economy, rules, Loans(found, economy, rules).effect_with({}))
    with_ = outcome_of(economy, rules, effect)
    for k, name in enumerate(RATIOS, 3):
        assert float(rows[0][k]) == pytest.approx(100 * with_.ratios[name][0, 1:11].max(), abs=0.05)
    assert same.ratios["pv_gdp"][0] == pytest.approx(with_.ratios["pv_gdp"][0], rel=1e-12)
    assert float(rows[1][4]) < float(rows[0][4]) < float(rows[2][4])
    assert rows[3] == ("all of them", *rows[1][1:])  # what is given bears no interest


@pytest.mark.parametrize("lever", LEVERS)
@pytest.mark.parametrize("measure", ["service_exports", "pv_gdp:B3", "service_revenue:B5"])
def test_the_least_change_keeps_the_ratio_and_one_step_less_does_not(
    found: sk.Appraisal, files: dict[str, Path], lever: str, measure: str
) -> None:
    """The limit lies between the ratio as published and that without the loan, so that some changes keep it."""
    economy, rules = read_macro(files["macro"], files["terms"])["KGZ"], framework()
    loans = Loans(found, economy, rules)
    reached = loans.measures("railway")[measure]

    def at(value: float) -> float:
        return reached(loans.changed("railway", read_what_ifs([f"1:{lever}={value:.12g}"])))

    published = reached(loans.items["railway"])
    given = reached(loans.changed("railway", read_what_ifs(["1:grant=1"])))
    limit = 0.9 * published + 0.1 * given
    page = debt(found, "KGZ", **files, least=f"railway:1:{lever}", keep=f"{measure}={limit!r}")
    title = next(one for one in page.tables if one.title.startswith(f"Least change of {lever}"))
    tried = [(row[1], row[2]) for row in table(page, "Certificate").rows]
    assert tried[0][1] == "no"
    cell = title.rows[1][1]
    if cell == "n/a":
        assert {kept for _, kept in tried} == {"no"}
        return
    unit, step = (0.01, 1e-4) if lever == "rate" else (0.01, 1e-3) if lever == "grant" else (1.0, 0.5)
    value = float(cell.split()[0]) * unit
    before = value + step if lever == "rate" else value - step
    assert at(value) <= limit < at(before)


def test_the_threshold_is_that_of_the_class(found: sk.Appraisal, files: dict[str, Path]) -> None:
    page = debt(found, "KGZ", **files, least="railway:rate", keep="pv_gdp")
    title = next(one.title for one in page.tables if one.title.startswith("Least change"))
    assert title == (
        "Least change of rate of tranche 1 for highest present value of external public debt over GDP at most 40.0 %"
    )


BAD = [
    ({"what_if": ["rate=0.01"]}, "'rate=0.01' is no item with a loan that KGZ services"),
    ({"what_if": ["road:1:rate=0.01"]}, "Items with one: railway"),
    ({"what_if": ["railway:1:rato=0.01"]}, "unknown change 'rato'"),
    ({"what_if": ["railway:1:rate=0.01", "railway:1:rate=0.02"]}, "rate is given twice"),
    ({"least": "railway:1:rate"}, "cannot be read"),
    ({"least": "railway:1:rate", "keep": "pv_gdp=high"}, "cannot be read"),
    ({"least": "railway:1:tenor", "keep": "pv_gdp"}, "is no lever"),
    ({"least": "railway:1:rate", "keep": "pv_gnp"}, "is no ratio"),
    ({"least": "railway:1:rate", "keep": "pv_gdp:B9"}, "cannot be worked out here"),
    ({"least": "railway:4:rate", "keep": "pv_gdp"}, "has no schedule"),
]


@pytest.mark.parametrize(("asked", "words"), BAD)
def test_what_cannot_be_asked_is_a_fault(
    found: sk.Appraisal, files: dict[str, Path], asked: dict[str, object], words: str
) -> None:
    with pytest.raises(Faults, match=words):
        debt(found, "KGZ", **files, **asked)  # type: ignore[arg-type]
    with pytest.raises(Faults, match="stand without --macro or --template"):
        debt(found, "KGZ", **asked)  # type: ignore[arg-type]
