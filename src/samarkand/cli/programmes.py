"""Commands about programme files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from samarkand.cli.faults import fail
from samarkand.cli.interchange import export_oc4ids, import_programme
from samarkand.cli.options import DEFAULT_PROGRAMME, ProgrammeArgument

if TYPE_CHECKING:
    from samarkand.programme import Programme

MOST_NAMED = 3  # items that are named for a reason

ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite a file that is there already.")]

group = typer.Typer(
    name="programme",
    help="Begin, show and convert programme files.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
group.command(name="import")(import_programme)


def check(
    programme: Annotated[
        str, typer.Argument(metavar="FILE", help="The programme file (TOML or Excel) to check.")
    ],
) -> None:
    """Check a programme file and list every fault in it.

    Exit status 2 if there is any.
    """
    from samarkand.core.faults import Faults
    from samarkand.programme import load_programme

    try:
        loaded = load_programme(programme)
    except Faults as error:
        fail(error.faults)
    typer.echo(f"{programme}: no faults ({len(loaded.projects)} projects, {len(loaded.measures)} measures).")
    for words, names in (("Costs and lengths", ("capex", "length")), ("All figures", ())):
        counts = loaded.flags(*names)
        share = loaded.verified_share(*names)
        if share is not None:
            others = ", ".join(
                f"{counts[flag]} {flag}" for flag in counts if flag != "verified" and counts[flag]
            )
            line = f"{words}: {counts['verified']} of {sum(counts.values())} verified ({share:.0%})"
            typer.echo(f"{line}; {others}." if others else f"{line}.")
    for line in idle_lines(loaded):
        typer.echo(line)


def idle_lines(programme: Programme) -> list[str]:
    """Items that will change no trade, by reason; the most frequent first."""
    from samarkand.core.gaps import NO_EFFECT
    from samarkand.programme.overview import idle_items
    from samarkand.world.parameters import load_parameters

    by_reason: dict[str, list[str]] = {}
    for gap in idle_items(programme, load_parameters()):
        by_reason.setdefault(gap.reason.removeprefix(NO_EFFECT), []).append(gap.item)
    if not by_reason:
        return []
    count = sum(map(len, by_reason.values()))
    lines = [f"Will change no trade: {count} of {len(programme.ids)} items."]
    for reason, names in sorted(by_reason.items(), key=lambda one: -len(one[1])):
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        lines.append(f"  {', '.join(names[:MOST_NAMED])}{more}: {reason}")
    return lines


@group.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Short name of the programme and of its file.")],
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind", metavar="KIND", help="A kind of project or measure to begin with; may be repeated."
        ),
    ] = None,
    excel: Annotated[bool, typer.Option("--excel", help="Write a workbook instead of TOML.")] = False,
    force: ForceOption = False,
) -> None:
    """Write a template to fill in.

    Every key is explained, every blank that is to be filled in is marked.
    """
    from samarkand.programme.files.formats import write_file
    from samarkand.programme.files.template import check_kinds, check_name, template_toml

    wanted = check_kinds(kind or ())
    path = Path(f"{check_name(name)}.{'xlsx' if excel else 'toml'}")
    if excel:
        from samarkand.programme.files.template import template_tables
        from samarkand.programme.files.workbook_writing import write_workbook

        write_file(path, write_workbook(template_tables(name, wanted), wanted), force)
    else:
        write_file(path, template_toml(name, wanted), force)
    typer.echo(f"wrote {path}: fill in what is marked <fill in>, then run: samarkand check {path}")


@group.command()
def draft(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.geojson", help="Lines and points from a GIS (GeoJSON).")
    ],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Short name of the programme and of its file.")],
    line: Annotated[
        str, typer.Option("--line", metavar="KIND", help="The kind of lines that name none, as rail or road.")
    ] = "",
    point: Annotated[
        str, typer.Option("--point", metavar="KIND", help="The kind of points that name none, as port.")
    ] = "",
    force: ForceOption = False,
) -> None:
    """Begin a programme with the lines and points of a GIS.

    Places are named after the cities of the network and lengths measured; all else is marked to be filled in.
    """
    from samarkand.core.faults import Fault, FaultList
    from samarkand.programme.files.formats import write_file
    from samarkand.programme.files.geojson import Cities, draft_of
    from samarkand.programme.files.template import check_name
    from samarkand.world.network.tables import load_network

    check_name(name)
    try:
        content = file.read_bytes()
    except OSError as error:
        fail([Fault(str(file), f"cannot be read ({error.strerror})", "Give the path of a GeoJSON file.")])
    faults = FaultList()
    text = draft_of(content, file.name, name, Cities(load_network().cities), faults, line=line, point=point)
    faults.raise_if_any()
    path = Path(f"{name}.toml")
    write_file(path, text, force)
    typer.echo(f"wrote {path}: fill in what is marked <fill in>, then run: samarkand check {path}")


@group.command()
def show(programme: ProgrammeArgument = DEFAULT_PROGRAMME) -> None:
    """Show the items of a programme and their evidence.

    Kind, status, opening, capex and corridor of each, and what its figures stand on.
    """
    from samarkand.programme import load_programme
    from samarkand.reports.programme_table import print_programme

    print_programme(load_programme(programme))


@group.command()
def export(
    programme: ProgrammeArgument = DEFAULT_PROGRAMME,
    excel: Annotated[
        Path | None, typer.Option("--excel", metavar="FILE", help="Write a workbook (.xlsx).")
    ] = None,
    toml: Annotated[Path | None, typer.Option("--toml", metavar="FILE", help="Write TOML.")] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="oc4ids: a package of infrastructure projects.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The file to write in that format.")
    ] = None,
    uri: Annotated[
        str, typer.Option("--uri", metavar="URI", help="Where a package will be published (oc4ids).")
    ] = "",
    publisher: Annotated[
        str, typer.Option("--publisher", metavar="NAME", help="Who publishes a package (oc4ids).")
    ] = "",
    force: ForceOption = False,
) -> None:
    """Convert a programme to Excel and back, or to a package of OC4IDS.

    From TOML to a workbook or the other way, with every figure and its evidence. A package takes up the one that the
    programme was imported from, with all that it held, and writes over it only what has changed.
    """
    from samarkand.core.faults import Fault
    from samarkand.programme import load_programme
    from samarkand.programme.files.formats import write_file

    if form not in ("", "oc4ids"):
        fail([Fault(f"--format {form}", "is no format that is written", "Known is: oc4ids.")])
    if bool(form) != (out is not None):
        fail(
            [
                Fault(
                    "--format, --out",
                    "one stands without the other",
                    "Give both: --format oc4ids --out FILE.",
                )
            ]
        )
    if excel is None and toml is None and out is None:
        fail([Fault("--excel, --toml", "no file is named", "Name the file to write, as --excel my.xlsx.")])
    if excel is not None and excel.suffix.lower() != ".xlsx":
        fail([Fault(f"--excel {excel}", "does not end in .xlsx", "Excel opens no other name: add .xlsx.")])
    loaded = load_programme(programme)
    if out is not None:
        export_oc4ids(loaded, programme, out, uri, publisher, force)
    if excel is not None:
        from samarkand.programme.files.workbook_writing import workbook_of

        write_file(excel, workbook_of(loaded), force)
        typer.echo(f"wrote {excel}")
    if toml is not None:
        from samarkand.programme.files.toml_writing import to_toml

        write_file(toml, to_toml(loaded), force)
        typer.echo(f"wrote {toml}")


@group.command()
def schema(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it to a file instead of the terminal.")
    ] = None,
    force: ForceOption = False,
) -> None:
    """Write the JSON Schema of programme files.

    Draft 2020-12, for editors and other tools.
    """
    import json

    from samarkand.programme.files.formats import write_file
    from samarkand.programme.files.schema import programme_schema

    text = json.dumps(programme_schema(), indent=1, ensure_ascii=False) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_file(out, text, force)
        typer.echo(f"wrote {out}")
