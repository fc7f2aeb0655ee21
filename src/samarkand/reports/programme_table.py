"""A programme on one terminal page: its items, and what their figures stand on."""

from __future__ import annotations

from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from samarkand.programme.model.kinds import kinds
from samarkand.programme.model.models import Programme
from samarkand.programme.overview import FLAGS, ItemLine, item_lines

HEADS = ("item", "kind", "status", "opens", "US$ m", "corridor", "/".join(flag[0] for flag in FLAGS))
NUMBERS = ("opens", "US$ m", HEADS[-1])
SHORTENED = (5, 1, 0)  # columns of words that may be cut, in this order


def print_programme(programme: Programme, console: Console | None = None) -> None:
    """Print the items with kind, status, opening, capex, corridor and the flags of their figures."""
    console = console or Console(width=min(Console().width, 120))
    console.print(Text(f"{programme.title} ({programme.id})", style="bold"))
    if programme.description:
        console.print(Text(programme.description))
    console.print()
    lines = item_lines(programme)
    rows = [_row(line) for line in lines]
    table = Table(box=None, pad_edge=False, show_edge=False)
    for head, width in zip(HEADS, _widths(rows, console.width), strict=True):
        justify: Literal["left", "right"] = "right" if head in NUMBERS else "left"
        table.add_column(head, no_wrap=True, overflow="ellipsis", width=width, justify=justify)
    for row in rows:
        table.add_row(*row)
    console.print(table)
    console.print(
        Text(
            f"{'/'.join(flag[0] for flag in FLAGS)}: figures {', '.join(FLAGS)}; ?: not published",
            style="dim",
        )
    )
    console.print()
    known = [line.capex for line in lines if line.capex is not None]
    console.print(
        f"{len(programme.projects)} projects and {len(programme.measures)} measures of "
        f"{len({line.kind for line in lines})} kinds (of {len(kinds())}); capex published for {len(known)} of "
        f"{len(lines)}, together US$ {sum(known):,.0f} m in prices of several years."
    )
    for words, names in (("Capex and lengths", ("capex", "length")), ("All figures", ())):
        counts, share = programme.flags(*names), programme.verified_share(*names)
        if share is not None:
            listed = ", ".join(f"{counts[flag]} {flag}" for flag in FLAGS if counts[flag])
            console.print(f"{words}: {share:.0%} verified ({listed}).")


def _row(line: ItemLine) -> tuple[str, ...]:
    return (
        line.id,
        line.kind,
        line.status,
        "never" if line.opening is None else str(line.opening),
        "?" if line.capex is None else f"{line.capex:,.0f}",
        line.corridor.replace("_", " "),
        "/".join(map(str, line.flags)),
    )


def _widths(rows: list[tuple[str, ...]], whole: int) -> list[int]:
    """Widths of the columns: words give way to figures where a terminal is narrow."""
    widths = [max(len(cell) for cell in column) for column in zip(HEADS, *rows, strict=True)]
    spare = whole - (sum(widths) + 2 * (len(HEADS) - 1))
    for narrowest in (10, 1):
        for column in SHORTENED:
            cut = max(0, min(-spare, widths[column] - narrowest))
            widths[column] -= cut
            spare += cut
    return widths
