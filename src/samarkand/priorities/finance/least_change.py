"""The least change of one lever that keeps a measure of an item's loans at its limit or better, with a certificate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from samarkand.core.faults import Fault, Faults, did_you_mean
from samarkand.engines.bisection import Certificate, find_least_change
from samarkand.engines.loans.values import calc_present_value
from samarkand.priorities.finance.concessionality import calc_grant_share
from samarkand.priorities.finance.debt_framework import RATIOS
from samarkand.priorities.finance.tranches import Tranche
from samarkand.priorities.finance.viability import Viability, viability_of
from samarkand.priorities.finance.what_if import changed
from samarkand.world.parameters import Parameters

Measure = Callable[[Sequence[Tranche]], float]
LEVERS = ("rate", "maturity", "grace", "grant")
AT_MOST = ("service", "value", *RATIOS)  # the other measures are at least their limit
BASIS_POINT, PART = 1e-4, 1e-3  # steps of a rate, of a part that is given
LONGEST = 50.0  # years


@dataclass(frozen=True)
class LeastChange:
    """What was asked and found; `before`: the measure without a change, `after`: at the least change."""

    lever: str
    tranche: int
    measure: str
    limit: float
    before: float
    after: float
    certificate: Certificate


def measures_of(viability: Viability | str, parameters: Parameters) -> Mapping[str, Measure]:
    """What can be kept: highest service of a year and present value of service (US$ m), grant element, lowest cover."""
    rate = parameters["grant_element_discount_rate"]

    def service(tranches: Sequence[Tranche]) -> float:
        by_year: dict[int, float] = {}
        for one in tranches:
            for year, paid in zip(one.years, one.by_year["service"].tolist(), strict=True):
                by_year[year] = by_year.get(year, 0.0) + paid
        return max(by_year.values(), default=0.0)

    def value(tranches: Sequence[Tranche]) -> float:
        flows = [flow for one in tranches for flow in one.dollars() if flow[1] > 0]
        return calc_present_value(flows, rate, min(day for day, _ in flows)) if flows else 0.0

    def grant_element(tranches: Sequence[Tranche]) -> float:
        known = [(one.amount or 0.0, calc_grant_share(one, rate)) for one in tranches if one.line.is_debt]
        total = sum(amount for amount, share in known if share == share)
        return (
            sum(amount * share for amount, share in known if share == share) / total
            if total
            else float("nan")
        )

    found: dict[str, Measure] = {"service": service, "value": value, "grant_element": grant_element}
    if isinstance(viability, Viability) and viability.has_loans:

        def cover(tranches: Sequence[Tranche]) -> float:
            again = viability_of(viability.item, viability.revenue, tranches, viability.parameters)
            assert isinstance(again, Viability)  # as with the terms that are published
            lowest = again.lowest_cover
            return float("inf") if lowest != lowest else lowest  # nothing is serviced any more

        found["cover"] = cover
    return found


def is_at_most(measure: str) -> bool:
    """Whether a measure is kept at most at its limit; a debt ratio may name a test, as `pv_gdp:B1`."""
    return measure.partition(":")[0] in AT_MOST


def least_change(
    tranches: Sequence[Tranche],
    number: int,
    lever: str,
    measure: str,
    limit: float,
    measures: Mapping[str, Measure],
) -> LeastChange:
    """The least change of a lever of one tranche.

    Parameters
    ----------
    tranches
        All of the item.
    number
        Of the tranche whose lever moves.
    lever
        `rate` falls to nothing, `maturity` and `grace` grow, `grant` is the part that is given.
    measure, limit
        What is kept, and at what; `service` and `value` at most, the others at least.

    Raises
    ------
    Faults
        For words that are none, and a tranche without a schedule.
    """
    if lever not in LEVERS:
        raise Faults([Fault(f"--least {lever}", "is no lever", did_you_mean(lever, LEVERS))])
    if measure not in measures:
        raise Faults(
            [Fault(f"--keep {measure}", "cannot be worked out here", did_you_mean(measure, measures))]
        )
    place = {one.number: k for k, one in enumerate(tranches) if one.schedule is not None}
    if number not in place:
        known = ", ".join(map(str, place)) or "none"
        raise Faults([Fault(f"tranche {number}", "has no schedule", f"Tranches with one: {known}.")])
    start, end, step = _range(tranches[place[number]], lever)

    def with_value(at: float) -> list[Tranche]:
        found = list(tranches)
        found[place[number]] = changed(found[place[number]], {lever: f"{at:.12g}"})
        return found

    def is_met(at: float) -> bool:
        reached = measures[measure](tranches if at == start else with_value(at))
        return reached <= limit if is_at_most(measure) else reached >= limit

    certificate = find_least_change(is_met, start, end, step)
    before = measures[measure](tranches)
    met = certificate.met_at
    after = float("nan") if met is None else before if met == start else measures[measure](with_value(met))
    return LeastChange(lever, number, measure, limit, before, after, certificate)


def _range(tranche: Tranche, lever: str) -> tuple[float, float, float]:
    """From what is published to the furthest that a lever goes, and its step."""
    assert tranche.schedule is not None  # asked before
    terms = tranche.schedule.terms
    period = 1.0 / terms.payments_a_year
    if lever == "rate":
        return terms.rate, min(terms.rate, 0.0), BASIS_POINT
    if lever == "maturity":
        return terms.maturity, max(LONGEST, terms.maturity), period
    if lever == "grace":
        return terms.grace, max(terms.maturity - period, terms.grace), period
    return 0.0, 1.0, PART
