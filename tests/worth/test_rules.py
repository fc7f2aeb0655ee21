"""The rules against double counting, one test each where no other file has it.

R1  one owner of a margin of a flow      tests/ledger, tests/worth/test_off_network.py and here
R2  a published total of hours owns the hours of a place: no queue is added to it      here
R3  volumes: published ones less those of the accounts      tests/worth/test_off_network.py
R4  transfers add up to zero      here, tests/ledger
R5  of nested coefficients the largest      here, tests/test_overlaps.py
R6, R7  coefficients on volumes of trade, investment and spreads make no benefit      here
R8  jobs, multipliers, land, agglomeration, lights and market access are never money      here
R9  what looks too good is said to be      here
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import xarray as xr

from samarkand.core.evidence import Evidence
from samarkand.ledger.claims import claims_of_kind, clashes
from samarkand.ledger.margins import margins
from samarkand.programme.channels.recognition import TradeCostChange, trade_cost_hat
from samarkand.programme.model.kinds import kinds
from samarkand.programme.model.models import Project
from samarkand.world.parameters import load_parameters, table_names
from samarkand.worth import Worth, appraise_worth
from samarkand.worth.page import item_page
from toy import make_toy_world, toy_programme

TABLES = ("worth.csv", "worth_channels.csv")


@pytest.fixture(scope="module")
def worth() -> Worth:
    world = make_toy_world()
    return appraise_worth(toy_programme(world), world, years=(2035,))


def test_r1_no_kind_has_two_owners_of_a_margin_of_a_flow() -> None:
    for kind in kinds():
        assert not list(clashes(claims_of_kind(kind))), kind


def test_r2_r8_there_is_no_margin_for_what_is_counted_elsewhere() -> None:
    """Jobs, land, density and access are no margins at all; queues are one where no published hours, dwell, speeds or
    running times hold them (`test_queues.py`), and no kind has it that has no such place."""
    assert set(margins()["queue_hours"].kinds) == {"rail", "port", "dry_port", "border_crossing"}
    never = ("job", "multiplier", "land", "agglomeration", "light", "access", "investment")
    for row in margins().values():
        words = f"{row.margin} {row.title}".lower().replace("_", " ").split()
        assert not any(word.startswith(never) for word in words), row.margin


def test_r4_a_fare_moves_nothing_but_the_split(worth: Worth) -> None:
    """And every transfer adds up to zero over economies and parties, in every year."""
    table = worth.ledger.to_dataframe()
    moved = table[table["transfer"]].groupby(["item", "margin", "year"])["central"].sum()
    assert (moved.abs() < 1e-9).all()
    for one in worth.assessed:
        without = replace(
            one, streams=tuple(stream for stream in one.streams if not margins()[stream.margin].transfer)
        )
        assert without.flows() == pytest.approx(one.flows(), rel=1e-12)


def test_r5_of_two_coefficients_on_one_pair_the_larger_holds() -> None:
    labels = {"origin": ["AAA", "BBB"], "destination": ["AAA", "BBB"], "sector": ["metals"]}
    ones = xr.DataArray(1.0, labels, ("origin", "destination", "sector"))
    small, large = (TradeCostChange("x", ("BBB",), ("AAA",), ("metals",), hat) for hat in (0.98, 0.95))
    both = trade_cost_hat([small, large], ones)
    assert float(both.sel(origin="AAA", destination="BBB", sector="metals")) == 0.95
    assert float(both.min()) == 0.95


def test_r6_r7_no_coefficient_on_volumes_investment_or_spreads_is_a_benefit() -> None:
    """What acts on volumes acts by costs; interest has a margin of its own, which two kinds alone may have."""
    parameters = load_parameters()
    for name in (name for table in TABLES for name in table_names(table)):
        text = parameters.evidence(name)
        assert not any(word in name for word in ("export_growth", "trade_growth", "fdi", "spread")), name
        assert text.source, name
    assert margins()["interest"].kinds == ("disclosure_rule", "guarantee_facility")


def test_r9_a_return_above_a_quarter_and_assumed_figures_are_said(
    worth: Worth, make: Callable[..., Project]
) -> None:
    one = max(worth.assessed, key=lambda one: one.values(0.09).benefit_cost_ratio)
    assert one.life is not None
    cheap = replace(one, life=replace(one.life, capex=one.life.capex * 1e-3, upkeep=0.0))
    rich = replace(one, life=replace(one.life, capex=one.life.capex * 1e6))
    assert cheap.rate_of_return().value > 0.25
    assert "above 25%" in " ".join(item_page(replace(worth, items={one.item.id: cheap}), one.item.id).lead)
    assert "above 25%" not in " ".join(item_page(replace(worth, items={one.item.id: rich}), one.item.id).lead)
    share = Evidence(value=0.5, unit="fraction", source="own choice", flag="assumed")
    item = one.item.model_copy(update={"attributes": (("adoption_share", share),)})
    lead = item_page(replace(worth, items={one.item.id: replace(one, item=item)}), one.item.id).lead
    assert any("assumed: adoption_share" in line for line in lead)
