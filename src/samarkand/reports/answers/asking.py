"""Answers as calls of the library: what the commands print, and the figures behind it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

from samarkand.appraisal import appraise
from samarkand.core.faults import FaultList
from samarkand.core.progress import Progress, quiet
from samarkand.priorities.asked_items import asked_item
from samarkand.priorities.faces import Page
from samarkand.programme import Programme
from samarkand.programme.model.models import Item
from samarkand.question import Terms
from samarkand.reports.answers.economy import economy_page
from samarkand.reports.answers.item import item_answer
from samarkand.reports.answers.on_screen import OnScreen
from samarkand.result import Appraisal
from samarkand.session import Session, default_session
from samarkand.world.world import World, load_world
from samarkand.worth.worth import Worth, appraise_worth


@dataclass(frozen=True, repr=False)
class Answer(OnScreen):
    """One screen, and what it was made from: `print(answer)`, `answer.tables["Items by what they bring and take"]`."""

    asked: Page
    appraisal: Appraisal
    worth: Worth

    @property
    def page(self) -> Page:
        """One screen, as the command prints it."""
        return self.asked


def economy(
    name: str,
    question: Programme | str | Path = "eurasian-corridors",
    world: World | None = None,
    *,
    transit: bool = False,
    session: Session | None = None,
    progress: Progress = quiet,
    **terms: Unpack[Terms],
) -> Answer:
    """What a programme is for one economy: what it gains and pays, by which items, with whom, and what is missing.

    Parameters
    ----------
    name
        A name, another name, or an ISO code of two or three letters.
    transit
        Also what it earns from goods of others: freight is laid on the network.
    question, world, session, progress, **terms
        As of `appraise`.

    Raises
    ------
    Faults
        For a name that is no economy of the world, and with everything that is wrong with the question, before anything
        is solved.

    Examples
    --------
    >>> answer = sk.economy("Kyrgyzstan", years=2035)
    >>> print(answer)  # the screen of `samarkand economy Kyrgyzstan`
    >>> answer.tables["What it adds up to"]  # its tables, in words
    >>> answer.appraisal["real_income"].sel(economy="KGZ")  # the figures behind them
    """
    session, faults = session or default_session(), FaultList()
    code = faults.attempt(lambda: (world or load_world()).label_named(name))
    faults.attempt(lambda: session.ask(question, world, **terms))
    faults.raise_if_any()
    appraisal = appraise(
        question, world, reach=transit, stored=True, session=session, progress=progress, **terms
    )
    worth = appraise_worth(question, world, stored=True, session=session, progress=progress, **terms)
    return Answer(economy_page(appraisal, worth, str(code)), appraisal, worth)


def item(
    name: str,
    question: Programme | str | Path = "eurasian-corridors",
    world: World | None = None,
    *,
    economy: str = "",
    session: Session | None = None,
    progress: Progress = quiet,
    **terms: Unpack[Terms],
) -> Answer:
    """What one item of a programme does: what it costs and gives, to whom, over its life, and what is missing.

    Parameters
    ----------
    name
        Id of the project or measure.
    economy
        Also what it is for this economy, by channel.
    question, world, session, progress, **terms
        As of `appraise`.

    Raises
    ------
    Faults
        For what is no item of the question or no economy of the world, and with everything wrong with the question.
    """
    session, faults = session or default_session(), FaultList()
    asked = faults.attempt(lambda: session.ask(question, world, **terms))
    code = faults.attempt(lambda: (world or load_world()).label_named(economy)) if economy else ""
    found = None if asked is None else faults.attempt(lambda: asked_item(asked.programme.items, name))
    if asked is not None and found is not None and found.id in asked.scenario.without:
        faults.add(*_left_out(found))
    faults.raise_if_any()
    assert found is not None  # else there are faults
    appraisal = appraise(question, world, stored=True, session=session, progress=progress, **terms)
    worth = appraise_worth(
        question, world, items=[found.id], stored=True, session=session, progress=progress, **terms
    )
    return Answer(item_answer(appraisal, worth, found.id, str(code)), appraisal, worth)


def _left_out(found: Item) -> tuple[str, str, str]:
    """Place, reason and remedy of an item that the question does not count."""
    if found.alternative_to:
        reason = f"stands in the file in the place of {found.alternative_to}: no question counts it"
        return found.id, reason, f"samarkand worth {found.alternative_to} compares the two."
    return found.id, "is left out of the question: nothing of it is worked out", "Leave it in."
