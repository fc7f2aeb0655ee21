"""In which years capital is charged: as an annuity, as it is spent, as loans are serviced."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import samarkand as sk
from samarkand.core.evidence import Evidence
from samarkand.core.faults import Faults
from samarkand.engines.project_values import calc_present_value
from samarkand.programme.applying import apply
from samarkand.programme.channels.charging import due_in
from samarkand.programme.channels.payment import charges
from samarkand.programme.files.patching import patch_programme
from samarkand.programme.library import surroundings
from samarkand.programme.model.models import Financing, Item, Programme, Project, When
from samarkand.session import Session
from samarkand.world.parameters import load_parameters
from samarkand.worth import appraise_worth
from toy import make_toy_world, toy_programme

PARAMETERS = dict(load_parameters())
WORLD = make_toy_world()
TERMS = {"interest_rate": 0.05, "maturity": 20.0, "grace": 5.0}


def figure(value: float) -> Evidence:
    return Evidence(value=value, unit="1", source="made up", flag="assumed")


def loan(**terms: float) -> Financing:
    given = {name: figure(value) for name, value in {"share": 1.0, **terms}.items()}
    return Financing(party="chn-bank", instrument="loan", **given)  # type: ignore[arg-type]


def railway(start: int, opening: int, capex: float = 1000.0, **values: Any) -> Item:
    return Project.of(
        {
            "id": "railway", "title": "It", "kind": "rail", "economies": ("KAZ",), "status": "construction",
            "construction_start": When(year=start), "opening": When(year=opening), "capex": figure(capex), **values,
        }
    )  # fmt: skip


def flows(
    item: Item, line: Financing | None, rule: Any, years: range, parameters: dict[str, float]
) -> np.ndarray:
    """What is charged by year; the annuity over its life alone."""
    found = []
    for year in years:
        open_for = year - item.opening.year  # type: ignore[union-attr]
        if rule == "annuity" and not 0 <= open_for < parameters["asset_life_rail"]:
            found.append(0.0)
        else:
            found.append(due_in(item, line, rule, year, parameters))
    return np.array(found)


@settings(max_examples=60, deadline=None)
@given(
    capex=st.floats(1.0, 1e5),
    building=st.integers(1, 12),
    life=st.integers(5, 60),
    rate=st.floats(0.0, 0.15),
    inflation=st.floats(0.0, 0.06),
    grace=st.integers(0, 15),
    repayments=st.integers(1, 40),
)
def test_the_three_charges_have_one_present_value_at_the_rate_of_the_loan(
    capex: float, building: int, life: int, rate: float, inflation: float, grace: int, repayments: int
) -> None:
    """1e-9: sums of up to a hundred terms, each rounded at 1e-16 and discounted by factors of up to 1e4."""
    maturity = max(grace + repayments, building)
    grace = min(grace, maturity - 1)
    item = railway(2030, 2030 + building, capex)
    line = loan(interest_rate=(1 + rate) * (1 + inflation) - 1, maturity=float(maturity), grace=float(grace))
    parameters = {
        **PARAMETERS, "real_interest_rate": rate, "dollar_inflation": inflation, "asset_life_rail": float(life),
        "interest_during_construction": 1.0,
    }  # fmt: skip
    years = range(2030, 2030 + building + life + maturity + 1)
    spent, annuity, service = (
        flows(item, line, rule, years, parameters) for rule in ("spending", "annuity", "service")
    )
    assert spent.sum() == pytest.approx(capex, rel=1e-12)
    worth = calc_present_value(spent, rate)
    assert calc_present_value(annuity, rate) == pytest.approx(worth, rel=1e-9)
    assert calc_present_value(service, rate) == pytest.approx(worth, rel=1e-9)


def test_without_interest_during_construction_the_annuity_is_that_of_published_capex() -> None:
    """As much less as the interest: 1,000 over 2030 to 2033 at 5 % are 250 (1.05^3 + 1.05^2 + 1.05 + 1) = 1077.53."""
    item = railway(2030, 2034)
    plain = due_in(item, None, "annuity", 2040, PARAMETERS)
    whole = due_in(item, None, "annuity", 2040, {**PARAMETERS, "interest_during_construction": 1.0})
    assert plain == pytest.approx(65.05144, rel=1e-6)
    assert whole / plain == pytest.approx(1.07753125, rel=1e-9)  # type: ignore[operator]


def test_a_loan_by_hand() -> None:
    """60 and 60 are drawn in 2030 and 2031, at 10 %; no grace, three years: 60 is owed in 2031, a third of it is
    repaid; then 100 in two parts of 50."""
    item, line = railway(2030, 2032, 120.0), loan(interest_rate=0.1, maturity=3.0, grace=0.0)
    still = {**PARAMETERS, "dollar_inflation": 0.0}
    assert flows(item, line, "service", range(2030, 2035), still) == pytest.approx(
        [0, 6 + 20, 10 + 50, 5 + 50, 0]
    )
    bond = loan(interest_rate=0.1, maturity=3.0, grace=2.0)
    assert flows(railway(2030, 2031, 90.0), bond, "service", range(2030, 2034), still) == pytest.approx(
        [0, 9, 9, 99]
    )
    for wrong in ({"maturity": 3.0, "grace": 3.0}, {"maturity": 1.0, "grace": 0.0}):
        said = due_in(item, loan(interest_rate=0.1, **wrong), "service", 2031, still)
        assert said == ("maturity after its grace and the years of construction",)


# -- a programme


def programme() -> Programme:
    """The toy programme; the railway is built from 2025 to 2027 and opens in 2028, half of it a loan."""
    patches = {
        "railway.construction_start": 2025, "railway.financing.1.perimeter": "public_external",
        **{f"railway.financing.1.{name}": {"value": value, "unit": "years" if name != "interest_rate" else "fraction",
           "source": "made up", "flag": "assumed"} for name, value in TERMS.items()},
    }  # fmt: skip
    return patch_programme(toy_programme(WORLD), patches, surroundings(WORLD))


def charged(year: int, rule: Any, item: str = "railway") -> dict[tuple[str, str], float]:
    change = apply(programme(), WORLD, year, charge=rule)
    return {(one.economy, one.party): one.annual for one in change.charges if one.item == item}


def test_what_is_spent_is_charged_while_it_is_built_and_never_again() -> None:
    """4,000 over three years, half a loan that Kyrgyzstan services, half equity of China."""
    part = 4000 / 3 / 2
    assert charged(2026, "spending") == pytest.approx({("KGZ", "chn-bank"): part, ("CHN", "chn-bank"): part})
    assert charged(2024, "spending") == charged(2028, "spending") == charged(2035, "spending") == {}
    assert charged(2027, "annuity") == {}
    change = apply(programme(), WORLD, 2026, charge="spending")
    assert change.open == apply(programme(), WORLD, 2026).open  # what is built is not open
    assert sum(change.annual_cost.values()) == pytest.approx(sum(one.annual for one in change.charges))


def test_service_follows_the_terms_and_says_what_is_missing() -> None:
    """Half of 4,000 is drawn in three years. In 2031, six years after the first, all of it is owed: 2,000 (1.02^0 +
    1.02 + 1.02^2) / 3 = 2,040.2667 in money of the years; 5 % and the first of 15 repayments, over 1.02^6."""
    in_2031 = charged(2031, "service")
    owed = 2000 * (1 + 1.02 + 1.02**2) / 3
    assert in_2031 == pytest.approx({("KGZ", "chn-bank"): (0.05 * owed + owed / 15) / 1.02**6})
    assert charged(2026, "service")["CHN", "chn-bank"] == pytest.approx(
        4000 / 3 / 2
    )  # equity is put in as it is spent
    assert charged(2046, "service") == {}  # repaid in 2045
    bare = toy_programme(WORLD)
    gaps = {
        gap.item: gap.reason
        for gap in apply(bare, WORLD, 2035, charge="service").not_assessed
        if gap.what == "cost"
    }
    assert gaps["railway"] == (
        "not assessable as debt service: needs interest_rate, maturity, grace of a loan over 50.0% of capex from A "
        "bank of China"
    )
    assert gaps["ferry-port"] == "not assessable as debt service: needs financing of 100.0% of capex"


def test_a_bond_without_grace_is_repaid_at_its_end_and_terms_that_contradict_are_said() -> None:
    bond = loan(interest_rate=0.05, maturity=10.0).model_copy(update={"instrument": "bond"})
    flat = {**PARAMETERS, "dollar_inflation": 0.0}
    item = railway(2030, 2031)
    found = flows(item, bond, "service", range(2030, 2042), flat)
    assert found == pytest.approx([0, *[50] * 9, 1050, 0])
    for line in (
        loan(interest_rate=0.05, maturity=5.0, grace=5.0),
        loan(interest_rate=0.05, maturity=2.0, grace=0.0),
    ):
        assert due_in(railway(2030, 2033), line, "service", 2035, flat) == (
            "maturity after its grace and the years of construction",
        )


def test_one_option_moves_what_is_charged_and_nothing_else() -> None:
    """By year and rule: the ledger, `programme_cost` and the payment are one; gains before anybody pays stay."""
    session, years, asked = Session(), (2026, 2031, 2035), programme()
    found = {
        rule: sk.appraise(asked, WORLD, years=years, session=session, charge=rule)
        for rule in ("annuity", "spending", "service")
    }
    plain = sk.appraise(asked, WORLD, years=years, session=session)
    assert plain.scenario == found["annuity"].scenario
    assert len({one.scenario.hash for one in found.values()}) == 3
    costs = {}
    for rule, one in found.items():
        margin = "debt_service" if rule == "service" else "capex"
        cost = one.by_year("programme_cost").transpose("year", "economy").to_series()
        rows = one.ledger.select(margin=margin).total(["year", "economy"])
        np.testing.assert_allclose(-rows.reindex(cost.index, fill_value=0.0), cost, rtol=1e-12)
        costs[rule] = cost
        before = one.by_year("real_income_unpaid_value")
        np.testing.assert_array_equal(before, found["annuity"].by_year("real_income_unpaid_value"))
        assert len(one.ledger.select(margin="capex" if rule == "service" else "debt_service")) == 0
    assert (costs["spending"].loc[2026] > 0).any()
    assert (
        costs["spending"].loc[2035].sum()
        < costs["service"].loc[2035].sum()
        < costs["annuity"].loc[2035].sum()
    )
    assert "Capital is charged as it is spent" in found["spending"].terms_line
    assert "charged" not in plain.terms_line
    assert set(found["spending"].assumed) - set(plain.assumed) == {"construction_years"}


def test_what_items_are_worth_takes_capital_when_it_is_spent_whatever_is_charged() -> None:
    session = Session()
    plain, other = (
        appraise_worth(programme(), WORLD, years=(2035,), items=["railway"], session=session, charge=rule)
        for rule in ("annuity", "service")
    )
    np.testing.assert_array_equal(plain.items["railway"].flows(), other.items["railway"].flows())
    life = plain.items["railway"].life
    assert life is not None
    assert life.spending()[:4] == pytest.approx([1200, 1200, 1200, 0])  # 4,000 at 0.9


def test_another_rule_is_a_fault() -> None:
    with pytest.raises(Faults, match="is not a way to charge capital"):
        sk.appraise(toy_programme(WORLD), WORLD, charge="anuity")  # type: ignore[arg-type]


def test_annuities_of_a_programme_do_not_depend_on_the_year() -> None:
    one = toy_programme(WORLD)
    asked = (one, one.items, one.ids, PARAMETERS, WORLD.labels)
    assert charges(*asked, "annuity", 2030) == charges(*asked)


@pytest.mark.parametrize(
    ("name", "value"),
    [("asset_life_rail", 0), ("asset_life_port", 0.4), ("asset_life_road", 1e9), ("construction_years", 1e7),
     ("interest_during_construction", 2), ("dollar_inflation", 1.5), ("real_interest_rate", float("inf"))],
)  # fmt: skip
def test_values_that_no_capital_can_be_charged_with_are_faults(name: str, value: float) -> None:
    with pytest.raises(Faults) as error:
        sk.appraise(toy_programme(WORLD), WORLD, assumptions={name: value, "ramp_up_years": -1})
    assert {fault.place for fault in error.value.faults} == {
        f"assumptions {name}",
        "assumptions ramp_up_years",
    }
