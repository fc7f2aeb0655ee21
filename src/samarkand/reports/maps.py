"""Maps as inline SVG: the world coloured by a change, and the region of a programme with its lines and places.

Pure functions of what they draw. What is disputed is hatched or dashed as `world/economies/map_policy.py` declares; an
economy without a figure is never coloured.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Literal
from zlib import crc32

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.engines.once import derived
from samarkand.priorities.faces import Area, Spot
from samarkand.reports.charts import INK, PAPER, SOFT
from samarkand.reports.projections import calc_azimuthal, calc_equal_earth
from samarkand.reports.svg import Svg, join, picture, tag
from samarkand.world.economies.map import WorldMap

Project = Callable[[Floats, Floats], tuple[Floats, Floats]]

# From strong loss over nothing to strong gain; lightness alone tells how strong, hue which way. No figure is lilac:
# every grey is near a class for those who do not tell green from red. Without hues a gain and a loss of one size
# look alike: losses are dotted, and no figure is ruled.
COLOURS = (
    "#7f2a0e", "#c05a2c", "#e69d72", "#f8dcc8", "#f3f0e7", "#cfe8e4", "#8cc5bf", "#3f958f", "#0a5656",
)  # fmt: skip
NO_FIGURE, PLAIN, SEA, BORDER = "#c8c8f0", "#f0f1f1", "#e4ecf2", "#9aa4ae"
ROUTE_COLOURS = {"rail": "#2b2350", "road": "#8a5a00", "other": "#7a3b78"}
LEAST_TOP = 1e-3
SPOT_COLOURS = (
    "#0a5656",
    "#3f958f",
    "#8cc5bf",
    "#e6b072",
    "#c05a2c",
    "#7f2a0e",
)  # from the best group to the worst
UNKNOWN_SPOT = "#7d8791"
AREA = "#3f958f"
LARGEST_SPOT = 16.0
LOSSES = 4  # of COLOURS; the first of them are so dark that their dots are light
DOTS = (PAPER, PAPER, INK, INK)
RULED = "#5d5d9a"
WORLD_WIDTH, REGION_WIDTH = 2000, 1600
MERIDIAN = 11.5  # in the middle: the edge then falls into the Bering strait
SOUTH, NORTH = -55.5, 79.5
KEPT_PAPERS = 4  # of places of programmes; the paths on one take half a megabyte


@dataclass(frozen=True)
class Classes:
    """Nine classes around zero with bounds at powers of ten: `bounds` are the four that part them."""

    bounds: tuple[float, float, float, float]

    def index(self, value: float) -> int:
        """0 (strong loss) to 8 (strong gain); 4 is next to nothing."""
        size = sum(abs(value) >= bound for bound in self.bounds)
        return 4 + (size if value > 0 else -size)

    def colour(self, value: float) -> str:
        """The colour of a value."""
        return COLOURS[self.index(value)]

    @property
    def spans(self) -> tuple[tuple[float | None, float | None], ...]:
        """From where to where each class goes, from loss to gain; None is without end."""
        a, b, c, d = self.bounds
        losses = ((None, -d), (-d, -c), (-c, -b), (-b, -a))
        return (*losses, (-a, a), (a, b), (b, c), (c, d), (d, None))


def diverging_classes(values: Iterable[float]) -> Classes:
    """Classes for values of either sign: the highest bound is the power of ten below the largest size.

    It is never below a tenth of a per cent, so that a programme that does next to nothing is drawn so.
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    top = 10.0 ** math.floor(math.log10(max(largest, LEAST_TOP)) + 1e-9)
    return Classes((top / 1000, top / 100, top / 10, top))


@dataclass(frozen=True)
class Paint:
    """How an economy is shown: its value if it has one, the words that tell it, and whether to hatch it."""

    words: str
    value: float | None = None
    hatched: bool = False


@dataclass(frozen=True)
class Route:
    """A line of the programme, by places (longitude, latitude)."""

    number: int
    words: str
    points: tuple[tuple[float, float], ...]
    mode: Literal["rail", "road", "other"]
    upgrade: bool = False
    pale: bool = False  # not in service in the year, or without an assessed effect


