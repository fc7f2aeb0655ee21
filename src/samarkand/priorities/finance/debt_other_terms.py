"""Other terms of the programme's loans in an economy's debt ratios: `--what-if` and `--least` of `samarkand debt`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np

from samarkand.core.faults import Fault, FaultList, Faults, did_you_mean
from samarkand.engines.debt.signal import HORIZON
from samarkand.engines.debt.stress import TESTS
from samarkand.priorities.faces import Answer, Table
from samarkand.priorities.finance.assessment import stack_of
from samarkand.priorities.finance.debt_effect import effect_on, owed_by, with_debt
from samarkand.priorities.finance.debt_framework import RATIOS, Framework
from samarkand.priorities.finance.debt_inputs import Effect, applying, ratios_of
from samarkand.priorities.finance.debt_macro import Economy
from samarkand.priorities.finance.debt_outcome import Outcome, outcome_of
from samarkand.priorities.finance.least_change import Measure, least_change
from samarkand.priorities.finance.tranches import Tranche
from samarkand.priorities.finance.what_if import WhatIf, applied, read_what_ifs
from samarkand.priorities.finance.what_if_page import least_change_tables

EXAMPLE = "Write for instance --least railway:1:rate --keep pv_gdp, or --keep service_exports:B3=0.15."


class Loans:
    """The programme's loans that an economy services, item by item, and its ratios with them."""

    def __init__(self, answer: Answer, economy: Economy, rules: Framework) -> None:
        self.answer, self.economy, self.rules = answer, economy, rules
        self.all = stack_of(answer.timeline)
        self.effect = effect_on(answer, economy)
        mine = [one for one in self.all if one.hosts.get(economy.code) and one.schedule is not None]
        self.items = {item: tuple(group) for item, group in groupby(mine, lambda one: one.item.id)}

    def effect_with(self, changed: Mapping[str, Sequence[Tranche]]) -> Effect:
        """The programme's effect with other tranches of some items."""
        new = {(one.item.id, one.number): one for group in changed.values() for one in group}
        stack = [new.get((one.item.id, one.number), one) for one in self.all]
        kept = [one for one in stack if one.schedule is not None]  # what is given is owed no more
        years = self.economy.projection[: len(self.effect.gdp)]
        return with_debt(self.effect, owed_by(self.answer, self.economy.code, years, kept))

    def changed(self, item: str, what_ifs: Sequence[WhatIf]) -> tuple[Tranche, ...]:
        """The tranches of an item on other terms."""
        return applied(self.items[item], what_ifs)

    def measures(self, item: str) -> dict[str, Measure]:
        """The highest of each ratio in the first year and ten more, without a shock and under each test."""

        def measure(ratio: str, test: int) -> Measure:
            def reached(mine: Sequence[Tranche]) -> float:
                found = ratios_of(self.economy, self.rules, self.effect_with({item: mine}))
                return float(found[ratio][test, :HORIZON].max())

            return reached

        found = {ratio: measure(ratio, 0) for ratio in RATIOS}
        for test in applying(self.economy, self.rules)[1:]:
            found |= {f"{ratio}:{test}": measure(ratio, TESTS.index(test)) for ratio in RATIOS}
        return found


def other_terms_tables(
    answer: Answer, economy: Economy, rules: Framework, written: Sequence[str], least: str, keep: str
) -> tuple[Table, ...]:
    """Tables of other terms and of the least change. Raises `Faults` for whatever cannot be read."""
    outcome = outcome_of(economy, rules, effect_on(answer, economy))
    if not outcome.ratios:
        raise Faults([Fault("--what-if, --least", f"need {'; '.join(outcome.needs)}", "Complete the files.")])
    loans = Loans(answer, economy, rules)
    tables: list[Table] = []
    if written:
        tables.append(_what_if(loans, outcome, written))
    if least or keep:
        tables += _least(loans, outcome, least, keep)
    return tuple(tables)


def _what_if(loans: Loans, outcome: Outcome, written: Sequence[str]) -> Table:
    """As published, with each change alone, and with all of them."""
    faults = FaultList()
    asked: list[tuple[str, str, WhatIf]] = []
    for text in written:
        item, colon, rest = text.partition(":")
        if not colon or item not in loans.items:
            faults.add(f"--what-if {text}", *_no_item(item, loans))
            continue
        try:
            (one,) = read_what_ifs([rest])
        except Faults as error:
            for fault in error.faults:
                faults.add(f"--what-if {text}", fault.reason, fault.mend)
            continue
        asked.append((f"{item}, {one.words}", item, one))
    faults.raise_if_any()
    cases = [("as published", outcome)]
    cases += [(words, _outcome(loans, [(item, one)])) for words, item, one in asked]
    if len(asked) > 1:
        cases.append(("all of them", _outcome(loans, [(item, one) for _, item, one in asked])))
    rows = []
    for words, found in cases:
        peaks = [f"{100 * float(found.ratios[name][0, 1:HORIZON].max()):.1f}" for name in RATIOS]
        rows.append((words, found.external or "n/a", found.overall or "n/a", *peaks))
    heads = (
        "what if", "external", "overall", "PV/GDP", "PV/exports", "service/exports", "service/revenue", "public PV/GDP",
    )  # fmt: skip
    note = "Mechanical signal; highest of the ten years after the first without a shock, %. Terms of loans alone "
    note += "change; what a financier no longer lends others must give."
    return Table("What if", heads, tuple(rows), note)


def _outcome(loans: Loans, asked: Sequence[tuple[str, WhatIf]]) -> Outcome:
    items = dict.fromkeys(item for item, _ in asked)
    new = {item: loans.changed(item, [one for name, one in asked if name == item]) for item in items}
    return outcome_of(loans.economy, loans.rules, loans.effect_with(new))


def _least(loans: Loans, outcome: Outcome, least: str, keep: str) -> tuple[Table, Table]:
    """The least change of a lever of one tranche that keeps a ratio at its threshold, or at a limit."""
    item, _, rest = least.partition(":")
    number, colon, lever = rest.rpartition(":")
    measure, equals, limit = (part.strip() for part in keep.partition("="))
    ratio = measure.partition(":")[0]
    if not least or not keep or (colon and not number.isdigit()) or (equals and not _is_share(limit)):
        raise Faults([Fault("--least, --keep", "cannot be read", EXAMPLE)])
    if item not in loans.items:
        raise Faults([Fault(f"--least {least}", *_no_item(item, loans))])
    if ratio not in RATIOS:
        raise Faults([Fault(f"--keep {measure}", "is no ratio", did_you_mean(ratio, RATIOS))])
    if not equals and ratio not in outcome.thresholds:
        needs = "; ".join(outcome.capacity.needs) or "an economy under the framework"
        raise Faults([Fault(f"--keep {measure}", f"has no threshold: needs {needs}", EXAMPLE)])
    mine = loans.items[item]
    largest = max(mine, key=lambda one: one.amount or 0.0).number
    kept = float(limit) if equals else outcome.thresholds[ratio]
    found = least_change(mine, int(number) if colon else largest, lever, measure, kept, loans.measures(item))
    return least_change_tables(found)


def _is_share(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _no_item(item: str, loans: Loans) -> tuple[str, str]:
    known = ", ".join(loans.items) or "none"
    return f"{item!r} is no item with a loan that {loans.economy.code} services", f"Items with one: {known}."
