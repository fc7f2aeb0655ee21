"""Every total that a reader meets is the sum of what stands beneath it: the economies named and the others as one.

Tolerance of all of them: figures are shown with two or three digits, so each may be off by half of its last digit, and
a sum of shown figures by the sum of those halves (`Shown.half`); no more.
"""

from __future__ import annotations

import io
import re
from html import unescape
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from samarkand.planning.stress import stress_test
from samarkand.reports import stress as stress_report
from samarkand.reports.html import render_report
from samarkand.reports.scorecard import print_scorecard
from samarkand.reports.stress import print_stress
from samarkand.reports.summary import SMALLEST_EFFECT, Group, Summary, summarise_years
from samarkand.reports.view import FIRST, ReportView
from shown import Shown, adds_up
from toy import make_toy_world, toy_programme


def words(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def rows_of(html):
    body = html[html.index("<tbody>") : html.index("</tbody>")]
    return [[words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
            for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)]  # fmt: skip


# -- the figures, by hand


@pytest.fixture
def by_hand():
    """Nine economies. A is large and gains most in money, yet next to nothing in per cent; H is the arithmetic's own
    noise; I has no figure."""
    codes = list("ABCDEFGHI")
    income = np.array([2e7, 1e4, 1e3, 1e3, 1e3, 1e3, 1e7, 1e7, 1e3])
    value = np.array([9.0, 5.0, -2.0, 1.0, -30.0, 0.5, -4.0, 3e-9, np.nan])

    def series(values):
        return pd.Series(values, codes)

    return Summary(
        2035,
        real_income=series(value / income),
        real_income_value=series(value),
        unpaid_value=series(value + np.array([0.0, 0, 6, 0, 20, 0, 0, 0, 0])),
        cost=series(np.array([0.0, 0.0, 7.0, 0.0, 19.0, 0.0, 0.0, 0.0, 0.0])),
    )


def test_money_ranks_all_economies_by_money(by_hand):
    assert list(by_hand.gainers.index) == ["A", "B", "D", "F"]
    assert list(by_hand.losers.index) == ["E", "G", "C"]
    assert by_hand.real_income["A"] < SMALLEST_EFFECT
    assert list(by_hand.by_share(by_hand.gainers).index) == ["D", "B", "F", "A"]


def test_next_to_unaffected_are_counted_and_stay_in_the_sums(by_hand):
    """A, G and H change by 5e-7 of income or less; 9 + 5 + 1 + 0.5 and -30 - 4 - 2."""
    assert by_hand.unaffected == 3
    assert (by_hand.gains, by_hand.losses) == (15.5, -36.0)
    assert by_hand.gains + by_hand.losses == pytest.approx(by_hand.world_gain, abs=1e-8)  # H: 3e-9


def test_what_a_charge_does_beyond_itself_is_what_the_steps_leave(by_hand):
    """Before payment -20.5 + 26 = 5.5, charged 26, after it -20.5: nothing is left."""
    assert by_hand.payment_effect == pytest.approx(0.0, abs=1e-8)


def test_a_group_is_whole_and_a_rest_of_one_is_named():
    ranked = pd.Series(1.0, list("ABCDEFG"))
    assert Group.of(ranked, 5) == Group(tuple("ABCDE"), ("F", "G"))
    assert Group.of(ranked, 6) == Group(tuple("ABCDEFG"), ())
    assert Group.of(ranked, 9) == Group(tuple("ABCDEFG"), ())
    assert Group.of(ranked[:0], 5) == Group((), ())
    for most in range(9):
        assert Group.of(ranked, most).members == tuple("ABCDEFG")


@pytest.mark.parametrize(
    ("text", "value", "half"),
    [("+26", 26, 0.5), ("\N{MINUS SIGN}2,460", -2460, 5), ("US$ 2.46 bn", 2460, 5), ("+8.6", 8.6, 0.05),
     ("\N{MINUS SIGN}US$ 146 m", -146, 0.5), ("under +0.1", 0, 0.1), ("\N{EN DASH}", 0, 0), ("+0.68", 0.68, 0.005)],
)  # fmt: skip
def test_half_of_the_last_digit(text, value, half):
    assert Shown.read(text) == pytest.approx((value, half))


def test_what_does_not_add_up_is_seen():
    assert adds_up("US$ 146 m", ["+26", "+23", "+10", "+10", "+8.6", "+67"])
    assert not adds_up("US$ 135 m", ["+26", "+23", "+10", "+10", "+8.6", "+67"])


# -- the scorecard


def table_of(text):
    """Rows of the scorecard's table: label, then what stands under each heading."""
    lines = text.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("real income a year"))
    ends = [match.end() for match in re.finditer(r"US\$ m|%|unpaid|pays", lines[start])]
    found = []
    for line in lines[start + 1 :]:
        label = re.match(r" *\S+(?: \S+)*", line)[0]
        found.append([label, *(line[a:b].strip() for a, b in pairwise([len(label), *ends]))])
        if line.startswith("All economies"):
            return found
    raise AssertionError("no row of all economies")


