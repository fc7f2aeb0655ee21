"""`samarkand appraise` and `explain`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from samarkand.cli.options import Asking, SubjectProgramme, asks_question


@asks_question(several_years=True)
def appraise(
    asking: Asking,
    subject: SubjectProgramme = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the files go.")] = Path("out"),
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
    worth: Annotated[
        bool,
        typer.Option("--worth", help="Add what each item is worth over its life to the report and files."),
    ] = False,
) -> None:
    """Appraise a programme, economy by economy.

    Prints the scorecard; writes appraisal.json, Parquet tables and a report that opens offline.
    """
    from samarkand.appraisal import appraise as run
    from samarkand.reports.files import appraisal_json, check_out, write_appraisal
    from samarkand.reports.progress import progress_bar
    from samarkand.reports.scorecard import print_scorecard

    asking.terms["publication"] = publication
    asking.check(partial(check_out, out))
    if not json:
        _warn(asking)
    with progress_bar(quiet=json) as step:
        appraisal = run(asking.programme, asking.world, reach=reach, progress=step, **asking.terms)
        of_items = None
        if worth:
            from samarkand.worth import appraise_worth

            of_items = appraise_worth(asking.programme, asking.world, progress=step, **asking.terms)
        step("writing the files")
        written = write_appraisal(appraisal, out, of_items)
    if json:
        typer.echo(appraisal_json(appraisal, of_items))
    else:
        print_scorecard(appraisal, written)


def _warn(asking: Asking) -> None:
    """Say on the error stream, before anything is solved, how many items will change no trade."""
    from samarkand.programme.overview import idle_items
    from samarkand.session import default_session

    question = default_session().ask(asking.programme, asking.world, **asking.terms)
    idle = idle_items(question.programme, question.assumptions.parameters, question.scenario.without)
    if idle:
        count = f"{len(idle)} of {len(question.programme.ids)} items"
        typer.echo(f"{count} will change no trade: samarkand check {asking.programme} says why.", err=True)


@asks_question()
def explain(
    asking: Asking,
    indicator: Annotated[str, typer.Argument(metavar="INDICATOR", help="For instance real_income.")],
    economy: Annotated[str, typer.Option("--economy", metavar="ISO3", help="The economy asked about.")],
) -> None:
    """Explain a figure down to its published sources.

    Walks through everything it was computed from: methods, data and where they were published.
    """
    from samarkand.appraisal import appraise as run
    from samarkand.priorities.registry import find_indicator
    from samarkand.reports.explain import print_lineage
    from samarkand.reports.progress import progress_bar

    asking.check(partial(find_indicator, indicator))
    with progress_bar() as step:
        appraisal = run(asking.programme, asking.world, progress=step, **asking.terms)
    print_lineage(appraisal.explain(indicator, economy))
