"""Results that surprise: what is charged and what is not counted, and why the largest movers are where they are."""

from __future__ import annotations

from collections.abc import Iterable

from samarkand.priorities.faces import Page
from samarkand.reports.answers.economy import said_of
from samarkand.reports.figures import money
from samarkand.reports.summary import summarise
from samarkand.result import Appraisal
from samarkand.worth.net_worth import net_worth

LOSERS, GAINERS = 5, 3


def counted(appraisal: Appraisal) -> str:
    """One sentence: what is charged against what is counted."""
    beside = net_worth(appraisal)
    assessed = beside.capital.assessed_share
    purpose = (
        "" if assessed != assessed else f" ({assessed:.0%} of the published capital cost has such a purpose)"
    )
    return (
        "The whole cost of an item is charged as soon as part of its purpose is assessed"
        f"{purpose}; in real income only cheaper trade is counted, not its passengers, electricity or capacity."
    )


def surprises(appraisal: Appraisal) -> Page:
    """Why those who lose and gain most do."""
    return Page("Results that surprise", tuple(_said(appraisal)))


def _said(appraisal: Appraisal) -> Iterable[str]:
    summary = summarise(appraisal)
    yield counted(appraisal)
    yield (
        "A railway or port in service at the end of 2022 is in the world already: what is shown is the change from "
        "there. Economies far away gain where their trade passes; those next to a new way may lose trade to it."
    )
    for code in [*summary.losers.index[:LOSERS], *summary.gainers.index[:GAINERS]]:
        yield " ".join(said_of(appraisal, None, str(code)))
    direct = net_worth(appraisal).direct.central
    if direct:
        yield (
            f"Beside real income the items give {money(direct, sign=True)} a year of direct margins: by economy "
            "below who gains and who loses most."
        )
