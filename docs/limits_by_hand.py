"""What more capacity at a full place is worth, by hand: from the fall of its price to the gain of the equilibrium.

    saved     sum of d[o, n, c] TEU[o, n, s, k]      a dollar less on the way of a TEU of cargo k, of class c
    gained    sum of d[o, n, c] TEU[o, n, s, k] V[s, k] / (V[s, k] + C[o, n, c])

d: fall of the generalised cost between two economies; C: that cost; V: value of a TEU as it leaves. The accounts hold
what goods are worth as they leave, X, and TEU = X / V are on their way. The equilibrium takes the same X for what
buyers pay for goods delivered: of V + C dollars one less on the way saves the part 1 / (V + C), and X / (V + C) is
TEU V / (V + C). Nothing else comes between: a price is used up like any other cost, so that its fall is gained on all
that passes, not only on what is admitted; and real income of the world rises by the sum over flows of X d log tau
(Hulten 1978), inputs among the flows, as what one economy gains by its terms of trade another loses. Tariffs would add
revenue of the trade that they keep away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from samarkand.engines.equilibrium.measures import calc_equivalent_variation
from samarkand.programme.channels.capacity import CapacityChange
from samarkand.solving import part_by_route
from samarkand.state import Counterfactual
from samarkand.world.freight.mode_choice import VOT_CLASSES, cargo_classes


class Worth(NamedTuple):
    """US$ m a year. area: falls of prices times what passes on the mean, of all full places; others: of it,
    that of all but the wider one; saved, gained: of the module; admitted: price on the mean times what passes
    more; equilibrium: equivalent variation of the world."""

    area: float
    others: float
    saved: float
    gained: float
    admitted: float
    equilibrium: float


def wider(state: Counterfactual, place: str, part: float) -> Counterfactual:
    """The same with a place that takes more by a part."""
    assert state.freight.limits is not None
    one = next(one for one in state.freight.limits.facilities if one.id == place)
    more = CapacityChange("wider", place, one.capacity * (1 + part))
    effects = {**state.change.effects, "capacity": (*state.change.effects.get("capacity", ()), more)}
    return Counterfactual(state.baseline, replace(state.change, effects=effects), near=state)


def worth(before: Counterfactual, after: Counterfactual, place: str) -> Worth:
    """What one state is worth more than another, in which `place` is wider, for shippers, by hand and in the
    equilibrium."""
    limits = [one for one in (before.freight.limits, after.freight.limits) if one is not None]
    names = [name for name in limits[1].prices if any(of.prices[name] > 0 for of in limits)]
    at = [[[one.id for one in of.facilities].index(name) for name in names] for of in limits]
    price = [of.price[places] for of, places in zip(limits, at, strict=True)]
    flow = [of.flow[places] for of, places in zip(limits, at, strict=True)]
    saved, gained = by_hand(before, after)
    more = [calc_equivalent_variation(one.before_financing).sum() for one in (before, after)]
    areas = (price[0] - price[1]) * (flow[0] + flow[1]) / 2e6
    return Worth(
        area=float(areas.sum()),
        others=float(areas[[name != place for name in names]].sum()),
        saved=saved,
        gained=gained,
        admitted=float((flow[1] - flow[0]) @ (price[0] + price[1])) / 2e6,
        equilibrium=float(more[1] - more[0]),
    )


def by_hand(before: Counterfactual, after: Counterfactual) -> tuple[float, float]:
    """`saved` and `gained`, US$ m a year: trade and costs on the mean of two states that differ little."""
    setting = before.baseline.setting
    place = ("origin", "destination")
    costs = [one.freight.costs["generalised_cost"] for one in (before, after)]
    cost = [one.sel(state="with", variant="logsum").transpose(*place, "vot_class") for one in costs]
    fall = np.nan_to_num((cost[0] - cost[1]).to_numpy())
    level = (cost[0] + cost[1]).to_numpy() / 2
    trade = (before.before_financing.trade_flow + after.before_financing.trade_flow) / 2
    labelled = setting.labelled(trade)
    trade = (labelled * part_by_route(setting)).transpose(*place, "sector").to_numpy()
    table = setting.commodities.sel(sector=labelled["sector"])
    share, value = (
        table[name].transpose("sector", "cargo").to_numpy() for name in ("cargo_share", "cargo_value_per_teu")
    )
    label = cargo_classes(table).transpose("sector", "cargo").to_numpy()
    saved = gained = 0.0
    for s, k in zip(*np.nonzero(share > 0), strict=True):
        c = VOT_CLASSES.index(label[s, k])
        spared = trade[:, :, s] * share[s, k] / value[s, k] * fall[:, :, c]
        np.fill_diagonal(spared, 0.0)  # no place with a price is at home
        saved += float(spared.sum())
        gained += float(np.nansum(spared * value[s, k] / (value[s, k] + level[:, :, c])))
    return saved, gained
