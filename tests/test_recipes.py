"""The recipes of CONTRIBUTING for whatever is added by rows and modules, followed in a copy of the package.

One copy, to which an indicator, a priority, a kind, a parameter, a channel and an importer are added as their text
says; one process, which says what the copy makes of them (`recipe_results.py`).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import samarkand

ROOT = Path(__file__).resolve().parents[1]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

KINDS, ATTRIBUTES = "programme/model/kinds.csv", "programme/model/attributes.csv"
FINANCE, DATED = "world/parameters/finance.csv", "world/parameters/ice.csv"
EFFECTS, CHANNEL = "programme/model/effects.csv", "programme/channels/ice.py"
IMPORTERS, SERIES = "world/importers/importers.csv", "world/importers/fact_series.csv"
VARIABLES = "world/economies/fact_variables.csv"
INDICATORS, ASSESSMENT = "priorities/trade/indicators.csv", "priorities/trade/assessment.py"
FOLDER = ROOT / "tests" / "fixtures" / "priorities" / "screening"

BALANCE = (
    "goods_balance,Balance of goods,economy,,,,,US$ m,economy,difference,neither,annex,estimated,equilibrium trade_flow"
    ",,,exports - imports,What is sold abroad less what is bought there,own definition\n"
)
LAST_ENTRY = '        "tariff_revenue": tariff_revenue(state),\n'
ONE_MORE = """\
        "goods_balance": Levels(
            without=without["exports"] - without["imports"], with_=with_["exports"] - with_["imports"]
        ),
"""

COLD_STORE = """\
cold_store,Cold store,project,productivity,none,,no sourced coefficient from cold stores to losses,asset_life_other,,\
A store that keeps goods cold
ice_house,Ice house,project,productivity,none,,no sourced coefficient from ice,asset_life_other,,A store of ice
"""
ITS_KEYS = """\
item.floor_area,cold_store|ice_house,figure,ha,cold_store,0,1000,Area that is cooled
item.goods,cold_store,choice(fish|fruit|medicine),,no,,,What is mainly stored
financing.token,*,text,,no,,,Token in which it is paid
"""
ONE_VALUE = "melting_share,0.05,0.03,0.08,fraction,,own choice,,,assumed,share of the ice that melts unused\n"
BY_YEAR = """\
# Prices of ice.
name,year,value,low,high,unit,between,before,after,source,address,read_on,flag,description
ice_price,2025,40,,,US$/t,linear,refuse,hold,a report,,,recalled,price of a tonne of ice
ice_price,2030,50,40,60,US$/t,linear,refuse,hold,another report,,,recalled,price of a tonne of ice
"""
HOUSE_BEFORE = (
    "ice_house,Ice house,project,productivity,none,,no sourced coefficient from ice,asset_life_other,,"
)
HOUSE_AFTER = "ice_house,Ice house,project,productivity,cooling,,,asset_life_other,capex:direct,"
MODULE = '''\
"""Ice that a house makes use of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from samarkand.core.gaps import Gap
from samarkand.programme.channels.channel import Channel, Effects
from samarkand.programme.model.models import Item
from samarkand.world.world import World


@dataclass(frozen=True)
class Ice:
    """Ice of an item that is used, hectares."""

    item: str
    hectares: float


def calc_ice(area: float, melting_share: float) -> float:
    """`a (1 - m)`, ha."""
    return area * (1.0 - melting_share)


def _effects_of(item: Item, world: World, parameters: Mapping[str, float]) -> Effects:
    area = item.figure("floor_area")
    if area is None:
        return Effects((), (Gap(item.id, "effect", "effect not assessed: no area is published"),))
    return Effects((Ice(item.id, calc_ice(area.value, parameters["melting_share"])),))


