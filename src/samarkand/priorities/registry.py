"""Which priorities there are, and what each declares: read from the folders beside this file.

A folder is a priority where it holds `priority.csv`:

    priority.csv      one row: what it reads, which extra of the package it needs (`base.Priority`)
    indicators.csv    what it reports (`base.Indicator`)
    variables.csv     what its indicators are computed from, down to sources (`lineage.Variable`); may be absent
    assessment.py     `assess_state(state)`, `assess_timeline(timeline)`, `assess_project(item, timeline)`,
                      `assess_once(state)`: those of the granularities that its indicators have
    command.py        commands of its own (`faces.Command`); may be absent
    page.py           its page of the report (`faces.Page`); may be absent

Nobody lists them: several can be built side by side without touching the same files. `priorities.csv` has the seven
that cooperation is planned on, in their order, and says of those without a folder that they are not assessed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.resources import files
from pkgutil import iter_modules

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_header, read_rows, read_table
from samarkand.core.faults import Fault, Faults, did_you_mean
from samarkand.priorities.base import Indicator, Priority

HERE = "samarkand.priorities"
ALWAYS = "trade"
NOT_CHOSEN = "left out of the question (--priorities)"


@cache
def folders() -> tuple[str, ...]:
    """Names of the folders that are priorities."""
    # Along the package's path, so that a folder need not stand beside this file (tests, priorities of one's own).
    found = (one.name for one in iter_modules(import_module(HERE).__path__) if one.ispkg)
    return tuple(sorted(name for name in found if (files(f"{HERE}.{name}") / "priority.csv").is_file()))


@cache
def priorities() -> tuple[Priority, ...]:
    """The seven in their order, then all others by name."""
    seven = read_table(HERE, "priorities.csv", Priority)
    own = {name: read_table(f"{HERE}.{name}", "priority.csv", Priority)[0] for name in folders()}
    for name, row in own.items():
        if row.name != name:
            raise ValueError(f"{HERE}/{name}/priority.csv: the name is {row.name}, not that of its folder")
    titles = {row.name: row for row in seven}
    order = [*titles, *(name for name in own if name not in titles)]
    return tuple(
        own[name].model_copy(update={"assessed": True, "reason": ""}) if name in own else titles[name]
        for name in order
    )


@cache
def in_reading_order() -> tuple[Priority, ...]:
    """Those that are assessed, each after all that it reads. Raises `ValueError` where they read in a circle."""
    assessed = {row.name: row for row in priorities() if row.assessed}
    for row in assessed.values():
        if unknown := set(row.reads) - {one.name for one in priorities()}:
            raise ValueError(f"{row.name}/priority.csv: reads {sorted(unknown)}, which are no priorities")
    try:
        order = TopologicalSorter({name: row.reads for name, row in assessed.items()}).static_order()
        return tuple(assessed[name] for name in order if name in assessed)
    except CycleError as error:
        raise ValueError(f"priorities read each other in a circle: {' > '.join(error.args[1])}") from error


def chosen_priorities(names: Collection[str]) -> frozenset[str]:
    """Those that are assessed where some are named: they, all that they read, and trade; all where none is named.

    Trade is what all reports and the ledger begin with.
    """
    by_name = {row.name: row for row in in_reading_order()}
    found: set[str] = set()
    waiting = [*names, ALWAYS] if names else list(by_name)
    while waiting:
        if (name := waiting.pop()) in by_name and name not in found:
            found.add(name)
            waiting += by_name[name].reads
    return frozenset(found)


@cache
def missing_packages(extra: str) -> tuple[str, ...]:
    """Packages of an extra that are not installed."""
    if not extra:
        return ()
    wanted = [line for line in requires("samarkand") or () if f'extra == "{extra}"' in line]
    if not wanted:
        raise ValueError(f"samarkand has no extra {extra}")
    names = (line.split(";")[0].split("[")[0].strip("() ") for line in wanted)
    return tuple(name for name in (_name(line) for line in names) if not _is_installed(name))


def _name(requirement: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else " " for letter in requirement).split()[
        0
    ]


def _is_installed(package: str) -> bool:
    try:
        return bool(version(package))
    except PackageNotFoundError:
        return False


@cache
def all_indicators() -> dict[str, tuple[Indicator, ...]]:
    """Declared indicators by priority; none for a priority that is not built."""
    return {
        row.name: read_table(f"{HERE}.{row.name}", "indicators.csv", Indicator)
        for row in priorities()
        if row.assessed
    }


def each_indicator() -> Iterator[tuple[Priority, Indicator]]:
    """Every indicator with its priority, in the order of the tables."""
    for priority in priorities():
        for indicator in all_indicators().get(priority.name, ()):
            yield priority, indicator


@cache
def _by_name() -> dict[str, tuple[Priority, Indicator]]:
    return {indicator.name: (priority, indicator) for priority, indicator in each_indicator()}


def find_indicator(name: str) -> tuple[Priority, Indicator]:
    """An indicator by its name, with its priority. Raises `Faults` with the nearest names."""
    if name not in _by_name():
        raise Faults([Fault(f"indicator {name}", "is not an indicator", did_you_mean(name, _by_name()))])
    return _by_name()[name]


def recalled_rows() -> Iterator[tuple[str, str]]:
    """Table and first cell of every row with a source in a priority's folder that is recalled, not verified."""
    for folder in folders():
        package = f"{HERE}.{folder}"
        for one in files(package).iterdir():
            if not one.name.endswith(".csv"):
                continue
            header = read_header(package, one.name)
            if not {"source", "flag"} <= set(header):
                continue
            for row in read_rows(package, one.name, _AnyRow):
                cells = row.model_extra or {}
                if cells.get("flag") == "recalled":
                    yield f"{folder}/{one.name}", str(cells.get(header[0], ""))


class _AnyRow(BaseModel):
    """A row of whatever columns."""

    model_config = ConfigDict(frozen=True, extra="allow")
