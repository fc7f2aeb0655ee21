"""Drivers of a debt ratio: the change of a year as a sum of growth, interest, exchange rate, balances and the rest.

Arrays are of shape (..., years); results have a year less, since a change needs the year before.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
PUBLIC = ("primary deficit", "real interest", "growth", "exchange rate", "other")
EXTERNAL = (
    "current account deficit",
    "direct investment",
    "interest",
    "growth",
    "prices and exchange rate",
    "other",
)


def public_drivers(
    debt: ArrayLike,
    foreign: ArrayLike,
    gdp: ArrayLike,
    growth: ArrayLike,
    interest: ArrayLike,
    primary: ArrayLike,
    depreciation: ArrayLike,
) -> dict[str, Array]:
    """Change of public debt over output by driver, as shares of output; the five of `PUBLIC` add up to it.

    With `N = (1 + g)(1 + pi)` and d the ratio of the year before: real interest `(r - pi (1 + g)) d / N`, growth
    `-g d / N`, exchange rate `a e (1 + r) d / N`, primary deficit over output; other is what is left (privatisation,
    called liabilities, relief, errors). `r = I (1 + e) / (D (1 + a e))` is the rate in the currency at home, where I is
    paid at the rate of its year; pi is the deflator at home, a the share of debt in foreign currency.

    debt, foreign, gdp, interest, primary: US$ m (foreign is part of debt); growth, depreciation (e, rise of the price
    of a dollar): fractions. Source: IMF (2013), Staff Guidance Note for Public Debt Sustainability Analysis in
    Market-Access Countries, note of the table of debt-creating flows.
    """
    stock, abroad, output, paid, balance = (_array(one) for one in (debt, foreign, gdp, interest, primary))
    g, e = _array(growth)[..., 1:], _array(depreciation)[..., 1:]
    before = stock[..., :-1] / output[..., :-1]
    nominal = output[..., 1:] / output[..., :-1] * (1.0 + e)  # growth of output at home, N
    prices = nominal / (1.0 + g) - 1.0
    dear = abroad[..., :-1] / stock[..., :-1] * e
    rate = paid[..., 1:] / stock[..., :-1] * (1.0 + e) / (1.0 + dear)
    found = {
        "primary deficit": -balance[..., 1:] / output[..., 1:],
        "real interest": (rate - prices * (1.0 + g)) * before / nominal,
        "growth": -g * before / nominal,
        "exchange rate": dear * (1.0 + rate) * before / nominal,
    }
    return _closed(found, stock[..., 1:] / output[..., 1:] - before)


def external_drivers(
    debt: ArrayLike,
    gdp: ArrayLike,
    growth: ArrayLike,
    interest: ArrayLike,
    balance: ArrayLike,
    investment: ArrayLike,
) -> dict[str, Array]:
    """Change of external debt over output by driver, in shares of output; the six of `EXTERNAL` add up to it.

    With `N = (1 + g)(1 + rho)` and d the ratio of the year before: interest `r d / N`, growth `-g d / N`, prices and
    exchange rate `-rho (1 + g) d / N`, rho the deflator in US$; the current account deficit without interest and minus
    direct investment, over output; other is what is left: where the debt is that of the government alone, also what
    the others borrow.

    debt, gdp, interest, balance (current account without interest), investment: US$ m; growth: fractions. Source: IMF
    and World Bank (2018), Guidance Note, table 1 and its notes.
    """
    stock, output, paid, account, inflow = (_array(one) for one in (debt, gdp, interest, balance, investment))
    g = _array(growth)[..., 1:]
    before = stock[..., :-1] / output[..., :-1]
    nominal = output[..., 1:] / output[..., :-1]
    found = {
        "current account deficit": -account[..., 1:] / output[..., 1:],
        "direct investment": -inflow[..., 1:] / output[..., 1:],
        "interest": paid[..., 1:] / stock[..., :-1] * before / nominal,
        "growth": -g * before / nominal,
        "prices and exchange rate": -(nominal - 1.0 - g) * before / nominal,
    }
    return _closed(found, stock[..., 1:] / output[..., 1:] - before)


def _closed(found: Mapping[str, Array], change: Array) -> dict[str, Array]:
    """The drivers with what they leave open."""
    return {**found, "other": np.asarray(change - sum(found.values()), dtype=np.float64)}


def _array(values: ArrayLike) -> Array:
    return np.asarray(values, dtype=np.float64)
