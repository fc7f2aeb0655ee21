"""Pages of cables: the systems that are known, and who loses connection when one is cut."""

from __future__ import annotations

import numpy as np

from samarkand.priorities.faces import NO_FIGURE, Answer, LineMap, Page, Table, Way, shown
from samarkand.priorities.innovation.connection import (
    Connection,
    connection_of,
    connection_without,
    cut,
    systems_of,
)
from samarkand.world.network.chokepoints import chokepoints

NOBODY = "nobody"
NO_ROUTES = (
    "Lines join landings in their order along the trunk, as the crow flies: they are not the routes on the sea bed. "
    "Dark: cables of the programme, broken where they are not open."
)


def cables_page(answer: Answer) -> Page:
    """Each cable, landing and strait cut in turn, and the systems that are known."""
    return Page(
        "Cables: who loses connection when one is cut",
        lead=said_of_table(answer),
        tables=(by_cut(answer, named=True), by_economy(answer), by_item(answer), systems(answer)),
        pictures=(cable_map(answer),),
    )


def cables_tables(answer: Answer) -> tuple[Table, ...]:
    """Cuts and items, as the report has them; the systems and their sources stand in `samarkand cables`."""
    return by_cut(answer), by_item(answer)


def said_of_table(answer: Answer) -> tuple[str, ...]:
    """What the table of systems holds, and what it does not."""
    state = answer.timeline.last
    cables, found = state.world.cables, connection_of(state)
    stand = {code for item in state.programme.items for code in item.economies} - set(cables.hubs)
    bare = sorted(stand - set(found.economies))
    missing = [row for row in cables.coverage if row.economy in stand & set(found.economies) and row.missing]
    titles = {item.id: item.title for item in state.programme.items}
    many = sum(one.is_cut_as_one for one in cables.systems)
    what = (
        f"{many} cable systems are known that land in the economies of the programme. Most economies have further "
        "ones, by sea and by land: who is said to lose connection loses all that is known here. Capacity is that of "
        "the design, where it is published. samarkand world import cables brings in a table of your own."
    )
    names = ", ".join(answer.world.name_of(code) for code in bare)
    lacks = "; ".join(f"{answer.world.name_of(row.economy)}: {row.missing}" for row in missing)
    sentences = [
        what,
        f"Known to be missing: {lacks}." if lacks else "",
        f"No system is known of {names}: not assessed." if bare else "",
        *(f"{titles[gap.item]}: {gap.reason}." for gap in systems_of(state.programme.items, state.world)[1]),
    ]
    return tuple(one for one in sentences if one)


def title_of(answer: Answer, case: str) -> str:
    """A cut as a reader sees it: the title of a system, an item or a strait, or where a landing is."""
    sort, _, name = case.rpartition(":")
    if sort == "landing":
        code, _, place = name.partition(" ")
        return f"landing in {place}, {answer.world.name_of(code)}"
    if sort:
        systems = (one.row for one in answer.world.cables.systems)
        titles = {row.system: row.title for row in systems}
        return titles.get(name) or next(item.title for item in answer.programme.items if item.id == name)
    return next(row.title for row in chokepoints() if row.id == case)


def by_cut(answer: Answer, named: bool = False) -> Table:
    """Cuts that take the connection of somebody without the programme or with it, and all cables.

    named: with the names that `--cut` takes.
    """
    without, with_ = connection_without(answer.timeline.last), connection_of(answer.timeline.last)
    rows = []
    for column, case in enumerate(with_.cases):
        lost = [_names(answer, one, one.cut_off[:, column]) for one in (without, with_)]
        if case.startswith("cable:") or lost != [NOBODY, NOBODY]:
            name = (case,) if named else ()
            lost += [_lost(one, column) for one in (without, with_)]
            rows.append((title_of(answer, case), *name, *lost))
    heads = (
        "cut",
        *(("--cut",) if named else ()),
        "lose connection, without",
        "with",
        "Gbit/s lost, without",
        "with",
    )
    note = "Gbit/s: capacity to the hubs that is gone, over all economies whose capacity is known."
    title = "Each cable cut in turn, and landings and straits that matter"
    return Table(title, heads, tuple(rows), note, numbers=4 if named else 3)


def cable_map(answer: Answer) -> LineMap:
    """All systems and the programme's cables, as lines from landing to landing along the trunk."""
    state = answer.timeline.last
    mine, _ = systems_of(state.programme.items, state.world)
    known = [one for one in state.world.cables.systems if one.is_cut_as_one]
    ways = tuple(
        Way(
            number, one.row.title, tuple((place.longitude, place.latitude) for place in one.landings),
            own=one in mine, pale=one in mine and one.row.system not in state.change.open,
        )
        for number, one in enumerate((*known, *mine), 1)
    )  # fmt: skip
    stand = {code for item in state.programme.items for code in item.economies}
    names = {code: answer.world.name_of(code) for code in sorted(stand)}
    listed = "; ".join(f"{way.number} {way.words}" for way in ways)
    return LineMap("Cables that are known", ways, names, f"{NO_ROUTES} {listed}.")