@dataclass(frozen=True)
class Place:
    """A border crossing, a port or another place of the programme."""

    number: int
    words: str
    longitude: float
    latitude: float
    kind: Literal["crossing", "port", "site"]
    pale: bool = False


@dataclass(frozen=True)
class Gate:
    """A place with a published capacity, where limits are asked for."""

    words: str
    longitude: float
    latitude: float
    full: bool


@dataclass(frozen=True)
class Marks:
    """What of a programme has a place on a map."""

    routes: tuple[Route, ...] = ()
    places: tuple[Place, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)  # of the economies to be named, by ISO3 code
    areas: tuple[Area, ...] = ()
    gates: tuple[Gate, ...] = ()  # they stand where they are, and make no map larger

    @property
    def positions(self) -> list[tuple[float, float]]:
        """All places on it, (longitude, latitude)."""
        along = [point for route in self.routes for point in route.points]
        return along + [(place.longitude, place.latitude) for place in self.places]


class _WorldFrame:
    """Where places of the world stand on a paper `WORLD_WIDTH` wide and `height` high."""

    def __init__(self) -> None:
        self._edge = calc_equal_earth(np.array([MERIDIAN + 180.0]), np.array([0.0]), MERIDIAN)[0][0]
        self._top = calc_equal_earth(np.array([0.0]), np.array([NORTH]))[1][0]
        bottom = calc_equal_earth(np.array([0.0]), np.array([SOUTH]))[1][0]
        self._scale = WORLD_WIDTH / (2 * self._edge)
        self.height = round((self._top - bottom) * self._scale)

    def project(self, longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
        """Places of one outline together: it is not torn at the edge."""
        longitude = longitude - 360 * np.round((longitude.mean() - MERIDIAN) / 360)
        x, y = calc_equal_earth(longitude, latitude, MERIDIAN)
        return (x + self._edge) * self._scale, (self._top - y) * self._scale


def world_map(
    world: WorldMap, paints: Mapping[str, Paint], classes: Classes, marks: Marks, title: str
) -> Svg:
    """The world in an equal-area projection, each economy in the colour of its value, with the programme on it."""
    frame = _WorldFrame()
    project, height = frame.project, frame.height
    return picture(
        WORLD_WIDTH, height, title, _patterns(title),
        tag("rect", width=WORLD_WIDTH, height=height, fill=SEA),
        *_areas(world, project, paints, classes, 1.4, title),
        *_boundaries(world, project, 1.0),
        *_dots(world, project, paints, classes, 5.0),
        *_routes(marks, project, 3.0),
        *_places(marks, project, 4.0),
        *_gates(marks, project, 5.5),
        class_="map",
    )  # fmt: skip


def spot_map(
    world: WorldMap,
    spots: Sequence[Spot],
    groups: Sequence[str],
    title: str,
    shades: Sequence[int | None] = (),
) -> Svg:
    """The world with a circle for each spot, the larger ones beneath, and the colours of the groups in words."""
    frame = _WorldFrame()
    colours = [UNKNOWN_SPOT if one is None else SPOT_COLOURS[one] for one in shades or range(len(groups))]
    plain = {outline.economy: Paint("") for outline in world.outlines}
    ordered = sorted(spots, key=lambda one: -one.weight)
    x, y = frame.project(
        np.array([one.longitude for one in ordered]), np.array([one.latitude for one in ordered])
    )
    most = max((one.weight for one in ordered), default=1.0)
    circles = [
        tag("circle", tag("title", one.words), cx=round(float(cx), 1), cy=round(float(cy), 1),
            r=round(2.5 + LARGEST_SPOT * math.sqrt(one.weight / most), 1), fill=colours[one.group],
            fill_opacity=0.85, stroke=PAPER, stroke_width=0.8)
        for one, cx, cy in zip(ordered, x.tolist(), y.tolist(), strict=True)
    ]  # fmt: skip
    step = WORLD_WIDTH / len(groups)
    key: list[Svg] = []
    for number, words in enumerate(groups):
        left = 20 + number * step
        key.append(tag("circle", cx=left, cy=frame.height + 32, r=13, fill=colours[number]))
        key.append(tag("text", words, x=left + 24, y=frame.height + 43, font_size=32, fill=INK))
    return picture(
        WORLD_WIDTH, frame.height + 64, title, _patterns(title),
        tag("rect", width=WORLD_WIDTH, height=frame.height, fill=SEA),
        *_areas(world, frame.project, plain, None, 1.4, title),
        *_boundaries(world, frame.project, 1.0),
        *circles, *key,
        class_="map",
    )  # fmt: skip


def main_region(marks: Marks) -> tuple[Marks, tuple[int, ...]]:
    """The marks of the items that lie together, and the numbers of those far from them.

    Far is more than 1.75 times as far from the middle as three quarters of the items are, and more than 15 degrees.
    """
    by_item: dict[int, list[tuple[float, float]]] = {}
    for route in marks.routes:
        by_item.setdefault(route.number, []).extend(route.points)
    for place in marks.places:
        by_item.setdefault(place.number, []).append((place.longitude, place.latitude))
    if not by_item:
        return marks, ()
    vectors = {
        number: _unit(np.mean([_vector(*point) for point in points], axis=0))
        for number, points in by_item.items()
    }
    middle = _unit(np.median(list(vectors.values()), axis=0))
    angles = {
        number: math.degrees(math.acos(max(-1.0, min(1.0, float(v @ middle)))))
        for number, v in vectors.items()
    }
    reach = max(1.75 * float(np.quantile(list(angles.values()), 0.75)), 15.0)
    far = {number for number, angle in angles.items() if angle > reach}
    near = Marks(
        tuple(route for route in marks.routes if route.number not in far),
        tuple(place for place in marks.places if place.number not in far),
        marks.names,
        gates=marks.gates,
    )
    return near, tuple(sorted(far))


class _RegionFrame:
    """Where places around those of a programme stand on a paper `REGION_WIDTH` wide and `height` high."""

    def __init__(self, world: WorldMap, positions: Floats) -> None:
        self._world = world
        self._centre = _centre(positions)
        x, y = calc_azimuthal(positions[:, 0], positions[:, 1], self._centre)
        room = max(0.06 * max(float(np.ptp(x)), float(np.ptp(y))), 0.02)
        west, east, south, north = x.min() - room, x.max() + room, y.min() - room, y.max() + room
        if (lacking := 0.42 * (east - west) - (north - south)) > 0:
            south, north = south - lacking / 2, north + lacking / 2
        if (lacking := (north - south) / 0.72 - (east - west)) > 0:
            west, east = west - lacking / 2, east + lacking / 2
        self._west, self._north, self._scale = west, north, REGION_WIDTH / (east - west)
        self.height = round((north - south) * self._scale)

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """West, north, east and south of the paper."""
        return 0.0, 0.0, float(REGION_WIDTH), float(self.height)

    def project(self, longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
        """Places on the paper."""
        x, y = calc_azimuthal(longitude, latitude, self._centre)
        return (x - self._west) * self._scale, (self._north - y) * self._scale


def _region_frame(world: WorldMap, marks: Marks) -> _RegionFrame:
    """The paper of a programme's places, one for all pictures of them, those of the next questions too."""
    return _frame_of_places(world, tuple(marks.positions))


@lru_cache(maxsize=KEPT_PAPERS)
def _frame_of_places(world: WorldMap, positions: tuple[tuple[float, float], ...]) -> _RegionFrame:
    return _RegionFrame(world, np.array(positions, float))


def region_map(world: WorldMap, marks: Marks, title: str) -> Svg:
    """The region of the programme in an equal-area projection, with its lines, places and their numbers."""
    if not marks.positions:
        return Svg("")
    paper = _region_frame(world, marks)
    project, frame, height = paper.project, paper.edges, paper.height
    plain = {outline.economy: Paint(marks.names.get(outline.economy, "")) for outline in world.outlines}
    labels = _Labels(frame)
    routes, places = _routes(marks, project, 4.0), _places(marks, project, 7.0)
    for route in marks.routes:  # neither numbers nor names go on a line
        labels.take_line(*project(*calc_great_circle(route.points)))
    numbers = _numbers(marks, project, labels)
    names = _names(world, marks, project, labels)
    return picture(
        REGION_WIDTH, height, title, _patterns(title),
        tag("rect", width=REGION_WIDTH, height=height, fill=SEA),
        *_areas(world, project, plain, None, 1.2, title, paper),
        *_boundaries(world, project, 1.2, paper),
        *_own_areas(marks, project, frame),
        *names, *routes, *places, *_gates(marks, project, 9.0, frame), *numbers,
        class_="map",
    )  # fmt: skip


def close_map(
    world: WorldMap, paints: Mapping[str, Paint], classes: Classes, marks: Marks, title: str
) -> Svg:
    """The colours of `world_map` on the region of the programme, large enough for its economies and their names."""
    if not marks.positions:
        return Svg("")
    paper = _region_frame(world, marks)
    project, frame, height = paper.project, paper.edges, paper.height
    return picture(
        REGION_WIDTH, height, title, _patterns(title),
        tag("rect", width=REGION_WIDTH, height=height, fill=SEA),
        *_areas(world, project, paints, classes, 1.2, title, paper),
        *_boundaries(world, project, 1.2, paper),
        *_dots(world, project, paints, classes, 8.0, frame),
        *_routes(marks, project, 2.0),
        *_names(world, marks, project, _Labels(frame), INK),
        *_gates(marks, project, 9.0, frame),
        class_="map",
    )  # fmt: skip


def _own_areas(marks: Marks, project: Project, frame: tuple[float, float, float, float]) -> list[Svg]:
    """Areas of the programme's map that stand on it, each with its words."""
    paths = ((area.words, _ring_path(np.array(area.outline), project, 1.2, frame)) for area in marks.areas)
    return [
        tag("path", tag("title", words), d=d, fill=AREA, fill_opacity=0.4, stroke=AREA, stroke_width=1.5)
        for words, d in paths
        if d
    ]


def _centre(positions: Floats) -> tuple[float, float]:
    """Mean direction of the places, (longitude, latitude)."""
    lon, lat = np.radians(positions[:, 0]), np.radians(positions[:, 1])
    x, y, z = (np.cos(lat) * np.cos(lon)).mean(), (np.cos(lat) * np.sin(lon)).mean(), np.sin(lat).mean()
    return float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y))))


