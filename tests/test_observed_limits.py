"""Freight beside observed freight with limits on, on the toy world: gates, transit income, and tolls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from samarkand.analysis import observed
from samarkand.analysis.observed import ObservedRow, observed_and_limits, open_baseline
from samarkand.analysis.observed_limits import (
    CONTRADICTED,
    FULL,
    ROOM,
    UNKNOWN,
    gates_with_limits,
    gates_within,
    limits_of,
    standing_of,
    toll_sensitivity,
    with_limits,
)
from samarkand.baseline import solve_baseline
from samarkand.core.progress import quiet
from samarkand.engines.equilibrium.measures import calc_real_income_hat
from samarkand.programme.channels import capacity as channel
from samarkand.reports.observed_freight import (
    gates_in_words,
    limits_in_words,
    over_capacity_in_words,
    print_observed,
    toll_sentence,
)
from samarkand.session import Session
from samarkand.world.freight import capacity
from samarkand.world.freight.capacity import CapacityRow
from samarkand.world.network.transit_tariffs import transit_tariffs
from toy import make_toy_world

KHORGOS = "crossing:khorgos_altynkol_rail"
JOINT = 1e-6


def row(name: str, place: str, limit: float, **more: object) -> CapacityRow:
    given = {"id": name, "place": place, "title": name, "unit": "m t a year", "year": 2020, "flag": "assumed"}
    return CapacityRow.model_validate({**given, "source": "made up", "capacity": limit, **more})


def figure(name: str, measure: str, place: str) -> ObservedRow:
    return ObservedRow(
        id=name, group="gates", title=name, measure=measure, place=place, year=2022, observed=100.0, use="meet",
        source="made up", flag="assumed",
    )  # fmt: skip


ROWS = (
    row("khorgos", KHORGOS, 60, price="rent", observed=50, observed_year=2020, observed_source="made up"),
    row("suez", "suez", 1e5),
    row("contradicted", "port:DEHAM", 1, observed=2, observed_year=2020, observed_source="made up"),
)


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch):
    """Other capacities than those of the table, and a session that knows of no others."""

    def put(*rows: CapacityRow) -> Session:
        for module in (capacity, channel):
            monkeypatch.setattr(module, "capacities", lambda: rows)
        return Session()

    return put


@pytest.fixture(scope="module")
def world():
    return make_toy_world()


def test_gates_have_tonnes_price_and_standing_with_limits(declare, world, monkeypatch) -> None:
    session = declare(*ROWS)
    rows = [
        figure("khorgos", "tonnes", KHORGOS), figure("hamburg", "tonnes", "port:DEHAM"),
        figure("border", "tonnes", "border:CHN-KAZ"), figure("canal", "transit_income", "suez"),
    ]  # fmt: skip
    monkeypatch.setattr(observed, "observed_freight", lambda: tuple(rows))
    found = observed_and_limits(world, session=session)
    table = found.table.set_index("id")
    assert table["standing"].to_dict() == {
        "khorgos": FULL, "hamburg": CONTRADICTED, "border": UNKNOWN, "canal": ROOM
    }  # fmt: skip
    # 60 is less than 1.5 times 50: it binds, and what it holds down says nothing of the model.
    assert table["marked"].to_dict() == {"khorgos": True, "hamburg": False, "border": False, "canal": False}
    assert table.loc["khorgos", "limited"] == pytest.approx(60.0, rel=JOINT)
    assert table.loc["khorgos", "limited_factor"] == pytest.approx(0.6, rel=JOINT)
    assert table.loc["khorgos", "modelled"] > 61.0
    assert table.loc["khorgos", "price"] > 0.0
    assert table.loc["hamburg", "limited"] > 1.0  # its capacity of one holds nothing
    assert np.isnan(table.loc["hamburg", "price"])
    assert table.loc["canal", "price"] == 0.0
    # Tonnes that Khorgos turns away go by sea, too: the canal earns more.
    assert table.loc["canal", "limited"] > table.loc["canal", "modelled"]

    gates = found.gates.set_index("place")
    assert gates["standing"].to_dict() == {"khorgos": FULL, "suez": ROOM, "contradicted": CONTRADICTED}
    assert gates["marked"].to_dict() == {"khorgos": True, "suez": False, "contradicted": False}
    assert gates.loc["khorgos", "flow"] == pytest.approx(table.loc["khorgos", "modelled"], rel=1e-12)
    assert gates.loc["khorgos", "limited"] == pytest.approx(60.0, rel=JOINT)
    console = Console(record=True, width=250)
    print_observed(found, console)
    text = console.export_text()
    text = " ".join(text.split())  # lines are broken anywhere
    assert "1 full, 1 with room, 1 not in force" in text
    assert f"full, {table.loc['khorgos', 'price']:,.2f} US$/t, marked" in text
    assert "1 in force are marked" in text
    assert "more has passed than they say" in text
    # Without limits all three gates count, with them Khorgos does not.
    near = table.loc[["khorgos", "hamburg", "border"], "factor"].between(1 / 1.5, 1.5).sum()
    free = table.loc[["hamburg", "border"], "limited_factor"].between(1 / 1.5, 1.5).sum()
    assert gates_in_words(found.table) in text
    assert f"{near} of 3 gates" in text
    assert f"{free} of the 2 that are not marked" in text


def test_gates_within_a_factor_are_counted_by_hand() -> None:
    """Factors of 1.5, 0.5 and 0.9 at gates: two are within; without the marked one, one of two."""
    table = pd.DataFrame(
        {
            "measure": ["tonnes", "tonnes", "tonnes", "transit_income", "tonnes"],
            "factor": [1.5, 0.5, 0.9, 1.0, np.nan], "limited_factor": [1.5, 0.5, 0.9, 1.0, np.nan],
            "marked": [False, False, True, False, False],
        }
    )  # fmt: skip
    assert gates_within(table, "factor", table["measure"] != "") == (2, 3)
    assert gates_within(table, "limited_factor", ~table["marked"]) == (1, 2)
    assert "2 of 3 gates" in gates_in_words(table)
    assert "1 of the 2 that are not marked" in gates_in_words(table)


@pytest.mark.parametrize(
    ("capacities", "standing", "marked"),
    [
        # Observed 50: 60 is near to it, 49 is less than it.
        ((row("a", KHORGOS, 1e5), row("b", KHORGOS, 60, observed=50, observed_year=2020, observed_source="x")),
         FULL, True),
        # What is full is far above what was observed; another row that is near to it has room.
        ((row("a", KHORGOS, 60), row("b", KHORGOS, 1e5, observed=9e4, observed_year=2020, observed_source="x")),
         FULL, False),
        ((row("a", KHORGOS, 1e5), row("b", KHORGOS, 49, observed=50, observed_year=2020, observed_source="x")),
         ROOM, False),
        ((row("a", KHORGOS, 49, observed=50, observed_year=2020, observed_source="x"),), CONTRADICTED, False),
    ],
)  # fmt: skip
def test_of_several_capacities_of_a_place_the_full_one_counts(
    declare, world, capacities, standing, marked
) -> None:
    limited = with_limits(open_baseline(world, declare(*capacities)), quiet)
    found = standing_of(limited, KHORGOS)
    assert (found["standing"], found["marked"]) == (standing, marked)


def test_where_goods_have_no_other_way_the_reason_stands(declare, world) -> None:
    """All trade of Poti's port has the one way through it and needs more than a tonne in the year."""
    session = declare(row("everything", "border:KAZ-RUS+border:CHN-KAZ+suez", 1e-6))
    table = gates_with_limits(open_baseline(world, session), quiet)
    assert table.empty
    assert "everything" in limits_in_words(table)
    assert "no other way" in limits_in_words(table)


