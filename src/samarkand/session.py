"""Memory of a process between questions: worlds, programmes, networks, solved states, and their results.

    session = Session()                       # or `default_session()`, the one that the library uses
    appraise("eurasian-corridors", session=session)

Everything is kept under the content it was made from and made once, however many threads ask for it. What was used
longest ago goes when the arrays that are kept exceed the limit: it then only has to be made again.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar, Unpack

from samarkand.core.memory import nbytes
from samarkand.engines.once import Once
from samarkand.programme import Programme, Schedule, load_programme, plan_schedule
from samarkand.programme.library import find_programme
from samarkand.question import Asked, Question, Terms, pose
from samarkand.world.projection import Projection
from samarkand.world.world import World

Value = TypeVar("Value")
LIMIT = 4_000_000_000  # bytes: two appraisals of many years in a world of 199 economies
# Part of the room left at the last count that newcomers fill before all that is kept is counted again.
COUNT_ANEW = 0.25
FITS = 16  # questions after which all is counted in any case: what is worked out from older values grows too


class Session:
    """Values by key, each made once, within a limit of bytes; safe for any number of threads.

    Parameters
    ----------
    limit
        Most bytes of arrays kept. The value used last is kept in any case.
    """

    def __init__(self, limit: float = LIMIT) -> None:
        self.limit = limit
        self._once = Once()
        self._used: dict[Hashable, Any] = {}  # the last used last
        self._lock = threading.Lock()
        self._bytes = 0
        self._counted = 0  # bytes when what is kept was last counted whole
        self._settled = 0  # bytes at the end of the last question
        self._newcomers: dict[Hashable, None] = {}  # keys of what came since
        self._fits = 0  # questions since what is kept was last counted whole

    @property
    def bytes(self) -> int:
        """Bytes of all arrays that are kept, what they share counted once."""
        with self._lock:
            return nbytes(self._used.values())

    def kept(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of `key`: as it was made before, or made now and kept. Raises what `make` raises."""
        value = self._once.get(key, make)
        with self._lock:
            is_new = key not in self._used
            self._used.pop(key, None)
            if is_new:
                self._newcomers[key] = None
                self._bytes += nbytes([value], beside=self._used.values())
            self._used[key] = value
            if is_new:
                self._shrink()
        return value

    def _shrink(self) -> None:
        # Of newcomers some of what is shared is counted more than once; what is worked out from kept values is not yet.
        if self._bytes > self._counted + COUNT_ANEW * (self.limit - self._counted):
            self._fit()

    def _fit(self) -> None:
        while (total := nbytes(self._used.values())) > self.limit and len(self._used) > 1:
            self._forget(next(iter(self._used)))
        self._bytes = self._counted = self._settled = total
        self._newcomers.clear()
        self._fits = 0

    def fit(self) -> None:
        """Keep within the limit at the end of a question, what was worked out from its values counted too.

        Of older values that is counted with all that is kept: when newcomers have filled a quarter of the room, and
        after `FITS` questions.
        """
        with self._lock:
            if not self._newcomers:
                return
            mine = [self._used[key] for key in self._newcomers]
            others = [value for key, value in self._used.items() if key not in self._newcomers]
            self._bytes = self._settled = self._settled + nbytes(mine, beside=others)
            self._newcomers.clear()
            self._fits += 1
            if self._fits == FITS:
                self._fit()
            else:
                self._shrink()

    def _forget(self, key: Hashable) -> None:
        self._newcomers.pop(key, None)
        del self._used[key]
        self._once.forget(key)

    def find(self, key: Hashable) -> Any:
        """The value kept under a key; None where there is none."""
        with self._lock:
            return self._used.get(key)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            for key in list(self._used):
                self._forget(key)
            self._bytes = self._counted = self._settled = self._fits = 0

    # -- questions

    def ask(
        self, asked: Asked, world: World | None = None, *, reach: bool = False, **terms: Unpack[Terms]
    ) -> Question:
        """The question whole, with its world and programme at hand. Raises `Faults` with all that is wrong with it.

        A `Scenario` names world, programme and projection by their hashes: they are found where a question about them
        was asked in this session before.
        """
        question = pose(asked, world, reach, self, terms)
        self.kept(("world", question.world.hash), lambda: question.world)
        self.kept(("programme", question.scenario.programme), lambda: question.as_written)
        projection = question.projection
        if projection is not None:
            self.kept(("projection", projection.hash), lambda: projection)
        return question

    def world(self, content: str) -> World | None:
        """A world that was asked about, by its content hash."""
        found: World | None = self.find(("world", content))
        return found

    def programme(self, content: str) -> Programme | None:
        """A programme that was asked about, by its content hash."""
        found: Programme | None = self.find(("programme", content))
        return found

    def projection(self, content: str) -> Projection | None:
        """A projection that was asked about, by its content hash."""
        found: Projection | None = self.find(("projection", content))
        return found

    def load_programme(self, path_or_name: str | Path, world: World) -> Programme:
        """As `programme.load_programme`; the same file, checked against the same world, is read once."""
        path = find_programme(path_or_name)
        try:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        except (OSError, ValueError):
            return load_programme(path, world)  # raises what is wrong with it
        return self.kept(
            ("programme file", str(path), content, world.hash), lambda: load_programme(path, world)
        )

    def schedule(self, question: Question) -> Schedule:
        """The distinct states of the programme that the years asked about need."""
        parameters = question.assumptions.parameters
        placed = self.kept(("placed", *question.placing), Once)
        return plan_schedule(
            question.programme, question.world, question.scenario.years, question.scenario.without,
            parameters, placed, question.scenario.charge,
        )  # fmt: skip


_default = Session()


def default_session() -> Session:
    """The session of the library, where none is given."""
    return _default
