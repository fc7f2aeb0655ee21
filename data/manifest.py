"""The manifest of the embedded world: what each file is, made of which packages, under which licence, and
how.

``add_entry`` merges one file's entry into ``src/samarkand/world/embedded/manifest.json``; those of other
files stay as they are, so that the steps of the build can run apart. Facts about packages stand once, in
``data/sources.csv`` and the locks.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from data import fetch

HERE = Path(__file__).resolve().parent
EMBEDDED = HERE.parent / "src" / "samarkand" / "world" / "embedded"
MANIFEST = EMBEDDED / "manifest.json"


def read_sources() -> dict[str, dict[str, str]]:
    """Rows of ``data/sources.csv`` keyed by package name."""
    with (HERE / "sources.csv").open(encoding="utf-8", newline="") as stream:
        return {row["package"]: row for row in csv.DictReader(stream)}


def source_entry(package: str) -> dict[str, str]:
    """What the manifest says of one pinned package.

    Raises:
        KeyError: the package has no pin or no row in ``data/sources.csv``.
    """
    pin = fetch.read_pins()[package]
    row = read_sources()[package]
    facts = {"package": package, "registry": pin.registry, "version": pin.version, "sha256": pin.sha256}
    return facts | {name: value for name, value in row.items() if name != "package" and value}


def read_manifest(path: Path | None = None) -> dict[str, Any]:
    """The manifest as it is; an empty one where there is none yet."""
    path = path or MANIFEST
    if not path.exists():
        return {"files": {}}
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def add_entry(
    file: str,
    sources: Sequence[str],
    derivation: str,
    *,
    licence: str,
    year: int | None = None,
    measures: Mapping[str, Any] | None = None,
    folder: Path | None = None,
) -> dict[str, Any]:
    """Write or replace the entry of one embedded file; the other entries stay.

    Args:
        file: name of a file that is already written in the embedded folder.
        sources: names of the pinned packages it was derived from.
        derivation: in words, what was done to them.
        licence: SPDX name (or plain words) of the licence the derived file is under.
        year: year the data are for, where there is one.
        measures: counts, totals and residuals worth keeping; must be JSON values.
        folder: the embedded folder, if not the project's own (for tests).

    Returns:
        The entry.

    Raises:
        FileNotFoundError: the file is not there.
        KeyError: a source is not pinned or not described.
    """
    folder = folder or EMBEDDED
    path = folder / file
    entry: dict[str, Any] = {
        "sha256": fetch.sha256_of(path),
        "bytes": path.stat().st_size,
        "licence": licence,
        "derivation": derivation,
        "sources": [source_entry(package) for package in sources],
    }
    if year is not None:
        entry["year"] = year
    if measures:
        entry["measures"] = dict(measures)
    target = folder / MANIFEST.name
    content = read_manifest(target)
    content["files"][file] = entry
    content["files"] = dict(sorted(content["files"].items()))
    # Written beside and renamed, so that an interrupted build leaves a whole manifest.
    scratch = target.with_suffix(".part")
    scratch.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    scratch.replace(target)
    return entry


def drop_entry(file: str, *, folder: Path | None = None) -> None:
    """Take a file that is no longer embedded out of the manifest; nothing happens where it is not listed."""
    target = (folder or EMBEDDED) / MANIFEST.name
    content = read_manifest(target)
    if content["files"].pop(file, None) is not None:
        scratch = target.with_suffix(".part")
        scratch.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        scratch.replace(target)
