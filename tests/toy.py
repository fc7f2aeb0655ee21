"""A world of six economies and ten cities for tests of the whole way: all of it made up, small enough for hand sums.

Places are where they are on the map; kilometres of the links are round numbers above the great circle. The accounts
balance by construction: shares are chosen, output is solved from them.

    Shanghai - Tianjin        rail and road; both have ports
    Shanghai - Urumqi - Khorgos | Altynkol - Almaty - Samara | Gdansk | Hamburg      rail and road
    Urumqi - Kashgar          rail and road;  Kashgar | Naryn - Bishkek and Kashgar | Osh - Bishkek   road
    Almaty | Bishkek          rail and road;  Almaty - Aktau  rail and road
    Aktau ~ Baku | Poti       road, by ferry over the Caspian;  Baku | Poti  rail and road
    Tianjin ~ Shanghai ~ Singapore ~ Suez ~ Gibraltar ~ Hamburg ~ Gdansk, Suez ~ Poti, Singapore ~ Cape ~ Gibraltar
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from samarkand.programme import Programme, load_programme
from samarkand.world.accounts.intermediate_use import DenseIntermediateUse
from samarkand.world.accounts.tables import Accounts
from samarkand.world.accounts.tariffs import Tariffs
from samarkand.world.assumptions import load_assumptions
from samarkand.world.economies.facts import COLUMNS, Facts
from samarkand.world.network.borders import border_parameters
from samarkand.world.network.ferries import FerryLine
from samarkand.world.network.tables import LandTables, Network
from samarkand.world.world import World

PROGRAMME = Path(__file__).with_name("toy.toml")
ECONOMIES = ("AZE", "CHN", "DEU", "KAZ", "KGZ", "POL", "ROW")
INSIDE_ROW = ("GEO", "RUS")
SECTORS = ("agriculture", "metals", "machinery", "construction", "business")
GOODS = 3  # the first of them
FINAL_SPENDING = (60e3, 15e6, 4e6, 200e3, 12e3, 700e3, 2e6)  # US$ m a year, by economy

# name: latitude, longitude, economy
PLACES = {
    "Shanghai": (31.23, 121.47, "CHN"),
    "Tianjin": (39.00, 117.70, "CHN"),
    "Urumqi": (43.80, 87.60, "CHN"),
    "Khorgos": (44.21, 80.41, "CHN"),
    "Kashgar": (39.47, 75.99, "CHN"),
    "Altynkol": (44.20, 80.20, "KAZ"),
    "Almaty": (43.25, 76.90, "KAZ"),
    "Aktau": (43.65, 51.16, "KAZ"),
    "Naryn": (41.43, 76.00, "KGZ"),
    "Osh": (40.53, 72.80, "KGZ"),
    "Bishkek": (42.87, 74.60, "KGZ"),
    "Baku": (40.40, 49.87, "AZE"),
    "Poti": (42.15, 41.67, "GEO"),
    "Samara": (53.20, 50.15, "RUS"),
    "Gdansk": (54.35, 18.65, "POL"),
    "Hamburg": (53.55, 10.00, "DEU"),
}
CITIES = {
    "Shanghai": 24_000_000, "Tianjin": 13_000_000, "Urumqi": 200_000, "Kashgar": 100_000, "Almaty": 2_000_000,
    "Bishkek": 1_100_000, "Baku": 2_300_000, "Poti": 40_000, "Gdansk": 470_000, "Hamburg": 1_850_000,
}  # fmt: skip
TERMINALS = (
    "Shanghai", "Tianjin", "Urumqi", "Kashgar", "Almaty", "Bishkek", "Baku", "Poti", "Gdansk", "Hamburg",
)  # fmt: skip
BOTH = (
    ("Shanghai", "Tianjin", 1100), ("Shanghai", "Urumqi", 4000), ("Urumqi", "Khorgos", 670),
    ("Urumqi", "Kashgar", 1500), ("Khorgos", "Altynkol", 20), ("Altynkol", "Almaty", 340),
    ("Almaty", "Samara", 2500), ("Almaty", "Aktau", 2600), ("Almaty", "Bishkek", 240), ("Baku", "Poti", 850),
    ("Samara", "Gdansk", 2300), ("Gdansk", "Hamburg", 800),
)  # fmt: skip
ROADS_ALONE = (
    ("Kashgar", "Naryn", 300), ("Naryn", "Bishkek", 310), ("Kashgar", "Osh", 420), ("Osh", "Bishkek", 620),
    ("Aktau", "Baku", 450),
)  # fmt: skip
FERRY = FerryLine(
    id="ferry_toy", mode="road", from_lat=43.65, from_lon=51.16, to_lat=40.40, to_lon=49.87, wait_hours=12.0
)
SEA_PLACES = {
    "Tianjin": (38.9, 118.0), "Shanghai": (31.0, 122.2), "Singapore": (1.2, 104.0), "Suez": (29.9, 32.5),
    "Port Said": (31.3, 32.4), "Gibraltar": (36.0, -6.0), "Hamburg": (54.0, 8.5), "Gdansk": (54.5, 18.8),
    "Poti": (42.1, 41.5), "Cape": (-35.0, 20.0),
}  # fmt: skip
SEA_LINKS = (
    ("Tianjin", "Shanghai", 1300, ""), ("Shanghai", "Singapore", 4100, ""), ("Singapore", "Suez", 9300, ""),
    ("Suez", "Port Said", 170, "suez"), ("Port Said", "Gibraltar", 3600, ""), ("Gibraltar", "Hamburg", 2900, ""),
    ("Hamburg", "Gdansk", 900, ""), ("Port Said", "Poti", 2200, ""), ("Singapore", "Cape", 10400, ""),
    ("Cape", "Gibraltar", 9800, ""),
)  # fmt: skip
PORTS = {"CNSHA": "Shanghai", "CNTSN": "Tianjin", "DEHAM": "Hamburg", "GEPTI": "Poti", "PLGDN": "Gdansk"}


def make_toy_world(accounts: int = 0, network: int = 0, tariffs: bool = True) -> World:
    """The toy world. Another number for `accounts` draws other accounts; for `network`, makes all roads n % longer."""
    made = make_accounts(accounts)
    return World(
        name="toy",
        accounts=made,
        facts=pd.DataFrame({"name": [*ECONOMIES[:-1], *INSIDE_ROW]}, index=[*ECONOMIES[:-1], *INSIDE_ROW]),
        network=make_network(1.0 + network / 100.0),
        assumptions=load_assumptions(),
        manifest={"files": {}, "version": f"accounts {accounts}, network {network}"},
        tariffs=make_tariffs() if tariffs else None,
        fact_table=Facts(pd.DataFrame(columns=list(COLUMNS)), 2025),
    )


def toy_programme(world: World | None = None) -> Programme:
    """The toy programme: items on every channel, opening from 2026 to 2032."""
    return load_programme(PROGRAMME, world or make_toy_world())


def make_accounts(seed: int = 0) -> Accounts:
    """Balanced accounts from shares drawn at random: `X = pi (c F + a X)`, value added what inputs leave of output.

    pi[n, i, s]: where n buys s; c[n, s]: what its end users buy; a[n, s, k]: inputs of s in a unit of k; F: final
    spending. Supply balances by the equation, cost by value added, and spending is income and the deficit of trade.
    """
    draw = np.random.default_rng(seed)
    n, s = len(ECONOMIES), len(SECTORS)
    size = np.array(FINAL_SPENDING)
    attraction = draw.uniform(0.5, 1.5, (n, n, s)) * size[None, :, None]
    attraction[np.arange(n), np.arange(n)] = 0.0
    abroad = attraction / attraction.sum(axis=1, keepdims=True)
    open_ = draw.uniform(0.1, 0.4, (n, 1, s))
    open_[:, :, GOODS:] = 0.02
    share = open_ * abroad + (1.0 - open_) * np.eye(n)[:, :, None]
    inputs = draw.uniform(0.05, 0.12, (n, s, s))
    composition = draw.uniform(0.5, 1.5, (n, s))
    final = composition / composition.sum(axis=1, keepdims=True) * size[:, None]
    # output[i, s] = sum_n share[n, i, s] (final[n, s] + sum_k inputs[n, s, k] output[n, k])
    system = np.einsum("nis,nsk->isnk", share, inputs).reshape(n * s, n * s)
    output = np.linalg.solve(np.eye(n * s) - system, np.einsum("nis,ns->is", share, final).ravel()).reshape(
        n, s
    )
    codes, sectors = list(ECONOMIES), list(SECTORS)
    by = {"economy": codes, "sector": sectors}
    sold = {"origin": codes, "sector": sectors, "destination": codes}
    intermediate = np.einsum("nis,nsk,nk->isnk", share, inputs, output)
    return Accounts(
        uses=DenseIntermediateUse(
            xr.DataArray(intermediate, {**sold, "use_sector": sectors}, (*sold, "use_sector"), "intermediate")
        ),
        final_demand=xr.DataArray(np.einsum("nis,ns->isn", share, final), sold, tuple(sold), "final_demand"),
        gross_output=xr.DataArray(output, by, tuple(by), "gross_output"),
        value_added=xr.DataArray(output * (1.0 - inputs.sum(axis=1)), by, tuple(by), "value_added"),
        members_of_row=INSIDE_ROW,
    )


def make_tariffs() -> Tariffs:
    """Duties of 8 % on goods between all, none between DEU and POL."""
    rows = [
        (importer, exporter, sector, 0.0 if {importer, exporter} == {"DEU", "POL"} else 0.08, "weighted")
        for importer in ECONOMIES
        for exporter in ECONOMIES
        if importer != exporter
        for sector in SECTORS[:GOODS]
    ]
    return Tariffs(
        pd.DataFrame(rows, columns=["importer", "exporter", "sector", "tariff_rate", "basis"]), 2022
    )


def make_network(longer: float = 1.0) -> Network:
    """The freight network of the module's picture, its roads `longer` times as long."""
    road = _land("road", [(a, b, km * longer) for a, b, km in (*BOTH, *ROADS_ALONE)])
    rail = _land("rail", BOTH)
    number = {name: at for at, name in enumerate(_names("rail"))}
    terminals = pd.DataFrame(
        {
            "node": [number[name] for name in TERMINALS],
            "lat": [PLACES[name][0] for name in TERMINALS],
            "lon": [PLACES[name][1] for name in TERMINALS],
        }
    )
    at_sea = list(SEA_PLACES)
    sea_links = pd.DataFrame(
        [(at_sea.index(a), at_sea.index(b), float(km), passage, "open") for a, b, km, passage in SEA_LINKS],
        columns=["u", "v", "km", "passage", "status"],
    )
    cities = pd.DataFrame(
        [
            (at, name, PLACES[name][2], *PLACES[name][:2], people)
            for at, (name, people) in enumerate(CITIES.items())
        ],
        columns=["id", "name", "iso3", "lat", "lon", "population"],
    )
    return Network(
        road=road,
        rail=rail,
        sea_nodes=pd.DataFrame(list(SEA_PLACES.values()), columns=["lat", "lon"]),
        sea_links=sea_links,
        ports=pd.DataFrame(
            [
                (code, name, PLACES[name][2], *PLACES[name][:2], TERMINALS.index(name))
                for code, name in PORTS.items()
            ],
            columns=["id", "name", "economy", "lat", "lon", "terminal"],
        ),
        terminals=terminals,
        cities=cities.set_index(cities["iso3"] + " " + cities["name"]),
        ferries=(FERRY,),
        single_roads=frozenset({"KGZ"}),
    )


