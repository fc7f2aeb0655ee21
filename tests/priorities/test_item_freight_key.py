"""What the key of kept freight of items depends on: the code that decides it, and none of what shows it."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

import samarkand
from samarkand.core import code_version as module
from samarkand.priorities.item_freight import DECIDES

PACKAGE = Path(samarkand.__file__).parent


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The names of all modules of the package, with nothing in them, and a version of the code made of them."""
    for path in PACKAGE.rglob("*.py"):
        copy = tmp_path / path.relative_to(PACKAGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.touch()
    monkeypatch.setattr(module, "files", lambda _: tmp_path)
    return tmp_path


def version_of(*parts):
    module.code_version.cache_clear()
    found = module.code_version(*parts)
    module.code_version.cache_clear()
    return found


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("priorities/environment/page.py", False),
        ("reports/html.py", False),
        ("cli/answering.py", False),
        ("engines/routing.py", True),
        ("world/freight/assignment.py", True),
        ("programme/applying.py", True),
        ("state.py", True),
        ("baseline.py", True),
        ("solving.py", True),
        ("priorities/item_freight.py", True),
    ],
)
def test_a_page_keeps_the_key_and_what_decides_changes_it(copied, name, changes):
    before, whole = version_of(*DECIDES), version_of()
    (copied / name).write_text("changed = True\n", encoding="utf-8")
    assert (version_of(*DECIDES) != before) is changes
    assert version_of() != whole


def test_a_file_that_is_only_newer_is_another(copied):
    before = version_of(*DECIDES)
    os.utime(copied / "state.py", ns=(1, 1))
    assert version_of(*DECIDES) != before


def test_all_that_lays_freight_is_in_the_key():
    """Whatever a state and the freight of an item import, at whatever depth, is among what decides."""
    roots = [PACKAGE / part for part in DECIDES]
    assert all(root.exists() for root in roots)
    open_, seen = [PACKAGE / "priorities" / "item_freight.py", PACKAGE / "state.py"], set()
    while open_:
        path = open_.pop()
        if path in seen:
            continue
        seen.add(path)
        inside = any(path == root or root in path.parents for root in roots)
        assert inside, path.relative_to(PACKAGE)
        open_ += imported_by(path)
    assert len(seen) > 100  # worlds, programmes, engines: the walk went through them


def imported_by(path):
    """Modules of the package that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
        for name in names:
            if name.startswith("samarkand."):
                place = PACKAGE.joinpath(*name.split(".")[1:])
                yield from (one for one in (place.with_suffix(".py"), place / "__init__.py") if one.is_file())
