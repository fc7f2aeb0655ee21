"""Progress on the error stream, so that what is piped stays clean: a bar on a terminal, else plain lines."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

FIRST_LINE, NEXT_LINE, SAME_LINE = 2.0, 1.0, 10.0  # seconds until a line is written, and between two of them

Step = Callable[..., None]


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Step]:
    """Give a function `step(text, done=, total=)` that shows what is being done, and how far it is."""
    if quiet:
        yield lambda *_args, **_fractions: None
    elif sys.stderr.isatty():
        with _bar() as step:
            yield step
    else:
        yield Lines(sys.stderr)


@contextmanager
def _bar() -> Iterator[Step]:
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(24), TaskProgressColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def step(text: str, done: int | None = None, total: int | None = None) -> None:
            bar.update(task, description=text, completed=done or 0, total=total)

        yield step


class Lines:
    """Progress as lines: a new one for a new stage, and now and then how far a long one is.

    Nothing is written in the first seconds: a short command says nothing but its answer.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._start = clock()
        self._said, self._at = "", self._start

    def __call__(self, text: str, done: int | None = None, total: int | None = None) -> None:
        """Say what is being done, if it is time to."""
        now = self._clock()
        wait = SAME_LINE if text == self._said else NEXT_LINE
        if now - self._start < FIRST_LINE or now - self._at < wait:
            return
        share = f" {done / total:.0%}" if done and total else ""
        self._stream.write(f"{now - self._start:4.0f} s  {text}{share}\n")
        self._stream.flush()
        self._said, self._at = text, now
