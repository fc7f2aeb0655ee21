"""Lives of a railway, a road, a plant, an interconnector, a port and a border post beside a workbook of live formulas.

The workbook holds the published inputs as numbers and everything else as formulas of a spreadsheet, written here by
hand; LibreOffice works it out. Every year equals ours to the cent, and so do present values and the rate of return.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import openpyxl
import pytest

from samarkand.programme.model.models import Project
from samarkand.world.economies.facts import Facts
from samarkand.world.parameters import Parameters
from samarkand.worth.electricity import electricity_streams
from samarkand.worth.item_worth import ItemWorth
from samarkand.worth.life import life_of
from samarkand.worth.passengers import passenger_streams
from samarkand.worth.streams import Amount, Stream

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice Calc (soffice) is not installed")
CENT = 0.5e-8  # US$ m
FREIGHT, BASE = 40.0, 2022  # US$ m a year that the equilibrium gives, at the size of the accounts
RATES = (0.06, 0.09, 0.12)


class Case(NamedTuple):
    """An item, its years of service and useful life as declared, and what it is worth a year as a formula."""

    kind: str
    figures: dict[str, object]
    freight: bool
    asset: str
    yearly: str  # further worth of a year of full service, US$ m, of the cells named below
    declines: bool = False


CASES = {
    "railway": Case(
        "rail",
        {"capex": 3000.0, "passengers": 4e6, "passenger_hours_before": 6.0, "passenger_hours_after": 2.5},
        True,
        "rail",
        # forecast, rule of half, hours, value of an hour over the wage, wage
        "4*{rail_forecast_use}*({diverted_share}+(1-{diverted_share})/2)*(6-2.5)"
        "*({business_share}*{value_of_work_time}+(1-{business_share})*{value_of_other_time})"
        "*{wage_share}*190000000000/(10000000*{hours_worked})",
    ),
    "road": Case(
        "road",
        {"capex": 900.0, "passengers": 3e6, "passenger_hours_before": 4.0, "passenger_hours_after": 3.0,
         "business_share": 0.2},
        True,
        "road",
        "3*({diverted_share}+(1-{diverted_share})/2)*(4-3)*(0.2*{value_of_work_time}+0.8*{value_of_other_time})"
        "*{wage_share}*190000000000/(10000000*{hours_worked})",
    ),
    "plant": Case(
        "power_plant",
        {"capex": 700.0, "fuel": "hydro", "generation": 2000.0},
        False,
        "power",
        # half of 1 TWh of oil first, then gas up to half of 4
        "MIN(2,1*{displaceable_share})*{electricity_cost_oil}"
        "+(2-MIN(2,1*{displaceable_share}))*{electricity_cost_gas}",
        True,
    ),
    "interconnector": Case(
        "transmission_line",
        {"capex": 400.0, "energy_carried": 1500.0, "supply_cost": 20.0, "loss_share": 0.04, "export_price": 60.0,
         "exported_from": ("BBB",), "exported_to": ("AAA",)},
        False,
        "power",
        "MIN(1.5*0.96,1*{displaceable_share})*{electricity_cost_oil}"
        "+(1.5*0.96-MIN(1.5*0.96,1*{displaceable_share}))*{electricity_cost_gas}-1.5*20",
        True,
    ),
    "port": Case("port", {"capex": 500.0, "operating_cost": 12.0}, True, "port", "0"),
    "border post": Case("border_crossing", {"capex": 30.0}, True, "border_crossing", "0"),
}  # fmt: skip


def write_workbook(case: Case, parameters: Parameters, path: Path) -> None:
    """Inputs in column B, years from row 1 in columns D to I: year, cost, freight, further worth, residual, net."""
    book = openpyxl.Workbook()
    sheet = book.active
    names = list(parameters)
    for row, name in enumerate(names, 1):
        sheet.cell(row, 1, name)
        sheet.cell(row, 2, parameters[name])
    cell = {name: f"$B${row}" for row, name in enumerate(names, 1)}
    capex, service, life = (
        case.figures["capex"],
        cell[f"asset_life_{case.asset}"],
        cell[f"useful_life_{case.asset}"],
    )
    cost = f"{capex}*{cell['cost_conversion_factor']}"
    own = case.figures.get("operating_cost")
    upkeep = (
        f"{cost}*{cell[f'upkeep_share_{case.asset}']}"
        if own is None
        else f"{own}*{cell['cost_conversion_factor']}"
    )
    count = 4 + int(parameters[f"asset_life_{case.asset}"])
    ramp, grow, last, fade = (
        cell[name] for name in ("ramp_up_years", "benefit_growth", "growth_years", "growth_fade_years")
    )
    for row in range(1, count + 1):
        sheet[f"D{row}"] = "=2026" if row == 1 else f"=D{row - 1}+1"
        sheet[f"E{row}"] = f"=IF(D{row}<2030,{cost}/4,{upkeep})"
        sheet[f"J{row}"] = f"=IF(D{row}<2030,0,MIN(1,(D{row}-2030+1)/({ramp}+1)))"
        # Growth of year k after the base year: in full up to 20 years after the opening, then in steps to zero.
        for column, base in (("K", BASE), ("L", 2030)):
            step = f"{grow}*MAX(0,MIN(1,1-(D{row}-{base}-(2030-{base}+{last}))/({fade}+1)))"
            before = (
                f"{column}{row - 1}" if row > 1 else (f"(1+{grow})^(2025-{base})" if base < 2026 else "1")
            )
            sheet[f"{column}{row}"] = f"=IF(D{row}<={base},1,{before}*(1+{step}))"
        sheet[f"F{row}"] = f"={FREIGHT if case.freight else 0}*J{row}*K{row}"
        course = f"(1-{cell['displaced_cost_decline']})^MAX(0,D{row}-2030)" if case.declines else f"L{row}"
        sheet[f"G{row}"] = f"=({case.yearly.format(**cell)})*J{row}*{course}"
        sheet[f"H{row}"] = f"={cost}*MAX(0,1-{service}/{life})" if row == count else "=0"
        sheet[f"I{row}"] = f"=F{row}+G{row}+H{row}-E{row}"
    for row, rate in enumerate(RATES, 1):
        sheet[f"N{row}"] = f"=NPV({rate},I1:I{count})*(1+{rate})"
    sheet["N4"] = f"=IRR(I1:I{count},0.01)"
    book.save(path)


def worked_out(path: Path, tmp_path: Path) -> openpyxl.worksheet.worksheet.Worksheet:
    """The sheet as LibreOffice works it out."""
    out = tmp_path / "saved"
    subprocess.run(
        [
            SOFFICE or "", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--norestore",
            "--convert-to", "xlsx", "--outdir", str(out), str(path),
        ],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return openpyxl.load_workbook(out / path.name, data_only=True).active


@pytest.mark.parametrize("name", CASES)
def test_every_year_equals_the_workbook_to_the_cent(
    name: str, make: Callable[..., Project], facts: Facts, parameters: Parameters, tmp_path: Path
) -> None:
    case = CASES[name]
    item = make(case.kind, **case.figures)
    streams: list[Stream] = []
    if case.freight:
        amounts = {("AAA", ""): Amount.sure(FREIGHT)}
        streams.append(
            Stream("trade_cost", "accounts", "equilibrium", amounts, "grows", BASE, "estimated", "")
        )
    for direct in (passenger_streams, electricity_streams):
        streams += direct(item, facts, parameters, parameters, parameters)[0]
    ours = ItemWorth(item, life_of(item, parameters), tuple(streams), {}, {}, {}, (), parameters, None)
    write_workbook(case, parameters, tmp_path / f"{case.asset}.xlsx")
    sheet = worked_out(tmp_path / f"{case.asset}.xlsx", tmp_path)
    assert ours.life is not None
    rows = range(1, len(ours.life.years) + 1)
    assert [sheet[f"D{row}"].value for row in rows] == list(ours.life.years)
    for column, flow in (("E", ours.costs()), ("I", ours.flows()), ("H", ours.life.residual())):
        theirs = np.array([sheet[f"{column}{row}"].value for row in rows], float)
        assert flow == pytest.approx(theirs, abs=CENT, rel=0)
    benefits = np.array([sheet[f"F{row}"].value + sheet[f"G{row}"].value for row in rows])
    assert ours.benefits() == pytest.approx(benefits, abs=CENT, rel=0)
    for row, rate in enumerate(RATES, 1):
        assert ours.values(rate).net.central == pytest.approx(sheet[f"N{row}"].value, abs=CENT, rel=0)
    # The spreadsheet stops its search for the rate at some 1e-7.
    assert ours.rate_of_return().value == pytest.approx(sheet["N4"].value, abs=1e-6)
