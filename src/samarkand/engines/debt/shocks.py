"""What the stress tests of the joint debt framework do to macroeconomic paths.

Arrays are of shape (..., years), the first year the first of the projection; shocks strike in the second and third.
Money is nominal, in one currency (US$ m). Each test gives paths of output, exports and revenue, and what it leaves to
be borrowed: `external` by the economy abroad, `fiscal` by the government. Source: IMF and World Bank (2018), Guidance
Note, tables 8 and 10, and the official template of 12 August 2025 where the note leaves a choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Moments:
    """Mean and standard deviation (of a sample) of ten years of data, shape (...)."""

    mean: Array
    deviation: Array

    @classmethod
    def of(cls, history: ArrayLike) -> Moments:
        """Of a history of shape (..., years)."""
        values = np.asarray(history, dtype=np.float64)
        return cls(values.mean(axis=-1), values.std(axis=-1, ddof=1))


@dataclass(frozen=True)
class Baseline:
    """Paths without a shock and the history that sizes the shocks.

    Parameters
    ----------
    growth
        Of real output, fraction.
    gdp, exports, revenue, grants, spending, transfers, fdi, balance
        US$ m: output, exports of goods and services, revenue without grants, grants, primary expenditure, net current
        transfers, net inflows of direct investment, current account without interest.
    depreciation
        Baseline rise of the price of a US dollar, fraction; it turns the deflator in US$ into the one at home.
    pv_external, service_external, interest_external, pv_public
        US$ m: present value, service and interest of external public debt; present value of all public debt.
    local_external
        External public debt in the currency at home, US$ m.
    commercial
        New external commercial borrowing, US$ m a year.
    history
        Moments of growth, deflator (in US$), exports (growth), transfers, fdi, balance, primary (each over output).
    """

    growth: Array
    gdp: Array
    exports: Array
    revenue: Array
    grants: Array
    spending: Array
    transfers: Array
    fdi: Array
    balance: Array
    depreciation: Array
    pv_external: Array
    service_external: Array
    interest_external: Array
    pv_public: Array
    local_external: Array
    commercial: Array
    history: Mapping[str, Moments]

    def __post_init__(self) -> None:
        shapes = {
            field.name: getattr(self, field.name).shape for field in fields(self) if field.name != "history"
        }
        if len(set(shapes.values())) > 1:
            raise ValueError(f"paths of different shapes: {shapes}")

    @cached_property
    def deflator(self) -> Array:
        """Change of the deflator in US$; zero in the first year, which no test touches."""
        change = np.zeros(self.gdp.shape)
        change[..., 1:] = self.gdp[..., 1:] / self.gdp[..., :-1] / (1.0 + self.growth[..., 1:]) - 1.0
        return change

    @cached_property
    def export_growth(self) -> Array:
        """Growth of exports; zero in the first year."""
        change = np.zeros(self.gdp.shape)
        change[..., 1:] = self.exports[..., 1:] / self.exports[..., :-1] - 1.0
        return change

    @cached_property
    def home_inflation(self) -> Array:
        """Change of the deflator in the currency at home."""
        return (1.0 + self.deflator) * (1.0 + self.depreciation) - 1.0

    @cached_property
    def primary(self) -> Array:
        """Primary balance, US$ m."""
        return self.revenue + self.grants - self.spending


@dataclass(frozen=True)
class Shocked:
    """Paths under a test. `dollar`: rise of its price against the baseline; `home`: output valued at baseline rates."""

    gdp: Array
    exports: Array
    revenue: Array
    external: Array
    fiscal: Array
    dollar: Array
    home: Array


@dataclass(frozen=True)
class Sizes:
    """Sizes of shocks and strengths of their effects, in fractions; those by economy of shape (...)."""

    shock: float
    growth_inflation: float
    exports_growth: float
    depreciation: ArrayLike
    pass_through: float
    net_exports: float
    combined: float
    disaster_debt: float
    disaster_growth: float
    disaster_exports: float
    calls: ArrayLike
    commodity_share: ArrayLike
    commodity_gap: ArrayLike
    commodity_growth: float
    commodity_revenue: float
    commodity_years: int
    market_depreciation: float


def lowered(base: Array, moments: Moments, size: float) -> Array:
    """A path in the years of the shock: `min(base, mean) - k sd` in the second, by the same rule in the third.

    Which of the two is lower is settled in the second year, as in the template. Other years stay.
    """
    path = base.copy()
    down = size * moments.deviation
    by_mean = moments.mean <= base[..., 1]
    for year in (1, 2):
        path[..., year] = np.where(by_mean, moments.mean, base[..., year]) - down
    return path


def _level(base: Array, old: Array, new: Array) -> Array:
    """A level whose growth `old` becomes `new`."""
    return base * np.cumprod((1.0 + new) / (1.0 + old), axis=-1)


def _gdp(base: Baseline, growth: Array, deflator: Array) -> Array:
    return base.gdp * np.cumprod(
        (1.0 + growth) * (1.0 + deflator) / ((1.0 + base.growth) * (1.0 + base.deflator)), axis=-1
    )


def _shocked(base: Baseline, **paths: Array) -> Shocked:
    """A test from the paths that it moves: revenue keeps its share of output, what is not named stays."""
    gdp = paths.get("gdp", base.gdp)
    none = np.zeros(base.gdp.shape)
    given = {"exports": base.exports, "external": none, "fiscal": none, "dollar": none, "home": gdp}
    given |= {"gdp": gdp, "revenue": base.revenue * gdp / base.gdp} | paths
    return Shocked(**given)


def unshocked(base: Baseline) -> Shocked:
    """The baseline itself."""
    return _shocked(base)


def historical(base: Baseline) -> Shocked:
    """A1: growth, deflator, current account, direct investment, primary balance at their means from the second year."""
    means = {name: moments.mean[..., None] for name, moments in base.history.items()}
    later = np.arange(base.gdp.shape[-1]) > 0
    gdp = _gdp(
        base, np.where(later, means["growth"], base.growth), np.where(later, means["deflator"], base.deflator)
    )
    external = np.where(later, base.balance + base.fdi - (means["balance"] + means["fdi"]) * gdp, 0.0)
    fiscal = np.where(later, base.primary - means["primary"] * gdp, 0.0)
    return _shocked(base, gdp=gdp, exports=base.exports * gdp / base.gdp, external=external, fiscal=fiscal)


def alternative(base: Baseline, other: Baseline) -> Shocked:
    """A2: other paths of output, exports, budget, current account and direct investment, in all years.

    `(b + f) - (b' + f')` is to be borrowed abroad and `p - p'` by the government, as under A1.
    """
    external = base.balance + base.fdi - other.balance - other.fdi
    return _shocked(
        base, gdp=other.gdp, exports=other.exports, revenue=other.revenue, external=external,
        fiscal=base.primary - other.primary,
    )  # fmt: skip


def output(base: Baseline, sizes: Sizes) -> Shocked:
    """B1: lower growth, and inflation lower by its elasticity; spending keeps its level, so that revenue is missing."""
    growth = lowered(base.growth, base.history["growth"], sizes.shock)
    gdp = _gdp(base, growth, base.deflator - sizes.growth_inflation * (base.growth - growth))
    return _shocked(base, gdp=gdp, fiscal=base.revenue * (1.0 - gdp / base.gdp))


def primary_balance(base: Baseline, sizes: Sizes) -> Shocked:
    """B2: a lower primary balance over output."""
    return _shocked(base, fiscal=_missing(base, base.primary, "primary", sizes.shock))


def exports(base: Baseline, sizes: Sizes) -> Shocked:
    """B3: lower growth of exports, and of output with their share of it; imports stay for the two years."""
    growth, sold = _exports(base, sizes, sizes.shock)
    gdp = _gdp(base, growth, base.deflator)
    return _shocked(base, gdp=gdp, exports=sold, external=_in_window(base.exports - sold))


def other_flows(base: Baseline, sizes: Sizes) -> Shocked:
    """B4: lower current transfers and direct investment over output."""
    lost = sum(_missing(base, getattr(base, name), name, sizes.shock) for name in ("transfers", "fdi"))
    return _shocked(base, external=np.asarray(lost))


def depreciation(base: Baseline, sizes: Sizes) -> Shocked:
    """B5: the currency falls once, in the second year; net exports gain in the third."""
    return _fallen(base, np.asarray(sizes.depreciation, dtype=np.float64), sizes)


def combined(base: Baseline, sizes: Sizes) -> Shocked:
    """B6: all of B1 to B5 at half their size. Growth is the lower of what B1 and B3 leave."""
    half = sizes.combined
    by_exports, sold = _exports(base, sizes, half * sizes.shock)
    growth = np.minimum(lowered(base.growth, base.history["growth"], half * sizes.shock), by_exports)
    inflation = base.deflator - sizes.growth_inflation * (base.growth - growth)
    fallen = _fallen(base, half * np.asarray(sizes.depreciation, dtype=np.float64), sizes)
    step = np.zeros(base.gdp.shape)
    step[..., 1] = (1.0 - sizes.pass_through) * fallen.dollar[..., 1]
    gdp = _gdp(base, growth, inflation - step)
    home = _gdp(base, growth, inflation) * fallen.home / base.gdp
    flows = sum(
        _missing(base, getattr(base, name), name, half * sizes.shock) for name in ("transfers", "fdi")
    )
    external = _in_window(base.exports - sold) + flows + fallen.external * gdp / fallen.gdp
    fiscal = _missing(base, base.primary, "primary", half * sizes.shock) + fallen.fiscal
    fiscal = fiscal + base.revenue * (1.0 - _gdp(base, growth, inflation) / base.gdp)
    return _shocked(
        base, gdp=gdp, exports=sold, external=external, fiscal=fiscal, dollar=fallen.dollar, home=home
    )


def calls(base: Baseline, sizes: Sizes) -> Shocked:
    """C1: contingent liabilities are called in the second year."""
    fiscal = np.zeros(base.gdp.shape)
    fiscal[..., 1] = np.asarray(sizes.calls) * base.gdp[..., 1]
    return _shocked(base, fiscal=fiscal)


def disaster(base: Baseline, sizes: Sizes) -> Shocked:
    """C2: debt, lost growth and lost exports in the second year; spending keeps its level."""
    growth, sold = base.growth.copy(), base.export_growth.copy()
    growth[..., 1] -= sizes.disaster_growth
    sold[..., 1] -= sizes.disaster_exports
    gdp = _gdp(base, growth, base.deflator)
    fiscal = base.revenue * (1.0 - gdp / base.gdp)
    fiscal[..., 1] += sizes.disaster_debt * gdp[..., 1]
    return _shocked(base, gdp=gdp, exports=_level(base.exports, base.export_growth, sold), fiscal=fiscal)


def commodity(base: Baseline, sizes: Sizes) -> Shocked:
    """C3: prices of commodities fall in the second year and come back in equal steps; so do prices of output.

    Growth and revenue are lower for three years and come back with the prices.
    """
    gap = np.asarray(sizes.commodity_gap, dtype=np.float64)[..., None]
    lost = np.asarray(sizes.commodity_share, dtype=np.float64)[..., None] * gap
    since = np.arange(base.gdp.shape[-1]) - 1
    span = sizes.commodity_years
    price = np.where(since >= 0, np.clip((span - since) / span, 0.0, 1.0), 0.0)
    real = np.where(
        (since >= 0) & (since <= 2), 1.0, np.where(since > 2, np.clip((span - since) / (span - 2), 0, 1), 0)
    )
    growth = base.growth - sizes.commodity_growth * gap * real
    share = base.exports / base.gdp
    gdp = _gdp(base, growth, base.deflator) * (1.0 - lost * share * price)
    sold = base.exports * (1.0 - lost * price)
    revenue = (base.revenue / base.gdp - sizes.commodity_revenue * gap * real) * gdp
    return _shocked(
        base,
        gdp=gdp,
        exports=sold,
        revenue=revenue,
        external=base.exports - sold,
        fiscal=base.revenue - revenue,
    )


def market(base: Baseline, sizes: Sizes) -> Shocked:
    """C4: the currency falls once; what borrowing costs more, and for how long it is, stands in `stress`."""
    fallen = _fallen(base, np.asarray(sizes.market_depreciation, dtype=np.float64), sizes)
    return replace(fallen, external=np.zeros(base.gdp.shape))


def _in_window(path: Array) -> Array:
    """A path in the second and third years, zero in all others."""
    years = np.arange(path.shape[-1])
    return np.where((years == 1) | (years == 2), path, 0.0)


def _missing(base: Baseline, flow: Array, name: str, size: float) -> Array:
    """What a flow loses in the years of the shock, where its share of output is lowered."""
    share = flow / base.gdp
    return (share - lowered(share, base.history[name], size)) * base.gdp


def _exports(base: Baseline, sizes: Sizes, size: float) -> tuple[Array, Array]:
    """Growth of output and exports where the growth of exports is lowered.

    `g - e (x - x') X / Y` of the year before, and `g + e x' X / Y` where exports shrink, as in the template.
    """
    slower = lowered(base.export_growth, base.history["exports"], size)
    slower[..., 0] = base.export_growth[..., 0]
    sold = _level(base.exports, base.export_growth, slower)
    growth, produced = base.growth.copy(), base.gdp.copy()
    for year in (1, 2):
        less = np.where(
            slower[..., year] < 0, -slower[..., year], base.export_growth[..., year] - slower[..., year]
        )
        share = sold[..., year - 1] / produced[..., year - 1]
        growth[..., year] = base.growth[..., year] - sizes.exports_growth * less * share
        produced[..., year] = (
            produced[..., year - 1] * (1 + growth[..., year]) * (1 + base.deflator[..., year])
        )
    return growth, sold


def _fallen(base: Baseline, fall: Array, sizes: Sizes) -> Shocked:
    """The currency falls in the second year by a rise `fall` of the price of a dollar.

    In US$ the deflator loses what is not passed through, `(1 - p) D`; at home it gains `p D`. Net exports gain
    `0.15` of the real depreciation `(1 + D)(1 + pi) / (1 + pi + p D) - 1` in the third year. Interest abroad costs more
    at home; the primary balance keeps its share of output there, since the note names no effect on it. (In the template
    spending keeps its level while revenue rises with prices, so that a depreciation repairs the budget for good.)
    """
    deflator, dollar = base.deflator.copy(), np.zeros(base.gdp.shape)
    deflator[..., 1] -= (1.0 - sizes.pass_through) * fall
    dollar[..., 1:] = np.broadcast_to(fall, base.gdp.shape[:-1])[..., None]
    gdp = _gdp(base, base.growth, deflator)
    inflation = base.home_inflation[..., 1]
    passed = inflation + sizes.pass_through * fall
    home = base.gdp.copy()
    home[..., 1:] *= ((1.0 + passed) / (1.0 + inflation))[..., None]
    external = np.zeros(base.gdp.shape)
    real = (1.0 + fall) * (1.0 + inflation) / (1.0 + passed) - 1.0
    external[..., 2] = -sizes.net_exports * real * gdp[..., 2]
    fiscal = dollar * base.interest_external - base.primary * (home / base.gdp - 1.0)
    return _shocked(base, gdp=gdp, external=external, fiscal=fiscal, dollar=dollar, home=home)
