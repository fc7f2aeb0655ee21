"""Corridor profiles: the way between two cities without and with a programme, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Unpack

import pandas as pd

from samarkand.analysis.full_places import full_places
from samarkand.appraisal import find_baseline, find_state
from samarkand.core.faults import Fault, FaultList, Faults, did_you_mean
from samarkand.core.progress import quiet
from samarkand.question import DEFAULT_YEARS, Asked, Question, Terms
from samarkand.session import Session, default_session
from samarkand.world.freight.capacity import Place
from samarkand.world.freight.path_finder import PathFinder
from samarkand.world.freight.skims import MODES, SEARCH_CLASSES, values_of_time
from samarkand.world.network.disruptions import close, find_closures, keeps_closed
from samarkand.world.network.itinerary import Itinerary, Step
from samarkand.world.network.link_changes import LinkChange
from samarkand.world.network.tables import Network
from samarkand.world.world import World, load_world


@dataclass(frozen=True)
class Profile:
    """The way between two cities by one mode, without and with the programme; None where nothing connects them.

    `ramping_up`: share of the full effect by the year, of items that are open and do not have all of it yet.
    `limits`: places with a capacity (`full_places.limits_table`), None where limits are not asked for; `facilities`:
    where they are, by id.
    """

    origin: str
    destination: str
    mode: str
    vot_class: str
    year: int
    closures: tuple[str, ...]
    without: Itinerary | None
    with_: Itinerary | None
    ramping_up: Mapping[str, float] = field(default_factory=dict)
    limits: pd.DataFrame | None = None
    facilities: Mapping[str, Place] = field(default_factory=dict)

    def passed(self, step: Step) -> pd.DataFrame:
        """Rows of `limits` that a step passes: whose links, or port, are among its own."""
        assert self.limits is not None  # asked for
        mine = {
            name
            for name, place in self.facilities.items()
            if any(
                number in (place.ports if mode == "port" else place.links.get(mode, ()))
                for mode, number in step.passes
            )
        }
        return self.limits[self.limits["facility"].isin(mine)]

    def to_dataframe(self) -> pd.DataFrame:
        """One row a step and scenario, with what it takes and what the way has taken so far.

        waiting_hours and usd at borders are the mean of both directions, as the search takes them; those of the
        direction of travel stand in directed_waiting_hours and directed_usd. With limits also the place with a capacity
        that the step passes, the dearest of several (`limited_place`, empty where none is known), its capacity, flow,
        unit, price and price_unit in the state of the row.
        """
        rows = []
        for scenario, way in (("without", self.without), ("with", self.with_)):
            km = hours = 0.0
            for number, step in enumerate(way.steps if way else (), 1):
                km += step.km
                hours += step.moving_hours + step.waiting_hours
                rows.append(
                    {
                        "scenario": scenario, "step": number, "kind": step.kind, "mode": step.mode,
                        "place": step.name, "km": step.km, "moving_hours": step.moving_hours,
                        "waiting_hours": step.waiting_hours, "usd": step.usd,
                        "directed_waiting_hours": step.own_waiting, "directed_usd": step.own_usd,
                        "items": " ".join(step.items),
                        "km_so_far": km, "hours_so_far": hours, **self._limited(step, scenario),
                    }
                )  # fmt: skip
        return pd.DataFrame(rows)

    def _limited(self, step: Step, scenario: str) -> dict[str, object]:
        """Columns of the place with a capacity that a step passes; none without limits."""
        if self.limits is None:
            return {}
        names = ("capacity", "flow", "price")
        found = self.passed(step).sort_values(f"price_{scenario}", ascending=False, kind="stable")
        if found.empty:
            return {"limited_place": "", **dict.fromkeys(names, float("nan")), "unit": "", "price_unit": ""}
        row = found.iloc[0]
        return {
            "limited_place": row["place"], **{name: row[f"{name}_{scenario}"] for name in names},
            "unit": row["unit"], "price_unit": row["price_unit"],
        }  # fmt: skip


def corridor_profile(
    programme: Asked,
    origin: str,
    destination: str,
    *,
    mode: str = "rail",
    vot_class: str = "medium",
    world: World | None = None,
    year: int = DEFAULT_YEARS[0],
    session: Session | None = None,
    **terms: Unpack[Terms],
) -> Profile:
    """Hours and US$ per TEU along the way between two cities, by segment, border, terminal and port.

    Cities are named as on the network (`CHN Chongqing`) or by their name alone where it is the only one. The way is
    that of least generalised cost at the value of time of the class, the same that the appraisal counts. With the
    programme it is the network of the state in force at the end of the year, with all that is open by then: a way is
    travelled or not, while results ramp up. With limits prices of full places stand beside the steps that pass them,
    and the way is that of goods that do not turn aside. Raises `Faults` with all that is wrong with the question.
    """
    session = session or default_session()
    terms["years"] = (year,)
    faults = FaultList()
    asked = faults.attempt(partial(session.ask, programme, world, **terms))
    network = (asked.world if asked else world or load_world()).network
    ends = [_find_city(network, name, faults) for name in (origin, destination)]
    for given, known, what in (
        (mode, MODES, "mode"),
        (vot_class, SEARCH_CLASSES, "class of the value of time"),
    ):
        if given not in known:
            faults.add(f"{what} {given}", f"is not a {what}", did_you_mean(given, known))
    faults.raise_if_any()
    assert asked is not None  # else there are faults
    if ends[0] == ends[1]:
        raise Faults([Fault(f"{origin} - {destination}", "is one city", "Give two cities.")])
    year = asked.scenario.years[-1]
    change = session.schedule(asked).changes[year]
    closed = find_closures(asked.scenario.closures, network)
    standing = tuple(c for c in change.network if not keeps_closed(c, closed, network))
    parameters = asked.assumptions.parameters
    value = values_of_time(parameters)[SEARCH_CLASSES.index(vot_class)]
    left = close(network, closed)
    pairs: tuple[tuple[LinkChange, ...], ...] = ((), standing)
    ways = [PathFinder(left, parameters, value, some).find(ends[0], ends[1], mode) for some in pairs]
    limits, facilities = _limits(asked, session)
    return Profile(
        ends[0], ends[1], mode, vot_class, year, closed.names, ways[0], ways[1],
        {item: share for item, share in change.ramp_up_share.items() if share < 1}, limits, facilities,
    )  # fmt: skip


def _limits(asked: Question, session: Session) -> tuple[pd.DataFrame | None, dict[str, Place]]:
    """Places with a capacity in the state in force at the end of the year, and where they are."""
    if not asked.has_limits:
        return None, {}
    schedule = session.schedule(asked)
    number = schedule.in_force[asked.scenario.years[-1]]
    state = find_state(asked, schedule, find_baseline(asked, session), session, quiet, number)
    limits = state.freight.limits
    assert limits is not None  # asked for
    return full_places(state), {one.id: one.place for one in limits.facilities}


def _find_city(network: Network, name: str, faults: FaultList) -> str:
    """Label of a city by its label or its name; a fault with the nearest names where there is none or several."""
    labels = network.cities.index.astype(str)
    if name in labels:
        return name
    names = network.cities["name"].astype(str).to_numpy()
    found = labels[[known.casefold() == name.casefold() for known in names]]
    if len(found) == 1:
        return str(found[0])
    if len(found):
        faults.add(f"city {name}", "is the name of several cities", "Write " + " or ".join(found) + ".")
    else:
        mend = did_you_mean(name, [*labels, *names])
        faults.add(f"city {name}", "is not a city of the network", mend)
    return name
