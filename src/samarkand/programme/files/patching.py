"""Keys of a programme replaced by a question: what if it costs more, opens later, saves fewer hours?

    cku-railway.capex = 8000             a figure, in the unit of the attribute (or of the figure that is there)
    cku-railway.opening = 2032           a day or a year
    cku-railway.section.2.length = 310   sections, financing, milestones, change orders by number, from 1

The programme is laid out as the tables of a file, the keys are replaced, and the tables are checked as any file is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from samarkand.core.faults import FaultList, Faults, at_options, did_you_mean
from samarkand.programme.files.checks import Surroundings, programme_of
from samarkand.programme.files.tables import to_tables
from samarkand.programme.model.kinds import ENTRIES, Attribute, attributes
from samarkand.programme.model.models import Programme

Table = dict[str, Any]
LISTS = ("section", "financing", *ENTRIES.values())
FIXED = (*LISTS, "id", "kind", "alternative_to")
MEND = "Write ITEM.KEY, or ITEM.section.NUMBER.KEY, ITEM.financing.NUMBER.KEY, ITEM.change_order.NUMBER.KEY."


def patch_programme(programme: Programme, patches: Mapping[str, Any], around: Surroundings) -> Programme:
    """The programme with keys of its items replaced. Raises `Faults` with everything that is wrong with them."""
    tables, faults = to_tables(programme), FaultList()
    levels = {table["id"]: level for level in ("project", "measure") for table in tables.get(level, ())}
    items = {table["id"]: table for level in ("project", "measure") for table in tables.get(level, ())}
    asked = {}  # options by the place that they change
    for path, value in patches.items():
        item, *rest = path.split(".")
        if item not in items:
            faults.add(f"--set {path}", f"{item} is not an item of the programme", did_you_mean(item, items))
        else:
            _replace(items[item], rest, value, f"--set {path}", faults)
            asked[f"{levels[item]} {item}, {'.'.join(rest)}"] = f"--set {path}"
    faults.raise_if_any()
    try:
        return programme_of(tables, around)
    except Faults as error:
        raise at_options(error, asked) from error


def _replace(item: Table, rest: Sequence[str], value: Any, place: str, faults: FaultList) -> None:
    """Replace one key of an item, a section or a line of financing."""
    level, table = "item", item
    if len(rest) == 3 and rest[0] in LISTS:
        level, number = rest[0], rest[1]
        found = item.get(level, [])
        if not number.isdigit() or not 1 <= int(number) <= len(found):
            has = f"has {len(found)}" if found else "has none"
            faults.add(place, f"{level} {number} is not there: the item {has}", "Count from 1.")
            return
        table = found[int(number) - 1]
    elif len(rest) != 1:
        faults.add(place, "is not the path of a key", MEND)
        return
    known = attributes(level, item["kind"])
    key = rest[-1]
    if key in FIXED or key not in known:
        settable = [name for name in known if name not in FIXED]
        faults.add(place, f"{key} is not a key that can be set here", did_you_mean(key, settable))
        return
    table[key] = _value(known[key], value, table.get(key))


def _value(row: Attribute, value: Any, before: Any) -> Any:
    """A value as a file would have it: a figure with its unit, assumed by whoever asks."""
    if row.type != "figure" or isinstance(value, dict):
        return value
    unit = before.get("unit", row.unit) if isinstance(before, dict) else row.unit
    return {"value": value, "unit": unit, "flag": "assumed", "source": "set in the question"}
