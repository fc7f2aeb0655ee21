"""The programme as a table: items by corridor, with what each costs, who is charged and what it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from samarkand.programme.model.models import Item
from samarkand.reports.figures import NOTHING, figure, plural

if TYPE_CHECKING:
    from samarkand.programme import Change
    from samarkand.result import Appraisal

ACTIONS = (
    ("new", "new link", "new links"),
    ("upgrade", "faster line", "faster lines"),
    ("crossing", "quicker crossing", "quicker crossings"),
    ("port", "quicker port", "quicker ports"),
    ("new_port", "new port", "new ports"),
    ("ferry", "quicker ferry line", "quicker ferry lines"),
    ("clearance", "quicker clearance", "quicker clearances"),
)
CORRIDORS = {
    "new_eurasian_land_bridge": "New Eurasian Land Bridge",
    "china_mongolia_russia": "China-Mongolia-Russia",
    "china_central_asia_west_asia": "China-Central Asia-West Asia",
    "china_indochina_peninsula": "China-Indochina Peninsula",
    "china_pakistan": "China-Pakistan",
    "bangladesh_china_india_myanmar": "Bangladesh-China-India-Myanmar",
    "maritime": "Sea route",
    "other": "Others",
}


@dataclass(frozen=True)
class ItemRow:
    """An item of the programme in the table by corridor."""

    number: int
    item: Item
    kind: str
    status: str
    opening: str
    capex: str
    capex_flag: str
    charged: str
    effect: str
    assessed: bool


@dataclass(frozen=True)
class Corridor:
    """The items of one corridor, and the sums of what is known."""

    title: str
    rows: tuple[ItemRow, ...]
    capex: str
    charged: str


def items_by_corridor(appraisal: Appraisal, change: Change) -> list[Corridor]:
    """Items by corridor, or by kind where the programme names no corridors; in the order of the programme."""
    groups: dict[str, list[tuple[ItemRow, float | None, float]]] = {}
    pairs = appraisal.array("project_pairs", year=change.year).dropna("project").to_series()
    for number, item in enumerate(appraisal.programme.items, 1):
        capex = item.capex.value if item.capex is not None else None
        row, charged = _item_row(appraisal, change, number, item, pairs.get(item.id))
        groups.setdefault(corridor_of(item), []).append((row, capex, charged))
    return [
        Corridor(
            title,
            tuple(row for row, _, _ in entries),
            _sum([capex for _, capex, _ in entries]),
            _sum([charged for _, _, charged in entries if charged]),
        )
        for title, entries in groups.items()
    ]


def _item_row(
    appraisal: Appraisal, change: Change, number: int, item: Item, pairs: float | None
) -> tuple[ItemRow, float]:
    left_out = item.id in appraisal.scenario.without
    charged = sum(one.annual for one in change.charges if one.item == item.id)
    capex = item.capex if item.capex is not None and item.capex.value is not None else None
    corridor = corridor_of(item)
    row = ItemRow(
        number=number,
        item=item,
        kind=item.kind_row.label if item.kind_row.label != corridor else "",
        status=item.status.replace("_", " "),
        opening=str(item.opening) if item.opening else "not published",
        capex=figure(capex.value, "US$ m") if capex else "unknown",
        capex_flag=capex.flag if capex else "",
        charged=_charged(charged, known=capex is not None, is_open=item.id in change.open),
        effect="left out" if left_out else _effect(change, item) + _reach(pairs),
        assessed=item.id in change.effective and not left_out,
    )
    return row, charged


def _charged(charged: float, *, known: bool, is_open: bool) -> str:
    """The yearly charge; `not charged` where capex is known and the item is in service."""
    if charged:
        return figure(charged, "US$ m")
    return "not charged" if known and is_open else NOTHING


def _effect(change: Change, item: Item) -> str:
    """What it does to the network or to duties, or why no effect is assessed."""
    if item.opening is None:
        return "never in service: no date of opening is published"
    if item.id not in change.open:
        return f"not in service by {change.year}"
    mine = [entry.action for entry in change.network if entry.item == item.id]
    words = [plural(mine.count(action), one, many) for action, one, many in ACTIONS if action in mine]
    if any(entry.item == item.id for entry in change.tariffs):
        words.append("other duties")
    if words:
        return ", ".join(words)
    reasons = [gap.reason for gap in change.not_assessed if gap.item == item.id and gap.what != "cost"]
    return reasons[0] if reasons else "no modelled effect"


def _reach(pairs: float | None) -> str:
    """How many pairs of economies the item makes cheaper to ship between, where that was worked out (`--reach`)."""
    if pairs is None:
        return ""
    words = plural(int(pairs), "pair of economies", "pairs of economies") if pairs else "no pair of economies"
    return f"; lowers the freight cost of {words}"


def _sum(known: Sequence[float | None]) -> str:
    """Sum of what is known, US$ m; no zero where nothing is."""
    figures = [value for value in known if value is not None]
    return figure(sum(figures), "US$ m") if figures else NOTHING


def corridor_of(item: Item) -> str:
    """The corridor under which an item is shown; its kind where it names none."""
    if not item.corridor:
        return item.kind_row.label
    return CORRIDORS.get(item.corridor, item.corridor.replace("_", " ").capitalize())
