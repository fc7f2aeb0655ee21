"""Facts by unit of the estimate (an economy, or ROW): trade totals that agree over the world, targets, grades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from samarkand.core.conventions import REST_OF_WORLD, Floats
from samarkand.world.accounts.estimation.donors import GROUPS
from samarkand.world.accounts.estimation.evidence import RE_EXPORT_HUBS, Evidence, decode_partners

# An economy outside the table gets accounts of its own from this GDP on (US$, 2022).
SMALLEST_GDP = 1e9
# Exports above this part of GDP are taken for re-exports; as much is taken off imports.
MOST_EXPORTS = 0.9
COVERED = ("coal", "oil_gas", "ores")  # sectors whose trade BACI's raw materials give nearly whole
PARTLY_COVERED = ("metals",)  # and in part: gold, platinum, unwrought aluminium
MOST_RAW = 0.9  # of an economy's exports (or imports), in raw materials


@dataclass(frozen=True)
class Units:
    """The units of an estimate and what is known of each; arrays in the order of ``codes``, US$ million.

    ``codes``: the observed economies, those estimated, ROW. ``imputed`` tells by code which facts were not
    published and were taken from the nearest economies instead.
    """

    codes: list[str]
    observed: int
    in_row: list[str]
    gdp: Floats
    exports: Floats
    imports: Floats
    groups: Floats
    pairs: Floats
    scale: float
    imputed: dict[str, list[str]]
    reduced: dict[str, float]


def choose_members(facts: pd.DataFrame, observed: Sequence[str]) -> list[str]:
    """Economies outside the table that get accounts of their own: people, GDP of 2022 and trade are published."""
    outside = facts.loc[[code for code in facts.index if code not in set(observed)]]
    known = outside["population"].notna() & (outside["gdp_2022"] >= SMALLEST_GDP)
    known &= outside["exports"].notna() & outside["imports"].notna()
    return [str(code) for code in outside.index[known]]


def make_units(evidence: Evidence, observed: Sequence[str], *, partner_shares: bool) -> Units:
    """Collect and reconcile the facts of all units.

        g * X - M / g + H = 0

    X and M are exports and imports of all but the re-export hubs, H the hubs' balance. Published world exports
    exceed world imports by a few per cent and neither side is known to be right, so exports are multiplied and
    imports divided by the same g.
    """
    facts = evidence.facts
    members = choose_members(facts, observed)
    in_row = [str(code) for code in facts.index if code not in {*observed, *members}]
    codes = [*observed, *members, REST_OF_WORLD]
    rest = facts.loc[in_row]
    own = facts.loc[codes[:-1]]

    def column(name: str, unit: float) -> Floats:
        return np.append(own[name].to_numpy(float), rest[name].sum()) / unit

    gdp, exports, imports = (column(name, 1e6) for name in ("gdp_2022", "exports", "imports"))
    imputed: dict[str, list[str]] = {}
    groups = np.full((len(codes), 3), np.nan)
    groups[:-1] = own[[f"{group}_share" for group in GROUPS]].to_numpy(float)
    groups /= groups.sum(axis=1, keepdims=True)
    for row in np.flatnonzero(np.isnan(groups).any(axis=1)).tolist():
        level = "" if codes[row] == REST_OF_WORLD else own["income_level"].iloc[row]
        alike = np.flatnonzero((own["income_level"] == level).to_numpy() & ~np.isnan(groups[:-1]).any(axis=1))
        pool = groups[alike] if len(alike) else groups[:-1][~np.isnan(groups[:-1]).any(axis=1)]
        groups[row] = np.median(pool, axis=0) / np.median(pool, axis=0).sum()
        if row >= len(observed):
            imputed.setdefault(codes[row], []).append("sectors of GDP")

    hubs = np.array([code in RE_EXPORT_HUBS for code in codes])
    reduced: dict[str, float] = {}
    for row in range(len(observed), len(codes)):
        over = min(max(exports[row] - MOST_EXPORTS * gdp[row], 0.0), 0.9 * imports[row])
        if over > 0:
            reduced[codes[row]] = over
            exports[row] -= over
            imports[row] -= over
    sold, bought = exports[~hubs].sum(), imports[~hubs].sum()
    surplus = (exports - imports)[hubs].sum()
    scale = float((np.sqrt(surplus**2 + 4 * sold * bought) - surplus) / (2 * sold))
    exports, imports = np.where(hubs, exports, exports * scale), np.where(hubs, imports, imports / scale)
    pairs = np.full((len(codes), len(codes)), np.nan)
    if partner_shares:
        pairs = _pair_targets(facts, codes, len(observed), in_row, exports, imports)
    return Units(codes, len(observed), in_row, gdp, exports, imports, groups, pairs, scale, imputed, reduced)


def _pair_targets(
    facts: pd.DataFrame,
    codes: list[str],
    observed: int,
    in_row: list[str],
    exports: Floats,
    imports: Floats,
) -> Floats:
    """Trade of pairs by the published partner shares of the economies that are not observed, US$ million.

    Where both partners publish a share, the geometric mean of the two.
    """
    position = {code: k for k, code in enumerate(codes)}
    inside = set(in_row)
    size = len(codes)
    found: list[Floats] = []
    for flow, totals in (("export", exports), ("import", imports)):
        target = np.full((size, size), np.nan)
        for row in range(observed, size - 1):
            for partner, share in decode_partners(str(facts.loc[codes[row], f"{flow}_partners"])).items():
                where = position.get(REST_OF_WORLD if partner in inside else partner)
                if where is None or where == row or share <= 0:
                    continue
                value = share * totals[row]
                cell = (row, where) if flow == "export" else (where, row)
                target[cell] = value + (0.0 if np.isnan(target[cell]) else target[cell])
        found.append(target)
    logs = np.log(np.stack(found))
    told = ~np.isnan(logs)
    count = told.sum(axis=0)
    mean = np.where(told, logs, 0.0).sum(axis=0) / np.where(count > 0, count, 1)
    return np.where(count > 0, np.exp(mean), np.nan)
