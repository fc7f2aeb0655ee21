"""Prepared baselines on disk: a folder of .npy files by content hash, whole or not at all, read as memory maps."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samarkand.core.disk_cache import cache_folder, forget_oldest

MOST_KEPT = 3  # of some 300 MB each at 1,000 cities
PREFIX = "freight-"


def load_arrays(key: str) -> dict[str, NDArray[Any]] | None:
    """The arrays kept under a key, as read-only memory maps; None where they are not there or damaged."""
    folder = cache_folder() / f"{PREFIX}{key[:32]}"
    try:
        names = (folder / "names").read_text(encoding="utf-8").split()
        found = {name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in names}
        os.utime(folder)
    except (OSError, ValueError, EOFError):
        return None
    return {name: np.asarray(array) for name, array in found.items()}


def save_arrays(key: str, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Keep arrays under a key; where the folder cannot be written, they are computed again next time."""
    root = cache_folder()
    folder = root / f"{PREFIX}{key[:32]}"
    try:
        root.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=root, prefix=".part-"))
    except OSError:
        return
    try:
        for name, array in arrays.items():
            np.save(temporary / f"{name}.npy", array, allow_pickle=False)
        (temporary / "names").write_text("\n".join(arrays), encoding="utf-8")
        temporary.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)  # a damaged one, or another process's of the same content
        os.replace(temporary, folder)
    except OSError:
        pass
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    forget_oldest(f"{PREFIX}*", MOST_KEPT)