@pytest.fixture(scope="module")
def card(appraisal):
    stream = io.StringIO()
    print_scorecard(appraisal, [], Console(file=stream, width=80))
    return stream.getvalue()


MONEY = (1, 3, 4)  # columns of US$ m


def test_each_total_of_the_scorecard_is_the_sum_of_its_rows(card):
    blocks, whole = {}, None
    for label, *cells in table_of(card):
        if label.startswith("All"):
            whole = cells
        elif not label.startswith(" "):
            blocks[label.split(":")[0]] = (rows := [cells])
        else:
            rows.append(cells)
    assert set(blocks) == {"Gain", "Lose", "Pay"}
    for head, *rows in blocks.values():
        assert len(rows) >= 4
        for column in MONEY:
            at = column - 1
            assert adds_up(head[at], [row[at] for row in rows]), (head, column)
    for column in MONEY:  # who gains and who loses are all economies
        at = column - 1
        assert adds_up(whole[at], [blocks[name][0][at] for name in ("Gain", "Lose")])
    assert adds_up(whole[3], [blocks["Pay"][0][3]])


def test_the_answer_of_the_scorecard_is_its_table(card):
    gain, lose, paid = (
        re.search(pattern, card)[1]
        for pattern in (r"gain (US\$ [\d.,]+ \w+)", r"lose (US\$ [\d.,]+ \w+)", r"charged (US\$ [\d.,]+ \w+)")
    )
    heads = {label.split(":")[0]: cells for label, *cells in table_of(card) if not label.startswith(" ")}
    assert adds_up(gain, [heads["Gain"][0]])
    assert adds_up(lose, [heads["Lose"][0].replace("-", "")])
    assert adds_up(paid, [heads["Pay"][3]])


def test_reasons_of_the_scorecard_add_up_to_its_entries(card, appraisal):
    total = int(re.search(r"Not assessed: (\d+) entries", card)[1])
    after = card[card.index("Not assessed:") : card.index("Evidence:")]
    assert sum(int(number) for number in re.findall(r"^ +(\d+)  ", after, re.MULTILINE)) == total
    assert total == len(appraisal.not_assessed)


# -- the report


@pytest.fixture(scope="module")
def page(appraisal):
    return render_report(appraisal)


def boxes(page):
    """Of each of the three boxes of the first screen: the amount, the number of economies, the rows of its table."""
    answer = page[page.index('<section id="answer"') :].split("</section>")[0]
    for box in answer.split('<div class="box')[1:]:
        big = words(re.search(r'<p class="big[^"]*">(.*?)</p>', box, re.DOTALL)[1])
        amount, number = re.fullmatch(r"(.*?) a year, (\d+) econom\w+", big).groups()
        yield amount, int(number), rows_of(box)


def test_each_box_of_the_first_screen_adds_up(page):
    found = list(boxes(page))
    assert len(found) == 3
    for amount, number, rows in found:
        assert adds_up(amount, [row[1] for row in rows]), rows
        others = re.fullmatch(r"(\d+) others that (gain|lose|pay)", rows[-1][0])
        assert number == FIRST + int(others[1])


