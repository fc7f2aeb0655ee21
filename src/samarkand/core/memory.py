"""How many bytes of arrays objects hold, what they share counted once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

_LEAVES = (str, bytes, int, float, complex, bool, type(None), type, FunctionType, MethodType, ModuleType)


def nbytes(values: Iterable[object], beside: Iterable[object] = ()) -> int:
    """Bytes of the arrays that can be reached from `values`, each block of memory once; not by way of those `beside`.

    Arrays that are read from a file as they are needed count nothing: the system takes their memory back by itself.
    """
    seen = {id(one) for one in beside}
    # What is made on the way must not go: another would take its number and count as seen.
    alive: list[object] = []
    total = 0
    waiting = list(values)
    while waiting:
        one = waiting.pop()
        if isinstance(one, _LEAVES) or id(one) in seen:
            continue
        seen.add(id(one))
        alive.append(one)
        if isinstance(one, np.ndarray):
            total += _of_array(one, seen)
        elif _library(one) == "pandas":
            total += int(np.sum(one.memory_usage()))  # type: ignore[attr-defined]
        else:
            waiting.extend(_parts(one))
    return total


def _of_array(array: np.ndarray[Any, Any], seen: set[int]) -> int:
    root = array
    while isinstance(root.base, np.ndarray):
        root = root.base
        if isinstance(root, np.memmap):
            return 0
    if isinstance(root, np.memmap) or (root is not array and id(root) in seen):
        return 0
    seen.add(id(root))
    return int(root.nbytes)


def _parts(one: object) -> Iterable[object]:
    if isinstance(one, Mapping):
        return one.values()
    if isinstance(one, list | tuple | set | frozenset):
        # Long lists of words and numbers hold no arrays.
        return () if one and isinstance(next(iter(one)), _LEAVES) else one
    library = _library(one)
    if library == "xarray":
        variables = one.variables.values() if hasattr(one, "data_vars") else (one.variable,)  # type: ignore[attr-defined]
        return [v._data for v in variables if isinstance(v._data, np.ndarray)]
    inner = getattr(one, "__dict__", None)
    if library != "samarkand" or inner is None:
        return ()
    kept = inner.get("_derived")
    return (*inner.values(), *(kept.values() if kept is not None else ()))


def _library(one: object) -> str:
    return type(one).__module__.partition(".")[0]
