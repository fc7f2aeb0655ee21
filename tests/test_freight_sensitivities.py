"""What moves a place: each input by its algebra on the toy world, the table of the page against the model's page."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from docs.freight_observed import PAGE, sensitivity_lines
from docs.freight_sensitivities import load_table

from samarkand.analysis import sensitivities
from samarkand.analysis.observed import ObservedRow, calc_modelled, observed_freight
from samarkand.analysis.sensitivities import FACTORS, INPUTS, calc_sensitivities, find_binding, missed_places
from samarkand.baseline import solve_baseline
from samarkand.core.progress import quiet
from samarkand.session import Session
from samarkand.solving import Setting
from samarkand.world.freight import unit_values
from samarkand.world.freight.mode_choice import MODES
from toy import make_toy_world

GATE = {
    "id": "gate", "group": "gates", "title": "A gate", "measure": "tonnes", "place": "border:CHN-KAZ", "year": 2022,
    "observed": 2.0, "use": "meet", "source": "made up", "flag": "assumed",
}  # fmt: skip


@pytest.fixture(scope="module")
def toy():
    return make_toy_world()


@pytest.fixture(scope="module")
def session():
    return Session()


@pytest.fixture(scope="module")
def baseline(toy, session):
    return solve_baseline(Setting(toy, toy.assumptions, "fixed_nominal"), (), session.kept, quiet)


@pytest.fixture(scope="module")
def table(toy, session):
    return calc_sensitivities([ObservedRow(**GATE)], toy, session=session).set_index("input")


def test_a_place_has_a_row_for_each_input_that_it_has(table, baseline):
    assert table.index.tolist() == [one.id for one in INPUTS if one.id != "toll"]  # a border of no canal
    assert (table["as_is"] == calc_modelled(baseline, ObservedRow(**GATE))).all()
    moved = (table["halved"] != table["as_is"]) & (table["doubled"] != table["as_is"])
    assert moved[["value_per_tonne", "origins", "odds_of_rail", "rail_rate"]].all()


def test_half_the_value_of_a_tonne_is_twice_the_tonnes_where_no_goods_change_class(toy, monkeypatch):
    """Tonnes are value over the value of a tonne; goods that keep their class keep their modes and ways.

    No exporter has values of its own here: those do not follow the sector's.
    """
    monkeypatch.setattr(unit_values, "unit_values", tuple)
    session = Session()
    freight = toy.assumptions.freight
    names = [name for name in freight if name.endswith(".value_per_tonne")]
    small = 1.0 + 1e-9
    given = toy.assumptions.replace({name: freight[name] * small for name in names})
    row = ObservedRow(**GATE)
    one, other = (
        calc_modelled(solve_baseline(Setting(toy, each, "fixed_nominal"), (), session.kept, quiet), row)
        for each in (toy.assumptions, given)
    )
    assert other * small == pytest.approx(one, rel=1e-12)


def test_twice_the_odds_of_rail_are_twice_the_odds_of_every_pair(baseline):
    before = baseline.freight.baseline.term
    after = sensitivities.vary_odds(baseline, 2.0).freight.baseline.term
    rail = MODES.index("rail")
    assert np.allclose(after[..., rail], 2.0 * before[..., rail], rtol=1e-12)
    others = [m for m in range(len(MODES)) if m != rail]
    assert (after[..., others] == before[..., others]).all()
    assert (before[..., rail] > 0).any()


def test_nearer_cities_are_told_by_the_mean_of_their_economy():
    cities = pd.DataFrame({"iso3": ["A", "A", "A", "B"], "population": [1, 1, 2, 5]}, index=list("wxyz"))
    weighed = sensitivities._weigh(cities, np.array([100.0, 300.0, 200.0, 50.0]), 2.0)  # mean of A: 200
    assert weighed["population"].tolist() == [2.0, 1.0, 2.0, 5.0]


def test_origins_change_weights_and_no_route(baseline):
    varied = sensitivities.vary_origins(baseline, ObservedRow(**GATE), 2.0, Session())
    one, other = baseline.freight, varied.freight
    assert other.key != one.key  # else what is kept on disk would be taken for it
    assert other.baseline.pairs is one.baseline.pairs
    assert (other.baseline.term == one.baseline.term).all()
    assert not np.allclose(other.baseline.zones[1], one.baseline.zones[1])


def test_tolls_are_those_of_all_canals_and_of_no_border(baseline, session):
    canal = ObservedRow(**{**GATE, "place": "suez"})
    varied = sensitivities.vary_toll(baseline, canal, 0.5, session)
    assert varied.setting.assumptions.parameters["canal_tolls"] == 0.5
    assert sensitivities.vary_toll(baseline, ObservedRow(**GATE), 0.5, session) is None


def test_the_binding_input_is_nearest_in_logarithms():
    table = pd.DataFrame(
        {"input": ["a", "b"], "halved": [1.0, 9.0], "as_is": [4.0, 4.0], "doubled": [0.0, 20.0]}
    )
    assert find_binding(table, 2.5) == ("a", FACTORS[0], 1.0)  # 2.5 times off; b halved 3.6 times
    assert find_binding(table, 16.0) == ("b", FACTORS[1], 20.0)


def test_missed_places_are_those_outside_the_factor():
    listed = [row for row in observed_freight() if row.measure in sensitivities.COUNTED]
    factors = pd.DataFrame({"id": [row.id for row in listed], "factor": 1.0})
    assert missed_places(factors) == []
    factors.loc[factors["id"].isin(["dostyk", "panama"]), "factor"] = [1.6, 0.6]
    factors.loc[factors["id"] == "erenhot", "factor"] = 1.49
    assert [row.id for row in missed_places(factors)] == ["dostyk", "panama"]


def test_the_page_shows_the_table_and_refuses_that_of_another_model():
    """The page itself is compared with the model elsewhere."""
    found = load_table()
    text = PAGE.read_text(encoding="utf-8")
    titles = {row.id: row.title for row in observed_freight()}
    for row in found.to_dict("records"):
        assert f"| {titles[row['id']]} | " in text
    rows = [row for row in observed_freight() if row.id in set(found["id"])]
    as_is = found.groupby("id")["as_is"].first()
    table = pd.DataFrame(
        [
            {"id": r.id, "measure": r.measure, "title": r.title, "unit": r.unit, "observed": r.observed,
             "modelled": as_is[r.id], "factor": as_is[r.id] / r.observed}
            for r in rows
        ]
    )  # fmt: skip
    for line in sensitivity_lines(table, found):
        assert line in text
    with pytest.raises(ValueError, match="is of another model"):
        sensitivity_lines(table.assign(modelled=table["modelled"] * 1.01), found)
