"""What is dear to compute, kept in this user's cache folder by the content it was computed from: nothing is shipped.

An entry is one file of arrays. It only ever saves time: an entry is read if its key is the one asked for and every byte
is as it was written, else it is computed again. An entry is written beside and takes its place by one rename, so that
any number of processes may read and write; it need not be forced to the disk, for its checksums say what arrived there.

    16 bytes     MAGIC, length of the head, CRC-32 of the head
    head         JSON: key, and of each array name, dtype, shape, place in the file, CRC-32 of each CHUNK bytes of it
    arrays       each from a multiple of ALIGNED bytes on, as it is in memory

The folder is bounded: an entry that nobody used for OLDEST days goes, then those used longest ago beyond a number by
kind, then those beyond LARGEST bytes in all.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from samarkand.core.scratch import Scratch, sweep
from samarkand.engines.threads import run_all

MOST_KEPT = 2  # legs by road are 130 MB at 1,000 cities
SMALL, MOST_SMALL = 1_000_000, 64  # bytes; entries of small networks, which are counted by themselves
LARGEST = 2_500_000_000  # bytes of all entries; three large networks with all that belongs to them are 1.6 GB
OLDEST = 90.0  # days since an entry was used
FORMER = 1.0  # days since an entry of a former format was used, or one was begun: nobody reads it
ENDING = ".arrays"
MAGIC = b"SMRKND1\n"
CHUNK = 1 << 22  # bytes: several threads check one array
ALIGNED = 64  # bytes, as numpy's own files
_NAMES = re.compile(r"[a-z-]+-[0-9a-f]{32}(\.arrays|\.npz)?|\.part-[a-z0-9_]{8}|tmp[a-z0-9_]{8}\.part")
_START = struct.Struct("<8sII")

Arrays = dict[str, NDArray[Any]]


def cache_folder() -> Path:
    """The folder of this user; `SAMARKAND_CACHE_DIR` overrides."""
    override = os.environ.get("SAMARKAND_CACHE_DIR")
    return Path(override) if override else user_cache_path("samarkand", appauthor=False)


def entry_path(kind: str, key: str) -> Path:
    """The file of an entry."""
    return cache_folder() / f"{kind}-{key[:32]}{ENDING}"


def load_entry(kind: str, key: str, *, mapped: bool = False) -> Arrays | None:
    """The arrays of an entry, None where it is missing or damaged; `mapped`: as read-only memory maps."""
    path = entry_path(kind, key)
    try:
        with path.open("rb") as stream:
            head, begin = _read_head(stream)
            if head["key"] != key:
                return None
            arrays = {each["name"]: _array(path, stream, begin, each, mapped) for each in head["arrays"]}
        if _checksums(arrays.values()) != [total for each in head["arrays"] for total in each["sums"]]:
            return None
        os.utime(path)
    except (OSError, ValueError):
        return None
    return {
        each["name"]: arrays[each["name"]].T if each["turned"] else arrays[each["name"]]
        for each in head["arrays"]
    }


def save_entry(kind: str, key: str, arrays: Mapping[str, NDArray[Any]], most: int) -> None:
    """Keep arrays under a key, and `most` large entries of this kind.

    Where the folder cannot be written, they are computed again next time.
    """
    root = cache_folder()
    try:
        sweep(root)
        scratch = Scratch(root)
    except OSError:
        return
    try:
        made = scratch.folder / kind
        with made.open("wb") as stream:
            _write(stream, key, arrays)
        os.replace(made, entry_path(kind, key))
    except OSError:  # a full disk; an entry that another process has mapped, on Windows
        pass
    finally:
        scratch.remove()
    forget_oldest(kind, most)


def _write(stream: BinaryIO, key: str, arrays: Mapping[str, NDArray[Any]]) -> None:
    place, listed, laid = 0, [], []
    for name, array in arrays.items():
        turned = (
            array.flags.f_contiguous and not array.flags.c_contiguous
        )  # columns lie together: as numpy keeps it
        plain = np.ascontiguousarray(array.T if turned else array).reshape(
            array.T.shape if turned else array.shape
        )
        about = {"name": name, "dtype": plain.dtype.str, "shape": plain.shape, "turned": turned, "at": place}
        listed.append({**about, "sums": _checksums([plain])})
        laid.append((place, plain))
        place = _aligned(place + plain.nbytes)
    head = json.dumps({"key": key, "bytes": place, "arrays": listed}).encode()
    begin = _aligned(_START.size + len(head))
    stream.write(_START.pack(MAGIC, len(head), zlib.crc32(head)) + head)
    for at, plain in laid:
        stream.seek(begin + at)
        stream.write(_bytes(plain).data)
    stream.truncate(begin + place)


def _read_head(stream: BinaryIO) -> tuple[dict[str, Any], int]:
    """The head of an entry and where its arrays begin. Raises `ValueError` where the file is not as it was written."""
    start = stream.read(_START.size)
    if len(start) < _START.size:
        raise ValueError("cut short")
    magic, length, total = _START.unpack(start)
    size = os.fstat(stream.fileno()).st_size
    if magic != MAGIC or length > size:
        raise ValueError("no entry of this format")
    text = stream.read(length)
    if zlib.crc32(text) != total:
        raise ValueError("damaged")
    head, begin = json.loads(text), _aligned(_START.size + length)
    if size != begin + head["bytes"]:  # a map of a file that is shorter would end the process
        raise ValueError("cut short")
    return head, begin


def _array(path: Path, stream: BinaryIO, begin: int, about: dict[str, Any], mapped: bool) -> NDArray[Any]:
    shape, at = tuple(about["shape"]), begin + about["at"]
    if mapped and 0 not in shape:  # nothing cannot be mapped
        return np.asarray(np.memmap(path, about["dtype"], "r", at, shape))
    array: NDArray[Any] = np.empty(shape, about["dtype"])
    stream.seek(at)
    if stream.readinto(_bytes(array)) != array.nbytes:  # type: ignore[attr-defined]
        raise ValueError("cut short")
    return array


def _bytes(array: NDArray[Any]) -> NDArray[np.uint8]:
    """The memory of an array, as it lies there."""
    return array.reshape(-1).view(np.uint8)


def _checksums(arrays: Iterable[NDArray[Any]]) -> list[int]:
    """CRC-32 of each CHUNK bytes of each array, worked out side by side."""
    parts = [
        memory[begin : begin + CHUNK]
        for memory in map(_bytes, arrays)
        for begin in range(0, memory.size, CHUNK)
    ]
    return run_all(lambda part: zlib.crc32(part.data), parts) if parts else []


def _aligned(place: int) -> int:
    return -(-place // ALIGNED) * ALIGNED


def forget_oldest(kind: str, most: int) -> None:
    """Keep the folder within its bounds (see the module): of a kind `most` large entries, MOST_SMALL small ones.

    A small network is computed in no time: what is kept of it never drives out what took minutes. Entries of former
    formats, which nobody reads, go too.
    """
    entries = sorted(_entries(), reverse=True)  # the last used first
    mine = [entry for entry in entries if entry[2].name.rpartition("-")[0] == kind]
    small = [entry for entry in mine if entry[1] < SMALL]
    large = [entry for entry in mine if entry[1] >= SMALL]
    gone = {*large[most:], *small[MOST_SMALL:]}
    total, now = 0, time.time()
    for entry in entries:
        used, size, path = entry
        days = (now - used) / 86_400.0
        if days > OLDEST or (path.suffix != ENDING and days > FORMER):
            gone.add(entry)
        if entry not in gone:
            total += size
            if total > LARGEST:
                gone.add(entry)
    for _, _, path in gone:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()


def _entries() -> Iterator[tuple[float, int, Path]]:
    """When each entry was used last, its bytes, and where it is; what goes meanwhile is left out."""
    for path in cache_folder().iterdir():
        if _NAMES.fullmatch(path.name):
            with suppress(OSError):
                files = path.iterdir() if path.is_dir() else (path,)
                yield path.stat().st_mtime, sum(file.stat().st_size for file in files), path
