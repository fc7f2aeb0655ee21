"""The freight network: full skim, closure, one project switched, a thousand subsets of 40 projects; beside peers.

Peers search the same road graph from the same 20 sampled origins to all cities, terminals and ports, in this run:
scipy (the default engine), pyroutingkit (the option), networkx, rustworkx, scgraph. Medians of five runs; building a
peer's own graph is not counted, a hierarchy's preparation is shown apart.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from scipy.sparse.csgraph import dijkstra

from samarkand.analysis.flows import freight
from samarkand.engines.assignment import find_paths
from samarkand.engines.legs import find_legs
from samarkand.engines.routing import Graph, calc_costs
from samarkand.engines.routing_fast import Hierarchy, is_installed
from samarkand.planning.stress import stress_test
from samarkand.programme import apply
from samarkand.question import Question
from samarkand.session import Session, default_session
from samarkand.world.freight.model import FreightModel, prepare_freight
from samarkand.world.freight.path_base import prepare_base
from samarkand.world.freight.skims import components, values_of_time
from samarkand.world.freight.subsets import MANY_SETS, costs_of_subsets
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.world import load_world

ORIGINS = 20
PROJECTS = 40
SUBSETS = 1000


def median_time(action: Callable[[], Any], runs: int = 5) -> float:
    """Seconds: the median of runs, after one to warm up."""
    action()
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        action()
        times.append(time.perf_counter() - begun)
    return sorted(times)[len(times) // 2]


def once(action: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of one run and what it gives."""
    begun = time.perf_counter()
    result = action()
    return time.perf_counter() - begun, result


def peers(graph: Graph, value: float, origins: Any, targets: Any) -> dict[str, Callable[[], Any]]:
    """What searches from the origins, by name of the peer, as far as it is installed."""
    tail = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    cost = graph.usd + value * graph.hours
    arcs = list(zip(tail.tolist(), graph.indices.tolist(), cost.tolist(), strict=True))
    sources = [int(node) for node in origins]
    found: dict[str, Callable[[], Any]] = {"scipy": lambda: calc_costs(graph, value, origins, targets)}
    if find_spec("networkx"):
        import networkx

        directed = networkx.DiGraph()
        directed.add_nodes_from(range(graph.size))
        directed.add_weighted_edges_from(arcs)
        found["networkx"] = lambda: [
            networkx.single_source_dijkstra_path_length(directed, source) for source in sources
        ]
    if find_spec("rustworkx"):
        import rustworkx

        rust = rustworkx.PyDiGraph()
        rust.add_nodes_from(range(graph.size))
        rust.add_edges_from(arcs)
        found["rustworkx"] = lambda: [
            rustworkx.dijkstra_shortest_path_lengths(rust, source, float) for source in sources
        ]
    if find_spec("scgraph"):
        from scgraph import Graph as Tree

        rows: list[dict[int, float]] = [{} for _ in range(graph.size)]
        for a, b, weight in arcs:
            rows[a][b] = weight
        tree = Tree(rows)
        found["scgraph"] = lambda: [tree.get_shortest_path_tree(source) for source in sources]
    return found


def report_peers(model: FreightModel) -> None:
    part, value = model.parts["road"], values_of_time(model.parameters)[1]
    origins = np.random.default_rng(0).choice(part.sources, ORIGINS, replace=False)
    print(f"road graph: {part.graph.size:,} nodes, {part.graph.indices.size:,} arcs; {ORIGINS} origins")
    times = {
        name: median_time(action, 1 if name in ("networkx", "scgraph") else 5)
        for name, action in peers(part.graph, value, origins, part.targets).items()
    }
    if is_installed():
        nodes = model.network.road.nodes
        prepared, hierarchy = once(lambda: Hierarchy(part.graph, nodes["lat"], nodes["lon"]))
        times["pyroutingkit"] = median_time(lambda: hierarchy.calc_costs(value, origins, part.targets))
        print(f"pyroutingkit prepares its hierarchy in {prepared:.2f} s, once for any value of time")
    base = times.get("networkx", np.nan)
    for name, seconds in sorted(times.items(), key=lambda pair: pair[1]):
        ratio = f"{base / seconds:8.1f} times networkx" if np.isfinite(base) else ""
        print(f"  {name:14} {seconds / ORIGINS * 1e3:9.2f} ms an origin {ratio}")


