"""Values as arrays that a file can hold, and back: plain values, arrays, labelled arrays, and objects of known classes.

What comes back is what was given: types, labels, the order in which arrays lie in memory, and what was one object is
one. Nothing in a file is run: classes are those that the reader names.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samarkand.core.disk_cache import load_entry

Arrays = dict[str, NDArray[Any]]
TREE = "tree"
_ITSELF = (str, int, float, bool, type(None))  # as JSON has them; numbers to their last digit


def pack(value: Any, classes: Iterable[type]) -> Arrays:
    """A value as arrays by name.

    Parameters
    ----------
    value
        Plain values, arrays, labelled arrays, lists, tuples, mappings, and dataclasses or named tuples of `classes`, in
        each other.
    classes
        The classes that may occur, by the names of which they are found again.

    Raises
    ------
    TypeError
        For what is none of these.
    """
    packing = _Packing({one.__name__: one for one in classes})
    tree = packing.tree(value)
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
    return {TREE: np.frombuffer(text.encode(), np.uint8), **packing.arrays}


def unpack(arrays: Mapping[str, NDArray[Any]], classes: Iterable[type]) -> Any:
    """The value that `pack` was given.

    Raises
    ------
    ValueError
        Where the arrays are not those of a value of these classes.
    """
    try:
        tree = json.loads(arrays[TREE].tobytes())
        return _Unpacking(arrays, {one.__name__: one for one in classes}).value(tree)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise ValueError(f"not a value that was packed: {error!r}") from error


def load_packed(kind: str, key: str, classes: Iterable[type]) -> Any:
    """The value of an entry of the cache folder; None where it is missing, or not as `pack` wrote it."""
    kept = load_entry(kind, key)
    if kept is None:
        return None
    try:
        return unpack(kept, classes)
    except ValueError:
        return None


class _Packing:
    def __init__(self, classes: Mapping[str, type]) -> None:
        self.classes = classes
        self.arrays: Arrays = {}
        self._known: dict[int, int] = {}
        self._labels: dict[tuple[str, str], NDArray[Any]] = {}
        self._alive: list[Any] = []  # else another object would take the number of one that is gone

    def tree(self, value: Any) -> Any:
        """A value in JSON: itself, or a list of a word and what belongs to it."""
        if type(value) in _ITSELF:
            return value
        if id(value) in self._known:
            return ["known", self._known[id(value)]]
        self._known[id(value)] = len(self._alive)
        self._alive.append(value)
        return self._new(value)

    def _new(self, value: Any) -> list[Any]:
        if type(value) in (list, tuple):
            return [type(value).__name__, *map(self.tree, value)]
        if type(value) in (dict, MappingProxyType):
            word = "dict" if type(value) is dict else "view"
            return [word, *([self.tree(name), self.tree(one)] for name, one in value.items())]
        if isinstance(value, np.ndarray):
            return self._array(value)
        if isinstance(value, np.generic):
            return ["number", self._stored(np.asarray(value))]
        if _is_labelled(value):
            coordinates = [
                [str(name), list(one.dims), self.tree(self._shared(one.to_numpy()))]
                for name, one in value.coords.items()
            ]
            data = self.tree(value.to_numpy())
            return [
                "labelled", list(value.dims), coordinates, data, self.tree(value.name), self.tree(dict(value.attrs))
            ]  # fmt: skip
        name = type(value).__name__
        if self.classes.get(name) is type(value):
            if is_dataclass(value):
                return ["object", name, *(self.tree(getattr(value, one.name)) for one in fields(value))]
            if isinstance(value, tuple):
                return ["object", name, *map(self.tree, value)]
        raise TypeError(f"{name} cannot be packed")

    def _shared(self, labels: NDArray[Any]) -> NDArray[Any]:
        """The same labels once, however many arrays have them."""
        plain = labels.tolist()
        return self._labels.setdefault((labels.dtype.str, repr(plain)), labels)

    def _array(self, array: NDArray[Any]) -> list[Any]:
        if array.dtype.kind == "O":
            words = array.ravel().tolist()
            if not all(type(one) is str for one in words):
                raise TypeError("an array of objects that are not all words cannot be packed")
            place: dict[str, int] = {}
            numbers = np.array([place.setdefault(one, len(place)) for one in words], np.int32)
            return ["words", list(array.shape), list(place), self._stored(numbers)]
        if array.dtype.kind not in "biufUM":
            raise TypeError(f"an array of {array.dtype} cannot be packed")
        # Sums go along the memory: an array in another order would be summed to another last digit.
        order = sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis]))
        return ["array", order, self._stored(array.transpose(order))]

    def _stored(self, array: NDArray[Any]) -> str:
        name = str(len(self.arrays))
        self.arrays[name] = np.ascontiguousarray(array).reshape(array.shape)
        return name


class _Unpacking:
    def __init__(self, arrays: Mapping[str, NDArray[Any]], classes: Mapping[str, type]) -> None:
        self.arrays, self.classes = arrays, classes
        self._made: list[Any] = []

    def value(self, tree: Any) -> Any:
        if not isinstance(tree, list):
            return tree
        word, *rest = tree
        if word == "known":
            return self._made[rest[0]]
        number = len(self._made)
        self._made.append(None)
        self._made[number] = found = self._new(word, rest)
        return found

    def _new(self, word: str, rest: list[Any]) -> Any:
        if word == "list":
            return list(map(self.value, rest))
        if word == "tuple":
            return tuple(map(self.value, rest))
        if word in ("dict", "view"):
            found = {self.value(name): self.value(one) for name, one in rest}
            return found if word == "dict" else MappingProxyType(found)
        if word == "array":
            order, name = rest
            return self.arrays[name].transpose(np.argsort(order))
        if word == "words":
            shape, words, name = rest
            return np.array(words, dtype=object)[self.arrays[name]].reshape(shape)
        if word == "number":
            return self.arrays[rest[0]][()]
        if word == "labelled":
            import xarray as xr

            dims, coordinates, data, name, attributes = rest  # in the order in which they were packed
            coords = {label: (tuple(along), self.value(one)) for label, along, one in coordinates}
            values = self.value(data)
            return xr.DataArray(values, coords, tuple(dims), self.value(name), self.value(attributes))
        if word == "object":
            return self.classes[rest[0]](*map(self.value, rest[1:]))
        raise ValueError(f"{word} is nothing that was packed")


def _is_labelled(value: Any) -> bool:
    xarray = sys.modules.get("xarray")  # what is none of its arrays needs no import of it
    return xarray is not None and isinstance(value, xarray.DataArray)
