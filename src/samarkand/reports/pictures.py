"""Pictures of pages as SVG: lines on a map, and dots with ties between them."""

from __future__ import annotations

from pathlib import Path

from samarkand.core.durable import new_files
from samarkand.priorities.faces import LineMap, NetworkFigure, Node, Page, Picture
from samarkand.reports.charts import GRID, INK, PAPER
from samarkand.reports.maps import COLOURS, NO_FIGURE, Marks, Place, Route, region_map
from samarkand.reports.svg import Svg, picture, tag
from samarkand.world.economies.map import load_map
from samarkand.world.economies.map_policy import DISCLAIMER

WIDTH, HEIGHT, EDGE = 1000, 700, 22
SMALLEST, LARGEST = 2.5, 12.0  # radius of dots


def draw_picture(one: Picture) -> Svg:
    """A picture as SVG; empty where there is nothing to draw."""
    return _map(one) if isinstance(one, LineMap) else _network(one)


def write_pictures(page: Page, folder: Path) -> tuple[Path, ...]:
    """Write the pictures of a page as SVG files, named by their titles."""
    drawn = {f"{_name(one.title)}.svg": draw_picture(one) for one in page.pictures}
    drawn = {name: svg for name, svg in drawn.items() if svg}
    with new_files(folder, f"--draw {folder}") as fresh:
        for name, svg in drawn.items():
            (fresh / name).write_text(str(svg), encoding="utf-8")
    return tuple(folder / name for name in drawn)


def _name(title: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in title.lower())
    return "-".join(words.split())


def _map(one: LineMap) -> Svg:
    routes = tuple(
        Route(way.number, way.words, way.points, "rail" if way.own else "other", pale=way.pale)
        for way in one.ways
        if len(way.points) > 1
    )
    places = tuple(
        Place(site.number, site.words, site.longitude, site.latitude, "site") for site in one.sites
    )
    drawn = region_map(load_map(), Marks(routes, places, one.economies, one.areas), one.title)
    # A file of its own has no caption: what every map says stands in it.
    said = tag("desc", f"{one.note} {DISCLAIMER} Made with Natural Earth.")
    return Svg(str(drawn).replace("</title>", f"</title>{said}", 1))


def _network(one: NetworkFigure) -> Svg:
    if not one.nodes:
        return Svg("")
    ties = "".join(
        f"M{_x(a):.0f} {_y(a):.0f}L{_x(b):.0f} {_y(b):.0f}"
        for a, b in ((one.nodes[first], one.nodes[second]) for first, second in one.ties)
    )
    dots = sorted(one.nodes, key=lambda node: (node.ringed, node.size))  # rings are not hidden
    return picture(
        WIDTH, HEIGHT, one.title,
        tag("rect", width=WIDTH, height=HEIGHT, fill=PAPER),
        *([tag("path", d=ties, fill="none", stroke=GRID, stroke_width=1)] if ties else []),
        *map(_dot, dots),
    )  # fmt: skip


def _x(node: Node) -> float:
    return EDGE + node.x * (WIDTH - 2 * EDGE)


def _y(node: Node) -> float:
    return HEIGHT - EDGE - node.y * (HEIGHT - 2 * EDGE)


def _dot(node: Node) -> Svg:
    half = len(COLOURS) // 2
    fill = NO_FIGURE if node.shade is None else COLOURS[half + round(half * max(-1.0, min(1.0, node.shade)))]
    # Area goes with size.
    radius = SMALLEST + (LARGEST - SMALLEST) * node.size**0.5
    return tag(
        "circle", tag("title", node.words), cx=round(_x(node)), cy=round(_y(node)), r=round(radius, 1),
        fill=fill, stroke=INK if node.ringed else "#8a939c", stroke_width=2 if node.ringed else 0.5,
    )  # fmt: skip
