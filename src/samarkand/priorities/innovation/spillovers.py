"""Spillovers of research through trade: a range of the literature, in the annex alone and in no money.

    change of ln TFP[n] = b m[n] ln( sum_i s'[n, i] R[i] / sum_i s[n, i] R[i] )

s and s' are shares of imports by origin without the programme and with it, R spending on research (in proportion to its
capital where it grows alike), m imports over output without the programme. b is that of Coe & Helpman (1995); the low
end is nothing: Keller (1998) finds as much with partners drawn by lot, so that it need not be trade that carries it.
"""

from __future__ import annotations

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.core.gaps import Gap
from samarkand.core.labels import labelled
from samarkand.priorities.base import Levels, Range
from samarkand.state import State
from samarkand.world.economies.research import RESEARCH_NEED, has_research, research_of
from samarkand.world.importers import import_hint

NAME = "trade_spillovers"
LEAST_COVERED = 0.5  # of imports: of fewer the change of the mean would be that of a minority
NOT_COVERED = "spending on research is not known of those it buys half of its imports from"


def calc_spillovers(
    without: Floats, with_: Floats, research: Floats, openness: Floats, elasticity: float
) -> Floats:
    """The change of ln TFP by economy; not a number where less than half of imports come from known research.

    Parameters
    ----------
    without, with_
        Purchases `[n, i]` of n from i, of any one unit; own sales do not count.
    research
        Spending on research of i; not a number where it is not known: i then has no part in the mean.
    openness
        Imports over output of n.
    elasticity
        Of TFP to foreign research where imports are all of output.
    """
    abroad = 1.0 - np.eye(len(research))
    known = np.isfinite(research)
    bought, after = without * abroad, with_ * abroad
    means = [one[:, known] @ research[known] / one[:, known].sum(axis=1) for one in (bought, after)]
    covered = bought[:, known].sum(axis=1) / bought.sum(axis=1)
    change: Floats = elasticity * openness * np.log(means[1] / means[0])
    return np.where(covered >= LEAST_COVERED, change, np.nan)


def spillovers_of(state: State) -> Levels | Gap:
    """The change with the estimate of Coe & Helpman, and the range down to nothing."""
    world = state.world
    if not has_research(world.fact_table):
        return Gap("innovation", NAME, f"needs file: {import_hint(RESEARCH_NEED)}")
    without, with_ = (one.trade_flow.sum(axis=2) for one in (state.without, state.before_financing))
    output = world.accounts.value_added.sum("sector").to_numpy()
    openness = (without * (1.0 - np.eye(len(output)))).sum(axis=1) / output
    research = research_of(world.fact_table, world.labels)
    with np.errstate(divide="ignore", invalid="ignore"):  # an economy without imports from known research
        values = [
            calc_spillovers(without, with_, research, openness, one)
            for one in state.assumptions.parameters.evidence("research_spillover").ends
        ]
    low, change, high = (labelled(one, economy=world.labels) for one in values)
    bounds = low.clip(max=high), low.clip(min=high)
    return Levels(change=change, ranges={"change": Range(*bounds, "published")}, reason=NOT_COVERED)
