"""Claims: what would count twice is refused before anything is computed, all of it at once."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import samarkand as sk
from samarkand.core.faults import Fault, Faults
from samarkand.ledger import Claim, check_claims, claims_of
from samarkand.ledger import claims as module
from samarkand.ledger.claims import claims_of_kind
from samarkand.programme.model.kinds import kinds
from samarkand.session import Session
from toy import make_toy_world, toy_programme

KINDS = {"line": "rail", "gate": "border_crossing", "cover": "guarantee_facility"}
WITHDRAW = "Withdraw one of the two claims: a margin of a flow is counted once."


def claim(
    item="line", economy="KAZ", margin="trade_cost", flow="accounts", owner="equilibrium", by="kind rail"
):
    return Claim(item, economy, margin, flow, owner, by)


def faults_of(*claims: Claim) -> tuple[Fault, ...]:
    """What is wrong with claims; none where they may stand."""
    try:
        check_claims(claims, KINDS)
    except Faults as error:
        return error.faults
    return ()


def test_what_the_items_of_a_programme_claim() -> None:
    programme = toy_programme()
    claims = claims_of(programme, without=("railway",))
    assert {one.item for one in claims} == set(programme.ids) - {"railway"}
    assert [one for one in claims if one.item == "sea-port"] == [
        Claim("sea-port", "", "capex", "any", "direct", "kind port"),
        Claim("sea-port", "", "upkeep", "any", "direct", "kind port"),
        Claim("sea-port", "", "residual", "any", "direct", "kind port"),
        Claim("sea-port", "", "trade_cost", "accounts", "equilibrium", "kind port"),
        Claim("sea-port", "", "emissions", "any", "direct", "kind port"),
        Claim("sea-port", "", "hazard_loss", "any", "direct", "kind port"),
        Claim("sea-port", "", "queue_hours", "any", "direct", "kind port"),
        Claim("sea-port", "", "trade_cost", "outside_accounts", "direct", "kind port"),
    ]
    check_claims(claims, {item.id: item.kind for item in programme.items})


def test_a_second_owner_is_refused_with_both_claimants() -> None:
    rest = claim(owner="direct", by="queues at borders")
    assert faults_of(claim(), rest) == (
        Fault(
            "ledger, item line, economy KAZ, margin trade_cost, flow accounts",
            "has two owners: equilibrium, claimed by kind rail, and direct, claimed by queues at borders",
            WITHDRAW,
        ),
    )


def test_a_second_claim_of_the_same_owner_is_refused_too() -> None:
    assert faults_of(claim(margin="capex", flow="any", owner="direct"),
                     claim(margin="capex", flow="any", owner="direct", by="finance")) == (
        Fault("ledger, item line, economy KAZ, margin capex, flow any",
              "is claimed twice: by kind rail and by finance", WITHDRAW),
    )  # fmt: skip


def test_every_economy_and_the_programme_as_a_whole_include_each() -> None:
    everywhere, here = claim(economy=""), claim(owner="direct", by="freight")
    whole = claim(item="", economy="", by="the equilibrium")
    for one, other in permutations((everywhere, here, whole), 2):
        (fault,) = faults_of(one, other)
        assert fault.place.endswith("margin trade_cost, flow accounts")
        assert one.by in fault.reason
        assert other.by in fault.reason
    assert faults_of(everywhere, whole)[0].place == "ledger, item line, margin trade_cost, flow accounts"
    assert faults_of(whole, whole._replace(by="twice"))[0].place == (
        "ledger, item (the programme as a whole), margin trade_cost, flow accounts"
    )


def test_a_flow_and_a_part_of_it_share_an_owner_or_clash() -> None:
    """Goods sold within an economy are in the accounts: a direct estimate of them would count them again. What the
    accounts do not hold may have an owner of its own."""
    domestic = claim(flow="domestic", owner="direct", by="freight within an economy")
    for pair in ((claim(), domestic), (domestic, claim())):
        (fault,) = faults_of(*pair)
        assert fault.place == "ledger, item line, economy KAZ, margin trade_cost, flow domestic"
        assert "freight within an economy" in fault.reason
    assert not faults_of(claim(), claim(flow="outside_accounts", owner="direct", by="freight outside"))
    assert not faults_of(domestic, claim(flow="international", by="kind rail"))


def test_other_items_economies_and_margins_do_not_clash() -> None:
    assert not faults_of(
        claim(),
        claim(economy="CHN"),
        claim(item="gate"),
        claim(margin="capex", flow="any", owner="direct"),
    )


def test_debt_service_never_stands_beside_the_capital_cost_that_it_replaces() -> None:
    capex = claim(economy="", margin="capex", flow="any", owner="direct")
    service = claim(economy="KAZ", margin="debt_service", flow="any", owner="direct", by="finance")
    expected = Fault(
        "ledger, item line, economy KAZ, margin debt_service",
        "is claimed by finance beside capex, which it replaces and which is claimed by kind rail",
        "Withdraw one of the two claims: debt_service is counted instead of capex.",
    )
    assert faults_of(capex, service) == faults_of(service, capex) == (expected,)
    # An item is charged in one way as a whole: another economy is no way out, another item is.
    assert len(faults_of(capex._replace(economy="CHN"), service)) == 1
    assert not faults_of(capex, service._replace(item="gate"))
    assert len(faults_of(capex, service._replace(item=""))) == 1


def test_interest_is_only_what_a_guarantee_or_a_disclosure_changes() -> None:
    saved = claim(item="cover", margin="interest", flow="any", owner="direct", by="finance")
    assert not faults_of(saved)
    remedy = "Only these kinds may: disclosure_rule, guarantee_facility."
    assert faults_of(saved._replace(item="line")) == (
        Fault("ledger, item line, economy KAZ, margin interest, flow any",
              "an item of kind rail may not have it", remedy),
    )  # fmt: skip
    assert faults_of(saved._replace(item=""))[0].reason == "the programme as a whole may not have it"


def test_unknown_words() -> None:
    place = "ledger, item line, economy KAZ, margin trade_cost, flow accounts"
    assert faults_of(claim(margin="trade_costs")) == (
        Fault("ledger, item line, economy KAZ, margin trade_costs, flow accounts",
              "kind rail names the margin trade_costs, which is not declared",
              "Did you mean trade_cost or hazard_loss or vehicle_cost?"),
    )  # fmt: skip
    assert faults_of(claim(flow="domestik")) == (
        Fault(place.replace("accounts", "domestik"), "kind rail names the flow domestik, which is not declared",
              "Did you mean domestic?"),
    )  # fmt: skip
    assert faults_of(claim(owner="nobody")) == (
        Fault(place, "kind rail gives it the owner nobody, which it may not have", "Its owners: equilibrium, direct."),
    )  # fmt: skip
    assert faults_of(claim(item="lime")) == (
        Fault(place.replace("line", "lime"), "kind rail names lime, which is not an item of the programme",
              "Did you mean line?"),
    )  # fmt: skip
    assert faults_of(claim(margin="capex", owner="equilibrium")) == (
        Fault("ledger, item line, economy KAZ, margin capex, flow accounts",
              "kind rail gives it the flow accounts, which the margin does not have", "Its flows: any."),
        Fault("ledger, item line, economy KAZ, margin capex, flow accounts",
              "kind rail gives it the owner equilibrium, which it may not have", "Its owners: direct."),
    )  # fmt: skip


def test_ten_contradictions_are_ten_faults_at_once() -> None:
    twice = [
        claim(economy=code, owner=owner)
        for code in ("AZE", "CHN", "KAZ", "KGZ")
        for owner in ("equilibrium", "direct")
    ]
    found = faults_of(
        *twice,
        claim(item="gate", margin="capex", flow="any", owner="direct"),
        claim(item="gate", margin="debt_service", flow="any", owner="direct"),  # instead of capex
        claim(item="gate", margin="interest", flow="any", owner="direct"),  # not of this kind
        claim(item="gate", margin="fairy_tax"),
        claim(item="gate", margin="toll", flow="nowhere", owner="direct"),
        claim(item="gate", margin="tax", flow="any", owner="equilibrium"),
        claim(item="nothing"),
    )
    assert len(found) == 10
    assert len({(fault.place, fault.reason) for fault in found}) == 10


ONE = st.builds(
    claim,
    item=st.sampled_from(("line", "gate", "")),
    economy=st.sampled_from(("KAZ", "CHN", "")),
    flow=st.sampled_from(("accounts", "international", "domestic", "outside_accounts")),
    owner=st.sampled_from(("equilibrium", "direct")),
    by=st.integers(0, 9).map(str),
)
PARTS = {"accounts": {1, 2}, "international": {1}, "domestic": {2}, "outside_accounts": {3}}


@given(st.lists(ONE, max_size=6, unique_by=lambda one: one.by))
def test_claims_clash_exactly_where_they_share_money(claims: list[Claim]) -> None:
    """Beside a count by hand: the sets of (item, economy, smallest flow) of two claims have one in common."""

    def money(one: Claim) -> set[tuple[str, str, int]]:
        items = [one.item] if one.item else ["line", "gate", "cover", "all together"]
        economies = [one.economy] if one.economy else ["KAZ", "CHN", "others"]
        return {(item, code, part) for item in items for code in economies for part in PARTS[one.flow]}

    shared = sum(bool(money(one) & money(other)) for k, one in enumerate(claims) for other in claims[k + 1 :])
    assert len(faults_of(*claims)) == shared


def test_a_word_of_another_form_is_our_own_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    for word in ("capex", "capex:direct:any:more", ":direct", "capex::any"):
        row = kinds()["rail"].model_copy(update={"margins": (word,)})
        monkeypatch.setattr(module, "kinds", lambda row=row: {"rail": row})
        with pytest.raises(ValueError, match=f"rail: {word} is not margin:owner or margin:owner:flow"):
            claims_of_kind("rail")


def test_a_question_about_items_that_count_twice_is_refused_before_anything_is_solved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = make_toy_world()
    programme = toy_programme(world)
    row = kinds()["rail"]
    words = (*row.margins, "trade_cost:direct:domestic", "debt_service:direct", "interest:direct")
    declared = {**kinds(), "rail": row.model_copy(update={"margins": words})}
    monkeypatch.setattr(module, "kinds", lambda: declared)
    session = Session()
    monkeypatch.setattr(session, "schedule", lambda asked: pytest.fail("computed"))
    with pytest.raises(Faults) as raised:
        sk.appraise(programme, world, session=session, years=(1990,), without=("faster-line",))
    assert [fault.place for fault in raised.value.faults] == [
        "--year 1990",
        "ledger, item railway, margin interest, flow any",
        "ledger, item railway, margin trade_cost, flow domestic",
        "ledger, item railway, margin debt_service",
    ]
    # Without the items concerned the question may be asked.
    sk.appraise(programme, world, session=Session(), without=("faster-line", "railway"))
