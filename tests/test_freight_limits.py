"""Prices of full gates on the toy network: capacities are kept on the links themselves, and by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
import xarray as xr

from samarkand.core.faults import Faults
from samarkand.world.freight import model as freight_model
from samarkand.world.freight import origin_weights
from samarkand.world.freight.assignment import (
    FreightWork,
    calc_freight_work,
    calc_tonnes,
    calc_unit_loads,
    calc_volumes,
    mode_shares,
)
from samarkand.world.freight.capacity import Facility, calc_flow, find_place
from samarkand.world.freight.commodities import freight_table
from samarkand.world.freight.limited_freight import turn_aside
from samarkand.world.freight.limits import GatedFreight
from samarkand.world.freight.mode_choice import MODES
from samarkand.world.freight.model import FreightModel, prepare_freight
from samarkand.world.freight.origins import OriginRow
from samarkand.world.freight.priced_places import Goods, Limits, find_gates, flows_at
from samarkand.world.freight.trade_costs import DIFFERENCES
from toy import make_toy_world

KEPT = 1e-6  # promised of capacities and of complementarity
ROUNDING = 1e-9
KHORGOS, FERRY, POTI, GDANSK, SUEZ = (
    "crossing:khorgos_altynkol_rail", "crossing:aktau_baku_road", "port:GEPTI", "port:PLGDN", "suez",
)  # fmt: skip


class Toy(NamedTuple):
    model: FreightModel
    goods: Goods
    tonnes: xr.DataArray
    boxes: xr.DataArray
    work: FreightWork

    def facility(self, place: str, part: float, unit: str = "m t a year") -> Facility:
        """A place that takes a part of what passes it without limits."""
        found = find_place(place, self.model.network, self.model.parameters)
        flow = calc_flow(self.work, found, unit, self.model.parameters)
        return Facility(place, place, unit, part * flow, "queue", found)

    def limit(self, *facilities: Facility, **start: float) -> Limits:
        gates = find_gates(facilities, self.work)
        gated = GatedFreight(self.model, self.model.update_routes(()), (), facilities, gates)
        flows = flows_at(facilities, self.work, self.model.parameters)
        assert gated.passing(self.goods) == pytest.approx(flows, rel=ROUNDING)
        return gated.solve(self.goods, np.zeros(len(facilities)), start)

    def lay(self, limits: Limits) -> FreightWork:
        share, aside = turn_aside(limits, self.model, mode_shares(self.model))
        network, parameters = self.model.network, self.model.parameters
        return calc_freight_work(network, parameters, self.tonnes, share, (), self.boxes, aside=aside)

    def borne(self, limits: Limits) -> float:
        """US$ a year by which logsums rise for all that is carried, prices included."""
        return float((self.goods.volume.transpose(2, 0, 1) * limits.differences[0]).sum())


# China's grain from Kashgar and Tianjin, 3 to 1; Shanghai and Urumqi have none.
FIELDS = {
    ("CHN", "agriculture"): tuple(
        OriginRow(
            economy="CHN", sector="agriculture", place="made up", lat=lat, lon=lon, amount=amount, unit="Mt", year=2022,
            source="made up", flag="assumed",
        )
        for lat, lon, amount in ((39.0, 76.0, 3.0), (39.0, 117.0, 1.0))
    )
}  # fmt: skip


@pytest.fixture(scope="module", params=["goods of people", "goods of fields"])
def toy(request: pytest.FixtureRequest) -> Iterator[Toy]:
    """The toy network, with all goods where people live, and with grain from elsewhere: there and back differ then."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "goods of fields":
            for module in (origin_weights, freight_model):
                patch.setattr(module, "origin_rows", lambda: FIELDS)
        yield make_toy()


def make_toy() -> Toy:
    world = make_toy_world()
    parameters = world.assumptions.parameters
    model = prepare_freight(world.network, parameters, world.labels)
    table = freight_table(world.assumptions.freight).sel(sector=list(world.accounts.sectors))
    flow = world.accounts.trade_flow
    tonnes, boxes = (calc(flow, table) for calc in (calc_tonnes, calc_unit_loads))
    goods = Goods.of(model.economies, calc_volumes(flow, table), tonnes, boxes)
    work = calc_freight_work(world.network, parameters, tonnes, mode_shares(model), (), boxes)
    return Toy(model, goods, tonnes, boxes, work)


