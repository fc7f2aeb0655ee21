"""Estimating a trade elasticity: panels simulated from a known one, and panels that do not hold together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from samarkand.core.faults import Faults
from samarkand.engines.equilibrium import Shock, armington_accounts, solve
from samarkand.world.accounts.elasticities import load_elasticities
from samarkand.world.accounts.elasticity_estimation import estimate_elasticity

pytest.importorskip("pyfixest", reason="the extra `estimate` is not installed")

THETA = 5.0


def tariffs(random: np.random.Generator, economies: int, years: int) -> np.ndarray:
    """[exporter, importer, year], zero at home."""
    rate = random.uniform(0.0, 0.3, (economies, economies, years))
    rate[np.arange(economies), np.arange(economies)] = 0.0
    return rate


def as_panel(value: np.ndarray, rate: np.ndarray, **more: np.ndarray) -> pd.DataFrame:
    exporter, importer, year = (index.ravel() for index in np.indices(value.shape))
    names = np.array([f"E{number:02d}" for number in range(value.shape[0])])
    columns = {name: values.ravel() for name, values in more.items()}
    return pd.DataFrame(
        {
            "exporter": names[exporter], "importer": names[importer], "year": 2000 + year,
            "value": value.ravel(), "tariff_rate": rate.ravel(), **columns,
        }
    )  # fmt: skip


def simulated(
    seed: int, *, noise: float, economies: int = 12, years: int = 4
) -> tuple[np.ndarray, np.ndarray]:
    """(values before tariffs, tariffs) with effects of exporter-years, importer-years and pairs."""
    random = np.random.default_rng(seed)
    rate = tariffs(random, economies, years)
    log_value = (
        random.normal(0, 1, (economies, 1, years))
        + random.normal(0, 1, (1, economies, years))
        + random.normal(0, 1, (economies, economies, 1))
        - (1.0 + THETA) * np.log1p(rate)
    )
    value = np.exp(log_value)
    if noise:
        shape = 1.0 / noise**2
        value = value * random.gamma(shape, 1.0 / shape, value.shape)
    return value, rate


def test_an_exact_panel_gives_the_exact_elasticity_whatever_was_valued():
    value, rate = simulated(1, noise=0.0)
    before = estimate_elasticity(as_panel(value, rate), valued="before_tariff")
    assert before.value == pytest.approx(THETA, abs=1e-6)
    assert before.coefficient == pytest.approx(-(1 + THETA), abs=1e-6)
    spending = estimate_elasticity(as_panel(value * (1 + rate), rate), valued="with_tariff")
    assert spending.value == pytest.approx(THETA, abs=1e-6)
    assert spending.coefficient == pytest.approx(-THETA, abs=1e-6)
    # Told wrongly, the result is off by one.
    assert estimate_elasticity(as_panel(value, rate), valued="with_tariff").value == pytest.approx(
        THETA + 1, abs=1e-6
    )


def test_the_engines_own_trade_gives_back_its_elasticity():
    """Tariffs are changed in the one-sector equilibrium, year by year: incomes, prices and revenue all move."""
    random = np.random.default_rng(2)
    economies, years = 8, 3
    flow = np.exp(random.normal(0, 1, (economies, economies)))
    flow += flow.T
    flow[np.arange(economies), np.arange(economies)] *= 20
    accounts = armington_accounts(flow.T, THETA)
    rate = tariffs(random, economies, years)
    values = np.empty_like(rate)
    for year in range(years):
        shock = Shock(
            tariff_rate=rate[:, :, year].T[:, :, None].copy(),
            productivity_hat=np.exp(random.normal(0, 0.2, economies)),
        )
        values[:, :, year] = solve(accounts, shock, tolerance=1e-12).trade_flow[:, :, 0].T
    estimate = estimate_elasticity(as_panel(values, rate), valued="before_tariff")
    assert estimate.value == pytest.approx(THETA, abs=1e-6)


def test_with_noise_the_interval_holds_the_truth_and_the_error_is_of_the_right_size():
    estimates = [
        estimate_elasticity(as_panel(*simulated(seed, noise=0.3)), valued="before_tariff")
        for seed in range(12)
    ]
    inside = sum(one.low <= THETA <= one.high for one in estimates)
    assert inside >= 9  # 95 % each: fewer than nine of twelve has a chance below 1e-3
    spread = np.std([one.value for one in estimates], ddof=1)
    claimed = np.mean([one.standard_error for one in estimates])
    # The deviation of twelve draws is within a factor of two of the true one, all but surely (chi-squared, 11).
    assert 0.5 < claimed / spread < 2.0


def test_internal_flows_and_borders_that_fall_over_time():
    value, rate = simulated(3, noise=0.0)
    effects = value * (1 + rate) ** (1 + THETA)
    # Tariffs that fall while borders fall: without the effect of the border theirs is overstated.
    rate = rate * (1.0 - 0.25 * np.arange(rate.shape[2]))
    border = np.exp(0.2 * np.arange(rate.shape[2]) * ~np.eye(rate.shape[0], dtype=bool)[:, :, None])
    falling = effects * border * (1 + rate) ** -(1 + THETA)
    plain = estimate_elasticity(as_panel(falling, rate), valued="before_tariff")
    with_border = estimate_elasticity(as_panel(falling, rate), valued="before_tariff", border_by_year=True)
    assert with_border.value == pytest.approx(THETA, abs=1e-5)
    assert plain.value > THETA + 0.1


def test_separation_is_reported():
    value, rate = simulated(4, noise=0.3)
    value[2, 5] = 0.0  # a pair that never trades: its own effect predicts that perfectly
    estimate = estimate_elasticity(as_panel(value, rate), valued="before_tariff")
    assert estimate.separated == value.shape[2]
    assert estimate.singletons == 0
    assert estimate.observations == estimate.rows - estimate.separated
    assert estimate.clusters == value.shape[0] ** 2 - 1
    assert estimate.economies == 12
    assert estimate.years == 4
    assert "4 separated" in str(estimate)


def test_zero_flows_take_part():
    value, rate = simulated(5, noise=0.3)
    value[np.random.default_rng(105).random(value.shape) < 0.1] = 0.0
    value[np.arange(12), np.arange(12)] += 1e-3
    estimate = estimate_elasticity(as_panel(value, rate), valued="before_tariff")
    assert estimate.observations == estimate.rows
    assert abs(estimate.value - THETA) < 3 * estimate.standard_error


def test_a_pair_seen_once_is_dropped_and_counted():
    panel = as_panel(*simulated(6, noise=0.0))
    seen_once = panel["exporter"].eq("E01") & panel["importer"].eq("E02") & panel["year"].ne(2000)
    estimate = estimate_elasticity(panel[~seen_once], valued="before_tariff")
    assert estimate.singletons == 1
    assert estimate.value == pytest.approx(THETA, abs=1e-6)


def test_controls_are_given_back():
    value, rate = simulated(7, noise=0.0)
    agreement = (np.random.default_rng(107).random(value.shape) < 0.3).astype(float)
    agreement[np.arange(12), np.arange(12)] = 0.0
    panel = as_panel(value * np.exp(0.4 * agreement), rate, agreement=agreement)
    estimate = estimate_elasticity(panel, valued="before_tariff", controls=["agreement"])
    assert estimate.value == pytest.approx(THETA, abs=1e-6)
    [(name, coefficient, _)] = estimate.controls
    assert name == "agreement"
    assert coefficient == pytest.approx(0.4, abs=1e-6)


def test_other_names_and_clusters():
    panel = as_panel(*simulated(8, noise=0.3))
    usual = estimate_elasticity(panel, valued="before_tariff")
    renamed = panel.rename(
        columns={"exporter": "i", "importer": "n", "year": "t", "value": "v", "tariff_rate": "r"}
    )
    other = estimate_elasticity(
        renamed, valued="before_tariff", exporter="i", importer="n", year="t", value="v", tariff_rate="r",
        cluster="importer",
    )  # fmt: skip
    assert other.value == pytest.approx(usual.value, rel=1e-12)
    assert other.clusters == 12
    assert other.standard_error != usual.standard_error


def test_an_estimate_enters_the_table_as_evidence():
    estimate = estimate_elasticity(as_panel(*simulated(9, noise=0.1)), valued="before_tariff")
    evidence = estimate.evidence("a simulated panel")
    assert evidence.flag == "derived"
    assert evidence.low < evidence.value < evidence.high
    assert "a simulated panel" in evidence.citation
    table = load_elasticities().replace(textiles=estimate.value)
    assert float(table.values().sel(sector="textiles")) == estimate.value


def faults_of(panel: pd.DataFrame, **arguments: object) -> str:
    with pytest.raises(Faults) as caught:
        estimate_elasticity(panel, **{"valued": "before_tariff", **arguments})
    return str(caught.value)


def test_all_faults_of_a_panel_at_once():
    panel = as_panel(*simulated(10, noise=0.0))
    panel.loc[0, "value"] = -1.0
    panel.loc[panel["exporter"] == panel["importer"], "tariff_rate"] = 0.1
    panel = panel[~(panel["exporter"].eq("E03") & panel["importer"].eq("E03"))]
    text = faults_of(pd.concat([panel, panel.iloc[[5]]]))
    assert "column value: is negative in 1 rows" in text
    assert "column tariff_rate: is not zero on internal flows" in text
    assert "lacks internal flows of 4 importers and years, as E03 2000; E03 2001; E03 2002" in text
    assert "has 1 rows for an exporter, importer and year that it has already, as E00, E01, 2001" in text


def test_faults_of_columns():
    panel = as_panel(*simulated(11, noise=0.0))
    assert "column tarif: is not in the panel. Did you mean tariff_rate?" in faults_of(
        panel, tariff_rate="tarif"
    )
    assert "valued: must not be 'fob'" in faults_of(panel, valued="fob")
    missing = panel.assign(tariff_rate=panel["tariff_rate"].where(panel.index != 3))
    assert "column tariff_rate: is not a number in 1 rows" in faults_of(missing)
    assert "a missing tariff is not zero" in faults_of(missing)
    percent = panel.assign(tariff_rate=100 * panel["tariff_rate"])
    assert "Rates are fractions" in faults_of(percent)


def test_panels_that_say_nothing_of_tariffs():
    panel = as_panel(*simulated(12, noise=0.0))
    assert "has a single year" in faults_of(panel[panel["year"] == 2000])
    assert "hardly varies" in faults_of(panel.assign(tariff_rate=0.0))
    # Tariffs that never change are the pair effects' own.
    first = panel[panel["year"] == 2000].set_index(["exporter", "importer"])["tariff_rate"]
    constant = panel.set_index(["exporter", "importer"])
    constant["tariff_rate"] = first.reindex(constant.index)
    assert "leave no variation in the tariffs" in faults_of(constant.reset_index())
