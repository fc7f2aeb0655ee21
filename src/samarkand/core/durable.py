"""Durable writing: whenever a process is killed or the power fails, what was there is still there whole, or the new is.

Whatever is written goes into a scratch folder beside its target (`core.scratch`), is forced to the disk, and takes its
place in one atomic step, a rename of one name. Renames of one file over another are atomic on Linux, macOS and Windows;
swaps of two folders are not to be had everywhere. So there are three ways:

    new_file(path)       one file over another: one rename
    new_folder(target)   a folder that is not there yet or is empty: one rename
    new_files(folder)    several files into a folder that may hold others of the user's. They are whole and on the disk
                         before the first is moved; a kill between two moves leaves some old and some new, each whole,
                         and the next write into that folder moves the rest.

A folder that replaces another (a world) needs a pointer: see `world.store`. Errors of the system become `Faults`.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from samarkand.core.faults import Fault, Faults
from samarkand.core.scratch import Scratch, scratch_in, sweep
from samarkand.core.write_faults import writing_faults
from samarkand.engines.threads import run_all

_STAGED, _WHOLE = "staged", "whole"  # folders in a scratch folder: files being written, files to be moved


@contextmanager
def new_file(path: Path, place: str = "") -> Iterator[Path]:
    """A path to write a file to; it takes the place of `path` when the block ends, and vanishes when it fails.

    A link keeps leading where it leads, a file that is replaced keeps its rights. Raises `Faults` at `place`.
    """
    place = place or str(path)
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        raise Faults([Fault(place, "is not a regular file", "Name another file.")])
    with writing_faults(place):
        if not path.parent.is_dir():  # none is made: a slip in a path would hide the file
            raise FileNotFoundError(errno.ENOENT, "its folder does not exist", str(path.parent))
        with scratch_in(path.parent) as scratch:
            made = scratch / path.name
            yield made
            if path.exists():
                shutil.copymode(path, made)
            sync_file(made)
            os.replace(made, path)
            sync_folder(path.parent)


@contextmanager
def new_folder(target: Path, place: str = "") -> Iterator[Path]:
    """A folder to write into; it becomes `target`, which is not there yet or empty, when the block ends.

    Raises `Faults` at `place`.
    """
    with writing_faults(place or str(target)), scratch_in(target.absolute().parent) as scratch:
        made = scratch / target.name
        made.mkdir()
        yield made
        sync_tree(made)
        if sys.platform == "win32" and target.exists():
            target.rmdir()  # elsewhere a rename takes the place of an empty folder
        os.rename(made, target)
        sync_folder(target.absolute().parent)


@contextmanager
def new_files(folder: Path, place: str = "") -> Iterator[Path]:
    """A folder to write files into; they are moved into `folder` when the block ends, over those of the same names.

    Ctrl-C waits for the moves. Raises `Faults` at `place`.
    """
    with writing_faults(place or str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder, finish=lambda left: _move_in(left / _WHOLE, folder))
        made = Scratch(folder)
        try:
            staged = made.folder / _STAGED
            staged.mkdir()
            yield staged
            sync_tree(staged)
            with _uninterrupted():
                staged.rename(
                    made.folder / _WHOLE
                )  # from here on the files are to take their place, by whomever
                sync_folder(made.folder)
                sync_folder(folder)
                _move_in(made.folder / _WHOLE, folder)
        finally:
            made.remove()


def _move_in(whole: Path, folder: Path) -> None:
    if whole.is_dir():
        for path in sorted(whole.iterdir()):
            os.replace(path, folder / path.name)
        sync_folder(folder)


def sync_tree(folder: Path) -> None:
    """Force a folder and the files in it to the disk, side by side: a disk takes several for the price of one."""
    files = [path for path in folder.iterdir() if path.is_file()]
    if files:
        run_all(sync_file, files)
    sync_folder(folder)


def sync_file(path: Path) -> None:
    """Force a file to the disk."""
    with path.open("rb+") as stream:  # Windows forces only what is open for writing
        _force(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk. Windows has no such call: its file system keeps a journal of names."""
    if sys.platform == "win32":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        _force(number)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # file systems that force names by themselves
            raise
    finally:
        os.close(number)


def _force(number: int) -> None:
    if sys.platform == "darwin":
        import fcntl

        try:
            fcntl.fcntl(number, fcntl.F_FULLFSYNC)  # there fsync leaves the drive's own cache alone
            return
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise
    os.fsync(number)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back while finished files are moved: either all of them are new, or none."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: held.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if held:
        raise KeyboardInterrupt
