"""Queues and rents of full places in the ledger, and in an answer that is read again: on the toy world with limits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from limit_cases import ROWS, SAMARA, declare_with, row
from samarkand.analysis.full_places import full_places
from samarkand.appraisal import appraise
from samarkand.core.conventions import REST_OF_WORLD
from samarkand.reports.files import write_appraisal
from samarkand.result import Appraisal
from samarkand.session import Session
from samarkand.solving import Setting
from samarkand.world.freight.limits import GatedFreight
from samarkand.world.freight.place_prices import operators
from samarkand.worth.whole_ledger import whole_ledger
from toy import make_toy_world, toy_programme

WORLD = make_toy_world()
YEARS = (2033, 2035)  # while openings ramp up, and whole
LAST = YEARS[-1]


@pytest.fixture(scope="module")
def session():
    with pytest.MonkeyPatch.context() as patch:
        declare_with(patch, ROWS)
        yield Session()


@pytest.fixture(scope="module")
def limited(session: Session) -> Appraisal:
    return appraise(toy_programme(WORLD), WORLD, session=session, years=YEARS, limits=True)


@pytest.fixture(scope="module")
def table(limited: Appraisal) -> pd.DataFrame:
    found = full_places(limited.timeline.last)
    assert found is not None
    return found.set_index("facility")


def rows_of(appraisal: Appraisal, margin: str) -> pd.DataFrame:
    return appraisal.ledger.select(margin=margin).to_dataframe()


def test_rents_are_a_transfer_to_the_operator(limited: Appraisal, table: pd.DataFrame) -> None:
    """By hand: what passes Suez times the price, with the programme less without; Egypt gets it (inside the rest of
    the world here), shippers pay it."""
    rows = rows_of(limited, "scarcity_rent")
    assert rows["transfer"].all()
    assert set(rows["party"]) == {"operators", "shippers"}
    for _, mine in rows.groupby("year"):
        assert abs(mine["central"].sum()) <= 1e-9 * np.abs(mine["central"]).sum()
    got = rows[(rows["party"] == "operators") & (rows["year"] == LAST)].set_index("economy")["central"]
    by_hand = sum(
        sign * table.loc["suez", f"paid_{state}"] for state, sign in (("with", 1.0), ("without", -1.0))
    )
    assert abs(by_hand) > 0.1  # US$ m a year: not what rounding leaves of two amounts
    assert got[REST_OF_WORLD] == pytest.approx(by_hand, rel=1e-9)
    assert (got.drop(REST_OF_WORLD) == 0).all()


def test_queues_are_lost_and_nobody_receives_them(limited: Appraisal, table: pd.DataFrame) -> None:
    """By hand: both railways, what passes times the price, with less without; a cost that falls is a gain."""
    rows = rows_of(limited, "scarcity_queue")
    assert not rows["transfer"].any()
    assert set(rows["party"]) == {"shippers"}
    more = table.loc[["khorgos", "samara"], "paid_with"] - table.loc[["khorgos", "samara"], "paid_without"]
    assert rows.loc[rows["year"] == LAST, "central"].sum() == pytest.approx(-more.sum(), rel=1e-9)


def test_what_sellers_pay_is_what_passes_times_the_price(limited: Appraisal) -> None:
    """Both states: the sum over sellers is what all pay, and at Samara goods leave and enter both ways."""
    both = limited.timeline.last.solved.place_prices
    assert both is not None
    for prices in both:
        assert prices.by_seller.sum(axis=1) == pytest.approx(prices.paid, rel=1e-9)
        assert (prices.by_seller >= 0).all()
    labels = list(limited.world.labels)
    samara = dict(zip(labels, both[1].by_seller[both[1].ids.index("samara")], strict=True))
    assert samara["CHN"] > 0
    assert samara["DEU"] > 0


def test_the_ledger_counts_real_income_once(limited: Appraisal, session: Session) -> None:
    """Cost of trade, queues and rents paid are real income; what operators get comes on top and stands once."""
    gain, ledger = limited.by_year("real_income_unpaid_value"), limited.ledger
    held = ledger.select(owner="equilibrium").total(["year", "economy"])
    paid = ledger.select(margin="scarcity_rent", party="shippers").total(["year", "economy"])
    for (year, code), value in held.items():
        whole = value + paid[(year, code)]
        assert whole == pytest.approx(float(gain.sel(year=year, economy=code)), rel=1e-9, abs=1e-6)
    free = appraise(toy_programme(WORLD), WORLD, session=session, years=YEARS)
    assert free.scarcity_money is None
    for margin in ("scarcity_queue", "scarcity_rent"):
        assert not len(free.ledger.select(margin=margin))
        assert len(whole_ledger(limited).select(margin=margin))


def test_a_place_that_nobody_is_known_to_earn_at_is_refused(session: Session) -> None:
    with pytest.MonkeyPatch.context() as patch:
        declare_with(patch, [row("samara", SAMARA, 30, price="rent")])
        found = appraise(toy_programme(WORLD), WORLD, session=Session(), years=(LAST,), limits=True)
        with pytest.raises(ValueError, match="samara: a rent has an operator"):
            _ = found.ledger


def test_every_declared_rent_has_an_operator() -> None:
    from samarkand.world.freight.capacity import capacities

    rents = {one.id for one in capacities() if one.price == "rent"}
    assert rents
    assert rents <= set(operators())


def test_an_answer_that_is_read_again_holds_prices_and_solves_nothing(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMARKAND_CACHE_DIR", str(tmp_path / "cache"))
    asked = {"years": YEARS, "limits": True, "stored": True}
    first = appraise(toy_programme(WORLD), WORLD, session=Session(), **asked)
    table, rows = full_places(first.timeline.last), first.ledger.to_dataframe()
    write_appraisal(first, tmp_path / "one")
    monkeypatch.setattr(Setting, "solve", lambda *_, **__: pytest.fail("an equilibrium is solved anew"))
    monkeypatch.setattr(GatedFreight, "solve", lambda *_, **__: pytest.fail("prices are looked for anew"))
    again = appraise(toy_programme(WORLD), WORLD, session=Session(), **asked)
    pd.testing.assert_frame_equal(full_places(again.timeline.last), table)
    pd.testing.assert_frame_equal(again.ledger.to_dataframe(), rows)
    write_appraisal(again, tmp_path / "two")
    assert (tmp_path / "two" / "limits.parquet").read_bytes() == (
        tmp_path / "one" / "limits.parquet"
    ).read_bytes()
