"""The seven priorities, all of one shape.

`priorities.csv` lists the seven. A priority that is assessed is a package of its name with a declared table
`indicators.csv` and one pure function `assess(inputs) -> {indicator: Levels | NotAssessed}`; what it may read
comes in as `Inputs`. Priorities never import each other.
"""

from samarkand.priorities.base import Indicator, Inputs, Levels, NotAssessed, Priority
from samarkand.priorities.by_year import Assessed, Results, unit_of
from samarkand.priorities.register import Outcomes, all_indicators, assess_all, find_indicator, priorities

__all__ = [
    "Assessed",
    "Indicator",
    "Inputs",
    "Levels",
    "NotAssessed",
    "Outcomes",
    "Priority",
    "Results",
    "all_indicators",
    "assess_all",
    "find_indicator",
    "priorities",
    "unit_of",
]
