"""The scorecard: one page of 80 by 40, whole names, the order of the report, plain where it is piped."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from samarkand.reports.figures import figure, money
from samarkand.reports.scorecard import print_scorecard
from samarkand.reports.summary import summarise

WRITTEN = [
    Path("out") / name for name in ("appraisal.json", "indicators", "programme.parquet", "report.html")
]


def printed(appraisal, **options):
    stream = io.StringIO()
    print_scorecard(appraisal, WRITTEN, Console(file=stream, width=80, **options))
    return stream.getvalue()


@pytest.fixture(scope="module")
def card(appraisal):
    return printed(appraisal)


def test_it_fits_a_terminal(card):
    lines = card.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80


def test_gains_losses_and_payments_come_in_the_order_of_the_report(card):
    places = [
        card.index(word)
        for word in ("gain", "Gain:", "Lose:", "Pay:", "All economies", "Not assessed", "Evidence")
    ]
    assert places == sorted(places)


def test_names_and_reasons_are_whole(card, appraisal):
    s = summarise(appraisal)
    for group in (s.gainers, s.losers):
        for code in group.index[:5]:
            assert f"  {appraisal.world.names[code]} " in card
    assert "\N{HORIZONTAL ELLIPSIS}" not in card


def test_figures_are_those_of_the_results(card, appraisal):
    s = summarise(appraisal)
    assert money(s.gains) in card
    assert money(-s.losses) in card
    code = s.losers.index[0]
    line = next(line for line in card.splitlines() if line.startswith(f"  {appraisal.world.names[code]} "))
    assert figure(s.real_income_value[code], "US$ m").replace("\N{MINUS SIGN}", "-") in line
    assert "\N{MINUS SIGN}" not in card  # what is piped can be searched and computed with


def test_a_pipe_and_no_color_get_no_colour(card, appraisal, monkeypatch):
    assert "\x1b" not in card
    coloured = printed(appraisal, force_terminal=True, color_system="standard")
    assert "\x1b[1;32m" in coloured or "\x1b[32m" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    plain = printed(appraisal, force_terminal=True, color_system="standard")
    assert "32m" not in plain
    assert "31m" not in plain
