"""Importers of official files: each turns files into one part of a world, and keeps nothing where there is a fault.

    import_world("tariffs", ["wits.csv"], name="with-tariffs")
    world = open_world("with-tariffs")

`importers.csv` declares the kinds. An importer is a module with one function `read(task) -> Parts | None`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from glob import glob
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args

from samarkand.core.faults import Fault, FaultList, Faults
from samarkand.core.write_faults import writing_faults
from samarkand.world import store
from samarkand.world.accounts.tariffs import TARIFF_NEED
from samarkand.world.importers.frame import Import, ImportKind, Parts, Rates, find_kind, import_hint, kinds
from samarkand.world.importers.numerals import Decimal
from samarkand.world.importers.replaced import note_replaced_part
from samarkand.world.importers.tables import Step, within
from samarkand.world.network import store as network_store
from samarkand.world.world import EMBEDDED, World

COMPRESSED = (
    0.6  # bytes of accounts on the disk over those in memory: 113 of 188 MB for 199 economies and 24 sectors
)

__all__ = ["Import", "ImportKind", "Parts", "find_kind", "import_hint", "import_world", "kinds"]


def import_world(
    kind: str,
    paths: Sequence[str | Path],
    *,
    name: str,
    base: str = EMBEDDED,
    year: int | None = None,
    economy: str | None = None,
    decimal: Decimal | None = None,
    rates: Rates | None = None,
    where: Mapping[str, str] | None = None,
    overwrite: bool = False,
    progress: Step = lambda *_words, **_fractions: None,
) -> World:
    """Import official files of a kind over a base world, and keep the result as a named world.

    decimal: how the files write decimals, where a spreadsheet changed them; rates: in what tariffs are, where the file
    does not show it; where: column and value of the rows to read, where a file has several editions or levels.

    Raises `Faults` with all that is wrong with the files; then, and when it is interrupted, nothing
    is kept.
    """
    declared = find_kind(kind)
    store.check_name(name)
    below = store.open_world(base)
    _check_options(declared, decimal, rates, dict(where or {}))
    task = Import(
        declared,
        _expand(paths),
        below,
        year=year,
        economy=economy.upper() if economy else None,
        decimal=decimal,
        rates=rates,
        where=dict(where or {}),
        progress=progress,
    )
    with store.new_folder(name, overwrite=overwrite, room=_room(task)) as folder:
        parts = import_module(f"samarkand.world.importers.{declared.module}").read(task)
        if parts is not None:
            note_replaced_part(task, parts)
        task.close()
        if parts is None:
            raise Faults([Fault(kind, "gave nothing", "Check the files.")])
        progress("writing the world")
        with writing_faults(f"world {name} in {store.worlds_folder()}", store.OWN_FOLDER):
            _write(folder, name, task, parts)
    return store.open_world(name)


def _check_options(
    kind: ImportKind, decimal: str | None, rates: str | None, where: Mapping[str, str]
) -> None:
    """Raise `Faults` for options that a kind of file does not have, or that have other words."""
    faults = FaultList()
    if where and "where" not in kind.options:
        faults.add("--where", f"is no option of {kind.kind}", "Leave it out.")
    for name, value, words in (("decimal", decimal, get_args(Decimal)), ("rates", rates, get_args(Rates))):
        if value is not None and name not in kind.options:
            faults.add(f"--{name} {value}", f"is no option of {kind.kind}", "Leave it out.")
        elif value is not None and value not in words:
            faults.add(f"--{name} {value}", "is not known", f"Say {' or '.join(words)}.")
    faults.raise_if_any()


def _expand(paths: Sequence[str | Path]) -> tuple[Path, ...]:
    """Paths with patterns such as `DIR/*.csv` replaced by what they match (for shells that do not)."""
    found: list[Path] = []
    for path in paths:
        word = str(path)
        matched = sorted(glob(word)) if any(mark in word for mark in "*?[") else []
        found += [Path(one).expanduser() for one in matched or [word]]
    if not found:
        raise Faults([Fault("PATH", "no file is named", "Name the files to import.")])
    return tuple(dict.fromkeys(found))


def _files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The files behind paths: those of folders, and archives for what is named in them."""
    found: list[Path] = []
    for path in paths:
        inner = within(path)
        found += sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else []
        found += [] if path.is_dir() else [inner[0] if inner else path]
    return tuple(dict.fromkeys(found))


def _copy(path: Path, to: Path, base: World) -> None:
    """Copy a file of the base into the new world. Raises `Faults` where it is not the one that was opened."""
    with suppress(FileNotFoundError):
        shutil.copyfile(path, to)
    if not to.exists() or store.file_entry(to)["sha256"] != base.manifest["files"][path.name]["sha256"]:
        raise Faults([Fault(f"--base {base.name}", "was replaced meanwhile", "Import again.")])


