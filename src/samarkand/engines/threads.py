"""The one pool of threads of a process.

Whoever hands out work helps with it: a part that no thread has begun by the time its result is needed is done by the
thread that needs it. So nobody ever waits for a free thread, however many ask at once and however deep work nests.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")

WORKERS = max(2, os.cpu_count() or 2)

_lock = threading.Lock()
_pool: ThreadPoolExecutor | None = None


def _submit(task: Callable[[], Result]) -> Future[Result]:
    global _pool
    with _lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="samarkand")
        return _pool.submit(task)


def stop_idle_threads() -> None:
    """End the threads of the pool, which is made anew when it is next needed. Waits for what is being done."""
    global _pool
    with _lock:
        if _pool is not None:
            _pool.shutdown(wait=True)
            _pool = None


def _forget_pool() -> None:
    """In a copy of this process no thread of the pool lives."""
    global _lock, _pool
    _lock, _pool = threading.Lock(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)


class Beside(Generic[Result]):
    """A task done beside the thread that made it; any thread may ask for its result, any number of times."""

    def __init__(self, task: Callable[[], Result]) -> None:
        self._task = task
        self._future = _submit(task)
        self._asking = threading.Lock()

    def result(self) -> Result:
        """The result; the task is done here and now where no thread has begun it. Raises what the task raises."""
        with self._asking:
            if self._future.cancel():
                done: Future[Result] = Future()
                try:
                    done.set_result(self._task())
                except BaseException as error:
                    done.set_exception(error)
                self._future = done
        return self._future.result()

    def drop(self) -> bool:
        """Take the task back, if no thread has begun it."""
        with self._asking:
            return self._future.cancel()


def run_all(task: Callable[[Part], Result], parts: Iterable[Part]) -> list[Result]:
    """`task` of each part, side by side, in the order of the parts. Raises what the first part that fails raises."""
    first, *others = parts
    begun = [Beside(lambda part=part: task(part)) for part in others]  # type: ignore[misc]
    try:
        return [task(first), *(one.result() for one in begun)]
    except BaseException:
        for one in begun:
            one.drop()
        raise
