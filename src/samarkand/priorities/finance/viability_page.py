"""Tables of an item's cash, cover, and what moves them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from samarkand.priorities.faces import Chart, Table, shown
from samarkand.priorities.finance.viability import DRAWN, Viability, ends_of

HEADS = (
    "year", "capital", "revenue", "operation", "tax", "cash of the project", "debt service", "service cover",
    "life cover", "probability under 1",
)  # fmt: skip


def sentences(found: Viability | str) -> Iterator[str]:
    """What the item pays, in words."""
    if isinstance(found, str):
        yield f"Whether it pays is {found}."
        return
    rate = found.rate_of_return
    said = shown(rate.value, ".1f", 100, "%") if np.isfinite(rate.value) else f"n/a ({rate.reason})"
    discount = found.parameters["financial_discount_rate"]
    payback = shown(found.payback, ".1f", 1, "years") if np.isfinite(found.payback) else "never"
    yield (
        f"{found.revenue.words} Financial internal rate of return {said}, net present value at {discount:.0%} "
        f"US$ {found.present_value:,.0f} m, payback {payback}; nominal US dollars, after tax."
    )
    if found.missing:
        yield f"Debt service cover is not assessable: needs {'; '.join(found.missing)}."
    elif found.has_loans:
        chance = found.shortfalls[1]
        yield (
            f"Debt service cover is {found.lowest_cover:.2f} at its lowest; it falls under 1 in some year with a "
            f"probability of {chance:.0%}, {' and '.join(DRAWN)} drawn from their declared ranges."
        )


def tables_of(found: Viability) -> tuple[Table, ...]:
    """Cash by year, and the tornado."""
    flow = found.flow
    chance = found.shortfalls[0] if found.has_loans else np.full(len(flow.years), np.nan)
    cover = found.service_cover if found.has_loans else np.full(len(flow.years), np.nan)
    life = found.life_cover if found.has_loans else np.full(len(flow.years), np.nan)
    rows = tuple(
        (
            str(year), *(f"{one[k]:,.1f}" for one in (flow.capital, flow.revenue, flow.operation, flow.tax_with_loans)),
            f"{flow.project[k]:,.1f}", f"{flow.service[k]:,.1f}", shown(cover[k], ".2f"), shown(life[k], ".2f"),
            shown(float(chance[k]), ".0f", 100, "%") if flow.serviced[k] > 0 else "",
        )
        for k, year in enumerate(flow.years)
    )  # fmt: skip
    note = (
        "Nominal. Tax is after interest on the loans; the cash of the project is before any loan. Before the opening "
        "nothing is earned, and owners pay what is due."
    )
    moved = tuple(
        (name, *(f"{end:g}" for end in ends_of(found.parameters, name)), f"{low:,.0f}", f"{high:,.0f}")
        for name, low, high in found.tornado()
    )
    heads = ("parameter", "low", "high", "net present value at low", "at high")
    return (
        Table("Cash by year, US$ m", HEADS, rows, note),
        Table("What moves the net present value, US$ m", heads, moved, "One at a time, the widest first."),
    )


def chart_of(found: Viability) -> Chart:
    """Cash for debt service beside debt service."""
    flow = found.flow
    series = {
        "cash for debt service": flow.available.tolist(), "debt service": flow.service.tolist(),
    }  # fmt: skip
    return Chart("Cash and debt service by year", "US$ m a year", flow.years, series)
