"""Progress where nobody watches a terminal: plain lines, few of them, none from a short command."""

from __future__ import annotations

import io

from samarkand.reports.progress import Lines, progress_bar


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
