"""`samarkand worth`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from samarkand.cli.options import Asking, asks_question
from samarkand.core.faults import Fault, Faults


@asks_question()
def worth(
    asking: Asking,
    item: Annotated[
        str,
        typer.Argument(
            metavar="[ITEM]", help="A project or measure by its id; all without it.", show_default=False
        ),
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Also write worth.parquet and worth-ledger.parquet there."),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Walk from the net present value of ITEM down to published figures."),
    ] = False,
    reforms: Annotated[
        bool,
        typer.Option(
            "--reforms", help="Set borders at half of their hours and digital documents beside the items."
        ),
    ] = False,
) -> None:
    """Show what each project is worth over its life.

    What it costs and gives, its net present value and rate of return, who gains and who pays. What an item changes in
    trade is worked out exactly, by leaving it out and by building it alone in the year asked about.
    """
    from samarkand.reports.explain import print_lineage
    from samarkand.reports.files import check_out
    from samarkand.reports.pages import print_page
    from samarkand.reports.progress import APPRAISE, WORTH, progress_bar
    from samarkand.reports.worth_files import write_worth
    from samarkand.worth import appraise_worth
    from samarkand.worth.explaining import explain_item
    from samarkand.worth.page import item_page, reforms_page, worth_page
    from samarkand.worth.reforms import appraise_reforms

    asking.check(*([partial(check_out, out)] if out else []), partial(check_explained, item, explain))
    with progress_bar((*APPRAISE[1:-1], *WORTH)) as step:
        found = appraise_worth(
            asking.programme,
            asking.world,
            items=[item] if item else [],
            stored=True,
            progress=step,
            **asking.terms,
        )
        reformed = appraise_reforms(found, progress=step) if reforms else ()
    if reforms:
        print_page(reforms_page(found, reformed))
    elif explain:
        print_lineage(explain_item(found, item))
    else:
        print_page(item_page(found, item) if item else worth_page(found))
    if out is not None:
        for path in write_worth(found, out):
            typer.echo(f"Written: {path}")


def check_explained(item: str, explain: bool) -> None:
    """Raise `Faults` where nothing is named that could be explained."""
    if explain and not item:
        reason, remedy = "explains one item, and none is named", "Name it: samarkand worth ITEM --explain."
        raise Faults([Fault("--explain", reason, remedy)])
