"""Answers do not depend on what was asked before, nor on what others ask meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import samarkand as sk
from samarkand.session import Session
from toy import make_toy_world, toy_programme

WORLD = make_toy_world()
PROGRAMME = toy_programme(WORLD)
VARIANTS = {"a": {}, "dearer": {"scale": {"capex": 2.0}}, "without": {"without": "railway"}}
QUESTIONS = {
    "economy": lambda session: str(sk.economy("KAZ", PROGRAMME, WORLD, session=session)),
    "transit": lambda session: str(sk.economy("KAZ", PROGRAMME, WORLD, transit=True, session=session)),
    "item": lambda session: str(sk.item("railway", PROGRAMME, WORLD, economy="KGZ", session=session)),
    "compare": lambda session: (
        sk.compare(VARIANTS, PROGRAMME, WORLD, session=session).to_dataframe().to_csv(float_format="%.9g")
    ),
}


def test_every_order_and_four_at_once_give_the_same_words():
    """In one session, in another the last first, in a third all of them at once."""
    session = Session()
    found = {name: ask(session) for name, ask in QUESTIONS.items()}
    assert len(set(found.values())) == len(found)
    session = Session()
    assert {name: ask(session) for name, ask in reversed(QUESTIONS.items())} == found
    session = Session()
    with ThreadPoolExecutor(4) as pool:
        together = dict(zip(QUESTIONS, pool.map(lambda ask: ask(session), QUESTIONS.values()), strict=True))
    assert together == found
