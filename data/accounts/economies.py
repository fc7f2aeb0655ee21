"""All economies of the factbook, one row each: published facts with their years, and their groups."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from data import fetch
from data.accounts.factbook import Profile, nearest_year

YEAR = 2022
SHARES = (
    "household_consumption",
    "government_consumption",
    "fixed_investment",
    "inventories",
    "exports",
    "imports",
    "agriculture",
    "industry",
    "services",
)
# Prices and the exchange rate, taken together, moving GDP of 2022 by more than this factor from the
# constant-dollar estimate: the published rate is then not the one of the published GDP (Lebanon's is three times
# off, by a rate fixed in 2022; Nigeria's devaluation, the largest honest one, gives 2.2).
_RATE_TRUSTED = 2.5


def read_groups() -> dict[str, dict[str, str]]:
    """Rows of the ISO and M49 concordance of bblocks-places, keyed by ISO3 code."""
    path = fetch.member("bblocks-places", "places/concordance.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["iso3_code"]: row for row in csv.DictReader(stream) if row["iso3_code"]}


def _compound(rates: Mapping[int, float], years: range) -> float | None:
    if any(year not in rates for year in years):
        return None
    return float(np.prod([1 + rates[year] for year in years]))


def estimate_gdp_2022(profile: Profile, dollar_inflation: Mapping[int, float]) -> tuple[float | None, str]:
    """GDP of 2022 in US$ of 2022, carried back from the published figure of a later year, and how.

        GDP_2022 = GDP_y / prod(1 + growth) / prod(1 + inflation) * rate_y / rate_2022

    with growth and consumer-price inflation of 2023 to y and local currency per US$. Where inflation or a
    rate is missing, or gives more than 2.5 times (less than 0.4 times) the following, it is
    ``GDP_y / prod(1 + growth) / prod(1 + US inflation)``; without growth rates US inflation alone. A
    published figure older than 2021 gives none.
    """
    if profile.gdp is None:
        return None, ""
    value, year = profile.gdp.value, profile.gdp.year
    if year < YEAR - 1:
        return None, ""
    if year <= YEAR:
        return value, f"published for {year}"
    years = range(YEAR + 1, year + 1)
    growth = _compound(profile.growth, years)
    dollars = _compound(dollar_inflation, years)
    if dollars is None:
        raise ValueError(f"no US inflation for {years}")
    if growth is None:
        return value / dollars, "carried back with US inflation alone"
    plain = value / growth / dollars
    prices = _compound(profile.inflation, years)
    rates = profile.exchange_rate
    if prices is not None and year in rates and YEAR in rates:
        local = value / growth / prices * rates[year] / rates[YEAR]
        if 1 / _RATE_TRUSTED <= local / plain <= _RATE_TRUSTED:
            return local, "carried back with growth, consumer prices and the exchange rate"
    return plain, "carried back with growth and US inflation"


def _encode_partners(partners: Mapping[str, float]) -> str:
    ranked = sorted(partners.items(), key=lambda item: (-item[1], item[0]))
    return " ".join(f"{code}:{share:.2f}" for code, share in ranked)


def _flag(row: Mapping[str, str], name: str) -> bool:
    return row.get(name, "") == "True"


def build_economies(profiles: Mapping[str, Profile], in_table: Collection[str]) -> pd.DataFrame:
    """One row an economy, sorted by ISO3 code; missing figures are missing (NaN, <NA>), never zero.

    Columns as declared in ``samarkand/world/economies/economy_facts.csv``.
    """
    groups = read_groups()
    dollar_inflation = profiles["USA"].inflation
    rows: list[dict[str, object]] = []
    for iso3, profile in sorted(profiles.items()):
        if profile.population is None and profile.gdp is None:
            continue  # uninhabited
        group = groups.get(iso3, {})
        gdp_2022, method = estimate_gdp_2022(profile, dollar_inflation)
        row: dict[str, object] = {
            "iso3": iso3,
            "name": group.get("name_short") or profile.name,
            "fips": profile.fips.upper(),
            "in_table": iso3 in in_table,
            "region": group.get("region", ""),
            "subregion": group.get("subregion", ""),
            "income_level": group.get("income_level", ""),
            "ldc": _flag(group, "ldc"),
            "lldc": _flag(group, "lldc"),
            "sids": _flag(group, "sids"),
            "un_member": _flag(group, "un_member"),
        }
        figures = {"population": profile.population, "gdp": profile.gdp}
        figures |= {name: nearest_year(getattr(profile, name), YEAR) for name in ("exports", "imports")}
        figures |= {f"{name}_share": profile.shares.get(name) for name in SHARES}
        for name, figure in figures.items():
            row[name] = np.nan if figure is None else figure.value
            row[f"{name}_year"] = pd.NA if figure is None else figure.year
        row["gdp_2022"] = np.nan if gdp_2022 is None else float(f"{gdp_2022:.6g}")
        row["gdp_2022_method"] = method
        for name in ("export", "import"):
            row[f"{name}_partners"] = _encode_partners(getattr(profile, f"{name}_partners"))
            row[f"{name}_partners_year"] = profile.partner_year.get(f"{name}s", pd.NA)
        rows.append(row)
    frame = pd.DataFrame(rows)
    years = [name for name in frame.columns if name.endswith("_year")]
    return frame.astype(dict.fromkeys(years, "Int16"))
