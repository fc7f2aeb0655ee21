"""The seven priorities, all of one shape.

`priorities.csv` lists the seven. A priority that is assessed is a package of its name with a declared table
`indicators.csv` and one pure function `assess(inputs) -> {indicator: Levels | NotAssessed}`; what it may read
comes in as `Inputs`. Priorities never import each other.
"""

from samarkand.priorities.base import Indicator, Inputs, Levels, NotAssessed, Priority
from samarkand.priorities.register import all_indicators, assess_all, find_indicator, priorities

__all__ = [
    "Indicator",
    "Inputs",
    "Levels",
    "NotAssessed",
    "Priority",
    "all_indicators",
    "assess_all",
    "find_indicator",
    "priorities",
]
