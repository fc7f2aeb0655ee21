"""Changes of the freight network by a project or measure, in terms that a network can place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Action = Literal["new", "upgrade", "crossing", "port", "new_port", "ferry", "clearance"]


@dataclass(frozen=True)
class LinkChange:
    """One change of the freight network, of one item.

    new: a link of `mode` between the two `points` (latitude, longitude in degrees), `km` long, in `hours` (at
    the network's own speed where None) at `rate` (US$/TEU-km; the network's own where None), with `extra_hours` and
    `extra_usd` for borders and changes of gauge on it, of which `gauge_hours` and `gauge_usd` are those of a change of
    gauge in `gauge_economy`; `economies` are those of its two ends where they are known. `joins` says which of its ends
    is the nearest node of the network (the way there is part of the length); the other ends are new nodes, one for
    equal points. upgrade: the links on the way along the nodes nearest to `points` take `hours_ratio` of their hours on
    the move and `usd_ratio` of what their km cost. crossing, port, ferry: the crossing, port or ferry line with the id
    `target` costs `hours_saved` and `usd_saved` per TEU less; never more than it costs. new_port: a port with the id
    `target`, called `name`, at the one of `points` in the first of `economies`; it costs what other ports cost, less
    `hours_saved` and `usd_saved`. clearance: a whole trade of the economy `target` (`name`: export or import) costs
    `hours_saved` and `usd_saved` per TEU less at home, wherever it crosses the border (`border_compliance`); no link
    changes. `overlap`: a word that changes share of which the largest counts at a place.
    """

    item: str
    action: Action
    mode: Literal["rail", "road", "sea"]
    points: tuple[tuple[float, float], ...] = ()
    joins: tuple[bool, bool] = (False, False)
    target: str = ""
    name: str = ""
    km: float = 0.0
    hours: float | None = None
    extra_hours: float = 0.0
    extra_usd: float = 0.0
    economies: tuple[str, str] = ("", "")
    gauge_hours: float = 0.0
    gauge_usd: float = 0.0
    gauge_economy: str = ""
    hours_ratio: float = 1.0
    usd_ratio: float = 1.0
    rate: float | None = None
    hours_saved: float = 0.0
    usd_saved: float = 0.0
    overlap: str = ""


def merge_changes(changes: Sequence[LinkChange]) -> list[LinkChange]:
    """Changes with those of one crossing or ferry line as one.

    What several items save there adds up; of those that share an `overlap`, the largest saving of hours counts and the
    largest of fees, each once. Ports add up by themselves (`network_changes.port_savings`). No crossing saves more than
    it costs.
    """
    places: dict[object, list[LinkChange]] = {}
    for number, change in enumerate(changes):
        shared = change.action in ("crossing", "ferry")
        key = (change.action, change.mode, change.target) if shared else number
        places.setdefault(key, []).append(change)
    return [here[0] if len(here) == 1 else _as_one(here) for here in places.values()]


def _as_one(changes: Sequence[LinkChange]) -> LinkChange:
    """The changes of one place as one, in the order of the first of each overlap."""
    largest: dict[object, tuple[float, float]] = {}
    for number, change in enumerate(changes):
        key = change.overlap or number
        hours, usd = largest.get(key, (change.hours_saved, change.usd_saved))
        largest[key] = max(hours, change.hours_saved), max(usd, change.usd_saved)
    items = dict.fromkeys(name for change in changes for name in change.item.split(" + "))
    return replace(
        changes[0],
        item=" + ".join(items),
        hours_saved=sum(hours for hours, _ in largest.values()),
        usd_saved=sum(usd for _, usd in largest.values()),
        overlap="",
    )
