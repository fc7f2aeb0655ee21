"""The report: one self-contained HTML file that opens offline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from samarkand.core.units import format_value
from samarkand.priorities.registry import each_indicator, priorities
from samarkand.reports.figures import digits, figure, money, per_cent, plural
from samarkand.reports.maps import COLOURS, DOTS, LOSSES, NO_FIGURE
from samarkand.reports.pages import draw_chart, is_wide, pages_of, twin_of
from samarkand.reports.pictures import draw_picture
from samarkand.reports.view import ReportView
from samarkand.world.economies.map import map_notes
from samarkand.world.economies.map_policy import DISCLAIMER

if TYPE_CHECKING:
    from samarkand.priorities.faces import Page
    from samarkand.result import Appraisal


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("samarkand.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "shown": format_value, "figure": figure, "money": money, "per_cent": per_cent, "digits": digits,
        "plural": plural, "drawn": draw_chart, "twin": twin_of, "wide": is_wide,
        "pictured": draw_picture,
    }  # fmt: skip
    return environment.get_template("report.html.jinja")


def render_report(
    appraisal: Appraisal, worth: Page | None = None, more: Sequence[tuple[str, Page]] = ()
) -> str:
    """The whole report as HTML text.

    `worth`: what the items are worth, where it was asked for; `more`: other sections, by id, before all others.
    """
    pages = list(pages_of(appraisal))
    text = _template().render(
        appraisal=appraisal,
        view=ReportView(appraisal),
        colours={"no_figure": NO_FIGURE, "nothing": COLOURS[4]},
        losses=LOSSES,
        dots=DOTS,
        priorities=priorities(),
        with_worth=worth is not None,
        pages=[*more, *([] if worth is None else [("worth", worth)]), *pages],
        indicators=[row for _, row in each_indicator()],
        disclaimer=DISCLAIMER,
        map_notes=map_notes(),
    )
    # An amount is one word: it does not break at the end of a line.
    return re.sub(r"US\$ ([\d.,]+) (m|bn|tn)\b", "US$\N{NO-BREAK SPACE}\\1\N{NO-BREAK SPACE}\\2", text)
