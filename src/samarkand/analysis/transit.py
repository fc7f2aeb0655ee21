"""Transit income by place: what canals, railways, pipelines and ports earn with goods of others; published beside it.

First as a table on its own: shippers pay these prices inside their costs of freight already, and no income of an
economy is changed by them.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import xarray as xr

from samarkand.analysis.flows import Freight
from samarkand.world.freight.assignment import FreightWork
from samarkand.world.freight.transit import income_by_tariff
from samarkand.world.freight.transit_payments import TRANSPORT, exports_of_transport
from samarkand.world.network.transit_tariffs import TransitTariff, transit_tariffs

MILLIONS = {"US$/t": (1e6, "m t a year"), "US$/t-km": (1e9, "bn t-km a year")}
STATES = ("without", "with")


def transit_table(freight: Freight) -> pd.DataFrame:
    """One row a tariff whose place the network has, the largest income without the programme first.

    passing_*: goods from and to other economies, in `unit`; income_*: US$ m a year at the tariff; published figures are
    missing where none was found. Nothing of it is in the costs or incomes of the equilibrium.
    """
    works = (freight.without, freight.with_)
    passing = {
        name: work.passing for name, work in zip(STATES, works, strict=True) if work.passing is not None
    }
    return _table(passing)


def transit_in_accounts(freight: Freight) -> pd.DataFrame:
    """One row an economy with tariffs: modelled income from transit beside its exports of transport in the accounts.

    income and exports: US$ m a year, without the programme; share: one over the other; exceeds: income is above all
    that the economy sells of transport abroad, so that one of the two is wrong. Only economies of the accounts have a
    row; none where the accounts have no sector of transport.
    """
    flow, table = freight.world.accounts.trade_flow, transit_table(freight)
    if table.empty or TRANSPORT not in flow["sector"]:
        return pd.DataFrame(columns=["economy", "income", "exports", "share", "exceeds"])
    exports = exports_of_transport(flow).to_series()
    income = table.groupby("economy")["income_without"].sum()
    found = pd.DataFrame({"income": income, "exports": exports}).dropna()
    found = found[found["income"] > 0].assign(share=lambda both: both["income"] / both["exports"])
    found["exceeds"] = found["income"] > found["exports"]
    ordered = found.sort_values("income", ascending=False, kind="stable")
    return ordered.rename_axis("economy").reset_index()


def transit_lost(open_: FreightWork, closed: FreightWork) -> pd.DataFrame:
    """One row a tariff: what passes and what it brings on the open network and with something closed.

    passing_open, passing_closed in `unit`; income_open, income_closed and `change`, US$ m a year; published figures as
    in `transit_table`.
    """
    works = {"open": open_, "closed": closed}
    table = _table({name: work.passing for name, work in works.items() if work.passing is not None})
    return table if table.empty else table.assign(change=table["income_closed"] - table["income_open"])


def _table(passing: Mapping[str, xr.DataArray]) -> pd.DataFrame:
    rows = [_row(row, passing) for row in transit_tariffs()] if passing else []
    table = pd.DataFrame([row for row in rows if row])
    if table.empty:
        return table
    for name in ("income_published", "passing_published"):
        table[name] = pd.to_numeric(table[name])
    first = f"income_{next(iter(passing))}"
    return table.sort_values(first, ascending=False, kind="stable").reset_index(drop=True)


def _row(row: TransitTariff, passing: Mapping[str, xr.DataArray]) -> dict[str, object]:
    """Cells of a tariff; empty where the network does not have its place."""
    size, unit = MILLIONS[row.unit]
    amounts = {name: float(one.sel(tariff=row.id)) for name, one in passing.items()}
    if any(amount != amount for amount in amounts.values()):
        return {}
    income = {name: float(income_by_tariff(one).sel(tariff=row.id)) for name, one in passing.items()}
    return {
        "tariff": row.id, "title": row.title, "economy": row.economy, "kind": row.kind, "rate": row.rate,
        "rate_unit": row.unit, "rate_year": row.year,
        **{f"passing_{name}": amount / size for name, amount in amounts.items()},
        "unit": unit,
        **{f"income_{name}": value for name, value in income.items()},
        "income_published": row.income, "income_year": row.income_year, "income_source": row.income_source,
        "income_address": row.income_address, "passing_published": row.passed, "passing_year": row.passed_year,
        "passing_source": row.passed_source, "passing_address": row.passed_address, "flag": row.flag,
        "source": row.source, "address": row.address, "note": row.note,
    }  # fmt: skip
