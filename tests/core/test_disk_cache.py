"""The cache on disk: every byte as it was written or computed again, within its bounds, beside other processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import samarkand as sk
from samarkand.core import disk_cache
from samarkand.core.disk_cache import ENDING, MOST_SMALL, SMALL, forget_oldest, load_entry, save_entry
from samarkand.core.scratch import NEW
from samarkand.session import Session
from toy import make_toy_world, toy_programme

KEY, OTHER = "0" * 64, "0" * 32 + "1" * 32  # of one file name: the whole key is in the file
DAY = 86_400.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(folder))
    return folder


def some_arrays() -> dict[str, np.ndarray]:
    """Arrays of all kinds that are kept: several chunks, columns together, flags, one number, nothing."""
    chance = np.random.default_rng(1)
    return {
        "long": chance.random(700_000),
        "columns": np.asfortranarray(chance.random((30, 40))),
        "flags": chance.random((5, 7)) < 0.5,
        "number": np.array(7, np.int32),
        "none": np.empty((0, 3)),
    }


@pytest.mark.parametrize("mapped", [False, True])
def test_what_is_kept_comes_back_as_it_lay_in_memory(folder: Path, mapped: bool) -> None:
    save_entry("some", KEY, some_arrays(), 2)
    found = load_entry("some", KEY, mapped=mapped)
    assert found is not None
    assert list(found) == list(some_arrays())
    for name, array in some_arrays().items():
        np.testing.assert_array_equal(found[name], array, strict=True)
        assert found[name].strides == array.strides
        assert found[name].flags.writeable == (not mapped or array.size == 0)
    assert [path.name for path in folder.iterdir()] == [f"some-{KEY[:32]}{ENDING}"]


def test_an_entry_of_another_key_is_not_taken(folder: Path) -> None:
    save_entry("some", KEY, some_arrays(), 2)
    assert load_entry("some", OTHER) is None
    assert load_entry("some", KEY) is not None


def zeroed(content: bytes, at: int) -> bytes:
    """A block of 512 bytes, as a disk loses it."""
    return content[:at] + bytes(len(content[at : at + 512])) + content[at + 512 :]


def test_no_block_can_be_lost_without_notice(folder: Path) -> None:
    """Each block of 512 bytes in turn made zero, or exchanged with another; the file cut at each, and made longer."""
    chance = np.random.default_rng(2)
    arrays = {"values": chance.random(1500), "steps": np.arange(1, 500)}
    save_entry("some", KEY, arrays, 2)
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    last = whole[-512:]
    for at in range(0, len(whole), 512):
        swapped = whole[:at] + last + whole[at + 512 : -512] + whole[at : at + 512]
        for content in (zeroed(whole, at), whole[:at], swapped):
            path.write_bytes(content)
            if content != whole:
                assert load_entry("some", KEY) is None
                assert load_entry("some", KEY, mapped=True) is None
    for content in (whole + b"0", b"", b"damaged", whole[:20]):
        path.write_bytes(content)
        assert load_entry("some", KEY) is None
    path.write_bytes(whole)
    assert load_entry("some", KEY) is not None


def damage_zeroed(paths: list[Path]) -> None:
    for path in paths:
        content = path.read_bytes()
        path.write_bytes(zeroed(content, len(content) // 2 // 512 * 512))


def damage_cut(paths: list[Path]) -> None:
    for path in paths:
        os.truncate(path, path.stat().st_size // 2)


def damage_swapped(paths: list[Path]) -> None:
    """Each file has the content of the next."""
    contents = [path.read_bytes() for path in paths]
    for path, content in zip(paths, [*contents[1:], contents[0]], strict=True):
        path.write_bytes(content)


@pytest.mark.parametrize("damage", [damage_zeroed, damage_cut, damage_swapped])
def test_a_damaged_cache_changes_no_bit_of_a_result(folder: Path, damage) -> None:
    """All files of the cache damaged at once; what is computed again is kept again, and whole."""

    def table():
        world = make_toy_world()
        return sk.appraise(toy_programme(world), world, years=(2035,), session=Session()).to_dataframe()

    first = table()
    entries = sorted(folder.glob(f"*{ENDING}"))
    kinds = {path.name.split("-")[0] for path in entries}
    assert {"legs", "ends", "freight", "chains", "passages"} <= kinds
    before = [path.read_bytes() for path in entries]
    damage(entries)
    again = table()
    assert first.equals(again)
    assert [path.read_bytes() for path in entries] == before
    assert table().equals(first)


WRITER = """
import sys
import numpy as np
from samarkand.core.disk_cache import load_entry, save_entry
for turn in range(150):
    save_entry("some", "0" * 64, {"values": np.full(40_000, int(sys.argv[1]))}, 2)
    found = load_entry("some", "0" * 64)
    assert found is not None and len(set(found["values"].tolist())) == 1, found