def forty_projects(asked: Question, model: FreightModel) -> list[list[LinkChange]]:
    """The items of the default programme that change the network, made 40 by new lines between cities drawn."""
    change = apply(asked.programme, asked.world, 2060, parameters=asked.assumptions.parameters)
    items = sorted({one.item for one in change.network})
    projects = [[one for one in change.network if one.item == item] for item in items][:PROJECTS]
    draw, cities = np.random.default_rng(0), model.network.cities
    while len(projects) < PROJECTS:
        one = int(draw.integers(len(cities)))
        from_there = np.abs(cities[["lat", "lon"]] - cities[["lat", "lon"]].iloc[one]).sum(axis=1)
        near = np.flatnonzero(((from_there > 3) & (from_there < 15)).to_numpy())
        if not near.size:
            continue
        other = int(draw.choice(near))
        points = tuple((float(cities["lat"].iloc[i]), float(cities["lon"].iloc[i])) for i in (one, other))
        mode = "rail" if draw.random() < 0.7 else "road"
        km = float(from_there.iloc[other]) * 100
        line = LinkChange(
            f"line-{len(projects)}", "new", mode, points, joins=(True, True), km=km, hours=km / 80
        )
        projects.append([line])
    return projects


def report_model(asked: Question) -> None:
    seconds, model = once(
        lambda: prepare_freight(asked.world.network, asked.assumptions.parameters, asked.world.labels)
    )
    print(f"model of {len(model.network.cities):,} cities at hand (made or read) in {seconds:.1f} s")
    parts = components(model.network, model.parameters)

    def all_legs() -> dict[str, Any]:
        return {
            name: [find_legs(graph, value, part.sources, part.targets) for graph, value in part.searches]
            for name, part in parts.items()
        }

    searched, legs = once(all_legs)
    chained, _ = once(lambda: prepare_base(model.network, model.parameters, legs))
    print(f"full skim, four search classes: legs {searched:.1f} s, chains of legs {chained:.1f} s")

    projects = forty_projects(asked, model)
    costs_of_subsets(model, [[change for project in projects for change in project]])  # all ends are known
    alone = [(median_time(lambda p=p: costs_of_subsets(model, [p])), len(p), p[0].item) for p in projects]
    closing = [median_time(lambda p=p: model.update_routes(p)) for p in projects]
    print(
        f"one closure (pairs of cities that get cheaper): median of {len(projects)} projects "
        f"{np.median(closing) * 1e3:.0f} ms, longest {max(closing) * 1e3:.0f} ms"
    )
    slowest = max(alone)
    print(
        f"one project switched, new economy-pair costs: median {np.median([a[0] for a in alone]) * 1e3:.0f} ms, "
        f"longest {slowest[0] * 1e3:.0f} ms ({slowest[2]}, {slowest[1]} changes); aim 50"
    )
    chosen = np.random.default_rng(1).random((SUBSETS, len(projects))) < 0.5
    sets = [[change for k in np.flatnonzero(row) for change in projects[k]] for row in chosen]
    one_by_one, few = once(lambda: [costs_of_subsets(model, [one]) for one in sets[:5]])
    print(
        f"subsets of {len(projects)} projects, one closure after another: {one_by_one / 5 * 1e3:.0f} ms each"
    )
    costs_of_subsets(model, sets[:MANY_SETS])  # kernels compiled or read
    seconds, many = once(lambda: costs_of_subsets(model, sets))
    apart = max(float(abs(many[k] / few[k][0] - 1).max()) for k in range(5))
    laid_out = median_time(lambda: [many.of(k) for k in range(len(projects))]) / len(projects)
    print(
        f"{SUBSETS:,} subsets of {len(projects)} projects at once: {seconds:.1f} s, and "
        f"{laid_out * 1e3:.1f} ms each where its costs are read; aim 10; apart by {apart:.0e}"
    )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    report_peers(model)
    report_trees(model)


def report_trees(model: FreightModel) -> None:
    """Searches that keep their trees, as assignment needs them, beside scipy's."""
    part, value = model.parts["road"], values_of_time(model.parameters)[1]
    origins, matrix = part.sources[: 10 * ORIGINS], part.graph.cost(value)
    ours = median_time(lambda: find_paths(part.graph, value, origins, part.targets))
    peer = median_time(lambda: dijkstra(matrix, indices=origins, return_predecessors=True))
    print(f"trees of {len(origins)} origins: {ours:.2f} s, scipy {peer:.2f} s: {peer / ours:.1f} times")


def report_questions(programme: str, runs: int = 3) -> None:
    """A closure, and freight on the network, with the world at hand and no answer kept."""
    world = load_world()
    aims: dict[str, tuple[Callable[[Session], Any], int]] = {
        "stress of one closure": (lambda one: stress_test(one.load_programme(programme, world), ["bosporus"],
                                                          world=world, session=one), 3),
        "freight": (lambda one: freight(one.load_programme(programme, world), world=world, session=one), 10),
    }  # fmt: skip
    for label, (ask, aim) in aims.items():
        seconds = median_time(lambda ask=ask: ask(Session()), runs)
        print(f"{label}, no answer kept: {seconds:.1f} s; aim {aim}")


def main() -> None:
    """Print the figures."""
    report_model(default_session().ask("eurasian-corridors"))
    report_questions("eurasian-corridors")


if __name__ == "__main__":
    main()
