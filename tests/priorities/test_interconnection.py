"""Two grids and a line between them: the hand solution of two nodes, equal prices, rent, and faults of files.

    A   100 MW at 10, 100 MW at 50 US$/MWh, demand 60        B   100 MW at 30, 200 MW at 80, demand 120

Without a line A pays 10 and B 80. With room for all, A's cheap plant sends its 40 MW to spare, B's runs at 80 MW, and
both pay 30. With 15 MW prices stay at 10 and 80 and the line earns 15 x 70 an hour.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from samarkand.cli import app
from samarkand.core.faults import Faults
from samarkand.priorities.environment.grid_files import Grids, read_grids
from samarkand.priorities.environment.interconnection import (
    Dispatch,
    Line,
    compare,
    interconnect,
    missing_packages,
    solve_dispatch,
)
from samarkand.priorities.environment.interconnection_page import tables_of

GENERATORS = (
    "generator,node,capacity,cost,intensity\n"
    "a1,KGZ,100,10,0\na2,KGZ,100,50,0.4\nb1,PAK,100,30,0.9\nb2,PAK,200,80,0.7\n"
)
needs_pypsa = pytest.mark.skipif(
    bool(missing_packages()), reason=f"needs the extra power: {', '.join(missing_packages())} not installed"
)
NEAR = 1e-6  # HiGHS holds its tolerances at 1e-7


def folder_of(folder: Path, hours: int = 1, **files: str) -> Path:
    demand = "".join(f"{hour},KGZ,60\n{hour},PAK,120\n" for hour in range(hours))
    texts = {"generators.csv": GENERATORS, "demand.csv": "hour,node,demand\n" + demand}
    for name, text in (texts | {key.replace("_csv", ".csv"): text for key, text in files.items()}).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def grids(tmp_path) -> Grids:
    return read_grids(folder_of(tmp_path, hours=2))


def by_hand(hours: int, price: tuple[float, float], made: tuple[float, ...], sent: float | None) -> Dispatch:
    """The same in every hour; generation of a1, a2, b1, b2."""
    flow = np.zeros((hours, 0)) if sent is None else np.tile([sent, 0.0], (hours, 1))
    return Dispatch(np.tile(price, (hours, 1)), np.tile(made, (hours, 1)), np.zeros((hours, 2)), flow)


ALONE = by_hand(2, (10.0, 80.0), (60.0, 0.0, 100.0, 20.0), None)
WITH_ROOM = by_hand(2, (30.0, 30.0), (100.0, 0.0, 80.0, 0.0), 40.0)
CONGESTED = by_hand(2, (10.0, 80.0), (75.0, 0.0, 100.0, 5.0), 15.0)


def test_what_the_hand_solution_is_worth(grids):
    """Without 600 + 4,600 an hour, with room 1,000 + 2,400: 1,800 saved; no rent where both prices are equal."""
    found = compare(grids, Line(("KGZ", "PAK"), 50.0), ALONE, WITH_ROOM)
    assert found.saved == pytest.approx(1_800 * 8760e-6)
    assert found.rent == 0.0
    assert found.congested_share == 0.0
    assert found.sent == pytest.approx((40 * 8.76, 0.0))
    assert found.emissions == pytest.approx(8760 * (-20 * 0.9 - 20 * 0.7))


def test_a_congested_line_earns_what_prices_differ_by(grids):
    found = compare(grids, Line(("KGZ", "PAK"), 15.0), ALONE, CONGESTED)
    assert found.saved == pytest.approx(1_050 * 8760e-6)  # 15 MW at 10 in place of 80
    assert found.rent == pytest.approx(15 * 70 * 8760e-6)
    assert found.rent_of_each_end == found.rent / 2
    assert found.congested_share == 1.0
    assert found.prices_with == {"KGZ": 10.0, "PAK": 80.0}


def same(found: Dispatch, hand: Dispatch) -> None:
    for name in ("prices", "generation", "unserved", "flow"):
        np.testing.assert_allclose(getattr(found, name), getattr(hand, name), atol=1e-5, err_msg=name)


@needs_pypsa
def test_pypsa_finds_the_hand_solution(grids):
    same(solve_dispatch(grids, None), ALONE)
    same(solve_dispatch(grids, Line(("KGZ", "PAK"), 50.0)), WITH_ROOM)
    same(solve_dispatch(grids, Line(("KGZ", "PAK"), 15.0)), CONGESTED)


@needs_pypsa
def test_prices_are_equal_on_a_line_with_room_and_differ_by_its_losses(grids):
    free = solve_dispatch(grids, Line(("PAK", "KGZ"), 500.0))
    np.testing.assert_allclose(free.prices[:, 0], free.prices[:, 1], atol=NEAR)
    lossy = solve_dispatch(grids, Line(("KGZ", "PAK"), 500.0, 0.1))
    np.testing.assert_allclose(lossy.prices, np.tile([27.0, 30.0], (2, 1)), atol=NEAR)
    np.testing.assert_allclose(lossy.generation[:, 2], 84.0, atol=1e-5)  # 36 of 40 MW arrive
    found = interconnect(grids, Line(("KGZ", "PAK"), 500.0, 0.1))
    assert found.rent == pytest.approx(0.0, abs=NEAR)


@needs_pypsa
def test_random_hours_equal_the_merit_order_of_one_market():
    """With room both grids are one market: the price is that of the last generator needed, in each of 24 hours."""
    random = np.random.default_rng(5)
    generators = pd.DataFrame(
        {
            "generator": [f"g{number}" for number in range(8)],
            "node": ["KGZ", "PAK"] * 4,
            "capacity": random.uniform(50, 150, 8),
            "cost": random.uniform(5, 120, 8),
            "intensity": random.uniform(0, 1, 8),
        }
    )
    hours = pd.RangeIndex(24, name="hour")
    demand = pd.DataFrame(
        random.uniform(20, 0.4 * generators["capacity"].sum(), (24, 2)), hours, ["KGZ", "PAK"]
    )
    available = pd.DataFrame(random.uniform(0.8, 1.0, (24, 8)), hours, generators["generator"])
    found = solve_dispatch(Grids(generators, demand, available), Line(("KGZ", "PAK"), 1e5))
    order = np.argsort(generators["cost"].to_numpy())
    for hour in range(24):
        room = np.cumsum((generators["capacity"].to_numpy() * available.to_numpy()[hour])[order])
        last = int(np.searchsorted(room, demand.to_numpy()[hour].sum()))
        price = 10_000.0 if last == 8 else generators["cost"].to_numpy()[order][last]
        np.testing.assert_allclose(found.prices[hour], price, rtol=1e-6)


def test_without_the_packages_it_says_what_to_install(grids, monkeypatch):
    module = "samarkand.priorities.environment.interconnection.find_spec"
    monkeypatch.setattr(module, lambda name: None)
    with pytest.raises(Faults, match=r"pip install 'samarkand\[power\]'"):
        solve_dispatch(grids, None)


def test_the_tables_share_the_rent(grids):
    line = Line(("KGZ", "PAK"), 15.0)
    prices, year = tables_of(line, compare(grids, line, ALONE, CONGESTED))
    assert prices.rows == (("KGZ", "10.00", "10.00"), ("PAK", "80.00", "80.00"))
    shown = dict(year.rows)
    assert shown["of it to KGZ, US$ m"] == shown["of it to PAK, US$ m"]
    assert shown["share of hours in which the line is full"] == "100.0 %"


def test_availability_is_read_and_missing_is_all(tmp_path):
    text = "hour,generator,share\n0,a1,0.25\n1,a1,1\n"
    found = read_grids(folder_of(tmp_path, hours=2, availability_csv=text))
    assert found.available["a1"].tolist() == [0.25, 1.0]
    assert found.available["b2"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"generators_csv": "generator,node\n"}, "lacks the columns capacity, cost, intensity"),
        ({"generators_csv": GENERATORS + "a3,KGZ,-5,10,0\n"}, "is -5"),
        ({"generators_csv": GENERATORS + "a3,KGZ,many,10,0\n"}, "is many"),
        ({"generators_csv": GENERATORS + "a3,KAZ,5,10,0\n"}, "node KAZ: is in no other file"),
        ({"generators_csv": GENERATORS + "a1,KGZ,5,10,0\n"}, "repeats generator"),
        ({"demand_csv": "hour,node,demand\n0,KGZ,60\n1,PAK,120\n"}, "no demand of every node"),
        ({"demand_csv": "hour,node,demand\n0,KGZ,60\n0,KGZ,60\n"}, "repeats hour and node"),
        ({"availability_csv": "hour,generator,share\n0,a1,1.5\n"}, "is 1.5"),
        ({"availability_csv": "hour,generator,share\n0,a1,0.5\n"}, "lacks hours of a generator"),
        ({"demand_csv": ""}, "cannot be read"),
    ],
)
def test_faults_of_files_say_where(tmp_path, files, said):
    with pytest.raises(Faults) as raised:
        read_grids(folder_of(tmp_path, hours=2, **files))
    assert said in str(raised.value)


def test_all_faults_come_at_once(tmp_path):
    folder = folder_of(tmp_path, generators_csv=GENERATORS + "a3,KGZ,-5,x,0\n", demand_csv="hour,node\n")
    with pytest.raises(Faults) as raised:
        read_grids(folder)
    assert len(raised.value.faults) == 3


def test_a_folder_without_files(tmp_path):
    with pytest.raises(Faults) as raised:
        read_grids(tmp_path)
    assert [fault.place for fault in raised.value.faults] == ["generators.csv", "demand.csv"]


def test_a_dispatch_is_compared_by_value(grids):
    """A line that carries nothing changes nothing."""
    idle = replace(ALONE, flow=np.zeros((2, 2)))
    found = compare(grids, Line(("KGZ", "PAK"), 15.0), ALONE, idle)
    assert (found.saved, found.emissions, found.rent) == (0.0, 0.0, 0.0)


@pytest.fixture
def refused(monkeypatch):
    """What `samarkand carbon` refuses without solving anything: places and reasons."""

    def solve(*_, **__):
        raise AssertionError("it was solved")

    monkeypatch.setattr("samarkand.appraisal.appraise", solve)

    def run(*words) -> list[tuple[str, str]]:
        error = CliRunner().invoke(app, ["carbon", *map(str, words)]).exception
        assert isinstance(error, Faults), error
        return [(fault.place, fault.reason) for fault in error.faults]

    return run


@needs_pypsa
def test_files_items_and_terms_are_checked_together_before_anything_is_solved(refused, tmp_path):
    folder = folder_of(tmp_path, generators_csv=GENERATORS + "a3,KGZ,-5,10,0\n")
    file = ("generators.csv, line 6, capacity", "is -5")
    assert refused("casa-1000x", "--grids", folder) == [file, ("casa-1000x", "is no item of the programme")]
    assert refused("--grids", folder) == [file, ("--grids", "is given without a power line")]
    both = dict(refused("casa-1000", "--grids", folder, "--without", "casa-1000x"))
    assert both.pop(file[0]) == file[1]
    assert len(both) == 1, "what is wrong with the terms is said too, once"


@needs_pypsa
def test_an_item_that_is_no_line_between_the_grids_is_refused_before_anything_is_solved(refused, tmp_path):
    folder_of(tmp_path)
    assert refused("rogun-hydropower", "--grids", tmp_path) == [
        ("item rogun-hydropower", "is no power line with a capacity")
    ]
    folder_of(
        tmp_path,
        generators_csv=GENERATORS.replace("KGZ", "KAZ"),
        demand_csv="hour,node,demand\n0,KAZ,60\n0,PAK,9\n",
    )
    ((place, reason),) = refused("casa-1000", "--grids", tmp_path)
    assert place == "item casa-1000"
    assert reason.endswith("the nodes of demand.csv are KAZ, PAK")
