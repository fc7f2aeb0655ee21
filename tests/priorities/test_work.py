"""Work on the toy world: job-years by hand from the inverse, home and abroad add up, movement of labour, gaps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import samarkand as sk
from samarkand.core.evidence import Evidence
from samarkand.priorities.social.command import people as people_command
from samarkand.priorities.social.page import page
from samarkand.priorities.social.work import (
    AS_ACCOUNTS,
    NO_CAPEX,
    NO_COST,
    NO_EMPLOYMENT,
    OTHER_ASSETS,
    Supply,
    calc_moved,
    operators,
)
from samarkand.priorities.social.work_page import NO_EMPLOYMENT as NOT_ASSESSED
from samarkand.programme.model.kinds import kinds
from samarkand.programme.model.models import When
from samarkand.reports.readiness import readiness_of
from samarkand.session import Session
from samarkand.world.accounts.sectors import load_sectors
from samarkand.world.economies.facts import COLUMNS, Facts
from toy import ECONOMIES, SECTORS, make_toy_world, toy_programme

PERSONS = {"CHN": 700e6, "KAZ": 9e6, "KGZ": 2.5e6, "DEU": 45e6}
PARTS = (0.3, 0.05, 0.1, 0.1, 0.45)  # of all employed by sector
CASES = (AS_ACCOUNTS, "50 % local", "85 % local", "100 % local")


def world_with(persons):
    rows = [
        (code, f"employment_{sector}", total * part, "", 2021, "made up", "observed")
        for code, total in persons.items()
        for sector, part in zip(SECTORS, PARTS, strict=True)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"year": "Int16"})
    return replace(make_toy_world(), fact_table=Facts(table, 2025))


def appraise(world, **terms):
    return sk.appraise(toy_programme(), world, session=Session(), years=(2027, 2035), **terms)


@pytest.fixture(scope="module")
def world():
    return world_with(PERSONS)


@pytest.fixture(scope="module")
def appraisal(world):
    return appraise(world)


def job_years_by_hand(world, builders, sector="construction"):
    """e x with x from the inverse of the whole table: [economy, sector]."""
    accounts = world.accounts
    trade = accounts.trade_share.transpose("destination", "origin", "sector").to_numpy()
    inputs = accounts.input_share.transpose("economy", "sector", "use_sector").to_numpy()
    n, s = len(ECONOMIES), len(SECTORS)
    table = np.einsum("nik,nkj->iknj", trade, inputs).reshape(n * s, n * s)
    spending = np.zeros((n, s))
    spending[:, SECTORS.index(sector)] = builders
    output = np.linalg.solve(np.eye(n * s) - table, spending.ravel()).reshape(n, s)
    employed = np.full((n, s), np.nan)
    for code, total in PERSONS.items():
        employed[ECONOMIES.index(code)] = total * np.array(PARTS)
    return employed / accounts.gross_output.transpose("economy", "sector").to_numpy() * output


def item_with_one_host():
    return next(
        item for item in toy_programme().projects if item.capex is not None and len(item.economies) == 1
    )


def test_job_years_are_those_of_the_inverse(world, appraisal):
    item = item_with_one_host()
    host = ECONOMIES.index(item.economies[0])
    trade = world.accounts.trade_share.transpose("destination", "origin", "sector").to_numpy()
    as_bought = trade[host, :, SECTORS.index("construction")] * item.capex.value
    all_home = np.eye(len(ECONOMIES))[host] * item.capex.value
    for case, builders in ((AS_ACCOUNTS, as_bought), ("100 % local", all_home)):
        found = appraisal.array("construction_job_years").sel(project=item.id, case=case)
        expected = job_years_by_hand(world, builders).sum(axis=1)
        np.testing.assert_allclose(found.sel(economy=list(ECONOMIES)), expected, rtol=1e-10)


def test_home_and_abroad_add_to_the_total(appraisal):
    total = appraisal.array("construction_job_years").sum("economy", min_count=1)
    home, abroad = (appraisal.array(f"construction_jobs_{where}") for where in ("at_home", "abroad"))
    known = ~np.isnan(total)
    assert int(known.sum()) >= len(CASES)
    np.testing.assert_allclose((home.fillna(0) + abroad.fillna(0)).where(known), total, rtol=1e-12)


def test_more_local_content_is_more_work_at_home(appraisal):
    """Work at home rises by the same step for each unit of local content where no builder abroad is the host's."""
    home = appraisal.array("construction_jobs_at_home").sel(project=item_with_one_host().id)
    half, most, all_ = (float(home.sel(case=case)) for case in CASES[1:])
    assert half < most < all_
    assert (most - half) / (all_ - half) == pytest.approx((0.85 - 0.5) / (1.0 - 0.5))


