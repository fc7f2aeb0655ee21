"""Whatever happens to an input of any format, it is read, or faults say what is wrong with it: nothing else is raised.

Three thousand good inputs changed at random, by seed, and inputs whose cells and values hypothesis draws. Each needs at
most ten seconds of processor and a gigabyte above what the good input needs; every fault has a place, a reason and a
remedy; nothing is half kept. One of ten in `make test`, all by `make soak`; one alone: SAMARKAND_SOAK_SEED=1234.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shutil
import sys
import zipfile
from pathlib import Path
from random import Random
from typing import Any

import pytest
from formats import FORMATS, STORED, Format, importing, small_world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import mutate
from reading import BYTES, read_within_limits

from samarkand.core.faults import Fault, Faults
from samarkand.world import store
from samarkand.world.importers import kinds
from soaking import ALL, cases

MUTATIONS = 3000
DRAWN = 600 if ALL else 60
pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(
        sys.platform != "linux", reason="memory and processor are measured by Linux's own means"
    ),
]


def seeds(name: str) -> list[int]:
    """The seeds of a format: every one belongs to one of them."""
    chosen = os.environ.get("SAMARKAND_SOAK_SEED")
    drawn = [int(chosen)] if chosen else cases(MUTATIONS)
    # By tens, of each of which one is drawn: so that every format has some.
    return [seed for seed in drawn if list(FORMATS)[seed // 10 % len(FORMATS)] == name]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is imported lies over the small world."""
    world = small_world()
    monkeypatch.setattr(store, "load_world", lambda: world)


class Good:
    """A good input of a format in a folder of its own, to be copied and changed."""

    def __init__(self, made: Format, folder: Path) -> None:
        self.made, self.folder = made, folder / "good"
        (self.folder / "in").mkdir(parents=True)
        os.environ["SAMARKAND_DATA_DIR"] = str(self.folder / "store")
        built = made.make(self.folder / "in")
        self.paths = built if isinstance(built, list) else [built]
        self.need, wrong = read_within_limits(made, self.copy(folder / "whole"))
        assert not wrong, f"the good input: {wrong}"

    def copy(self, to: Path) -> list[Path]:
        """The paths of a copy, and its store in force."""
        shutil.copytree(self.folder, to)
        os.environ["SAMARKAND_DATA_DIR"] = str(to / "store")
        return [to / path.relative_to(self.folder) for path in self.paths]

    def read(self, at: Path, paths: list[Path]) -> list[str]:
        """What is wrong with how the reading of a changed copy ended and with what it left."""
        taken, wrong = read_within_limits(self.made, paths)
        if taken - self.need > BYTES:
            wrong.append(f"takes {taken / BYTES:.1f} GB")
        for home in (at / "store" / "worlds").glob("*"):
            if home.name not in ("taken", STORED) or (
                home.name == "taken" and len(list(home.glob("files-*"))) != 1
            ):
                wrong.append(f"leaves {[one.name for one in home.iterdir()]} in {home.name}")
        shutil.rmtree(at)
        return wrong


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SAMARKAND_DATA_DIR", str(tmp_path))  # given back afterwards
    return tmp_path


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_changed_input_is_read_or_refused(name: str, folder: Path) -> None:
    good, found = Good(FORMATS[name], folder), []
    for seed in seeds(name):
        at = folder / str(seed)
        paths = good.copy(at)
        said = mutate(paths, good.made.inside, Random(seed))
        found += [f"seed {seed} ({said}): {wrong}" for wrong in good.read(at, paths)]
    assert not found, "\n".join(found)


def test_every_kind_of_file_is_among_them() -> None:
    """A kind that is declared anew needs its formats in `formats.py`."""
    for kind in kinds():
        assert any(name == kind or name.startswith(f"{kind}-") for name in FORMATS), kind
    if "SAMARKAND_SOAK_SEED" not in os.environ:
        assert all(seeds(name) for name in FORMATS)


# -- drawn by hypothesis: any text in any cell, any value in any place

