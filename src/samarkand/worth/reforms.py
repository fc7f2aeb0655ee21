"""Reforms beside the items of a programme: what borders at half of their hours, or digital documents, are worth.

    borders      every open crossing between two economies of the programme takes a share less of its hours and fees
    documents    every consignment that passes one of them saves a sum

A reform is a measure like any other, added to the programme in the year asked about: exact equilibria with all items
and the reform less those without it, and its cost and life as of a measure (world/parameters/reforms.csv). A dollar
spent gives the present value of benefits over that of costs, of reforms and items alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import NamedTuple

from samarkand.core.evidence import Evidence
from samarkand.core.progress import Progress, quiet
from samarkand.programme.model.models import Crossing, Measure, Programme, When
from samarkand.question import Terms
from samarkand.session import Session, default_session
from samarkand.world.network.geography import CrossingPlace
from samarkand.world.parameters import Parameters
from samarkand.worth.item_worth import ItemWorth
from samarkand.worth.worth import Worth, appraise_worth

BORDERS, DOCUMENTS = "reform-of-borders", "digital-documents"
ALL = 1e6  # hours or US$/TEU, more than any crossing takes: then the share of it counts
SOURCE = "a reform of samarkand worth --reforms (reforms.csv)"


class Reformed(NamedTuple):
    """A reform and what it is worth; `crossings`: at how many it acts."""

    worth: ItemWorth
    crossings: int


def appraise_reforms(
    worth: Worth, session: Session | None = None, progress: Progress = quiet
) -> tuple[Reformed, ...]:
    """What each reform is worth beside the whole programme and without the other. Raises what `appraise_worth` does."""
    asked, session = worth.asked, session or default_session()
    scenario, found = asked.scenario, []
    places = crossings_of(worth.programme, scenario.without, asked.world.network.geography.crossings)
    terms: Terms = {
        "years": scenario.years, "without": scenario.without, "assumptions": dict(scenario.assumptions),
        "closures": scenario.closures, "deficit_rule": scenario.deficit_rule, "charge": scenario.charge,
        "construction_demand": scenario.construction_demand,
        "transit_payments": scenario.transit_payments,
    }  # fmt: skip
    if asked.projection is not None:
        terms["projection"] = asked.projection
    for reform in reforms(places, worth.year, asked.assumptions.parameters) if places else ():
        progress(f"{worth.year}: {reform.title}")
        more = worth.programme.model_copy(update={"measures": (*worth.programme.measures, reform)})
        answer = appraise_worth(more, asked.world, items=[reform.id], session=session, **terms)
        found.append(Reformed(answer.items[reform.id], len(places)))
    return tuple(found)


def crossings_of(
    programme: Programme, without: tuple[str, ...], crossings: tuple[CrossingPlace, ...]
) -> tuple[CrossingPlace, ...]:
    """Open crossings of roads and railways between two economies that have an item of the programme."""
    hosts = set(chain.from_iterable(item.economies for item in programme.items if item.id not in without))
    return tuple(row for row in crossings if row.is_open and set(row.economies) <= hosts)


def reforms(places: tuple[CrossingPlace, ...], year: int, parameters: Parameters) -> tuple[Measure, ...]:
    """The reforms as measures that are in force from a year on."""
    economies = tuple(dict.fromkeys(chain.from_iterable(row.economies for row in places)))
    gates = tuple(
        Crossing(economies=pair, mode="rail" if mode == "rail" else "road")
        for pair, mode in dict.fromkeys((row.economies, row.mode) for row in places)
    )
    left = ALL * (1.0 - parameters["reform_border_share"])
    shared = {
        "economies": economies,
        "crossing": gates,
        "opening": When(year=year, source=SOURCE, flag="assumed"),
    }
    return (
        _measure(
            BORDERS, f"Reform of {len(places)} borders", "border_facilitation",
            {
                **shared, "capex": _cost("reform_border_cost", len(places), parameters),
                "hours_before": _figure(ALL, "hours"), "hours_after": _figure(left, "hours"),
                "fee_before": _figure(ALL, "US$/TEU"), "fee_after": _figure(left, "US$/TEU"),
            },
        ),
        _measure(
            DOCUMENTS, f"Digital documents in {len(economies)} economies", "digital_trade_documents",
            {
                **shared, "capex": _cost("reform_document_cost", len(economies), parameters),
                "saving_per_consignment": parameters.evidence("reform_document_saving"),
            },
        ),
    )  # fmt: skip


def _measure(name: str, title: str, kind: str, given: Mapping[str, object]) -> Measure:
    return Measure.of({"id": name, "title": title, "kind": kind, "status": "proposed", **given})


def _figure(value: float, unit: str) -> Evidence:
    return Evidence(value=value, unit=unit, source=SOURCE, flag="assumed")


def _cost(name: str, number: int, parameters: Parameters) -> Evidence:
    """So many times the cost of one, with its range."""
    of_one = parameters.evidence(name)
    low, value, high = (number * one for one in of_one.ends)
    return of_one.model_copy(update={"value": value, "low": low, "high": high, "unit": "US$ m"})
