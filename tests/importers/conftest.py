"""Every test has its own empty store of worlds."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    """The folder of the store."""
    folder = tmp_path / "store"
    monkeypatch.setenv("SAMARKAND_DATA_DIR", str(folder))
    return folder
