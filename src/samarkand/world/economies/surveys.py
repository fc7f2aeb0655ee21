"""Household surveys among the facts: means by the year of their purchasing power parity, shares of income by group.

A figure in PPP US$ is of the price comparison of one year, and so is a poverty line: means of one year are never
compared with lines of another. `world/parameters/poverty.csv` has the lines of each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.world.economies.facts import Facts
from samarkand.world.parameters import Parameters, load_parameters

PPP_YEARS = (2021, 2017, 2011)  # of the price comparisons that there are lines of
LINE, STANDARDS = "poverty_line_", ("low", "middle", "high")
SURVEY_NEED = "survey means"
SURVEY_MEAN = "survey_mean_"
TENTHS = (
    "income_share_lowest_decile",
    *(f"income_share_decile_{k}" for k in range(2, 10)),
    "income_share_highest_decile",
)
FIFTHS = tuple(f"income_share_quintile_{k}" for k in range(1, 6))
SHARES = (TENTHS, FIFTHS)
MEASURES = ("consumption", "income")


@dataclass(frozen=True)
class Survey:
    """Mean income or consumption a head, PPP US$ a day, and what it is.

    `measure`: `consumption`, `income`, or empty where the file does not say.
    """

    mean: float
    ppp_year: int
    year: int | None
    measure: str


def poverty_lines(parameters: Parameters, ppp_year: int) -> dict[str, float]:
    """The lines of a price comparison, PPP US$ a day, by their label, from the lowest on."""
    lines = sorted(parameters[f"{LINE}{ppp_year}_{standard}"] for standard in STANDARDS)
    return {f"{line:.2f} PPP$ of {ppp_year}": line for line in lines}


def year_of_line(line: float) -> int | None:
    """The year of the price comparison that a published line is of; None for a line of one's own."""
    for ppp_year in PPP_YEARS:  # no published line is of two
        if any(abs(line - one) < 0.005 for one in poverty_lines(load_parameters(), ppp_year).values()):
            return ppp_year
    return None


def has_survey_mean(facts: Facts, economy: str | None = None) -> bool:
    """Whether the mean of a survey is known, of an economy or of any."""
    names = [f"{SURVEY_MEAN}{year}" for year in PPP_YEARS]
    if economy is not None:
        return any(facts.get(economy, name).known for name in names)
    return bool((facts.table["variable"].isin(names) & facts.table["value"].notna()).any())


def survey_of(facts: Facts, economy: str) -> Survey | None:
    """The mean at the newest PPP that it is known at; None where there is none."""
    for ppp_year in PPP_YEARS:
        fact = facts.get(economy, f"{SURVEY_MEAN}{ppp_year}")
        if fact.value is not None and fact.value > 0:
            measure = fact.text.partition(" ")[0]
            return Survey(fact.value, ppp_year, fact.year, measure if measure in MEASURES else "")
    return None


def shares_of(facts: Facts, economy: str) -> tuple[Floats, Floats] | None:
    """Cumulative shares of people and of income between 0 and 1, of tenths or of fifths with both end tenths.

    All of one year and source; None where neither is known whole.
    """
    tenths = _of_one_survey(facts, economy, TENTHS)
    if tenths is not None:
        return np.arange(1, 10) / 10, np.cumsum(tenths / tenths.sum())[:-1]
    fifths = _of_one_survey(facts, economy, FIFTHS)
    if fifths is None:
        return None
    people, cumulative = np.arange(1, 5) / 5, np.cumsum(fifths / fifths.sum())[:-1]
    both = _of_one_survey(facts, economy, (*FIFTHS, TENTHS[0], TENTHS[-1]))
    if both is None:
        return people, cumulative
    lowest, highest = both[-2:] / fifths.sum()
    return np.r_[0.1, people, 0.9], np.r_[lowest, cumulative, 1.0 - highest]


def _of_one_survey(facts: Facts, economy: str, names: Iterable[str]) -> Floats | None:
    found = [facts.get(economy, name) for name in names]
    if any(fact.value is None for fact in found) or len({(fact.year, fact.source) for fact in found}) > 1:
        return None
    return np.array([fact.value for fact in found], dtype=float)
