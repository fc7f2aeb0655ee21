"""Freight in a solution: flows on the network, corridor profiles, capacities, transit; hold-outs; gravity on panels."""

from samarkand.core.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "Profile": "samarkand.analysis.corridors",
        "corridor_profile": "samarkand.analysis.corridors",
        "Freight": "samarkand.analysis.flows",
        "capacity_table": "samarkand.analysis.capacity",
        "capacity_warnings": "samarkand.analysis.capacity",
        "Gravity": "samarkand.analysis.panels",
        "estimate_collaboration": "samarkand.analysis.collaboration",
        "estimate_people_flows": "samarkand.analysis.people_flows",
        "transit_table": "samarkand.analysis.transit",
        "HoldOut": "samarkand.analysis.holdout",
        "hold_out": "samarkand.analysis.holdout",
    },
)
