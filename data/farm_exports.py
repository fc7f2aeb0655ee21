"""Tonnes of grain, oil seeds and pulses by exporter (FAO, food balance sheets), for values of a tonne of farm goods.

The balance sheets count flour, roasted seeds and the like as what they were made of; of these three groups little is
traded as anything but itself. Fruit, vegetables, coffee and roots are not taken from them: juice, paste and frozen
goods, which are food, are in them at several times their weight.
"""

from __future__ import annotations

import unicodedata

import pandas as pd
import xarray as xr

from data import fetch
from samarkand.world.economies.naming import economy_named

PACKAGE = "agrifoodpy-data"
YEAR = 2020  # the last year of the packaged sheets
# Item groups as the sheets name them, and what is left out of them: milled rice is food.
GROUPS = ("Cereals - Excluding Beer", "Oilcrops", "Pulses")
LEFT_OUT = ("Rice and products",)
LARGEST_AREA = 5000  # numbers from here on are of groups of economies
NAMES = {
    "China, mainland": "CHN", "China, Hong Kong SAR": "HKG", "China, Macao SAR": "MAC",
    "China, Taiwan Province of": "TWN", "China": "", "Belgium-Luxembourg": "", "Ethiopia PDR": "",
    "Serbia and Montenegro": "", "Sudan (former)": "", "USSR": "", "Czechoslovakia": "",
    "Netherlands Antilles (former)": "", "Turkey": "", "Republic of Moldova": "MDA",
    "Democratic People's Republic of Korea": "PRK", "Republic of Korea": "KOR",
    "Lao People's Democratic Republic": "LAO", "United Republic of Tanzania": "TZA",
    "United Kingdom of Great Britain and Northern Ireland": "GBR", "United States of America": "USA",
    "Democratic Republic of the Congo": "COD", "Congo": "COG", "Micronesia (Federated States of)": "FSM",
    "Saint Kitts and Nevis": "KNA", "Saint Lucia": "LCA", "Saint Vincent and the Grenadines": "VCT",
}  # fmt: skip  # areas that are no more, or counted twice, have no code


def read_bulk_exports() -> pd.Series:
    """Tonnes of grain (without rice), oil seeds and pulses that each economy exported, by ISO3 code.

    Raises ValueError where an area with exports is no known economy.
    """
    with xr.open_dataset(fetch.member(PACKAGE, "food/data/FAOSTAT.nc")) as sheets:
        chosen = sheets["Item_group"].isin(GROUPS) & ~sheets["Item_name"].isin([*GROUPS, *LEFT_OUT])
        exports = sheets["exports"].sel(Year=YEAR).where(chosen, 0.0).sum("Item") * 1e3
        areas = zip(
            sheets["Region"].values.tolist(),
            sheets["Region_name"].values.tolist(),
            exports.values,
            strict=True,
        )
        found: dict[str, float] = {}
        for number, name, tonnes in areas:
            if (
                number < LARGEST_AREA
                and tonnes > 0
                and (code := _code_of(unicodedata.normalize("NFC", name)))
            ):
                found[code] = found.get(code, 0.0) + float(tonnes)
    return pd.Series(found, name="tonnes")


def _code_of(name: str) -> str:
    """ISO3 code of an area, empty for one that does not count."""
    if name in NAMES:
        return NAMES[name]
    for words in (name, name.partition(" (")[0]):
        if (code := economy_named(words)) is not None:
            return code
    raise ValueError(f"{name} of the food balance sheets is no known economy: write it down in NAMES")
