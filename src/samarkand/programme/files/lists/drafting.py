"""From the rows of a list to the draft of a programme: each row an item, its record number the source.

Cells are taken where they say one thing; what they do not say, or say in words that nobody declared, stays unknown and
is listed by item. A sum lent is the amount of a line of finance, never the cost of the project.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from samarkand.core.conventions import BASE_YEAR
from samarkand.core.faults import FaultList, did_you_mean
from samarkand.programme.files.checks import Surroundings
from samarkand.programme.files.drafting import Draft, figure
from samarkand.programme.files.geojson import (
    FAR_KM,
    Cities,
    exchanged,
    geometry_of,
    length_of,
    named_points,
    on_the_globe,
)
from samarkand.programme.files.lists.layouts import Mapped, by_key, kind_for, layout_of, layouts, word_for
from samarkand.programme.files.lists.reading import LATITUDE, LONGITUDE, Row
from samarkand.programme.files.oc4ids.importing import IDENTIFIER
from samarkand.programme.files.plain_words import US_DOLLARS, day_of, money_of
from samarkand.programme.files.tables import Table
from samarkand.programme.model.kinds import attributes
from samarkand.world.economies.naming import economy_named

MILLION = 1e6
SIZES = {"US$": 1.0, "US$ m": 1e6, "US$ bn": 1e9}
LONGEST = 2_000  # characters of a description; AidData's have up to ten thousand
OWED = ("loan", "bond")


def draft_of_rows(
    rows: Sequence[Row], mapping: Sequence[Mapped], place: str, cities: Cities, faults: FaultList,
    where: Mapping[str, str] | None = None, around: Surroundings | None = None,
) -> Draft:  # fmt: skip
    """The draft of the rows of a list.

    where: only rows whose columns have these cells. around: the network, which says whether it has a port at a place.
    """
    draft = Draft()
    columns = list(rows[0].cells) if rows else []
    found = tuple(mapping) or layout_of(columns)
    if rows and not found:
        listed = "; ".join(
            f"{name}: {', '.join(one.column for one in columns_of if one.must)}"
            for name, columns_of in layouts().items()
        )
        remedy = f"Say which column means what: --columns FILE with column,key,form. Known layouts: {listed}."
        faults.add(place, "is of no layout that is known", remedy)
        return draft
    for column in (one.column for one in mapping):
        if rows and column not in columns:
            faults.add(place, f"has no column {column!r}", did_you_mean(column, columns))
    for column in where or {}:
        if rows and column not in columns:
            faults.add(f"--where {column}", "is no column of the list", did_you_mean(column, columns))
    if not rows and not faults:
        faults.add(place, "has no rows", "Give a list with a header and a row for each project.")
    if faults:
        return draft
    for row in rows:
        if all(row.cells.get(column, "") == cell for column, cell in (where or {}).items()):
            _Record(row, found, place, draft, cities, around or Surroundings()).add()
    if not draft.items and not draft.left_out:
        faults.add(place, "has no row that --where chooses", "Check the cells of the column.")
    return draft


class _Record:
    """One row on its way to an item."""

    def __init__(
        self,
        row: Row,
        mapping: Sequence[Mapped],
        place: str,
        draft: Draft,
        cities: Cities,
        around: Surroundings,
    ) -> None:
        self.around = around
        self.row, self.mapping, self.draft, self.cities = row, mapping, draft, cities
        self.notes: list[str] = []
        self.known: Table = {}
        record, sources = self.cell("record"), self.names("source")
        self.number = record or row.place
        about = f"{place}, record {record}" if record else row.place
        links = [one for one in sources if re.match(r"https?://\S+$", one)]
        told = [one for one in sources if one not in links]
        self.source: Table = {"source": "; ".join([about, *told])}
        if links:
            self.source["address"] = links[0]
        self.source["flag"] = "recalled"

    def add(self) -> None:
        """Add the item, or say why it is none."""
        self._words()
        self._days()
        self._place()
        self._money()
        opening = self.known.get("opening")
        year = None if opening is None else _year(opening["date"])
        title = self.known.get("title", "without a title")
        if year is not None and year <= BASE_YEAR:
            self.draft.left_out.append(
                f"{self.number} ({title}): in service since {year}, so that it is part of the world without a programme"
            )
        elif self.known.get("status") == "in_service" and year is None:
            self.draft.left_out.append(f"{self.number} ({title}): in service, and since when is not said")
        else:
            self.draft.add(self.known, self.notes)

    def cell(self, key: Any) -> str:
        """The first cell of a key that says something."""
        return next(
            (cell for row in by_key(self.mapping, key) if (cell := self.row.cells.get(row.column, ""))), ""
        )

    def cells(self, key: Any) -> list[tuple[str, Mapped]]:
        """All cells of a key that say something, with their columns."""
        return [
            (cell, row) for row in by_key(self.mapping, key) if (cell := self.row.cells.get(row.column, ""))
        ]

    def names(self, key: Any) -> list[str]:
        """Names of a key, divided where the column is said to hold several."""
        found = []
        for cell, row in self.cells(key):
            parts = cell.split(row.form) if row.form in ("|", ";") else [cell]
            found += [" ".join(part.split()) for part in parts if part.strip()]
        return list(dict.fromkeys(found))

    def _words(self) -> None:
        known = self.known
        if title := self.cell("title"):
            known["title"] = " ".join(title.split())
        if described := self.cell("description"):
            known["description"] = " ".join(described.split())[:LONGEST]
        if record := self.cell("record"):
            known[IDENTIFIER] = record
        kind, further = kind_for(self.cell("kind"), self.cell("sector"), self.cell("title"))
        if kind is not None:
            known["kind"] = kind
            known |= {key: word for key, word in further.items() if key in attributes("item", kind)}
        elif said := self.cell("kind") or self.cell("sector"):
            self.notes.append(f"kind: the list says {said!r}.")
        if (status := self.cell("status")) and (word := word_for("status", status)) is not None:
            known["status"] = word
        elif status:
            self.notes.append(f"status: the list says {status!r}, which is no word that is known.")
        names = [part for cell, _ in self.cells("economy")[:1] for part in re.split(r"[;|/]| and |, ", cell)]
        whole = economy_named(self.cell("economy"))
        codes = [whole] if whole else [economy_named(name) for name in names]
        if codes and all(codes):
            known["economies"] = list(dict.fromkeys(codes))
        elif names:
            self.notes.append(f"economies: the list says {self.cell('economy')!r}, which is no economy.")

    def _days(self) -> None:
        for key in ("construction_start", "opening"):
            cells = self.cells(key)
            read = [day for cell, row in cells if (day := day_of(cell, _day_first(row.form))) is not None]
            exact = [day for day in read if isinstance(day, date)]
            if read:
                self.known[key] = {"date": (exact or read)[0], **self.source}
            elif cells:
                self.notes.append(f"{key}: the list says {cells[0][0]!r}, which is no day.")
        start, end = self.known.get("construction_start"), self.known.get("opening")
        if start and end and _year(end["date"]) < _year(start["date"]):
            self.notes.append(
                f"construction_start, opening: {start['date']} and {end['date']} are in the wrong order."
            )
            del self.known["construction_start"], self.known["opening"]

    def _place(self) -> None:
        declared = attributes("item", self.known["kind"]) if "kind" in self.known else {}
        wrong = FaultList()
        shape, parts = "point", self._point()
        if not parts and self.row.geometry is not None:
            shape, parts = geometry_of(self.row.geometry, "the geometry", wrong)
        if (
            parts
            and on_the_globe(parts, "the place", wrong)
            and not exchanged(parts, "the place", self.cities, wrong)
        ):
            near = [self.cities.nearest(*pair) for part in parts for pair in (part[0], part[-1])]
            if any(km > FAR_KM for *_, km in near):
                wrong.add("the place", "is far from every city of the network", "Check it.")
            elif "economies" not in self.known and not self.cell("economy"):
                self.known["economies"] = list(dict.fromkeys(code for _, code, _ in near))
        self.notes += [f"place: {one.place} {one.reason}." for one in wrong]
        if not parts or wrong:
            return
        if shape == "point" and "place" in declared:
            latitude, longitude = parts[0][0]
            name = self.cell("place") or self.known.get("title") or f"record {self.number}"
            if "works" in declared and self._is_new_port(latitude, longitude):
                self.known["works"] = "new"
            self.known["place"] = {
                "name": name, "latitude": latitude, "longitude": longitude, "source": self.source["source"],
            }  # fmt: skip
        elif shape == "line" and "section" in declared:
            self.known["section"] = [
                {"effect": "<fill in>", "points": named_points(part, self.cities, "line"),
                 "length": {**length_of(part, ""), "source": self.source["source"]}}
                for part in parts
            ]  # fmt: skip

    def _is_new_port(self, latitude: float, longitude: float) -> bool:
        """Whether the network has no port there, so that it can be no enlargement of one."""
        if self.around.gazetteer is None:
            return False
        nearest = list(self.around.gazetteer.nearest(latitude, longitude, "sea", 1))
        return not nearest or nearest[0][1] > self.around.snap_distance

    def _point(self) -> list[list[tuple[float, float]]]:
        cells = [
            self.cell(key) or self.row.cells.get(name, "")
            for key, name in (("latitude", LATITUDE), ("longitude", LONGITUDE))
        ]
        try:
            latitude, longitude = (float(str(cell).replace(",", ".")) for cell in cells)
        except ValueError:
            if any(cells):
                self.notes.append(f"place: the list says {cells[0]!r}, {cells[1]!r}, which are no degrees.")
            return []
        return [[(latitude, longitude)]] if math.isfinite(latitude) and math.isfinite(longitude) else []

    def _money(self) -> None:
        if (capex := self._sum("capex")) is not None:
            self.known["capex"] = figure(capex, "US$ m", self.source)
        financiers = self.names("financier")
        others = [self.draft.party(name) for name in self.names("party")]
        if others:
            self.known["parties"] = list(dict.fromkeys(others))
        amount, said = self._sum("amount"), self.cell("instrument")
        word = word_for("instrument", said) if said else None
        if not financiers:
            return
        if word is None:
            told = f"the list says {said!r}" if said else "the list does not say how they finance"
            self.notes.append(f"financing by {', '.join(financiers)}: {told}.")
            for name in financiers:
                self.draft.party(name, role="financier")
            return
        economies = self.known.get("economies", [])
        if word in OWED and len(economies) != 1:
            self.notes.append(f"financing: who services the {word} of {', '.join(financiers)} is not said.")
            return
        terms = self._terms(word)
        if amount is not None:
            terms["amount"] = figure(amount, "US$ m", self.source)
        lines: list[Table] = [
            {"party": self.draft.party(name, role="financier"), "instrument": word} for name in financiers
        ]
        if len(lines) == 1:
            lines[0] |= terms
        elif amount is not None:
            together = f"US$ {amount:,.1f} m of {len(lines)} financiers together"
            self.notes.append(f"financing: {together}: who gives what is not said.")
        self.known["financing"] = lines

    def _terms(self, word: str) -> Table:
        if word not in OWED:
            return {}
        found: Table = {}
        for key in ("interest_rate", "maturity", "grace"):
            for cell, row in self.cells(key)[:1]:
                text = cell.removesuffix("%").strip()
                try:
                    value = float(text.replace(",", "."))
                except ValueError:
                    self.notes.append(f"{key}: the list says {cell!r}, which is no number.")
                    continue
                per_cent = row.form == "per cent" or cell.endswith("%")
                unit = attributes("financing")[key].unit
                found[key] = figure(round(value / 100, 6) if per_cent else value, unit, self.source)
        return found

    def _sum(self, key: str) -> float | None:
        """US$ m; None, with what the list says, where it is no single sum in US dollars."""
        for cell, row in self.cells(key)[:1]:
            money = money_of(cell)
            currency = money.currency or (US_DOLLARS if row.form in SIZES else "") if money else ""
            if money is None or currency != US_DOLLARS:
                self.notes.append(f"{key}: the list says {cell!r}: give it in US$ m.")
                return None
            return money.amount * (1.0 if money.sized else SIZES.get(row.form, 1.0)) / MILLION
        return None


def _day_first(form: str) -> bool | None:
    return {"mdy": False, "dmy": True}.get(form)


def _year(day: Any) -> int:
    return day.year if isinstance(day, date) else int(day)
