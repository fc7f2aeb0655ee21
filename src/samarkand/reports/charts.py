"""Small charts as inline SVG: no script, no outside file, the same in any browser and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

GAIN, LOSS, INK, GRID = "#0b6e6e", "#b4451f", "#1d2733", "#c8cfd6"
ROW, LABEL, WIDTH = 20, 190, 760


def bar_chart(bars: Sequence[tuple[str, float, str]], title: str) -> str:
    """Horizontal bars around zero. `bars` are (label, value, value as shown), drawn in their order."""
    if not bars:
        return ""
    low = min(0.0, *(value for _, value, _ in bars))
    high = max(0.0, *(value for _, value, _ in bars))
    span = (high - low) or 1.0
    room = WIDTH - LABEL - 150  # what is left beside the labels and the figures at both ends

    def x(value: float) -> float:
        return LABEL + 75 + (value - low) / span * room

    height = ROW * len(bars) + 8
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}" class="chart">',
        f"<title>{escape(title)}</title>",
        f'<line x1="{x(0):.1f}" y1="0" x2="{x(0):.1f}" y2="{height}" stroke="{GRID}"/>',
    ]
    for number, (label, value, shown) in enumerate(bars):
        y = number * ROW + 4
        left, right = sorted((x(0.0), x(value)))
        colour = GAIN if value >= 0 else LOSS
        end, anchor = (right + 5, "start") if value >= 0 else (left - 5, "end")
        parts += [
            f'<text x="{LABEL}" y="{y + 13}" text-anchor="end" fill="{INK}">{escape(label)}</text>',
            f'<rect x="{left:.1f}" y="{y + 2}" width="{max(right - left, 1):.1f}" height="{ROW - 6}" fill="{colour}"/>',
            f'<text x="{end:.1f}" y="{y + 13}" text-anchor="{anchor}" fill="{INK}">{escape(shown)}</text>',
        ]
    return "".join([*parts, "</svg>"])
