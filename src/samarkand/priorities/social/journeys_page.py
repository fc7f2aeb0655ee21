"""Journeys on the page of the report: what studies say of the visa regimes of the programme."""

from __future__ import annotations

import numpy as np

from samarkand.priorities.faces import NO_FIGURE, Answer, Table


def journeys_tables(answer: Answer) -> tuple[Table, ...]:
    """Change of journeys by item and study; none where no item ends a visa requirement."""
    change, people = answer.array("journeys_change"), answer.array("journeys")
    if "project" not in change.dims:
        return ()
    studies = tuple(map(str, change["case"].to_numpy()))
    rows = []
    for item in change.dropna("project")["project"].to_numpy():
        shares = (f"{100 * float(change.sel(project=item, case=study)):+.0f} %" for study in studies)
        counted = people.sel(project=item).to_numpy() if "project" in people.dims else np.array([np.nan])
        known = bool(np.isfinite(counted).all())
        rows.append(
            (str(item), *shares, f"{counted.min():+,.0f} to {counted.max():+,.0f}" if known else NO_FIGURE)
        )
    note = "Studies differ, and none is taken for their mean. Counts of journeys: not money, and not in real income."
    heads = ("item", *studies, "persons a year")
    return (Table("Journeys after the end of a visa requirement", heads, tuple(rows), note=note),)
