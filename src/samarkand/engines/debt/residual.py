"""Residual financing: what a shock leaves to be borrowed, on which terms, and what that adds to debt and service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """One way of borrowing what is needed: its share of the need and its terms.

    rate: a year, fraction, of shape (..., years) by year of borrowing or anything that broadcasts to it. Interest is
    paid from the year after; principal in equal parts from the year `grace` + 1 to the year `maturity` after.
    """

    share: ArrayLike
    rate: ArrayLike
    grace: int
    maturity: int


@dataclass(frozen=True)
class Added:
    """What borrowing adds by year, shape (..., years): debt at its end, present value then, interest, principal."""

    stock: Array
    present_value: Array
    interest: Array
    principal: Array

    @property
    def service(self) -> Array:
        """Interest and principal."""
        return self.interest + self.principal


def unit_loan(grace: int, maturity: int, discount: float, years: int) -> tuple[Array, Array, Array, Array]:
    """Of one unit borrowed in year 0, by age: debt, principal, and present values of principal and of unit interest.

    `s_k = 1 - sum of a_j, j <= k`, `a_k = 1 / (m - g)` for `g < k <= m`; `B_k = sum over j > k of a_j (1 + d)^(k - j)`,
    `A_k = sum over j > k of s_(j-1) (1 + d)^(k - j)`: at rate i the present value is `min(s_k, i A_k + B_k)`, since the
    framework never counts a debt for more than is owed. Raises `ValueError` where maturity is not above grace.
    """
    if not 0 <= grace < maturity:
        raise ValueError("maturity must be above grace")
    ages = np.arange(max(maturity, years) + 1)
    principal = np.where((ages > grace) & (ages <= maturity), 1.0 / (maturity - grace), 0.0)
    stock = 1.0 - np.cumsum(principal)
    stock[maturity:] = 0.0
    before = np.concatenate([[0.0], stock[:-1]])
    left, interest = np.zeros(ages.size), np.zeros(ages.size)
    for age in ages[-2::-1]:
        left[age] = (left[age + 1] + principal[age + 1]) / (1.0 + discount)
        interest[age] = (interest[age + 1] + before[age + 1]) / (1.0 + discount)
    return stock[:years], principal[:years], left[:years], interest[:years]


def finance(
    need: ArrayLike,
    lines: Sequence[Line],
    discount: float,
    *,
    refinance: bool = False,
    borrow_interest: bool = True,
) -> tuple[Added, ...]:
    """Borrow a need year by year, with the interest on what was borrowed before; one result a line.

    `b_y = need_y + interest_y + principal_y`, each line taking its share of `b`; interest where `borrow_interest`,
    principal where `refinance`. `need`: (..., years), may be below zero: less is borrowed then than without the
    shock. Source: official template, sheets of residual financing: principal is refinanced in the public block and
    not in the external one.
    """
    wanted = np.asarray(need, dtype=np.float64)
    years = wanted.shape[-1]
    units = [unit_loan(line.grace, line.maturity, discount, years) for line in lines]
    rates = [np.broadcast_to(np.asarray(line.rate, dtype=np.float64), wanted.shape) for line in lines]
    shares = [np.broadcast_to(np.asarray(line.share, dtype=np.float64), wanted.shape[:-1]) for line in lines]
    drawn = [np.zeros(wanted.shape) for _ in lines]
    paid = [np.zeros(wanted.shape) for _ in lines]
    repaid = [np.zeros(wanted.shape) for _ in lines]
    for year in range(years):
        back = np.arange(
            year - 1, -1, -1
        )  # ages at the end of the year before of what was borrowed in each year
        total = wanted[..., year]
        for k, (stock, principal, _, _) in enumerate(units):
            paid[k][..., year] = (drawn[k][..., :year] * rates[k][..., :year]) @ stock[back]
            repaid[k][..., year] = drawn[k][..., :year] @ principal[back + 1]
            total = total + borrow_interest * paid[k][..., year] + refinance * repaid[k][..., year]
        for k, share in enumerate(shares):
            drawn[k][..., year] = share * total
    found = []
    for k, (stock, _, left, interest) in enumerate(units):
        owed, value = np.zeros(wanted.shape), np.zeros(wanted.shape)
        for year in range(years):
            back = np.arange(year, -1, -1)
            worth = np.minimum(stock[back], rates[k][..., : year + 1] * interest[back] + left[back])
            owed[..., year] = drawn[k][..., : year + 1] @ stock[back]
            value[..., year] = np.einsum("...b,...b->...", drawn[k][..., : year + 1], worth)
        found.append(Added(owed, value, paid[k], repaid[k]))
    return tuple(found)
