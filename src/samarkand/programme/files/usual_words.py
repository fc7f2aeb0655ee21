"""What people write for a word of a programme file: the remedy names the word that is meant, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import read_rows
from samarkand.core.faults import did_you_mean
from samarkand.world.economies.naming import economy_named, economy_of_iso2


class UsualWord(BaseModel):
    """A row of `usual_words.csv`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    word: str
    means: str


@cache
def usual_words() -> dict[tuple[str, str], str]:
    """The word that is meant, by key and by what people write."""
    return {(row.key, row.word): row.means for row in read_rows(__package__, "usual_words.csv", UsualWord)}


def remedy_for(key: str, value: str, choices: Collection[str]) -> str:
    """The remedy for a word that is no choice of a key: what it usually means, else the nearest choices."""
    meant = usual_words().get((key, _plain(value)))
    if meant is None and _plain(value) in choices:
        meant = _plain(value)
    return f'Write "{meant}".' if meant in choices else did_you_mean(value, choices)


def remedy_for_economy(value: str, known: Collection[str] | None) -> str:
    """The remedy for what is no ISO3 code: the code of an economy of that name, or of that code of two letters."""
    code = economy_named(value) or economy_of_iso2(value)
    if code is not None and (known is None or code in known):
        return f'Write "{code}".'
    return did_you_mean(value.upper(), known) if known else "Give an ISO 3166-1 code of three letters."


def _plain(word: str) -> str:
    return "_".join(word.strip().lower().replace("-", " ").split())
