"""Shares by tenth of the user's own: one row an economy, subject, group of sectors and tenth, in one CSV.

    economy,of,sectors,tenth,share
    KGZ,work,agriculture,1,0.62
    KGZ,spending,agriculture food,1,0.55
    KGZ,taxes,,1,0.02

`of`: `work` and `spending` make the whole for each tenth over the groups, `taxes` over the tenths.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from samarkand.core.faults import did_you_mean
from samarkand.world.economies.facts import COLUMNS
from samarkand.world.economies.tenths import ALL, OF, TENTHS_OF, write_groups
from samarkand.world.importers.frame import Import, Parts, in_parts

NEEDED = ("economy", "of", "sectors", "tenth", "share")
TENTHS = range(1, 11)
ROUNDING = 0.006  # how far shares may be from the whole: they are published with one decimal of a per cent


def read(task: Import) -> Parts | None:
    """The shares of each economy as facts."""
    found = [part for path in in_parts(task.paths, task) for part in _rows(path, task)]
    place = str(task.paths[0])
    if not found or all(part.empty for part in found):
        if not task.faults:
            task.fault(place, "has no row of an economy that is known", f"Columns: {', '.join(NEEDED)}.")
        return None
    rows = pd.concat(found, ignore_index=True)
    year = task.year or task.base.accounts.year
    facts = []
    for (economy, of), part in rows.groupby(["iso3", "of"]):
        groups = _groups(task, f"{place}, {of} of {economy}", str(of), part)
        source = f"{task.kind.publisher}, imported"
        facts.append((economy, f"{TENTHS_OF}{of}", np.nan, write_groups(groups), year, source, "observed"))
    table = pd.DataFrame(facts, columns=list(COLUMNS)).astype({"year": "Int16"})
    return Parts(year=year, facts=table, measures={"economies": int(table["economy"].nunique())})


def _rows(path: Path, task: Import) -> list[pd.DataFrame]:
    found = []
    sectors = set(task.base.accounts.sectors)
    for chunk in task.rows(path, needed=NEEDED):
        of = chunk["of"].str.strip().str.lower()
        for line, word in of[~of.isin(OF)].items():
            task.fault(f"{path}, line {line}", f"of is {word!r}", did_you_mean(word, OF), "subjects")
        names = chunk["sectors"].str.split()
        for line, group in names[of != OF[2]].items():
            for name in group if group else [""]:
                if name not in sectors:
                    reason = f"{name!r} is no sector of the accounts" if name else "names no sector"
                    task.fault(f"{path}, line {line}", reason, did_you_mean(name, sectors), "sectors")
        tenth = task.numbers(path, chunk["tenth"])
        for line, value in tenth[~tenth.isin(TENTHS)].items():
            task.fault(f"{path}, line {line}", f"tenth is {value:g}", "Tenths are 1 to 10.", "tenths")
        codes = task.economies(path, chunk["economy"])
        rows = pd.DataFrame(
            {
                "iso3": codes.map(lambda one: one[0] if len(one) == 1 else ""),
                "of": of,
                "group": [
                    ALL if one == OF[2] else " ".join(group) for one, group in zip(of, names, strict=True)
                ],
                "tenth": tenth,
                "share": task.numbers(path, chunk["share"]),
            }
        )
        found.append(rows[(rows["iso3"] != "") & rows["of"].isin(OF) & rows["tenth"].isin(TENTHS)])
    return found


def _groups(task: Import, place: str, of: str, rows: pd.DataFrame) -> dict[tuple[str, ...], np.ndarray]:
    """Shares by group; faults for rows that are there twice or not at all, and shares that make no whole."""
    if rows.duplicated(["group", "tenth"]).any():
        task.fault(place, "has a tenth of a group twice", "Keep one row.")
    once = rows.drop_duplicates(["group", "tenth"])
    table = once.pivot_table(index="group", columns="tenth", values="share")
    table = table.reindex(columns=list(TENTHS))
    if table.isna().any(axis=None):
        lacking = ", ".join(f"{k:g}" for k in table.columns[table.isna().any()])
        task.fault(place, f"lacks tenths {lacking}", "Give all ten of each group.")
    named = [name for group in table.index for name in str(group).split()]
    if len(set(named)) < len(named):
        task.fault(place, "names a sector in two groups", "Let each be in one.")
    sums = table.sum(axis=1) if of == OF[2] else table.sum()
    for label, total in sums[(sums - 1.0).abs() > ROUNDING].items():
        if not table.isna().any(axis=None):
            whose = "over the tenths" if of == OF[2] else f"of tenth {label:g}"
            task.fault(
                place,
                f"shares {whose} are {total:.4g} together, not 1",
                "Check the unit: fractions.",
                "wholes",
            )
    return {
        tuple(str(group).split()): shares / (shares.sum() if of == OF[2] else table.sum().to_numpy())
        for group, shares in zip(table.index, table.to_numpy(float), strict=True)
    }
