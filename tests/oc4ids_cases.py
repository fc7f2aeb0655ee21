"""Packages of OC4IDS for tests: one that is made up, the official example where it is at hand, and changed copies."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from random import Random
from typing import Any

OFFICIAL = Path(__file__).resolve().parents[2] / "shared" / "oracles" / "oc4ids"
WORDS = (
    "",
    "x",
    "GBP",
    "met",
    "2018-12-10",
    "2018-02-30T00:00:00Z",
    "https://example.org/a b",
    "1.10",
    "\u00e9",
)


def made_package() -> dict[str, Any]:
    """A package with one railway, all made up: what the importer reads, and fields that nobody declares."""
    usd = {"currency": "USD"}
    return {
        "uri": "https://example.org/package.json",
        "publishedDate": "2026-05-01T00:00:00Z",
        "version": "0.9",
        "publisher": {"name": "Ministry of Transport", "scheme": None, "uid": ""},
        "projects": [
            {
                "id": "oc4ids-made-up-1",
                "title": "Railway Kashgar - Naryn",
                "description": "A new line.",
                "status": "implementation",
                "sector": ["transport", "transport.rail"],
                "type": "construction",
                "x_ministry": {"file": 12, "notes": ["kept", {"as": "it is"}]},
                "period": {"startDate": "2024-01-01T00:00:00Z", "endDate": "2030-12-31T00:00:00Z"},
                "implementationPeriod": {"startDate": "2025-03-01T00:00:00Z", "endDate": "2030-06-30T00:00:00Z"},
                "locations": [
                    {
                        "id": "1",
                        "geometry": {"type": "LineString", "coordinates": [[75.99, 39.47], [76.0, 41.43]]},
                        "address": {"countryName": "Kyrgyz Republic"},
                    }
                ],
                "budget": {
                    "amount": {"amount": 2000000000, **usd},
                    "approvalDate": "2023-05-01T00:00:00Z",
                    "budgetBreakdowns": [
                        {
                            "id": "1",
                            "budgetBreakdown": [
                                {"id": "a", "amount": {"amount": 1200000000, **usd}},
                                {"id": "b", "amount": {"amount": 800000000, **usd}},
                            ],
                        }
                    ],
                    "finance": [
                        {
                            "id": "1", "type": "loan", "value": {"amount": 1200000000, **usd},
                            "financingParty": {"id": "P-1", "name": "A bank"}, "concessional": True,
                            "period": {"startDate": "2025-01-01T00:00:00Z", "endDate": "2045-01-01T00:00:00Z"},
                            "paymentPeriod": {"startDate": "2030-01-01T00:00:00Z", "endDate": "2045-01-01T00:00:00Z"},
                            "interestRate": {"margin": 0.02, "fixed": True},
                        }
                    ],
                },
                "parties": [
                    {"id": "P-1", "name": "A bank", "roles": ["funder"], "address": {"countryName": "China"}},
                    {"id": "P-2", "name": "A ministry", "roles": ["publicAuthority"]},
                ],
                "publicAuthority": {"id": "P-2", "name": "A ministry"},
                "milestones": [
                    {"id": "1", "title": "Ground broken", "status": "met", "dueDate": "2025-03-01T00:00:00Z",
                     "dateMet": "2025-06-01T00:00:00Z"},
                    {"id": "2", "title": "Tracks laid", "status": "scheduled", "dueDate": "2029-12-31T00:00:00Z"},
                ],
                "documents": [
                    {"id": "1", "documentType": "environmentalImpact", "datePublished": "2024-06-01T00:00:00Z"}
                ],
                "environment": {"hasImpactAssessment": True},
            }
        ],
    }  # fmt: skip


def official_example() -> dict[str, Any]:
    """The example of the standard itself."""
    found: dict[str, Any] = json.loads((OFFICIAL / "example.json").read_text(encoding="utf-8"))
    return found


def changed(package: dict[str, Any], seed: int) -> dict[str, Any]:
    """A copy with one to three places changed at random: left out, of another type, empty, repeated, another word."""
    chance, found = Random(seed), copy.deepcopy(package)
    for _ in range(chance.randint(1, 3)):
        places = [*_places(found)]
        holder, key = chance.choice(places)
        old = holder[key]
        values: list[Any] = [
            None, True, 0, -1, 3, 2.5, 4.0, "", [], {}, [old], [old, old], {"id": old}, [[]], [1, 1.0],
            [True, 1], chance.choice(WORDS), str(old), chance.choice(WORDS),
        ]  # fmt: skip
        kind = chance.randrange(5)
        if kind == 0 and isinstance(holder, dict):
            del holder[key]
        elif kind == 1 and isinstance(holder, dict):
            holder[chance.choice(["extra", "x/y~z", "amount", "status", "startDate", "language"])] = (
                chance.choice(values)
            )
        elif kind == 2 and isinstance(old, list) and old:
            old.append(copy.deepcopy(chance.choice(old)))
        else:
            holder[key] = chance.choice(values)
    return found


def _places(value: Any) -> Any:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield value, key
        yield from _places(one)
