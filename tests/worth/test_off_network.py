"""Freight outside the network: beside hand sums, and the tonnes that take an item beside those laid on its links."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from samarkand.appraisal import find_baseline
from samarkand.core.evidence import Evidence
from samarkand.programme import Programme
from samarkand.programme.model.models import Point, Project, Section
from samarkand.session import Session
from samarkand.solving import ORDER
from samarkand.state import Counterfactual
from samarkand.world.freight.assignment import calc_tonnes
from samarkand.world.freight.tonnes_by_route import calc_tonnes_cheaper
from samarkand.world.parameters import Parameters
from samarkand.worth import appraise_worth
from samarkand.worth.gains import only
from samarkand.worth.off_network import freight_streams
from toy import make_toy_world, toy_programme

Make = Callable[..., Project]


@pytest.fixture
def line(make: Make) -> Callable[..., Project]:
    """A railway of 300 km in two sections."""
    ends = tuple(Point(name=name, latitude=40, longitude=70) for name in ("A", "B"))
    length = Evidence(value=150, unit="km", source="made up", flag="assumed")
    sections = tuple(Section(effect="new", points=ends, length=length) for _ in range(2))
    return partial(make, "rail", section=sections)


def money(
    item: Project, parameters: Parameters, on_network: float = 0.0, single: tuple[str, ...] = ()
) -> float:
    streams, _ = freight_streams(item, on_network, single, parameters, parameters, parameters)
    return sum(one.total.central for one in streams)


def test_tonnes_by_hand(line: Make, parameters: Parameters) -> None:
    """Four million tonnes a year of an open line, one before, two of the accounts: two are left, 0.9 of them in full.

    200 km at 0.85 - 0.47 US$/TEU-km by road and rail, 18 t in a unit: 4.22 US$ a tonne.
    """
    given = parameters.replace({"freight_diverted_share": 0.8})
    item = line(status="in_service", freight_tonnes=4.0, freight_tonnes_before=1.0, freight_haul=200.0)
    by_hand = 2 * 0.9 * 200 * (0.85 - 0.47) / 18
    assert money(item, given, 2e6, ("AAA",)) == pytest.approx(by_hand)
    assert money(item, given, 0.0, ("AAA",)) == pytest.approx(
        by_hand * 3 / 2
    )  # those before are the larger part now
    planned = line(status="construction", freight_tonnes=4.0, freight_haul=200.0)
    assert money(planned, given, 0.0, ("AAA",)) == pytest.approx(by_hand)  # half of what is published comes
    whole = line(status="in_service", freight_tonnes=2.0)
    assert money(whole, given, 0.0, ("AAA",)) == pytest.approx(by_hand * 0.6 * 300 / 200)
    assert money(whole, given) == pytest.approx(by_hand * 0.6 * 300 / 200 * (0.63 - 0.47) / (0.85 - 0.47))


def test_tonnes_by_hand_where_railways_have_a_rate_of_their_own(line: Make, parameters: Parameters) -> None:
    """One million tonnes on 200 km in Kazakhstan: by road 0.63, by rail 17.9 t at US$ 0.0235 a tonne and kilometre."""
    given = parameters.replace({"freight_diverted_share": 1.0, "own_rail_rates": 1.0})
    item = line(status="in_service", freight_tonnes=1.0, freight_haul=200.0, economies=("KAZ",))
    assert money(item, given) == pytest.approx(200 * (0.63 - 17.9 * 0.0235) / 18)
    both = line(status="in_service", freight_tonnes=1.0, freight_haul=200.0, economies=("KAZ", "AAA"))
    assert money(both, given) == pytest.approx(200 * (0.63 - (17.9 * 0.0235 + 0.47) / 2) / 18)


def test_what_the_accounts_carry_already_is_counted_there_alone(line: Make, parameters: Parameters) -> None:
    """R3: nothing is left where the trade of the accounts, at home and abroad, is as much as is published."""
    item = line(status="in_service", freight_tonnes=2.0)
    streams, (gap,) = freight_streams(item, 2.5e6, (), parameters, parameters, parameters)
    assert not streams
    assert gap.reason == (
        "no goods outside the network: 2.5 m tonnes a year of the accounts take it, 2.0 are expected "
        "of what is published"
    )


def test_both_amounts_are_shown_where_something_is_left(line: Make, parameters: Parameters) -> None:
    _, (gap,) = freight_streams(
        line(status="in_service", freight_tonnes=4.0), 2e6, (), parameters, parameters, parameters
    )
    assert gap.reason == (
        "goods outside the network are what is left: 2.0 m tonnes a year of the accounts take it, 4.0 are expected of "
        "what is published"
    )


def test_what_is_missing_is_named(line: Make, parameters: Parameters) -> None:
    _, (gap,) = freight_streams(line(), 0.0, (), parameters, parameters, parameters)
    assert gap.reason == "goods outside the network not assessed: needs freight_tonnes of the item"
    _, (gap,) = freight_streams(
        line(freight_tonnes=2.0, freight_before="rail"), 0.0, (), parameters, parameters, parameters
    )
    assert gap.reason == "no goods outside the network: they went before at the same rate"
    passengers = line(freight_tonnes=2.0, traffic="passenger")
    assert freight_streams(passengers, 0.0, (), parameters, parameters, parameters) == ([], [])


def test_goods_of_a_port_by_hand(make: Make, parameters: Parameters) -> None:
    """Two of four million tonnes of an open port are left, 0.9 of them in full: 30 US$ and 24 h at 2 US$ a unit of
    18 t."""
    given = parameters.replace({"freight_diverted_share": 0.8, "queue_value_of_time": 2.0})
    figures = {"freight_tonnes": 4.0, "freight_tonnes_before": 2.0, "status": "in_service"}
    saved = {"dwell_before": 48.0, "dwell_after": 24.0, "port_fee_before": 100.0, "port_fee_after": 70.0}
    by_hand = 2 * 0.9 * (30 + 24 * 2) / 18
    assert money(make("port", **figures, **saved), given, 1e6) == pytest.approx(by_hand)
    assert money(make("port", **figures, **saved), given, 3e6) == pytest.approx(by_hand / 2)
    hours = {"hours_before": 30.0, "hours_after": 20.0}
    assert money(make("dry_port", **figures, **hours), given) == pytest.approx(2 * 0.9 * 20 / 18)
    half = given.replace({"queue_value_of_time": 1.0})
    assert money(make("dry_port", **figures, **hours), half) == pytest.approx(0.9 * 20 / 18)
    for item, lacks in (
        (make("port", **figures), "needs dwell_before and dwell_after, port_fee_before and port_fee_after"),
        (make("port", **saved), "needs freight_tonnes of the item"),
    ):
        (streams, [gap]) = freight_streams(item, 0.0, (), given, given, given)
        assert streams == []
        assert lacks in gap.reason
    assert freight_streams(make("port"), 0.0, (), given, given, given) == ([], [])


@pytest.mark.parametrize(
    "name", ["freight_forecast_use", "freight_diverted_share", "freight_haul_share", "freight_load"]
)
def test_every_parameter_moves_it(line: Make, parameters: Parameters, name: str) -> None:
    item = line(freight_tonnes=2.0)
    assert money(item, parameters.replace({name: 0.9 * parameters[name]})) != money(item, parameters)


def test_tonnes_that_take_an_item_are_those_laid_on_its_links() -> None:
    """Without trade at home: routes that cost more without the railway, beside paths searched on its links."""
    world, session = make_toy_world(), Session()
    asked = session.ask(toy_programme(world), world, years=(2035,))
    baseline = find_baseline(asked, session)
    change = only(session.schedule(asked).changes[2035], {"railway"})
    before, after = (
        Counterfactual(baseline, only(change, ())).solve(),
        Counterfactual(baseline, change).solve(),
    )
    laid = after.assignment(()).links
    on_line = laid.loc[laid["item"] == "railway", "tonnes"].max()
    setting = baseline.setting
    flow = baseline.setting.world.accounts.trade_flow.transpose(*ORDER).copy(
        data=after.before_financing.trade_flow
    )
    tonnes = calc_tonnes(flow, setting.commodities)
    found = calc_tonnes_cheaper(
        baseline.freight.baseline, before.freight.against_open, after.freight.against_open, tonnes
    )
    assert found > 0
    # Paths are searched at the nearest of a few values of time; a route is chosen at that of the goods.
    assert found == pytest.approx(on_line, rel=0.05)


def test_goods_of_the_accounts_and_others_are_two_flows_of_the_ledger() -> None:
    """R1, R3: those of the accounts belong to the equilibrium, the others to the direct row; published tonnes move
    nothing but the second."""
    world, session = make_toy_world(), Session()
    programme = toy_programme(world)
    plain = appraise_worth(programme, world, years=(2035,), items=["railway"], session=session).items[
        "railway"
    ]
    figure = Evidence(value=500.0, unit="m t a year", source="made up", flag="assumed")
    items = {"railway": {"freight_tonnes": figure}}
    more = appraise_worth(
        with_figures(programme, items), world, years=(2035,), items=["railway"], session=session
    )
    table = more.ledger.to_dataframe()
    flows = table[table["margin"] == "trade_cost"].groupby("flow")["owner"].unique()
    assert {flow: list(owners) for flow, owners in flows.items()} == {
        "accounts": ["equilibrium"], "outside_accounts": ["direct"],
    }  # fmt: skip
    (of_accounts,) = (one for one in more.items["railway"].streams if one.flow == "accounts")
    assert of_accounts == plain.streams[0]


def with_figures(programme: Programme, figures: dict[str, dict[str, Evidence]]) -> Programme:
    """The programme with further figures of some of its projects."""
    projects = tuple(
        one.model_copy(update={"attributes": (*one.attributes, *figures.get(one.id, {}).items())})
        for one in programme.projects
    )
    return programme.model_copy(update={"projects": projects})
