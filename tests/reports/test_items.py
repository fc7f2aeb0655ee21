"""The programme as a table: what an item does, and what is charged for it, stand side by side."""

from __future__ import annotations

from samarkand.reports.items import items_by_corridor


def test_an_item_that_lowers_no_cost_says_so_beside_its_charge(appraisal):
    pairs = appraisal["project_pairs"].dropna("project").to_series()
    rows = {
        row.item.id: row
        for corridor in items_by_corridor(appraisal, appraisal.schedule.changes[appraisal.years[-1]])
        for row in corridor.rows
    }
    idle = pairs.index[pairs == 0]
    assert len(idle)  # else nothing is tested
    for name in idle:
        assert rows[name].effect.endswith("lowers the freight cost of no pair of economies"), name
    busy = pairs.index[pairs > 1]
    for name in busy:
        assert rows[name].effect.endswith(f"of {int(pairs[name]):,} pairs of economies"), name
    assert all("lowers" not in row.effect for name, row in rows.items() if name not in pairs.index)
