"""Gaps: figures that were asked for and do not exist."""

from __future__ import annotations

from typing import NamedTuple


class Gap(NamedTuple):
    """Something without a figure: the item or priority, what of it, and the reason with the input that is missing."""

    item: str
    what: str
    reason: str
