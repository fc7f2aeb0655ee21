"""Which part of trade goes by air: little nearby, the declared share over the world."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from samarkand.solving import Setting
from samarkand.world.freight.air_trade import (
    calc_air_pull,
    calc_air_shares,
    calc_surface_part,
    distance_between_economies,
)
from toy import make_toy_world

NEAR, NEAR_KM, FAR_KM = 0.12, 2300.0, 6000.0
ROUNDING = 1e-12


def test_pull_by_hand() -> None:
    """At 4,150 km half of the way from near to far: 0.12 + 0.88 / 2."""
    km = np.array([[0.0, 2300.0], [4150.0, 9000.0]])
    assert calc_air_pull(km, NEAR, NEAR_KM, FAR_KM) == pytest.approx(np.array([[0.12, 0.12], [0.56, 1.0]]))
    assert calc_air_pull(np.array([[np.nan]]), NEAR, NEAR_KM, FAR_KM) == 1.0
    step = calc_air_pull(np.array([[2999.0, 3001.0]]), NEAR, 3000.0, 2000.0)
    assert step.tolist() == [[NEAR, 1.0]]


def test_shares_by_hand() -> None:
    """Two neighbours and one overseas. Of 100 in electronics abroad 40 go between neighbours: with half of all by air,
    A = 0.5 * 100 / (40 * 0.12 + 60) = 0.771605; between neighbours 0.12 of that."""
    flow = np.zeros((3, 3, 1))
    flow[0, 1], flow[1, 0], flow[0, 2], flow[2, 1], flow[2, 2] = 30.0, 10.0, 20.0, 40.0, 1e6
    pull = np.array([[0.12, 0.12, 1.0], [0.12, 0.12, 1.0], [1.0, 1.0, 0.12]])
    air = calc_air_shares(flow, np.array([0.5]), np.array([1.0]), pull)[..., 0]
    assert air[0, 2] == pytest.approx(50.0 / 64.8, rel=ROUNDING)
    assert air[0, 1] == pytest.approx(0.12 * 50.0 / 64.8, rel=ROUNDING)
    part = calc_surface_part(air[..., None], np.array([0.5]), np.array([1.0]))[..., 0]
    assert part[0, 1] == pytest.approx((1.0 - 6.0 / 64.8) / 0.5, rel=ROUNDING)


@given(
    flow=arrays(float, (3, 3, 2), elements=st.floats(0.0, 1e6)),
    share=st.floats(0.0, 0.3),
    km=arrays(float, (3, 3), elements=st.floats(0.0, 2e4)),
)
def test_the_world_has_the_declared_share(flow, share, km) -> None:
    """The mean over all trade abroad is the declared share, where nothing flies more than there is."""
    pull = calc_air_pull(km, NEAR, NEAR_KM, FAR_KM)
    shares, most = np.full(2, share), np.ones(2)
    air = calc_air_shares(flow, shares, most, pull)
    assert (air >= 0.0).all()
    assert (air <= 1.0).all()
    abroad = flow * ~np.eye(3, dtype=bool)[..., None]
    total = abroad.sum(axis=(0, 1))
    for s in np.flatnonzero((total > 1e-6) & (air.max(axis=(0, 1)) < 1.0)):
        assert (abroad[..., s] * air[..., s]).sum() / total[s] == pytest.approx(share, rel=1e-9, abs=1e-12)


def test_what_is_near_alone_is_as_it_was() -> None:
    """Where all economies are neighbours the share is the declared one, and the part one."""
    pull = np.full((3, 3), NEAR)
    flow = np.random.default_rng(1).random((3, 3, 4))
    share, most = np.array([0.0, 0.2, 0.5, 0.9]), np.array([0.0, 1.0, 0.9, 0.95])
    air = calc_air_shares(flow, share, most, pull)
    np.testing.assert_allclose(air, np.broadcast_to(share, air.shape), rtol=ROUNDING)
    np.testing.assert_allclose(calc_surface_part(air, share, most), 1.0, rtol=ROUNDING)


def test_more_rides_between_neighbours() -> None:
    """On the toy world, by the great circle between its economies; oil has one everywhere, as nothing of it flies."""
    world = make_toy_world()
    setting = Setting(world, world.assumptions, "fixed_nominal")
    part = setting.surface_part
    km = distance_between_economies(world.network.cities, world.labels)
    stays = setting.commodities["air_share"].to_numpy() == 0.0
    assert (part.transpose("origin", "destination", "sector").to_numpy()[..., stays] == 1.0).all()
    most = int(setting.commodities["air_share"].to_numpy().argmax())
    flying = part.isel(sector=most).to_numpy()
    ordered = np.argsort(km, axis=None)
    assert (np.diff(flying.ravel()[ordered]) <= ROUNDING).all()
    assert flying.max() > flying.min()


@pytest.mark.parametrize("name", ["air_near_share", "air_near_distance", "air_far_distance"])
def test_each_figure_moves_the_part(name) -> None:
    world = make_toy_world()
    before = Setting(world, world.assumptions, "fixed_nominal").surface_part
    value = world.assumptions.parameters[name]
    changed = world.assumptions.replace({name: value * 0.5})
    after = Setting(world, changed, "fixed_nominal").surface_part
    assert abs(after - before).max() > 1e-6
