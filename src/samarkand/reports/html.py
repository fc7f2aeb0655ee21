"""The report: one self-contained HTML file that opens offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from samarkand.core.units import format_value
from samarkand.priorities import all_indicators, priorities
from samarkand.reports.charts import bar_chart
from samarkand.reports.summary import change_by_economy, summarise

if TYPE_CHECKING:
    from samarkand.outcome import Appraisal

ECONOMY_COLUMNS = (
    "real_income", "real_income_value", "real_income_unpaid", "programme_cost", "real_wage", "exports",
    "imports", "shipment_time", "generalised_cost", "trade_cost", "market_access",
)  # fmt: skip
IN_CHART = 12


def render_report(appraisal: Appraisal) -> str:
    """The whole report as HTML text."""
    environment = Environment(
        loader=PackageLoader("samarkand.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = format_value
    summary = summarise(appraisal)
    declared = {row.name: row for rows in all_indicators().values() for row in rows}
    columns = [declared[name] for name in ECONOMY_COLUMNS]
    changes = {row.name: change_by_economy(appraisal, row.name) for row in columns}
    return environment.get_template("report.html.jinja").render(
        appraisal=appraisal,
        summary=summary,
        names=appraisal.world.names,
        columns=columns,
        changes=changes,
        change_units={row.name: "fraction" if row.change == "relative" else row.unit for row in columns},
        economies=list(summary.real_income.sort_values(ascending=False).index),
        priorities=priorities(),
        indicators=declared,
        chart=bar_chart(_ends(appraisal, summary.real_income), "Real income change by economy"),
    )


def _ends(appraisal: Appraisal, income: object) -> list[tuple[str, float, str]]:
    """The economies with the largest gains and the largest losses, in order."""
    summary = summarise(appraisal)
    chosen = [*summary.gainers.head(IN_CHART).items(), *summary.losers.head(IN_CHART)[::-1].items()]
    return [
        (
            appraisal.world.names.get(str(code), str(code)),
            float(value),
            format_value(float(value), "fraction", sign=True),
        )
        for code, value in chosen
    ]
