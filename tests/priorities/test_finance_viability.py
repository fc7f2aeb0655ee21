"""Whether the toy railway pays: US$ 4,000 m over 2024 to 2027, open from 2028, with a loan of half of it.

Without growth, inflation, ramp-up and tax its cash is level: revenue less operation of 2 % of capital cost, 80 a year.
"""

from __future__ import annotations

import numpy as np
import pytest
import pyxirr

import samarkand as sk
from samarkand.core.faults import Faults
from samarkand.priorities.finance.assessment import viability_in
from samarkand.priorities.finance.command import finance
from samarkand.priorities.finance.revenue import calc_tonne_km
from samarkand.priorities.finance.viability import Viability, draw_factors, viability_of
from samarkand.session import Session
from toy import PROGRAMME, make_toy_world

TERMS = {  # as in test_finance.py
    "railway.construction_start": 2024, "railway.financing.1.maturity": 20, "railway.financing.1.interest_rate": 0.02,
    "railway.financing.1.grace": 5, "railway.financing.1.perimeter": "public_external",
}  # fmt: skip
WORLD, SESSION = make_toy_world(), Session()
LEVEL = {
    "price_inflation": 0.0, "benefit_growth": 0.0, "ramp_up_years": 0.0, "profit_tax_rate": 0.0,
}  # fmt: skip
EARNS = {"railway.revenue": 500}


def ask(patches=EARNS, assumptions=LEVEL, years=(2027, 2035)):
    return sk.appraise(
        PROGRAMME, WORLD, session=SESSION, years=years, patches={**TERMS, **patches}, assumptions=assumptions
    )


def railway(found) -> Viability | str:
    return viability_in(found.timeline, next(one for one in found.timeline.items if one.id == "railway"))


@pytest.fixture(scope="module")
def level():
    return ask()


def of(found, name):
    return float(found.array(name).sel(project="railway"))


def test_level_cash_pays_as_by_hand(level):
    flows = [-1000.0] * 4 + [420.0] * 30
    assert of(level, "fnpv") == pytest.approx(sum(x / 1.08**t for t, x in enumerate(flows)), abs=1e-6)
    assert of(level, "firr") == pytest.approx(pyxirr.irr(flows), abs=1e-9)
    assert of(level, "payback") == pytest.approx(4 + 4000 / 420, abs=1e-9)
    # The dearest year of the loan is 2030: 2,000 / 15 + 20 + 20 x 29 / 30 (test_finance.py).
    assert of(level, "lowest_cover") == pytest.approx(420 / (2000 / 15 + 20 + 20 * 29 / 30), rel=1e-9)
    cover = level.by_year("service_cover").sel(project="railway")
    assert np.isnan(float(cover.sel(year=2027)))  # not open: owners pay the interest
    assert float(cover.sel(year=2028)) == pytest.approx(420 / 40)


def test_life_cover_is_the_value_of_cash_until_the_loan_is_repaid(level):
    life = float(level.by_year("life_cover").sel(project="railway", year=2028))
    cost = of(level, "stack_cost")
    assert life == pytest.approx(sum(420 / (1 + cost) ** k for k in range(1, 18)) / 2000, rel=1e-9)


def test_prices_growth_ramp_up_and_tax_are_as_declared():
    found = railway(ask(assumptions={"ramp_up_years": 1, "benefit_growth": 0.0, "price_inflation": 0.03}))
    at = found.flow.years.index(2029)
    assert found.flow.revenue[at] == pytest.approx(500 * 1.03**7)  # prices of 2022
    assert found.flow.revenue[at - 1] == pytest.approx(500 * 1.03**6 / 2)
    assert found.flow.operation[at] == pytest.approx(80 * 1.03**7)
    worth = found.flow.capital.sum() / 30
    losses = sum(found.flow.interest[found.flow.years.index(year)] for year in (2025, 2026, 2027))
    first = found.flow.revenue[at - 1] - found.flow.operation[at - 1] - worth - 40
    profit = found.flow.revenue[at] - found.flow.operation[at] - worth - 40
    assert first > 0
    assert found.flow.tax_with_loans[at - 1] == pytest.approx(0.2 * max(first - losses, 0))
    assert found.flow.tax_with_loans[at] == pytest.approx(0.2 * (profit - max(losses - first, 0)))


MOVES = {
    "demand_factor": 0.8, "cost_factor": 1.3, "operating_cost_factor": 1.2, "delay_years": 2, "benefit_growth": 0.0,
    "ramp_up_years": 0, "price_inflation": 0.04, "real_depreciation": 0.02, "profit_tax_rate": 0.3,
    "financial_discount_rate": 0.05,
}  # fmt: skip


