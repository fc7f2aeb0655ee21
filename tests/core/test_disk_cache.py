"""What goes from the cache on disk when there is too much."""

import os
from pathlib import Path

import pytest

from samarkand.core.disk_cache import MOST_SMALL, SMALL, forget_oldest


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path))
    return tmp_path


def put(folder: Path, name: str, size: int, used: int) -> None:
    """An entry of a size in bytes; every third is a folder, as prepared freight is."""
    path = folder / name
    if used % 3 == 0:
        path.mkdir()
        (path / "content").write_bytes(b"0" * size)
    else:
        path.write_bytes(b"0" * size)
    os.utime(path, (used, used))


def test_small_entries_never_drive_out_large_ones(folder: Path) -> None:
    """Three large ones, used first, of which two may stay; then more small ones than may be kept."""
    for used in range(3):
        put(folder, f"legs-large-{used}", SMALL, used)
    for used in range(3, 3 + MOST_SMALL + 5):
        put(folder, f"legs-small-{used:03d}", 10, used)
    put(folder, "other", 10, 1)
    forget_oldest("legs-*", 2)
    kept = sorted(path.name for path in folder.iterdir())
    small = [f"legs-small-{used:03d}" for used in range(8, 3 + MOST_SMALL + 5)]
    assert kept == ["legs-large-1", "legs-large-2", *small, "other"]


def test_nothing_is_there_to_be_forgotten(folder: Path) -> None:
    forget_oldest("legs-*", 2)
    assert not list(folder.iterdir())
