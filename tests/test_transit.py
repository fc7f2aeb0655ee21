"""Transit: kilometres and tariffs by hand on the toy network, and what is left out of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import samarkand as sk
from samarkand.analysis.flows import Freight, freight
from samarkand.analysis.transit import transit_in_accounts, transit_table
from samarkand.session import Session
from samarkand.world.accounts.intermediate_use import DenseIntermediateUse
from samarkand.world.freight.assignment import FreightWork, calc_freight_work, mean_work
from samarkand.world.freight.energy import FLOW_COLUMNS
from samarkand.world.freight.mode_choice import VOT_CLASSES
from samarkand.world.freight.skims import MODES
from samarkand.world.freight.transit import calc_passing, income_by_economy, laid_apart
from samarkand.world.network.transit_tariffs import transit_tariffs
from toy import ECONOMIES, make_toy_world, toy_programme

WORLD = make_toy_world()
PARAMETERS = WORLD.assumptions.parameters
NO_OIL = pd.DataFrame(columns=list(FLOW_COLUMNS))
RATE = {row.id: row.rate for row in transit_tariffs()}


def laid(mode: str, **tonnes: float) -> FreightWork:
    """Tonnes of one class between economies, as CHN_DEU=1e6, all by one mode."""
    labels, cities = list(ECONOMIES), WORLD.network.cities.index.to_numpy()
    dims = ("vot_class", "origin", "destination")
    amount = xr.DataArray(
        np.zeros((len(VOT_CLASSES), len(labels), len(labels))),
        {"vot_class": list(VOT_CLASSES), "origin": labels, "destination": labels},
        dims,
    )
    for name, value in tonnes.items():
        origin, destination = name.split("_")
        amount.loc[VOT_CLASSES[0], origin, destination] = value
    share = xr.DataArray(
        np.zeros((len(VOT_CLASSES), cities.size, cities.size, len(MODES))),
        {
            "vot_class": list(VOT_CLASSES), "origin_city": cities, "destination_city": cities, "mode": list(MODES),
        },
        ("vot_class", "origin_city", "destination_city", "mode"),
    )  # fmt: skip
    share.loc[..., mode] = 1.0
    return calc_freight_work(WORLD.network, PARAMETERS, amount, share, own_of=laid_apart())


def passing(work: FreightWork) -> xr.DataArray:
    return calc_passing(work, NO_OIL, np.zeros(0), WORLD.network, PARAMETERS)


def test_trains_from_china_to_germany_pass_kazakhstan_on_1600_km() -> None:
    """Half of Khorgos - Altynkol (20 km), Altynkol - Almaty (340) and half of Almaty - Samara (2,500): 1,600 km."""
    found = passing(laid("rail", CHN_DEU=1e6))
    assert float(found.sel(tariff="kazakhstan_rail")) == pytest.approx(1e6 * 1600.0)
    income = income_by_economy(found, ECONOMIES)
    by_hand = 1e6 * 1600.0 * RATE["kazakhstan_rail"] / 1e6
    assert float(income.sel(economy="KAZ", case="railway")) == pytest.approx(by_hand)
    assert float(income.sel(economy="KAZ", case="pipeline")) == 0.0
    assert np.isnan(float(income.sel(economy="DEU", case="railway")))  # no tariff


def test_what_begins_or_ends_in_an_economy_is_no_transit_of_it() -> None:
    alone = passing(laid("rail", CHN_DEU=1e6))
    both = passing(laid("rail", CHN_DEU=1e6, CHN_KAZ=5e6, KAZ_DEU=7e6))
    assert float(both.sel(tariff="kazakhstan_rail")) == pytest.approx(
        float(alone.sel(tariff="kazakhstan_rail"))
    )
    # Half of Almaty - Samara and of Samara - Gdansk are 1,250 and 1,150 km in the Russian Federation.
    assert float(both.sel(tariff="russia_rail")) == pytest.approx((1e6 + 7e6) * 2400.0)


def test_the_canal_takes_its_busiest_link_and_places_of_others_are_not_known() -> None:
    """Urumqi and Kashgar, 0.3 of China's 37.3 million people on the network, ship by way of Poti."""
    found = passing(laid("sea", CHN_DEU=3e6, DEU_CHN=1e6))
    assert float(found.sel(tariff="suez")) == pytest.approx(4e6 * 37.0 / 37.3)
    assert np.isnan(float(found.sel(tariff="panama")))
    assert np.isnan(float(found.sel(tariff="djibouti_port")))
    assert np.isnan(float(found.sel(tariff="mongolia_rail")))


