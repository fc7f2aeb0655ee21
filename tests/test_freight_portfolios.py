"""Many subsets of projects at once, beside one closure after another and beside brute force."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samarkand.engines import label_legs, labels
from samarkand.programme import apply, load_programme
from samarkand.world.accounts.tables import load_accounts
from samarkand.world.assumptions import load_assumptions
from samarkand.world.freight import subsets as portfolios
from samarkand.world.freight.model import FreightModel, prepare_freight
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.tables import load_network
from samarkand.world.parameters import load_parameters
from test_freight import random_changes


@pytest.fixture(scope="module")
def model() -> FreightModel:
    return prepare_freight(load_network(), load_parameters(), load_accounts().economies)


def one_by_one(model: FreightModel, sets, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(portfolios, "MANY_SETS", len(sets) + 1)
        return portfolios.costs_of_subsets(model, sets).all()


def at_once(model: FreightModel, sets):
    for change in {change for one in sets for change in one}:
        model.arcs_of(change)  # legs from all ends are known
    found = portfolios.portfolio_costs(model, sets, lambda **_fractions: None)
    assert found is not None
    at_home = [model.baseline.costs_at_home(changes)[1] - model.baseline.at_home[1] for changes in sets]
    return np.array([found.costs(n) + own for n, own in enumerate(at_home)])


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 31)), max_size=20))
def test_the_first_label_whose_projects_a_subset_has_is_its_cheapest_route(routes) -> None:
    """Beside a search through all routes, for all subsets of five projects."""
    count = np.zeros(1, np.int32)
    real, mask = np.empty((1, labels.MOST, 3)), np.empty((1, labels.MOST), np.int64)
    for cost, projects in routes:
        assert labels.insert(count, real, mask, 0, float(cost), 1.0, 2.0, projects) in (0, 1)
    kept = [(real[0, k, 0], int(mask[0, k])) for k in range(count[0])]
    assert [cost for cost, _ in kept] == sorted(cost for cost, _ in kept)
    for subset in range(32):
        best = min((cost for cost, projects in routes if projects & ~subset == 0), default=None)
        first = next((cost for cost, projects in kept if projects & ~subset == 0), None)
        assert first == best
    for one, other in combinations(kept, 2):
        assert one[1] & ~other[1] != 0, "a dominated label is kept"


def test_a_place_that_is_full_says_so() -> None:
    count = np.zeros(1, np.int32)
    real, mask = np.empty((1, 3, 3)), np.empty((1, 3), np.int64)
    found = [labels.insert(count, real, mask, 0, 10.0 - k, 0.0, 0.0, 1 << k) for k in range(4)]
    assert found == [1, 1, 1, 2]
    assert count[0] == 3


@settings(deadline=None, max_examples=50)  # kernels compile in the first example
@given(st.integers(0, 10_000), st.integers(1, 200))
def test_labels_are_gone_on_from_as_one_by_one(seed, size) -> None:
    """Beside a search through all labels, for all subsets of four projects; more of one subset than a mark has bits."""
    draw = np.random.default_rng(seed)
    ends, targets, start = 7, 12, int(draw.integers(0, 4))
    at, mask = (
        draw.integers(0, ends, size).astype(np.int32),
        draw.choice([1, 2, 3, 8, 12], size).astype(np.int64),
    )
    real, onward = draw.random((size, 3)), draw.random((ends, targets))
    rows = np.r_[-1, draw.permutation(ends)[: ends - 1]]  # nothing goes on from the first
    limit = draw.random(targets) + 0.4
    count, to_real, to_mask = labels.buckets(targets)
    full = label_legs.insert_onward(
        0, size, at, real, mask, rows, onward, 2 * onward, onward, start, limit, count, to_real, to_mask
    )
    assert not full
    assert not count[:start].any()
    through = np.where(rows[at] >= 0, 0.0, np.inf)[:, None] + real[:, :1] + onward[rows[at]]
    for subset in range(16):
        usable = (mask & ~subset == 0)[:, None]
        best = np.where(usable & (through < limit), through, np.inf).min(axis=0)
        for x in range(start, targets):
            kept = [k for k in range(count[x]) if to_mask[x, k] & ~subset == 0]
            assert (to_real[x, kept[0], 0] if kept else np.inf) == best[x]
            if kept:
                found = int(np.flatnonzero(usable[:, 0] & (through[:, x] == best[x]))[0])
                legs = [
                    real[found, 1] + onward[rows[at[found]], x],
                    real[found, 2] + 2 * onward[rows[at[found]], x],
                ]
                assert to_real[x, kept[0], 1:].tolist() == legs


def test_ports_that_are_passed_over_are_of_no_use(model, monkeypatch) -> None:
    """The same as where every port is looked at, but for the order in which blocks of cities are added."""
    sets = [random_changes(model.network, seed, 6) for seed in range(4)]
    found = at_once(model, sets)
    passed = []

    def none(by_port, screen):
        passed.append(margins(by_port, screen))
        return np.full_like(passed[-1], np.inf)

    margins = label_legs.sea_margins
    monkeypatch.setattr(label_legs, "sea_margins", none)
    np.testing.assert_allclose(found, at_once(model, sets), rtol=1e-14)
    assert all(np.isfinite(one).any() for one in passed)


@settings(deadline=None)  # kernels compile in the first example
@given(st.lists(st.integers(0, 2**62 - 1), min_size=1, max_size=60), st.integers(1, 2**62 - 1))
def test_parts_of_sets_are_numbered(sets, projects) -> None:
    sets = np.array(sets, np.int64)
    bits = int(2 * sets.size - 1).bit_length()
    slots = np.full(1 << bits, -1, np.int32)
    number, parts = np.empty(sets.size, np.int32), np.empty(sets.size, np.int64)
    for _ in range(2):  # the table is as it was before
        found = labels.number_parts(sets, projects, slots, bits, number, parts)
        np.testing.assert_array_equal(parts[number], sets & projects)
        assert found == np.unique(sets & projects).size
        assert (slots == -1).all()


def test_changes_that_come_together_are_one_project() -> None:
    a, b, c = (LinkChange(name, "port", "sea", target=name, hours_saved=1.0) for name in "abc")
    found = portfolios.Portfolios.of([[a, b], [c], [a, b, c], [], [c, c]])
    assert found is not None
    assert [set(changes) for changes in found.projects] == [{a, b}, {c}, {c}]
    assert found.masks.tolist() == [0b001, 0b010, 0b011, 0, 0b110]


def test_many_subsets_at_once_are_many_closures(model, world, monkeypatch) -> None:
    """Subsets of the default programme and of lines at random, to rounding of sums in another order."""
    parameters = load_assumptions().parameters
    change = apply(load_programme("eurasian-corridors"), world, 2060, parameters=parameters)
    items = sorted({one.item for one in change.network})
    projects = [[one for one in change.network if one.item == item] for item in items]
    projects += [[one] for one in random_changes(model.network, 4, 12) if one.action != "upgrade"]
    draw = np.random.default_rng(0)
    sets = [[change for one in projects if draw.random() < 0.5 for change in one] for _ in range(7)]
    found, apart = at_once(model, sets), one_by_one(model, sets, monkeypatch)
    np.testing.assert_allclose(found, apart, rtol=1e-12)
    assert len(projects) > 25


def test_projects_that_save_at_one_place_add_up(model, monkeypatch) -> None:
    """Three at one crossing, two at one port, one of them at both, beside closures."""
    crossings = model.network.road.crossings
    crossing = str(
        crossings.loc[(crossings["status"] == "open") & (crossings["economy_b"] == "KAZ"), "id"].iloc[0]
    )
    port = "CNSHA" if "CNSHA" in set(model.network.ports["id"]) else str(model.network.ports["id"].iloc[0])
    posts, papers, rules = (
        LinkChange(name, "crossing", "road", target=crossing, hours_saved=hours, usd_saved=usd)
        for name, hours, usd in (("posts", 2.0, 5.0), ("papers", 1.0, 30.0), ("rules", 3.0, 0.0))
    )
    berth = LinkChange("posts", "port", "sea", target=port, hours_saved=4.0)
    window = LinkChange("window", "port", "sea", target=port, hours_saved=1.0, usd_saved=20.0)
    sets = [
        [posts, berth], [papers], [posts, berth, papers], [posts, berth, papers, rules], [window],
        [posts, berth, window], [rules, papers], [],
    ]  # fmt: skip
    found, apart = at_once(model, sets), one_by_one(model, sets, monkeypatch)
    np.testing.assert_allclose(found, apart, rtol=1e-12)
    without = found[-1]
    assert (np.nanmin(found[3] - without), np.nanmax(found[3] - without)) < (-1.0, 1e-9)


def test_what_cannot_be_answered_at_once_is_answered_one_by_one(model, monkeypatch) -> None:
    """More projects than a mask has bits, and more at one crossing than are laid out."""
    ports = model.network.ports["id"].astype(str).tolist()
    many = [LinkChange(f"p{k}", "port", "sea", target=ports[k], hours_saved=1.0) for k in range(63)]
    sets = [many[:k] for k in range(64)]
    assert portfolios.Portfolios.of(sets) is None
    one_port = [LinkChange(f"p{k}", "port", "sea", target=ports[0], hours_saved=0.1 * k) for k in range(1, 8)]
    sets = [one_port[:k] for k in range(8)]
    assert portfolios.portfolio_costs(model, sets, lambda **_fractions: None) is None
    found = portfolios.costs_of_subsets(model, sets).all()
    np.testing.assert_array_equal(found, one_by_one(model, sets, monkeypatch))
