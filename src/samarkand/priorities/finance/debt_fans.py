"""A fan of public debt for an economy with access to markets, where its series allow one."""

from __future__ import annotations

import numpy as np

from samarkand.engines.debt.fan import debt_paths, draw_paths, percentiles
from samarkand.priorities.faces import Chart
from samarkand.priorities.finance.debt_inputs import HISTORY
from samarkand.priorities.finance.debt_macro import Economy

PATHS, SEED = 1000, 20180201
SHARES = {
    "5 of 100 below": 0.05,
    "25 of 100 below": 0.25,
    "middle": 0.5,
    "75 of 100 below": 0.75,
    "95 of 100 below": 0.95,
}


def fan_of(economy: Economy, paths: int = PATHS, seed: int = SEED) -> list[Chart]:
    """Percentiles of public debt over output, drawn as growth, prices, rates and balances varied in ten years.

    None where public debt or interest on it is not known in any of these years or in the projection.
    """
    first, last = economy.first - HISTORY, economy.projection[: HISTORY + 1][-1]
    years = last - first + 1
    gdp, debt = (economy.of(name, first - 1, last) for name in ("gdp", "public_debt"))
    growth, interest = (economy.of(name, first, last) for name in ("growth", "interest_public"))
    balance = sum(economy.of(name, first, last) for name in ("revenue", "grants")) - economy.of(
        "spending", first, last
    )
    drivers = np.stack(
        [
            growth,
            gdp[1:] / gdp[:-1] / (1.0 + growth) - 1.0,
            interest / debt[:-1],
            np.asarray(balance) / gdp[1:],
        ]
    )
    if np.isnan(drivers).any():
        return []
    drawn = draw_paths(drivers[:, HISTORY:], drivers[:, :HISTORY], paths, seed)
    start = float(debt[HISTORY] / gdp[HISTORY])
    # What the path of debt in the file has beyond these drivers (privatisation, revaluation) is added to every path.
    centre = debt_paths(np.array([start]), drivers[None, :, HISTORY:])[0]
    planned = debt[HISTORY + 1 :] / gdp[HISTORY + 1 :]
    found = percentiles(debt_paths(np.full(paths, start), drawn) + (planned - centre), list(SHARES.values()))
    ahead = tuple(range(economy.first, economy.first + years - HISTORY))
    lines = {name: found[k].tolist() for k, name in enumerate(SHARES)}
    return [Chart("Public debt over output, a thousand paths", "fraction", ahead, lines)]
