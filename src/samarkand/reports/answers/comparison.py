"""Variants side by side: what differs in the question, and what it does to whom.

difference of B    result of B less result of A, the first of what is compared
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from samarkand.priorities.faces import Bars, Page, Table
from samarkand.reports.answers.on_screen import OnScreen
from samarkand.reports.answers.sides import Side
from samarkand.reports.figures import MINUS, NOTHING, SMALLEST, figure, money, plural
from samarkand.reports.summary import NOTHING_SHOWN

UNIT = "US$ m"
MOST_ECONOMIES, MOST_ITEMS, MOST_FIGURES, MOST_BARS = 10, 8, 12, 12
COLUMNS = {
    "real_income_value": "Real income, paid for",
    "unpaid_value": "Real income before anybody pays",
    "cost": "Charged for it",
}
NOTE = "US$ m a year."
NO_LIMITS = "no limits asked for"


@dataclass(frozen=True, repr=False)
class Comparison(OnScreen):
    """Two variants or more; the first is what the others are compared with."""

    sides: tuple[Side, ...]

    @property
    def page(self) -> Page:
        """What differs and what it does, on one screen."""
        return comparison_page(self)

    @property
    def first(self) -> Side:
        """What the others are compared with."""
        return self.sides[0]

    @property
    def others(self) -> tuple[Side, ...]:
        """All but the first."""
        return self.sides[1:]

    def name_of(self, code: str) -> str:
        """The name of an economy."""
        return next((side.names[code] for side in self.sides if code in side.names), code)

    @cached_property
    def by_economy(self) -> pd.DataFrame:
        """Real income of each economy after payment by variant, US$ m a year; missing where a world lacks it."""
        return pd.DataFrame({side.name: side.summary.real_income_value for side in self.sides})

    @cached_property
    def differences(self) -> pd.DataFrame:
        """The same less the first, of the others; the largest difference of any first."""
        found = self.by_economy[[side.name for side in self.others]].sub(
            self.by_economy[self.first.name], axis=0
        )
        order = found.abs().max(axis=1).sort_values(ascending=False, kind="stable").index
        return found.reindex(order)

    def to_dataframe(self) -> pd.DataFrame:
        """All headline figures: economy, indicator, and a column a variant."""
        parts = []
        for column, title in COLUMNS.items():
            table = pd.DataFrame({side.name: getattr(side.summary, column) for side in self.sides})
            parts.append(table.rename_axis("economy").reset_index().assign(indicator=title))
        whole = pd.concat(parts, ignore_index=True)
        return whole[["economy", "indicator", *(side.name for side in self.sides)]]


def comparison_page(found: Comparison, economies: Sequence[str] = ()) -> Page:
    """What differs and what it does: economies that are named, else those with the largest differences."""
    return Page(
        " against ".join(side.name for side in found.sides),
        lead=tuple(_said(found)),
        charts=tuple(_bars(found)),
        tables=(
            _question(found),
            *_programmes(found),
            _sums(found),
            _economies(found, economies),
            *_full(found),
        ),
    )


def _said(found: Comparison) -> Iterable[str]:
    base = found.first.summary.world_gain
    for side in found.others:
        there = side.summary.world_gain
        moved = found.differences[side.name].dropna()
        if not (moved.abs() > NOTHING_SHOWN).any():
            yield f"No economy has more or less by {_quoted(side)} than by {_quoted(found.first)}."
            continue
        # Smaller ones are of the size by which two solutions of one question may differ.
        better, worse = int((moved >= SMALLEST[UNIT]).sum()), int((moved <= -SMALLEST[UNIT]).sum())
        yield (
            f"Real income of all economies a year: {money(base, sign=True)} by {_quoted(found.first)}, "
            f"{money(there, sign=True)} by {_quoted(side)}; the difference is {money(there - base, sign=True)}."
        )
        more = plural(better, "economy has", "economies have") if better else "no economy has"
        yield f"By {_quoted(side)} {more} more, {worse or 'none'} less, by US$ {SMALLEST[UNIT]:g} m a year at least."
        yield from _turned(found, side)
    if len({side.summary.year for side in found.sides}) > 1:
        yield "They are of different years: part of the difference is time."


def _turned(found: Comparison, side: Side) -> Iterable[str]:
    """Economies whose sign turns, where the difference is one that is written out."""
    both = found.by_economy[[found.first.name, side.name]].dropna()
    both = both[(both.iloc[:, 1] - both.iloc[:, 0]).abs() >= SMALLEST[UNIT]]
    before, after = both.iloc[:, 0], both.iloc[:, 1]
    nobody = True
    for words, where in (
        ("lose{} instead of gaining", (before > NOTHING_SHOWN) & (after < -NOTHING_SHOWN)),
        ("gain{} instead of losing", (before < -NOTHING_SHOWN) & (after > NOTHING_SHOWN)),
    ):
        turned = (after - before)[where].abs().sort_values(ascending=False)
        names = [found.name_of(str(code)) for code in turned.index]
        if names:
            nobody = False
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            ending = "s" if len(names) == 1 else ""
            yield f"By {_quoted(side)} {', '.join(names[:3])}{more} {words.format(ending)}."
    if nobody:
        yield f"No sign turns by US$ {SMALLEST[UNIT]:g} m or more: who gains still gains, and who loses still loses."


def _quoted(side: Side) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{side.name}\N{RIGHT DOUBLE QUOTATION MARK}"


def _question(found: Comparison) -> Table:
    """Terms in which the questions differ."""
    rows = [
        ("programme", *(side.programme for side in found.sides)),
        ("world", *(side.world for side in found.sides)),
        *(
            (term, *(side.terms.get(term, NOTHING) for side in found.sides))
            for term in dict.fromkeys(term for side in found.sides for term in side.terms)
        ),
    ]
    kept = tuple(row for row in rows if len(set(row[1:])) > 1)
    note = "" if kept else "The questions are the same."
    heads = ("", *(side.name for side in found.sides))
    return Table("What differs in the question", heads, kept, note, numbers=len(heads))


def _programmes(found: Comparison) -> Iterable[Table]:
    """Items and figures in which the programmes differ."""
    items = dict.fromkeys(name for side in found.sides for name in side.items)
    titles = {name: title for side in reversed(found.sides) for name, title in side.items.items()}
    rows = [
        (titles[name], *("yes" if name in side.items else "no" for side in found.sides))
        for name in items
        if len({name in side.items for side in found.sides}) > 1
    ]
    if len(rows) > MOST_ITEMS:
        alike = sum(all(name in side.items for side in found.sides) for name in items)
        rows = [
            ("Items", *(str(len(side.items)) for side in found.sides)),
            ("of which all have", *(str(alike) for _ in found.sides)),
        ]
    shared = [name for name in items if all(name in side.items for side in found.sides)]
    keys = dict.fromkeys(key for side in found.sides for key in side.figures if key[0] in shared)
    for name, what in keys:
        values = [side.figures.get((name, what), NOTHING) for side in found.sides]
        if len(set(values)) > 1:
            rows.append((f"{titles[name]}: {what.replace('_', ' ')}", *values))
    more = len(rows) - MOST_FIGURES
    note = f"{more} more differ." if more > 0 else ""
    heads = ("", *(side.name for side in found.sides))
    if rows:
        yield Table("What differs in the programme", heads, tuple(rows[:MOST_FIGURES]), note)


def _sums(found: Comparison) -> Table:
    rows = []
    for column, title in COLUMNS.items():
        sums = [float(getattr(side.summary, column).sum()) for side in found.sides]
        sign = column != "cost"
        rows.append((title, *(figure(one, UNIT, sign=sign) for one in sums), *_less(sums)))
    for title, count in (("Economies that gain", "gainers"), ("Economies that lose", "losers")):
        counts = [len(getattr(side.summary, count)) for side in found.sides]
        rows.append((title, *map(str, counts), *(_more(one - counts[0]) for one in counts[1:])))
    return Table("All economies together", _heads(found), tuple(rows), NOTE)


def _full(found: Comparison) -> Iterable[Table]:
    """Places with a capacity that are full by one of them; nothing where none is asked with limits."""
    named = dict.fromkeys(place for side in found.sides for place in side.full or ())
    rows = [
        (place, *(NO_LIMITS if side.full is None else side.full.get(place, NOTHING) for side in found.sides))
        for place in named
        if any("no price" not in (side.full or {}).get(place, "no price") for side in found.sides)
    ]
    if named:
        note = (
            "With the programme: what passes of what it takes, and the price. Places with room are left out."
        )
        heads = ("", *(side.name for side in found.sides))
        yield Table(
            "Full places",
            heads,
            tuple(rows) or (("No place is full", *("" for _ in found.sides)),),
            note,
            numbers=len(heads),
        )


def _more(number: int) -> str:
    return f"{number:+,}".replace("-", MINUS) if number else "0"


def _economies(found: Comparison, named: Sequence[str]) -> Table:
    """Economies that are named, or those with the largest differences and all others as one."""
    order = list(map(str, found.differences.index))
    shown = list(named) or order[:MOST_ECONOMIES]
    rest = [] if named else order[MOST_ECONOMIES:]
    rows = [_row(found, found.name_of(code), [code]) for code in shown]
    if rest:
        rows.append(_row(found, plural(len(rest), "other"), rest))
    if not named:
        rows.append(_row(found, "All economies", order))
    note = f"{NOTE} Real income, paid for; the largest differences first." if not named else NOTE
    return Table("What it does to whom", _heads(found), tuple(rows), note)


def _row(found: Comparison, words: str, codes: list[str]) -> tuple[str, ...]:
    values = [float(found.by_economy[side.name].reindex(codes).sum(min_count=1)) for side in found.sides]
    return (words, *(figure(one, UNIT, sign=True) for one in values), *_less(values))


def _less(values: Sequence[float]) -> Iterable[str]:
    return (figure(one - values[0], UNIT, sign=True) for one in values[1:])


def _heads(found: Comparison) -> tuple[str, ...]:
    names = [side.name for side in found.sides]
    differences = ["difference"] if len(names) == 2 else [f"{name} less {names[0]}" for name in names[1:]]
    return ("", *names, *differences)


def _bars(found: Comparison) -> Iterable[Bars]:
    for side in found.others:
        moved = found.differences[side.name].dropna()
        moved = moved[moved.abs() >= SMALLEST[UNIT]].sort_values(key=abs, ascending=False)[:MOST_BARS]
        if len(moved):
            moved = moved.sort_values(ascending=False)
            labels = tuple(found.name_of(str(code)) for code in moved.index)
            title = f"{side.name} less {found.first.name}: real income a year"
            yield Bars(title, UNIT, "economy", labels, tuple(map(float, moved)))
