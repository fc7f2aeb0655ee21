"""Freight beside observed freight: the measures by hand on the toy world, the page as the model has it."""

from __future__ import annotations

import dataclasses
import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from docs.freight_observed import PAGE, page
from pydantic import ValidationError
from rich.console import Console

from samarkand.analysis import observed
from samarkand.analysis.mode_shares import SHARES, by_mode
from samarkand.analysis.observed import (
    FITTED,
    ObservedFreight,
    ObservedRow,
    beside_observed,
    drawn_half,
    misses,
    observed_and_limits,
    observed_freight,
    pair_of,
)
from samarkand.baseline import solve_baseline
from samarkand.priorities.trade.exposure import goods_by_class
from samarkand.reports.observed_freight import print_observed
from samarkand.session import Session
from samarkand.solving import Setting
from samarkand.world.freight.mode_choice import NORTH_AMERICA, cargo_classes
from samarkand.world.freight.trade_costs import prepare_pairs
from samarkand.world.network.transit_tariffs import transit_tariffs
from toy import make_toy_world


def _row(**given) -> ObservedRow:
    plain = {
        "id": "gate", "group": "gates", "title": "A gate", "measure": "tonnes", "place": "border:CHN-KAZ",
        "year": 2022, "observed": 2.0, "use": "meet", "source": "made up", "flag": "assumed",
    }  # fmt: skip
    return ObservedRow(**{**plain, **given})


@pytest.fixture(scope="module")
def toy():
    return make_toy_world()


@pytest.fixture(scope="module")
def session():
    return Session()


def _beside(rows, toy, session, monkeypatch):
    monkeypatch.setattr(observed, "observed_freight", lambda: tuple(rows))
    return beside_observed(toy, session=session).set_index("id")


def test_measures_are_sums_over_links_and_pairs(toy, session, monkeypatch):
    rows = [
        _row(),
        _row(id="modes", measure="mode_share", place="CHN-KAZ+CHN-DEU:rail", observed=0.5),
        _row(id="strait", measure="value_share", place="suez", observed=0.1),
    ]
    found = _beside(rows, toy, session, monkeypatch)
    baseline = solve_baseline(
        Setting(toy, toy.assumptions, "fixed_nominal"), (), session.kept, lambda *_: None
    )

    links = baseline.assignment.links
    across = links[
        [{a, b} == {"CHN", "KAZ"} for a, b in zip(links["economy_a"], links["economy_b"], strict=True)]
    ]
    assert found.loc["gate", "modelled"] == pytest.approx(across["tonnes"].sum() / 1e6, rel=1e-12)
    assert found.loc["gate", "modelled"] > 0
    assert found.loc["gate", "factor"] == pytest.approx(found.loc["gate", "modelled"] / 2.0)

    value = by_rail = 0.0
    part = baseline.setting.surface_part.transpose("destination", "origin", "sector").to_numpy()
    carried = (baseline.solution.trade_flow * part) @ goods_by_class(toy, toy.assumptions)[
        :, 1:
    ]  # d, o, class
    share = baseline.state.costs["mode_share"].sel(state="without")
    at = toy.labels.index
    for one, other in (("CHN", "KAZ"), ("KAZ", "CHN"), ("CHN", "DEU"), ("DEU", "CHN")):
        for c, label in enumerate(share["vot_class"].to_numpy()):
            worth = carried[at(other), at(one), c]
            here = share.sel(vot_class=label, origin=one, destination=other)
            value += worth * float(here.sum("mode"))
            by_rail += worth * float(here.sel(mode="rail"))
    assert found.loc["modes", "modelled"] == pytest.approx(by_rail / value, rel=1e-12)
    assert 0 < found.loc["modes", "modelled"] < 1
    assert 0 < found.loc["strait", "modelled"] < 1


def test_one_way_and_everybody_else_are_pairs_too(toy, session, monkeypatch):
    rows = [
        _row(id="there", measure="mode_share", place="CHN>KAZ:rail", observed=0.5),
        _row(id="union", measure="mode_share", place="EU>*:sea", observed=0.5),
        _row(id="listed", measure="mode_share", place="+".join(
            f"{one}>{other}" for one in ("DEU", "POL") for other in toy.labels if other not in ("DEU", "POL")
        ) + ":sea", observed=0.5),
        _row(id="gate", observed=0.5),
    ]  # fmt: skip
    found = _beside(rows, toy, session, monkeypatch)
    baseline = solve_baseline(
        Setting(toy, toy.assumptions, "fixed_nominal"), (), session.kept, lambda *_: None
    )
    carried = by_mode(baseline, "mode_share")[toy.labels.index("CHN"), toy.labels.index("KAZ")]
    assert found.loc["there", "modelled"] == pytest.approx(carried[1] / carried.sum(), rel=1e-12)
    assert found.loc["union", "modelled"] == pytest.approx(found.loc["listed", "modelled"], rel=1e-12)

    # Without constants: every pair of cities chooses by cost alone, and economies weigh their cities by population.
    model = baseline.state.model.baseline
    plain = prepare_pairs(
        model.pairs, model.cities, replace(model.choice, weights=model.choice.weights * 0.0),
        model.parameters, model.economies,
    )  # fmt: skip
    assert np.allclose(np.moveaxis(model.plain_shares(), -1, 0), plain.means[4:7], rtol=1e-12, equal_nan=True)
    assert not np.allclose(plain.means[4:7], model.means[4:7], equal_nan=True)
    assert found["uncalibrated"].notna().tolist() == [True, True, True, False]


