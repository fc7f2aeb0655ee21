"""Tonnes of foreign trade by mode: by hand, beside the freight that is laid on links, and oil and gas in volumes."""

from __future__ import annotations

import numpy as np
import pytest

import samarkand as sk
from samarkand.priorities.infrastructure.foreign_tonnes import (
    CASES,
    InVolumes,
    calc_tonnes_by_mode,
    goods_moved,
)
from samarkand.world.freight.assignment import calc_tonnes
from samarkand.world.freight.mode_choice import MODES
from toy import make_toy_world, toy_programme

WORLD, YEAR = make_toy_world(), 2035


@pytest.fixture(scope="module")
def toy():
    return sk.appraise(toy_programme(WORLD), WORLD, years=YEAR)


def test_tonnes_by_hand():
    """A sells B 100 t: 30 by road, 50 by rail, 20 by sea, in one class, and 10 t by rail in another; and oil, 7 t by
    line, 5 t by tanker. Nothing connects C; what A sells itself does not count."""
    by_route = np.zeros((2, 3, 3))
    by_route[0, 0, 1], by_route[1, 0, 1], by_route[0, 0, 0], by_route[0, 0, 2] = 100.0, 10.0, 99.0, 8.0
    shares = np.full((2, 3, 3, 3), np.nan)
    shares[0, 0, 1], shares[1, 0, 1] = (0.3, 0.5, 0.2), (0.0, 1.0, 0.0)
    shares[:, 1, 0] = shares[:, 0, 0] = (1.0, 0.0, 0.0)
    oil = InVolumes(
        np.array([0, 0, 0]), np.array([1, 1, 0]), np.array([1.0, 0.0, 0.0]), np.array([7.0, 5.0, 3.0])
    )
    imports, exports = calc_tonnes_by_mode(by_route, oil, shares)
    assert CASES == ("road", "rail", "sea", "pipeline")
    moved = [30.0, 60.0, 25.0, 7.0]
    np.testing.assert_allclose(imports, [[0, 0, 0, 0], moved, [np.nan] * 4])
    np.testing.assert_allclose(exports, [moved, [0, 0, 0, 0], [np.nan] * 4])


@pytest.mark.parametrize("scenario", ["without", "with"])
def test_modes_add_up_to_what_an_economy_trades(toy, scenario):
    state = toy.timeline.states[YEAR]
    setting = state.solved.baseline.setting
    flow = setting.labelled((state.without if scenario == "without" else state.before_financing).trade_flow)
    tonnes = 1e-6 * calc_tonnes(flow * setting.surface_part, setting.commodities).sum("vot_class")
    for name, of, others in (
        ("import_tonnes", "destination", "origin"), ("export_tonnes", "origin", "destination"),
    ):  # fmt: skip
        by_economy = tonnes.sum(others).rename({of: "economy"})
        found = toy.array(name, scenario).sum("case")
        np.testing.assert_allclose(
            found, by_economy.sel(economy=found["economy"]), rtol=1e-9
        )  # means of shares


@pytest.mark.parametrize("scenario", ["without", "with"])
def test_they_are_the_tonnes_that_are_laid_on_links(toy, scenario):
    """City by city and link by link, by another way: `calc_freight_work`."""
    state = toy.timeline.states[YEAR]
    work = state.assignment_without if scenario == "without" else state.unpaid.assignment
    for name in ("import_tonnes", "export_tonnes"):
        carried = toy.array(name, scenario).sum("economy").sel(case=list(MODES))
        np.testing.assert_allclose(carried, 1e-6 * work.tonnes.sel(mode=list(MODES)), rtol=1e-9)
    assert float(toy.array("import_tonnes").sel(economy="KAZ", case="rail")) > 0  # its railway gets faster


def test_oil_and_gas_go_by_tanker_and_by_line(appraisal):
    state = appraisal.states[-1]
    flows = state.energy.flows
    weight = flows["cargo"].map({name: row.tonnes for name, row in state.energy.tables.cargoes.items()})
    by_line = (flows["volume"] * weight)[flows["place"] == ""]
    exports = appraisal.array("export_tonnes", "without")
    # Without the programme trade is that of the accounts, and volumes those of the tables.
    assert float(exports.sel(case="pipeline").sum()) == pytest.approx(by_line.sum(), rel=1e-9)
    sold = flows.assign(tonnes=flows["volume"] * weight).groupby("exporter")["tonnes"].sum()
    for code in ("SAU", "KAZ"):
        by_route, _ = goods_moved(state, state.without)
        rest = (
            1e-6
            * np.delete(by_route[:, state.world.labels.index(code)], state.world.labels.index(code), 1).sum()
        )
        found = float(exports.sel(economy=code).sum())
        assert found == pytest.approx(float(sold[code]) + rest, rel=1e-5)  # two small islands have no city