def full(toy: Toy) -> list[Facility]:
    return [toy.facility(KHORGOS, 0.5), toy.facility(GDANSK, 0.6, "TEU a year"), toy.facility(SUEZ, 0.7)]


def test_gates_hold_what_they_can_on_their_links(toy: Toy) -> None:
    """What is laid on the links and at the ports anew is the capacity, where there is a price; nothing is lost."""
    facilities = [*full(toy), toy.facility(POTI, 3.0)]
    limits = toy.limit(*facilities)
    assert limits.residual <= KEPT
    assert list(limits.price > 0) == [True, True, True, False]
    laid = toy.lay(limits)
    for one, flow in zip(facilities, limits.flow, strict=True):
        on_links = calc_flow(laid, one.place, one.unit, toy.model.parameters)
        assert on_links == pytest.approx(flow / (1e6 if one.unit == "m t a year" else 1.0), rel=KEPT)
        assert on_links <= one.capacity * (1 + KEPT)
    assert float(laid.tonnes.sum()) == pytest.approx(float(toy.work.tonnes.sum()), rel=ROUNDING)
    assert laid.stranded == pytest.approx(toy.work.stranded, abs=1.0)  # tonne


def test_a_gate_that_is_left_aside_fills_and_is_priced(toy: Toy) -> None:
    """Khorgos turns goods to other gates; one that was just wide enough for its own is full then."""
    before = toy.limit(toy.facility(KHORGOS, 0.3))
    sea = calc_flow(toy.lay(before), toy.facility(SUEZ, 1.0).place, "m t a year", toy.model.parameters)
    assert sea > toy.facility(SUEZ, 1.0).capacity
    both = toy.limit(toy.facility(KHORGOS, 0.3), toy.facility(SUEZ, 1.0))
    assert both.price[1] > 0
    assert both.residual <= KEPT


def test_what_is_paid_is_what_facilities_receive(toy: Toy) -> None:
    limits = toy.limit(*full(toy))
    assert limits.paid == pytest.approx(limits.price * limits.flow, rel=KEPT)


def test_no_capacity_and_a_wide_one_are_no_limit(toy: Toy) -> None:
    for limits in (toy.limit(), toy.limit(toy.facility(KHORGOS, 1.0), toy.facility(SUEZ, 5.0))):
        assert limits.differences is None
        assert not limits.price.any()
        share = mode_shares(toy.model)
        assert turn_aside(limits, toy.model, share) == (share, ())


def test_a_gate_that_barely_binds_changes_next_to_nothing(toy: Toy) -> None:
    """Prices rise from nothing: at 99.999 per cent of what passes, shares and costs move by that order."""
    limits = toy.limit(toy.facility(KHORGOS, 0.99999))
    full_price = toy.limit(toy.facility(KHORGOS, 0.5)).price[0]
    assert 0 < limits.price[0] < 1e-3 * full_price
    assert toy.borne(limits) < 1e-3 * toy.borne(toy.limit(toy.facility(KHORGOS, 0.5)))


@pytest.mark.parametrize("place", [KHORGOS, SUEZ, GDANSK])
def test_a_wider_gate_never_raises_costs_nor_its_price(toy: Toy, place: str) -> None:
    """At fixed trade the sum of logsums falls, prices included: with one gate its price does."""
    found = [toy.limit(toy.facility(place, part)) for part in (0.4, 0.5, 0.65, 0.8, 0.95)]
    for narrow, wide in pairwise(found):
        assert wide.price[0] <= narrow.price[0] * (1 + KEPT)
        assert toy.borne(wide) <= toy.borne(narrow) * (1 + KEPT)


@pytest.mark.parametrize("gate", range(3))
def test_a_wider_gate_among_others_never_raises_costs_less_what_is_paid(toy: Toy, gate: int) -> None:
    facilities = full(toy)
    net = []
    for factor in (1.0, 1.1, 1.25):
        one = replace(facilities[gate], capacity=factor * facilities[gate].capacity)
        limits = toy.limit(*facilities[:gate], one, *facilities[gate + 1 :])
        net.append(toy.borne(limits) - float(limits.paid.sum()))
    assert all(later <= earlier + KEPT * abs(earlier) for earlier, later in pairwise(net))


