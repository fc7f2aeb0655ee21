"""Tables on a terminal: no word is cut, however narrow it is. Figures are made up."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from samarkand.priorities.faces import Page, Table
from samarkand.reports.pages import print_page

STACK = Table(
    "Capital stack",
    ("tranche", "financier", "instrument", "US$ m", "currency", "rate", "maturity", "grace", "repayment", "perimeter",
     "security"),
    (("1", "Export-Import Bank", "concessional loan", "2,000.0", "USD", "2.00 %", "20 years", "5 years",
      "equal principal", "public, external", ""),
     ("2", "Owners", "equity", "n/a", "USD", "", "", "", "", "", "escrow account")),
    "Notes stand below.", numbers=11,
)  # fmt: skip
CASH = Table(
    "Cash by year",
    ("year", *(f"heading{number}" for number in range(9))),
    tuple((str(year), *(f"{1000 * year + k:,}.0" for k in range(9))) for year in (2030, 2031)),
)


def printed(table: Table, width: int = 80) -> list[str]:
    to = StringIO()
    print_page(Page("Page", tables=(table,)), Console(file=to, width=width))
    return to.getvalue().splitlines()


@pytest.mark.parametrize("table", [STACK, CASH])
@pytest.mark.parametrize("width", [60, 80])
def test_no_word_is_cut(table: Table, width: int) -> None:
    lines = printed(table, width)
    words = " ".join(lines).split()
    assert "…" not in "".join(lines)
    assert max(map(len, lines)) <= width
    for cell in (*table.heads, *(cell for row in table.rows for cell in row)):
        assert set(cell.split()) <= set(words)


def test_words_stand_in_a_block_a_row_without_what_is_empty() -> None:
    lines = [line.split() for line in printed(STACK)]
    assert ["financier", "Export-Import", "Bank"] in lines
    assert ["security", "escrow", "account"] in lines
    assert sum(line[:1] == ["security"] for line in lines) == 1


def test_figures_are_dealt_out_with_the_year_in_every_part() -> None:
    lines = [line.split() for line in printed(CASH)]
    assert sum(line[:1] == ["year"] for line in lines) == 2
    assert sum(line[:1] == ["2031"] for line in lines) == 2
    assert [line for line in lines if line == ["Cash", "by", "year"]] == [["Cash", "by", "year"]]


def test_a_table_that_fits_is_one() -> None:
    assert sum(line.startswith("year") for line in printed(CASH, 200)) == 1


def test_a_title_is_as_wide_as_the_page_not_as_the_columns() -> None:
    table = Table("Service of the programme's loans by host", ("year", "KGZ"), (("2030", "173"),))
    assert [line.rstrip() for line in printed(table)][2] == table.title
