"""Compiled kernels, loaded when they are first needed, one module after another.

numba decides where to keep the machine code of a function when its module is imported, by a setting of the whole
process. Modules are imported under one lock, so that a setting for one of them is never that of another. What numba
keeps is read only if every byte is as it was written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

_loading = threading.RLock()
_loaded: dict[str, ModuleType] = {}


def load_compiled(name: str, cache_folder: Callable[[], Path] | None = None) -> ModuleType:
    """The module of kernels with a name.

    `cache_folder` says where its machine code is kept; by default beside the module. `NUMBA_CACHE_DIR` overrides both.
    """
    known = _loaded.get(name)
    if known is not None:
        return known
    with _loading:
        import numba

        own = cache_folder is not None and not numba.config.CACHE_DIR
        if own and cache_folder is not None:
            numba.config.CACHE_DIR = str(cache_folder())
        from samarkand.engines.checked_machine_code import check_machine_code

        try:
            module = import_module(name)
            check_machine_code(name.rpartition(".")[0])
            _loaded[name] = module
        finally:
            if own:
                numba.config.CACHE_DIR = ""
    return _loaded[name]
