"""Checks of a macroeconomic path before it is believed: against its own past and against what others managed."""

from __future__ import annotations

import numpy as np

from samarkand.engines.debt.shocks import Moments
from samarkand.priorities.finance.debt_framework import Framework
from samarkand.priorities.finance.debt_inputs import HISTORY, baseline_of, history_of
from samarkand.priorities.finance.debt_macro import Economy

LEAST = 5  # years of data whose standard deviation says something
AHEAD = 5


def realism_of(economy: Economy, rules: Framework) -> tuple[tuple[str, str, str], ...]:
    """Checks as rows: what is compared, the figures, and what to explain; of an economy that lacks nothing.

    Source: IMF and World Bank (2018), Guidance Note, section IV.
    """
    base, history = baseline_of(economy), history_of(economy)
    balance = float((base.balance / base.gdp)[:5].mean())
    return (
        _adjustment(economy, rules),
        _multiplier(economy, rules),
        _against_history("growth of output", float(base.growth[:5].mean()), history["growth"]),
        _against_history("current account without interest over output", balance, history["balance"]),
        _public_capital(economy, rules),
    )


def _primary(economy: Economy, first: int, last: int) -> np.ndarray:
    values = {name: economy.of(name, first, last) for name in ("revenue", "grants", "spending", "gdp")}
    return np.asarray((values["revenue"] + values["grants"] - values["spending"]) / values["gdp"])


def _adjustment(economy: Economy, rules: Framework) -> tuple[str, str, str]:
    """The largest rise of the primary balance in three years, from the last year of data on."""
    balance = _primary(economy, economy.first - 1, economy.first + 4)
    rise = max(float(balance[k + 3] - balance[k]) for k in range(3))
    limit = rules["adjustment_from"]
    said = "in the upper quartile of programmes: explain" if rise > limit else ""
    return (
        "primary balance over output, rise in three years",
        f"{100 * rise:+.1f} points, above {100 * limit:.1f}",
        said,
    )


def _multiplier(economy: Economy, rules: Framework) -> tuple[str, str, str]:
    """Growth beside what the change of the primary balance leaves of the last growth: `g - m sum of p^(t-s) db_s`."""
    balance = _primary(economy, economy.first - 1, economy.first + 2)
    step, kept = np.diff(balance), rules["multiplier_persistence"]
    drag = sum(kept ** (len(step) - 1 - k) * float(one) for k, one in enumerate(step))
    last = float(economy.of("growth", economy.first - 1, economy.first - 1)[0])
    implied = last - rules["multiplier"] * drag
    planned = float(economy.ahead("growth")[2])
    gap = planned - implied
    spread = float(history_of(economy)["growth"].deviation)
    said = "growth does not follow from the fiscal plan: explain" if abs(gap) > spread else ""
    return (
        "growth in the third year",
        f"{100 * planned:.1f} %, {100 * implied:.1f} % with a multiplier of 0.4",
        said,
    )


def _against_history(what: str, ahead: float, past: Moments) -> tuple[str, str, str]:
    """A mean of five years ahead beside that of ten years of data."""
    mean = float(past.mean)
    far = abs(ahead - mean) > float(past.deviation)
    said = "more than a standard deviation from its past: explain" if far else ""
    return f"{what}, mean of five years", f"{100 * ahead:.1f} %, {100 * mean:.1f} % before", said


def _public_capital(economy: Economy, rules: Framework) -> tuple[str, str, str]:
    """Growth that public capital does not explain, ahead beside that in years of data."""
    what = "growth without public capital, mean of five years"
    # Stocks at the ends of two years give the contribution to the third: see `calc_contributions`.
    start = economy.first - HISTORY - 1  # of output, eleven years are there
    stocks = economy.of("public_capital", start, economy.first - 1)
    given = np.flatnonzero(stocks > 0)
    latest = economy.first - LEAST - 2
    if not given.size or start + given[0] > latest:
        return what, "", f"not assessable: needs public_capital of a year from {start} to {latest}"
    first = start + int(given[0])
    growth, gdp, invested = (
        economy.of(name, first, economy.first + AHEAD - 1) for name in ("growth", "gdp", "public_investment")
    )
    real = gdp[0] * np.cumprod(np.concatenate([[1.0], 1.0 + growth[1:]]))
    added = calc_contributions(float(stocks[given[0]]), (invested * real / gdp)[1:-1], rules)
    rest = growth[2:] - added
    if np.isnan(rest).any():
        return (
            what,
            "",
            f"not assessable: needs public_investment of {first + 1} to {economy.first + AHEAD - 2}",
        )
    past = Moments.of(rest[:-AHEAD])
    figures = (
        f"{100 * float(rest[-AHEAD:].mean()):.1f} %, {100 * float(past.mean):.1f} % before; public capital adds "
        f"{100 * float(added[-AHEAD:].mean()):.1f} %, {100 * float(added[:-AHEAD].mean()):.1f} % before"
    )
    far = abs(float(rest[-AHEAD:].mean() - past.mean)) > float(past.deviation)
    return what, figures, "more than a standard deviation from its past: explain" if far else ""


def calc_contributions(stock: float, invested: np.ndarray, rules: Framework) -> np.ndarray:
    """`b (G(t+1) - G(t)) / G(t)`, `G(t+1) = (1 - d) G(t) + e i(t)`: what public capital adds to growth.

    stock: at the end of a year; invested: in the years after it, at the same prices. The contribution of an investment
    is to the growth of the year after it.
    """
    stocks = [stock]
    for one in invested.tolist():
        stocks.append(
            (1.0 - rules["capital_depreciation"]) * stocks[-1] + rules["investment_efficiency"] * one
        )
    return np.asarray(rules["capital_elasticity"] * np.diff(stocks) / np.array(stocks[:-1]))
