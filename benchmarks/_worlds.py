"""Made-up worlds and shocks for the benchmarks: sizes and distances drawn, balanced, a fifth of spending imported."""

from __future__ import annotations

from typing import Any

import numpy as np

from samarkand.engines.equilibrium import EquilibriumAccounts, Shock, accounts_from_flows, armington_accounts


def made_up_accounts(economies: int, sectors: int, seed: int = 0) -> EquilibriumAccounts:
    """A gravity world that balances, a fifth of spending imported, about half of output inputs."""
    random = np.random.default_rng(seed)
    size = np.exp(random.normal(0, 1.5, economies))
    place = random.random((economies, 2))
    distance = np.sqrt(((place[:, None] - place[None]) ** 2).sum(axis=2)) + 0.05
    noise = np.exp(random.normal(0, 0.8, (economies, economies, sectors)))
    weight = np.exp(random.normal(0, 0.7, sectors))
    flow = size[:, None, None] * size[None, :, None] / distance[:, :, None] * noise
    flow *= weight * np.exp(random.normal(0, 0.8, sectors))
    own = np.arange(economies)
    flow[own, own] = 0.0
    domestic = size[:, None] * weight * np.exp(random.normal(0, 0.3, (economies, sectors)))
    flow *= 0.25 * domestic.sum() / flow.sum()
    flow[own, own] = domestic
    if sectors == 1:
        return armington_accounts(flow[:, :, 0].T, 5.0)
    sales, spent = flow.sum(axis=1), flow.sum(axis=0)
    inputs = random.uniform(0.35, 0.65, (economies, sectors)) * sales
    mix = (spent / spent.sum(axis=1, keepdims=True))[:, :, None]
    use = mix * np.exp(random.normal(0, 0.5, (economies, sectors, sectors)))
    use *= (inputs / use.sum(axis=1))[:, None, :]
    use *= (0.8 / np.maximum(use.sum(axis=2) / spent, 0.8)).min(axis=1)[:, None, None]
    return accounts_from_flows(
        flow.transpose(1, 0, 2), use, sales - use.sum(axis=1), random.uniform(2.5, 9.0, sectors)
    )


def embedded_accounts() -> EquilibriumAccounts:
    """The embedded world's, as the appraisal gives them to the engine."""
    from samarkand.world.accounts.elasticities import load_elasticities
    from samarkand.world.world import load_world

    accounts = load_world().accounts
    inputs = accounts.intermediate.sum("origin").transpose("destination", "sector", "use_sector")
    return accounts_from_flows(
        accounts.trade_flow.transpose("destination", "origin", "sector").to_numpy(),
        inputs.to_numpy(),
        accounts.value_added.transpose("economy", "sector").to_numpy(),
        load_elasticities().values().sel(sector=list(accounts.sectors)).to_numpy(),
        economies=accounts.economies,
        sectors=accounts.sectors,
    )


def corridor(economies: int, seed: int, members: int = 12, cut: float = 0.1) -> Shock:
    """Costs between the economies along a corridor fall by up to `cut`, by pair."""
    random = np.random.default_rng(seed)
    hat = np.ones((economies, economies))
    along = random.choice(economies, min(members, economies), replace=False)
    falls = 1.0 - cut * random.random((along.size, along.size))
    np.fill_diagonal(falls, 1.0)
    hat[np.ix_(along, along)] = falls
    return Shock(iceberg_hat=hat)


def everywhere(accounts: EquilibriumAccounts, seed: int, cut: float = 0.1) -> Shock:
    """Every foreign cost falls, each by its own part up to `cut`, by pair and sector: the whole kernel moves."""
    hat = 1.0 - cut * np.random.default_rng(seed).random(accounts.trade_share.shape)
    own = np.arange(accounts.economy_count)
    hat[own, own] = 1.0
    return Shock(iceberg_hat=hat)


def many_sector_question(name: str, accounts: EquilibriumAccounts) -> tuple[Shock, dict[str, Any]]:
    """The same question for puremacro and for us: every foreign cost falls, or duties of up to 10 % are put on.

    (shock, arguments of `CaliendoParroModel.solve_counterfactual`, whose arrays are [sector, destination, origin]).
    """
    if name == "costs":
        shock = everywhere(accounts, 0)
        assert shock.iceberg_hat is not None
        return shock, {"d_hat": shock.iceberg_hat.transpose(2, 0, 1)}
    rate = 0.1 * np.random.default_rng(1).random(accounts.trade_share.shape)
    own = np.arange(accounts.economy_count)
    rate[own, own] = 0.0
    return Shock(tariff_rate=rate), {"tariffs_new": 1.0 + rate.transpose(2, 0, 1)}


def for_puremacro(accounts: EquilibriumAccounts) -> dict[str, Any]:
    """Accounts as `CaliendoParroModel` takes them: inputs [economy, user, input]."""
    return {
        "trade_shares": accounts.trade_share.transpose(2, 0, 1), "gamma_va": accounts.value_added_share,
        "gamma_io": accounts.input_share.transpose(0, 2, 1), "alpha": accounts.consumption_share,
        "theta": accounts.trade_elasticity, "labor_income": accounts.value_added, "deficits": accounts.deficit,
    }  # fmt: skip


def gravity_question(size: int) -> tuple[Any, Any, Any]:
    """The same question for gegravity and for us: structural gravity flows and an agreement among five economies.

    (frame for gegravity, flows [i, n], iceberg_hat [n, i]).
    """
    import pandas as pd

    random = np.random.default_rng(size)
    output = np.exp(random.normal(0, 1.0, size))
    output *= 1e6 / output.sum()
    place = random.random((size, 2))
    distance = np.sqrt(((place[:, None] - place[None]) ** 2).sum(axis=2)) + 0.05
    access = -np.log(distance) - 2.0 * (1.0 - np.eye(size))
    factor = np.ones(size)
    share = output / output.sum()
    for _ in range(2000):  # symmetric costs and margins: one factor an economy
        last = factor
        factor = np.sqrt(factor / (np.exp(access) @ (factor * share)))
        if np.abs(factor / last - 1.0).max() < 1e-14:
            break
    # Multilateral resistances near one are where the package's solver starts.
    access += np.log(np.median(factor) ** 2)
    factor /= np.median(factor)
    flow = np.exp(access) * np.outer(factor * share, factor * share) * output.sum()
    planned = np.zeros((size, size))
    planned[:5, :5] = 1.0 - np.eye(5)
    row, column = (index.ravel() for index in np.indices((size, size)))
    names = np.array([f"E{number:03d}" for number in range(size)])
    frame = pd.DataFrame(
        {
            "exporter": names[row], "importer": names[column], "year": 2000, "trade": flow.ravel(),
            "Y": output[row], "E": output[column], "access": access.ravel(), "agreement": 0,
            "planned": planned.ravel(),
        }
    )  # fmt: skip
    return frame, flow, np.exp(-0.4 * planned / 4.0).T.copy()
