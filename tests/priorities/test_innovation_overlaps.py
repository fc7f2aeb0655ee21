"""What two channels could count is shown apart: declared names are real, figures are those of the results, no sum."""

from __future__ import annotations

import samarkand as sk
from samarkand.ledger.margins import margins
from samarkand.priorities.innovation.overlaps import MARGIN, effects_apart, overlaps
from samarkand.priorities.registry import each_indicator
from samarkand.session import Session
from toy import make_toy_world, toy_programme


def test_overlaps_are_of_indicators_and_margins_that_there_are():
    names = {row.name for _, row in each_indicator()}
    of_innovation = {row.name for priority, row in each_indicator() if priority.name == "innovation"}
    for row in overlaps():
        assert row.effect in of_innovation, row
        known = margins() if row.other.startswith(MARGIN) else names
        assert row.other.removeprefix(MARGIN) in known, row
        assert row.effect != row.other


def test_each_effect_stands_apart_with_what_overlaps_and_nothing_is_added_up():
    found = sk.appraise(toy_programme(), make_toy_world(), session=Session(), years=(2035,))
    table = effects_apart(found)
    assert [row[0] for row in table.rows] == [effect_title(row.effect) for row in overlaps()]
    by_title = {row[0]: row[1] for row in table.rows}
    assert by_title["Demand within reach of opportunities"] == "n/a"  # no trade by product: not zero
    landing = found.array("cable_capacity", "without")
    assert float(landing.max()) > 0
    shown = by_title["Cable capacity to the hubs"]
    change = found["cable_capacity"]
    assert (float(change.min()), float(change.max())) == (0, 0)
    assert shown == "0 Gbit/s"
    assert not any("total" in cell.lower() or "sum" in cell.lower() for row in table.rows for cell in row)


def effect_title(name: str) -> str:
    return next(row.title for _, row in each_indicator() if row.name == name)
