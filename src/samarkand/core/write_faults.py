"""Why something could not be written, in the user's words: a full disk, a right that is missing, a disk that fails."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from samarkand.core.faults import Fault, Faults

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)
OF_WRITING = (*_FULL, *_REFUSED, errno.EIO)


@contextmanager
def writing_faults(place: str, remedy: str = "") -> Iterator[None]:
    """Turn errors of the system in the block into `Faults` at `place`.

    `remedy` says what to do where a right is missing.
    """
    try:
        yield
    except OSError as error:
        raise Faults([fault_of(error, place, remedy)]) from error


def fault_of(error: OSError, place: str, remedy: str = "") -> Fault:
    """The fault that an error of the system is for who wanted to write to `place`."""
    word = error.strerror or str(error) or type(error).__name__
    number = error.errno
    if number in _FULL:
        return Fault(
            place, f"cannot be written, the disk is full ({word})", "Make room, or name a place elsewhere."
        )
    if number in _REFUSED:
        remedy = remedy or "Give yourself the right to write there, or name another place."
        return Fault(place, f"cannot be written ({word})", remedy)
    if number == errno.EIO:
        return Fault(
            place,
            f"cannot be written, the disk fails ({word})",
            "Check the disk, or name a place on another.",
        )
    return Fault(place, f"cannot be written ({word})", remedy or "Check the path and your rights.")


def check_place(folder: Path, place: str, room: int, remedy: str = "") -> None:
    """Raise `Faults` if `room` bytes could not be written below a folder, which may have to be made first.

    Asked, not tried: a trial that is killed would leave something in a folder that need not be ours.
    """
    nearest = folder.absolute()
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        reason = f"cannot be written ({nearest} is a file)"
        raise Faults([Fault(place, reason, remedy or "Name another folder.")])
    if not os.access(nearest, os.W_OK | os.X_OK):
        remedy = remedy or "Give yourself the right to write there, or name another place."
        raise Faults([Fault(place, f"cannot be written ({nearest} refuses)", remedy)])
    free = shutil.disk_usage(nearest).free
    if free < room:
        reason = f"needs some {room / 1e6:,.0f} MB, and {free / 1e6:,.1f} MB are free in {nearest}"
        raise Faults([Fault(place, reason, "Make room, or name a place elsewhere.")])
