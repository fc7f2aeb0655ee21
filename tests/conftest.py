"""What many tests share: the world and one appraisal, each made once, and which tests run on one worker.

With `pytest -n 2 --dist loadgroup` all tests of a file run on one worker, and so do all files that ask for the one
appraisal, or say by `xdist_group("embedded")` that they ask the session of the library about the embedded world: what
they share is made once. Files with heavy tests begin, so that at the end no worker is left alone with one.
"""

from __future__ import annotations

import pytest

import samarkand as sk


@pytest.fixture(scope="session")
def world():
    """The embedded world."""
    return sk.load_world()


@pytest.fixture(scope="session")
def appraisal(world):
    """The default programme appraised in the embedded world."""
    return sk.appraise("eurasian-corridors", world, reach=True)


EMBEDDED = "embedded"


@pytest.hookimpl(tryfirst=True)  # before the group becomes a part of the names of tests
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test the group of its file, and begin with the embedded world and what else is heavy."""
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0], []).append(item)
    rank: dict[pytest.Item, int] = {}
    for file, mine in files.items():
        group = _group_of(file, mine)
        heavy = any(item.get_closest_marker("slow") for item in mine)
        for item in mine:
            item.add_marker(pytest.mark.xdist_group(group))
            rank[item] = 0 if group == EMBEDDED else 1 if heavy else 2
    items.sort(key=lambda item: rank[item])


def _group_of(file: str, items: list[pytest.Item]) -> str:
    """The one that the file names, that of the one appraisal where a test asks for it, or else the file."""
    named = [mark.args[0] for item in items for mark in item.iter_markers("xdist_group")]
    asks = any("appraisal" in getattr(item, "fixturenames", ()) for item in items)
    of_its_own = any(hasattr(getattr(item, "module", None), "appraisal") for item in items)
    return str(named[0]) if named else EMBEDDED if asks and not of_its_own else file
