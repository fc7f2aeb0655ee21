"""Models of a programme: frozen models that forbid whatever is not declared.

Common attributes are fields; those of one kind are held as pairs of name and value, so that a new kind needs
no new model. Every figure is an `Evidence`, every day or year a `When` with its own source.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from samarkand.core.evidence import Evidence, Flag
from samarkand.core.hashing import content_hash
from samarkand.programme.model.kinds import ItemKind, kinds

Status = Literal["proposed", "agreed", "contracted", "construction", "in_service", "suspended"]
Instrument = Literal["budget", "equity", "loan", "grant", "bond"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class When(_Model):
    """A day, or only a year, and what it rests on."""

    year: int
    day: date | None = None
    source: str = ""
    address: str = ""
    read_on: date | None = None
    flag: Flag = "recalled"
    note: str = ""

    def __str__(self) -> str:
        return self.day.isoformat() if self.day else str(self.year)

    def is_before(self, other: When) -> bool:
        """Whether this is certainly earlier: by day where both days are known, else by year."""
        if self.day and other.day:
            return self.day < other.day
        return self.year < other.year


class Point(_Model):
    """A place on a route, in degrees."""

    name: str
    latitude: float
    longitude: float
    source: str = ""


class Crossing(_Model):
    """A border crossing, all of a mode between two economies where it has neither name nor coordinates."""

    economies: tuple[str, ...]
    mode: Literal["road", "rail"]
    name: str = ""
    latitude: float | None = None
    longitude: float | None = None


AttributeValue = (
    Evidence | When | Point | str | bool | float | tuple[Crossing, ...] | tuple[Point, ...] | tuple[str, ...]
)


class _Attributed(_Model):
    attributes: tuple[tuple[str, AttributeValue], ...] = ()

    def figure(self, name: str) -> Evidence | None:
        """A figure of the kind by name; None where it is not given or its value is not known."""
        found = dict(self.attributes).get(name)
        return found if isinstance(found, Evidence) and found.value is not None else None

    def is_true(self, name: str) -> bool:
        """Whether a yes or no of the kind is given and is yes."""
        return dict(self.attributes).get(name) is True

    def words(self, name: str) -> tuple[str, ...]:
        """A list of words (economies, names) of the kind by name; empty where it is not given."""
        found = dict(self.attributes).get(name, ())
        if not isinstance(found, tuple):
            return (str(found),)
        return tuple(word for word in found if isinstance(word, str))


class Section(_Attributed):
    """A section of a line, with the points along it from end to end."""

    name: str = ""
    effect: Literal["new", "upgrade"]
    points: tuple[Point, ...]
    length: Evidence

    @property
    def ends(self) -> tuple[Point, Point]:
        """The first and the last point."""
        return self.points[0], self.points[-1]


class Financing(_Model):
    """Financing by one party, and who services it."""

    party: str
    instrument: Instrument
    share: Evidence | None = None
    amount: Evidence | None = None
    interest_rate: Evidence | None = None
    maturity: Evidence | None = None
    grace: Evidence | None = None
    serviced_by: tuple[tuple[str, float], ...] = ()

    def share_of(self, capex: Evidence | None) -> float | None:
        """Share of capex: as given, or the amount over capex; None where neither is known."""
        if self.share is not None and self.share.value is not None:
            return self.share.value
        if self.amount is None or self.amount.value is None or capex is None or not capex.value:
            return None
        return self.amount.value / capex.value


class Party(_Model):
    """A government, bank, company or institution that takes part."""

    id: str
    name: str
    economy: str | None = None
    role: Literal["government", "financier", "developer", "operator", "multilateral"] | None = None


class Item(_Attributed):
    """Fields that projects and measures have in common."""

    id: str
    title: str
    kind: str
    description: str = ""
    corridor: str | None = None
    economies: tuple[str, ...]
    parties: tuple[str, ...] = ()
    status: Status
    status_as_of: When | None = None
    construction_start: When | None = None
    opening: When | None = None
    capex: Evidence | None = None
    financing: tuple[Financing, ...] = ()
    section: tuple[Section, ...] = ()

    @property
    def kind_row(self) -> ItemKind:
        """The declared kind."""
        return kinds()[self.kind]

    @property
    def is_new_port(self) -> bool:
        """Whether it is a port that the network does not have."""
        return "new" in self.words("works")

    @property
    def crossings(self) -> tuple[Crossing, ...]:
        """The border crossings where it acts."""
        found = dict(self.attributes).get("crossing", ())
        return tuple(c for c in found if isinstance(c, Crossing)) if isinstance(found, tuple) else ()

    def is_open(self, year: int) -> bool:
        """Whether it is in service by the end of the year; never without a date of opening."""
        return self.opening is not None and self.opening.year <= year

    def figures(self) -> Iterator[tuple[str, Evidence]]:
        """All its figures with the place at which each stands, for counting and for sources."""
        if self.capex is not None:
            yield "capex", self.capex
        for name, value in self.attributes:
            if isinstance(value, Evidence):
                yield name, value
        for number, section in enumerate(self.section, 1):
            yield f"section {number} length", section.length
            for name, value in section.attributes:
                if isinstance(value, Evidence):
                    yield f"section {number} {name}", value
        for number, line in enumerate(self.financing, 1):
            for name in ("share", "amount", "interest_rate", "maturity", "grace"):
                figure = getattr(line, name)
                if figure is not None:
                    yield f"financing {number} {name}", figure


class Project(Item):
    """Something that is built."""


class Measure(Item):
    """Something that is agreed or introduced."""


class Programme(_Model):
    """Projects and measures, and the parties to them."""

    id: str
    title: str
    description: str = ""
    as_of: When | None = None
    parties: tuple[Party, ...] = ()
    projects: tuple[Project, ...] = ()
    measures: tuple[Measure, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """Projects, then measures."""
        return (*self.projects, *self.measures)

    @property
    def ids(self) -> tuple[str, ...]:
        """The short names of all projects and measures."""
        return tuple(item.id for item in self.items)

    @property
    def content_hash(self) -> str:
        """SHA-256 of the whole content in canonical form: equal for equal content, however it is laid out."""
        return content_hash(self.model_dump(mode="json"))

    def party(self, name: str) -> Party:
        """A party by its short name. Raises `KeyError`."""
        for party in self.parties:
            if party.id == name:
                return party
        raise KeyError(name)

    def flags(self, *names: str) -> dict[Flag, int]:
        """Number of figures with a value by flag: all of them, or those whose name ends with one of `names`."""
        counts: dict[Flag, int] = dict.fromkeys(get_args(Flag), 0)
        for item in self.items:
            for name, figure in item.figures():
                if figure.value is not None and (not names or name.split()[-1] in names):
                    counts[figure.flag] += 1
        return counts

    def verified_share(self, *names: str) -> float | None:
        """Share of the figures of `flags` that are verified; None where there are none."""
        counts = self.flags(*names)
        total = sum(counts.values())
        return counts["verified"] / total if total else None
