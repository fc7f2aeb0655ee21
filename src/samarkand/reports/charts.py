"""Charts as inline SVG: no script, no outside file, the same in any browser and on paper.

Pure functions of what they draw. A chart shows each figure as the caller wrote it, so that it can stand beside a
table with the same words; nothing is rounded or computed here but places on the paper.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from samarkand.reports.svg import Svg, picture, tag

GAIN, LOSS, INK, SOFT, GRID, PAPER = "#0b6e6e", "#b4451f", "#1d2733", "#5a6672", "#d9dfe4", "#ffffff"
LINES = (
    "#0b6e6e",
    "#b4451f",
    "#3d4f8f",
    "#8a6100",
    "#7a3b78",
    "#4d5761",
)  # the colour-blind can distinguish them too
FONT = 13
ROW = 22


@dataclass(frozen=True)
class Bar:
    """One bar: what it is of, its value, the value as a reader sees it, and its range where there is one.

    `before` is a second value that is drawn hollow behind the first, with its words for the tooltip.
    """

    label: str
    value: float
    shown: str
    low: float | None = None
    high: float | None = None
    before: float | None = None
    before_shown: str = ""


def bar_chart(bars: Sequence[Bar], title: str, *, width: int = 520, label_width: int = 160) -> Svg:
    """Horizontal bars around zero in their order; a whisker from `low` to `high` where both are given."""
    if not bars:
        return Svg("")
    room_for_figures = 8 * max(len(bar.shown) for bar in bars) + 8
    reach = [x for bar in bars for x in (bar.value, bar.low, bar.high, bar.before) if x is not None]
    low, high = min(0.0, *reach), max(0.0, *reach)
    left = label_width + (room_for_figures if low < 0 else 6)
    right = width - (room_for_figures if high > 0 else 6)
    scale = (right - left) / ((high - low) or 1.0)

    def x(value: float) -> float:
        return left + (value - low) * scale

    height = ROW * len(bars) + 8
    parts = [tag("line", x1=x(0.0), y1=0, x2=x(0.0), y2=height, stroke=SOFT)]
    for number, bar in enumerate(bars):
        y = number * ROW + 4
        start, end = sorted((x(0.0), x(bar.value)))
        outer = [x(edge) for edge in (bar.low, bar.high, bar.before) if edge is not None]
        if bar.value >= 0:
            at, anchor = max([end, *outer]) + 5, "start"
        else:
            at, anchor = min([start, *outer]) - 5, "end"
        parts += [
            _text(label_width - 6, y + 14, bar.label, "end"),
            tag("rect", x=start, y=y + 3, width=max(end - start, 1.0), height=ROW - 8,
                fill=GAIN if bar.value >= 0 else LOSS),
            *_hollow(bar, y, x),
            *_whisker(bar, y + ROW / 2 - 1, x),
            _text(at, y + 14, bar.shown, anchor),
        ]  # fmt: skip
    return picture(width, height, title, *parts)


def _hollow(bar: Bar, y: float, x: Callable[[float], float]) -> list[Svg]:
    if bar.before is None:
        return []
    start, end = sorted((x(0.0), x(bar.before)))
    words = tag("title", f"{bar.label}, before payment: {bar.before_shown}")
    return [
        tag("rect", words, x=start, y=y + 1, width=max(end - start, 1.0), height=ROW - 4, fill="none", stroke=INK,
            stroke_width=1, class_="before")
    ]  # fmt: skip


def _whisker(bar: Bar, y: float, x: Callable[[float], float]) -> list[Svg]:
    if bar.low is None or bar.high is None:
        return []
    one, other = x(bar.low), x(bar.high)
    return [
        tag("path", d=f"M{one:.1f} {y - 4:.1f}v8M{one:.1f} {y:.1f}H{other:.1f}M{other:.1f} {y - 4:.1f}v8",
            stroke=INK, fill="none", class_="whisker")
    ]  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line: what it is of, its value at each place on the axis (None: no figure), and values as shown."""

    label: str
    values: Sequence[float | None]
    shown: Sequence[str]


