"""What is published of projects: element by element of the standard, with who published it and when it was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from samarkand.core.evidence import Evidence
from samarkand.priorities.faces import NO_FIGURE, Answer, Page, Table
from samarkand.priorities.governance.disclosure import (
    NO_FINANCE,
    STANDINGS,
    Disclosed,
    element_of,
    elements,
    terms_of,
)
from samarkand.programme.files.oc4ids.paths import discloses
from samarkand.programme.model.models import Item, Programme, Project

MOST_ROWS = 30
WORDS = {
    "published": "published", "sourced": "source named, not read", "stated": "stated without a source",
    "secret": "secret", "not_published": "not published", "no_key": "no key in a programme",
}  # fmt: skip
COUNTED = (
    "Of the 40 elements of CoST's Infrastructure Data Standard, as OC4IDS has them. "
    "Published: read at an address, on a day. Assumed figures are not published. "
    "Elements of contracts have no key in a programme: give a package (--package)."
)


def said_of_disclosure(answer: Answer) -> str:
    """How many projects there are, and how many elements and terms stand how."""
    projects = _projects(answer)
    found = Counter(one.standing for item in projects for _, one in _elements(item, answer.programme))
    terms = Counter(one.standing for item in projects for line in item.financing for _, one in terms_of(line))
    return (
        f"Of {len(projects)} projects, {found['published']} elements of the standard were read where published. "
        f"{found['sourced']} name a source, {found['stated']} are stated without one, {found['not_published']} are not "
        f"published. {terms['secret']} terms of finance are secret, {terms['not_published']} are not known."
    )


def disclosures_of(answer: Answer, most: int = MOST_ROWS) -> Table:
    """Projects by how their elements stand; assessment, land and resettlement in their own columns."""
    rows = []
    for item in _projects(answer)[:most]:
        found = Counter(one.standing for _, one in _elements(item, answer.programme))
        terms = Counter(one.standing for line in item.financing for _, one in terms_of(line))
        rows.append(
            (item.id, *(str(found[one]) for one in STANDINGS[:-1]), str(terms["secret"]), _esia(item),
             _figure(item, "land_acquired"), _figure(item, "displaced_people"))
        )  # fmt: skip
    left = len(_projects(answer)) - len(rows)
    return Table(
        "What is published of projects, elements of the standard",
        ("project", "read", "sourced", "stated", "none", "secret", "ESIA", "land", "people"),
        tuple(rows),
        note=COUNTED + " Sourced: a source is named, not read; none: not published; the others "
        "have no key here; secret: terms of finance; "
        "land in ha; people: displaced." + (f" {left} more: samarkand disclosure ITEM." if left > 0 else ""),
    )  # fmt: skip


def item_page(
    answer: Answer, item: Item, project: Mapping[str, Any] | None = None, package: str = ""
) -> Page:
    """One project: its elements, what of land, people and impacts is known, and its terms of finance.

    project: the same as a package of OC4IDS has it, and in words whose the package is and when it was published.
    """
    if not isinstance(item, Project):
        return Page(f"Disclosure of {item.title}", lead=("A measure is no project of the standard.",))
    found = _elements(item, answer.programme)
    counts = Counter(one.standing for _, one in found)
    said = [", ".join(f"{counts[one]} {WORDS[one]}" for one in STANDINGS) + f", of {len(found)} elements."]
    of_package = {}
    if project is not None:
        of_package = {row.name: any(discloses(project, path) for path in row.standard) for row, _ in found}
        said.append(f"{sum(of_package.values())} of {len(found)} stand in the package of {package}.")
    heads = ("element", "stage", "how it stands", "by whom", "read on")
    rows = tuple(
        (
            row.title,
            row.stage,
            *_cells(one),
            *(("yes" if of_package[row.name] else "no",) if of_package else ()),
        )
        for row, one in found
    )
    lines = tuple(
        (f"{number}: {line.party}", row.title, *_cells(one))
        for number, line in enumerate(item.financing, 1)
        for row, one in terms_of(line)
    )
    impacts = (
        ("Environmental and social impact assessment", _esia(item)),
        ("Land acquired, ha", _figure(item, "land_acquired")),
        ("Displaced people, persons", _figure(item, "displaced_people")),
    )
    return Page(
        f"Disclosure of {item.title}",
        lead=tuple(said),
        tables=(
            Table("Elements of the standard", (*heads, *(("in the package",) if of_package else ())), rows, COUNTED, 9),
            Table("Assessment, land and resettlement", ("of", "what is known"), impacts),
            Table(
                "Finance: fields of each line", ("line", "field", *heads[2:]), lines,
                "Secret: not known, and the contract forbids to disclose it." if lines else f"{NO_FINANCE}.", 9,
            ),
        ),
    )  # fmt: skip


def _projects(answer: Answer) -> list[Project]:
    return [item for item in answer.timeline.items if isinstance(item, Project)]


def _elements(item: Item, programme: Programme) -> list[tuple[Any, Disclosed]]:
    return [(row, element_of(item, row, programme)) for row in elements()]


def _cells(one: Disclosed) -> tuple[str, str, str]:
    day = NO_FIGURE if one.read_on is None else one.read_on.isoformat()
    return WORDS[one.standing], one.source or NO_FIGURE, day


def _esia(item: Item) -> str:
    return str(item.get("esia") or NO_FIGURE).replace("_", " ")


def _figure(item: Item, key: str) -> str:
    found = item.get(key)
    if not isinstance(found, Evidence) or found.value is None:
        return NO_FIGURE
    return f"{found.value:,.0f}" + (" (assumed)" if found.flag == "assumed" else "")
