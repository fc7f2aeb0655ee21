"""Subject and maps of `samarkand screen`, and maps of depths as `YEARS=FILE`: all faults at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from samarkand.core.faults import Fault, FaultList, Faults
from samarkand.priorities.asked_items import NO_ITEM, find_item, no_such

if TYPE_CHECKING:
    from samarkand.programme.model.models import Item


def maps_by_period(
    given: Iterable[str],
    without_item: bool,
    protection: float,
    days: float,
    option: str = "--depth",
) -> dict[float, Path]:
    """Maps by return period in years. Raises `Faults` for what is no such pair, and options that need an item."""
    faults, found = FaultList(), {}
    for one in given:
        years, sign, path = one.partition("=")
        try:
            period = float(years)
        except ValueError:
            period = float("nan")
        if not sign or not path or not 1 <= period < float("inf"):
            faults.add(
                f"{option} {one}",
                "is no return period with a map",
                f"Write YEARS=FILE, as {option} 100=flood.tif.",
            )
        elif period in found:
            faults.add(
                f"{option} {one}", f"is a second map of {period:g} years", "Give one for each return period."
            )
        else:
            found[period] = Path(path)
    if found and without_item:
        faults.add(option, "is given without an item", "Name the item: samarkand screen ITEM.")
    for name, value in (("--protection", protection), ("--closure-days", days)):
        if not 0 <= value < float("inf"):
            faults.add(f"{name} {value:g}", "is no number from zero on", "Give years, or days.")
        elif value and not found:
            faults.add(
                f"{name} {value:g}", "says nothing without maps of depths", f"Add {option} YEARS=FILE."
            )
    faults.raise_if_any()
    return found


def check_maps(
    items: Sequence[Item] | None,
    word: str,
    protected: Path | None,
    depth: Iterable[str],
    protection: float,
    days: float,
) -> None:
    """Raise `Faults` with all that is wrong with the subject, the options and the maps, by reading them for the item.

    `items`: those of the question, None where it has faults itself.
    """
    faults = FaultList()
    item = None if items is None else find_item(items, word)
    without_item = not word or (items is not None and item is None)
    maps = faults.attempt(partial(maps_by_period, depth, without_item, protection, days))
    if item is None and items is not None and protected is not None:
        faults.attempt(partial(check_areas, items, protected))
    if item is not None:
        faults.attempt(partial(_read_maps, item, protected, maps or {}, max(protection, 0.0)))
    elif word and items is not None and word.upper() not in _economies(items):
        faults.extend([no_subject(items, word)])
    faults.raise_if_any()


def check_areas(items: Sequence[Item], protected: Path) -> None:
    """Raise `Faults` with all that is wrong with a map of areas around all projects."""
    from samarkand.priorities.environment.layers import overlays
    from samarkand.priorities.environment.screening_outcomes import placed

    places = placed(items)
    if not places:
        reason = "is given, and no project has a line or a place"
        raise Faults([Fault("--protected", reason, "Leave it out, or give sections, routes or places.")])
    overlays(protected, places)


def _read_maps(item: Item, protected: Path | None, maps: dict[float, Path], protection: float) -> None:
    """Raise `Faults` with all that is wrong with the maps around an item."""
    from samarkand.priorities.environment.hazards import hazard_loss
    from samarkand.priorities.environment.layers import overlay
    from samarkand.priorities.environment.places import places_of
    from samarkand.priorities.environment.screening_outcomes import is_screened
    from samarkand.world.parameters import load_parameters

    faults, places = FaultList(), places_of(item)
    if not is_screened(item):
        return
    if protected is not None and places:
        faults.attempt(partial(overlay, protected, places))
    elif protected is not None:
        faults.extend([without_place(item)])
    if maps:  # what closes a link is no matter of what is wrong
        share = load_parameters()["hazard_failure_share"]
        faults.attempt(partial(hazard_loss, item, maps, share, protection))
    faults.raise_if_any()


def _economies(items: Sequence[Item]) -> list[str]:
    """Codes of the economies in which something is built."""
    return [code for one in items if one.kind_row.item == "project" for code in one.economies]


def without_place(item: Item) -> Fault:
    """The fault of an item that is nowhere on a map."""
    return Fault(item.id, "has neither a line nor a place", "Give its sections, its route or its place.")


def no_subject(items: Sequence[Item], word: str) -> Fault:
    """The fault of a word that is neither an item nor an economy of one."""
    known = [*(one.id for one in items), *_economies(items)]
    return no_such(word, f"{NO_ITEM}, and no economy in which one of its projects stands", known)
