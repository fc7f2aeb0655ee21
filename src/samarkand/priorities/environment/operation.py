"""Greenhouse gases of a year of full service of plants, lines and what saves energy: its own, and what it displaces.

    own         e[fuel] E, or that of the item; reservoirs of hydropower  h E; what a line carries  g[seller] E
    displaced   sum over fuels f of e[f] D[f]       D: the fuels that the ledger values, displaced once
    instead     m E                                 m the combined margin of the item, where the grid has no mix

`h` by the power density of the reservoir, W/m2: none above the upper bound of the mechanism's rule, its factor between
the bounds, the mean of all plants below; the median where no area is given. Positive is emitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from samarkand.core.gaps import Gap
from samarkand.ledger.displacement import FOSSIL, displace, output_of
from samarkand.priorities.environment.ends import NOTHING, Ends, ends_of
from samarkand.programme.channels.channel import channels, channels_of
from samarkand.programme.model.models import Item
from samarkand.world.economies.facts import Facts
from samarkand.world.parameters import Parameters

WITHOUT_COMBUSTION = ("wind", "solar", "nuclear", "geothermal", "hydro")
NO_EFFECT = "it burns, moves and displaces nothing that is modelled"
ON_THE_NETWORK = "freight was not laid with the item left out: run samarkand carbon once, for this question"


@dataclass(frozen=True)
class Operation:
    """A year of full service.

    Parameters
    ----------
    own
        Tonnes a year that it emits, by word of where.
    displaced
        Tonnes a year that are not emitted elsewhere, below zero, by economy.
    gaps
        What of it has no figure.
    falls
        Whether what it displaces becomes cleaner year by year, as grids do.
    """

    own: Mapping[str, Ends]
    displaced: Mapping[str, Ends]
    gaps: tuple[Gap, ...] = ()
    falls: bool = True

    @property
    def gross(self) -> Ends:
        """Tonnes a year within its boundary."""
        total = NOTHING
        for one in self.own.values():
            total = total.plus(one)
        return total

    @property
    def baseline(self) -> Ends:
        """Tonnes a year without it, below zero."""
        total = NOTHING
        for one in self.displaced.values():
            total = total.plus(one)
        return total


def operation_of(item: Item, facts: Facts, parameters: Parameters) -> Operation | Gap:
    """Gases of a year of full service, or why they are not known."""
    if item.kind in ("power_plant", "transmission_line"):
        return _of_power(item, facts, parameters)
    saving = item.figure("emission_saving")
    if saving is not None and saving.value is not None:
        evidence = Ends(*saving.ends)
        return Operation({}, {code: evidence.times(-1.0 / len(item.economies)) for code in item.economies})
    if item.kind in ("retrofit", "green_standard"):
        return Gap(item.id, "item_net_emissions", "needs emission_saving of the item")
    if acts_on_freight(item):
        return Gap(item.id, "item_net_emissions", ON_THE_NETWORK)
    return Gap(item.id, "item_net_emissions", NO_EFFECT)


def acts_on_freight(item: Item) -> bool:
    """Whether it changes trade, and so what is carried."""
    return any(channels()[name].on_models for name in channels_of(item.kind_row))


def _of_power(item: Item, facts: Facts, parameters: Parameters) -> Operation | Gap:
    output = output_of(item, parameters)
    if output.missing:
        return Gap(item.id, "item_net_emissions", output.missing)
    own = (
        _line(output.made, facts, item)
        if output.made
        else _plant(item, sum(output.brought.values()), parameters)
    )
    if isinstance(own, Gap):
        return own
    displaced: dict[str, Ends] = {}
    gaps: list[Gap] = []
    for economy, energy in output.brought.items():
        displaced[economy], gap = _displaced(item, economy, energy, facts, parameters)
        gaps += [gap] if gap else []
    return Operation(own, displaced, tuple(gaps))


def _line(made: Mapping[str, float], facts: Facts, item: Item) -> dict[str, Ends] | Gap:
    """What a line carries is made at the mean of the sellers' grids: g CO2/kWh times GWh are tonnes."""
    own = {}
    for economy, energy in made.items():
        intensity = facts.get(economy, "grid_intensity").value
        if intensity is None:
            return Gap(item.id, "item_net_emissions", f"grid_intensity of {economy} is not known")
        own[f"generation in {economy}"] = Ends(*(3 * [intensity * energy]))
    return own


def _plant(item: Item, output: float, parameters: Parameters) -> dict[str, Ends] | Gap:
    fuel, published = item.words("fuel")[0], item.figure("emission_intensity")
    if published is not None and published.value is not None:
        return {"combustion": Ends(*published.ends).times(1e3 * output)}  # t/MWh times GWh
    if fuel == "hydro":
        return {"reservoir": reservoir_factor(item, parameters).times(output)}
    if fuel in FOSSIL:
        return {"combustion": ends_of(parameters, f"combustion_{fuel}").times(output)}
    if fuel in WITHOUT_COMBUSTION:
        return {}
    return Gap(item.id, "item_net_emissions", f"needs emission_intensity of the item (fuel {fuel})")


def reservoir_factor(item: Item, parameters: Parameters) -> Ends:
    """g CO2e/kWh of the reservoir of a hydropower plant, by its power density where area and capacity are given."""
    area, capacity = item.figure("reservoir_area"), item.figure("capacity")
    if area is None or not area.value or capacity is None or capacity.value is None:
        return ends_of(parameters, "reservoir_gases")
    density = capacity.value / area.value  # MW/km2 are W/m2
    if density > parameters["reservoir_density_high"]:
        return NOTHING
    if density > parameters["reservoir_density_low"]:
        return ends_of(parameters, "reservoir_gases_medium")
    return ends_of(parameters, "reservoir_gases_large")


def _displaced(
    item: Item, economy: str, energy: float, facts: Facts, parameters: Parameters
) -> tuple[Ends, Gap | None]:
    """Gases of what `energy` GWh a year displace: of the stack of fuels, or at the combined margin of the item."""
    margin = item.figure("combined_margin")
    if facts.get(economy, "electricity_total").value is None:
        if margin is None or margin.value is None:
            reason = f"no mix of fuels of {economy} is known: needs combined_margin of the item"
            return NOTHING, Gap(item.id, "item_net_emissions", reason)
        return Ends(*margin.ends).times(-1e3 * energy), None
    found = displace(economy, energy, facts, parameters)
    total = NOTHING
    for fuel, taken in found.by_fuel.items():
        total = total.plus(ends_of(parameters, f"combustion_{fuel}").times(-taken))
    if not found.left > 0:
        return total, None
    reason = f"{found.left:,.0f} of {energy:,.0f} GWh a year displace no fuel of {economy}"
    return total, Gap(item.id, "item_net_emissions", reason)
