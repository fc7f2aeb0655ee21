"""Why an item is worth what it is: the tree of its net present value adds up, and names what moves each margin."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from test_net_worth import LINE, PLANT, WORLD, figure, programme

from samarkand.appraisal import appraise
from samarkand.cli.valuing import check_explained
from samarkand.core.faults import Faults
from samarkand.core.lineage import Lineage
from samarkand.ledger.margins import margins
from samarkand.programme.files.patching import patch_programme
from samarkand.programme.library import surroundings
from samarkand.reports.files import appraisal_json, write_appraisal
from samarkand.session import Session
from samarkand.worth import Worth, appraise_worth
from samarkand.worth.explaining import explain_item
from samarkand.worth.net_worth import net_worth
from samarkand.worth.whole_ledger import whole_ledger

YEAR = 2035


@pytest.fixture(scope="module")
def session() -> Session:
    return Session()


@pytest.fixture(scope="module")
def worth(session: Session) -> Worth:
    return appraise_worth(programme(), WORLD, years=(YEAR,), session=session)


def inputs(tree: Lineage, title: str) -> dict[str, Lineage]:
    """What stands below a margin, by name."""
    (found,) = (one for one in tree.inputs if one.name == title)
    return {one.name: one for one in found.inputs}


def inputs_of(tree: Lineage, below: str) -> dict[str, Lineage]:
    """What stands below the margin that has an input of a name."""
    return next(found for one in tree.inputs if below in (found := {line.name: line for line in one.inputs}))


def test_the_tree_adds_up_to_the_net_present_value(worth: Worth) -> None:
    for one in worth.assessed:
        tree = explain_item(worth, one.item.id)
        net = one.values(one.parameters["discount_rate"]).net.central
        assert tree.value == pytest.approx(net, rel=1e-9)
        parts = [line.value for line in tree.inputs if line.unit == "US$ m"]
        assert sum(value for value in parts if value is not None) == pytest.approx(net, rel=1e-9)


def test_a_margin_names_what_moves_it_and_nothing_else(worth: Worth) -> None:
    """As the formulas of passengers, electricity, capital and lines say; the terms of loans move none of them."""
    tree = explain_item(worth, LINE)
    hours = inputs(tree, "Hours of passengers")
    assert {"passengers", "passenger_hours_before", "passenger_hours_after", "gdp_2022, KGZ"} <= set(hours)
    assert {"wage_share", "hours_worked", "diverted_share", "rail_forecast_use", "ramp_up_years"} <= set(
        hours
    )
    assert not {"capex", "section 1 length", "electricity_cost_coal", "discount_rate"} & set(hours)
    trade = inputs(tree, "Cost of trade")
    assert {"section 1 length", "section 2 length", "demand_factor", "benefit_growth"} <= set(trade)
    assert not {"passengers", "capex", "wage_share"} & set(trade)
    capital = inputs(tree, "Capital cost")
    assert {"capex", "cost_factor", "cost_conversion_factor", "opens 2028"} <= set(capital)
    assert not {"passengers", "upkeep_share_rail"} & set(capital)
    plant = explain_item(worth, PLANT)
    assert {"generation", "export_share", "electricity_cost_coal"} <= set(
        inputs(plant, "Cost of electricity")
    )
    sold = inputs(plant, "Electricity sold abroad, transfers")
    assert {"export_price", "export_share", "generation"} <= set(sold)
    assert "electricity_cost_coal" not in sold


def test_goods_outside_the_network_name_the_tonnes_that_are_taken_off() -> None:
    """Every line of the tree can be shown: its unit is declared."""
    tonnes = {f"{LINE}.freight_tonnes": figure(60.0, "m t a year")}
    with_goods = patch_programme(programme(), tonnes, surroundings(WORLD))
    worth = appraise_worth(with_goods, WORLD, years=(YEAR,), items=[LINE], session=Session())
    named = inputs_of(explain_item(worth, LINE), "freight_forecast_use")
    taken_off = named["Tonnes of the accounts"]
    assert taken_off.value == pytest.approx(1e-6 * worth.items[LINE].tonnes)
    assert {"freight_tonnes", "freight_load", "rail_rate_standard", "section 1 length"} <= set(named)
    assert all(line.label for line in named.values())


def test_every_figure_of_the_tree_has_its_source_once(worth: Worth) -> None:
    cited = [line.name for line in explain_item(worth, LINE).leaves() if line.evidence is not None]
    assert len(cited) == len(set(cited))
    assert cited


def test_rows_of_the_tree_are_rows_of_the_ledger(worth: Worth) -> None:
    rows = worth.ledger.to_dataframe()
    hours = rows[(rows["item"] == LINE) & (rows["margin"] == "passenger_hours") & (rows["economy"] == "KGZ")]
    named = inputs(explain_item(worth, LINE), "Hours of passengers")
    (line,) = (
        one for name, one in named.items() if name.startswith(WORLD.names["KGZ"]) and one.unit[:4] == "US$ "
    )
    assert line.value == hours["central"].max()


def test_an_item_without_a_value_says_why(worth: Worth) -> None:
    name = next(name for name, one in worth.items.items() if not one.is_assessed)
    tree = explain_item(worth, name)
    assert tree.value is None
    assert worth.items[name].reason in tree.method


def test_the_ledger_of_an_appraisal_holds_what_its_net_worth_counts(session: Session) -> None:
    years = (2028, YEAR)
    appraisal = appraise(programme(), WORLD, years=years, session=session)
    found, ledger = net_worth(appraisal), whole_ledger(appraisal)
    of_year = ledger.select(year=YEAR).total("margin")
    for name, of_economy in found.gains.items():
        total = sum(one.central for one in of_economy.values())
        assert of_year[name] == pytest.approx(total, rel=1e-12, abs=1e-9)
    capital = ledger.select(year=YEAR, item=PLANT).total("margin")["capex"]
    assert capital == pytest.approx(-found.cost, rel=1e-12)
    transfers = [name for name, row in margins().items() if row.transfer and name in of_year]
    assert transfers == ["electricity_sales"]
    assert of_year[transfers].to_numpy() == pytest.approx(0, abs=1e-9)
    assert {"passenger_hours"} < set(ledger.select(year=2028).total("margin").index)  # it opens in 2028
    # What the models give stays as it is, row for row.
    pd.testing.assert_frame_equal(
        ledger.to_dataframe()[: len(appraisal.ledger)], appraisal.ledger.to_dataframe()
    )


def test_appraise_with_worth_writes_its_tables(worth: Worth, session: Session, tmp_path: Path) -> None:
    appraisal = appraise(programme(), WORLD, years=(YEAR,), session=session)
    names = {path.name for path in write_appraisal(appraisal, tmp_path / "out", worth)}
    assert {"worth.parquet", "worth-ledger.parquet", "ledger.parquet"} <= names
    items = {row["item"]: row for row in json.loads(appraisal_json(appraisal, worth))["worth"]["items"]}
    assert list(items) == list(worth.items)
    for one in worth.assessed:
        value = one.values(one.parameters["discount_rate"]).net.central
        assert items[one.item.id]["net_present_value"] == pytest.approx(value)
    silent = next(one for one in worth.items.values() if not one.is_assessed)
    assert items[silent.item.id] == {
        "item": silent.item.id, "title": silent.item.title, "kind": silent.item.kind, "reason": silent.reason,
        **dict.fromkeys(("net_present_value", "low", "high", "benefit_cost_ratio", "payback_years", "rate_of_return")),
    }  # fmt: skip
    assert "worth" not in json.loads(appraisal_json(appraisal))


def test_without_an_item_there_is_nothing_to_explain() -> None:
    with pytest.raises(Faults, match="explains one item, and none is named"):
        check_explained("", explain=True)
    check_explained("", explain=False)
    check_explained(LINE, explain=True)
