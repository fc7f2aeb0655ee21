"""How many bytes of arrays objects hold, what they share counted once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
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
        is_leaf, bytes_of, parts_of = _way_into(type(one))  # type: ignore[arg-type]
        if is_leaf or id(one) in seen:
            continue
        seen.add(id(one))
        alive.append(one)
        if bytes_of is None:
            waiting.extend(parts_of(one))
        else:
            total += bytes_of(one, seen)
    return total


@cache
def _way_into(
    kind: type,
) -> tuple[bool, Callable[[Any, set[int]], int] | None, Callable[[Any], Iterable[object]]]:
    """Whether values of a type hold no arrays, what counts the bytes of arrays and tables, and what gives the parts of
    others."""
    library = kind.__module__.partition(".")[0]
    parts_of: Callable[[Any], Iterable[object]] = _none
    if issubclass(kind, Mapping):
        parts_of = _of_mapping
    elif issubclass(kind, list | tuple | set | frozenset):
        parts_of = _of_list
    elif library == "xarray":
        parts_of = _of_dataset if hasattr(kind, "data_vars") else _of_labelled
    elif library == "samarkand":
        parts_of = _of_ours
    bytes_of = _of_array if issubclass(kind, np.ndarray) else _of_table if library == "pandas" else None
    return issubclass(kind, _LEAVES), bytes_of, parts_of


def _none(one: object) -> Iterable[object]:
    return ()


def _of_mapping(one: Mapping[Any, object]) -> Iterable[object]:
    return one.values()


def _of_list(one: Collection[object]) -> Iterable[object]:
    # Long lists of words and numbers hold no arrays.
    return () if one and isinstance(next(iter(one)), _LEAVES) else one


def _of_labelled(one: Any) -> Iterable[object]:
    data = one.variable._data
    return (data,) if isinstance(data, np.ndarray) else ()


def _of_dataset(one: Any) -> Iterable[object]:
    return [v._data for v in one.variables.values() if isinstance(v._data, np.ndarray)]


def _of_ours(one: object) -> Iterable[object]:
    inner = getattr(one, "__dict__", None)
    if inner is None:
        return ()
    kept = inner.get("_derived")
    return (*inner.values(), *(kept.values() if kept is not None else ()))


def _of_table(table: Any, _seen: set[int]) -> int:
    return int(np.sum(table.memory_usage()))


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
