"""The world: what is, before any programme."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import pandas as pd
import xarray as xr

from samarkand.core.cards import Carded
from samarkand.core.conventions import REST_OF_WORLD
from samarkand.core.faults import Fault, Faults
from samarkand.core.hashing import content_hash, data_hash
from samarkand.world.accounts.products import PRODUCTS_NEED, Products
from samarkand.world.accounts.tables import Accounts, load_accounts
from samarkand.world.accounts.tariffs import TARIFF_NEED, Tariffs
from samarkand.world.assumptions import Assumptions, load_assumptions
from samarkand.world.cables import Cables, load_cables
from samarkand.world.economies.employment import EMPLOYMENT_NEED, has_employment
from samarkand.world.economies.facts import Fact, Facts, load_facts
from samarkand.world.economies.firms import FIRMS_NEED, has_firms
from samarkand.world.economies.naming import find_economy
from samarkand.world.economies.research import RESEARCH_NEED, has_research
from samarkand.world.economies.surveys import SURVEY_NEED, has_survey_mean
from samarkand.world.economies.tables import load_economies
from samarkand.world.economies.tenths import TENTHS_NEED, has_tenths
from samarkand.world.network.tables import Network, load_network

EMBEDDED = "embedded"
NETWORK_FILES = ("osm_", "sea_", "cities", "ports", "network_", "economies")


@dataclass(frozen=True, eq=False, repr=False)
class World(Carded):
    """Economies, accounts, freight network and assumptions, and the manifest of their sources.

    `fact_table` holds figures by economy for the other priorities; `tariffs` is None until a table of them is imported,
    `products` until trade by product is; `cables` are those of the table and the user's; `imported`
    names the optional inputs that were imported (the `needs` of indicators).
    """

    name: str
    accounts: Accounts
    facts: pd.DataFrame
    network: Network
    assumptions: Assumptions
    manifest: dict[str, Any]
    imported: frozenset[str] = frozenset()
    tariffs: Tariffs | None = None
    fact_table: Facts = field(default_factory=load_facts)
    products: Products | None = None
    cables: Cables = field(default_factory=load_cables)

    def _card(self) -> tuple[str, dict[str, Any]]:
        return f"World {self.name}", {
            "economies": len(self.economies),
            "sectors": len(self.accounts.sectors),
            "cities of the freight network": len(self.network.cities),
            "imported": ", ".join(sorted(self.imported)) or "nothing",
        }

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the accounts: the ISO3 codes and `ROW`, the rest of the world."""
        return self.accounts.economies

    @property
    def economies(self) -> tuple[str, ...]:
        """ISO3 codes of the economies that have accounts of their own."""
        return tuple(label for label in self.labels if label != REST_OF_WORLD)

    @property
    def inside_rest_of_world(self) -> tuple[str, ...]:
        """ISO3 codes of the economies inside the rest of the world: they have no figures of their own."""
        return self.accounts.members_of_row

    @cached_property
    def names(self) -> dict[str, str]:
        """Name by ISO3 code."""
        return {
            **{str(code): str(name) for code, name in self.facts["name"].items()},
            REST_OF_WORLD: "Rest of the world",
        }

    def name_of(self, code: str) -> str:
        """The name of an economy; its code where the world has none."""
        return self.names.get(code, code)

    def label_named(self, word: str) -> str:
        """The label of the accounts that a word names, however it is written. Raises `Faults` where there is none."""
        code = find_economy(word, self.names)
        if code not in self.labels:
            reason = f"{self.names[code]} is inside the rest of the world and has no figures of its own"
            raise Faults([Fault(f"economy {word}", reason, "Ask for ROW, the rest of the world as a whole.")])
        return code

    @property
    def title(self) -> str:
        """One line for a reader."""
        estimated = len(self.accounts.estimated)
        parts = f", accounts of {estimated} of them estimated" if estimated else ""
        return f"{len(self.economies)} economies and the rest of the world in {self.accounts.year}{parts}"

    @cached_property
    def hash(self) -> str:
        """Content hash of all its parts; neither the name nor the manifest is content."""
        return content_hash(
            {
                "accounts": self.accounts.hash,
                "economies": data_hash(self.facts),
                "facts": self.fact_table.hash,
                "network": self.network.hash,
                "tariffs": None if self.tariffs is None else self.tariffs.hash,
                "products": None if self.products is None else self.products.hash,
                "cables": self.cables.hash,
                "imported": sorted(self.imported),
                "assumptions": self.assumptions.hash,
            }
        )

    @cached_property
    def tariff_rate(self) -> xr.DataArray | None:
        """`tariff_rate[destination, origin, sector]`, fractions, over the labels; None where none were imported."""
        return None if self.tariffs is None else self.tariffs.array(self.labels, self.accounts.sectors)

    def fact(self, economy: str, variable: str) -> Fact:
        """One figure of an economy with its year, source and grade; missing with its reason, never zero."""
        return self.fact_table.get(economy, variable)

    def has(self, need: str, economy: str | None = None) -> bool:
        """Whether an optional input (the `needs` of an indicator) was imported, for an economy. None is embedded."""
        if need == TARIFF_NEED and self.tariffs is not None:
            return economy is None or economy in self.tariffs.importers
        if need == PRODUCTS_NEED and self.products is not None:
            return economy is None or economy in self.products.exporters
        if need == SURVEY_NEED:
            return has_survey_mean(self.fact_table, economy)
        if need == EMPLOYMENT_NEED:
            return has_employment(self.fact_table, economy)
        if need == TENTHS_NEED:
            return has_tenths(self.fact_table, economy)
        if need == FIRMS_NEED:
            return has_firms(self.fact_table, economy)
        if need == RESEARCH_NEED:
            return has_research(self.fact_table, economy)
        return need in self.imported

    def connected(self, economy: str) -> bool:
        """Whether a city of the economy is on the freight network."""
        iso3 = self.network.cities["iso3"]
        if economy == REST_OF_WORLD:
            return bool((~iso3.isin(self.economies)).any())
        return bool((iso3 == economy).any())

    @property
    def sources(self) -> list[dict[str, Any]]:
        """Sources of the embedded files, once each: what, publisher, year, licence, attribution."""
        found = {row["package"]: row for entry in self.manifest["files"].values() for row in entry["sources"]}
        return [found[name] for name in sorted(found)]


@cache
def load_world() -> World:
    """The embedded world: 80 economies of OECD ICIO 2022, the estimated ones, and a small rest of the world."""
    manifest = json.loads(
        (files("samarkand.world") / "embedded" / "manifest.json").read_text(encoding="utf-8")
    )
    accounts, network, facts = load_accounts(), load_network(), load_facts()
    # The content of what was read is that of the files, whose hashes are known.
    for part, begins in ((accounts, ("accounts_",)), (network, NETWORK_FILES), (facts, ("facts",))):
        vars(part)["hash"] = files_hash(manifest["files"], begins)
    return World(
        name=EMBEDDED,
        accounts=accounts,
        facts=load_economies(),
        network=network,
        assumptions=load_assumptions(),
        manifest=manifest,
        fact_table=facts,
    )


def files_hash(entries: Mapping[str, Mapping[str, Any]], begins: tuple[str, ...]) -> str:
    """Content hash of files by their own hashes in a manifest: of those whose names begin so."""
    return content_hash({name: entry["sha256"] for name, entry in entries.items() if name.startswith(begins)})
