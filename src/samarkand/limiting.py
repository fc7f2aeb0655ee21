"""Prices of full places without a programme, and the search for prices and trade that agree.

open      the trade of the accounts, which these prices have shaped already
closed    the trade that a closure and its prices leave together
agree     prices make trade costs, these the equilibrium, and its trade other prices: until all of it agrees
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import xarray as xr
from scipy.sparse import csr_array

from samarkand.carriage import paying_ways, transit_carriage
from samarkand.closing import close_energy
from samarkand.core.conventions import Floats, Ints
from samarkand.core.faults import Fault, Faults
from samarkand.engines.compiled import load_compiled
from samarkand.engines.equilibrium import Solution
from samarkand.engines.mixing import Mixing
from samarkand.engines.once import derived
from samarkand.programme import Change
from samarkand.programme.channels.capacity import facilities_of, raised
from samarkand.solving import ORDER, Keep, Setting, energy_of, lay, part_by_route
from samarkand.world.freight.assignment import tonnes_per_usd, unit_loads_per_usd, volumes_per_usd
from samarkand.world.freight.capacity import Facility
from samarkand.world.freight.disruption import DisruptedFreight
from samarkand.world.freight.energy import EnergyClosure, energy_tonnes
from samarkand.world.freight.energy_costs import ClosedEnergy
from samarkand.world.freight.energy_gates import energy_at_gates
from samarkand.world.freight.gate_ways import Gate, KeptLegs
from samarkand.world.freight.limits import REMEDY, GatedFreight
from samarkand.world.freight.mode_choice import VOT_CLASSES
from samarkand.world.freight.model import FreightModel
from samarkand.world.freight.priced_places import Goods, Limits, find_gates, flows_at
from samarkand.world.freight.state import Freight, FreightState
from samarkand.world.freight.state_store import freight_state

Outcome = TypeVar("Outcome")
JOINT = 1e-6  # of capacities: what prices and the trade that they lead to may miss
MOST_TRIES = 40  # solutions looked for


@dataclass(frozen=True, eq=False)
class GatesOfBaseline:
    """Where goods pass the facilities of the state without a programme, and its prices.

    `gates`: of each facility; `others`: what passes it that neither pays nor turns aside, tonnes or TEU a year; `legs`:
    what states have in common; `terminals`: which flows of oil and gas are among the others (`energy_at_gates`), None
    where something is closed: there the others stay those of the closure without prices.
    `open_`: prices of the network with nothing closed, where this one has closures: the accounts hold those.
    """

    gates: tuple[Gate, ...]
    others: Floats
    limits: Limits
    legs: KeptLegs
    open_: Limits | None = None
    terminals: Floats | None = None

    def others_of(self, setting: Setting, flow: Floats) -> Floats:
        """`others` of trade of a solution, [destination, origin, sector]: oil and gas take what they then need."""
        terminals = self.terminals
        if terminals is None:
            return self.others
        energy, before = energy_of(setting), setting.world.accounts.trade_flow

        def of_accounts() -> tuple[tuple[Ints, ...], Floats, csr_array]:
            origin, destination, sector = energy.cells(before.transpose("origin", "destination", "sector"))
            at = destination, origin, sector
            passing = csr_array(terminals * energy_tonnes(energy, before, before))  # few flows pass a place
            return at, before.transpose(*ORDER).to_numpy()[at], passing

        at, was, passing = derived(self, ("oil and gas of the accounts", setting.world.hash), of_accounts)
        ratio = np.divide(flow[at], was, out=np.ones_like(was), where=was > 0)
        found: Floats = np.maximum(self.others + passing @ (ratio - 1.0), 0.0)
        return found

    @property
    def of_accounts(self) -> Limits:
        """Prices in the world of the accounts, against which costs are told."""
        return self.limits if self.open_ is None else self.open_


@dataclass(frozen=True, eq=False)
class LimitedClosure:
    """A network with something closed and prices of full facilities, and the equilibrium that goes with them."""

    gates: GatesOfBaseline
    state: FreightState
    energy: ClosedEnergy
    solution: Solution


def limit_open(setting: Setting, freight: Freight, kept: Keep) -> tuple[GatesOfBaseline, FreightState]:
    """Prices of a network with nothing closed, without a programme; every closure is told against them."""
    assert isinstance(freight, FreightModel)  # nothing is closed
    facilities = facilities_in(setting)
    places = tuple((one.id, one.title, one.capacity, one.unit, one.price) for one in facilities)
    key = ("limited", freight.key, setting.world.hash, setting.assumptions.hash, places)
    return kept(key, lambda: _limit_baseline(setting, freight, freight_state(freight, ())))


def _limit_baseline(
    setting: Setting, model: FreightModel, state: FreightState
) -> tuple[GatesOfBaseline, FreightState]:
    """Prices without a programme: the trade is that of the accounts, which they have shaped already."""
    flow = setting.world.accounts.trade_flow
    facilities = facilities_in(setting)
    work = lay(setting, model, state, flow)
    gates = find_gates(facilities, work)
    legs = KeptLegs()
    gated = GatedFreight(model, state.against_open, (), facilities, gates, legs)
    goods = goods_of(setting, flow)
    all_of_it = flows_at(facilities, work, setting.assumptions.parameters)
    others = np.maximum(all_of_it - gated.passing(goods), 0.0)
    limits = gated.solve(goods, others)
    limits = replace(limits, by_seller=gated.paid_by_seller(limits, goods), rents=gated.rents(limits))
    energy, network = energy_of(setting), state.model.network
    terminals = energy_at_gates(energy, network, setting.assumptions.parameters, facilities, gates)
    found = GatesOfBaseline(gates, others, limits, legs, terminals=terminals)
    return found, state.limited(limits, limits)


def limit_closed(
    setting: Setting,
    freight: DisruptedFreight,
    left: EnergyClosure,
    state: FreightState,
    open_: GatesOfBaseline,
) -> LimitedClosure:
    """Prices with something closed: those of the trade that closure and prices leave together, as `limit_state`.

    What passes facilities and does not pay is that of the closure without prices. Oil and gas keep to what their lines
    and terminals take for every price.
    """
    energy, solution = close_energy(setting, left, state, None)
    facilities = facilities_in(setting)
    flow = setting.labelled(solution.trade_flow)
    work = lay(setting, freight, state, flow)
    gates, goods = find_gates(facilities, work), goods_of(setting, flow)
    network = state.model.network
    legs = KeptLegs()
    gated = GatedFreight(freight.open, state.against_open, (), facilities, gates, legs, network)
    parameters = setting.assumptions.parameters
    others = np.maximum(flows_at(facilities, work, parameters) - gated.passing(goods), 0.0)
    ways = paying_ways(setting, freight, state) if setting.transit_payments else None

    def sell(limits: Limits) -> tuple[tuple[FreightState, ClosedEnergy, Solution], Solution]:
        limited = state.limited(replace(limits, rents=gated.rents(limits)), open_.limits)
        carriage = None
        if ways is not None:
            carriage = transit_carriage(setting, freight, limited, open_.limits, ways)
        energy, solution = close_energy(setting, left, limited, carriage)
        return (limited, energy, solution), solution

    closed = f"with {' + '.join(freight.closures.names)} closed, "
    limits, (limited, energy, solution) = agree(
        setting, gated, goods, others, open_.limits, sell, told=closed
    )
    return LimitedClosure(
        GatesOfBaseline(gates, others, limits, legs, open_.limits),
        replace(limited, limits=limits),
        energy,
        solution,
    )


def facilities_in(setting: Setting, change: Change | None = None) -> tuple[Facility, ...]:
    """Places with a capacity, as a change leaves them; without one, none is raised."""

    def find() -> tuple[Facility, ...]:
        return facilities_of(setting.lines, setting.world, setting.assumptions.parameters)

    found = derived(setting, "facilities", find)
    return found if change is None else raised(found, change.effects.get("capacity", ()))


def goods_of(setting: Setting, flow: xr.DataArray) -> Goods:
    """What goes by routes: all goods but oil and gas known in volumes."""
    return goods_sold(setting, np.ascontiguousarray(flow.transpose(*ORDER).to_numpy()))


def goods_sold(setting: Setting, flow: Floats) -> Goods:
    """`goods_of` flows of the engine, [destination, origin, sector]."""
    of_usd, by_route = derived(setting, "goods in a dollar", lambda: _goods_in_a_dollar(setting))
    goods = np.empty((3, *by_route.shape[:2], of_usd.shape[-1]))
    load_compiled("samarkand.engines.trade_kernels").add_goods(flow, by_route, of_usd, goods)
    return Goods(*goods)


def _goods_in_a_dollar(setting: Setting) -> tuple[Floats, Floats]:
    """Amounts of `Goods` in US$ m of what an exporter sells, [exporter, sector, amount, class], and what of a sector
    goes by routes (`part_by_route`) between two economies, [destination, origin, sector]."""
    world, labels = setting.world, list(setting.world.labels)
    flow = world.accounts.trade_flow
    table = setting.commodities.sel(sector=flow["sector"])
    amounts = volumes_per_usd(table), tonnes_per_usd(table, labels), unit_loads_per_usd(table)
    size = len(labels), flow.sizes["sector"], len(VOT_CLASSES)
    of_usd = np.empty((*size[:2], 3, size[2]))
    for k, amount in enumerate(amounts):
        ordered = amount.sel(vot_class=list(VOT_CLASSES)).transpose(..., "sector", "vot_class")
        of_usd[:, :, k] = ordered.to_numpy()
    by_route = part_by_route(setting).transpose(*ORDER).to_numpy().copy()
    by_route[np.eye(len(labels), dtype=bool)] = 0.0
    return 1e6 * of_usd, np.ascontiguousarray(by_route)


def agree(
    setting: Setting,
    gated: GatedFreight,
    goods: Goods,
    others: Floats,
    start: Limits,
    sell: Callable[[Limits], tuple[Outcome, Solution]],
    told: str = "",
    others_of: Callable[[Floats], Floats] | None = None,
) -> tuple[Limits, Outcome]:
    """Prices and trade that agree, certified to `JOINT`, and what `sell` made of them.

    goods, start: of what is sold and prices near the answer. sell: what prices make of a state, and its equilibrium.
    told: where the fault begins if they do not agree. others_of: what passes besides of the trade of a solution; else
    `others` is that of all. Prices go on by Anderson's mixing, from what `start` knows of how trade answers.
    """
    known_inverse = inverse_for(start, gated.facilities)
    residual, mixing = np.inf, Mixing(known_inverse)
    limits = gated.solve(goods, others, start.prices)
    for _ in range(MOST_TRIES):
        outcome, solution = sell(limits)
        goods = goods_sold(setting, solution.trade_flow)
        others = others if others_of is None else others_of(solution.trade_flow)
        settled = gated.settle(limits, goods, others)
        residual, known = settled.joint_residual, len(gated.found)
        found = gated.solve(goods, others, limits.prices, further=residual <= JOINT, whole=False)
        if residual <= JOINT and len(gated.found) == known:
            return replace(
                settled, residual=found.residual, series=found.series, choosing=found.choosing,
                by_seller=gated.paid_by_seller(settled, goods), rents=gated.rents(settled),
                goods=goods, inverse=mixing.inverse,
            ), outcome  # fmt: skip
        if len(gated.found) != known:
            mixing = Mixing(known_inverse)
        limits = gated.at_prices(goods, others, mixing.step(limits.price, found.price))
    raise not_agreed(residual, told)


def not_agreed(residual: float, told: str = "") -> Faults:
    """Prices and trade that do not agree after `MOST_TRIES`; told: where the fault begins."""
    reason = f"{told}trade and prices still differ by {residual:.1e} after {MOST_TRIES} rounds"
    return Faults([Fault("--limits", reason, REMEDY)])


def inverse_for(limits: Limits, facilities: Sequence[Facility]) -> Floats | None:
    """`Limits.inverse` of some facilities; None where nothing is known."""
    if limits.inverse is None:
        return None
    place = {one.id: f for f, one in enumerate(limits.facilities)}
    at = [place[one.id] for one in facilities]
    return limits.inverse[np.ix_(at, at)]