def test_the_first_screen_ranks_money_by_money(page, appraisal):
    """Large economies gain much money and little in per cent: they stand among the first by money alone."""
    values = appraisal["real_income_value"].to_series().sort_values(ascending=False)
    gains, losses = (rows for _, _, rows in list(boxes(page))[:2])
    names = appraisal.world.names
    assert [row[0] for row in gains[:FIRST]] == [names[code] for code in values.index[:FIRST]]
    assert [row[0] for row in losses[:FIRST]] == [names[code] for code in values.index[::-1][:FIRST]]
    rates = appraisal["real_income"].to_series().sort_values(ascending=False)
    assert set(values.index[:FIRST]) != set(rates.index[:FIRST])


def test_the_steps_from_gain_to_payment_add_up(page):
    answer = page[page.index('<div class="net"><dl>') :].split("</dl>")[0]
    *steps, last = [words(one) for one in re.findall(r"<dd>(.*?)</dd>", answer, re.DOTALL)]
    assert adds_up(last, steps)


def test_what_the_charge_does_beyond_itself_is_a_step_of_its_own_once_it_shows(appraisal, by_hand):
    view = ReportView(appraisal)
    assert len(view.net) == 3
    view.summary = Summary(
        2035, by_hand.real_income, by_hand.real_income_value - 1.0, by_hand.unpaid_value, by_hand.cost
    )
    *steps, (_, last) = view.net
    assert len(steps) == 3  # eight economies lose 1 more each
    assert adds_up(last, [amount for _, amount in steps])
    assert steps[-1][1] == "\N{MINUS SIGN}US$ 8.0 m"


def test_charges_of_the_corridors_add_up_to_the_first_screen(page, appraisal):
    view = ReportView(appraisal)
    amount = list(boxes(page))[2][0]
    assert adds_up(amount, [corridor.charged for corridor in view.corridors])
    for corridor in view.corridors:
        charged = [row.charged for row in corridor.rows if row.charged != "not charged"]
        assert adds_up(corridor.charged, charged)
        assert adds_up(corridor.capex, [row.capex for row in corridor.rows if row.capex != "unknown"])


def test_reasons_of_the_report_add_up_to_its_entries(page, appraisal):
    standing = page[page.index('<section id="standing"') :].split("</section>")[0]
    text = words(standing[standing.index("What is missing") :])
    counts = [int(number) for number in re.findall(r"\((\d+)\)", text)]
    total = int(re.search(r"all (\d+) entries", text)[1])
    assert sum(counts) == total == len(appraisal.not_assessed)


def test_gains_and_losses_of_each_year_add_up(appraisal):
    """All economies are on one side or the other; what is shown as 0 is below 1e-7 US$ m each."""
    for s in summarise_years(appraisal).values():
        assert s.gains + s.losses == pytest.approx(s.world_gain, abs=1e-7 * len(s.economies))


# -- stress


def test_money_of_a_stress_case_adds_up(monkeypatch):
    """Three economies by name, the other four as one, and the sum that the first table shows."""
    monkeypatch.setattr(stress_report, "WORST", 3)
    world = make_toy_world()
    stress = stress_test(toy_programme(world), ["suez", "border:CHN-KAZ"], world=world)
    stream = io.StringIO()
    print_stress(stress, Console(file=stream, width=100))
    text = stream.getvalue()
    *_, long_run = blocks = text.strip().split("\n\n")
    assert long_run.startswith("Long-run elasticities")
    cases = blocks[-1 - len(stress.cases) : -1]
    for case, row in zip(cases, stress.summary().to_dict("records"), strict=True):
        lines = [re.split(r" {2,}", line.strip()) for line in case.splitlines() if re.search(r"[+-]\d", line)]
        assert [line[0] for line in lines[-2:]] == ["4 other economies", "all economies"]
        assert len(lines) == 5
        for column, state in ((1, "without"), (2, "with")):
            *parts, total = (int(line[column].replace(",", "")) for line in lines)
            assert total == round(row[f"real_income_{state}"])
            assert abs(total - sum(parts)) <= 0.5 * (len(parts) + 1)  # whole millions are shown