# -- the ground


def _hatch(name: str, title: str) -> str:
    """Id of a hatch in the picture of a title: no two pictures of a page have one in common."""
    return f"{name}-{crc32(title.encode()):08x}"


def _patterns(title: str) -> Svg:
    """Hatches: lines one way for estimated accounts, the other way for disputed areas, level ones for no figure; dots
    for losses."""

    def hatch(name: str, colour: str, turn: int, width: float) -> Svg:
        return tag(
            "pattern", tag("path", d="M0 0V8", stroke=colour, stroke_width=width),
            id=_hatch(name, title), width=8, height=8, patternUnits="userSpaceOnUse",
            patternTransform=f"rotate({turn})",
        )  # fmt: skip

    def dots(name: str, colour: str) -> Svg:
        return tag(
            "pattern", tag("circle", cx=5, cy=5, r=2, fill=colour), id=_hatch(name, title), width=11, height=11,
            patternUnits="userSpaceOnUse",
        )  # fmt: skip

    return tag(
        "defs", hatch("estimated", "#1d2733", 45, 1.3), hatch("disputed", "#7d8791", -45, 3.0),
        hatch("nothing", RULED, 90, 1.6), dots(f"loss{PAPER[1:]}", PAPER), dots(f"loss{INK[1:]}", INK),
    )  # fmt: skip


