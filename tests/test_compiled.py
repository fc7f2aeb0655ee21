"""Compiled kernels are loaded one module after another, whatever threads ask for at once."""

from __future__ import annotations

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
