"""Where projects stand on a map of the world, in the colour of the word of the standard that is decided of most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from samarkand.core.geodesy import unit_vectors
from samarkand.priorities.environment.places import Places, densify, places_of
from samarkand.priorities.environment.screening import Finding
from samarkand.priorities.faces import Spot, SpotMap, Table
from samarkand.priorities.registry import find_indicator
from samarkand.programme.model.models import Item

ONE_WORD = ("brigc_class", "eu_taxonomy_contribution", "equator_category")
OPEN = "not assessable"
# By number of words, those of the colours of the map that part them, from the best to the worst.
SHADES: Mapping[int, tuple[int, ...]] = {2: (0, 5), 3: (0, 3, 5)}


def middle_of(places: Places) -> tuple[float, float] | None:
    """Longitude and latitude of the mean direction of its lines and places; None where it has neither."""
    along = [densify(line) for _, line in places.lines] or [
        np.array([[longitude, latitude]]) for _, longitude, latitude in places.points
    ]
    if not along:
        return None
    points = np.concatenate(along)
    x, y, z = unit_vectors(points[:, 1], points[:, 0]).mean(axis=1)
    return float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y))))


def standard_shown(found: Mapping[str, tuple[Finding, ...]]) -> str | None:
    """The standard with one word a project that is decided of most projects; None where none is decided of any."""
    decided = dict.fromkeys(ONE_WORD, 0)
    for findings in found.values():
        for one in findings:
            if one.standard in decided and one.outcome:
                decided[one.standard] += 1
    most = max(decided, key=decided.__getitem__)
    return most if decided[most] else None


def map_of_projects(found: Mapping[str, tuple[Finding, ...]], items: Iterable[Item]) -> tuple[SpotMap, ...]:
    """A circle for each project with a place; nothing where none has one, and where nothing is decided."""
    standard = standard_shown(found)
    if standard is None:
        return ()
    _, declared = find_indicator(standard)
    groups = (*(word.replace("_", " ") for word in declared.categories), OPEN)
    by_id = {item.id: item for item in items}
    spots, counts, nowhere = [], dict.fromkeys(groups, 0), []
    for name, findings in found.items():
        (word,) = (one.outcome.replace("_", " ") or OPEN for one in findings if one.standard == standard)
        counts[word] += 1
        middle = middle_of(places_of(by_id[name]))
        if middle is None:
            nowhere.append(name)
        else:
            spots.append(Spot(f"{by_id[name].title}: {word}", *middle, 1.0, groups.index(word)))
    if not spots:
        return ()
    rows = tuple((word, str(number)) for word, number in counts.items())
    note = f"Without a place on the map: {', '.join(nowhere)}." if nowhere else ""
    twin = Table("Projects by word", ("word", "projects"), rows, note)
    title = f"{declared.title}: where the projects stand"
    return (SpotMap(title, groups, tuple(spots), twin, (*SHADES[len(declared.categories)], None)),)
