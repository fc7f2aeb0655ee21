"""Tables of other terms beside those that are published, and of the least change that keeps a limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from samarkand.priorities.faces import NO_FIGURE, Table, shown
from samarkand.priorities.finance.concessionality import calc_all_in_cost
from samarkand.priorities.finance.debt_framework import TITLES as RATIO_TITLES
from samarkand.priorities.finance.least_change import LeastChange, Measure, is_at_most
from samarkand.priorities.finance.tranches import Tranche
from samarkand.priorities.finance.what_if import WhatIf, applied

FORMS = {
    "service": (",.1f", 1.0, ""), "value": (",.1f", 1.0, ""), "grant_element": (".1f", 100.0, "%"),
    "cover": (".2f", 1.0, ""),
}  # fmt: skip
TITLES = {
    "service": "highest service, US$ m", "value": "present value of service, US$ m",
    "grant_element": "grant element", "cover": "lowest cover",
}  # fmt: skip
CHARTED = 40  # points of a certificate that are shown


def what_if_table(
    tranches: Sequence[Tranche], asked: Sequence[WhatIf], measures: Mapping[str, Measure]
) -> Table:
    """As published, with each change alone, and with all of them where there are several."""
    cases = [("as published", tuple(tranches))]
    cases += [(one.words, applied(tranches, [one])) for one in asked]
    if len(asked) > 1:
        cases.append(("all of them", applied(tranches, asked)))
    rows = []
    for words, found in cases:
        lent = [one for one in found if one.schedule is not None]
        paid = sum(float(one.by_year["service"].sum()) for one in lent)
        last = str(max(one.years.stop - 1 for one in lent)) if lent else ""
        reached = (_shown(name, measure(found)) for name, measure in measures.items())
        rows.append((words, f"{paid:,.1f}", last, *reached, shown(calc_all_in_cost(lent), ".2f", 100, "%")))
    heads = ("what if", "service in all, US$ m", "until", *(TITLES[name] for name in measures), "all-in cost")
    note = "Other terms of what is lent; what a financier no longer lends others must give. Nothing else changes."
    return Table("What if", heads, tuple(rows), note)


def least_change_tables(found: LeastChange) -> tuple[Table, Table]:
    """The least change, and its certificate: every value that was tried."""
    proof = found.certificate
    sign = "at most" if is_at_most(found.measure) else "at least"
    limit = f"{sign} {_shown(found.measure, found.limit)}"
    rows = (
        ("as published", _lever(found.lever, proof.start), _shown(found.measure, found.before)),
        ("least change", _lever(found.lever, proof.met_at), _shown(found.measure, found.after)),
    )
    if proof.met_at is None:
        note = f"No {found.lever} from {_lever(found.lever, proof.start)} to {_lever(found.lever, proof.end)} keeps it."
    elif proof.not_met_at is None:
        note = "Nothing need change."
    else:
        note = f"At {_lever(found.lever, proof.not_met_at)}, one step before, it is not kept."
    title = f"Least change of {found.lever} of tranche {found.tranche} for {title_of(found.measure)} {limit}"
    tried = tuple(
        (str(number), _lever(found.lever, value), "yes" if met else "no")
        for number, (value, met) in enumerate(proof.tried[:CHARTED], 1)
    )
    certificate = (
        "First points in order, then halves between the last that fails and the first that does not."
    )
    return (
        Table(title, ("", found.lever, title_of(found.measure)), rows, note),
        Table("Certificate", ("try", found.lever, "kept"), tried, certificate),
    )


def title_of(measure: str) -> str:
    """A measure in words; of a debt ratio the highest of its years, and its test where one is named."""
    ratio, _, test = measure.partition(":")
    if ratio not in RATIO_TITLES:
        return TITLES[measure]
    said = RATIO_TITLES[ratio]
    return f"highest {said[0].lower()}{said[1:].replace(', % of ', ' over ')}" + (
        f" under {test}" if test else ""
    )


def _shown(measure: str, value: float) -> str:
    form, factor, unit = FORMS.get(measure, (".1f", 100.0, "%"))
    return shown(value, form, factor, unit)


def _lever(lever: str, value: float | None) -> str:
    if value is None:
        return NO_FIGURE
    if lever in ("maturity", "grace"):
        return f"{value:g} years"
    return f"{100 * value:.2f} %" if lever == "rate" else f"{100 * value:.1f} %"