def test_what_is_not_local_goes_to_the_other_parties(world):
    """A party of DEU finances: the part that is not local is built there."""
    programme = toy_programme()
    item = item_with_one_host()
    party = programme.parties[0].model_copy(update={"id": "builder", "economy": "DEU"})
    changed = item.model_copy(update={"parties": ("builder",), "financing": ()})
    other = programme.model_copy(
        update={
            "parties": (*programme.parties, party),
            "projects": tuple(changed if one.id == item.id else one for one in programme.projects),
        }
    )
    appraisal = sk.appraise(other, world, session=Session(), years=(2035,))
    found = appraisal.array("construction_job_years").sel(project=item.id, case="50 % local")
    builders = np.zeros(len(ECONOMIES))
    builders[ECONOMIES.index(item.economies[0])] += 0.5
    builders[ECONOMIES.index("DEU")] += 0.5
    expected = job_years_by_hand(world, builders * item.capex.value).sum(axis=1)
    np.testing.assert_allclose(found.sel(economy=list(ECONOMIES)), expected, rtol=1e-10)


def test_what_is_not_counted_is_said(appraisal):
    """Value added of all economies is the whole spending, of those without employment what is not counted."""
    unknown = appraisal.array("construction_spending_without_jobs")
    assert ((unknown.dropna("project") > 0) & (unknown.dropna("project") < 1)).all()
    everywhere = appraise(world_with(dict.fromkeys(ECONOMIES, 1e6)))
    assert float(abs(everywhere.array("construction_spending_without_jobs")).max()) == 0.0


def test_years_of_construction_add_up_to_the_job_years_of_dated_items(world):
    """One item is built from 2024 to the year before it opens, in equal parts; the others have no day of start."""
    programme = toy_programme()
    item = item_with_one_host()
    dated = item.model_copy(update={"construction_start": When(year=2024)})
    projects = tuple(dated if one.id == item.id else one for one in programme.projects)
    known = programme.model_copy(update={"projects": projects})
    appraisal = sk.appraise(known, world, session=Session(), years=(2035,))
    job_years = appraisal.array("construction_job_years").sel(project=item.id, case=AS_ACCOUNTS)
    by_year = appraisal.by_year("construction_jobs")
    built = list(range(2024, item.opening.year))
    for code in PERSONS:
        jobs = by_year.sel(economy=code)
        expected = float(job_years.sel(economy=code))
        np.testing.assert_allclose(jobs.sel(year=built), expected / len(built))
        assert float(jobs.sum()) == pytest.approx(expected)
    assert np.isnan(by_year.sel(economy="POL")).all()


def test_sectors_add_up_to_the_job_years_of_all_items(appraisal):
    sectors = appraisal.array("construction_jobs_by_sector").sum("sector")
    everything = appraisal.array("construction_job_years").sel(case=AS_ACCOUNTS).sum("project")
    assert float(sectors.sel(economy="KAZ")) == pytest.approx(float(everything.sel(economy="KAZ")))


def test_labour_moves_and_nobody_loses_work(appraisal):
    without, with_ = (
        appraisal.array("jobs_by_sector", part).sel(economy="KAZ") for part in ("without", "with")
    )
    np.testing.assert_allclose(without.sel(sector=list(SECTORS)), 9e6 * np.array(PARTS))
    assert float(with_.sum()) == pytest.approx(9e6)
    share = [appraisal.array("employment_share", part).sel(economy="KAZ") for part in ("without", "with")]
    hat = (share[1] / share[0]).sel(sector=list(SECTORS)).to_numpy()
    grown = 9e6 * np.array(PARTS) * hat
    np.testing.assert_allclose(with_.sel(sector=list(SECTORS)), grown * 9e6 / grown.sum())
    moved = float(appraisal.array("jobs_moved").sel(economy="KAZ"))
    assert moved == pytest.approx(0.5 * float(abs(with_ - without).sum()))
    assert moved > 0


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(1, 1e8), st.floats(0.5, 2.0)), min_size=1, max_size=6))
def test_movement_keeps_everybody_at_work(rows):
    persons, hat = np.array(rows).T
    assert calc_moved(persons, hat).sum() == pytest.approx(persons.sum())
    np.testing.assert_allclose(calc_moved(persons, np.full(len(rows), 1.3)), persons)


def test_jobs_in_operation_are_those_of_the_cost_of_operation(world, appraisal):
    """12 US$ m a year for the cable, run by business services as its hosts buy them; others have no such cost."""
    programme = toy_programme()
    cost = Evidence(value=12.0, unit="US$ m a year", source="made up", flag="assumed")
    item = item_with_one_host()
    cable = item.model_copy(
        update={
            "id": "cable", "kind": "fibre_cable", "section": (), "financing": (),
            "attributes": (("operating_cost", cost),),
        }
    )  # fmt: skip
    other = programme.model_copy(update={"projects": (*programme.projects, cable)})
    appraisal = sk.appraise(other, world, session=Session(), years=(2035,))
    trade = world.accounts.trade_share.transpose("destination", "origin", "sector").to_numpy()
    bought = 12.0 * trade[ECONOMIES.index(item.economies[0]), :, SECTORS.index("business")]
    expected = job_years_by_hand(world, bought, "business").sum(axis=1)
    found = appraisal.array("operation_jobs").sel(project="cable")
    np.testing.assert_allclose(found.sel(economy=list(ECONOMIES)), expected, rtol=1e-10)
    frame = appraisal.to_dataframe()
    rows = frame[(frame["indicator"] == "operation_jobs") & (frame["project"] == item.id)]
    assert set(rows["reason"]) == {NO_COST}


