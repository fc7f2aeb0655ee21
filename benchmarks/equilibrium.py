"""The equilibrium engine: single solves cold and warm, many, the gradient; beside gegravity and the memory's speed.

One thread a solve, the building of the trade-cost kernel and the certificate included; medians of five runs, each the
mean of a few repetitions where one is short. The worlds are made up (sizes and distances drawn, balanced, a fifth of
spending imported) except the embedded one. gegravity 0.3 is used where it is installed here or in the interpreter
that GEGRAVITY_PYTHON names.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from samarkand.engines.equilibrium import (
    Accounts,
    Shock,
    accounts_from_flows,
    armington_accounts,
    calc_gradient,
    solve,
    solve_many,
)
from samarkand.engines.equilibrium.measures import calc_real_wage_hat
from samarkand.engines.equilibrium.preparation import prepare

AIMS = {(31, 40): 3.0, (70, 45): 9.0, (160, 1): 0.8, (160, 26): 17.0}  # ms
PEER_SIZES = (30, 50, 100, 150)
SCENARIOS = 1000


def median_time(action: Callable[[], Any], repetitions: int = 1) -> float:
    """Seconds: the median of five means, after one run to warm up."""
    action()
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        for _ in range(repetitions):
            action()
        times.append((time.perf_counter() - begun) / repetitions)
    return sorted(times)[2]


def made_up_accounts(economies: int, sectors: int, seed: int = 0) -> Accounts:
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
        return armington_accounts(flow[:, :, 0], 5.0)
    sales, spent = flow.sum(axis=1), flow.sum(axis=0)
    inputs = random.uniform(0.35, 0.65, (economies, sectors)) * sales
    mix = (spent / spent.sum(axis=1, keepdims=True))[:, :, None]
    use = mix * np.exp(random.normal(0, 0.5, (economies, sectors, sectors)))
    use *= (inputs / use.sum(axis=1))[:, None, :]
    use *= (0.8 / np.maximum(use.sum(axis=2) / spent, 0.8)).min(axis=1)[:, None, None]
    return accounts_from_flows(flow, use, sales - use.sum(axis=1), random.uniform(2.5, 9.0, sectors))


def corridor(economies: int, seed: int, members: int = 12, cut: float = 0.1) -> Shock:
    """Costs between the economies along a corridor fall by up to `cut`, by pair."""
    random = np.random.default_rng(seed)
    hat = np.ones((economies, economies))
    along = random.choice(economies, min(members, economies), replace=False)
    falls = 1.0 - cut * random.random((along.size, along.size))
    np.fill_diagonal(falls, 1.0)
    hat[np.ix_(along, along)] = falls
    return Shock(iceberg_hat=hat)


def stream_rate(size: int) -> float:
    """Bytes a second of one thread adding up an array of this many bytes: what the memory it fits in allows."""
    from numba import njit

    @njit(fastmath=True)  # type: ignore[misc]
    def add_up(values):  # type: ignore[no-untyped-def]
        total = 0.0
        for value in values:
            total += value
        return total

    values = np.ones(max(size // 8, 1024))
    return float(values.nbytes / median_time(lambda: add_up(values), 50))


def streamed_bytes(accounts: Accounts) -> int:
    """What one sweep reads of arrays that do not fit in the first-level cache."""
    prepared = prepare(accounts)
    return int(prepared.share.nbytes + prepared.input_share.nbytes + prepared.newton[0].nbytes)


def report_sizes() -> None:
    print("one solve, ms            cold    warm     aim   sweeps  stream bound  gradient  gradient/solve")
    worlds: list[tuple[str, Accounts, float | None]] = [
        (f"{n} x {j}", made_up_accounts(n, j), aim) for (n, j), aim in AIMS.items()
    ]
    embedded = embedded_accounts()
    if embedded is not None:
        name = f"embedded {embedded.economy_count} x {embedded.sector_count}"
        worlds.append((name, embedded, None))
    for name, accounts, aim in worlds:
        shock = corridor(accounts.economy_count, 0)
        begun = time.perf_counter()
        solution = solve(accounts, shock)
        cold = time.perf_counter() - begun
        warm = median_time(lambda accounts=accounts, shock=shock: solve(accounts, shock), 5)
        size = streamed_bytes(accounts)
        bound = solution.certificate.sweeps * size / stream_rate(size)
        weights = np.eye(accounts.economy_count)[0]
        gradient = median_time(lambda solution=solution, weights=weights: calc_gradient(solution, weights), 3)
        aimed = f"{aim:7.1f}" if aim else "      -"
        print(
            f"{name:20s} {1e3 * cold:8.1f} {1e3 * warm:7.2f} {aimed} {solution.certificate.sweeps:8d} "
            f"{1e3 * bound:13.2f} {1e3 * gradient:9.2f} {gradient / warm:15.2f}"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB\n")


def embedded_accounts() -> Accounts | None:
    try:
        from samarkand.asking import ask

        question = ask("eurasian-corridors", None, (2030,), (), None, "fixed_nominal", False)
        return question.equilibrium_accounts
    except Exception as error:  # the benchmark of the engine goes on without the world
        print(f"embedded world not measured: {error}")
        return None


def report_many() -> None:
    accounts = made_up_accounts(70, 45)
    shocks = [corridor(70, seed) for seed in range(SCENARIOS)]
    solve_many(accounts, shocks[:4], workers=2)
    times = {}
    for workers in (1, 2):
        begun = time.perf_counter()
        solve_many(accounts, shocks, workers=workers)
        times[workers] = time.perf_counter() - begun
    print(f"{SCENARIOS} corridor scenarios of 70 x 45, s   one worker {times[1]:.2f} (aim 10)", end="   ")
    print(f"two {times[2]:.2f}, {times[1] / times[2]:.2f} times as fast (aim 1.4)\n")


PEER = """
import sys, time
import gegravity as ge, numpy as np, pandas as pd
data = pd.read_csv(sys.argv[1])
begun = time.perf_counter()
baseline = ge.BaselineData(
    data, imp_var_name="importer", exp_var_name="exporter", year_var_name="year", trade_var_name="trade",
    expend_var_name="E", output_var_name="Y")
