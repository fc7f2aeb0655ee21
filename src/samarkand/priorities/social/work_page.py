"""Work on the page of the report and in `samarkand people`: job-years by item, who changes sector, of one economy."""

from __future__ import annotations

import numpy as np

from samarkand.priorities.faces import Answer, Table, shown
from samarkand.priorities.social.work import AS_ACCOUNTS

MOST_ROWS = 20
NO_EMPLOYMENT = (
    "Work is not assessed: no employment by sector is known, and value added does not say how many people earn it. "
    "Import it: samarkand world import ilostat FILE --name NAME."
)
GROSS = (
    "Job-years of construction are gross: employment is full, so that whoever builds works nowhere else, and nothing "
    "of them is in real income. Work in operation is assessed for items that have an operating_cost."
)


def said_of_work(answer: Answer) -> str:
    """What the figures of work are, or which file they need."""
    return GROSS if _is_known(answer) else NO_EMPLOYMENT


def _is_known(answer: Answer) -> bool:
    return bool(answer.array("jobs_moved").notnull().any())


def work_tables(answer: Answer) -> tuple[Table, ...]:
    """Job-years of the items with the most, and the economies where most people change sector."""
    if not _is_known(answer):
        return ()
    return *_by_item(answer), _moved(answer)


def _by_item(answer: Answer) -> tuple[Table, ...]:
    home, abroad, without = (
        answer.array(name)
        for name in (
            "construction_jobs_at_home",
            "construction_jobs_abroad",
            "construction_spending_without_jobs",
        )
    )
    if "case" not in home.dims:
        return (Table("Job-years of construction", ("item",), (), note="No item has a published capex."),)
    contents = [str(case) for case in home["case"].to_numpy() if str(case) != AS_ACCOUNTS]
    total = (home.fillna(0.0) + abroad.fillna(0.0)).sel(case=AS_ACCOUNTS)
    order = np.argsort(-total.to_numpy(), kind="stable")
    rows = []
    for code in total["project"].to_numpy()[order]:
        unknown = float(without.sel(project=code, case=AS_ACCOUNTS))
        if unknown != unknown:
            continue
        at = {"project": code}
        rows.append(
            (
                str(code),
                shown(float(home.sel(case=AS_ACCOUNTS, **at))),
                " / ".join(shown(float(home.sel(case=case, **at))) for case in contents),
                shown(float(abroad.sel(case=AS_ACCOUNTS, **at))),
                f"{100 * unknown:.1f} %",
                shown(_in_operation(answer, str(code))),
            )
        )
    note = f"{len(rows)} items with a published capex." + (
        " The first are shown." if len(rows) > MOST_ROWS else ""
    )
    shown_rows = rows[:MOST_ROWS]
    local = " / ".join(content.partition(" %")[0] for content in contents)
    at_home = Table(
        "Job-years of construction at home, gross", ("item", AS_ACCOUNTS, f"{local} % local"),
        tuple(row[:3] for row in shown_rows), note=note,
    )  # fmt: skip
    elsewhere = Table(
        "Job-years elsewhere as the accounts buy, and jobs in operation",
        ("item", "elsewhere", "spending without jobs", "in operation"),
        tuple((row[0], *row[3:]) for row in shown_rows),
    )
    return at_home, elsewhere


def _in_operation(answer: Answer, item: str) -> float:
    """Of all economies whose employment is known; not a number where the item has no cost of operation."""
    jobs = answer.array("operation_jobs")
    return float(jobs.sel(project=item).sum(min_count=1)) if "project" in jobs.dims else float("nan")


def _moved(answer: Answer) -> Table:
    moved = answer.array("jobs_moved").dropna("economy").to_series().sort_values(ascending=False)
    rows = tuple((answer.world.name_of(str(code)), shown(value)) for code, value in moved.items())
    return Table("Persons who change sector, gross", ("economy", "persons"), rows[:MOST_ROWS])


def work_of_economy(answer: Answer, economy: str) -> tuple[Table, ...]:
    """Persons by sector without and with, and job-years of construction; none without employment."""
    if not _is_known(answer):
        return ()
    parts = [
        answer.array("jobs_by_sector", "without").sel(economy=economy),
        answer.array("jobs_by_sector").sel(economy=economy),
        answer.array("construction_jobs_by_sector").sel(economy=economy),
    ]
    if bool(parts[0].isnull().any()):
        return ()
    rows = tuple(
        (str(sector), shown(float(persons)), f"{float(change):+,.0f}", shown(float(built)))
        for sector, persons, change, built in zip(parts[0]["sector"].to_numpy(), *parts, strict=True)
    )
    heads = ("sector", "persons", "change", "job-years of construction")
    return (Table("Work by sector", heads, rows, note=GROSS),)
