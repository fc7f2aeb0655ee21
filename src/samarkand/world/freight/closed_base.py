"""The base of a network with something closed, from that of the network open.

What no closure touches is taken over as it is: where the sea alone is touched, all chains by road and rail. The sea is
offered where it was (`sea_choice`), and rail to ports has the handicap that it had (`leg_choice`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from samarkand.core.progress import Progress
from samarkand.engines.compiled import load_compiled
from samarkand.engines.routing import Legs
from samarkand.engines.threads import run_all
from samarkand.world.freight.path_base import PathBase, prepare_base
from samarkand.world.freight.sea_searches import SEA, sea_searches
from samarkand.world.freight.skims import Component, baseline_legs, sail, values_of_time
from samarkand.world.freight.trade_costs import Pairs
from samarkand.world.network.tables import Network
from samarkand.world.parameters import Parameters


def close_base(
    base: PathBase,
    pairs: Pairs,
    network: Network,
    parameters: Parameters,
    parts: dict[str, Component],
    touched: Collection[str],
    progress: Progress,
    turning: bool = True,
) -> tuple[PathBase, Pairs]:
    """The base and the routes of a closed network.

    base, pairs: of the open one; network, parts: the closed one and its graphs; touched: modes whose links, or at sea
    ports, are closed; turning: whether goods in haste take the way of the first search at sea where theirs is lost.
    """
    if set(touched) == {"sea"}:
        legs = baseline_legs({"sea": parts["sea"]}, parameters, progress)
        return _sail_anew(base, pairs, network, parameters, legs["sea"], turning)
    legs = baseline_legs(parts, parameters, progress)
    return prepare_base(network, parameters, legs, pairs, base.handicap, turning)


def _sail_anew(
    base: PathBase,
    pairs: Pairs,
    network: Network,
    parameters: Parameters,
    legs: list[Legs],
    turning: bool,
) -> tuple[PathBase, Pairs]:
    """The same land with other legs between ports, by search at sea."""
    values, searches = values_of_time(parameters), sea_searches()
    new = {
        name: np.empty_like(getattr(base, name)) for name in ("sea_hours", "sea_usd", "sea_city", "over_sea")
    }

    def one(s: int) -> Legs:
        c = searches[s].land
        to_port = Legs(base.port_hours[s], base.port_usd[s]).transposed
        *_, sea, over_sea, by_sea = sail(network, parameters, legs[s], to_port, base.handicap[s].T, values[c])
        new["sea_hours"][s], new["sea_usd"][s] = sea.hours, sea.usd
        with np.errstate(over="ignore"):
            new["over_sea"][s], new["sea_city"][s] = over_sea.cost(values[c]), by_sea.cost(values[c])
        return by_sea

    voyages = run_all(one, range(len(searches)))
    turns = np.array([turning and search.may_turn for search in searches])
    usd, hours = np.empty_like(pairs.usd), np.empty_like(pairs.hours)
    own_ways = np.empty_like(pairs.own_ways)

    def put(part: tuple[int, int]) -> None:
        load_compiled("samarkand.engines.closing_kernels").put_voyages(
            *part, SEA, tuple(legs.usd for legs in voyages), tuple(legs.hours for legs in voyages),
            pairs.origin, pairs.destination, pairs.usd, pairs.hours, pairs.own_ways, turns, usd, hours, own_ways,
            new["sea_city"],
        )  # fmt: skip

    half = len(pairs) // 2
    run_all(put, ((0, half), (half, len(pairs))))
    return replace(base, **new), replace(pairs, hours=hours, usd=usd, own_ways=own_ways)
