"""The timeline of a question: its years, the states in force, what is paid, and what happens before openings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import xarray as xr

from samarkand.priorities.registry import find_indicator
from samarkand.priorities.results import Results
from samarkand.programme.applying import Payment
from samarkand.programme.events import Event, Phase, events_of, phase_of
from samarkand.programme.model.models import Item, Programme
from samarkand.programme.schedule import Schedule
from samarkand.state import State
from samarkand.world.assumptions import Assumptions
from samarkand.world.projection import Projection
from samarkand.world.world import World


@dataclass(frozen=True, eq=False)
class Layers:
    """Maps of the user that results are read with; what is read of them is kept with it.

    Parameters
    ----------
    protected
        Areas of ecological importance: a GeoPackage or shapefile of polygons.
    """

    protected: Path


@dataclass(frozen=True, eq=False)
class Timeline:
    """What a priority may read of all years at once.

    Parameters
    ----------
    world, programme, assumptions, projection
        Those of the question.
    without
        Items that the question leaves out.
    schedule
        The distinct states and how they make up years; what is paid by year.
    states
        By year asked: the state in force at its end, paid for as in it.
    results
        Results by year, of which `values` gives those that may be read.
    readable
        Priorities whose results a priority may read: itself and those it declares; all for pages and users.
    item_freight
        Whether freight is laid on the network with each item left out.
    kept_under
        Hash under which what is dear is kept in this user's cache folder; nothing is read from there where it is empty.
    layers
        Maps of the user that results are read with; None where none is given.
    """

    world: World
    programme: Programme
    assumptions: Assumptions
    projection: Projection | None
    without: tuple[str, ...]
    schedule: Schedule
    states: Mapping[int, State]
    results: Results
    readable: Collection[str] | None = None
    item_freight: bool = False
    kept_under: str = ""
    layers: Layers | None = None

    @property
    def years(self) -> tuple[int, ...]:
        """The years asked about."""
        return self.schedule.years

    @property
    def payments(self) -> Mapping[int, Payment]:
        """By year asked, who pays what: US$ m by label of the accounts."""
        return self.schedule.payments

    @property
    def last(self) -> State:
        """The state in force in the last year."""
        return self.states[self.years[-1]]

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Items of the programme that the question does not leave out."""
        return tuple(item for item in self.programme.items if item.id not in self.without)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Starts of construction, drawdowns and openings, in order of time."""
        return events_of(self.programme, self.without)

    @property
    def span(self) -> range:
        """All years from the first event, or the first year asked about, to the last year asked about."""
        first = min([self.years[0], *(event.year for event in self.events)])
        return range(first, self.years[-1] + 1)

    def phase(self, item: Item, year: int) -> Phase:
        """What an item is at the end of a year: before construction, under it, in service, or unknown."""
        return phase_of(item, year)

    def values(self, indicator: str, scenario: str = "change") -> xr.DataArray:
        """Results of a priority that may be read, dims (year, those declared).

        Raises `Faults` for a name that is no indicator, `PermissionError` for one that the reader does not declare.
        """
        priority, _ = find_indicator(indicator)
        if self.readable is not None and priority.name not in self.readable:
            raise PermissionError(
                f"{indicator} is of the priority {priority.name}: add it to reads in the reader's priority.csv"
            )
        return self.results.values(indicator, scenario)
