"""Content hashes: equal for equal content, whatever it is called and wherever it came from."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


def content_hash(content: Any) -> str:
    """SHA-256 of anything that JSON can hold, in one canonical form (keys sorted, no white space)."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint(*arrays: NDArray[np.generic] | float) -> str:
    """SHA-256 of arrays and numbers of known shapes and types."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def data_hash(*values: Any) -> str:
    """SHA-256 of arrays, tables, labelled arrays, dataclasses and plain values, with their labels, shapes and types.

    Raises `TypeError` for what has no canonical form.
    """
    digest = hashlib.sha256()
    for value in values:
        _add(digest, value)
    return digest.hexdigest()


def _add(digest: Any, value: Any) -> None:
    """Every value begins with its kind and its length, so that no two contents run into the same bytes."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "OUS":
            _add(digest, [str(one) for one in value.ravel()])
            _add(digest, value.shape)
            return
        _mark(digest, "array", value.dtype.str, value.shape)
        digest.update(np.ascontiguousarray(value).data)
    elif _is_of(value, "xarray", "DataArray"):
        _mark(digest, "labelled", value.dims)
        for dim in value.dims:
            _add(digest, value[dim].to_numpy())
        _add(digest, value.to_numpy())
    elif _is_of(value, "pandas", "DataFrame"):
        _mark(digest, "table", list(map(str, value.columns)), len(value))
        for column in (value.index, *(value[name] for name in value.columns)):
            _add(digest, column.to_numpy())
    elif is_dataclass(value) and not isinstance(value, type):
        _mark(digest, type(value).__name__)
        for field in fields(value):
            _add(digest, getattr(value, field.name))
    elif isinstance(value, Mapping):
        _mark(digest, "mapping", len(value))
        for key in sorted(value):
            _add(digest, [key, value[key]])
    elif isinstance(value, frozenset | set):
        _add(digest, sorted(value))
    elif isinstance(value, list | tuple):
        _mark(digest, "list", len(value))
        if all(isinstance(one, str) for one in value):
            _mark(digest, *value)
        else:
            for one in value:
                _add(digest, one)
    elif hasattr(value, "model_dump"):
        _mark(digest, repr(value))
    elif value is None or isinstance(value, str | int | float | np.generic):
        _mark(digest, type(value).__name__, repr(value))
    else:
        raise TypeError(f"{type(value).__name__} has no content hash")


def _is_of(value: Any, library: str, name: str) -> bool:
    """Whether a value is of a library's class: a library that nobody has loaded made none, and stays unloaded."""
    loaded = sys.modules.get(library)
    return loaded is not None and isinstance(value, getattr(loaded, name))


def _mark(digest: Any, *words: Any) -> None:
    for word in words:
        text = str(word).encode()
        digest.update(b"%d:" % len(text))
        digest.update(text)
