"""Freight on the network: routes, choice of mode, trade costs by sector, and the tonnes that travel."""

from samarkand.core.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "FreightModel": "samarkand.world.freight.model",
        "prepare_freight": "samarkand.world.freight.model",
        "skims_of": "samarkand.world.freight.model",
        "disrupt_freight": "samarkand.world.freight.disruption",
        "iceberg_cost_hat": "samarkand.world.freight.trade_costs",
        "ad_valorem_cost": "samarkand.world.freight.trade_costs",
        "calc_freight_work": "samarkand.world.freight.assignment",
    },
)
