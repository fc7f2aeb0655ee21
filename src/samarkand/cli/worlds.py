"""Commands about worlds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from samarkand.cli.options import DEFAULT_PROGRAMME, DEFAULT_YEAR, WorldOption, YearOption

Decimal = Literal["point", "comma"]
Rates = Literal["percent", "fraction"]
app = typer.Typer(help="Worlds: import official files, list, compare and remove.", no_args_is_help=True)


def readiness(
    economy: Annotated[str | None, typer.Argument(metavar="[ISO3]", help="One economy; else all.")] = None,
    world: WorldOption = "embedded",
) -> None:
    """Tell what is ready, estimated, stale or missing.

    Economy by indicator: what stands on official accounts, what is estimated, what needs a file.
    """
    from samarkand.reports.readiness import print_readiness
    from samarkand.world.store import open_world

    print_readiness(open_world(world), economy)


@app.command("import")
def import_(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="The kind of file; `samarkand world kinds` lists them.")
    ],
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="The publisher's files, as they come.")
    ],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What the new world is called.")],
    base: Annotated[
        str, typer.Option("--base", metavar="NAME", help="The world that the files are laid over.")
    ] = "embedded",
    year: Annotated[
        int | None, typer.Option("--year", help="The year to take, where files hold several.")
    ] = None,
    economy: Annotated[
        str | None,
        typer.Option("--economy", metavar="ISO3", help="The economy, for kinds that are about one."),
    ] = None,
    decimal: Annotated[
        Decimal | None,
        typer.Option("--decimal", help="How the files write decimals, where a spreadsheet changed them."),
    ] = None,
    rates: Annotated[
        Rates | None, typer.Option("--rates", help="What tariffs are in, where the file does not show it.")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="COLUMN=VALUE", help="Read the rows alone that have this value."),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a world of that name.")] = False,
) -> None:
    """Import official files into a named world.

    With any fault, or when stopped, nothing is kept.
    """
    from samarkand.cli.faults import fail
    from samarkand.core.faults import Faults
    from samarkand.reports.progress import progress_bar
    from samarkand.reports.worlds import print_imported
    from samarkand.world.importers import import_world

    try:
        with progress_bar() as step:
            world = import_world(
                kind,
                paths,
                name=name,
                base=base,
                year=year,
                economy=economy,
                decimal=decimal,
                rates=rates,
                where=chosen_rows(where or []),
                overwrite=replace,
                progress=step,
            )
    except Faults as error:
        fail(error.faults, "kept")
    except KeyboardInterrupt:
        typer.secho("Stopped; nothing was kept.", fg="red", err=True)
        raise SystemExit(130) from None
    print_imported(world)


def chosen_rows(words: list[str]) -> dict[str, str]:
    """`COLUMN=VALUE` as column and value. Raises `Faults`."""
    from samarkand.core.faults import Fault, Faults

    split = [word.partition("=") for word in words]
    wrong = [f"{column}{mark}{value}" for column, mark, value in split if not (column.strip() and mark)]
    if wrong:
        raise Faults([Fault(f"--where {word}", "is not COLUMN=VALUE", "Write it so.") for word in wrong])
    return {column.strip(): value.strip() for column, _, value in split}


@app.command("list")
def list_() -> None:
    """List your worlds.

    What was imported into each, from which files, and when.
    """
    from samarkand.reports.worlds import print_worlds

    print_worlds()


@app.command()
def kinds() -> None:
    """List the kinds of files that can be imported.

    And where to get each.
    """
    from samarkand.reports.worlds import print_kinds

    print_kinds()


@app.command()
def remove(name: Annotated[str, typer.Argument(metavar="NAME", help="The world to remove.")]) -> None:
    """Remove one of your worlds."""
    from samarkand.world.store import remove_world

    remove_world(name)
    typer.echo(f"{name} is removed.")


@app.command()
def template(
    economy: Annotated[str, typer.Argument(metavar="ISO3", help="The economy whose accounts you know.")],
    path: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="Where the template goes.")],
    world: WorldOption = "embedded",
) -> None:
    """Write the Excel template of an economy's accounts.

    Filled with the figures at hand.
    """
    from samarkand.world.importers.economy_accounts import write_template
    from samarkand.world.store import open_world

    write_template(open_world(world), economy, path)
    typer.echo(
        f"{path} is written. Fill it in, then: samarkand world import economy-accounts {path} --name NAME"
    )


@app.command()
def network(
    out: Annotated[
        Path,
        typer.Option("--out", metavar="FOLDER", help="Where the tables go: a folder that is not there yet."),
    ],
    world: WorldOption = "embedded",
) -> None:
    """Write the freight network as CSV tables.

    To be changed and imported again: nodes, links, crossings, ports, terminals, cities, ferries, the sea.
    """
    from samarkand.world.importers.network_writing import write_network_tables
    from samarkand.world.store import open_world

    written = write_network_tables(open_world(world).network, out)
    typer.echo(f"{len(written)} tables are in {out}. Change them, then:")
    typer.echo(f"samarkand world import network {out} --name NAME")


@app.command()
def diff(
    first: Annotated[
        str, typer.Argument(metavar="A", help="A world; `embedded` is the one that comes along.")
    ],
    second: Annotated[str, typer.Argument(metavar="B", help="Another world.")],
    year: YearOption = DEFAULT_YEAR,
    tables: Annotated[
        bool, typer.Option("--tables", help="Compare the tables alone; appraise nothing.")
    ] = False,
) -> None:
    """Tell what differs between two worlds.

    And what that does to real income under the default programme.
    """
    from samarkand.reports.progress import progress_bar
    from samarkand.reports.summary import change_by_economy
    from samarkand.reports.world_diff import headline, print_diff
    from samarkand.world.comparing import compare
    from samarkand.world.store import open_world

    worlds = [open_world(name) for name in (first, second)]
    gains = None
    with progress_bar() as step:
        step("comparing the tables")
        found = compare(*worlds)
        if not tables and not found.same:
            from samarkand.appraisal import appraise

            appraisals = [
                appraise(DEFAULT_PROGRAMME, world, years=(year,), progress=step) for world in worlds
            ]
            gains = headline(*(change_by_economy(one, "real_income") for one in appraisals))
    print_diff(found, gains)


@app.command("check")
def check_(
    world: WorldOption = "embedded",
    observed: Annotated[
        bool, typer.Option("--observed", help="Lay its trade on the network too, beside observed freight.")
    ] = False,
) -> None:
    """Check a world against what is known of it.

    Adding-up of accounts, components, known distances, stale figures; exit status 1 if out of bounds. With
    --observed also tonnes at gates and shares of straits and modes beside published ones: a comparison without bounds.
    """
    from samarkand.reports.observed_freight import print_observed
    from samarkand.reports.world_check import print_check
    from samarkand.world.checking import check_world
    from samarkand.world.store import open_world

    opened = open_world(world)
    checks = check_world(opened)
    print_check(opened, checks)
    if observed:
        from samarkand.analysis.observed import observed_and_limits
        from samarkand.reports.progress import progress_bar

        with progress_bar() as step:
            found = observed_and_limits(opened, progress=step)
        print_observed(found)
    if not all(check.ok for check in checks):
        raise SystemExit(1)


@app.command()
def validate(
    economies: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ISO3]...", help="Economies to delete; else the declared ones."),
    ] = None,
) -> None:
    """Test the estimates on economies that are observed.

    Deletes them in turn, estimates them like the missing ones, and tells how far off that is.
    """
    from samarkand.analysis.holdout import hold_out
    from samarkand.core.faults import FaultList, did_you_mean
    from samarkand.reports.progress import progress_bar
    from samarkand.reports.world_check import print_hold_out
    from samarkand.world import load_world
    from samarkand.world.accounts.estimation.holdout import HELD_OUT

    chosen = [code.upper() for code in economies or HELD_OUT]
    faults = FaultList()
    for code in chosen:
        if code not in HELD_OUT:
            faults.add(f"economy {code}", "is not one of the hold-out", did_you_mean(code, list(HELD_OUT)))
    faults.raise_if_any()
    with progress_bar() as step:
        found = hold_out(load_world(), chosen, progress=step)
    print_hold_out(found)
