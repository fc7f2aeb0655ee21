"""A line between two grids, hour by hour: dispatch at least cost without it and with it.

    min  sum over hours and generators of c g      demand met at every node, g and flows within their capacity
    rent = sum over hours of (p[b] (1 - l) - p[a]) f[a, b], both ways

Prices `p` are what a megawatt-hour more would cost at a node. The rent of a congested line is shared by halves between
its ends; without losses and with room on the line both prices are equal and there is none. Solved by `pypsa` with
HiGHS, of the extra `power`; what cannot be met at any cost is met at `UNSERVED` and shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.core.faults import Fault, Faults
from samarkand.priorities.environment.grid_files import Grids

EXTRA = "power"
PACKAGES = ("pypsa", "highspy")
UNSERVED = 10_000.0  # US$/MWh: above any generator, so that nobody goes short while one has room
HOURS_A_YEAR = 8760.0


@dataclass(frozen=True)
class Line:
    """Two nodes, MW that go from either to the other, and the share lost on the way."""

    ends: tuple[str, str]
    capacity: float
    loss: float = 0.0


@dataclass(frozen=True, eq=False)
class Dispatch:
    """What is generated in each hour, and what a megawatt-hour is worth.

    Parameters
    ----------
    prices
        US$/MWh `[hour, node]`, in the order of the nodes of the grids.
    generation
        MW `[hour, generator]`.
    unserved
        MW `[hour, node]`.
    flow
        MW `[hour, way]` put into the line at its first end and at its second; without a line none.
    """

    prices: Floats
    generation: Floats
    unserved: Floats
    flow: Floats


@dataclass(frozen=True)
class Interconnection:
    """A year with the line less one without it: US$ m and t CO2e a year, prices in US$/MWh weighted by demand."""

    saved: float
    emissions: float
    rent: float
    prices_without: dict[str, float]
    prices_with: dict[str, float]
    sent: tuple[float, float]
    congested_share: float
    unserved: tuple[float, float]

    @property
    def rent_of_each_end(self) -> float:
        """Half of the rent."""
        return self.rent / 2


def missing_packages() -> tuple[str, ...]:
    """Packages of the extra that are not installed."""
    return tuple(name for name in PACKAGES if find_spec(name) is None)


def refuse_without_packages() -> None:
    """Raise `Faults` where packages of the extra are not installed."""
    if missing := missing_packages():
        remedy = f"pip install 'samarkand[{EXTRA}]'."
        raise Faults([Fault("interconnection", f"needs {' and '.join(missing)}", remedy)])


def solve_dispatch(grids: Grids, line: Line | None) -> Dispatch:
    """Least-cost dispatch of all hours. Raises `Faults` where the packages of the extra are not installed."""
    refuse_without_packages()
    network = import_module("pypsa").Network()
    network.set_snapshots(list(range(len(grids.demand))))
    network.add("Carrier", ["AC", "line"])
    network.add("Bus", list(grids.nodes), carrier="AC")
    for node in grids.nodes:
        demand = grids.demand[node].to_numpy()
        network.add("Load", f"demand {node}", bus=node, p_set=demand)
        peak = max(float(demand.max()), 1.0)
        network.add("Generator", f"unserved {node}", bus=node, p_nom=peak, marginal_cost=UNSERVED)
    for row in grids.generators.itertuples():
        share = grids.available[row.generator].to_numpy()
        network.add(
            "Generator", f"own {row.generator}", bus=row.node, p_nom=row.capacity, marginal_cost=row.cost,
            p_max_pu=share,
        )  # fmt: skip
    ways = [] if line is None else [line.ends, line.ends[::-1]]
    for number, (one, other) in enumerate(ways):
        assert line is not None
        network.add(
            "Link",
            f"way {number}",
            bus0=one,
            bus1=other,
            p_nom=line.capacity,
            efficiency=1.0 - line.loss,
            carrier="line",
        )
    status, condition = network.optimize(
        solver_name="highs", solver_options={"output_flag": False}, include_objective_constant=False
    )
    if condition != "optimal":
        raise Faults(
            [Fault("interconnection", f"no dispatch was found: {status}, {condition}", "Check the files.")]
        )
    return _dispatch(network, grids, len(ways))


def _dispatch(network: Any, grids: Grids, ways: int) -> Dispatch:
    made = network.generators_t.p
    own = [f"own {name}" for name in grids.generators["generator"]]
    short = [f"unserved {node}" for node in grids.nodes]
    flow = [network.links_t.p0[f"way {number}"].to_numpy() for number in range(ways)]
    return Dispatch(
        network.buses_t.marginal_price[list(grids.nodes)].to_numpy(np.float64),
        made[own].to_numpy(np.float64),
        made[short].to_numpy(np.float64),
        np.array(flow, np.float64).T if flow else np.zeros((len(grids.demand), 0)),
    )


def interconnect(grids: Grids, line: Line) -> Interconnection:
    """Solve both and compare; amounts of the hours given are scaled to a year."""
    return compare(grids, line, solve_dispatch(grids, None), solve_dispatch(grids, line))


def compare(grids: Grids, line: Line, without: Dispatch, with_: Dispatch) -> Interconnection:
    """A year with the line less one without it."""
    year = HOURS_A_YEAR / len(grids.demand)
    at = [grids.nodes.index(end) for end in line.ends]
    one, other = with_.prices[:, at[0]], with_.prices[:, at[1]]
    kept = 1.0 - line.loss
    rents = (other * kept - one) * with_.flow[:, 0] + (one * kept - other) * with_.flow[:, 1]
    full = with_.flow.max(axis=1) >= line.capacity * (1.0 - 1e-9)
    intensity = grids.generators["intensity"].to_numpy(np.float64)
    emitted = [float((each.generation @ intensity).sum()) for each in (without, with_)]
    costs = [_cost(grids, each) for each in (without, with_)]
    return Interconnection(
        saved=1e-6 * year * (costs[0] - costs[1]),
        emissions=year * (emitted[1] - emitted[0]),
        rent=1e-6 * year * float(rents.sum()),
        prices_without=_mean_prices(grids, without),
        prices_with=_mean_prices(grids, with_),
        sent=(1e-3 * year * float(with_.flow[:, 0].sum()), 1e-3 * year * float(with_.flow[:, 1].sum())),
        congested_share=float(full.mean()),
        unserved=(
            1e-3 * year * float(without.unserved.sum()), 1e-3 * year * float(with_.unserved.sum())
        ),
    )  # fmt: skip


def _cost(grids: Grids, dispatch: Dispatch) -> float:
    """US$ of the hours: fuel alone; what is not served has no cost in it."""
    return float((dispatch.generation @ grids.generators["cost"].to_numpy(np.float64)).sum())


def _mean_prices(grids: Grids, dispatch: Dispatch) -> dict[str, float]:
    demand = grids.demand.to_numpy(np.float64)
    total = demand.sum(axis=0)
    means = np.divide(
        (dispatch.prices * demand).sum(axis=0), total, out=dispatch.prices.mean(axis=0), where=total > 0
    )
    return dict(zip(grids.nodes, map(float, means), strict=True))
