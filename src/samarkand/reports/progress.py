"""A progress line on the terminal's error stream, so that what is piped stays clean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Callable[..., None]]:
    """Give a function `step(text, done=, total=)` that shows what is being done, and how far it is."""
    if quiet:
        yield lambda *_args, **_fractions: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(24), TaskProgressColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def step(text: str, done: int | None = None, total: int | None = None) -> None:
            bar.update(task, description=text, completed=done or 0, total=total)

        yield step
