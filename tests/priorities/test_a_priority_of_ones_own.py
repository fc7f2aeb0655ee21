"""A priority is one folder: `fixtures/priorities/screening` appears wherever the seven do, by its files alone.

It is made up. In a process of its own the folder stands on the path of `samarkand.priorities`. The toy programme's
railway costs US$ 4,000 m; half of it is a loan of the bank, here over 20 years from 2028 on: 2,000 / 20 = 100 a year.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

TESTS = Path(__file__).parents[1]
FOLDER = TESTS / "fixtures" / "priorities"
BEGIN = f"""
import sys
sys.path.insert(0, {str(TESTS)!r})
import samarkand.priorities
samarkand.priorities.__path__.append({str(FOLDER)!r})
"""
APPRAISE = """
import samarkand as sk
from pathlib import Path
from rich.console import Console
from samarkand.reports.explain import print_lineage
from samarkand.reports.files import write_appraisal
from samarkand.reports.pages import print_page
from samarkand.session import Session
from samarkand.world.projection import GrowthRow, Projection
from toy import PROGRAMME, make_toy_world

world, session, out = make_toy_world(), Session(), Path(sys.argv[1])
terms = {"years": (2027, 2030, 2035), "patches": {"railway.financing.1.maturity": 20}}
found = sk.appraise(PROGRAMME, world, session=session, **terms)
write_appraisal(found, out)
rows = tuple(
    GrowthRow(economy=code, year=year, gdp_growth_rate=1.0 if year == 2023 else 0.0, source="test")
    for code in world.economies for year in range(2023, 2036)
)
twice = sk.appraise(PROGRAMME, world, session=session, projection=Projection("twice", rows), **terms)
twice.to_dataframe(["screening_payment", "exports"]).to_parquet(out / "twice.parquet")
for name in ("screening_signal", "screening_light", "screening_payment"):
    print_lineage(found.explain(name, "KAZ"), Console(width=200))
