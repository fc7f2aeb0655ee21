"""Places with a capacity in the tables and on the map, on the toy world with limits on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from limit_cases import ROWS as COMMON
from limit_cases import declare_with, row
from samarkand.analysis.corridors import corridor_profile
from samarkand.analysis.flows import freight
from samarkand.analysis.full_places import (
    NOTHING_BINDS,
    full_places,
    limits_of_state,
    passing_words,
    tonnes_of_item,
)
from samarkand.appraisal import appraise
from samarkand.limiting import JOINT
from samarkand.reports.answers.asking import item
from samarkand.reports.answers.comparison import Comparison, comparison_page
from samarkand.reports.answers.sides import saved_side, side_of
from samarkand.reports.corridor import print_profile
from samarkand.reports.files import write_appraisal
from samarkand.reports.freight import print_freight
from samarkand.result import Appraisal
from samarkand.session import Session
from samarkand.world.freight.capacity import CapacityRow, Place, calc_flow
from toy import make_toy_world, toy_programme

YEAR = 2035


ROWS = (
    *COMMON,
    row("hamburg", "port:DEHAM", 1e6),
)


@pytest.fixture(scope="module")
def declare():
    """Other capacities than those of the table."""
    with pytest.MonkeyPatch.context() as patch:

        def put(rows: Sequence[CapacityRow]) -> None:
            declare_with(patch, rows)

        put(ROWS)
        yield put


@pytest.fixture(scope="module")
def session(declare) -> Session:
    return Session()


@pytest.fixture(scope="module")
def limited(session: Session) -> Appraisal:
    return appraise(toy_programme(), make_toy_world(), session=session, years=(YEAR,), limits=True)


@pytest.fixture(scope="module")
def table(limited: Appraisal) -> pd.DataFrame:
    found = full_places(limited.timeline.last)
    assert found is not None
    return found.set_index("facility")


def test_columns_are_those_of_the_prices_in_units_of_the_capacity(limited, table) -> None:
    both = limits_of_state(limited.timeline.last)
    assert both is not None
    assert set(table.index) == {"khorgos", "samara", "suez", "hamburg"}
    assert table.loc["samara", "capacity_without"] == 30
    assert table.loc["samara", "capacity_with"] == 45
    assert table["items"].to_dict() == {"khorgos": "", "samara": "faster-line", "suez": "", "hamburg": ""}
    for name in ("khorgos", "samara", "suez"):  # full ones take what they can
        assert table.loc[name, "used_with"] == pytest.approx(1.0, rel=JOINT)
        assert table.loc[name, "price_without"] == both[0].prices[name] > 0
        # m t a year at US$ a tonne; nobody passes without paying on the toy world's railways
    assert table.loc["samara", "paid_with"] == pytest.approx(
        45 * table.loc["samara", "price_with"], rel=JOINT
    )
    assert table.loc["hamburg", "price_with"] == 0.0
    assert 0 < table.loc["hamburg", "used_with"] < 1
    assert table["price_with"].is_monotonic_decreasing
    assert table.loc["suez", "scarcity"] == "rent"


def test_flows_are_those_that_freight_lays(session, table) -> None:
    found = freight(toy_programme(), world=make_toy_world(), session=session, year=YEAR, limits=True)
    from samarkand.analysis.capacity import capacity_table

    laid = capacity_table(found).set_index("place")
    for name in table.index:
        assert table.loc[name, "flow_without"] == pytest.approx(laid.loc[name, "flow_without"], rel=1e-6)
        assert table.loc[name, "price_with"] == pytest.approx(laid.loc[name, "scarcity_with"], rel=1e-12)


def test_words_say_what_passes_and_the_price(table) -> None:
    assert passing_words(table.loc["samara"].to_dict(), "without").startswith("30.0 of 30.0 m t a year: ")
    assert passing_words(table.loc["samara"].to_dict()).endswith("US$/t, a queue")
    assert passing_words(table.loc["hamburg"].to_dict()).endswith(": room, no price")


def test_a_corridor_names_the_places_that_it_passes(session, table) -> None:
    profile = corridor_profile(
        toy_programme(), "Urumqi", "Hamburg", world=make_toy_world(), session=session, year=YEAR, limits=True
    )
    steps = profile.to_dataframe()
    for state in ("without", "with"):
        mine = steps[(steps["scenario"] == state) & (steps["limited_place"] != "")]
        assert set(mine["limited_place"]) >= {"khorgos", "samara"}
        border = mine[mine["limited_place"] == "samara"].iloc[0]
        for name in ("capacity", "flow", "price"):
            assert border[name] == table.loc["samara", f"{name}_{state}"]
    assert "suez" not in set(steps["limited_place"])
    console = Console(width=120, record=True)
    print_profile(profile, console)
    text = " ".join(console.export_text().split())
    assert "samara: 45.0 of 45.0 m t a year" in text
    assert NOTHING_BINDS in text


def test_a_voyage_passes_canals_and_ports(session) -> None:
    """By the canal to Poti; and from Gdansk by ship to Hamburg, whose port has room."""
    for end, name in (("Poti", "suez"), ("Gdansk", "hamburg")):
        profile = corridor_profile(
            toy_programme(), "Shanghai", end, mode="sea", world=make_toy_world(), session=session, year=YEAR,
            limits=True,
        )  # fmt: skip
        steps = profile.to_dataframe()
        mine = steps[steps["limited_place"] == name]
        assert set(mine["kind"]) == {"move" if name == "suez" else "port"}


def test_without_limits_a_corridor_is_as_before(session) -> None:
    profile = corridor_profile(
        toy_programme(), "Urumqi", "Hamburg", world=make_toy_world(), session=session, year=YEAR
    )
    assert profile.limits is None
    assert "limited_place" not in profile.to_dataframe()


def test_an_item_has_the_capacity_that_it_raises(session, table) -> None:
    asked = {"session": session, "years": (YEAR,)}
    limited = item("faster-line", toy_programme(), make_toy_world(), limits=True, **asked)
    (found,) = (one for one in limited.page.tables if one.title == "Capacity")
    assert found.rows == (
        ("samara", *(passing_words(table.loc["samara"].to_dict(), state) for state in ("without", "with"))),
    )
    assert NOTHING_BINDS in found.note
    other = item("sea-port", toy_programme(), make_toy_world(), limits=True, **asked)
    (found,) = (one for one in other.page.tables if one.title == "Capacity")
    assert found.rows[0][0] == "It raises no capacity that is known"
    free = item("faster-line", toy_programme(), make_toy_world(), **asked)
    assert "Capacity" not in [one.title for one in free.page.tables]


def test_files_and_the_map_have_them(limited, session, table, tmp_path: Path) -> None:
    write_appraisal(limited, tmp_path / "on")
    written = pd.read_parquet(tmp_path / "on" / "limits.parquet").set_index("facility")
    pd.testing.assert_frame_equal(written, table, check_dtype=False)
    content = json.loads((tmp_path / "on" / "appraisal.json").read_text())
    by_id = {one["facility"]: one for one in content["limits"]}
    assert by_id["samara"]["capacity_with"] == 45
    assert by_id["samara"]["price_with"] == pytest.approx(table.loc["samara", "price_with"], rel=1e-12)
    report = (tmp_path / "on" / "report.html").read_text()
    assert f"(samara, {passing_words(table.loc['samara'].to_dict())})" in report
    for name, place in table.iterrows():  # a full place that no item betters has its mark, too
        words, before = (passing_words(place.to_dict(), state) for state in ("with", "without"))
        said = words if words == before else f"{words} (without the programme {before})"
        assert f"<title>{name}: {said}</title>" in report
        assert f'<th scope="row">{place["place"]}</th><td>{before}</td><td>{words}</td>' in report
    assert "full place, with a price" in report
    free = appraise(toy_programme(), make_toy_world(), session=session, years=(YEAR,))
    write_appraisal(free, tmp_path / "off")
    assert "full place, with a price" not in (tmp_path / "off" / "report.html").read_text()
    assert not (tmp_path / "off" / "limits.parquet").exists()
    assert "limits" not in json.loads((tmp_path / "off" / "appraisal.json").read_text())


def test_freight_says_that_nothing_binds_where_no_capacity_is_known(declare) -> None:
    declare(())
    found = freight(toy_programme(), world=make_toy_world(), session=Session(), year=YEAR, limits=True)
    console = Console(width=100, record=True)
    print_freight(found, console)
    declare(ROWS)
    text = " ".join(console.export_text().split())
    assert f"no place is full. {NOTHING_BINDS}" in text


def test_places_stand_where_they_are(limited) -> None:
    """Khorgos, Samara and Hamburg within half a degree to two of the atlas; Suez on the canal."""
    both = limited.timeline.last.solved.place_prices
    assert both is not None
    where = dict(zip(both[1].ids, both[1].positions.tolist(), strict=True))
    for name, longitude, latitude in (("khorgos", 80.3, 44.2), ("hamburg", 9.97, 53.5), ("suez", 32.5, 30.5)):
        assert where[name] == pytest.approx([longitude, latitude], abs=2.0), name


def test_a_comparison_has_them_of_answers_and_of_their_files(limited, session, table, tmp_path: Path) -> None:
    """The same words from the files of the answer as from itself; without limits it says so."""
    free = appraise(toy_programme(), make_toy_world(), session=session, years=(YEAR,))
    write_appraisal(limited, tmp_path / "on")
    for side in (side_of(limited, "on"), saved_side(tmp_path / "on", "on")):
        page = comparison_page(Comparison((side_of(free, "off"), side)))
        (found,) = (one for one in page.tables if one.title == "Full places")
        rows = {row[0]: row[1:] for row in found.rows}
        assert set(rows) == {"khorgos", "samara", "suez"}
        assert rows["samara"] == ("no limits asked for", passing_words(table.loc["samara"].to_dict()))
    page = comparison_page(Comparison((side_of(free, "off"), side_of(free, "again"))))
    assert "Full places" not in [one.title for one in page.tables]


def test_tonnes_of_an_item_are_those_that_limits_leave(limited, session, table) -> None:
    """The line leads over the border that is full: 30 m t a year before, 45 with it, on the links as laid."""
    both = tonnes_of_item(limited.timeline.last, "faster-line")
    assert both is not None
    for tonnes, state in zip(both, ("without", "with"), strict=True):
        assert 1e-6 * tonnes >= table.loc["samara", f"flow_{state}"] * (1 - 2 * JOINT)
    place = Place(item="faster-line", in_series=True)
    state = limited.timeline.last.unpaid
    laid = calc_flow(state.assignment, place, "m t a year", state.assumptions.parameters)
    assert 1e-6 * both[1] == pytest.approx(laid, rel=1e-9)
    asked = {"session": session, "years": (YEAR,)}
    said = item("faster-line", toy_programme(), make_toy_world(), limits=True, **asked).page.lead
    assert sum("With limits" in one and "without the programme" in one for one in said) == 1
    assert not any("trade in the accounts take it" in one for one in said)
    free = item("faster-line", toy_programme(), make_toy_world(), **asked).page.lead
    assert any("trade in the accounts take it" in one for one in free)
