"""A check of its own: where a new railway joins the network, trains have to fit or to be changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samarkand.programme.model.models import Point, Section
from samarkand.world.network.gauges import clashes, gauge_of


def gauge_clash(
    section: Section,
    end: Point,
    gazetteer: Any,
    item: Mapping[str, Any],
) -> tuple[str, str] | None:
    """The fault and its remedy where a new section with a gauge joins lines that have another one.

    Lines of the economies of its item count, those for passengers are left out, and ends at a border: its hours hold
    the change of trains. A gazetteer that does not know whose lines are near (`nearest_node`) is not asked, nor is a
    gauge that no table declares.
    """
    figure = section.figure("gauge")
    if section.effect != "new" or figure is None or figure.value is None:
        return None
    if "passenger" in (item.get("traffic") or ()) or end.name in item.get("break_of_gauge", ()):
        return None
    if not hasattr(gazetteer, "nearest_node"):
        return None
    economy = gazetteer.nearest_node(end.latitude, end.longitude, "rail")[0]
    if economy not in item.get("economies", ()):
        return None
    there = gauge_of(economy)
    if there is None or not clashes(figure.value, there):
        return None
    return (
        f"the gauge {figure.value:g} mm clashes at {end.name} with the {there:g} mm of the lines in {economy}",
        f'Correct it, or declare the change of trains: break_of_gauge = ["{end.name}"].',
    )
