"""Complexity and opportunities of an imported file, on the toy world: sample, filters, buyers by hand, pairs.

Exports of five economies and six products, US$ m (thousands of the numbers here); one advantage and more throughout:

    DEU  2 2 2 1 . .     d = 7 (4 products)
    CHN  2 2 2 . . .
    POL  2 2 . . 2 .
    KAZ  2 . . . 2 2
    KGZ  . . . . 2 2
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import samarkand as sk
from samarkand.core.faults import Faults
from samarkand.engines.complexity import calc_complexity
from samarkand.priorities.innovation.assessment import found_of
from samarkand.priorities.innovation.command import opportunities
from samarkand.priorities.innovation.complexity import complexity_of, stability_of
from samarkand.priorities.innovation.page import page
from samarkand.session import Session
from samarkand.world.accounts.products import Products
from samarkand.world.accounts.tariffs import sector_of_product
from samarkand.world.economies.facts import COLUMNS, Facts
from samarkand.world.importers.baci import by_product
from toy import make_toy_world, toy_programme

EXPORTS = np.array(
    [[2, 2, 2, 1, 0, 0], [2, 2, 2, 0, 0, 0], [2, 2, 0, 0, 2, 0], [2, 0, 0, 0, 2, 2], [0, 0, 0, 0, 2, 2]],
    float,
)
ECONOMIES = ("DEU", "CHN", "POL", "KAZ", "KGZ")
PRODUCTS = ("100100", "720800", "840100", "842900", "010100", "740100")
OPEN = {"opportunity_quantile": 0.0}  # all products that an economy lacks and whose gain is above zero


def make_world(exports=EXPORTS, facts=None, economies=ECONOMIES, products=PRODUCTS, **changed):
    """The toy world with trade by product; everybody buys 10 (row + 1) (column + 1) of each, in US$ m."""
    rows = [
        (economy, product, 1000.0 * exports[i, j], 10.0 * (i + 1) * (j + 1))
        for i, economy in enumerate(economies)
        for j, product in enumerate(products)
    ]
    known = {code: {"population": 5e6, "gdp": 1e12} for code in economies} | (facts or {})
    table = [
        (code, name, value, "", 2022, "made up", "observed")
        for code, figures in known.items()
        for name, value in figures.items()
    ]
    return replace(
        make_toy_world(**changed),
        products=Products(pd.DataFrame(rows, columns=["economy", "product", "exports", "imports"]), 2022),
        fact_table=Facts(pd.DataFrame(table, columns=list(COLUMNS)), 2025),
    )


def appraise(world=None, assumptions=None, years=(2035,), **terms):
    where = make_world() if world is None else world
    assumed = {**OPEN, **(assumptions or {})}
    return sk.appraise(toy_programme(), where, session=Session(), years=years, assumptions=assumed, **terms)


@pytest.fixture(scope="module")
def toy():
    return appraise()


def sample(found):
    return complexity_of(found.world, found.states[-1].assumptions)


def test_the_index_is_that_of_the_engine_in_the_order_of_the_file(toy):
    expected = calc_complexity(EXPORTS[np.argsort(ECONOMIES)][:, np.argsort(PRODUCTS)])
    index = toy.array("economic_complexity", "without").to_series().dropna()
    assert list(index.index) == sorted(ECONOMIES)
    assert index.to_numpy() == pytest.approx(expected.eci)
    by_product = toy.array("product_complexity", "without").to_series()
    assert list(by_product.index) == sorted(code[:4] for code in PRODUCTS)
    assert by_product.to_numpy() == pytest.approx(expected.pci)
    assert float(toy.array("product_diversity", "without").sel(economy="DEU")) == 4
    # What the programme does to complexity is not assessed, and says so; it is not zero.
    assert not np.isfinite(toy["economic_complexity"]).any()
    rows = toy.to_dataframe(["economic_complexity"]).set_index(["economy", "scenario"])
    assert "not assessed" in rows.loc[("DEU", "with"), "reason"]
    assert rows.loc[("AZE", "without"), "reason"] == "the file has no exports of it"


def test_buyers_by_hand(toy):
    """Demand of CHN for 0101 (agriculture): the other four buy 10 (row + 1) 5, at its freight and duties."""
    state = toy.timeline.last
    theta = float(state.assumptions.elasticities.values().sel(sector="agriculture"))
    place = {"origin": "CHN", "sector": "agriculture"}

    def demand(freight_hat, duty):
        total = 0.0
        for row, partner in enumerate(ECONOMIES):
            if partner != "CHN":
                freight = 1.0 + float(state.ad_valorem_cost.sel(**place, destination=partner))
                total += 50.0 * (row + 1) * (freight * freight_hat(partner) * (1.0 + duty(partner))) ** -theta
        return total

    def hat(partner):
        return float(state.trade_costs.served.sel(**place, destination=partner))

    (duties,) = state.change.tariffs  # of KAZ on goods of CHN
    assert (duties.importers, duties.exporters) == (("KAZ",), ("CHN",))
    after = 0.08 + duties.coverage_share * (duties.tariff_rate_after - duties.tariff_rate_before)
    without = demand(lambda partner: 1.0, lambda partner: 0.08)
    with_ = demand(hat, lambda partner: after if partner == "KAZ" else 0.08)
    near = {
        part: toy.array("product_access", part).sel(economy="CHN", case="0101")
        for part in ("without", "with")
    }
    # Sums of a handful of doubles, in another order.
    assert float(near["without"]) == pytest.approx(without, rel=1e-12)
    assert float(near["with"]) == pytest.approx(with_, rel=1e-12)
    assert with_ > without
    chosen = found_of(state).opportunities[sample(toy).economies.index("CHN")]
    total = toy.array("product_access", "without").sel(economy="CHN").to_numpy()[chosen].sum()
    assert float(toy.array("opportunity_access", "without").sel(economy="CHN")) == pytest.approx(total)


def test_no_shock_no_change():
    every = tuple(item.id for item in toy_programme().items)
    found = appraise(without=every)
    assert float(np.abs(found["product_access"]).max()) == 0.0
    assert float(np.abs(found["opportunity_access"]).max()) == 0.0
    assert float(found["opportunities_nearer"].max()) == 0.0


def test_opportunities_that_come_nearer_are_counted(toy):
    nearer = toy["opportunities_nearer"].to_series().dropna()
    access = toy["product_access"]
    state = toy.timeline.last
    found = sample(toy)
    for code, count in nearer.items():
        chosen = found.opportunities[found.economies.index(code)]
        rise = access.sel(economy=code, case=list(found.products)).to_numpy()[chosen]
        assert count == (rise >= state.assumptions.parameters["opportunity_nearer"]).sum()
    assert nearer.max() > 0
    assert appraise(assumptions={"opportunity_nearer": 10})["opportunities_nearer"].max() == 0


def test_pairs_by_hand(toy):
    """What CHN lacks with a gain above zero: 8429, 0101, 7401 at most; DEU makes 8429 alone of them."""
    found = sample(toy)
    lacks = {found.products[k] for k in np.flatnonzero(found.opportunities[found.economies.index("CHN")])}
    makes = {"DEU": {"8429"}, "KGZ": {"0101", "7401"}, "POL": {"0101"}, "KAZ": {"0101", "7401"}}
    made = toy.array("opportunities_made", "without").sel(economy="CHN")
    assert lacks
    assert float(made.sel(partner="CHN")) == 0
    for partner, products in makes.items():
        assert float(made.sel(partner=partner)) == len(lacks & products)
    # All buy in the same proportions: each buys as large a part of everything as the world does.
    bought = toy.array("opportunities_bought", "without").sel(economy="CHN")
    assert float(bought.sel(partner="KAZ")) == len(lacks)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"population": 3e5, "gdp": 1e12}, "300,000 people, fewer than 1,200,000"),
        ({"gdp": 1e12}, "population is not known"),
        ({"population": 5e6, "gdp": 1e9}, "passes on goods of others: its exports are 2.00 times its output"),
        ({"population": 5e6}, "output is not known"),
    ],
)
def test_micro_states_and_re_exporters_are_left_out_by_name(facts, words, toy):
    """AZE exports 1,000 of two products each, and is not in the sample: the others are as without it."""
    exports = np.vstack((EXPORTS, [0, 0, 0, 0, 1, 1]))
    found = appraise(make_world(exports, {"AZE": facts}, (*ECONOMIES, "AZE")))
    assert words in sample(found).sample.left_out["AZE"]
    index = found.array("economic_complexity", "without")
    assert index.dropna("economy").equals(toy.array("economic_complexity", "without").dropna("economy"))
    rows = found.to_dataframe(["economic_complexity"])
    assert words in rows[rows["economy"] == "AZE"]["reason"].iloc[0]
    (table,) = [one for one in page(found).tables if one.title == "Not in the sample"]
    assert words in dict(table.rows)["AZE"]
    with pytest.raises(Faults, match="is not in the sample"):
        opportunities(found, "AZE")


def bigger(seed=3):
    """Thirty economies and eighty products drawn at random; the last three are small, poor and a re-exporter."""
    draw = np.random.default_rng(seed)
    able, hard = draw.uniform(0, 1, (30, 1)), draw.uniform(0, 1, 80)
    made = draw.uniform(0, 1, (30, 80)) < 0.05 + 0.9 / (1 + np.exp(8 * (hard - able)))
    exports = np.where(made, draw.lognormal(0, 1, made.shape), 0.0)
    exports[-2] *= 1e-3
    codes = [f"X{k:02d}" for k in range(30)]
    facts = {"X27": {"population": 1e5, "gdp": 1e12}, "X29": {"population": 5e6, "gdp": 1e9}}
    products = [f"{code}{k:02d}" for code in ("1001", "7208", "8401", "8429") for k in range(20)]
    return make_world(exports, facts, codes, products)


@pytest.mark.parametrize(
    "parameter",
    [
        ("complexity_population", 5e4), ("complexity_exports", 1), ("complexity_re_export_ratio", 1e6),
        ("complexity_product_exports", 3e4), ("complexity_digits", 4), ("opportunity_quantile", 0.9),
    ],
)  # fmt: skip
def test_every_parameter_of_the_sample_moves_a_result(parameter):
    world = bigger()
    plain = {"complexity_digits": 6}
    state = found_with(world, plain)
    moved = found_with(world, {**plain, parameter[0]: parameter[1]})
    if parameter[0] == "complexity_digits":
        assert len(moved.products) == 4
    elif parameter[0] == "opportunity_quantile":
        assert 0 < moved.opportunities.sum() < state.opportunities.sum()
    elif parameter[0] == "complexity_product_exports":
        assert len(moved.products) < len(state.products)
    else:
        assert len(moved.economies) == len(state.economies) + 1
        assert set(state.economies) < set(moved.economies)


def found_with(world, assumptions):
    return complexity_of(world, world.assumptions.replace(assumptions))


def test_the_ranking_without_each_filter_is_shown():
    """Spearman's correlation from scipy; three economies more do not turn the order of thirty."""
    from scipy.stats import spearmanr

    world = bigger()
    assumptions = world.assumptions.replace({"complexity_digits": 6})
    found, shown = complexity_of(world, assumptions), stability_of(world, assumptions)
    assert set(shown) == {"population", "exports", "re-exports", "products"}
    for name, one in shown.items():
        other = complexity_of(world, assumptions, name)
        both = [pd.Series(each.measures.eci, list(each.economies)) for each in (found, other)]
        assert one.correlation == pytest.approx(spearmanr(both[0], both[1].loc[both[0].index])[0])
        assert one.correlation > 0.9
        assert one.economies == 27
    assert len(complexity_of(world, assumptions, "population").economies) == 28