def test_every_parameter_moves_the_present_value():
    one = railway(ask(assumptions={}))

    def value(**changed) -> float:
        again = viability_of(one.item, one.revenue, one.tranches, one.parameters.replace(changed))
        return again.present_value

    for name, moved in MOVES.items():
        assert abs(value(**{name: moved}) - one.present_value) > 1.0, name
    assert value(real_depreciation=0.02, local_currency_share=0.5) > value(real_depreciation=0.02)


def test_the_tornado_is_the_present_value_asked_anew():
    found = railway(ask(assumptions={}))
    moved = {name: (low, high) for name, low, high in found.tornado()}
    assert set(moved) == set(MOVES)
    for name, end in (("demand_factor", 0.5), ("delay_years", 3), ("financial_discount_rate", 0.05)):
        again = of(ask(assumptions={name: end}), "fnpv")
        assert min(abs(value - again) for value in moved[name]) < 1e-6, name


def test_the_probability_of_a_shortfall_is_that_of_the_triangle(level):
    """Level cash, cost of operation fixed: cover falls under 1 in 2030 below a demand d with 500 d = 80 + service.

    P(d < x) = (x - a)^2 / ((b - a)(c - a)) with a = 0.5, c = 1, b = 1.2. A sequence of 4,096 points: within 1 / 1,000.
    """
    service = 2000 / 15 + 20 + 20 * 29 / 30
    found = ask({"railway.revenue": 300}, {**LEVEL, "operating_cost_factor": 1.0})
    x = (80 + service) / 300
    demand, operation = draw_factors(railway(found).parameters)
    exact = (300 * demand - 80 * operation < service).mean()
    assert of(found, "shortfall_probability") == exact
    by_hand = (x - 0.5) ** 2 / ((1.2 - 0.5) * (1 - 0.5))
    assert (demand < x).mean() == pytest.approx(by_hand, abs=1e-3)


def test_unknown_revenue_is_not_assessable_and_not_nothing():
    found = ask({})
    rows = found.to_dataframe(["firr", "fnpv", "lowest_cover"])
    assert rows["value"].isna().all()
    assert rows["reason"].str.contains("needs revenue, or freight_tariff").all()
    assert any("not assessable" in one for one in finance(found, "railway").lead)


def test_revenue_of_freight_is_tonne_km_at_the_tariff_and_says_that_it_is_that_alone():
    found = ask({"railway.freight_tariff": 0.03}, years=(2035,))
    one = railway(found)
    links = found.timeline.last.assignment.links
    mine = links[links["item"].str.contains("railway")]
    assert one.revenue.parts == {
        "international freight": float((mine["tonnes"] * mine["km"]).sum()) * 0.03 / 1e6
    }
    assert calc_tonne_km(found.timeline.last.assignment, "railway") > 0
    assert "Revenue of international freight alone." in " ".join(finance(found, "railway").lead)


def test_a_tariff_needs_a_year_in_which_the_item_is_open():
    assert "the last one is 2026" in railway(ask({"railway.freight_tariff": 0.03}, years=(2026,)))


def test_cover_needs_the_terms_of_all_loans():
    patches = {**TERMS, **EARNS}
    del patches["railway.financing.1.grace"]
    found = sk.appraise(PROGRAMME, WORLD, session=SESSION, years=(2035,), patches=patches, assumptions=LEVEL)
    assert np.isfinite(of(found, "fnpv"))
    rows = found.to_dataframe(["lowest_cover"])
    assert rows["reason"].str.contains("grace of tranche 1").all()


def test_fiscal_cash_is_tax_less_service_less_what_governments_pay_in():
    found = ask(assumptions={"price_inflation": 0.0, "benefit_growth": 0.0, "ramp_up_years": 0.0})
    cash = found.by_year("fiscal_cash")
    one = railway(found)
    year = one.flow.years.index(2031)
    service = float(found.by_year("loan_service").sel(project="railway", case="1", year=2031))
    # The railway stands in two economies, and each taxes half; Kyrgyzstan services the whole loan.
    tax = one.flow.tax_with_loans[year] / 2
    assert float(cash.sel(economy="KGZ", year=2031)) == pytest.approx(tax - service, abs=1e-6)
    assert float(cash.sel(economy="CHN", year=2031)) == pytest.approx(tax, abs=1e-9)
    (chart,) = (chart for chart in finance(found).charts if chart.title.startswith("Cash of governments"))
    drawn = chart.series[WORLD.names.get("KGZ", "KGZ")]
    assert drawn[chart.years.index(2031)] == pytest.approx(tax - service, abs=1e-6)


def test_a_negative_revenue_is_a_fault():
    with pytest.raises(Faults):
        ask({"railway.revenue": -5})