@pytest.mark.parametrize("place", [SUEZ, POTI])
def test_what_goods_do_at_the_prices_of_a_solution_is_the_solution(toy: Toy, place: str) -> None:
    """Gdansk is full of what turns to it, and has room without a price when its users, too, choose among ways."""
    priced, other = toy.facility(place, 0.7), toy.facility(GDANSK, 100.0)
    turned = toy.limit(priced, other).flow[1]
    facilities = [priced, replace(other, capacity=0.999e-6 * turned)]  # m t
    gates = find_gates(facilities, toy.work)
    gated = GatedFreight(toy.model, toy.model.update_routes(()), (), facilities, gates)
    nothing = np.zeros(2)
    found = gated.solve(toy.goods, nothing)
    assert found.price[0] > 0
    assert found.price[1] == 0
    again = gated.at_prices(toy.goods, nothing, found.price)
    np.testing.assert_allclose(again.flow, found.flow, rtol=KEPT)
    assert gated.settle(again, toy.goods, nothing).joint_residual <= KEPT
    np.testing.assert_allclose(gated.solve(toy.goods, nothing, found.prices).flow, found.flow, rtol=KEPT)


def test_prices_near_the_answer_lead_to_the_same(toy: Toy) -> None:
    cold = toy.limit(*full(toy))
    warm = toy.limit(*full(toy), **{name: 0.9 * price for name, price in cold.prices.items()})
    assert warm.price == pytest.approx(
        cold.price, rel=1e-3
    )  # by another set of ways: those within the choice's reach
    assert warm.residual <= KEPT


def test_goods_without_another_way_are_a_fault(toy: Toy) -> None:
    """Azerbaijan and Kazakhstan trade by the ferry alone: what it does not take has no way at any price."""
    with pytest.raises(Faults, match="no other way"):
        toy.limit(toy.facility(FERRY, 0.2))


def test_shares_of_modes_and_their_differences_agree(toy: Toy) -> None:
    """Rail loses through Khorgos what road and sea gain, in the sums that go into costs as in what is laid."""
    limits = toy.limit(toy.facility(KHORGOS, 0.5))
    rows = [DIFFERENCES.index(f"share_{mode}") for mode in MODES]
    shares = limits.differences[rows]
    assert np.abs(shares.sum(axis=0)).max() < ROUNDING
    moved = (toy.lay(limits).tonnes - toy.work.tonnes).to_numpy()
    in_tonnes = (toy.goods.tonnes.transpose(2, 0, 1) * shares).sum(axis=(1, 2, 3))
    assert moved == pytest.approx(in_tonnes, rel=1e-6)
    assert moved[MODES.index("rail")] < 0


def test_a_sharper_choice_of_ways_moves_prices(toy: Toy) -> None:
    """`way_choice_scale` moves results: goods for Gdansk land at other ports the sooner, the sharper they choose."""
    prices = []
    for scale in (5.0, 100.0):
        parameters = toy.model.parameters.replace({"way_choice_scale": scale})
        other = toy._replace(model=prepare_freight(toy.model.network, parameters, toy.model.economies))
        prices.append(other.limit(*full(toy)).price)
    assert not np.allclose(*prices, rtol=1e-4)


def test_a_wider_gate_is_worth_the_area_under_its_price(toy: Toy) -> None:
    """By hand, at fixed trade: cost less what is paid falls by the integral of the price over the tonnes admitted.

    Simpson's rule on five widths from 50 to 90 per cent; its error is of the fourth order of a tenth, some 1e-4.
    """
    parts = np.linspace(0.5, 0.9, 5)
    found = [toy.limit(toy.facility(KHORGOS, float(part))) for part in parts]
    price = np.array([one.price[0] for one in found])
    admitted = found[-1].flow[0] - found[0].flow[0]
    area = admitted / 12.0 * (price @ [1.0, 4.0, 2.0, 4.0, 1.0])
    net = [toy.borne(one) - float(one.paid.sum()) for one in found]
    assert net[0] - net[-1] == pytest.approx(area, rel=1e-3)
    assert admitted * price[-1] < area < admitted * price[0]
