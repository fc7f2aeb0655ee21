"""What all projects cross of a map of areas: a table, and a map of lines and areas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from samarkand.core.conventions import Floats
from samarkand.priorities.environment.layers import Overlay
from samarkand.priorities.environment.places import Places
from samarkand.priorities.environment.screening_outcomes import areas_met, is_screened, placed
from samarkand.priorities.faces import NO_FIGURE, Area, LineMap, Site, Table, Way, shown
from samarkand.priorities.timeline import Timeline

FEW = 3  # areas that are named in a cell
HEADS = ("project", "km within", "of its line", "areas", "protected_area")
IN_COLOUR = "In colour what lies within an area."


def areas_tables(timeline: Timeline) -> tuple[Table, ...]:
    """Projects that lie in an area, those with most km first; nothing without a map."""
    met = areas_met(timeline)
    if not met:
        return ()
    inside = sorted((name for name, one in met.items() if one.touches), key=lambda name: -met[name].km)
    clear = sum(one.says == "no" for one in met.values())
    open_ = [name for name, one in met.items() if one.says is None]
    layer = next(iter(met.values())).layer
    note = f"{clear} projects lie in none of its areas."
    if open_:
        note += f" The map does not reach all around {len(open_)} others, of which it says nothing: {', '.join(open_)}."
    nowhere = sum(map(is_screened, timeline.items)) - len(met)
    if nowhere:
        note += f" {nowhere} projects have no place."
    rows = tuple(_row(name, met[name]) for name in inside)
    return (Table(f"Projects in areas of {layer}", HEADS, rows, note),)


def areas_maps(timeline: Timeline) -> tuple[LineMap, ...]:
    """Projects that cross areas or lie in them, what of them lies within, and the areas; nothing where none does."""
    met = areas_met(timeline)
    inside = [name for name, one in met.items() if one.touches]
    if not inside:
        return ()
    places = placed(timeline.items)
    titles = {item.id: item.title for item in timeline.items}
    codes = dict.fromkeys(code for item in timeline.items if item.id in inside for code in item.economies)
    ways = [
        way
        for number, name in enumerate(inside, 1)
        for way in ways_of(titles[name], places[name], met[name], number)
    ]
    sites = tuple(
        site for number, name in enumerate(inside, 1) for site in sites_of(titles[name], places[name], number)
    )
    areas = tuple(dict.fromkeys(area for name in inside for area in drawn_areas(met[name])))
    names = {code: timeline.world.name_of(code) for code in codes}
    title = f"Projects and areas of {met[inside[0]].layer}"
    listed = "; ".join(f"{number} {name}" for number, name in enumerate(inside, 1))
    return (LineMap(title, tuple(ways), names, f"{IN_COLOUR} {listed}.", areas, sites),)


def sites_of(title: str, places: Places, number: int) -> list[Site]:
    """The places of an item that has no lines."""
    return [Site(number, title, x, y) for _, x, y in (() if places.lines else places.points)]


def ways_of(title: str, places: Places, area: Overlay, number: int) -> list[Way]:
    """The lines of an item and, over them, what lies within areas."""
    return stretches(title, places, area.pieces, number, "within an area")


def stretches(title: str, places: Places, parts: Iterable[Floats], number: int, words: str) -> list[Way]:
    """The lines of an item in grey and, over them, parts of them in colour; `words`: what these are."""
    lines = [Way(number, title, _points(line), pale=True) for _, line in places.lines]
    return lines + [Way(number, f"{title}: {words}", _points(one), own=True) for one in parts]


def drawn_areas(area: Overlay) -> list[Area]:
    """Outlines of the areas that an item meets."""
    return [Area(name, _points(ring)) for name, ring in area.outlines]


def _row(name: str, one: Overlay) -> tuple[str, ...]:
    km, share = (shown(one.km, ",.1f"), f"{one.share:.1%}") if one.line_km else (NO_FIGURE, NO_FIGURE)
    more = f" and {len(one.areas) - FEW} more" if len(one.areas) > FEW else ""
    return name, km, share, ", ".join(one.areas[:FEW]) + more, "yes"


def _points(line: Floats) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in line)


def says_of_map(met: Mapping[str, Overlay]) -> str:
    """One sentence for the head of a page."""
    inside = sum(one.touches for one in met.values())
    layer = next(iter(met.values())).layer
    return f"{inside} of {len(met)} projects with a place lie in areas of {layer}, or cross them."
