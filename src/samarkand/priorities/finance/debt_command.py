"""`samarkand debt`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from samarkand.priorities.faces import Answer, Page

if TYPE_CHECKING:
    from samarkand.priorities.finance.debt_framework import Framework
    from samarkand.priorities.finance.debt_macro import Economy


def debt(
    answer: Answer,
    economy: Annotated[str, typer.Argument(metavar="ECONOMY", help="A name or an ISO3 code.")],
    subject: Annotated[
        str | None,
        typer.Argument(metavar="[PROGRAMME]", help="The programme; also --programme.", show_default=False),
    ] = None,
    macro: Annotated[
        Path | None,
        typer.Option(
            "--macro", metavar="FILE", help="Macroeconomic paths by year (docs/debt.md).", show_default=False
        ),
    ] = None,
    terms: Annotated[
        Path | None,
        typer.Option(
            "--terms", metavar="FILE", help="Terms of the economy (docs/debt.md).", show_default=False
        ),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option(
            "--template",
            metavar="FILE",
            help="The official template of the framework, filled in and calculated.",
            show_default=False,
        ),
    ] = None,
    ids: Annotated[
        Path | None,
        typer.Option(
            "--ids",
            metavar="FILE",
            help="The International Debt Statistics, bulk or DataBank's CSV.",
            show_default=False,
        ),
    ] = None,
    alternative: Annotated[
        Path | None,
        typer.Option(
            "--alternative",
            metavar="FILE",
            help="Paths of an alternative scenario (A2).",
            show_default=False,
        ),
    ] = None,
    what_if: Annotated[
        list[str] | None,
        typer.Option(
            "--what-if",
            metavar="TERMS",
            help="Other terms of an item's loans, as railway:1:rate=0.01 (samarkand finance). May be repeated.",
            show_default=False,
        ),
    ] = None,
    least: Annotated[
        str,
        typer.Option(
            "--least",
            metavar="LEVER",
            help="The least change of rate, maturity, grace or grant, as railway:1:rate, that keeps what --keep says.",
            show_default=False,
        ),
    ] = "",
    keep: Annotated[
        str,
        typer.Option(
            "--keep",
            metavar="RATIO[:TEST][=LIMIT]",
            help="pv_gdp, pv_exports, service_exports, service_revenue or pv_public_gdp, at most at its threshold.",
            show_default=False,
        ),
    ] = "",
    before: Annotated[
        Path | None,
        typer.Option(
            "--before",
            metavar="FILE",
            help="Paths of an earlier analysis, to compare with what happened.",
            show_default=False,
        ),
    ] = None,
    vintage: Annotated[
        int | None,
        typer.Option("--vintage", metavar="YEAR", help="Vintage of the framework.", show_default=False),
    ] = None,
    workbook: Annotated[
        Path | None,
        typer.Option(
            "--workbook",
            metavar="FILE",
            help="Write the stress tests as a workbook with live formulas.",
            show_default=False,
        ),
    ] = None,
) -> Page:
    """Show an economy's debt and its mechanical risk signal.

    With the programme and without, or what that needs. By the joint framework of the IMF and the World Bank for
    low-income countries, without judgement. Paths are those of a file; effects on output and exports come from the
    equilibrium, the programme's debt from its sources of finance.
    """  # fmt: skip
    from samarkand.priorities.finance.debt_framework import framework
    from samarkand.priorities.finance.debt_ids import read_ids
    from samarkand.priorities.finance.debt_page import debt_page

    code = code_of(answer, economy)
    rules = framework(vintage)
    found = economy_of(answer, code, macro, terms, template)
    published = None if ids is None else read_ids(ids, code)
    if found is not None and published is not None:
        found = published.fill(found)
    earlier = beside(answer, code, found, before, "--before")
    paths = beside(answer, code, found, alternative, "--alternative")
    other = None if found is None or paths is None else alternative_of(found, paths)
    if workbook is not None:
        write_workbook(answer, found, rules, workbook)
    page = debt_page(answer, code, found, rules, published, earlier, other)
    if not (what_if or least or keep):
        return page
    from samarkand.core.faults import Fault, Faults
    from samarkand.priorities.finance.debt_other_terms import other_terms_tables

    if found is None:
        raise Faults(
            [Fault("--what-if, --least", "stand without --macro or --template", "Give the paths too.")]
        )
    more = other_terms_tables(answer, found, rules, tuple(what_if or ()), least, keep)
    return replace(page, tables=(*more, *page.tables))


def code_of(answer: Answer, word: str) -> str:
    """The ISO3 code of an economy by its code or its name. Raises `Faults` for a word that is neither."""
    from samarkand.priorities.finance.debt_framework import covered
    from samarkand.world.economies.naming import find_economy
    from samarkand.world.economies.tables import economy_names

    names = {code: row.name for code, row in covered().items()}
    return find_economy(word, {**names, **answer.world.names, **economy_names()})


def economy_of(
    answer: Answer, code: str, macro: Path | None, terms: Path | None, template: Path | None
) -> Economy | None:
    """The economy of the files: the template goes first, paths fill what it leaves open, terms replace its own."""
    from samarkand.core.faults import Fault, Faults
    from samarkand.priorities.finance.debt_reading import read_macro, read_terms
    from samarkand.priorities.finance.debt_template import read_template
    from samarkand.world.economies.tables import load_economies

    if macro is None and template is None:
        if terms is not None:
            raise Faults([Fault("--terms", "stands without --macro or --template", "Give the paths too.")])
        return None
    paths = None
    if macro is not None:
        known = [*map(str, load_economies().index), *answer.world.names]
        paths = read_macro(macro, terms, known).get(code)
        if paths is None:
            raise Faults([Fault(str(macro), f"has no rows of {code}", "Add its rows, or leave out --macro.")])
    if template is None:
        return paths
    found = read_template(template)
    if found.code != code:
        raise Faults(
            [Fault(str(template), f"is that of {found.code}, not of {code}", f"Ask for {found.code}.")]
        )
    if paths is not None:
        return found.filled(paths)
    return found if terms is None else replace(found, terms={**found.terms, **read_terms(terms, code)})


def beside(
    answer: Answer, code: str, found: Economy | None, path: Path | None, option: str
) -> Economy | None:
    """The economy of a second file of paths. Raises `Faults` where there is nothing to compare it with."""
    if path is None:
        return None
    from samarkand.core.faults import Fault, Faults

    if found is None:
        raise Faults([Fault(option, "stands without --macro or --template", "Give the paths too.")])
    return economy_of(answer, code, path, None, None)


def alternative_of(found: Economy, paths: Economy) -> Economy:
    """An economy on the paths of an alternative scenario. Raises `Faults` for series that follow from the paths."""
    from samarkand.core.faults import Fault, Faults
    from samarkand.priorities.finance.debt_macro import MOVED

    faults = [
        Fault(f"{paths.place}, column {name}", "is no path of an alternative scenario", f"Give {', '.join(MOVED)}.")
        for name in paths.values if name not in MOVED
    ]  # fmt: skip
    if paths.first != found.first:
        reason = f"begins its projection in {paths.first}, the paths in {found.first}"
        faults.append(Fault(paths.place, reason, "Begin both in one year."))
    if faults:
        raise Faults(faults)
    return found.changed(paths)


def write_workbook(answer: Answer, economy: Economy | None, rules: Framework, path: Path) -> None:
    """The workbook of the stress tests with the programme."""
    from samarkand.core.durable import new_file
    from samarkand.core.faults import Fault, Faults
    from samarkand.priorities.finance.debt_effect import effect_on
    from samarkand.priorities.finance.debt_outcome import outcome_of
    from samarkand.priorities.finance.debt_workbook import workbook_of

    effect = None if economy is None else effect_on(answer, economy)
    outcome = None if economy is None else outcome_of(economy, rules, effect)
    if outcome is None or not outcome.ratios:
        needs = "--macro FILE or --template FILE" if outcome is None else "; ".join(outcome.needs)
        raise Faults(
            [
                Fault(
                    "--workbook",
                    f"has no stress tests to write: needs {needs}",
                    "Give them, or leave it out.",
                )
            ]
        )
    with new_file(path, "--workbook") as made:
        made.write_bytes(workbook_of(outcome, rules, effect))
