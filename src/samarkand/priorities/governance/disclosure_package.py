"""The project of a package of OC4IDS that an item is, by its published identifier."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samarkand.core.faults import FaultList, did_you_mean
from samarkand.programme.files.oc4ids.importing import IDENTIFIER
from samarkand.programme.files.oc4ids.reading import parse, read_bytes
from samarkand.programme.files.oc4ids.validation import check_package
from samarkand.programme.model.models import Item


def project_of(file: Path, item: Item) -> tuple[Mapping[str, Any], str]:
    """The project, and in words who published the package and when. Raises `Faults` where there is none."""
    faults = FaultList()
    content = read_bytes(file, faults)
    package = None if faults else parse(content, file.name, faults)
    if not faults:
        check_package(package, file.name, faults)
    faults.raise_if_any()
    assert package is not None
    projects = {one["id"]: one for one in package["projects"]}
    code = item.get(IDENTIFIER) or item.id
    if code not in projects:
        remedy = f"Give {item.id} its {IDENTIFIER}. {did_you_mean(str(code), projects)}"
        faults.add(file.name, f"has no project {code!r}", remedy)
    faults.raise_if_any()
    return projects[code], f"{package['publisher']['name']} of {package['publishedDate'][:10]}"
