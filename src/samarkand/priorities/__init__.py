"""The priorities, all of one shape: a folder each, with declared indicators and pure functions of what was solved.

`registry` says what a folder holds, `base` what is declared; `assessing` runs them, `time_rule` and `results` put years
together. Priorities never import each other: what one reads of another it declares.
"""

from samarkand.core.lazy import lazy_exports

# A priority's command is imported for `samarkand --help`: nothing else may load for it.
__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        **dict.fromkeys(
            ("Indicator", "Levels", "Outcomes", "Priority", "Range"), "samarkand.priorities.base"
        ),
        **dict.fromkeys(
            ("all_indicators", "each_indicator", "find_indicator", "priorities"),
            "samarkand.priorities.registry",
        ),
        **dict.fromkeys(("assess_once", "assess_states", "assess_whole"), "samarkand.priorities.assessing"),
        **dict.fromkeys(("Results", "unit_of"), "samarkand.priorities.results"),
        **dict.fromkeys(("Assessed", "TimeRule"), "samarkand.priorities.time_rule"),
        "HoldOutRanges": "samarkand.priorities.ranges",
        "Timeline": "samarkand.priorities.timeline",
    },
)
