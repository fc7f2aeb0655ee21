"""Pages of an answer of an API."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Page:
    """One page of an answer of the API: which of how many, in which file, and what makes pages belong together."""

    path: Path
    number: int
    pages: int
    query: tuple[str, ...]
