"""Variants of a question by name: from a file, from the command line, from Python.

[[variant]]
name = "Padma left out"
programme = "eurasian-corridors"         # else that of the command
without = ["padma-rail-link"]
set = { "cku-railway.opening" = 2032 }
scale = { capex = 1.45 }
border = { Torugart = -6 }
tariff = { "KEN:CHN" = 0.5 }
assume = { discount_rate = 0.08 }
close = ["suez"]
charge = "spending"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Unpack, cast

from samarkand.appraisal import appraise
from samarkand.core.faults import FaultList, did_you_mean
from samarkand.core.progress import Progress, quiet
from samarkand.programme import Programme
from samarkand.programme.files.toml_reading import parse_toml
from samarkand.question import Asked, Terms
from samarkand.reports.answers.comparison import Comparison
from samarkand.reports.answers.sides import Side, saved_side, side_of
from samarkand.result import Appraisal
from samarkand.session import Session, default_session
from samarkand.world.world import World

AS_WRITTEN = "as written"
# Keys of a variant, with the term of the question that each is and the type of its value.
KEYS: Mapping[str, tuple[str, tuple[type, ...]]] = {
    "without": ("without", (list, str)), "set": ("patches", (dict,)), "scale": ("scale", (dict,)),
    "border": ("border", (dict,)), "tariff": ("tariff", (dict,)), "assume": ("assumptions", (dict,)),
    "close": ("closures", (list, str)), "charge": ("charge", (str,)),
    "construction_demand": ("construction_demand", (bool,)),
    "transit_payments": ("transit_payments", (bool,)),
}  # fmt: skip
FORMS: Mapping[Any, str] = {
    dict: "a table such as { capex = 1.45 }", list: 'a list such as ["cku-railway"]', str: "a word",
    bool: "true or false",
}  # fmt: skip
KEY_OF = {term: key for key, (term, _) in KEYS.items()}
CHANGES = tuple(term for term, _ in KEYS.values())


@dataclass(frozen=True)
class Variant:
    """A question under a name: `terms` are those in which it differs; `programme` None: that of the comparison.

    `file`: the file of variants that it stands in, if it does.
    """

    name: str
    terms: Terms = field(default_factory=lambda: Terms())
    programme: Asked | None = None
    file: str = ""


def compare(
    variants: Mapping[str, Appraisal | Mapping[str, Any] | str | Path],
    question: Programme | str | Path = "eurasian-corridors",
    world: World | None = None,
    *,
    session: Session | None = None,
    progress: Progress = quiet,
    **terms: Unpack[Terms],
) -> Comparison:
    """Compare variants, each by its name; the first is what the others are compared with.

    Parameters
    ----------
    variants
        By name: the terms in which a variant differs (`{}` for none), an appraisal, or the folder of a saved one.
    question, world, session, progress, **terms
        As of `appraise`, for the variants that are given by their terms.

    Raises
    ------
    Faults
        With everything that is wrong with any of the questions, before anything runs.
    """
    sides: list[Variant | Side] = []
    for name, one in variants.items():
        if isinstance(one, Appraisal):
            sides.append(side_of(one, name))
        elif isinstance(one, str | Path):
            sides.append(saved_side(Path(one), name))
        else:
            sides.append(Variant(name, cast("Terms", dict(one))))
    return compare_sides(sides, question, world, session or default_session(), progress, terms)


def compare_sides(
    sides: list[Variant | Side],
    question: Asked,
    world: World | None,
    session: Session,
    progress: Progress,
    terms: Terms,
) -> Comparison:
    """Solve what is not solved yet; everything wrong with any question is said before one runs."""
    faults = FaultList()
    asked = check_sides(sides, question, world, session, terms, faults)
    faults.raise_if_any()
    solved = {
        one.name: side_of(
            appraise(
                one.programme or question, world, stored=True, session=session, progress=progress, **whole
            ),
            one.name,
        )
        for one, whole in asked
    }
    return Comparison(tuple(one if isinstance(one, Side) else solved[one.name] for one in sides))


def check_sides(
    sides: list[Variant | Side],
    question: Asked,
    world: World | None,
    session: Session,
    terms: Terms,
    faults: FaultList,
) -> list[tuple[Variant, Terms]]:
    """The variants with all their terms; everything wrong with any of them is added to `faults`."""
    names = [one.name for one in sides]
    if len(sides) < 2 and not faults:
        remedy = "Name two programmes, a file of variants, or a change such as --without ID."
        faults.add("compare", "there is nothing to compare with", remedy)
    for name in sorted({one for one in names if names.count(one) > 1}):
        faults.add(f"variant {name}", "is named twice", "Give each a name of its own.")
    asked: list[tuple[Variant, Terms]] = []
    # What all share is checked first: a fault that is left is one of the variant itself.
    for one in sorted((one for one in sides if isinstance(one, Variant)), key=lambda one: bool(one.file)):
        whole = joined(terms, one.terms)
        asked.append((one, whole))
        if one.file:
            faults.attempt(partial(session.ask, question, world, **terms))
        own = FaultList()
        own.attempt(partial(session.ask, one.programme or question, world, **whole))
        for fault in own:
            place = f"{one.file}, variant {one.name}, {fault.renamed(KEY_OF).place.removeprefix('--')}"
            if fault not in faults.faults:
                faults.add(place if one.file else fault.place, fault.reason, fault.mend)
    return asked


def joined(terms: Terms, own: Terms) -> Terms:
    """The terms that all variants share with those of one: what it leaves out or sets is added to theirs."""
    whole: dict[str, Any] = dict(terms)
    for name, value in own.items():
        shared = whole.get(name)
        if isinstance(value, Mapping) and isinstance(shared, Mapping):
            whole[name] = {**shared, **value}
        elif name in ("without", "closures") and shared:
            both = ((one,) if isinstance(one, str) else one for one in (shared, value))
            whole[name] = tuple(dict.fromkeys(chain.from_iterable(cast("Iterable[Sequence[str]]", both))))
        else:
            whole[name] = value
    return cast("Terms", whole)


def read_variants(path: Path) -> tuple[Variant, ...]:
    """The variants of a file. Raises `Faults` with everything that is wrong with it."""
    faults = FaultList()
    found = variants_in(path, faults)
    faults.raise_if_any()
    return found


def variants_in(path: Path, faults: FaultList) -> tuple[Variant, ...]:
    """The variants of a file as far as they can be read; everything wrong with it is added to `faults`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        faults.add(str(path), f"cannot be read: {error.strerror or error}", "Name a file of variants.")
        return ()
    broken = FaultList()
    tables, _ = parse_toml(content, path.name, broken)
    faults.extend(broken)
    if broken:
        return ()
    rows = tables.get("variant")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        faults.add(path.name, "has no [[variant]]", "Write each as a table of its own, with a name.")
        return ()
    for key in sorted(set(tables) - {"variant"}):
        faults.add(
            f"{path.name}, {key}", "is no part of a file of variants", "Write [[variant]] tables alone."
        )
    return tuple(
        _variant(row, f"{path.name}, variant {number}", path, faults) for number, row in enumerate(rows, 1)
    )


def _variant(row: dict[str, Any], place: str, path: Path, faults: FaultList) -> Variant:
    name = row.get("name")
    if not isinstance(name, str) or not name.strip():
        faults.add(place, "has no name", 'Write name = "...".')
        name = place.rpartition(" ")[2]
    known = ("name", "programme", *KEYS)
    for key in row:
        if key not in known:
            faults.add(f"{place}, {key}", "is no key of a variant", did_you_mean(key, known))
    terms: dict[str, Any] = {}
    for key, (term, types) in KEYS.items():
        if key in row:
            value = row[key]
            words = isinstance(value, list) and all(isinstance(one, str) for one in value)
            if isinstance(value, types) and (words or not isinstance(value, list)):
                terms[term] = value
            else:
                faults.add(f"{place}, {key}", f"is {value!r}", f"Write {FORMS[types[0]]}.")
    programme = row.get("programme")
    if programme is not None and not isinstance(programme, str):
        faults.add(f"{place}, programme", f"is {programme!r}", "Write the name or the path of a programme.")
        programme = None
    beside = None if programme is None else path.parent / programme
    found = beside if beside is not None and beside.is_file() else programme
    return Variant(str(name), cast("Terms", terms), found, path.name)
