"""Where this user's legs and prepared baselines are cached: none are shipped.

An entry is named by the content hash of what it was computed from, written whole or not at all, and only ever saves
time: a damaged or missing one is computed again. The least recently used entries go when there are too many.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from samarkand.engines.routing import Legs

MOST_KEPT = 2  # legs by road are 130 MB at 1,000 cities
SMALL, MOST_SMALL = 1_000_000, 64  # bytes; entries of small networks, which are counted by themselves


def cache_folder() -> Path:
    """The folder of this user; `SAMARKAND_CACHE_DIR` overrides."""
    override = os.environ.get("SAMARKAND_CACHE_DIR")
    return Path(override) if override else user_cache_path("samarkand", appauthor=False)


def stored_legs(name: str, key: str, compute: Callable[[], list[Legs]]) -> list[Legs]:
    """The legs with this key by class: cached, or computed now and cached."""
    path = cache_folder() / f"legs-{name}-{key[:32]}.npz"
    content = read_archive(path)
    if content is not None and str(content["key"]) == key:
        return [Legs(hours, usd) for hours, usd in zip(content["hours"], content["usd"], strict=True)]
    legs = compute()
    hours, usd = np.stack([part.hours for part in legs]), np.stack([part.usd for part in legs])
    write_archive(path, {"key": np.array(key), "hours": hours, "usd": usd})
    forget_oldest(f"legs-{name}-*", MOST_KEPT)
    return legs


def read_archive(path: Path) -> dict[str, NDArray[Any]] | None:
    """The arrays of a file, None where it is missing or damaged: they are then computed again."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            found = {name: archive[name] for name in archive.files}
        os.utime(path)
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        return None
    return found


def write_archive(path: Path, content: dict[str, NDArray[Any]]) -> None:
    """Write arrays whole or not at all; where the folder cannot be written, they are computed again next time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, **content)  # type: ignore[arg-type, unused-ignore]
        os.chmod(temporary, 0o644)  # as any file; mkstemp's are the owner's alone
        os.replace(temporary, path)
    except OSError:  # a full disk
        Path(temporary).unlink(missing_ok=True)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def forget_oldest(pattern: str, most: int) -> None:
    """Delete all but the entries of a pattern that were used last: `most` of the large ones, MOST_SMALL of the small.

    A small network is computed in no time: what is kept of it never drives out what took minutes.
    """

    def last_used(entry: Path) -> float:
        try:
            return entry.stat().st_mtime
        except OSError:
            return 0.0

    entries = sorted(cache_folder().glob(pattern), key=last_used, reverse=True)
    small = [entry for entry in entries if _size(entry) < SMALL]
    large = [entry for entry in entries if entry not in small]
    for entry in (*large[most:], *small[MOST_SMALL:]):
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def _size(entry: Path) -> int:
    """Bytes of a file, or of those in a folder; what has gone meanwhile has none."""
    try:
        return sum(file.stat().st_size for file in (entry.iterdir() if entry.is_dir() else (entry,)))
    except OSError:
        return 0
