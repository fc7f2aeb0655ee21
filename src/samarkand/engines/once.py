"""Values that are made once, by the first thread that asks for them; others wait for that one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

Value = TypeVar("Value")


class Once:
    """Values by key, each made once. A copy (a pickle) of it is empty: what is kept can be made again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._futures: dict[Hashable, tuple[int, Future[Any]]] = {}

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of `key`, made now if it was not. What `make` raises is raised, and another thread tries again.

        Raises `RuntimeError` where the value is asked for while the same thread makes it.
        """
        while True:
            here = threading.get_ident()
            with self._lock:
                maker, future = self._futures.setdefault(key, (here, Future()))
                mine = maker == here and not future.running() and not future.done()
                if mine:
                    future.set_running_or_notify_cancel()
            if mine:
                return self._make(key, future, make)
            if maker == here and not future.done():
                raise RuntimeError(f"{key!r} is asked for while it is made")
            try:
                value: Value = future.result()
                return value
            except BaseException:
                if future.exception() is None:
                    raise  # of this thread, as it waited
                # The thread that made it failed: try here, which raises the fault where it belongs.

    def _make(self, key: Hashable, future: Future[Any], make: Callable[[], Value]) -> Value:
        try:
            value = make()
        except BaseException as error:
            self.forget(key)
            future.set_exception(error)
            raise
        future.set_result(value)
        return value

    def forget(self, key: Hashable) -> None:
        """Make the value of `key` anew when it is next asked for."""
        with self._lock:
            self._futures.pop(key, None)

    def values(self) -> list[Any]:
        """All values that are made."""
        with self._lock:
            futures = [future for _, future in self._futures.values()]
        return [one.result() for one in futures if one.done() and one.exception() is None]

    def __reduce__(self) -> tuple[type[Once], tuple[()]]:
        return Once, ()


def derived(owner: object, key: Hashable, make: Callable[[], Value]) -> Value:
    """A value worked out from an object that does not change: made once, kept with the object, gone with it."""
    kept: Once = vars(owner).setdefault("_derived", Once())
    return kept.get(key, make)
