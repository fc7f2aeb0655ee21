"""What a TEU pays on a railway for a kilometre, by the economy in which the railway lies.

    rate = standard + own_rail_rates * (revenue * rail_load - standard)        US$/TEU-km

revenue: what railways of the economy earn for a tonne and kilometre (`parameters/rail_revenue.csv`); where none is
published the standard rate holds. Ways are found for a load of any goods, so the load is the mean of what goes by rail.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np

from samarkand.core.conventions import Floats

STANDARD, LOAD, SHARE, REVENUE = "rail_rate_standard", "rail_load", "own_rail_rates", "rail_revenue_"
# Members of the Independent Regulators' Group - Rail, which publishes their mean.
# fmt: off
REGULATED = frozenset((
    "AUT", "BEL", "BGR", "CHE", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GBR", "GRC", "HRV", "HUN", "IRL",
    "ITA", "LTU", "LUX", "LVA", "MKD", "NLD", "NOR", "POL", "PRT", "ROU", "SRB", "SVK", "SVN", "SWE", "XKX",
))
# fmt: on


def revenue_name(economy: str) -> str:
    """The parameter that says what railways of an economy earn for a tonne and kilometre; it may not be declared."""
    return REVENUE + ("europe" if economy in REGULATED else economy.lower())


def tonne_rates(economies: Iterable[str], parameters: Mapping[str, float]) -> Floats:
    """US$ that railways earn for a tonne and kilometre, by economy; not a number where none is published."""
    return np.array([parameters.get(revenue_name(code), np.nan) for code in economies], np.float64)


def rail_rates(economies: Iterable[str], parameters: Mapping[str, float]) -> Floats:
    """Freight rates on railways of economies, one after another, US$/TEU-km.

    `standard + own_rail_rates * (revenue * rail_load - standard)`, the standard where no revenue is published.
    """
    standard, revenue = parameters[STANDARD], tonne_rates(economies, parameters)
    more: Floats = parameters[SHARE] * np.nan_to_num(revenue * parameters[LOAD] - standard)
    return standard + more


def mean_rail_rate(economies: Collection[str], parameters: Mapping[str, float]) -> float:
    """The mean of the rates of several economies; the standard of none."""
    return float(rail_rates(economies, parameters).mean()) if economies else parameters[STANDARD]
