"""The files of an appraisal, written whole or not at all.

Everything is written into a folder of its own beside the target and moved into place at the end, so that
an interrupted run leaves the target as it was.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from samarkand.analysis.full_places import full_places
from samarkand.core.collector import paused_collector
from samarkand.core.durable import new_files
from samarkand.core.faults import Fault, Faults
from samarkand.core.schema import write_parquet
from samarkand.core.write_faults import check_place
from samarkand.priorities.registry import each_indicator
from samarkand.priorities.results import unit_of
from samarkand.reports.html import render_report
from samarkand.reports.kept_files import keep_files, read_files
from samarkand.reports.net_worth import capital_card, net_worth_card
from samarkand.reports.worth_tables import worth_card, write_worth_tables
from samarkand.worth.net_worth import net_worth
from samarkand.worth.page import worth_page
from samarkand.worth.whole_ledger import whole_ledger
from samarkand.worth.worth import Worth

if TYPE_CHECKING:
    from samarkand.priorities.faces import Page
    from samarkand.result import Appraisal

SHORT_TURN = 5e-4  # seconds
ROOM = 10_000_000  # bytes; the files of one year in a world of 199 economies take 7 MB


def check_out(out: Path, room: int = ROOM) -> None:
    """Raise `Faults` before anything is computed if files of `room` bytes could not be written to `out`."""
    place = f"--out {out}"
    if out.exists() and not out.is_dir():
        raise Faults(
            [Fault(place, "is a file, not a folder", "Name a folder, or one that is not there yet.")]
        )
    check_place(out, place, room)


def write_appraisal(
    appraisal: Appraisal, out: Path, worth: Worth | None = None, pages: Sequence[tuple[str, Page]] = ()
) -> tuple[Path, ...]:
    """Write appraisal.json, indicators.parquet, ledger.parquet, programme.parquet and report.html into `out`.

    `worth`: what the items are worth, where it was asked for: a section of the report, `worth` in the JSON, and
    worth.parquet and worth-ledger.parquet. `pages`: more sections of the report, by id, before all others. With limits
    also limits.parquet (`analysis.full_places`).
    """
    check_out(out)
    plain = worth is None and not pages
    if plain and (kept := read_files(appraisal)):
        with new_files(out, f"--out {out}") as staging:
            for name, content in kept.items():
                (staging / name).write_bytes(content)
        return tuple(out / name for name in sorted(kept))
    # The large table is encoded and compressed outside the interpreter's lock, beside the others.
    with (
        new_files(out, f"--out {out}") as staging,
        paused_collector(),
        _short_turns(),
        ThreadPoolExecutor(1) as beside,
    ):
        table = beside.submit(write_parquet, appraisal.blocks(), staging / "indicators.parquet")
        (staging / "appraisal.json").write_text(appraisal_json(appraisal, worth), encoding="utf-8")
        whole_ledger(appraisal).to_dataframe().to_parquet(
            staging / "ledger.parquet", compression="zstd", index=False
        )
        appraisal.figures().to_parquet(staging / "programme.parquet", compression="zstd", index=False)
        if (limits := full_places(appraisal.timeline.last)) is not None:
            limits.to_parquet(staging / "limits.parquet", compression="zstd", index=False)
        page = None
        if worth is not None:
            write_worth_tables(worth, staging)
            page = worth_page(worth)
        (staging / "report.html").write_text(render_report(appraisal, page, pages), encoding="utf-8")
        table.result()
        written = sorted(staging.iterdir())
        if plain:
            keep_files(appraisal, written)
        return tuple(out / path.name for path in written)


def write_texts(out: Path, texts: Mapping[str, str]) -> tuple[Path, ...]:
    """Write text files by name into `out`, all or none."""
    check_out(out)
    with new_files(out, f"--out {out}") as staging:
        for name, text in texts.items():
            (staging / name).write_text(text, encoding="utf-8")
    return tuple(out / name for name in texts)


def appraisal_json(appraisal: Appraisal, worth: Worth | None = None) -> str:
    """`programme, world, years, scenario, capital, net_worth, certificate, indicators`.

    `indicators`: the last year's headlines as records of the result schema. `worth`: with it also `worth`, by item.
    With limits also `limits`: places with a capacity in the last year (`analysis.full_places`).

    With several years also `by_year`: of each headline indicator the change, a list by economy in the order of
    `years`, null where it is missing.
    """
    beside, limits = net_worth(appraisal), full_places(appraisal.timeline.last)
    content = {
        "programme": _json(appraisal.programme_card()),
        "world": _json(appraisal.world_card()),
        "years": _json(list(appraisal.years)),
        "scenario": _json(appraisal.scenario_card()),
        "capital": _json(capital_card(beside)),
        "net_worth": _json(net_worth_card(beside)),
        "certificate": _json(appraisal.certificates()),
        **({"worth": _json(worth_card(worth))} if worth is not None else {}),
        **({"limits": _records(limits)} if limits is not None else {}),
        "indicators": _records(appraisal.headlines()),
        **({"by_year": _json(_courses(appraisal))} if len(appraisal.years) > 1 else {}),
    }
    return "{" + ", ".join(f"{_json(name)}: {text}" for name, text in content.items()) + "}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)  # no indent: ten times as fast


def _records(frame: pd.DataFrame) -> str:
    # Pandas' own JSON is fast, and makes a missing number null; it escapes slashes, which nobody needs.
    return frame.to_json(orient="records", double_precision=15, force_ascii=False).replace("\\/", "/")


def _courses(appraisal: Appraisal) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for _, row in each_indicator():
        if row.is_headline and row.dims == ("economy",):
            change = appraisal.by_year(row.name)
            if "economy" not in change.dims:
                continue  # not assessed
            values = change.transpose("economy", "year").to_numpy()
            columns = values.astype(object)
            columns[~np.isfinite(values)] = None
            codes = [str(code) for code in change["economy"].to_numpy()]
            years = [int(year) for year in change["year"].to_numpy()]
            found[row.name] = {
                "unit": unit_of(row, "change"),
                **({} if years == list(appraisal.years) else {"years": years}),
                "change": dict(zip(codes, columns.tolist(), strict=True)),
            }
    return found


@contextmanager
def _short_turns() -> Iterator[None]:
    """Let threads wait for the interpreter's lock less than the usual 5 ms: what the table does between two columns is
    far shorter than that, and would wait as long each time."""
    before = sys.getswitchinterval()
    if before <= SHORT_TURN:
        yield  # another appraisal is written beside this one: who made turns short sets them back
        return
    sys.setswitchinterval(SHORT_TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
