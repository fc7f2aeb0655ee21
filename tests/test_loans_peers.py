"""500 loans of equal payments beside numpy-financial, pyxirr and LibreOffice's PMT, IPMT, PPMT and XIRR.

Amounts are in hundred-millionths of a dollar here, so that rounding to the smallest unit stays far below what is
compared: payments, interest and repayment of a period drawn at random, and the effective rate of all flows by day.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest

from samarkand.engines.loans.schedule import LoanSchedule, make_schedule
from samarkand.engines.loans.terms import PERIODS, LoanTerms
from samarkand.engines.loans.values import calc_cost_of_borrowing

SOFFICE = shutil.which("soffice")
LOANS = 500
UNIT = 10**8  # in a dollar
# Half a unit a period, at most 60 of them, and what a double holds of a million dollars in the peers' powers.
DOLLARS = 1e-6
RATE = 1e-8  # where the peers stop looking


class Case(NamedTuple):
    """A loan, and the period that is looked at, from 1."""

    loan: LoanSchedule
    period: int

    @property
    def amount(self) -> float:
        return self.loan.drawn / UNIT

    @property
    def rate(self) -> float:
        return self.loan.terms.rate / self.loan.terms.payments_a_year

    @property
    def periods(self) -> int:
        return self.loan.terms.periods

    @property
    def payment(self) -> tuple[float, float]:
        """Interest and principal of the period, in dollars."""
        one = self.loan.payments[self.period - 1]
        return one.interest / UNIT, one.principal / UNIT

    @property
    def flows(self) -> tuple[list[date], list[float]]:
        days, amounts = zip(*self.loan.lender_flows(), strict=True)
        return list(days), [amount / UNIT for amount in amounts]


@cache
def cases() -> tuple[Case, ...]:
    chance, found = random.Random(18), []
    for _ in range(LOANS):
        per_year = chance.choice(PERIODS)
        periods = chance.randrange(2, 61)
        terms = LoanTerms(
            rate=chance.randrange(5, 1500) / 1e4, maturity=periods / per_year, payments_a_year=per_year,
            profile="annuity", upfront_fee=chance.randrange(0, 300) / 1e4,
        )  # fmt: skip
        start = date(chance.randrange(2000, 2030), chance.randrange(1, 13), chance.randrange(1, 28))
        loan = make_schedule(terms, [(start, chance.randrange(10**3, 10**6) * UNIT)])
        found.append(Case(loan, chance.randrange(1, periods)))  # the last clears what rounding leaves
    return tuple(found)


def test_numpy_financial_agrees():
    peer = pytest.importorskip("numpy_financial", reason="the extra peers is not installed")
    for case in cases():
        interest, principal = case.payment
        assert interest + principal == pytest.approx(
            -peer.pmt(case.rate, case.periods, case.amount), abs=DOLLARS
        )
        assert interest == pytest.approx(
            -float(peer.ipmt(case.rate, case.period, case.periods, case.amount)), abs=DOLLARS
        )
        assert principal == pytest.approx(
            -float(peer.ppmt(case.rate, case.period, case.periods, case.amount)), abs=DOLLARS
        )


def test_pyxirr_agrees():
    peer = pytest.importorskip("pyxirr", reason="the extra peers is not installed")
    for case in cases():
        assert calc_cost_of_borrowing([case.loan]) == pytest.approx(peer.xirr(*case.flows), abs=RATE)


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice Calc (soffice) is not installed")
def test_libreoffice_agrees(tmp_path: Path):
    """One row a loan: rate, periods, amount, period; formulas; then days and amounts on a second sheet."""
    book = openpyxl.Workbook()
    sheet, flows = book.active, book.create_sheet("flows")
    for row, case in enumerate(cases(), 1):
        for column, value in enumerate((case.rate, case.periods, case.amount, case.period), 1):
            sheet.cell(row, column, value)
        sheet[f"E{row}"] = f"=-PMT(A{row},B{row},C{row})"
        sheet[f"F{row}"] = f"=-IPMT(A{row},D{row},B{row},C{row})"
        sheet[f"G{row}"] = f"=-PPMT(A{row},D{row},B{row},C{row})"
        days, amounts = case.flows
        for column, (day, amount) in enumerate(zip(days, amounts, strict=True), 1):
            flows.cell(2 * row - 1, column, day)
            flows.cell(2 * row, column, amount)
        last = openpyxl.utils.get_column_letter(len(days))
        sheet[f"H{row}"] = f"=XIRR(flows!A{2 * row}:{last}{2 * row},flows!A{2 * row - 1}:{last}{2 * row - 1})"
    book.save(tmp_path / "loans.xlsx")
    subprocess.run(
        [
            SOFFICE or "", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--norestore",
            "--convert-to", "xlsx", "--outdir", str(tmp_path / "saved"), str(tmp_path / "loans.xlsx"),
        ],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    found = openpyxl.load_workbook(tmp_path / "saved" / "loans.xlsx", data_only=True).worksheets[0]
    for row, case in enumerate(cases(), 1):
        interest, principal = case.payment
        theirs = [found.cell(row, column).value for column in range(5, 9)]
        ours = [interest + principal, interest, principal]
        assert ours == pytest.approx(theirs[:3], abs=DOLLARS)
        assert calc_cost_of_borrowing([case.loan]) == pytest.approx(theirs[3], abs=RATE)
