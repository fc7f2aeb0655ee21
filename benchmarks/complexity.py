"""Economic complexity of 150 economies and 1,200 products, beside ecomplexity in the same run (extra `peers`).

Processor time. With the peer both run on one thread: threads that wait for each other on a busy machine would blur it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from samarkand.engines.complexity import calc_complexity

ECONOMIES, PRODUCTS = 150, 1200
RUNS = 5
AIM = 50


def made_up() -> np.ndarray:
    """Exports drawn at random, fuller for able economies and easy products."""
    draw = np.random.default_rng(1)
    able, hard = draw.uniform(0, 1, (ECONOMIES, 1)), draw.uniform(0, 1, PRODUCTS)
    made = draw.uniform(0, 1, (ECONOMIES, PRODUCTS)) < 0.05 + 0.9 / (1 + np.exp(8 * (hard - able)))
    return np.where(made, draw.lognormal(0, 2, made.shape), 0.0)


def least_time(action: Callable[[], Any], runs: int) -> float:
    """Seconds of processor time, the least of some runs."""
    found = []
    for _ in range(runs):
        begun = time.process_time()
        action()
        found.append(time.process_time() - begun)
    return min(found)


def main() -> None:
    exports = made_up()
    if find_spec("ecomplexity") is None:
        ours = least_time(lambda: calc_complexity(exports), RUNS)
        print(f"complexity of {ECONOMIES} x {PRODUCTS}: {1e3 * ours:.1f} ms of processor time")
        print("ecomplexity is not installed: pip install 'samarkand[peers]'")
        return
    import pandas as pd
    from ecomplexity import ecomplexity  # type: ignore[import-not-found]
    from threadpoolctl import threadpool_limits

    economy, product = np.indices(exports.shape)
    table = pd.DataFrame({"t": 2022, "i": economy.ravel(), "k": product.ravel(), "v": exports.ravel()})
    columns = {"time": "t", "loc": "i", "prod": "k", "val": "v"}
    with threadpool_limits(1):
        ours = least_time(lambda: calc_complexity(exports), RUNS)
        theirs = least_time(
            lambda: ecomplexity(table, columns, check_logsupermodularity=False, verbose=False), 1
        )
    print(f"complexity of {ECONOMIES} x {PRODUCTS}: {1e3 * ours:.1f} ms of processor time")
    print(f"ecomplexity: {1e3 * theirs:.0f} ms, {theirs / ours:.0f} times as long; aim {AIM}")
