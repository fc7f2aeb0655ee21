"""A programme varied by a question: costs scaled, other hours at a border, other duties.

    scale   {"capex": 1.45}                every item's figure of that name times a factor
            {"cku-railway.capex": 1.45}    that of one item
                                           with capex go the amounts that finance it: shares of who bears it stay
    border  {"Torugart": -6.0}             hours at a crossing of the network, less or more
    tariff  {"KEN:CHN": 0.5}               duties of an importer on the goods of an exporter, times a factor

Borders and duties become measures of the programme, in force from the first year on: what they do, what they count and
how they explain themselves is that of any measure.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from samarkand.core.conventions import BASE_YEAR
from samarkand.core.evidence import Evidence
from samarkand.core.faults import FaultList, Faults, at_options, did_you_mean, plain_number
from samarkand.programme.files.checks import Surroundings, programme_of
from samarkand.programme.files.tables import to_tables
from samarkand.programme.model.kinds import attributes
from samarkand.programme.model.models import Programme
from samarkand.world.economies.naming import find_economy, plain
from samarkand.world.economies.tables import economy_names
from samarkand.world.network.geography import Geography

Table = dict[str, Any]
MOST_NAMED = 6  # crossings of one name that a fault lists
SOURCE = "set in the question"


@dataclass(frozen=True)
class Variation:
    """What a question changes in a programme beside keys and items left out."""

    scale: Mapping[str, float] = field(default_factory=dict)
    border: Mapping[str, float] = field(default_factory=dict)
    tariff: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, triples: Iterable[tuple[str, str, float]]) -> Variation:
        """From triples of kind, name and number, as a scenario has them."""
        by_kind: dict[str, dict[str, float]] = {kind: {} for kind in ("scale", "border", "tariff")}
        for kind, name, number in triples:
            by_kind[kind][name] = number
        return cls(**by_kind)

    def __bool__(self) -> bool:
        return bool(self.scale or self.border or self.tariff)


def varied_words(kind: str, name: str, number: float) -> str:
    """A variation as people say it."""
    if kind == "border":
        return f"{name} {number:+g} hours"
    return f"{'duties ' if kind == 'tariff' else ''}{name} times {number:g}"


def vary_programme(
    programme: Programme,
    variation: Variation,
    around: Surroundings,
    geography: Geography,
    parameters: Mapping[str, float],
    traders: Collection[str],
    importers: Collection[str],
) -> Programme:
    """The programme varied. Raises `Faults` with everything that is wrong with the variation.

    traders: economies with accounts of their own; importers: those whose duties the world has.
    """
    if not variation:
        return programme
    tables, faults = to_tables(programme), FaultList()
    asked: dict[str, str] = {}  # options as they were written, by the place that they change
    for path, factor in variation.scale.items():
        scaled = _scale(programme, tables, path, factor, faults)
        for place in asked.keys() & scaled:
            faults.add(f"--scale {path}", f"{place} is scaled by {asked[place]}, too", "Give one of them.")
        asked |= scaled
    borders = variation.border.items()
    measures = {
        f"--border {name}": _border(name, hours, geography, parameters, faults) for name, hours in borders
    }
    measures |= {
        f"--tariff {pair}": _tariff(pair, factor, around, traders, importers, faults)
        for pair, factor in variation.tariff.items()
    }
    for option, measure in measures.items():
        if measure is not None:
            place = f"measure {measure['id']}"
            if place in asked:
                faults.add(option, f"means the same as {asked[place]}", "Give it once.")
            asked.setdefault(place, option)
    faults.raise_if_any()
    tables.setdefault("measure", []).extend(one for one in measures.values() if one is not None)
    try:
        return programme_of(tables, around)
    except Faults as error:
        raise at_options(error, asked) from error


def _scale(
    programme: Programme, tables: Table, path: str, factor: float, faults: FaultList
) -> dict[str, str]:
    """Scale a figure of one item, or of all that have it; gives the option by the places that it changes."""
    place, (name, dot, key) = f"--scale {path}", path.rpartition(".")
    if not key or (dot and not name):
        faults.add(place, "is not of the form [ITEM.]KEY", "Write for instance capex=1.45.")
        return {}
    items = {item.id: item for item in programme.items if not dot or item.id == name}
    if not items:
        faults.add(place, f"{name} is not an item of the programme", did_you_mean(name, programme.ids))
        return {}
    figures = [one for one, row in attributes("item").items() if row.type == "figure"]
    if key not in figures:
        faults.add(place, f"{key} is not a figure of items", did_you_mean(key, figures))
    is_factor = 0 <= factor < math.inf
    if not is_factor:
        faults.add(place, f"{factor:g} is no factor", "Give a number from zero up: 1.45 is 45 % more.")
    if key not in figures or not is_factor:
        return {}
    scaled = {}
    listed = [(level, table) for level in ("project", "measure") for table in tables.get(level, ())]
    for level, table in listed:
        item = items.get(table["id"])
        figure = None if item is None else item.get(key)
        if isinstance(figure, Evidence) and figure.value is not None:
            scaled[f"{level} {table['id']}, {key}"] = place
            table[key] = _times(table[key], factor)
            for line in table.get("financing", ()) if key == "capex" else ():
                if "amount" in line:
                    line["amount"] = _times(line["amount"], factor)
    if not scaled:
        whose = f"{name} has" if dot else "no item has"
        faults.add(
            place, f"{whose} no such figure", "Name a figure that is published: samarkand programme show."
        )
    return scaled


def _times(figure: Table, factor: float) -> Table:
    """A figure's table times a factor; no longer what was published, but assumed."""
    kept = {name: value for name, value in figure.items() if name not in ("address", "read_on")}
    for name in ("value", "low", "high"):
        if name in kept:
            kept[name] = kept[name] * factor
    source = f"{SOURCE}: {factor:g} times {figure['value']:g} of {figure.get('source', '')}"
    return kept | {"flag": "assumed", "source": source}


