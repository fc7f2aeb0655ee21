"""The store of worlds: replacing is one step, whatever stops it; leftovers go; a damaged world is named."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from samarkand.core.faults import Faults
from samarkand.world import store as worlds
from samarkand.world.importers import import_world
from stopping import each_step

import file_samples as samples  # isort: skip


def write_world(text: str, name: str = "mine", overwrite: bool = True) -> None:
    """A world of one file."""
    with worlds.new_folder(name, overwrite=overwrite) as folder:
        (folder / "facts.parquet").write_text(text)
        files = {"facts.parquet": worlds.file_entry(folder / "facts.parquet")}
        (folder / worlds.MANIFEST).write_text(json.dumps({"name": name, "files": files, "layers": []}))


def kept() -> dict[str, str]:
    """The content of each world; raises where a file is not as its manifest says."""
    found = {}
    for world in worlds.list_worlds():
        (file,) = world.manifest["files"]
        assert worlds.file_entry(world.folder / file) == world.manifest["files"][file]
        found[world.name] = (world.folder / file).read_text()
    return found


def all_files(store: Path) -> int:
    return sum(path.is_file() for path in store.rglob("*") if path.name != ".lock")


def of_first_layout(store: Path, folder: str, text: str, name: str = "mine") -> Path:
    """A world as former versions wrote it: its files beside the manifest."""
    home = store / "worlds" / folder
    home.mkdir(parents=True)
    (home / "facts.parquet").write_text(text)
    files = {"facts.parquet": worlds.file_entry(home / "facts.parquet")}
    (home / worlds.MANIFEST).write_text(json.dumps({"name": name, "files": files, "layers": []}))
    return home


@pytest.mark.parametrize("first", ["none", "of this layout", "of the first layout"])
def test_a_kill_at_any_step_leaves_the_old_world_or_the_new(store: Path, first: str) -> None:
    """Whole, and listed; the next import succeeds, and of all that was begun nothing is left."""
    if first == "of the first layout":
        of_first_layout(store, "mine", "old")
    elif first == "of this layout":
        write_world("old")
    before = kept()
    stopped = 0
    for _, ended in each_step(lambda: write_world("new")):
        stopped += not ended
        found = kept()
        assert found in (before, {"mine": "new"})
        assert all_files(store) == 2 * len(found)  # listing the worlds has tidied up
        if ended:
            assert found == {"mine": "new"}
        if found != before:
            worlds.remove_world("mine")
            assert not list((store / "worlds").iterdir())
            if first == "of the first layout":
                of_first_layout(store, "mine", "old")
            elif first == "of this layout":
                write_world("old")
    assert stopped >= 6


def test_what_a_living_process_writes_stays(store: Path) -> None:
    """While one world is being written, others are listed, replaced and removed."""
    with worlds.new_folder("mine") as folder:
        (folder / "facts.parquet").write_text("half")
        write_world("other", "other")
        assert kept() == {"other": "other"}
        worlds.remove_world("other")
        assert kept() == {}
        assert (folder / "facts.parquet").read_text() == "half"
        files = {"facts.parquet": worlds.file_entry(folder / "facts.parquet")}
        (folder / worlds.MANIFEST).write_text(json.dumps({"name": "mine", "files": files, "layers": []}))
    assert kept() == {"mine": "half"}


def test_of_two_that_write_one_world_the_last_stays(store: Path) -> None:
    """The second is whole before the first; without leave to replace, the first is told."""
    with worlds.new_folder("mine", overwrite=True) as folder:
        write_world("second")
        assert kept() == {"mine": "second"}
        (folder / "facts.parquet").write_text("first")
        files = {"facts.parquet": worlds.file_entry(folder / "facts.parquet")}
        (folder / worlds.MANIFEST).write_text(json.dumps({"name": "mine", "files": files, "layers": []}))
    assert kept() == {"mine": "first"}
    assert all_files(store) == 2
    with pytest.raises(Faults, match="there already"), worlds.new_folder("mine") as folder:
        pytest.fail("not to be begun")
    worlds.remove_world("mine")
    with pytest.raises(Faults, match="there already"), worlds.new_folder("mine"):
        write_world("quicker")
    assert kept() == {"mine": "quicker"}
    assert all_files(store) == 2


def test_what_kills_of_former_versions_left_is_never_a_world(store: Path) -> None:
    """A world put aside comes back where nothing took its place; what was begun goes after an hour."""
    left = [
        of_first_layout(store, ".new-abcd1234-old", "old"),
        of_first_layout(store, ".new-abcd1234", "begun"),
        of_first_layout(store, ".new-other123-old", "replaced", "other"),
        of_first_layout(store, "other", "other", "other"),
    ]
    assert kept() == {"mine": "old", "other": "other"}
    assert left[1].exists()
    for path in (left[1], left[2]):
        os.utime(path, (time.time() - 4000.0,) * 2)
    assert kept() == {"mine": "old", "other": "other"}
    assert sorted(path.name for path in (store / "worlds").iterdir()) == ["mine", "other"]


@pytest.mark.parametrize("content", ["", "\0" * 100, "[]", '{"name": "mine"}'])
def test_a_world_with_a_damaged_manifest_is_named_and_nothing_of_it_goes(store: Path, content: str) -> None:
    write_world("old")
    (store / "worlds" / "mine" / worlds.MANIFEST).write_text(content)
    before = all_files(store)
    with pytest.raises(Faults, match=r"world mine: manifest.json is damaged.*world remove mine"):
        worlds.open_world("mine")
    assert all_files(store) == before
    with pytest.raises(Faults, match="there already"):
        write_world("new", overwrite=False)
    write_world("new")
    assert kept() == {"mine": "new"}
    (store / "worlds" / "mine" / worlds.MANIFEST).write_text(content)
    worlds.remove_world("mine")
    assert not list((store / "worlds").iterdir())


def test_a_disk_without_room_is_told_before_a_file_is_read(store: Path, tmp_path: Path, monkeypatch) -> None:
    """Accounts of the embedded world take some 110 MB."""
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=50_000_000))
    path = tmp_path / "2022.csv"
    path.write_text("never read")
    with pytest.raises(Faults, match=r"needs some 11\d MB, and 50.0 MB are free"):
        import_world("icio", [path], name="mine")
    assert not store.exists() or not list((store / "worlds").iterdir())
    small = samples.wits(tmp_path / "wits.csv")
    assert import_world("tariffs", [small], name="mine").name == "mine"


def test_a_base_that_was_replaced_meanwhile_is_told(store: Path, tmp_path: Path, monkeypatch) -> None:
    """Its manifest was read before, its files would be copied after."""
    first = samples.wits(tmp_path / "first.csv")
    import_world("tariffs", [first], name="base")
    opened = worlds.open_world("base")
    second = samples.wits(tmp_path / "second.csv", samples.WITS_ROWS[:6])
    import_world("tariffs", [second], name="base", overwrite=True)
    figures = samples.wdi_bulk(tmp_path / "wdi.csv", [("Kazakhstan", "KAZ", "SP.POP.TOTL", "1", "20330104")])
    with monkeypatch.context() as patch:
        patch.setattr(worlds, "open_world", lambda _name: opened)
        with pytest.raises(Faults, match=r"--base base: was replaced meanwhile\. Import again"):
            import_world("wdi", [figures], name="new", base="base")
    assert [world.name for world in worlds.list_worlds()] == ["base"]
