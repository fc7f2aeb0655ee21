"""Scratch folders: where files are written before they take their place, each its writer's while that process lives.

The writer holds a lock on a file in the folder. The system lets go of it when the process ends, however it ends, on any
machine and in any container: whoever can take the lock has found a leftover. A number of a process would not do: it is
used again, and means nothing beyond a container.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = ".lock"
NEW = ".samarkand-new-"  # prefix of scratch folders
ABANDONED = 86_400.0  # seconds after which a folder goes where the file system knows no locks


class Scratch:
    """A new folder in `parent` that nobody removes while this process holds it."""

    def __init__(self, parent: Path, prefix: str = NEW) -> None:
        while True:
            parent.mkdir(parents=True, exist_ok=True)
            try:
                self.folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
            except FileNotFoundError:
                continue  # another process removed the empty parent
            try:
                self._lock = _open(self.folder)
            except FileNotFoundError:
                continue  # another process took the folder for a leftover before it was locked
            except OSError:
                self.folder.rmdir()
                raise
            if _take(self._lock) is not False and os.fstat(self._lock).st_nlink:
                break
            os.close(self._lock)
        self.folder.chmod(0o755)  # as any folder; mkdtemp's are the owner's alone

    def keep(self) -> None:
        """Let go of the folder and leave it: it has taken its place."""
        os.close(self._lock)

    def remove(self) -> None:
        """Let go of the folder and remove it."""
        os.close(self._lock)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def scratch_in(parent: Path) -> Iterator[Path]:
    """A scratch folder that goes when the block ends; leftovers beside it go first."""
    sweep(parent)
    made = Scratch(parent)
    try:
        yield made.folder
    finally:
        made.remove()


def sweep(
    parent: Path,
    prefix: str = NEW,
    *,
    is_wanted: Callable[[Path], bool] = lambda _folder: False,
    finish: Callable[[Path], None] = lambda _folder: None,
) -> None:
    """Remove what killed processes left in `parent`; what a living one writes stays.

    `is_wanted` is asked while the lock is held, so that a folder that took its place a moment ago stays; `finish` does
    what the killed process had begun and must be done to the end. What may not be removed stays without a word.
    """
    pattern = re.compile(re.escape(prefix) + "[a-z0-9_]{8}")  # as tempfile names them
    try:
        found = [path for path in parent.iterdir() if pattern.fullmatch(path.name) and path.is_dir()]
    except OSError:
        return
    for folder in found:
        if is_wanted(folder):
            continue
        try:
            lock = _open(folder)
        except OSError:
            continue
        try:
            taken = _take(lock)
            if taken is False or (taken is None and _age(folder) < ABANDONED) or is_wanted(folder):
                continue
            finish(folder)
        except OSError:
            continue
        finally:
            os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


def _open(folder: Path) -> int:
    return os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)


def _age(folder: Path) -> float:
    return time.time() - folder.stat().st_mtime


if sys.platform == "win32":
    import msvcrt

    def _take(lock: int) -> bool | None:
        try:
            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            return False if error.errno in (errno.EACCES, errno.EDEADLK) else None
        return True

else:
    import fcntl

    def _take(lock: int) -> bool | None:
        """Whether the lock was free and is ours now; None where the file system knows no locks."""
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return None
        return True
