"""The files of an appraisal, kept in this user's cache folder beside its answer: a repeat copies them.

They are read if the answer is the one that they were written from and every name that they show is the same: what a
world or a file of growth is called is in no hash of a question.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from samarkand.core.disk_cache import load_entry, save_entry
from samarkand.core.hashing import content_hash

if TYPE_CHECKING:
    from samarkand.result import Appraisal

KIND = "files"
MOST_KEPT = 12  # of 10 MB for one year


def read_files(appraisal: Appraisal) -> dict[str, bytes]:
    """The files by name; none where they are not kept."""
    kept = load_entry(KIND, _key(appraisal)) if appraisal.kept_as else None
    return {name: content.tobytes() for name, content in (kept or {}).items()}


def keep_files(appraisal: Appraisal, paths: Iterable[Path]) -> None:
    """Keep files as they were written."""
    if appraisal.kept_as:
        found = {path.name: np.frombuffer(path.read_bytes(), np.uint8) for path in paths}
        save_entry(KIND, _key(appraisal), found, MOST_KEPT)


def _key(appraisal: Appraisal) -> str:
    cards = appraisal.programme_card(), appraisal.world_card(), appraisal.scenario_card()
    return content_hash([appraisal.kept_as, *cards])
