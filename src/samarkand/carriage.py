"""What goods pay on their way in a state of the network, inside the equilibrium: tolls, and rents of full places.

Against the world of the accounts: its own ways, the prices of its full places, and its trade.
"""

from __future__ import annotations

from samarkand.engines.equilibrium import Carriage, Solution
from samarkand.engines.equilibrium.measures import calc_baseline_trade_flow
from samarkand.engines.once import derived
from samarkand.solving import CarriageOf, Setting, energy_of, part_by_route
from samarkand.world.freight.model import FreightModel
from samarkand.world.freight.priced_places import Limits
from samarkand.world.freight.state import Freight, FreightState
from samarkand.world.freight.state_store import freight_state
from samarkand.world.freight.transit_payments import TransitPayments, paying_tariffs
from samarkand.world.freight.transit_use import TransitUse
from samarkand.world.freight.transit_ways import TransitWays


def paying_ways(setting: Setting, freight: Freight, state: FreightState) -> TransitWays:
    """Ways past places whose tariffs are paid inside the equilibrium, in a state of a network."""
    return TransitWays.of(freight, state, energy_of(setting), paying_tariffs())


def transit_carriage(
    setting: Setting,
    freight: Freight,
    state: FreightState,
    of_accounts: Limits | None = None,
    ways: TransitWays | None = None,
) -> CarriageOf:
    """What goods pay economies that they pass in a state of the network, against the open one without a programme, by
    the trade of a solution.

    of_accounts: prices of full places in the world of the accounts, where limits are asked for; ways: of the state,
    where they are known.
    """
    open_model = freight if isinstance(freight, FreightModel) else freight.open
    world = setting.world

    def open_ways() -> TransitUse:
        return paying_ways(setting, open_model, freight_state(open_model, ())).use(of_accounts)

    # Prices go with their ways; without them the world keeps those of each network.
    owner = world if of_accounts is None else of_accounts
    payments = TransitPayments(
        setting.commodities, world.accounts.trade_flow, world.inside_rest_of_world, energy_of(setting),
        part_by_route(setting), derived(owner, ("transit ways", open_model.key), open_ways),
        setting.assumptions.parameters["canal_tolls"],
        () if of_accounts is None else of_accounts.rents,
    )  # fmt: skip
    if state.model is open_model and not state.changes and state.limits is of_accounts:
        use = payments.open_ways
    else:
        use = (ways or paying_ways(setting, freight, state)).use(state.limits)
    rents = () if state.limits is None else state.limits.rents

    def carriage(solution: Solution) -> Carriage:
        before = calc_baseline_trade_flow(solution.accounts)
        flow = setting.labelled(solution.trade_flow)
        return payments.carriage(use, flow, setting.labelled(before), rents)

    return carriage
