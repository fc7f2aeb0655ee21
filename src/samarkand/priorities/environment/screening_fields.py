"""What rules of screening ask of a project: its own keys, and fields that follow from them.

power_density     = capacity / reservoir_area                  MW / km2 = W/m2
annual_emissions  = emission_intensity x 1,000 x generation    t/MWh x GWh, where no figure of its own is given
grid_intensity    = the largest of the economies in which it stands
impacts           = those of the category that a lender has published, where the item does not say
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache

from samarkand.core.evidence import Evidence
from samarkand.priorities.environment.lender_categories import impacts_of
from samarkand.priorities.environment.screening import Fields, Finding, Value, cases_of, screen, standards
from samarkand.programme.model.kinds import attributes
from samarkand.programme.model.models import Item
from samarkand.world.economies.facts import Facts

# Member States of the European Union, Norway, Switzerland and the United Kingdom: Annex I, 4.9, 1 (a).
EUROPEAN_GRID = frozenset({
    "AUT", "BEL", "BGR", "CHE", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GBR", "GRC", "HRV", "HUN",
    "IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "NOR", "POL", "PRT", "ROU", "SVK", "SVN", "SWE",
})  # fmt: skip
MEGAWATT_HOURS = 1000.0  # in a GWh


def truth(value: bool | None) -> str | None:
    """The word of rules for what is true or false; None where it is not known."""
    return None if value is None else "yes" if value else "no"


def _number(figure: Evidence | None) -> float | None:
    return None if figure is None else figure.value


def _electrified(item: Item, facts: Facts) -> str | None:
    said = [section.get("electrified") for section in item.section]
    return "no" if False in said else None if None in said or not said else "yes"


def _green_label(item: Item, facts: Facts) -> str | None:
    said = [line.get("green_label") for line in item.financing]
    return "yes" if True in said else None if None in said or not said else "no"


def _power_density(item: Item, facts: Facts) -> float | None:
    capacity, area = _number(item.figure("capacity")), _number(item.figure("reservoir_area"))
    return capacity / area if capacity is not None and area else None


def _annual_emissions(item: Item, facts: Facts) -> float | None:
    own = _number(item.figure("annual_emissions"))
    rate, output = _number(item.figure("emission_intensity")), _number(item.figure("generation"))
    if own is not None or rate is None or output is None:
        return own
    return rate * MEGAWATT_HOURS * output


def _grid_intensity(item: Item, facts: Facts) -> float | None:
    found = [facts.get(code, "grid_intensity").value for code in item.economies]
    known = [one for one in found if one is not None]
    return max(known) if known and len(known) == len(found) else None


def _impacts(item: Item, facts: Facts) -> str | None:
    own = item.get("impacts")
    return str(own) if own else impacts_of(item.id)


# Fields that are no key of an item, with what has to be given where they are not known.
DERIVED: Mapping[str, tuple[Callable[[Item, Facts], Value | None], str]] = {
    "built": (lambda item, facts: truth(item.kind_row.item == "project"), ""),
    "european_grid": (lambda item, facts: truth(set(item.economies) <= EUROPEAN_GRID), ""),
    "grid_intensity": (_grid_intensity, "grid_intensity of its economies"),
    "electrified": (_electrified, "electrified of each section"),
    "green_label": (_green_label, "green_label of its lines of finance"),
    "power_density": (_power_density, "reservoir_area and capacity"),
    "impacts": (_impacts, "impacts"),
    "annual_emissions": (_annual_emissions, "annual_emissions, or emission_intensity and generation"),
}


@cache
def choices() -> dict[str, tuple[str, ...]]:
    """Words that the keys of items may have, by key."""
    return {name: row.choices for name, row in attributes("item").items() if row.choices}


def fields_of(item: Item, facts: Facts) -> Fields:
    """What is known of a project: numbers in the unit of the key, words, `yes` and `no`."""
    found: dict[str, Value] = {}
    for name, value in item.attributes:
        if isinstance(value, bool):
            found[name] = "yes" if value else "no"
        elif isinstance(value, Evidence) and value.value is not None:
            found[name] = value.value
        elif isinstance(value, str):
            found[name] = value
    for name, (work_out, _) in DERIVED.items():
        worked_out = work_out(item, facts)
        if worked_out is not None:
            found[name] = worked_out
    return found


def screen_item(item: Item, facts: Facts, known: Fields | None = None) -> tuple[Finding, ...]:
    """What every standard says of a project, by case. `known`: fields that were found elsewhere, as on a map."""
    fields = {**fields_of(item, facts), **(known or {})}
    return _findings(item.kind, tuple(sorted(fields.items())))


@lru_cache(maxsize=2**12)
def _findings(kind: str, known: tuple[tuple[str, Value], ...]) -> tuple[Finding, ...]:
    """What every standard says of a kind of which this is known: the same in all questions that do not change it."""
    fields = dict(known)
    needed = {name: words for name, (_, words) in DERIVED.items() if words}
    return tuple(
        screen(kind, fields, standard, case, choices=choices(), needed=needed)
        for standard in standards()
        for case in cases_of(standard)
    )
