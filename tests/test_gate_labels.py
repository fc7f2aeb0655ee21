"""Ways past gates read from labels are those of an update of the routes on every network, for any set of changes."""

from __future__ import annotations

import numpy as np
import pytest

from samarkand.appraisal import find_baseline
from samarkand.session import Session
from samarkand.world.freight.capacity import find_place
from samarkand.world.freight.closed_gates import ClosedGates
from samarkand.world.freight.gate_labels import GateLabels
from samarkand.world.freight.gate_ways import Gate
from samarkand.world.freight.mode_choice import MODES
from samarkand.world.freight.model import FreightModel
from samarkand.world.freight.sea_searches import sea_searches
from samarkand.world.freight.subsets import Portfolios
from toy import make_toy_world, toy_programme

PLACES = ("crossing:khorgos_altynkol_rail", "crossing:almaty_samara_rail", "port:GEPTI")
SOLVED = 1e-9  # what differs by rounding alone
PRICES = ((0.0, 0.0, 0.0), (50.0, 0.0, 400.0), (5.0, 300.0, 0.0), (2000.0, 2000.0, 2000.0))


def test_ways_of_random_subsets_are_those_of_updated_routes() -> None:
    session = Session()
    asked = session.ask(toy_programme(), make_toy_world(), years=(2035,))
    model = find_baseline(asked, session).freight
    assert isinstance(model, FreightModel)
    places = [find_place(name, model.network, model.parameters) for name in PLACES]
    closed = ClosedGates(model, [Gate(place.links, place.ports) for place in places])
    changes = session.schedule(asked).states[-1].network
    draw = np.random.default_rng(3)
    sets = [(), changes, *(tuple(one for one in changes if draw.random() < 0.5) for _ in range(10))]
    portfolios = Portfolios.of(sets)
    assert portfolios is not None
    labels = GateLabels.of(closed, portfolios)
    assert labels is not None
    for one, key in zip(sets, portfolios.masks.tolist(), strict=True):
        routes, ours = labels.ways(key)
        updated, theirs = closed.ways(one)
        both = np.isin(ours.rows, theirs.rows)
        at = np.searchsorted(theirs.rows, ours.rows[both])
        missing = np.setdiff1d(theirs.rows, ours.rows)
        values, searches = np.asarray(model.baseline.pairs.search_values), range(len(sea_searches()))
        for c in range(values.shape[1]):
            for prices in PRICES:
                price = np.array(prices)
                mine, other = (
                    ways.find(c, price, by_land=True, by_sea=c in searches) for ways in (ours, theirs)
                )
                for mode in [name for name in MODES if name in mine]:
                    assert not mine[mode].gates[~both].any(), "pairs that they leave out pass no gate"
                    cost = []
                    for way in (mine[mode].of(both), other[mode].of(at)):
                        paid = sum(price[f] * (way.gates >> f & 1) for f in range(price.size))
                        cost.append(way.usd + values[MODES.index(mode), c] * way.hours + paid)
                    assert cost[0] == pytest.approx(cost[1], rel=SOLVED), (c, mode)
                    left = other[mode].of(np.searchsorted(theirs.rows, missing))
                    assert not left.gates.any(), "pairs that are left out pass no gate"
        known = np.isin(ours.rows, updated.rows)
        place = np.searchsorted(np.sort(updated.rows), ours.rows[known])
        order = np.argsort(updated.rows)
        assert np.array_equal(updated.rows[order][place], ours.rows[known])
        costs = [one.usd + values * one.hours for one in (routes, updated)]
        assert costs[0][known] == pytest.approx(costs[1][order][place], rel=SOLVED)
