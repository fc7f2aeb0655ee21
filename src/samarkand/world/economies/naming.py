"""Economies as people write them: by name, by another name, by a code of two or three letters.

Case, accents and marks do not count. In a file nothing is guessed (`economy_named`); where a person asks, what is
misspelt is answered with the nearest names (`find_economy`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cache

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_rows
from samarkand.core.faults import Fault, Faults
from samarkand.world.economies.tables import economy_names

# Likeness of two words from 0 to 1 (difflib): what is taken for a misspelt name, by how much it has to be more like it
# than the next one, and what is worth naming.
LIKE, APART, NEAR = 0.84, 0.06, 0.6


class OtherName(BaseModel):
    """A row of `economy_names.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    iso3: str
    name: str


class ShortCode(BaseModel):
    """A row of `iso2.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    iso3: str
    iso2: str


def economy_named(text: str) -> str | None:
    """The ISO3 code of an economy by its name or its code of three letters."""
    word = text.strip()
    return word.upper() if word.upper() in economy_names() else _by_name().get(plain(word))


def find_economy(text: str, known: Mapping[str, str]) -> str:
    """The ISO3 code of one of some economies, name by code, however it is written.

    A misspelt name is taken where it is like the names of one economy alone. Raises `Faults` for what is none of them,
    with the nearest.
    """
    word = text.strip()
    if word.upper() in known:
        return word.upper()
    own = {plain(name): code for code, name in known.items()}
    code = own.get(plain(word)) or economy_named(word) or economy_of_iso2(word)
    if code in known:
        return str(code)
    if code is not None:
        reason = f"is {economy_names().get(code, code)}, which is not among the economies here"
        raise Faults([Fault(f"economy {text}", reason, "Name another one.")])
    names = own | {name: code for name, code in _by_name().items() if code in known}
    likeness = {name: SequenceMatcher(None, plain(word), name).ratio() for name in names}
    best: dict[str, float] = {}
    for name, alike in likeness.items():
        best[names[name]] = max(best.get(names[name], 0.0), alike)
    first, *others = sorted(best, key=lambda one: -best[one]) or [""]
    if first and best[first] >= LIKE and all(best[one] <= best[first] - APART for one in others[:1]):
        return first
    near = [known[one] for one in (first, *others[:2]) if one and best[one] >= NEAR]
    remedy = (
        f"Did you mean {' or '.join(near)}?" if near
        else "Write a name, or an ISO 3166-1 code of two or three letters."
    )  # fmt: skip
    raise Faults([Fault(f"economy {text or repr(text)}", "is no economy", remedy)])


def economy_of_iso2(text: str) -> str | None:
    """The ISO3 code of an economy that the world knows, by its code of two letters."""
    return _by_iso2().get(text.strip().upper())


@cache
def _others() -> tuple[OtherName, ...]:
    return read_rows(__package__, "economy_names.csv", OtherName)


@cache
def _by_name() -> dict[str, str]:
    return {
        **{plain(row.name): row.iso3 for row in _others()},
        **{plain(name): code for code, name in economy_names().items()},
    }


@cache
def _by_iso2() -> dict[str, str]:
    rows = read_rows(__package__, "iso2.csv", ShortCode)
    return {row.iso2: row.iso3 for row in rows if row.iso3 in economy_names()}


def plain(word: str) -> str:
    """A word without case, accents and marks, apart by single spaces."""
    bare = "".join(
        one for one in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(one)
    )
    return " ".join(re.sub(r"[^a-z0-9]+", " ", re.sub("['\u2019]", "", bare)).split())
