"""The command line: a thin face that reads options, calls the library and prints.

Nothing heavy is imported before a command needs it, so that `samarkand --help` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from samarkand.core.faults import Fault

app = typer.Typer(
    name="samarkand",
    help="Appraise programmes of cross-border projects and measures, economy by economy.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

FAULTY = 2
DEFAULT_PROGRAMME = "eurasian-corridors"
DEFAULT_YEAR = 2035

ProgrammeArgument = Annotated[
    str, typer.Argument(metavar="PROGRAMME", help="A programme file (TOML) or the name of an embedded one.")
]
WithoutOption = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="ID", help="Leave out a project or measure; may be repeated."),
]
YearOption = Annotated[int, typer.Option("--year", help="The year appraised: what is open by then counts.")]
AssumeOption = Annotated[
    list[str] | None,
    typer.Option("--assume", metavar="NAME=VALUE", help="Replace a declared parameter; may be repeated."),
]
DeficitOption = Annotated[
    Literal["fixed_nominal", "proportional", "purged"],
    typer.Option("--deficit-rule", help="How trade deficits behave."),
]


@app.command()
def appraise(
    programme: ProgrammeArgument = DEFAULT_PROGRAMME,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the files go.")] = Path("out"),
    without: WithoutOption = None,
    year: YearOption = DEFAULT_YEAR,
    assume: AssumeOption = None,
    deficit_rule: DeficitOption = "fixed_nominal",
    json: Annotated[
        bool, typer.Option("--json", help="Print appraisal.json instead of the scorecard.")
    ] = False,
    publication: Annotated[
        bool, typer.Option("--publication", help="Refuse figures that are not verified, by name.")
    ] = False,
) -> None:
    """Appraise a programme: scorecard, appraisal.json, Parquet tables and a report that opens offline."""
    from samarkand.appraisal import appraise as run
    from samarkand.reports.files import appraisal_json, check_out, write_appraisal
    from samarkand.reports.progress import progress_bar
    from samarkand.reports.scorecard import print_scorecard

    check_out(out)
    with progress_bar(quiet=json) as step:
        appraisal = run(
            programme,
            years=(year,),
            without=tuple(without or ()),
            assumptions=read_assumptions(assume or []),
            deficit_rule=deficit_rule,
            publication=publication,
            progress=step,
        )
        step("writing the files")
        written = write_appraisal(appraisal, out)
    if json:
        typer.echo(appraisal_json(appraisal))
    else:
        print_scorecard(appraisal, written)


@app.command()
def check(
    programme: Annotated[str, typer.Argument(metavar="FILE", help="The programme file (TOML) to check.")],
) -> None:
    """Check a programme file and list every fault in it; exit status 2 if there is any."""
    from samarkand.programme import check_programme, load_programme

    faults = check_programme(programme)
    if faults:
        fail(faults)
    loaded = load_programme(programme)
    typer.echo(f"{programme}: no faults ({len(loaded.projects)} projects, {len(loaded.measures)} measures).")


@app.command()
def explain(
    indicator: Annotated[str, typer.Argument(metavar="INDICATOR", help="For instance real_income.")],
    economy: Annotated[str, typer.Option("--economy", metavar="ISO3", help="The economy asked about.")],
    programme: Annotated[
        str, typer.Option("--programme", help="A programme file or name.")
    ] = DEFAULT_PROGRAMME,
    without: WithoutOption = None,
    year: YearOption = DEFAULT_YEAR,
    assume: AssumeOption = None,
    deficit_rule: DeficitOption = "fixed_nominal",
) -> None:
    """Walk from a figure down to what it was computed from: methods, data and published sources."""
    from samarkand.appraisal import appraise as run
    from samarkand.priorities import find_indicator
    from samarkand.reports.explain import print_lineage
    from samarkand.reports.progress import progress_bar

    find_indicator(indicator)
    with progress_bar() as step:
        appraisal = run(
            programme,
            years=(year,),
            without=tuple(without or ()),
            assumptions=read_assumptions(assume or []),
            deficit_rule=deficit_rule,
            progress=step,
        )
    print_lineage(appraisal.explain(indicator, economy))


@app.command()
def readiness(
    economy: Annotated[str | None, typer.Argument(metavar="[ISO3]", help="One economy; else all.")] = None,
) -> None:
    """Tell, economy by indicator, what is ready, estimated, or needs a file."""
    from samarkand.reports.readiness import print_readiness
    from samarkand.world import load_world

    print_readiness(load_world(), economy)


def read_assumptions(words: list[str]) -> dict[str, float]:
    """`["rail_speed=50"]` as `{"rail_speed": 50.0}`. Raises `Faults` with every word that is not of the form."""
    from samarkand.core.faults import FaultList

    faults, values = FaultList(), {}
    for word in words:
        name, _, number = word.partition("=")
        try:
            values[name.strip()] = float(number)
        except ValueError:
            faults.add(
                f"--assume {word}", "is not of the form NAME=VALUE", "Write for instance rail_speed=50."
            )
    faults.raise_if_any()
    return values


def fail(faults: Iterable[Fault]) -> NoReturn:
    """Print faults, each with place, reason and mend, and leave with status 2."""
    listed = list(faults)
    typer.secho(f"{len(listed)} fault{'s' if len(listed) != 1 else ''}; nothing was run.", fg="red", err=True)
    for number, fault in enumerate(listed, 1):
        typer.secho(f"\n{number}. {fault.place}", bold=True, err=True)
        typer.echo(f"   {fault.reason}", err=True)
        typer.echo(f"   {fault.mend}", err=True)
    raise SystemExit(FAULTY)


def main() -> None:
    """Run the command line; faults of the user's input are printed whole, with exit status 2."""
    try:
        app()
    except Exception as error:
        from samarkand.core.faults import Faults

        if isinstance(error, Faults):
            fail(error.faults)
        raise


if __name__ == "__main__":
    main()
