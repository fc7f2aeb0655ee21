"""What the priorities said of a question, kept in this user's cache folder: a repeat neither solves nor assesses it.

An answer is read if the question, the code and every byte are those that it was written with (`core.disk_cache`);
else it is worked out again. Networks are not kept here: a state read from an answer works out what nobody kept of it,
its freight on links for instance, when that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from samarkand.core.code_version import code_version, hash_of_files
from samarkand.core.disk_cache import save_entry
from samarkand.core.gaps import Gap
from samarkand.core.hashing import content_hash
from samarkand.core.packing import load_packed, pack
from samarkand.engines.equilibrium import Certificate
from samarkand.priorities.base import Levels, Outcomes, Range
from samarkand.priorities.registry import HERE, missing_packages, priorities
from samarkand.priorities.time_rule import Assessed
from samarkand.programme.applying import Payment
from samarkand.state import Counterfactual
from samarkand.world.freight.place_prices import PlacePrices
from samarkand.world.freight.state import TradeCosts

KIND = "answers"
MOST_KEPT = 12  # several MB for each state of the programme
# Of a state: those from which its equilibria are solved at once, and prices of full places.
PARTS = ("trade_costs", "iceberg_cost_hat", "place_prices")


class Kept(NamedTuple):
    """Results of the priorities in one state, as `time_rule.Assessed`.

    unpaid: those before anybody pays, where they are others than `before_financing`.
    """

    before_financing: Outcomes
    paid: Mapping[Payment, Outcomes]
    unpaid: Outcomes | None

    @classmethod
    def of(cls, one: Assessed) -> Kept:
        """Results to be kept, worked out."""
        return cls(one.before_financing, dict(one.paid), None if one.unpaid is None else one.unpaid())

    def results(self) -> Assessed:
        """The results as they were."""
        unpaid = self.unpaid
        return Assessed(self.before_financing, self.paid, None if unpaid is None else lambda: unpaid)


@dataclass(frozen=True)
class StoredAnswer:
    """An appraisal without what can be made again at once.

    Parameters
    ----------
    baseline
        Known parts of the world without the programme, by name.
    states
        Known parts of each state of the schedule, by name.
    kept
        Results of the priorities in each state.
    whole
        Results of the timeline, of projects, and of what is worked out once.
    """

    baseline: Mapping[str, Any]
    states: Sequence[Mapping[str, Any]]
    kept: Sequence[Kept]
    whole: Outcomes

    @property
    def assessed(self) -> list[Assessed]:
        """Results of the priorities in each state."""
        return [one.results() for one in self.kept]

    @classmethod
    def of(
        cls,
        states: Sequence[Counterfactual],
        payments: Sequence[Iterable[Payment]],
        assessed: Sequence[Assessed],
        whole: Outcomes,
    ) -> StoredAnswer:
        """What is to be kept of states, each with the payments of its years, and of results."""
        before = states[0].baseline
        parts = [
            {name: getattr(solved, name) for name in PARTS}
            | {"certificates": {payment: solved.certificate(payment) for payment in ((), *paid)}}
            for solved, paid in zip(states, payments, strict=True)
        ]
        known: dict[str, Any] = {"certificate": before.certificate}
        if before.closed:
            known["costs"] = before.costs
        # What nobody paid is often asked for later, and needs the network.
        return cls(known, parts, [Kept.of(one) for one in assessed], dict(whole))


_CLASSES = (StoredAnswer, Kept, Levels, Range, Gap, TradeCosts, PlacePrices, Certificate)


def answer_key(question: str, reach: bool, laid: Sequence[str]) -> str:
    """Key of all that an answer depends on.

    `question` is the hash of its scenario; `laid` are the items whose freight is known (`priorities.item_freight`).
    """
    beside = [Path(one) for one in import_module(HERE).__path__][1:]  # priorities of one's own
    missing = [list(missing_packages(row.extra)) for row in priorities()]
    return content_hash([question, reach, list(laid), code_version(), hash_of_files(beside), missing])


def read_answer(key: str) -> StoredAnswer | None:
    """The answer under a key; None where there is none, or not as it was written."""
    found = load_packed(KIND, key, _CLASSES)
    return found if isinstance(found, StoredAnswer) else None


def write_answer(key: str, answer: StoredAnswer) -> None:
    """Keep an answer."""
    save_entry(KIND, key, pack(answer, _CLASSES), MOST_KEPT)
