"""Limits together with payments of transit: who earns the rent of a full place, on the toy world and by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from limit_cases import KHORGOS, ROWS, SAMARA, WORLD, YEAR, declare_with, last_state, row, tonnes_laid
from samarkand import carriage as paying
from samarkand.appraisal import appraise
from samarkand.carriage import paying_ways
from samarkand.core.conventions import REST_OF_WORLD, Floats
from samarkand.engines.equilibrium import payments_in, verify
from samarkand.engines.equilibrium.measures import calc_equivalent_variation
from samarkand.engines.equilibrium.solution import Solution
from samarkand.limiting import JOINT
from samarkand.session import Session
from samarkand.solving import part_by_route
from samarkand.state import State
from samarkand.world.freight import place_prices, transit_payments
from samarkand.world.freight.capacity import CapacityRow
from samarkand.world.freight.transit_payments import paying_tariffs, transit_surplus
from samarkand.world.network.transit_tariffs import TransitTariff, transit_tariffs
from toy import ECONOMIES, toy_programme

WORLD_TRADE = float(WORLD.accounts.trade_flow.sum())
SOLVED = 1e-9
BOTH = {"limits": True, "transit_payments": True}
KAZ = ECONOMIES.index("KAZ")
SUEZ = (row("suez", "suez", 3000, price="rent"),)


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch):
    """Other capacities than those of the table, and operators of those with a rent; what tariffs pay."""

    def put(
        rows: Sequence[CapacityRow], earn: dict[str, str] | None = None, tariffs: Sequence[TransitTariff] = ()
    ) -> None:
        declare_with(monkeypatch, rows)
        for module in (place_prices, transit_payments):
            monkeypatch.setattr(module, "operators", lambda: {"suez": "EGY", **(earn or {})})
        monkeypatch.setattr(paying, "paying_tariffs", lambda: tuple(tariffs))

    return put


def changes(state: State) -> tuple[Floats, Floats]:
    """By hand: price times what passes, with less without, of each full place; and prices themselves."""
    both = state.solved.place_prices
    assert both is not None
    without, with_ = both
    return (with_.paid - without.paid) / 1e6, with_.price


def same(one: Solution, other: Solution, within: float = SOLVED) -> None:
    for name in ("price_hat", "expenditure", "private_spending", "trade_flow"):
        mine, theirs = (getattr(each, name) for each in (one, other))
        assert mine == pytest.approx(theirs, rel=within), name


def test_the_operator_gains_what_shippers_pay(declare) -> None:
    """One full place, the railway from Almaty to Samara, its rent Kazakhstan's, no tariff besides: with the item it
    takes 45 m t in place of 30 and costs less. By hand, price times tonnes laid, with less without."""
    declare([row("samara", SAMARA, 30, raised_by="faster-line", raised_to=45, raised_source="made up", price="rent")],
            {"samara": "KAZ"})  # fmt: skip
    state = last_state(Session(), **BOTH)
    before, after = (one.price[0] for one in state.solved.place_prices)
    by_hand = after * tonnes_laid(state, SAMARA, True) - before * tonnes_laid(state, SAMARA, False)
    assert abs(by_hand) > 1.0  # US$ m a year
    carriage = payments_in(state.before_financing)
    assert carriage.received[KAZ] == pytest.approx(by_hand, rel=1e-5)
    assert np.delete(carriage.received, KAZ) == pytest.approx(np.zeros(6), abs=SOLVED * WORLD_TRADE)
    assert carriage.paid.sum() == pytest.approx(by_hand, rel=1e-5)
    # By seller as the table of full places has it, of the same prices and trade.
    without, with_ = (one.by_seller[0] / 1e6 for one in state.solved.place_prices)
    assert carriage.paid.sum(axis=1) == pytest.approx(with_ - without, rel=1e-5, abs=1e-5 * abs(by_hand))


def test_prices_and_trade_agree_with_the_rents_in_it(declare) -> None:
    """The certificate, and tonnes of the solution laid anew: nothing above a capacity, no price where there is room."""
    declare([one.model_copy(update={"price": "rent"}) for one in ROWS], {"samara": "KAZ", "khorgos": "KAZ"},
            paying_tariffs())  # fmt: skip
    state = last_state(Session(), **BOTH)
    limits = state.freight.limits
    assert limits is not None
    assert max(limits.residual, limits.joint_residual) <= JOINT
    for one in limits.facilities:
        place = {"khorgos": KHORGOS, "samara": SAMARA, "suez": "suez"}[one.id]
        used = tonnes_laid(state, place, True) / one.capacity
        assert used <= 1 + 2 * JOINT, one.id
        if limits.prices[one.id] > 0:
            assert used == pytest.approx(1.0, rel=2 * JOINT), one.id
    for solution in (state.before_financing, state.with_):
        assert verify(solution) <= 1e-7
        assert solution.certificate.carriage <= 1e-8
        carriage = payments_in(solution)
        assert abs(carriage.paid.sum() - carriage.received.sum()) <= SOLVED * WORLD_TRADE
        assert abs(solution.transfer.sum()) <= SOLVED * WORLD_TRADE
    money = changes(state)[0].sum()
    assert abs(money) > 1.0


def test_every_tonne_turned_aside_is_found_on_its_way(declare) -> None:
    """All tariffs, ways with limits, first ways and others: what goods pass by seller and buyer adds up to what is
    laid, in the world as it is and with the programme."""
    declare(ROWS, None, paying_tariffs())
    state = last_state(Session(), **BOTH)
    declare(ROWS, None, transit_tariffs())  # of which most pay nobody inside the equilibrium
    baseline = state.solved.baseline
    setting = baseline.setting
    energy = state.energy
    for one, solution, work in (
        (baseline.state, state.without, state.assignment_without),
        (state.freight, state.before_financing, state.unpaid.assignment),
    ):
        assert one.limits is not None
        assert len(one.limits.layers) > 1  # goods are on other ways than their first
        use = paying_ways(setting, baseline.freight, one).use(one.limits)
        trade = setting.labelled(solution.trade_flow)
        payments = paying.TransitPayments(
            setting.commodities,
            setting.world.accounts.trade_flow,
            (),
            energy,
            part_by_route(setting),
            use,
        )
        found = payments.passing(use, trade).sum(axis=(1, 2))
        laid = work.passing.to_series()
        known = laid.notna().to_numpy()
        assert known.sum() >= 4
        assert found[known] == pytest.approx(laid.to_numpy()[known], rel=1e-6)


def test_ways_with_limits_earn_other_tolls(declare) -> None:
    """With full places other tonnes pass, and the railway of Kazakhstan earns its surplus on these."""
    declare(
        [one for one in ROWS if one.id != "suez"],
        None,
        [one for one in paying_tariffs() if one.kind == "railway"],
    )
    state = last_state(Session(), **BOTH)
    laid = [
        work.passing.sel(tariff="kazakhstan_rail")
        for work in (state.assignment_without, state.unpaid.assignment)
    ]
    surplus = transit_surplus()["kazakhstan_rail"].share
    by_hand = float(laid[1] - laid[0]) * 0.0235 * surplus / 1e6
    got = payments_in(state.before_financing).received
    assert got[KAZ] == pytest.approx(by_hand, rel=1e-5, abs=1e-3)
    assert abs(by_hand) > 0.1


def test_no_capacity_is_payments_alone(declare) -> None:
    declare((), None, paying_tariffs())
    on, off = (last_state(Session(), transit_payments=True, limits=limits) for limits in (True, False))
    same(on.with_, off.with_)
    same(on.before_financing, off.before_financing)


def test_carriage_in_the_economies_that_sell_and_buy_is_limits_alone(declare) -> None:
    """Goods on the railways of Germany are its own, and full places have queues: nobody is paid more."""
    tariff = next(one for one in transit_tariffs() if one.id == "kazakhstan_rail")
    declare([one for one in ROWS if one.id != "suez"], None, [tariff.model_copy(update={"economy": "DEU"})])
    own, plain = last_state(Session(), **BOTH), last_state(Session(), limits=True)
    same(own.before_financing, plain.before_financing)
    same(own.with_, plain.with_)


def test_a_queue_is_no_income(declare) -> None:
    """The same place, its price a queue: nobody receives it, and the world is poorer by what the rent brings.

    From 45 to 60 m t what passes is worth US$ 560 m less; from 30 to 45 the two amounts would nearly cancel, and what
    is left of them is of the size of what terms of trade do."""
    declare([row("samara", SAMARA, 45, raised_by="faster-line", raised_to=60, raised_source="made up")])
    queue = last_state(Session(), **BOTH)
    assert payments_in(queue.before_financing).size == 0.0
    declare([row("samara", SAMARA, 45, raised_by="faster-line", raised_to=60, raised_source="made up", price="rent")],
            {"samara": "KAZ"})  # fmt: skip
    rent = last_state(Session(), **BOTH)
    more = calc_equivalent_variation(rent.before_financing) - calc_equivalent_variation(
        queue.before_financing
    )
    received = payments_in(rent.before_financing).received[KAZ]
    assert more.sum() == pytest.approx(received, rel=0.05)  # terms of trade go from one to another
    assert np.sign(more[KAZ]) == np.sign(received)


def test_the_order_of_questions_changes_nothing(declare) -> None:
    """Limits after payments, before them, and twice, in one session or in another of its own."""
    declare(ROWS, None, paying_tariffs())
    first = last_state(Session(), **BOTH).with_
    for before in (
        [{"transit_payments": True}], [{"limits": True}], [{}, BOTH], [{"limits": True}, {"transit_payments": True}],
    ):  # fmt: skip
        session = Session()
        others = [last_state(session, **terms).with_ for terms in before]
        again = last_state(session, **BOTH).with_
        for name in ("trade_flow", "transfer", "price_hat"):
            assert np.array_equal(getattr(again, name), getattr(first, name)), (before, name)
        for terms, other in zip(before, others, strict=True):
            if terms != BOTH:
                assert not np.array_equal(other.trade_flow, first.trade_flow)
                assert np.array_equal(last_state(session, **terms).with_.trade_flow, other.trade_flow)


def test_a_closed_canal_loses_its_rent_too(declare) -> None:
    """Suez full without the programme, its rent Egypt's, in the rest of the world: closed, all of it is lost, of goods
    on their way in the accounts; the certificate holds."""
    declare(SUEZ, {"suez": "GEO"})
    session = Session()
    calm, shut = (last_state(session, closures=names, **BOTH) for names in ((), ("suez",)))
    open_ = calm.solved.place_prices[0]
    assert open_.price[0] > 0
    got = payments_in(shut.without).received
    assert got[ECONOMIES.index(REST_OF_WORLD)] == pytest.approx(-open_.paid[0] / 1e6, rel=1e-6)
    for solution in (shut.without, shut.before_financing, shut.with_):
        assert verify(solution) <= 1e-7
        carriage = payments_in(solution)
        assert abs(carriage.paid.sum() - carriage.received.sum()) <= SOLVED * WORLD_TRADE
    for limits in (shut.solved.baseline.gates.limits, shut.freight.limits):
        assert max(limits.residual, limits.joint_residual) <= JOINT


def test_the_ledger_counts_rents_once(declare) -> None:
    """Real income holds both ends: all rows of the equilibrium add up to it, and no other owner has rents."""
    declare(ROWS, None, paying_tariffs())
    found = appraise(toy_programme(WORLD), WORLD, session=Session(), years=(2033, YEAR), **BOTH)
    gain, ledger = found.by_year("real_income_unpaid_value"), found.ledger
    held = ledger.select(owner="equilibrium").total(["year", "economy"])
    for (year, code), value in held.items():
        assert value == pytest.approx(float(gain.sel(year=year, economy=code)), rel=1e-9, abs=1e-6)
    assert not len(ledger.select(margin="scarcity_rent", owner="direct"))
    rents, fees = (ledger.select(margin=name).to_dataframe() for name in ("scarcity_rent", "transit_income"))
    for rows in (rents, fees):
        assert abs(rows["central"].sum()) <= 1e-6 * np.abs(rows["central"]).sum()
    last = rents[(rents["year"] == YEAR) & (rents["party"] == "operators")].set_index("economy")["central"]
    by_hand = changes(found.timeline.last)[0][
        list(found.timeline.last.solved.place_prices[0].ids).index("suez")
    ]
    assert last[REST_OF_WORLD] == pytest.approx(by_hand, rel=1e-9)
    assert abs(by_hand) > 0.1  # US$ m a year: not what rounding leaves of two amounts
    earned = fees[(fees["year"] == YEAR) & (fees["party"] == "carriers")].set_index("economy")["central"]
    state = found.timeline.last
    assert earned[REST_OF_WORLD] == pytest.approx(
        payments_in(state.before_financing).received[ECONOMIES.index(REST_OF_WORLD)] - by_hand,
        abs=1e-4 * abs(by_hand),
    )
