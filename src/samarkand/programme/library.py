"""Programmes by path or by name, and what a check knows of the world."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from samarkand.core.faults import Fault, Faults, did_you_mean
from samarkand.programme.files.checks import Surroundings, check_file
from samarkand.programme.model.models import Programme
from samarkand.world.economies.tables import economy_names
from samarkand.world.network.geography_store import embedded_geography
from samarkand.world.parameters import load_parameters

if TYPE_CHECKING:
    from samarkand.world.world import World


def shipped_programmes() -> tuple[str, ...]:
    """Names of the programmes that come with the package."""
    folder = files("samarkand.programme") / "programmes"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def find_programme(path_or_name: str | Path) -> Path:
    """Path of a file, or of a shipped programme by name. Raises `Faults` for a name that is neither."""
    text = str(path_or_name)
    shipped = shipped_programmes()
    if text in shipped:
        return Path(str(files("samarkand.programme") / "programmes" / f"{text}.toml"))
    looks_like_path = isinstance(path_or_name, Path) or any(mark in text for mark in "./\\")
    if not looks_like_path and not _exists(text):
        mend = did_you_mean(text, shipped)
        raise Faults([Fault(text, "is neither a file nor the name of a shipped programme", mend)])
    return Path(path_or_name)


def _exists(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):  # a name too long for the file system, a null byte
        return False


def load_programme(path_or_name: str | Path, world: World | None = None) -> Programme:
    """A programme, by path or by the name of a shipped one.

    With a world its economies and ends are checked against it too. Raises `Faults` with all that is wrong;
    nothing is returned of a programme with a fault.
    """
    path = find_programme(path_or_name)
    programme, faults = check_file(path, surroundings(world))
    faults.raise_if_any()
    assert programme is not None
    return programme


def check_programme(path_or_name: str | Path, world: World | None = None) -> list[Fault]:
    """All faults of a programme file, none for a good one. Never raises for what is in a file."""
    try:
        path = find_programme(path_or_name)
    except Faults as error:
        return list(error.faults)
    _, faults = check_file(path, surroundings(world))
    return list(faults)


def surroundings(world: World | None = None) -> Surroundings:
    """Properties of a world that a check needs, the embedded one if none is given: known economies and the network."""
    if world is None:
        economies, geography, parameters = frozenset(economy_names()), embedded_geography(), load_parameters()
    else:
        economies = frozenset(map(str, world.facts.get("iso3", world.facts.index)))
        geography, parameters = world.network.geography, world.assumptions.parameters
    return Surroundings(economies, geography, parameters["end_snap_distance"])
