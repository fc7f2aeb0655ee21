"""The user's worlds: named folders of what was imported, over the embedded world.

A world on disk is a folder with `manifest.json` and the files of the parts that were replaced. It is written whole
or not at all: into a folder beside, which is renamed when everything is there.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from samarkand.core.faults import Fault, Faults, did_you_mean
from samarkand.world.accounts.intermediate_use import DenseIntermediateUse
from samarkand.world.accounts.products import Products
from samarkand.world.accounts.tables import Accounts
from samarkand.world.accounts.tariffs import Tariffs
from samarkand.world.economies.facts import Facts, load_facts
from samarkand.world.network.store import EMBEDDED_PREFIXES, PREFIX, holds_network, read_network
from samarkand.world.world import EMBEDDED, World, files_hash, load_world

MANIFEST = "manifest.json"
PRODUCTS = "products.parquet"
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
    """A world in the store, and its manifest."""

    name: str
    folder: Path
    manifest: dict[str, Any]


def list_worlds() -> list[StoredWorld]:
    """The user's worlds by name; folders without a manifest that can be read are left out."""
    found = []
    folder = worlds_folder()
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        found.append(StoredWorld(path.name, path, manifest))
    return found


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
    known = {world.name: world for world in list_worlds()}
    if name not in known:
        raise Faults([Fault(f"world {name}", "is not there", did_you_mean(name, [EMBEDDED, *known]))])
    stored = known[name]
    base = load_world()
    files: Mapping[str, Any] = stored.manifest["files"]
    for file, entry in files.items():
        path = stored.folder / file
        if not path.is_file() or _sha256(path) != entry["sha256"]:
            mend = f"Import it again, or: samarkand world remove {name}"
            raise Faults([Fault(f"world {name}", f"{file} is damaged or not there", mend)])
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
        world = replace(world, tariffs=Tariffs(table, int(files["tariffs.parquet"]["year"])))
    if PRODUCTS in files:
        table = pd.read_parquet(stored.folder / PRODUCTS)
        world = replace(world, products=Products(table, int(files[PRODUCTS]["year"])))
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
    """Remove one of the user's worlds. Raises `Faults`."""
    known = {world.name: world for world in list_worlds()}
    if name not in known:
        raise Faults([Fault(f"world {name}", "is not there", did_you_mean(name, known))])
    try:
        shutil.rmtree(known[name].folder)
    except OSError as error:
        raise Faults(
            [Fault(str(known[name].folder), str(error.strerror), "Give yourself the right to write.")]
        ) from error


@contextmanager
def new_folder(name: str, *, overwrite: bool = False) -> Iterator[Path]:
    """A folder to write a new world into; it becomes the world when the block ends, and vanishes when it fails.

    Raises `Faults` where a world of that name is there already or the place cannot be written to.
    """
    check_name(name)
    root = worlds_folder()
    target = root / name
    if target.exists() and not overwrite:
        raise Faults(
            [
                Fault(
                    f"--name {name}",
                    "is the name of a world that is there already",
                    "Choose another, or add --replace.",
                )
            ]
        )
    try:
        root.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=root))
    except OSError as error:
        raise Faults(
            [
                Fault(
                    str(root),
                    f"cannot be written to: {error.strerror}",
                    "Give yourself the right, or set SAMARKAND_DATA_DIR to a folder of yours.",
                )
            ]
        ) from error
    try:
        yield scratch
        if target.exists():
            old = scratch.with_name(scratch.name + "-old")
            target.rename(old)
            scratch.rename(target)
            shutil.rmtree(old)
        else:
            scratch.rename(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


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


def _read_accounts(folder: Path, entry: Mapping[str, Any]) -> Accounts:
    import pyarrow.parquet as pq

    arrays: dict[str, xr.DataArray] = {}
    labels: dict[str, Any] = {}
    for name in _ARRAYS:
        stored = pq.read_table(folder / f"accounts_{name}.parquet")
        labels = json.loads(stored.schema.metadata[b"samarkand"])
        coords = {dim: labels["coords"][dim] for dim in labels["dims"]}
        values = stored.column("value").to_numpy().reshape([len(codes) for codes in coords.values()])
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
