"""Stops a process in thought: writing is broken off at each step by which files reach the disk and their places."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from samarkand.core import durable
from samarkand.core.scratch import Scratch


class Stopped(BaseException):
    """Stands for a kill: nothing that follows in the process happens."""


def steps_of(monkeypatch: pytest.MonkeyPatch, stop_at: int) -> list[str]:
    """Count the steps by which files reach the disk and their places, and stop at one of them for good."""
    done: list[str] = []

    def counted(word: str, step: Callable[..., object]) -> Callable[..., object]:
        def stepping(*arguments: object, **named: object) -> object:
            if len(done) >= stop_at:
                raise Stopped
            done.append(word)
            return step(*arguments, **named)

        return stepping

    monkeypatch.setattr(durable, "run_all", lambda task, parts: [task(part) for part in parts])
    for word in ("fsync", "replace", "rename", "mkdir", "unlink", "rmdir"):
        monkeypatch.setattr(os, word, counted(word, getattr(os, word)))
    # A killed process does not tidy up; the system lets go of its locks.
    monkeypatch.setattr(Scratch, "remove", Scratch.keep)
    return done


def each_step(write: Callable[[], object]) -> Iterator[tuple[int, bool]]:
    """Write again and again, stopped one step later each time: (step, whether it came to its end)."""
    for stop_at in range(100):
        with pytest.MonkeyPatch.context() as patch:
            steps_of(patch, stop_at)
            try:
                write()
                ended = True
            except Stopped:
                ended = False
        yield stop_at, ended
        if ended:
            return
    pytest.fail("there is no end of steps")
