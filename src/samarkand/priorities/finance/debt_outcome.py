"""The mechanical risk signal of an economy, without judgement: ratios under all tests, breaches, reasons and space.

What an input leaves open is said: without paths, histories or a class of capacity an economy is not assessable, and the
series that it needs are named. Economies with access to markets get no signal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replaced

import numpy as np
from numpy.typing import NDArray

from samarkand.engines.debt.signal import is_breached, market_pressure, most_extreme, risk_signal, space
from samarkand.engines.debt.stress import TESTS
from samarkand.priorities.finance.debt_capacity import capacity, composite_indicator, means_of, signal_of
from samarkand.priorities.finance.debt_framework import (
    CLASSES,
    COMPONENTS,
    EXTERNAL,
    RATIOS,
    SIGNALS,
    SPACES,
    TITLES,
    Framework,
    covered,
)
from samarkand.priorities.finance.debt_inputs import HISTORY, Effect, baseline_of, ratios_of
from samarkand.priorities.finance.debt_macro import Economy

Array = NDArray[np.float64]
COUNTED = tuple(test for test in TESTS if test not in ("baseline", "A1"))  # those that may change the signal
NAMES = {
    "baseline": "without a shock", "A1": "historical averages", "B1": "growth", "B2": "primary balance",
    "B3": "exports", "B4": "transfers and direct investment", "B5": "depreciation", "B6": "all of B1 to B5 at half",
    "C1": "contingent liabilities", "C2": "natural disaster", "C3": "commodity prices", "C4": "market financing",
}  # fmt: skip


@dataclass(frozen=True)
class Capacity:
    """Class of debt-carrying capacity, the composite indicator where it is known, and where the class is from."""

    word: str = ""
    indicator: float | None = None
    said: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What the framework says of an economy.

    `ratios`: by name, (tests, years) as fractions, NaN for a test that does not apply. `external`, `overall`, `room`:
    words, empty where there is none. `needs`: what is missing.
    """

    economy: Economy
    capacity: Capacity
    needs: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    ratios: Mapping[str, Array] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    extreme: Mapping[str, str] = field(default_factory=dict)
    external: str = ""
    overall: str = ""
    room: str = ""
    pressure: int | None = None
    distress: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def capacity_of(economy: Economy, rules: Framework) -> Capacity:
    """The class in force: as given; else from the composite indicator of the ten years around the first projection.

    One that differs from the class in force changes nothing until a second signal names it too. Where no class is
    given, that of the indicator holds.
    """
    needs, means = _means(economy, rules)
    indicator = None if means is None else composite_indicator(rules, means)
    given = economy.word("capacity")
    if indicator is None:
        said = f"as given ({economy.terms['capacity'].source})" if given else ""
        return Capacity(given, None, said, () if given else needs)
    signal = signal_of(rules, indicator)
    before = economy.word("capacity_before")
    if given:
        force = capacity([before, signal] if before else [signal], given)
        said = f"{given} was in force; the composite indicator of {indicator:.2f} names {signal}"
        said += f", the one before it {before}" if before else ""
        return Capacity(force, indicator, said)
    return Capacity(signal, indicator, f"the composite indicator is {indicator:.2f}")


def _means(economy: Economy, rules: Framework) -> tuple[tuple[str, ...], dict[str, float] | None]:
    """What the composite indicator needs and is not there, or its means."""
    back, ahead = int(rules["years_back"]), int(rules["years_ahead"])
    first, last = economy.first - back, economy.first + ahead - 1

    def of(name: str) -> Array:
        return economy.of(name, first, last)

    with np.errstate(invalid="ignore"):
        values = {
            "growth": of("growth"), "world_growth": of("world_growth"), "remittances": of("remittances") / of("gdp"),
            "reserves": of("reserves") / of("imports"), "cpia": of("cpia")[:back],
        }  # fmt: skip
    words = {
        "growth": "growth", "world_growth": "world_growth", "remittances": "remittances and gdp",
        "reserves": "reserves and imports", "cpia": "cpia, the score of the World Bank,",
    }  # fmt: skip
    lacking = [name for name in COMPONENTS if np.isnan(values[name]).any()]
    if lacking:
        spans = {"cpia": f"{first} to {economy.first - 1}"}
        return tuple(f"{words[name]} of {spans.get(name, f'{first} to {last}')}" for name in lacking), None
    return (), means_of(rules, {name: one.tolist() for name, one in values.items()})


