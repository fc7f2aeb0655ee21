"""Users that pass one place by one mode, told by five numbers, do what any user does; a sample stands for all."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest

from samarkand.engines import one_gate_users, users_at_prices
from samarkand.engines.one_gate_users import NO_GATE, PARTS
from samarkand.limiting import goods_of
from samarkand.state import Counterfactual
from samarkand.world.freight import priced_users, subset_gates
from samarkand.world.freight.gated_costs import GatedCosts
from samarkand.world.freight.priced_users import SampledUsers, calc_paid
from test_gated_costs import gates_of, scaled, whole  # noqa: F401 - a fixture
from test_subset_gates import Both, both  # noqa: F401 - a fixture

SHARP = 4.0
ROUNDING = 1e-12
MEASURE = np.array([0, 1, 0])  # of three places
CELLS = 7


class Laid(NamedTuple):
    """As of `priced_users_kernels.lay_users`."""

    first_user: np.ndarray
    first_nest: np.ndarray
    first_way: np.ndarray
    cost: np.ndarray
    gates: np.ndarray
    offset: np.ndarray
    scale: np.ndarray
    share: np.ndarray
    weight: np.ndarray
    cell: np.ndarray


def lay(draw: np.random.Generator, rows: int = 60) -> Laid:
    """Users with up to three modes: first ways pass places, others some, or none; the last nest may be of those that
    pass none."""
    first_user, first_nest, first_way = [0], [0], [0]
    cost, gates, offset, share, scale = [], [], [], [], []
    for _ in range(rows):
        users = int(draw.integers(0, 4))
        first_user.append(first_user[-1] + users)
        for _ in range(users):
            s = draw.uniform(1e-3, 5e-2)
            scale.append(s)
            nests = int(draw.integers(1, 4))
            parts = draw.dirichlet(np.ones(nests))
            free = draw.random() < 0.6 and nests > 1
            for n in range(nests):
                of_rest = free and n == nests - 1
                ways = 1 if of_rest else int(draw.integers(1, 4))
                here = np.r_[0.0, draw.uniform(0.0, 200.0, ways - 1)]
                single = draw.random() < 0.7
                one = int(1 << draw.integers(0, 3))
                for w in range(ways):
                    bits = one if w == 0 or (single and draw.random() < 0.3) else int(draw.integers(0, 8))
                    if single and w:
                        bits = one if draw.random() < 0.3 else 0
                    gates.append(0 if of_rest else bits)
                cost.extend(here)
                spread = np.exp(-SHARP * s * here).sum()
                offset.append((math.log(spread) / SHARP - math.log(parts[n])) / s)
                share.append(parts[n])
                first_way.append(first_way[-1] + ways)
            first_nest.append(first_nest[-1] + nests)
    count = len(scale)
    return Laid(
        *(np.array(one, np.int32) for one in (first_user, first_nest, first_way)),
        np.array(cost), np.array(gates, np.uint8), np.array(offset), np.array(scale), np.array(share),
        draw.uniform(0.0, 1.0, (count, 2)), draw.integers(0, CELLS, (count, 2)).astype(np.int32),
    )  # fmt: skip


def ask(laid: Laid, active: np.ndarray, amounts: np.ndarray, price: np.ndarray) -> list[np.ndarray]:
    """What any users do: costs, what passes, slopes, and what passes on first ways."""
    found = [np.zeros(CELLS), np.zeros((CELLS, 3)), np.zeros((3, 3)), np.zeros((active.size, 3))]
    most = users_at_prices.most_of(laid.first_nest, laid.first_way)
    users_at_prices.price_users(
        most, active, laid.first_user, laid.first_nest, laid.first_way, laid.cost, laid.gates, laid.offset,
        laid.scale, SHARP, laid.weight, laid.cell, amounts, MEASURE, calc_paid(price, MEASURE, 2), *found[:3],
    )  # fmt: skip
    users_at_prices.pass_first(
        active, laid.first_user, laid.first_nest, laid.first_way, laid.gates, laid.share, laid.weight,
        laid.cell, amounts, MEASURE, found[3],
    )  # fmt: skip
    return found


def parted(laid: Laid) -> tuple[Laid, tuple[np.ndarray, ...]]:
    """All others, and those with one place."""
    copy = Laid(*(one.copy() for one in laid))
    gate = np.empty(laid.scale.size, np.uint8)
    size = one_gate_users.mark_users(copy.first_nest, copy.first_way, copy.gates, gate)
    assert size == (gate != NO_GATE).sum()
    one = (
        np.empty(laid.first_user.size, np.int32),
        np.empty((size, PARTS)),
        np.empty((size, 2), np.int32),
        np.empty(size, np.uint8),
    )
    users, nests, ways = one_gate_users.part_users(
        gate, copy.first_user, copy.first_nest, copy.first_way, copy.cost, copy.gates, copy.offset, copy.scale,
        SHARP, copy.share, copy.weight, copy.cell, *one,
    )  # fmt: skip
    assert users + size == laid.scale.size
    assert (users, nests, ways) == (
        copy.first_user[-1],
        copy.first_nest[users],
        copy.first_way[nests],
    )
    return copy._replace(first_nest=copy.first_nest[: users + 1], first_way=copy.first_way[: nests + 1]), one


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("price", [(0.0, 0.0, 0.0), (3.0, 0.0, 11.0), (40.0, 25.0, 70.0), (1e6, 1e6, 1e6)])
def test_users_apart_do_what_they_do_together(seed: int, price: tuple[float, ...]) -> None:
    draw, prices = np.random.default_rng(seed), np.array(price)
    laid = lay(draw)
    others, one = parted(laid)
    assert one[1].size, "some users pass one place"
    assert others.first_user[-1], "some pass several"
    active = np.flatnonzero(draw.random(laid.first_user.size - 1) < 0.7).astype(np.int32)
    amounts = draw.uniform(0.0, 3.0, (CELLS, 3))
    amounts[0] = 0.0  # nothing is sold
    expected, found = ask(laid, active, amounts, prices), ask(others, active, amounts, prices)
    first, of_one, cell, gate = one
    one_gate_users.price_users(active, first, of_one, cell, gate, SHARP, amounts, MEASURE, prices, *found[:3])
    one_gate_users.pass_first(active, first, of_one, cell, gate, amounts, MEASURE, found[3])
    # Of a logsum of nothing what is left of rounding is divided by a scale of a thousandth.
    for mine, theirs, nothing in zip(found, expected, (1e3, 1.0, 1.0, 1.0), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=ROUNDING, atol=ROUNDING * nothing)


def test_one_user_by_hand() -> None:
    """Rail through a full place, rail round it for 20 US$ more, and the sea; a TEU holds two tonnes at 5 US$ each."""
    s, price, holds = 0.01, 5.0, 2.0
    k, pays = SHARP * s, holds * price
    q = math.exp(-k * 20.0) / (1.0 + math.exp(-k * 20.0))
    r = 0.3  # by sea
    of_one = np.array([[q, r, k, 1.0, 0.0]])
    found = [np.zeros(2), np.zeros((2, 1)), np.zeros((1, 1))]
    amounts = np.array([[3.0, 3.0 * holds], [0.0, 0.0]])
    one_gate_users.price_users(
        np.zeros(1, np.int32), np.array([0, 1], np.int32), of_one, np.array([[0, 1]], np.int32),
        np.zeros(1, np.uint8), SHARP, amounts, np.zeros(1, np.int64), np.array([price]), *found,
    )  # fmt: skip
    # Without prices the cheapest way costs c, and the sea as much as gives it its share.
    through, round_, nothing = math.exp(-k * pays), math.exp(-k * 20.0), 1.0 + math.exp(-k * 20.0)
    rail = (1.0 - r) * ((through + round_) / nothing) ** (1.0 / SHARP)
    assert found[0][0] == pytest.approx(-math.log(rail + r) / s, rel=ROUNDING)
    assert found[1][0, 0] == pytest.approx(rail / (rail + r) * through / (through + round_), rel=ROUNDING)
    # What the logsum rises by is the share that pays.
    step = 1e-5
    sides = []
    for sign in (1.0, -1.0):
        moved = math.exp(-k * (pays + sign * step))
        sides.append(-math.log((1.0 - r) * ((moved + round_) / nothing) ** (1.0 / SHARP) + r) / s)
    assert (sides[0] - sides[1]) / (2.0 * step) == pytest.approx(found[1][0, 0], rel=1e-6)


def test_the_toy_world_does_the_same_if_none_stands_apart(
    whole: Counterfactual,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    goods = goods_of(whole.baseline.setting, whole.baseline.setting.world.accounts.trade_flow)
    apart, together = gates_of(whole, GatedCosts), gates_of(whole, GatedCosts)
    assert isinstance(apart, GatedCosts)
    assert isinstance(together, GatedCosts)
    full, prices = np.ones(2, np.bool_), np.array([40.0, 7.0])
    for one in (apart, together):
        one.chosen[:] = True
    first = apart.costs_at(goods, prices, with_slopes=True)

    def none(_nest: np.ndarray, _way: np.ndarray, _gates: np.ndarray, gate: np.ndarray) -> int:
        gate[:] = NO_GATE
        return 0

    monkeypatch.setattr(priced_users.load_compiled(priced_users.ONE_GATE), "mark_users", none)
    second = together.costs_at(goods, prices, with_slopes=True)
    amounts = apart.amounts_of(goods)
    assert any(laid._one[1].size for part in apart.users_at(goods, full)._parts for laid in part)
    assert not any(laid._one[1].size for part in together.users_at(goods, full)._parts for laid in part)
    for mine, theirs in zip(first[1:4], second[1:4], strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-10, atol=1e-10 * np.abs(theirs).max())
    np.testing.assert_allclose(
        apart.users_at(goods, full).first(amounts),
        together.users_at(goods, full).first(amounts),
        rtol=ROUNDING,
    )


def test_a_sample_stands_for_all(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """What it says of flows is near, and of the trade that it was drawn from exact on first ways; answers that count
    are those of all users."""
    full, prices, goods = np.ones(2, np.bool_), np.array([40.0, 7.0]), both.goods
    users, amounts = both.shared.users_at(goods, full), both.shared.amounts_of(goods)
    assert isinstance(users, SampledUsers)
    rows = [sum(one.size for part in some._active for one in part) for some in (users._most, users._others)]
    assert 0 < rows[0] < rows[1], "few have most of the goods"
    assert (users._times >= 1.0).all()
    assert (users._times < 1.0 / subset_gates.MOST + 0.2).all()
    np.testing.assert_allclose(users._times * users._most.first(amounts), users.first(amounts), rtol=ROUNDING)
    at = both.shared.costs_at(goods, prices)
    exact, near = (both.shared._sum(one, goods) for one in (at.through, at.of_most))
    np.testing.assert_allclose(near, exact, rtol=0.1)
    assert not np.array_equal(near, exact)
    # Other goods that pay by what they hold: as far off as the sample, and in the same direction.
    then = scaled(goods, 0.8)
    rough, sure = both.shared.moved(at, then), both.alone.moved(both.alone.costs_at(goods, prices), then)
    own = both.shared.at_own(then, both.others, prices)[0]
    kept = both.shared.left_over(at, then, both.others, prices)[0]
    np.testing.assert_allclose(sure, own - kept, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(rough, sure, rtol=0.2, atol=1e-9)
    # Prices are near those of all users, wherever they are looked for.
    start = both.shared.start(goods, both.others, both.prices)
    near_by = both.shared.start(goods, both.others, both.prices, roughly=True)
    np.testing.assert_allclose(near_by, start, rtol=0.2, atol=1.0)
