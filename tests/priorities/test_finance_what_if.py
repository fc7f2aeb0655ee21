"""Other terms of the toy railway's loan: US$ 2,000 m at 2 %, 20 years, 5 of grace, with a grant element of 26.84 %."""

from __future__ import annotations

from itertools import permutations

import pytest

import samarkand as sk
from samarkand.core.faults import Faults
from samarkand.priorities.finance.assessment import stack_of, viability_in
from samarkand.priorities.finance.command import finance
from samarkand.priorities.finance.least_change import AT_MOST, LEVERS, least_change, measures_of
from samarkand.priorities.finance.what_if import applied, read_what_ifs
from samarkand.session import Session
from toy import PROGRAMME, make_toy_world

TERMS = {
    "railway.construction_start": 2024, "railway.financing.1.maturity": 20, "railway.financing.1.interest_rate": 0.02,
    "railway.financing.1.grace": 5, "railway.financing.1.perimeter": "public_external", "railway.revenue": 300,
}  # fmt: skip


@pytest.fixture(scope="module")
def found():
    return sk.appraise(PROGRAMME, make_toy_world(), session=Session(), years=(2035,), patches=TERMS)


@pytest.fixture(scope="module")
def tranches(found):
    return [one for one in stack_of(found.timeline) if one.item.id == "railway"]


@pytest.fixture(scope="module")
def measures(found):
    (item,) = (one for one in found.timeline.items if one.id == "railway")
    return measures_of(viability_in(found.timeline, item), found.timeline.assumptions.parameters)


def with_(tranches, text):
    return applied(tranches, read_what_ifs([text]))


def test_measures_of_what_is_published(tranches, measures):
    assert measures["service"](tranches) == pytest.approx(2000 / 15 + 20 + 20 * 29 / 30)
    assert measures["grant_element"](tranches) == pytest.approx(0.2684458, abs=1e-7)


def test_each_change_by_hand(tranches, measures):
    service, element = measures["service"], measures["grant_element"]
    assert service(with_(tranches, "1:rate=0")) == pytest.approx(2000 / 15)
    assert service(with_(tranches, "1:grant=0.5")) == pytest.approx(service(tranches) / 2)
    assert service(with_(tranches, "1:share=0.25")) == pytest.approx(service(tranches) / 4)
    assert element(with_(tranches, "1:grant=0.5")) == pytest.approx(0.5 + 0.5 * 0.2684458, abs=1e-7)
    assert element(with_(tranches, "1:share=0.25")) == pytest.approx(element(tranches))
    assert element(with_(tranches, "1:grant=1")) == 1.0
    assert element(with_(tranches, "1:grace=7")) == pytest.approx(0.2857, abs=5e-5)  # 28.6, as published
    # Four years after the first drawdown a currency that loses 5 % a year is worth 0.95^4: 40 of interest.
    local = with_(tranches, "1:currency=0.05")[0]
    assert local.by_year["service"][4] == pytest.approx(40 * 0.95**4)
    assert local.by_year["service"][4] == pytest.approx(
        with_(tranches, "currency=0.05")[0].by_year["service"][4]
    )


def test_suspension_and_restructuring_keep_the_books(tranches):
    late = with_(tranches, "1:suspend=2031-2032")[0]
    assert late.years.stop == tranches[0].years.stop + 2
    at = 2031 - late.years.start
    assert late.by_year["service"][at : at + 2].tolist() == [0.0, 0.0]
    assert late.by_year["principal"].sum() == pytest.approx(2000 + late.by_year["added"].sum())
    new = with_(tranches, "1:restructure=2033,haircut=0.25,rate=0.01,maturity=10,grace=0")[0]
    owed = tranches[0].by_year["owed"][2033 - new.years.start]
    assert new.by_year["forgiven"].sum() == pytest.approx(owed / 4)
    assert new.by_year["principal"].sum() + owed / 4 == pytest.approx(2000)
    assert new.by_year["owed"][-1] == pytest.approx(0, abs=1e-9)


CHANGES = ("1:rate=0.01", "1:grace=7", "suspend=2034-2035", "1:share=0.8", "grant=0.1")


