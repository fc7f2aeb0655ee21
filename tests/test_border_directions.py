"""Borders by direction: the mean of both ways is what the search takes, and each way divides as the sources say."""

from __future__ import annotations

import pytest

from samarkand.world.freight.path_finder import PathFinder
from samarkand.world.freight.skims import values_of_time
from samarkand.world.network.border_directions import BorderTime, border_times, crossing_directions, direction
from samarkand.world.network.itinerary import Step, reverse
from samarkand.world.network.tables import load_network
from samarkand.world.parameters import load_parameters


@pytest.fixture(scope="module")
def network():
    return load_network()


@pytest.fixture(scope="module")
def table(network):
    return crossing_directions(network, load_parameters())


def test_china_kazakhstan_by_rail_by_hand() -> None:
    """Out of China 33.9 of 33.9 + 53.7, into Kazakhstan 78.0 of 78.0 + 6.8, each side half: 2 x 33.9 / 87.6 = 0.77397
    and 2 x 78 / 84.8 = 1.83962, mean 1.30680. Fees: 2 x 53 / 183 = 0.57923, 2 x 313 / 498 = 1.25703, mean 0.91813."""
    there, back = (direction(*pair, "rail") for pair in (("CHN", "KAZ"), ("KAZ", "CHN")))
    assert there.hours == pytest.approx(1.30680, abs=1e-5)
    assert there.usd == pytest.approx(0.91813, abs=1e-5)
    assert back.hours == pytest.approx(2 - 1.30680, abs=1e-5)
    assert {row.economy for row in there.sources} == {"CHN", "KAZ"}


def test_a_side_without_a_source_divides_evenly() -> None:
    """Azerbaijan has none by road; into Georgia 1.8 of 26 hours: (1 + 2 x 1.8 / 26) / 2 = 0.56923."""
    assert direction("AZE", "GEO", "road").hours == pytest.approx(0.56923, abs=1e-5)
    assert direction("DEU", "FRA", "road")[:2] == (1.0, 1.0)


def test_a_row_of_a_crossing_goes_before_that_of_its_border() -> None:
    """Torkham, out of Pakistan: (2 x 31.6 / 151.6 + 2 x 96 / 144) / 2; at Chaman Afghanistan alone has a source."""
    assert direction("PAK", "AFG", "road", "torkham_road").hours == pytest.approx(
        (2 * 31.6 / 151.6 + 2 * 96 / 144) / 2
    )
    assert direction("PAK", "AFG", "road", "chaman_spin_boldak_road").hours == pytest.approx(
        (1 + 2 * 96 / 144) / 2
    )


def test_the_mean_of_both_ways_is_what_the_search_takes(table) -> None:
    for measure in ("hours", "usd"):
        mean = (table[f"{measure}_ab"] + table[f"{measure}_ba"]) / 2
        assert mean.to_numpy() == pytest.approx(table[measure].to_numpy(), abs=1e-9)
        assert (table[f"{measure}_ab"] >= 0).all()
        assert (table[f"{measure}_ba"] >= 0).all()
    told = table["sources"] != ""
    assert (table.loc[~told, "hours_ab"] == table.loc[~told, "hours"]).all()
    assert 0 < told.sum() < len(table)


def test_every_row_stands_at_a_border_of_the_network(network, table) -> None:
    """A row for a crossing or neighbour that the network does not have would never be used."""
    pairs = {
        (row.mode, frozenset((row.economy_a, row.economy_b)))
        for row in table[["mode", "economy_a", "economy_b"]].itertuples()
    }
    for row in border_times():
        for other in row.neighbours:
            assert (row.mode, frozenset((row.economy, other))) in pairs, (row.economy, other, row.mode)
        assert not row.crossing or row.crossing in set(table["crossing"])
        assert row.flag != "verified" or (row.address and row.read_on)


@pytest.mark.parametrize(
    "wrong",
    [{"out_hours": 3.0}, {"out_hours": -1.0, "in_hours": 3.0}, {"out_usd": 0.0, "in_usd": 0.0}],
    ids=["one direction", "negative", "nothing"],
)
def test_rows_that_say_nothing_are_refused(wrong) -> None:
    given = {
        "economy": "CHN",
        "neighbours": "KAZ",
        "mode": "rail",
        "year": 2022,
        "source": "a",
        "flag": "recalled",
    }
    with pytest.raises(ValueError, match=r"direction|zero"):
        BorderTime.model_validate({**given, **wrong})


def test_ways_there_and_back_differ_at_borders_and_mean_the_same() -> None:
    network, parameters = load_network(), load_parameters()
    ways = PathFinder(network, parameters, values_of_time(parameters)[2])
    there = ways.find("CHN Chongqing", "KAZ Almaty", "rail")
    back = ways.find("KAZ Almaty", "CHN Chongqing", "rail")
    assert there is not None
    assert back is not None
    assert there.hours == pytest.approx(back.hours)
    assert (there.directed_hours + back.directed_hours) / 2 == pytest.approx(there.hours)
    assert (there.directed_usd + back.directed_usd) / 2 == pytest.approx(there.usd)
    border = next(step for step in there.steps if step.kind == "border")
    told = direction("CHN", "KAZ", border.mode)
    assert border.own_waiting == pytest.approx(border.waiting_hours * told.hours)
    assert there.directed_hours - there.hours == pytest.approx(border.waiting_hours * (told.hours - 1))


def test_the_other_way_round_is_its_own_inverse() -> None:
    steps = [Step("border", "rail", "KAZ - CHN", 0.0, 0.0, 30.0, 300.0, (), 45.0, 270.0)]
    (back,) = reverse(steps)
    assert (back.name, back.own_waiting, back.own_usd) == ("CHN - KAZ", 15.0, 330.0)
    assert reverse([back]) == steps
