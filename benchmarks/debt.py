"""Debt: all stress tests of many economies from 2025 to 2050, and a thousand paths of one economy."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from samarkand.engines.debt.fan import debt_paths, draw_paths, percentiles
from samarkand.engines.debt.shocks import Baseline, Moments, Sizes
from samarkand.engines.debt.stress import TESTS, Costs, Terms, run

ECONOMIES, YEARS, PATHS = 80, 26, 1000


def made_up(economies: int, years: int) -> Baseline:
    """Economies with paths and histories drawn at random."""
    random = np.random.default_rng(0)
    growth = 0.04 + 0.01 * random.standard_normal((economies, years))
    gdp = 1e4 * np.cumprod((1 + growth) * 1.02, axis=-1)
    shares = {
        "exports": 0.35, "revenue": 0.22, "grants": 0.02, "spending": 0.27, "transfers": 0.08, "fdi": 0.03,
        "balance": -0.07, "pv_external": 0.28, "service_external": 0.03, "interest_external": 0.008,
        "pv_public": 0.45, "local_external": 0.02, "commercial": 0.012, "depreciation": 3e-6,
    }  # fmt: skip
    names = ("growth", "deflator", "exports", "transfers", "fdi", "balance", "primary")
    history = {name: Moments.of(0.02 + 0.01 * random.standard_normal((economies, 10))) for name in names}
    return Baseline(
        growth=growth, gdp=gdp, history=history, **{name: gdp * one for name, one in shares.items()}
    )


def best(step: Callable[[], object], times: int = 5) -> float:
    """Seconds of the quickest of several runs."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        step()
        found.append(time.perf_counter() - start)
    return min(found)


def main() -> None:
    base = made_up(ECONOMIES, YEARS)
    sizes = Sizes(1, 0.6, 0.8, 0.3, 0.3, 0.15, 0.5, 0.1, 0.015, 0.035, 0.07, 0.6, 0.2, 0.05, 0.075, 6, 0.15)
    terms = Terms(0.45, 0.04, 4, 12, 0.09, 1, 3, 1, 1, 0.07, 3, 10)
    costs = Costs(0.05, 0.25, 1.0, 0.04, 0.04, 5, 2 / 3)
    shocks = best(lambda: run(base, sizes, terms, costs))
    print(
        f"{ECONOMIES} economies x {len(TESTS)} paths x {YEARS} years: {1e3 * shocks:.1f} ms (200 ms wanted)"
    )
    history = 0.02 + 0.01 * np.random.default_rng(1).standard_normal((4, 10))
    means = np.full((4, YEARS), 0.02)
    fan = best(lambda: percentiles(debt_paths(0.5, draw_paths(means, history, PATHS, 1))))
    print(f"{PATHS} paths of one economy: {1e3 * fan:.1f} ms (1 s wanted)")
    seeds = best(lambda: run(made_up(PATHS, YEARS), sizes, terms, costs), times=1)
    print(f"{PATHS} macroeconomic paths under all tests: {seeds:.2f} s (1 s wanted)")
