"""One reading of an input within limits: what it took, and what was wrong with how it ended."""

from __future__ import annotations

import resource
import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from formats import Format

from samarkand.core.faults import Faults

SECONDS, BYTES = 10.0, 1 << 30  # of processor; above what the good input needs
MOST = 4 * BYTES  # of address space, so that a mistake does not take the machine down
LONGEST = 2500  # characters of a fault: more is a dump, not a sentence


class TooLong(BaseException):
    """Raised in what runs out of time; not an Exception, which a reader may catch."""


@contextmanager
def limits() -> Iterator[None]:
    """No more processor and address space than that."""

    def stop(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGPROF, stop)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MOST, hard))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _status(key: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(key))
    return int(line.split()[1]) << 10


def read_within_limits(made: Format, paths: list[Path]) -> tuple[int, list[str]]:
    """Bytes that a reading took at its height, and what was wrong with how it ended."""
    Path("/proc/self/clear_refs").write_text("5")  # begins the peak anew
    before, began = _status("VmRSS"), time.process_time()
    wrong: list[str] = []
    try:
        with limits():
            made.read(paths)
    except Faults as error:
        wrong += [
            told for fault in error.faults if (told := _for_nobody(fault.place, fault.reason, fault.mend))
        ]
    except TooLong:
        wrong.append(f"takes more than {SECONDS:.0f} s of processor: {traceback.format_exc()[-600:]}")
    except BaseException:
        wrong.append(traceback.format_exc())
    if (took := time.process_time() - began) > SECONDS and not wrong:
        wrong.append(f"takes {took:.0f} s of processor")
    return max(_status("VmHWM") - before, 0), wrong


def _for_nobody(*words: str) -> str:
    """Why a fault helps nobody; empty where it says place, reason and remedy in words."""
    whole = " | ".join(words)
    if not all(word.strip() for word in words):
        return f"a fault without a place, a reason or a remedy: {whole[:300]}"
    if len(whole) > LONGEST or any(mark in whole for mark in ("Traceback", " object at 0x", "<class ")):
        return f"a fault for nobody: {whole[:300]}"
    return ""
