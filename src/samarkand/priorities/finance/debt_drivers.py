"""What drives an economy's debt in its years of data and ahead, and how far an earlier path of it was off."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from samarkand.engines.debt.drivers import EXTERNAL, PUBLIC, external_drivers, public_drivers
from samarkand.priorities.faces import Table, shown
from samarkand.priorities.finance.debt_macro import Economy, spans

Array = NDArray[np.float64]
YEARS = 5
SERIES = {
    "public": ("public_debt", "external_debt", "gdp", "growth", "interest_public", "revenue", "grants", "spending",
               "depreciation"),
    "external": ("external_debt", "gdp", "growth", "interest_external", "balance", "fdi"),
}  # fmt: skip
NAMES = {"public": PUBLIC, "external": EXTERNAL}
STOCKS = ("public_debt", "external_debt", "gdp")  # needed in the year before the first too
TITLES = {"public": "all public debt", "external": "public external debt"}


def gaps(economy: Economy, kind: str, first: int, last: int) -> tuple[str, ...]:
    """Series that the drivers of the years need and that are not there."""
    found = []
    for name in SERIES[kind]:
        start = first - (name in STOCKS)
        years = [start + k for k in np.flatnonzero(np.isnan(economy.of(name, start, last))).tolist()]
        if years:
            found.append(f"{name} of {spans(years)}")
    return tuple(found)


def drivers(economy: Economy, kind: str, first: int, last: int) -> dict[str, Array]:
    """Drivers by year from the first to the last, shares of output; what `gaps` names must be there."""

    def of(name: str) -> Array:
        return economy.of(name, first - 1, last)

    if kind == "external":
        return external_drivers(
            of("external_debt"), of("gdp"), of("growth"), of("interest_external"), of("balance"), of("fdi")
        )
    foreign = of("external_debt") - np.nan_to_num(of("local_external"))
    primary = of("revenue") + of("grants") - of("spending")
    return public_drivers(
        of("public_debt"),
        foreign,
        of("gdp"),
        of("growth"),
        of("interest_public"),
        primary,
        of("depreciation"),
    )


def drivers_table(economy: Economy, before: Economy | None = None) -> tuple[Table, tuple[str, ...]]:
    """Drivers of five years of data and of five ahead, and what of them is missing, in sentences.

    With an earlier path also what it missed.
    """
    spans_ = _columns(economy)
    rows: list[tuple[str, ...]] = []
    said: list[str] = []
    for kind, title in TITLES.items():
        columns = [_sums(economy, kind, *span) for span in spans_]
        if before is not None:
            columns.append(_missed(economy, before, kind))
        lacking = [one for one in columns if isinstance(one, str)]
        said += [f"What drives {title} is not assessable: {one}." for one in lacking]
        if len(lacking) == len(columns):
            continue
        for name in (*NAMES[kind], "change"):
            cells = ["n/a" if isinstance(one, str) else _points(one[name]) for one in columns]
            rows.append((kind, name, *cells))
    heads = ["debt", "driver", *map(_span, spans_)]
    note = "Points of output in all these years together. Public: all public debt; external: the public one abroad. "
    note += "Other: relief, called liabilities, privatisation, errors; of external debt what others than the "
    note += "government borrow, too. Large ones are to be explained."
    if before is not None:
        missed = _compared(economy, before)
        heads.append(f"missed {_span(missed)}" if missed else "missed")
        note += " Missed: what happened less what the earlier path projected."
    return Table("What drives debt", tuple(heads), tuple(rows), note, numbers=2), tuple(dict.fromkeys(said))


def _columns(economy: Economy) -> tuple[tuple[int, int], tuple[int, int]]:
    """Years of data and of projection that are shown."""
    first = economy.first
    return (first - YEARS, first - 1), (first, min(first + YEARS - 1, economy.years[-1]))


def _points(share: float) -> str:
    """Points of output with their sign; no sign of what rounds to nothing."""
    return shown(round(100 * share, 1) + 0.0, "+.1f")


def _span(years: tuple[int, int]) -> str:
    return f"{years[0]} to {years[1]}"


def _sums(economy: Economy, kind: str, first: int, last: int) -> dict[str, float] | str:
    """Sums by driver and their sum, or what they need."""
    needs = gaps(economy, kind, first, last)
    if needs:
        return f"{first} to {last} needs {', '.join(needs)}"
    found = {name: float(values.sum()) for name, values in drivers(economy, kind, first, last).items()}
    return {**found, "change": sum(found.values())}


def _compared(economy: Economy, before: Economy) -> tuple[int, int] | None:
    """Years that are projections in the earlier path and data in this one, five at most."""
    last = min(economy.first - 1, before.years[-1])
    first = max(before.first, last - YEARS + 1)
    return (first, last) if first <= last else None


def _missed(economy: Economy, before: Economy, kind: str) -> dict[str, float] | str:
    """What happened less what was projected, by driver, or why it cannot be said."""
    years = _compared(economy, before)
    if years is None:
        return f"the earlier path has no projection of a year before {economy.first}"
    actual, planned = (_sums(one, kind, *years) for one in (economy, before))
    if isinstance(actual, str):
        return actual
    if isinstance(planned, str):
        return f"the earlier path: {planned}"
    return _less(actual, planned)


def _less(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    return {name: value - other[name] for name, value in one.items()}
