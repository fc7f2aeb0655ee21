"""Changes of iceberg costs from costs of freight, in plain arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.engines.compiled import load_compiled


class Carriage(NamedTuple):
    """A cargo of a sector: number of its class of goods, US$ per TEU, share of the sector's value."""

    number: int
    value: float
    share: float


def iceberg_hats(
    without: Floats, with_: Floats, cargoes_of: Sequence[Sequence[Carriage]], part: Floats | None = None
) -> Floats:
    """`trade_costs.iceberg_cost_hat` [destination, origin, sector] of costs by class, origin and destination.

    cargoes_of: of each sector; part: in the order of the answer.
    """
    first = np.cumsum([0, *map(len, cargoes_of)], dtype=np.int64)
    cargoes = [cargo for of_sector in cargoes_of for cargo in of_sector]
    hat = np.empty((with_.shape[2], with_.shape[1], len(cargoes_of)))
    load_compiled("samarkand.engines.trade_kernels").write_iceberg_hats(
        without, with_, first, np.array([one.number for one in cargoes], np.int64),
        np.array([one.value for one in cargoes], float), np.array([one.share for one in cargoes], float),
        np.ones(hat.shape) if part is None else part, hat,
    )  # fmt: skip
    return hat