def line_chart(
    places: Sequence[int],
    lines: Sequence[Line],
    title: str,
    unit: str,
    *,
    width: int = 520,
    height: int = 250,
) -> Svg:
    """Lines over years: zero is always on the axis, gaps stay gaps, names stand at the ends of the lines."""
    known = [value for line in lines for value in line.values if value is not None]
    if len(places) < 2 or not known:
        return Svg("")
    ticks = nice_ticks(min(0.0, *known), max(0.0, *known))
    room_for_names = 7.6 * max(len(line.label) for line in lines) + 12
    decimals = max(0, -math.floor(math.log10(ticks[1] - ticks[0]) + 1e-9))
    of_ticks = [f"{tick:,.{decimals}f}".replace("-", "\N{MINUS SIGN}") for tick in ticks]
    left = max(58.0, 6 + max(map(_width_of_figure, of_ticks)))
    right, top, bottom = width - room_for_names, 26, height - 24

    def x(place: float) -> float:
        return left + (place - places[0]) / (places[-1] - places[0]) * (right - left)

    def y(value: float) -> float:
        return bottom - (value - ticks[0]) / (ticks[-1] - ticks[0]) * (bottom - top)

    parts = [_text(8, 14, unit, "start", SOFT)]
    for tick, words in zip(ticks, of_ticks, strict=True):
        parts += [
            tag(
                "line", x1=left, x2=right, y1=y(tick), y2=y(tick), stroke=SOFT if abs(tick) < 1e-12 else GRID
            ),
            _text(left - 6, y(tick) + 4, words, "end", SOFT),
        ]
    free = -math.inf
    for number, place in enumerate(places):  # as many years as have room, the last one always among them
        last_one = number == len(places) - 1
        if x(place) >= free and (last_one or x(places[-1]) - x(place) >= 40):
            parts.append(_text(x(place), height - 6, str(place), "middle", SOFT))
            free = x(place) + 40
    ends: list[tuple[float, str, str]] = []
    for number, line in enumerate(lines):
        colour = LINES[number % len(LINES)]
        points = [(x(p), y(v)) if v is not None else None for p, v in zip(places, line.values, strict=True)]
        parts.append(tag("path", d=_path(points), fill="none", stroke=colour, stroke_width=2))
        for point, place, shown in zip(points, places, line.shown, strict=True):
            if point is not None:
                parts.append(
                    tag("circle", tag("title", f"{line.label}, {place}: {shown}"),
                        cx=point[0], cy=point[1], r=3, fill=colour)
                )  # fmt: skip
        last = next((point for point in reversed(points) if point is not None), None)
        if last is not None:
            ends.append((last[1], line.label, colour))
    for at, label, colour in _apart(ends, 15, top, bottom):
        parts.append(_text(right + 8, at + 4, label, "start", colour))
    return picture(width, height, title, *parts)


def _width_of_figure(words: str) -> float:
    """Pixels of a figure in DejaVu Sans, the widest font of the page."""
    return FONT * sum({",": 0.32, ".": 0.32, "\N{MINUS SIGN}": 0.84}.get(letter, 0.64) for letter in words)


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    words, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        words.append(f"{pen}{point[0]:.1f} {point[1]:.1f}")
        pen = "L"
    return "".join(words)


def _apart(
    labels: list[tuple[float, str, str]], gap: float, top: float, bottom: float
) -> list[tuple[float, str, str]]:
    """Labels moved down, and then up from the bottom, until none is nearer than `gap` to the next."""
    places = sorted(labels)
    heights = [max(height, top) for height, _, _ in places]
    for number in range(1, len(heights)):
        heights[number] = max(heights[number], heights[number - 1] + gap)
    for number in range(len(heights) - 1, -1, -1):
        ceiling = bottom if number == len(heights) - 1 else heights[number + 1] - gap
        heights[number] = min(heights[number], ceiling)
    return [(height, label, colour) for height, (_, label, colour) in zip(heights, places, strict=True)]


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers from at most `low` to at least `high`, in steps of 1, 2 or 5 times a power of ten."""
    span = (high - low) or 1.0
    raw = span / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, max(last, first + 1) + 1)]


def _text(x: float, y: float, words: str, anchor: str, fill: str = INK) -> Svg:
    return tag("text", words, x=x, y=y, text_anchor=anchor, fill=fill, font_size=FONT)
