"""Milestones, payments, change orders and disputes of an item: files, faults, and what they do to cost."""

from __future__ import annotations

from io import BytesIO, StringIO
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook
from rich.console import Console

import samarkand as sk
from samarkand.core.faults import FaultList
from samarkand.engines.schedules import calc_annuity
from samarkand.priorities.delivery_ranges import calc_overrun
from samarkand.priorities.governance.delivery_page import item_page
from samarkand.priorities.governance.delivery_risk import overrun_of as delivery_overrun
from samarkand.priorities.governance.page import page
from samarkand.priorities.governance.progress_page import income_effects
from samarkand.programme.files.checks import Surroundings, check_tables
from samarkand.programme.files.patching import patch_programme
from samarkand.programme.files.tables import to_tables
from samarkand.programme.files.toml_reading import parse_toml
from samarkand.programme.files.toml_writing import to_toml
from samarkand.programme.files.workbook_reading import parse_workbook
from samarkand.programme.files.workbook_writing import workbook_of
from samarkand.programme.model.change_orders import added_days, calc_still_to_come, changes_of, with_changes
from samarkand.programme.model.models import Programme
from samarkand.reports.gantt import gantt_text, span_of
from samarkand.reports.pages import draw_chart, print_page
from samarkand.session import Session
from samarkand.world.parameters import load_parameters
from samarkand.worth import appraise_worth
from samarkand.worth.life import life_of
from samarkand.worth.outturn import overrun_of as worth_overrun
from toy import make_toy_world, toy_programme

YEAR = 2035


def money(value: float, **more: Any) -> dict[str, Any]:
    return {"value": value, "unit": "US$ m", "source": "made up", "flag": "assumed", **more}