def _names(mode: str) -> list[str]:
    links = (*BOTH, *ROADS_ALONE) if mode == "road" else BOTH
    return [name for name in PLACES if any(name in link[:2] for link in links)]


def _land(mode: str, links: list[tuple[str, str, float]] | tuple[tuple[str, str, int], ...]) -> LandTables:
    names = _names(mode)
    nodes = pd.DataFrame([PLACES[name] for name in names], columns=["lat", "lon", "economy"])
    table = pd.DataFrame(
        [
            (names.index(a), names.index(b), float(km), FERRY.id if {a, b} == {"Aktau", "Baku"} else "")
            for a, b, km in links
        ],
        columns=["u", "v", "km", "repair"],
    )
    crossings = [
        _crossing(mode, at, a, b) for at, (a, b, _) in enumerate(links) if PLACES[a][2] != PLACES[b][2]
    ]
    return LandTables(nodes, table, pd.DataFrame(crossings))


def _crossing(mode: str, link: int, one: str, other: str) -> dict[str, object]:
    (lat, lon, a), (to_lat, to_lon, b) = PLACES[one], PLACES[other]
    hours, usd = border_parameters(a, b, mode)
    return {
        "id": f"{one}_{other}_{mode}".lower(), "mode": mode, "economy_a": a, "economy_b": b,
        "lat": (lat + to_lat) / 2, "lon": (lon + to_lon) / 2, "link": link, "status": "open", "regime": "",
        "hours_parameter": hours, "usd_parameter": usd, "name": f"{one} - {other}", "reason": "made up",
    }  # fmt: skip
