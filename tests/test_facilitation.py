"""Facilitation without published hours: growth of trade as a fall of costs, by hand; the largest and never the sum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from samarkand.appraisal import appraise, find_baseline, find_state
from samarkand.core.progress import quiet
from samarkand.programme.channels.facilitation import (
    FacilitationChange,
    beside_measured,
    facilitated_hat,
)
from samarkand.programme.files.checks import programme_of
from samarkand.programme.files.tables import to_tables
from samarkand.programme.library import surroundings
from samarkand.programme.model.models import Programme
from samarkand.session import Session
from samarkand.state import State
from samarkand.world.network.link_changes import LinkChange
from toy import make_toy_world, toy_programme

WORLD = make_toy_world()
YEAR = 2035
CODES, SECTORS = ["CHN", "KGZ", "DEU"], ["machinery", "textiles"]
THETA = xr.DataArray([4.0, 8.0], {"sector": SECTORS}, ("sector",))


def figure(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "source": "made up", "flag": "assumed"}


def programme(*measures: dict[str, Any]) -> Programme:
    tables = to_tables(toy_programme(WORLD))
    given = {"economies": ["CHN", "KGZ"], "status": "in_service", "opening": {"date": 2026}}
    tables["measure"] = [
        *tables.get("measure", ()),
        *({**given, **one, "title": one["id"]} for one in measures),
    ]
    return programme_of(tables, surroundings(WORLD))


RULES = {
    "id": "rules", "kind": "ecommerce_facilitation", "importers": ["DEU", "CHN"], "exporters": ["CHN", "DEU"],
}  # fmt: skip
DOCUMENTS = {
    "id": "documents", "kind": "digital_trade_documents", "importers": ["CHN", "DEU"], "exporters": ["DEU", "CHN"],
    "crossing": [{"economies": ["CHN", "KGZ"]}],
}  # fmt: skip


def freight(value: float) -> xr.DataArray:
    return xr.DataArray(
        np.full((3, 3, 2), value), {"origin": CODES, "destination": CODES, "sector": SECTORS},
        ("origin", "destination", "sector"),
    )  # fmt: skip


def change(growth: float, item: str = "a") -> FacilitationChange:
    return FacilitationChange(item, ("CHN", "KGZ"), ("CHN",), ("machinery",), growth)


def state_of(of: Programme, session: Session) -> State:
    asked = session.ask(of, WORLD, years=(YEAR,))
    schedule, baseline = session.schedule(asked), find_baseline(asked, session)
    return find_state(asked, schedule, baseline, session, quiet, schedule.in_force[YEAR])


def test_costs_fall_so_that_trade_grows_by_what_was_found() -> None:
    """theta 4 and 2 %: 1.02 to the power -1/4 = 0.99506 off the named pair and sector alone."""
    hat = facilitated_hat([change(0.02)], THETA, freight(1.0))
    assert float(hat.sel(origin="CHN", destination="KGZ", sector="machinery")) == pytest.approx(
        0.9950615, abs=1e-7
    )
    assert float((hat**-THETA).sel(origin="CHN", destination="KGZ", sector="machinery")) == pytest.approx(
        1.02
    )
    assert int((hat != 1.0).sum()) == 1  # not at home, no other sector


def test_of_several_coefficients_the_largest_counts() -> None:
    both = facilitated_hat([change(0.02), change(0.05, "b"), change(0.01, "c")], THETA, freight(1.0))
    xr.testing.assert_identical(both, facilitated_hat([change(0.05)], THETA, freight(1.0)))


@pytest.mark.parametrize(("measured", "together"), [(0.9, 0.9), (0.99, 0.95), (1.0, 0.95), (1.1, 1.1 * 0.95)])
def test_beside_measured_hours_the_larger_counts_and_no_sum(measured: float, together: float) -> None:
    """Freight of 0.9 by measured hours holds a coefficient of 0.95; one of 0.99 is held by it. Pairs without measured
    hours have both."""
    clears = LinkChange("x", "clearance", "sea", target="KGZ", name="import", hours_saved=5.0)
    found = beside_measured(freight(0.95), freight(measured), [clears], WORLD) * freight(measured)
    assert float(found.sel(destination="KGZ").min()) == pytest.approx(together)
    assert float(found.sel(destination="DEU").min()) == pytest.approx(0.95 * measured)


def test_a_crossing_with_measured_hours_is_that_of_its_two_economies() -> None:
    gate = next(row for row in WORLD.network.geography.crossings if set(row.economies) == {"CHN", "KGZ"})
    hours = LinkChange("x", "crossing", gate.mode, target=gate.id, hours_saved=5.0)  # type: ignore[arg-type]
    found = beside_measured(freight(0.95), freight(0.9), [hours], WORLD)
    both = found.sel(origin="CHN", destination="KGZ"), found.sel(origin="KGZ", destination="CHN")
    assert all(float(one.min()) == 1.0 for one in both)
    assert float(found.sel(origin="CHN", destination="DEU").max()) == 0.95


def test_it_reaches_the_equilibrium_and_only_through_its_pairs() -> None:
    session = Session()
    without, with_ = (state_of(programme(*given), session) for given in ((), (RULES,)))
    (found,) = with_.change.facilitation
    assert found.growth == with_.assumptions.parameters["facilitation_trade_growth"]
    ratio = with_.trade_costs.hat / without.trade_costs.hat
    theta = with_.assumptions.elasticities.values().sel(sector=ratio["sector"])
    pair = (ratio**-theta).sel(origin="CHN", destination="DEU", sector=["agriculture", "metals", "machinery"])
    assert pair.to_numpy() == pytest.approx(1 + found.growth, rel=1e-12)
    assert float(ratio.sel(sector="business").min()) == 1.0
    assert float(ratio.sel(origin="KAZ").min()) == 1.0
    xr.testing.assert_identical(with_.trade_costs.freight, without.trade_costs.freight)
    gain = appraise(programme(RULES), WORLD, years=(YEAR,), session=session)["real_income_unpaid_value"]
    before = appraise(programme(), WORLD, years=(YEAR,), session=session)["real_income_unpaid_value"]
    assert float((gain - before).sel(economy="DEU")) > 0


def test_own_hours_or_fees_are_the_effect_and_no_coefficient_is() -> None:
    session = Session()
    hours = {"hours_before": figure(6, "hours"), "hours_after": figure(5, "hours")}
    measured = state_of(programme({**DOCUMENTS, **hours}), session).change
    assert measured.facilitation == ()
    by_coefficient = state_of(programme(DOCUMENTS, RULES), session).change
    assert [one.item for one in by_coefficient.facilitation] == ["documents", "rules"]
    half = {**RULES, "coverage_share": figure(0.5, "fraction")}
    growth = by_coefficient.facilitation[1].growth
    assert state_of(programme(half), session).change.facilitation[0].growth == growth / 2
    assert not any(gap.item == "documents" for gap in by_coefficient.not_assessed if gap.what == "effect")


def test_without_partners_it_says_what_is_missing() -> None:
    lacks = {name: value for name, value in RULES.items() if name != "exporters"}
    found = state_of(programme(lacks), Session()).change
    assert found.facilitation == ()
    assert "needs importers and exporters" in next(
        gap.reason for gap in found.not_assessed if gap.item == "rules"
    )
