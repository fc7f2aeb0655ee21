"""Cable systems for telecommunication: where they land, what they can carry, which straits they pass.

`cable_systems.csv`, `cable_landings.csv` and `cable_hubs.csv` are a small table of the systems that land in the
corridors' economies (`cable_coverage.csv`). A user's own table lies over it: a system of the same name replaces the
one that is here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import Words, read_rows, read_table
from samarkand.core.evidence import Cited, Evidence
from samarkand.core.hashing import content_hash

HERE = "samarkand.world.cables"


class Landing(BaseModel):
    """A row of `cable_landings.csv`: a place at which a system lands, in its order along the trunk.

    `passes`: chokepoints of the trunk between the landing before and this one; `branch`: of the branch to this landing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    system: str
    landing: str
    economy: str
    latitude: float
    longitude: float
    passes: Words = ()
    branch: Words = ()

    @property
    def name(self) -> str:
        """The place with its economy: names of places alone may mean several."""
        return f"{self.economy} {self.landing}"


class SystemRow(Cited):
    """A row of `cable_systems.csv`."""

    system: str
    title: str
    kind: Literal["submarine", "land", "mixed", "mesh"]
    capacity: int | None = None
    year: int | None = None

    @property
    def evidence(self) -> Evidence:
        """Its capacity as evidence; what is not published has no value."""
        return self.cited(self.capacity, "Gbit/s", year=self.year)


class Hub(Cited):
    """A row of `cable_hubs.csv`: an economy in which international networks meet."""

    economy: str
    hub: str


class Covered(BaseModel):
    """A row of `cable_coverage.csv`: an economy for which systems were looked for, and what is known to be missing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    economy: str
    missing: str = ""


@dataclass(frozen=True)
class System:
    """A cable system: its row, and its landings in their order along the trunk."""

    row: SystemRow
    landings: tuple[Landing, ...]

    @property
    def is_cut_as_one(self) -> bool:
        """Whether it is one cable, and no mesh."""
        return self.row.kind != "mesh"

    @property
    def economies(self) -> frozenset[str]:
        """Economies in which it lands."""
        return frozenset(one.economy for one in self.landings)


@dataclass(frozen=True)
class Cables:
    """The systems that are there, the hubs, and the economies whose systems were looked for, with what is missing.

    `own`: systems of the user's own table; the economies in which they land are covered too.
    """

    systems: tuple[System, ...]
    hubs: tuple[str, ...]
    coverage: tuple[Covered, ...] = ()
    own: tuple[str, ...] = ()

    @cached_property
    def hash(self) -> str:
        """Content hash."""
        rows = [
            [one.row.model_dump(mode="json"), *(place.model_dump(mode="json") for place in one.landings)]
            for one in self.systems
        ]
        return content_hash({"systems": rows, "hubs": list(self.hubs), "covered": sorted(self.covered)})

    def with_systems(self, systems: Iterable[System]) -> Cables:
        """With systems of the user's own; one of a name that is there replaces it."""
        own = {one.row.system: one for one in systems}
        found = {one.row.system: one for one in self.systems} | own
        return replace(self, systems=tuple(found.values()), own=tuple(dict.fromkeys((*self.own, *own))))

    @cached_property
    def covered(self) -> frozenset[str]:
        """Economies for which results are given."""
        own = {code for one in self.systems if one.row.system in self.own for code in one.economies}
        return frozenset(own | {row.economy for row in self.coverage})

    def of(self, economy: str) -> tuple[System, ...]:
        """The systems that land in an economy."""
        return tuple(one for one in self.systems if economy in one.economies)


@cache
def load_cables() -> Cables:
    """The systems of the tables beside this file."""
    landings = read_rows(HERE, "cable_landings.csv", Landing)
    rows = read_table(HERE, "cable_systems.csv", SystemRow)
    systems = tuple(System(row, tuple(one for one in landings if one.system == row.system)) for row in rows)
    known = {row.system for row in rows}
    if unknown := {one.system for one in landings} - known:
        raise ValueError(f"cable_landings.csv: {sorted(unknown)} are no systems")
    if bare := [one.row.system for one in systems if len(one.landings) < 2]:
        raise ValueError(f"cable_systems.csv: {bare} have fewer than two landings")
    hubs = tuple(row.economy for row in read_table(HERE, "cable_hubs.csv", Hub))
    return Cables(systems, hubs, read_table(HERE, "cable_coverage.csv", Covered))
