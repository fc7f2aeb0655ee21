"""The prepared freight model: closure beside recomputation on the changed graphs, properties, the cache."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samarkand.engines.routing import build_graph, calc_legs
from samarkand.world.accounts.tables import load_accounts
from samarkand.world.freight import end_legs as ends_module
from samarkand.world.freight import model as freight_module
from samarkand.world.freight.end_legs import EndLegs
from samarkand.world.freight.model import FreightModel, RouteUpdate, prepare_freight, skims_of
from samarkand.world.freight.path_base import prepare_base
from samarkand.world.freight.sea_searches import routes_of_land
from samarkand.world.freight.skims import assemble, both_ways, components, values_of_time
from samarkand.world.freight.subsets import costs_of_subsets
from samarkand.world.freight.trade_costs import counterfactual_costs, prepare_pairs
from samarkand.world.network.arcs import arcs_of
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.tables import Network, land_costs, load_network
from samarkand.world.parameters import load_parameters

# The published check is 200 subsets (SAMARKAND_SUBSETS=200); a dozen here.
SUBSETS = int(os.environ.get("SAMARKAND_SUBSETS", "12"))
LAND = ("road", "rail")


@pytest.fixture(scope="module")
def network():
    return load_network()


@pytest.fixture(scope="module")
def parameters():
    return load_parameters()


@pytest.fixture(scope="module")
def model(network, parameters) -> FreightModel:
    return prepare_freight(network, parameters, load_accounts().economies)


def part_of(network: Network, cities: int, seed: int) -> Network:
    """The whole graphs with fewer places: cities drawn, the terminals near them, some ports."""
    draw = np.random.default_rng(seed)
    chosen = np.sort(draw.choice(len(network.cities), cities, replace=False))
    terminals = np.sort(draw.choice(len(network.terminals), 40, replace=False))
    ports = np.sort(draw.choice(len(network.ports), 25, replace=False))
    number = {old: new for new, old in enumerate(terminals.tolist())}
    at = network.ports.iloc[ports].reset_index(drop=True)
    return replace(
        network,
        cities=network.cities.iloc[chosen],
        terminals=network.terminals.iloc[terminals].reset_index(drop=True),
        ports=at.assign(terminal=[number.get(t, -1) for t in at["terminal"].tolist()]),
    )


def exact_legs(part, parameters):
    """Legs by scipy."""
    return [both_ways(calc_legs(graph, v, part.sources, part.targets)) for graph, v in part.searches]


@pytest.fixture(scope="module")
def small(network, parameters, model, tmp_path_factory) -> FreightModel:
    """20 cities of the network; legs from ends are computed here, never read from an earlier run."""
    part = part_of(network, 20, seed=3)
    parts = components(part, parameters)
    legs = {name: exact_legs(parts[name], parameters) for name in parts}
    base, pairs = prepare_base(part, parameters, legs)
    baseline = prepare_pairs(pairs, part.cities, model.choice, parameters, model.economies)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        return FreightModel("small", part, parameters, parts, baseline, base)


def random_changes(network, seed: int, number: int) -> list[LinkChange]:
    """New links between towns, upgrades, quicker crossings and ports, chosen at random."""
    pick = np.random.default_rng(seed)
    cities = network.cities
    changes = []
    for k in range(number):
        action = ("new", "new", "upgrade", "crossing", "port")[int(pick.integers(5))]
        mode = LAND[int(pick.integers(2))]
        if action == "port":
            target = str(pick.choice(network.ports["id"]))
            saved = {"hours_saved": float(pick.uniform(0, 10)), "usd_saved": float(pick.uniform(0, 100))}
            changes.append(LinkChange(f"c{k}", action, "sea", target=target, **saved))
            continue
        if action == "crossing":
            crossings = network.land(mode).crossings
            target = str(pick.choice(crossings.loc[crossings["status"] == "open", "id"]))
            changes.append(
                LinkChange(f"c{k}", action, mode, target=target, hours_saved=float(pick.uniform(0, 30)))
            )
            continue
        one, other = pick.choice(len(cities), size=2, replace=False)
        points = tuple((float(cities["lat"].iloc[i]), float(cities["lon"].iloc[i])) for i in (one, other))
        if action == "upgrade":
            crossing = network.land(mode).crossings.iloc[int(pick.integers(50))]
            points = (points[0], (float(crossing["lat"]), float(crossing["lon"])))
            ratio = float(pick.uniform(0.3, 1.0))
            changes.append(LinkChange(f"c{k}", action, mode, points, hours_ratio=ratio))
        else:
            km = float(pick.uniform(50, 3000))
            joins = (True, bool(pick.integers(3)))
            changes.append(LinkChange(f"c{k}", action, mode, points, joins=joins, km=km, hours=km / 60))
    return changes


def recomputed_legs(model: FreightModel, changes: list[LinkChange], mode: str, classes: list[int]):
    """Legs by scipy on the graph with the changes in it, of some classes (the rest empty)."""
    part, costs = model.parts[mode], land_costs(model.network, mode, model.parameters)
    arcs = [
        arc
        for change in changes
        if change.mode == mode
        for arc in arcs_of(change, model.network, model.parameters, costs)
    ]
    number: dict[str, int] = {}
    size = part.graph.size

    def node(end) -> int:
        return end if isinstance(end, int) else number.setdefault(end, size + len(number))

    values, legs = values_of_time(model.parameters), []
    hours, usd = costs.moving_hours + costs.waiting_hours, costs.usd
    for c, vot in enumerate(values):
        if c not in classes:
            legs.append(None)
            continue
        best = {
            (min(a, b), max(a, b)): (h, m)
            for a, b, h, m in zip(costs.u.tolist(), costs.v.tolist(), hours, usd, strict=True)
        }
        for arc in arcs:
            ends = sorted((node(arc.tail), node(arc.head)))
            old = best.get((ends[0], ends[1]), (np.inf, np.inf))
            if ends[0] != ends[1] and arc.usd + vot * arc.hours < old[1] + vot * old[0]:
                best[ends[0], ends[1]] = (arc.hours, arc.usd)
        u, v = zip(*best, strict=True)
        h, m = zip(*best.values(), strict=True)
        graph = build_graph(size + len(number), u, v, h, m)
        legs.append(both_ways(calc_legs(graph, vot, part.sources, part.targets)))
    return legs


def test_closure_is_a_recomputation(small) -> None:
    """Random subsets of changes, one search class each, all pairs of 20 cities by all modes, to 1e-9 relative.

    Both are sums of a few hundred doubles in another order. Ports are left out here: their test is below.
    """
    changes = [c for c in random_changes(small.network, seed=7, number=16) if c.action != "port"]
    values = values_of_time(small.parameters)
    subsets = np.random.default_rng(2)
    exact = {name: exact_legs(part, small.parameters) for name, part in small.parts.items()}
    moved = 0
    for number in range(SUBSETS):
        chosen = [change for change in changes if subsets.random() < 0.4]
        c = number % len(values)
        found = small.update_routes(chosen)
        legs = {"sea": exact["sea"]}
        for mode in LAND:
            one = recomputed_legs(small, chosen, mode, [c])[c]
            legs[mode] = [one] * len(values)
        compare_class(small, found, legs, c)
        moved += found.rows.size
    assert moved > 20 * SUBSETS


@pytest.mark.slow
def test_closure_is_a_recomputation_on_the_full_matrix(model) -> None:
    """All pairs of a thousand cities by all modes, one search class, to 1e-9 relative; sea legs are those searched."""
    changes = [c for c in random_changes(model.network, seed=9, number=8) if c.action in ("new", "crossing")]
    c, found = 0, model.update_routes(changes)
    legs = {mode: recomputed_legs(model, changes, mode, [c]) for mode in LAND}
    legs["sea"] = exact_legs(model.parts["sea"], model.parameters)
    compare_class(model, found, legs, c)
    assert {change.mode for change in changes} == set(LAND)
    assert found.rows.size > 10_000


def compare_class(model: FreightModel, found: RouteUpdate, legs, c: int) -> None:
    """Costs of all pairs by road and rail of a search class and by the searches at sea that have its legs on land,
    where goods take their ways: those of the model with changes, and recomputed from legs."""
    from samarkand.world.freight.skims import chain_legs

    pairs, value = model.baseline.pairs, values_of_time(model.parameters)[c]
    settled = model.path_update.base.handicap  # without changes
    on_land = {name: legs[name][c] for name in LAND}
    at_sea = {s: legs["sea"][s] for s in routes_of_land(c)}
    chains = chain_legs(model.network, model.parameters, on_land, at_sea, value, settled)
    ways = [(0, c, chains.by_road), (1, c, chains.by_rail)]
    ways += [(2, s, voyages.whole) for s, voyages in chains.by_sea.items()]
    for m, k, way in ways:
        cost = pairs.usd[:, m, k] + value * pairs.hours[:, m, k]
        cost[found.rows] = found.usd[:, m, k] + value * found.hours[:, m, k]
        asked = pairs.origin != pairs.destination
        if m == 2:
            asked &= pairs.own_ways[:, k]
            assert asked.any()
        again = way.cost(value)[pairs.origin, pairs.destination]
        np.testing.assert_allclose(cost[asked], again[asked], rtol=1e-9)


def test_costs_are_those_of_recomputed_skims(small) -> None:
    """Everything between economies, in all variants: the model against skims on changed graphs, to 1e-9 relative."""
    changes = [c for c in random_changes(small.network, seed=11, number=8) if c.action != "port"]
    legs = {"sea": exact_legs(small.parts["sea"], small.parameters)}
    for mode in LAND:
        legs[mode] = recomputed_legs(small, changes, mode, [0, 1, 2, 3])
    again = counterfactual_costs(
        small.baseline, assemble(small.network, small.parameters, legs, small.path_update.base.handicap)
    )
    costs = small.costs(changes)
    for name in ("generalised_cost", "hours", "mode_share"):
        np.testing.assert_allclose(costs[name], again[name], rtol=1e-9, atol=1e-12)
    assert (costs["generalised_cost"].diff("state") < -1).any()


def test_a_cheaper_port_is_a_port_with_other_fees(small, parameters) -> None:
    """All ports 60 US$ and 3 h cheaper by changes is the model of the network under those parameters."""
    saved = {"port_fee": 60.0, "port_hours_road": 3.0, "port_hours_rail": 3.0}
    other = parameters.replace({name: parameters[name] - value for name, value in saved.items()})
    changes = [
        LinkChange(f"p{k}", "port", "sea", target=port, hours_saved=3.0, usd_saved=60.0)
        for k, port in enumerate(small.network.ports["id"])
    ]
    legs = {name: exact_legs(part, parameters) for name, part in small.parts.items()}
    again = counterfactual_costs(small.baseline, assemble(small.network, other, legs))
    costs = small.costs(changes)
    for name in ("generalised_cost", "hours", "mode_share"):
        np.testing.assert_allclose(costs[name], again[name], rtol=1e-9, atol=1e-12)
    assert (costs["generalised_cost"].diff("state") < -1).any()


def test_many_sets_are_many_questions(model) -> None:
    changes = random_changes(model.network, seed=5, number=6)
    sets = [[], changes[:3], changes]
    many = costs_of_subsets(model, sets)
    for number, one in enumerate(sets):
        alone = model.costs(one)["generalised_cost"].sel(state="with", variant="logsum")
        np.testing.assert_allclose(many[number], alone, rtol=1e-12)


@settings(deadline=None, max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000))
def test_cheaper_links_raise_no_cost(model, seed) -> None:
    changes = random_changes(model.network, seed, 3)
    found, pairs = model.update_routes(changes), model.baseline.pairs
    value = pairs.values_of(found.rows)
    before = pairs.usd[found.rows] + value * pairs.hours[found.rows]
    after = found.usd + value * found.hours
    assert (after <= before).all()
    assert (after < before).any(axis=(1, 2)).all()
    costs = model.costs(changes)["generalised_cost"].sel(variant="logsum")
    # Not more than rounding: each pair's cost falls or stays.
    step = costs.sel(state="with") - costs.sel(state="without")
    assert (step.fillna(0.0) <= 1e-9).all()


def test_no_change_is_exactly_none(model) -> None:
    costs = model.costs([])
    for name in ("generalised_cost", "hours", "mode_share"):
        one, other = (costs[name].sel(state=state, drop=True) for state in ("without", "with"))
        assert one.equals(other)


def test_a_model_read_from_disk_is_the_one_that_was_made(model, network, parameters, monkeypatch) -> None:
    """Nothing but the disk keeps a model where no session does: it is read back as memory maps."""
    monkeypatch.setattr(freight_module, "_make", None)  # making one again would be an error
    again = prepare_freight(network, parameters, load_accounts().economies)
    assert again is not model
    assert again.key == model.key
    changes = random_changes(network, seed=5, number=4)
    for name in (*freight_module.PAIR_ARRAYS, *freight_module.STATE_ARRAYS):
        kept = "pairs" if name in freight_module.PAIR_ARRAYS else ""
        one, other = (getattr(m.baseline, kept) if kept else m.baseline for m in (again, model))
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    # Another process may have searched for the legs from the ends in another order: sums of the same links.
    xr.testing.assert_allclose(again.costs(changes), model.costs(changes), rtol=1e-12, atol=1e-9)


def test_other_parameters_are_another_model(model, network, parameters, monkeypatch) -> None:
    slower = parameters.replace({"port_fee": parameters["port_fee"] + 1})
    assert prepare_freight(network, slower, load_accounts().economies).key != model.key


def test_a_place_that_is_not_there_is_refused(model) -> None:
    with pytest.raises(ValueError, match="there is no port XX"):
        model.costs([LinkChange("a", "port", "sea", target="XX", hours_saved=1.0)])


def test_skims_of_a_model_are_the_same_both_ways(model) -> None:
    skims = skims_of(model)
    cost = skims["generalised_cost"].to_numpy()
    assert np.array_equal(cost, np.swapaxes(cost, 2, 3))


def test_what_two_items_save_at_one_crossing_adds_up(model, network):
    crossing = network.rail.crossings.loc[
        (network.rail.crossings["status"] == "open") & (network.rail.crossings["economy_a"] == "CHN"), "id"
    ].iloc[0]
    saves = [
        LinkChange(item, "crossing", "rail", target=str(crossing), hours_saved=hours, usd_saved=10.0)
        for item, hours in (("posts", 3.0), ("documents", 4.0))
    ]
    both = replace(saves[0], hours_saved=7.0, usd_saved=20.0)
    found = [model.update_routes(changes) for changes in (saves, [both])]
    assert np.array_equal(found[0].rows, found[1].rows)
    assert found[0].rows.size
    assert np.array_equal(found[0].hours, found[1].hours)
    assert np.array_equal(found[0].usd, found[1].usd)


def test_ends_of_many_programmes_are_not_kept_for_ever(model, monkeypatch):
    part = model.parts["rail"]
    some = EndLegs(part)
    some.find([0, 1, 2], lambda *_words, **_fractions: None)
    assert set(EndLegs(part).table.nodes) >= {0, 1, 2}
    monkeypatch.setattr(ends_module, "MOST_ENDS", 2)
    assert EndLegs(part).table.nodes == ()  # searched anew, and as good


def test_a_port_saves_no_more_than_it_costs(model, parameters):
    """Ten times all that it costs is all that it costs: no port pays for its use."""
    port = str(model.network.ports["id"].iloc[0])
    dwell = min(parameters["port_hours_road"], parameters["port_hours_rail"])
    whole = LinkChange("a", "port", "sea", target=port, hours_saved=dwell, usd_saved=parameters["port_fee"])
    more = replace(whole, hours_saved=10 * dwell, usd_saved=10 * parameters["port_fee"])
    found = [model.update_routes([change]) for change in (whole, more)]
    assert found[0].rows.size
    for name in ("rows", "usd", "hours"):
        np.testing.assert_array_equal(getattr(found[0], name), getattr(found[1], name))
