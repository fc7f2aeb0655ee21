"""What many tests share: the world and one appraisal, each made once, and which files of tests begin."""

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that have heavy tests, so that at the end no worker is left alone with one of them."""
    heavy = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in heavy)
