"""The user's worlds: named folders of what was imported, over the embedded world.

A world on disk is a folder with `manifest.json`, which names the folder in it that holds the files of the parts that
were replaced (worlds of the first layout have them beside the manifest). To replace a world, the new files are written
into a folder of their own and forced to the disk; then the new manifest takes the place of the old in one rename, which
is atomic on every system, as a swap of two folders is not; then the old files go. Who is killed on the way leaves the
old world or the new one, and files that no manifest names, which the next command removes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from samarkand.core.durable import sync_folder, sync_tree
from samarkand.core.faults import Fault, Faults, did_you_mean
from samarkand.core.scratch import Scratch, sweep
from samarkand.core.write_faults import check_place, writing_faults
from samarkand.world.accounts.intermediate_use import DenseIntermediateUse
from samarkand.world.accounts.products import Products
from samarkand.world.accounts.tables import Accounts
from samarkand.world.accounts.tariffs import COLUMNS as TARIFF_COLUMNS
from samarkand.world.accounts.tariffs import Tariffs
from samarkand.world.cables import load_cables
from samarkand.world.cables.tables import systems_of_table
from samarkand.world.economies.facts import Facts, load_facts
from samarkand.world.network.store import EMBEDDED_PREFIXES, PREFIX, holds_network, read_network
from samarkand.world.world import EMBEDDED, World, files_hash, load_world

MANIFEST = "manifest.json"
PRODUCTS = "products.parquet"
CABLES = "cables.parquet"
VERSION = (
    "files-"  # prefix of the folders with the files of a world; `folder` in its manifest is the one in force
)
FORMER = ".new-"  # prefix of folders in which the first layout was written
FORMER_AGE = 3600.0  # seconds since the last file from which such a folder is left over: it knew no locks
OWN_FOLDER = "Give yourself the right, or set SAMARKAND_DATA_DIR to a folder of yours."
# Errors of reading files that are whole, but not as this version writes them.
NOT_OURS = (ValueError, KeyError, TypeError, IndexError, AttributeError, NotImplementedError)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_ARRAYS = ("intermediate", "final_demand", "gross_output", "value_added")


def data_folder() -> Path:
    """Where the user's data are: `SAMARKAND_DATA_DIR`, else the place the system keeps such data in."""
    chosen = os.environ.get("SAMARKAND_DATA_DIR")
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("samarkand", appauthor=False)


def worlds_folder() -> Path:
    """The folder of the user's worlds."""
    return data_folder() / "worlds"


@dataclass(frozen=True)
class StoredWorld:
    """A world in the store: the folder of its files, and its manifest."""

    name: str
    folder: Path
    manifest: dict[str, Any]


def list_worlds() -> list[StoredWorld]:
    """The user's worlds by name; folders without a manifest that can be read are left out.

    What killed processes left in the store is removed on the way.
    """
    root = worlds_folder()
    try:
        for left in root.iterdir() if root.is_dir() else ():
            _ignore_refusal(partial(_sweep, left))
        homes = sorted(root.iterdir()) if root.is_dir() else []
    except OSError as error:
        raise Faults([Fault(str(root), f"cannot be read ({error.strerror})", OWN_FOLDER)]) from error
    return [world for home in homes if _NAME.fullmatch(home.name) and (world := _stored(home)) is not None]


def _stored(home: Path) -> StoredWorld | None:
    """The world in a folder of the store; None where its manifest is not there or damaged."""
    try:
        manifest = json.loads((home / MANIFEST).read_text(encoding="utf-8"))
        files = home / str(manifest.get("folder", ""))
        return StoredWorld(home.name, files, manifest) if _is_manifest(manifest) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _is_manifest(manifest: Any) -> bool:
    """Whether a manifest has what is read of it; `KeyError` or `TypeError` for some that have not."""
    layers, files = manifest["layers"], manifest["files"]
    return (
        isinstance(layers, list)
        and isinstance(files, dict)
        and all(isinstance(word, str) for word in manifest.get("gives", ()))
        and all(isinstance(entry["sha256"], str) for entry in files.values())
        and all(
            isinstance(one["package"], str) for entry in files.values() for one in entry.get("sources", ())
        )
        and all(isinstance(layer[key], str) for layer in layers for key in ("kind", "title", "imported_on"))
        and all(isinstance(layer["measures"], dict) and isinstance(layer["notes"], list) for layer in layers)
        and all(isinstance(file["name"], str) for layer in layers for file in layer["files"])
    )


