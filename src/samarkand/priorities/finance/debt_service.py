"""What hosts owe and pay, and what financiers are owed, by year: sums over tranches with a schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.engines.loans.values import calc_concentration, calc_present_value
from samarkand.priorities.finance.tranches import CENTS, PERIMETERS, UNDECLARED, Tranche


def years_of(tranches: Iterable[Tranche]) -> tuple[int, ...]:
    """All years of the tranches that have a schedule, from the first drawdown to the last payment."""
    known = [one.years for one in tranches if one.years]
    return tuple(range(min(one.start for one in known), max(one.stop for one in known))) if known else ()


def by_tranche(tranches: Sequence[Tranche], name: str, years: Sequence[int]) -> xr.DataArray:
    """A flow or stock of `Tranche.by_year` in US$ m, dims (year, project, case); missing without a schedule."""
    known = [one for one in tranches if one.schedule is not None]
    found = _empty(
        years, project=[one.item.id for one in known], case=sorted({one.case for one in known}, key=int)
    )
    for one in known:
        found.loc[:, one.item.id, one.case] = in_years(one, one.by_year[name], years)
    return found


def by_host(
    tranches: Sequence[Tranche],
    years: Sequence[int],
    values: Callable[[Tranche], Floats],
) -> xr.DataArray:
    """`sum over tranches of values x share of the economy`, US$ m, dims (year, economy, case: the perimeter).

    `values` gives those of `Tranche.years`. Of economies that service a tranche, and perimeters that one has; missing
    where no schedule of an economy's tranches is known.
    """
    known = [one for one in tranches if one.schedule is not None]
    used = {one.perimeter for one in known}
    perimeters = [one for one in (*PERIMETERS, UNDECLARED) if one in used]
    found = _empty(years, economy=hosts_of(tranches), case=perimeters).fillna(0.0)
    for one in known:
        mine = in_years(one, values(one), years)
        for economy, share in one.hosts.items():
            found.loc[:, economy, one.perimeter] += share * mine
    for economy in unknown_hosts(tranches):
        found.loc[:, economy] = np.nan
    return found


def by_financier(tranches: Sequence[Tranche], years: Sequence[int]) -> xr.DataArray:
    """`sum over tranches of what is owed x share of the economy`, US$ m, dims (year, economy, party)."""
    known = [one for one in tranches if one.schedule is not None]
    parties = list(dict.fromkeys(one.line.party for one in known))
    found = _empty(years, economy=hosts_of(tranches), party=parties).fillna(0.0)
    for one in known:
        owed = in_years(one, one.by_year["owed"], years)
        for economy, share in one.hosts.items():
            found.loc[:, economy, one.line.party] += share * owed
    for economy in unknown_hosts(tranches):
        found.loc[:, economy] = np.nan
    return found


def concentration_of(exposure: xr.DataArray) -> xr.DataArray:
    """Concentration of what an economy owes over financiers, dims (year, economy); missing where it owes nothing."""
    values = exposure.transpose("year", "economy", "party").to_numpy()
    index = np.array([[calc_concentration(row) for row in year] for year in values])
    return exposure.isel(party=0, drop=True).transpose("year", "economy").copy(data=index)


def calc_debt_value(tranche: Tranche, discount_rate: float) -> Floats:
    """`P(y) = sum of s x share drawn / (1 + r)^t` of service after the end of each year y of `Tranche.years`, US$ m.

    The share drawn is what is drawn by the end of the year over all that will be; t the years of act/365 from there.
    """
    schedule = tranche.schedule
    if schedule is None:
        return np.zeros(0)
    service = [
        (one.day, one.service / CENTS * tranche.rates.get(one.day.year, 1.0)) for one in schedule.payments
    ]
    found = []
    for year in tranche.years:
        end = date(year, 12, 31)
        drawn = sum(cents for day, cents in schedule.draws if day <= end) / schedule.drawn
        later = [(day, drawn * amount) for day, amount in service if day > end]
        found.append(calc_present_value(later, discount_rate, end) if later else 0.0)
    return np.array(found)


def unknown_hosts(tranches: Iterable[Tranche]) -> tuple[str, ...]:
    """Economies that service tranches of which none has a schedule."""
    all_of = [one for one in tranches if one.line.is_debt]
    known = {economy for one in all_of if one.schedule is not None for economy in one.hosts}
    return tuple(dict.fromkeys(economy for one in all_of for economy in one.hosts if economy not in known))


def hosts_of(tranches: Iterable[Tranche]) -> list[str]:
    """Economies that service a tranche, by their codes."""
    return sorted({economy for one in tranches for economy in one.hosts})


def in_years(tranche: Tranche, values: Floats, years: Sequence[int]) -> Floats:
    """Values of the years of a tranche, in the years asked; nothing in others."""
    own = dict(zip(tranche.years, values.tolist(), strict=True))
    return np.array([own.get(year, 0.0) for year in years])


def _empty(years: Sequence[int], **names: Sequence[str]) -> xr.DataArray:
    unique = {name: list(dict.fromkeys(one)) for name, one in names.items()}
    shape = [len(years), *map(len, unique.values())]
    return xr.DataArray(np.full(shape, np.nan), {"year": list(years), **unique}, ("year", *unique))