def test_changes_are_the_same_in_all_orders_and_in_one(tranches):
    """120 orders of five of them, and all as one; what is said of a tranche goes before what is said of every loan."""
    one = applied(tranches, read_what_ifs(["1:" + ",".join(text.removeprefix("1:") for text in CHANGES)]))[0]
    for order in permutations(CHANGES):
        found = applied(tranches, read_what_ifs(order))[0]
        assert (found.schedule, found.amount, found.rates) == (one.schedule, one.amount, one.rates)
    assert one.schedule != with_(tranches, "1:rate=0.01")[0].schedule
    both = applied(tranches, read_what_ifs(["1:rate=0.01", "rate=0.03"]))[0]
    assert both.schedule == with_(tranches, "1:rate=0.01")[0].schedule
    local = [
        applied(tranches, read_what_ifs(pair))[0].rates
        for pair in permutations(("currency=0.02", "1:rate=0.01"))
    ]
    assert local[0] == local[1] != {}


def test_least_changes_are_those_of_the_formula(tranches, measures):
    """35 % of grant element: g + (1 - g) 0.2684458 at g = 0.11148; (1 - r / 2d) 0.45112 at r = 1.107 %."""
    given = least_change(tranches, 1, "grant", "grant_element", 0.35, measures)
    assert (given.certificate.met_at, given.certificate.not_met_at) == pytest.approx((0.112, 0.111))
    rate = least_change(tranches, 1, "rate", "grant_element", 0.35, measures)
    assert (rate.certificate.met_at, rate.certificate.not_met_at) == pytest.approx((0.0110, 0.0111))


@pytest.mark.parametrize("lever", LEVERS)
@pytest.mark.parametrize(("measure", "limit"), [("service", 150.0), ("grant_element", 0.35), ("cover", 1.2)])
def test_a_certificate_holds_when_its_terms_are_asked_anew(tranches, measures, lever, measure, limit):
    proof = least_change(tranches, 1, lever, measure, limit, measures).certificate

    def kept(at):
        reached = measures[measure](
            with_(tranches, f"1:{lever}={at:.12g}") if at != proof.start else tranches
        )
        return reached <= limit if measure in AT_MOST else reached >= limit

    if proof.met_at is None:
        assert not kept(proof.end)
        return
    assert kept(proof.met_at)
    assert proof.not_met_at is None or not kept(proof.not_met_at)


def test_the_command_shows_both(found):
    page = finance(
        found, "railway", what_if=["1:rate=0.01", "1:grace=7"], least="1:grant", keep="grant_element=0.35"
    )
    assert [row[0] for row in page.tables[0].rows] == [
        "as published", "tranche 1: rate 0.01", "tranche 1: grace 7", "all of them",
    ]  # fmt: skip
    assert page.tables[1].rows[1][1:] == ("11.2 %", "35.0 %")
    assert "not kept" in page.tables[1].note
    assert page.tables[2].rows[0] == ("1", "0.0 %", "no")  # as published


BAD = [
    (["1:rato=0.01"], "unknown change 'rato'"),
    (["1:rate"], "not of the form KEY=VALUE"),
    (["1:rate=much"], "'much' is no rate"),
    (["x:rate=0.01"], "no number of a tranche"),
    (["1:suspend=2031-2030"], "is no suspend"),
    (["2:rate=0.01"], "names no tranche whose terms are known"),
    (["1:suspend=2024"], "does not fit"),
    (["1:maturity=3"], "does not fit"),
    (["1:rate=0.01", "1:rate=0.02"], "rate is given twice"),
]


@pytest.mark.parametrize(("written", "words"), BAD)
def test_what_cannot_be_read_is_a_fault(found, written, words):
    with pytest.raises(Faults, match=words):
        finance(found, "railway", what_if=written)


@pytest.mark.parametrize(
    ("item", "least", "keep", "words"),
    [
        ("railway", "1:rate", "", "cannot be read"),
        ("railway", "1:rate", "cover=high", "cannot be read"),
        ("railway", "1:tenor", "cover=1", "is no lever"),
        ("railway", "1:rate", "covers=1", "cannot be worked out here"),
        ("railway", "2:rate", "cover=1", "has no schedule"),
        ("sea-port", "rate", "service=1", "has no loan whose terms are known"),
        ("", "rate", "service=1", "are of one item"),
    ],
)
def test_least_changes_that_cannot_be_asked_are_faults(found, item, least, keep, words):
    with pytest.raises(Faults, match=words):
        finance(found, item, least=least, keep=keep)