def _sweep(left: Path) -> None:
    """Remove what killed processes left in a folder of the store."""
    if left.name.startswith(FORMER):
        _sweep_former(left)
    elif _NAME.fullmatch(left.name) and left.is_dir():
        _sweep_world(left)


def _sweep_world(home: Path) -> None:
    """Remove the files that the manifest of a world does not name, and a folder that is no world; see the module.

    Of a world with a damaged manifest nothing is removed but by its user.
    """
    sweep(home, VERSION, is_wanted=lambda version: _may_be_wanted(home, version))
    if not _may_be_wanted(home, home):  # the first layout
        for file in home.glob("*.parquet"):
            _ignore_refusal(file.unlink)
    if not (home / MANIFEST).exists():
        _ignore_refusal(home.rmdir)  # stays where a living process writes into it


def _may_be_wanted(home: Path, files: Path) -> bool:
    """Whether the manifest of a world names a folder as that of its files, or cannot be read."""
    if not (home / MANIFEST).exists():
        return False
    stored = _stored(home)
    return stored is None or stored.folder == files


def _sweep_former(left: Path) -> None:
    """Put back or remove what a kill left in the first layout: the world that was put aside ended in `-old`."""
    stored = _stored(left)
    if stored is not None and left.name.endswith("-old"):
        name = str(stored.manifest.get("name", ""))
        if _NAME.fullmatch(name) and not left.with_name(name).exists():
            left.rename(left.with_name(name))
            return
    if time.time() - left.stat().st_mtime > FORMER_AGE:
        shutil.rmtree(left, ignore_errors=True)


def _ignore_refusal(step: Callable[[], object]) -> None:
    """Try a step of tidying up: what the system refuses is left for another time."""
    with suppress(OSError):
        step()


def check_name(name: str) -> None:
    """Raise `Faults` unless a new world may be called so."""
    if name == EMBEDDED or not _NAME.fullmatch(name):
        reason = (
            "is the world that comes with the software" if name == EMBEDDED else "is not a name for a world"
        )
        mend = "Use small letters, digits, dots, hyphens and underscores, beginning with a letter or digit."
        raise Faults([Fault(f"--name {name}", reason, mend)])


def open_world(name: str = EMBEDDED) -> World:
    """A world by its name: the embedded one, or one of the user's. Raises `Faults`."""
    if name == EMBEDDED:
        return load_world()
    while True:
        stored = find_stored(name)
        try:
            return _open_stored(stored)
        except (Faults, OSError, *NOT_OURS) as error:
            if find_stored(name).manifest == stored.manifest:  # else it was replaced while it was read
                if isinstance(error, Faults):
                    raise
                said = f"cannot be read ({type(error).__name__}: {error}): this version writes it otherwise"
                raise Faults([Fault(f"world {name}", said, _again(name))]) from error


def find_stored(name: str) -> StoredWorld:
    """A world of the store by its name. Raises `Faults`."""
    known = {world.name: world for world in list_worlds()}
    if name in known:
        return known[name]
    if _NAME.fullmatch(name) and (worlds_folder() / name / MANIFEST).exists():
        raise Faults([Fault(f"world {name}", f"{MANIFEST} is damaged", _again(name))])
    raise Faults([Fault(f"world {name}", "is not there", did_you_mean(name, [EMBEDDED, *known]))])


def _again(name: str) -> str:
    return f"Import it again with --replace, or: samarkand world remove {name}"


