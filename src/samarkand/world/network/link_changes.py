"""Changes of the freight network by a project or measure, in terms that a network can place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Action = Literal["new", "upgrade", "crossing", "port", "ferry"]


@dataclass(frozen=True)
class LinkChange:
    """One change of the freight network, of one item.

    new: a link of `mode` between the two `points` (latitude, longitude in degrees), `km` long, in `hours` (at
    the network's own speed where None) at the network's own rate, with `extra_hours` and `extra_usd` for
    borders and changes of gauge on it, of which `gauge_hours` and `gauge_usd` are those of a change of gauge in
    `gauge_economy`; `economies` are those of its two ends where they are known. `joins` says which of its ends is the
    nearest node of the network (the way there is part of the length); the other ends are new nodes, one for equal
    points. upgrade: the links on the way along the nodes nearest to `points` take `hours_ratio` of their hours.
    crossing, port, ferry: the crossing, port or ferry line with the id `target` costs `hours_saved` and `usd_saved`
    per TEU less; never more than it costs.
    """

    item: str
    action: Action
    mode: Literal["rail", "road", "sea"]
    points: tuple[tuple[float, float], ...] = ()
    joins: tuple[bool, bool] = (False, False)
    target: str = ""
    km: float = 0.0
    hours: float | None = None
    extra_hours: float = 0.0
    extra_usd: float = 0.0
    economies: tuple[str, str] = ("", "")
    gauge_hours: float = 0.0
    gauge_usd: float = 0.0
    gauge_economy: str = ""
    hours_ratio: float = 1.0
    hours_saved: float = 0.0
    usd_saved: float = 0.0


def merge_changes(changes: Sequence[LinkChange]) -> list[LinkChange]:
    """Changes with those of one crossing or ferry line as one: what several items save there adds up.

    Ports add up by themselves (`network_changes.port_savings`). No crossing saves more than it costs.
    """
    found: dict[object, LinkChange] = {}
    for number, change in enumerate(changes):
        shared = change.action in ("crossing", "ferry")
        key = (change.action, change.mode, change.target) if shared else number
        last = found.get(key)
        if last is None:
            found[key] = change
        else:
            found[key] = replace(
                last,
                item=" + ".join(dict.fromkeys((*last.item.split(" + "), change.item))),
                hours_saved=last.hours_saved + change.hours_saved,
                usd_saved=last.usd_saved + change.usd_saved,
            )
    return list(found.values())
