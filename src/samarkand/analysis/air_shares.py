"""Share of the air in the value of what some economies sell others."""

from __future__ import annotations

import numpy as np

from samarkand.analysis.mode_shares import counted_pairs
from samarkand.baseline import Baseline


def calc_air_share(baseline: Baseline, pairs: str) -> float | None:
    """sum over pairs and goods of trade by air / sum over them of trade; a fraction, None where nothing is traded.

    pairs: as places of shares of modes, `A>B`. By air goes what is left of a sector's goods that ride on their own when
    road, rail and sea have their part (`Setting.surface_part`).
    """
    setting = baseline.setting
    accounts, table = setting.world.accounts, setting.commodities
    counted = counted_pairs(pairs, setting.world.labels)
    if counted is None:
        return None
    order = ("origin", "destination", "sector")
    flow, part = (one.transpose(*order).to_numpy() for one in (accounts.trade_flow, setting.surface_part))
    surface, air = table["network_share"].to_numpy(), table["air_share"].to_numpy()
    goods = np.array([accounts.is_goods(code) for code in accounts.sectors], np.bool_)
    traded = np.nan_to_num(flow)[counted][:, goods]
    flown = traded * (surface + air - part[counted] * surface)[:, goods]
    total = float(traded.sum())
    return float(flown.sum()) / total if total > 0 else None
