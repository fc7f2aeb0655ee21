"""The size of direct benefits of the default programme, item by item, beside an independent sheet.

The sheet is arithmetic written here by hand from typed inputs: figures of the items as published, national accounts
and power by fuel of 2022 as embedded, and the parameters as declared. `ENVELOPE` is an earlier estimate, made apart
from the library from published traffic and wider assumptions (US$ m a year, low and high): each size lies within it, or
its comment says why not.
"""

from __future__ import annotations

import pytest

from samarkand.programme import load_programme
from samarkand.session import Session
from samarkand.world.assumptions import load_assumptions
from samarkand.world.world import World
from samarkand.worth.electricity import electricity_streams
from samarkand.worth.passengers import passenger_streams

# Gross domestic product (US$), labour force, unemployment of 2022.
INCOMES = {
    "IDN": (1182.06e9, 143.144e6, 0.033), "THA": (460.691e9, 40.623e6, 0.007), "MYS": (386.175e9, 18.264e6, 0.039),
    "RUS": (1869.21e9, 72.517e6, 0.026),
}  # fmt: skip
WAGE_SHARE, HOURS, WORK, OTHER, BUSINESS, DIVERTED, FORECAST = 0.55, 1900, 1.33, 0.3, 0.34, 0.8, 0.49
COAL, GAS, OIL, NUCLEAR, HYDRO_HOURS, WIND_HOURS = 46.0, 75.0, 100.0, 7.8, 0.46 * 8760, 0.37 * 8760


def hours(economy: str, passengers: float, saved: float, use: float = 1.0) -> float:
    """Hours of passengers, US$ m a year; `passengers` in millions."""
    income, workers, idle = INCOMES[economy]
    wage = WAGE_SHARE * income / (workers * (1 - idle) * HOURS)
    hour = wage * (BUSINESS * WORK + (1 - BUSINESS) * OTHER)
    return passengers * use * (DIVERTED + (1 - DIVERTED) / 2) * saved * hour


# Pakistan: half of 10.64 TWh of oil first, half of 54.98 TWh of gas then. Mongolia: half of 0.36 TWh of oil, then coal.
# Tajikistan: half of 0.33 TWh of gas and of 1.89 TWh of coal; the rest of what Rogun leaves at home displaces nothing.
SHEET = {
    "jakarta-bandung-hsr": hours("IDN", 5.8, 2.83 - 1.08),
    "bangkok-nong-khai-hsr": hours("THA", 1.9345, 4.5 - 1.28, FORECAST),
    "east-coast-rail-link": hours("MYS", 5, 8 - 4, FORECAST),
    "m12-moscow-kazan": hours("RUS", 7.56, 12 - 6.5),
    "suki-kinari-hydropower": 3.212 * OIL,
    "chashma-5-nuclear": 5.32 * OIL + (1.2 * 0.8 * 8.76 - 5.32) * GAS - 1.2 * 0.8 * 8.76 * NUCLEAR,
    "erdeneburen-hydropower": 0.18 * OIL + (0.09 * HYDRO_HOURS / 1000 - 0.18) * COAL,
    "rogun-hydropower": 0.7 * 15 * 34 + 0.165 * GAS + 0.945 * COAL,
    "monsoon-wind": 0.6 * WIND_HOURS / 1000 * 69.5,
    "casa-1000": 4 * OIL - 4 * 15,
}
ENVELOPE = {
    "jakarta-bandung-hsr": (8, 55), "bangkok-nong-khai-hsr": (6, 138), "east-coast-rail-link": (9, 102),
    "m12-moscow-kazan": (107, 285), "suki-kinari-hydropower": (126, 308), "chashma-5-nuclear": (208, 611),
    "erdeneburen-hydropower": (14, 35), "rogun-hydropower": (230, 705), "monsoon-wind": (60, 133),
}  # fmt: skip
OUTSIDE = {
    "bangkok-nong-khai-hsr",  # a forecast of 5,300 passengers a day on the first phase; there 10,700 were assumed
    "suki-kinari-hydropower",  # all of it displaces furnace oil; there the mean of the basket was the high end
    "chashma-5-nuclear",  # as Suki Kinari, for more than half of the output
    "monsoon-wind",  # the output from the mean factor of wind on land, 1,945 GWh; there 1,700
}


@pytest.fixture(scope="module")
def sizes() -> dict[str, float]:
    """As the library has them, US$ m a year of the world."""
    world: World = Session().ask("eurasian-corridors", years=(2035,)).world
    parameters = load_assumptions().parameters
    programme = load_programme("eurasian-corridors", world)
    found = {}
    for item in programme.items:
        streams = [
            one
            for direct in (passenger_streams, electricity_streams)
            for one in direct(item, world.fact_table, *(parameters,) * 3)[0]
        ]
        if streams:
            found[item.id] = sum(one.total.central for one in streams)
    return found


def test_every_size_equals_the_sheet(sizes: dict[str, float]) -> None:
    """Of all items with hours of passengers or electricity."""
    assert set(sizes) == set(SHEET)
    for name, by_hand in SHEET.items():
        assert sizes[name] == pytest.approx(by_hand, rel=1e-3), name  # typed to three digits or more


def test_sizes_lie_within_an_earlier_envelope_or_it_is_said_why(sizes: dict[str, float]) -> None:
    outside = {name for name, (low, high) in ENVELOPE.items() if not low <= sizes[name] <= high}
    assert outside == OUTSIDE
