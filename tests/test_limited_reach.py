"""What each item does given all others, with limits: each item left out has prices of full places of its own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from limit_cases import ROWS, WORLD, YEAR, declare_with, last_state
from samarkand.analysis.flows import freight
from samarkand.analysis.transit import transit_table
from samarkand.appraisal import appraise
from samarkand.limiting import JOINT
from samarkand.result import Appraisal
from samarkand.session import Session
from toy import toy_programme

PROGRAMME = toy_programme(WORLD)
REACH = ("project_pairs", "project_reach", "project_cost_saving")
CLOSE = 1e-5  # of costs: prices of two searches agree to one part in a million of capacities
LEFT_OUT = ("faster-line", "sea-port")  # one that raises a capacity, and one that does not
CLOSED = "crossing:khorgos_altynkol_rail"


@pytest.fixture(autouse=True)
def declared() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        declare_with(patch, ROWS)
        yield


def ask(session: Session, **terms: object) -> Appraisal:
    return appraise(PROGRAMME, WORLD, session=session, years=(YEAR,), **{"limits": True, **terms})


@pytest.mark.parametrize("terms", [{}, {"transit_payments": True}, {"closures": (CLOSED,)}])
def test_each_item_left_out_is_the_programme_without_it(terms: dict[str, object]) -> None:
    """Costs with an item left out are those of the programme without it, solved anew with limits."""
    session = Session()
    left_out = ask(session, reach=True, **terms).timeline.last.left_out.result()
    items = left_out["project"].to_numpy().tolist()
    assert set(LEFT_OUT) <= set(items)
    without_limits = ask(session, reach=True, limits=False, **terms).timeline.last.left_out.result()
    for item in LEFT_OUT:
        anew = last_state(Session(), limits=True, without=item, **terms)
        assert anew.freight.limits.joint_residual <= JOINT
        cost = anew.freight.costs["generalised_cost"].sel(state="with", variant="logsum", drop=True)
        found = left_out.sel(project=item, drop=True).transpose(*cost.dims)
        assert found.to_numpy() == pytest.approx(cost.to_numpy(), rel=CLOSE, nan_ok=True), item
    both = left_out.sel(project=without_limits["project"])
    assert np.nanmax(np.abs(both / without_limits - 1)) > 1e-3  # prices are in it


def test_reach_with_limits_is_the_same_in_all_orders() -> None:
    """Asked first, after the question without it, and after the same without limits."""
    first = ask(Session(), reach=True)
    after, mixed = Session(), Session()
    plain = ask(after)
    assert plain.array("project_pairs").isnull().all()
    ask(mixed, reach=True, limits=False)
    for other in (ask(after, reach=True), ask(mixed, reach=True)):
        for name in REACH:
            mine, theirs = (one.array(name).to_numpy() for one in (first, other))
            assert np.array_equal(np.isnan(mine), np.isnan(theirs)), name
            assert mine == pytest.approx(theirs, rel=CLOSE, abs=CLOSE, nan_ok=True), name
    for name in ("real_income", "trade_cost"):
        mine, theirs = (one.array(name).to_numpy() for one in (first, plain))
        assert mine == pytest.approx(theirs, rel=1e-6, abs=1e-9), name
    assert float(first.array("project_pairs").sel(project="faster-line")) > 0


def test_transit_income_with_limits_is_that_of_goods_on_their_ways_with_prices() -> None:
    """The indicator beside the table of places, which lays freight anew."""
    found = ask(Session(), reach=True)
    table = transit_table(freight(PROGRAMME, world=WORLD, session=Session(), year=YEAR, limits=True))
    railway = table.set_index("tariff").loc["kazakhstan_rail"]
    for state, within in (("without", 1e-5), ("with", 1e-3)):  # the table has the trade after payment
        mine = float(found.array("transit_income", state).sel(economy="KAZ", case="railway"))
        assert mine == pytest.approx(float(railway[f"income_{state}"]), rel=within)
        assert mine > 0