def test_every_asset_is_run_by_a_sector_of_the_accounts():
    """The table names each asset of the kinds once, and sectors that there are; measures without one are as others."""
    assets = {row.asset_life for row in kinds().values()} - {""}
    assert assets == set(operators())
    assert OTHER_ASSETS in assets
    assert set(operators().values()) <= {row.code for row in load_sectors()}


def test_the_inverse_is_not_worked_out_where_nobody_s_employment_is_known():
    bare = make_toy_world()
    appraise(bare)
    kept = vars(bare.accounts).get("_derived")
    assert kept is None or not any(isinstance(one, Supply) for one in kept.values())
    known = world_with(PERSONS)
    appraise(known)
    assert any(isinstance(one, Supply) for one in vars(known.accounts)["_derived"].values())


def test_local_content_moves_results(world):
    plain, other = appraise(world), appraise(world, assumptions={"local_content": 0.6})
    assert "60 % local" in other.array("construction_job_years")["case"].to_numpy()
    assert "60 % local" not in plain.array("construction_job_years")["case"].to_numpy()


def test_without_employment_or_capex_there_are_no_jobs(appraisal):
    bare = appraise(make_toy_world())
    frame = bare.to_dataframe()
    for name in ("construction_job_years", "construction_jobs", "jobs_by_sector", "jobs_moved"):
        assert set(frame.loc[frame["indicator"] == name, "reason"]) == {NO_EMPLOYMENT}
    assert NO_EMPLOYMENT == "needs file: employment by sector: samarkand world import ilostat"
    frame = appraisal.to_dataframe()
    missing = [item.id for item in toy_programme().items if item.capex is None]
    rows = frame[(frame["indicator"] == "construction_jobs_at_home") & frame["project"].isin(missing)]
    assert set(rows["reason"]) == {NO_CAPEX}
    rows = frame[(frame["indicator"] == "jobs_moved") & (frame["economy"] == "POL")]
    assert set(rows["reason"]) == {NO_EMPLOYMENT}


def test_readiness_is_by_economy(world):
    assert readiness_of(world, "KAZ")["jobs_moved"] == "estimated"
    assert readiness_of(world, "POL")["jobs_moved"] == NO_EMPLOYMENT


def test_the_page_and_the_command_show_work(appraisal):
    items, elsewhere, moved = page(appraisal).tables[-3:]
    item = item_with_one_host()
    row = next(one for one in items.rows if one[0] == item.id)
    home = appraisal.array("construction_jobs_at_home").sel(project=item.id)
    at_home = [f"{float(home.sel(case=case)):,.0f}" for case in CASES]
    assert row[1:] == (at_home[0], " / ".join(at_home[1:]))
    assert items.heads[2] == "50 / 85 / 100 % local"
    abroad = appraisal.array("construction_jobs_abroad").sel(project=item.id, case=AS_ACCOUNTS)
    assert next(one for one in elsewhere.rows if one[0] == item.id)[1] == f"{float(abroad):,.0f}"
    assert {one[0] for one in moved.rows} == {appraisal.world.names.get(code, code) for code in PERSONS}
    of_one = people_command(appraisal, "KAZ")
    assert of_one.tables[-1].rows[0][:2] == ("agriculture", f"{9e6 * PARTS[0]:,.0f}")
    assert any("gross" in sentence for sentence in page(appraisal).lead)
    bare = appraise(make_toy_world())
    assert NOT_ASSESSED in page(bare).lead
    assert NOT_ASSESSED in people_command(bare, "KAZ").lead
    assert NOT_ASSESSED in people_command(appraisal, "POL").lead


def test_the_page_of_an_item_shows_its_work_by_economy(appraisal):
    item = item_with_one_host()
    shown = people_command(appraisal, item.id)
    (table,) = [one for one in shown.tables if one.title == "Job-years of construction, by economy"]
    jobs = appraisal.array("construction_job_years").sel(project=item.id)
    most = str(jobs.max("case").to_series().idxmax())
    assert table.heads == ("economy", *CASES)
    assert table.rows[0] == (
        appraisal.world.names.get(most, most),
        *(f"{float(jobs.sel(economy=most, case=case)):,.0f}" for case in CASES),
    )
    (home,) = [one for one in shown.tables if one.title == "Job-years of construction in the host economies"]
    assert [row[0] for row in home.rows] == list(CASES)
