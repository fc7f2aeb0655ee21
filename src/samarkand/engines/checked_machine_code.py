"""Machine code that numba keeps, with a checksum: what is damaged is compiled again instead of being run.

numba reads what it kept without a check, and a block lost by the disk is machine code that does something else. Each
file here is what numba writes, and after it DIGEST bytes: blake2b of the file's name and the rest, so that one
exchanged with another is noticed too.
"""

from __future__ import annotations

import pickle
import sys
from hashlib import blake2b
from pathlib import Path
from typing import Any

from numba.core.caching import IndexDataCacheFile

DIGEST = 16  # bytes


class CheckedFiles(IndexDataCacheFile):  # type: ignore[misc]
    """The index of a function and its machine code by types of arguments; a file that is not as written is as none."""

    def _load_index(self) -> dict[Any, str]:
        content = _checked(self._index_path)
        if content is None:
            return {}
        version, stamp, overloads = pickle.loads(content)
        return dict(overloads) if (version, stamp) == (self._version, self._source_stamp) else {}

    def _save_index(self, overloads: dict[Any, str]) -> None:
        self._write(self._index_path, self._dump((self._version, self._source_stamp, overloads)))

    def _load_data(self, name: str) -> Any:
        content = _checked(self._data_path(name))
        if content is None:
            raise OSError("damaged")  # numba compiles what is not there
        return pickle.loads(content)

    def _save_data(self, name: str, data: Any) -> None:
        self._write(self._data_path(name), self._dump(data))

    def _write(self, path: str, content: bytes) -> None:
        with self._open_for_write(path) as stream:
            stream.write(content + _digest(path, content))


def _digest(path: str, content: bytes) -> bytes:
    return blake2b(content, digest_size=DIGEST, key=blake2b(Path(path).name.encode()).digest()).digest()


def _checked(path: str) -> bytes | None:
    """The content of a file without its checksum; None where it is not there or not as it was written."""
    try:
        whole = Path(path).read_bytes()
    except OSError:
        return None
    content, digest = whole[:-DIGEST], whole[-DIGEST:]
    return content if digest == _digest(path, content) else None


def check_machine_code(package: str) -> None:
    """Let all compiled functions of the loaded modules of a package keep their machine code so."""
    for name, module in list(sys.modules.items()):
        if name.startswith(package):
            for function in list(vars(module).values()):
                files = getattr(getattr(function, "_cache", None), "_cache_file", None)
                if type(files) is IndexDataCacheFile:
                    files.__class__ = CheckedFiles
