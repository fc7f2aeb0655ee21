"""What many tests share: the world and one appraisal, each made once."""

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
