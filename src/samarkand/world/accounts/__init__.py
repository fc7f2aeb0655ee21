"""The accounts: flows, intermediate use, tariffs, sectors, trade elasticities, and how missing ones are estimated."""

from samarkand.core.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "Accounts": "samarkand.world.accounts.tables",
        "load_accounts": "samarkand.world.accounts.tables",
        "Tariffs": "samarkand.world.accounts.tariffs",
        "load_sectors": "samarkand.world.accounts.sectors",
        "TradeElasticities": "samarkand.world.accounts.elasticities",
        "load_elasticities": "samarkand.world.accounts.elasticities",
        "estimate_elasticity": "samarkand.world.accounts.elasticity_estimation",
    },
)
