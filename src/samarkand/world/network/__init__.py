"""The freight network: nodes, links, crossings, ports and cities; how it changes, and what closes it."""

from samarkand.core.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "LandTables": "samarkand.world.network.tables",
        "LinkCosts": "samarkand.world.network.tables",
        "Network": "samarkand.world.network.tables",
        "load_network": "samarkand.world.network.tables",
        "LinkChange": "samarkand.world.network.link_changes",
        "Closures": "samarkand.world.network.disruptions",
        "find_closures": "samarkand.world.network.disruptions",
        "chokepoints": "samarkand.world.network.disruptions",
        "find_flooded": "samarkand.world.network.hazards",
    },
)
