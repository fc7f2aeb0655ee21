"""Checks of a macroeconomic path before it is believed: against its own past and against what others managed."""

from __future__ import annotations

import numpy as np

from samarkand.engines.debt.shocks import Moments
from samarkand.priorities.finance.debt_framework import Framework
from samarkand.priorities.finance.debt_inputs import baseline_of, history_of
from samarkand.priorities.finance.debt_macro import Economy


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
        ("public investment and growth", "", "not assessable: needs public investment by year"),
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
