"""What a priority shows beside its indicators: its page of the report, and commands of its own.

Light on purpose: a priority's `command.py` is imported for `samarkand --help`. Pages are words, tables and charts
without a layout: the report and the terminal each draw them their way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    import xarray as xr

    from samarkand.priorities.timeline import Timeline
    from samarkand.programme import Programme
    from samarkand.world.world import World


NO_FIGURE = "n/a"


def shown(value: float, form: str = ",.0f", factor: float = 1.0, unit: str = "") -> str:
    """A figure in a table of a page, in a format of Python's; `n/a`, never zero, where there is none."""
    return NO_FIGURE if value != value else f"{factor * value:{form}} {unit}".rstrip()


class Answer(Protocol):
    """What a page or a command may read of an appraisal."""

    @property
    def programme(self) -> Programme:
        """The programme appraised."""
        ...

    @property
    def world(self) -> World:
        """The world it was appraised in."""
        ...

    @property
    def years(self) -> tuple[int, ...]:
        """Years asked about."""
        ...

    @property
    def timeline(self) -> Timeline:
        """All years at once: states, payments, events."""
        ...

    def array(self, indicator: str, scenario: str = "change", year: int | None = None) -> xr.DataArray:
        """An indicator in a year, the last by default."""
        ...

    def by_year(self, indicator: str, scenario: str = "change") -> xr.DataArray:
        """An indicator over all its years."""
        ...

    def words(self, indicator: str, scenario: str = "change", year: int | None = None) -> xr.DataArray:
        """The words of a category in a year, the last by default."""
        ...


@dataclass(frozen=True)
class Table:
    """A table as a reader sees it: cells are words; those of columns from `numbers` on stand to the right."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    numbers: int = 1


@dataclass(frozen=True)
class Chart:
    """Lines over years, in the declared unit that is named."""

    title: str
    unit: str
    years: tuple[int, ...]
    series: Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Bars:
    """Bars around zero, one a label, in the declared unit that is named."""

    title: str
    unit: str
    of: str
    labels: tuple[str, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class Spot:
    """A place on a map: its weight is the size of its circle, its group the colour."""

    words: str
    longitude: float
    latitude: float
    weight: float
    group: int


@dataclass(frozen=True)
class SpotMap:
    """A map of the world with circles in groups, from the best to the worst; `twin` says the same in figures.

    shades: number of the colour of each group, from the best to the worst; None: grey; as they stand if none is given.
    """

    title: str
    groups: tuple[str, ...]
    spots: tuple[Spot, ...]
    twin: Table
    shades: tuple[int | None, ...] = ()


@dataclass(frozen=True)
class GanttRow:
    """A row of a Gantt chart, in years with their fraction: a bar by the plan and one as it is now, or a day of each.

    A row whose two ends are the same is a milestone. `standing`: kept, late, expected (late, and not there yet) or due.
    """

    label: str
    planned: tuple[float, float] | None
    now: tuple[float, float] | None
    standing: str
    words: str


@dataclass(frozen=True)
class Gantt:
    """Bars and milestones over years, with the day that is today; `twin` says the same in words."""

    title: str
    rows: tuple[GanttRow, ...]
    today: float | None
    twin: Table


Figure: TypeAlias = Chart | Bars | SpotMap | Gantt


@dataclass(frozen=True)
class Way:
    """A line on a map through places (longitude, latitude), with the number that the words below the map give it.

    own: of the programme; pale: not there yet.
    """

    number: int
    words: str
    points: tuple[tuple[float, float], ...]
    own: bool = False
    pale: bool = False


@dataclass(frozen=True)
class Area:
    """An area on a map by its outline, places (longitude, latitude), beneath the lines."""

    words: str
    outline: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Site:
    """A place on a map, with the number that the words below the map give it."""

    number: int
    words: str
    longitude: float
    latitude: float


@dataclass(frozen=True)
class LineMap:
    """Lines and places on a map, over areas; `economies` are named on it, by ISO3 code."""

    title: str
    ways: tuple[Way, ...]
    economies: Mapping[str, str]
    note: str = ""
    areas: tuple[Area, ...] = ()
    sites: tuple[Site, ...] = ()


@dataclass(frozen=True)
class Node:
    """A dot of a network: its words, its place and size from 0 to 1, its shade from -1 to 1 (None: grey).

    ringed: with a ring around it.
    """

    words: str
    x: float
    y: float
    size: float
    shade: float | None = None
    ringed: bool = False


@dataclass(frozen=True)
class NetworkFigure:
    """Dots and the ties between them, by numbers of dots."""

    title: str
    nodes: tuple[Node, ...]
    ties: tuple[tuple[int, int], ...]
    note: str = ""


Picture: TypeAlias = LineMap | NetworkFigure


@dataclass(frozen=True)
class Page:
    """What a priority shows: sentences first, then pictures, then charts, then tables.

    Pictures are for paper and screen: the terminal has what they show in the tables.
    """

    title: str
    lead: tuple[str, ...] = ()
    charts: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = field(default=())
    pictures: tuple[Picture, ...] = ()


# `run(answer, **options) -> Page`: its name is the verb, its docstring the help, its further parameters its options
# (annotated as for typer). The options of a question are added to them.
Command: TypeAlias = Callable[..., Page]

# `check(items, **options)`, of a command by its verb in `CHECKS`: raises `Faults` before anything is solved. `items`:
# those of the question, None where it has faults itself, which are said too.
Check: TypeAlias = Callable[..., None]
