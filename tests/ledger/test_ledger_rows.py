"""Rows of the ledger: sums, transfers, and everything that is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samarkand.core.faults import Fault, Faults
from samarkand.ledger import Claim, Ledger
from samarkand.ledger.table import COLUMNS, GIVEN, GROUPS

KINDS = {"line": "rail", "gate": "border_crossing", "cover": "guarantee_facility"}
OWNERS = {
    "capex": "direct",
    "debt_service": "direct",
    "interest": "direct",
    "fare": "direct",
    "toll": "direct",
}
CLAIMS = (
    Claim("line", "", "capex", "any", "direct", "kind rail"),
    Claim("gate", "", "capex", "any", "direct", "kind border_crossing"),
    Claim("line", "", "fare", "any", "direct", "passengers"),
    Claim("gate", "", "toll", "any", "direct", "passengers"),
)
NO_RANGE = {"low": np.nan, "high": np.nan}


def row(central: float = -10.0, **other: Any) -> dict[str, Any]:
    """A charge of the line in Kazakhstan in 2030, but for what is given."""
    given_ = {
        "item": "line", "economy": "KAZ", "party": "bank", "case": "", "margin": "capex", "flow": "any",
        "owner": "direct", "year": 2030, "low": central, "central": central, "high": central, "price_year": 2022,
        "grade": "estimated", "source": "a paper",
    }  # fmt: skip
    return given_ | other


def fare(central: float, economy: str, **other: Any) -> dict[str, Any]:
    return row(central, economy=economy, **{"margin": "fare", "party": "users"} | other)


def build(*rows: dict[str, Any], claims: tuple[Claim, ...] = CLAIMS) -> Ledger:
    return Ledger.build([pd.DataFrame(list(rows))], claims, KINDS)


def faults_of(*rows: dict[str, Any], claims: tuple[Claim, ...] = CLAIMS) -> tuple[Fault, ...]:
    """What is wrong with rows; none where they may stand."""
    try:
        build(*rows, claims=claims)
    except Faults as error:
        return error.faults
    return ()


PLACE = "ledger, item line, economy KAZ, party bank, margin capex, flow any, year 2030"


# -- sums


LEDGER = (
    row(-10.0),
    row(-6.0, economy="CHN", party="fund"),
    row(-4.0, year=2031),
    row(-1.5, item="gate", party=""),
    fare(-3.0, "KAZ"),
    fare(1.0, "KAZ", party="carrier"),
    fare(2.0, "CHN", party="carrier"),
    row(40.0, item="", party="", margin="trade_cost", flow="accounts", owner="equilibrium", **NO_RANGE),
    row(-2.0, item="", economy="CHN", party="", margin="trade_cost", flow="accounts", owner="equilibrium", low=-5.0),
)  # fmt: skip


def test_sums_by_hand() -> None:
    ledger = build(*LEDGER)
    assert len(ledger) == 9
    assert ledger.total().tolist() == [16.5]
    assert ledger.total("economy").to_dict() == {"CHN": -6.0, "KAZ": 22.5}
    assert ledger.total(["margin", "year"]).to_dict() == {
        ("capex", 2030): -17.5, ("capex", 2031): -4.0, ("fare", 2030): 0.0, ("trade_cost", 2030): 38.0
    }  # fmt: skip
    assert ledger.total("transfer").to_dict() == {False: 16.5, True: 0.0}
    assert ledger.select(margin="fare").total("party").to_dict() == {"carrier": 3.0, "users": -3.0}
    assert ledger.select(year=2031, item="line").total().tolist() == [-4.0]


def test_the_table_has_what_margins_declare_beside_what_was_given() -> None:
    frame = build(*LEDGER, row(-1.0, year=2032, price_year=None, **NO_RANGE)).to_dataframe()
    assert tuple(frame.columns) == COLUMNS
    assert frame["transfer"].tolist() == [False] * 4 + [True] * 3 + [False] * 3
    assert set(frame["unit"]) == {"US$ m a year"}
    given_ = pd.DataFrame([*LEDGER, row(-1.0, year=2032, price_year=None, **NO_RANGE)])
    for name in GIVEN:
        if name == "price_year":
            assert frame[name].isna().tolist() == [False] * 9 + [True]
        else:
            pd.testing.assert_series_equal(frame[name], given_[name], check_dtype=False, check_exact=True)


def test_a_ledger_may_be_empty() -> None:
    ledger = Ledger.build([], (), {})
    assert (len(ledger), ledger.total().tolist(), len(ledger.total("economy"))) == (0, [0.0], 0)
    assert tuple(ledger.to_dataframe().columns) == COLUMNS


AMOUNTS = st.integers(0, 10**8).map(lambda cents: cents / 100)
FEW = settings(deadline=None, max_examples=40)  # each builds a ledger or two
CHARGES = st.lists(
    st.tuples(
        st.sampled_from(("line", "gate")), st.sampled_from(("KAZ", "CHN", "DEU")), st.sampled_from(("", "bank")),
        st.sampled_from(("", "stress")), st.integers(2025, 2028), AMOUNTS,
    ),
    min_size=1, unique_by=lambda one: one[:5],
)  # fmt: skip


@FEW
@given(CHARGES, st.sets(st.sampled_from(GROUPS)))
def test_sums_by_any_columns_add_up_to_the_whole(charges, by) -> None:
    rows = [
        row(-amount, item=item, economy=economy, party=party, case=case, year=year)
        for item, economy, party, case, year, amount in charges
    ]
    total = -sum(one[-1] for one in charges)
    # Sums in another order differ by the rounding of each addition, 1e-16 of sums of one sign.
    assert build(*rows).total(sorted(by)).sum() == pytest.approx(total, rel=1e-12)


@FEW
@given(
    st.lists(AMOUNTS, min_size=1, max_size=4),
    st.lists(st.floats(0.01, 1.0), min_size=1, max_size=4),
    st.floats(0.1, 10.0),
    st.floats(0.0, 0.9),
)
def test_a_changed_fare_moves_nothing_but_the_split(paid, shares, factor, width) -> None:
    """Users in several economies pay fares to carriers in others; then fares are `factor` times as high."""

    def ledger(times: float) -> Ledger:
        rows = [row(-10.0), row(-3.0, economy="E1", item="gate", party="")]
        received = [sum(paid) * share / sum(shares) for share in shares]
        for k, amount in enumerate([-one for one in paid] + received):
            ends = sorted((amount * times * (1 - width), amount * times * (1 + width)))
            party = "users" if k < len(paid) else f"carrier {k}"
            rows.append(fare(amount * times, f"E{k % 3}", party=f"{party} {k}", low=ends[0], high=ends[1]))
        return build(*rows)

    before, after = ledger(1.0), ledger(factor)
    gross = 13.0 + sum(paid) * max(1.0, factor)
    assert after.total().item() == pytest.approx(before.total().item(), abs=1e-9 * gross)
    assert after.total("margin")["capex"] == before.total("margin")["capex"]
    moved = (after.total("economy") - before.total("economy")).sum()
    assert moved == pytest.approx(0.0, abs=1e-9 * gross)
    carriers = [
        one.select(margin="fare").total("party").clip(lower=0.0).sum() for one in (before, after)
    ]  # fmt: skip
    assert carriers[1] == pytest.approx(factor * carriers[0], rel=1e-12)


@FEW
@given(
    st.integers(0, 2),
    st.floats(1e-6, 1.0) | st.floats(-1.0, -1e-6),
    st.sampled_from(("low", "central", "high")),
)
def test_a_transfer_that_is_off_by_a_little_is_refused(number, change, end) -> None:
    rows = [
        fare(-3.0, "KAZ", low=-3.5, high=-2.5),
        fare(1.0, "CHN", low=0.8, high=1.2),
        fare(2.0, "DEU", low=1.7, high=2.3),
    ]
    assert not faults_of(*rows)
    rows[number][end] += change * 0.1
    (fault,) = faults_of(*rows)
    assert "does not add up to zero" in fault.reason


def test_a_transfer_that_may_go_either_way() -> None:
    """Nothing is paid at the centre: what one gains at an end of the range the other loses."""
    one, other = fare(0.0, "KAZ", low=-1.0, high=2.0), fare(0.0, "CHN", low=-2.0, high=1.0)
    assert not faults_of(one, other)
    assert len(faults_of(one, other | {"high": 1.5})) == 1


@pytest.mark.parametrize("margin", ["fare", "toll", "tax"])
def test_fares_tolls_and_taxes_are_transfers(margin: str) -> None:
    claims = (Claim("line", "", margin, "any", "direct", "passengers"),)
    rows = fare(-3.0, "KAZ", margin=margin), fare(3.0, "CHN", margin=margin)
    assert build(*rows, claims=claims).total("transfer").to_dict() == {True: 0.0}
    assert len(faults_of(rows[0], claims=claims)) == 1


def test_rounding_of_a_transfer_is_no_fault() -> None:
    assert not faults_of(fare(-1e6, "KAZ"), fare(1e6 + 1e-3, "CHN"))
    assert faults_of(fare(-1e6, "KAZ"), fare(1e6 + 1e-2, "CHN"))


# -- what is refused


def test_a_transfer_without_a_receiver_or_a_payer() -> None:
    place = "ledger, item line, margin fare, flow any, year 2030"
    assert faults_of(fare(-3.0, "KAZ"), fare(-1.0, "CHN", party="")) == (
        Fault(place, "is paid by KAZ (users), CHN, and who receives it is missing: US$ m 4 a year",
              "Add the row of who receives it."),
    )  # fmt: skip
    assert faults_of(fare(3.0, "KAZ")) == (
        Fault(place, "is received by KAZ (users), and who pays it is missing: US$ m 3 a year",
              "Add the row of who pays it."),
    )  # fmt: skip
    assert not faults_of(fare(0.0, "KAZ"))
    # Within an economy one party's gain is another's loss as well.
    assert not faults_of(fare(-3.0, "KAZ"), fare(3.0, "KAZ", party="carrier"))
    # The receiver of another case, year or item is none.
    for other in ({"case": "stress"}, {"year": 2031}, {"item": "gate", "margin": "toll"}):
        assert len(faults_of(fare(-3.0, "KAZ"), fare(3.0, "CHN", **other))) == 2


def test_a_transfer_that_does_not_add_up() -> None:
    place = "ledger, item line, margin fare, flow any, year 2030"
    assert faults_of(fare(-3.0, "KAZ"), fare(2.0, "CHN")) == (
        Fault(place, "does not add up to zero: 3 is paid and 2 received, by KAZ (users), CHN (users)",
              "Give every party its row, so that all add up to zero."),
    )  # fmt: skip
    assert faults_of(fare(-3.0, "KAZ", low=-4.0), fare(3.0, "CHN")) == (
        Fault(place, "does not add up to zero at the ends of its range: 0 and -1 are left over",
              "Give who pays the range of who receives with the sign turned: its low is minus the other's high."),
    )  # fmt: skip
    assert faults_of(fare(-3.0, "KAZ", **NO_RANGE), fare(3.0, "CHN")) == (
        Fault(place, "has a range for some of its parties only: KAZ (users), CHN (users)",
              "Give all of its rows a range, or none."),
    )  # fmt: skip
    assert not faults_of(fare(-3.0, "KAZ", **NO_RANGE), fare(3.0, "CHN", **NO_RANGE))


@pytest.mark.parametrize(
    ("other", "reason", "remedy"),
    [
        ({"central": np.nan}, "has no value", "Give a number, or leave the row out and say why it is not assessed."),
        ({"low": np.nan}, "has a range with one end: nan to -10", "Give both ends, or none."),
        ({"high": np.inf}, "has a range with one end: -10 to inf", "Give both ends, or none."),
        ({"low": -9.0}, "has the value -10 outside its range -9 to -10",
         "Put them in order: low, central, high, of what the economy gains."),
        ({"high": -11.0}, "has the value -10 outside its range -10 to -11",
         "Put them in order: low, central, high, of what the economy gains."),
        ({"central": 10.0, "high": 12.0}, "is a cost and has a value above zero: 12",
         "Turn its sign: rows are gains, and costs are below zero."),
        ({"high": 1.0}, "is a cost and has a value above zero: 1",
         "Turn its sign: rows are gains, and costs are below zero."),
        ({"grade": "guessed"}, "has the grade guessed", "Grades are observed, estimated, assumed."),
        ({"grade": ""}, "has the grade (none)", "Grades are observed, estimated, assumed."),
        ({"source": " "}, "has no source", "Say what the figure rests on."),
        ({"source": None}, "has no source", "Say what the figure rests on."),
    ],
)  # fmt: skip
def test_values_out_of_order(other, reason, remedy) -> None:
    assert faults_of(row(**other)) == (Fault(PLACE, reason, remedy),)
    # Of several rows of an item and margin the first is named, and how many more there are.
    wrong = [row(year=year, **other) for year in (2030, 2032, 2033)]
    for count, more in ((2, "1 more row"), (3, "2 more rows")):
        (fault,) = faults_of(row(year=2031), *wrong[:count])
        assert (fault.place, fault.reason) == (PLACE, f"{reason} (and {more})")


def test_a_row_that_is_written_twice() -> None:
    assert faults_of(row(), row(-3.0)) == (
        Fault(PLACE, "is written twice", "Add the two amounts up, or leave one of the rows out."),
    )  # fmt: skip


def test_unknown_words_in_rows() -> None:
    def only(**other: Any) -> Fault:
        claims = (
            *CLAIMS,
            Claim(*(row(**other)[name] for name in ("item", "economy", "margin", "flow", "owner")), "x"),
        )
        found = [one for one in faults_of(row(**other), claims=claims) if one.reason.startswith("a row of")]
        (fault,) = found
        return fault

    assert only(margin="capecks") == Fault(
        "ledger, item line, margin capecks, flow any",
        "a row of direct names the margin capecks, which is not declared",
        "Did you mean capex?",
    )
    assert (
        only(flow="accounts").reason
        == "a row of direct gives it the flow accounts, which the margin does not have"
    )
    assert only(flow="nowhere").reason == "a row of direct names the flow nowhere, which is not declared"
    assert only(owner="equilibrium").reason == (
        "a row of equilibrium gives it the owner equilibrium, which it may not have"
    )
    assert only(item="lime").reason == "a row of direct names lime, which is not an item of the programme"


def test_a_row_that_nobody_claims() -> None:
    assert faults_of(row(item="cover"), row(item="cover", economy="CHN")) == (
        Fault("ledger, item cover, economy KAZ, margin capex, flow any",
              "has rows of the owner direct that nobody claims (and 1 more economy)",
              "Claim them before anything is computed, or leave them out."),
    )  # fmt: skip
    here = Claim("cover", "CHN", "capex", "any", "direct", "finance")
    (fault,) = faults_of(row(item="cover"), row(item="cover", economy="CHN"), claims=(here,))
    assert fault.place == "ledger, item cover, economy KAZ, margin capex, flow any"


def test_interest_of_an_item_of_another_kind() -> None:
    claims = tuple(Claim(item, "", "interest", "any", "direct", "finance") for item in ("cover", "line"))
    assert not faults_of(row(3.0, item="cover", margin="interest"), claims=claims[:1])
    found = faults_of(row(3.0, margin="interest"), claims=claims)
    assert found == (
        Fault("ledger, item line, margin interest, flow any", "an item of kind rail may not have it",
              "Only these kinds may: disclosure_rule, guarantee_facility."),
    )  # fmt: skip


def test_rows_of_the_whole_and_of_an_item_count_twice() -> None:
    traded = {"margin": "trade_cost", "party": "", "owner": "equilibrium"}
    claims = (Claim("line", "", "trade_cost", "accounts", "equilibrium", "kind rail"),)
    whole = row(40.0, item="", flow="accounts", **traded)
    assert not faults_of(
        whole, row(-1.0, item="", flow="outside_accounts", **traded | {"owner": "direct"}), claims=claims
    )
    found = faults_of(
        whole, whole | {"economy": "CHN"},
        *(row(1.0, flow="domestic", economy=code, **traded) for code in ("KAZ", "CHN")), claims=claims,
    )  # fmt: skip
    assert found == (
        Fault("ledger, item line, economy KAZ, margin trade_cost, flow domestic",
              "has rows that count the same money: rows of the owner equilibrium for the programme as a whole, flow "
              "accounts, and rows of the owner equilibrium for line, flow domestic (and 1 more economy)",
              "Leave one of the two out: a margin of a flow is counted once."),
    )  # fmt: skip


def test_a_sum_of_a_margin_and_the_one_it_replaces_is_refused() -> None:
    service = row(-9.0, item="", margin="debt_service", party="fund")
    ledger = build(row(), row(-2.0, item="gate", year=2031), service)
    expected = [
        Fault(f"ledger, item {item}, margin debt_service", "would be added to capex, which it replaces",
              "Sum by margin too, or select one of the two.")
        for item in ("line", "gate")
    ]  # fmt: skip
    for by in ((), "economy", ["owner", "economy"]):
        with pytest.raises(Faults) as raised:
            ledger.total(by)
        assert list(raised.value.faults) == expected, by
    with pytest.raises(Faults) as raised:
        ledger.total("year")  # 2031 has the charge alone
    assert list(raised.value.faults) == expected[:1]
    assert ledger.total("margin").to_dict() == {"capex": -12.0, "debt_service": -9.0}
    assert ledger.total("item").to_dict() == {"": -9.0, "gate": -2.0, "line": -10.0}
    assert ledger.select(margin="capex").total().tolist() == [-12.0]
    claims = (Claim("line", "", "debt_service", "any", "direct", "finance"),)
    with pytest.raises(
        Faults
    ) as raised:  # the other way about: all are charged, and one item's debt is served
        build(row(item=""), row(-9.0, margin="debt_service"), claims=claims).total()
    assert list(raised.value.faults) == expected[:1]


def test_what_stands_apart_is_in_no_sum_with_others() -> None:
    """Gases of the line at two paths of prices: 5 or 8, never 13, and never with the charge of 10."""
    claims = (*CLAIMS, Claim("line", "", "emissions", "any", "direct", "kind rail"))
    world = {"economy": "", "party": "the world", "margin": "emissions"}
    gases = (row(5.0, case="low", **world), row(8.0, case="high", **world))
    ledger = build(row(), *gases, claims=claims)
    assert ledger.total().tolist() == [-10.0]
    assert ledger.total("economy").to_dict() == {"KAZ": -10.0}
    assert ledger.total("margin").to_dict() == {"capex": -10.0}
    by_case = {("capex", ""): -10.0, ("emissions", "high"): 8.0, ("emissions", "low"): 5.0}
    assert ledger.total(["margin", "case"]).to_dict() == by_case
    alone = ledger.select(margin="emissions")
    assert alone.total("case").to_dict() == {"high": 8.0, "low": 5.0}
    assert alone.select(case="low").total("year").to_dict() == {2030: 5.0}
    with pytest.raises(Faults) as raised:
        alone.total("year")
    assert raised.value.faults == (
        Fault("ledger, margin emissions", "would add cases that exclude each other: low, high",
              "Sum by case too, or select one of them."),
    )  # fmt: skip


def test_a_second_owner_of_a_tonne_is_refused_in_the_rows_too() -> None:
    """The world has the gases of the line; whoever gives an economy some of them counts a tonne twice."""
    claims = tuple(
        Claim(item, "", "emissions", "any", "direct", by)
        for item, by in (("line", "kind rail"), ("", "a market"))
    )
    world = row(5.0, economy="", party="the world", margin="emissions", case="low")
    sold = row(2.0, item="", economy="CHN", party="buyers", margin="emissions", case="low")
    reasons = [fault.reason for fault in faults_of(world, sold, claims=(*CLAIMS, *claims))]
    assert "is claimed twice: by kind rail and by a market" in reasons
    assert any(reason.startswith("has rows that count the same money") for reason in reasons)


def test_a_sum_by_an_unknown_column_is_refused() -> None:
    ledger = build(row())
    for ask in (lambda: ledger.total("economies"), lambda: ledger.select(economies="KAZ")):
        with pytest.raises(Faults) as raised:
            ask()
        assert raised.value.faults == (
            Fault("ledger, column economies", "is not one to sum by", "Did you mean economy?"),
        )


def test_rows_with_other_columns_are_our_own_fault() -> None:
    for frame in (pd.DataFrame([row()]).drop(columns="case"), pd.DataFrame([row()]).assign(note="")):
        with pytest.raises(ValueError, match="rows of the ledger have the columns item, economy"):
            Ledger.build([frame], CLAIMS, KINDS)


def test_ten_contradictions_are_ten_faults_at_once() -> None:
    traded = {"margin": "trade_cost", "flow": "accounts", "owner": "equilibrium", "party": ""}
    claims = (*CLAIMS, Claim("gate", "", "trade_cost", "accounts", "equilibrium", "kind border_crossing"),
              Claim("gate", "KAZ", "capex", "any", "direct", "finance"))  # fmt: skip
    found = faults_of(
        row(), row(),  # twice
        row(year=2031, source=""),
        row(year=2032, low=0.0),
        row(5.0, year=2033),
        row(year=2034, grade="so-so"),
        fare(-3.0, "KAZ"),  # to nobody
        fare(-3.0, "KAZ", item="gate", margin="toll"), fare(2.0, "CHN", item="gate", margin="toll"),
        row(item="cover"),  # not claimed
        row(1.0, item="", **traded), row(1.0, item="gate", **traded),  # the same money
        claims=claims,  # and one of them made twice
    )  # fmt: skip
    assert len(found) == 10
    assert len(set(found)) == 10
