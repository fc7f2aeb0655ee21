"""Stress: closures cost something, a programme helps, what is cut off is named, and bad names are all told."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import xarray as xr
from typer.testing import CliRunner

from samarkand.appraisal import find_baseline
from samarkand.baseline import Baseline
from samarkand.cli import app
from samarkand.core.faults import Faults
from samarkand.planning.stress import _lost_access, every_case, stress_test
from samarkand.programme import apply
from samarkand.session import default_session
from samarkand.world.freight.disruption import calc_cut_off_hat, disrupt_freight
from samarkand.world.freight.energy import SeaReach
from samarkand.world.freight.sea_searches import SEA
from samarkand.world.network.disruptions import find_closures

PROGRAMME = "eurasian-corridors"
WEST = ("GBR", "FRA", "DEU", "NLD", "BEL", "ITA", "ESP", "PRT", "DNK", "SWE", "POL")
EAST = (
    "IND", "PAK", "LKA", "BGD", "MYS", "SGP", "THA", "VNM", "IDN", "PHL", "CHN", "HKG", "TWN", "KOR", "JPN",
)  # fmt: skip
SERVICES = ("utilities", "construction", "trade_hospitality", "transport", "business", "public")


@pytest.fixture(scope="module")
def stress():
    return stress_test(PROGRAMME, ["suez", "hormuz", ["suez", "bab_el_mandeb"]])


def test_a_closed_chokepoint_is_dearer_for_trade_and_costs_the_world_income(stress):
    summary = stress.summary().set_index("case")
    assert (summary[["real_income_without", "real_income_with"]] < 0).all().all()
    for case in stress.cases:
        cost = case.results["trade_cost"]
        assert float(cost.max()) > 0
        assert float(cost.min()) > -1e-12  # nothing gets cheaper when something closes


def test_more_closed_is_never_cheaper_by_any_mode_and_value_of_time():
    model = find_baseline(default_session().ask(PROGRAMME), default_session()).freight
    states = [model.baseline.pairs] + [
        disrupt_freight(model, find_closures(names, model.network)).closed.baseline.pairs
        for names in (["suez"], ["suez", "bab_el_mandeb", "panama"])
    ]
    for one, other in pairwise(states):
        # Goods in haste that lose their way at sea take the first one, found at the lowest value of time. That it is no
        # cheaper for them than their own was is of the network with fewer closed (tests/test_ships.py).
        values = other.values_of(np.arange(len(one)))
        before = {"usd": one.usd.copy(), "hours": one.hours.copy()}
        for array in before.values():
            array[:, SEA] = np.where(other.own_ways, array[:, SEA], array[:, SEA, :1])
        fewer = before["usd"] + values * before["hours"]
        more = other.usd + values * other.hours
        # Legs are whole thousandths of an hour and cents, and a chain has up to five.
        assert (more[np.isfinite(fewer)] >= fewer[np.isfinite(fewer)] - 0.3).all()
        assert (more > fewer + 1.0).any()


def test_no_cost_between_economies_falls_when_something_closes():
    """For every class of goods, without the programme and with it."""
    asked = default_session().ask(PROGRAMME)
    model = find_baseline(asked, default_session()).freight
    changes = apply(asked.programme, asked.world, 2035, parameters=asked.assumptions.parameters).network
    assert changes
    closed = disrupt_freight(model, find_closures(["bosporus"], model.network))
    opened = model.costs(changes)["generalised_cost"]
    for state, still in (("without", ()), ("with", changes)):
        cost = closed.costs(still).costs["generalised_cost"].sel(state="with", drop=True)
        step = (cost / opened.sel(state=state, drop=True) - 1.0).sel(variant=["logsum", "free_choice"])
        assert float(step.min()) >= -1e-12
        assert float(step.max()) > 0.1


def test_suez_hurts_those_along_it_more_than_those_who_sail_elsewhere(stress):
    # Egypt and Pakistan trade with Europe through the canal, Chile and New Zealand with nobody near it.
    cost = stress.cases[0].results["trade_cost"].sel(scenario="without")
    assert float(cost.sel(economy=["EGY", "PAK"]).min()) > float(cost.sel(economy=["CHL", "NZL"]).max())


def test_closing_nothing_that_is_used_changes_nothing():
    # No ship between cities of the network passes the Bering Strait: the Arctic is closed.
    case = stress_test(PROGRAMME, ["bering"]).cases[0]
    # Voyages are searched again, and their hours kept in thousandths.
    assert float(np.abs(case.results["trade_cost"]).max()) < 1e-8
    # Two solutions of the same shock, each converged to 1e-8.
    assert float(np.abs(case.results["real_income"]).max()) < 1e-8
    assert case.cut_off == {"without": (), "with": ()}


def test_pairs_that_nothing_connects_are_named_and_lose():
    # Nothing leads to Iceland but the sea.
    from samarkand.world import load_world

    network = load_world().network
    ports = network.ports.loc[network.ports["economy"] == "ISL", "id"].astype(str).tolist()
    assert ports
    case = stress_test(PROGRAMME, [[f"port:{name}" for name in ports]]).cases[0]
    cut = case.cut_off["without"]
    assert cut
    assert all(any(city.startswith("ISL ") for city in pair) for pair in cut)
    lost = case.results.sel(economy="ISL", scenario="without")
    # All that it can reach; partners without a city on the network are not counted as lost.
    assert 0.95 < float(lost["lost_access"]) <= 1.0 + 1e-12
    assert float(lost["real_income"]) < -0.01
    assert case.results["real_income"].sel(scenario="without").to_series().idxmin() == "ISL"


GULF = ("SAU", "ARE", "IRQ", "KWT", "QAT", "IRN")


def _solved(*closed: str) -> Baseline:
    return find_baseline(default_session().ask(PROGRAMME, closures=closed), default_session())


def _sold_abroad(baseline: Baseline, economy: str, sector: str) -> float:
    """Volume sold abroad against that of the accounts: value over the price at the exporter."""
    world, solution = baseline.setting.world, baseline.solution
    i, j = world.labels.index(economy), list(world.accounts.sectors).index(sector)
    abroad = np.arange(len(world.labels)) != i
    before = world.accounts.trade_flow.sel(origin=economy, sector=sector).sel(destination=list(world.labels))
    sold = np.asarray(solution.trade_flow)[abroad, i, j].sum() / solution.unit_cost_hat[i, j]
    return float(sold / before.to_numpy()[abroad].sum())


@pytest.mark.parametrize("economy", GULF)
def test_hormuz_closed_the_gulf_sells_what_its_bypasses_spare(stress, economy):
    """In the equilibrium too, whatever its prices fall to: within 10 points of the volumes."""
    baseline = _solved("hormuz")
    table = baseline.energy.closure.flows
    worth = {name: row.unit_value for name, row in baseline.energy.closure.tables.cargoes.items()}
    mine = table[(table["exporter"] == economy) & table["cargo"].isin(["crude", "lng", "gas"])]
    value = mine["cargo"].map(worth)
    remains = (mine["remaining"] * value).sum() / (mine["volume"] * value).sum()
    assert _sold_abroad(baseline, economy, "oil_gas") == pytest.approx(remains, abs=0.1)


def test_hormuz_closed_costs_the_gulf_what_its_exports_are_worth(stress):
    """First order: value of oil and gas lost over income of the accounts. Cheaper prices at home and sales of other
    goods give some of it back; a fixed deficit of trade takes more: between a quarter and one and a half of it."""
    baseline = _solved("hormuz")
    income = baseline.setting.world.accounts.value_added.sum("sector")
    change = stress.cases[1].results["real_income"].sel(scenario="without")
    flow = baseline.setting.world.accounts.trade_flow.sel(sector="oil_gas")
    for economy in ("SAU", "ARE", "IRQ", "KWT", "QAT"):
        exports = float(flow.sel(origin=economy).drop_sel(destination=economy).sum())
        first = (
            exports * (1.0 - _sold_abroad(baseline, economy, "oil_gas")) / float(income.sel(economy=economy))
        )
        assert 0.25 * first < -float(change.sel(economy=economy)) < 1.5 * first
    # IMF (April 2026) of the closure of that year: -0.2 points of world growth, -1.3 in the severe case.
    assert 0.002 < -float((change * income).sum() / income.sum()) < 0.013


def test_a_closed_line_costs_its_exporter_and_hardly_anyone_else():
    case = stress_test(PROGRAMME, ["pipeline:btc"]).cases[0]
    change = case.results["real_income"].sel(scenario="without")
    assert change.to_series().idxmin() == "AZE"
    assert float(change.sel(economy=["FRA", "CHN", "USA", "JPN"]).min()) > -0.001
    assert case.cut_off == {"without": (), "with": ()}


def test_suez_closed_trade_falls_with_distance_as_after_1967(stress):
    """Feyrer (2021): about -0.5 for the closure of 1967 to 1975; 11 western and 15 eastern economies, both ways."""
    baseline = _solved("suez")
    world, labels = baseline.setting.world, list(baseline.setting.world.labels)
    free = baseline.setting.assumptions.parameters.replace(
        {"canal_tolls": 0.0}
    )  # costs are in proportion to km
    networks = world.network, baseline.state.model.network
    open_sea, shut = (SeaReach(network, free, tuple(labels)) for network in networks)
    goods = [k for k, sector in enumerate(world.accounts.sectors) if sector not in SERVICES]
    before = world.accounts.trade_flow.transpose("origin", "destination", "sector").to_numpy()
    after = np.asarray(baseline.solution.trade_flow).transpose(1, 0, 2)
    trade, distance = [], []
    for one in WEST:
        km, longer = (sea.cost(sea.landing[one]) for sea in (open_sea, shut))
        for other in EAST:
            i, j = labels.index(one), labels.index(other)
            for a, b in ((i, j), (j, i)):
                trade.append(np.log(after[a, b, goods].sum() / before[a, b, goods].sum()))
                distance.append(np.log(longer[j] / km[j]))
    assert len(trade) == 330
    assert -0.65 < np.dot(trade, distance) / np.dot(distance, distance) < -0.35


def test_cut_off_shares_by_hand():
    labels = {"origin": ["A"], "destination": ["B"], "sector": ["x", "y"]}
    hat = xr.DataArray(np.full((1, 1, 2), 1.1), labels, ("origin", "destination", "sector"))
    lost = xr.DataArray([[0.75]], {"origin": ["A"], "destination": ["B"]}, ("origin", "destination"))
    share = xr.DataArray([1.0, 0.0], {"sector": ["x", "y"]}, ("sector",))
    theta = xr.DataArray([2.0, 2.0], {"sector": ["x", "y"]}, ("sector",))
    found = calc_cut_off_hat(hat, lost, share, theta)
    # A quarter is left: its power of costs is a quarter, so costs are as if doubled; services are untouched.
    assert found.to_numpy().ravel() == pytest.approx([2.2, 1.1])
    assert calc_cut_off_hat(hat, lost / 0.75, share, theta).to_numpy().ravel()[0] > 1e4


def test_every_wrong_case_is_told_and_nothing_runs():
    with pytest.raises(Faults) as caught:
        stress_test(PROGRAMME, ["suex", ["malacca", "port:XXXXX"]])
    assert len(caught.value.faults) == 2
    with pytest.raises(Faults, match="nothing is to be closed"):
        stress_test(PROGRAMME, [])


def test_cases_from_words_and_files(tmp_path):
    file = tmp_path / "closed.txt"
    file.write_text("suez\nmalacca\n")
    assert every_case(["suez+bab_el_mandeb", "hormuz"], file) == [
        ["suez", "bab_el_mandeb"], ["hormuz"], ("suez", "malacca"),
    ]  # fmt: skip


def test_the_command_prints_and_writes(tmp_path):
    run = CliRunner().invoke(app, ["stress", "suez", "--out", str(tmp_path / "out")])
    assert run.exit_code == 0
    assert "suez" in run.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "stress-cut-off.csv", "stress-energy-exporters.csv", "stress-energy-importers.csv", "stress.csv",
    ]  # fmt: skip


def test_lost_access_weighs_trade_both_ways():
    """Of A's trade abroad 30 + 10 is with B and 20 + 40 with C; half the pairs with B are gone, none with C: 20 %.

    B: 0.5 x 40 over 40 + 0 with C. C trades with A alone, and has lost nothing.
    """
    places = ["A", "B", "C"]
    flow = xr.DataArray(
        np.array([[99.0, 30, 20], [10, 99, 0], [40, 0, 99]])[:, None, :],
        {"origin": places, "sector": ["goods"], "destination": places},
        ("origin", "sector", "destination"),
    )
    lost = xr.DataArray(
        np.array([[0.0, 0.5, 0], [0.5, 0, 0], [0, 0, 0]]),
        {"origin": places, "destination": places},
        ("origin", "destination"),
    )
    np.testing.assert_allclose(_lost_access(lost, flow), [0.2, 0.5, 0.0], rtol=1e-12)
