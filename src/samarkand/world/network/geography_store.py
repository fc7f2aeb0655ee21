"""Where things are on the embedded network, kept in this user's cache folder.

A check of a file asks for places alone: from here it has them without the network's tables and the libraries that read
those, which take longer than the check itself.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any

from samarkand.core.code_version import code_version
from samarkand.core.disk_cache import save_entry
from samarkand.core.packing import load_packed, pack
from samarkand.world.network.ferries import embedded_ferries
from samarkand.world.network.geography import CrossingPlace, Geography, Places

KIND = "places"
MOST_KEPT = 2
_CLASSES = (CrossingPlace, Places)
_KEPT = tuple(one.name for one in fields(Geography) if one.name != "ferry_lines")  # rows of a small table


@cache
def embedded_geography() -> Geography:
    """The places of the embedded network, equal to `load_network().geography`."""
    key = code_version("core", "world")
    found = _read(key)
    if found is None:
        from samarkand.world.network.tables import load_network

        made = load_network().geography
        save_entry(KIND, key, pack({name: getattr(made, name) for name in _KEPT}, _CLASSES), MOST_KEPT)
        return made
    return Geography(**found, ferry_lines=embedded_ferries())


def _read(key: str) -> dict[str, Any] | None:
    """The kept fields; None where there are none, or not as they were written."""
    found = load_packed(KIND, key, _CLASSES)
    return found if isinstance(found, dict) and set(found) == set(_KEPT) else None
