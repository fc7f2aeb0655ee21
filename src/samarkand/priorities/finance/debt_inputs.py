"""What the stress tests take of an economy and of the framework: paths, history, sizes, terms, tests that apply."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from samarkand.engines.debt.shocks import Baseline, Moments, Sizes
from samarkand.engines.debt.stress import TESTS, Costs, Terms, run, run_alternative
from samarkand.priorities.finance.debt_framework import Framework
from samarkand.priorities.finance.debt_macro import Economy

Array = NDArray[np.float64]
MOST_YEARS = 21
HISTORY = 10


@dataclass(frozen=True)
class Effect:
    """What a programme does to an economy, by year of its projection.

    gdp, growth, exports: factors on output in US$, on one plus the growth of real output and on exports; the others are
    US$ m that are added: revenue beside its share of output, present value, service, interest; and the same of debt at
    home (`pv_home`).
    """

    gdp: Array
    growth: Array
    exports: Array
    revenue: Array
    value: Array
    service: Array
    interest: Array
    pv_home: Array

    @classmethod
    def none(cls, years: int) -> Effect:
        """No programme."""
        one, zero = np.ones(years), np.zeros(years)
        return cls(one, one, one, zero, zero, zero, zero, zero)


def baseline_of(economy: Economy, effect: Effect | None = None) -> Baseline:
    """The paths of an economy, with what a programme adds. What `Economy.lacks` names must be there."""
    years = min(len(economy.projection), MOST_YEARS)
    first, last = economy.first, economy.first + years - 1
    what = effect or Effect.none(years)

    def of(name: str) -> Array:
        return economy.of(name, first, last)

    def zero(name: str) -> Array:
        return np.nan_to_num(of(name))

    gdp, revenue = of("gdp") * what.gdp, of("revenue") * what.gdp + what.revenue
    value = of("pv_external") + what.value
    return Baseline(
        growth=(1.0 + of("growth")) * what.growth - 1.0, gdp=gdp, exports=of("exports") * what.exports,
        revenue=revenue, grants=of("grants"), spending=of("spending"), transfers=of("transfers"), fdi=of("fdi"),
        balance=of("balance"), depreciation=of("depreciation"), pv_external=value,
        service_external=of("service_external") + what.service,
        interest_external=of("interest_external") + what.interest,
        pv_public=of("pv_public") + what.value + what.pv_home, local_external=zero("local_external"),
        commercial=zero("commercial"), history=history_of(economy),
    )  # fmt: skip


def history_of(economy: Economy) -> dict[str, Moments]:
    """Moments of the ten years before the projection."""
    first, last = economy.first - HISTORY, economy.first - 1

    def of(name: str) -> Array:
        return economy.of(name, first, last)

    gdp, exports = (economy.of(name, first - 1, last) for name in ("gdp", "exports"))
    primary = of("revenue") + of("grants") - of("spending")
    found = {
        "growth": of("growth"), "deflator": gdp[1:] / gdp[:-1] / (1.0 + of("growth")) - 1.0,
        "exports": exports[1:] / exports[:-1] - 1.0, "primary": primary / gdp[1:],
        **{name: of(name) / gdp[1:] for name in ("transfers", "fdi", "balance")},
    }  # fmt: skip
    return {name: Moments.of(values) for name, values in found.items()}


def calls_of(economy: Economy, rules: Framework) -> dict[str, float]:
    """Contingent liabilities that C1 calls, over output, by kind; the defaults of the framework where none is given."""
    stock = economy.term("partnerships") or 0.0
    state, crisis = economy.term("state_owned"), economy.term("financial")
    return {
        "other_government": economy.term("other_government") or 0.0,
        "state_owned": rules["call_state_owned"] if state is None else state,
        "partnerships": rules["call_partnerships"] * stock if stock > rules["partnerships_from"] else 0.0,
        "financial": rules["call_financial"] if crisis is None else crisis,
    }


def sizes_of(economy: Economy, rules: Framework) -> Sizes:
    """Sizes of the shocks for an economy."""
    gap = economy.term("overvaluation") or 0.0
    return Sizes(
        shock=rules["shock_size"], growth_inflation=rules["growth_inflation"], exports_growth=rules["exports_growth"],
        depreciation=max(rules["depreciation"], gap), pass_through=rules["pass_through"],
        net_exports=rules["net_exports"], combined=rules["combined_size"], disaster_debt=rules["disaster_debt"],
        disaster_growth=rules["disaster_growth"], disaster_exports=rules["disaster_exports"],
        calls=sum(calls_of(economy, rules).values()), commodity_share=economy.term("commodity_share") or 0.0,
        commodity_gap=economy.term("commodity_gap") or 0.0, commodity_growth=rules["commodity_growth"],
        commodity_revenue=rules["commodity_revenue"], commodity_years=int(rules["commodity_years"]),
        market_depreciation=rules["market_depreciation"],
    )  # fmt: skip


def terms_of(economy: Economy) -> Terms:
    """Terms of residual financing of an economy."""

    def of(name: str, otherwise: float = 0.0) -> float:
        value = economy.term(name)
        return otherwise if value is None else value

    return Terms(
        abroad=of("abroad"), rate=of("rate"), grace=int(of("grace")), maturity=int(of("maturity")),
        home_rate=of("home_rate"), home_grace=int(of("home_grace")), home_maturity=int(of("home_maturity")),
        markets=of("market_access"), home_markets=of("home_markets"), commercial_rate=of("commercial_rate"),
        commercial_grace=int(of("commercial_grace")), commercial_maturity=int(of("commercial_maturity", 1.0)),
    )  # fmt: skip


def costs_of(rules: Framework) -> Costs:
    """What borrowing costs more under a test."""
    return Costs(
        discount=rules["discount_rate"], home_cost=rules["domestic_cost"], commercial_cost=rules["commercial_cost"],
        commercial_cap=rules["commercial_cost_cap"], market_cost=rules["market_cost"],
        market_maturity=int(rules["market_maturity"]), market_share=rules["market_maturity_share"],
    )  # fmt: skip


def applying(economy: Economy, rules: Framework) -> tuple[str, ...]:
    """The tests that apply to an economy."""
    left = {
        "C2": not economy.term("disaster"),
        "C3": (economy.term("commodity_share") or 0.0) < rules["commodity_from"],
        "C4": not economy.term("market_access"),
    }
    return tuple(test for test in TESTS if not left.get(test, False))


def alternative_ratios(
    economy: Economy, other: Economy, rules: Framework, effect: Effect | None = None
) -> dict[str, Array]:
    """The five ratios of an economy under A2, the paths of `other`."""
    paths = baseline_of(economy, effect), baseline_of(other, effect)
    return dict(run_alternative(*paths, terms_of(economy), costs_of(rules)))


def ratios_of(economy: Economy, rules: Framework, effect: Effect | None = None) -> dict[str, Array]:
    """The five ratios under all tests, NaN for those that do not apply."""
    base = baseline_of(economy, effect)
    found = run(base, sizes_of(economy, rules), terms_of(economy), costs_of(rules))
    apply = np.array([test in applying(economy, rules) for test in TESTS])[:, None]
    return {name: np.where(apply, values, np.nan) for name, values in found.items()}
