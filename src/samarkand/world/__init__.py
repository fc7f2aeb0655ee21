"""The world: economies, accounts, freight network, parameters; the embedded world and how it is loaded."""

from samarkand.core.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__, {"World": "samarkand.world.world", "load_world": "samarkand.world.world"}
)
