"""Whatever is written is there whole or not at all; errors of the disk are faults; leftovers go, beside the living."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from samarkand.core import durable
from samarkand.core.durable import new_file, new_files, new_folder
from samarkand.core.faults import Fault, Faults
from samarkand.core.scratch import NEW, sweep
from samarkand.core.workbook_saving import workbook_bytes
from samarkand.core.write_faults import check_place
from stopping import Stopped, each_step, steps_of


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write_one(folder: Path, text: str) -> None:
    with new_file(folder / "one.txt") as made:
        made.write_text(text)


def write_several(folder: Path, text: str) -> None:
    with new_files(folder) as made:
        for name in ("a.txt", "b.txt", "c.txt"):
            (made / name).write_text(text)


def write_folder(folder: Path, text: str) -> None:
    with new_folder(folder / "tables") as made:
        for name in ("a.txt", "b.txt"):
            (made / name).write_text(text)


WAYS: list[Callable[[Path, str], None]] = [write_one, write_several, write_folder]


def content(folder: Path) -> dict[str, str]:
    """What is in a folder by path; scratch folders are named with what is in them."""
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("way", WAYS)
def test_what_is_written_is_there_and_nothing_else(tmp_path: Path, way) -> None:
    way(tmp_path, "new")
    assert set(content(tmp_path).values()) == {"new"}
    assert not list(tmp_path.glob(f"{NEW}*"))


@pytest.mark.parametrize("way", [write_one, write_several])
def test_files_of_others_stay_and_old_ones_are_replaced(tmp_path: Path, way) -> None:
    (tmp_path / "notes").write_text("mine")
    way(tmp_path, "old")
    way(tmp_path, "new")
    found = content(tmp_path)
    assert found.pop("notes") == "mine"
    assert set(found.values()) == {"new"}


@pytest.mark.parametrize("way", WAYS)
def test_a_block_that_fails_leaves_all_as_it_was(tmp_path: Path, way, monkeypatch) -> None:
    (tmp_path / "one.txt").write_text("old")
    (tmp_path / "a.txt").write_text("old")
    before = content(tmp_path)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", interrupt)
    with pytest.raises(KeyboardInterrupt):
        way(tmp_path, "new")
    assert content(tmp_path) == before
    assert names(tmp_path) == ["a.txt", "one.txt"]


@pytest.mark.parametrize("way", WAYS)
def test_a_kill_at_any_step_loses_nothing_and_the_next_write_tidies_up(tmp_path: Path, way) -> None:
    """At each step: every file is the old or the new one, whole; afterwards all are new, and nothing is left over."""
    folder = tmp_path / "out"
    folder.mkdir()
    expected = {write_one: 1, write_several: 3, write_folder: 2}[way]
    has_old = way is not write_folder  # a folder of tables is new
    if has_old:
        way(folder, "old")
    stopped = 0
    for _, ended in each_step(lambda: way(folder, "new")):
        shown = {name: text for name, text in content(folder).items() if not name.startswith(NEW)}
        assert set(shown.values()) <= ({"new"} if ended else {"old", "new"})
        assert len(shown) == expected or (not has_old and not ended and not shown)
        stopped += not ended
        if not has_old:
            shutil.rmtree(folder / "tables", ignore_errors=True)
        way(folder, "old")
        assert set(content(folder).values()) == {"old"}
        assert not list(folder.glob(f"{NEW}*"))
        if not has_old:
            shutil.rmtree(folder / "tables")
    assert stopped >= 4  # there were steps at which to stop


def test_files_that_were_on_their_way_arrive_with_the_next_write(tmp_path: Path, monkeypatch) -> None:
    """Stopped after the first of three moves: the next write, of another file, moves the other two."""
    write_several(tmp_path, "old")
    with pytest.MonkeyPatch.context() as patch:
        done = steps_of(patch, 10**6)
        write_several(tmp_path, "old")
    first_move = done.index("replace")
    write_several(tmp_path, "old")
    with pytest.MonkeyPatch.context() as patch:
        steps_of(patch, first_move + 1)
        with pytest.raises(Stopped):
            write_several(tmp_path, "new")
    shown = [(tmp_path / f"{name}.txt").read_text() for name in "abc"]
    assert shown == ["new", "old", "old"]
    with new_files(tmp_path) as made:
        (made / "d.txt").write_text("new")
    assert content(tmp_path) == dict.fromkeys(("a.txt", "b.txt", "c.txt", "d.txt"), "new")


def faults_of(step: Callable[[], None]) -> tuple[Fault, ...]:
    """The faults that a step raises; none where it comes to its end."""
    try:
        step()
    except Faults as error:
        return error.faults
    return ()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EIO, "the disk fails"),
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "cannot be written"),
    ],
)
def test_each_error_of_forcing_is_a_fault_and_loses_nothing(
    tmp_path: Path, way, number: int, words: str
) -> None:
    """The call that forces to the disk fails, the first time, the second and so on: told, and files are old or new."""
    failed = 0
    for turn in range(100):
        folder = tmp_path / f"turn {turn}"
        folder.mkdir()
        if way is not write_folder:
            way(folder, "old")
        called = 0

        def fsync(_number: int, turn: int = turn) -> None:
            nonlocal called
            called += 1
            if called == turn + 1:
                raise OSError(number, os.strerror(number))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "fsync", fsync)
            patch.setattr(durable, "run_all", lambda task, parts: [task(part) for part in parts])
            if sys.platform == "darwin":
                patch.setattr(durable, "_force", fsync)
            told = faults_of(lambda folder=folder: way(folder, "new"))
        if not told:
            break
        failed += 1
        assert words in told[0].reason
        assert all(fault.place and fault.reason and fault.mend for fault in told)
        found = content(folder)
        assert set(found.values()) <= {"old", "new"}
        assert not list(folder.glob(f"{NEW}*"))
    assert failed >= 2
    assert set(content(folder).values()) == {"new"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_what_is_no_regular_file_is_not_replaced(tmp_path: Path) -> None:
    """As `/dev/stdout`, which root could replace."""
    os.mkfifo(tmp_path / "one.txt")
    with pytest.raises(Faults, match="is not a regular file"):
        write_one(tmp_path, "new")
    assert (tmp_path / "one.txt").is_fifo()


def test_a_link_keeps_leading_where_it_leads(tmp_path: Path) -> None:
    real = tmp_path / "real.txt"
    real.write_text("old")
    real.chmod(0o600)
    link = tmp_path / "one.txt"
    link.symlink_to(real)
    write_one(tmp_path, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert real.stat().st_mode & 0o777 == 0o600


HOLDER = """
import sys
from pathlib import Path
from samarkand.core.scratch import Scratch
made = Scratch(Path(sys.argv[1]))
(made.folder / "half").write_text("half")
print(made.folder.name, flush=True)
sys.stdin.readline()
"""


def test_leftovers_go_and_what_a_living_process_writes_stays(tmp_path: Path) -> None:
    """The same folder before and after its process is killed."""
    own = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(own, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        (tmp_path / f"{NEW}notours").mkdir()  # not of the length that is ours
        sweep(tmp_path)
        write_one(tmp_path, "new")
        assert names(tmp_path) == sorted([name, f"{NEW}notours", "one.txt"])
        process.kill()
        process.wait()
    sweep(tmp_path)
    assert names(tmp_path) == sorted([f"{NEW}notours", "one.txt"])


def test_a_place_is_tried_before_a_long_run(tmp_path: Path) -> None:
    check_place(tmp_path / "deep" / "er", "--out", 1000)
    assert names(tmp_path) == []
    with pytest.raises(Faults, match=r"--out: needs some 1,000,000,000 MB, and .* MB are free.*Make room"):
        check_place(tmp_path, "--out", 10**15)
    (tmp_path / "file").write_text("")
    with pytest.raises(Faults, match="is a file"):
        check_place(tmp_path / "file" / "deep", "--out", 0)


def test_a_place_that_refuses_is_told(tmp_path: Path, monkeypatch) -> None:
    """As a read-only file system, which refuses root too."""
    monkeypatch.setattr(os, "access", lambda path, _mode: path != tmp_path)
    with pytest.raises(Faults, match=r"--out: cannot be written \(.* refuses\)\. Give yourself"):
        check_place(tmp_path / "deep", "--out", 0)


def test_a_temporary_folder_without_room_is_named(monkeypatch) -> None:
    """A workbook's sheets pass through it, whoever packs them."""
    from openpyxl import Workbook

    class SerialisationError(Exception):
        """As lxml's."""

    SerialisationError.__module__ = "lxml.etree"
    for error in (OSError(errno.ENOSPC, "No space left on device"), SerialisationError("IO_ENOSPC")):

        def fail(*_words: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(Workbook, "save", fail)
        with pytest.raises(Faults, match=r"the temporary folder cannot be written \(.*\)\. Make room there"):
            workbook_bytes(Workbook())
    monkeypatch.setattr(Workbook, "save", lambda *_words: {}["a slip"])
    with pytest.raises(KeyError):
        workbook_bytes(Workbook())
