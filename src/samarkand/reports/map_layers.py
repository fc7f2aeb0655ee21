"""What of a programme has a place on a map: its lines, crossings, ports and sites, numbered as in the tables."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from samarkand.analysis.full_places import full_places, passing_words
from samarkand.programme.model.models import Item, Point
from samarkand.reports.maps import Gate, Marks, Place, Route
from samarkand.world.network.geography import Geography

if TYPE_CHECKING:
    import pandas as pd

    from samarkand.programme import Change
    from samarkand.result import Appraisal
    from samarkand.state import State

Kind = Literal["crossing", "port", "site"]


def programme_marks(appraisal: Appraisal, change: Change) -> Marks:
    """Lines and places of all items; those that are not in service or have no assessed effect are pale."""
    routes: list[Route] = []
    places: list[Place] = []
    limits = full_places(appraisal.timeline.states[change.year])
    taking_part: dict[str, str] = {}
    for number, item in enumerate(appraisal.programme.items, 1):
        if item.id in appraisal.scenario.without:
            continue
        pale = item.id not in change.effective
        words = f"{number}. {item.title}{_limits(limits, item.id)}"
        routes += [
            Route(number, words, line, _mode(item), upgrade=upgrade, pale=pale)
            for line, upgrade in _lines(item)
        ]
        places += [
            Place(number, f"{words}{': ' if name else ''}{name}", longitude, latitude, kind, pale)
            for name, longitude, latitude, kind in _places(item, change, appraisal.world.network.geography)
        ]
        for code in item.economies:
            taking_part.setdefault(code, appraisal.world.name_of(code))
    return Marks(
        tuple(routes), tuple(places), taking_part, gates=tuple(_gates(appraisal.timeline.states[change.year]))
    )


def _gates(state: State) -> Iterable[Gate]:
    """Every place with a capacity that counts; none where no limits are asked for."""
    table, both = full_places(state), state.solved.place_prices
    if table is None or both is None:
        return
    where = dict(zip(both[1].ids, both[1].positions.tolist(), strict=True))
    for row in table.to_dict("records"):
        longitude, latitude = where[row["facility"]]
        if math.isnan(longitude):
            continue
        without, with_ = (passing_words(row, name) for name in ("without", "with"))
        words = f"{row['place']}: {with_}" + (
            f" (without the programme {without})" if without != with_ else ""
        )
        yield Gate(words, longitude, latitude, full=row["price_with"] > 0)


def _limits(limits: pd.DataFrame | None, item: str) -> str:
    """What passes places whose capacity an item raises, for its tooltip; empty where no limits are asked for."""
    if limits is None:
        return ""
    mine = limits[[item in str(items).split(" + ") for items in limits["items"]]]
    return "".join(f" ({row['place']}, {passing_words(row)})" for row in mine.to_dict("records"))


def _mode(item: Item) -> Literal["rail", "road", "other"]:
    if item.kind_row.effect != "link":
        return "other"
    return "rail" if item.kind_row.mode == "rail" else "road"


def _lines(item: Item) -> Iterable[tuple[tuple[tuple[float, float], ...], bool]]:
    for section in item.section:
        yield tuple((p.longitude, p.latitude) for p in section.points), section.effect == "upgrade"
    for _, value in item.attributes:
        # A route is a list of points; lists of words and of crossings are something else.
        points = [p for p in value if isinstance(p, Point)] if isinstance(value, tuple) else []
        if len(points) > 1:
            yield tuple((p.longitude, p.latitude) for p in points), False


def _places(item: Item, change: Change, geography: Geography) -> Iterable[tuple[str, float, float, Kind]]:
    """Where it acts: on crossings of the network that it changes, at named crossings, at its own places."""
    seen = set()
    crossings = {row.id: row for row in geography.crossings}
    for entry in change.network:
        if entry.item == item.id and entry.action == "crossing" and entry.target in crossings:
            row = crossings[entry.target]
            seen.add(row.economies)
            yield " - ".join(row.economies), row.longitude, row.latitude, "crossing"
    for crossing in item.crossings:
        if crossing.latitude is None or crossing.longitude is None:
            continue
        if tuple(sorted(crossing.economies)) not in {tuple(sorted(pair)) for pair in seen}:
            name = crossing.name or " - ".join(crossing.economies)
            yield name, crossing.longitude, crossing.latitude, "crossing"
    for _, value in item.attributes:
        if isinstance(value, Point):
            kind: Kind = "port" if item.kind_row.effect == "port" else "site"
            yield value.name, value.longitude, value.latitude, kind
