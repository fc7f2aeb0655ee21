"""What the programme does to debt ratios: its own debt from the stack, output and exports from the equilibrium.

    output in US$    (1 + change of the real wage)(1 + change of consumer prices): value added in the numeraire
    growth           with the real wage
    exports          their change in the same solution
    revenue          keeps its share of output; what duties bring more is added where duties are known
    debt             tranches of the perimeter `public_external`; `public_domestic` in all public debt alone

The equilibrium is known for the years asked about: one holds until the next, and there is no effect before the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from samarkand.priorities.faces import Answer
from samarkand.priorities.finance.assessment import stack_of
from samarkand.priorities.finance.debt_inputs import MOST_YEARS, Effect
from samarkand.priorities.finance.debt_macro import Economy
from samarkand.priorities.finance.debt_service import calc_debt_value, in_years
from samarkand.priorities.finance.tranches import PERIMETERS, UNDECLARED, Tranche

Array = NDArray[np.float64]
ABROAD, HOME = "public_external", "public_domestic"


@dataclass(frozen=True)
class Owed:
    """What the programme's loans mean for an economy by year and perimeter, US$ m nominal."""

    years: tuple[int, ...]
    debt: dict[str, Array]
    service: dict[str, Array]
    interest: dict[str, Array]
    value: dict[str, Array]
    unknown: tuple[str, ...]

    @property
    def perimeters(self) -> tuple[str, ...]:
        """Perimeters in which anything is owed."""
        return tuple(
            name for name in (*PERIMETERS, UNDECLARED) if self.debt[name].any() or self.service[name].any()
        )


def owed_by(
    answer: Answer, code: str, years: Sequence[int], tranches: Sequence[Tranche] | None = None
) -> Owed:
    """The programme's debt of an economy over some years; tranches without known terms are named.

    `tranches`: those of the programme where none are given.
    """
    rate = answer.timeline.assumptions.parameters["grant_element_discount_rate"]
    names = (*PERIMETERS, UNDECLARED)
    zero = {name: np.zeros(len(years)) for name in names}
    parts = {
        part: {name: one.copy() for name, one in zero.items()}
        for part in ("debt", "service", "interest", "value")
    }
    unknown = []
    for one in stack_of(answer.timeline) if tranches is None else tranches:
        share = one.hosts.get(code, 0.0)
        if not share or not one.line.is_debt:
            continue
        if one.schedule is None:
            unknown.append(_named(answer, one))
            continue
        flows = {
            "debt": one.by_year["owed"],
            "service": one.by_year["service"],
            "interest": one.by_year["interest"],
        }
        flows["value"] = calc_debt_value(one, rate)
        for part, values in flows.items():
            parts[part][one.perimeter] += share * in_years(one, values, years)
    return Owed(
        tuple(years), parts["debt"], parts["service"], parts["interest"], parts["value"], tuple(unknown)
    )


def _named(answer: Answer, one: Tranche) -> str:
    return f"{one.item.title}, {answer.programme.party(one.line.party).name}: needs {', '.join(one.missing)}"


def effect_on(answer: Answer, economy: Economy) -> Effect:
    """What the programme does to the ratios of an economy over its projection."""
    years = economy.projection[:MOST_YEARS]
    owed, zero = owed_by(answer, economy.code, years), np.zeros(len(years))
    real, price, exports, duties = (
        held(answer, name, economy.code, years)
        for name in ("real_wage", "consumer_price", "exports", "tariff_revenue")
    )
    return with_debt(
        Effect(
            gdp=(1.0 + real) * (1.0 + price), growth=_steps(1.0 + real), exports=1.0 + exports, revenue=duties,
            value=zero, service=zero, interest=zero, pv_home=zero,
        ), owed,
    )  # fmt: skip


def with_debt(effect: Effect, owed: Owed) -> Effect:
    """An effect with the debt of a programme in place of its own."""
    return replace(
        effect, value=owed.value[ABROAD], service=owed.service[ABROAD], interest=owed.interest[ABROAD],
        pv_home=owed.debt[HOME],
    )  # fmt: skip


def held(answer: Answer, name: str, code: str, years: Sequence[int]) -> Array:
    """A change in the equilibrium by year: that of the last year asked about, zero before and where unknown."""
    found = answer.by_year(name)
    if "economy" not in found.dims or code not in found["economy"].to_numpy():  # not assessed, or not for it
        return np.zeros(len(years))
    known = {int(year): float(found.sel(year=year, economy=code)) for year in found["year"].to_numpy()}
    values = []
    for year in years:
        before = [known[one] for one in sorted(known) if one <= year]
        values.append(before[-1] if before and before[-1] == before[-1] else 0.0)
    return np.array(values)


def _steps(level: Array) -> Array:
    """Factors on growth that lead along a level."""
    return np.concatenate([level[:1], level[1:] / level[:-1]])
