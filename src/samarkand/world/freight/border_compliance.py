"""What a whole trade costs at home, whatever its way: customs and inspections of the exporter's and importer's economy.

    hours[o, d] = max(export_hours[o] - dwell, 0) + max(import_hours[d] - dwell, 0), zero inside a customs area
    usd[o, d]   = max(export_usd[o] - fee, 0) + max(import_usd[d] - fee, 0)

Doing Business asks about a whole trade: so its figures stand once at the origin and once at the destination, never at
a crossing on the way. They hold the handling at the port, which the network counts already: `dwell` and `fee` are
its `port_hours_road` and `port_fee`. No route avoids them, so they are added once routes and modes are chosen.
An economy without a row has the median of the table. A measure takes hours and fees off one of the four figures of an
economy (`LinkChange`, action `clearance`), to nothing at most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from samarkand.core.conventions import Floats
from samarkand.core.declarations import WordSet, read_table
from samarkand.core.evidence import Cited
from samarkand.world.network.link_changes import LinkChange

DIRECTIONS = ("export", "import")
COUNTED_AT_PORTS = {"hours": "port_hours_road", "usd": "port_fee"}  # parameters of the network
OPEN_REGIMES = ("free", "union")  # of `network_areas.csv`: no customs border between their members


class BorderCompliance(Cited):
    """A row of `border_compliance.csv`: hours and US$ to export and to import one container."""

    economy: str
    export_hours: float = Field(ge=0)
    import_hours: float = Field(ge=0)
    export_usd: float = Field(ge=0)
    import_usd: float = Field(ge=0)
    irregular: Literal["yes", "no"]
    year: int


class CustomsArea(BaseModel):
    """The columns of `network_areas.csv` that say where no customs border is crossed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    area: str
    regime: str
    members: WordSet


def border_compliance() -> tuple[BorderCompliance, ...]:
    """The declared rows, one an economy."""
    return read_table("samarkand.world.freight", "border_compliance.csv", BorderCompliance)


def customs_areas() -> tuple[frozenset[str], ...]:
    """Members of each area inside which goods cross no customs border."""
    rows = read_table("samarkand.world.network", "network_areas.csv", CustomsArea)
    return tuple(row.members for row in rows if row.regime in OPEN_REGIMES)


def compliance_costs(
    economies: Sequence[str], parameters: Mapping[str, float], changes: Sequence[LinkChange] = ()
) -> tuple[Floats, Floats]:
    """Hours and US$ per TEU of a trade at home, each [origin, destination]; see the module."""
    labels = np.array(economies)
    hours, usd = (
        np.add.outer(*(home_costs(economies, f"{way}_{name}", parameters, changes) for way in DIRECTIONS))
        for name in COUNTED_AT_PORTS
    )
    for members in (*({label} for label in economies), *customs_areas()):
        inside = np.isin(labels, sorted(members))
        hours[np.ix_(inside, inside)] = usd[np.ix_(inside, inside)] = 0.0
    return hours, usd


def home_costs(
    economies: Sequence[str], column: str, parameters: Mapping[str, float], changes: Sequence[LinkChange] = ()
) -> Floats:
    """A column of the table by economy, less what the network counts at ports and what changes save."""
    rows = {row.economy: float(getattr(row, column)) for row in border_compliance()}
    median = float(np.median(list(rows.values())))
    way, name = column.split("_")
    saved = dict.fromkeys(economies, 0.0)
    for change in changes:
        if change.action == "clearance" and change.name == way and change.target in saved:
            saved[change.target] += change.hours_saved if name == "hours" else change.usd_saved
    counted = parameters[COUNTED_AT_PORTS[name]]
    net = np.maximum(np.array([rows.get(economy, median) for economy in economies]) - counted, 0.0)
    left: Floats = np.maximum(net - np.array([saved[economy] for economy in economies]), 0.0)
    return left
