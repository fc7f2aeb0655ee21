"""From a programme and a world to what changes in a year, by channel; who is charged; and what has no figure."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from samarkand.core.faults import FaultList, did_you_mean
from samarkand.core.gaps import Gap
from samarkand.core.scenario import ChargeRule
from samarkand.engines.once import Once
from samarkand.engines.schedules import calc_ramp_up
from samarkand.programme.channels.channel import Effects, ItemChange, channels, channels_of, gap_of_kind
from samarkand.programme.channels.facilitation import FacilitationChange
from samarkand.programme.channels.payment import Charge, by_economy, charges, is_concerned
from samarkand.programme.channels.recognition import TradeCostChange
from samarkand.programme.channels.tariffs import TariffChange
from samarkand.programme.model.models import Item, Programme
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.world import World

Payment: TypeAlias = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Change:
    """Changes that a programme makes in a year.

    `open`: items in service by the end of the year. `effective`: those of them that change anything. `effects`: what
    they change, by channel in the order of `model/effects.csv`. `annual_cost`: charge for capex in US$ m in this year
    by label of the accounts, the sums of `charges`. `ramp_up_share`: share of the full effect by item.
    `not_assessed`: what has no figure, of which item and why.
    """

    year: int
    open: tuple[str, ...]
    effective: tuple[str, ...]
    effects: Mapping[str, tuple[Any, ...]]
    annual_cost: Mapping[str, float]
    ramp_up_share: Mapping[str, float]
    not_assessed: tuple[Gap, ...]
    charges: tuple[Charge, ...] = ()

    @property
    def network(self) -> tuple[LinkChange, ...]:
        """Changes of links, crossings and ports, and of what a trade costs at home."""
        return (*self.effects.get("network", ()), *self.effects.get("clearance", ()))

    @property
    def tariffs(self) -> tuple[TariffChange, ...]:
        """Changes of duties that can be assessed."""
        return self.effects.get("tariffs", ())

    @property
    def trade_costs(self) -> tuple[TradeCostChange, ...]:
        """Changes of the cost of trade beyond freight."""
        return self.effects.get("trade_costs", ())

    @property
    def facilitation(self) -> tuple[FacilitationChange, ...]:
        """Growth of trade by facilitation whose hours and fees are not published."""
        return self.effects.get("facilitation", ())

    @property
    def shocks(self) -> Hashable:
        """Key that is equal for states that are the same to every model before anybody pays."""
        return tuple(changes for name, changes in self.effects.items() if channels()[name].on_models)

    @property
    def payment(self) -> Payment:
        """What is paid in this year, US$ m by label of the accounts, in their order; only those who pay."""
        return tuple(sorted((code, cost) for code, cost in self.annual_cost.items() if cost))


def apply(
    programme: Programme,
    world: World,
    year: int,
    without: Collection[str] = (),
    parameters: Mapping[str, float] | None = None,
    placed: Once | None = None,
    charge: ChargeRule = "annuity",
) -> Change:
    """Changes that the programme makes to the world in a year.

    `without`: items left out. `parameters`: the world's own where none are given. `placed`: keeps what items do to
    the network, by channel and item: it is the same in every year. `charge`: in which years capital is charged. Raises
    `Faults` for a name in `without` that is no item of the programme.
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
    effects: dict[str, list[ItemChange]] = {name: [] for name in channels()}
    for item in items:
        without_effect = gap_of_kind(item)
        gaps += [without_effect] if without_effect is not None else []
        for name, (changes, missing) in _effects_of(item, world, parameters, placed):
            effects[name] += changes
            gaps += missing
    effective = {change.item for changes in effects.values() for change in changes}
    later = [
        item
        for item in programme.items
        if item.id not in without
        and not item.is_open(year)
        and is_concerned(item, year, charge, parameters)
        and any(found.changes for _, found in _effects_of(item, world, parameters, placed))
    ]
    acting = effective | {item.id for item in later}
    charged, uncharged = charges(programme, items + later, acting, parameters, world.labels, charge, year)
    return Change(
        year=year,
        open=tuple(item.id for item in items),
        effective=tuple(item.id for item in items if item.id in effective),
        effects={name: tuple(changes) for name, changes in effects.items()},
        annual_cost=by_economy(charged),
        ramp_up_share={item.id: ramp_up_share(item, year, parameters) for item in items},
        not_assessed=tuple(dict.fromkeys(gaps + uncharged)),
        charges=tuple(charged),
    )


def _effects_of(
    item: Item, world: World, parameters: Mapping[str, float], placed: Once
) -> Iterator[tuple[str, Effects]]:
    """What an item changes once it is open, by channel."""
    for name in channels_of(item.kind_row):
        work_out = partial(channels()[name].effects_of, item, world, parameters)
        yield name, placed.get((name, item.id), work_out) if channels()[name].on_network_alone else work_out()


def ramp_up_share(item: Item, year: int, parameters: Mapping[str, float]) -> float:
    """Share of an item's full effect in a year: 0 before it opens, 1 after `ramp_up_years`."""
    if item.opening is None:
        return 0.0
    return float(calc_ramp_up(year - item.opening.year, parameters["ramp_up_years"]))
