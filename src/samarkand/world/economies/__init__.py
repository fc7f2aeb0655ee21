"""Economies and what is known of each: names and groups, figures with their sources, shapes on a map."""

from samarkand.core.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "load_economies": "samarkand.world.economies.tables",
        "Fact": "samarkand.world.economies.facts",
        "Facts": "samarkand.world.economies.facts",
        "load_facts": "samarkand.world.economies.facts",
        "load_map": "samarkand.world.economies.map",
    },
)