def test_costs_of_imports_are_money_over_value(toy, session, monkeypatch):
    facts = toy.facts.copy()
    facts.loc[["KAZ", "KGZ"], "lldc"] = True
    facts.loc[[code for code in facts.index if code not in ("KAZ", "KGZ")], "lldc"] = False
    inland = dataclasses.replace(toy, facts=facts)
    rows = [
        _row(id=name, measure=measure, place=place, observed=0.5)
        for name, measure, place in (
            ("world", "freight_cost", "world"),
            ("in", "freight_cost", "lldc"),
            ("out", "freight_cost", "!lldc"),
            ("ratio", "freight_cost_ratio", "lldc/!lldc"),
            ("nobody", "freight_cost", "lldc+Atlantis"),
        )
    ]
    found = _beside(rows, inland, session, monkeypatch)["modelled"]
    baseline = solve_baseline(
        Setting(inland, inland.assumptions, "fixed_nominal"), (), session.kept, lambda *_: None
    )
    costs = baseline.state.costs.sel(state="without", variant="logsum")
    table, part = baseline.setting.commodities, baseline.setting.surface_part
    flow = toy.accounts.trade_flow * part
    spent = bought = 0.0
    for sector in ("agriculture", "metals", "machinery"):
        goods = table.sel(sector=sector)
        classes = cargo_classes(table).sel(sector=sector)
        for origin in toy.labels:
            for destination in ("KAZ", "KGZ"):
                if origin != destination:
                    at = {"origin": origin, "destination": destination}
                    value = float(flow.sel(sector=sector, **at) * goods["network_share"])
                    bought += value
                    for cargo in goods["cargo"].to_numpy()[(goods["cargo_share"] > 0).to_numpy()]:
                        way, one = (
                            costs.sel(vot_class=str(classes.sel(cargo=cargo).item())),
                            goods.sel(cargo=cargo),
                        )
                        hours = float(way["hours"].sel(at)) * float(way["value_of_time"])
                        usd = float(way["generalised_cost"].sel(at)) - hours
                        part = float(one["cargo_share"] / goods["network_share"])
                        spent += value * part * usd / float(one["cargo_value_per_teu"])
    assert found["in"] == pytest.approx(spent / bought, rel=1e-12)
    assert found["ratio"] == pytest.approx(found["in"] / found["out"], rel=1e-12)
    assert min(found["in"], found["out"]) < found["world"] < max(found["in"], found["out"])
    assert math.isnan(found["nobody"])


def test_a_place_that_the_world_does_not_have_is_not_known(toy, session, monkeypatch):
    rows = [
        _row(place="crossing:brest_malaszewicze_rail"),
        _row(id="strait", measure="value_share", place="panama"),
        _row(id="modes", measure="mode_share", place="USA-CAN:road"),
        _row(id="silent", observed=None, note="No tonnes are published"),
    ]
    found = _beside(rows, toy, session, monkeypatch)
    assert found.loc[["gate", "strait", "modes"], "modelled"].isna().all()
    assert found["factor"].isna().all()
    assert found.loc["silent", "modelled"] > 0


def _own_of_north_america(place):
    """Whether all parties of a place are in North America; Mexico's trade with everybody is not its own."""
    return set(re.split(r"[-+>]", place.partition(":")[0])) <= NORTH_AMERICA


def test_the_half_that_constants_are_fitted_to_is_drawn_by_hash():
    """Both directions of a pair fall in one half, and no choice of ours decides which."""
    assert pair_of("RUS>CHN:rail") == pair_of("CHN>RUS:sea") == "CHN-RUS"
    shares = [row for row in observed_freight() if row.measure in SHARES]
    free = [row for row in shares if row.use != "report" and not _own_of_north_america(row.place)]
    assert {row.use for row in shares if _own_of_north_america(row.place)} <= {*FITTED, "report"}
    half = drawn_half(pair_of(row.place) for row in free)
    assert {pair_of(row.place) for row in free if row.use in FITTED} == half
    pairs = {pair_of(row.place) for row in free}
    assert len(half) == (len(pairs) + 1) // 2
    assert all(2017 <= row.year <= 2027 for row in free)
    known = [(row.place, row.measure) for row in free]
    assert len(known) == len(set(known))  # of a pair, direction and measure one figure, of the nearest year
    for row in shares:  # shares of one pair, in one direction, add up to one where all three are published
        rest = [one for one in shares if one.place.partition(":")[0] == row.place.partition(":")[0]]
        same = [one for one in rest if (one.measure, one.year) == (row.measure, row.year)]
        assert {one.border for one in same} == {row.border}
        if len(same) == 3:
            assert sum(one.observed for one in same) == pytest.approx(1.0, abs=0.0021)  # rounded


