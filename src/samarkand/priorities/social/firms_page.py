"""Firms by size on the page of the report and in `samarkand people`."""

from __future__ import annotations

from samarkand.priorities.faces import Answer, Table, shown
from samarkand.priorities.social.firms import MARGINS
from samarkand.world.economies.firms import SIZES

MOST_ROWS = 20
NO_FIRMS = (
    "Small firms are not assessed: how much firms of each size export is not known. "
    "Import it: samarkand world import enterprise-surveys FILE --name NAME."
)
ALIKE = (
    "Firms of all sizes are taken to meet the same markets before anybody pays: who exports more gains more from "
    "cheaper trade, and who sells at home alone meets its competition."
)


def said_of_firms(answer: Answer) -> str:
    """What the figures of firms are, or which file they need."""
    return ALIKE if _is_known(answer) else NO_FIRMS


def _is_known(answer: Answer) -> bool:
    return bool(answer.array("firm_sales").notnull().any())


def firms_tables(answer: Answer) -> tuple[Table, ...]:
    """Economies with a survey, those first whose small firms' sales change most; none without."""
    if not _is_known(answer):
        return ()
    sales, share = answer.array("firm_sales"), answer.array("direct_export_share", "without")
    known = sales.dropna("economy", how="all")["economy"].to_numpy()
    order = sorted(map(str, known), key=lambda code: -abs(float(sales.sel(economy=code, case="small"))))
    rows = tuple(
        (
            answer.world.name_of(code),
            " / ".join(shown(float(share.sel(economy=code, case=size)), ".1f", 100.0) for size in SIZES),
            *(shown(float(sales.sel(economy=code, case=size)), "+.4f", 100.0) for size in SIZES),
        )
        for code in order[:MOST_ROWS]
    )
    heads = ("economy", f"exports in sales, {' / '.join(SIZES)}", *(f"sales, {size}" for size in SIZES))
    note = f"{len(order)} economies; the first {len(rows)} are shown." if len(order) > len(rows) else ""
    return (Table("Sales by size of firm, per cent", heads, rows, note=note),)


def firms_of_economy(answer: Answer, economy: str) -> tuple[Table, ...]:
    """By size: who exports, how much, and where the change of sales comes from; none without a survey."""
    if economy not in answer.world.labels or not _is_known(answer):
        return ()
    sales, margins = (
        answer.array(name).sel(economy=economy) for name in ("firm_sales", "firm_sales_by_margin")
    )
    if not bool(sales.notnull().any()):
        return ()
    levels = [
        answer.array(name, part).sel(economy=economy)
        for name in ("exporting_firms", "direct_export_share")
        for part in ("without", "with")
    ]
    rows = tuple(
        (
            f"{size} ({employees})",
            *(_per_cent(float(one.sel(case=size)), ".3f") for one in levels),
            _per_cent(float(sales.sel(case=size)), "+.4f"),
            *(_per_cent(float(margins.sel(case=f"{size}: {margin}")), "+.4f") for margin in MARGINS),
        )
        for size, employees in SIZES.items()
    )
    heads = (
        "firms", "that export, before", "after", "exports in sales, before", "after", "change of sales",
        *(f"of it: {margin}" for margin in MARGINS),
    )  # fmt: skip
    return (Table("Firms by size", heads, rows, note=ALIKE),)


def _per_cent(value: float, form: str = ".1f") -> str:
    return shown(value, form, 100.0, "%")
