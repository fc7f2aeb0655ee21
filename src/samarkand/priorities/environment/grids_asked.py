"""The item and the grids that `samarkand carbon` is given: all that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from samarkand.core.faults import FaultList
from samarkand.priorities.asked_items import asked_item
from samarkand.priorities.environment.grid_files import Grids, read_grids
from samarkand.priorities.environment.interconnection import refuse_without_packages
from samarkand.priorities.environment.interconnection_page import line_of
from samarkand.programme.model.models import Item


def asked_grids(folder: Path) -> Grids:
    """The grids of a folder. Raises `Faults` for the files and for packages that are not installed."""
    faults = FaultList()
    faults.attempt(refuse_without_packages)
    grids = faults.attempt(lambda: read_grids(folder))
    faults.raise_if_any()
    assert grids is not None
    return grids


def check_asked(
    items: Sequence[Item] | None, word: str, folder: Path | None, item_freight: bool | None = None
) -> None:
    """Raise `Faults` with all that is wrong with the item, the files, and the item as a line between these grids.

    `items`: those of the question, None where it has faults itself.
    """
    faults = FaultList()
    if word and item_freight is not None:
        faults.add(
            "--item-freight" if item_freight else "--no-item-freight",
            "is of all items, and one is named",
            "Leave it out: one has its freight.",
        )
    grids = None if folder is None else faults.attempt(lambda: asked_grids(folder))
    if not word:
        if folder is not None:
            faults.add("--grids", "is given without a power line", "Give the id of one before it.")
    elif items is not None:
        item = faults.attempt(lambda: asked_item(items, word))
        if item is not None and grids is not None:
            faults.attempt(lambda: line_of(item, grids))
    faults.raise_if_any()
