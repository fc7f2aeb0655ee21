"""Least change of a term for one capital stack, and a schedule to the cent."""

from __future__ import annotations

from datetime import date
from time import perf_counter, process_time

from samarkand.core.evidence import Evidence
from samarkand.engines.loans.schedule import make_schedule
from samarkand.engines.loans.terms import LoanTerms
from samarkand.priorities.finance.least_change import LEVERS, least_change, measures_of
from samarkand.priorities.finance.revenue import PUBLISHED, Revenue
from samarkand.priorities.finance.tranches import tranches_of
from samarkand.priorities.finance.viability import viability_of
from samarkand.programme.model.models import Financing, Project, When
from samarkand.world.parameters import load_parameters

LESS = 0.97  # of the highest service as published: not met before terms change


def main() -> None:
    """A stack of four loans of a railway, each lever, cover and grant element; seconds and values tried."""
    terms = LoanTerms(0.02, 20, 5)
    began = perf_counter()
    for _ in range(100):
        make_schedule(terms, [(date(2026, 7, 1), 10**12)])
    print(f"schedule of 40 payments to the cent: {(perf_counter() - began) * 10:.2f} ms")
    parameters, item = load_parameters(), _railway()
    tranches = tranches_of([item], parameters)
    viability = viability_of(item, Revenue({PUBLISHED: 320.0}), tranches, parameters)
    measures = measures_of(viability, parameters)
    service = LESS * measures["service"](tranches)
    for measure, limit in (("cover", 1.0), ("grant_element", 0.25), ("service", service)):
        for lever in LEVERS:
            began, of_processor = perf_counter(), process_time()
            found = least_change(tranches, 1, lever, measure, limit, measures).certificate
            seconds, of_processor = perf_counter() - began, process_time() - of_processor
            took = f"{seconds:.2f} s ({of_processor:.2f} s of the processor)"
            print(f"least change of {lever:8} for {measure:13}: {took}, {len(found.tried)} tried")


def _figure(value: float, unit: str = "fraction") -> Evidence:
    return Evidence(value=value, unit=unit, source="made up", flag="assumed")


def _railway() -> Project:
    lines = tuple(
        Financing.of(
            {
                "party": f"bank-{number}", "instrument": "loan", "share": _figure(0.2), "perimeter": "public_external",
                "interest_rate": _figure(0.02 + number / 200), "maturity": _figure(20, "years"),
                "grace": _figure(5, "years"), "profile": profile,
            }
        )
        for number, profile in enumerate(("equal_principal", "annuity", "equal_principal", "annuity"))
    )  # fmt: skip
    return Project(
        id="railway", title="Railway", kind="rail", economies=("KGZ",), status="construction",
        construction_start=When(year=2024), opening=When(year=2030), capex=_figure(4000, "US$ m"), financing=lines,
    )  # fmt: skip


if __name__ == "__main__":
    main()
