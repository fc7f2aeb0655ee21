"""Writes docs/worth-states.csv, what the default programme comes to in 2035, and shows it as a table.

    python -m docs.worth_states             both rows that are computed, beside the one that is recorded
    python -m docs.worth_states --show      the table of docs/worth.md, from the file as it is

The first row was recorded before items were appraised by what they are worth: it stays as it was written. The two
others are computed: what counts trade alone, as then, and all that is counted now.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from samarkand import appraise
from samarkand.result import Appraisal
from samarkand.worth.net_worth import direct_gains, net_worth

TABLE = Path(__file__).with_name("worth-states.csv")
YEAR, PROGRAMME = 2035, "eurasian-corridors"
# US$ m a year of all economies, at their size of 2022; shares are fractions of the published capital cost.
COLUMNS = (
    "state", "assessed_items", "assessed_share", "trade", "charged_for_trade", "direct_low", "direct", "direct_high",
    "charged_for_direct", "net_low", "net", "net_high",
)  # fmt: skip
RECORDED = "recorded before: trade alone"
Row = dict[str, str]


def states(appraisal: Appraisal) -> list[Row]:
    """The two rows that are computed."""
    found, change = net_worth(appraisal), appraisal.schedule.changes[YEAR]
    capex = {item.id: item.capex.value or 0.0 for item in appraisal.programme.items if item.capex is not None}
    acting = set(change.effective)
    by_trade = sum(capex.get(name, 0.0) for name in acting) / found.capital.published
    charged = sum(change.annual_cost.values())
    trade = float(appraisal.array("real_income_unpaid_value", year=YEAR).sum())
    paid = found.real_income
    return [
        _row(("now: trade alone", len(acting), by_trade, trade, charged, 0, 0, 0, 0, paid, paid, paid)),
        _row(
            (
                "now: all that is counted", _assessed(appraisal), found.capital.assessed_share, trade, charged,
                *found.direct, found.cost, *found.total,
            )
        ),
    ]  # fmt: skip


def _assessed(appraisal: Appraisal) -> int:
    """Items in service that change trade or have a direct margin of their own."""
    change = appraisal.schedule.changes[YEAR]
    direct = {one.item for one in direct_gains(appraisal, YEAR)}
    return len({*change.effective, *(direct & set(change.open))})


def _row(values: tuple[object, ...]) -> Row:
    """A row of the file: shares with three digits, money in whole US$ m."""
    found = {}
    for name, value in zip(COLUMNS, values, strict=True):
        if name == "assessed_share":
            found[name] = f"{value:.3f}"
        else:
            found[name] = value if isinstance(value, str) else f"{value:.0f}"
    return found


def read() -> list[Row]:
    """The rows as they are written."""
    with TABLE.open(newline="") as file:
        return list(csv.DictReader(file))


def shown(rows: list[Row]) -> str:
    """The table of docs/worth.md."""
    heads = (
        "", "items", "of the capital cost", "trade, before anybody pays", "charged for it", "direct margins",
        "charged for them", "together",
    )  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", "|---|---:|---:|---:|---:|---:|---:|---:|"]
    for row in rows:
        share = f"{float(row['assessed_share']):.0%}" if row["assessed_share"] else ""
        cells = [
            row["state"], row["assessed_items"], share, _money(row, "trade"), _money(row, "charged_for_trade"),
            _money(row, "direct", True), _money(row, "charged_for_direct"), _money(row, "net", True),
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _money(row: Row, name: str, with_range: bool = False) -> str:
    if not row[name]:
        return ""
    ends = (f"{name}_low", f"{name}_high") if with_range else (name, name)
    value, low, high = (int(row[key]) for key in (name, *ends))
    return f"{value:,}" if low == high else f"{value:,} ({low:,} to {high:,})"


def main() -> None:
    """Write the rows that are computed, or show all."""
    if sys.argv[1:2] != ["--show"]:
        recorded = [row for row in read() if row["state"] == RECORDED]
        rows = recorded + states(appraise(PROGRAMME, years=(YEAR,)))
        with TABLE.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    sys.stdout.write(shown(read()))


if __name__ == "__main__":
    main()
