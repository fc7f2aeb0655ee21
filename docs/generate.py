"""Writes the pages that repeat a declared table; a test fails when they are not up to date."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import typer

from samarkand.cli import app
from samarkand.cli.options import OPTIONS
from samarkand.core.evidence import Evidence
from samarkand.core.units import format_value, units
from samarkand.ledger.margins import flows, margins
from samarkand.priorities import all_indicators, priorities
from samarkand.programme import load_programme
from samarkand.programme.channels.channel import gap_of_kind
from samarkand.programme.channels.network_effects import effects_of
from samarkand.programme.files.describe import fill
from samarkand.programme.library import shipped_programmes
from samarkand.programme.model.models import Item, When
from samarkand.reports.items import CORRIDORS
from samarkand.world.accounts.elasticities import load_elasticities
from samarkand.world.economies.map import map_notes
from samarkand.world.economies.map_policy import DISCLAIMER, SMALLEST_OUTLINE_KM2
from samarkand.world.importers.network_layout import LAND_EXTRAS, PARTS, TITLES, Column, columns
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
                + ("; headline" if row.is_headline else ""),
                f"- method: {row.method}",
                f"- computed from: {', '.join(row.inputs)}",
                f"- source: {row.source}",
                *(
                    [f"- range: that of `{row.range_of}`, the same quantity in another unit"]
                    if row.range_of
                    else []
                ),
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
        lines.append(_figure_row(f"`{name}`", figure, f"{figure.note}. {_cited(figure)}"))
    if parameters.dated:
        lines += ["", "## Values by year", "", *DATED]
    for name in parameters.series_names:
        series = parameters.series(name)
        rule = series.rows[0]
        words = f"{BETWEEN[rule.between]}; before {series.years[0]} {OUTSIDE[rule.before]}, "
        words += f"after {series.years[-1]} {OUTSIDE[rule.after]}"
        lines += [
            "",
            f"### `{name}`",
            "",
            f"{rule.description[:1].upper()}{rule.description[1:]}. {words}.",
            "",
        ]
        lines += ["| year | value | low to high | standing | source |", "|---|---|---|---|---|"]
        for year in series.years:
            figure = series.evidence(year)
            lines.append(_figure_row(str(year), figure, _cited(figure)))
    return "\n".join([*lines, ""])


DATED = (
    "Each year has a value and a source of its own. `--assume NAME=VALUE` replaces all years,",
    "`--assume NAME.YEAR=VALUE` one of them.",
)
BETWEEN = {
    "step": "A value holds until the next",
    "linear": "On the straight line between two years",
    "exact": "No value for other years",
}
OUTSIDE = {"hold": "the nearest value", "refuse": "none"}


def _figure_row(name: str, figure: Evidence, meaning: str) -> str:
    span = (
        f"{format_value(figure.low, figure.unit)} to {format_value(figure.high, figure.unit)}"
        if figure.low is not None or figure.high is not None
        else ""
    )
    cells = (name, format_value(figure.value, figure.unit), span, figure.flag, meaning)
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def _cited(figure: Evidence) -> str:
    return figure.source + (f", {figure.address}" if figure.address else "")


def elasticities_page() -> str:
    """docs/elasticities.md from the table of trade elasticities."""
    table = load_elasticities()
    lines = [
        "# Trade elasticities",
        "",
        "Generated from the declared table by `make docs`. The per cent by which trade falls for one per cent of",
        "trade cost: theta of the [equilibrium](equilibrium.md). The value in force is the median of the estimates in",
        "use, its range their lowest and highest. `--assume SECTOR.trade_elasticity=VALUE` replaces one;",
        "`estimate_elasticity` makes one from a panel of your own. Those in brackets are not in use; the reason is",
        "below.",
        "",
        "| sector | value | low to high | standing | estimates |",
        "|---|---|---|---|---|",
    ]
    for sector in table.sectors:
        figure = table.evidence(sector)
        rows = [
            f"{row.study} {row.value:g}" if row.used == "yes" else f"({row.study} {row.value:g})"
            for row in table.estimates(sector, used_only=False)
        ]
        lines.append(
            f"| `{sector}` | {figure.value:.3g} | {figure.low:.3g} to {figure.high:.3g} | {figure.flag} | "
            f"{', '.join(rows)} |"
        )
    lines += ["", "## Studies", ""]
    studies: dict[tuple[str, str, str], None] = {}
    for row in table.rows:
        studies.setdefault((row.study, row.source, row.address))
    for study, source, address in studies:
        lines.append(f"- {study}: {f'[{source}]({address})' if address else f'{source} (recalled)'}")
    lines += ["", "## Not in use", ""]
    reasons = dict.fromkeys(f"- {row.study}: {row.reason}" for row in table.rows if row.used == "no")
    return "\n".join([*lines, *reasons, ""])


def units_page() -> str:
    """docs/units.md from units.csv."""
    rows = [f"| {row.unit} | {row.description} |" for row in units().values()]
    return "\n".join(["# Units", "", "| unit | meaning |", "|---|---|", *rows, ""])


def programme_page() -> str:
    """docs/programme.md with the tables of kinds and keys written anew between their marks."""
    return fill((HERE / "programme.md").read_text(encoding="utf-8"))


def ledger_page() -> str:
    """docs/ledger.md with the tables of margins and flows written anew between their marks."""
    page = (HERE / "ledger.md").read_text(encoding="utf-8")
    for mark, lines in (("margins", _margins()), ("flows", _flows())):
        head, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
        before, _, rest = page.partition(head)
        _, _, after = rest.partition(end)
        page = "".join([before, "\n".join([head, "", *lines, "", end]), after])
    return page


def _margins() -> list[str]:
    lines = ["| margin | owners | flows | | meaning and source |", "|---|---|---|---|---|"]
    for row in margins().values():
        notes = [
            "a transfer" if row.transfer else "",
            "in no sum with others" if row.total == "apart" else "",
            "never above zero" if row.sign == "cost" else "",
            f"instead of {', '.join(f'`{name}`' for name in row.instead_of)}" if row.instead_of else "",
            f"only of {', '.join(f'`{name}`' for name in row.kinds)}" if row.kinds else "",
        ]
        words = (
            f"`{row.margin}`: {row.title}",
            ", ".join(row.owners),
            ", ".join(f"`{name}`" for name in row.flows),
        )
        cells = (*words, "; ".join(filter(None, notes)), f"{row.description}. Source: {row.source}")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _flows() -> list[str]:
    rows = [
        f"| `{row.flow}`: {row.title} | {f'`{row.within}`' if row.within else ''} | {row.description} |"
        for row in flows().values()
    ]
    return ["| flow | lies within | meaning |", "|---|---|---|", *rows]


def every_command(group: typer.core.TyperGroup, path: str) -> list[tuple[str, Any]]:
    """Full names and commands, those of groups within included."""
    found: list[tuple[str, Any]] = []
    for name, command in group.commands.items():
        if isinstance(command, typer.core.TyperGroup):
            found += every_command(command, f"{path} {name}")
        else:
            found.append((f"{path} {name}", command))
    return found


OF_A_QUESTION = (
    "`samarkand VERB SUBJECT [--programme P]`: every command that asks what a programme does has these, and they mean "
    "the same in each. Without a programme it is `eurasian-corridors`. Commands about one year take one `--year`."
)


def commands_page() -> str:
    """docs/commands.md from the command line itself."""
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    lines = ["# Commands", "", "Generated from the command line by `make docs`.", ""]
    commands = every_command(group, "samarkand")
    asking = next(command for name, command in commands if name == "samarkand appraise")
    lines += [
        "## The options of a question",
        "",
        OF_A_QUESTION,
        "",
        *_options([one for one in asking.params if one.name in OPTIONS]),
    ]
    for name, command in commands:
        own = [one for one in command.params if one.name not in OPTIONS]
        asks = {one.name for one in command.params} >= set(OPTIONS)
        lines += [f"## `{name}`", "", str(command.help), ""]
        lines += _options(own if asks else command.params)
        if asks:
            lines += ["And [the options of a question](#the-options-of-a-question).", ""]
    return "\n".join(lines)


def _options(parameters: list[Any]) -> list[str]:
    """A table of arguments and options."""
    if not parameters:
        return []
    lines = ["| | |", "|---|---|"]
    for parameter in parameters:
        named = parameter.param_type_name == "option"
        label = ", ".join(parameter.opts) if named else str(parameter.metavar or parameter.name)
        default = parameter.default
        shown = (
            f" (default: {default})" if isinstance(default, str | int | Path) and default is not False else ""
        )
        lines.append(f"| `{label}` | {getattr(parameter, 'help', None) or ''}{shown} |")
    return [*lines, ""]


def map_page() -> str:
    """docs/map.md from the declared treatment of disputed and special areas."""
    lines = [
        "# The map",
        "",
        "Generated from `world/economies/map_policy.csv` and `world/economies/map_borders.csv` by `make docs`.",
        "",
        f"Outlines are those of Natural Earth at 1:50 m. {DISCLAIMER}",
        f"An economy of less than {SMALLEST_OUTLINE_KM2:,.0f} km2 is a dot.",
        "",
        "| code or stretch | drawn | why | source |",
        "|---|---|---|---|",
    ]
    rows = [f"| {row['what']} | {row['drawn']} | {row['reason']} | {row['source']} |" for row in map_notes()]
    return "\n".join([*lines, *rows, ""])


def programmes_page() -> str:
    """docs/programmes.md from the programmes that come with the package."""
    lines = [
        "# The programmes that come with the package",
        "",
        "Generated from their files by `make docs`. Costs in millions of US dollars of their own price year, lengths",
        "in km; each links to the page on which it was read. What is empty is not published, or was not found.",
        "",
    ]
    for name in shipped_programmes():
        programme = load_programme(name)
        counts = programme.flags("capex", "length")
        standing = (
            f"{len(programme.items)} items. Of {sum(counts.values())} costs and lengths {counts['verified']} are "
            f"verified ({programme.verified_share('capex', 'length'):.0%}), {counts['derived']} derived from figures "
            f"that a note names, {counts['recalled']} recalled, {counts['assumed']} assumed."
        )
        lines += [f"## {programme.title} (`{programme.id}`)", "", programme.description, "", standing, ""]
        for corridor in CORRIDORS.values():
            items = [item for item in programme.items if CORRIDORS[item.corridor or "other"] == corridor]
            if items:
                lines += [f"### {corridor}", ""] if len(items) < len(programme.items) else []
                lines += ["| item | kind | economies | status | opening | cost | length | what is assessed |"]
                lines += ["|---|---|---|---|---|---|---|---|", *map(_programme_row, items), ""]
    return "\n".join(lines)


def _programme_row(item: Item) -> str:
    lengths = [figure for name, figure in item.figures() if name.split()[-1] == "length"]
    cells = (
        f"{item.title} (`{item.id}`)",
        item.kind_row.label,
        ", ".join(item.economies),
        f"{item.status.replace('_', ' ')} {_linked(item.status_as_of, str(item.status_as_of or ''))}",
        _linked(item.opening, str(item.opening or "")),
        "" if item.capex is None else _figure(item.capex),
        "; ".join(_figure(figure) for figure in lengths),
        _assessed(item),
    )
    return "| " + " | ".join(cell.strip().replace("|", "/") for cell in cells) + " |"


def _figure(figure: Evidence) -> str:
    return "" if figure.value is None else f"{_linked(figure, f'{figure.value:,.10g}')} {figure.flag}"


def _linked(evidence: Evidence | When | None, text: str) -> str:
    return f"[{text}]({evidence.address})" if evidence is not None and evidence.address else text


def _assessed(item: Item) -> str:
    """What of the item the model assesses once it is open, or why nothing."""
    if item.opening is None:
        return "never in service: no opening is published"
    effects, gaps = effects_of(item, load_parameters())
    if effects:
        return "hours and costs of freight"
    gap = gaps[0] if gaps else gap_of_kind(item)
    if gap is not None:
        return gap.reason
    return {"tariff": "duties, where a tariff table is imported"}.get(item.kind_row.shock, "costs of trade")


def network_tables_page() -> str:
    """docs/network-tables.md from the declared columns of a network."""
    lines = [
        "# Tables of a freight network",
        "",
        "Generated from `world/importers/network_columns.csv` by `make docs`. A folder of CSV files (UTF-8,",
        "commas, decimal points), one a table: how to write, check and import them: [importing](importing.md#network).",
        "",
        "| part | files |",
        "|---|---|",
        *(
            f"| {TITLES[part]} | {', '.join(f'`{name}.csv`' for name in names)} |"
            for part, names in PARTS.items()
        ),
        f"| for roads and railways that are given | {', '.join(f'`{name}.csv`' for name in LAND_EXTRAS)} |",
        "",
    ]
    for file, rows in columns().items():
        lines += [
            f"## `{file}.csv`",
            "",
            "| column | what stands there | filled | meaning |",
            "|---|---|---|---|",
        ]
        for row in rows:
            empty = "always" if row.required else f"else {row.default}" if row.default else "may be empty"
            lines.append(f"| `{row.column}` | {_cell(row)} | {empty} | {row.description} |")
        lines.append("")
    return "\n".join(lines)


def _cell(row: Column) -> str:
    """What may stand in a column, in words."""
    if row.choices:
        return " or ".join(row.choices)
    if row.target:
        return f"an id of `{row.target}.csv`"
    if row.type != "number":
        return {"economy": "ISO3 code"}.get(row.type, row.type)
    low = f"from {row.minimum:g}" if row.minimum is not None else f"above {row.above or 0:g}"
    return f"{row.unit}, {low} to {row.maximum or 0:,.10g}"


PAGES = {
    "commands.md": commands_page,
    "elasticities.md": elasticities_page,
    "indicators.md": indicators_page,
    "ledger.md": ledger_page,
    "map.md": map_page,
    "network-tables.md": network_tables_page,
    "parameters.md": parameters_page,
    "programme.md": programme_page,
    "programmes.md": programmes_page,
    "units.md": units_page,
}


def main() -> None:
    """Write every generated page."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")
        sys.stdout.write(f"docs/{name}\n")


if __name__ == "__main__":
    main()