def _areas(
    world: WorldMap,
    project: Project,
    paints: Mapping[str, Paint],
    classes: Classes | None,
    coarse: float,
    title: str,
    paper: _RegionFrame | None = None,
) -> list[Svg]:
    parts: list[Svg] = []

    def make() -> dict[tuple[str, str], str]:
        return _outlines(world, project, coarse, None if paper is None else paper.edges)

    # Without a paper of its own it is the whole world, which stands alike in every picture.
    outlines = derived(world if paper is None else paper, ("outlines", coarse), make)
    for (economy, drawn), d in outlines.items():
        paint = paints.get(economy)
        if drawn == "hatched":
            parts += [
                tag("path", d=d, fill=PAPER),
                tag(
                    "path",
                    tag("title", "disputed area, no figure of its own"),
                    d=d,
                    fill=f"url(#{_hatch('disputed', title)})",
                ),
            ]
        elif paint is None or not economy:
            parts.append(tag("path", d=d, fill=PLAIN))
        elif classes is None:
            parts.append(tag("path", tag("title", paint.words), d=d, fill=PLAIN))
        else:
            fill = NO_FIGURE if paint.value is None else classes.colour(paint.value)
            parts.append(tag("path", tag("title", paint.words), d=d, fill=fill, fill_rule="evenodd"))
            if mark := mark_of(paint.value, classes):
                parts.append(tag("path", d=d, fill=f"url(#{_hatch(mark, title)})", pointer_events="none"))
            if paint.hatched:
                parts.append(
                    tag(
                        "path",
                        d=d,
                        fill=f"url(#{_hatch('estimated', title)})",
                        fill_opacity=0.35,
                        pointer_events="none",
                    )
                )
    return parts