DRAWING = settings(
    max_examples=DRAWN,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NUMBERS = st.one_of(
    st.integers().map(str), st.floats().map(str), st.from_regex(r"[-+]?[0-9., %]{1,9}", fullmatch=True)
)
VALUE: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
TABLES = [
    name
    for name, made in FORMATS.items()
    if made.inside == "text" and name not in ("wiod", "icio", "eora26-folder")
]
DOCUMENTS = [name for name, made in FORMATS.items() if made.inside == "json"]
_GOOD: dict[str, Good] = {}


def good_of(name: str, folder: Path) -> Good:
    """The good input of a format, made once a session."""
    if name not in _GOOD or not _GOOD[name].folder.exists():
        (folder / name).mkdir()
        _GOOD[name] = Good(FORMATS[name], folder / name)
    return _GOOD[name]


@DRAWING
@given(st.data())
def test_any_text_may_stand_in_a_cell(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    small_store = pytest.MonkeyPatch()
    small_store.setenv("SAMARKAND_DATA_DIR", "")
    try:
        name = data.draw(st.sampled_from(TABLES))
        good = good_of(name, tmp_path_factory.mktemp("drawn"))
        at = tmp_path_factory.mktemp("case") / "at"
        paths = good.copy(at)
        files = [one for path in paths for one in (sorted(path.rglob("*.csv")) if path.is_dir() else [path])]
        file = data.draw(st.sampled_from(files))
        content = file.read_bytes()
        encoding = (
            "utf-16" if content[:2] == b"\xff\xfe" else "cp1252" if b"Cr\xe8me" in content else "utf-8-sig"
        )
        apart = "\t" if encoding == "utf-16" else ","
        rows = [
            row
            for row in csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=apart)
            if row
        ]
        for _ in range(data.draw(st.integers(1, 3))):
            row = data.draw(st.sampled_from(rows))
            row[data.draw(st.integers(0, len(row) - 1))] = data.draw(TEXT | NUMBERS)
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=apart).writerows(rows)
        file.write_bytes(text.getvalue().encode(encoding, errors="replace"))
        assert not good.read(at, paths)
    finally:
        small_store.undo()


@DRAWING
@given(st.data())
def test_any_value_may_stand_in_a_document(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    small_store = pytest.MonkeyPatch()
    small_store.setenv("SAMARKAND_DATA_DIR", "")
    try:
        good = good_of(data.draw(st.sampled_from(DOCUMENTS)), tmp_path_factory.mktemp("drawn"))
        at = tmp_path_factory.mktemp("case") / "at"
        paths = good.copy(at)
        content = json.loads(paths[0].read_text(encoding="utf-8"))
        for _ in range(data.draw(st.integers(1, 2))):
            here = content
            while isinstance(here, dict | list) and here:
                key: Any = data.draw(
                    st.sampled_from(list(here) if isinstance(here, dict) else list(range(len(here))))
                )
                if (
                    data.draw(st.integers(0, 3)) == 0
                    or not isinstance(here[key], dict | list)
                    or not here[key]
                ):
                    here[key] = data.draw(VALUE)
                    break
                here = here[key]
        paths[0].write_text(json.dumps(content), encoding="utf-8")
        assert not good.read(at, paths)
    finally:
        small_store.undo()


# -- archives of zeros


def test_what_grows_without_end_is_refused(folder: Path) -> None:
    """Three thousand million zeros in three million bytes."""
    zeros = gzip.compress(bytes(10_000_000), mtime=0) * 300
    for kind, name in (("ilostat", "a.csv.gz"), ("wdi", "b.json"), ("tariffs", "c.csv")):
        path = folder / name
        path.write_bytes(gzip.compress(b"[" if name.endswith("json") else b"0") + zeros)
        taken, wrong = read_within_limits(Format(Path, refused(kind, ".")), [path])
        assert not wrong, wrong
        assert taken < BYTES
    packed = folder / "d.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("wdi.csv", bytes(400_000_000))
    taken, wrong = read_within_limits(Format(Path, refused("wdi", "no table does")), [packed])
    assert not wrong, wrong
    assert taken < BYTES


def refused(kind: str, words: str) -> Any:
    """Reads what must be refused, with certain words."""

    def read(paths: list[Path]) -> None:
        with pytest.raises(Faults, match=words):
            importing(kind)(paths)

    return read


def test_a_fault_is_never_longer_than_can_be_read_and_obeys_no_terminal() -> None:
    fault = Fault("a", "is 'x\x1b[2J' " + "9" * 40_000, "Correct it.")
    assert len(fault.reason) < 1000
    assert "40,0" in fault.reason
    assert "\x1b" not in fault.reason
    assert Fault("a", "first\nsecond", "b").reason == "first\nsecond"
