"""No module of the package imports itself through others, whenever and wherever the import is written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import samarkand


def imports(path: Path, name: str) -> Iterator[str]:
    """Dotted names that a module imports: at its top, in functions, for type checking alone, relative ones too."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def import_graph(root: Path) -> dict[str, set[str]]:
    """{module: modules of the same package that it imports}, of all files of the package in folder `root`."""
    modules = {
        ".".join(path.relative_to(root.parent).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted(root.rglob("*.py"))
    }

    def module_of(dotted: str) -> str | None:
        """The module that holds what a dotted name means: it itself, or the one it is a name of."""
        return next((one for one in (dotted, dotted.rpartition(".")[0]) if one in modules), None)

    return {
        name: {found for dotted in imports(path, name) if (found := module_of(dotted)) not in (None, name)}
        for name, path in modules.items()
    }


def test_no_module_imports_itself_through_others() -> None:
    graph = import_graph(Path(samarkand.__file__).parent)
    assert len(graph["samarkand.appraisal"]) > 5
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize(
    "text",
    [
        "from package.one import name",
        "from package import one",
        "import package.one",
        "from . import one",
        "from .one import name",
        "def later():\n    from package.one import name",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from package.one import name",
    ],
)
def test_a_circle_is_found_however_it_is_written(tmp_path: Path, text: str) -> None:
    root = tmp_path / "package"
    root.mkdir()
    (root / "__init__.py").touch()
    (root / "one.py").write_text("import package.other\nname = 1\n")
    (root / "other.py").write_text(text)
    with pytest.raises(CycleError):
        TopologicalSorter(import_graph(root)).prepare()