def by_economy(answer: Answer, only: tuple[str, ...] = ()) -> Table:
    """Economies with the systems that land there, their capacity to the hubs and how many single cuts isolate them."""
    without, with_ = connection_without(answer.timeline.last), connection_of(answer.timeline.last)
    rows = tuple(
        (
            answer.world.name_of(code),
            *(
                cell
                for one in (without, with_)
                for cell in (
                    f"{one.landing[row]:.0f}", shown(float(one.capacity[row])), f"{one.cut_off[row].sum()}",
                )
            ),
        )
        for row, code in enumerate(with_.economies)
        if not only or code in only
    )  # fmt: skip
    columns = ("systems", "Gbit/s", "single cuts")
    heads = ("economy", *(f"{column}, {part}" for part in ("without", "with") for column in columns))
    note = "Single cuts: of a system, a landing or a strait, each of which alone takes the connection to the hubs."
    return Table(
        "Connection by economy", heads, rows, note if rows else "No system that lands there is known."
    )


def by_item(answer: Answer, item: str = "") -> Table:
    """What each cable of the programme (or one) joins, and which cuts no longer take a connection with all of them."""
    state = answer.timeline.last
    without, with_ = connection_without(state), connection_of(state)
    saved = (without.cut_off & ~with_.cut_off).any(axis=1)
    rows = tuple(
        (
            one.row.title, " - ".join(place.name for place in one.landings),
            NO_FIGURE if one.row.capacity is None else f"{one.row.capacity:,}",
            "yes" if one.row.system in state.change.open else "no",
            _names(answer, with_, saved & np.array([code in one.economies for code in with_.economies])),
        )
        for one in systems_of(state.programme.items, state.world)[0]
        if item in ("", one.row.system)
    )  # fmt: skip
    heads = ("item", "route", "Gbit/s", "open", "no longer hang on one cut")
    return Table(
        "Cables of the programme", heads, rows, "" if rows else "It has none with a route.", numbers=5
    )


def systems(answer: Answer) -> Table:
    """The systems that are known, with their sources."""
    rows = tuple(
        (
            one.row.title, " ".join(sorted(one.economies)),
            NO_FIGURE if one.row.capacity is None else f"{one.row.capacity:,}",
            NO_FIGURE if one.row.year is None else str(one.row.year), one.row.source,
        )
        for one in answer.timeline.last.world.cables.systems
        if one.is_cut_as_one
    )  # fmt: skip
    heads = ("system", "lands in", "Gbit/s", "in service", "source")
    return Table("Cable systems that are known", heads, rows, numbers=5)


def cut_page(answer: Answer, names: tuple[str, ...]) -> Page:
    """Economies whose connection or capacity changes where some are cut together, without the programme and with it."""
    state = answer.timeline.last
    pair = connection_without(state), connection_of(state)
    known = {case.partition(":")[2]: case for case in reversed(pair[1].cases) if ":" in case}
    asked = tuple(name if name in pair[1].cases else known.get(name, name) for name in names)
    results = [cut(one, asked) for one in pair]  # refuses what cuts nothing
    rows = []
    for row, code in enumerate(pair[0].economies):
        cells = [_fate(one, row, *result) for one, result in zip(pair, results, strict=True)]
        if any(cell != "" for cell in cells):
            rows.append((answer.world.name_of(code), *(cell or "as before" for cell in cells)))
    note = "" if rows else "Nobody loses anything that is known here."
    return Page(
        f"Cut together: {', '.join(title_of(answer, case) for case in asked)}",
        lead=said_of_table(answer)[:1],
        tables=(
            Table(
                "Who loses what",
                ("economy", "without the programme", "with it"),
                tuple(rows),
                note,
                numbers=3,
            ),
        ),
    )


def _fate(one: Connection, row: int, lost: np.ndarray, left: np.ndarray) -> str:
    if lost[row]:
        return "loses connection"
    if np.isfinite(left[row]) and left[row] < one.capacity[row]:
        return f"{one.capacity[row]:,.0f} to {left[row]:,.0f} Gbit/s"
    return ""


def _names(answer: Answer, one: Connection, chosen: np.ndarray) -> str:
    return (
        ", ".join(answer.world.names.get(one.economies[row], "") for row in np.flatnonzero(chosen)) or NOBODY
    )


def _lost(one: Connection, column: int) -> str:
    gone = float(np.nansum(one.capacity - one.left[:, column]))
    return f"{gone:,.0f}" if gone else "0"