def _outlines(
    world: WorldMap, project: Project, coarse: float, frame: tuple[float, float, float, float] | None
) -> dict[tuple[str, str], str]:
    """Paths of what is within a frame, by economy and by how it is drawn."""
    found: dict[tuple[str, str], str] = {}
    for outline in world.outlines:
        path = "".join(_ring_path(ring, project, coarse, frame) for ring in outline.rings)
        if path:
            key = (outline.economy, outline.drawn if not outline.economy else "coloured")
            found[key] = found.get(key, "") + path
    return found


def mark_of(value: float | None, classes: Classes) -> str:
    """The pattern over a colour that says to any eye that it is a loss, or no figure; empty for none."""
    if value is None:
        return "nothing"
    place = classes.index(value)
    return f"loss{DOTS[place][1:]}" if place < LOSSES else ""


def _ring_path(
    ring: Floats, project: Project, coarse: float, frame: tuple[float, float, float, float] | None
) -> str:
    x, y = project(ring[:, 0], ring[:, 1])
    if frame is not None and (
        x.max() < frame[0] or x.min() > frame[2] or y.max() < frame[1] or y.min() > frame[3]
    ):
        return ""
    points = _thin(x, y, coarse)
    return _path(points, close=True) if len(points) > 3 else ""


def _thin(x: Floats, y: Floats, coarse: float) -> list[tuple[int, int]]:
    """Whole coordinates, without the points nearer than `coarse` to the one before."""
    kept = [(round(float(x[0])), round(float(y[0])))]
    for px, py in zip(x[1:].tolist(), y[1:].tolist(), strict=True):
        if abs(px - kept[-1][0]) >= coarse or abs(py - kept[-1][1]) >= coarse:
            kept.append((round(px), round(py)))
    return kept


def _path(points: Sequence[tuple[int, int]], *, close: bool = False) -> str:
    """A path in steps from point to point, as short as SVG lets it be."""
    steps = [
        (points[i + 1][0] - points[i][0], points[i + 1][1] - points[i][1]) for i in range(len(points) - 1)
    ]
    words = "".join(f"{dx if dx < 0 else f' {dx}'}{dy if dy < 0 else f' {dy}'}" for dx, dy in steps)
    return (
        f"M{points[0][0]} {points[0][1]}" + (f"l{words.lstrip()}" if words else "") + ("z" if close else "")
    )


