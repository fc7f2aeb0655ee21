"""The version of the code that works something out: what is kept of another one is never read."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from samarkand.core.hashing import content_hash

BEHIND = ("numpy", "scipy", "numba", "xarray", "pandas")  # packages that figures depend on to the last digit


@cache
def code_version(*parts: str) -> str:
    """Hash of the package's own files, of Python and of the packages that figures depend on.

    `parts`: the folders and files of the package that decide a figure; all of it where none is named.
    """
    package = Path(str(files("samarkand")))
    roots = [package / part for part in parts] or [package]
    return content_hash([hash_of_files(roots), platform.python_version(), *map(version, BEHIND)])


def hash_of_files(roots: Iterable[Path]) -> str:
    """Hash of files and of those of folders, by name, size and time: another one after every change of them."""
    known = [
        (str(path.relative_to(root.parent)), about.st_size, about.st_mtime_ns)
        for root in roots
        for path in (sorted(root.rglob("*")) if root.is_dir() else [root])
        if "__pycache__" not in path.parts  # bytecode, and machine code in folders below it
        for about in (path.stat(),)
        if path.is_file()
    ]
    return content_hash(known)