def _open_stored(stored: StoredWorld) -> World:
    """A world of the store, laid over the embedded one. Raises `Faults`."""
    name = stored.name
    base = load_world()
    files: Mapping[str, Any] = stored.manifest["files"]
    for file, entry in files.items():
        path = stored.folder / file
        if not path.is_file() or _sha256(path) != entry["sha256"]:
            raise Faults([Fault(f"world {name}", f"{file} is damaged or not there", _again(name))])
    below: Mapping[str, Any] = base.manifest["files"]
    if holds_network(files):
        below = {file: entry for file, entry in below.items() if not file.startswith(EMBEDDED_PREFIXES)}
    merged = {
        **base.manifest,
        "files": {**below, **files},
        "layers": stored.manifest["layers"],
    }
    world = replace(base, name=name, manifest=merged, imported=frozenset(stored.manifest["gives"]))
    if "accounts_intermediate.parquet" in files:
        accounts = _read_accounts(stored.folder, files["accounts_intermediate.parquet"])
        vars(accounts)["hash"] = files_hash(files, ("accounts_",))  # the files are as their hashes say
        world = replace(world, accounts=accounts)
    if "tariffs.parquet" in files:
        table = pd.read_parquet(stored.folder / "tariffs.parquet")
        check_labels(name, table, world.labels)
        if list(table.columns) != list(TARIFF_COLUMNS) or not (table["tariff_rate"] >= 0).all():
            raise ValueError(
                f"tariffs.parquet has the columns {TARIFF_COLUMNS}, no rate missing or below zero"
            )
        world = replace(world, tariffs=Tariffs(table, int(files["tariffs.parquet"]["year"])))
    if PRODUCTS in files:
        table = pd.read_parquet(stored.folder / PRODUCTS)
        world = replace(world, products=Products(table, int(files[PRODUCTS]["year"])))
    if CABLES in files:
        systems = systems_of_table(pd.read_parquet(stored.folder / CABLES))
        world = replace(world, cables=load_cables().with_systems(systems))
    if holds_network(files):
        network = read_network(stored.folder)
        vars(network)["hash"] = files_hash(files, (PREFIX,))
        world = replace(world, network=network)
    if "facts.parquet" in files:
        own = pd.read_parquet(stored.folder / "facts.parquet")
        world = replace(world, fact_table=load_facts().replaced_by(Facts.of(own)))
    return world


def check_labels(name: str, tariffs: pd.DataFrame, labels: tuple[str, ...]) -> None:
    """Raise `Faults` where tariffs were imported over other economies than the world has now."""
    made_for = set(tariffs["exporter"]) | set(tariffs["importer"])
    if made_for != set(labels):
        reason = "its tariffs were imported over other economies than the world has now"
        raise Faults([Fault(f"world {name}", reason, "Import them again with --replace.")])


def remove_world(name: str) -> None:
    """Remove one of the user's worlds: it is gone with its manifest, in one step. Raises `Faults`."""
    home = worlds_folder() / name
    if not _NAME.fullmatch(name) or not (home / MANIFEST).exists():
        known = [world.name for world in list_worlds()]
        raise Faults([Fault(f"world {name}", "is not there", did_you_mean(name, known))])
    with writing_faults(str(home), "Give yourself the right to write."):
        (home / MANIFEST).unlink()
        sync_folder(home)
    _sweep_world(home)


@contextmanager
def new_folder(name: str, *, overwrite: bool = False, room: int = 0) -> Iterator[Path]:
    """A folder to write the files and the manifest of a world into; it becomes the world when the block ends.

    It vanishes when the block fails, and what was there before stays. Raises `Faults` where a world of that name is
    there already, the place cannot be written to or has not `room` for so many bytes.
    """
    check_name(name)
    home = worlds_folder() / name
    _check_free(name, overwrite)
    place = f"world {name} in {home.parent}"
    check_place(home, place, room, OWN_FOLDER)
    with writing_faults(place, OWN_FOLDER):
        version = Scratch(home, VERSION)
    try:
        yield version.folder
        _check_free(name, overwrite)  # another process may have been quicker
        with writing_faults(place, OWN_FOLDER):
            _take_place(home, version.folder)
    except BaseException:
        if _may_be_wanted(home, version.folder):
            version.keep()  # it took its place; whether for good, the disk did not say: the former files stay too
        else:
            version.remove()
            _ignore_refusal(home.rmdir)
        raise
    version.keep()
    _sweep_world(home)


def _check_free(name: str, overwrite: bool) -> None:
    if not overwrite and (worlds_folder() / name / MANIFEST).exists():
        reason = "is the name of a world that is there already"
        raise Faults([Fault(f"--name {name}", reason, "Choose another, or add --replace.")])


