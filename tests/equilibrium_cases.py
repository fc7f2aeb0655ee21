"""Accounts made up for tests: balanced by construction, without any solver."""

import numpy as np

from samarkand.engines.equilibrium import EquilibriumAccounts, accounts_from_flows


def random_flows(seed, economies, sectors, *, balanced=False, zeros=False):
    """(trade_flow[i, n, j], input_use[n, k, j], value_added[n, j]) that balance exactly."""
    random = np.random.default_rng(seed)
    size = np.exp(random.normal(0.0, 1.0, economies))
    flow = (
        size[:, None, None]
        * size[None, :, None]
        * np.exp(random.normal(0, 0.7, (economies, economies, sectors)))
    )
    if zeros:
        flow *= random.random(flow.shape) > 0.3
    for n in range(economies):
        flow[n, n] = 3.0 * size[n] * size.sum() * np.exp(random.normal(0, 0.3, sectors))
    # Deficits of a few per cent, like real ones: with spending a sixth of income there may be no equilibrium near by.
    back = 1.0 if balanced else 0.7
    flow = flow + back * flow.transpose(1, 0, 2)
    sales = flow.sum(axis=1)
    spent = flow.sum(axis=0)
    share = random.uniform(0.4, 0.7, (economies, sectors))
    if sectors == 1 and balanced:
        share = np.ones((economies, 1))
    # Inputs in the proportions of what the economy buys leave something of everything for final use.
    mix = spent / spent.sum(axis=1, keepdims=True)
    use = mix[:, :, None] * ((1.0 - share) * sales)[:, None, :]
    use = use * (0.6 / np.maximum(use.sum(axis=2) / spent, 0.6)).min(axis=1)[:, None, None]
    return flow, use, sales - use.sum(axis=1)


def random_accounts(
    seed, economies, sectors, *, balanced=False, zeros=False, tariffs=False
) -> EquilibriumAccounts:
    flow, use, earned = random_flows(seed, economies, sectors, balanced=balanced, zeros=zeros)
    random = np.random.default_rng(seed + 1)
    theta = random.uniform(2.0, 8.0, sectors)
    tariff = None
    if tariffs:
        tariff = random.uniform(0.0, 0.2, (economies, economies, sectors))
        tariff[np.arange(economies), np.arange(economies)] = 0.0
    return accounts_from_flows(flow.transpose(1, 0, 2), use, earned, theta, tariff_rate=tariff)


def random_iceberg(seed, economies, sectors=None, spread=0.1):
    random = np.random.default_rng(seed + 2)
    shape = (economies, economies) if sectors is None else (economies, economies, sectors)
    hat = np.exp(random.normal(0.0, spread, shape))
    hat[np.arange(economies), np.arange(economies)] = 1.0
    return hat
