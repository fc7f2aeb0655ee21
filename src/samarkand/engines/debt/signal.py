"""From paths of debt ratios to a mechanical risk signal, without judgement.

Paths are of shape (..., years), their first year the first of the projection; a threshold broadcasts against them
without the last dimension.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

LOW, MODERATE, HIGH = 0, 1, 2
LIMITED, SOME, SUBSTANTIAL = 0, 1, 2
HORIZON = 11  # the first year of the projection and ten more


def breaches(paths: ArrayLike, threshold: ArrayLike, horizon: int = HORIZON) -> NDArray[np.bool_]:
    """Years in which a ratio stands above its threshold; at the threshold it does not.

    Source: the official template, sheet Chart Data (strictly greater).
    """
    path = np.asarray(paths, dtype=np.float64)[..., :horizon]
    return np.asarray(path > np.asarray(threshold, dtype=np.float64)[..., None])


def is_breached(paths: ArrayLike, threshold: ArrayLike, horizon: int = HORIZON) -> NDArray[np.bool_]:
    """Whether a ratio breaches in two years or more: one year alone is discounted.

    Source: IMF and World Bank (2018), Guidance Note, paragraph 79; years counted as in the official template.
    """
    return np.asarray(breaches(paths, threshold, horizon).sum(axis=-1) > 1)


def most_extreme(paths: ArrayLike, threshold: ArrayLike, horizon: int = HORIZON) -> NDArray[np.int64]:
    """Number of the stress test that counts: that of the highest ratio on or before the tenth year after the first.

    `paths`: (..., tests, years), NaN for a test that does not apply; `threshold`: (...). Where a test breaches in one
    year alone, its second highest value stands for its highest. The first of equals counts. Source: IMF and World Bank
    (2018), Guidance Note, note 42; the discount as in the official template.
    """
    path = np.asarray(paths, dtype=np.float64)
    limit = np.asarray(threshold, dtype=np.float64)[..., None]
    later = np.sort(np.where(np.isnan(path[..., 1:horizon]), -np.inf, path[..., 1:horizon]), axis=-1)
    once = (breaches(path[..., 1:horizon], limit).sum(axis=-1) == 1) & ~(path[..., 0] > limit)
    peak = np.where(once, later[..., -2], later[..., -1])
    return np.asarray(np.argmax(peak, axis=-1))


def risk_signal(baseline: ArrayLike, stressed: ArrayLike) -> NDArray[np.int64]:
    """`2` (high) where any ratio is breached under the baseline, `1` where only under stress, else `0`.

    Both of shape (..., ratios), as `is_breached` gives them. Source: IMF and World Bank (2018), Guidance Note,
    paragraph 75.
    """
    return np.asarray(
        np.where(np.any(baseline, axis=-1), HIGH, np.where(np.any(stressed, axis=-1), MODERATE, LOW))
    )


def space(
    baseline: ArrayLike, threshold: ArrayLike, median: ArrayLike, upper: ArrayLike, horizon: int = HORIZON
) -> NDArray[np.int64]:
    """Space to absorb shocks at moderate risk: `0` limited, `1` some, `2` substantial.

    With `h = 1 - peak / threshold` for each ratio: limited where any `h < median`, substantial where all
    `h >= upper`, else some. `baseline`: (..., ratios, years); `threshold`, `median`, `upper`: (..., ratios), the last
    two as shares of the threshold. A year that breaches alone is left out of the peak. Source: IMF and World Bank
    (2018), Guidance Note, paragraphs 95 and 96 and box 1.
    """
    path = np.sort(np.asarray(baseline, dtype=np.float64)[..., :horizon], axis=-1)
    limit = np.asarray(threshold, dtype=np.float64)
    alone = breaches(path, limit).sum(axis=-1) == 1
    left = 1.0 - np.where(alone, path[..., -2], path[..., -1]) / limit
    narrow = np.any(left < np.asarray(median), axis=-1)
    wide = np.all(left >= np.asarray(upper), axis=-1)
    return np.asarray(np.where(narrow, LIMITED, np.where(wide, SUBSTANTIAL, SOME)))


def market_pressure(
    financing_need: ArrayLike, need_benchmark: float, spread: ArrayLike, spread_benchmark: float
) -> NDArray[np.int64]:
    """`2` where the largest need of the first three years and the spread are above their benchmarks, `1` one, `0` none.

    `financing_need`: (..., years), a share of GDP; `spread`: (...), NaN where none is quoted, which breaches nothing.
    Source: IMF and World Bank (2018), Guidance Note, paragraphs 77 and 78 and table 11.
    """
    need = np.asarray(financing_need, dtype=np.float64)[..., :3].max(axis=-1)
    return np.asarray(
        (need > need_benchmark).astype(np.int64) + (np.asarray(spread) > spread_benchmark).astype(np.int64)
    )
