"""How many cases of a long test are run: a seeded tenth of them in `make test`, all by `make soak`."""

from __future__ import annotations

import os
import random

ALL = os.environ.get("SAMARKAND_SOAK") == "1"


def cases(number: int) -> list[int]:
    """The seeds of the cases: all `number` of them, or one of each ten, drawn once and for all."""
    chance = random.Random(number)
    return list(range(number)) if ALL else [chance.randrange(ten, ten + 10) for ten in range(0, number, 10)]
