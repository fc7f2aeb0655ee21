"""Killed at any moment: what was acknowledged is there whole, the next run succeeds, nothing is left over.

Operations in the toy world are killed at system calls drawn at random, counted by strace, or at random times where
the machine has none. Then the disk fails: EIO where a file is forced to it, ENOSPC where it is written. One of ten
cases in `make test`, all by `make soak`.
"""

from __future__ import annotations

import json
import os
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from soaking import cases

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot copy a process"),
]
HERE = Path(__file__).parent
KILLS, FAILURES = 60, 30
# What each operation begins with.
BEGINS = {
    "import": "first",
    "replace": "first",
    "replace network": "first",
    "remove": "first",
    "appraise": "",
    "export": "export",
}
CHANGING = "openat,write,pwrite64,rename,renameat,renameat2,mkdir,mkdirat,unlink,unlinkat,rmdir,fsync,ftruncate,flock"
WAIT = 300.0  # seconds for an operation, on a busy machine, with kernels to be compiled


class Server:
    """The process that does operations in copies of itself."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "operations.py"), str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ask(self, **task: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], WAIT)
        assert ready, "no answer: the operation hangs"
        return json.loads(self.process.stdout.readline())

    def do(self, operation: str, folder: Path) -> Any:
        """Do an operation to its end; what it gives."""
        self.ask(do=operation, folder=str(folder))
        answer = self.answer()
        assert answer["status"] == 0, answer
        assert "done" in answer["told"], answer["told"].get("error", answer)
        return answer["told"]["done"]

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()  # the end of its input is its end
        try:
            self.process.wait(WAIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        finally:
            assert self.process.stdout is not None
            self.process.stdout.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("server"))
    yield made
    made.stop()


class Begin:
    """A folder in which operations begin."""

    def __init__(self, server: Server, operation: str, folder: Path) -> None:
        self.folder = folder
        server.do("inputs", folder)
        if operation:
            server.do(operation, folder)
        self.look = server.do("look", folder)


class Prepared:
    """An operation, where it begins, and what a run to its end makes of it."""

    def __init__(self, server: Server, operation: str, begin: Begin, folder: Path) -> None:
        self.server, self.operation, self.begin, self.before = server, operation, begin.folder, begin.look
        whole = self.copy(folder / "whole")
        began = time.perf_counter()
        server.do(operation, whole)
        self.seconds = time.perf_counter() - began
        self.after = server.do("look", whole)
        self.calls: list[str] = []
        if shutil.which("strace"):
            self.calls = self._counted(self.copy(folder / "counted"), folder / "calls")

    def copy(self, folder: Path) -> Path:
        return Path(shutil.copytree(self.begin, folder, symlinks=True))

    def _counted(self, folder: Path, log: Path) -> list[str]:
        """The system calls of the main thread of a run, in their order, with the paths of what they act on."""
        pid = self.start(folder)
        with Tracing(pid, "-y", "-o", str(log)):
            self.server.answer()
        lines = log.read_text(errors="replace").splitlines()
        return [line.split(None, 1)[1] for line in lines if re.match(rf"{pid}\s+\w+\(", line)]

    def start(self, folder: Path) -> int:
        """Start the operation in a copy that stops itself; gives its number."""
        self.server.ask(do=self.operation, folder=str(folder), stopped=True)
        return int(self.server.answer()["pid"])


class Tracing:
    """Attach strace to a stopped process and let the process go on; strace ends with it."""

    def __init__(self, pid: int, *words: str) -> None:
        self.pid = pid
        self.process = subprocess.Popen(
            ["strace", "-f", "-p", str(pid), *words], stderr=subprocess.PIPE, text=True
        )

    def __enter__(self) -> None:
        assert self.process.stderr is not None
        told = self.process.stderr.readline()
        if "attached" not in told:
            os.kill(self.pid, signal.SIGKILL)
            self.process.wait()
            pytest.skip(f"strace may not trace here: {told.strip()}")
        os.kill(self.pid, signal.SIGCONT)

    def __exit__(self, *_: object) -> None:
        self.process.communicate(timeout=WAIT)


@pytest.fixture(scope="module")
def prepared(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Prepared]:
    """Prepared operations by name, each made once."""
    begins: dict[str, Begin] = {}
    made: dict[str, Prepared] = {}

    def find(operation: str) -> Prepared:
        first = BEGINS[operation]
        if first not in begins:
            begins[first] = Begin(server, first, tmp_path_factory.mktemp("begin"))
        if operation not in made:
            made[operation] = Prepared(server, operation, begins[first], tmp_path_factory.mktemp("operation"))
        return made[operation]

    return find


def plain(look: dict[str, Any]) -> dict[str, Any]:
    """What lies in a folder, without what differs from run to run: names that are drawn, days and locks."""

    def named(path: str) -> str:
        return re.sub(r"/files-[a-z0-9_]{8}", "/files-*", path)

    files = {named(path): content for path, content in look["files"].items() if not path.endswith("/.lock")}
    for path in files:
        if path.endswith("/manifest.json"):
            files[path] = "the world's hash stands for it"
    return {"worlds": look["worlds"], "files": files, "folders": sorted(map(named, look["folders"]))}


def check_whole(made: Prepared, folder: Path, acknowledged: bool) -> None:
    """Worlds and files are the old ones or the new, whole; then the next run succeeds and leaves what a first would."""
    found = made.server.do("look", folder)
    before, after = made.before, made.after
    assert found["worlds"] in ([after["worlds"]] if acknowledged else [before["worlds"], after["worlds"]])
    for path, content in found["files"].items():
        if path.startswith("out/") and ".samarkand-new-" not in path:
            assert content in (before["files"].get(path), after["files"].get(path)), path
    missing = {path for path in before["files"] if path.startswith("out/")} - found["files"].keys()
    assert not missing
    if acknowledged:
        assert plain(found) == plain(after)
    made.server.do(made.operation, folder)
    assert plain(made.server.do("look", folder)) == plain(after)


OPERATIONS = list(BEGINS)


@pytest.mark.parametrize("seed", cases(KILLS))
def test_killed_at_any_moment(
    seed: int, prepared: Callable[[str], Prepared], server: Server, tmp_path: Path
) -> None:
    """Each operation ten times; at any system call, or every other time at one that changes files."""
    made = prepared(OPERATIONS[seed // 10])
    chance = random.Random(seed)
    folder = made.copy(tmp_path / "killed")
    pid = made.start(folder)
    if made.calls:
        calls = "all" if seed % 2 else CHANGING
        known = CHANGING.split(",")
        count = len([call for call in made.calls if calls == "all" or call.split("(")[0] in known])
        with Tracing(pid, "-o", os.devnull, f"--inject={calls}:signal=KILL:when={chance.randint(1, count)}"):
            answer = server.answer()
    else:
        os.kill(pid, signal.SIGCONT)
        time.sleep(chance.uniform(0.0, made.seconds))
        os.kill(pid, signal.SIGKILL)
        answer = server.answer()
    assert answer["status"] in (-signal.SIGKILL, 0)
    check_whole(made, folder, acknowledged=answer["told"] is not None)


@pytest.mark.skipif(not shutil.which("strace"), reason="strace, which makes calls fail, is not installed")
@pytest.mark.parametrize("seed", cases(FAILURES))
def test_the_disk_fails_or_is_full(
    seed: int, prepared: Callable[[str], Prepared], server: Server, tmp_path: Path
) -> None:
    """One of the calls that force to the disk fails, or from one write to a file on the disk is full.

    It is told as a fault with place, reason and remedy, or it did not matter (the cache); nothing is lost.
    """
    made = prepared(OPERATIONS[seed // 5])
    chance = random.Random(seed)
    folder = made.copy(tmp_path / "failed")
    forced = sum(call.startswith("fsync(") for call in made.calls)
    writing = [call for call in made.calls if re.match(r"p?write(64)?\(", call)]
    to_files = [number for number, call in enumerate(writing, 1) if re.search(r"\(\d+</", call)]
    if seed % 2 or not to_files:
        inject, words = f"fsync:error=EIO:when={chance.randint(1, forced)}", "the disk fails"
    else:
        inject, words = f"write,pwrite64:error=ENOSPC:when={chance.choice(to_files)}+", "the disk is full"
    pid = made.start(folder)
    with Tracing(pid, "-o", os.devnull, f"--inject={inject}"):
        answer = server.answer()
    told = answer["told"]
    assert answer["status"] == 0
    assert "error" not in told, told["error"]
    if "faults" in told:
        known = (words, "the temporary folder cannot be written")
        assert any(word in reason for _, reason, _ in told["faults"] for word in known), told
        assert all(place and reason and remedy for place, reason, remedy in told["faults"])
    check_whole(made, folder, acknowledged="done" in told and made.operation != "appraise")
