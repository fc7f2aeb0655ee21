"""Vehicles and accidents: what passengers who leave cars for a railway save beside time, and lives that a road saves.

    railway   N u d c k ((r + a) / o - t)     US$ a year
    road      (D0 - D1) V
    a         D V,  V = v y (1 + i j)

N passengers of a year of full service, u actual over forecast ones, d share that travelled before, c share of these
that came from cars, k kilometres of a journey; r running cost of a car without taxes, o people in it, t what it costs
to carry a passenger by train, a cost of accidents a kilometre: D deaths a vehicle-kilometre, V of a life v years of
income a head y with i serious injuries for a death, each worth a share j of it. The train's cost is left out where the
item's own cost of operation is published: that holds it. Those who come by bus or train save no vehicle here.
"""

from __future__ import annotations

from collections.abc import Mapping

from samarkand.core.gaps import Gap
from samarkand.programme.model.models import Item, Project
from samarkand.world.economies.facts import Facts
from samarkand.worth.passengers import forecast_use
from samarkand.worth.streams import Amount, Stream

KINDS = ("rail", "road")
OF_HEAD = ("gdp_2022", "population")
SOURCE = "McMahon & Dahdah (2008) for lives; running costs of cars and trains: own choice"
UPSIDE_DOWN = ("car_occupancy", "train_running_cost")  # the larger they are, the less is saved


def vehicle_streams(
    item: Item, facts: Facts, low: Mapping[str, float], value: Mapping[str, float], high: Mapping[str, float]
) -> tuple[list[Stream], list[Gap]]:
    """What is saved on vehicles and accidents, and what is missing; nothing for other kinds, and for lines without
    passengers."""
    if item.kind not in KINDS or not isinstance(item, Project):
        return [], []
    rail = item.kind == "rail"
    needed = ("passengers", "from_cars_share") if rail else ("road_deaths_before", "road_deaths_after")
    figures = [item.figure(name) for name in needed]
    if rail and ("freight" in item.words("traffic") or figures[0] is None):
        return [], []  # the gap of passengers says it
    if any(figure is None for figure in figures):
        missing = ", ".join(name for name, figure in zip(needed, figures, strict=True) if figure is None)
        return [], [Gap(item.id, "vehicle_cost", f"not assessed: needs {missing} of the item")]
    gaps, amounts = [], {}
    for code in item.economies:
        unknown = [name for name in OF_HEAD if not facts.get(code, name).value]
        if unknown:
            gaps.append(
                Gap(item.id, "vehicle_cost", f"not assessed in {code}: {', '.join(unknown)} of the economy")
            )
            continue
        one, other = (figure.value or 0.0 for figure in figures if figure is not None)
        ends = []
        for here, there in zip((low, value, high), (high, value, low), strict=True):
            given = {**here, **{name: there[name] for name in UPSIDE_DOWN}}
            life = calc_value_of_life(code, facts, given)
            saved = _of_passengers(item, one, other, life, given) if rail else (one - other) * life
            ends.append(1e-6 * saved / len(item.economies))
        amounts[code, ""] = Amount(min(ends), ends[1], max(ends))
    first = figures[0]
    base = (first.year if first else None) or (item.opening.year if item.opening else 0)
    stream = Stream("vehicle_cost", "any", "direct", amounts, "grows", base, "estimated", SOURCE)
    return ([stream] if amounts else []), gaps


def calc_value_of_life(code: str, facts: Facts, parameters: Mapping[str, float]) -> float:
    """Value of preventing a death on the road with the serious injuries that come with one, US$: `v y (1 + i j)`."""
    gdp, people = (facts.get(code, name).value or 0.0 for name in OF_HEAD)
    injuries = parameters["injuries_per_death"] * parameters["value_of_injury"]
    return parameters["value_of_life"] * gdp / people * (1 + injuries)


def _of_passengers(
    item: Project, trips: float, from_cars: float, life: float, parameters: Mapping[str, float]
) -> float:
    """US$ a year."""
    diverted, long = item.figure("diverted_share"), item.figure("journey_length")
    d = parameters["diverted_share"] if diverted is None else diverted.value or 0.0
    length = sum(section.length.value or 0.0 for section in item.section)
    km = length if long is None else long.value or 0.0
    car = parameters["car_running_cost"] + 1e-9 * parameters["road_deaths"] * life
    train = 0.0 if item.figure("operating_cost") else parameters["train_running_cost"]
    people = trips * forecast_use(item, parameters) * d * from_cars
    return people * km * (car / parameters["car_occupancy"] - train)
