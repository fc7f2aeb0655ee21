"""Where legs are kept: shipped with the package for the declared parameters, else cached for this user.

A cache entry is named by the content hash of the graph, places and values of time it was computed from, written
whole or not at all, and only ever saves time: a damaged or missing one is computed again.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from samarkand.engines.routing import Graph, Legs, calc_legs

End = int | str  # the number of a node, or the name of one that is not on the network yet
UNREACHED = np.iinfo(np.int32).max


@dataclass(frozen=True, eq=False)
class EndLegs:
    """Legs from each end to the targets of a component, and among the ends, by class."""

    targets: list[Legs]
    between: list[Legs]


def cache_folder() -> Path:
    """Where this user's legs are cached; `SAMARKAND_CACHE_DIR` overrides."""
    override = os.environ.get("SAMARKAND_CACHE_DIR")
    return Path(override) if override else user_cache_path("samarkand", appauthor=False)


def stored_legs(name: str, key: str, compute: Callable[[], list[Legs]]) -> list[Legs]:
    """The legs with this key: the shipped ones if they are the same, cached ones, or computed and cached."""
    with as_file(files("samarkand.world.embedded") / f"osm_legs_{name}.npz") as shipped:
        found = _read_legs(shipped, key)
    if found is None:
        found = _read_legs(cache_folder() / f"legs-{name}-{key[:32]}.npz", key)
    if found is None:
        found = compute()
        write_legs(cache_folder() / f"legs-{name}-{key[:32]}.npz", key, found)
    return found


def pack_legs(legs: list[Legs]) -> dict[str, NDArray[np.int32]]:
    """Legs as whole thousandths of an hour and cents: the first class, and the differences to it (small, mostly 0)."""
    packed = {}
    for name, factor in (("hours", 1000.0), ("usd", 100.0)):
        stack = np.stack([getattr(part, name) for part in legs])
        # The largest number that a path can have is far below the mark for "not reached".
        whole = np.where(
            np.isfinite(stack), np.round(np.where(np.isfinite(stack), stack, 0) * factor), UNREACHED
        )
        first = whole.astype(np.int64)
        first[1:] -= first[0]
        packed[name] = first.astype(np.int32)
    return packed


def unpack_legs(packed: dict[str, NDArray[np.int32]]) -> list[Legs]:
    """The legs that `pack_legs` packed."""
    arrays = []
    for name, factor in (("hours", 1000.0), ("usd", 100.0)):
        whole = packed[name].astype(np.int64)
        whole[1:] += whole[0]
        arrays.append(np.where(whole == UNREACHED, np.inf, whole / factor))
    return [Legs(hours, usd) for hours, usd in zip(*arrays, strict=True)]


def write_legs(path: Path, key: str, legs: list[Legs]) -> None:
    """Write legs with the key they were computed from, whole or not at all."""
    _write(path, {"key": np.array(key), **pack_legs(legs)})


def _read_legs(path: Path, key: str) -> list[Legs] | None:
    content = _read(path)
    if content is None or str(content["key"]) != key:
        return None
    return unpack_legs({name: content[name].astype(np.int32) for name in ("hours", "usd")})


def ends_legs(
    name: str,
    key: str,
    graph: Graph,
    values_of_time: Sequence[float],
    ends: Sequence[int],
    targets: NDArray[np.int64],
    progress: Callable[..., None],
) -> EndLegs:
    """Legs from and among the ends, from the cache as far as it knows them; what is new is added to it."""
    path = cache_folder() / f"ends-{name}-{key[:32]}.npz"
    content = _read(path)
    known = _empty(len(values_of_time), targets.size) if content is None else content
    position = {int(node): i for i, node in enumerate(known["ends"])}
    missing = [node for node in ends if node not in position]
    # A pair of ends is known when both were asked about together, or one of them was computed after the other.
    here = np.array([position[node] for node in ends if node in position], dtype=np.int64)
    unknown = np.isnan(known["between"][0, 0][np.ix_(here, here)]) if here.size else np.zeros((0, 0), bool)
    again = [int(known["ends"][i]) for i, row in zip(here, unknown, strict=True) if row.any()]
    if missing or again:
        known = _extend(known, graph, values_of_time, [*missing, *again], targets, progress)
        _write(path, known)
        position = {int(node): i for i, node in enumerate(known["ends"])}
    at = np.array([position[node] for node in ends], dtype=np.int64)
    classes = range(len(values_of_time))
    return EndLegs(
        [Legs(known["to"][0, c][at], known["to"][1, c][at]) for c in classes],
        [
            Legs(known["between"][0, c][np.ix_(at, at)], known["between"][1, c][np.ix_(at, at)])
            for c in classes
        ],
    )


def _empty(classes: int, targets: int) -> dict[str, NDArray[np.generic]]:
    return {
        "ends": np.empty(0, np.int64),
        "to": np.empty((2, classes, 0, targets)),
        "between": np.empty((2, classes, 0, 0)),
    }


def _extend(
    known: dict[str, NDArray[np.generic]],
    graph: Graph,
    values_of_time: Sequence[float],
    nodes: Sequence[int],
    targets: NDArray[np.int64],
    progress: Callable[..., None],
) -> dict[str, NDArray[np.generic]]:
    """The known ends with more: each new one is searched from once a class, to all targets and all ends."""
    before = [int(node) for node in known["ends"]]
    ends = [*before, *(node for node in nodes if node not in before)]
    position = {node: i for i, node in enumerate(ends)}
    classes = len(values_of_time)
    to = np.full((2, classes, len(ends), targets.size), np.nan)
    between = np.full((2, classes, len(ends), len(ends)), np.nan)
    to[:, :, : len(before)] = known["to"]
    between[:, :, : len(before), : len(before)] = known["between"]
    rows = np.array([position[node] for node in nodes], dtype=np.int64)
    goals = np.r_[targets, np.array(ends, dtype=np.int64)]
    for c, vot in enumerate(values_of_time):

        def report(done: int, c: int = c) -> None:
            progress(done=c * len(nodes) + done, total=classes * len(nodes))

        legs = calc_legs(graph, vot, np.array(nodes, dtype=np.int64), goals, report)
        for k, values in enumerate((legs.hours, legs.usd)):
            to[k, c, rows] = values[:, : targets.size]
            between[k, c, rows] = values[:, targets.size :]
            between[k, c][:, rows] = values[:, targets.size :].T
    return {"ends": np.array(ends, dtype=np.int64), "to": to, "between": between}


def _read(path: Path) -> dict[str, NDArray[np.generic]] | None:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        return None  # not there, or damaged: it is computed again


def _write(path: Path, content: dict[str, NDArray[np.generic]]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    except OSError:
        return  # a folder that cannot be written costs time at the next question, nothing else
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez_compressed(stream, **content)  # type: ignore[arg-type, unused-ignore]
        os.chmod(temporary, 0o644)  # as any file; mkstemp's are the owner's alone
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
