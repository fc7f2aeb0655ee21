"""`samarkand loans`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer


def loans(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A list of loans as CSV or Excel (.xlsx).")],
    layout: Annotated[
        str,
        typer.Option(
            "--layout",
            metavar="NAME|FILE",
            help="Which column is which: samarkand, aiddata, or a CSV with the columns key, column, factor, required.",
        ),
    ] = "samarkand",
    assume: Annotated[
        list[str] | None,
        typer.Option("--assume", metavar="NAME=VALUE", help="Replace a declared parameter; may be repeated."),
    ] = None,
) -> None:
    """Show what a list of loans says.

    Schedules by year, grant elements and spread.

    Everything that is wrong with the list is said at once. Layouts stand in docs/finance.md.
    """
    from samarkand.cli.options import OPTION_OF, read_assumptions
    from samarkand.core.faults import FaultList, Faults
    from samarkand.priorities.finance.loan_list import read_loans
    from samarkand.priorities.finance.loan_list_page import loan_list_page
    from samarkand.reports.pages import print_page
    from samarkand.world.parameters import load_parameters

    faults = FaultList()
    replaced = faults.attempt(partial(read_assumptions, assume or [])) or {}
    parameters = faults.attempt(lambda: load_parameters().replace(replaced)) or load_parameters()
    found = faults.attempt(partial(read_loans, file, parameters, layout))
    if faults:
        raise Faults(one.renamed(OPTION_OF) for one in faults)
    assert found is not None  # else there is a fault
    print_page(loan_list_page(found, parameters))