def _take_place(home: Path, version: Path) -> None:
    """Make a version the one in force: all of it on the disk first, then its manifest in the place of the former."""
    written = version / MANIFEST
    manifest = {**json.loads(written.read_text(encoding="utf-8")), "folder": version.name}
    text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False)
    written.write_text(text + "\n", encoding="utf-8")
    sync_tree(version)
    for folder in (home, home.parent):  # their names, where they are new
        sync_folder(folder)
    os.replace(written, home / MANIFEST)
    sync_folder(home)


def write_accounts(folder: Path, accounts: Accounts) -> list[str]:
    """Write the four arrays of accounts (US$ million, float64); gives the names of the files."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    written = []
    for name in _ARRAYS:
        array: xr.DataArray = getattr(accounts, name)
        labels = {
            "dims": list(array.dims),
            "coords": {str(dim): [str(code) for code in array[dim].values] for dim in array.dims},
            "members_of_row": list(accounts.members_of_row),
            "estimated": list(accounts.estimated),
            "year": accounts.year,
        }
        schema = pa.schema([("value", pa.float64())], metadata={"samarkand": json.dumps(labels)})
        column = pa.array(np.ascontiguousarray(array.to_numpy(), dtype=np.float64).ravel())
        file = f"accounts_{name}.parquet"
        pq.write_table(
            pa.table([column], schema=schema),
            folder / file,
            compression="zstd",
            use_dictionary=False,
            column_encoding={"value": "BYTE_STREAM_SPLIT"},
            write_statistics=False,
        )
        written.append(file)
    return written


def write_products(folder: Path, table: pd.DataFrame) -> list[str]:
    """Write trade by product (`accounts.products.COLUMNS`, US$ m); gives the name of the file in a list."""
    small = table.astype({"economy": "category", "product": "category"})
    small.to_parquet(folder / PRODUCTS, index=False, compression="zstd")
    return [PRODUCTS]


def write_cables(folder: Path, files: Mapping[str, Any], table: pd.DataFrame) -> list[str]:
    """Write imported cable systems over those that the base had imported already, system by system."""
    path = folder / CABLES
    if CABLES in files:
        old = pd.read_parquet(path)
        table = pd.concat([old[~old["system"].isin(table["system"])], table], ignore_index=True)
    table.to_parquet(path, index=False, compression="zstd")
    return [CABLES]


def _read_accounts(folder: Path, entry: Mapping[str, Any]) -> Accounts:
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays: dict[str, xr.DataArray] = {}
    labels: dict[str, Any] = {}
    for name in _ARRAYS:
        stored = pq.read_table(folder / f"accounts_{name}.parquet")
        labels = json.loads(stored.schema.metadata[b"samarkand"])
        coords = {dim: labels["coords"][dim] for dim in labels["dims"]}
        column = stored.column("value")
        if column.type != pa.float64() or not np.isfinite(column.to_numpy()).all():
            raise ValueError(f"accounts_{name}.parquet holds what is no number")
        values = column.to_numpy().reshape([len(codes) for codes in coords.values()])
        arrays[name] = xr.DataArray(values, coords, labels["dims"], name=name, attrs={"unit": "US$ million"})
    return Accounts(
        uses=DenseIntermediateUse(arrays["intermediate"]),
        final_demand=arrays["final_demand"],
        gross_output=arrays["gross_output"],
        value_added=arrays["value_added"],
        members_of_row=tuple(labels["members_of_row"]),
        year=int(entry.get("year", labels["year"])),
        estimated=tuple(labels.get("estimated", ())),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def file_entry(path: Path, **facts: Any) -> dict[str, Any]:
    """Manifest entry of one file: its hash, its size, and the facts given."""
    return {"sha256": _sha256(path), "bytes": path.stat().st_size, **facts}


def write_facts(folder: Path, files: Mapping[str, Any], facts: pd.DataFrame) -> None:
    """Write imported facts over those that the base had imported already, figure by figure."""
    own = Facts.of(facts)
    path = folder / "facts.parquet"
    if "facts.parquet" in files:
        own = Facts.of(pd.read_parquet(path)).replaced_by(own)
    own.table.to_parquet(path, index=False, compression="zstd")
