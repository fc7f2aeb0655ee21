"""Compiled kernels are loaded one module after another, whatever threads ask for at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
from concurrent.futures import ThreadPoolExecutor
from samarkand.engines.compiled import load_compiled
from samarkand.engines.equilibrium.preparation import load_kernels
asked = [load_kernels, *(
    lambda name=name: load_compiled(f"samarkand.engines.{name}")
    for name in ("routing_kernels", "choice_kernels", "path_update_kernels", "assignment_kernels")
)]
with ThreadPoolExecutor(len(asked)) as pool:
    modules = list(pool.map(lambda load: load(), asked))
import numba
assert numba.config.CACHE_DIR == "", numba.config.CACHE_DIR
folders = [
    str(function._cache.cache_path)
    for module in modules[1:]
    for function in vars(module).values()
    if hasattr(function, "py_func")
]
assert folders
assert all("__pycache__" in folder and "numba-" not in folder for folder in folders), set(folders)
"""


def test_machine_code_is_kept_beside_its_module_however_many_threads_load_it(tmp_path: Path):
    """A setting for the kernels of the equilibrium must not be that of others, nor lead to the working folder."""
    for _ in range(3):
        subprocess.run([sys.executable, "-c", PROGRAM], check=True, cwd=tmp_path)
    assert not list(tmp_path.iterdir())


KERNELS = """
from numba import njit


@njit(cache=True)
def twice(x):
    return 2.0 * x


@njit(cache=True)
def total(values):
    s = 0.0
    for i in range(values.size):
        s += twice(values[i])
    return s


@njit(cache=True)
def largest(values):
    return values.max()
"""
USE = """
import numpy as np
from samarkand.engines.compiled import load_compiled
kernels = load_compiled("made.kernels")
values = np.arange(1000.0)
print(kernels.total(values), kernels.largest(values), kernels.twice(3.0))
"""


def test_damaged_machine_code_is_compiled_again(tmp_path: Path):
    """A zeroed block, a cut file and two files exchanged, in code and index: the same result, and whole files again."""
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "kernels.py").write_text(KERNELS)

    def used() -> str:
        paths = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
        run = subprocess.run(
            [sys.executable, "-c", USE], check=True, capture_output=True, text=True,
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kept"), "PYTHONPATH": paths},
        )  # fmt: skip
        return run.stdout

    assert used() == "999000.0 999.0 6.0\n"
    kept = {path: path.read_bytes() for path in sorted((tmp_path / "kept").rglob("*.nb?"))}
    code = [path for path in kept if path.suffix == ".nbc"]
    index = [path for path in kept if path.suffix == ".nbi"]
    assert (len(code), len(index)) == (3, 3)
    half = len(kept[code[0]]) // 2
    for damage in (
        {code[0]: kept[code[0]][:half] + bytes(4096) + kept[code[0]][half + 4096 :]},
        {code[1]: kept[code[1]][:1000], index[0]: bytes(len(kept[index[0]]))},
        {
            code[0]: kept[code[2]],
            code[2]: kept[code[0]],
            index[1]: kept[index[1]][:7],
            index[2]: kept[index[0]],
        },
    ):
        for path, content in damage.items():
            path.write_bytes(content)
        assert used() == "999000.0 999.0 6.0\n"
        times = {path: path.stat().st_mtime_ns for path in kept}
        assert used() == "999000.0 999.0 6.0\n"
        assert {path: path.stat().st_mtime_ns for path in kept} == times  # read, as it was written again
