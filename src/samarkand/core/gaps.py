"""Gaps: figures that were asked for and do not exist."""

from __future__ import annotations

from typing import NamedTuple

NO_EFFECT = "effect not assessed: "  # how reasons begin, where what stands above them says it already


class Gap(NamedTuple):
    """Something without a figure: the item or priority, what of it, and the reason with the input that is missing."""

    item: str
    what: str
    reason: str
