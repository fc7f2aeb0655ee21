"""Screening of a project under published standards: deterministic rules as data (`screening_rules.csv`).

    standard, case  ->  the first rule, in the order of the table, whose condition holds of the project decides

A condition joins comparisons of fields with `and`. A field that is not known makes a comparison neither true nor false.
Where a rule before the one that decides might hold then, and has another outcome, the standard is *not assessable*, and
the fields are named: never a pass. There is no score over standards.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, model_validator

from samarkand.core.declarations import Words, read_table
from samarkand.core.evidence import Cited

ALL = "*"
FIXED = (
    "fuel",
    "built",
    "european_grid",
    "grid_intensity",
)  # of what a project is and where: no remedy changes them
COMPARISON = re.compile(r"(\w+) (=|in|<=|>=|<|>) (\S+)")
ORDER: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
TRUTH = ("yes", "no")
NEAR = 1e-6  # relative: just below and just above a threshold

Value = str | float  # `yes` and `no` for what is true or false
Fields = Mapping[str, Value]


class Comparison(NamedTuple):
    """A field held against words, or against a number."""

    field: str
    sign: str
    value: str

    @property
    def words(self) -> tuple[str, ...]:
        """The words it allows; none where it compares numbers."""
        return () if self.is_number else tuple(self.value.split("|"))

    @property
    def is_number(self) -> bool:
        """Whether it compares numbers."""
        return self.sign in ORDER or self.value.replace(".", "", 1).isdigit()

    def holds(self, fields: Fields) -> bool | None:
        """Whether it holds; None where the field is not known."""
        found = fields.get(self.field)
        if found is None:
            return None
        if self.sign in ORDER:
            return ORDER[self.sign](float(found), float(self.value))
        return float(found) == float(self.value) if self.is_number else str(found) in self.words


class Rule(Cited):
    """A row of `screening_rules.csv`."""

    id: str
    standard: str
    case: str = ""
    clause: str
    kinds: Words
    condition: str
    outcome: str
    rule: str

    @model_validator(mode="after")
    def _has_a_condition(self) -> Rule:
        if not all(COMPARISON.fullmatch(part) for part in self.condition.split(" and ")):
            raise ValueError(f"{self.id}: {self.condition!r} is no list of comparisons")
        return self

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Its comparisons, all of which must hold."""
        found = (COMPARISON.fullmatch(part) for part in self.condition.split(" and "))
        return tuple(Comparison(*one.groups()) for one in found if one is not None)

    def is_for(self, kind: str) -> bool:
        """Whether it is for items of a kind."""
        return ALL in self.kinds or kind in self.kinds

    def holds(self, fields: Fields) -> bool | None:
        """Whether its condition holds; None where that depends on a field that is not known."""
        found = [one.holds(fields) for one in self.comparisons]
        return False if False in found else None if None in found else True

    def unknown(self, fields: Fields) -> tuple[str, ...]:
        """Fields of its condition that are not known."""
        return tuple(one.field for one in self.comparisons if one.holds(fields) is None)


