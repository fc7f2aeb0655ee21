"""The equilibrium engine: single solves cold and warm, many, the gradient; beside gegravity and the memory's speed.

One thread a solve, the building of the trade-cost kernel and the certificate included; medians of five runs, each the
mean of a few repetitions where one is short. Beside the time on the clock stands the thread's processor time: the two
are one on a machine that does nothing else. The worlds are made up except the embedded one. gegravity 0.3 is used
where it is installed here or in the interpreter that GEGRAVITY_PYTHON names. `--without-peer` leaves it out: it takes
about a minute.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._worlds import (
    corridor,
    embedded_accounts,
    everywhere,
    for_puremacro,
    gravity_question,
    made_up_accounts,
    many_sector_question,
)
from samarkand.engines.equilibrium import (
    EquilibriumAccounts,
    Shock,
    armington_accounts,
    calc_gradient,
    exposure,
    solve,
    solve_many,
)
from samarkand.engines.equilibrium.iteration import find, pose
from samarkand.engines.equilibrium.measures import calc_real_income_hat, calc_real_wage_hat
from samarkand.engines.equilibrium.preparation import build_kernels, load_kernels, prepare

AIMS = {(31, 40): 3.0, (70, 45): 9.0, (160, 1): 0.8, (160, 26): 17.0}  # ms
PEER_SIZES = (30, 50, 100, 150)
SCENARIOS = 1000
RUNS = 5


def median_times(action: Callable[[], Any], repetitions: int = 1) -> tuple[float, float]:
    """(seconds on the clock, seconds of this thread): medians of five means, after one run to warm up."""
    action()
    clock, thread = [], []
    for _ in range(RUNS):
        begun, thread_begun = time.perf_counter(), time.thread_time()
        for _ in range(repetitions):
            action()
        clock.append((time.perf_counter() - begun) / repetitions)
        thread.append((time.thread_time() - thread_begun) / repetitions)
    return sorted(clock)[RUNS // 2], sorted(thread)[RUNS // 2]


def median_time(action: Callable[[], Any], repetitions: int = 1) -> float:
    """Seconds of this thread."""
    return median_times(action, repetitions)[1]


def stream_rate(size: int) -> float:
    """Bytes a second of one thread adding up an array of this many bytes: what the memory it fits in allows.

    Four sums run side by side: with a single one the adder's latency binds, not the memory.
    """
    from numba import njit

    @njit(fastmath=True)  # type: ignore[misc]
    def add_up(values):  # type: ignore[no-untyped-def]
        quarter = values.size // 4
        a = b = c = d = 0.0
        for i in range(quarter):
            a += values[i]
            b += values[quarter + i]
            c += values[2 * quarter + i]
            d += values[3 * quarter + i]
        return a + b + c + d

    values = np.ones(max(size // 8, 1024))
    return float(values.nbytes / median_time(lambda: add_up(values), 50))


def streamed_bytes(accounts: EquilibriumAccounts) -> int:
    """What one sweep reads of arrays that do not fit in the first-level cache."""
    prepared = prepare(accounts)
    return int(prepared.share.nbytes + prepared.input_share.nbytes + prepared.newton[0].nbytes)


def worlds() -> list[tuple[str, EquilibriumAccounts, float | None]]:
    listed: list[tuple[str, EquilibriumAccounts, float | None]] = [
        (f"{n} x {j}", made_up_accounts(n, j), aim) for (n, j), aim in AIMS.items()
    ]
    embedded = embedded_accounts()
    listed.append((f"embedded {embedded.economy_count} x {embedded.sector_count}", embedded, None))
    return listed


COLD = """
import resource, sys, time
from benchmarks._worlds import embedded_accounts, everywhere, made_up_accounts
from samarkand.engines.equilibrium import solve
n, j = map(int, sys.argv[1:])
accounts = made_up_accounts(n, j) if n else embedded_accounts()
shock = everywhere(accounts, 0)
begun = time.perf_counter()
solve(accounts, shock)
print(time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def cold(size: tuple[int, int]) -> tuple[float, float]:
    """The first solve of a fresh process, numba and the cached machine code loaded on the way.

    (seconds, highest resident memory of the process in MB, its world and the interpreter included).
    """
    words = [sys.executable, "-c", COLD, *map(str, size)]
    run = subprocess.run(words, capture_output=True, text=True, check=True)
    seconds, memory = map(float, run.stdout.split())
    return seconds, memory


def report_sizes(listed: list[tuple[str, EquilibriumAccounts, float | None]]) -> None:
    print("one solve, ms; every foreign cost changes, by pair and sector, kernel and certificate included")
    print("                          clock        thread")
    print(
        "                     cold    warm     warm     aim  aim/warm  sweeps   corridor  tariffs   peak memory, MB"
    )
    for (name, accounts, aim), size in zip(listed, [*AIMS, (0, 0)], strict=True):
        shock = everywhere(accounts, 0)
        first, memory = cold(size)
        clock, warm = median_times(lambda accounts=accounts, shock=shock: solve(accounts, shock), 5)
        along = corridor(accounts.economy_count, 0)
        by_pair = median_time(lambda accounts=accounts, along=along: solve(accounts, along), 5)
        rate = 0.1 * np.random.default_rng(0).random(accounts.trade_share.shape)
        own = np.arange(accounts.economy_count)
        rate[own, own] = 0.0
        duty = Shock(tariff_rate=rate)
        tariffs = median_time(lambda accounts=accounts, duty=duty: solve(accounts, duty), 5)
        aimed = f"{aim:7.1f} {1e-3 * aim / warm:9.1f}" if aim else "      -         -"
        print(
            f"{name:16s} {1e3 * first:8.0f} {1e3 * clock:7.2f} {1e3 * warm:8.2f} {aimed} "
            f"{solve(accounts, shock).certificate.sweeps:7d} {1e3 * by_pair:10.2f} {1e3 * tariffs:8.2f} {memory:12.0f}"
        )
    print()


def report_parts(listed: list[tuple[str, EquilibriumAccounts, float | None]]) -> None:
    """Where a warm solve's time goes, and how far the sweeps are from reading memory alone."""
    print("where it goes, ms     kernel   sweeps   the rest   us a sweep   MB a sweep   GB/s   stream GB/s")
    kernels = load_kernels()
    for name, accounts, _ in listed:
        shock = everywhere(accounts, 0)
        whole = median_time(lambda accounts=accounts, shock=shock: solve(accounts, shock), 5)
        building = median_time(
            lambda accounts=accounts, shock=shock: build_kernels(kernels, accounts, prepare(accounts), shock),
            5,
        )
        problem = pose(kernels, accounts, shock, "fixed_nominal")
        sweeping = median_time(lambda problem=problem: find(problem, problem.start.copy(), 5e-9, 100), 5)
        sweeps = find(problem, problem.start.copy(), 5e-9, 100).sweeps
        size = streamed_bytes(accounts)
        print(
            f"{name:20s} {1e3 * building:7.2f} {1e3 * sweeping:8.2f} {1e3 * (whole - building - sweeping):10.2f} "
            f"{1e6 * sweeping / sweeps:12.1f} {1e-6 * size:12.2f} {1e-9 * size * sweeps / sweeping:6.0f} "
            f"{1e-9 * stream_rate(size):13.0f}"
        )
    print()


def report_gradient(listed: list[tuple[str, EquilibriumAccounts, float | None]]) -> None:
    print("gradient of one economy's real income with respect to all costs")
    print(
        "                       ms   of a solve   iterations   largest error against central differences, relative"
    )
    for name, accounts, _ in listed:
        shock = everywhere(accounts, 0)
        solution = solve(accounts, shock, tolerance=1e-12)
        weights = np.eye(accounts.economy_count)[0]
        taken = median_time(lambda solution=solution, weights=weights: calc_gradient(solution, weights), 3)
        solving = median_time(lambda accounts=accounts, shock=shock: solve(accounts, shock), 3)
        gradient = calc_gradient(solution, weights)
        error = gradient_error(accounts, shock, gradient.iceberg)
        print(
            f"{name:16s} {1e3 * taken:8.2f} {taken / solving:12.2f} {gradient.iterations:12d} {error:15.1e}"
        )
    print()


def gradient_error(
    accounts: EquilibriumAccounts, shock: Shock, gradient: Any, cells: int = 5, step: float = 2e-3
) -> float:
    """Largest relative error at the largest costs' derivatives, drawn among the hundred largest.

    Central differences of solutions at 1e-12 with two steps, extrapolated: their own error is of the fourth order.
    """
    assert shock.iceberg_hat is not None
    largest = np.argsort(-np.abs(gradient), axis=None)[:100]
    worst = 0.0
    for flat in np.random.default_rng(0).choice(largest, cells, replace=False):
        cell = np.unravel_index(flat, gradient.shape)
        slopes = []
        for size in (step, step / 2):
            sides = []
            for sign in (1, -1):
                hat = shock.iceberg_hat.copy()
                hat[cell] *= np.exp(sign * size)
                solution = solve(accounts, Shock(iceberg_hat=hat), tolerance=1e-12)
                sides.append(np.log(calc_real_income_hat(solution)[0]))
            slopes.append((sides[0] - sides[1]) / (2 * size))
        slope = (4.0 * slopes[1] - slopes[0]) / 3.0
        worst = max(worst, abs(gradient[cell] / slope - 1.0))
    return float(worst)


def report_exposure(accounts: EquilibriumAccounts, cuts: tuple[float, ...] = (0.01, 0.04, 0.1, 0.25)) -> None:
    """How far the first-order effect is off: twelve economies drawn, all costs among them cut, three corridors."""
    errors = []
    for seed in range(3):
        along = np.random.default_rng(seed).choice(accounts.economy_count, 12, replace=False)
        shocks = []
        for cut in cuts:
            hat = np.ones((accounts.economy_count, accounts.economy_count))
            hat[np.ix_(along, along)] = 1.0 - cut
            np.fill_diagonal(hat, 1.0)
            shocks.append(Shock(iceberg_hat=hat))
        exact = np.log([calc_real_income_hat(solve(accounts, shock)) for shock in shocks])
        weights = np.eye(accounts.economy_count)
        first_order = np.array([exposure(accounts, shocks, weights[n]) for n in along])
        errors.append(np.abs(first_order.T / exact[:, along] - 1.0).max(axis=1))
    worst = ", ".join(f"{100 * error:.0f}" for error in np.max(errors, axis=0))
    listed = ", ".join(f"{100 * cut:.0f}" for cut in cuts)
    print(
        f"exposure, embedded world: cost cuts of {listed} % are off by {worst} % of the effect in the worst economy\n"
    )


def report_prohibitive(size: tuple[int, int] = (400, 60), rate: float = 10.0) -> None:
    """Tariffs of 1,000 % on all foreign trade, beside a plain solve of the same accounts (aim: ten times)."""
    accounts = made_up_accounts(*size)
    shock = everywhere(accounts, 0)
    plain = median_time(lambda: solve(accounts, shock))
    duty = np.full(accounts.trade_share.shape, rate)
    own = np.arange(accounts.economy_count)
    duty[own, own] = 0.0
    print(f"tariffs of {rate:.0%} on {size[0]} x {size[1]}, beside a plain solve of {plain:.2f} s")
    for rule in ("fixed_nominal", "purged"):
        told: list[int] = []
        taken = median_time(
            lambda rule=rule, told=told: solve(
                accounts,
                Shock(tariff_rate=duty),
                deficit_rule=rule,
                progress=lambda sweeps, _: told.append(sweeps),
            )
        )
        print(f"  {rule:14s} {taken:6.2f} s, {taken / plain:5.1f} times; {max(told)} sweeps")
    print()


def report_many() -> None:
    accounts = made_up_accounts(70, 45)
    shocks = [corridor(70, seed) for seed in range(SCENARIOS)]
    solve_many(accounts, shocks[:4], workers=2)

    def taken(**how: Any) -> float:
        begun = time.perf_counter()
        solve_many(accounts, shocks, measure=calc_real_income_hat, **how)
        return time.perf_counter() - begun

    one = taken()
    threads, processes = taken(workers=2), taken(workers=2, by="processes")
    print(f"{SCENARIOS} corridor scenarios of 70 x 45: {one:.2f} s one by one (aim 10)")
    print(f"  two threads {threads:.2f} s, {one / threads:.2f} times as fast (aim 1.4)")
    print(f"  two processes {processes:.2f} s, their start included, {one / processes:.2f} times as fast\n")


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
    print("one sector, from flows to counterfactual")
    print(
        "          gegravity 0.3, s   here, ms      ratio   largest change, %   the solve alone, ms      ratio"
    )
    for size in PEER_SIZES:
        frame, flow, hat = gravity_question(size)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "question.csv"
            frame.to_csv(file, index=False)
            run = subprocess.run([python, "-c", PEER, str(file)], capture_output=True, text=True, check=False)
        shock = Shock(iceberg_hat=hat)
        # On the clock, as gegravity's: neither is spared what else the machine does.
        taken, _ = median_times(
            lambda flow=flow, shock=shock: solve(armington_accounts(flow.T, 4.0), shock), 5
        )
        accounts = armington_accounts(flow.T, 4.0)
        alone, _ = median_times(lambda accounts=accounts, shock=shock: solve(accounts, shock), 20)
        largest = 100.0 * np.abs(calc_real_wage_hat(solve(accounts, shock)) - 1.0).max()
        if run.returncode:
            print(f"N = {size:3d}: gegravity failed: {run.stderr.strip().splitlines()[-1]}")
            continue
        seconds, change = map(float, run.stdout.split()[-2:])
        print(
            f"N = {size:3d} {seconds:19.2f} {1e3 * taken:10.2f} {seconds / taken:10.0f}   "
            f"{change:.3f}, here {largest:.3f} {1e3 * alone:19.2f} {seconds / alone:12.0f}"
        )
    print("  (gegravity keeps nominal incomes at the baseline, so the changes differ a little.)\n")


MANY_SECTORS = ((10, 5), (20, 10), (31, 20))
QUESTIONS = ("costs", "duties")
PEER_OF_SECTORS = """
import sys, time
import numpy as np
from puremacro.trade.caliendo_parro import CaliendoParroModel
given = dict(np.load(sys.argv[1]))
question = {name: given.pop(name) for name in ("d_hat", "tariffs_new") if name in given}
begun = time.perf_counter()
result = CaliendoParroModel(**given).solve_counterfactual(**question)
taken = time.perf_counter() - begun
assert result.converged
np.save(sys.argv[1] + ".npy", result.real_wage_hat)
print(taken)
"""


def report_peer_of_sectors() -> None:
    """puremacro 5.7: many sectors, inputs, deficits fixed in money; from accounts to counterfactual, on the clock."""
    python = os.environ.get("PUREMACRO_PYTHON") or (sys.executable if find_spec("puremacro") else None)
    if python is None:
        print(
            "puremacro not measured: it is not installed, and PUREMACRO_PYTHON names no interpreter with it\n"
        )
        return
    print("many sectors, every foreign cost or duty changes     largest gap of real wages, relative")
    print("                    puremacro 5.7, s   here, ms      ratio")
    for size in MANY_SECTORS:
        accounts = made_up_accounts(*size)
        for name in QUESTIONS:
            shock, question = many_sector_question(name, accounts)
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "question.npz"
                np.savez(file, **for_puremacro(accounts), **question)
                run = subprocess.run(
                    [python, "-c", PEER_OF_SECTORS, str(file)], capture_output=True, text=True, check=True
                )
                theirs = np.load(f"{file}.npy")
            taken, _ = median_times(lambda accounts=accounts, shock=shock: solve(accounts, shock), 20)
            seconds = float(run.stdout)
            ours = calc_real_wage_hat(solve(accounts, shock, tolerance=1e-12))
            gap = float(np.abs(theirs / ours - 1.0).max())
            print(
                f"{size[0]:3d} x {size[1]:2d}, {name:8s} {seconds:14.2f} {1e3 * taken:10.2f} "
                f"{seconds / taken:10.0f} {gap:12.1e}"
            )
    print()


def main() -> None:
    print(f"equilibrium engine, {os.cpu_count()} cores, one thread a solve, medians of {RUNS}")
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print(f"(load of the machine before the run {busy:.1f}: what else runs makes all of this slower)\n")
    listed = worlds()
    report_sizes(listed)
    report_parts(listed)
    report_gradient(listed)
    report_exposure(listed[-1][1])
    report_prohibitive()
    report_many()
    if "--without-peer" not in sys.argv:
        report_peer()
        report_peer_of_sectors()


if __name__ == "__main__":
    main()