def tables(**rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The toy programme with rows of what happened to its railway."""
    found = to_tables(toy_programme())
    found["project"][0].update(rows)
    return found


def checked(found: dict[str, Any], places: Any = None) -> tuple[Programme | None, list[str]]:
    programme, faults = check_tables(found, places or {}, Surroundings(), FaultList())
    return programme, [str(one) for one in faults]


def programme_of(**rows: list[dict[str, Any]]) -> Programme:
    programme, faults = checked(tables(**rows))
    assert programme is not None, faults
    return programme


TUNNEL = {"title": "A longer tunnel", "status": "agreed", "date": 2025, "amount": money(400)}
ROWS = {
    "milestone": [
        {"title": "Ground broken", "planned": 2024, "met": 2025},
        {"title": "Tracks laid", "planned": {"date": 2027, "source": "Plan", "flag": "recalled"}, "id": "m-2"},
    ],
    "spending": [{"date": 2025, "amount": money(500), "payer": "chn-bank", "payee": "kaz-gov"}],
    "change_order": [TUNNEL | {"days": {"value": 180, "unit": "days", "source": "Contract"}, "reason": "rock"}],
    "dispute": [{"title": "Delay", "status": "open", "opened": 2025, "claimed": money(50), "form": "arbitration"}],
}  # fmt: skip


def test_rows_come_back_from_toml_and_from_a_workbook():
    programme = programme_of(**ROWS)
    assert [len(programme.items[0].entries(key)) for key in ROWS] == [2, 1, 1, 1]
    for read, content in (
        (parse_toml, to_toml(programme).encode()),
        (parse_workbook, workbook_of(programme)),
    ):
        again, faults = checked(*read(content, "test", FaultList()))
        assert faults == []
        assert again == programme


def test_a_workbook_without_these_sheets_is_read_and_a_misspelt_one_is_a_fault():
    book = load_workbook(BytesIO(workbook_of(toy_programme())))
    for name in ("milestones", "spending", "disputes"):
        del book[name]
    held = BytesIO()
    book.save(held)
    again, faults = checked(*parse_workbook(held.getvalue(), "old.xlsx", FaultList()))
    assert (again, faults) == (toy_programme(), [])
    book["change_orders"].title = "change_order"
    held = BytesIO()
    book.save(held)
    wrong = FaultList()
    parse_workbook(held.getvalue(), "old.xlsx", wrong)
    assert "has no sheet change_orders. Did you mean change_order?" in str(*wrong)


AWARD = """status = "open"
  awarded = { value = 3, unit = "US$ m", price_year = 2024, source = "x" }
  closed = 2024
  form"""


def test_all_that_is_wrong_is_told_at_once():
    text = to_toml(programme_of(**ROWS))
    for old, new in (
        ('title = "Toy programme"', 'title = "Toy programme"\nas_of = 2025-06-30'),
        ("met = 2025", 'met = 2026\n  status = "scheduled"'),
        ('payer = "chn-bank"', 'payer = "nobody"'),
        ("days = { value = 180", "days = { value = 1e9"),
        ('status = "open"\n  form', AWARD),
        ('status = "agreed"\n  date = 2025', 'status = "agreed"'),
    ):  # fmt: skip
        assert old in text, old
        text = text.replace(old, new)
    _, told = checked(*parse_toml(text.encode(), "bad.toml", FaultList()))
    said = "\n".join(told)
    for words in (
        'milestone 1, status, line', "is scheduled, with a day on which it was met",
        "milestone 1, met, line", "2026 comes after 2025-06-30",
        "spending 1, payer, line", "unknown party 'nobody'",
        "change order 1, days", "above 36500",
        "dispute 1, awarded, line", "is given of a dispute that is open", "closed, line",
        "2024 comes before opened, 2025",
        "is in prices of 2024, and capex in those of 2022",
    ):  # fmt: skip
        assert words in said, said
    assert all(" line " in one for one in told), "each has its place"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"change_order": [{"title": "x", "status": "proposed"}]}, "adds neither cost nor time"),
        ({"change_order": [{"title": "x", "status": "agreed", "amount": money(1)}]}, "date: is missing"),
        ({"change_order": [TUNNEL | {"amount": money(-4001)}]}, "take 4001 off a capex of 4000"),
        ({"change_order": [TUNNEL | {"id": "a"}, TUNNEL | {"id": "a"}]}, "'a' is the id of change order 1 too"),
        ({"milestone": [{"title": "x"}]}, "has no day at all"),
        ({"milestone": [{"title": "x", "planned": 2025, "status": "met"}]}, "is met, without the day"),
        ({"dispute": [{"title": "x", "status": "settled", "opened": 2024}]}, "missing of a dispute that is settled"),
        ({"spending": [{"date": 2025}]}, "has no amount"),
    ],
)  # fmt: skip
def test_rows_that_cannot_be(rows, said):
    programme, faults = checked(tables(**rows))
    assert programme is None
    assert said in "\n".join(faults)


def test_agreed_changes_and_awards_come_on_top_of_capex_once():
    """4,000 + 400 agreed + 60 awarded; proposed, rejected and counted ones do not."""
    orders = [
        TUNNEL, TUNNEL | {"status": "proposed"}, TUNNEL | {"status": "rejected"}, TUNNEL | {"in_capex": True},
    ]  # fmt: skip
    settled = {"title": "Delay", "status": "decided", "closed": 2026, "awarded": money(60, low=50, high=90)}
    programme = programme_of(change_order=orders, dispute=[settled])
    item = with_changes(programme).items[0]
    assert item.capex.ends == (4450, 4460, 4490)
    assert "agreed changes +460 US$ m (made up)" in item.capex.note
    assert changes_of(item) == (), "and only once"
    assert with_changes(with_changes(programme)) == with_changes(programme)
    assert with_changes(toy_programme()) is not None
    plain = toy_programme()
    assert with_changes(plain) is plain
    longer = programme_of(change_order=[TUNNEL | {"days": {"value": 90, "unit": "days", "source": "x"}}] * 2)
    assert added_days(longer.items[0]) == 180


def test_what_a_change_order_does_to_what_parties_pay():
    """Of 400 m the bank's equity bears half; its loan, which Kyrgyzstan services, the other half: by hand, the annuity
    of 200 m over the life of a railway. The headline of each is that of a capex of 4,400 m, to the last digit."""
    world, session = make_toy_world(), Session()
    programme = programme_of(change_order=[TUNNEL])
    before, after, whole = (
        sk.appraise(one, world, years=(YEAR,), session=session, patches=patches)
        for one, patches in (
            (toy_programme(), {}), (programme, {}), (toy_programme(), {"railway.capex": 4400.0}),
        )
    )  # fmt: skip
    parameters = load_parameters()
    half = calc_annuity(200.0, parameters["real_interest_rate"], parameters["asset_life_rail"])
    paid = {}
    for sign, one in ((-1, before), (1, after)):
        for charge in one.schedule.changes[YEAR].charges:
            if charge.item == "railway":
                paid[charge.economy] = paid.get(charge.economy, 0.0) + sign * charge.annual
    assert paid == {"CHN": pytest.approx(half), "KGZ": pytest.approx(half)}
    headline = after.array("real_income")
    assert (headline == whole.array("real_income")).all()
    lost = headline - before.array("real_income")
    assert lost.sel(economy="KGZ") < 100 * lost.sel(economy="CHN") < 0, "0.1 % of a small economy"
    without = patch_programme(programme, {"railway.change_order.1.status": "rejected"}, Surroundings())
    assert with_changes(without) is without


@pytest.fixture(scope="module")
def delivered():
    """The toy programme with rows of its railway, seen in the middle of 2026."""
    more = {
        "construction_start": 2024, "planned_opening": 2027, "progress_as_of": 2026,
        "progress": {"value": 0.3, "unit": "fraction", "source": "made up", "flag": "assumed"},
    }  # fmt: skip
    found = tables(**ROWS)
    found["project"][0].update(more)
    found["programme"]["as_of"] = 2026
    programme, faults = checked(found)
    assert programme is not None, faults
    world, session = make_toy_world(), Session()
    with_, without = (
        sk.appraise(one, world, years=(YEAR,), session=session) for one in (programme, toy_programme())
    )
    return with_, without


def test_the_page_says_what_a_change_does_to_each_who_pays(delivered):
    """To first order, which is the exact difference to a thousandth of it for a tenth of the cost."""
    with_, without = delivered
    effects = income_effects(with_, with_.programme.items[0])
    assert set(effects) == {"CHN", "KGZ"}
    exact = with_.array("real_income") - without.array("real_income")
    assert effects["KGZ"][1] == pytest.approx(exact.sel(economy="KGZ").item(), rel=1e-3)
    assert with_.array("changes_agreed").sel(project="railway") == 400
    assert with_.array("changes_by_party").sel(project="railway", party="chn-bank") == 400
    assert income_effects(without, without.programme.items[0]) == {}


def test_a_gantt_of_milestones_as_text_and_as_a_picture(delivered):
    """Five years in 68 columns from 2024: 2025.5 lies in column 1.5 / 5 x 68 = 20, 2024.5 in 6, 2026.5 in 34."""
    with_, _ = delivered
    shown_ = item_page(with_, with_.programme.items[0])
    (gantt,) = shown_.charts
    assert span_of(gantt) == range(2024, 2030)
    lines = gantt_text(gantt, 100)
    broken = next(line for line in lines if line.startswith("Ground broken"))[31:]
    assert (broken.index("|"), broken.index("x"), broken.index(":")) == (6, 20, 34)
    works = next(line for line in lines if line.startswith("From start"))[31:]
    assert works.rstrip()[-1] == ">", "the opening is expected a year after the plan"
    assert max(map(len, lines)) <= 100
    svg = str(draw_chart(gantt))
    assert svg.count("<path") == 4 + 2 + 1, "four of the legend; a milestone with two days, one with one"
    assert "Ground broken: plan 2024, 2025, met late" in svg
    assert 'viewBox="0 0 420 ' in svg
    assert gantt.twin.rows[0] == ("Ground broken", "2024", "2025", "+1.0", "met late")
    console = Console(width=100, file=StringIO(), record=True)
    print_page(shown_, console)
    told = console.export_text()
    for words in ("Milestones and opening", "A longer tunnel", "agreed", "+400", "arbitration", "KGZ"):
        assert words in told
    of_all = page(with_)
    assert [row.label for row in of_all.charts[0].rows] == ["Railway Kashgar - Naryn - Bishkek"]
    assert not page(delivered[1]).charts, "no start of works is published"


def test_what_a_change_order_does_to_the_worth_of_its_item():
    """By hand: a tenth more capital in each year of construction, a tenth more upkeep, a tenth more left in the end."""
    world, session = make_toy_world(), Session()
    plain, programme = toy_programme(), programme_of(change_order=[TUNNEL])
    before, after = (
        appraise_worth(one, world, years=(YEAR,), session=session).items["railway"]
        for one in (plain, programme)
    )
    parameters = load_parameters()
    life = life_of(plain.items[0], parameters)
    flow = -before.life.spending() - life.upkeep_by_year() + life.residual()
    gained = after.flows() - before.flows()
    assert gained == pytest.approx(0.1 * flow, rel=1e-9, abs=1e-6)


def test_an_agreed_change_is_a_part_of_the_overrun_that_its_class_lets_expect() -> None:
    """Of 4,000 m the class lets expect `4000 s m` more. A change of less leaves the outturn where it was; a larger one
    is the outturn, and no more is expected; the sum of both would count money twice."""
    parameters = load_parameters()
    plain = programme_of().items[0]
    expected = 4000.0 * worth_overrun(plain, parameters)
    assert expected > 400, "else the case says nothing"
    for amount, outturn in ((0.5 * expected, 4000.0 + expected), (2 * expected, 4000.0 + 2 * expected)):
        changed = with_changes(programme_of(change_order=[TUNNEL | {"amount": money(amount)}])).items[0]
        known = changed.model_copy(update={"opening": plain.opening})
        life = life_of(known, parameters, worth_overrun(known, parameters))
        assert life is not None
        assert life.capex == pytest.approx(outturn * parameters["cost_conversion_factor"])
    mean, low, high = delivery_overrun(plain, parameters)
    changed = with_changes(programme_of(change_order=[TUNNEL])).items[0]  # 400 m: x = 1 / 11
    by_hand = [4000.0 * one - min(max(4000.0 * one, 0.0), 400.0) for one in (mean, low, high)]
    assert [4400.0 * one for one in delivery_overrun(changed, parameters)] == pytest.approx(by_hand)
    np.testing.assert_allclose(calc_still_to_come([-0.2, 0.05, 0.5], 0.1), [-0.18, 0.0, 0.35], atol=1e-15)


def test_what_is_paid_in_the_end_has_an_agreed_change_once() -> None:
    """`T` of one item is exact: 4,400 (1 + T) at a percentile is 4,000 (1 + s (R - 1)) at it."""
    parameters = load_parameters()
    plain = programme_of().items[0]
    changed = with_changes(programme_of(change_order=[TUNNEL])).items[0]
    before, after = (calc_overrun([(one, 1.0)], parameters) for one in (plain, changed))
    assert before is not None
    assert after is not None
    assert [4400.0 * (1.0 + one) for one in after] == pytest.approx([4000.0 * (1.0 + one) for one in before])
