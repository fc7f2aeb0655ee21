"""The worst that people write as a question: refused before anything is solved, at the option that they wrote."""

from __future__ import annotations

import re
import shlex

import pytest
from typer.testing import CliRunner

from samarkand.cli import app
from samarkand.core.faults import Faults
from toy import PROGRAMME, make_toy_world

WORLD = make_toy_world()
GATE = "Kashgar - Naryn"
# What is written, and how the place of a fault of it begins.
OPTIONS = (
    ("--border X=1e9h", "--border X"), (f"--border '{GATE}=1e9h'", f"--border {GATE}"),
    (f"--border '{GATE}=nanh'", f"--border {GATE}"), (f"--border '{GATE}=infh'", f"--border {GATE}"),
    (f"--border '{GATE}=0h'", f"--border {GATE}"), (f"--border '{GATE}=-100h'", f"--border {GATE}"),
    ("--border =-1h", "--border =-1h"), (f"--border '{GATE}'", f"--border {GATE}"),
    (f"--border '{GATE}=-1d'", f"--border {GATE}=-1d"), ("--border Kashgar=-1h", "--border Kashgar"),
    ("--tariff KAZ:CHN=1e9", "--tariff KAZ:CHN"), ("--tariff :=2", "--tariff :"), ("--tariff KAZ:=2", "--tariff KAZ:"),
    ("--tariff KAZ=2", "--tariff KAZ"), ("--tariff KAZ:Atlantis=0.5", "--tariff KAZ:Atlantis"),
    ("--tariff KAZ:CHN=nan", "--tariff KAZ:CHN"), ("--tariff KAZ:CHN=-1", "--tariff KAZ:CHN"),
    ("--tariff KAZ:CHN=50%", "--tariff KAZ:CHN=50%"), ("--tariff KAZ:CHN:DEU=0.5", "--tariff KAZ:CHN:DEU"),
    ("--tariff Georgia:CHN=0.5", "--tariff Georgia:CHN"), ("--tariff KAZ:KAZ=0.5", "--tariff KAZ:KAZ"),
    ("--scale capex=nan", "--scale capex"), ("--scale capex=1e400", "--scale capex"),
    ("--scale capex=1e300", "--scale capex"), ("--scale capx=2", "--scale capx"),
    ("--scale .capex=2", "--scale .capex"),
    ("--scale railway.=2", "--scale railway."), ("--scale capex", "--scale capex"),
    ("--scale capex=45%", "--scale capex=45%"), ("--scale railway.title=2", "--scale railway.title"),
    ("--without railway --scale railway.capex=2", "--scale railway.capex"),
    ("--without railway --set railway.capex=2", "--set railway.capex"),
    ("--set railway.capx=2", "--set railway.capx"), ("--set capex=2", "--set capex=2"),
    ("--set railway.capex=lots", "--set railway.capex"), ("--set railway.capex=-5", "--set railway.capex"),
    ("--set railwy.capex=5", "--set railwy.capex"), ("--set railway.opening=1800", "--set railway.opening"),
    ("--without railwy", "--without railwy"), ("--without ''", "--without ''"),
    ("--assume rail_speed", "--assume rail_speed"), ("--assume rail_sped=5", "--assume rail_sped"),
    ("--close nowhere", "--close nowhere"), ("--year 1066", "--year 1066"),
    ("--projection no.csv", "--projection no.csv"),
)  # fmt: skip
COMMANDS = (
    ("economy ''", "economy ''"), ("economy Atlantis", "economy Atlantis"), ("economy Georgia", "economy Georgia"),
    ("item railwy", "railwy"), ("item ''", "''"), ("item railway --without railway", "railway"),
    ("item railway --economy Atlantis", "economy Atlantis"), ("compare", "compare"),
    ("compare --economy Atlantis --without railwy", "economy Atlantis"), ("compare a b", "a"),
    ("explain real_incom --economy KAZ", "indicator real_incom"),
    ("explain real_income --economy Atlantis", "economy Atlantis"), ("worth railwy", "item railwy"),
    ("stress nowhere", "nowhere"), ("stress suez --close nowhere", "--close nowhere"),
    ("stress suez --assume rail_sped=5", "--assume rail_sped"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("command", "place"), [*((f"economy KAZ {words}", place) for words, place in OPTIONS), *COMMANDS]
)
def test_each_is_refused_with_its_place_a_reason_and_a_remedy(command: str, place: str, monkeypatch) -> None:
    def solve(*_: object, **__: object) -> None:
        raise AssertionError("something is solved")

    monkeypatch.setattr("samarkand.world.store.open_world", lambda _: WORLD)
    monkeypatch.setattr("samarkand.appraisal.find_baseline", solve)
    monkeypatch.setattr("samarkand.worth.worth.find_baseline", solve)
    done = CliRunner().invoke(app, [*shlex.split(command), "--programme", str(PROGRAMME)])
    assert isinstance(done.exception, Faults), done.exception
    faults = done.exception.faults
    assert any(fault.place.startswith(place) for fault in faults), faults
    for fault in faults:
        assert fault.reason
        assert re.search(r"[.?]$", fault.mend), fault
        # Neither a measure that nobody wrote nor a power of ten that digits could say.
        assert not re.search(r"measure (at|duties)-|\de\+0", str(fault)), fault