CHANNEL = Channel(_effects_of, on_models=False)
'''
COLD_SURVEY = """\
cold-survey,Survey of cold stores,A ministry,indicators,facts,,CSV as the World Bank's,\
"Country Code, Series Code, years",as fact_series.csv says,5,CC BY 4.0,,,decimal where
"""
COLD_AREA = (
    "cold_store_area,ha,number,5,Area of cold stores,a file: survey of cold stores,import cold-survey\n"
)

# By the heading of the recipe: what is added to which file, as (file, text there already, text instead); a new file, or
# rows at the end of one, have nothing there already.
RECIPES: dict[str, list[tuple[str, str, str]]] = {
    "Add an indicator": [(INDICATORS, "", BALANCE), (ASSESSMENT, LAST_ENTRY, LAST_ENTRY + ONE_MORE)],
    "Add a priority": [
        (f"priorities/screening/{file.name}", "", file.read_text(encoding="utf-8"))
        for file in sorted(FOLDER.iterdir())
        if file.is_file()
    ],
    "Add a kind of project or measure": [
        (KINDS, "", COLD_STORE),
        (ATTRIBUTES, "", ITS_KEYS),
        (ATTRIBUTES, "item.jobs,industrial_zone,", "item.jobs,industrial_zone|cold_store,"),
    ],
    "Add a parameter": [(FINANCE, "", ONE_VALUE), (DATED, "", BY_YEAR)],
    "Add a channel": [
        (EFFECTS, "", "cooling,ice,ice,ice of houses\n"),
        (CHANNEL, "", MODULE),
        (KINDS, HOUSE_BEFORE, HOUSE_AFTER),
    ],
    "Add an importer": [
        (IMPORTERS, "", COLD_SURVEY),
        (SERIES, "", "cold-survey,COLD.AREA,cold_store_area,0.0001,square metres\n"),
        (VARIABLES, "", COLD_AREA),
    ],
}

MINE = """
[programme]
id = "mine"
title = "Mine"

[[party]]
id = "bank"
name = "A bank"

[[project]]
id = "store"
title = "A store"
kind = "cold_store"
economies = ["KAZ"]
status = "proposed"
opening = 2030
capex = { value = 20, unit = "US$ m", flag = "assumed" }
floor_area = { value = 2, unit = "ha", flag = "assumed" }
goods = "fish"
jobs = { value = 30, unit = "persons", flag = "assumed" }

  [[project.financing]]
  party = "bank"
  instrument = "loan"
  share = { value = 0.5, unit = "fraction", flag = "assumed" }
  token = "EUR"

[[project]]
id = "house"
title = "A house"
kind = "ice_house"
economies = ["KAZ"]
status = "proposed"
opening = 2030
floor_area = { value = 4, unit = "ha", flag = "assumed" }

[[project]]
id = "silent"
title = "A house without figures"
kind = "ice_house"
economies = ["KAZ"]
status = "proposed"
opening = 2030
"""
SURVEY = "Country Name,Country Code,Series Name,Series Code,2021,2022\nKazakhstan,KAZ,area,COLD.AREA,90000,120000\n"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The answers of a copy to which every recipe has added its own."""
    folder = tmp_path_factory.mktemp("recipes")
    package = folder / "src" / "samarkand"
    shutil.copytree(Path(samarkand.__file__).parent, package)
    for steps in RECIPES.values():
        for name, before, after in steps:
            text = (package / name).read_text(encoding="utf-8") if (package / name).exists() else ""
            if before:
                assert text.count(before) == 1, (name, before)
            changed = text.replace(before, after) if before else text + after
            (package / name).parent.mkdir(exist_ok=True)
            (package / name).write_text(changed, encoding="utf-8")
    wrong = MINE.replace('"ha"', '"m2"', 1).replace("goods = ", "good = ").replace("token =", "tokan =")
    for name, text in (
        ("mine.toml", MINE), ("wrong.toml", wrong), ("survey.csv", SURVEY),
        ("broken.csv", SURVEY.replace("120000", "many")),
    ):  # fmt: skip
        (folder / name).write_text(text, encoding="utf-8")
    script = Path(__file__).with_name("recipe_results.py")
    done = subprocess.run(
        [sys.executable, str(script), str(folder)],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(package.parent), str(script.parent))),
            "SAMARKAND_DATA_DIR": str(folder / "data"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return {**found, "printed": done.stdout}


def recipe(heading: str) -> str:
    """The text of a recipe."""
    (found,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", CONTRIBUTING, flags=re.DOTALL | re.MULTILINE)
    return str(found)


@pytest.mark.parametrize("heading", RECIPES)
def test_a_recipe_names_every_file_that_is_touched(heading: str) -> None:
    """A file by its path; a new one by the folder where it goes."""
    for name, before, _ in RECIPES[heading]:
        is_there = before or (ROOT / "src" / "samarkand" / name).exists()
        path = name if is_there else f"{name.rpartition('/')[0]}/"
        path = path.replace("priorities/trade/", "priorities/<priority>/").replace("screening/", "")
        text = recipe(heading)
        # Files of a folder that is named are named alone.
        assert f"`src/samarkand/{path}`" in text or f"`{path.rpartition('/')[2]}`" in text, path


def test_what_runs_over_all_that_is_declared_passes(results: dict[str, Any]) -> None:
    assert results["tests"] == 0, results["printed"]


# -- an indicator and a priority


def test_an_indicator_is_in_results_lineage_and_docs(results: dict[str, Any]) -> None:
    found = results["indicator"]
    for scenario in ("without", "with", "change"):
        assert found["balance"][scenario] == pytest.approx(found["by_hand"][scenario], rel=1e-12, abs=1e-9)
    assert "Balance of goods, KAZ, 2035" in found["explained"]
    assert "### `goods_balance`: Balance of goods" in results["pages"]["indicators.md"]


def test_a_priority_is_in_results_help_and_docs(results: dict[str, Any]) -> None:
    found = results["priority"]
    assert set(found["lights"]) > {"green"}
    assert found["priorities"][-1] == "screening"
    assert found["help"]["code"] == 0
    assert "Lights of the projects of a programme" in found["help"]["output"]
    assert "## Screening (made up)" in results["pages"]["indicators.md"]


# -- a kind


def test_a_kind_is_read_checked_written_and_shown(results: dict[str, Any]) -> None:
    found = results["programme"]
    assert [name for owner, name, _ in found["figures"] if owner == "store"] == [
        "capex", "floor_area", "jobs", "financing 1 share",
    ]  # fmt: skip
    assert (found["toml"], found["excel"]) == (True, True)
    faults = "\n".join(found["faults"])
    assert "has the unit 'm2'. Convert it to unit = \"ha\"" in faults
    assert "unknown key good. Did you mean goods?" in faults
    assert "unknown key tokan. Did you mean token?" in faults
    assert len(found["faults"]) == 3
    assert found["show"]["code"] == 0
    assert re.search(r"store +cold_store +proposed +2030 +20", found["show"]["output"])
    assert "recalled" not in found["show"]["output"].splitlines()[-1]
    assert found["gaps"][0] == "effect not assessed: no sourced coefficient from cold stores to losses"


def test_a_kind_is_in_templates_schema_and_docs(results: dict[str, Any]) -> None:
    found = results["programme"]
    assert found["template"]["code"] == 0
    for line in (
        'kind = "cold_store"',
        "#: Area that is cooled. From 0 to 1,000 ha. Needed.",
        "# token = ",
    ):
        assert line in found["template_text"], line
    assert {"floor_area", "goods", "jobs", "financing"} <= set(found["schema"])
    assert "tariff_after" not in found["schema"]
    page = results["pages"]["programme.md"]
    assert "| `cold_store` | `[[project]]` | productivity | effect not assessed: no sourced" in page
    key = "| `floor_area` **(needed for cold_store)** | figure in ha, from 0 to 1,000 | `cold_store`, `ice_house` |"
    assert f"{key} Area that is cooled |" in page
    assert "| `token` | text | all | Token in which it is paid |" in page


# -- a parameter


def test_a_parameter_is_declared_replaced_and_in_the_docs(results: dict[str, Any]) -> None:
    found = results["parameters"]
    assert found["value"] == 0.05
    assert found["years"] == {"2025": 40, "2027": pytest.approx(44), "2030": 50, "2045": 50}
    assert found["replaced"] == [0.1, 80, 40]
    assert found["sources"] == ["a report", "another report"]
    assert "is no declared year of ice_price. Did you mean ice_price.2030" in " ".join(found["wrong"].split())
    page = results["pages"]["parameters.md"]
    assert "| `melting_share` | 5.00 % | 3.00 % to 8.00 % | assumed |" in page
    assert "### `ice_price`" in page
    assert "| 2030 | 50 US$/t | 40 US$/t to 60 US$/t | recalled | another report |" in page


# -- a channel


def test_a_channel_changes_something_each_year_and_says_what_it_cannot(results: dict[str, Any]) -> None:
    found = results["channel"]
    assert found["before"] == 0  # not open yet
    assert found["ice"] == [["house", pytest.approx(3.8)]]  # 4 x 0.95
    assert found["with_another_parameter"] == [
        ["house", pytest.approx(2.0)]
    ]  # that of the other recipe moves it
    assert found["effective"] == ["house"]
    assert found["of_the_key"] is False  # neither routes nor prices depend on it
    assert found["gaps"][0] == "effect not assessed: no area is published"
    assert "ice of houses" in results["pages"]["programme.md"]


# -- an importer


def test_an_importer_of_rows_alone_reads_its_files(results: dict[str, Any]) -> None:
    found = results["importer"]
    assert found["fact"] == [12, 2022, "A ministry, imported"]  # 120,000 square metres
    assert "cold-survey: Survey of cold stores (A ministry)" in found["kinds"]
    assert found["broken"]["code"] == 2
    assert "'many', not a number" in " ".join(found["broken"]["output"].split())
    assert "surveyed" in found["worlds"]
    assert "broken" not in found["worlds"]
