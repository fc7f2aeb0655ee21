"""Models of a programme: frozen models that forbid whatever is not declared.

What the code names is a field; every other declared key is held as a pair of name and value, at every level, so
that a row of `attributes.csv` needs no new model. Every figure is an `Evidence`, every day or year a `When` with
its own source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from samarkand.core.cards import Carded
from samarkand.core.evidence import Evidence, Flag
from samarkand.core.hashing import content_hash
from samarkand.programme.model.kinds import ItemKind, kinds

Instrument = Literal[
    "budget", "equity", "grant", "loan", "concessional_loan", "commercial_loan", "export_credit", "blended",
    "on_lending", "bond", "guarantee",
]  # fmt: skip
DEBT: tuple[Instrument, ...] = (
    "loan", "concessional_loan", "commercial_loan", "export_credit", "blended", "on_lending", "bond",
)  # fmt: skip


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


PlainValue = Evidence | When | str | bool | float | tuple[str, ...] | tuple[tuple[str, float], ...]


class _Attributed(_Model):
    attributes: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, Any], **fields: Any) -> Self:
        """From values by declared key: fields by name, all others as pairs in the order of their names."""
        named = {key: value for key, value in values.items() if key in cls.model_fields}
        own = sorted((key, value) for key, value in values.items() if key not in cls.model_fields)
        return cls(**named, **fields, attributes=tuple(own))

    def get(self, name: str) -> Any:
        """The value of a declared key, whether a field or not; None where it is not given."""
        return getattr(self, name) if name in type(self).model_fields else dict(self.attributes).get(name)

    def figure(self, name: str) -> Evidence | None:
        """A figure by name; None where it is not given or its value is not known."""
        found = self.get(name)
        return found if isinstance(found, Evidence) and found.value is not None else None

    def is_true(self, name: str) -> bool:
        """Whether a yes or no is given and is yes."""
        return self.get(name) is True

    def words(self, name: str) -> tuple[str, ...]:
        """A list of words (economies, names) by name; empty where it is not given."""
        found = self.get(name)
        if found is None:
            return ()
        if not isinstance(found, tuple):
            return (str(found),)
        return tuple(word for word in found if isinstance(word, str))

    def _values(self) -> Iterator[tuple[str, Any]]:
        for name in type(self).model_fields:
            if name != "attributes":
                yield name, getattr(self, name)
        yield from self.attributes

    def own_figures(self) -> Iterator[tuple[str, Evidence]]:
        """Its own figures by name, without those of what lies within it."""
        for name, value in self._values():
            if isinstance(value, Evidence):
                yield name, value

    def figures(self) -> Iterator[tuple[str, Evidence]]:
        """All its figures with the place at which each stands, for counting and for sources."""
        yield from self.own_figures()
        for name, value in self._values():
            within = enumerate(value, 1) if isinstance(value, tuple) else [("", value)]
            for number, part in within:
                if isinstance(part, _Attributed):
                    at = f"{name} {number}".rstrip()
                    yield from ((f"{at} {inner}", figure) for inner, figure in part.figures())


class _Plain(_Attributed):
    """A level whose other keys are plain values: no tables of their own lie within them."""

    attributes: tuple[tuple[str, PlainValue], ...] = ()

    @model_serializer(mode="wrap")
    def _without_empty_pairs(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # So that a programme which has none keeps the content hash that it had before there could be any.
        found: dict[str, Any] = write(self)
        return found if self.attributes else {k: v for k, v in found.items() if k != "attributes"}


class Point(_Plain):
    """A place on a route, in degrees."""

    name: str
    latitude: float
    longitude: float
    source: str = ""


class Crossing(_Plain):
    """A border crossing, all of a mode between two economies where it has neither name nor coordinates."""

    economies: tuple[str, ...]
    mode: Literal["road", "rail"]
    name: str = ""
    latitude: float | None = None
    longitude: float | None = None


class Entry(_Plain):
    """A row of a list within an item with declared keys alone: a milestone, payment, change order or dispute."""


AttributeValue = PlainValue | Point | tuple[Crossing, ...] | tuple[Point, ...] | tuple[Entry, ...]


class Section(_Attributed):
    """A section of a line, with the points along it from end to end."""

    attributes: tuple[tuple[str, AttributeValue], ...] = ()
    name: str = ""
    effect: Literal["new", "upgrade"]
    points: tuple[Point, ...]
    length: Evidence

    @property
    def ends(self) -> tuple[Point, Point]:
        """The first and the last point."""
        return self.points[0], self.points[-1]


class Financing(_Plain):
    """Financing by one party, and who services it."""

    party: str
    instrument: Instrument
    share: Evidence | None = None
    amount: Evidence | None = None
    interest_rate: Evidence | None = None
    maturity: Evidence | None = None
    grace: Evidence | None = None
    serviced_by: tuple[tuple[str, float], ...] = ()

    @property
    def named(self) -> str:
        """The instrument with its article: `a loan`, `an equity`."""
        noun = {"blended": "blended facility", "on_lending": "on-lent loan"}.get(self.instrument)
        noun = noun or self.instrument.replace("_", " ")
        return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"

    @property
    def is_debt(self) -> bool:
        """Whether somebody services it."""
        return self.instrument in DEBT

    def share_of(self, capex: Evidence | None) -> float | None:
        """Share of capex: as given, or the amount over capex; None where neither is known, and of a guarantee."""
        if self.instrument == "guarantee":
            return None
        if self.share is not None and self.share.value is not None:
            return self.share.value
        if self.amount is None or self.amount.value is None or capex is None or not capex.value:
            return None
        return self.amount.value / capex.value


class Party(_Plain):
    """A government, bank, company or institution that takes part."""

    id: str
    name: str
    economy: str | None = None
    role: str | None = None


class Item(_Attributed):
    """Fields that projects and measures have in common."""

    attributes: tuple[tuple[str, AttributeValue], ...] = ()
    id: str
    title: str
    kind: str
    description: str = ""
    corridor: str | None = None
    economies: tuple[str, ...]
    parties: tuple[str, ...] = ()
    status: str
    status_as_of: When | None = None
    construction_start: When | None = None
    opening: When | None = None
    capex: Evidence | None = None
    section: tuple[Section, ...] = ()
    financing: tuple[Financing, ...] = ()

    @property
    def kind_row(self) -> ItemKind:
        """The declared kind."""
        return kinds()[self.kind]

    def entries(self, name: str) -> tuple[Entry, ...]:
        """Rows of a list by its key (`milestone`, `spending`, `change_order`, `dispute`); empty where it has none."""
        found = self.get(name)
        return tuple(one for one in found if isinstance(one, Entry)) if isinstance(found, tuple) else ()

    @property
    def is_new_port(self) -> bool:
        """Whether it is a port that the network does not have."""
        return "new" in self.words("works")

    @property
    def crossings(self) -> tuple[Crossing, ...]:
        """The border crossings where it acts."""
        found = self.get("crossing")
        return tuple(c for c in found if isinstance(c, Crossing)) if isinstance(found, tuple) else ()

    @property
    def alternative_to(self) -> str:
        """Id of the item in whose place it could be built; empty for an item of the programme."""
        found = self.get("alternative_to")
        return found if isinstance(found, str) else ""

    def is_open(self, year: int) -> bool:
        """Whether it is in service by the end of the year; never without a date of opening."""
        return self.opening is not None and self.opening.year <= year


class Project(Item):
    """Something that is built."""


class Measure(Item):
    """Something that is agreed or introduced."""


class Programme(Carded, _Plain):
    """Projects and measures, and the parties to them."""

    id: str
    title: str
    description: str = ""
    as_of: When | None = None
    parties: tuple[Party, ...] = ()
    projects: tuple[Project, ...] = ()
    measures: tuple[Measure, ...] = ()

    def _card(self) -> tuple[str, dict[str, Any]]:
        return f"Programme {self.id}", {
            "projects": len(self.projects), "measures": len(self.measures), "parties": len(self.parties),
            "figures": len(list(self.all_figures())),
        }  # fmt: skip

    @property
    def items(self) -> tuple[Item, ...]:
        """Projects, then measures."""
        return (*self.projects, *self.measures)

    @property
    def ids(self) -> tuple[str, ...]:
        """The short names of all projects and measures."""
        return tuple(item.id for item in self.items)

    @property
    def alternatives(self) -> tuple[str, ...]:
        """Ids of those that stand in the file in the place of another item: no question counts them."""
        return tuple(item.id for item in self.items if item.alternative_to)

    @property
    def has_changes(self) -> bool:
        """Whether an item has change orders or disputes, which may add to its cost."""
        return any(item.entries(key) for item in self.items for key in ("change_order", "dispute"))

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the whole content in canonical form: equal for equal content, however it is laid out."""
        return content_hash(self.model_dump(mode="json"))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy, with some fields replaced; its hash and the list of its figures are its own."""
        copied = super().model_copy(update=update, deep=deep)
        for name in ("content_hash", "_all_figures"):
            copied.__dict__.pop(name, None)
        return copied

    def party(self, name: str) -> Party:
        """A party by its short name. Raises `KeyError`."""
        for party in self.parties:
            if party.id == name:
                return party
        raise KeyError(name)

    def all_figures(self) -> Iterator[tuple[str, str, Evidence]]:
        """Every figure with its owner (an item's id, `party ID`, `the programme`) and the place at which it stands."""
        return iter(self._all_figures)

    @cached_property
    def _all_figures(self) -> tuple[tuple[str, str, Evidence], ...]:
        return tuple(self._find_figures())

    def _find_figures(self) -> Iterator[tuple[str, str, Evidence]]:
        # Ids hold no spaces, so that no other owner is taken for an item.
        yield from (("the programme", name, figure) for name, figure in self.own_figures())
        for party in self.parties:
            yield from ((f"party {party.id}", name, figure) for name, figure in party.figures())
        for item in self.items:
            yield from ((item.id, name, figure) for name, figure in item.figures())

    def flags(self, *names: str) -> dict[Flag, int]:
        """Number of figures with a value by flag: all of them, or those whose name ends with one of `names`."""
        counts: dict[Flag, int] = dict.fromkeys(get_args(Flag), 0)
        for _, name, figure in self.all_figures():
            if figure.value is not None and (not names or name.split()[-1] in names):
                counts[figure.flag] += 1
        return counts

    def verified_share(self, *names: str) -> float | None:
        """Share of the figures of `flags` that are verified; None where there are none."""
        counts = self.flags(*names)
        total = sum(counts.values())
        return counts["verified"] / total if total else None