class Missing(BaseModel):
    """A row of `screening_missing.csv`: rules that are left out, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    standard: str
    kinds: Words
    fuels: Words = ()
    subject: str
    reason: str

    def is_of(self, kind: str, fuel: Value | None) -> bool:
        """Whether it would be for items of a kind and, of power plants, a fuel; not one for all kinds."""
        return kind in self.kinds and (not self.fuels or fuel in self.fuels)


class Turn(NamedTuple):
    """What one field alone would change: `reservoir_area below 10` gives another outcome, by another rule."""

    field: str
    words: str
    outcome: str
    rule: Rule


@dataclass(frozen=True)
class Finding:
    """What a standard says of a project.

    outcome, rule: the word and the rule that decided; empty and None where it is not assessable. missing: fields that
    are needed. reason: why it is not assessable. turns: what would change it.
    """

    standard: str
    case: str
    outcome: str
    rule: Rule | None
    missing: tuple[str, ...]
    reason: str
    possible: tuple[str, ...]
    turns: tuple[Turn, ...]


@cache
def rules() -> tuple[Rule, ...]:
    """The declared rules, in their order."""
    return read_table(__package__, "screening_rules.csv", Rule)


@cache
def left_out() -> tuple[Missing, ...]:
    """What is left out of them."""
    return read_table(__package__, "screening_missing.csv", Missing)


@cache
def cases_of(standard: str) -> tuple[str, ...]:
    """The cases of a standard, in the order of its rules; one without a name where it has none."""
    return tuple(dict.fromkeys(rule.case for rule in rules() if rule.standard == standard))


@cache
def standards() -> tuple[str, ...]:
    """The standards, in the order of the rules."""
    return tuple(dict.fromkeys(rule.standard for rule in rules()))


def screen(
    kind: str,
    fields: Fields,
    standard: str,
    case: str = "",
    *,
    choices: Mapping[str, tuple[str, ...]] | None = None,
    needed: Mapping[str, str] | None = None,
) -> Finding:
    """What one standard says of a project.

    Parameters
    ----------
    kind
        The kind of the project.
    fields
        What is known of it, by field.
    choices
        Words that a field may have beside those that rules name, by field.
    needed
        What has to be given where a field is not known, by field; the field itself where it is not named.
    """
    mine = [rule for rule in rules() if (rule.standard, rule.case) == (standard, case) and rule.is_for(kind)]
    decided, missing = _decide(mine, fields)
    reason = ""
    if decided is None:
        wanted = dict.fromkeys((needed or {}).get(name, name) for name in missing)
        parts = [f"needs {', '.join(wanted)}"] if missing else []
        if not any(rule.holds(fields) for rule in mine):
            parts.append(_uncovered(standard, kind, fields.get("fuel"), bool(missing)))
        reason = "; ".join(part for part in parts if part)
    return Finding(
        standard, case, decided.outcome if decided else "", decided, missing, reason, _possible(mine, fields),
        tuple(_turns(mine, fields, decided, choices or {})),
    )  # fmt: skip


def _decide(mine: Iterable[Rule], fields: Fields) -> tuple[Rule | None, tuple[str, ...]]:
    """The rule that decides, or the fields that are needed before one can."""
    open_rules: list[Rule] = []
    for rule in mine:
        held = rule.holds(fields)
        if held is None:
            open_rules.append(rule)
        elif held:
            against = [one for one in open_rules if one.outcome != rule.outcome]
            return (None if against else rule), _fields_of(against, fields)
    return None, _fields_of(open_rules, fields)


def _possible(mine: Iterable[Rule], fields: Fields) -> tuple[str, ...]:
    """Outcomes of the rules up to the first that holds, of those that may hold."""
    found: dict[str, None] = {}
    for rule in mine:
        held = rule.holds(fields)
        if held is not False:
            found.setdefault(rule.outcome)
        if held:
            break
    return tuple(found)


def _fields_of(open_rules: Iterable[Rule], fields: Fields) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for rule in open_rules for name in rule.unknown(fields)))


def _uncovered(standard: str, kind: str, fuel: Value | None, partly: bool) -> str:
    """What of a standard no rule says of a kind; `partly`: some rule may hold yet."""
    subjects = [
        f"{one.subject} ({one.reason})"
        for one in left_out()
        if one.standard == standard and one.is_of(kind, fuel)
    ]
    if not subjects:
        return "" if partly else "no rule at hand covers it"
    return f"{'beyond that no' if partly else 'no'} rule at hand covers it: {'; '.join(subjects)}"


def _turns(
    mine: list[Rule], fields: Fields, decided: Rule | None, choices: Mapping[str, tuple[str, ...]]
) -> Iterator[Turn]:
    """Every change of one field alone that gives another outcome, found by trying."""
    possible = [rule for rule in mine if not any(one.holds(fields) is False for one in _fixed(rule))]
    comparisons = [one for rule in possible for one in rule.comparisons]
    seen = set()
    for name in dict.fromkeys(one.field for one in comparisons):
        if name in FIXED:
            continue
        about = [one for one in comparisons if one.field == name]
        for words, value in _tried(about, choices.get(name, ())):
            found, _ = _decide(mine, {**fields, name: value})
            if found is None or (decided is not None and found.outcome == decided.outcome):
                continue
            if fields.get(name) != value and (name, words, found.outcome) not in seen:
                seen.add((name, words, found.outcome))
                yield Turn(name, words, found.outcome, found)


def _fixed(rule: Rule) -> Iterator[Comparison]:
    return (one for one in rule.comparisons if one.field in FIXED)


def _tried(about: list[Comparison], choices: tuple[str, ...]) -> Iterator[tuple[str, Value]]:
    """Values of a field that rules tell from one another, with the words for them."""
    words = [*(word for one in about for word in one.words), *choices]
    if set(words) & set(TRUTH):
        words += TRUTH
    for word in dict.fromkeys(words):
        yield f"= {word}", word
    for mark in dict.fromkeys(float(one.value) for one in about if one.is_number):
        if mark > 0:
            yield f"below {mark:g}", mark * (1 - NEAR)
        else:
            yield "= 0", 0.0
        yield f"above {mark:g}", mark * (1 + NEAR) if mark else 1.0
