"""Borders by direction: how the hours and fees of a crossing divide between the two ways through it.

Graphs are undirected, so that the search takes one figure for both directions: the mean of the two. Where sources
give hours or fees by direction at a side of the border, that figure m divides as

    there = m w, back = m (2 - w), w = (2 out_a / (out_a + in_a) + 2 in_b / (in_b + out_b)) / 2

for the way from a to b: each side of the border makes one half, a side without a source divides evenly. The mean of
there and back is m, whatever m is (the declared value, one of a scenario, one that a programme has lowered); hours of
two sides are never added up.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

import pandas as pd
from pydantic import model_validator

from samarkand.core.declarations import WordSet, read_rows
from samarkand.core.evidence import Cited
from samarkand.world.network.tables import LAND, Network, crossing_costs
from samarkand.world.parameters import Parameters

Measure = Literal["hours", "usd"]


class BorderTime(Cited):
    """A row of `network_border_times.csv`: hours and US$ per TEU at one side of a border, out and in."""

    economy: str
    neighbours: WordSet
    mode: Literal["road", "rail"]
    crossing: str = ""
    out_hours: float | None = None
    in_hours: float | None = None
    out_usd: float | None = None
    in_usd: float | None = None
    year: int

    @model_validator(mode="after")
    def _holds_together(self) -> BorderTime:
        for measure in ("hours", "usd"):
            pair = getattr(self, f"out_{measure}"), getattr(self, f"in_{measure}")
            if (pair[0] is None) != (pair[1] is None):
                raise ValueError(f"{measure} of one direction alone say nothing about the other")
            if pair[0] is not None and (min(pair) < 0 or sum(pair) == 0):
                raise ValueError(f"{measure} are below zero, or zero in both directions")
        return self

    def outward_share(self, measure: Measure) -> float | None:
        """2 out / (out + in): 1 where both directions are the same; None where the source does not give both."""
        out, into = getattr(self, f"out_{measure}"), getattr(self, f"in_{measure}")
        return None if out is None else float(2 * out / (out + into))


class Direction(NamedTuple):
    """Factor of the figure of a crossing in one direction, and the rows it comes from."""

    hours: float
    usd: float
    sources: tuple[BorderTime, ...]


@cache
def border_times() -> tuple[BorderTime, ...]:
    """The declared figures by direction. Raises ValueError where two rows say the same thing."""
    rows = read_rows("samarkand.world.network", "network_border_times.csv", BorderTime)
    keys = [(r.economy, other, r.mode, r.crossing) for r in rows for other in r.neighbours]
    if len(keys) != len(set(keys)):
        raise ValueError("network_border_times.csv: a side of a border is declared twice")
    return rows


@cache
def direction(origin: str, destination: str, mode: str, crossing: str = "") -> Direction:
    """How a crossing from one economy to another divides: `there = mean * hours` and `mean * usd`.

    crossing: id of the crossing, for rows that hold for it alone. Both are 1 where no source tells the two
    directions apart.
    """
    sides = [_side(origin, destination, mode, crossing), _side(destination, origin, mode, crossing)]
    found = []
    for measure in ("hours", "usd"):
        shares = [None if side is None else side.outward_share(measure) for side in sides]
        leaving, entering = (1.0 if share is None else share for share in shares)
        found.append((leaving + 2.0 - entering) / 2)
    return Direction(found[0], found[1], tuple(side for side in sides if side is not None))


def _side(economy: str, neighbour: str, mode: str, crossing: str) -> BorderTime | None:
    """The row of one side of a border: of the crossing itself, else of the border with the neighbour."""
    mine = [
        r for r in border_times() if r.economy == economy and r.mode == mode and neighbour in r.neighbours
    ]
    for wanted in (crossing, "") if crossing else ("",):
        for row in mine:
            if row.crossing == wanted:
                return row
    return None


def crossing_directions(network: Network, parameters: Parameters) -> pd.DataFrame:
    """Every crossing with its hours and fees: the mean that the search takes, and each direction's own.

    Columns: crossing, mode, economy_a, economy_b, status, hours, usd (mean of both directions), hours_ab, hours_ba,
    usd_ab, usd_ba (from a to b and back; the mean where no source tells them apart), sources. US$ per TEU.
    """
    rows = []
    for mode in LAND:
        table = network.land(mode).crossings
        figures = zip(*(each.tolist() for each in crossing_costs(table, parameters)), strict=True)
        for row, (hours, usd) in zip(table.to_dict("records"), figures, strict=True):
            a, b, name = str(row["economy_a"]), str(row["economy_b"]), str(row["id"])
            there, back = direction(a, b, mode, name), direction(b, a, mode, name)
            rows.append(
                {
                    "crossing": name, "mode": mode, "economy_a": a, "economy_b": b, "status": str(row["status"]),
                    "hours": hours, "usd": usd, "hours_ab": hours * there.hours, "hours_ba": hours * back.hours,
                    "usd_ab": usd * there.usd, "usd_ba": usd * back.usd,
                    "sources": "; ".join(dict.fromkeys(source.source for source in there.sources)),
                    "link": int(row["link"]),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)