def _boundaries(
    world: WorldMap, project: Project, width: float, paper: _RegionFrame | None = None
) -> list[Svg]:
    def make() -> dict[bool, str]:
        return _lines(world, project, None if paper is None else paper.edges)

    lines = derived(world if paper is None else paper, "boundaries", make)
    return [
        tag("path", d=lines[False], fill="none", stroke=BORDER, stroke_width=width),
        tag("path", d=lines[True], fill="none", stroke=PAPER, stroke_width=width * 1.6),
        tag("path", d=lines[True], fill="none", stroke=SOFT, stroke_width=width, stroke_dasharray="5 4"),
    ]  # fmt: skip


def _lines(
    world: WorldMap, project: Project, frame: tuple[float, float, float, float] | None
) -> dict[bool, str]:
    """Paths of boundaries within a frame, by whether they are dashed."""
    found = {False: "", True: ""}
    for boundary in world.boundaries:
        x, y = project(boundary.points[:, 0], boundary.points[:, 1])
        if frame is None or (
            x.max() >= frame[0] and x.min() <= frame[2] and y.max() >= frame[1] and y.min() <= frame[3]
        ):
            points = _thin(x, y, 1.0)
            if len(points) > 1:
                found[boundary.dashed] += _path(points)
    return found


def _dots(
    world: WorldMap,
    project: Project,
    paints: Mapping[str, Paint],
    classes: Classes,
    size: float,
    frame: tuple[float, float, float, float] | None = None,
) -> list[Svg]:
    """Economies too small for an outline; a loss has a bar across, as losses elsewhere are dotted."""
    parts = []
    for dot in world.dots:
        paint = paints.get(dot.economy)
        if paint is None or paint.value is None:
            continue  # what has no figure is in the table's list; a hundred grey dots would hide those that have one
        x, y = project(np.array([dot.longitude]), np.array([dot.latitude]))
        at_x, at_y = float(x[0]), float(y[0])
        if frame is not None and not (frame[0] < at_x < frame[2] and frame[1] < at_y < frame[3]):
            continue
        parts.append(
            tag("circle", tag("title", paint.words), cx=at_x, cy=at_y, r=size,
                fill=classes.colour(paint.value), stroke=INK, stroke_width=1.0)
        )  # fmt: skip
        place = classes.index(paint.value)
        if place < LOSSES:
            bar = f"M{at_x - size / 2:.1f} {at_y:.1f}H{at_x + size / 2:.1f}"
            parts.append(tag("path", d=bar, stroke=DOTS[place], stroke_width=size / 3, pointer_events="none"))
    return parts


# -- the programme


def _routes(marks: Marks, project: Project, width: float) -> list[Svg]:
    """Each line in the colour of its mode over a pale casing; an upgrade has a light core, an idle line is pale."""
    parts: list[Svg] = []
    for route in sorted(marks.routes, key=lambda route: not route.pale):
        lon, lat = calc_great_circle(route.points)
        x, y = project(lon, lat)
        d = _path([(round(a), round(b)) for a, b in zip(x.tolist(), y.tolist(), strict=True)])
        colour = ROUTE_COLOURS[route.mode]
        common = {"d": d, "fill": "none", "stroke_linecap": "round", "stroke_linejoin": "round"}
        parts.append(tag("path", **common, stroke=PAPER, stroke_width=width * 2.1, stroke_opacity=0.9))
        parts.append(
            tag("path", tag("title", route.words), **common, stroke=colour, stroke_width=width,
                stroke_opacity=0.45 if route.pale else None, stroke_dasharray="9 8" if route.pale else None)
        )  # fmt: skip
        if route.upgrade and not route.pale:
            parts.append(
                tag("path", **common, stroke=PAPER, stroke_width=width * 0.38, stroke_dasharray="8 6")
            )
    return parts


