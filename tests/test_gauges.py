"""Gauges: the declared table, and the check where a new railway joins the network."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from samarkand.programme import load_programme
from samarkand.programme.channels.gauge_at_ends import gauge_clash
from samarkand.world.economies.tables import load_economies
from samarkand.world.network.gauges import clashes, gauge_of, gauge_rows


def test_no_economy_has_two_gauges_and_all_are_known() -> None:
    members = [code for row in gauge_rows() for code in row.members]
    assert len(members) == len(set(members))
    assert set(members) <= set(load_economies().index)
    assert gauge_of("KAZ") == 1520
    assert gauge_of("JPN") is None  # two gauges, both common
    assert not clashes(1520, 1524)


@pytest.mark.parametrize(
    ("economies", "breaks", "clashes"),
    [(("KAZ",), (), True), (("KAZ",), ("Somewhere",), False), (("CHN",), (), False)],
)
def test_a_standard_gauge_line_onto_broad_gauge_lines(economies, breaks, clashes) -> None:
    sections = [s for item in load_programme("eurasian-corridors").items for s in item.section]
    section = next(s for s in sections if s.effect == "new" and s.figure("gauge") is not None)
    gauge = section.figure("gauge").model_copy(update={"value": 1435.0})
    attributes = tuple((k, gauge if k == "gauge" else v) for k, v in section.attributes)
    section = section.model_copy(update={"attributes": attributes})
    end = section.points[-1].model_copy(update={"name": "Somewhere"})
    gazetteer = SimpleNamespace(nearest_node=lambda *_place: ("KAZ", 3.0))
    wrong = gauge_clash(section, end, gazetteer, {"economies": economies, "break_of_gauge": breaks})
    assert (wrong is not None) == clashes
    assert wrong is None or "1435 mm clashes at Somewhere with the 1520 mm" in wrong[0]