def _border(
    name: str, hours: float, geography: Geography, parameters: Mapping[str, float], faults: FaultList
) -> Table | None:
    """A measure at every crossing of one name; hours below zero are saved."""
    place, longest = f"--border {name}", attributes("item")["hours_after"].maximum or math.inf
    gates = [
        gate
        for pair, mode in sorted({(tuple(sorted(row.economies)), row.mode) for row in geography.crossings})
        for gate in geography.crossings_named(name, pair, mode)
        if gate.is_open
    ]
    found = sorted({(tuple(sorted(gate.economies)), gate.mode) for gate in gates})
    pairs = sorted({economies for economies, _ in found})
    if not found:
        known = {word for row in geography.crossings for word in (row.name or row.id).split(" - ")}
        faults.add(place, "the network has no open crossing of that name", did_you_mean(name, known))
        return None
    if len(pairs) > 1:
        listed = ", ".join(" - ".join(pair) for pair in pairs[:MOST_NAMED])
        faults.add(
            place, f"is a crossing of {len(pairs)} borders: {listed}", "Name the crossing with both places."
        )
        return None
    for economies, mode in found:
        meant = geography.names_meant(name, economies, mode)
        if len(meant) > 1:  # of one mode; what has the same name by road and by rail is one
            faults.add(
                place, f"means {len(meant)} crossings by {mode}: {', '.join(meant)}", "Name one of them."
            )
            return None
    most = max(gate.hours(parameters) for gate in gates)
    if not math.isfinite(hours):
        faults.add(place, f"{hours:g} is no number of hours", "Write for instance Torugart=-6h.")
        return None
    if not hours:
        faults.add(place, "0 hours change nothing", "Write for instance Torugart=-6h.")
        return None
    if hours > longest:
        reason = f"{plain_number(hours)} hours more are beyond any queue"
        faults.add(place, reason, f"Give at most {longest:g} hours.")
        return None
    if -hours > most:
        faults.add(
            place,
            f"takes {most:g} hours, of which {plain_number(-hours)} cannot be saved",
            f"Save at most {most:g}.",
        )
        return None
    before, after = max(-hours, 0.0), max(hours, 0.0)
    measure = _measure(
        f"at-{plain(name).replace(' ', '-')}", f"{name}, {abs(hours):g} hours {'less' if hours < 0 else 'more'}",
        "border_facilitation", list(pairs[0]),
    )  # fmt: skip
    return measure | {
        "hours_before": _figure(before, "hours"),
        "hours_after": _figure(after, "hours"),
        "crossing": [{"name": name, "economies": list(economies), "mode": mode} for economies, mode in found],
    }


def _tariff(
    pair: str,
    factor: float,
    around: Surroundings,
    traders: Collection[str],
    importers: Collection[str],
    faults: FaultList,
) -> Table | None:
    place, ends = f"--tariff {pair}", [word.strip() for word in pair.split(":")]
    if len(ends) != 2 or not all(ends):
        faults.add(place, "is not of the form IMPORTER:EXPORTER", "Write for instance KEN:CHN=0.5.")
        return None
    names = {
        code: name for code, name in economy_names().items() if code in (around.economies or economy_names())
    }
    found: list[str] = []
    for word in ends:
        try:
            found.append(find_economy(word, names))
        except Faults as error:
            for fault in error.faults:
                faults.add(place, f"{word} {fault.reason}", fault.mend)
    most = attributes("item")["tariff_after"].maximum or math.inf
    is_factor = 0 <= factor <= most
    if not is_factor:
        reason = f"{plain_number(factor)} is no factor of duties"
        faults.add(place, reason, f"Give a number from 0 to {most:g}: 0.5 halves them.")
    if len(found) != 2 or not is_factor:
        return None
    importer, exporter = found
    if importer == exporter:
        faults.add(
            place, "is one economy, which levies no duties on itself", "Name an importer and an exporter."
        )
        return None
    inside = [names[code] for code in found if code not in traders]
    for name in inside:
        reason = f"{name} is inside the rest of the world and has no accounts of its own"
        faults.add(place, reason, "Name another economy.")
    if importer in traders and importer not in importers:
        whose = f"no duties of {names[importer]}" if importers else "no duties"
        remedy = "Import a table of them: samarkand world import tariffs FILE --name NAME; then ask with --world NAME."
        faults.add(place, f"the world has {whose}", remedy)
    if inside or importer not in importers:
        return None
    title = f"Duties of {names[importer]} on goods of {names[exporter]}, {factor:g} times what they are"
    measure = _measure(
        f"duties-{importer.lower()}-{exporter.lower()}", title, "tariff_change", [importer, exporter]
    )
    return measure | {
        "importers": [importer],
        "exporters": [exporter],
        "tariff_before": _figure(1.0, "fraction"),
        "tariff_after": _figure(factor, "fraction"),
    }


def _measure(name: str, title: str, kind: str, economies: list[str]) -> Table:
    when = {"date": BASE_YEAR + 1, "source": SOURCE, "flag": "assumed"}
    return {
        "id": name, "title": title, "kind": kind, "economies": economies, "status": "in_service",
        "status_as_of": dict(when), "opening": dict(when),
    }  # fmt: skip


def _figure(value: float, unit: str) -> Table:
    return {"value": value, "unit": unit, "flag": "assumed", "source": SOURCE}
