"""Prints worlds: what was imported, which there are, which files can be."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from samarkand.world.importers import kinds
from samarkand.world.store import list_worlds, worlds_folder
from samarkand.world.world import World


def print_imported(world: World, console: Console | None = None) -> None:
    """What the last import of a world brought."""
    console = console or Console()
    layer: dict[str, Any] = world.manifest["layers"][-1]
    console.print(
        f"World {world.name}: {layer['title']}, {layer['year']}, over {_below(world)}.", highlight=False
    )
    for name, value in layer["measures"].items():
        shown = str(value) if "year" in name else _shown(value)
        console.print(f"  {name.replace('_', ' ')}: {shown}", highlight=False, markup=False)
    for note in layer["notes"]:
        console.print(f"  note: {note}", highlight=False)
    console.print(f"Use it with: samarkand appraise --world {world.name}", highlight=False)


def _below(world: World) -> str:
    layers = world.manifest["layers"][:-1]
    return "the embedded world" + "".join(f" with {layer['title']}" for layer in layers)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(part)}" for key, part in value.items() if part) or "none"
    if isinstance(value, list):
        more = f" and {len(value) - 12} more" if len(value) > 12 else ""
        return ", ".join(map(str, value[:12])) + more
    return (
        f"{value:,.6g}"
        if isinstance(value, float)
        else f"{value:,}"
        if isinstance(value, int)
        else str(value)
    )


def print_worlds(console: Console | None = None) -> None:
    """The user's worlds, layer by layer."""
    console = console or Console()
    found = list_worlds()
    if not found:
        console.print(
            f"No world of yours is in {worlds_folder()}. See: samarkand world kinds", highlight=False
        )
        return
    table = Table("world", "imported", "year", "on", "files", box=None)
    for world in found:
        for place, layer in enumerate(world.manifest["layers"]):
            files = ", ".join(file["name"] for file in layer["files"])
            name = world.name if place == 0 else ""
            table.add_row(name, layer["title"], str(layer["year"]), layer["imported_on"], files)
    console.print(table)


def print_kinds(console: Console | None = None) -> None:
    """The kinds of files that can be imported."""
    console = console or Console()
    for row in kinds().values():
        console.print(f"{row.kind}: {row.title} ({row.publisher})", highlight=False)
        console.print(
            f"    {row.formats}; {row.unit}; replaces {row.replaces}", highlight=False, soft_wrap=True
        )
        if row.address:
            console.print(f"    {row.address}", highlight=False, soft_wrap=True)
        if row.note:
            console.print(f"    {row.note}.", highlight=False, soft_wrap=True)