from samarkand.priorities import find_indicator
from samarkand.priorities.screening.command import screening
from samarkand.reports.pages import table_of
print(table_of(find_indicator("screening_payment")[1], found).rows)
print_page(screening(found, light="red"), Console(width=100))
"""


def run(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", BEGIN + code, *arguments],
        capture_output=True, text=True, check=False, timeout=300, env={**os.environ, "COLUMNS": "100"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def appraised(tmp_path_factory):
    """What the whole way printed and wrote."""
    out = tmp_path_factory.mktemp("screening")
    return run(APPRAISE, str(out)), out


@pytest.fixture(scope="module")
def table(appraised) -> pd.DataFrame:
    """Its rows in indicators.parquet."""
    frame = pd.read_parquet(appraised[1] / "indicators.parquet")
    return frame[frame["priority"] == "screening"]


def test_a_payment_by_tranche_and_party_has_years_of_its_own(table):
    paid = table[(table["indicator"] == "screening_payment") & (table["value"] > 0)]
    assert set(zip(paid["project"], paid["party"], paid["case"], strict=True)) == {
        ("railway", "chn-bank", "tranche 1")
    }
    assert sorted(paid["year"]) == list(range(2028, 2036))  # not only the years asked about
    assert set(paid["value"]) == {100.0}
    assert set(zip(paid["low"], paid["high"], paid["coverage"], paid["basis"], strict=True)) == {
        (90.0, 120.0, 0.8, "reference_class")
    }


def test_a_payment_does_not_grow_with_the_economy(appraised):
    """Every economy twice as large: sales double, the payment of 100 stays 100."""
    twice = pd.read_parquet(appraised[1] / "twice.parquet")
    paid = twice[(twice["indicator"] == "screening_payment") & (twice["value"] > 0)]
    assert set(paid["value"]) == {100.0}
    once = pd.read_parquet(appraised[1] / "indicators.parquet")
    both = [
        one[(one["indicator"] == "exports") & (one["scenario"] == "without")].set_index(["economy", "year"])
        for one in (once, twice)
    ]
    ratio = (both[1]["value"] / both[0]["value"]).drop("ROW", level="economy")
    assert ratio.to_numpy() == pytest.approx(2.0)


def test_a_signal_by_year_reads_another_priority(table, appraised):
    signal = table[table["indicator"] == "screening_signal"].set_index(["economy", "year"])
    frame = pd.read_parquet(appraised[1] / "indicators.parquet")
    income = frame[frame["indicator"] == "real_income"].set_index(["economy", "year"])["value"]
    expected = income.map(lambda change: "red" if change < -1e-3 else "yellow" if change < 0 else "green")
    assert signal["label"].to_dict() == expected.to_dict()
    assert signal["value"].to_dict() == expected.map({"green": 0.0, "yellow": 1.0, "red": 2.0}).to_dict()
    assert len(set(expected)) > 1


def test_a_light_by_project_says_why_it_is_missing(table):
    rows = table[(table["indicator"] == "screening_light") & (table["year"] == 2035)]
    lights = rows.set_index("project")[["label", "reason"]]
    assert lights.loc["railway", "label"] == "green"
    measures = lights[lights["label"] == ""]
    assert len(measures)
    assert set(measures["reason"]) == {"a measure has no cost to screen"}


def test_what_is_worked_out_once_is_the_same_in_every_year(table):
    rows = table[table["indicator"] == "screening_size"]
    assert list(rows["year"]) == [2027, 2030, 2035]
    (capex,) = set(rows["value"])
    assert capex > 4000


def test_it_stands_in_the_json_but_for_the_annex(appraised):
    content = json.loads((appraised[1] / "appraisal.json").read_text())
    rows = pd.DataFrame(content["indicators"])
    assert {"screening_signal", "screening_payment", "screening_light"} <= set(rows["indicator"])
    assert "screening_size" not in set(rows["indicator"])
    assert set(rows.loc[rows["indicator"] == "screening_signal", "year"]) == {2035}
    assert set(rows.loc[rows["indicator"] == "screening_signal", "label"]) <= {"green", "yellow", "red"}
    assert content["by_year"]["screening_signal"]["change"]["KAZ"]


def test_it_stands_in_the_report(appraised):
    page = (appraised[1] / "report.html").read_text()
    assert '<section id="screening"><h2>Screening of the programme</h2>' in page
    assert '<a href="#screening">' in page
    assert "Everything here is made up." in page
    assert "<h3>Signal of the economy</h3>" in page.split('<nav aria-label="Contents">')[0]  # first screen
    assert "Repaid each year" in page


def test_a_table_of_what_is_fixed_has_no_signs(appraised):
    """A payment is no change: 100, where a change would be +100."""
    said, _ = appraised
    assert "'Railway Kashgar - Naryn - Bishkek', 'A bank of China', 'tranche 1'" in said
    assert "'100'" in said
    assert "+100" not in said


def test_explain_walks_from_it_to_facts(appraised):
    said, _ = appraised
    assert "Signal of the economy, KAZ, 2035" in said
    assert "Real income, KAZ, 2035" in said  # what it reads
    assert "people of the economy" in said  # its own variable
    assert "population" in said  # and the fact at its end
    assert "Payment on loans, KAZ, ('railway', 'chn-bank', 'tranche 1') = 100" in said
    assert "Light of the project, railway: green" in said


def test_its_command_prints_and_stands_in_the_help(appraised):
    said, _ = appraised
    assert "Screening of projects" in said
    top = run("from samarkand.cli import app\nsys.argv = ['samarkand', '--help']\napp()")
    assert "screening" in top
    assert "Lights of the projects of a programme." in top
    own = run("from samarkand.cli import app\nsys.argv = ['samarkand', 'screening', '--help']\napp()")
    assert "--light" in own
    assert "--programme" in own
    light = run(
        "from samarkand.cli import app\nheavy = {'numpy', 'xarray', 'pandas', 'pydantic'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    assert light.strip() == "[]"  # the help of a priority's command loads nothing heavy
