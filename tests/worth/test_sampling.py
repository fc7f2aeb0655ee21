"""Values as projects of a class turned out: seeded draws whose quantiles are those of the distribution."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from samarkand.engines.project_values import calc_present_value
from samarkand.priorities.reference_fit import Fitted, class_of
from samarkand.programme.model.models import Project
from samarkand.world.economies.facts import Facts
from samarkand.world.parameters import Parameters
from samarkand.worth.item_worth import ItemWorth
from samarkand.worth.life import life_of
from samarkand.worth.passengers import passenger_streams
from samarkand.worth.sampling import delay_of, delayed, draw, sample, sampled_net_values

RATE = 0.09
TRIPS = {"passengers": 1e7, "passenger_hours_before": 5.0, "passenger_hours_after": 3.0}


def worth_of(item: Project, facts: Facts, parameters: Parameters) -> ItemWorth:
    streams, gaps = passenger_streams(item, facts, parameters, parameters, parameters)
    return ItemWorth(
        item, life_of(item, parameters), tuple(streams), {}, {}, {}, tuple(gaps), parameters, None
    )


def test_quantiles_of_draws_are_those_of_the_distribution(make: Callable[..., Project]) -> None:
    """Draws stand in the middle of each thousandth: a quantile lies within the thousandths beside it."""
    found = class_of(make("rail"), "cost")
    assert isinstance(found, Fitted)
    of = found.distribution
    drawn = draw(of, 1000, np.random.default_rng(3))
    for share in (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99):
        assert of.quantile(share - 1e-3) <= np.quantile(drawn, share) <= of.quantile(share + 1e-3)
    assert drawn.mean() == pytest.approx(of.mean, rel=2e-3)  # the last thousandth is cut at its middle
    np.testing.assert_array_equal(drawn, draw(of, 1000, np.random.default_rng(3)))
    assert (drawn != draw(of, 1000, np.random.default_rng(4))).any()


def test_a_value_by_hand(make: Callable[..., Project], facts: Facts, parameters: Parameters) -> None:
    """With no passengers only the cost is drawn: the value falls by the capital cost times the overrun."""
    one = worth_of(make("rail"), facts, parameters)
    found = class_of(one.item, "cost")
    assert isinstance(found, Fitted)
    life = one.life
    assert life is not None
    net, drawn = sampled_net_values(one, RATE)
    assert drawn == ("cost",)
    capital = calc_present_value(life.spending(), RATE)
    sure = calc_present_value(one.flows(), RATE)
    expected = [sure - capital * (found.distribution.quantile(share) - 1) for share in (0.9, 0.5, 0.1)]
    sampled = sample(one, RATE)
    assert sampled is not None
    assert sampled[:3] == pytest.approx(
        expected, rel=5e-3
    )  # a thousandth at the tenth is some 0.2 % of the value
    assert sampled.above_zero == (net > 0).mean() == 0
    half = worth_of(make("rail", status="construction"), facts, parameters)
    assert sampled_net_values(half, RATE)[0].std() == pytest.approx(0.5 * net.std(), rel=1e-9)


def test_passengers_are_drawn_in_place_of_the_share_of_the_forecast(
    make: Callable[..., Project], facts: Facts, parameters: Parameters
) -> None:
    """The mean of draws is that of the class: 0.486 of the forecast, where the value as it stands has 0.49."""
    given = parameters.replace({"overrun_share_under_contract": 0.0})
    one = worth_of(make("rail", status="construction", **TRIPS), facts, given)
    net, drawn = sampled_net_values(one, RATE)
    assert drawn == ("demand",)
    parts = one.parts(RATE)
    mean = sum(parts.values()) + parts["passenger_hours"] * (0.486 / given["rail_forecast_use"] - 1)
    assert net.mean() == pytest.approx(mean, rel=5e-3)
    assert net.std() > 0


def test_what_is_in_service_or_has_no_spread_is_not_drawn(
    make: Callable[..., Project], facts: Facts, parameters: Parameters
) -> None:
    assert sample(worth_of(make("rail", status="in_service", **TRIPS), facts, parameters), RATE) is None
    assert sample(worth_of(make("power_plant", fuel="hydro"), facts, parameters), RATE) is None
    assert delay_of(worth_of(make("rail", status="in_service"), facts, parameters)) == 0


def test_a_delay_is_the_mean_of_the_class_on_the_years_of_construction(
    make: Callable[..., Project], facts: Facts, parameters: Parameters
) -> None:
    """45 % of four years are two: open in 2032, spent over six years, and worth less."""
    one = worth_of(make("rail", status="in_service", **TRIPS), facts, parameters)
    late = delayed(one, delay_of(worth_of(make("rail"), facts, parameters)))
    assert late.life is not None
    assert (late.life.start, late.life.opening) == (2026, 2032)
    assert late.life.spending()[:7] == pytest.approx([150] * 6 + [0])
    assert calc_present_value(late.benefits(), RATE) < calc_present_value(one.benefits(), RATE)
