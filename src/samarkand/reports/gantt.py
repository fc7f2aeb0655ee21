"""Gantt charts as SVG and as text: bars by the plan and as it is now, milestones kept, late, expected and due."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable

from samarkand.priorities.faces import Gantt, GanttRow
from samarkand.reports.charts import GAIN, GRID, INK, LOSS, SOFT
from samarkand.reports.svg import Svg, picture, tag

WIDTH, EDGE, HEAD, STEP, FONT = 420, 10, 40, 31, 13
MOST_TICKS = 7
WIDEST_LABEL = 54  # letters of a label that fit over the chart
COLOURS = {"kept": GAIN, "late": LOSS, "expected": LOSS, "due": "#3d4f8f"}
LEGEND = (("kept", "in time"), ("late", "late"), ("expected", "expected late"), ("due", "on plan"))
SIGNS = {"kept": "*", "late": "x", "expected": ">", "due": "o"}
TEXT_LABEL, LEAST_TRACK = 30, 20
SAID = (
    "- plan",
    "= as now",
    "| due",
    "* in time",
    "x late",
    "> expected late",
    "o on plan",
    ": day of the file",
)


def span_of(chart: Gantt) -> range:
    """The years of the chart, whole."""
    ends = [end for row in chart.rows for bar in (row.planned, row.now) if bar is not None for end in bar]
    ends += [] if chart.today is None else [chart.today]
    return range(math.floor(min(ends)), max(math.ceil(max(ends)), math.floor(min(ends)) + 1) + 1)


def ticks_of(years: range) -> list[int]:
    """At most so many years, evenly apart."""
    step = next(one for one in (1, 2, 5, 10, 20, 50, 100, 200, 500) if len(years) / one <= MOST_TICKS)
    return [year for year in years if year % step == 0]


def gantt_chart(chart: Gantt) -> Svg:
    """The chart as SVG, narrow enough for a telephone: labels stand over their bars."""
    if not chart.rows:
        return Svg("")
    years = span_of(chart)
    height = HEAD + STEP * len(chart.rows) + 8

    def x(year: float) -> float:
        return EDGE + (year - years[0]) / (years[-1] - years[0]) * (WIDTH - 2 * EDGE)

    parts = _legend()
    for year in ticks_of(years):
        anchor = "start" if x(year) < 20 else "end" if x(year) > WIDTH - 20 else "middle"
        parts += [
            tag("line", x1=x(year), x2=x(year), y1=HEAD - 4, y2=height, stroke=GRID),
            tag("text", str(year), x=x(year), y=HEAD - 8, font_size=FONT, fill=SOFT, text_anchor=anchor),
        ]
    for number, row in enumerate(chart.rows):
        parts.append(_drawn(row, HEAD + STEP * number, x))
    if chart.today is not None:
        day = x(chart.today)
        words = tag("title", "the day that the programme describes")
        parts.append(
            tag("line", words, x1=day, x2=day, y1=HEAD - 4, y2=height, stroke=INK, stroke_dasharray="3 3")
        )
    return picture(WIDTH, height, chart.title, *parts)


def _legend() -> list[Svg]:
    parts, at = [], EDGE
    for standing, words in LEGEND:
        parts += [
            _diamond(at + 5, 10.0, standing),
            tag("text", words, x=at + 13, y=14, font_size=FONT - 1, fill=SOFT),
        ]
        at += 26 + 6 * len(words)
    parts += [
        tag("rect", x=at, y=7, width=18, height=6, fill="none", stroke=SOFT),
        tag("text", "plan", x=at + 22, y=14, font_size=FONT - 1, fill=SOFT),
    ]
    return parts


def _drawn(row: GanttRow, top: float, x: Callable[[float], float]) -> Svg:
    label = (
        row.label
        if len(row.label) <= WIDEST_LABEL
        else f"{row.label[: WIDEST_LABEL - 1]}\N{HORIZONTAL ELLIPSIS}"
    )
    parts = [tag("title", row.words), tag("text", label, x=EDGE, y=top + 11, font_size=FONT, fill=INK)]
    middle = top + 20.0
    if _is_bar(row):
        for bar, wide in ((row.planned, 12), (row.now, 6)):
            if bar is not None:
                parts.append(
                    tag(
                        "rect", x=x(bar[0]), y=middle - wide / 2, width=max(x(bar[1]) - x(bar[0]), 1.0), height=wide,
                        fill="none" if bar is row.planned else COLOURS[row.standing],
                        stroke=SOFT if bar is row.planned else None,
                    )
                )  # fmt: skip
        return tag("g", *parts)
    planned, now = (None if bar is None else bar[0] for bar in (row.planned, row.now))
    if planned is not None and now is not None:
        parts.append(
            tag("line", x1=x(planned), x2=x(now), y1=middle, y2=middle, stroke=COLOURS[row.standing])
        )
    if planned is not None:
        parts.append(_diamond(x(planned), middle, "due" if now is None else ""))
    if now is not None:
        parts.append(_diamond(x(now), middle, row.standing))
    return tag("g", *parts)


def _is_bar(row: GanttRow) -> bool:
    return any(bar is not None and bar[0] != bar[1] for bar in (row.planned, row.now))


def _diamond(at: float, middle: float, standing: str) -> Svg:
    """A milestone: filled where it was met or is on plan, hollow where it is to come late; grey is the plan."""
    path = f"M{at:.1f} {middle - 5:.1f}l5 5-5 5-5-5z"
    colour = COLOURS.get(standing, SOFT)
    fill = "#ffffff" if standing in ("", "expected") else colour
    return tag("path", d=path, fill=fill, stroke=colour, stroke_width=1.5)


def gantt_text(chart: Gantt, width: int) -> list[str]:
    """The chart as lines of text of a width, without colour; empty where it has no rows."""
    if not chart.rows:
        return []
    years = span_of(chart)
    room = max(LEAST_TRACK, width - TEXT_LABEL - 2)

    def place(year: float) -> int:
        return min(room - 1, int((year - years[0]) / (years[-1] - years[0]) * room))

    head = [" "] * (room + 4)
    for year in ticks_of(years):
        if place(year) + 4 <= room:
            head[place(year) : place(year) + 4] = str(year)
    lines = [" " * (TEXT_LABEL + 1) + "".join(head[: room + 1]).rstrip()]
    for row in chart.rows:
        track = [" "] * room
        if chart.today is not None:
            track[place(chart.today)] = ":"
        for bar, sign in ((row.planned, "-"), (row.now, "=")):
            if bar is not None and _is_bar(row):
                track[place(bar[0]) : place(bar[1]) + 1] = sign * (place(bar[1]) - place(bar[0]) + 1)
        if _is_bar(row) and row.planned is not None:
            track[place(row.planned[1])] = "|"
        if not _is_bar(row):
            for bar, sign in ((row.planned, "|"), (row.now, SIGNS[row.standing])):
                if bar is not None:
                    track[place(bar[0])] = sign
            if row.now is None:
                track[place((row.planned or (years[0],))[0])] = "o"
        elif row.now is not None:
            track[place(row.now[1])] = SIGNS[row.standing]
        lines.append(f"{row.label[:TEXT_LABEL]:<{TEXT_LABEL}} {''.join(track).rstrip()}")
    return [*lines, *textwrap.wrap("   ".join(SAID), width)]
