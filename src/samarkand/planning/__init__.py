"""Lists of scenarios: what is asked many times over, what travels where, and what is seen along a way.

profile = corridor_profile("eurasian-corridors", "Chongqing", "Hamburg", mode="rail")
stress = stress_test("eurasian-corridors", ["suez", "border:KAZ-CHN"])
"""

from samarkand.core.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "corridor_profile": "samarkand.analysis.corridors",
        "Profile": "samarkand.analysis.corridors",
        "Freight": "samarkand.analysis.flows",
        "freight": "samarkand.analysis.flows",
        "Stress": "samarkand.planning.stress",
        "rank_closures": "samarkand.planning.stress",
        "stress_test": "samarkand.planning.stress",
    },
)
