"""Cash of governments by year: what they pay in, what they service, what tax the items bring.

    fiscal cash = profit tax - service of public debt - budget, equity and grants of the government

Governments are parties with the role government. What they pay in is spread over construction. Tax is in it where the
revenue of an item is known; sums leave out what is not.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.core.gaps import Gap
from samarkand.priorities.base import Levels
from samarkand.priorities.finance.cash_flow import CashFlow
from samarkand.priorities.finance.tranches import Tranche
from samarkand.programme.events import years_of_construction
from samarkand.programme.model.models import Programme

PUBLIC = ("public_external", "public_domestic")
NOTHING = "no government pays in, services a loan with known terms or taxes an item with known revenue"


def calc_fiscal_cash(
    programme: Programme, tranches: tuple[Tranche, ...], flows: Mapping[str, CashFlow]
) -> xr.DataArray | None:
    """US$ m a year, dims (year, economy); None where there is none. `flows`: cash of the items with known revenue."""
    parts: list[tuple[str, dict[int, float]]] = []
    for one in tranches:
        if one.schedule is not None and one.perimeter in PUBLIC:
            service = dict(zip(one.years, one.by_year["service"].tolist(), strict=True))
            parts += [
                (code, {year: -share * paid for year, paid in service.items()})
                for code, share in one.hosts.items()
            ]
        elif not one.line.is_debt and one.amount:
            party = programme.party(one.line.party)
            building = years_of_construction(one.item)
            if party.role == "government" and party.economy and building:
                parts.append((party.economy, dict.fromkeys(building, -one.amount / len(building))))
    by_id = {item.id: item for item in programme.items}
    for name, flow in flows.items():
        hosts = by_id[name].economies
        tax = dict(zip(flow.years, flow.tax_with_loans.tolist(), strict=True))
        parts += [(code, {year: paid / len(hosts) for year, paid in tax.items()}) for code in hosts]
    if not parts:
        return None
    years = sorted({year for _, own in parts for year in own})
    economies = sorted({code for code, _ in parts})
    values: Floats = np.zeros((len(years), len(economies)))
    for code, own in parts:
        for year, amount in own.items():
            values[years.index(year), economies.index(code)] += amount
    return xr.DataArray(values, {"year": years, "economy": economies}, ("year", "economy"))


def fiscal_outcome(found: xr.DataArray | None) -> Levels | Gap:
    """The indicator from the array."""
    return Gap("finance", "fiscal_cash", NOTHING) if found is None else Levels(change=found, reason=NOTHING)
