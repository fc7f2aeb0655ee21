"""One economy and one item on one screen: sums that a reader can follow, nothing said that is not in the results."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from rich.console import Console

import samarkand as sk
from samarkand.core.conventions import REST_OF_WORLD
from samarkand.core.faults import Faults
from samarkand.ledger.margins import margins
from samarkand.priorities.faces import Table
from samarkand.reports.answers.economy import economy_page
from samarkand.reports.answers.item import _hundredths, item_answer
from samarkand.reports.answers.lines import lines_of, priority_lines, sums_of
from samarkand.reports.answers.why import why_page
from samarkand.reports.explain import FIRST_LINES, count, print_lineage
from samarkand.reports.figures import NOTHING
from samarkand.reports.files import write_appraisal
from samarkand.reports.pages import print_page
from samarkand.reports.summary import WHOLE, summarise
from samarkand.state import Counterfactual
from samarkand.worth import appraise_worth
from samarkand.worth.gains import calc_user_benefit, calc_user_benefit_by_partner, only
from samarkand.worth.net_worth import net_worth
from shown import Shown, adds_up
from toy import make_toy_world, toy_programme

WORLD, YEAR = make_toy_world(), 2035
PROGRAMME = toy_programme(WORLD)


@pytest.fixture(scope="module")
def answer():
    appraisal = sk.appraise(PROGRAMME, WORLD, years=YEAR)
    return appraisal, appraise_worth(PROGRAMME, WORLD, years=YEAR)


def table(page, title: str) -> Table:
    return next(one for one in page.tables if one.title == title)


@pytest.mark.parametrize("code", WORLD.economies)
def test_an_economys_screen_adds_up(answer, code: str):
    """With the digits that are printed and no more: each may be off by half of its last one (`shown.Shown`)."""
    appraisal, worth = answer
    page = economy_page(appraisal, worth, code)
    rows = dict(table(page, "What it adds up to").rows)
    names = list(rows)
    total = names.index("Real income")
    assert adds_up(rows["Real income"], [rows[name] for name in names[:total]])
    if names[-1] == "Net":
        assert adds_up(rows["Net"], [rows[name] for name in names[total:-1]])
    value = float(summarise(appraisal).real_income_value[code])
    shown = Shown.read(rows["Real income"])
    assert abs(shown.value - value) <= shown.half * (1 + 1e-9)
    for one in page.tables:
        if one.title == "Items by what they bring and take":
            for _, trade, direct, charged, net in one.rows:
                assert adds_up(net, [trade, direct, f"-{charged}" if charged != NOTHING else charged])


@pytest.mark.parametrize("code", WORLD.economies)
def test_an_economys_lead_says_what_the_results_say(answer, code: str):
    appraisal, worth = answer
    summary = summarise(appraisal)
    said = " ".join(economy_page(appraisal, worth, code).lead)
    value = float(summary.real_income_value[code])
    assert f"{WORLD.names[code]} {'gains' if value > 0 else 'loses'}" in said
    assert ("it is charged US$" in said) == (float(summary.cost.get(code, 0.0)) > 0)
    assert ("observed" in said) or ("estimated" in said)


def test_all_seven_priorities_have_a_line(answer):
    appraisal, worth = answer
    rows = table(economy_page(appraisal, worth, "KAZ"), "The seven priorities").rows
    assert len(rows) == 7
    assert all(line for _, line in rows)
    for name in (one for row in priority_lines().values() for one in (*row.of_economy, *row.of_item)):
        appraisal.array(name)  # every indicator that is named is one


def test_charges_and_direct_margins_of_items_add_up_to_those_of_all(answer):
    appraisal, worth = answer
    lines, beside = lines_of(appraisal, worth), net_worth(appraisal)
    _, direct, charged = sums_of(lines)
    all_margins = sum(
        sum(amount.central for amount in by.values()) for name, by in beside.gains.items() if margins()[name]
    )
    assert direct == pytest.approx(all_margins, abs=1e-6)
    assert charged == pytest.approx(summarise(appraisal).charged + beside.cost, rel=1e-9)


@pytest.mark.parametrize("name", PROGRAMME.ids)
def test_an_items_screen_adds_up(answer, name: str):
    appraisal, worth = answer
    page = item_answer(appraisal, worth, name)
    tables = [one for one in page.tables if one.title == "Who gains and who pays"]
    for one in tables:
        for place in range(1, 5):
            *parts, total = (row[place] for row in one.rows)
            assert adds_up(total, parts)
        for _, trade, direct, charged, net in one.rows:
            assert adds_up(net, [trade, direct, f"-{charged}" if charged != NOTHING else charged])
    assert page.lead
    assert not re.search(r"\bnan\b|None", " ".join(page.lead))


def test_an_items_screen_says_what_takes_it(answer):
    appraisal, worth = answer
    used = {name: one.tonnes for name, one in worth.items.items() if one.tonnes > 0}
    assert used
    for name, tonnes in used.items():
        lead = item_answer(appraisal, worth, name).lead
        said = [line for line in lead if line.endswith("of the trade in the accounts take it.")]
        if not said:  # without an effect that is shown there is another sentence
            assert "no effect that is assessed" in " ".join(lead)
            continue
        shown = Shown.read(said[0].split(" m tonnes")[0])
        assert abs(shown.value - 1e-6 * tonnes) <= shown.half * (1 + 1e-9)


def test_an_item_that_is_not_open_says_so(answer):
    appraisal = sk.appraise(PROGRAMME, WORLD, years=2026)
    worth = appraise_worth(PROGRAMME, WORLD, years=2026, items=["faster-line"])
    said = " ".join(item_answer(appraisal, worth, "faster-line").lead)
    assert "Not in service by 2026" in said


def test_the_rest_of_the_world_has_a_page_too(answer):
    appraisal, worth = answer
    assert economy_page(appraisal, worth, REST_OF_WORLD).lead


def test_what_only_some_gain_is_theirs(answer):
    """An item left out takes from each economy what its line says (exact solutions without it)."""
    appraisal, worth = answer
    without = sk.appraise(PROGRAMME, WORLD, years=YEAR, without="khorgos-hours")
    before = appraisal["real_income_unpaid_value"] - without["real_income_unpaid_value"]
    for line in lines_of(appraisal, worth):
        if line.item == "khorgos-hours" and line.trade:
            assert line.trade == pytest.approx(float(before.sel(economy=line.economy)), rel=2e-3, abs=1e-3)


@pytest.mark.parametrize("code", WORLD.economies)
def test_the_channels_of_an_economy_add_up_to_its_real_income(answer, code: str):
    appraisal, worth = answer
    page = why_page(appraisal, worth, code)
    *parts, total = (row[1] for row in table(page, "By channel").rows)
    assert adds_up(total, parts)
    assert adds_up(total, [f"{float(summarise(appraisal).real_income_value[code]):.6f}"])


def test_savings_by_partner_are_those_of_each_sector(answer):
    """Beside the sum over all partners at once, against the world without, of another function."""
    appraisal, _ = answer
    solved = appraisal.timeline.states[YEAR].solved
    nothing = Counterfactual(solved.baseline, only(appraisal.timeline.states[YEAR].change, ())).solve()
    by_partner = calc_user_benefit_by_partner(solved)
    np.testing.assert_allclose(
        by_partner.sum(axis=1), calc_user_benefit(nothing, solved), rtol=1e-9, atol=1e-9
    )


def test_lineage_is_cut_short_and_says_how_much_is_left(answer):
    appraisal, _ = answer
    lineage = appraisal.explain("shipment_time", "KAZ")
    with Console(width=120, record=True, file=io.StringIO()) as console:
        print_lineage(lineage, console, whole=False)
    said = console.export_text()
    assert "figures more, down to published sources: --lineage." in said
    shown = int(re.search(r"([\d,]+) figures more", said)[1].replace(",", ""))
    assert 0 < count(lineage) - shown <= FIRST_LINES
    with Console(width=120, record=True, file=io.StringIO()) as console:
        print_lineage(lineage, console)
    assert "figures more" not in console.export_text()


def test_the_library_answers_as_the_command_does(tmp_path):
    answer = sk.economy("kaz", PROGRAMME, WORLD, years=YEAR)
    assert str(answer) == repr(answer)
    assert str(answer).splitlines()[0] == answer.page.title
    assert list(answer.tables["Items by what they bring and take"].columns) == [
        "US$ m a year",
        "trade",
        "direct",
        "charged",
        "net",
    ]
    one = sk.item("RAILWAY", PROGRAMME, WORLD, economy="KGZ", years=YEAR)
    assert "For KGZ" in one.tables or f"For {WORLD.names['KGZ']}" in one.tables
    written = write_appraisal(one.appraisal, tmp_path / "out", pages=[("asked", one.page)])
    report = next(path for path in written if path.name == "report.html").read_text(encoding="utf-8")
    assert '<section id="asked">' in report


def test_all_that_is_wrong_is_said_before_anything_is_solved():
    with pytest.raises(Faults) as raised:
        sk.economy("Atlantis", PROGRAMME, WORLD, years=1900, without="nothing")
    said = "\n".join(map(str, raised.value.faults))
    assert all(part in said for part in ("Atlantis", "1900", "nothing"))
    with pytest.raises(Faults) as raised:
        sk.item("railwy", PROGRAMME, WORLD, economy="Atlantis", years=YEAR)
    said = "\n".join(map(str, raised.value.faults))
    assert "Atlantis" in said
    assert "Did you mean railway" in said


@pytest.mark.parametrize("ask", [sk.economy, lambda name, *args: sk.item("railway", *args, economy=name)])
def test_an_economy_inside_the_rest_of_the_world_is_named_as_such(ask):
    with pytest.raises(Faults, match=r"GEO is inside the rest of the world.*Ask for ROW"):
        ask("Georgia", PROGRAMME, WORLD)
    assert WORLD.label_named("rest of the world") == REST_OF_WORLD


def test_what_is_missing_of_a_part_of_an_item_names_the_part(answer):
    appraisal, worth = answer
    rows = [row[1] for row in table(economy_page(appraisal, worth, "KAZ"), "What is missing").rows]
    parts = [
        f"{gap.what}: {gap.reason}"
        for gap in appraisal.not_assessed
        if gap.item == "recognition" and gap.what not in WHOLE
    ]
    assert parts
    assert set(parts) <= set(rows)


def test_nothing_in_service_gives_no_empty_table():
    appraisal = sk.appraise(PROGRAMME, WORLD, years=2023)
    page = economy_page(appraisal, appraise_worth(PROGRAMME, WORLD, years=2023), "KAZ")
    assert all(one.rows for one in page.tables)


def test_what_is_earned_from_goods_of_others_is_said_first(answer):
    page = sk.economy("KAZ", PROGRAMME, WORLD, years=YEAR, transit=True).page
    rows = table(page, "Earned from goods of others").rows
    assert [row[0] for row in rows] == ["Railway", "Pipeline"]
    said = next(one for one in page.lead if "goods of others" in one)
    with_, change = (sum(Shown.read(row[place]).value for row in rows) for place in (2, 3))
    amounts = re.search(r"earns US\$ ([\d.,]+ \w+) a year, US\$ ([\d.,]+ \w+) (more|less) than", said)
    assert Shown.read(amounts[1]).value == pytest.approx(with_, rel=0.05)  # two digits of both
    assert Shown.read(amounts[2]).value == pytest.approx(abs(change), rel=0.05)
    assert (amounts[3] == "more") == (change > 0)
    assert "goods of others" not in " ".join(economy_page(*answer, "KAZ").lead)


@pytest.mark.parametrize("code", WORLD.economies)
def test_tonnes_and_ways_of_an_economys_trade_are_those_of_the_indicators(answer, code: str):
    appraisal, _ = answer
    moves = next(one for one in economy_page(*answer, code).tables if one.title.startswith("What moves most"))
    rows = dict(moves.rows)
    tonnes = {
        scenario: sum(
            appraisal.array(name, scenario).sel(economy=code).to_series()
            for name in ("import_tonnes", "export_tonnes")
        )
        for scenario in ("without", "with")
    }
    said = [
        re.match(r"(\w+) ([\d.,]+)(?: to ([\d.,]+))? \(", one).groups()
        for one in rows["Goods by"].split("; ")
    ]
    assert {mode for mode, *_ in said} == set(tonnes["with"].index[tonnes["with"] > 0.001])
    for mode, before, after in said:
        for shown, scenario in ((before, "without"), (after or before, "with")):
            read, value = Shown.read(shown), float(tonnes[scenario][mode])
            assert abs(read.value - value) <= read.half * (1 + 1e-9)
    passed = {
        way: appraisal.array(f"chokepoint_{way}", "with").sel(economy=code) for way in ("imports", "exports")
    }
    most = np.maximum(*passed.values()).to_series()
    if most.max() < 0.005:
        assert "They pass" not in rows
        return
    first = rows["They pass"].split("; ")[0]
    shares = re.search(r" ([\d.,]+) and ([\d.,]+) %", first).groups()
    assert first.startswith({row.id: row.title for row in WORLD.network.chokepoints}[most.idxmax()])
    for shown, values in zip(shares, passed.values(), strict=True):
        read = Shown.read(shown)
        assert abs(read.value - 100 * float(values.sel(case=most.idxmax()))) <= read.half * (1 + 1e-9)


@pytest.mark.parametrize(("width", "most"), [(100, 50), (80, 54)])
@pytest.mark.parametrize("code", WORLD.economies)
def test_an_economys_answer_is_one_screen_of_a_terminal(answer, code: str, width: int, most: int):
    """Fifty lines of 100 columns; a few more where there are 80 alone."""
    stream = io.StringIO()
    print_page(economy_page(*answer, code), Console(file=stream, width=width, no_color=True))
    assert len(stream.getvalue().rstrip().splitlines()) <= most


def test_a_ratio_that_rounds_to_nothing_has_no_sign():
    assert [_hundredths(value) for value in (-0.004, 0.0, 0.094, -0.35)] == [
        "0.00", "0.00", "0.09", "\N{MINUS SIGN}0.35",
    ]  # fmt: skip