def calc_great_circle(points: Sequence[tuple[float, float]], step: float = 2.0) -> tuple[Floats, Floats]:
    """The points with others between them on the great circle, at most `step` degrees apart, (longitude, latitude)."""
    lon, lat = [points[0][0]], [points[0][1]]
    for (lon1, lat1), (lon2, lat2) in pairwise(points):
        a, b = _vector(lon1, lat1), _vector(lon2, lat2)
        angle = math.acos(max(-1.0, min(1.0, float(a @ b))))
        count = max(1, math.ceil(math.degrees(angle) / step))
        for number in range(1, count + 1):
            share = number / count
            if angle < 1e-9:
                place = b
            else:
                place = (math.sin((1 - share) * angle) * a + math.sin(share * angle) * b) / math.sin(angle)
            lon.append(math.degrees(math.atan2(place[1], place[0])))
            lat.append(math.degrees(math.asin(max(-1.0, min(1.0, float(place[2]))))))
    return np.unwrap(np.array(lon), period=360), np.array(lat)


def _vector(longitude: float, latitude: float) -> Floats:
    lon, lat = math.radians(longitude), math.radians(latitude)
    return np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])


def _unit(vector: Floats) -> Floats:
    return vector / max(float(np.linalg.norm(vector)), 1e-12)


def _places(marks: Marks, project: Project, size: float) -> list[Svg]:
    """A diamond for a border crossing, a square for a port, a circle for another place."""
    parts = []
    for place in marks.places:
        x, y = (float(v[0]) for v in project(np.array([place.longitude]), np.array([place.latitude])))
        look = {
            "fill": PAPER if place.pale else "#f2b705",
            "stroke": INK,
            "stroke_width": size / 4,
            "stroke_opacity": 0.6 if place.pale else None,
        }
        words = tag("title", place.words)
        if place.kind == "crossing":
            a, b = round(size), round(size * 1.2)
            d = f"M{x:.0f} {y - b:.0f}l{a} {b} {-a} {b} {-a} {-b}z"
            parts.append(tag("path", words, d=d, **look))
        elif place.kind == "port":
            parts.append(
                tag(
                    "rect",
                    words,
                    x=x - size * 0.9,
                    y=y - size * 0.9,
                    width=size * 1.8,
                    height=size * 1.8,
                    **look,
                )
            )
        else:
            parts.append(tag("circle", words, cx=x, cy=y, r=size, **look))
    return parts


def _gates(
    marks: Marks, project: Project, size: float, frame: tuple[float, float, float, float] | None = None
) -> list[Svg]:
    """A triangle for a place with a capacity, point down: filled where it is full, those above all others."""
    parts = []
    for gate in sorted(marks.gates, key=lambda one: one.full):
        x, y = (float(v[0]) for v in project(np.array([gate.longitude]), np.array([gate.latitude])))
        if frame is not None and not (frame[0] < x < frame[2] and frame[1] < y < frame[3]):
            continue
        d = f"M{x - size:.1f} {y - size:.1f}h{2 * size:.1f}l{-size:.1f} {1.8 * size:.1f}z"
        fill, edge = (INK, PAPER) if gate.full else (PAPER, INK)
        parts.append(
            tag("path", tag("title", gate.words), d=d, fill=fill, stroke=edge, stroke_width=size / 4)
        )
    return parts


# -- labels


