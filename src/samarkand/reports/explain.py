"""Prints a lineage as a tree: each figure, how it was made, and the published figures at its ends."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from samarkand.core.lineage import Lineage

FIRST_LINES = 10


def print_lineage(lineage: Lineage, console: Console | None = None, *, whole: bool = True) -> None:
    """Print a lineage from the headline down to its sources; else its first lines, and how many there are."""
    console = console or Console()
    depth = (
        None
        if whole
        else next(one for one in range(3, -1, -1) if one == 0 or count(lineage, one) <= FIRST_LINES)
    )
    console.print(_branch(lineage, None, depth))
    if (left := count(lineage) - count(lineage, depth)) > 0:
        console.print(f"{left:,} figures more, down to published sources: --lineage.", highlight=False)


def count(lineage: Lineage, depth: int | None = None) -> int:
    """Figures of a lineage, down to a depth or all of them."""
    if depth == 0:
        return 1
    return 1 + sum(count(one, None if depth is None else depth - 1) for one in lineage.inputs)


def _branch(lineage: Lineage, parent: Tree | None, depth: int | None) -> Tree:
    text = Text(lineage.label, style="bold" if parent is None else "")
    if lineage.evidence is not None:
        text.append(f"\n{lineage.evidence.citation}", style="dim")
    branch = Tree(text) if parent is None else parent.add(text)
    for item in lineage.inputs if depth != 0 else ():
        _branch(item, branch, None if depth is None else depth - 1)
    return branch
