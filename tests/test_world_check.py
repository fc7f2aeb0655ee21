"""`samarkand world check`: passes on the embedded world, and tells what is out of bounds."""

from dataclasses import replace

import pytest
from typer.testing import CliRunner

from samarkand.cli import app
from samarkand.world import checking
from samarkand.world.accounts.intermediate_use import DenseIntermediateUse


def test_the_embedded_world_passes(world):
    checks = checking.check_world(world)
    assert [check.title for check in checks if not check.ok] == []
    parts = [check.part for check in checks]
    assert set(parts) == {"accounts", "network", "distance", "figures"}
    assert parts.count("distance") == len(checking.distances())
    assert {row.name for row in checking.bounds().values()} == set(checking.bounds())


def test_accounts_that_do_not_add_up_are_told(world):
    accounts = replace(world.accounts, gross_output=world.accounts.gross_output * 1.001)
    bad = {check.title for check in checking._accounts(replace(world, accounts=accounts)) if not check.ok}
    assert bad == {checking.bounds()[name].title for name in ("supply", "cost")}


def test_a_negative_flow_and_an_idle_economy_are_told(world):
    accounts = world.accounts
    final = accounts.final_demand.copy()
    final.loc[{"origin": "UZB", "sector": "food", "destination": "KAZ"}] = -1.0
    intermediate = accounts.intermediate.copy()
    others = [code for code in accounts.economies if code != "DJI"]
    intermediate.loc[{"origin": "DJI", "destination": others}] = 0.0
    final.loc[{"origin": "DJI", "destination": others}] = 0.0
    changed = replace(accounts, final_demand=final, uses=DenseIntermediateUse(intermediate))
    found = {check.title: check for check in checking._accounts(replace(world, accounts=changed))}
    assert found[checking.bounds()["negative_cells"].title].value == 1
    idle = found[checking.bounds()["untraded"].title]
    assert (idle.value, idle.note) == (1, "DJI")


def test_a_way_of_another_length_is_out_of_bounds():
    check = checking.Check("distance", "A-B", 80.0, 85.0, 115.0, "km")
    assert not check.ok
    assert not replace(check, value=float("inf")).ok
    assert not replace(check, value=float("nan")).ok
    assert replace(check, value=100.0).ok


@pytest.mark.parametrize("broken", [False, True])
def test_the_command_ends_with_status_one_where_something_fails(monkeypatch, broken):
    if broken:
        real = checking.check_world
        wrong = checking.Check("distance", "Here-There", 1.0, 2.0, 3.0, "km")
        monkeypatch.setattr(checking, "check_world", lambda world: (*real(world), wrong))
    done = CliRunner().invoke(app, ["world", "check"], env={"COLUMNS": "140"})
    assert done.exit_code == (1 if broken else 0)
    assert ("OUT OF BOUNDS" in done.output) == broken
    assert "Chongqing-Duisburg" in done.output
    assert "Stale figures" in done.output


def test_validate_refuses_what_is_not_held_out():
    from samarkand.core.faults import Faults

    done = CliRunner().invoke(app, ["world", "validate", "USA"])
    assert isinstance(done.exception, Faults)
