"""Every block of the how-to pages and of the tutorial runs.

A command runs on the embedded world up to the point at which the model is solved: by then all that it says (programme,
items, economies, crossings, files, worlds) has been found. `make soak` solves too.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import samarkand as sk
from samarkand.cli import app
from samarkand.core.faults import Faults
from soaking import ALL
from toy import make_toy_world, toy_programme

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*sorted((ROOT / "docs" / "howto").glob("*.md")), ROOT / "docs" / "tutorial.md"]
# Where commands begin to solve, by the module that asks for it.
SOLVING = (
    "samarkand.appraisal.find_baseline",
    "samarkand.worth.worth.find_baseline",
    "samarkand.analysis.corridors.PathFinder",
)


class Solving(Exception):
    """The model would be solved now."""


def solve(*_: object, **__: object) -> None:
    """Stands for what solves."""
    raise Solving


def blocks(page: Path, kind: str) -> list[str]:
    """The blocks of a page whose fence names this kind."""
    parts = re.split(r"^```", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    fenced = [part.split("\n", 1) for part in parts[1::2]]  # each second part stands between two fences
    return [text for name, text in fenced if name == kind]


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder with the files that the pages name, and an empty store of worlds."""
    monkeypatch.setenv("SAMARKAND_DATA_DIR", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "docs" / "samples", tmp_path / "docs" / "samples")
    return tmp_path


def test_there_are_six_pages_and_a_tutorial_and_each_has_a_command() -> None:
    assert len(PAGES) == 7
    assert all(blocks(page, "") for page in PAGES)
    for page in PAGES[:-1]:
        text = page.read_text(encoding="utf-8")
        assert text.startswith("# ")
        assert "## How to read it" in text
        assert "## What it does not say" in text


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_page_runs(page: Path, folder: Path, monkeypatch) -> None:
    for text in blocks(page, "toml"):
        (folder / "variants.toml").write_text(text, encoding="utf-8")
    if not ALL:
        for name in SOLVING:
            monkeypatch.setattr(name, solve)
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    solved = 0
    for line in "".join(blocks(page, "")).splitlines():
        program, *words = shlex.split(line)
        assert program in ("samarkand", "make"), line
        if program == "make":
            assert words[0] in targets
            continue
        done = CliRunner().invoke(app, words)
        solved += isinstance(done.exception, Solving)
        assert done.exit_code == 0 or isinstance(done.exception, Solving), f"{line}: {done.exception}"
    assert ALL or solved, "no command of the page asks a question"


def test_what_is_wrong_in_a_command_would_be_found(folder: Path, monkeypatch) -> None:
    for name in SOLVING:
        monkeypatch.setattr(name, solve)
    for line in ("item no-such-item", "compare --border Atlantis=-6h", "economy Utopia"):
        done = CliRunner().invoke(app, shlex.split(line))
        assert isinstance(done.exception, Faults), line


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.stem
)
def test_every_block_of_python_runs(page: Path, monkeypatch) -> None:
    world = make_toy_world()
    programme = toy_programme(world)
    appraise, compare, economy = sk.appraise, sk.compare, sk.economy
    # The same calls with the same arguments, on a world of six economies.
    monkeypatch.setattr(sk, "appraise", lambda name, **terms: appraise(programme, world, **terms))
    monkeypatch.setattr(sk, "compare", lambda sides, **terms: compare(sides, programme, world, **terms))
    monkeypatch.setattr(sk, "economy", lambda name, **terms: economy(name, programme, world, **terms))
    item = sk.item  # its ids are those of the programme
    monkeypatch.setattr(sk, "item", lambda _, **terms: item(programme.ids[0], programme, world, **terms))
    for text in blocks(page, "python"):
        exec(compile(text, str(page), "exec"), {})
