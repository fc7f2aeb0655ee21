"""Production and use of an economy when its value added, trade by sector and sectors of GDP are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from samarkand.core.conventions import Floats

LEAST_AT_HOME = 0.02  # of what is used of a sector, at least this part is made at home


def solve_production(
    technology: Floats,
    final_weights: Floats,
    groups: Sequence[str],
    group_shares: Mapping[str, float],
    value_added: float,
    exports: Floats,
    imports: Floats,
    *,
    rounds: int = 1_000,
) -> tuple[Floats, Floats]:
    """Output and final use by sector of an economy whose value added, trade and sectors of GDP are known.

        output = (I - A)^-1 (final + exports - imports);   sum of value added = sum(final + exports - imports)

    Final use starts from ``final_weights`` and is tilted, group by group, until agriculture, industry and
    services have their published shares of value added; where a sector's imports would exceed its use, final
    use of it is raised until `LEAST_AT_HOME` of the use is made at home.

    Args:
        technology: A[s, k], input of s (of any origin) per unit of output of k.
        final_weights: final use by sector, any unit.
        groups: broad group of each sector.
        group_shares: published share of each group in GDP.
        value_added: total value added.
        exports, imports: by sector.

    Returns:
        Output and final use by sector.

    Raises:
        ValueError: what must be used finally exceeds what the economy spends.
    """
    total_final = value_added - exports.sum() + imports.sum()
    inverse = np.linalg.inv(np.eye(len(exports)) - technology)
    value_added_share = 1 - technology.sum(axis=0)
    tilt = np.ones(len(exports))
    wanted = np.array([group_shares[group] for group in groups])
    members = np.array([[other == group for other in groups] for group in groups], dtype=float)
    least = np.zeros(len(exports))
    output = inverse @ np.maximum(final_weights * total_final / final_weights.sum() + exports - imports, 0.0)
    for _ in range(rounds):
        final = final_weights * tilt
        # What must be used comes first, the rest is shared by the tilted weights.
        needed = np.maximum(imports / (1 - LEAST_AT_HOME) - technology @ output, 0.0)
        least = 0.5 * (least + needed)
        final = _with_floor(final, least, total_final)
        output = inverse @ (final + exports - imports)
        got = members @ (value_added_share * output) / value_added
        tilt *= np.clip(np.divide(wanted, got, out=np.ones_like(got), where=got > 0), 0.25, 4.0) ** 0.5
        tilt = np.clip(tilt / tilt.max(), 1e-6, 1.0)
    use = technology @ output + final
    if output.min() < 0 or final.min() < 0 or np.any(imports > use * (1 + 1e-12)):
        raise ValueError("the economy cannot use what it buys: a negative output, or imports above use")
    return output, final


def _with_floor(weights: Floats, least: Floats, total: float) -> Floats:
    """``total`` shared in proportion to ``weights``, no part below its floor."""
    if least.sum() >= total:
        raise ValueError(f"{least.sum():.6g} must be used finally and {total:.6g} is spent")
    bound = np.zeros(len(weights), dtype=bool)
    for _ in range(len(weights)):
        free = np.where(bound, 0.0, weights)
        shared: Floats = np.where(bound, least, free * (total - least[bound].sum()) / free.sum())
        below = (shared < least) & ~bound
        if not below.any():
            break
        bound |= below
    return shared
