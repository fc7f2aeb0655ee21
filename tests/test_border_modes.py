"""Shares of modes as external trade statistics count them: legs by hand, ways of the toy world, ports of the real."""

from __future__ import annotations

import numpy as np
import pytest
from data.mode_constants import LAND, Fit

from samarkand.analysis.border_modes import (
    BY_CHANNEL,
    CHANNEL,
    FERRY,
    NOT_CROSSED,
    PARTS,
    RAIL,
    ROAD,
    SEA,
    _of_sum,
    find_border_modes,
)
from samarkand.analysis.mode_shares import (
    SHARES,
    Split,
    by_mode,
    calc_split,
    counted_pairs,
    modes_counted,
    pair_weights,
    prepare_borders,
    shares_of_pairs,
)
from samarkand.analysis.observed import FITTED, observed_freight, open_baseline
from samarkand.session import Session, default_session
from samarkand.world.freight.mode_choice import EUROPEAN_UNION, MODES
from samarkand.world.freight.mode_constants import declared_constants
from toy import make_toy_world


@pytest.fixture(scope="module")
def toy():
    return open_baseline(make_toy_world(), Session())


@pytest.fixture(scope="module")
def real(world):
    baseline = open_baseline(world, default_session())
    prepare_borders(baseline, [row.border for row in observed_freight() if row.border])
    return baseline


def test_a_ferry_is_the_sea_and_any_other_crossing_the_mode_of_the_leg():
    crossings = np.array(
        [0.0, 1.0, 3.0, FERRY, 2 * FERRY, FERRY + 1, BY_CHANNEL, BY_CHANNEL + FERRY, BY_CHANNEL + 1]
    )
    by_hand = [NOT_CROSSED, RAIL, RAIL, SEA, SEA, RAIL, CHANNEL, SEA, RAIL]
    assert _of_sum(crossings, RAIL).tolist() == by_hand
    assert np.allclose(PARTS.sum(axis=1), 1.0)
    assert np.array_equal(PARTS[[ROAD, RAIL, SEA]], np.eye(3))
    assert PARTS[CHANNEL, ROAD] == pytest.approx(
        26 / 59
    )  # of the value that crosses, the tunnel has 26 and Dover 33


def _names(baseline):
    return baseline.state.model.network.cities["name"].tolist()


def _counted(baseline, party, one, other, mode):
    """What counts at the border of a party between two cities, for the first class of goods."""
    (found,) = find_border_modes(baseline, [party])
    pairs, cities = baseline.state.model.baseline.pairs, _names(baseline)
    ends = {cities.index(one), cities.index(other)}
    (row,) = (
        k for k, at in enumerate(found.rows) if {int(pairs.origin[at]), int(pairs.destination[at])} == ends
    )
    return found.counted[row, 0, mode]


def test_ways_of_the_toy_world_by_hand(toy):
    # Almaty has no port: what sails to Hamburg leaves Kazakhstan by train or lorry, to a port of China or Poland.
    assert _counted(toy, ["KAZ"], "Almaty", "Hamburg", SEA) in (ROAD, RAIL)
    # Seen from Germany, whose port it is, the same way is by sea; so is all that sails from Shanghai, seen from both.
    assert _counted(toy, ["DEU"], "Almaty", "Hamburg", SEA) == SEA
    for party in (["CHN"], ["DEU"], ["CHN", "POL"]):
        assert _counted(toy, party, "Shanghai", "Hamburg", SEA) == SEA
    # A lorry from Almaty to Baku takes the ferry from Aktau; to Bishkek and Hamburg it drives.
    assert _counted(toy, ["KAZ"], "Almaty", "Baku", ROAD) == SEA
    assert _counted(toy, ["AZE"], "Almaty", "Baku", ROAD) == SEA
    assert _counted(toy, ["KAZ"], "Almaty", "Bishkek", ROAD) == ROAD
    assert _counted(toy, ["KAZ"], "Almaty", "Hamburg", RAIL) == RAIL
    # Trains between Almaty and Urumqi cross at Khorgos.
    assert _counted(toy, ["CHN"], "Almaty", "Urumqi", RAIL) == RAIL


