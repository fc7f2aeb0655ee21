"""Lists of loans: our layout, AidData's, one of the user's own; every fault of a list at once. Loans are made up."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from samarkand.cli import app
from samarkand.core.faults import Faults
from samarkand.priorities.finance.concessionality import calc_grant_share
from samarkand.priorities.finance.loan_list import read_loans
from samarkand.world.parameters import load_parameters

PARAMETERS = load_parameters()
HEAD = (
    "id,title,project,project_cost,economy,financier,instrument,amount,currency,interest_rate,margin,base_rate,"
    "maturity,grace,profile,first_drawdown,last_drawdown,closing,perimeter,borrower,guarantor\n"
)
GOOD = HEAD + (
    "1,Road,road,400,KGZ,chn-exim,loan,200,USD,2 %,,,20,5,,2020-01-15,,,public_external,,\n"
    "2,Line,,,TJK,kfw,concessional_loan,50,EUR,0.0075,,,38,6,,2021,2023,2024,public_external,,\n"
    "3,Plant,,,KGZ,bank,commercial_loan,700,CNY,,0.01,lpr_5y,10,2,annuity,2022-07-01,,,private_non_guaranteed,,\n"
    "4,Fund,,,KGZ,bank,loan,10,USD,0.05,,,,,,2022,,,state_owned,,\n"
)


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str, name: str = "loans.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_list_has_schedules_in_dollars(write):
    loans = read_loans(write(GOOD), PARAMETERS)
    assert [one.id for one in loans] == ["1", "2", "3", "4"]
    road, line, plant, fund = loans
    assert road.amount == 200.0
    assert road.by_year["service"][0] == pytest.approx(2.0)  # 1 % on 200, on 15 July 2020
    assert round(100 * calc_grant_share(road, 0.05), 1) == 26.8
    assert round(100 * calc_grant_share(line, 0.05), 1) == 53.2
    assert line.amount == pytest.approx(50 * 1.1830, rel=1e-6)  # US$ for a euro, mean of 2021
    assert len(line.schedule.draws) == 3
    assert line.by_year["owed"][2] == pytest.approx(50 * 1.0817, rel=1e-5)  # in 2023, all drawn
    # Half a year from 1 July 2022 at 4.3 + 1 %: paid in 2023 at that year's rate, 700 m yuan at 7.0809.
    assert plant.by_year["interest"][1] > 700 * 0.053 / 2 / 7.0809
    assert fund.missing == ("maturity", "grace")
    assert fund.hosts == {"KGZ": 1.0}
    assert fund.schedule is None


BAD = HEAD + (
    "1,Maturity,,,KGZ,bank,loan,5,USD,0.02,,,5,7,,2020,,,public_external,,\n"
    "2,Over,bridge,100,KGZ,bank,loan,80,USD,0.02,,,10,2,,2020,,,public_external,,\n"
    "3,Over,bridge,100,KGZ,fund,loan,40,USD,0.02,,,10,2,,2020,,,public_external,,\n"
    "4,Currency,,,KGZ,bank,loan,5,YUAN,0.02,,,10,2,,2020,,,public_external,,\n"
    "5,Rate,,,KGZ,bank,loan,5,KGS,0.02,,,10,2,,2020,,,public_domestic,,\n"
    "6,Negative,,,KGZ,bank,loan,5,USD,-0.02,,,10,2,,2020,,,public_external,,\n"
    "7,Closing,,,KGZ,bank,loan,5,USD,0.02,,,10,2,,2020,2023,2022,public_external,,\n"
    "8,Guarantor,,,KGZ,bank,loan,5,USD,0.02,,,10,2,,2020,,,public_external,kgz-rail,kgz-rail\n"
    "9,Perimeter,,,KGZ,bank,loan,5,USD,0.02,,,10,2,,2020,,,,,\n"
    "10,Nowhere,,,XXX,bank,loan,5,USD,0.02,,,10,2,,2020,,,public_external,,\n"
    "9,Twice,,,KGZ,bank,lone,five,USD,0.02,,,10,2,,1 May,,,public,,\n"
)
SAID = {
    "line 2, grace": "longer than the maturity of 5",
    "line 3, project bridge": "is lent US$ 120.0 m and costs 100.0",
    "line 5, currency": "is 'YUAN', which is no currency",
    "line 6, currency": "the exchange rate of KGS by year",
    "line 7, interest_rate": "below zero",
    "line 8, last_drawdown": "2023 comes after closing 2022",
    "line 9, guarantor": "is the borrower itself",
    "line 10, perimeter": "there is none: whose debt it is must be known",
    "line 11, economy": "'XXX' is no economy",
    "line 12, amount": "'five', not a number",
    "line 12, first_drawdown": "'1 May' is no day",
    "line 12, instrument": "is 'lone'",
}


def test_everything_wrong_with_a_list_is_said_at_once(write):
    with pytest.raises(Faults) as caught:
        read_loans(write(BAD), PARAMETERS)
    said = {fault.place.removeprefix("loans.csv, "): fault.reason for fault in caught.value.faults}
    assert set(said) == set(SAID)
    for place, words in SAID.items():
        assert words in said[place], place


def test_economies_are_read_by_their_names_too(write):
    path = write(GOOD.replace(",KGZ,", ",Kyrgyz Republic,"))
    assert [one.hosts for one in read_loans(path, PARAMETERS)] == [
        one.hosts for one in read_loans(write(GOOD, "codes.csv"), PARAMETERS)
    ]


def test_ids_are_of_one_loan_each(write):
    with pytest.raises(Faults, match=r"the id 1 is that of loans\.csv, line 2 too"):
        read_loans(write(GOOD.replace("\n2,Line", "\n1,Line")), PARAMETERS)


AIDDATA = {
    "AidData Record ID": 85858, "Title": "Line", "Recipient ISO-3": "MYS", "Funding Agencies": "Export-Import Bank",
    "Flow Type Simplified": "Loan", "Amount (Original Currency)": 40_000_000_000, "Original Currency": "CNY",
    "Interest Rate": 3.25, "Maturity": 20, "Grace Period": 7, "Commitment Date (MM/DD/YYYY)": "11/03/2017",
    "Management Fee": 0.25, "Commitment Fee": 0.25, "Insurance Fee (Percent)": None,
    "Level of Public Liability": "Central government-guaranteed debt", "Guarantor": "", "Direct Receiving Agencies": "",
}  # fmt: skip


def test_the_layout_of_aiddata_is_read_from_its_workbook(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "About"
    sheet = book.create_sheet("GCDF_3.0")
    sheet.append(list(AIDDATA))
    sheet.append(list(AIDDATA.values()))
    sheet.append(list({**AIDDATA, "Flow Type Simplified": "Grant"}.values()))
    path = tmp_path / "aiddata.xlsx"
    book.save(path)
    (loan,) = read_loans(path, PARAMETERS, "aiddata")
    assert (loan.id, loan.perimeter, loan.currency) == ("85858", "public_external", "CNY")
    assert loan.amount == pytest.approx(40_000 / 6.7569)  # yuan for a dollar, mean of 2017
    terms = loan.schedule.terms
    assert (terms.rate, terms.maturity, terms.grace, terms.upfront_fee) == (0.0325, 20, 7, 0.0025)
    assert loan.schedule.start.isoformat() == "2017-11-03"


IBRD = (
    "End of Period,Loan Number,Country Code,Country,Borrower,Loan Status,Interest Rate,Currency of Commitment,"
    "Project ID,Project Name,Original Principal Amount,Cancelled Amount,First Repayment Date,Last Repayment Date,"
    "Agreement Signing Date\n"
    "2018-10-31T00:00:00,IBRD00010,FR,France,CREDIT NATIONAL,Fully Repaid,4.2500,,P037383,RECONSTRUCTION,250000000.00,"
    "0.00,1952-11-01T00:00:00,1977-05-01T00:00:00,1947-05-09T00:00:00\n"
    "2018-10-31T00:00:00,IBRD00011,FR,France,X,Fully Cancelled,4.2500,,P1,Y,1000000.00,1000000.00,"
    "1952-11-01T00:00:00,1977-05-01T00:00:00,1947-05-09T00:00:00\n"
)


def test_the_statement_of_loans_of_the_world_bank_is_read(write):
    """Its first loan, of 1947: 250 m at 4.25 %, repaid half-yearly from November 1952 to May 1977: 50 times 5 m."""
    (loan,) = read_loans(write(IBRD), PARAMETERS, "ibrd")
    assert (loan.id, loan.amount, loan.hosts, loan.perimeter) == (
        "IBRD00010",
        250.0,
        {"FRA": 1.0},
        "public_external",
    )
    terms = loan.schedule.terms
    assert (terms.rate, terms.maturity, terms.grace) == (0.0425, 30, 5)
    repaid = [one for one in loan.schedule.payments if one.principal]
    assert (len(repaid), {one.principal for one in repaid}) == (50, {5 * 10**8})
    assert (repaid[0].day.isoformat()[:7], repaid[-1].day.isoformat()[:7]) == ("1952-11", "1977-05")
    assert loan.line.party == "International Bank for Reconstruction and Development"
    with pytest.raises(Faults, match="Last Repayment Date: does not come after the first drawdown"):
        read_loans(write(IBRD.replace("1977-05-01", "1937-05-01")), PARAMETERS, "ibrd")


def test_a_layout_of_ones_own(write):
    layout = write(
        "key,column,factor,required\nid,No,,yes\neconomy,Land,,yes\nparty,Lender,,yes\namount,Thousand,0.001,yes\n"
        "currency,Cur,,yes\nfirst_drawdown,Signed,,yes\nperimeter,Kind,,yes\ninterest_rate,Rate,0.01,\n"
        "maturity,Years,,\ngrace,Free,,\n",
        "mine.csv",
    )
    head = "No,Land,Lender,Thousand,Cur,Signed,Kind,Rate,Years,Free\n"
    path = write(head + 'A,UZB,adb,"25,000",USD,15.01.2020,public_external,2,20,5\n')
    (loan,) = read_loans(path, PARAMETERS, str(layout))
    assert loan.amount == 25.0
    assert round(100 * calc_grant_share(loan, 0.05), 1) == 26.8


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("key,column\nrate,Rate\n", "unknown key 'rate'"),
        ("key,column,factor\namount,A,much\n", "the factor 'much' is no number"),
        ("key,column\nid,No\n", "names no column for amount"),
    ],
)
def test_a_layout_that_is_wrong_is_a_fault(write, text, words):
    layout = write(text, "mine.csv")
    with pytest.raises(Faults, match=words):
        read_loans(write(GOOD), PARAMETERS, str(layout))


def test_a_layout_that_does_not_exist_is_a_fault(write):
    with pytest.raises(Faults, match="Did you mean aiddata"):
        read_loans(write(GOOD), PARAMETERS, "aidata")


def test_the_command_prints_the_list(write, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    found = CliRunner().invoke(app, ["loans", str(write(GOOD))], catch_exceptions=False)
    assert found.exit_code == 0
    assert "4 loans" in found.output
    assert "26.8 %" in found.output
    assert "maturity, grace" in found.output
