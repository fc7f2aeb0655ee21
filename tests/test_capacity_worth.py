"""More capacity at a full place is worth what it takes off the price, on the toy world without tariffs, by hand."""

from __future__ import annotations

import pytest
from docs.limits_by_hand import Worth, wider, worth

from limit_cases import ROWS, YEAR, declare_with
from samarkand import carriage as paying
from samarkand.appraisal import find_baseline, find_state
from samarkand.core.progress import quiet
from samarkand.session import Session
from samarkand.world.freight import place_prices, transit_payments
from toy import make_toy_world, toy_programme

STEP = 0.02
SECOND_ORDER = 0.005  # of what is told from the mean of both ends of a step, cargoes of a sector among it
OPERATORS = {"suez": "EGY", "khorgos": "KAZ", "samara": "KAZ"}


def of_step(place: str, *, tariffs: bool = False, **terms: object) -> Worth:
    world, session = make_toy_world(tariffs=tariffs), Session()
    asked = session.ask(toy_programme(world), world, years=(YEAR,), limits=True, **terms)
    schedule, baseline = session.schedule(asked), find_baseline(asked, session)
    solved = find_state(asked, schedule, baseline, session, quiet, len(schedule.states) - 1).solved
    return worth(solved, wider(solved, place, STEP), place)


@pytest.mark.parametrize("rule", ["fixed_nominal", "proportional"])
@pytest.mark.parametrize("place", [row.id for row in ROWS])
def test_the_price_falls_for_all_that_passes_and_the_melt_takes_its_part(
    monkeypatch: pytest.MonkeyPatch, place: str, rule: str
) -> None:
    """Shippers save the fall of the price on all that passes, at every full place: the trapezoid. The equilibrium gains
    V / (V + C) of it, and nothing else comes between."""
    declare_with(monkeypatch, ROWS)
    found = of_step(place, deficit_rule=rule)
    assert found.area > 1.0  # US$ m a year
    assert found.saved == pytest.approx(found.area, rel=SECOND_ORDER)
    assert found.equilibrium == pytest.approx(found.gained, rel=SECOND_ORDER)
    assert 0.7 < found.gained / found.saved < 0.9  # C is 10 to 40 per cent of V


def test_tariffs_add_what_they_keep_from_trade(monkeypatch: pytest.MonkeyPatch) -> None:
    """With tariffs trade that grows brings revenue besides: the gain is larger, and no longer by hand."""
    declare_with(monkeypatch, ROWS)
    found = of_step("samara", tariffs=True)
    assert found.saved == pytest.approx(found.area, rel=SECOND_ORDER)
    assert found.equilibrium > found.gained * 1.1


@pytest.mark.parametrize("place", ["samara", "suez"])
def test_rents_inside_the_equilibrium_take_back_the_area_in_money(
    monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Rents are money, whole: what their fall takes from operators is the area less the price of what is admitted. Of
    the area shippers gain V / (V + C) alone. So the world gains less than the price of what is admitted."""
    declare_with(monkeypatch, [one.model_copy(update={"price": "rent"}) for one in ROWS])
    for module in (place_prices, transit_payments):
        monkeypatch.setattr(module, "operators", lambda: OPERATORS)
    monkeypatch.setattr(paying, "paying_tariffs", lambda: ())  # no tolls besides
    found = of_step(place, transit_payments=True)
    rents = found.area - found.admitted
    assert found.equilibrium == pytest.approx(found.gained - rents, abs=0.02 * found.area)
    assert 0 < found.equilibrium < found.admitted
