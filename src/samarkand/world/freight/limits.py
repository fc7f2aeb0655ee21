"""Limits that bind: prices of full facilities and the flows that they turn aside, for the trade of one state.

    users     pairs of cities and classes of goods, with demand in TEU a year and tonnes and unit loads of each TEU
    nests     modes, with the shares of the choice of modes; locally a logit with s = mode_choice_scale / mean cost
    ways      of a mode: that of the assignment, and the best with each choice of full gates closed; k likewise,
              way_choice_scale. Of more than MOST_FULL full gates, those found as gates grow dearer.
    price     of a tonne (or TEU) at each facility such that none takes more than it can (`engines.limits`)

A user whose goods pass no facility that is full keeps its way. With the gates T closed the best way passes none of
them; one that passes the gates S is no better than the best with all others closed, so that no price makes a further
way worth taking, and what is known does not depend on the prices that were tried before. Of more full gates ways are
searched at the mean price of a TEU of the goods of a search class, and chosen at the price that the goods of the pair
pay. Oil and gas that sail from terminals of their own are counted at canals, but neither pay nor turn aside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from samarkand.core.conventions import Floats, Ints
from samarkand.core.faults import Fault, Faults
from samarkand.engines import limits as engine
from samarkand.engines.compiled import load_compiled
from samarkand.engines.once import derived
from samarkand.world.freight.assignment import nearest_class
from samarkand.world.freight.capacity import Facility, capacities_of
from samarkand.world.freight.closed_gates import ClosureWays
from samarkand.world.freight.gate_users import (
    Search,
    Users,
    Ways,
    mask_of,
    per_user,
    search_of,
)  # fmt: skip
from samarkand.world.freight.gate_ways import Gate, GateSearch, KeptLegs, Way
from samarkand.world.freight.mode_choice import MODES, VOT_CLASSES
from samarkand.world.freight.model import FreightModel, RouteUpdate
from samarkand.world.freight.priced_places import Goods, Layer, Limits, calc_miss, without_prices
from samarkand.world.freight.rents import Rent, per_teu
from samarkand.world.freight.sea_searches import SEA, is_own, sea_search_of, sea_searches, searches_taken
from samarkand.world.freight.tonnes_by_route import Routes, costs_of, routes_of
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.new_ports import open_ports
from samarkand.world.network.tables import Network
from samarkand.world.parameters import Parameters

MOST_FULL = 4  # gates: 16 searches
CLOSED = 1e7  # US$ a TEU: dearer than any way, and small enough for the digits of costs beside it
MOST_ROUNDS = 30  # of searches for further ways
CHEAPER = 1e-6  # of the mean cost: what saves less is no further way
MUCH = 20.0  # times the mean cost: what is not turned aside by it has no other way
REMEDY = "Leave out --limits, or give the network another way."
SMALLEST = 1e-9  # tonnes or TEU
STEPS = 4.0  # the scale of ways grows so many times from one solution to the next
MEASURES = ("tonnes", "teu")  # of what takes capacity


class GatedFreight:
    """Freight of one state of the network, with gates: flows at facilities, and prices at which they are not too full.

    Searches are kept: trade that differs a little is asked about again and again.

    Parameters
    ----------
    model, routes, changes
        The network without a programme, and what its changes make of it.
    facilities, gates
        Places with a capacity in this state, and where goods pass them (`find_gates`).
    legs
        Legs on land that states share.
    network
        That of the state, where something is closed that `model` has open; `routes` differ from those of `model`.
    ways
        Ways that are known already, in place of searches (`KnownWays`).
    """

    def __init__(
        self,
        model: FreightModel,
        routes: RouteUpdate,
        changes: Sequence[LinkChange],
        facilities: Sequence[Facility],
        gates: Sequence[Gate],
        legs: KeptLegs | None = None,
        network: Network | None = None,
        ways: ClosureWays | None = None,
    ) -> None:
        self.model = model
        self.facilities, self.gates = tuple(facilities), tuple(gates)
        self.parameters: Parameters = model.parameters
        self.capacity = capacities_of(facilities, self.parameters)
        self.class_of: dict[str, int] = derived(
            model, "search class of goods", lambda: nearest_class(model.parameters)
        )
        self.search: GateSearch | ClosureWays
        if ways is None:
            pairs = model.baseline.pairs
            ends = pairs.origin.astype(np.int64), pairs.destination.astype(np.int64)
            network = open_ports(model.network if network is None else network, changes)
            own_ways = pairs.own_ways.copy()  # as they are left where something is closed
            own_ways[routes.rows, 1:] &= is_own(routes.hours, routes.usd)[:, 1 : own_ways.shape[1]]
            self.search = GateSearch(network, self.parameters, changes, self.gates, ends, legs, own_ways)
        else:
            self.search = ways
        # Places whose users choose among several ways: once full, always, or what passes would jump where a price
        # reaches zero and its users all went back to their first way.
        self.chosen = np.zeros(len(self.facilities), np.bool_)
        self.found: list[Search] = []
        self.taken, self.bits = self._without_prices(routes)
        self._last: tuple[int, int, Ints, Ints, Way, Ways] | None = None
        self._closed: set[int] = set()  # choices of gates, by their bits, closed in a search
        self._passing_by: tuple[Goods, Floats] | None = None
        zone = model.baseline.zones[0]
        one, other = (end[self.at] for end in (model.baseline.pairs.origin, model.baseline.pairs.destination))
        count = len(model.baseline.economies)
        # Of what goes from the first city of a pair to the other, and back: pair of economies [row], weight [row,
        # class].
        self._cells: tuple[Ints, Ints] = (
            zone[one].astype(np.int64) * count + zone[other],
            zone[other].astype(np.int64) * count + zone[one],
        )
        self._weights: tuple[Floats, Floats] = model.baseline.weights_of(self.at)
        self._amounts_of: tuple[Goods, dict[str, Floats]] | None = None
        self._use_of: tuple[Users, Ways, csr_array] | None = None
        self._taking: tuple[Ways, csr_array] | None = None
        self._users_of: tuple[Goods, int, Users] | None = None
        self._turning: tuple[int, Ints, Ints] | None = None
        self._choice_of: tuple[Ways, float, engine.Choice] | None = None
        self._laid: tuple[NDArray[np.bool_], Ways, Floats, tuple[Layer, ...]] | None = None

    def _without_prices(self, routes: RouteUpdate) -> tuple[Routes, Ints]:
        """Pairs that pass a gate, `at`, and the first search: what goods take without prices, and gates on it."""
        nothing = np.zeros(len(self.facilities))
        by_land, by_sea = self._find(without := dict.fromkeys(self._classes, nothing), nothing)
        known = self.search.rows if isinstance(self.search, ClosureWays) else None
        self.at: Ints = self._passing_rows(by_land, by_sea) if known is None else known
        every = np.arange(self.at.size)
        self._part: Ints = self.at if known is None else every  # of what searches find
        self.found.append(search_of(without, nothing, by_land, by_sea, every, self._part))
        mine = np.isin(routes.rows, self.at)
        routes = RouteUpdate(routes.rows[mine], routes.usd[mine], routes.hours[mine])
        usd, hours = costs_of(self.model.baseline, self.at, routes)
        return routes_of(self.model.baseline, self.at, usd, hours), self._bits(self.found[0], every)

    def _passing_rows(self, by_land: Mapping[int, Mapping[str, Way]], by_sea: Sequence[Way]) -> Ints:
        """Pairs of cities of two economies of which a way passes a gate."""
        passes = np.bitwise_or.reduce([way.gates for way in by_sea]) != 0
        for ways in by_land.values():
            passes |= (ways["road"].gates | ways["rail"].gates) != 0
        pairs, zone = self.model.baseline.pairs, self.model.baseline.zones[0]
        a, b = zone[pairs.origin], zone[pairs.destination]
        found: Ints = np.flatnonzero(passes & (a >= 0) & (b >= 0) & (a != b))
        return found

    @cached_property
    def share(self) -> Floats:
        """Shares of modes without prices [row, class, mode]."""
        return _shares(self.taken.term)

    @cached_property
    def _passed(self) -> Ints:
        """Gates on the first ways of a pair, by any class and mode."""
        found: Ints = np.bitwise_or.reduce(self.bits, axis=(1, 2))
        return found

    def passing(self, goods: Goods) -> Floats:
        """What passes each facility without prices, tonnes or TEU a year; oil and gas from terminals apart."""
        if self._passing_by is None or self._passing_by[0] is not goods:
            found = [
                part @ self._between_two(goods, one.measure)[where]
                for one, (where, part) in zip(self.facilities, self._first_of_cells, strict=True)
            ]
            self._passing_by = goods, np.array(found, np.float64)
        return self._passing_by[1]

    @cached_property
    def _first_of_cells(self) -> list[tuple[Ints, Floats]]:
        """By facility: what of the goods between two economies passes it on first ways; pairs of economies and classes
        of which some does."""
        at = np.nonzero((self.share != 0) & (self.bits != 0))  # most ways pass no gate
        gates, share = self.bits[at], self.share[at]
        cells = [cell[at[0]] * len(VOT_CLASSES) + at[1] for cell in self._cells]
        parts = [share * weight[at[:2]] for weight in self._weights]
        found = []
        for f in range(len(self.facilities)):
            mine = (gates >> f & 1) != 0
            where, of_cell = np.unique(np.concatenate([cell[mine] for cell in cells]), return_inverse=True)
            part = np.concatenate([part[mine] for part in parts])
            found.append((where, np.bincount(of_cell, part, where.size).astype(np.float64)))
        return found

    def _between_two(self, goods: Goods, name: str) -> Floats:
        """From one economy to another [pair of economies and class]; kept for the goods asked about last."""
        if self._amounts_of is None or self._amounts_of[0] is not goods:
            self._amounts_of = goods, {}
        kept = self._amounts_of[1]
        if name not in kept:
            amount: Floats = getattr(goods, name)
            kept[name] = amount.ravel()
        return kept[name]

    def _of_users(self, goods: Goods, name: str, row: Ints, label: Ints) -> Floats:
        """Of classes of goods of pairs that pass a gate, both ways together."""
        amount, size = self._between_two(goods, name), len(VOT_CLASSES)
        ways = zip(self._cells, self._weights, strict=True)
        there, back = (amount[cell[row] * size + label] * weight[row, label] for cell, weight in ways)
        found: Floats = there + back
        return found

    def _passing(self, goods: Goods, parts: Sequence[tuple[Ints, Floats, Ints]]) -> Floats:
        """What passes each facility on ways of rows with shares and gates, both [row, class, mode]."""
        amounts = {name: self._amounts(goods, name) for name in ("tonnes", "teu")}
        total = np.zeros(len(self.facilities))
        for rows, share, bits in parts:
            at = np.nonzero((share != 0) & (bits != 0))  # most ways pass no gate
            gates, row = bits[at], (rows[at[0]], at[1])
            carried = {name: share[at] * amount[row] for name, amount in amounts.items()}
            for f, one in enumerate(self.facilities):
                total[f] += float(carried[one.measure][(gates >> f & 1) != 0].sum())
        return total

    def _amounts(self, goods: Goods, name: str) -> Floats:
        """Of pairs that pass a gate, both ways together [row, class]."""
        amount = self._between_two(goods, name).reshape(-1, len(VOT_CLASSES))
        ways = zip(self._cells, self._weights, strict=True)
        there, back = (amount[cell] * weight for cell, weight in ways)
        found: Floats = there + back
        return found

    def solve(
        self,
        goods: Goods,
        others: Floats,
        start: Mapping[str, float] | None = None,
        further: bool = True,
        whole: bool = True,
    ) -> Limits:
        """Prices for what goes between economies: one solution after another, until no facility is too full.

        others: what passes facilities besides, tonnes or TEU a year. start: prices near the answer, by id. further:
        search for ways that no search has found yet; without, the ways of before are all there are. whole: with what
        prices do to costs and ways. Raises `Faults` where goods that have no other way are more than a facility takes.
        """
        flow = self.passing(goods) + others
        full = self.chosen | (flow > self.capacity * (1 + engine.TOLERANCE))
        start = start or {}
        price = np.array([start.get(one.id, 0.0) for one in self.facilities])
        if not full.any():
            return without_prices(self.facilities, flow)
        for _ in range(len(self.facilities)):
            parts = self._limited(goods, full, others, price, further)
            found = self._result(*parts, whole=False)
            over = found.flow > self.capacity * (1 + engine.PROMISED)
            if not (over & ~full).any():
                self.chosen = full
                return replace(self._with_ways(found, *parts) if whole else found, choosing=full)
            full, price = full | over, found.price
        raise AssertionError("every facility is full")

    @cached_property
    def route_of(self) -> Ints:
        """The search of each class of goods by each mode, [mode, class]: at sea that there (`ships`)."""
        of_land = [self.class_of[label] for label in VOT_CLASSES]
        return np.array([sea_search_of() if m == SEA else of_land for m in range(len(MODES))], np.int64)

    @property
    def _classes(self) -> list[int]:
        return sorted(set(self.class_of.values()))

    def settle(self, limits: Limits, goods: Goods, others: Floats) -> Limits:
        """Limits with the flows of other trade than that of their prices, and how far these miss the capacities
        (`calc_miss`): ways and shares of modes stay those of the prices."""
        passing = self._passing_at(limits, goods)
        flow = passing + others
        miss = calc_miss(flow, self.capacity, limits.price)
        return replace(limits, flow=flow, paid=limits.price * passing, joint_residual=miss)

    def _passing_at(self, limits: Limits, goods: Goods) -> Floats:
        """What passes each facility with the ways and shares of limits."""
        if not limits.layers:
            return self.passing(goods)
        if self._laid is not None and self._laid[-1] is limits.layers:  # they were asked about last
            full, before, share, _ = self._laid
            users, _, ways, besides = self._known(goods, full, np.zeros(len(self.facilities)))
            if ways is before:  # the same users: what they did is at hand
                return besides + self._carried(users, ways, share)
        first, *others = limits.layers
        rows = first.rows
        aside = rows, first.share - self.share[rows], self.bits[rows]
        further = [(one.rows, one.share, self._bits(self.found[one.number], one.rows)) for one in others]
        return self.passing(goods) + self._passing(goods, [aside, *further])

    def paid_by_seller(self, limits: Limits, goods: Goods) -> Floats:
        """What goods pay by the economy that sells them, US$ a year [facility, economy]; adds up to `paid`.

        All goods of a class between two economies pay alike for a TEU (`rents`).
        """
        found = np.zeros((len(self.facilities), len(self.model.baseline.economies)))
        for f in np.flatnonzero(limits.price > 0).tolist():
            units = per_teu(getattr(goods, self.facilities[f].measure), goods.volume)
            part = self._part_that_passes(limits, f).transpose(1, 2, 0)
            found[f] = limits.price[f] * (part * units * goods.volume).sum(axis=(1, 2))
        return found

    def rents(self, limits: Limits) -> tuple[Rent, ...]:
        """Full facilities whose price is a rent, and which goods pay it."""
        return tuple(
            Rent(one.id, one.title, float(limits.price[f]), one.measure, self._part_that_passes(limits, f))
            for f, one in enumerate(self.facilities)
            if one.price == "rent" and limits.price[f] > 0
        )

    def _part_that_passes(self, limits: Limits, f: int) -> Floats:
        """Part of the goods between two economies that passes a full facility, [class, origin, destination]."""
        count = len(self.model.baseline.economies)
        found = np.zeros((len(VOT_CLASSES), count, count))
        for layer in limits.layers:  # whoever passes a full facility is among those that turn aside
            bits = self._bits(self.found[layer.number], layer.rows)
            share = (layer.share * (bits >> f & 1)).sum(axis=2)
            for cells, weights in zip(self._cells, self._weights, strict=True):
                cell, part = cells[layer.rows], share * weights[layer.rows]
                for k in range(len(VOT_CLASSES)):
                    found[k] += np.bincount(cell, part[:, k], count * count).reshape(count, count)
        return found

    def _search(self, land: Mapping[int, Floats], sea: Floats) -> Search:
        """Ways of the pairs that pass a gate, by land, by search class, and by sea; kept.

        A pair whose ways pass no gate that has a price keeps them: nothing is kept of it.
        """
        rows = np.flatnonzero(self._passed & mask_of(np.any([sea, *land.values()], axis=0)))
        self.found.append(search_of(land, sea, *self._find(land, sea), rows, self._part[rows]))
        return self.found[-1]

    def _find(self, land: Mapping[int, Floats], sea: Floats) -> tuple[dict[int, dict[str, Way]], list[Way]]:
        by_land = {c: self.search.find(c, prices, by_land=True, by_sea=False) for c, prices in land.items()}
        return by_land, self.search.at_sea(sea)

    def _users(self, goods: Goods, full: NDArray[np.bool_]) -> Users:
        """Pairs and classes of goods of which a mode passes a full facility, with something to carry; kept for the
        goods asked about last, and what does not depend on goods for the same users."""
        mask = mask_of(full)
        if self._users_of is not None and self._users_of[0] is goods and self._users_of[1] == mask:
            return self._users_of[2]
        kept = self._turning
        if kept is None or kept[0] != mask:
            offered = self.taken.term > 0
            row, label = np.nonzero((((self.bits & mask) != 0) & offered).any(axis=2))
            kept = self._turning = mask, row, label
        _, row, label = kept
        demand = self._of_users(goods, "volume", row, label)
        some = demand > 0
        if not some.all():
            row, label, demand = row[some], label[some], demand[some]
        holds = {name: self._of_users(goods, name, row, label) / demand for name in ("tonnes", "teu")}
        last = None if self._users_of is None or self._users_of[1] != mask else self._users_of[2]
        if last is not None and np.array_equal(last.row, row) and np.array_equal(last.label, label):
            users = last._replace(demand=demand, holds=holds)
        else:
            term = self.taken.term[row, label]
            cost = np.where(term > 0, self.taken.cost[row, label], np.inf)
            nest_user, nest_mode = np.nonzero(term > 0)
            users = Users(
                row, label, demand, holds,
                (self.share[row, label] * np.where(term > 0, cost, 0.0)).sum(axis=1), nest_user, nest_mode,
                term[nest_user, nest_mode], cost, np.where(term > 0, self.taken.hours[row, label], 0.0),
                (self._weights[0][row, label], self._weights[1][row, label]),
            )  # fmt: skip
        self._users_of = goods, mask, users
        return users

    def _search_closed(self, full: NDArray[np.bool_]) -> None:
        """The best ways with each choice of full gates closed; a pair that has none without them passes them."""
        at = np.flatnonzero(full).tolist()
        for choice in range(1, 1 << len(at)):
            closed = [f for k, f in enumerate(at) if choice >> k & 1]
            bits = sum(1 << f for f in closed)
            if bits not in self._closed:
                self._closed.add(bits)
                prices = np.zeros(len(self.facilities))
                prices[closed] = CLOSED
                self._search(dict.fromkeys(self._classes, prices), prices)

    def _bits(self, found: Search, rows: Ints) -> Ints:
        """Gates on the ways of a search, of rows [row, class, mode]."""
        at, known = self._places(found, rows)
        bits = np.zeros((rows.size, len(VOT_CLASSES), len(MODES)), np.int64)
        if known.size < rows.size:
            bits[:] = self.bits[rows]
        for m, k in np.ndindex(self.route_of.shape):
            bits[known, k, m] = found.way(int(self.route_of[m, k]), m).gates[at]
        return bits

    def _places(self, found: Search, rows: Ints) -> tuple[Ints, Ints]:
        """Where rows stand in a search, and which of them do."""
        place = np.full(self.at.size, -1, np.int64)
        place[found.rows] = np.arange(found.rows.size)
        known = np.flatnonzero(place[rows] >= 0)
        return place[rows[known]], known

    def at_prices(self, goods: Goods, others: Floats, prices: Floats) -> Limits:
        """What goods do at prices by facility, whether or not any is too full, on the ways that are known."""
        full = self.chosen | (prices > 0)
        if not full.any():
            return without_prices(self.facilities, self.passing(goods) + others)
        if int(full.sum()) <= MOST_FULL:
            self._search_closed(full)
        users, _, ways, others = self._known(goods, full, others)
        at = np.flatnonzero(full)
        choice = self._choice(users, ways, self._sharp)
        use = csr_array(self._use(users, ways)[:, at])
        left = np.maximum(self.capacity[at] - others[at], SMALLEST)
        done = engine.flows_at(choice, engine.Ways(ways.nest, ways.cost, use), left, prices[at])
        return self._result(users, ways, done, choice, at, others, prices)

    def _known(
        self, goods: Goods, full: NDArray[np.bool_], others: Floats
    ) -> tuple[Users, Way, Ways, Floats]:
        """Users of full facilities, their first ways and all that are known, and what passes facilities besides."""
        users = self._users(goods, full)
        first, ways = self._ways_of(users, full)
        nests = users.nest_user.size
        share = users.term / per_user(users, users.term)
        # First ways come first.
        mine = self._use(users, ways)[:nests].T @ (users.demand[users.nest_user] * share)
        return users, first, ways, others + np.maximum(self.passing(goods) - mine, 0.0)

    def _ways_of(self, users: Users, full: NDArray[np.bool_]) -> tuple[Way, Ways]:
        """First ways of nests, and these with those of other searches after them; kept for the same users."""
        mask = mask_of(full)
        if self._last is not None:
            count, bits, row, label, first, ways = self._last
            if (
                (count, bits) == (len(self.found), mask)
                and (row is users.row or np.array_equal(row, users.row))
                and (label is users.label or np.array_equal(label, users.label))
            ):
                return first, ways
        nests = users.nest_user.size
        first = self._of_nests(users, self.found[0])
        zeros = np.zeros(nests)
        ways = Ways(np.arange(nests), zeros, zeros, first.gates, np.zeros(nests, np.int64))
        paid = self._paid_at(users, full)
        for number in range(1, len(self.found)):
            ways = ways.and_(self._new_ways(users, first, ways, number, paid))
        self._last = len(self.found), mask, users.row, users.label, first, ways
        return first, ways

    def _paid_at(self, users: Users, full: NDArray[np.bool_]) -> Ints:
        """Bits of the full gates at which the goods of each nest take of the capacity: others they pass freely."""
        found = np.zeros(users.demand.size, np.int64)
        for f in np.flatnonzero(full).tolist():
            found |= (users.holds[self.facilities[f].measure] > 0).astype(np.int64) << f
        return found[users.nest_user]

    def _limited(
        self,
        goods: Goods,
        full: NDArray[np.bool_],
        others: Floats,
        price: Floats,
        further: bool,
    ) -> tuple[Users, Ways, engine.Limited, engine.Choice, Ints, Floats, Floats]:
        few = int(full.sum()) <= MOST_FULL
        if few:
            self._search_closed(full)
        users, first, ways, others = self._known(goods, full, others)
        at = np.flatnonzero(full)
        left = self.capacity[at] - others[at]
        if not (left > 0).all():
            raise self._refuse(at[left <= 0])
        if few:
            try:
                only = self._prices(users, ways, at, left, price[at])
            except engine.LimitsError as error:
                raise self._refuse(at[list(error.facilities)]) from error
            prices = np.zeros(len(self.facilities))
            prices[at] = only[0].price
            return users, ways, *only, at, others, prices
        nothing = np.zeros(len(self.facilities))
        prices = np.where(full, price, 0.0)
        prices = prices if prices.any() else self._dear(users, full)
        solved: tuple[engine.Limited, engine.Choice] | None = None
        for _ in range(MOST_ROUNDS):
            more = ways.of(ways.nest < 0)
            if further or len(self.found) == 1:
                self._search(*self._mean_prices(users, prices))
                more = self._cheaper(users, first, ways, prices)
                if not more.nest.size:
                    self.found.pop()
            if solved is not None and not more.nest.size:
                return users, ways, *solved, at, others, prices
            if more.nest.size:
                ways = ways.and_(more)
            try:
                solved = self._prices(users, ways, at, left, prices[at] if solved else price[at])
            except engine.LimitsError as error:
                dear = self._dear(users, full) * MUCH
                if solved is not None or (prices >= dear)[full].all():
                    raise self._refuse(at[list(error.facilities)]) from error
                prices, further = dear, True
                continue
            prices = nothing.copy()
            prices[at] = solved[0].price
        raise Faults([Fault("--limits", f"ways are still found after {MOST_ROUNDS} searches", REMEDY)])

    def _refuse(self, at: Ints) -> Faults:
        return Faults(
            [
                Fault(
                    f"--limits: {self.facilities[f].title}",
                    f"{self.facilities[f].capacity:,g} {self.facilities[f].unit} is less than the goods that have no"
                    " other way",
                    REMEDY,
                )
                for f in at.tolist()
            ]
        )

    def _dear(self, users: Users, full: NDArray[np.bool_]) -> Floats:
        """Prices of full facilities that double the mean cost of their users."""
        mean = np.average(users.mean, weights=users.demand)
        holds = {name: np.average(part, weights=users.demand) for name, part in users.holds.items()}
        return np.array(
            [
                mean / holds[one.measure] if is_full and holds[one.measure] > 0 else 0.0
                for one, is_full in zip(self.facilities, full.tolist(), strict=True)
            ]
        )

    def _mean_prices(self, users: Users, prices: Floats) -> tuple[dict[int, Floats], Floats]:
        """Prices in US$ a TEU of the goods of each search class on land, and of all goods at sea."""
        of_label = np.array([self.class_of[label] for label in VOT_CLASSES])[users.label]

        def mean(mine: NDArray[np.bool_]) -> Floats:
            if not mine.any():
                return np.zeros(prices.size)
            weights = users.demand[mine]
            holds = {name: np.average(part[mine], weights=weights) for name, part in users.holds.items()}
            found: Floats = prices * np.array([holds[one.measure] for one in self.facilities])
            return found

        return {c: mean(of_label == c) for c in self._classes}, mean(np.ones(of_label.size, np.bool_))

    def _of_nests(self, users: Users, found: Search, first: Way | None = None) -> Way:
        """The ways of nests among those of pairs; those of the first search where another found none."""
        nests = users.nest_user.size
        way = Way(np.empty(nests), np.empty(nests), np.empty(nests, np.int64))
        if first is not None:
            way = Way(first.hours.copy(), first.usd.copy(), first.gates.copy())
        place, known = self._places(found, users.row[users.nest_user])
        label, mode = users.label[users.nest_user[known]], users.nest_mode[known]
        for m, k in np.ndindex(self.route_of.shape):
            mine = np.flatnonzero((label == k) & (mode == m))
            at, theirs = known[mine], found.way(int(self.route_of[m, k]), m).of(place[mine])
            way.hours[at], way.usd[at], way.gates[at] = theirs
        return way

    def _use(self, users: Users, ways: Ways) -> csr_array:
        """Units of capacity that a TEU on each way takes of each facility; kept for those asked about last."""
        if self._use_of is not None and self._use_of[0] is users and self._use_of[1] is ways:
            return self._use_of[2]
        if self._taking is None or self._taking[0] is not ways:
            self._taking = ways, self._takes(users, ways)
        which = self._taking[1]
        stacked = np.concatenate([users.holds[name] for name in MEASURES])
        use = csr_array((stacked[which.data], which.indices, which.indptr), shape=which.shape)
        self._use_of = users, ways, use
        return use

    def _takes(self, users: Users, ways: Ways) -> csr_array:
        """Which of the amounts of all users (`MEASURES`, one after the other) each way takes of each facility."""
        user = users.nest_user[ways.nest]
        rows, columns, amounts = [], [], []
        for f, one in enumerate(self.facilities):
            at = np.flatnonzero(ways.gates >> f & 1)
            rows.append(at)
            columns.append(np.full(at.size, f))
            amounts.append(MEASURES.index(one.measure) * users.demand.size + user[at])
        shape = (ways.nest.size, len(self.facilities))
        where = np.concatenate(rows), np.concatenate(columns)
        found = csr_array((np.concatenate(amounts) + 1, where), shape=shape)
        found.data -= 1  # nothing is lost as a zero
        return found

    def _above(self, users: Users, first: Way, number: int) -> Ways:
        """Ways of a search, their cost and hours above those of the first."""
        way = self._of_nests(users, self.found[number], first)
        time = self.model.baseline.values[users.label[users.nest_user]]
        with np.errstate(invalid="ignore"):
            hours = way.hours - first.hours
            # The first way is the best without prices: no search found another.
            cost = np.maximum(way.usd - first.usd + time * hours, 0.0)
        nests = np.arange(users.nest_user.size)
        return Ways(nests, cost, hours, way.gates, np.full(nests.size, number))

    def _cheaper(self, users: Users, first: Way, known: Ways, prices: Floats) -> Ways:
        """The ways of the last search that are cheaper at prices than all known ones of their nest."""
        new = self._above(users, first, len(self.found) - 1)
        best = np.full(users.nest_user.size, np.inf)
        np.minimum.at(best, known.nest, known.cost + self._use(users, known) @ prices)
        with np.errstate(invalid="ignore"):
            saves = best - (new.cost + self._use(users, new) @ prices)
        return new.of(np.isfinite(new.cost) & (saves > CHEAPER * users.mean[users.nest_user]))

    def _new_ways(self, users: Users, first: Way, known: Ways, number: int, paid: Ints) -> Ways:
        """The ways of a former search that pass other gates, of those paid at, than all known ones of their nest."""
        new = self._above(users, first, number)
        other = np.isfinite(new.cost)
        for before in range(number):
            mine = known.found == before
            nest = known.nest[mine]
            other[nest] &= (known.gates[mine] ^ new.gates[nest]) & paid[nest] != 0
        return new.of(other)

    @property
    def _sharp(self) -> float:
        """Scale of ways over that of modes."""
        return max(self.parameters["way_choice_scale"] / self.parameters["mode_choice_scale"], 1.0)

    def _choice(self, users: Users, ways: Ways, ratio: float) -> engine.Choice:
        """Without prices each mode has the share that it has without limits, however many ways are known. Kept for the
        ways asked about last."""
        if self._choice_of is not None and self._choice_of[0] is ways and self._choice_of[1] == ratio:
            return replace(self._choice_of[2], demand=users.demand)
        scale = self.parameters["mode_choice_scale"] / users.mean
        way_scale = ratio * scale
        k = way_scale[users.nest_user]
        spread = np.bincount(ways.nest, np.exp(-k[ways.nest] * ways.cost), k.size)
        weight = users.term * spread ** (-scale[users.nest_user] / k)
        weight /= per_user(users, weight)
        found = engine.Choice(users.demand, users.nest_user, weight, scale, way_scale)
        self._choice_of = ways, ratio, found
        return found

    def _prices(
        self, users: Users, ways: Ways, at: Ints, left: Floats, start: Floats
    ) -> tuple[engine.Limited, engine.Choice]:
        """Prices of full facilities for known ways, first with a choice of ways that is less sharp."""
        use = csr_array(self._use(users, ways)[:, at])
        sharp = self._sharp
        several = ways.nest.size > users.nest_user.size and not start.any()
        steps = 1 + int(np.ceil(np.log(sharp) / np.log(STEPS)))
        for ratio in np.geomspace(1.0, sharp, steps) if several else [sharp]:
            choice = self._choice(users, ways, ratio)
            solved = engine.limit_flows(choice, engine.Ways(ways.nest, ways.cost, use), left, start=start)
            start = solved.price
        return solved, choice

    def _result(
        self,
        users: Users,
        ways: Ways,
        solved: engine.Limited,
        choice: engine.Choice,
        at: Ints,
        others: Floats,
        price: Floats,
        whole: bool = True,
    ) -> Limits:
        """Prices and flows; whole: with what prices do to costs and ways."""
        passing = self._carried(users, ways, solved.share)
        flow = others + passing
        found = Limits(
            self.facilities, price, flow, price * passing, solved.residual,
            tuple(tuple(self.facilities[at[f]].id for f in one) for one in solved.series),
        )  # fmt: skip
        return self._with_ways(found, users, ways, solved, choice, at, others, price) if whole else found

    def _with_ways(
        self,
        limits: Limits,
        users: Users,
        ways: Ways,
        solved: engine.Limited,
        choice: engine.Choice,
        at: Ints,
        _others: Floats,
        price: Floats,
    ) -> Limits:
        """Limits with what prices do to costs and ways."""
        paid = self._use(users, ways) @ price
        found = replace(
            limits, differences=self._differences(users, ways, solved, choice, paid), rows=self.at,
            layers=self._layers(users, ways, solved.share), gates=self.gates,
        )  # fmt: skip
        full = np.zeros(len(self.facilities), np.bool_)
        full[at] = True
        self._laid = full, ways, solved.share, found.layers
        return found

    def _carried(self, users: Users, ways: Ways, share: Floats) -> Floats:
        """What users take of each facility on their ways."""
        of_way = users.demand[users.nest_user[ways.nest]] * share
        found: Floats = self._use(users, ways).T @ of_way
        return found

    def _layers(self, users: Users, ways: Ways, share: Floats) -> tuple[Layer, ...]:
        rows, row = np.unique(users.row, return_inverse=True)
        of_nest = row[users.nest_user], users.label[users.nest_user], users.nest_mode
        layers = []
        for number, search in enumerate(self.found):
            mine = ways.found == number
            if number and not mine.any():
                continue
            of_mode = np.zeros((rows.size, *self.share.shape[1:]))
            if number == 0:
                of_mode[:] = self.share[rows]
                of_mode[row, users.label] = 0.0
            nest = ways.nest[mine]
            of_mode[tuple(part[nest] for part in of_nest)] = share[mine]  # one way of a nest at most
            layers.append(
                Layer(number, search.land, search.sea, rows, of_mode, self._searches_taken(search, rows))
            )
        return tuple(layers)

    def _searches_taken(self, search: Search, rows: Ints) -> NDArray[np.int8]:
        """Whose way at sea goods take on the ways of a search, [row, class of goods]; rows: numbers among `at`."""
        own_ways = np.ones((rows.size, len(sea_searches())), np.bool_)
        for one in (self.found[0], search):  # all others keep the ways of the first
            place = np.minimum(np.searchsorted(one.rows, rows), one.rows.size - 1)
            known = one.rows[place] == rows
            first, *others = self._at_sea(one)
            for s, way in enumerate(others, start=1):
                differs = (way.hours != first.hours) | (way.usd != first.usd)
                own_ways[known, s] = differs[place[known]]
        return searches_taken(own_ways)

    def _at_sea(self, search: Search) -> Sequence[Way]:
        """Ways by sea of a search, of its rows, by search there."""
        return search.by_sea

    def _differences(
        self, users: Users, ways: Ways, solved: engine.Limited, choice: engine.Choice, paid: Floats
    ) -> Floats:
        """What prices change between economies, as `FreightBaseline.differences`: of users, weighted."""
        count = len(self.model.baseline.economies)
        total = np.zeros((3 + 3 + len(MODES), len(VOT_CLASSES), count * count))
        load_compiled("samarkand.engines.gates_kernels").add_differences(
            ways.nest, ways.cost, ways.hours, paid, solved.share, users.nest_user, users.nest_mode, users.term,
            choice.weight, np.asarray(choice.scale), np.asarray(choice.way_scale), solved.logsum, users.cost,
            users.hours, users.label, np.stack([cells[users.row] for cells in self._cells], axis=1),
            np.stack(users.weights, axis=1), total,
        )  # fmt: skip
        return total.reshape(*total.shape[:2], count, count)


def _shares(term: Floats) -> Floats:
    total = term.sum(axis=-1, keepdims=True)
    found: Floats = np.divide(term, total, out=np.zeros_like(term), where=total > 0)
    return found
