"""The way of the data on the real world: what must hold whatever the programme does."""

import numpy as np
import pytest

import samarkand as sk
from samarkand.core.faults import Faults


def test_no_programme_no_change(appraisal, world):
    nothing = sk.appraise("eurasian-corridors", world, without=appraisal.programme.ids)
    changes = nothing.results[(nothing.results["scenario"] == "change") & nothing.results["value"].notna()]
    # Every hat is 1 and no tax is charged; what is left is rounding: of ratios near 1 (2e-16 each, some sums), and
    # of money up to 25e6 US$ m.
    money = changes["unit"].str.startswith("US$ m")
    assert changes.loc[~money, "value"].abs().max() < 1e-12
    assert changes.loc[money, "value"].abs().max() < 1e-6


def test_the_same_question_has_the_same_answer(appraisal, world):
    again = sk.appraise(appraisal.scenario, reach=True)
    assert again.scenario.hash == appraisal.scenario.hash
    left, right = again.results["value"], appraisal.results["value"]
    assert ((left == right) | (left.isna() & right.isna())).all()


def test_the_order_of_left_out_items_does_not_matter(appraisal):
    first, second = appraisal.programme.ids[:2]
    asked = appraisal.scenario
    assert asked.but(without=(first, second)).hash == asked.but(without=(second, first, first)).hash


def test_nothing_open_in_a_year_before_everything(world):
    early = sk.appraise("eurasian-corridors", world, years=(2023,))
    assert early.counts.open < early.counts.total


def test_a_programme_elsewhere_is_appraised_the_same_way(world):
    """The Lobito corridor: one open line to the Atlantic that nobody is known to pay for."""
    lobito = sk.appraise("lobito-corridor", world)
    assert (lobito.counts.total, lobito.counts.with_effect) == (6, 1)
    assert lobito["programme_cost"].max() == 0
    gains = lobito["real_income"].sel(economy=["ZMB", "AGO"])
    assert float(gains.min()) > 0
    assert str(lobito["real_income"].idxmax().item()) == "ZMB"
    assert len(lobito.not_assessed) >= lobito.counts.total


def test_figures_beside_published_ones_are_those_of_the_results(appraisal):
    """What `python -m docs.plausibility` prints, against sums taken here from the results."""
    from docs.plausibility import figures

    found = figures(appraisal)
    income = float(appraisal.world.accounts.final_demand.sum())
    gain = float(appraisal["real_income_value"].sum())
    assert found["real income, world, after payment"] == pytest.approx(gain / income, rel=1e-9)
    assert found["real income, world, before payment"] > found["real income, world, after payment"]
    assert found["generalised cost, world, plain"] < 0
    assert (
        found["generalised cost, world, by goods trade"] < found["trade cost, world"]
    )  # a cost, not 1 + cost
    before, after = (appraisal.array("pair_time", which) for which in ("without", "with"))
    change = (after / before - 1).where(after["economy"] != after["partner"])
    assert found["shipment time, most changed pair"].startswith(f"{float(change.min()):.4%}")
    assert found["shipment time, participants"] < found["shipment time, world"] < 0


def test_the_page_beside_published_figures_is_of_this_model(appraisal):
    from docs.plausibility import PAGE, page

    assert PAGE.read_text(encoding="utf-8") == page(appraisal), "run `python -m docs.plausibility`"


def test_levels_are_at_2022_size(appraisal, world):
    exports = appraisal.array("exports", "without")
    expected = world.accounts.exports.sel(economy=exports["economy"])
    # The baseline solution reproduces the accounts to the engine's tolerance.
    np.testing.assert_allclose(exports, expected, rtol=1e-7)


def test_results_are_labelled(appraisal, world):
    income = appraisal["real_income"]
    assert tuple(income["economy"].to_numpy()) == world.labels
    flows = appraisal.array("trade_flow", "with")
    assert flows.dims == ("economy", "partner")
    with pytest.raises(Faults, match="Did you mean real_income"):
        appraisal["realincome"]


def test_exports_and_imports_balance_over_the_world(appraisal):
    for scenario in ("without", "with"):
        exports, imports = appraisal.array("exports", scenario), appraisal.array("imports", scenario)
        assert float(exports.sum()) == pytest.approx(float(imports.sum()), rel=1e-9)


def test_what_is_charged_is_what_the_programme_costs(appraisal):
    change = appraisal.timeline.last.change
    charged = appraisal["programme_cost"]
    inside = sum(cost for code, cost in change.annual_cost.items() if code in charged["economy"].values)
    assert float(charged.sum()) == pytest.approx(inside)


def test_taxes_cost_the_payers_about_what_they_pay(appraisal, world):
    """First order by hand: a tax of T on income I lowers real income by T / I; prices move the rest."""
    paid = appraisal["programme_cost"]
    loss = appraisal["real_income_unpaid"] - appraisal["real_income"]
    spending = world.accounts.final_demand.sum(["origin", "sector"]).rename(destination="economy")
    payers = paid["economy"][(paid > 0).to_numpy()]
    assert len(payers)
    for code in payers.to_numpy():
        by_hand = float(paid.sel(economy=code) / spending.sel(economy=code))
        # Terms of trade move by a fraction of the tax, hence half of it is allowed.
        assert float(loss.sel(economy=code)) == pytest.approx(by_hand, rel=0.5)


def test_tariff_measures_are_not_assessable_and_never_zero(appraisal):
    gaps = {gap.item: gap.reason for gap in appraisal.not_assessed}
    measures = [item.id for item in appraisal.programme.measures if item.kind == "tariff_change"]
    assert measures
    for name in measures:
        assert "not assessable: no baseline tariff" in gaps[name]
    revenue = appraisal.results[appraisal.results["indicator"] == "tariff_revenue"]
    assert revenue["value"].isna().all()
    assert (revenue["reason"] == "not assessable: no baseline tariff").all()


def test_a_wrong_question_is_refused_whole(world):
    with pytest.raises(Faults) as raised:
        sk.appraise(
            "eurasian-corridors", world, years=(1990,), without=("nothing-here",), deficit_rule="none"
        )
    places = [fault.place for fault in raised.value.faults]
    assert places == ["--without nothing-here", "--year 1990", "--deficit-rule none"]
    with pytest.raises(Faults, match="is not a declared parameter"):
        sk.appraise("eurasian-corridors", world, assumptions={"rail_sped": 1.0})


def test_publication_refuses_recalled_figures_by_name(world):
    with pytest.raises(Faults) as raised:
        sk.appraise("eurasian-corridors", world, publication=True)
    for fault in raised.value.faults:
        assert "recalled" in fault.reason


def test_economies_inside_the_rest_of_the_world_have_no_figures(appraisal, world):
    inside = set(world.inside_rest_of_world)
    assert "PRK" in inside
    assert not inside & set(appraisal.results["economy"])
    with pytest.raises(Faults, match="inside the rest of the world"):
        appraisal.explain("real_income", "PRK")
