"""`samarkand economy`, `samarkand item` and `samarkand compare`."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from samarkand.cli.options import Asking, asks_question

if TYPE_CHECKING:
    from collections.abc import Callable

    from samarkand.core.faults import FaultList
    from samarkand.question import Terms
    from samarkand.reports.answers.asking import Answer
    from samarkand.reports.answers.sides import Side
    from samarkand.reports.answers.variants import Variant

SAME: tuple[object, ...] = ((), {}, "annuity", False)  # what a term is where it changes nothing


OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="DIR", help="Also write the files of the appraisal, with this page in the report."
    ),
]


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
    out: OutOption = None,
) -> None:
    """Show what a programme is for one economy.

    What it gains and pays and why, by which items, with whom, what each priority says, and what is missing.
    """
    from samarkand.reports.answers.asking import economy as ask

    asking.check(*(partial(world.label_named, name) for world in (asking.world,) if world is not None))
    _answer(asking, out, partial(ask, name, transit=transit))


def find_asked_economy(asking: Asking, name: str) -> str:
    """The code of the economy that is named. Raises `Faults` with all that is wrong with the question."""
    found = None if asking.world is None else asking.faults.attempt(partial(asking.world.label_named, name))
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
    out: OutOption = None,
) -> None:
    """Show what one item of a programme does.

    What it costs and gives, to whom, what each priority says of it, and what is missing.
    """
    from samarkand.reports.answers.asking import item as ask

    _answer(asking, out, partial(ask, name, economy=economy))


def _answer(asking: Asking, out: Path | None, ask: Callable[..., Answer]) -> None:
    """Print an answer, and write its files where that is asked for."""
    from samarkand.reports.files import check_out, write_appraisal
    from samarkand.reports.pages import print_page
    from samarkand.reports.progress import APPRAISE, WORTH, progress_bar

    if out is not None:
        asking.faults.attempt(partial(check_out, out))
    if asking.faults:
        asking.check()
    with progress_bar((*APPRAISE, *WORTH)) as step:
        found = ask(asking.programme, asking.world, progress=step, **asking.terms)
    print_page(found.page)
    if out is not None:
        for path in write_appraisal(found.appraisal, out, pages=[("asked", found.page)]):
            typer.echo(f"Written: {path}")


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
    from samarkand.reports.answers.variants import Variant, check_sides, compare_sides
    from samarkand.reports.files import check_out
    from samarkand.reports.pages import print_page
    from samarkand.reports.progress import APPRAISE, progress_bar
    from samarkand.session import default_session

    world, faults = asking.world, FaultList()
    faults.extend(asking.faults)
    terms, found = read_sides(sides or [], asking, faults)
    codes = [] if world is None else [
        faults.attempt(partial(world.label_named, word)) for word in (economy or ())
    ]  # fmt: skip
    if out is not None:
        faults.attempt(partial(check_out, out))
    if faults and world is not None:  # nothing will run: what else is wrong is said with them
        check_sides(found, asking.programme, world, default_session(), terms, faults)
    faults.raise_if_any()
    with progress_bar(APPRAISE * sum(isinstance(one, Variant) for one in found)) as step:
        comparison = compare_sides(found, asking.programme, world, default_session(), step, terms)
    page = comparison_page(comparison, list(dict.fromkeys(filter(None, codes))))
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
    from samarkand.programme.library import shipped_programmes
    from samarkand.reports.answers.sides import Side, is_saved, saved_side
    from samarkand.reports.answers.variants import AS_WRITTEN, CHANGES, Variant, variants_in

    sides: list[Variant | Side] = []
    for word, name in zip(words, names_of(words), strict=True):
        path = Path(word)
        if is_saved(word) or (path.is_dir() and word not in shipped_programmes()):
            side = faults.attempt(partial(saved_side, path, name))
            sides += [] if side is None else [side]
        elif path.suffix.lower() == ".toml" and is_variants(path):
            variants = variants_in(path, faults)
            sides += [Variant(AS_WRITTEN), *variants] if len(words) == 1 else variants
        else:
            sides.append(Variant(name, programme=word))
    changed = {name: value for name, value in asking.terms.items() if name in CHANGES and value not in SAME}
    if changed and len(sides) < 2 and all(isinstance(one, Variant) for one in sides):
        programme = next((one.programme for one in sides if isinstance(one, Variant)), None)
        kept = {name: value for name, value in asking.terms.items() if name not in CHANGES}
        both = [Variant(AS_WRITTEN, {}, programme), Variant("changed", cast("Terms", changed), programme)]
        return cast("Terms", kept), list[Variant | Side](both)
    if changed and sides and not faults and not any(isinstance(one, Variant) for one in sides):
        reason = "change nothing of results that are saved"
        faults.add("options of the question", reason, "Leave them out, or name a programme.")
    return asking.terms, sides


def names_of(words: list[str]) -> list[str]:
    """What sides are called: the last part of a path, or the whole path where two end alike."""
    short = [
        path.stem if path.suffix else path.resolve().name or word for word in words for path in (Path(word),)
    ]
    return [name if short.count(name) == 1 else word for name, word in zip(short, words, strict=True)]


def is_variants(path: Path) -> bool:
    """Whether a file has a table of variants."""
    try:
        content = path.read_bytes().replace(b"\0", b"")  # without the zeros of UTF-16
        return re.search(rb"^\W*variant\b", content, re.MULTILINE) is not None
    except OSError:
        return False