def test_shares_of_tonnes_and_of_several_modes(toy, session, monkeypatch):
    rows = [
        _row(id=f"{measure}_{modes}", measure=measure, place=f"CHN>KAZ:{modes}", observed=0.5)
        for measure in ("mode_share", "tonnes_share", "work_share")
        for modes in ("road", "rail", "sea", "road+rail")
    ]
    found = _beside(rows, toy, session, monkeypatch)["modelled"]
    for measure in ("mode_share", "tonnes_share", "work_share"):
        road, rail, sea, land = (
            found[f"{measure}_{modes}"] for modes in ("road", "rail", "sea", "road+rail")
        )
        assert road + rail + sea == pytest.approx(1.0, rel=1e-12)
        assert land == pytest.approx(road + rail, rel=1e-12)
    # One way between two economies: the same distance for all goods, so that work is shared out as tonnes are.
    assert found["work_share_rail"] == pytest.approx(found["tonnes_share_rail"], rel=1e-12)
    assert found["tonnes_share_road"] != pytest.approx(found["mode_share_road"], rel=1e-3)


def test_what_nobody_published_as_it_stands_is_marked(toy, session, monkeypatch):
    rows = [
        _row(flag="derived"),
        _row(id="read", title="Another", flag="verified", address="https://x.org", read_on="2026-11-27"),
        _row(id="silent", title="A third", flag="recalled", observed=None, note="No tonnes are published"),
    ]
    table = _beside(rows, toy, session, monkeypatch).reset_index()
    console = Console(record=True, width=160)
    print_observed(ObservedFreight(table, pd.DataFrame(), {}), console)
    gate, read, silent = (
        next(line for line in console.export_text(clear=False).splitlines() if name in line)
        for name in ("A gate", "Another", "A third")
    )
    assert "2.0 Mt*" in gate
    assert "* worked out" in console.export_text(clear=False)
    assert not {"derived", "recalled", "verified"} & set(read.split())
    assert "not known" in silent


def test_transit_income_is_that_of_the_tariff(toy, session, monkeypatch):
    rows = [
        _row(measure="transit_income", place="suez", observed=100.0),
        _row(id="none", measure="transit_income", place="panama", observed=100.0),
    ]
    found = _beside(rows, toy, session, monkeypatch)
    baseline = solve_baseline(
        Setting(toy, toy.assumptions, "fixed_nominal"), (), session.kept, lambda *_: None
    )
    (tariff,) = (row for row in transit_tariffs() if row.id == "suez")
    by_hand = float(baseline.assignment.passing.sel(tariff="suez")) * tariff.rate / 1e6
    assert found.loc["gate", "modelled"] == pytest.approx(by_hand)
    assert found.loc["gate", "factor"] == pytest.approx(by_hand / 100.0)
    assert math.isnan(found.loc["none", "modelled"])


def test_a_figure_without_source_or_note_is_refused():
    with pytest.raises(ValidationError, match="needs a note"):
        _row(observed=None)
    with pytest.raises(ValidationError, match="verified figure needs the address"):
        _row(flag="verified")
    with pytest.raises(ValidationError, match="outside its range"):
        _row(low=3.0)


@pytest.mark.slow
def test_every_place_is_found_and_the_page_is_of_this_model(world):
    """The page is rounded: what it shows is what the model says today."""
    whole = observed_and_limits(world)
    found = whole.table
    assert len(found) == len(observed_freight())
    assert found["modelled"].notna().all()
    assert np.isfinite(found["factor"][found["observed"] > 0]).all()
    # Measured: 4.7 points where constants are fitted, 4.6 on the other half; five were aimed at.
    assert misses(found, "calibrate").median() <= 0.05
    assert misses(found, "meet").median() <= 0.05
    factor = found.set_index("id")["factor"]
    for name in (
        "suez_income",
        "suez_closed",
        "egypt_closed",
        "panama_income",
        "kazakhstan_income",
        "djibouti_income",
    ):
        assert 1 / 1.5 < factor[name] < 1.5, name
    assert not whole.tolls  # none is further off
    assert PAGE.read_text(encoding="utf-8") == page(whole), "run `python -m docs.freight_observed`"


def test_the_page_has_every_figure():
    text = PAGE.read_text(encoding="utf-8")
    for row in observed_freight():
        assert f"| {row.title}, " in text
        assert row.source in text
    known = [row for row in observed_freight() if row.observed]
    lines = [
        line.split(" | ")
        for line in text.partition("## Published capacities")[0].splitlines()
        if re.match(r"\| .*\((verified|derived|recalled|assumed)", line)
    ]
    factors = [float(cells[4]) for cells in lines if re.fullmatch(r"\d+\.\d\d", cells[4])]
    assert len(lines) == len(observed_freight())
    assert len(factors) == len(known)
    assert all(math.isfinite(one) for one in factors)
