"""One side of a comparison: an appraisal, or the files of one that was written before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from samarkand.analysis.full_places import full_places, passing_words
from samarkand.core.conventions import REST_OF_WORLD
from samarkand.core.faults import Fault, Faults
from samarkand.programme.channels.charging import IN_WORDS
from samarkand.programme.files.varying import varied_words
from samarkand.reports.summary import SUMMARISED, Summary, summarise
from samarkand.result import Appraisal
from samarkand.world.economies.tables import economy_names

ANSWER, FIGURES = "appraisal.json", "programme.parquet"
REMEDY = "Name a folder that samarkand appraise --out has written, with the same version of samarkand."
EMBEDDED_RULE = "fixed_nominal"


@dataclass(frozen=True)
class Side:
    """One of what is compared.

    Parameters
    ----------
    name
        What it is called in the comparison.
    programme, world
        Titles.
    terms
        What the question says by term, in words; what it leaves as it is stands in none.
    summary
        Its headline figures of the last year asked about.
    names
        Names of economies by label.
    items
        Titles of items by id.
    figures
        Figures of the programme by (item, name): value and unit in words.
    full
        What passes places with a capacity with the programme, by place, in words; None without limits.
    """

    name: str
    programme: str
    world: str
    terms: Mapping[str, str]
    summary: Summary
    names: Mapping[str, str]
    items: Mapping[str, str]
    figures: Mapping[tuple[str, str], str]
    full: Mapping[str, str] | None = None


def side_of(appraisal: Appraisal, name: str) -> Side:
    """An appraisal as one side."""
    card, limits = appraisal.scenario_card(), full_places(appraisal.timeline.last)
    return Side(
        name, appraisal.programme.title, appraisal.world.title, _terms(card, appraisal.years[-1]),
        summarise(appraisal), dict(appraisal.world.names),
        {item.id: item.title for item in appraisal.timeline.items}, _figures(appraisal.figures()),
        _full(None if limits is None else limits.to_dict("records")),
    )  # fmt: skip


def saved_side(folder: Path, name: str) -> Side:
    """The files of an appraisal as one side. Raises `Faults` where they are not those of an appraisal."""
    try:
        content = json.loads((folder / ANSWER).read_text(encoding="utf-8"))
        rows = pd.DataFrame(content["indicators"])
        year = max(content["years"])
        change = rows[(rows["scenario"] == "change") & (rows["year"] == year)]
        columns = [_column(change, indicator) for indicator in SUMMARISED]
        if columns[SUMMARISED.index("real_income_value")].empty:
            raise ValueError("no headline")  # an empty sum would be read as no gain
        programme, without = content["programme"], content["scenario"]["without"]
        return Side(
            name, programme["title"], content["world"]["title"], _terms(content["scenario"], year),
            Summary(year, *columns), {**economy_names(), REST_OF_WORLD: "Rest of the world"},
            {name: title for name, title in programme["titles"].items() if name not in without},
            _figures(pd.read_parquet(folder / FIGURES)),
            _full(content.get("limits")),
        )  # fmt: skip
    except OSError as error:
        raise Faults([Fault(str(folder), f"has no appraisal: {error.strerror or error}", REMEDY)]) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Faults(
            [Fault(str(folder), "holds files that are not those of an appraisal", REMEDY)]
        ) from error


def is_saved(word: str) -> bool:
    """Whether a word names a folder with an appraisal."""
    return (Path(word) / ANSWER).is_file()


def _column(change: pd.DataFrame, indicator: str) -> pd.Series:
    found = change[change["indicator"] == indicator]
    return pd.Series(found["value"].to_numpy(float), found["economy"].astype(str).to_numpy())


def _figures(table: pd.DataFrame) -> dict[tuple[str, str], str]:
    known = table[table["value"].notna()]
    return {
        (str(item), str(name)): f"{value:,.6g} {unit}".strip()
        for item, name, value, unit in zip(
            known["item"], known["figure"], known["value"], known["unit"], strict=True
        )
    }


def _full(rows: Sequence[Mapping[Any, Any]] | None) -> dict[str, str] | None:
    """Places with a capacity and what passes them with the programme, as `full_places` has them."""
    return None if rows is None else {row["place"]: passing_words(row) for row in rows}


def _terms(card: Mapping[str, Any], year: int) -> dict[str, str]:
    """The terms of a question in words, of its card; those that say nothing are left out."""
    found = {
        "year": str(year),
        "left out": ", ".join(card["without"]),
        "set": ", ".join(f"{path} = {value}" for path, value in card["patches"].items()),
        "varied": ", ".join(varied_words(*one) for one in card["variations"]),
        "assumed": ", ".join(f"{name} = {value:g}" for name, value in card["assumptions"].items()),
        "closed": ", ".join(card["closures"]),
        "deficits": "" if card["deficit_rule"] == EMBEDDED_RULE else card["deficit_rule"],
        "capital is charged": "" if card["charge"] == "annuity" else IN_WORDS[card["charge"]],
        "what is charged buys": "construction" if card.get("construction_demand") else "",
        "payments of transit": "in the equilibrium" if card.get("transit_payments") else "",
    }
    return {term: words for term, words in found.items() if words}
