"""Customs clearance: hours and fees that a measure takes off a whole export or import of an economy, at home.

What a trade costs at home is declared by economy (world/freight/border_compliance.csv). No link of the network changes.
"""

from __future__ import annotations

from collections.abc import Mapping

from samarkand.core.gaps import Gap
from samarkand.programme.channels.channel import Channel, Effects
from samarkand.programme.channels.network_effects import saving_of
from samarkand.programme.model.models import Item, Point
from samarkand.world.freight.border_compliance import DIRECTIONS, border_compliance, home_costs
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.world import World

NO_FIGURES = "effect not assessed: no hours or fees before and after are published for exports or imports"


def _effects_of(item: Item, world: World, parameters: Mapping[str, float]) -> Effects:
    """At each named economy `min(c (before - after), c (1 - after / before) own)`, c: share that is covered.

    own: what a trade costs there at home by the table, less what the network counts at ports.
    """
    place, covered = item.get("place"), item.figure("coverage_share")
    if isinstance(place, Point) and (covered is None or covered.value is None):
        reason = f"effect not assessed: the share of trade that passes {place.name} (coverage_share) is not published"
        return Effects((), (Gap(item.id, "effect", reason),))
    share = 1.0 if covered is None or covered.value is None else covered.value
    savings = {
        (way, name): saving_of(item.figure(f"{way}_{key}_before"), item.figure(f"{way}_{key}_after"), share)
        for way in DIRECTIONS
        for name, key in (("hours", "hours"), ("usd", "fee"))
    }
    if not any(savings.values()) and item.words("importers") and item.words("exporters"):
        return Effects(())  # the channel of facilitation has a coefficient for these
    if not any(savings.values()):
        return Effects((), (Gap(item.id, "effect", NO_FIGURES),))
    known = {row.economy for row in border_compliance()}
    changes: list[LinkChange] = []
    gaps: list[Gap] = []
    for economy in item.economies:
        if economy not in world.labels or economy not in known:
            lacks = "no accounts of its own" if economy in known else "no row in border_compliance.csv"
            gaps.append(Gap(item.id, economy, f"effect not assessed: the economy has {lacks}"))
            continue
        for way in DIRECTIONS:
            saved = {
                name: 0.0 if saving is None else saving.of(own)
                for name in ("hours", "usd")
                for saving, own in [
                    (savings[way, name], float(home_costs((economy,), f"{way}_{name}", parameters)[0]))
                ]
            }
            if saved["hours"] or saved["usd"]:
                changes.append(
                    LinkChange(
                        item.id, "clearance", "sea", target=economy, name=way,
                        hours_saved=saved["hours"], usd_saved=saved["usd"],
                    )
                )  # fmt: skip
    if not changes and not gaps:
        gaps.append(Gap(item.id, "effect", "no effect: a trade costs nothing there at home beyond its port"))
    return Effects(tuple(changes), tuple(gaps))


CHANNEL = Channel(_effects_of)
