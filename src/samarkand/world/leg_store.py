"""Where legs are kept: shipped with the package for the declared parameters, else cached for this user.

A cache entry is named by the content hash of the graph, places and values of time it was computed from, written
whole or not at all, and only ever saves time: a damaged or missing one is computed again.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from samarkand.engines.routing import Legs

UNREACHED = np.iinfo(np.int32).max


def cache_folder() -> Path:
    """Where this user's legs are cached; `SAMARKAND_CACHE_DIR` overrides."""
    override = os.environ.get("SAMARKAND_CACHE_DIR")
    return Path(override) if override else user_cache_path("samarkand", appauthor=False)


def stored_legs(name: str, key: str, compute: Callable[[], list[Legs]]) -> list[Legs]:
    """The legs with this key: the shipped ones if they are the same, cached ones, or computed and cached."""
    with as_file(files("samarkand.world.embedded") / f"osm_legs_{name}.npz") as shipped:
        found = _read_legs(shipped, key)
    if found is None:
        found = _read_legs(cache_folder() / f"legs-{name}-{key[:32]}.npz", key)
    if found is None:
        found = compute()
        write_legs(cache_folder() / f"legs-{name}-{key[:32]}.npz", key, found)
    return found


def pack_legs(legs: list[Legs]) -> dict[str, NDArray[np.int32]]:
    """Legs as whole thousandths of an hour and cents: the first class, and the differences to it (small, mostly 0)."""
    packed = {}
    for name, factor in (("hours", 1000.0), ("usd", 100.0)):
        stack = np.stack([getattr(part, name) for part in legs])
        # The largest number that a path can have is far below the mark for "not reached".
        whole = np.where(
            np.isfinite(stack), np.round(np.where(np.isfinite(stack), stack, 0) * factor), UNREACHED
        )
        first = whole.astype(np.int64)
        first[1:] -= first[0]
        packed[name] = first.astype(np.int32)
    return packed


def unpack_legs(packed: dict[str, NDArray[np.int32]]) -> list[Legs]:
    """The legs that `pack_legs` packed."""
    arrays = []
    for name, factor in (("hours", 1000.0), ("usd", 100.0)):
        whole = packed[name].astype(np.int64)
        whole[1:] += whole[0]
        arrays.append(np.where(whole == UNREACHED, np.inf, whole / factor))
    return [Legs(hours, usd) for hours, usd in zip(*arrays, strict=True)]


def write_legs(path: Path, key: str, legs: list[Legs]) -> None:
    """Write legs with the key they were computed from, whole or not at all."""
    write_archive(path, {"key": np.array(key), **pack_legs(legs)})


def _read_legs(path: Path, key: str) -> list[Legs] | None:
    content = read_archive(path)
    if content is None or str(content["key"]) != key:
        return None
    return unpack_legs({name: content[name].astype(np.int32) for name in ("hours", "usd")})


def read_archive(path: Path) -> dict[str, NDArray[Any]] | None:
    """The arrays of a file, None where it is missing or damaged: they are then computed again."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        return None  # not there, or damaged: it is computed again


def write_archive(path: Path, content: dict[str, NDArray[Any]], compress: bool = True) -> None:
    """Write arrays whole or not at all; a folder that cannot be written costs time at the next question, no more."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as stream:
            save: Callable[..., None] = np.savez_compressed if compress else np.savez
            save(stream, **content)
        os.chmod(temporary, 0o644)  # as any file; mkstemp's are the owner's alone
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
