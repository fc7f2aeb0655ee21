"""Economic complexity beside ecomplexity in the same run (extra `peers`): a matrix, and rows as BACI has them.

150 economies and 1,200 products drawn at random. The peer begins with rows of economy, product and value. Ours begins
with a matrix, as an engine does, and with the same rows, as from an imported file, so that both add up the same. Both
give all measures: revealed advantage, presence, density, complexity, outlook and gain. The peer's check of
supermodularity, which ours has not, is switched off.

Processor time. With the peer both run on one thread: threads that wait for each other on a busy machine would blur it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd

from samarkand.engines.complexity import Complexity, calc_complexity
from samarkand.world.accounts.products import Products

ECONOMIES, PRODUCTS = 150, 1200
PARTNERS = 3  # buyers of a product from an economy, in the file
RUNS = 5
AIM = 50
ROUNDING = 1e-10


def made_up() -> np.ndarray:
    """Exports drawn at random, fuller for able economies and easy products."""
    draw = np.random.default_rng(1)
    able, hard = draw.uniform(0, 1, (ECONOMIES, 1)), draw.uniform(0, 1, PRODUCTS)
    made = draw.uniform(0, 1, (ECONOMIES, PRODUCTS)) < 0.05 + 0.9 / (1 + np.exp(8 * (hard - able)))
    return np.where(made, draw.lognormal(0, 2, made.shape), 0.0)


def made_up_file() -> pd.DataFrame:
    """Rows in BACI's layout (t, i, j, k, v), summed over importers: what both packages begin with."""
    draw, exports = np.random.default_rng(2), made_up()
    row, column = (np.repeat(one, PARTNERS) for one in np.nonzero(exports))
    file = pd.DataFrame(
        {
            "t": 2022,
            "i": [f"X{one:03d}" for one in row],
            "j": draw.integers(0, ECONOMIES, len(row)),
            "k": [f"{100000 + one}" for one in column],
            "v": exports[row, column] * draw.uniform(0, 1, len(row)),
        }
    )
    return file.groupby(["t", "i", "k"], as_index=False)["v"].sum()


def least_time(action: Callable[[], Any], runs: int) -> float:
    """Seconds of processor time, the least of some runs."""
    found = []
    for _ in range(runs):
        begun = time.process_time()
        action()
        found.append(time.process_time() - begun)
    return min(found)


def main() -> None:
    exports, file = made_up(), made_up_file()
    economy, product = np.indices(exports.shape)
    long = pd.DataFrame({"t": 2022, "i": economy.ravel(), "k": product.ravel(), "v": exports.ravel()})
    stored = file.rename(columns={"i": "economy", "k": "product", "v": "exports"}).assign(imports=0.0)
    imported = Products(
        stored.astype({"economy": "category", "product": "category"}), 2022
    )  # as `store` reads it
    cases: tuple[tuple[str, Callable[[], Complexity], pd.DataFrame], ...] = (
        ("a matrix", lambda: calc_complexity(exports), long),
        ("rows of a file", lambda: calc_complexity(imported.matrix("exports", 6).to_numpy()), file),
    )
    print(f"complexity of {ECONOMIES} x {PRODUCTS}, processor time")
    if find_spec("ecomplexity") is None:
        for name, ours, _ in cases:
            print(f"{name}: {1e3 * least_time(ours, RUNS):.1f} ms")
        print("ecomplexity is not installed: pip install 'samarkand[peers]'")
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        for name, ours, table in cases:
            spent, of_peer = least_time(ours, RUNS), least_time(lambda table=table: _peer(table), RUNS)  # type: ignore[misc]
            apart = _apart(ours(), _peer(table))
            print(
                f"{name}: {1e3 * spent:.1f} ms; ecomplexity {1e3 * of_peer:.0f} ms, {of_peer / spent:.0f} times as "
                f"long; aim {AIM}; indices at most {apart:.1g} apart, aim {ROUNDING:.0e}"
            )


def _peer(table: pd.DataFrame) -> pd.DataFrame:
    from ecomplexity import ecomplexity  # type: ignore[import-not-found]

    columns = {"time": "t", "loc": "i", "prod": "k", "val": "v"}
    found: pd.DataFrame = ecomplexity(table, columns, check_logsupermodularity=False, verbose=False)
    return found


def _apart(found: Complexity, given: pd.DataFrame) -> float:
    """Largest difference of an index of economies or products."""
    by_economy, by_product = (
        given.groupby(label)[name].first().to_numpy(float) for label, name in (("i", "eci"), ("k", "pci"))
    )
    return float(max(np.abs(found.eci - by_economy).max(), np.abs(found.pci - by_product).max()))
