"""The worth of items: lives, exact gains on the toy world, the ledger, and what reads them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from samarkand.appraisal import appraise, find_baseline
from samarkand.core.evidence import Evidence
from samarkand.core.faults import Faults
from samarkand.engines.equilibrium.measures import calc_real_income_hat
from samarkand.ledger.claims import claims_of_kind
from samarkand.priorities.faces import Bars, shown
from samarkand.programme.model.kinds import kinds
from samarkand.programme.model.models import Project
from samarkand.reports.files import write_appraisal
from samarkand.reports.html import render_report
from samarkand.reports.worth_files import write_worth
from samarkand.session import Session
from samarkand.state import Counterfactual
from samarkand.world.parameters import Parameters
from samarkand.worth import ItemWorth, Worth, appraise_worth
from samarkand.worth.life import life_of
from samarkand.worth.outturn import overrun_of
from samarkand.worth.page import item_page, worth_page
from samarkand.worth.streams import Amount, Stream
from toy import make_toy_world, toy_programme

YEAR = 2035


@pytest.fixture(scope="module")
def session() -> Session:
    return Session()


@pytest.fixture(scope="module")
def worth(session: Session) -> Worth:
    world = make_toy_world()
    return appraise_worth(toy_programme(world), world, years=(YEAR,), session=session)


def test_a_life_by_hand(make: Callable[..., Project], parameters: Parameters) -> None:
    """A railway of 1,000 m at economic prices of 0.9, from 2026 to 2030, for 30 of 50 years."""
    life = life_of(make("rail"), parameters)
    assert life is not None
    assert (life.start, life.opening, life.years[-1]) == (2026, 2030, 2059)
    assert life.spending()[:5] == pytest.approx([225, 225, 225, 225, 0])
    assert life.upkeep_by_year()[[3, 4, 33]] == pytest.approx([0, 0.02 * 900, 18])
    assert life.residual()[-2:] == pytest.approx([0, 0.4 * 900])
    assert life_of(make("rail", opening=None), parameters) is None
    assumed = life_of(make("rail", construction_start=None), parameters)
    assert assumed is not None
    assert (assumed.start, assumed.start_is_published) == (2030 - parameters["construction_years"], False)
    own = life_of(make("rail", operating_cost=50.0), parameters)
    assert own is not None
    assert (own.upkeep, own.upkeep_is_published) == (pytest.approx(45), True)


def test_the_course_of_a_stream_by_hand(make: Callable[..., Project], parameters: Parameters) -> None:
    """It ramps up over three years after the opening, and grows from its base year; a displaced cost declines."""
    life = life_of(make("rail"), parameters)
    assert life is not None
    amounts = {("AAA", ""): Amount.sure(1.0)}

    def course(kind: str, growing: bool = True) -> np.ndarray:
        stream = Stream("trade_cost", "accounts", "equilibrium", amounts, kind, 2022, "estimated", "")  # type: ignore[arg-type]
        return life.course_of(stream, "AAA", parameters, None, growing)

    g = 1 + parameters["benefit_growth"]
    assert course("grows")[:8] == pytest.approx([0, 0, 0, 0, g**8 / 4, g**9 / 2, 3 * g**10 / 4, g**11])
    assert course("grows")[-1] == course("grows")[-5]  # growth has ended
    assert course("grows", growing=False)[:8] == pytest.approx([0, 0, 0, 0, 0.25, 0.5, 0.75, 1])
    assert course("declines")[[4, 7, 8]] == pytest.approx([0.25, 0.99**3, 0.99**4])


def test_gains_are_differences_of_exact_equilibria(worth: Worth, session: Session) -> None:
    """Left out and alone are the appraisal of a programme without the item, and of the item alone."""
    world = make_toy_world()
    programme = toy_programme(world)
    acting = [name for name, one in worth.items.items() if one.alone]
    assert len(acting) >= 4
    value = "real_income_unpaid_value"
    full = {"ramp_up_years": 0}
    all_of_it = appraise(programme, world, years=(YEAR,), assumptions=full, session=session)[
        value
    ].to_series()
    order = list(all_of_it.index)
    together = np.array([worth.together[code] for code in order])
    assert together == pytest.approx(all_of_it.to_numpy(), abs=1e-7)  # 1e-14 of incomes of some 1e7
    for name in acting[:2]:
        without = appraise(
            programme, world, years=(YEAR,), without=(name,), assumptions=full, session=session
        )[value].to_series()
        others = tuple(one for one in programme.ids if one != name)
        alone = appraise(programme, world, years=(YEAR,), without=others, assumptions=full, session=session)[
            value
        ]
        one = worth.items[name]
        (stream,) = (stream for stream in one.streams if stream.owner == "equilibrium")
        marginal = np.array([stream.amounts[code, ""].central for code in order])
        # Two solutions, each within the tolerance of the engine, of incomes of some 1e7.
        assert marginal == pytest.approx((all_of_it - without).to_numpy(), abs=1e-5)
        assert np.array([one.alone[code] for code in order]) == pytest.approx(alone.to_numpy(), abs=1e-5)


def test_users_and_the_equilibrium_agree_over_the_world_to_second_order() -> None:
    """Without duties and deficits: with all costs to the power s, the gap to first order falls as s squared.

    The world's income rises by the fall of costs times flows; what one economy pays more another is paid more. The rule
    of half takes the second order with it: what is left is a ten-thousandth.
    """
    world = make_toy_world(tariffs=False)
    session = Session()
    asked = session.ask(toy_programme(world), world, years=(YEAR,), deficit_rule="purged")
    baseline = find_baseline(asked, session)
    change = session.schedule(asked).changes[YEAR]
    setting, hat = baseline.setting, Counterfactual(baseline, change).trade_costs.hat
    order = ("destination", "origin", "sector")
    before = baseline.solution
    gaps = []
    for power in (1.0, 0.5, 0.25):
        after = setting.solve(hat**power)
        real = calc_real_income_hat(after) / calc_real_income_hat(before)
        gained = ((real - 1.0) * before.private_spending).sum()
        fall = -power * np.log(hat.transpose(*order).to_numpy())
        first = (before.trade_flow * fall).sum()
        half = 0.5 * ((before.trade_flow + after.trade_flow) * fall).sum()
        assert gained == pytest.approx(half, rel=1e-4)
        gaps.append(abs(gained - first))
    for large, small in pairwise(gaps):
        assert small == pytest.approx(large / 4, rel=0.1)  # the third order


def test_terms_of_trade_close_the_gap_between_users_and_gains(worth: Worth) -> None:
    one = next(one for one in worth.assessed if one.users)
    (table,) = (
        table
        for table in item_page(worth, one.item.id).tables
        if table.title == "Who gains and who loses a year"
    )
    (name, users, terms, direct, total) = table.rows[-1]
    assert name == "World"
    gained = sum(stream.total.central for stream in one.streams if stream.owner == "equilibrium")
    assert users == shown(sum(one.users.values()), ",.0f")
    assert float(terms.replace(",", "")) == pytest.approx(gained - sum(one.users.values()), abs=1)
    assert float(total.replace(",", "")) == pytest.approx(one_year_of(one), abs=1)
    assert direct


def one_year_of(one: ItemWorth) -> float:
    """What it gives the world in a year of full service."""
    return sum(stream.total.central for stream in one.streams)


def test_items_are_worth_the_same_asked_alone_or_together(worth: Worth, session: Session) -> None:
    world = make_toy_world()
    name = next(one.item.id for one in worth.assessed)
    asked = appraise_worth(toy_programme(world), world, years=(YEAR,), items=[name], session=Session())
    assert list(asked.items) == [name]
    assert asked.items[name].flows() == pytest.approx(worth.items[name].flows(), rel=1e-12)


def test_the_ledger_holds_every_flow_once(worth: Worth) -> None:
    """Rows by year add up to the flows of the items, transfers to zero."""
    table = worth.ledger.to_dataframe()
    by_item = table[~table["transfer"]].groupby(["item", "year"])["central"].sum()
    for one in worth.assessed:
        life = one.life
        assert life is not None
        mine = by_item[one.item.id].reindex(list(life.years), fill_value=0.0)
        assert mine.to_numpy() == pytest.approx(one.flows(), abs=1e-9)
    assert table[table["transfer"]]["central"].sum() == pytest.approx(0, abs=1e-9)


def test_switching_values_bring_the_net_value_to_zero(worth: Worth) -> None:
    one = max(worth.assessed, key=lambda one: one.values(0.09).net.central)
    rate = 0.09
    for margin, change in one.switching_values(rate).items():
        parts = {"capex": -one.life.spending(), "upkeep": -one.life.upkeep_by_year()}  # type: ignore[union-attr]
        part = parts.get(margin, one.benefits(margin=margin))
        moved = (one.flows() + change * part) @ (1 + rate) ** -np.arange(len(part), dtype=float)
        assert moved == pytest.approx(0, abs=1e-9 * np.abs(one.flows()).sum())


def test_channels_alone_and_their_interaction_are_all_there_is(worth: Worth, session: Session) -> None:
    """By hand: the appraisal of a programme with the items of one channel alone, which have no other.

    Nothing alone is nothing, and what channels do to each other is of second order: the product of falls of costs.
    """
    together = sum(worth.together.values())
    assert {"network", "trade_costs"} <= set(worth.channels)
    rest = together - sum(worth.channels.values())
    assert abs(rest) < 0.05 * abs(together)
    assert rest != 0
    (sentence,) = (line for line in worth_page(worth).lead if "By channel" in line)
    assert "own interaction" in sentence
    world = make_toy_world()
    programme = toy_programme(world)
    acting = [item.id for item in programme.items if item.kind == "standards_recognition"]
    others = tuple(name for name in programme.ids if name not in acting)
    alone = appraise(
        programme, world, years=(YEAR,), without=others, assumptions={"ramp_up_years": 0}, session=session
    )["real_income_unpaid_value"]
    assert worth.channels["trade_costs"] == pytest.approx(float(alone.sum()), abs=1e-5)  # as of items above
    none = appraise(programme, world, years=(YEAR,), without=programme.ids, session=session)
    assert float(none["real_income_unpaid_value"].sum()) == pytest.approx(0, abs=1e-5)


def test_costs_and_benefits_alone_add_up_to_all_of_it(worth: Worth) -> None:
    for one in worth.assessed:
        margins = dict.fromkeys(stream.margin for stream in one.streams)
        parts = sum(one.benefits(margin=margin) for margin in margins)
        assert parts == pytest.approx(one.benefits(), rel=1e-12)


def test_bars_end_at_the_net_value(worth: Worth) -> None:
    (bars,) = worth_page(worth).charts
    assert isinstance(bars, Bars)
    net = sum(one.values(0.09).net.central for one in worth.assessed)
    assert bars.values[-1] == pytest.approx(net, rel=1e-9)
    assert sum(bars.values[:-1]) == pytest.approx(net, rel=1e-9)


def test_the_command_adds_a_section_to_the_report(tmp_path: Path) -> None:
    world = make_toy_world()
    appraisal = appraise(toy_programme(world), world, years=(YEAR,))
    write_appraisal(appraisal, tmp_path / "with", appraise_worth(toy_programme(world), world, years=(YEAR,)))
    write_appraisal(appraisal, tmp_path / "without")
    with_, without = ((tmp_path / name / "report.html").read_text() for name in ("with", "without"))
    assert '<section id="worth">' in with_
    assert 'href="#worth"' in with_
    assert 'id="worth"' not in without


def test_pages_show_every_item_and_say_why_one_has_no_figure(worth: Worth) -> None:
    page = worth_page(worth)
    cells = " ".join(cell for table in page.tables for row in table.rows for cell in row)
    for one in worth.items.values():
        assert one.item.title in cells
        if not one.is_assessed:
            assert one.reason
        assert item_page(worth, one.item.id).lead
    assert "nan" not in cells


def test_a_published_return_stands_beside_ours(worth: Worth) -> None:
    one = worth.assessed[0]
    given = Evidence(value=0.125, unit="fraction", source="a bank", note="of an older plan")
    said = replace(one, item=one.item.model_copy(update={"attributes": (("published_return", given),)}))
    page = item_page(replace(worth, items={one.item.id: said}), one.item.id)
    (sentence,) = (line for line in page.lead if "Published" in line)
    assert "12.5 %, a bank (of an older plan); ours is" in sentence


def test_files_hold_every_item(worth: Worth, tmp_path: Path) -> None:
    written = write_worth(worth, tmp_path / "out")
    assert [path.name for path in written] == ["worth-ledger.parquet", "worth.parquet"]
    table = pd.read_parquet(tmp_path / "out" / "worth.parquet")
    assert set(table["item"]) == set(worth.items)
    silent = table[table["net_present_value"].isna()]
    assert (silent["reason"] != "").all()


def test_an_item_that_is_none_is_a_fault() -> None:
    world = make_toy_world()
    with pytest.raises(Faults, match="is not an item of the programme"):
        appraise_worth(toy_programme(world), world, items=["nothing"])
    with pytest.raises(Faults, match=r"is left out of the question\. Ask without --without railway"):
        appraise_worth(toy_programme(world), world, items=["railway"], without=["railway"])


def test_before_it_opens_an_item_says_to_ask_for_a_later_year() -> None:
    world = make_toy_world()
    programme = toy_programme(world)
    late = max(programme.items, key=lambda item: item.opening.year if item.opening else 0)
    assert late.opening is not None
    found = appraise_worth(programme, world, years=(late.opening.year - 1,), items=[late.id])
    assert f"not open by {late.opening.year - 1}: ask for a later year" in found.items[late.id].reason


@pytest.mark.parametrize(
    "name", ["discount_rate", "cost_conversion_factor", "cost_factor", "demand_factor", "benefit_growth",
             "growth_years", "growth_fade_years", "upkeep_share_rail", "useful_life_rail", "asset_life_rail"],
)  # fmt: skip
def test_every_parameter_of_a_life_moves_it(session: Session, worth: Worth, name: str) -> None:
    world = make_toy_world()
    rail = next(one for one in worth.assessed if one.item.kind == "rail" and one.alone)
    value = worth.asked.assumptions.parameters[name]
    other = appraise_worth(
        toy_programme(world), world, years=(YEAR,), items=[rail.item.id], assumptions={name: 0.5 * value},
        session=session,
    ).items[rail.item.id]  # fmt: skip
    mine, theirs = (one.values(one.parameters["discount_rate"]).net.central for one in (rail, other))
    assert not math.isclose(mine, theirs, rel_tol=1e-9)


def test_who_opens_later_spends_longer_and_gains_later(
    make: Callable[..., Project], parameters: Parameters
) -> None:
    life = life_of(make("rail"), parameters.replace({"delay_years": 2}))
    assert life is not None
    assert (life.start, life.opening, life.years[-1]) == (2026, 2032, 2061)
    assert life.spending()[:7] == pytest.approx([150] * 6 + [0])


def test_what_an_item_may_cost_in_the_end(make: Callable[..., Project], parameters: Parameters) -> None:
    """Railways cost 44.7 % more than estimated in the mean: all is to come before the contract, none in service."""
    share = parameters["overrun_share_under_contract"]
    for status, part in (("proposed", 1.0), ("construction", share), ("in_service", 0.0)):
        assert overrun_of(make("rail", status=status), parameters) == pytest.approx(0.447 * part)
    assert overrun_of(make("power_plant", fuel="nuclear"), parameters) == pytest.approx(1.173)
    assert overrun_of(make("port"), parameters) == 0
    cheap, dear = (life_of(make("rail"), parameters, overrun) for overrun in (0.0, 0.447))
    assert cheap is not None
    assert dear is not None
    assert dear.spending() == pytest.approx(1.447 * cheap.spending())
    assert dear.upkeep == cheap.upkeep


def test_the_page_of_an_item_shows_it_at_the_cost_of_its_class(worth: Worth) -> None:
    one = next(one for one in worth.assessed if one.at_outturn() is not one)
    assert one.at_outturn().values(0.09).net.central < one.values(0.09).net.central
    (table,) = (
        table for table in item_page(worth, one.item.id).tables if table.title == "Values of the world"
    )
    assert "dearer" in table.rows[-1][0]
    assert "which cost" in table.note


def test_an_appraisal_counts_no_assumption_of_worth(worth: Worth) -> None:
    world = make_toy_world()
    appraisal = appraise(toy_programme(world), world, years=(YEAR,))
    assert "discount_rate" in appraisal.assumptions.names
    assert "discount_rate" not in appraisal.assumed
    assert "real_interest_rate" in appraisal.assumed
    page = worth_page(worth)
    assert "discount_rate_low" in render_report(appraisal, page)
    assert ">discount_rate_low<" not in render_report(appraisal)


def test_parameters_that_give_no_life_are_faults_all_at_once() -> None:
    world = make_toy_world()
    wrong = {"useful_life_rail": 0, "hours_worked": 0, "diverted_share": 1.5, "displaced_cost_decline": 2}
    with pytest.raises(Faults) as error:
        appraise_worth(toy_programme(world), world, assumptions=wrong)
    assert {fault.place for fault in error.value.faults} == {f"assumptions {name}" for name in wrong}


def test_a_measure_with_a_cost_has_rows_of_all_its_costs() -> None:
    """Every kind that claims capital cost claims upkeep and what is left of it too."""
    for kind in kinds():
        margins = {claim.margin for claim in claims_of_kind(kind)}
        assert ("capex" in margins) == ({"upkeep", "residual"} <= margins), kind
