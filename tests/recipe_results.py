"""What a copy of the package to which recipes have added things says of them. Run: `python recipe_results.py FOLDER`.

The copy is on PYTHONPATH; FOLDER holds the files that the recipes' reader would have. The answers go to
`FOLDER/results.json`.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import samarkand as sk
from samarkand.cli import app
from samarkand.priorities import priorities
from samarkand.programme import apply, check_programme, load_programme
from samarkand.programme.files.checks import Surroundings, check_file
from samarkand.programme.files.schema import programme_schema
from samarkand.programme.files.toml_writing import to_toml
from samarkand.programme.files.workbook_writing import workbook_of
from samarkand.world.assumptions import load_assumptions
from samarkand.world.importers import import_world
from toy import PROGRAMME, make_toy_world

ROOT = Path(__file__).resolve().parents[1]
SHARED = (  # tests that run over all that is declared
    "tests/priorities/test_shape.py::test_an_indicator_is_declared_whole",
    "tests/priorities/test_shape.py::test_variables_follow_one_another_without_a_circle",
    "tests/priorities/test_shape.py::test_indicator_names_are_unique",
    "tests/test_toy_world.py::test_without_all_items_nothing_changes",
    "tests/test_toy_world.py::test_every_figure_can_be_explained",
    "tests/test_programme_effects.py::test_the_default_programme_covers_six_corridors_and_the_sea",
    "tests/test_programme_effects.py::test_every_kind_acts_or_says_what_it_lacks",
    "tests/test_programme_effects.py::test_what_has_no_effect_says_so",
    "tests/test_programme_reading.py::test_every_attribute_has_a_reader_a_known_kind_and_a_known_unit",
    "tests/test_programme_reading.py::test_every_kind_names_an_asset_life_that_is_declared",
    "tests/test_channels.py::test_the_declared_channels",
    "tests/ledger/test_margins.py::test_every_margin_of_every_kind_is_declared_and_counts_once",
    "tests/ledger/test_margins.py::test_kinds_that_act_fill_their_capital_cost_and_the_cost_of_trade_and_others_fill_nothing",
    "tests/importers/test_indicator_files.py::test_series_lead_to_declared_variables",
)


def say(*words: str) -> dict[str, Any]:
    """A command's exit code, and what it prints or ends with."""
    done = CliRunner().invoke(app, list(words))
    return {"code": done.exit_code, "output": f"{done.output}{done.exception or ''}"}


def indicator() -> dict[str, Any]:
    """The new indicator on the toy world, beside those that it is the difference of."""
    found = sk.appraise(PROGRAMME, make_toy_world())
    exports, imports = (
        {part: found.array(name, part).to_numpy() for part in ("without", "with")}
        for name in ("exports", "imports")
    )
    by_hand = {part: exports[part] - imports[part] for part in exports}
    by_hand["change"] = by_hand["with"] - by_hand["without"]
    return {
        "balance": {part: found.array("goods_balance", part).to_numpy().tolist() for part in by_hand},
        "by_hand": {part: values.tolist() for part, values in by_hand.items()},
        "explained": str(found.explain("goods_balance", "KAZ")),
    }


def priority() -> dict[str, Any]:
    """What the new priority says of the toy programme, and its command's help."""
    found = sk.appraise(PROGRAMME, make_toy_world())
    return {
        "lights": found.words("screening_light").to_numpy().tolist(),
        "priorities": [row.name for row in priorities()],
        "help": say("screening", "--help"),
    }


def programme(folder: Path) -> dict[str, Any]:
    """A programme with an item of the new kind: through every form of file and every command about files."""
    path, around = folder / "mine.toml", Surroundings()
    one, faults = check_file(path, around)
    assert one is not None, list(map(str, faults))
    (folder / "again.toml").write_text(to_toml(one), encoding="utf-8")
    (folder / "again.xlsx").write_bytes(workbook_of(one))
    return {
        "figures": [(owner, name, figure.value) for owner, name, figure in one.all_figures()],
        "toml": check_file(folder / "again.toml", around)[0] == one,
        "excel": check_file(folder / "again.xlsx", around)[0] == one,
        "faults": [str(fault) for fault in check_programme(folder / "wrong.toml")],
        "show": say("programme", "show", str(path)),
        "template": say("programme", "new", "blank", "--kind", "cold_store"),
        "template_text": Path("blank.toml").read_text(encoding="utf-8"),
        "schema": sorted(programme_schema()["$defs"]["cold_store"]["properties"]),
        "gaps": [
            gap.reason for gap in apply(one, make_toy_world(), 2040).not_assessed if gap.item == "store"
        ],
    }


def channel(folder: Path) -> dict[str, Any]:
    """What the new channel puts into the changes of a year."""
    one, world = load_programme(folder / "mine.toml"), make_toy_world()
    parameters = world.assumptions.parameters
    before, change, other = (
        apply(one, world, year, parameters=given)
        for year, given in (
            (2029, parameters),
            (2040, parameters),
            (2040, parameters.replace({"melting_share": 0.5})),
        )
    )
    return {
        "before": len(before.effects["ice"]),
        "ice": [(one.item, one.hectares) for one in change.effects["ice"]],
        "with_another_parameter": [(one.item, one.hectares) for one in other.effects["ice"]],
        "effective": change.effective,
        "of_the_key": change.shocks != other.shocks,
        "gaps": [gap.reason for gap in change.not_assessed if gap.item == "silent"],
    }


def parameters() -> dict[str, Any]:
    """The new parameters, as declared and as a scenario replaces them."""
    assumptions = load_assumptions()
    one = assumptions.parameters
    new = assumptions.replace({"ice_price.2030": 80, "melting_share": 0.1}).parameters
    return {
        "value": one["melting_share"],
        "years": {year: one.at("ice_price", year) for year in (2025, 2027, 2030, 2045)},
        "replaced": [new["melting_share"], new.at("ice_price", 2030), new.at("ice_price", 2025)],
        "sources": [assumptions.evidence(f"ice_price.{year}").source for year in (2025, 2030)],
        "wrong": say("explain", "real_income", "--economy", "KAZ", "--assume", "ice_price.2031=1")["output"],
    }


def importer(folder: Path) -> dict[str, Any]:
    """A file of the new kind imported, and a broken one."""
    world = import_world("cold-survey", [folder / "survey.csv"], name="surveyed")
    fact = world.fact("KAZ", "cold_store_area")
    broken = say("world", "import", "cold-survey", str(folder / "broken.csv"), "--name", "broken")
    return {
        "fact": [fact.value, fact.year, fact.source],
        "kinds": say("world", "kinds")["output"],
        "broken": broken,
        "worlds": say("world", "list")["output"],
    }


def pages() -> dict[str, str]:
    """The generated pages that the recipes renew."""
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: module.PAGES[name]() for name in ("indicators.md", "parameters.md", "programme.md")}


def main(folder: Path) -> None:
    """All answers, and whether the shared tests pass on the copy."""
    results = {
        "indicator": indicator(),
        "priority": priority(),
        "programme": programme(folder),
        "channel": channel(folder),
        "parameters": parameters(),
        "importer": importer(folder),
        "pages": pages(),
        "tests": int(pytest.main(["-q", "-p", "no:cacheprovider", *(str(ROOT / name) for name in SHARED)])),
    }
    (folder / "results.json").write_text(json.dumps(results), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