def test_members_of_the_rest_of_the_world_earn_for_it() -> None:
    found = passing(laid("rail", CHN_DEU=1e6))
    row = income_by_economy(found, ECONOMIES, ("GEO", "RUS")).sel(economy="ROW", case="railway")
    assert float(row) == pytest.approx(1e6 * 2400.0 * RATE["russia_rail"] / 1e6)
    assert np.isnan(float(income_by_economy(found, ECONOMIES).sel(economy="ROW", case="railway")))


def test_oil_of_others_pays_for_its_line() -> None:
    """Of 10 and 4 m t by the line through Georgia, what Georgia buys itself is no transit."""
    flows = NO_OIL.reindex(range(3)).assign(
        exporter=["AZE", "TKM", "AZE"], importer=["ITA", "GEO", "ITA"], by=[("btc",), ("btc",), ("scp",)]
    )
    work = laid("rail", CHN_DEU=1e6)
    found = calc_passing(work, flows, np.array([10e6, 4e6, 2e6]), WORLD.network, PARAMETERS)
    assert float(found.sel(tariff="btc_georgia")) == pytest.approx(10e6)
    assert float(found.sel(tariff="btc_turkiye")) == pytest.approx(14e6)
    assert float(found.sel(tariff="scp_georgia")) == pytest.approx(2e6)


@pytest.fixture(scope="module")
def session() -> Session:
    return Session()


@pytest.fixture(scope="module")
def flows(session: Session) -> Freight:
    return freight(toy_programme(WORLD), world=WORLD, session=session, year=2035)


def test_the_indicator_is_the_table_by_economy(flows: Freight, session: Session) -> None:
    table = transit_table(flows).set_index("tariff")
    appraisal = sk.appraise(toy_programme(WORLD), WORLD, session=session, years=(2035,), reach=True)
    for scenario, column in (("without", "income_without"), ("with", "income_with")):
        values = appraisal.array("transit_income", scenario)
        railway = float(values.sel(economy="KAZ", case="railway"))
        assert railway > 0
        if scenario == "without":  # the table has the trade after payment, the indicator that before it
            assert railway == pytest.approx(table.loc["kazakhstan_rail", column])
    change = appraisal.array("transit_income").sel(economy="KAZ", case="railway")
    assert float(change) > 0  # lines of the programme lead through Kazakhstan
    plain = sk.appraise(toy_programme(WORLD), WORLD, session=session, years=(2035,))
    assert np.isnan(plain.array("transit_income").to_numpy()).all()  # not asked for


def test_income_stands_beside_the_exports_of_transport_in_the_accounts(flows: Freight) -> None:
    """Toy accounts have no such sector; their business services stand in its place."""
    assert transit_in_accounts(flows).empty
    accounts = WORLD.accounts
    sectors = [{"business": "transport"}.get(name, name) for name in accounts.sectors]
    named = replace(
        accounts,
        uses=DenseIntermediateUse(accounts.uses.array.assign_coords(sector=sectors, use_sector=sectors)),
        **{
            name: getattr(accounts, name).assign_coords(sector=sectors)
            for name in ("final_demand", "gross_output", "value_added")
        },
    )
    beside = transit_in_accounts(replace(flows, world=replace(WORLD, accounts=named))).set_index("economy")
    income = transit_table(flows).groupby("economy")["income_without"].sum()
    sold = accounts.trade_flow.sel(origin="KAZ", sector="business")
    abroad = float(sold.sum() - sold.sel(destination="KAZ"))
    assert beside.loc["KAZ", "income"] == pytest.approx(income["KAZ"])
    assert beside.loc["KAZ", "exports"] == pytest.approx(abroad)
    assert beside.loc["KAZ", "exceeds"] == (income["KAZ"] > abroad)
    assert "EGY" not in beside.index  # no economy of these accounts


def test_a_closed_canal_earns_nothing(flows: Freight, session: Session) -> None:
    closed = freight(toy_programme(WORLD), world=WORLD, session=session, year=2035, closures=("suez",))
    before, after = (transit_table(one).set_index("tariff")["income_without"] for one in (flows, closed))
    assert before["suez"] > 0
    assert after["suez"] == 0
    assert after["kazakhstan_rail"] > before["kazakhstan_rail"]


def test_a_mean_of_states_is_the_mean_of_what_passes() -> None:
    one, other = laid("rail", CHN_DEU=1e6), laid("rail", CHN_DEU=3e6)
    parts = [(0.25, one), (0.75, other)]
    known = [(weight, replace(work, passing=passing(work))) for weight, work in parts]
    mean = mean_work(known).passing
    assert mean is not None
    assert float(mean.sel(tariff="kazakhstan_rail")) == pytest.approx(2.5e6 * 1600.0)
    assert mean_work(parts).passing is None
