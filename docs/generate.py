"""Writes the pages that repeat a declared table; a test fails when they are not up to date."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import typer

from samarkand.cli import app
from samarkand.core.units import format_value, units
from samarkand.priorities import all_indicators, priorities
from samarkand.world.map import map_notes
from samarkand.world.map_policy import DISCLAIMER, SMALLEST_OUTLINE_KM2
from samarkand.world.parameters import load_parameters

HERE = Path(__file__).parent


def indicators_page() -> str:
    """docs/indicators.md from priorities.csv and the indicators.csv of each priority."""
    lines = ["# Indicators", "", "Generated from the declared tables by `make docs`.", ""]
    for priority in priorities():
        lines += [f"## {priority.title}", ""]
        if not priority.assessed:
            lines += [f"{priority.reason[0].upper()}{priority.reason[1:]}.", ""]
        for row in all_indicators().get(priority.name, ()):
            lines += [
                f"### `{row.name}`: {row.title}",
                "",
                f"{row.description}.",
                "",
                f"- by {', '.join(row.dims)}; unit {row.unit}; change is {row.change}; grade {row.grade}"
                + ("; headline" if row.headline else ""),
                f"- method: {row.method}",
                f"- computed from: {', '.join(row.inputs)}",
                f"- source: {row.source}",
                *([f"- needs {row.needs}, which is not embedded"] if row.needs else []),
                "",
            ]
    return "\n".join(lines)


def parameters_page() -> str:
    """docs/parameters.md from the parameter tables."""
    lines = [
        "# Parameters",
        "",
        "Generated from the declared tables by `make docs`. Any of them is replaced by `--assume NAME=VALUE`.",
        "",
        "| parameter | value | low to high | standing | meaning and source |",
        "|---|---|---|---|---|",
    ]
    parameters = load_parameters()
    for name in parameters:
        figure = parameters.evidence(name)
        span = (
            f"{format_value(figure.low, figure.unit)} to {format_value(figure.high, figure.unit)}"
            if figure.low is not None or figure.high is not None
            else ""
        )
        cells = (
            f"`{name}`",
            format_value(figure.value, figure.unit),
            span,
            figure.flag,
            f"{figure.note}. {figure.source}" + (f", {figure.address}" if figure.address else ""),
        )
        lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return "\n".join([*lines, ""])


def units_page() -> str:
    """docs/units.md from units.csv."""
    rows = [f"| {row.unit} | {row.description} |" for row in units().values()]
    return "\n".join(["# Units", "", "| unit | meaning |", "|---|---|", *rows, ""])


def every_command(group: typer.core.TyperGroup, path: str) -> list[tuple[str, Any]]:
    """Full names and commands, those of groups within included."""
    found: list[tuple[str, Any]] = []
    for name, command in group.commands.items():
        if isinstance(command, typer.core.TyperGroup):
            found += every_command(command, f"{path} {name}")
        else:
            found.append((f"{path} {name}", command))
    return found


def commands_page() -> str:
    """docs/commands.md from the command line itself."""
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    lines = ["# Commands", "", "Generated from the command line by `make docs`.", ""]
    for name, command in every_command(group, "samarkand"):
        lines += [f"## `{name}`", "", str(command.help), "", "| | |", "|---|---|"]
        for parameter in command.params:
            named = parameter.param_type_name == "option"
            label = ", ".join(parameter.opts) if named else str(parameter.metavar or parameter.name)
            default = parameter.default
            shown = (
                f" (default: {default})"
                if isinstance(default, str | int | Path) and default is not False
                else ""
            )
            lines.append(f"| `{label}` | {getattr(parameter, 'help', None) or ''}{shown} |")
        lines.append("")
    return "\n".join(lines)


def map_page() -> str:
    """docs/map.md from the declared treatment of disputed and special areas."""
    lines = [
        "# The map",
        "",
        "Generated from `world/map_policy.csv` and `world/map_borders.csv` by `make docs`.",
        "",
        f"Outlines are those of Natural Earth at 1:50 m. {DISCLAIMER}",
        f"An economy of less than {SMALLEST_OUTLINE_KM2:,.0f} km2 is a dot.",
        "",
        "| code or stretch | drawn | why | source |",
        "|---|---|---|---|",
    ]
    rows = [f"| {row['what']} | {row['drawn']} | {row['reason']} | {row['source']} |" for row in map_notes()]
    return "\n".join([*lines, *rows, ""])


PAGES = {
    "commands.md": commands_page,
    "indicators.md": indicators_page,
    "map.md": map_page,
    "parameters.md": parameters_page,
    "units.md": units_page,
}


def main() -> None:
    """Write every generated page."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")
        sys.stdout.write(f"docs/{name}\n")


if __name__ == "__main__":
    main()
