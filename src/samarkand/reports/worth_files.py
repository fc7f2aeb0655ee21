"""The files of what items are worth, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from samarkand.core.durable import new_files
from samarkand.reports.files import check_out
from samarkand.reports.worth_tables import write_worth_tables
from samarkand.worth.worth import Worth


def write_worth(worth: Worth, out: Path) -> tuple[Path, ...]:
    """Write worth.parquet (an item and rate a row) and worth-ledger.parquet (every cost and benefit by year)."""
    check_out(out)
    with new_files(out, f"--out {out}") as staging:
        write_worth_tables(worth, staging)
        return tuple(out / path.name for path in sorted(staging.iterdir()))
