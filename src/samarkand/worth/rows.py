"""Rows of the ledger over the life of an item: capital cost, upkeep, what is left of the capital, every stream, and
greenhouse gases apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from samarkand.core.conventions import Floats
from samarkand.priorities.environment.emission_rows import MARGIN, claims_emissions, source_of_prices
from samarkand.priorities.environment.gases import WORLD
from samarkand.priorities.environment.paths import TITLES
from samarkand.worth.item_worth import ItemWorth
from samarkand.worth.streams import ENDS

SMALLEST_SHARE = 1e-6  # shares are written with a few decimals


class _Line(NamedTuple):
    """A margin of an economy and party over all years of a life."""

    economy: str
    party: str
    margin: str
    flow: str
    owner: str
    grade: str
    source: str
    ends: tuple[Floats, ...]
    case: str = ""


def rows_of(one: ItemWorth) -> pd.DataFrame:
    """All years of an assessed item; capital that nobody is known to bear is divided among the hosts."""
    assert one.life is not None  # what is assessed has one
    lines, years = tuple(_lines(one)), np.array(one.life.years, np.int64)
    central = np.concatenate([line.ends[1] for line in lines])
    columns: dict[str, object] = {"item": one.item.id, "price_year": pd.NA}
    for name in ("economy", "party", "case", "margin", "flow", "owner", "grade", "source"):
        columns[name] = np.repeat(np.array([getattr(line, name) for line in lines], object), len(years))
    for place, end in enumerate(ENDS):
        columns[end] = np.concatenate([_bound(line, place) for line in lines])
    rows = pd.DataFrame({**columns, "year": np.tile(years, len(lines))})
    kept: pd.DataFrame = rows[central != 0].astype({"price_year": "Int64"})
    return kept


def _bound(line: _Line, place: int) -> Floats:
    """One end of a line; not a number for the ends of one that has no range."""
    low, central, high = line.ends
    has_none = place != 1 and bool((low == high).all())
    return np.full(len(central), np.nan) if has_none else line.ends[place]


def _lines(one: ItemWorth) -> Iterator[_Line]:
    life = one.life
    assert life is not None
    hosts = {code: 1.0 / len(one.item.economies) for code in one.item.economies}
    unknown = 1.0 - sum(one.bearers.values())
    bearers = {code: unknown * share for code, share in hosts.items()} if unknown > SMALLEST_SHARE else {}
    for code, share in one.bearers.items():
        bearers[code] = bearers.get(code, 0.0) + share
    source = one.item.capex.citation if one.item.capex is not None else ""
    for margin, flow, shares, (least, most) in (
        ("capex", -life.spending(), bearers, life.capex_ends),
        ("upkeep", -life.upkeep_by_year(), hosts, life.upkeep_ends),
        ("residual", life.residual(), bearers, (1.0, 1.0)),
    ):
        for code, share in shares.items():
            ends = tuple(share * factor * flow for factor in (most, 1.0, least))
            yield _Line(code, "", margin, "any", "direct", "estimated", source, ends)
    for stream in one.streams:
        words = stream.margin, stream.flow, stream.owner, stream.grade, stream.source
        for (economy, party), amount in stream.amounts.items():
            course = one.course(stream, economy)
            yield _Line(economy, party, *words, tuple(end * course for end in amount), stream.case)
    if claims_emissions(one.item):
        for path, flows in one.carbon.flows.items():
            source = source_of_prices(one.parameters, path)
            ends = tuple(flows[end] for end in ENDS)
            yield _Line("", WORLD, MARGIN, "any", "direct", "estimated", source, ends, TITLES[path])
