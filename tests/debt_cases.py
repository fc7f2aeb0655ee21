"""Made-up economies for the tests of debt: round figures, histories that vary, no real country."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from samarkand.engines.debt.shocks import Baseline, Moments, Sizes
from samarkand.engines.debt.stress import Costs, Terms

YEARS = 21


def baseline(shape: tuple[int, ...] = (), years: int = YEARS, seed: int = 0) -> Baseline:
    """Paths of growth near 5 %, with a deficit abroad and at home, of any number of economies."""
    random = np.random.default_rng(seed)

    def drawn(mean: float, spread: float, length: int = years) -> np.ndarray:
        return mean + spread * random.standard_normal((*shape, length))

    growth, inflation = drawn(0.05, 0.008), drawn(0.02, 0.004)
    gdp = 10_000.0 * np.cumprod((1 + growth) * (1 + inflation), axis=-1)
    paths = {
        "exports": 0.35, "revenue": 0.22, "grants": 0.02, "spending": 0.27, "transfers": 0.08, "fdi": 0.03,
        "balance": -0.07, "pv_external": 0.28, "service_external": 0.03, "interest_external": 0.008,
        "pv_public": 0.45, "local_external": 0.02, "commercial": 0.012,
    }  # fmt: skip
    wave = {name: gdp * drawn(share, abs(share) / 30) for name, share in paths.items()}
    history = {
        "growth": (0.045, 0.02), "deflator": (0.015, 0.03), "exports": (0.05, 0.09), "transfers": (0.075, 0.015),
        "fdi": (0.028, 0.01), "balance": (-0.075, 0.02), "primary": (-0.02, 0.01),
    }  # fmt: skip
    moments = {name: Moments.of(drawn(*one, length=10)) for name, one in history.items()}
    return Baseline(growth=growth, gdp=gdp, depreciation=drawn(0.03, 0.005), history=moments, **wave)


SIZES = Sizes(
    shock=1.0, growth_inflation=0.6, exports_growth=0.8, depreciation=0.30, pass_through=0.3, net_exports=0.15,
    combined=0.5, disaster_debt=0.10, disaster_growth=0.015, disaster_exports=0.035, calls=0.07, commodity_share=0.6,
    commodity_gap=0.2, commodity_growth=0.05, commodity_revenue=0.075, commodity_years=6, market_depreciation=0.15,
)  # fmt: skip
TERMS = Terms(
    abroad=0.45, rate=0.04, grace=4, maturity=12, home_rate=0.09, home_grace=1, home_maturity=3, markets=1.0,
    home_markets=1.0, commercial_rate=0.07, commercial_grace=3, commercial_maturity=10,
)  # fmt: skip
COSTS = Costs(
    discount=0.05, home_cost=0.25, commercial_cost=1.0, commercial_cap=0.04, market_cost=0.04, market_maturity=5,
    market_share=2 / 3,
)  # fmt: skip


def changed(base: Baseline, **paths: Any) -> Baseline:
    """A baseline with some of its paths replaced."""
    return replace(base, **paths)