@pytest.mark.parametrize("measure", list(SHARES))
def test_pairs_of_cities_add_up_to_what_economies_have(toy, measure):
    """The same shares of whole ways from two sides: means of economies, which results are made of, and pairs."""
    split = Split("KAZ>*", measure)
    rows, weight = pair_weights(toy, split)
    assert weight.sum() == pytest.approx(1.0, rel=1e-12)
    for plain in (False, True):
        by_pair = (weight[..., None] * shares_of_pairs(toy, rows, plain)).sum(axis=(0, 1))
        assert np.allclose(by_pair, calc_split(toy, split, plain), rtol=1e-10)
    assert (modes_counted(toy, split, rows) == np.arange(3)).all()


def test_shares_at_a_border_add_up_and_move_between_modes(toy):
    whole, border = (calc_split(toy, Split("KAZ>*", "mode_share", name)) for name in ("", "KAZ"))
    assert border.sum() == pytest.approx(1.0, rel=1e-12)
    # Of Kazakhstan's ways only the ferry of its lorries to Azerbaijan is left at sea: by hand from the pairs.
    rows, weight = pair_weights(toy, Split("KAZ>*", "mode_share"))
    pairs, cities = toy.state.model.baseline.pairs, _names(toy)
    to_baku = np.array(["Baku" in (cities[pairs.origin[at]], cities[pairs.destination[at]]) for at in rows])
    share = weight[..., None] * shares_of_pairs(toy, rows)
    assert border[SEA] >= share[to_baku][..., ROAD].sum() > 0
    assert border[SEA] < whole[SEA] + share[..., ROAD].sum()


def test_what_is_not_in_the_world_has_no_share(toy):
    assert calc_split(toy, Split("USA>CAN", "mode_share", "USA")) is None
    with pytest.raises(ValueError, match="not in the world"):
        pair_weights(toy, Split("USA>CAN", "mode_share"))


def test_the_border_of_a_figure_is_that_of_a_party_to_it():
    for row in observed_freight():
        if row.border:
            assert row.measure in SHARES
            pairs = row.place.partition(":")[0].replace("+", "-").replace(">", "-")
            names = set(pairs.split("-"))
            members = names | ({"EU"} if names & EUROPEAN_UNION or "!EU" in names else set())
            assert row.border in members, row.id


@pytest.mark.slow
def test_ports_of_the_real_world(real):
    """Economies without a port have nothing at sea but ferries; goods of Moldova sail from Giurgiulesti."""
    labels = real.setting.world.labels
    for code in ("CHE", "ZMB"):
        at_border = calc_split(real, Split(f"{code}>*", "mode_share", code))
        assert at_border[SEA] == 0.0
        assert by_mode(real, "mode_share")[counted_pairs(f"{code}>*", labels)].sum(axis=0)[SEA] > 0
    assert calc_split(real, Split("MDA>*", "mode_share", "MDA"))[SEA] > 0
    # Hamburg, Antwerp and Genoa are ports of the Union: for it Swiss goods that sail are by sea, or by land to them.
    union = calc_split(real, Split("EU>CHN", "mode_share", "EU"))
    assert union[SEA] == pytest.approx(calc_split(real, Split("EU>CHN", "mode_share"))[SEA], abs=0.01)


@pytest.mark.slow
def test_constants_are_fitted_to_shares_as_they_are_compared(real):
    """What the fit has of each figure, at the constants that are declared, is what stands beside it on the page."""
    rows = [row for row in observed_freight() if row.use in FITTED and row.measure in SHARES]
    fit = Fit(real, rows)
    fitted = fit.sums(fit.shares(declared_constants()[:, :LAND].ravel()))
    for row, share in zip(rows, fitted, strict=True):
        pairs, _, modes = row.place.partition(":")
        split = calc_split(real, Split(pairs, row.measure, row.border))
        assert share == pytest.approx(sum(split[MODES.index(mode)] for mode in modes.split("+")), abs=1e-9), (
            row.id
        )
