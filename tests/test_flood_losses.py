"""Expected annual loss from links under water on the toy world, by hand from the stress test of each map."""

from __future__ import annotations

import numpy as np
import pytest

from samarkand.core.faults import Faults
from samarkand.planning.flood_losses import expected_flood_losses
from samarkand.planning.stress import stress_test
from samarkand.session import Session
from samarkand.world.network.hazards import find_flooded
from toy import make_toy_world, toy_programme

tifffile = pytest.importorskip("tifffile", reason="tifffile (the extra `hazard`) is not installed")


def write(path, depth):
    """A map between Altynkol and Almaty."""
    keys = (1, 1, 0, 2, 1024, 0, 1, 2, 2048, 0, 1, 4326)
    tags = [
        (34735, "H", len(keys), keys, True),
        (33550, "d", 3, (0.1, 0.1, 0.0), True),
        (33922, "d", 6, (0.0, 0.0, 0.0, 78.0, 44.2, 0.0), True),
    ]
    tifffile.imwrite(path, np.full((10, 10), depth, np.float32), extratags=tags, metadata=None)
    return path


def test_losses_are_the_integral_of_those_of_each_map(tmp_path):
    world, session = make_toy_world(), Session()
    programme = toy_programme(world)
    maps = {10.0: write(tmp_path / "10.tif", 0.05), 100.0: write(tmp_path / "100.tif", 2.0)}
    found = expected_flood_losses(programme, maps, 7.3, world=world, session=session, year=2035)
    assert found.cut[10.0] == 0
    assert found.cut[100.0] >= 2  # the railway and the road
    # 7.3 days are 2 % of a year; nothing at ten years: (0.1 - 0.01) / 2 + 0.01 of the loss of the year.
    case = find_flooded(maps[100.0], world.network, 0.5)
    (tested,) = stress_test(programme, [case], world=world, session=session, year=2035).cases
    income = world.accounts.value_added.sum("sector")
    whole = -(tested.results["real_income"] * income)
    for scenario in ("without", "with"):
        by_hand = (0.02 * (0.045 + 0.01) * whole.sel(scenario=scenario)).to_series()
        mine = found.expected.sel(scenario=scenario).to_series()
        assert mine.to_dict() == pytest.approx(by_hand.to_dict(), rel=1e-6, abs=1e-9)
    assert float(found.expected.sel(scenario="with", economy="KAZ")) > 0
    # Defences for 100 years leave what is rarer than the rarest map.
    kept = expected_flood_losses(
        programme, maps, 7.3, world=world, session=session, year=2035, protection=100.0
    )
    assert kept.expected.to_numpy() == pytest.approx(found.tail.to_numpy())


def test_maps_that_close_nothing_cost_nothing_and_bad_ones_are_all_named(tmp_path):
    world = make_toy_world()
    programme = toy_programme(world)
    dry = expected_flood_losses(
        programme, {10.0: write(tmp_path / "10.tif", 0.01)}, 5.0, world=world, session=Session(), year=2035
    )
    assert dry.stress is None
    assert not dry.expected.any()
    with pytest.raises(Faults, match=r"a.tif: is not a file.*\n.*b.tif: is not a file"):
        expected_flood_losses(
            programme,
            {10.0: tmp_path / "a.tif", 20.0: tmp_path / "b.tif"},
            5.0,
            world=world,
            session=Session(),
        )
