"""What a check knows of the embedded world, kept on the disk: the same places and names, without tables' libraries."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields, replace

import numpy as np
import pytest

from samarkand.core.disk_cache import save_entry
from samarkand.programme.library import check_programme, find_programme
from samarkand.world.economies import tables
from samarkand.world.economies.tables import economy_names, load_economies
from samarkand.world.network import geography_store
from samarkand.world.network.geography import Geography, Places
from samarkand.world.network.geography_store import embedded_geography
from samarkand.world.network.tables import load_network

STORED = (embedded_geography, economy_names)
HEAVY = ("pandas", "xarray", "pyarrow", "scipy", "numba")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path))
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    """Ask the disk again, as another process does."""
    for function in STORED:
        function.cache_clear()


def assert_same(found: Geography) -> None:
    """A geography is that of the tables, to the last bit and in the same types."""
    right = load_network().geography
    for field in fields(Geography):
        one, other = getattr(found, field.name), getattr(right, field.name)
        if field.name == "nodes":
            assert one.keys() == other.keys()
            for mode in one:
                assert_same_places(one[mode], other[mode])
        elif isinstance(other, Places):
            assert_same_places(one, other)
        elif isinstance(other, np.ndarray):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)
        else:
            assert str(one) == str(other)  # with what is not a number in it


def assert_same_places(one: Places, other: Places) -> None:
    for field in fields(Places):
        mine, right = getattr(one, field.name), getattr(other, field.name)
        assert mine.dtype == right.dtype
        np.testing.assert_array_equal(mine, right)


def names_of_the_table() -> dict[str, str]:
    return {str(code): str(name) for code, name in load_economies()["name"].items()}


def test_what_was_kept_is_what_the_tables_have(folder, monkeypatch):
    assert_same(embedded_geography())
    assert dict(economy_names()) == names_of_the_table()
    assert {path.name.partition("-")[0] for path in folder.glob("*.arrays")} >= {"places", "names"}
    forget()
    monkeypatch.setattr(tables, "load_economies", lambda: pytest.fail("the table is read again"))
    names = dict(economy_names())
    monkeypatch.undo()
    assert names == names_of_the_table()
    assert_same(embedded_geography())


@pytest.mark.parametrize("kind", ["places", "names"])
def test_a_damaged_entry_is_made_again(folder, kind):
    for function in STORED:
        function()
    (entry,) = folder.glob(f"{kind}-*")
    content = bytearray(entry.read_bytes())
    content[len(content) // 2] ^= 1
    for damaged in (bytes(content), bytes(content[:-9])):
        entry.write_bytes(damaged)
        forget()
        assert_same(embedded_geography())
        assert dict(economy_names()) == names_of_the_table()


@pytest.mark.parametrize("content", [{}, {"tree": np.frombuffer(b'["list"]', np.uint8)}])
def test_an_entry_of_something_else_is_made_again(content):
    key = geography_store.code_version("core", "world")
    save_entry(geography_store.KIND, key, content, geography_store.MOST_KEPT)
    save_entry(tables.KIND, key, content, tables.MOST_KEPT)
    assert_same(embedded_geography())
    assert dict(economy_names()) == names_of_the_table()


def test_other_code_or_another_world_reads_nothing(monkeypatch):
    """Both are in the version: the embedded files are files of the package."""
    embedded_geography()
    assert economy_names()["KAZ"] == "Kazakhstan"
    forget()
    for module in (geography_store, tables):
        monkeypatch.setattr(module, "code_version", lambda *_: "0" * 64)
    made = load_economies().assign(name="another")
    monkeypatch.setattr(tables, "load_economies", lambda: made)
    network = load_network()
    empty = replace(network, ports=network.ports.iloc[:0])
    monkeypatch.setattr("samarkand.world.network.tables.load_network", lambda: empty)
    assert economy_names()["KAZ"] == "another"
    assert embedded_geography().port_ids == ()


def test_a_check_loads_no_library_of_tables_once_places_are_kept(tmp_path):
    """Of a good file, a changed one and a faulty one; and says of each what a check with the tables says."""
    text = find_programme("eurasian-corridors").read_text(encoding="utf-8")
    files = {
        "good": text,
        "changed": text.replace('kind = "rail"', 'kind = "road"', 1),
        "faulty": text.replace('"KAZ"', '"KZ"').replace('kind = "rail"', 'kind = "rial"'),
    }
    run = (
        "import sys\nfrom samarkand.cli import main\nsys.argv = ['samarkand', 'check', sys.argv[1]]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('loaded', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    environment = {**os.environ, "SAMARKAND_CACHE_DIR": str(tmp_path)}
    said = {}
    for turn in ("first", "again"):
        for name, content in files.items():
            file = tmp_path / f"{name}.toml"
            file.write_text(content, encoding="utf-8")
            done = subprocess.run(
                [sys.executable, "-c", run, str(file)], capture_output=True, text=True, env=environment
            )
            said[turn, name] = (*done.stdout.rpartition("loaded ")[::2], done.stderr)
    assert said["first", "good"][1].strip() != "[]"  # the tables were read once
    for name in files:
        assert said["again", name][1].strip() == "[]"
        assert said["again", name][::2] == said["first", name][::2]
    assert "no faults" in said["again", "good"][0]
    faults = check_programme(tmp_path / "faulty.toml")
    assert said["again", "faulty"][2].startswith(f"{len(faults)} faults")
