"""What differs between two worlds is told by table, and what that does to the headline."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

import samarkand as sk
from samarkand.cli import app
from samarkand.world.comparing import compare
from samarkand.world.importers import import_world
from samarkand.world.importers.codes import union_members
from samarkand.world.importers.economy_accounts import write_template
from samarkand.world.store import open_world

import file_samples as samples  # isort: skip


def test_a_world_and_itself_do_not_differ(world) -> None:
    assert compare(world, world).same


def test_tables_that_differ_are_told(tmp_path, world) -> None:
    import openpyxl

    path = tmp_path / "kaz.xlsx"
    write_template(world, "KAZ", path)
    book = openpyxl.load_workbook(path)
    sheet = book["accounts"]
    before = sheet.cell(6, 3).value  # agriculture's output
    sheet.cell(6, 3, before * 1.25)
    sheet.cell(6, 4, sheet.cell(6, 4).value * 1.25)
    book.save(path)
    mine = import_world("economy-accounts", [path], name="mine")
    mine = import_world("tariffs", [samples.wits(tmp_path / "wits.csv")], name="more", base=mine.name)
    found = compare(world, mine)
    assert not found.same
    assert (found.added, found.missing) == ((), ())
    rows = found.accounts
    row = rows[
        (rows["table"] == "gross_output") & (rows["economy"] == "KAZ") & (rows["sector"] == "agriculture")
    ]
    assert float(row["relative"].iloc[0]) == pytest.approx(0.25, rel=1e-4)
    assert rows["relative"].abs().is_monotonic_decreasing
    assert set(found.tariffs["importer"]) == set(mine.tariffs.importers)
    assert found.facts.empty
    printed = CliRunner().invoke(app, ["world", "diff", "embedded", "more", "--tables"])
    assert printed.exit_code == 0
    assert "agriculture" in printed.output
    assert "Mean tariff rates" in printed.output


def test_economies_that_come_and_go(tmp_path, world) -> None:
    import_world("icio", [samples.icio(tmp_path / "2022.csv", world.accounts)], name="small")
    found = compare(world, open_world("small"))
    assert "JPN" in found.missing
    assert found.added == ()
    back = compare(open_world("small"), world)
    assert "JPN" in back.added


def test_the_headline_of_two_worlds(tmp_path, world) -> None:
    import_world("tariffs", [samples.wits(tmp_path / "wits.csv")], name="duties")
    printed = CliRunner().invoke(app, ["world", "diff", "embedded", "duties"])
    assert printed.exit_code == 0, printed.output
    assert "Real income of the default programme" in printed.output


def test_the_command_line_from_import_to_removal(tmp_path) -> None:
    runner = CliRunner()
    path = samples.wits(tmp_path / "wits.csv")
    printed = runner.invoke(app, ["world", "import", "tariffs", str(path), "--name", "mine"])
    assert printed.exit_code == 0, printed.output
    assert "samarkand appraise --world mine" in printed.output
    listed = runner.invoke(app, ["world", "list"]).output
    assert "mine" in listed
    assert "wits.csv" in listed
    ready = runner.invoke(app, ["readiness", "KAZ", "--world", "mine"]).output
    assert "needs file" not in "".join(line for line in ready.splitlines() if "tariff" in line)
    without = " ".join(runner.invoke(app, ["readiness", "KAZ"]).output.split())
    assert "a tariff table: samarkand world import tariffs" in without
    assert "public_debt_share (2016) [wdi or weo]" in " ".join(
        runner.invoke(app, ["readiness", "PAK"]).output.split()
    )
    for kind in (
        "tariffs",
        "icio",
        "economy-accounts",
        "baci",
        "wiod",
        "eora26",
        "wdi",
        "ids",
        "wgi",
        "pip",
        "weo",
    ):
        assert kind in runner.invoke(app, ["world", "kinds"]).output
    template = tmp_path / "kaz.xlsx"
    assert runner.invoke(app, ["world", "template", "KAZ", str(template)]).exit_code == 0
    assert template.exists()
    assert "mine is removed" in runner.invoke(app, ["world", "remove", "mine"]).output
    assert "No world of yours" in runner.invoke(app, ["world", "list"]).output


@pytest.mark.slow
def test_a_programme_is_appraised_in_an_imported_world(tmp_path, world) -> None:
    labels = (*(code for code in world.economies if code in {*union_members(), "CHN", "KAZ"}), "ROW")
    small = import_world("icio", [samples.icio(tmp_path / "2022.csv", world.accounts, labels)], name="small")
    appraisal = sk.appraise("eurasian-corridors", small)
    income = appraisal["real_income"]
    assert set(income["economy"].values) == set(labels)
    assert bool(income.notnull().all())
    card = appraisal.world_card()
    assert card["imported"][0]["kind"] == "icio"
    cited = [
        leaf.evidence.citation for leaf in appraisal.explain("real_income", "KAZ").leaves() if leaf.evidence
    ]
    assert any("imported from the file 2022.csv" in line for line in cited)


@pytest.mark.slow
def test_a_small_world_is_appraised_with_the_constants_of_modes_of_all(tmp_path, world) -> None:
    """Its members of the European Union are islands: nothing in it could be fitted to a published split."""
    file = samples.icio(tmp_path / "2022.csv", world.accounts, ("CHN", "CYP", "KAZ", "MLT", "ROW"))
    small = import_world("icio", [file], name="small")
    found = sk.appraise("eurasian-corridors", small)
    assert np.isfinite(found["real_income"].sel(economy=["CHN", "CYP", "KAZ", "MLT"])).all()


def test_the_command_line_tells_faults_and_stops(tmp_path, monkeypatch) -> None:
    runner = CliRunner()
    command = ["world", "import", "tariffs", str(tmp_path / "gone.csv"), "--name", "mine"]
    told = runner.invoke(app, command)
    assert told.exit_code == 2
    assert "1 fault; nothing was kept." in told.output
    assert "is not there" in told.output

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("samarkand.world.importers.import_world", stop)
    told = runner.invoke(app, command)
    assert told.exit_code == 130
    assert "Stopped; nothing was kept." in told.output
