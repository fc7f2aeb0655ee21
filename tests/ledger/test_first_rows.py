"""The first rows of the ledger are the figures of the results: what is charged, and what cheaper trade is worth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import samarkand as sk
from samarkand.core.evidence import Evidence
from samarkand.ledger import capex_rows, trade_cost_rows
from samarkand.programme.channels.payment import Charge, annual_costs, charges
from samarkand.world.projection import GrowthRow, Projection
from toy import make_toy_world, toy_programme

# An annuity of 5 %: 0.05 / (1 - 1.05^-30) = 0.06505144 for railways, 0.05 / (1 - 1.05^-25) = 0.07095246 for ports,
# 0.05 / (1 - 1.05^-20) = 0.08024259 for gates.
RAIL, PORT, GATE = 0.06505144, 0.07095246, 0.08024259


def test_charges_of_the_toy_programme_by_hand() -> None:
    """The railway: half a loan that Kyrgyzstan services, half equity of a bank of China, which is the party to both.
    The gate: three quarters are a grant of a fund without an economy, the rest is the host's. The port of Poti stands
    in the rest of the world."""
    world = make_toy_world()
    programme = toy_programme(world)
    found, _ = charges(programme, programme.items, programme.ids, world.assumptions.parameters, world.labels)
    expected = [
        ("railway", "KGZ", "chn-bank", 4000 * 0.5 * RAIL),
        ("railway", "CHN", "chn-bank", 4000 * 0.5 * RAIL),
        ("faster-line", "KAZ", "kaz-gov", 900 * RAIL),
        ("road-gate", "KGZ", "", 40 * 0.25 * GATE),
        ("sea-port", "ROW", "geo-gov", 600 * 0.51 * PORT),
        ("sea-port", "CHN", "chn-bank", 600 * 0.49 * PORT),
        ("ferry-port", "KAZ", "", 50 * PORT),
        ("power-plant", "KGZ", "", 700 * PORT),
    ]
    assert [one[:3] for one in found] == [one[:3] for one in expected]
    assert [one.annual for one in found] == pytest.approx([one[3] for one in expected], rel=1e-6)


def test_one_party_with_two_lines_that_an_economy_bears_is_one_charge() -> None:
    """A loan and equity of one bank, both borne by China: one row of half the annuity and half of it."""
    world = make_toy_world()
    programme = toy_programme(world)
    loan, equity = programme.projects[0].financing
    both = (loan.model_copy(update={"serviced_by": (("CHN", 1.0),)}), equity)
    item = programme.projects[0].model_copy(update={"financing": both})
    (one,), gaps = charges(programme, [item], [item.id], world.assumptions.parameters, world.labels)
    assert one[:3] == ("railway", "CHN", "chn-bank")
    assert one.annual == pytest.approx(4000 * RAIL, rel=1e-6)
    assert not gaps


def test_annual_costs_are_the_sums_of_charges() -> None:
    world = make_toy_world()
    programme = toy_programme(world)
    asked = (programme, programme.items, programme.ids[:4], world.assumptions.parameters, world.labels)
    (found, gaps), (costs, same_gaps) = charges(*asked), annual_costs(*asked)
    sums = pd.DataFrame(found).groupby("economy")["annual"].sum()
    assert costs == pytest.approx(sums.to_dict(), rel=1e-12)
    assert gaps == same_gaps
    assert any("no assessed effect" in gap.reason for gap in gaps)


def test_rows_of_charges() -> None:
    known = Evidence(value=100, unit="US$ m", price_year=2019, source="a ministry", flag="recalled")
    undated = Evidence(value=10, unit="US$ m", flag="assumed")
    rows = capex_rows(
        {2030: [Charge("line", "KAZ", "bank", 6.5)], 2031: [Charge("gate", "CHN", "", 0.8)]},
        {"line": known, "gate": undated, "other": known},
    )
    assert rows[["item", "economy", "party", "year", "central"]].to_numpy().tolist() == [
        ["line", "KAZ", "bank", 2030, -6.5],
        ["gate", "CHN", "", 2031, -0.8],
    ]
    assert rows["price_year"].tolist() == [2019, pd.NA]
    assert rows["source"].tolist() == ["a ministry [recalled]", "no source [assumed]"]
    assert rows[["low", "high"]].isna().all(axis=None)
    assert capex_rows({2030: []}, {}).empty


def test_rows_of_what_cheaper_trade_is_worth() -> None:
    labels = {"economy": ["KAZ", "CHN"], "year": [2030, 2031]}
    gain = xr.DataArray([[1.0, 2.0], [3.0, -4.0]], labels, ("economy", "year"))
    rows = trade_cost_rows(gain, gain - 1, (gain + 1).transpose(), grade="estimated", source="a model")
    assert rows[["economy", "year", "low", "central", "high"]].to_numpy().tolist() == [
        ["KAZ", 2030, 0.0, 1.0, 2.0],
        ["CHN", 2030, 2.0, 3.0, 4.0],
        ["KAZ", 2031, 1.0, 2.0, 3.0],
        ["CHN", 2031, -5.0, -4.0, -3.0],
    ]
    assert np.isnan(trade_cost_rows(gain, grade="estimated", source="a model")["low"]).all()
    shifted = gain.assign_coords(economy=["KAZ", "KGZ"])
    with pytest.raises(ValueError, match="economy"):
        trade_cost_rows(gain, shifted, shifted, grade="estimated", source="a model")


# -- equal to the results


GROWTH = 0.03


def projection(world) -> Projection:
    """Kazakhstan and China grow by 3 % a year, the others are not projected."""
    return Projection(
        "test",
        tuple(
            GrowthRow(economy=code, year=year, gdp_growth_rate=GROWTH, source="made up")
            for code in ("KAZ", "CHN")
            for year in range(2023, 2041)
        ),
    )


@pytest.mark.parametrize("grown", [False, True])
@pytest.mark.parametrize("without", [(), ("railway", "ferry-port")])
def test_rows_of_a_margin_are_the_figures_of_the_results(grown: bool, without: tuple[str, ...]) -> None:
    """In every year and economy: what is charged is `programme_cost` with the sign turned, what cheaper trade is worth
    is `real_income_unpaid_value`, in a ramp-up, after it, and where economies grow."""
    world = make_toy_world()
    years = (2025, 2026, 2028, 2029, 2031, 2032, 2040)
    appraisal = sk.appraise(
        toy_programme(world), world, years=years, without=without, projection=projection(world) if grown else None
    )  # fmt: skip
    ledger = appraisal.ledger
    for margin, indicator, sign in (
        ("capex", "programme_cost", -1.0),
        ("trade_cost", "real_income_unpaid_value", 1.0),
    ):
        of_results = appraisal.by_year(indicator).transpose("year", "economy").to_series()
        of_ledger = ledger.select(margin=margin).total(["year", "economy"])
        assert set(of_ledger.index) <= set(of_results.index)
        np.testing.assert_allclose(
            sign * of_ledger.reindex(of_results.index, fill_value=0.0), of_results, rtol=1e-12, atol=0.0
        )
        assert of_results.abs().max() > 10.0
    assert ledger.total("year").index.tolist() == list(years)


def test_a_charge_is_the_same_in_every_year_from_the_opening_on() -> None:
    """In Kazakhstan: the port of Aktau from 2027, and the faster line beside it from 2032."""
    world = make_toy_world()
    asked = {"years": range(2025, 2036), "projection": projection(world)}
    ledger = sk.appraise(toy_programme(world), world, **asked).ledger
    charge = ledger.select(margin="capex", economy="KAZ").total("year")
    port, line = 50 * PORT, 900 * RAIL
    by_hand = {year: -port if year < 2032 else -port - line for year in range(2027, 2036)}
    assert charge.to_dict() == pytest.approx(by_hand, rel=1e-6)


def test_what_grows_is_the_gain_and_not_the_charge() -> None:
    world = make_toy_world()
    programme = toy_programme(world)
    flat, grown = (
        sk.appraise(programme, world, years=(2040,), projection=size).ledger
        for size in (None, projection(world))
    )
    before, after = (one.total(["margin", "economy"]) for one in (flat, grown))
    assert after["capex"].to_dict() == before["capex"].to_dict()
    size = 1.03**18  # of 2040 over 2022
    ratio = after["trade_cost"] / before["trade_cost"]
    assert ratio.to_dict() == pytest.approx(
        {code: size if code in ("KAZ", "CHN") else 1.0 for code in world.labels}, rel=1e-9
    )


def test_items_without_an_effect_or_not_open_have_no_rows() -> None:
    world = make_toy_world()
    ledger = sk.appraise(toy_programme(world), world, years=(2029, 2031)).ledger
    rows = ledger.select(margin="capex").to_dataframe()
    assert set(rows["item"]) == {"railway", "road-gate", "ferry-port", "sea-port"}
    assert set(rows.loc[rows["year"] == 2029, "item"]) == {"railway", "road-gate", "ferry-port"}
    assert set(rows["price_year"]) == {2022}
    assert set(rows["source"]) == {"made up [assumed]"}