def _room(task: Import) -> int:
    """Bytes that the new world will take on the disk: the files of the base, and accounts where they are replaced."""
    kept = [] if task.base.name == EMBEDDED else task.base.manifest["files"].values()
    room = sum(int(entry.get("bytes", 0)) for entry in kept)
    if "accounts" in task.kind.replaces:
        flow = task.base.accounts.trade_flow
        room += int(COMPRESSED * flow.nbytes * (flow.sizes["sector"] + 1))
    return room


def _write(folder: Path, name: str, task: Import, parts: Parts) -> None:
    """The files of the new world and its manifest: what the base had, with the new part in its place."""
    base = task.base
    layers: list[dict[str, Any]] = list(base.manifest.get("layers", ()))
    files: dict[str, Any] = {}
    gives = set(base.imported)
    if base.name != EMBEDDED:
        stored = store.find_stored(base.name)
        files = dict(stored.manifest["files"])
        for file in files:
            _copy(stored.folder / file, folder / file, base)
    sources = {path: _source(task.kind, path, parts.year) for path in _files(task.paths)}
    told = {"licence": task.kind.licence, "year": parts.year, "sources": list(sources.values())}
    gives |= set(task.kind.gives.split("; ")) - {""}
    if parts.accounts is not None:
        written = store.write_accounts(folder, parts.accounts)
        if parts.products is not None:
            written += store.write_products(folder, parts.products)
        # Rates are by label and weighted over the rest of the world: they belong to the accounts they were made for.
        if "tariffs.parquet" in files and parts.accounts.economies != base.accounts.economies:
            del files["tariffs.parquet"]
            (folder / "tariffs.parquet").unlink()
            gives.discard(TARIFF_NEED)
            task.notes.append(
                "the tariffs of the base are dropped, for the economies are others: import them again"
            )
    elif parts.products is not None:
        written = store.write_products(folder, parts.products)
    elif parts.tariffs is not None:
        parts.tariffs.to_parquet(folder / "tariffs.parquet", index=False, compression="zstd")
        written = ["tariffs.parquet"]
    elif parts.cables is not None:
        written = store.write_cables(folder, files, parts.cables)
    elif parts.network is not None:
        written = list(network_store.write_network(folder, parts.network))
    else:
        assert parts.facts is not None
        store.write_facts(folder, files, parts.facts)
        written = ["facts.parquet"]
    for file in written:
        derivation = f"{task.kind.title}, imported; {json.dumps(parts.measures, ensure_ascii=False)}"
        about = {"derivation": derivation, **told}
        if parts.network is not None:
            about = _about_network_file(file, task, parts, about, sources)
        entry = store.file_entry(folder / file, **about)
        if file in ("facts.parquet", store.CABLES) and file in files:
            entry["sources"] = [*files[file]["sources"], *sources.values()]
        files[file] = entry
    layer = {
        "kind": task.kind.kind,
        "title": task.kind.title,
        "year": parts.year,
        "imported_on": date.today().isoformat(),
        "replaces": task.kind.replaces,
        "licence": task.kind.licence,
        "files": [{"name": source["package"], "sha256": source["sha256"]} for source in sources.values()],
        "measures": parts.measures,
        "notes": task.notes,
    }
    manifest = {
        "name": name,
        "base": {"name": base.name, "hash": base.hash},
        "samarkand": version("samarkand"),
        "gives": sorted(gives),
        "layers": [*layers, layer],
        "files": files,
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / store.MANIFEST).write_text(text + "\n", encoding="utf-8")


def _about_network_file(
    file: str, task: Import, parts: Parts, about: dict[str, Any], sources: dict[Path, dict[str, Any]]
) -> dict[str, Any]:
    """Manifest entry of one table of a network: the user's files of its part, else the entry of the base."""
    mine = [sources[path] for path in parts.network_parts.get(network_store.part_of(file), ())]
    if mine:
        return {**about, "sources": mine}
    listed = task.base.manifest["files"]
    base = listed.get(file) or listed[network_store.published_file(file)]
    return {key: value for key, value in base.items() if key not in ("sha256", "bytes")}


def _source(kind: ImportKind, path: Path, year: int) -> dict[str, Any]:
    entry = store.file_entry(path)
    return {
        "package": path.name,
        "registry": "file",
        "version": entry["sha256"][:12],
        "sha256": entry["sha256"],
        "what": kind.title,
        "publisher": kind.publisher,
        "licence": kind.licence,
        "attribution": kind.publisher,
        "address": kind.address,
        "year": str(year),
    }
