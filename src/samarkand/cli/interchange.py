"""Commands that bring programmes in from other formats, and out to them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from samarkand.cli.faults import fail

if TYPE_CHECKING:
    from typing import Any

    from samarkand.core.faults import FaultList
    from samarkand.programme.files.drafting import Draft
    from samarkand.programme.model.models import Programme

PACKAGE = ".oc4ids.json"  # of the package that a programme was read from, beside its file


def import_programme(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to read.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Short name of the programme and of its file.")],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="oc4ids: a package of infrastructure projects. iati: activities of donors (XML). "
            "list: a list of projects (CSV, Excel, GeoJSON).",
        ),
    ],
    columns: Annotated[
        Path | None,
        typer.Option(
            "--columns", metavar="FILE", help="Which column of a list means what: a CSV of column,key,form."
        ),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where", metavar="COLUMN=CELL", help="Only rows of a list with this cell; may be repeated."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there already.")] = False,
) -> None:
    """Begin a programme with records of others.

    What the records say is taken; what they do not say stays unknown, and is listed by item as what to fill in first.
    """
    from samarkand.core.faults import Fault, FaultList, did_you_mean
    from samarkand.programme.files.formats import write_file
    from samarkand.programme.files.template import check_name

    check_name(name)
    readers = ("oc4ids", "iati", "list")
    if form not in readers:
        fail([Fault(f"--format {form}", "is no format that is read", did_you_mean(form, readers))], "read")
    faults = FaultList()
    if form != "list" and (columns or where):
        fail([Fault("--columns, --where", "are of lists", "Leave them out, or say --format list.")], "read")
    draft: Draft | None
    beside = ""
    if form == "oc4ids":
        draft, beside = _read_oc4ids(file, faults)
    else:
        draft = _read_iati(file, faults) if form == "iati" else _read_list(file, columns, where, faults)
    faults.raise_if_any()
    assert draft is not None
    _write_draft(draft, file, name, force)
    if beside:
        path = Path(f"{name}{PACKAGE}")
        write_file(path, beside, force)
        typer.echo(f"wrote {path}: the whole package, which an export takes up again")


def _read_oc4ids(file: Path, faults: FaultList) -> tuple[Draft | None, str]:
    from samarkand.programme.files.geojson import Cities
    from samarkand.programme.files.oc4ids.canonical import canonical
    from samarkand.programme.files.oc4ids.importing import draft_of_package
    from samarkand.world.network.tables import load_network

    package = _package(file, faults)
    if package is None:
        return None, ""
    return draft_of_package(package, Cities(load_network().cities)), canonical(package)


def _read_iati(file: Path, faults: FaultList) -> Draft:
    from samarkand.programme.files.iati.drafting import draft_of_activities
    from samarkand.programme.files.iati.reading import read_activities

    draft = draft_of_activities(read_activities(file, faults))
    if not draft.items and not faults:
        faults.add(file.name, "has no activity", "Give a file of iati-activities with one or more of them.")
    return draft


def _read_list(file: Path, columns: Path | None, where: list[str] | None, faults: FaultList) -> Draft | None:
    from samarkand.programme.files.geojson import Cities
    from samarkand.programme.files.lists.drafting import draft_of_rows
    from samarkand.programme.files.lists.layouts import layouts, read_mapping
    from samarkand.programme.files.lists.reading import read_rows_of
    from samarkand.programme.library import surroundings
    from samarkand.world.network.tables import load_network

    mapping = read_mapping(columns, faults) if columns is not None else ()
    chosen = dict(one.split("=", 1) for one in where or () if "=" in one)
    for one in where or ():
        if "=" not in one:
            faults.add(f"--where {one}", "has no =", "Write COLUMN=CELL, as Recipient=Kenya.")
    faults.raise_if_any()
    needed = {row.column for row in mapping} or {
        row.column for rows in layouts().values() for row in rows if row.must
    }
    rows = read_rows_of(file, tuple(sorted(needed)), faults)
    faults.raise_if_any()
    cities = Cities(load_network().cities)
    return draft_of_rows(rows, mapping, file.name, cities, faults, chosen, surroundings())


def _package(file: Path, faults: FaultList) -> Any:
    """A package without fault; None, with its faults, of another."""
    from samarkand.programme.files.oc4ids.reading import parse, read_bytes
    from samarkand.programme.files.oc4ids.validation import check_package

    content = read_bytes(file, faults)
    package = None if faults else parse(content, file.name, faults)
    if not faults:
        check_package(package, file.name, faults)
    return None if faults else package


def _write_draft(draft: Draft, file: Path, name: str, force: bool) -> None:
    from samarkand.programme.files.drafting import draft_toml, listing
    from samarkand.programme.files.formats import write_file

    path = Path(f"{name}.toml")
    write_file(path, draft_toml(name, file.name, draft), force)
    typer.echo(f"wrote {path}: {len(draft.items)} items, {len(draft.parties)} parties")
    if draft.items:
        typer.echo("What to fill in first, by item:")
    for line in listing(draft):
        typer.echo(f"  {line}")
    typer.echo(f"Then run: samarkand check {path}")


def export_oc4ids(
    programme: Programme, source: str, out: Path, uri: str, publisher: str, force: bool
) -> None:
    """Write a programme as a package of OC4IDS; one that it was read from is taken up again."""
    from samarkand.core.faults import Fault, FaultList
    from samarkand.programme.files.formats import write_file
    from samarkand.programme.files.geojson import Cities
    from samarkand.programme.files.oc4ids.canonical import canonical
    from samarkand.programme.files.oc4ids.exporting import Heading, package_of
    from samarkand.programme.files.oc4ids.validation import check_package
    from samarkand.world.network.tables import load_network

    faults = FaultList()
    beside = Path(source).with_name(f"{Path(source).stem}{PACKAGE}")
    base = _package(beside, faults) if beside.is_file() else None
    faults.raise_if_any()
    if base is None and not (uri and publisher):
        remedy = "Say where it will be published, and who publishes it: --uri https://... --publisher NAME."
        fail([Fault("--uri, --publisher", "a package needs both", remedy)], "written")
    day = programme.as_of.day if programme.as_of is not None else None
    heading = Heading(uri, publisher, day or date.today())
    package, measures = package_of(programme, heading, base, Cities(load_network().cities))
    check_package(package, "the package", faults)
    faults.raise_if_any()
    write_file(out, canonical(package) + "\n", force)
    typer.echo(f"wrote {out}: {len(package['projects'])} projects")
    if measures:
        typer.echo(f"{len(measures)} measures are no projects of the standard: {', '.join(measures)}")
