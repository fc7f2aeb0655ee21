"""Years that gain or cost by the cohorts that take part in them: one begins every year, from the opening on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.programme.channels.skills import calc_cohorts


@dataclass(frozen=True)
class Cohorts:
    """Cohorts by year.

    Parameters
    ----------
    intakes
        Years in which one begins.
    begin, end
        Years after its beginning between which a cohort takes part.
    """

    intakes: float
    begin: float
    end: float

    @property
    def most(self) -> float:
        """Cohorts in the year in which most take part."""
        return min(self.intakes, self.end - self.begin)

    def shares(self, open_for: Floats) -> Floats:
        """Cohorts that take part in each year over the most of them, by years since the opening."""
        found = [
            calc_cohorts(0, self.intakes, self.end, int(year)) - calc_cohorts(0, self.intakes, self.begin, int(year))
            for year in open_for
        ]  # fmt: skip
        return np.array(found) / self.most
