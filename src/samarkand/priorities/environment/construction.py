"""Greenhouse gases of building an item.

    railway   sum over sections of c L (1 - t - v + T t + V v)         c at grade; t, v shares of tunnels and viaducts
    road      sum over sections of c[class] L
    plant     i E N                                                    i a kilowatt-hour of its life of N years
    line      i E N                                                    of what it carries

An upgrade counts by the tracks that it adds, of those that are there then. Where the shares of tunnels and viaducts are
not given the line counts as at grade, in the range of all cases reviewed.
"""

from __future__ import annotations

from samarkand.core.evidence import Evidence
from samarkand.core.gaps import Gap
from samarkand.ledger.displacement import generation_of
from samarkand.priorities.environment.ends import NOTHING, Ends, ends_of
from samarkand.programme.model.models import Item, Section
from samarkand.world.parameters import Parameters

WHAT = "item_construction_emissions"
ROAD_CLASSES = ("expressway", "national", "provincial", "gravel")
EXPRESSWAY_LANES = 4
# What burns nothing is built, supplied and kept with all the gases of its life.
BUILT_FOR_LIFE = ("wind", "solar", "nuclear", "geothermal")
OWN_FACTOR = ("coal", "gas", "hydro")
NO_FACTOR = "no published factor for the gases of building it"


def construction_of(item: Item, parameters: Parameters) -> Ends | Gap:
    """Tonnes in all of building it, or why they are not known."""
    if item.kind in ("rail", "road"):
        return _of_sections(item, parameters)
    if item.kind == "power_plant":
        return _of_plant(item, parameters)
    if item.kind == "transmission_line":
        carried = item.figure("energy_carried")
        if carried is None or carried.value is None:
            return Gap(item.id, WHAT, "needs energy_carried of the item")
        return _of_energy(ends_of(parameters, "line_construction"), carried.value, item, parameters)
    if item.kind_row.item == "measure":
        return Gap(item.id, WHAT, "a measure builds nothing")
    return Gap(item.id, WHAT, NO_FACTOR)


def calc_rail_construction(
    at_grade: float, km: float, shares: tuple[float, float], factors: tuple[float, float]
) -> float:
    """`c L (1 - t - v + T t + V v)`: t CO2e of a railway of L km; c in t CO2e/km at grade.

    `shares`: t and v, fractions of the length in tunnels and on viaducts; `factors`: T and V, what a kilometre of them
    emits over one at grade. Source: Olugbenga, Kalyviotis & Saxe 2019.
    """
    extra = sum((factor - 1.0) * share for factor, share in zip(factors, shares, strict=True))
    return at_grade * km * (1.0 + extra)


def _of_sections(item: Item, parameters: Parameters) -> Ends | Gap:
    total, left_out = NOTHING, []
    for number, section in enumerate(item.section, 1):
        found = _of_section(item, section, parameters)
        if isinstance(found, str):
            left_out.append(f"section {number}: {found}")
        else:
            total = total.plus(found)
    return Gap(item.id, WHAT, "; ".join(left_out)) if left_out else total


def _of_section(item: Item, section: Section, parameters: Parameters) -> Ends | str:
    km = section.length.value or 0.0
    share = _built_share(item, section)
    if isinstance(share, str):
        return share
    if item.kind == "road":
        return _road_class(section, parameters).times(km * share)
    tunnels, viaducts = (section.figure(f"{name}_share") for name in ("tunnel", "viaduct"))
    if tunnels is None and viaducts is None:
        return ends_of(parameters, "rail_construction_reviewed").times(km * share)
    shares = (_share(tunnels), _share(viaducts))
    if sum(shares) > 1.0:
        return "shares of tunnels and viaducts are more than the whole"
    each = zip(
        *(
            ends_of(parameters, f"rail_{name}")
            for name in ("construction", "tunnel_factor", "viaduct_factor")
        ),
        strict=True,
    )
    return Ends(*(calc_rail_construction(c, km * share, shares, (one, other)) for c, one, other in each))


def _share(figure: Evidence | None) -> float:
    return 0.0 if figure is None or figure.value is None else figure.value


def _built_share(item: Item, section: Section) -> float | str:
    """All of a new section; of an upgrade the tracks that it adds over those that are there then."""
    if section.effect == "new":
        return 1.0
    after, before = section.figure("tracks"), section.figure("tracks_before")
    if item.kind == "road" or after is None or before is None or not after.value or before.value is None:
        return "no published factor for an upgrade that adds no tracks"
    return max(0.0, after.value - before.value) / after.value


def _road_class(section: Section, parameters: Parameters) -> Ends:
    """By its class; else by its lanes; else that of a national road, between the least and the most."""
    named = section.words("road_class")
    lanes = section.figure("lanes")
    if named:
        return ends_of(parameters, f"road_construction_{named[0]}")
    if lanes is not None and (lanes.value or 0.0) >= EXPRESSWAY_LANES:
        return ends_of(parameters, "road_construction_expressway")
    factors = [parameters[f"road_construction_{one}"] for one in ROAD_CLASSES]
    return Ends(min(factors), parameters["road_construction_national"], max(factors))


def _of_plant(item: Item, parameters: Parameters) -> Ends | Gap:
    fuel = item.words("fuel")[0]
    if fuel in OWN_FACTOR:
        factor = ends_of(parameters, f"plant_construction_{fuel}")
    elif fuel in BUILT_FOR_LIFE:
        factor = ends_of(parameters, f"life_cycle_{fuel}")
    else:
        return Gap(item.id, WHAT, f"{NO_FACTOR} (fuel {fuel})")
    output, missing = generation_of(item, parameters)
    return Gap(item.id, WHAT, missing) if missing else _of_energy(factor, output, item, parameters)


def _of_energy(factor: Ends, gwh: float, item: Item, parameters: Parameters) -> Ends:
    """`i E N`: g CO2e/kWh times GWh are tonnes."""
    return factor.times(gwh * parameters[item.kind_row.asset_life or "asset_life_other"])
