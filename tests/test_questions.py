"""The page of questions prints what the commands print today."""

from __future__ import annotations

import pytest
from docs.questions import HEAD, PAGE, asked, questions, section

from soaking import ALL

# Each takes some seconds on the embedded world: all of them by `make soak`, the first in every run.
ASKED = range(len(questions())) if ALL else (0,)


def test_the_page_has_every_question_and_nothing_else():
    text = PAGE.read_text(encoding="utf-8")
    assert text.startswith(HEAD)
    assert text.count("\n## ") == len(questions())
    for row in questions():
        assert asked(row) in text


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("number", ASKED)
def test_an_answer_is_what_the_command_prints_today(number: int):
    written = section(questions()[number])
    assert written in PAGE.read_text(encoding="utf-8"), "run `python -m docs.questions`"
    assert len(written.splitlines()) <= 80  # a screen, turned upright
