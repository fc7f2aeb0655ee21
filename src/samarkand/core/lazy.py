"""Exports that load only when they are used, so that `samarkand --help` and small commands start at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import version
from typing import Any


def lazy_exports(
    package: str, exports: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """`__getattr__`, `__dir__` and `__all__` for a package that exports names of other modules lazily (PEP 562).

    exports: module by name, or `module:other` where the name is another one there.
    """

    def get(name: str) -> Any:
        if name == "__version__":
            return version(package.partition(".")[0])
        if name not in exports:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, _, other = exports[name].partition(":")
        return getattr(import_module(module), other or name)

    return get, lambda: sorted(exports), sorted(exports)