def test_an_index_without_a_sign_or_an_order_is_no_index():
    """Three blocks that trade in nothing alike: three equal eigenvalues."""
    block = np.array([[2.0, 1, 1], [1, 2, 1], [1, 1, 2]])
    exports = np.kron(np.eye(3), block)[:, :8]
    codes = [f"X{k}" for k in range(9)]
    found = appraise(
        make_world(exports, None, codes, [f"8401{k:02d}" for k in range(8)]), {"complexity_digits": 6}
    )
    assert "apart: the order is not determined" in found_of(found.timeline.last)
    assert not np.isfinite(found["economic_complexity"]).any()
    assert "not determined" in page(found).lead[0]


def test_without_trade_by_product_the_file_is_named():
    found = sk.appraise(toy_programme(), make_toy_world(), session=Session(), years=(2035,))
    rows = found.to_dataframe(["opportunity_access", "economic_complexity"])
    assert set(rows["reason"]) == {
        "needs file: exports by product: samarkand world import baci or trade-matrix"
    }
    assert "samarkand world import baci" in page(found).lead[0]
    with pytest.raises(Faults, match="samarkand world import baci"):
        opportunities(found, "KAZ")


def test_the_page_and_the_command(toy):
    (table, *_) = page(toy).tables
    assert [row[0] for row in table.rows] == ["DEU", "CHN", "POL", "KAZ", "KGZ"]
    shown = opportunities(toy, "chn", "DEU")
    mine, theirs = shown.tables
    assert mine.title == "Opportunities of CHN, and DEU"
    assert theirs.title == "Opportunities of DEU, and CHN"
    cells = {row[0]: row for row in mine.rows}
    assert cells["8429"][6:8] == ("yes", "40.0")
    assert opportunities(toy, "CHN").tables[0].heads[-1] == "buyers nearer by"
    with pytest.raises(Faults) as raised:
        opportunities(toy, "XYZ", "AZE")
    assert len(raised.value.faults) == 2


