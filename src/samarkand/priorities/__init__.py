"""The seven priorities, all of one shape.

`priorities.csv` lists the seven. A priority that is assessed is a package of its name with a declared table
`indicators.csv` and one pure function `assess(inputs) -> {indicator: Levels | Gap}`; what it may read
comes in as `Inputs`. Priorities never import each other.
"""

from samarkand.priorities.base import Indicator, Inputs, Levels, Priority
from samarkand.priorities.registry import Outcomes, all_indicators, assess_all, find_indicator, priorities
from samarkand.priorities.time_rule import Assessed, Results, unit_of

__all__ = [
    "Assessed",
    "Indicator",
    "Inputs",
    "Levels",
    "Outcomes",
    "Priority",
    "Results",
    "all_indicators",
    "assess_all",
    "find_indicator",
    "priorities",
    "unit_of",
]
