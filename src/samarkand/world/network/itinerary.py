"""One way through the network, step by step: the corridor profile of a pair of cities.

Drawn as CAREC draws its corridors: kilometres, hours on the move, hours at rest and US$ by segment, border,
terminal and port. A segment is the stretch of one mode inside one economy. The way is the one that the skims hold
for the same cities, mode and value of time; the steps add up to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from samarkand.world.network.border_directions import direction
from samarkand.world.network.links import LinkTable
from samarkand.world.network.tables import Network, crossing_costs
from samarkand.world.parameters import Parameters

Kind = Literal["move", "border", "gauge", "ferry", "terminal", "port", "access", "constant"]


@dataclass(frozen=True)
class Step:
    """One step: a stretch in one economy, or a place where goods wait. TEU, km, hours, US$.

    At a border waiting_hours and usd are the mean of both directions, which the search takes; directed_waiting and
    directed_usd those of the direction of travel where a source gives them (`border_directions`), else None.
    passes: rows of links of the network by mode, and numbers of ports, as ("rail", 12) or ("port", 3).
    """

    kind: Kind
    mode: str
    name: str
    km: float
    moving_hours: float
    waiting_hours: float
    usd: float
    items: tuple[str, ...] = ()
    directed_waiting: float | None = None
    directed_usd: float | None = None
    passes: frozenset[tuple[str, int]] = frozenset()

    @property
    def own_waiting(self) -> float:
        """Hours at rest in the direction of travel; those of both directions where no source tells them apart."""
        return self.waiting_hours if self.directed_waiting is None else self.directed_waiting

    @property
    def own_usd(self) -> float:
        """US$ in the direction of travel; those of both directions where no source tells them apart."""
        return self.usd if self.directed_usd is None else self.directed_usd


@dataclass(frozen=True)
class Itinerary:
    """The steps from one city to another by one mode, at one value of time (US$ per TEU and hour)."""

    origin: str
    destination: str
    mode: str
    value_of_time: float
    steps: tuple[Step, ...]

    @property
    def km(self) -> float:
        """Length of the way."""
        return sum(step.km for step in self.steps)

    @property
    def hours(self) -> float:
        """Hours from door to door."""
        return sum(step.moving_hours + step.waiting_hours for step in self.steps)

    @property
    def usd(self) -> float:
        """US$ per TEU without the value of time."""
        return sum(step.usd for step in self.steps)

    @property
    def directed_hours(self) -> float:
        """Hours from door to door with those of the direction of travel at borders."""
        return sum(step.moving_hours + step.own_waiting for step in self.steps)

    @property
    def directed_usd(self) -> float:
        """US$ per TEU with the fees of the direction of travel at borders."""
        return sum(step.own_usd for step in self.steps)

    @property
    def is_directed(self) -> bool:
        """Whether a source tells the directions of any of its borders apart."""
        return any(step.directed_waiting is not None for step in self.steps)

    @property
    def generalised_cost(self) -> float:
        """usd + value_of_time * hours, US$ per TEU."""
        return self.usd + self.value_of_time * self.hours


def merged(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Neighbouring stretches of one mode and place as one; borders, terminals and ports stay single."""
    found: list[Step] = []
    for step in steps:
        last = found[-1] if found else None
        if (
            last
            and (last.kind, last.mode, last.name) == (step.kind, step.mode, step.name)
            and step.kind in ("move", "access")
        ):
            found[-1] = replace(
                last,
                km=last.km + step.km,
                moving_hours=last.moving_hours + step.moving_hours,
                waiting_hours=last.waiting_hours + step.waiting_hours,
                usd=last.usd + step.usd,
                items=tuple(dict.fromkeys(last.items + step.items)),
                passes=last.passes | step.passes,
            )
        else:
            found.append(step)
    return tuple(found)


def reverse(steps: Iterable[Step]) -> list[Step]:
    """The same steps the other way round."""
    back = []
    for step in reversed(list(steps)):
        ends = step.name.split(" - ")
        if len(ends) == 2:
            step = replace(step, name=" - ".join(reversed(ends)))
        if step.directed_waiting is not None and step.directed_usd is not None:
            # The mean of both directions is what the search takes.
            step = replace(
                step,
                directed_waiting=2 * step.waiting_hours - step.directed_waiting,
                directed_usd=2 * step.usd - step.directed_usd,
            )
        back.append(step)
    return back


def steps_along(
    lines: LinkTable, path: list[int], mode: str, network: Network, parameters: Parameters
) -> list[Step]:
    """The stretches, ferries and borders along nodes of a land mode."""
    steps: list[Step] = []
    repairs = network.land(mode).links["repair"].astype(str).to_numpy()
    crossings = network.land(mode).crossings
    links = crossings["link"].astype(int)
    fees = dict(zip(links, crossing_costs(crossings, parameters)[1].tolist(), strict=True))
    gates = dict(zip(links, crossings["id"].astype(str), strict=True))
    ferries = {line.id for line in network.ferries}
    costs = lines.costs
    for one, other in pairwise(path):
        at = lines.between(one, other)
        row, km, usd = int(costs.row[at]), float(lines.km[at]), float(costs.usd[at])
        moving, waiting = float(costs.moving_hours[at]), float(costs.waiting_hours[at])
        items = (str(lines.item[at]),) if lines.item[at] else ()
        a, b = str(lines.economy[one]), str(lines.economy[other])
        here, first = frozenset(((mode, row),)), len(steps)
        if row >= 0 and repairs[row] in ferries:
            steps.append(Step("ferry", mode, f"{a} - {b}", km, moving, waiting, usd, items))
        elif a == b and waiting == 0:
            steps.append(Step("move", mode, a, km, moving, 0.0, usd, items))
        else:
            # Half of a link across a border lies on each side; what is waited and paid there is the border's.
            fee = min(fees[row], usd) if row in fees else float(lines.fee[at])
            gauge_hours, gauge_usd = float(lines.gauge_hours[at]), float(lines.gauge_usd[at])
            half = Step("move", mode, a, km / 2, moving / 2, 0.0, (usd - fee) / 2, items)
            waiting, fee = waiting - gauge_hours, fee - gauge_usd
            border = Step("border", mode, f"{a} - {b}", 0.0, 0.0, waiting, fee, items)
            way = direction(a, b, mode, gates.get(row, ""))
            if way.sources and a != b:
                border = replace(border, directed_waiting=waiting * way.hours, directed_usd=fee * way.usd)
            rest = [border] if a != b or waiting > 0 else []
            if gauge_hours > 0 or gauge_usd > 0:
                where = str(lines.gauge_economy[at])
                gauge = Step("gauge", mode, where, 0.0, 0.0, gauge_hours, gauge_usd, items)
                rest.insert(0 if where == a != b else len(rest), gauge)
            steps += [half, *rest, replace(half, name=b)]
        if row >= 0:
            steps[first:] = [replace(step, passes=here) for step in steps[first:]]
    return steps
