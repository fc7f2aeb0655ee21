"""Progress on the error stream, so that what is piped stays clean: a bar on a terminal, else plain lines.

    share = (seconds of the stages behind + done / total * those of this one) / seconds of all stages
    left  = elapsed * (1 - share) / share

Seconds are what a stage usually takes; only what they are to each other matters. Nothing is silent for longer than
SAME_LINE: where a stage says nothing, it is said again that it goes on.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
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
LEAST_SHARE = 0.05  # of all stages: before that nothing is said of the time that is left

Step = Callable[..., None]
Stages = tuple[tuple[str, float], ...]

# Stages by the words that they are called by, without a year, and seconds on two cores with the network prepared.
APPRAISE: Stages = (
    ("reading the world and the programme", 4), ("freight network", 2), ("freight network", 2), ("equilibrium", 4),
    ("assessing the priorities", 10),
)  # fmt: skip
WORTH: Stages = (("each item left out and alone", 8),)
WRITE: Stages = (("writing the files", 6),)


@contextmanager
def progress_bar(stages: Stages = (), *, quiet: bool = False) -> Iterator[Step]:
    """Give a function `step(text, done=, total=)` that shows what is being done, and how far it is.

    `stages`: what is to come, where it is known: one bar is over all of it, and says what time is left.
    """
    if quiet:
        yield lambda *_args, **_fractions: None
    elif sys.stderr.isatty():
        with _bar(stages) as step:
            yield step
    else:
        lines = Lines(sys.stderr)
        with _reminded(lines):
            yield lines


class Overall:
    """How much of all stages is behind, and the time that is left."""

    def __init__(self, stages: Stages, clock: Callable[[], float] = time.monotonic) -> None:
        self._stages, self._clock, self._start = stages, clock, clock()
        self._place, self._text, self._part = -1, "", 0.0

    def __call__(self, text: str, done: int | None = None, total: int | None = None) -> None:
        """Take note of what is being done; a stage that is not expected leaves all as it is."""
        if text != self._text:
            name = re.sub(r"^\d{4}: ", "", text)
            later = range(self._place + 1, len(self._stages))
            found = next((k for k in later if self._stages[k][0] == name), None)
            if found is not None:
                self._place, self._part = found, 0.0
            self._text = text
        known = self._place >= 0 and text.endswith(self._stages[self._place][0])
        if known and done is not None and total:
            self._part = max(self._part, min(done / total, 1.0))

    @property
    def share(self) -> float:
        """Of all stages, what is behind: from 0 to 1, never less than before."""
        seconds = [number for _, number in self._stages]
        if self._place < 0:
            return 0.0
        return (sum(seconds[: self._place]) + self._part * seconds[self._place]) / sum(seconds)

    @property
    def left(self) -> str:
        """The time that is left, in words; empty where it is too early to tell."""
        share = self.share
        if share < LEAST_SHARE:
            return ""
        seconds = (self._clock() - self._start) * (1.0 - share) / share
        return f"some {seconds:.0f} s left" if seconds < 90 else f"some {seconds / 60:.0f} min left"


@contextmanager
def _bar(stages: Stages) -> Iterator[Step]:
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(24), TaskProgressColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
    )  # fmt: skip
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("starting", total=1.0 if stages else None, left="")
        overall = Overall(stages)

        def step(text: str, done: int | None = None, total: int | None = None) -> None:
            if stages:
                overall(text, done, total)
                bar.update(task, description=text, completed=overall.share, left=overall.left)
            else:
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
        self._last: tuple[str, int | None, int | None] | None = None

    def __call__(self, text: str, done: int | None = None, total: int | None = None) -> None:
        """Say what is being done, if it is time to."""
        self._last = text, done, total
        now = self._clock()
        wait = SAME_LINE if text == self._said else NEXT_LINE
        if now - self._start < FIRST_LINE or now - self._at < wait:
            return
        share = f" {done / total:.0%}" if done and total else ""
        self._stream.write(f"{now - self._start:4.0f} s  {text}{share}\n")
        self._stream.flush()
        self._said, self._at = text, now

    def again(self) -> None:
        """Say what was said to be done last, if it is time to: it goes on."""
        if self._last is not None:
            self(*self._last)


@contextmanager
def _reminded(lines: Lines) -> Iterator[None]:
    """Have lines say again what goes on; the thread computes nothing."""
    over = Event()

    def remind() -> None:
        while not over.wait(NEXT_LINE):
            lines.again()

    thread = Thread(target=remind, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