def test_no_capacity_known_is_said(declare, world) -> None:
    table = gates_with_limits(open_baseline(world, declare()), quiet)
    assert "no place with a published capacity" in limits_in_words(table)


def test_what_is_lost_is_a_part_of_a_whole_closure(declare, world, monkeypatch) -> None:
    """Income at the tariff times the part, and real income by the ratio of its index: EV = income (hat - 1)."""
    session = declare()
    rows = [
        figure("fees", "transit_income", "suez"), figure("lost", "transit_lost", "suez:0.25"),
        figure("economy", "income_lost", "DEU:suez:0.5"), figure("nobody", "income_lost", "EGY:suez:0.5"),
        figure("nowhere", "income_lost", "DEU:panama:0.5"),
    ]  # fmt: skip
    monkeypatch.setattr(observed, "observed_freight", lambda: tuple(rows))
    table = observed.beside_observed(world, session=session).set_index("id")
    assert table.loc["lost", "modelled"] == pytest.approx(table.loc["fees", "modelled"] / 4.0, rel=1e-12)
    setting = replace(open_baseline(world, session).setting, transit_payments=True)
    closed = solve_baseline(setting, ("suez",), session.kept, quiet).solution
    at = world.labels.index("DEU")
    lost = (1.0 - calc_real_income_hat(closed)[at]) * closed.accounts.baseline_spending[at]
    assert table.loc["economy", "modelled"] == pytest.approx(0.5 * lost, rel=1e-9)
    assert table.loc["economy", "modelled"] > 0
    assert np.isnan(table.loc["nobody", "modelled"])
    assert np.isnan(table.loc["nowhere", "modelled"])


