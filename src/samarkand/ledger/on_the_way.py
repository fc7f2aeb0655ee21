"""Rows of the ledger of what goods pay on their way: to economies that they pass, and at full places."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import xarray as xr

from samarkand.core.conventions import BASE_YEAR
from samarkand.core.evidence import Grade
from samarkand.ledger.margins import Owner

ORDER = ("year", "economy")


def transit_rows(paid: xr.DataArray, received: xr.DataArray, *, grade: Grade, source: str) -> pd.DataFrame:
    """What goods pay economies that they pass, of the programme as a whole: a transfer, as the equilibrium has it.

    central = received of the party `carriers`, and -paid of the party `shippers`, of each economy.

    Parameters
    ----------
    paid, received
        US$ m a year, dims (year, economy), as much in all; changes by the programme.
    grade, source
        Of what they rest on.
    """
    parts = [("carriers", received), ("shippers", -paid)]
    frames = [_frame("transit_income", "equilibrium", party, gain) for party, gain in parts]
    return pd.concat(frames, ignore_index=True).assign(grade=grade, source=source)


def scarcity_rows(
    queues: xr.DataArray,
    paid: xr.DataArray,
    received: xr.DataArray,
    *,
    owner: Owner = "direct",
    grade: Grade,
    source: str,
) -> pd.DataFrame:
    """Queues and rents of the programme as a whole; no row of what is nothing everywhere.

    central = -queues; and of rents received of the party `operators`, and -paid of the party `shippers`.

    Parameters
    ----------
    queues, paid, received
        Changes by the programme, US$ m a year, dims (year, economy); paid and received as much in all.
    owner
        Of rents: `direct`, or `equilibrium` where real income holds what is received too.
    grade, source
        Of what they rest on.
    """
    parts = [
        ("scarcity_queue", "equilibrium", "shippers", 0.0 - queues),
        ("scarcity_rent", owner, "shippers", -paid),
        ("scarcity_rent", owner, "operators", received),
    ]
    kept = [one for one in parts if any(bool((more[3] != 0).any()) for more in parts if more[0] == one[0])]
    frames = [_frame(*one) for one in kept] or [_frame(*parts[0]).iloc[:0]]
    return pd.concat(frames, ignore_index=True).assign(grade=grade, source=source)


def _frame(margin: str, owner: str, party: str, gain: xr.DataArray) -> pd.DataFrame:
    values = gain.transpose(*ORDER)
    years, labels = values["year"].to_numpy().astype(np.int64), _words(values["economy"].to_numpy())
    return pd.DataFrame(
        {
            "item": "",
            "economy": np.tile(labels, len(years)),
            "party": party,
            "case": "",
            "margin": margin,
            "flow": "international",
            "owner": owner,
            "year": np.repeat(years, len(labels)),
            "low": np.nan,
            "central": values.to_numpy().ravel(),
            "high": np.nan,
            "price_year": pd.array(np.full(values.size, BASE_YEAR), "Int64"),
        }
    )


def _words(labels: Iterable[object]) -> list[str]:
    return [str(one) for one in labels]
