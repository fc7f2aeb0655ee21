"""Rows of the ledger: charges for capital, what lower costs of trade are worth in the equilibrium, transit, skills."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import xarray as xr

from samarkand.core.conventions import BASE_YEAR, REST_OF_WORLD
from samarkand.core.evidence import Evidence, Grade
from samarkand.programme.channels.payment import Charge
from samarkand.programme.channels.skills import SkillsChange, calc_net_of
from samarkand.programme.model.models import Item

DAMAGE = "direct damage"  # the case of hazard losses that is no closure


def capex_rows(
    charged: Mapping[int, Iterable[Charge]], capex: Mapping[str, Evidence], margin: str = "capex"
) -> pd.DataFrame:
    """Charges for capital: `central = -annual`, by item, economy that bears it and party that finances.

    Parameters
    ----------
    charged
        By year, what is charged (`Change.charges`).
    capex
        By item, the figure that is charged: it gives price year and source. Charges have no range: what the capital
        costs may be known within one, the life and the rate of interest are assumptions.
    margin
        `capex`, or `debt_service` where loans are charged as they are serviced.
    """
    listed = [(year, *one) for year, charges in charged.items() for one in charges]
    year, item, economy, party, annual = zip(*listed, strict=True) if listed else ((),) * 5
    price_years = {name: figure.price_year for name, figure in capex.items()}
    sources = {name: figure.citation for name, figure in capex.items()}
    return pd.DataFrame(
        {
            "item": item,
            "economy": economy,
            "party": party,
            "case": "",
            "margin": margin,
            "flow": "any",
            "owner": "direct",
            "year": np.array(year, np.int64),
            "low": np.nan,
            "central": 0.0 - np.array(annual, np.float64),
            "high": np.nan,
            "price_year": pd.array([price_years[name] for name in item], "Int64"),
            "grade": "estimated",
            "source": [sources[name] for name in item],
        }
    )


def trade_cost_rows(
    gain: xr.DataArray,
    low: xr.DataArray | None = None,
    high: xr.DataArray | None = None,
    *,
    grade: Grade,
    source: str,
) -> pd.DataFrame:
    """Real income that lower costs of trade give before anybody pays, of the programme as a whole.

    Parameters
    ----------
    gain
        Equivalent variation, US$ m a year at prices of the accounts, dims (year, economy).
    low, high
        Its range, of the same dims and labels; absent where it has none.
    grade, source
        Of the indicator that it is.
    """
    values = gain.transpose("year", "economy")
    size = (values.sizes["year"], values.sizes["economy"])

    def column(bound: xr.DataArray | None) -> np.ndarray:
        if bound is None:
            return np.full(values.size, np.nan)
        aligned = bound.transpose("year", "economy")
        xr.align(values, aligned, join="exact", copy=False)
        return np.asarray(aligned.to_numpy(), np.float64).ravel()

    return pd.DataFrame(
        {
            "item": "",
            "economy": np.tile([str(code) for code in values["economy"].to_numpy()], size[0]),
            "party": "",
            "case": "",
            "margin": "trade_cost",
            "flow": "accounts",
            "owner": "equilibrium",
            "year": np.repeat(values["year"].to_numpy().astype(np.int64), size[1]),
            "low": column(low),
            "central": column(values),
            "high": column(high),
            "price_year": pd.array(np.full(values.size, BASE_YEAR), "Int64"),
            "grade": grade,
            "source": source,
        }
    )


def skills_rows(
    changes: Mapping[int, Iterable[SkillsChange]],
    factors: tuple[float, float],
    figures: Mapping[str, Evidence],
) -> pd.DataFrame:
    """What completed training adds to pay, less what the places cost, by item and economy.

    Parameters
    ----------
    changes
        By year, those of the items that are open (`Change.effects["skills"]`).
    factors
        The least and the largest gain over the central one; not a number where no range is declared.
    figures
        By item, the pay without the training: it gives price year and source.
    """
    rows = []
    for year, of_year in changes.items():
        for change in of_year:
            central, *bounds = (calc_net_of(change, year, factor) for factor in (1.0, *factors))
            rows += [
                (change.item, economy, year, *(one[economy] for one in bounds), amount)
                for economy, amount in central.items()
            ]
    item, economy, years, low, high, amounts = zip(*rows, strict=True) if rows else ((),) * 6
    price_years = {name: figure.price_year for name, figure in figures.items()}
    sources = {name: figure.citation for name, figure in figures.items()}
    return pd.DataFrame(
        {
            "item": item,
            "economy": economy,
            "party": "",
            "case": "",
            "margin": "skills",
            "flow": "any",
            "owner": "direct",
            "year": np.array(years, np.int64),
            "low": np.array(low, np.float64),
            "central": np.array(amounts, np.float64),
            "high": np.array(high, np.float64),
            "price_year": pd.array([price_years[name] for name in item], "Int64"),
            "grade": "estimated",
            "source": [sources[name] for name in item],
        }
    )


def hazard_rows(
    in_service: Mapping[int, Iterable[str]], items: Mapping[str, Item], labels: Iterable[str]
) -> pd.DataFrame:
    """Expected annual damage by natural hazards: `central = -damage / hosts` for each economy in which an item stands.

    Parameters
    ----------
    in_service
        By year, the items that are counted.
    items
        All items by id; those without the figure have no row.
    labels
        Those of the accounts; economies inside the rest of the world are there together.
    """
    known = set(labels)
    rows = []
    for year, names in in_service.items():
        for name in names:
            damage = items[name].figure("hazard_damage")
            if damage is None:
                continue
            low, central, high = damage.ends
            ends = (-high, -central, -low) if low < high else (np.nan, -central, np.nan)
            hosts = [code if code in known else REST_OF_WORLD for code in items[name].economies]
            rows += [
                (
                    *(name, economy, "", DAMAGE, "hazard_loss", "any", "direct", year),
                    *(hosts.count(economy) / len(hosts) * end for end in ends),
                    *(damage.price_year, "estimated", damage.citation),
                )
                for economy in dict.fromkeys(hosts)
            ]
    frame = pd.DataFrame(rows, columns=list(capex_rows({}, {}).columns))
    numbers = dict.fromkeys(("low", "central", "high"), "float64")
    return frame.astype({"year": "int64", "price_year": "Int64", **numbers})
