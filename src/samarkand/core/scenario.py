"""A `Scenario` is the one question that can be asked, and its hash the only cache key."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

DeficitRule = Literal["fixed_nominal", "proportional", "purged"]


def content_hash(content: Any) -> str:
    """SHA-256 of anything that JSON can hold, in one canonical form (keys sorted, no white space)."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Scenario:
    """World and programme by content hash, and every choice that changes the answer.

    `assumptions` are pairs of parameter name and value that replace the declared ones; `without` the
    projects and measures left out; `closures` the names of closed links or passages; `projection` the content hash
    of a projection of economies, empty for none.
    """

    world: str
    programme: str
    years: tuple[int, ...]
    assumptions: tuple[tuple[str, float], ...] = ()
    without: tuple[str, ...] = ()
    closures: tuple[str, ...] = ()
    deficit_rule: DeficitRule = "fixed_nominal"
    projection: str = ""
    seed: int = 0
    labels: tuple[str, str] = field(default=("", ""), compare=False)

    def __post_init__(self) -> None:
        # The order in which a user names things does not change the question.
        object.__setattr__(self, "assumptions", tuple(sorted(dict(self.assumptions).items())))
        object.__setattr__(self, "years", tuple(sorted(set(self.years))))
        object.__setattr__(self, "without", tuple(sorted(set(self.without))))
        object.__setattr__(self, "closures", tuple(sorted(set(self.closures))))

    @property
    def hash(self) -> str:
        """Content hash: equal for equal questions, whatever they are called."""
        return content_hash({key: value for key, value in asdict(self).items() if key != "labels"})

    def but(self, **changes: Any) -> Scenario:
        """The same question with some of its terms changed."""
        return replace(self, **changes)
