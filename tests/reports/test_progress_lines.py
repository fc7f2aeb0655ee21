"""Progress where nobody watches a terminal: plain lines, few of them, none from a short command."""

from __future__ import annotations

import io

import pytest

import samarkand as sk
from samarkand.reports.progress import APPRAISE, WORTH, Lines, Overall, progress_bar
from samarkand.session import Session
from samarkand.worth import appraise_worth
from toy import make_toy_world, toy_programme


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_stages_and_shares_are_lines():
    stream, clock = io.StringIO(), Clock()
    step = Lines(stream, clock)
    for at, text, done in (
        (0.5, "reading", None), (1.9, "network", 1), (3.0, "network", 2), (3.5, "network", 3), (6.0, "network", 4),
        (6.1, "equilibrium", None), (7.5, "equilibrium", None), (30.0, "equilibrium", 9),
    ):  # fmt: skip
        clock.now = at
        step(text, done=done, total=10 if done else None)
    assert stream.getvalue().splitlines() == [
        "   3 s  network 20%", "   6 s  equilibrium", "  30 s  equilibrium 90%",
    ]  # fmt: skip


def test_a_short_command_says_nothing(capsys):
    with progress_bar() as step:
        step("solving", done=1, total=2)
    with progress_bar(quiet=True) as step:
        step("solving")
    assert capsys.readouterr() == ("", "")


def test_a_stage_that_says_nothing_is_said_again_every_ten_seconds():
    stream, clock = io.StringIO(), Clock()
    step = Lines(stream, clock)
    step("equilibrium")
    for second in range(1, 31):
        clock.now = float(second)
        step.again()
    assert [line[:4].strip() for line in stream.getvalue().splitlines()] == ["2", "12", "22"]


STAGES = (("reading", 1), ("network", 1), ("network", 2), ("equilibrium", 4), ("each item", 2))


def test_one_bar_is_over_all_stages_and_says_what_time_is_left():
    """Ten seconds of stages by hand: halfway through the third, 1 + 1 + 1 of them are behind, after 6 seconds."""
    clock = Clock()
    overall = Overall(STAGES, clock)
    assert (overall.share, overall.left) == (0.0, "")
    shares = []
    for text, done in (
        ("reading", None), ("network", None), ("2030: network", None), ("2030: network", 5), ("2030: network", 3),
    ):  # fmt: skip
        overall(text, done, None if done is None else 10)
        shares.append(overall.share)
    assert shares == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.3])
    clock.now = 6.0
    assert overall.left == "some 14 s left"  # 6 x 7 / 3
    overall("2030: writing what nobody expects", 1, 2)
    assert overall.share == pytest.approx(0.3)
    overall("2030: each item")  # what was stored is skipped
    assert overall.share == pytest.approx(0.8)
    overall("reading")  # another question: never back
    assert overall.share == pytest.approx(0.8)
    clock.now = 2400.0
    assert overall.left == "some 10 min left"


@pytest.mark.parametrize("ask", ["appraise", "worth"])
def test_stages_are_those_that_a_question_goes_through(ask: str):
    """On the toy world, with nothing kept: every stage is met, in this order, and the bar ends in the last of them."""
    world, said = make_toy_world(), []
    programme = toy_programme(world)
    session = Session()
    stages = APPRAISE
    sk.appraise(programme, world, years=2035, session=session, progress=lambda text, **_: said.append(text))
    if ask == "worth":
        stages = (*APPRAISE, *WORTH)
        appraise_worth(
            programme, world, years=2035, session=session, progress=lambda text, **_: said.append(text)
        )
    overall, places = Overall(stages), []
    for text in said:
        overall(text)
        places.append(overall.share)
    assert places == sorted(places)
    seconds = [number for _, number in stages]
    assert overall.share == pytest.approx(1 - seconds[-1] / sum(seconds))
    assert len(set(places)) >= len(stages) - 1
