"""An item on time, one that is late and one that is stalled, by hand; who bears what is at risk."""

from datetime import date
from types import SimpleNamespace

import pytest

from samarkand.core.evidence import Evidence
from samarkand.core.gaps import Gap
from samarkand.priorities.governance import progress as of
from samarkand.programme.model.models import When
from toy import toy_programme

START, PLANNED = When(year=2024, day=date(2024, 1, 1)), When(year=2028, day=date(2028, 1, 1))
HALF_WAY = When(year=2026, day=date(2026, 1, 1))


def railway(share=None, status="construction", **changes):
    """The toy railway, four years by the plan, seen after two of them."""
    (found,) = (item for item in toy_programme().items if item.id == "railway")
    own = dict(found.attributes) | {"planned_opening": PLANNED, "progress_as_of": HALF_WAY}
    if share is not None:
        own["progress"] = Evidence(value=share, unit="fraction", source="made up", flag="assumed")
    changes = {"construction_start": START, "opening": PLANNED, **changes}
    return found.model_copy(update={"status": status, "attributes": tuple(sorted(own.items())), **changes})


def test_an_item_on_time():
    """Half is done after half the time. What is left, two of four years, takes 1.45 x 2 = 2.9: 2026 + 2.9 = 2028.9."""
    item = railway(0.5)
    assert of.slippage_of(item) == 0.0
    assert of.expected_opening(item) == pytest.approx(2028.9, abs=1e-9)
    assert of.opening_at_pace(item) == pytest.approx(2028.0)


def test_an_item_that_is_late():
    """A fifth is done. 0.8 x 4 x 1.45 = 4.64: 2030.64. At the pace so far 2 / 0.2 = 10 years from 2024: 2034."""
    item = railway(0.2, opening=When(year=2030, day=date(2030, 1, 1)))
    assert of.slippage_of(item) == pytest.approx(2.0)
    assert of.expected_opening(item) == pytest.approx(2030.64, abs=1e-9)
    assert of.opening_at_pace(item) == pytest.approx(2034.0)


def test_an_item_that_is_stalled_has_no_forecast():
    item = railway(0.2, status="suspended")
    assert "suspended" in of.expected_opening(item)
    assert "suspended" in of.opening_at_pace(item)
    assert "no pace" in of.opening_at_pace(railway(0.0))


def test_what_is_not_known_is_named():
    assert of.expected_opening(railway()) == of.NO_PROGRESS
    assert of.expected_opening(railway(0.5, construction_start=None)) == of.NO_START
    assert of.expected_opening(railway(0.5, status="in_service")) == of.IN_SERVICE
    assert of.expected_opening(railway(0.5, kind="port")) == of.NO_CLASS


def test_what_is_at_risk_is_borne_in_proportion():
    """Parties bear the overrun of 4,000 by their shares, which add up to what the item has above its estimate."""
    item = railway()
    timeline = SimpleNamespace(assumptions=SimpleNamespace(parameters={"overrun_share_under_contract": 0.5}))
    found = of.budget_at_risk(item, timeline)
    overrun = of.overrun_of(item, {"overrun_share_under_contract": 0.5})
    shares = {}
    for line in item.financing:
        shares[line.party] = shares.get(line.party, 0.0) + line.share_of(item.capex)
    assert set(found.change["party"].to_numpy()) == set(shares)
    for party, share in shares.items():
        assert found.change.sel(party=party).item() == pytest.approx(4_000 * share * overrun[0])
        assert found.ranges["change"].high.sel(party=party).item() == pytest.approx(
            4_000 * share * overrun[2]
        )
    none = item.model_copy(update={"financing": ()})
    assert isinstance(of.budget_at_risk(none, timeline), Gap)
