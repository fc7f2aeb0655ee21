"""Limits on the embedded world with the default programme: what is promised of them holds there too."""

from __future__ import annotations

import numpy as np
import pytest
from docs.limits_by_hand import wider, worth

from samarkand.appraisal import find_baseline, find_state
from samarkand.core.progress import quiet
from samarkand.engines.equilibrium.measures import calc_real_income_hat
from samarkand.limiting import JOINT
from samarkand.programme.channels import capacity as channel
from samarkand.session import Session
from samarkand.solving import energy_of
from samarkand.state import Counterfactual, State
from samarkand.world.freight import capacity
from samarkand.world.freight.capacity import calc_flow, per_unit
from samarkand.world.freight.trade_costs import iceberg_cost_hat
from soaking import ALL

PROGRAMME, YEAR = "eurasian-corridors", 2035
EXACT = 1e-9
BY_HAND = 2e-3  # second order of a step of 5 per cent
WIDER = (0.02, 0.05) if ALL else (0.05,)


def last_state(session: Session, *, limits: bool) -> State:
    """All that is open by the year, before anything is assessed."""
    asked = session.ask(PROGRAMME, years=(YEAR,), limits=limits)
    schedule = session.schedule(asked)
    baseline = find_baseline(asked, session)
    return find_state(asked, schedule, baseline, session, quiet, len(schedule.states) - 1)


@pytest.mark.slow
@pytest.mark.soak
def test_prices_of_both_states_hold_flows_to_the_capacities() -> None:
    """Panama and the containers of Dostyk are full as published. Certified by both sums, and on the links: the trade of
    the solution is laid anew by the search that lays all freight, which knows of no column and no share but those that
    it is given."""
    state = last_state(Session(), limits=True)
    before, after = state.solved.baseline.gates.limits, state.freight.limits
    assert max(before.residual, after.residual, after.joint_residual) <= JOINT
    full = [name for name, price in after.prices.items() if price > 0]
    assert {"panama", "dostyk_containers"} <= set(full)
    work = state.unpaid.assignment
    parameters = state.assumptions.parameters
    for one, price, flow in zip(after.facilities, after.price, after.flow, strict=True):
        limit = one.capacity * per_unit(one.unit, parameters)
        assert flow <= limit * (1 + JOINT), one.id
        laid = calc_flow(work, one.place, one.unit, parameters)
        assert laid <= one.capacity * (1 + 2 * JOINT), one.id
        if price > 0:
            assert flow == pytest.approx(limit, rel=JOINT)
            assert laid == pytest.approx(one.capacity, rel=2 * JOINT)
    setting, unlimited = state.solved.baseline.setting, state.freight.unlimited
    assert unlimited is not None
    priced, plain = (
        state.solved.trade_costs.freight,
        iceberg_cost_hat(unlimited.costs, setting.commodities, part=setting.surface_part),
    )
    dearer = np.abs(priced - plain) > EXACT
    of_lines = energy_of(setting).known(setting.world.accounts.trade_flow)
    assert of_lines.any()
    assert not (dearer & of_lines).any()  # oil and gas of lines and terminals pay no price
    assert dearer.any()
    more_capacity_by_hand(state.solved)


def more_capacity_by_hand(whole: Counterfactual) -> None:
    """Containers at Dostyk, 5 per cent more, and 2 by `make soak`. All 277,400 TEU pay, so that shippers save the fall
    of the price times what passes on the mean: the rule of half. The accounts hold what goods are worth as they leave,
    V a TEU; the equilibrium takes it for what buyers pay for goods delivered, V + C, and gains the part V / (V + C) of
    what shippers save (`docs.limits_by_hand`): 0.77 here, of goods whose way costs 30 per cent of what they are worth.
    It is all of the difference."""
    for part in WIDER:
        more = wider(whole, "dostyk_containers", part)
        prices = [one.freight.limits.prices["dostyk_containers"] for one in (whole, more)]
        assert 0 < prices[1] < prices[0]
        area = 277_400 * (1 + part / 2) * (prices[0] - prices[1]) / 1e6
        found = worth(whole, more, "dostyk_containers")
        assert abs(found.others) < 0.01 * area
        assert found.area - found.others == pytest.approx(area, rel=2 * JOINT)
        assert found.saved == pytest.approx(found.area, rel=BY_HAND)
        assert found.equilibrium == pytest.approx(found.gained, rel=BY_HAND)
        assert found.equilibrium / found.area == pytest.approx(0.764, rel=0.01)


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.skipif(not ALL, reason="two states of the embedded world more: by `make soak`")
def test_an_empty_table_is_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    off = last_state(session, limits=False)
    for module in (capacity, channel):
        monkeypatch.setattr(module, "capacities", tuple)
    on = last_state(session, limits=True)
    assert on.freight.limits is not None
    assert not any(on.freight.limits.prices.values())
    for ours, theirs in (
        (on.before_financing.trade_flow, off.before_financing.trade_flow),
        (calc_real_income_hat(on.with_), calc_real_income_hat(off.with_)),
        (on.iceberg_cost_hat.to_numpy(), off.iceberg_cost_hat.to_numpy()),
    ):
        assert np.array_equal(np.isnan(ours), np.isnan(theirs))
        assert ours == pytest.approx(theirs, rel=EXACT, nan_ok=True)