def test_groups_that_no_sector_has_are_not_near_and_not_far():
    """Codes of the SITC: complexity as of any other product, buyers within reach not known, and not zero."""
    found = appraise(make_world(products=("S100", "S720", "S840", "S842", "S010", "S740")))
    assert np.isfinite(found.array("economic_complexity", "without").sel(economy="DEU"))
    for name in ("opportunity_access", "opportunities_nearer"):
        assert not np.isfinite(found[name]).any()
        rows = found.to_dataframe([name]).set_index("economy")
        assert set(rows.loc[["DEU"], "reason"]) == {"the accounts have no sector of the product"}
    assert "Standard International Trade Classification" in page(found).lead[0]


def test_the_product_space_shows_what_an_economy_makes_and_could_make(toy):
    found = sample(toy)
    (space,) = opportunities(toy, "CHN").pictures
    row = found.economies.index("CHN")
    assert [node.words[:4] for node in space.nodes] == list(found.products)
    assert [node.shade is not None for node in space.nodes] == (found.measures.presence[row] > 0).tolist()
    assert [node.ringed for node in space.nodes] == found.opportunities[row].tolist()
    assert max(node.size for node in space.nodes) == 1
    assert len(space.ties) == len(found.products) - 1
    whole = page(toy).pictures[0]
    assert all(node.shade is not None for node in whole.nodes)
    nearer = toy["product_access"].sel(case=list(found.products))
    for k, node in enumerate(whole.nodes):
        close = [
            code
            for code in ("CHN", "DEU", "KAZ", "KGZ", "POL")
            if found.opportunities[found.economies.index(code), k] and nearer.sel(economy=code)[k] >= 1e-4
        ]
        assert node.ringed == bool(close)


