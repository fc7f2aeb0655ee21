"""What happened to contracts of the form of an item, with the source of each share."""

from __future__ import annotations

from collections.abc import Sequence

from samarkand.priorities.faces import NO_FIGURE, Table, shown
from samarkand.priorities.governance.contract_risk import (
    EVENTS,
    NO_FORM,
    ContractRisk,
    contract_risks,
    risk_of_contract,
)
from samarkand.priorities.reference_fit import COVERAGE
from samarkand.programme.model.models import Item


def contract_of(item: Item) -> Table:
    """Dispute, renegotiation and cancellation of contracts like that of an item."""
    rows = []
    for event in EVENTS:
        found = risk_of_contract(item, event)
        if isinstance(found, str):
            rows.append((event, NO_FIGURE, NO_FIGURE, NO_FIGURE, found))
        else:
            rows.append((event, *_cells(found), f"{found.source} [{found.flag}]"))
    form = _form(item)
    return Table(
        f"What happened to contracts of its form{f': {form}' if form else ''}",
        ("event", "share of contracts", _range_head(), "period", "source"),
        tuple(rows) if form else (),
        note="Of other projects with such contracts; it enters no other result. Table: contract_risk.csv."
        if form
        else f"Nothing is said: {NO_FORM}.",
        numbers=9,
    )


def contracts_of(items: Sequence[Item]) -> Table:
    """The same for the items whose form of contract is given."""
    rows = []
    for item in items:
        if not _form(item):
            continue
        cells = []
        for event in EVENTS:
            found = risk_of_contract(item, event)
            cells.append(NO_FIGURE if isinstance(found, str) else shown(found.value, ".0f", 100.0, "%"))
        rows.append((item.id, _form(item), *cells))
    sources = "; ".join(sorted({f"{row.source.split(':')[0]} [{row.flag}]" for row in contract_risks()}))
    return Table(
        "What happened to contracts of the same form",
        ("item", "form of its contract", *EVENTS),
        tuple(rows),
        note=f"Share of other contracts of the form, by kind where published; {NO_FIGURE}: none is. Sources: {sources}."
        if rows
        else "No item has the form of its contract (contract_form).",
        numbers=2,
    )


def _cells(row: ContractRisk) -> tuple[str, str, str]:
    low, high = row.ends
    between = NO_FIGURE if low != low else f"{100 * low:.0f} to {100 * high:.0f} %"
    return shown(row.value, ".0f", 100.0, "%"), between, row.period


def _form(item: Item) -> str:
    return str(item.get("contract_form") or "").replace("_", " ")


def _range_head() -> str:
    return f"{100 * COVERAGE:.0f} % range by how many were counted"
