"""The page of what other terms would do to an item: `samarkand finance ITEM --what-if ... --least ... --keep ...`."""

from __future__ import annotations

from collections.abc import Sequence

from samarkand.core.faults import Fault, Faults
from samarkand.priorities.faces import Answer, Page
from samarkand.priorities.finance.assessment import stack_of, viability_in
from samarkand.priorities.finance.least_change import least_change, measures_of
from samarkand.priorities.finance.tranches import Tranche
from samarkand.priorities.finance.what_if import read_what_ifs
from samarkand.priorities.finance.what_if_page import least_change_tables, what_if_table
from samarkand.programme.model.models import Item


def other_terms_page(answer: Answer, item: Item, written: Sequence[str], least: str, keep: str) -> Page:
    """What each change does, and the least change of a lever. Raises `Faults` for whatever cannot be read."""
    mine = [one for one in stack_of(answer.timeline) if one.item.id == item.id]
    if not any(one.schedule is not None for one in mine):
        needs = "; ".join(f"tranche {one.case}: {', '.join(one.missing)}" for one in mine if one.missing)
        raise Faults(
            [Fault(item.id, "has no loan whose terms are known", f"Needs {needs or 'a source of finance'}.")]
        )
    measures = measures_of(viability_in(answer.timeline, item), answer.timeline.assumptions.parameters)
    tables = []
    if written:
        tables.append(what_if_table(mine, read_what_ifs(written), measures))
    if least or keep:
        number, lever, measure, limit = _asked(mine, least, keep)
        tables += least_change_tables(least_change(mine, number, lever, measure, limit, measures))
    lead = ("Terms of loans alone change here; the programme and the economies stay as they are.",)
    return Page(f"Other terms for {item.title}", lead, tables=tuple(tables))


def _asked(mine: Sequence[Tranche], least: str, keep: str) -> tuple[int, str, str, float]:
    """Number of the tranche (the largest with a schedule where none is said), lever, measure and limit."""
    number, colon, lever = least.rpartition(":")
    measure, equals, limit = keep.partition("=")
    try:
        value = float(limit)
    except ValueError:
        value = float("nan")
    if not least or not equals or value != value or (colon and not number.isdigit()):
        remedy = "Write for instance --least 1:rate --keep cover=1.2; grant_element=0.35 is a fraction."
        raise Faults([Fault("--least, --keep", "cannot be read", remedy)])
    known = [one for one in mine if one.schedule is not None]
    largest = max(known, key=lambda one: one.amount or 0.0).number
    return int(number) if colon else largest, lever, measure.strip(), value
