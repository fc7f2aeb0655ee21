"""Chooses the cities and ports of the network: by rule, with named additions that the corridors need."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd

from data.fetch import member
from data.manifest import EMBEDDED
from data.network.land import economies_of
from data.network.read import great_circle_km, read_cities, read_ports, read_sea

DECLARED_PORTS = Path(__file__).resolve().parents[2] / "src/samarkand/world/network/network_ports.csv"
HOW_MANY_CITIES = 1000
APART_KM = 60.0
PORT_TO_SEA_KM = 120.0
ON_THE_CASPIAN = ("AZE", "KAZ", "TKM")
BESIDE_PORT_KM = 60.0  # a city this near to a port needs no road to it

# Places beyond the first go by the root of the urban population, times these weights (others 1).
WEIGHT = dict.fromkeys(
    "KAZ UZB KGZ TJK TKM AZE GEO MNG PAK IRN TUR LAO KHM MMR MYS THA VNM RUS DEU POL".split(), 2.0
)
WEIGHT |= {"CHN": 2.0, "IND": 1.0, "USA": 1.5, "KAZ": 5.0, "UZB": 3.0}
# Gateways and ends of projects that a rule by population leaves out: ISO2 and where; the largest city within 20 km.
NAMED = (
    ("KG", 40.53, 72.80), ("CN", 39.47, 75.99), ("CN", 43.91, 81.32), ("CN", 34.26, 108.93), ("CN", 29.56, 106.55),
    ("CN", 25.04, 102.71), ("DE", 51.43, 6.76), ("DE", 53.55, 10.00), ("NL", 51.92, 4.48), ("GR", 37.94, 23.65),
    ("PK", 25.12, 62.32), ("KZ", 43.65, 51.16), ("UZ", 37.23, 67.28), ("AF", 36.71, 67.11), ("MY", 6.13, 102.24),
    ("TH", 17.88, 102.74), ("IR", 37.28, 49.58), ("IR", 27.19, 56.28), ("KE", -4.05, 39.66), ("GE", 42.15, 41.67),
    ("PK", 31.56, 74.35), ("PK", 34.01, 71.58), ("TJ", 38.54, 68.78), ("HU", 47.50, 19.04), ("RS", 45.25, 19.84),
    ("TH", 14.97, 102.10), ("MY", 3.81, 103.33), ("ET", 9.59, 41.87), ("UZ", 39.65, 66.97), ("KZ", 50.28, 57.21),
    ("KZ", 42.32, 69.59), ("AF", 34.35, 62.20), ("MM", 21.97, 96.08), ("MM", 20.15, 92.90), ("BD", 22.34, 91.83),
    ("LK", 6.12, 81.12), ("KZ", 51.17, 71.43), ("CN", 43.80, 87.60), ("MN", 47.91, 106.88), ("IR", 36.30, 59.61), ("TM", 40.02, 52.97),
)  # fmt: skip
# Sea ports by UN/LOCODE: the larger container ports and the gateway of every coastal economy here.
PORTS = (
    "CNSHA CNNGB CNSHK CNCAN CNTAO CNTSN CNXMN CNDLC CNLYG CNFOC CNZHA HKHKG KRPUS KRINC JPTYO JPYOK "
    "JPOSA JPUKB JPNGO JPHKT TWKHH TWKEL SGSIN MYPKG MYTPP MYPEN MYKUA THLCH THBKK VNSGN VNHPH VNDAD KHKOS IDJKT "
    "IDSUB IDBLW IDMAC PHMNL PHCEB PHDVO PHZAM BNMUA MMRGN MMAKY BDCGP INBOM INNSA INMUN INMAA INCCU INCOK INVTZ LKCMB LKMAT "
    "PKKHI PKBQM PKGWD IRBND OMSLL OMSOH AEJEA AEAUH QADOH QAHMD KWSWK KWKWI BHBAH IQUQR SAJED SADMN YEADE "
    "DJJIB ERMSW SDPZU EGPSD EGALY KEMBA TZDAR MZMPM MZBEW ZADUR ZACPT ZAPLZ NAWVB AOLAD AOLOB CDMAT CGPNR CMDLA NGAPP "
    "NGLOS GHTEM CIABJ SNDKR MACAS MATNG TNTUN TNRAD DZALG LYTIP MTMAR MTMLA ITGIT ITGOA ITTRS ITSPE FRMRS "
    "FRLEH ESVLC ESALG ESBCN PTLIS PTSIE GBFXT GBSOU GBLIV IEDUB BEANR NLRTM DEHAM DEBRV DKAAR DKCPH SEGOT NOOSL "
    "FIHEL EETLL LVRIX LTKLJ PLGDN RULED RUNVS RUVVO ISREY GRPIR GRSKG TRIST TRMER TRIZM BGVAR BGBOJ ROCND UAODS "
    "GEPTI GEBUS CYLMS ILHFA ILASH LBBEY SYLTK JOAQB HRRJK SIKOP ALDRZ MEBAR SOMGQ MGTOA STTMS USNYC USLAX USOAK "
    "USSEA USSAV USHOU USMIA USMSY USORF CAVAN CAMTR CAHAL MXZLO MXVER PABLB PAONX COCTG COBUN CRLIO PECLL "
    "CLSAI CLVAP ARBUE UYMVD BRSSZ BRRIO BRPNG BRSSA BRMAO ECGYE GTPRQ AUSYD AUMEL AUBNE AUFRE AUADL NZAKL "
    "NZTRG NZCHC NZWLG PGPOM MVMLE ESPMI ESLPA GRRIO MYKCH MYMYY MYSBW PHILO TWHUN HTLFT"
).split()  # fmt: skip


def table_economies() -> list[str]:
    """The economies of the input-output table, ROW and the parts of split economies left out."""
    path = member("sanction-simulator", "OECD_ICIO_2025_country_code_mapping.csv")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        codes = [row["code"] for row in csv.DictReader(stream)]
    return sorted(c for c in codes if c.isalpha() and c != "ROW")


def factbook_economies() -> list[str]:
    """All economies of the factbook, as the table of economies of the embedded world lists them."""
    return sorted(pd.read_parquet(EMBEDDED / "economies.parquet")["iso3"].astype(str))


def choose_cities() -> list[dict]:
    """1,000 cities: the largest of each economy of the factbook, the named ones, then by urban population.

    Cities of one economy stand at least `APART_KM` apart (the larger goes first), except named ones.
    """
    cities, economies = read_cities()
    cities = [city for city in cities if city["population"] > 0]  # a seat of government where nobody lives
    iso3 = {code: row["iso3"] for code, row in economies.items()}
    wanted = factbook_economies()
    for city in cities:
        city["economy"] = iso3.get(city["iso2"], "")
    chosen: list[dict] = []

    def free(city: dict) -> bool:
        return all(
            great_circle_km(city["lat"], city["lon"], c["lat"], c["lon"]) >= APART_KM
            for c in chosen
            if c["economy"] == city["economy"]
        )

    for iso2, lat, lon in NAMED:
        near = [c for c in cities if c["iso2"] == iso2 and great_circle_km(c["lat"], c["lon"], lat, lon) < 20]
        if not near:
            raise ValueError(f"the source has no city near {lat}, {lon} ({iso2})")
        if near[0] not in chosen:
            chosen.append(near[0])
    for code in wanted:
        own = [c for c in cities if c["economy"] == code]
        if own and own[0] not in chosen:
            chosen.append(own[0])
    own_cities = {code: [c for c in cities if c["economy"] == code] for code in sorted(set(wanted))}
    mass = {
        code: WEIGHT.get(code, 1.0) * sum(c["population"] for c in own) ** 0.5
        for code, own in own_cities.items()
    }
    while len(chosen) < HOW_MANY_CITIES:  # highest quotients (Sainte-Lague), ties by code
        seats = {code: sum(c["economy"] == code for c in chosen) for code in own_cities}
        code = max(mass, key=lambda e: (mass[e] / (2 * seats[e] + 1), e))
        city = next((c for c in own_cities[code] if c not in chosen and free(c)), None)
        if city is None:
            mass[code] = 0.0
        else:
            chosen.append(city)
    return sorted(chosen, key=lambda c: (c["economy"], -c["population"], c["id"]))


def towns(smallest: int) -> list[dict]:
    """Every city above `smallest` inhabitants: the land networks keep a node near each."""
    return [c for c in read_cities()[0] if c["population"] >= smallest]


def declared_ports() -> list[dict[str, str]]:
    """Rows of the table of ports that the rule and the list of container ports leave out."""
    lines = DECLARED_PORTS.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if line and not line.startswith("#")))


def choose_ports(cities: list[dict]) -> tuple[list[dict], list[str]]:
    """The ports by LOCODE, with the economy whose polygon they lie in; and the codes the source lacks.

    An economy with none of them and with a city beside a port of the source gets that port: islands above all.
    """
    listed = read_ports()
    by_code = {p["locode"]: p for p in reversed(listed)}
    declared = declared_ports()
    by_code |= {
        row["id"]: {"locode": row["id"], "name": row["name"], "economy": row["economy"],
                    "lat": float(row["lat"]), "lon": float(row["lon"])}
        for row in declared if row["lat"]
    }  # fmt: skip
    wanted = [*PORTS, *(row["id"] for row in declared)]
    ports = [dict(by_code[code]) for code in wanted if code in by_code]
    for port, economy in zip(
        ports, economies_of([p["lat"] for p in ports], [p["lon"] for p in ports]), strict=True
    ):
        port["economy"] = str(economy)
    known = {port["economy"] for port in ports} | set(ON_THE_CASPIAN)
    # The source lists quays on rivers and lakes too: only ports at the sea count. Its sea joins the Caspian to the
    # ocean; here only ferries cross it, which are declared in the table of repairs.
    sea, _ = read_sea()
    listed = [
        port
        for port in listed
        if port["locode"]
        and great_circle_km(port["lat"], port["lon"], sea.lat, sea.lon).min() <= PORT_TO_SEA_KM
    ]
    lat, lon = (np.array([p[name] for p in listed]) for name in ("lat", "lon"))
    more: list[dict] = []
    for city in cities:  # the largest of an economy first
        if city["economy"] in known:
            continue
        away = great_circle_km(city["lat"], city["lon"], lat, lon)
        near = int(np.argmin(away))
        if away[near] <= BESIDE_PORT_KM:
            more.append(dict(listed[near]))
            known.add(city["economy"])
    for port, economy in zip(
        more, economies_of([p["lat"] for p in more], [p["lon"] for p in more]), strict=True
    ):
        port["economy"] = str(economy)
    ports += more
    unique = {p["locode"]: p for p in reversed(ports)}
    return sorted(unique.values(), key=lambda p: p["locode"]), [c for c in wanted if c not in by_code]