values = pd.DataFrame({"var": ["access", "agreement"], "beta": [1.0, 0.4], "stderr": [0.1, 0.1]})
costs = ge.CostCoeffs(estimates=values, identifier_col="var", coeff_col="beta", stderr_col="stderr")
model = ge.OneSectorGE(
    baseline, year="2000", reference_importer=data["importer"].iloc[0], sigma=5, quiet=True,
    cost_variables=["access", "agreement"], cost_coeff_values=costs)
model.build_baseline()
changed = model.baseline_data.copy()
changed["agreement"] = changed["planned"]
model.define_experiment(changed)
model.simulate()
taken = time.perf_counter() - begun
result = model.country_results["GDP change (percent)"]
print(taken, result.abs().max())
"""


def report_peer() -> None:
    python = os.environ.get("GEGRAVITY_PYTHON") or (sys.executable if find_spec("gegravity") else None)
    if python is None:
        print(
            "gegravity not measured: it is not installed, and GEGRAVITY_PYTHON names no interpreter that has it\n"
        )
        return
    print(
        "one sector, baseline and counterfactual   gegravity 0.3, s   here, ms      ratio   largest change, %"
    )
    for size in PEER_SIZES:
        frame, flow, hat = peer_question(size)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "question.csv"
            frame.to_csv(file, index=False)
            run = subprocess.run([python, "-c", PEER, str(file)], capture_output=True, text=True, check=False)
        shock = Shock(iceberg_hat=hat)
        taken = median_time(lambda flow=flow, shock=shock: solve(armington_accounts(flow, 4.0), shock), 5)
        solution = solve(armington_accounts(flow, 4.0), shock)
        largest = 100.0 * np.abs(calc_real_wage_hat(solution) - 1.0).max()
        if run.returncode:
            print(f"N = {size:3d}: gegravity failed: {run.stderr.strip().splitlines()[-1]}")
            continue
        seconds, change = map(float, run.stdout.split()[-2:])
        print(
            f"N = {size:3d} {seconds:51.2f} {1e3 * taken:10.2f} {seconds / taken:10.0f}   "
            f"{change:.3f} there, {largest:.3f} here"
        )
    print("  (gegravity keeps nominal incomes at the baseline, so the changes differ a little.)\n")


def peer_question(size: int) -> tuple[Any, Any, Any]:
    """The same question for both: structural gravity flows and an agreement among the first five economies."""
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


def main() -> None:
    print(f"equilibrium engine, {os.cpu_count()} cores, one thread a solve\n")
    report_sizes()
    report_many()
    report_peer()


if __name__ == "__main__":
    main()
