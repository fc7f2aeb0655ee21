"""The item that a command names: by its id, whatever its case, and refused before anything is solved.

Light on purpose: commands import it for `samarkand --help`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from samarkand.core.faults import Fault, Faults, did_you_mean

if TYPE_CHECKING:
    from samarkand.programme.model.models import Item

NO_ITEM = "is no item of the programme"


def find_item(items: Iterable[Item], word: str) -> Item | None:
    """The item of this id, whatever its case; None where there is none."""
    return next((one for one in items if one.id.lower() == word.lower()), None)


def asked_item(items: Iterable[Item], word: str) -> Item:
    """The item of this id, whatever its case. Raises `Faults` where there is none."""
    listed = list(items)
    found = find_item(listed, word)
    if found is None:
        raise Faults([no_such(word, NO_ITEM, (one.id for one in listed))])
    return found


def no_such(word: str, reason: str, known: Iterable[str]) -> Fault:
    """The fault of a word that names nothing, with what may have been meant."""
    return Fault(word or repr(word), reason, did_you_mean(word, list(dict.fromkeys(known))))


def check_item(items: Sequence[Item] | None, item: str, **_: object) -> None:
    """Raise `Faults` for an id that is none, before anything is solved; a check of commands (`faces.Check`)."""
    if item and items is not None:
        asked_item(items, item)
