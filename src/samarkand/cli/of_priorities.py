"""Commands that priorities bring: `priorities/<name>/command.py`, each with the options of a question."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import Annotated, Any, get_type_hints

import typer

from samarkand.cli.options import Asking, asks_question
from samarkand.core.faults import FaultList
from samarkand.priorities.faces import Check, Command

HERE = "samarkand.priorities"
FREIGHT = "item_freight"  # an option of a command by which freight is laid with each item left out
DRAW = inspect.Parameter(
    "draw", inspect.Parameter.KEYWORD_ONLY, default=None,
    annotation=Annotated[
        Path | None,
        typer.Option(
            "--draw", metavar="FOLDER", help="Write the pictures of the page there as SVG.", show_default=False
        ),
    ],
)  # fmt: skip


def commands_of_priorities() -> Iterator[Callable[..., None]]:
    """The commands of all priorities, in the order of their names. Nothing else of a priority is imported."""
    folders = sorted(one.name for one in iter_modules(import_module(HERE).__path__) if one.ispkg)
    for name in folders:
        module = f"{HERE}.{name}.command"
        if find_spec(module) is not None:
            found = import_module(module)
            checks: Mapping[str, Check] = getattr(found, "CHECKS", {})
            for command in found.COMMANDS:
                yield _with_question(name, command, checks.get(command.__name__))


def _check(check: Check, asking: Asking, options: Mapping[str, Any]) -> None:
    """Raise `Faults` with all that is wrong with the question and with what the command's own options name."""
    from samarkand.session import default_session

    faults = FaultList()
    question = faults.attempt(partial(default_session().ask, asking.programme, asking.world, **asking.terms))
    items = None
    if question is not None:
        items = [item for item in question.programme.items if item.id not in question.scenario.without]
    faults.attempt(partial(check, items, **options))
    faults.raise_if_any()


def _lays_items(options: Mapping[str, Any]) -> bool:
    """Whether freight is laid with each item left out: as asked, else where a command has the option and names none."""
    asked = options.get(FREIGHT, False)
    return not options.get("item") if asked is None else bool(asked)


def _with_question(name: str, command: Command, check: Check | None) -> Callable[..., None]:
    """A command that appraises what its options ask, and prints the page that the priority makes of it."""
    _, *own = inspect.signature(command).parameters.values()
    hints = get_type_hints(command, include_extras=True, localns={"Answer": Any})

    def run(asking: Asking, draw: Path | None = None, **options: Any) -> None:
        from samarkand.appraisal import appraise
        from samarkand.reports.pages import print_page
        from samarkand.reports.pictures import write_pictures
        from samarkand.reports.progress import progress_bar

        if asking.terms["priorities"]:  # the page is of its own in any case
            asking.terms["priorities"] = (*asking.terms["priorities"], name)
        asking.check(*([] if check is None else [partial(_check, check, asking, options)]))
        with progress_bar() as step:
            appraisal = appraise(
                asking.programme, asking.world, item_freight=_lays_items(options), stored=True, progress=step,
                **asking.terms,
            )  # fmt: skip
        page = command(appraisal, **options)
        print_page(page)
        if draw is not None and not page.pictures:
            typer.echo("The page has no pictures.")
        for path in write_pictures(page, draw) if draw is not None else ():
            typer.echo(f"wrote {path}")

    run.__name__, run.__doc__ = command.__name__, inspect.getdoc(command)
    first = inspect.Parameter("asking", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Asking)
    keyword = inspect.Parameter.KEYWORD_ONLY
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [first, *(one.replace(annotation=hints[one.name], kind=keyword) for one in own), DRAW]
    )
    run.__annotations__ = {
        "asking": Asking, **{one.name: hints[one.name] for one in own}, "draw": DRAW.annotation,
    }  # fmt: skip
    return asks_question(several_years=True)(run)
