"""The table of searches names every item of the default programme that has no assessed effect, and no other."""

from __future__ import annotations

import csv
from pathlib import Path

from docs.worth_states import COLUMNS, RECORDED, read, shown

from samarkand.programme import load_programme
from samarkand.programme.applying import apply
from samarkand.world.world import load_world
from samarkand.worth.direct import at_ends, direct_streams

DOCS = Path(__file__).parents[2] / "docs"
LATE = 2060  # by then all are open that have a date of opening


def test_every_item_without_an_assessed_effect_has_its_searches() -> None:
    with (DOCS / "worth-searches.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    named = [row["item"] for row in rows]
    assert all(row["missing"] and row["searched"] and row["found"] for row in rows)
    world, programme = load_world(), load_programme("eurasian-corridors")
    ends = at_ends(world.assumptions.parameters)
    acting = set(apply(programme, world, LATE).effective)
    assessed = [
        item.id for item in programme.items if item.id in acting or direct_streams(item, world, 0.0, ends)[0]
    ]
    assert sorted(named) == sorted(set(programme.ids) - set(assessed))
    text = (DOCS / "worth.md").read_text(encoding="utf-8")
    assert f"Of {len(programme.ids)} items {len(assessed)} have an assessed effect." in text
    for row in rows:
        assert f"| `{row['item']}` | {row['missing']} |" in text


def test_the_table_of_states_is_that_of_its_file() -> None:
    rows = read()
    assert rows[0]["state"] == RECORDED
    assert shown(rows) in (DOCS / "worth.md").read_text(encoding="utf-8")
    for row in rows:
        assert tuple(row) == COLUMNS
        for end in ("_low", "", "_high"):  # trade, what it is charged, direct margins, what these are charged
            parts = int(row["trade"]) - int(row["charged_for_trade"]) - int(row["charged_for_direct"])
            together = parts + int(row[f"direct{end}"])
            assert (
                abs(together - int(row[f"net{end}"])) <= 4
            )  # five figures in whole millions; prices move the rest
