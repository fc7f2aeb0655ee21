"""A check of its own: where a new railway joins the network, trains have to fit or to be changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samarkand.core.faults import FaultList
from samarkand.programme.models import Point, Section
from samarkand.world.gauges import clashes, gauge_of


def check_gauge_at_end(
    section: Section,
    end: Point,
    gazetteer: Any,
    item: Mapping[str, Any],
    place: str,
    faults: FaultList,
) -> None:
    """Add a fault where a new section with a gauge joins the lines of an economy of its item that have another one.

    Lines for passengers are left out, and ends at a border: its hours hold the change of trains. A gazetteer that
    does not know whose lines are near (`nearest_node`) is not asked, nor is a gauge that no table declares.
    """
    figure = section.figure("gauge")
    if section.effect != "new" or figure is None or figure.value is None:
        return
    if "passenger" in (item.get("traffic") or ()) or end.name in item.get("break_of_gauge", ()):
        return
    if not hasattr(gazetteer, "nearest_node"):
        return
    economy = gazetteer.nearest_node(end.latitude, end.longitude, "rail")[0]
    if economy not in item.get("economies", ()):
        return
    there = gauge_of(economy)
    if there is not None and clashes(figure.value, there):
        faults.add(
            place,
            f"the gauge {figure.value:g} mm clashes at {end.name} with the {there:g} mm of the lines in {economy}",
            f'Correct it, or declare the change of trains: break_of_gauge = ["{end.name}"].',
        )
