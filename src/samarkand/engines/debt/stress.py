"""All stress tests at once: the five debt ratios under each, side by side for any number of economies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from samarkand.engines.debt import shocks
from samarkand.engines.debt.residual import Added, Line, finance
from samarkand.engines.debt.shocks import Baseline, Shocked, Sizes

Array = NDArray[np.float64]
TESTS = ("baseline", "A1", "B1", "B2", "B3", "B4", "B5", "B6", "C1", "C2", "C3", "C4")
RATIOS = ("pv_gdp", "pv_exports", "service_exports", "service_revenue", "pv_public_gdp")
# Tests whose need abroad is residual financing of the external block; the government's need is that of the others.
ABROAD = ("A1", "B3", "B4", "B5", "B6", "C3")
# Tests whose need of the government reaches the external block, by the share that it borrows abroad.
THROUGH_BUDGET = ("B2", "C1", "C2")
# Tests in which public debt changes by what is borrowed abroad alone, as in the template.
OVERLAY = ("B3", "B4", "C4")


@dataclass(frozen=True)
class Terms:
    """Terms of residual financing: rates and shares by economy of shape (...), years for all.

    `abroad`: share of the government's need that it borrows abroad. `markets`: whether borrowing abroad is commercial,
    so that it becomes dearer (B2); `home_markets` says it of borrowing at home.
    """

    abroad: ArrayLike
    rate: ArrayLike
    grace: int
    maturity: int
    home_rate: ArrayLike
    home_grace: int
    home_maturity: int
    markets: ArrayLike
    home_markets: ArrayLike
    commercial_rate: ArrayLike
    commercial_grace: int
    commercial_maturity: int


@dataclass(frozen=True)
class Costs:
    """What borrowing costs more under a test, and how short it becomes; fractions and years."""

    discount: float
    home_cost: float
    commercial_cost: float
    commercial_cap: float
    market_cost: float
    market_maturity: int
    market_share: float


def run(base: Baseline, sizes: Sizes, terms: Terms, costs: Costs) -> Mapping[str, Array]:
    """The five ratios under all `TESTS`, each of shape (..., tests, years), as fractions; none is below zero."""
    paths = {
        "baseline": shocks.unshocked(base), "A1": shocks.historical(base), "B1": shocks.output(base, sizes),
        "B2": shocks.primary_balance(base, sizes), "B3": shocks.exports(base, sizes),
        "B4": shocks.other_flows(base, sizes), "B5": shocks.depreciation(base, sizes),
        "B6": shocks.combined(base, sizes), "C1": shocks.calls(base, sizes), "C2": shocks.disaster(base, sizes),
        "C3": shocks.commodity(base, sizes), "C4": shocks.market(base, sizes),
    }  # fmt: skip
    return _ratios(base, paths, terms, costs)


def run_alternative(base: Baseline, other: Baseline, terms: Terms, costs: Costs) -> Mapping[str, Array]:
    """The five ratios under A2, other paths of the economy, each of shape (..., years); financed as under A1."""
    found = _ratios(base, {"A1": shocks.alternative(base, other)}, terms, costs)
    return {name: values[..., 0, :] for name, values in found.items()}


def _ratios(base: Baseline, paths: Mapping[str, Shocked], terms: Terms, costs: Costs) -> Mapping[str, Array]:
    """The five ratios under tests by name, of shape (..., tests, years)."""
    tests = tuple(paths)
    named = {
        name: _stacked([getattr(paths[test], name) for test in tests]) for name in Shocked.__annotations__
    }
    gdp, home, dollar = named["gdp"], named["home"], named["dollar"]
    abroad = named["external"] * _flags(ABROAD, tests)[:, None]
    budget = named["fiscal"] * _flags([one for one in tests if one not in OVERLAY], tests)[:, None]
    (external,) = finance(
        abroad, [Line(1.0, _wide(terms.rate), terms.grace, terms.maturity)], costs.discount, refinance=False
    )
    out, inside = _public(budget, _flags(("B2", "B6"), tests), base, terms, costs)
    through, overlay = _flags(THROUGH_BUDGET, tests)[:, None], _flags(OVERLAY, tests)[:, None]
    dearer = _market(base, terms, costs)
    here = _flags(("C4",), tests)[:, None]

    fixed = base.local_external[..., None, :] * dollar / (1.0 + dollar)  # debt at home is worth less in US$
    value = base.pv_external[..., None, :] - fixed + external.present_value + through * out.present_value
    value = value + here * dearer.present_value[..., None, :]
    service = base.service_external[..., None, :] + external.service + through * out.service
    service = service + here * dearer.service[..., None, :]

    # Valued at the rates of the baseline: what is owed in US$ costs more by the rise of the dollar.
    owed_abroad = base.pv_external[..., None, :] + overlay * external.present_value
    owed_abroad = (owed_abroad + here * dearer.present_value[..., None, :]) * (1.0 + dollar) - fixed * (
        1.0 + dollar
    )
    at_home = (base.pv_public - base.pv_external)[..., None, :]
    public = owed_abroad + at_home + out.present_value + inside.present_value
    found = (
        value / gdp, value / named["exports"], service / named["exports"], service / named["revenue"], public / home
    )  # fmt: skip
    return {name: np.maximum(one, 0.0) for name, one in zip(RATIOS, found, strict=True)}


def _stacked(paths: list[Array]) -> Array:
    return np.stack(paths, axis=-2)


def _flags(chosen: Sequence[str], tests: Sequence[str]) -> Array:
    return np.array([float(test in chosen) for test in tests])


def _wide(by_economy: ArrayLike) -> Array:
    """Values by economy, to stand beside (..., tests, years)."""
    return np.asarray(by_economy, dtype=np.float64)[..., None, None]


def _public(budget: Array, dearer: Array, base: Baseline, terms: Terms, costs: Costs) -> tuple[Added, Added]:
    """What the government borrows abroad and at home; in tests flagged `dearer` by how much its balance worsens."""
    worse = budget / base.gdp[..., None, :] * dearer[:, None]
    worse = np.where(np.isin(np.arange(worse.shape[-1]), (1, 2)), np.maximum(worse, 0.0), 0.0)
    more_abroad = np.minimum(costs.commercial_cost * worse, costs.commercial_cap) * _wide(terms.markets)
    more_home = costs.home_cost * worse * _wide(terms.home_markets)
    share = np.asarray(terms.abroad, dtype=np.float64)[..., None]
    lines = [
        Line(share, _wide(terms.rate) + more_abroad, terms.grace, terms.maturity),
        Line(1.0 - share, _wide(terms.home_rate) + more_home, terms.home_grace, terms.home_maturity),
    ]
    out, inside = finance(budget, lines, costs.discount, refinance=True)
    return out, inside


def _market(base: Baseline, terms: Terms, costs: Costs) -> Added:
    """What new commercial borrowing of three years adds where it is dearer and shorter (C4)."""
    drawn = np.where(np.isin(np.arange(base.gdp.shape[-1]), (1, 2, 3)), base.commercial, 0.0)
    rate = np.asarray(terms.commercial_rate, dtype=np.float64)[..., None]
    shorter = min(costs.market_maturity, max(round(costs.market_share * terms.commercial_maturity), 1))
    grace = min(round(terms.commercial_grace * shorter / terms.commercial_maturity), shorter - 1)
    planned = Line(1.0, rate, terms.commercial_grace, terms.commercial_maturity)
    (before,) = finance(drawn, [planned], costs.discount, borrow_interest=False)
    (after,) = finance(
        drawn, [Line(1.0, rate + costs.market_cost, grace, shorter)], costs.discount, borrow_interest=False
    )
    return Added(
        after.stock - before.stock, after.present_value - before.present_value,
        after.interest - before.interest, after.principal - before.principal,
    )  # fmt: skip
