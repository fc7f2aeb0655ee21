"""Employment by sector from ILOSTAT: persons by economic activity of ISIC Rev. 4, sections or two-digit divisions.

Of each economy the newest year is taken, or the newest up to --year, and in it one source: a labour force survey where
there is one. What the file has for several sectors together is divided over them by their gross output: as many
persons for each unit of output in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from samarkand.core.conventions import Floats
from samarkand.world.accounts.sectors import load_sectors
from samarkand.world.economies.employment import EMPLOYMENT
from samarkand.world.economies.facts import COLUMNS
from samarkand.world.importers.concordance import industries
from samarkand.world.importers.frame import Import, Parts, in_parts

THOUSAND = 1000.0
TOTAL = "TOTAL"
BOTH_SEXES = "SEX_T"
SURVEY = "BA"  # begins the codes of labour force surveys
NEEDED = ("ref_area", "sex", "classif1", "time", "obs_value")
SCHEMES = {"EC2_ISIC4_": 1, "ECO_ISIC4_": 2}  # prefixes of activities, the finer first
UNNAMED = "X"  # activities not elsewhere classified
ADDING_UP = 0.02  # of the total by which all activities may exceed it: both are published rounded
TIMES_OFF = 20.0  # how far from the labour force at hand all employment may be before the unit is wrong


def read(task: Import) -> Parts | None:
    """Persons by sector and economy."""
    found = [part for path in in_parts(task.paths, task) for part in _rows(path, task)]
    place = str(task.paths[0])
    if not found:
        if not task.faults:
            reason = "holds no employment by activity of ISIC Rev. 4, both sexes"
            task.fault(place, reason, "Fetch EMP_TEMP_SEX_EC2_NB_A or EMP_TEMP_SEX_ECO_NB_A.")
        return None
    rows = task.up_to_year(place, pd.concat(found, ignore_index=True))
    if rows is None:
        return None
    newest = int(rows["year"].max())
    _check_repeated(task, place, rows)
    facts = [row for economy, part in rows.groupby("iso3") for row in _of_economy(task, str(economy), part)]
    if not facts:
        if not task.faults:
            task.fault(place, "has no economy with all activities", "Fetch the whole indicator.")
        return None
    table = pd.DataFrame(facts, columns=list(COLUMNS)).astype({"year": "Int16"})
    _check_units(task, place, table)
    measures = {
        "economies": int(table["economy"].nunique()),
        "newest_year": newest,
        "left_out": dict(sorted(task.skipped.items())),
    }
    return Parts(
        year=newest, facts=table.sort_values(["variable", "economy"], ignore_index=True), measures=measures
    )


def _rows(path: Path, task: Import) -> list[pd.DataFrame]:
    """Rows of iso3, source, scheme (the finer first), activity, year, persons."""
    found = []
    for chunk in task.rows(path, needed=NEEDED, optional=("source", "obs_status")):
        activity = chunk["classif1"].str.strip()
        scheme = pd.Series(0, chunk.index)
        for prefix, rank in SCHEMES.items():
            scheme[activity.str.startswith(prefix)] = rank
        used = (chunk["sex"].str.strip() == BOTH_SEXES) & (scheme > 0)
        task.skip("rows of one sex or of another classification", int((~used).sum()))
        part = chunk[used]
        if part.empty:
            continue
        codes = task.economies(path, part["ref_area"])
        rows = pd.DataFrame(
            {
                "iso3": codes.map(lambda one: one[0] if len(one) == 1 else ""),
                "source": part["source"].str.strip() if "source" in part else "",
                "scheme": scheme[used],
                "activity": activity[used].str.split("_").str[-1],
                "year": task.years(path, part["time"]),
                "persons": THOUSAND * task.numbers(path, part["obs_value"]),
                "line": part.index,
            }
        )
        known = {*industries("isic4"), TOTAL, UNNAMED}
        for line, one in rows.loc[~rows["activity"].isin(known), "activity"].items():
            task.fault(
                f"{path}, line {line}", f"{one!r} is no section or division of ISIC Rev. 4", "Correct the code.",
                "activities that are not known",
            )  # fmt: skip
        kept = (
            (rows["iso3"] != "")
            & rows["persons"].notna()
            & rows["year"].notna()
            & rows["activity"].isin(known)
        )
        found.append(rows[kept].astype({"year": int}))
    return [part for part in found if len(part)]


def _check_repeated(task: Import, place: str, rows: pd.DataFrame) -> None:
    keys = ["iso3", "source", "scheme", "activity", "year"]
    for key, part in rows[rows.duplicated(keys, keep=False)].groupby(keys):
        lines = ", ".join(map(str, part["line"].head(3)))
        reason = f"{key[3]} of {key[0]} for {key[4]} stands there {len(part)} times"
        task.fault(f"{place}, lines {lines}", reason, "Keep one row.", "repeated rows")


def _of_economy(task: Import, economy: str, rows: pd.DataFrame) -> list[tuple[object, ...]]:
    """Facts of an economy, from the newest year and the finest activities that cover all sectors; none without."""
    output = _output(task, economy)
    for year in sorted(rows["year"].unique(), reverse=True):
        of_year = rows[rows["year"] == year]
        for scheme in sorted(of_year["scheme"].unique()):
            of_scheme = of_year[of_year["scheme"] == scheme]
            sources = sorted(of_scheme["source"].unique(), key=lambda one: (not one.startswith(SURVEY), one))
            for source in sources:
                part = of_scheme[of_scheme["source"] == source]
                by_activity = dict(zip(part["activity"], part["persons"], strict=True))
                made = _by_sector(by_activity, output)
                if made is None:
                    continue
                _check_total(task, f"{economy} {year}", by_activity)
                persons, shared = made
                return [
                    (
                        economy, f"{EMPLOYMENT}{sector}", value, "shared by gross output" if sector in shared else "",
                        int(year), f"{task.kind.publisher}, imported", "estimated" if sector in shared else "observed",
                    )
                    for sector, value in persons.items()
                ]  # fmt: skip
    task.skip(f"{economy}, for activities are missing or it has no accounts to share them by", len(rows))
    return []


def _by_sector(
    by_activity: Mapping[str, float], output: Mapping[str, float] | None
) -> tuple[dict[str, float], set[str]] | None:
    """Persons by sector, and the sectors that share figures with others; None where a sector has none."""
    persons: dict[str, float] = {}
    shared: set[str] = set()
    for activity, sectors in industries("isic4").items():
        if activity not in by_activity:
            continue
        if len(sectors) > 1:
            if output is None:
                return None
            shared |= set(sectors)
        weights = _weights(sectors, output)
        for sector, weight in zip(sectors, weights, strict=True):
            persons[sector] = persons.get(sector, 0.0) + weight * by_activity[activity]
    wanted = [row.code for row in load_sectors()]
    return ({code: persons[code] for code in wanted}, shared) if set(wanted) <= set(persons) else None


def _weights(sectors: tuple[str, ...], output: Mapping[str, float] | None) -> Floats:
    if output is None or len(sectors) == 1:
        return np.ones(len(sectors))
    sizes = np.array([output.get(sector, 0.0) for sector in sectors])
    return sizes / sizes.sum() if sizes.sum() > 0 else np.full(len(sectors), 1.0 / len(sectors))


def _output(task: Import, economy: str) -> dict[str, float] | None:
    """Gross output by sector in the base; None for an economy without accounts of its own."""
    accounts = task.base.accounts
    if economy not in accounts.economies:
        return None
    made = accounts.gross_output.sel(economy=economy)
    return dict(zip(map(str, made["sector"].to_numpy()), made.to_numpy().tolist(), strict=True))


def _check_total(task: Import, place: str, by_activity: Mapping[str, float]) -> None:
    together = sum(value for name, value in by_activity.items() if name != TOTAL)
    total = by_activity.get(TOTAL)
    if total is not None and together > (1.0 + ADDING_UP) * total:
        reason = f"its activities are {together:,.0f} persons together, more than its total of {total:,.0f}"
        task.fault(place, reason, "Check the file: activities may be there twice.", "totals")


def _check_units(task: Import, place: str, table: pd.DataFrame) -> None:
    ratios = []
    for economy, part in table.groupby("economy"):
        labour_force = task.base.fact(str(economy), "labour_force").value
        if labour_force:
            ratios.append(float(part["value"].sum()) / labour_force)
    ratio = float(np.median(ratios)) if ratios else 1.0
    if not 1 / TIMES_OFF <= ratio <= TIMES_OFF:
        reason = f"employment is {ratio:.3g} times the labour force at hand for most economies"
        task.fault(place, reason, "Check the unit: thousands of persons are meant.")
