"""What an import replaces, said by count and example: older figures over newer ones, observed ones over observed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from samarkand.core.units import format_value
from samarkand.world.economies.facts import Fact, fact_variables

if TYPE_CHECKING:
    from samarkand.world.importers.frame import Import, Parts


def note_replaced_facts(task: Import, facts: pd.DataFrame) -> None:
    """Note which figures of the base other ones take the place of."""
    sorts: dict[str, list[str]] = {
        "older than those they replace": [],
        "estimates over observed figures": [],
        "observed ones over observed ones": [],
    }
    older, weaker, same = sorts.values()
    columns = ("economy", "variable", "value", "year", "grade")
    for economy, name, value, year, grade in facts[list(columns)].itertuples(index=False):
        before = task.base.fact(str(economy), str(name))
        if before.value is None or before.value == value:
            continue
        unit = fact_variables()[str(name)].unit
        told = f"{name} of {economy}, {format_value(float(value), unit)} ({year}) over {_shown(before)}"
        if before.year is not None and year < before.year:
            older.append(told)
        elif before.grade == "observed" and grade != "observed":
            weaker.append(told)
        elif before.grade == "observed":
            same.append(told)
    for words, found in sorts.items():
        if found:
            task.notes.append(f"{len(found):,} figures are {words}, such as {found[0]}")


def _shown(fact: Fact) -> str:
    year = f" ({fact.year})" if fact.year is not None else ""
    return f"{format_value(fact.value, fact.unit)}{year} of {fact.source}"


def note_replaced_part(task: Import, parts: Parts) -> None:
    """Note that accounts or tariffs of another year are replaced, and importers that have no tariffs any more."""
    base = task.base
    if parts.accounts is not None and parts.accounts.year != base.accounts.year:
        task.notes.append(_years("accounts", parts.accounts.year, base.accounts.year))
    if parts.tariffs is not None and base.tariffs is not None:
        task.notes.append(_years("tariffs", parts.year, base.tariffs.year))
        lost = sorted(base.tariffs.importers - set(parts.tariffs["importer"]))
        if lost:
            shown = ", ".join(lost[:12]) + (f" and {len(lost) - 12} more" if len(lost) > 12 else "")
            task.notes.append(f"{len(lost)} importers of the base have no tariffs in the new table: {shown}")


def _years(what: str, year: int, before: int) -> str:
    if year == before:
        return f"{what} of {year} replace others of that year"
    return f"{what} of {year} replace {'newer' if year < before else 'older'} ones, of {before}"
