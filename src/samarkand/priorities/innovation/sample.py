"""Who and what stands in the sample of complexity: exports of the imported file by economy and product, filtered.

Small economies, those that hardly export and those that pass on goods of others stand at the ends of a ranking by what
they happen to sell, and move that of all others. They are left out, by name and with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from samarkand.engines.complexity import trim
from samarkand.world.parameters import Parameters
from samarkand.world.world import World

FILTERS = ("population", "exports", "re-exports", "products")
US_DOLLARS = 1e6  # in US$ m


@dataclass(frozen=True)
class Sample:
    """Exports by economy and product (US$ m), and why others are not in it.

    `left_out`: reason by ISO3 code of economies that export. `dropped`: how many products are left out.
    """

    exports: pd.DataFrame
    left_out: Mapping[str, str]
    dropped: int


def sample_of(world: World, parameters: Parameters, without: str = "") -> Sample:
    """The sample by the declared filters, or by all but one of them (`FILTERS`).

    `world.products` must be there.
    """
    assert world.products is not None
    exports = world.products.matrix("exports", int(parameters["complexity_digits"]))
    exports = exports.loc[exports.sum(axis=1) > 0]
    left_out = {
        code: reason
        for code, total in zip(map(str, exports.index), exports.sum(axis=1), strict=True)
        if (reason := _why_left_out(world, parameters, code, float(total), without))
    }
    kept = exports.drop(index=list(left_out))
    least = 0.0 if without == "products" else parameters["complexity_product_exports"]
    total = kept.sum(axis=0)
    kept = kept.loc[:, (total >= least) & (total > 0)]
    rows, columns = trim(kept.to_numpy(float))
    bare = set(kept.index) - set(kept.index[rows])
    left_out |= dict.fromkeys(sorted(bare), "it has no revealed advantage in any product of the sample")
    kept = kept.iloc[rows, columns]
    return Sample(kept, left_out, exports.shape[1] - kept.shape[1])


def _why_left_out(world: World, parameters: Parameters, code: str, exports: float, without: str) -> str:
    people, output = (world.fact(code, name).value for name in ("population", "gdp"))
    least, smallest = parameters["complexity_population"], parameters["complexity_exports"]
    ratio = parameters["complexity_re_export_ratio"]
    if world.products is not None:
        estimated = world.products.estimated_share.get(code, 0.0)
        if estimated > parameters["complexity_estimated"]:
            return f"{100 * estimated:.0f} % of its exports in the file are estimated"
    if without != "population":
        if people is None:
            return "its population is not known"
        if people < least:
            return f"it has {people:,.0f} people, fewer than {least:,.0f}"
    if without != "exports" and exports < smallest:
        return f"it exports goods of US$ {exports:,.0f} m, less than US$ {smallest:,.0f} m"
    if without != "re-exports":
        if output is None:
            return "its output is not known, so that re-exports cannot be seen"
        if exports * US_DOLLARS > ratio * output:
            part = exports * US_DOLLARS / output
            return f"it passes on goods of others: its exports are {part:.2f} times its output"
    return ""
