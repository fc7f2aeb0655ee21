"""Prints a lineage as a tree: each figure, how it was made, and the published figures at its ends."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from samarkand.core.lineage import Lineage


def print_lineage(lineage: Lineage, console: Console | None = None) -> None:
    """Print a lineage from the headline down to its sources."""
    (console or Console()).print(_branch(lineage, None))


def _branch(lineage: Lineage, parent: Tree | None) -> Tree:
    text = Text(lineage.label, style="bold" if parent is None else "")
    if lineage.evidence is not None:
        text.append(f"\n{lineage.evidence.citation}", style="dim")
    branch = Tree(text) if parent is None else parent.add(text)
    for item in lineage.inputs:
        _branch(item, branch)
    return branch