class _Labels:
    """Boxes that are taken; a label goes to the free place nearest to where it wants to be."""

    def __init__(self, frame: tuple[float, float, float, float]) -> None:
        self.frame = frame
        self._taken = np.empty((256, 4))
        self._count = 0

    def first_free(self, places: Floats, width: float, height: float) -> int | None:
        """The first of some places, (place, x and y), around which a box is inside the frame and touches no other."""
        half = np.array([width / 2, height / 2])
        low, high = places - half, places + half
        inside = np.all((low >= self.frame[:2]) & (high <= self.frame[2:]), axis=1)
        taken = self._taken[: self._count]
        apart = (high[:, None] <= taken[:, :2]) | (low[:, None] >= taken[:, 2:])
        free = np.flatnonzero(inside & apart.any(axis=2).all(axis=1))
        return int(free[0]) if free.size else None

    def take(self, x: float, y: float, width: float, height: float) -> None:
        """Keep a box for a label."""
        if self._count == len(self._taken):
            self._taken = np.concatenate([self._taken, np.empty_like(self._taken)])
        self._taken[self._count] = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        self._count += 1

    def take_line(self, x: Floats, y: Floats, size: float = 14.0) -> None:
        """Keep boxes along a line."""
        for one, other in pairwise(zip(x.tolist(), y.tolist(), strict=True)):
            count = max(1, math.ceil(math.dist(one, other) / size))
            for number in range(count + 1):
                share = number / count
                self.take(
                    one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]), size, size
                )

    def find(
        self, x: float, y: float, width: float, height: float, distances: Sequence[float]
    ) -> tuple[float, float] | None:
        """The first free place around a point, nearest distances first."""
        angles = np.pi * (np.arange(12) / 6 - 0.5)
        around = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        for distance in distances:
            places = (x, y) + distance * around
            if (place := self.first_free(places, width, height)) is not None:
                px, py = map(float, places[place])
                self.take(px, py, width, height)
                return px, py
        return None


def _numbers(marks: Marks, project: Project, labels: _Labels) -> list[Svg]:
    """The number of each item beside it, once, with a line to where it belongs if that is not near."""
    wanted: dict[int, tuple[float, float, bool]] = {}
    for route in marks.routes:
        lon, lat = calc_great_circle(route.points)
        x, y = project(lon, lat)
        wanted.setdefault(route.number, (float(x[len(x) // 2]), float(y[len(y) // 2]), route.pale))
    for place in marks.places:
        x, y = project(np.array([place.longitude]), np.array([place.latitude]))
        wanted.setdefault(place.number, (float(x[0]), float(y[0]), place.pale))
        labels.take(float(x[0]), float(y[0]), 14, 16)
    parts: list[Svg] = []
    for number, (x0, y0, pale) in sorted(wanted.items()):
        width = 34.0 if number < 100 else 44.0
        found = labels.find(x0, y0, width, 30.0, (26.0, 34.0, 46.0, 64.0, 90.0, 120.0, 160.0, 220.0)) or (
            x0,
            y0,
        )
        colour = SOFT if pale else INK
        parts.append(
            join(
                tag("line", x1=x0, y1=y0, x2=found[0], y2=found[1], stroke=colour, stroke_width=1.5),
                tag("rect", x=found[0] - width / 2, y=found[1] - 14, width=width, height=28.0, rx=14,
                    fill=PAPER, stroke=colour, stroke_width=2),
                tag("text", str(number), x=found[0], y=found[1] + 7, text_anchor="middle", fill=colour,
                    font_size=20, font_weight="bold"),
            )
        )  # fmt: skip
    return parts


def _names(world: WorldMap, marks: Marks, project: Project, labels: _Labels, colour: str = SOFT) -> list[Svg]:
    """Names of the economies that take part, in the middle of what of them can be seen."""
    parts = []
    for outline in world.outlines:
        name = marks.names.get(outline.economy)
        if name is None or outline.code != outline.economy or not outline.rings:
            continue
        ring = max(outline.rings, key=len)
        x, y = project(ring[:, 0], ring[:, 1])
        west, north, east, south = labels.frame
        inside = (x > west) & (x < east) & (y > north) & (y < south)
        if inside.sum() < 4:
            continue
        x0, x1 = max(float(x.min()), west), min(float(x.max()), east)
        y0, y1 = max(float(y.min()), north), min(float(y.max()), south)
        found = labels.find((x0 + x1) / 2, (y0 + y1) / 2, 11.5 * len(name) + 6, 24.0, (0.0, 20.0, 40.0))
        if found is not None:
            parts.append(
                tag("text", name, x=found[0], y=found[1] + 7, text_anchor="middle", fill=colour, font_size=20,
                    stroke=PLAIN, stroke_width=4, paint_order="stroke", letter_spacing=1)
            )  # fmt: skip
    return parts
