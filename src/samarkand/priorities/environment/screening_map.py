"""Where projects stand on a map of the world, each in the colour of its class under the Green Development Guidance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from samarkand.core.geodesy import unit_vectors
from samarkand.priorities.environment.places import Places, densify, places_of
from samarkand.priorities.environment.screening import Finding
from samarkand.priorities.faces import Spot, SpotMap, Table
from samarkand.programme.model.models import Item

STANDARD = "brigc_class"
OPEN = "not assessable"
GROUPS = ("green", "yellow", "red", OPEN)
SHADES = (0, 3, 5, None)  # of the colours of the map, from the best to the worst
TITLE = "Projects by class under the Green Development Guidance"


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


def map_of_projects(found: Mapping[str, tuple[Finding, ...]], items: Iterable[Item]) -> tuple[SpotMap, ...]:
    """A circle for each project with a place; nothing where none has one."""
    by_id = {item.id: item for item in items}
    spots, counts, nowhere = [], dict.fromkeys(GROUPS, 0), []
    for name, findings in found.items():
        (word,) = (one.outcome or OPEN for one in findings if one.standard == STANDARD)
        counts[word] += 1
        middle = middle_of(places_of(by_id[name]))
        if middle is None:
            nowhere.append(name)
        else:
            spots.append(Spot(f"{by_id[name].title}: {word}", *middle, 1.0, GROUPS.index(word)))
    if not spots:
        return ()
    rows = tuple((word, str(number)) for word, number in counts.items())
    note = f"Without a place on the map: {', '.join(nowhere)}." if nowhere else ""
    twin = Table("Projects by class", ("class", "projects"), rows, note)
    return (SpotMap(TITLE, GROUPS, tuple(spots), twin, SHADES),)