def test_a_price_at_a_canal_turns_goods_aside(declare, world, monkeypatch) -> None:
    """The price that leaves what is published, the toll being paid already, is that of a capacity of as much."""
    suez = next(one for one in transit_tariffs() if one.id == "suez")
    free = open_baseline(world, declare()).assignment
    passes = float(free.links[free.links["mode"] == "sea"]["tonnes"].max()) / 1e6
    published = suez.model_copy(update={"passed": 0.9 * passes})
    monkeypatch.setattr("samarkand.analysis.observed_limits.transit_tariffs", lambda: (published,))
    session = declare(row("suez", "suez", 0.9 * passes))
    baseline = open_baseline(world, session)
    found = toll_sensitivity(baseline, "suez")
    assert found is not None
    assert found.toll == suez.rate
    assert found.passing > found.published
    assert found.price == pytest.approx(limits_of(with_limits(baseline, quiet)).prices["suez"], rel=1e-6)
    assert f"{found.price:,.2f} a tonne more" in toll_sentence("Suez Canal", found)
    less = published.model_copy(update={"passed": 2.0 * passes})
    monkeypatch.setattr("samarkand.analysis.observed_limits.transit_tariffs", lambda: (less,))
    assert toll_sensitivity(baseline, "suez") is None  # no more passes than is published


def test_places_that_take_more_than_they_can_are_named_in_words() -> None:
    """Two of three, by hand: 2.5 times and 1.2 times the capacity; what is just full takes no more than it can."""
    table = pd.DataFrame(
        {
            "place": ["canal", "port", "border"], "unit": ["m t a year", "TEU a year", "trains a day"],
            "flow": [12.0, 5000.0, 7.0], "capacity": [10.0, 2000.0, 7.0],
        }
    )  # fmt: skip
    assert over_capacity_in_words(table) == (
        "Without limits 2 of 3 take more than their published capacity: port (5,000 of 2,000 TEU a year), "
        "canal (12.0 of 10.0 m t a year)."
    )
    assert over_capacity_in_words(table.iloc[:1]).startswith("Without limits 1 of 1 takes more than its")
    assert (
        over_capacity_in_words(table.iloc[2:])
        == "Without limits no place takes more than its published capacity."
    )
