"""A check of its own: no new line of road or rail leads over open water."""

from __future__ import annotations

from samarkand.programme.model.models import Section
from samarkand.world.economies.coast import farthest_from_land

# The longest fixed links over a sea have some 55 km from shore to shore; lines are drawn straight from town to town
# along a bent coast, and the outlines are off by some 10 km.
FARTHEST_KM = 40.0


def over_water(section: Section) -> tuple[str, str] | None:
    """The fault and its remedy where a new section leads farther out to sea than any bridge or tunnel does."""
    if section.effect != "new":
        return None
    away = farthest_from_land([(point.latitude, point.longitude) for point in section.points])
    if away <= FARTHEST_KM:
        return None
    return (
        f"leads over open water, {away:.0f} km from land",
        "Give points along the way by land, or end the line at a port on either side.",
    )
