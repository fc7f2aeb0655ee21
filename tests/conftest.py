"""What many tests share: the world and one appraisal, each made once, and which files of tests begin."""

from __future__ import annotations

import os
from collections.abc import Iterator

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


@pytest.fixture(autouse=True, scope="module")
def environment_as_found() -> Iterator[None]:
    """A file of tests leaves what decides places and printing as it was: another file comes after it."""
    before = _deciding()
    yield
    assert _deciding() == before, "these tests leave variables of the environment changed"


def _deciding() -> dict[str, str]:
    """Variables that this project and terminals read; libraries set others of their own when first imported."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith("SAMARKAND_") or name in ("COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR", "TERM")
    }


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that have heavy tests, so that at the end no worker is left alone with one of them."""
    heavy = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in heavy)
