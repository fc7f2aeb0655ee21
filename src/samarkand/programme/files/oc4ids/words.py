"""Words of a programme as codes of the standard, and the other way: `words.csv`."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_rows

OWN = "samarkand"  # the namespace of fields that the standard does not have


class Word(BaseModel):
    """A row of `words.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    word: str
    code: str
    read: bool = False
    written: bool = False


@cache
def _rows() -> tuple[Word, ...]:
    return read_rows(__package__, "words.csv", Word)


def word_of(key: str, code: str) -> str | None:
    """The word that a code is read as; None where none is declared."""
    return next((row.word for row in _rows() if row.key == key and row.code == code and row.read), None)


def code_of(key: str, word: str) -> str | None:
    """The code that a word is written as; None where the standard has none."""
    return next((row.code for row in _rows() if row.key == key and row.word == word and row.written), None)
