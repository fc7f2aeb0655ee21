"""`samarkand appraise` and `explain`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from samarkand.cli.options import Asking, SubjectProgramme, asks_question
from samarkand.core.faults import FaultList


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
    item_freight: Annotated[
        bool,
        typer.Option(
            "--item-freight", help="Lay freight with each item left out, for its gases. Takes minutes, once."
        ),
    ] = False,
    protected: Annotated[
        Path | None,
        typer.Option(
            "--protected", metavar="FILE",
            help="Areas of ecological importance, a GeoPackage or shapefile: what projects cross of them, with a map.",
            show_default=False,
        ),
    ] = None,
    worth: Annotated[
        bool,
        typer.Option("--worth", help="Add what each item is worth over its life to the report and files."),
    ] = False,
) -> None:  # fmt: skip
    """Appraise a programme, economy by economy.

    Prints the scorecard; writes appraisal.json, Parquet tables and a report that opens offline.
    """
    from samarkand.appraisal import appraise as run
    from samarkand.reports.files import appraisal_json, check_out, write_appraisal
    from samarkand.reports.progress import APPRAISE, WORTH, WRITE, progress_bar
    from samarkand.reports.scorecard import print_scorecard

    asking.terms["publication"] = publication
    asking.check(
        partial(check_out, out), *([] if protected is None else [partial(_check_areas, asking, protected)])
    )
    if not json:
        _warn(asking)
    with progress_bar((*APPRAISE, *(WORTH if worth else ()), *WRITE), quiet=json) as step:
        appraisal = run(
            asking.programme,
            asking.world,
            reach=reach,
            item_freight=item_freight,
            stored=True,
            protected=protected,
            progress=step,
            **asking.terms,
        )
        of_items = None
        if worth:
            from samarkand.worth import appraise_worth

            of_items = appraise_worth(
                asking.programme, asking.world, stored=True, progress=step, **asking.terms
            )
        step("writing the files")
        written = write_appraisal(appraisal, out, of_items)
    if json:
        typer.echo(appraisal_json(appraisal, of_items))
    else:
        print_scorecard(appraisal, written)


def _check_areas(asking: Asking, protected: Path) -> None:
    """Raise `Faults` with all that is wrong with a map of areas, before anything is solved."""
    from samarkand.priorities.environment.maps_asked import check_areas
    from samarkand.session import default_session

    question = FaultList().attempt(
        partial(default_session().ask, asking.programme, asking.world, **asking.terms)
    )
    if question is None:
        return  # what is wrong with it is said as it is asked
    left_out = question.scenario.without
    check_areas([item for item in question.programme.items if item.id not in left_out], protected)


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
    economy: Annotated[
        str, typer.Option("--economy", metavar="ECONOMY", help="The economy asked about: a name or a code.")
    ],
    lineage: Annotated[
        bool, typer.Option("--lineage", help="Walk the whole way down to published sources.")
    ] = False,
) -> None:
    """Explain a figure.

    Of real income where it comes from: by channel, by item, by partner. Of every figure the lineage: methods, data and
    where they were published, in its first lines or (--lineage) whole.
    """
    from samarkand.appraisal import appraise as run
    from samarkand.cli.answering import find_asked_economy
    from samarkand.priorities.registry import find_indicator
    from samarkand.reports.answers.why import EXPLAINED, why_page
    from samarkand.reports.explain import print_lineage
    from samarkand.reports.pages import print_page
    from samarkand.reports.progress import APPRAISE, WORTH, progress_bar
    from samarkand.worth import appraise_worth

    asking.faults.attempt(partial(find_indicator, indicator))
    code = find_asked_economy(asking, economy)
    why = indicator in EXPLAINED and not lineage and asking.world is not None and code in asking.world.labels
    with progress_bar((*APPRAISE, *(WORTH if why else ()))) as step:
        appraisal = run(asking.programme, asking.world, stored=True, progress=step, **asking.terms)
        if why:
            worth = appraise_worth(asking.programme, asking.world, stored=True, progress=step, **asking.terms)
    if why:
        print_page(why_page(appraisal, worth, code))
    else:
        print_lineage(appraisal.explain(indicator, code), whole=lineage)