"""


def test_two_processes_write_and_read_one_entry(folder: Path) -> None:
    """Whichever is read, it is one of them whole; and nothing but the entry is left."""
    started = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(number)], stderr=subprocess.PIPE, text=True)
        for number in (1, 2)
    ]
    for process in started:
        _, told = process.communicate(timeout=60)
        assert process.returncode == 0, told
    assert [path.name for path in folder.iterdir()] == [f"some-{KEY[:32]}{ENDING}"]


def test_a_folder_that_cannot_be_written_costs_time_alone(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path / "file"))
    save_entry("some", KEY, some_arrays(), 2)
    assert load_entry("some", KEY) is None


# -- bounds


def put(folder: Path, name: str, size: int, used: float) -> None:
    """An entry of a size in bytes, last used so many seconds ago; or a folder, as a former format had them."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    if name.endswith(ENDING) or "." in name:
        path.write_bytes(b"0" * size)
    else:
        path.mkdir()
        (path / "content").write_bytes(b"0" * size)
    then = time.time() - used
    os.utime(path, (then, then))


def name(kind: str, number: int) -> str:
    return f"{kind}-{number:032x}{ENDING}"


def test_small_entries_never_drive_out_large_ones(folder: Path) -> None:
    """Three large ones, used first, of which two may stay; then more small ones than may be kept."""
    most = MOST_SMALL + 5
    for number in range(3):
        put(folder, name("legs", number), SMALL, 1000.0 - number)
    for number in range(3, 3 + most):
        put(folder, name("legs", number), 10, 900.0 - number)
    put(folder, name("legs-more", 1), SMALL, 2000.0)
    put(folder, "other", 10, 1.0)
    forget_oldest("legs", 2)
    kept = sorted(path.name for path in folder.iterdir())
    small = [name("legs", number) for number in range(8, 3 + most)]
    assert kept == sorted([name("legs", 1), name("legs", 2), *small, name("legs-more", 1), "other"])


def test_what_nobody_used_for_long_goes_whatever_its_kind(folder: Path) -> None:
    put(folder, name("legs", 1), 10, (disk_cache.OLDEST + 1) * DAY)
    put(folder, name("legs", 2), 10, (disk_cache.OLDEST - 1) * DAY)
    put(folder, name("chains", 1), 10, (disk_cache.OLDEST + 1) * DAY)
    put(folder, "notes.txt", 10, 1000 * DAY)
    forget_oldest("passages", 2)
    assert sorted(path.name for path in folder.iterdir()) == [name("legs", 2), "notes.txt"]


def test_the_whole_is_bounded_and_what_was_used_last_stays(folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(disk_cache, "LARGEST", 2500)
    for number in range(6):
        put(folder, name("legs", number), 700, 600.0 - number)
    forget_oldest("passages", 2)
    assert sorted(path.name for path in folder.iterdir()) == [name("legs", number) for number in (3, 4, 5)]


def test_entries_of_former_formats_go(folder: Path) -> None:
    """After a day: a process of a former version may be at work."""
    former = ("legs-road-" + "0" * 32 + ".npz", "freight-" + "1" * 32, ".part-abcd1234", "tmpabcd1234.part")
    for one in former:
        put(folder, one, 10, 2 * DAY)
    put(folder, "freight-" + "2" * 32, 10, 0.5 * DAY)
    put(folder, name("legs", 1), 10, 2 * DAY)
    forget_oldest("legs", 2)
    assert sorted(path.name for path in folder.iterdir()) == ["freight-" + "2" * 32, name("legs", 1)]


def test_what_a_killed_process_left_goes_with_the_next_entry(folder: Path) -> None:
    left = folder / f"{NEW}abcd1234"
    left.mkdir(parents=True)
    (left / "some").write_bytes(b"half")
    save_entry("some", KEY, some_arrays(), 2)
    assert [path.name for path in folder.iterdir()] == [f"some-{KEY[:32]}{ENDING}"]
