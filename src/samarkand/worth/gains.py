"""What items change in trade: exact solutions with each of them left out and with each alone.

    left out      EV(all) - EV(all but the item)
    alone         EV(the item)
    channel       EV(what all items do by one channel); together = sum of channels + the equilibrium's own interaction
    users         sum over what n buys of (x0 + x1) / 2 x ln(t0 / t1): rule of half on exact costs
    terms of trade and transfers of n      left out - users

EV: equivalent variation by economy before anybody pays; x: flows in money, t: iceberg costs, 0 without the item and 1
with it. Over the world users and left out agree to second order where duties, rents and deficits do not act: what
one economy pays more another is paid more. The two are views of one gain, and are never added.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import xarray as xr

from samarkand.core.conventions import Floats
from samarkand.engines.equilibrium.measures import calc_equivalent_variation
from samarkand.engines.once import derived
from samarkand.programme.applying import Change
from samarkand.solving import ORDER, part_by_route
from samarkand.state import Counterfactual
from samarkand.world.freight.assignment import calc_tonnes
from samarkand.world.freight.model import FreightModel
from samarkand.world.freight.tonnes_by_route import calc_tonnes_cheaper


class TradeGain(NamedTuple):
    """US$ m a year by label of the accounts, at their size, before anybody pays; `tonnes` a year that take the item."""

    left_out: Floats
    alone: Floats
    users: Floats
    tonnes: float


def gain_of(solved: Counterfactual) -> Floats:
    """Equivalent variation by economy against the world without the programme."""
    without = solved.baseline.solution
    return calc_equivalent_variation(solved.before_financing) - calc_equivalent_variation(without)


def trade_gain(full: Counterfactual, change: Change, item: str) -> TradeGain:
    """What an item gives, next to all that is open and alone; `full`: all of the change, solved."""
    others = set(change.effective) - {item}
    left = _solved(full, only(change, others))
    alone = gain_of(_solved(full, only(change, {item})))
    return TradeGain(
        gain_of(full) - gain_of(left), alone, calc_user_benefit(left, full), _tonnes_on(left, full)
    )


def calc_user_benefit(before: Counterfactual, after: Counterfactual) -> Floats:
    """Rule of half on exact iceberg costs by economy that buys, US$ m a year; duties are not in it."""
    fall = -np.log(_costs(after) / _costs(before))
    flows = before.before_financing.trade_flow + after.before_financing.trade_flow
    saved: Floats = 0.5 * np.einsum("nis,nis->n", flows, fall)
    return saved


def calc_user_benefit_by_partner(after: Counterfactual) -> Floats:
    """Rule of half on exact iceberg costs against the world without the programme, US$ m a year `[buyer, seller]`."""
    fall = -np.log(_costs(after))  # costs are those of the baseline times this
    flows = after.baseline.solution.trade_flow + after.before_financing.trade_flow
    saved: Floats = 0.5 * np.einsum("nis,nis->ni", flows, fall)
    return saved


def channel_gain(full: Counterfactual, change: Change, name: str) -> float:
    """What one channel of a programme gives the world alone, all its items in it, US$ m a year before anybody pays."""
    effects = {other: changes if other == name else () for other, changes in change.effects.items()}
    return float(gain_of(_solved(full, replace(change, effects=effects))).sum())


def only(change: Change, items: Collection[str]) -> Change:
    """What some items of the change do, alone."""
    effects = {
        name: tuple(one for one in changes if one.item in items) for name, changes in change.effects.items()
    }
    return replace(change, effects=effects)


def _solved(near: Counterfactual, change: Change) -> Counterfactual:
    return Counterfactual(near.baseline, change, near=near).solve()


def _tonnes_on(before: Counterfactual, after: Counterfactual) -> float:
    """Tonnes a year of the trade of `after`, at home and abroad, whose way is cheaper there than before."""
    freight = after.baseline.freight
    model = freight if isinstance(freight, FreightModel) else freight.open
    tonnes = derived(after, "tonnes of all trade", lambda: _tonnes(after))
    routes = before.routes, after.routes
    return calc_tonnes_cheaper(model.baseline, *routes, tonnes)


def _tonnes(solved: Counterfactual) -> xr.DataArray:
    """Goods on the network by class; oil and gas known in volumes have ways of their own, which no item changes."""
    setting = solved.baseline.setting
    flow = setting.labelled(solved.before_financing.trade_flow)
    by_route = flow * part_by_route(setting)
    return calc_tonnes(by_route, setting.commodities, at_home=True)


def _costs(solved: Counterfactual) -> Floats:
    costs: Floats = solved.trade_costs.hat.transpose(*ORDER).to_numpy()
    return costs
