"""From a programme and a world to what changes in a year: links, tariffs, charges; and what has no figure."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeAlias

from samarkand.core.faults import FaultList, did_you_mean
from samarkand.core.gaps import Gap
from samarkand.engines.once import Once
from samarkand.engines.schedules import calc_ramp_up
from samarkand.programme.channels.network_effects import effects_of
from samarkand.programme.channels.network_placing import place
from samarkand.programme.channels.payment import annual_costs
from samarkand.programme.channels.recognition import TradeCostChange, recognise
from samarkand.programme.channels.tariffs import TariffChange, tariff_change
from samarkand.programme.model.models import Item, Programme
from samarkand.world.network.geography import Geography
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.world import World

Payment: TypeAlias = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Change:
    """Changes that a programme makes in a year.

    `open`: items in service by the end of the year. `effective`: those of them that change the network,
    tariffs or trade costs. `network`: changes of links, crossings and ports. `tariffs`: changes of duties that
    can be assessed. `trade_costs`: changes of the cost of trade beyond freight. `annual_cost`: charge for capex
    in US$ m in this year by label of the accounts. `ramp_up_share`: share of the full effect by item.
    `not_assessed`: what has no figure, of which item and why.
    """

    year: int
    open: tuple[str, ...]
    effective: tuple[str, ...]
    network: tuple[LinkChange, ...]
    tariffs: tuple[TariffChange, ...]
    trade_costs: tuple[TradeCostChange, ...]
    annual_cost: Mapping[str, float]
    ramp_up_share: Mapping[str, float]
    not_assessed: tuple[Gap, ...]

    @property
    def shocks(self) -> Hashable:
        """Key that is equal for states that are the same to every model before anybody pays."""
        return self.network, self.tariffs, self.trade_costs

    @property
    def payment(self) -> Payment:
        """What is paid in this year, US$ m by label of the accounts, in their order; only those who pay."""
        return tuple(sorted((code, cost) for code, cost in self.annual_cost.items() if cost))


class Placed(NamedTuple):
    """Changes of the freight network by an item, and the parts of it that could not be placed."""

    changes: tuple[LinkChange, ...]
    gaps: tuple[Gap, ...]


def apply(
    programme: Programme,
    world: World,
    year: int,
    without: Collection[str] = (),
    parameters: Mapping[str, float] | None = None,
    placed: Once | None = None,
) -> Change:
    """Changes that the programme makes to the world in a year.

    `without`: items left out. `parameters`: the world's own where none are given. `placed`: keeps what items do to
    the network, by item: it is the same in every year. Raises `Faults` for a name in `without`
    that is no item of the programme.
    """
    faults = FaultList()
    for name in without:
        if name not in programme.ids:
            faults.add(
                f"without {name}", "is not an item of the programme", did_you_mean(name, programme.ids)
            )
    faults.raise_if_any()
    parameters = world.assumptions.parameters if parameters is None else parameters

    items = [item for item in programme.items if item.id not in without and item.is_open(year)]
    gaps = [
        Gap(item.id, "opening", "never in service: no date of opening is published")
        for item in programme.items
        if item.id not in without and item.opening is None
    ]
    placed = Once() if placed is None else placed
    network: list[LinkChange] = []
    tariffs: list[TariffChange] = []
    trade_costs: list[TradeCostChange] = []
    for item in items:
        on_network = placed.get(item.id, partial(_place, item, world.network.geography, parameters))
        network += on_network.changes
        gaps += on_network.gaps
        if item.kind_row.effect == "recognition":
            recognised, missing = recognise(item, parameters, world.labels)
            trade_costs += recognised
            gaps += missing
        if item.kind_row.shock == "tariff":
            duties, unknown = tariff_change(item, world)
            tariffs += duties
            gaps += unknown
    effective = {change.item for changes in (network, tariffs, trade_costs) for change in changes}
    costs, uncharged = annual_costs(programme, items, effective, parameters, world.labels)
    return Change(
        year=year,
        open=tuple(item.id for item in items),
        effective=tuple(item.id for item in items if item.id in effective),
        network=tuple(network),
        tariffs=tuple(tariffs),
        trade_costs=tuple(trade_costs),
        annual_cost=costs,
        ramp_up_share={item.id: ramp_up_share(item, year, parameters) for item in items},
        not_assessed=tuple(dict.fromkeys(gaps + uncharged)),
    )


def _place(item: Item, geography: Geography, parameters: Mapping[str, float]) -> Placed:
    effects, missing = effects_of(item, parameters)
    changes, unplaced = place(effects, geography, parameters)
    return Placed(tuple(changes), (*missing, *unplaced))


def ramp_up_share(item: Item, year: int, parameters: Mapping[str, float]) -> float:
    """Share of an item's full effect in a year: 0 before it opens, 1 after `ramp_up_years`."""
    if item.opening is None:
        return 0.0
    return float(calc_ramp_up(year - item.opening.year, parameters["ramp_up_years"]))
