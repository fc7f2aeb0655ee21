"""Figures as they are shown, for tests that add them as a reader does with a pencil."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import NamedTuple

SCALES = {"m": 1.0, "bn": 1e3, "tn": 1e6}


class Shown(NamedTuple):
    """A figure as shown, in US$ m, and half of its last digit."""

    value: float
    half: float

    @classmethod
    def read(cls, text: str) -> Shown:
        """From `+26`, `-2,460`, `US$ 2.46 bn`, `under +0.1` or a dash."""
        plain = text.replace("\N{MINUS SIGN}", "-").replace("US$", "").replace(",", "").strip()
        if plain in ("", "\N{EN DASH}", "0"):
            return cls(0.0, 0.0)
        if plain.lstrip("-").startswith(("under", "above")):
            return cls(0.0, float(re.search(r"[\d.]+", plain)[0]))
        sign, digits, unit = re.fullmatch(r"([+-]? ?)([\d.]+) ?(m|bn|tn)?", plain).groups()
        size = float(digits)
        significant = 3 if unit in ("bn", "tn") or size >= 100 else 2
        half = 0.5 * 10.0 ** (math.floor(math.log10(size)) - significant + 1)
        scale = SCALES[unit or "m"]
        return cls((-size if "-" in sign else size) * scale, half * scale)


def adds_up(total: str, parts: Iterable[str]) -> bool:
    """Whether a shown total is the sum of shown parts, as far as their digits tell."""
    whole, pieces = Shown.read(total), [Shown.read(part) for part in parts]
    rounding = whole.half + sum(piece.half for piece in pieces)
    return abs(whole.value - sum(piece.value for piece in pieces)) <= rounding * (1 + 1e-9)