def outcome_of(economy: Economy, rules: Framework, effect: Effect | None = None) -> Outcome:
    """The mechanical signal of an economy, or what it needs."""
    force = capacity_of(economy, rules)
    missing = economy.lacks(HISTORY)
    if missing:
        return Outcome(economy, force, (*missing, *force.needs))
    ratios = ratios_of(economy, rules, effect)
    years = economy.projection[: next(iter(ratios.values())).shape[-1]]
    open_ = Outcome(
        economy, force, force.needs, years, ratios,
        distress=distress_of(economy, rules), pressure=_pressure(economy, rules, effect),
    )  # fmt: skip
    if economy.code not in covered() or not force.word:
        return open_
    limits = rules.thresholds(force.word)
    counted = np.array([TESTS.index(test) for test in COUNTED])
    base, stressed, extreme, reasons = {}, {}, {}, []
    for name in RATIOS:
        paths, limit = ratios[name], limits[name]
        worst = int(counted[int(most_extreme(paths[counted], limit))])
        extreme[name] = TESTS[worst]
        base[name], stressed[name] = (bool(is_breached(path, limit)) for path in (paths[0], paths[worst]))
        reasons += _reasons(name, paths, worst, limit, years, base[name])
    outside = int(risk_signal([base[name] for name in EXTERNAL], [stressed[name] for name in EXTERNAL]))
    overall = int(risk_signal(list(base.values()), list(stressed.values())))
    room = SPACES[_space(ratios, limits, rules)] if SIGNALS[outside] == "moderate" else ""
    return replaced(
        open_, thresholds=limits, extreme=extreme, external=SIGNALS[outside], overall=SIGNALS[overall], room=room,
        reasons=(*open_.distress, *reasons),
    )  # fmt: skip


def _space(ratios: Mapping[str, Array], limits: Mapping[str, float], rules: Framework) -> int:
    kinds = ["stock" if name.startswith("pv") else "service" for name in EXTERNAL]
    median, upper = ([rules[f"space_{kind}_{end}"] for kind in kinds] for end in ("median", "upper"))
    return int(
        space([ratios[name][0] for name in EXTERNAL], [limits[name] for name in EXTERNAL], median, upper)
    )


def _reasons(
    name: str, paths: Array, worst: int, limit: float, years: Sequence[int], breached: bool
) -> list[str]:
    """Why a ratio counts, in words: its breach without a shock, else that under the test that counts."""
    row = 0 if breached else worst
    above = [k for k in range(min(len(years), 11)) if paths[row, k] > limit]
    if not above:
        return []
    peak = max(above, key=lambda k: paths[row, k])
    test = "without a shock" if row == 0 else f"under {TESTS[row]} ({NAMES[TESTS[row]]})"
    said = f"{TITLES[name]}: {100 * paths[row, peak]:.1f} in {years[peak]} {test}, above {100 * limit:.0f}"
    alone = "; one year alone does not count" if len(above) == 1 else f" in {len(above)} years"
    return [said + alone]


def distress_of(economy: Economy, rules: Framework) -> tuple[str, ...]:
    """What puts an economy in debt distress, whatever the signal says."""
    arrears = economy.term("arrears") or 0.0
    found = []
    if arrears >= rules["arrears_from"]:
        found.append(f"External arrears of {100 * arrears:.1f} % of output: in debt distress")
    if economy.term("restructuring"):
        found.append("Debt is or is about to be restructured: in debt distress")
    return tuple(found)


def _pressure(economy: Economy, rules: Framework, effect: Effect | None) -> int | None:
    """Pressure of markets, where an economy has access to them and service of all debt is known."""
    service = economy.ahead("service_public")
    if not economy.term("market_access") or np.isnan(service[:3]).any():
        return None
    base = baseline_of(economy, effect)
    years = base.gdp.shape[-1]
    added = effect.service if effect else 0.0
    need = (service[:years] + added - base.primary) / base.gdp
    spread = economy.term("spread")
    quoted = float("nan") if spread is None else spread
    return int(market_pressure(need, rules["benchmark_financing_need"], quoted, rules["benchmark_spread"]))


def all_thresholds(rules: Framework) -> dict[str, dict[str, float]]:
    """Thresholds of every class, for whoever has none."""
    return {word: rules.thresholds(word) for word in CLASSES}
