"""Journeys on the page of the report: what studies say of the measures for people of the programme."""

from __future__ import annotations

import numpy as np

from samarkand.priorities.faces import NO_FIGURE, Answer, Table
from samarkand.priorities.social.journeys import KIND, PublishedFlow, published_flows

MOVES = "Moves for work or for good after the end of a visa requirement"
ALSO_BACK = (
    "Studies of migration on requirements of visas for travel; these keep people from going back as well."
)
# Kinds of items that the findings bear on.
MEASURES = (KIND, "scholarships", "cultural_exchange")


def findings_tables(answer: Answer) -> tuple[Table, ...]:
    """What studies say of other measures for people; none where the programme has none of that sort."""
    kinds = {item.kind for item in answer.timeline.items}
    return (published(),) if kinds & set(MEASURES) else ()


def published() -> Table:
    """Findings on flights, languages, culture centres and scholarships side by side."""
    rows = tuple(
        (
            f"{one.measure}, {one.flow}",
            one.study,
            f"{_found(one)} for {one.unit}" + (f"; {one.note}" if one.note else ""),
        )
        for one in published_flows()
    )
    note = (
        "A word alone stands where no figure is known. Items do not say how many seats or institutes they bring: these "
        "findings enter no figure. On a panel of your own: samarkand.analysis.estimate_people_flows."
    )
    title = "What studies find of other measures for people"
    return Table(title, ("measure and flow", "study", "change"), rows, note=note, numbers=3)


def _found(one: PublishedFlow) -> str:
    if one.low is None or one.high is None or not one.high:
        return one.finding
    ends = [f"{100 * value:+.2g}" for value in dict.fromkeys((one.low, one.high))]
    return f"{' to '.join(ends)} %"


def journeys_tables(answer: Answer) -> tuple[Table, ...]:
    """Change of journeys and of moves by item and study; none where no item ends a visa requirement."""
    change, moves, people = (answer.array(name) for name in ("journeys_change", "moves_change", "journeys"))
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
    of_moves = tuple(map(str, moves["case"].to_numpy()))
    moved = tuple(
        (str(item), *(f"{100 * float(moves.sel(project=item, case=study)):+.0f} %" for study in of_moves))
        for item in moves.dropna("project")["project"].to_numpy()
    )
    return (
        Table("Journeys after the end of a visa requirement", heads, tuple(rows), note=note),
        Table(
            "Moves for work or for good after the end of a visa requirement",
            ("item", *of_moves),
            moved,
            note=ALSO_BACK,
        ),
    )
