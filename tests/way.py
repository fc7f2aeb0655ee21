"""The way of one figure through the code: to which modules it is handed, from a file to a headline.

The same question is asked twice, of two programme files that differ in this figure alone. What a call is given and what
it gives back carry the figure where they differ between the two. The figure is handed to a module by a call from
another one that takes it and gives it on; a value's own methods travel with the value. A module is returned to where
the figure is handed to it after it was handed to others.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import BaseModel

PACKAGE = "samarkand."
DEPTH = 7
UNCHANGING = ("World", "Parameters", "Assumptions")  # asked thousands of times, and never written to
_known: dict[
    tuple[int, int], tuple[Any, int]
] = {}  # with the value itself, so that its id is not given again


# What works on anything and knows nothing of what it carries; records that hold it; and what is worked out beside the
# headline, from the same solutions.
TOOLS = ("core.", "engines.once", "engines.threads", "session")
ENGINES = ("engines.equilibrium",)  # entered by their front doors: what they do inside is theirs
BESIDE = (
    "priorities.infrastructure",
    "priorities.trade.exposure",
    "priorities.trade.structure",
    "priorities.trade.chains_store",
)


class Call(NamedTuple):
    """A call: where, the numbers of what it was given (itself apart), and what it gave back."""

    module: str
    function: str
    caller: str
    given: tuple[tuple[str, int], ...]
    own: int
    gave: list[int]


def record(run: Callable[[], Any]) -> list[Call]:
    """All calls of functions of the package while `run` runs on this thread, in order."""
    calls: list[Call] = []
    open_calls: dict[FrameType, Call] = {}

    def watch(frame: FrameType, event: str, value: Any) -> None:
        module = frame.f_globals.get("__name__", "")
        if not module.startswith(PACKAGE) or frame.f_code.co_name.startswith("<"):
            return
        if module.removeprefix(PACKAGE).startswith((*TOOLS, *BESIDE)):
            return  # on no way: what they are given need not be looked at
        if event == "call":
            code = frame.f_code
            names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            sys.setprofile(None)
            own = digest(frame.f_locals[names[0]]) if names[:1] in (("self",), ("cls",)) else 0
            rest = names[1:] if names[:1] in (("self",), ("cls",)) else names
            given = tuple((name, digest(frame.f_locals.get(name))) for name in rest)
            sys.setprofile(watch)
            caller = frame.f_back.f_globals.get("__name__", "") if frame.f_back else ""
            call = Call(
                module.removeprefix(PACKAGE), code.co_qualname, caller.removeprefix(PACKAGE), given, own, []
            )
            calls.append(call)
            open_calls[frame] = call
        elif event == "return" and frame in open_calls:
            sys.setprofile(None)
            open_calls.pop(frame).gave.append(digest(value))
            sys.setprofile(watch)

    sys.setprofile(watch)
    try:
        run()
    finally:
        sys.setprofile(None)
    return calls


def digest(value: Any, depth: int = DEPTH) -> int:
    """A number that differs where the content of two values does."""
    if isinstance(value, np.ndarray):
        return hash(
            (value.shape, value.tobytes() if value.dtype != object else tuple(map(str, value.ravel())))
        )
    if isinstance(value, xr.DataArray):
        return digest(value.to_numpy())
    if isinstance(value, xr.Dataset):
        return hash(tuple(digest(value[name].to_numpy()) for name in value.data_vars))
    if isinstance(value, pd.DataFrame | pd.Series):
        return int(pd.util.hash_pandas_object(value).sum())
    if value is None or isinstance(value, str | bytes | int | float | bool | np.generic):
        return hash(value)
    if isinstance(value, BaseModel):
        return hash(value.model_dump_json())
    if depth == 0 or isinstance(value, type) or callable(value):
        return 0
    if type(value).__name__ in UNCHANGING:
        key = id(value), depth
        if key not in _known:
            _known[key] = (value, _digest_fields(value, depth))
        return _known[key][1]
    if type(value) is dict:
        return hash(tuple((digest(k, depth - 1), digest(v, depth - 1)) for k, v in value.items()))
    if isinstance(value, list | tuple):
        return hash(tuple(digest(one, depth - 1) for one in value))
    if isinstance(value, set | frozenset):
        return hash(frozenset(digest(one, depth - 1) for one in value))
    if dataclasses.is_dataclass(value):
        return _digest_fields(value, depth)
    return 0


def _digest_fields(value: Any, depth: int) -> int:
    return hash(tuple(digest(getattr(value, f.name, None), depth - 1) for f in dataclasses.fields(value)))


def carry(one: list[Call], other: list[Call]) -> list[str]:
    """Modules that the figure is handed to, in order: those of calls from other modules that take it and give it on.

    `one`, `other`: the calls of two runs in which the figure differs, and nothing else.
    """
    twins = _numbered(other)
    found = []
    for key, call in _numbered(one).items():
        twin = twins.get(key)
        takes, gives = (twin is None or of(twin) != of(call) for of in (lambda c: c.given, lambda c: c.gave))
        is_record = call.function.endswith("__init__")
        if takes and gives and not is_record:
            module, caller = _room(call.module), _room(call.caller)
            if module != caller:
                found.append(module)
    return found


def _room(module: str) -> str:
    return next((engine for engine in ENGINES if module.startswith(engine)), module)


def _numbered(calls: list[Call]) -> dict[tuple[str, str, int], Call]:
    """Calls by module, function and how many there were of it before."""
    count: dict[tuple[str, str], int] = {}
    found = {}
    for call in calls:
        key = (call.module, call.function)
        found[(*key, count.get(key, 0))] = call
        count[key] = count.get(key, 0) + 1
    return found
