"""`samarkand appraise` and `explain`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from samarkand.cli.options import (
    DEFAULT_PROGRAMME,
    DEFAULT_YEAR,
    AssumeOption,
    DeficitOption,
    ProgrammeArgument,
    ProjectionOption,
    WithoutOption,
    WorldOption,
    YearOption,
    YearsOption,
    read_assumptions,
    read_years,
)


def appraise(
    programme: ProgrammeArgument = DEFAULT_PROGRAMME,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the files go.")] = Path("out"),
    without: WithoutOption = None,
    year: YearsOption = None,
    projection: ProjectionOption = None,
    assume: AssumeOption = None,
    world: WorldOption = "embedded",
    deficit_rule: DeficitOption = "fixed_nominal",
    json: Annotated[
        bool, typer.Option("--json", help="Print appraisal.json instead of the scorecard.")
    ] = False,
    publication: Annotated[
        bool, typer.Option("--publication", help="Refuse figures that are not verified, by name.")
    ] = False,
    reach: Annotated[
        bool,
        typer.Option("--reach", help="Work out what each item does given all the others, by leaving it out."),
    ] = False,
) -> None:
    """Appraise a programme, economy by economy.

    Prints the scorecard; writes appraisal.json, Parquet tables and a report that opens offline.
    """
    from samarkand.appraisal import appraise as run
    from samarkand.core.faults import FaultList
    from samarkand.question import ask
    from samarkand.reports.files import appraisal_json, check_out, write_appraisal
    from samarkand.reports.progress import progress_bar
    from samarkand.reports.scorecard import print_scorecard
    from samarkand.world.store import open_world

    faults = FaultList()
    faults.attempt(partial(check_out, out))
    opened = faults.attempt(partial(open_world, world))
    years = read_years(year or [], faults)
    assumptions: dict[str, float] = faults.attempt(partial(read_assumptions, assume or [])) or {}
    left_out = tuple(without or ())
    if faults:  # nothing will run: what else is wrong is told with them
        faults.attempt(
            partial(
                ask, programme, opened, years, left_out, assumptions, deficit_rule, projection, publication
            )
        )
    faults.raise_if_any()

    with progress_bar(quiet=json) as step:
        appraisal = run(
            programme,
            opened,
            years=years,
            without=left_out,
            assumptions=assumptions,
            deficit_rule=deficit_rule,
            projection=projection,
            publication=publication,
            reach=reach,
            progress=step,
        )
        step("writing the files")
        written = write_appraisal(appraisal, out)
    if json:
        typer.echo(appraisal_json(appraisal))
    else:
        print_scorecard(appraisal, written)


def explain(
    indicator: Annotated[str, typer.Argument(metavar="INDICATOR", help="For instance real_income.")],
    economy: Annotated[str, typer.Option("--economy", metavar="ISO3", help="The economy asked about.")],
    programme: Annotated[
        str, typer.Option("--programme", help="A programme file or name.")
    ] = DEFAULT_PROGRAMME,
    without: WithoutOption = None,
    year: YearOption = DEFAULT_YEAR,
    assume: AssumeOption = None,
    world: WorldOption = "embedded",
    deficit_rule: DeficitOption = "fixed_nominal",
) -> None:
    """Explain a figure down to its published sources.

    Walks through everything it was computed from: methods, data and where they were published.
    """
    from samarkand.appraisal import appraise as run
    from samarkand.priorities import find_indicator
    from samarkand.reports.explain import print_lineage
    from samarkand.reports.progress import progress_bar
    from samarkand.world.store import open_world

    find_indicator(indicator)
    with progress_bar() as step:
        appraisal = run(
            programme,
            open_world(world),
            years=(year,),
            without=tuple(without or ()),
            assumptions=read_assumptions(assume or []),
            deficit_rule=deficit_rule,
            progress=step,
        )
    print_lineage(appraisal.explain(indicator, economy))
