"""Freight in a solution: flows on the network, corridor profiles, capacities; hold-outs; flows of people."""

from samarkand.core.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "Profile": "samarkand.analysis.corridors",
        "corridor_profile": "samarkand.analysis.corridors",
        "Freight": "samarkand.analysis.flows",
        "capacity_table": "samarkand.analysis.capacity",
        "capacity_warnings": "samarkand.analysis.capacity",
        "PeopleFlows": "samarkand.analysis.people_flows",
        "estimate_people_flows": "samarkand.analysis.people_flows",
        "HoldOut": "samarkand.analysis.holdout",
        "hold_out": "samarkand.analysis.holdout",
    },
)
