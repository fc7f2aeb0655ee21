"""Which code computed what is kept on the disk."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from samarkand.core.hashing import content_hash


@cache
def code_version() -> str:
    """Hash of the package's own files, by name, size and time: another one after every change of them."""
    root = Path(str(files("samarkand")))
    known = [
        (str(path.relative_to(root)), path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(root.rglob("*"))
        if path.suffix in (".py", ".csv", ".parquet", ".npz")
    ]
    return content_hash(known)
