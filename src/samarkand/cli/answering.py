"""`samarkand economy`, `samarkand item` and `samarkand compare`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from samarkand.cli.options import Asking, asks_question

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from samarkand.core.faults import FaultList
    from samarkand.priorities.faces import Page
    from samarkand.question import Terms
    from samarkand.reports.answers.sides import Side
    from samarkand.reports.answers.variants import Variant
    from samarkand.result import Appraisal
    from samarkand.worth.worth import Worth

SAME: tuple[object, ...] = ((), {}, "annuity")  # what a term is where it changes nothing


@asks_question()
def economy(
    asking: Asking,
    name: Annotated[
        str, typer.Argument(metavar="ECONOMY", help="A name or an ISO code of two or three letters.")
    ],
    transit: Annotated[
        bool,
        typer.Option(
            "--transit", help="Also what it earns from goods of others; lays freight, which takes longer."
        ),
    ] = False,
) -> None:
    """Show what a programme is for one economy.

    What it gains and pays and why, by which items, with whom, what each priority says, and what is missing.
    """
    from samarkand.reports.answers.economy import economy_page

    found = find_asked_economy(asking, name)
    _answer(asking, lambda appraisal, worth: economy_page(appraisal, worth, found), reach=transit)


def find_asked_economy(asking: Asking, name: str) -> str:
    """The code of the economy that is named. Raises `Faults` with all that is wrong with the question."""
    from samarkand.world.economies.naming import find_economy

    names = {} if asking.world is None else asking.world.names
    found = asking.faults.attempt(partial(find_economy, name, names)) if names else None
    asking.check()
    return str(found)


@asks_question()
def item(
    asking: Asking,
    name: Annotated[str, typer.Argument(metavar="ITEM", help="A project or measure by its id.")],
    economy: Annotated[
        str,
        typer.Option(
            "--economy",
            metavar="ECONOMY",
            help="Also what it is for this economy, and why.",
            show_default=False,
        ),
    ] = "",
) -> None:
    """Show what one item of a programme does.

    What it costs and gives, to whom, what each priority says of it, and what is missing.
    """
    from samarkand.reports.answers.item import item_answer

    found: list[str] = []
    asking.faults.attempt(partial(_find_item, asking, name, found))
    code = find_asked_economy(asking, economy) if economy else ""
    asking.check()
    _answer(asking, lambda appraisal, worth: item_answer(appraisal, worth, found[0], code), found)


def _find_item(asking: Asking, name: str, found: list[str]) -> None:
    """Add the id of the item that is named to what is found. Raises `Faults` for what is none of the question's."""
    from samarkand.priorities.asked_items import asked_item
    from samarkand.session import default_session

    question = default_session().ask(asking.programme, asking.world, **asking.terms)
    known = (one for one in question.programme.items if one.id not in question.scenario.without)
    found.append(asked_item(known, name).id)


def _answer(
    asking: Asking,
    page: Callable[[Appraisal, Worth], Page],
    items: Sequence[str] = (),
    *,
    reach: bool = False,
) -> None:
    """Appraise, work out what items are worth, and print a page of both."""
    from samarkand.appraisal import appraise
    from samarkand.reports.pages import print_page
    from samarkand.reports.progress import progress_bar
    from samarkand.worth import appraise_worth

    with progress_bar() as step:
        appraisal = appraise(asking.programme, asking.world, reach=reach, progress=step, **asking.terms)
        worth = appraise_worth(
            asking.programme, asking.world, items=items, stored=True, progress=step, **asking.terms
        )
    print_page(page(appraisal, worth))


@asks_question()
def compare(
    asking: Asking,
    sides: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[A] [B]...",
            help="Programmes, a file of variants (TOML), or folders that samarkand appraise has written.",
            show_default=False,
        ),
    ] = None,
    economy: Annotated[
        list[str] | None,
        typer.Option("--economy", metavar="ECONOMY", help="Show these economies alone; may be repeated."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Also write comparison.csv and the pictures there."),
    ] = None,
) -> None:
    """Compare programmes, variants or saved results.

    With one programme and options that change it, as written against changed; with several, each with the options. What
    differs in the question, what it does to whom, and a chart.
    """
    from samarkand.core.faults import FaultList
    from samarkand.reports.answers.comparison import comparison_page
    from samarkand.reports.answers.variants import compare_sides
    from samarkand.reports.files import check_out
    from samarkand.reports.pages import print_page
    from samarkand.reports.progress import progress_bar
    from samarkand.session import default_session
    from samarkand.world.economies.naming import find_economy

    world, faults = asking.world, FaultList()
    faults.extend(asking.faults)
    terms, found = read_sides(sides or [], asking, faults)
    names = {} if world is None else world.names
    codes = [faults.attempt(partial(find_economy, word, names)) for word in (economy or []) if names]
    if out is not None:
        faults.attempt(partial(check_out, out))
    faults.raise_if_any()
    with progress_bar() as step:
        comparison = compare_sides(found, asking.programme, world, default_session(), step, terms)
    page = comparison_page(comparison, [code for code in codes if code is not None])
    print_page(page)
    if out is not None:
        from samarkand.reports.files import write_texts
        from samarkand.reports.pages import draw_chart

        texts = {"comparison.csv": comparison.to_dataframe().to_csv(index=False)}
        texts |= {
            f"comparison-{number}.svg": str(draw_chart(chart)) for number, chart in enumerate(page.charts, 1)
        }
        for path in write_texts(out, texts):
            typer.echo(f"Written: {path}")


def read_sides(words: list[str], asking: Asking, faults: FaultList) -> tuple[Terms, list[Variant | Side]]:
    """What is compared, and the terms that all of it shares."""
    from samarkand.reports.answers.sides import Side, is_saved, saved_side
    from samarkand.reports.answers.variants import AS_WRITTEN, CHANGES, Variant, read_variants

    sides: list[Variant | Side] = []
    for word in words:
        path = Path(word)
        if is_saved(word):
            side = faults.attempt(partial(saved_side, path, path.name))
            sides += [] if side is None else [side]
        elif path.suffix == ".toml" and is_variants(path):
            variants = faults.attempt(partial(read_variants, path)) or ()
            sides += [Variant(AS_WRITTEN), *variants] if len(words) == 1 else variants
        else:
            sides.append(Variant(path.stem if path.suffix else word, programme=word))
    changed = {name: value for name, value in asking.terms.items() if name in CHANGES and value not in SAME}
    if changed and len(sides) < 2 and all(isinstance(one, Variant) for one in sides):
        programme = next((one.programme for one in sides if isinstance(one, Variant)), None)
        kept = {name: value for name, value in asking.terms.items() if name not in CHANGES}
        both = [Variant(AS_WRITTEN, {}, programme), Variant("changed", cast("Terms", changed), programme)]
        return cast("Terms", kept), list[Variant | Side](both)
    return asking.terms, sides


def is_variants(path: Path) -> bool:
    """Whether a file has a table of variants."""
    try:
        return b"[[variant]]" in path.read_bytes()
    except OSError:
        return False