def test_a_file_in_bacis_layout_gives_the_figures_of_ecomplexity():
    """Rows as CEPII has them (t, i, j, k, v); the published package adds them up and works them out by itself."""
    peer = pytest.importorskip("ecomplexity", reason="the extra peers is not installed")
    draw = np.random.default_rng(5)
    codes, products = [f"X{k:02d}" for k in range(25)], [f"{8401 + k}00" for k in range(60)]
    able, hard = draw.uniform(0, 1, (25, 1)), draw.uniform(0, 1, 60)
    made = draw.uniform(0, 1, (25, 60)) < 0.05 + 0.9 / (1 + np.exp(6 * (hard - able)))
    rows = [
        (2022, codes[i], codes[j], products[p], round(float(draw.lognormal(6, 2)), 3))
        for i, p in zip(*np.nonzero(made), strict=True)
        for j in draw.choice(25, 3, replace=False)
        if i != j
    ]
    file = pd.DataFrame(rows, columns=["t", "i", "j", "k", "v"])
    imported = by_product(
        pd.DataFrame(
            {"origin": file["i"], "destination": file["j"], "k": file["k"], "value": file["v"],
             "sector": file["k"].map(sector_of_product)}
        )
    )  # fmt: skip
    exports = Products(imported, 2022).matrix("exports", 6)
    found = calc_complexity(exports.to_numpy())
    summed = file.groupby(["t", "i", "k"], as_index=False)["v"].sum()
    columns = {"time": "t", "loc": "i", "prod": "k", "val": "v"}
    given = peer.ecomplexity(summed, columns, check_logsupermodularity=False, verbose=False)
    by_economy = given.groupby("i")["eci"].first().reindex(exports.index)
    by_product_ = given.groupby("k")["pci"].first().reindex(exports.columns)
    np.testing.assert_allclose(found.eci, by_economy.to_numpy(float), rtol=0, atol=1e-10)
    np.testing.assert_allclose(found.pci, by_product_.to_numpy(float), rtol=0, atol=1e-10)
