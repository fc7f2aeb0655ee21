"""Journeys after the end of a visa requirement: by hand for each study, in persons where arrivals are given."""

from __future__ import annotations

import pytest

import samarkand as sk
from samarkand.core.evidence import Evidence
from samarkand.priorities.social.journeys import (
    NO_REGIME,
    NO_STUDY,
    NO_TRIPS,
    OF_MOVES,
    published_flows,
)  # fmt: skip
from samarkand.priorities.social.page import page
from samarkand.programme.model.models import Measure
from samarkand.session import Session
from toy import make_toy_world, toy_programme

TRIPS = Evidence(value=100_000.0, unit="persons a year", source="made up", flag="assumed")


def visa(name, regime, *more):
    return Measure(
        id=name, title=name, kind="visa_regime", economies=("CHN", "KAZ"), status="agreed",
        attributes=(("regime", regime), ("travellers_from", ("CHN",)), ("travellers_to", ("KAZ",)), *more),
    )  # fmt: skip


def appraise(**terms):
    programme = toy_programme()
    measures = (
        *programme.measures,
        visa("free", "visa_free", ("trips_before", TRIPS)),
        visa("uncounted", "visa_free"),
        visa("electronic", "electronic_visa", ("trips_before", TRIPS)),
    )
    other = programme.model_copy(update={"measures": measures})
    return sk.appraise(other, make_toy_world(), session=Session(), years=(2035,), **terms)


@pytest.fixture(scope="module")
def appraisal():
    return appraise()


def test_journeys_by_hand(appraisal):
    """A cut of a fifth is a rise of a quarter: 1 / 0.8; of 0.21: 1 / 0.79; of 0.52 to 0.63: 1 / 0.48 to 1 / 0.37."""
    change = appraisal.array("journeys_change").sel(project="free")
    assert float(change.sel(case="Czaika & Neumayer 2017")) == pytest.approx(0.25)
    assert float(change.sel(case="Cantillo 2023")) == pytest.approx(1 / 0.79 - 1)
    people = appraisal.array("journeys").sel(project="free")
    assert float(people.sel(case="Czaika & Neumayer 2017")) == pytest.approx(25_000)
    frame = appraisal.to_dataframe()
    row = frame[
        (frame["indicator"] == "journeys_change")
        & (frame["project"] == "free")
        & (frame["case"] == "Neumayer 2010")
    ].iloc[0]
    assert (row["low"], row["high"]) == (pytest.approx(1 / 0.48 - 1), pytest.approx(1 / 0.37 - 1))
    assert row["basis"] == "published"


def test_what_is_not_known_says_why(appraisal):
    frame = appraisal.to_dataframe()
    reasons = {
        (row.indicator, row.project): row.reason
        for row in frame[frame["indicator"].isin(["journeys", "journeys_change"])].itertuples()
    }
    assert reasons["journeys", "uncounted"] == NO_TRIPS
    assert reasons["journeys_change", "uncounted"] == ""
    assert reasons["journeys_change", "electronic"] == NO_STUDY
    assert reasons["journeys_change", toy_programme().projects[0].id] == NO_REGIME


def test_each_study_moves_its_own_result(appraisal):
    for name, study in (
        ("visa_cut_neumayer", "Neumayer 2010"),
        ("visa_cut_czaika", "Czaika & Neumayer 2017"),
        ("visa_cut_cantillo", "Cantillo 2023"),
    ):
        other = appraise(assumptions={name: 0.5}).array("journeys_change").sel(project="free")
        assert float(other.sel(case=study)) == pytest.approx(1.0)
        before = appraisal.array("journeys_change").sel(project="free")
        cases = map(str, before["case"].to_numpy())
        moved = {case for case in cases if float(other.sel(case=case)) != float(before.sel(case=case))}
        assert moved == {study}


def test_the_page_shows_the_spread(appraisal):
    shown = page(appraisal).tables
    table, moves = shown[-2:]
    (published,) = [one for one in shown if "other measures" in one.title]
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["free"] == ("+135 %", "+25 %", "+27 %", "+25,000 to +135,294")
    assert rows["uncounted"][-1] == "n/a"
    assert {row[0]: row[1:] for row in moves.rows}["free"] == ("+77 %", "+203 %")  # 1 / 0.565, 1 / 0.33
    found = {row[1]: row[2] for row in published.rows}
    assert found["Australia 2008 to 2019"] == "+0.4 to +0.7 % for 1 % more seats or flights"
    assert found["New Zealand from five origins"].startswith("none for a direct service; of most")
    assert found["Lo Lien & Bojanic 2023: Goethe-Institut"] == "fewer for an institute"
    assert found["Adsera & Pytlikova 2015"].startswith("+20 % for the same first official language")


def test_moves_by_hand_with_their_range(appraisal):
    """A cut of 0.40 to 0.47: 1 / 0.6 to 1 / 0.53."""
    frame = appraisal.to_dataframe(["moves_change"])
    row = frame[(frame["project"] == "free") & frame["case"].str.startswith("Bertoli")].iloc[0]
    assert (row["low"], row["high"]) == (pytest.approx(1 / 0.6 - 1), pytest.approx(1 / 0.53 - 1))
    for name, study in OF_MOVES.items():
        other = appraise(assumptions={study: 0.5}).array("moves_change").sel(project="free", case=name)
        assert float(other) == pytest.approx(1.0)


def test_measures_have_findings_that_differ_and_are_cited():
    """Each measure that the programme may have is there; of flights and culture centres studies differ in sign."""
    rows = published_flows()
    assert {row.measure for row in rows} == {"direct flights", "language", "culture centres", "scholarships"}
    assert {row.flow for row in rows} == {"tourism", "study", "work and settling"}
    for measure in ("direct flights", "culture centres"):
        assert len({row.finding for row in rows if row.measure == measure}) > 1
    assert all(row.flag == "verified" and row.address for row in rows)
    for row in rows:
        assert row.high is None or (row.low <= row.high and (row.high > 0) == (row.finding == "more"))


def test_a_programme_without_measures_for_people_has_no_table_of_them():
    plain = sk.appraise(toy_programme(), make_toy_world(), session=Session(), years=(2035,))
    kinds = {item.kind for item in plain.timeline.items}
    titles = [table.title for table in page(plain).tables]
    assert any("other measures" in title for title in titles) == bool(
        kinds & {"visa_regime", "scholarships", "cultural_exchange"}
    )
